"""Other processes at one library: killed ones hold up nobody, living ones are not passed over."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pytest

from storyflow_tui.errors import BusyError, ConflictError
from storyflow_tui.library import Library
from storyflow_tui.library.disk import Disk
from storyflow_tui.story import Story, StorySegment
from tests.faults.forks import child, word
from tests.faults.operations import picture


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with a library in it, whose first segment has a picture, and another picture."""
    with Library.open(tmp_path / "library") as library:
        library.projects.import_story(Story("The Lamp", [StorySegment("One"), StorySegment("Two")]))
        library.segments.attach_image(1, picture(tmp_path / "old/lamp.png", "red"))
    picture(tmp_path / "new/lamp.png", "blue")
    return tmp_path


@pytest.fixture
def impatient(place: Path) -> Iterator[Library]:
    """The library as somebody has it open who waits for nobody."""
    with Library.open(place / "library", busy=0) as library:
        yield library


# -- killed writers ---------------------------------------------------------------------------


def _stop(pipe: Connection) -> None:
    pipe.send("here")
    time.sleep(600)


def in_its_transaction(pipe: Connection, place: Path) -> None:
    with Library.open(place / "library") as library, library._database.writing():
        library._database.execute("UPDATE segment SET text_content = 'half'")
        _stop(pipe)


class _Stopping(Disk):
    """A disk on which one call is the last."""

    def __init__(self, pipe: Connection, call: str) -> None:
        real: Callable[..., Any] = getattr(super(), call)

        def last(*given: Any, **named: Any) -> None:
            real(*given, **named)
            _stop(pipe)

        setattr(self, call, last)


def in_the_midst_of_its_moves(pipe: Connection, place: Path) -> None:
    with Library.open(place / "library", disk=_Stopping(pipe, "rename")) as library:
        library.segments.attach_image(1, place / "new/lamp.png")


def with_files_staged(pipe: Connection, place: Path) -> None:
    with Library.open(place / "library", disk=_Stopping(pipe, "copy")) as library:
        library.segments.attach_image(1, place / "new/lamp.png")


@pytest.mark.parametrize("killed", [in_its_transaction, in_the_midst_of_its_moves])
def test_a_killed_writer_holds_up_nobody(
    killed: Callable[[Connection, Path], None], place: Path, impatient: Library
) -> None:
    with child(killed, place) as (process, pipe):
        assert word(pipe) == "here"
        with pytest.raises(BusyError):
            impatient.segments.edit(2, text_content="while it lives")
        process.kill()
        process.join()
        impatient.segments.edit(2, text_content="as soon as it is dead")
    assert impatient.pending_moves() == 0
    assert impatient.check() == []
    assert [s.text_content for s in impatient.segments.list(1)] == ["One", "as soon as it is dead"]
    shown = impatient.file(impatient.segments.get(1).image_file)
    is_after = killed is in_the_midst_of_its_moves
    expected = place / ("new" if is_after else "old") / "lamp.png"
    assert shown is not None
    assert shown.read_bytes() == expected.read_bytes()


def test_a_writer_killed_with_files_staged_holds_up_nobody_and_leaves_nothing(
    place: Path, impatient: Library
) -> None:
    with child(with_files_staged, place) as (_, pipe):
        assert word(pipe) == "here"
        impatient.segments.edit(2, text_content="while it lives")
        with Library.open(place / "library"):
            assert list((impatient.media / ".staging").iterdir()) != [], "a living one's are left"
    impatient.segments.edit(2, text_content="as soon as it is dead")
    with Library.open(place / "library") as library:
        assert list((library.media / ".staging").iterdir()) == []
        assert library.check() == []


# -- living ones ------------------------------------------------------------------------------


def _storyflow(place: Path, *given: str) -> Any:
    """A command, in a process of its own."""
    command = [sys.executable, "-m", "storyflow_tui", *given, "--library", str(place), "--json"]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60)
    return json.loads(done.stdout)


def test_a_command_beside_an_open_library_is_seen_and_never_written_over(place: Path) -> None:
    with Library.open(place / "library") as library:
        shown, version = library.segments.get(1), library.data_version()
        newest = library.history.next_undo(1)
        assert newest is not None
        edited = _storyflow(place / "library", "segment", "edit", "1", "--text", "theirs")
        assert edited["text_content"] == "theirs"
        assert library.data_version() != version
        with pytest.raises(ConflictError) as texts:
            library.segments.edit(1, text_content="mine", based_on=shown)
        assert texts.value.details["mine"] == "mine"
        assert texts.value.details["theirs"] == "theirs"
        with pytest.raises(ConflictError) as changes:
            library.history.undo(1, expected=newest.id)
        assert "Edit narration of segment 1" in changes.value.message
        assert library.segments.get(1).text_content == "theirs", "nothing was taken back"
        _storyflow(place / "library", "undo", "1")
        assert library.segments.edit(1, text_content="mine", based_on=shown).text_content == "mine"
        assert [c.state for c in library.history.list(1)] == ["done", "set_aside", "done"]
