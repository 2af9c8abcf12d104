"""Each file call of an operation fails once: the operation is refused or done, never between."""

from __future__ import annotations

import errno
from collections.abc import Callable
from pathlib import Path

import pytest

from storyflow_tui.errors import StoryflowError
from storyflow_tui.library import Library
from storyflow_tui.story import Story, StorySegment
from tests.faults.dying import FailingDisk, picture

Operation = Callable[[Library, Path], object]


def _attach_same_name(library: Library, folder: Path) -> object:
    return library.segments.attach_image(1, picture(folder / "new" / "lamp.png", "blue"))


def _attach_other_name(library: Library, folder: Path) -> object:
    return library.segments.attach_image(1, picture(folder / "new" / "other.png", "blue"))


def _import(library: Library, folder: Path) -> object:
    picture(folder / "new" / "a.png", "green")
    story = Story("Two", [StorySegment("One", image_file="a.png")], folder / "new")
    return library.projects.import_story(story)


def _undo_of_replacement(library: Library, folder: Path) -> object:
    library.segments.attach_image(2, picture(folder / "new" / "lamp.png", "yellow"))
    return library.history.undo(1)


OPERATIONS: dict[str, Operation] = {
    "attach under the same name": _attach_same_name,
    "attach under another name": _attach_other_name,
    "remove image": lambda library, _: library.segments.remove_image(1),
    "delete segment": lambda library, _: library.segments.delete(1),
    "delete project": lambda library, _: library.projects.delete(1),
    "import with a picture": _import,
    "undo of an attach": lambda library, _: library.history.undo(1),
    "undo of a replacement": _undo_of_replacement,
    "undo of an import": lambda library, _: library.history.undo(),
}


def _prepare(folder: Path) -> None:
    with Library.open(folder / "library") as library:
        library.projects.import_story(
            Story("The Lamp", [StorySegment(f"Segment {n}") for n in range(3)])
        )
        library.segments.attach_image(1, picture(folder / "old" / "lamp.png", "red"))
        library.segments.attach_image(2, picture(folder / "old" / "lamp.png", "white"))


def _state(library: Library) -> dict[str, object]:
    """What a user could see: rows, and the bytes of every file that a row names."""
    segments = [s for p in library.projects.list() for s in library.segments.list(p.id)]
    return {
        "segments": [(s.id, s.sequence_index, s.text_content, s.image_file) for s in segments],
        "files": {
            s.image_file: path.read_bytes()
            for s in segments
            if (path := library.file(s.image_file)) is not None
        },
    }


@pytest.mark.parametrize("name", OPERATIONS)
@pytest.mark.parametrize("call", ["rename", "sync", "mkdir", "copy", "write", "sync_file", "lock"])
def test_one_failing_file_call_leaves_before_or_after(name: str, call: str, tmp_path: Path) -> None:
    operation = OPERATIONS[name]
    for number in range(1, 100):
        folder = tmp_path / str(number)
        _prepare(folder)
        disk = FailingDisk(call, 0)
        with Library.open(folder / "library", disk=disk) as library:
            before = _state(library)
            disk.__init__(call, number, errno.ENOSPC)  # type: ignore[misc]  # armed only now
            told = ""
            try:
                operation(library, folder)
                is_done = True
            except StoryflowError as error:
                is_done = False
                told = error.message
            assert is_done or told
            seen_at_once = _state(library)
        with Library.open(folder / "library") as library:
            assert library.pending_moves() == 0
            assert library.check() == []
            assert _state(library) == seen_at_once, "a pending move is read at its source"
            if not is_done and name != "undo of a replacement":
                assert seen_at_once == before
            assert list((library.media / ".staging").iterdir()) == []
        if not disk.has_failed:
            return
    pytest.fail("the operation never passed untouched")


def test_failed_moves_are_pending_and_done_by_the_next_writer(tmp_path: Path) -> None:
    _prepare(tmp_path)
    disk = FailingDisk("rename", 1)
    with Library.open(tmp_path / "library", disk=disk) as library:
        library.segments.remove_image(1)
        assert library.pending_moves() == 1
        library.segments.edit(3, text_content="Something else")
        assert library.pending_moves() == 0
        assert library.check() == []


def test_a_move_that_cannot_be_done_is_reported_and_holds_up_nobody_else(tmp_path: Path) -> None:
    _prepare(tmp_path)
    disk = FailingDisk("rename", 1)
    with Library.open(tmp_path / "library", disk=disk) as library:
        library.segments.remove_image(1)
        (library.media / "projects/1/images/1_lamp.png").unlink()
        library.segments.remove_image(2)
        assert library.pending_moves() == 1
        assert [finding.check for finding in library.check()] == ["pending_move"]
        assert not (library.media / "projects/1/images/2_lamp.png").exists()
