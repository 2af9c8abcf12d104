"""What the editor looks after at its start: today's copy, old changes, and what it says of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from storyflow_tui.config import Settings
from storyflow_tui.errors import BusyError, NoSpaceError
from storyflow_tui.library import Library, retention
from storyflow_tui.tui.upkeep import Upkeep

Opener = Any


def copies(library: Library) -> list[Path]:
    return sorted((library.path / "backups").glob("*.db"))


def looked_after(library: Library, say: Callable[[str, str], None]) -> None:
    upkeep = Upkeep(library, 30, say)
    upkeep.start()
    upkeep._thread.join(20)
    assert not upkeep._thread.is_alive()


async def test_the_first_editor_of_a_day_keeps_a_copy_of_the_database(
    open_story: Opener, library: Library
) -> None:
    async with open_story(3, look_after=True) as editor:
        await editor.until(lambda: copies(library))
        with Library.open(library.path) as other:
            assert other.copy_today() is None


async def test_a_demo_and_a_test_keep_none(open_story: Opener, library: Library) -> None:
    async with open_story(3) as editor:
        await editor.pilot.pause(0.6)
        assert copies(library) == []


async def test_a_copy_that_cannot_be_made_is_said_and_ends_nothing(
    open_story: Opener, library: Library
) -> None:
    (library.path / "backups").write_text("in the way")
    async with open_story(3, look_after=True) as editor:
        await editor.shows("Today's copy of the database could not be made")
        await editor.press("j")
        assert editor.cursor == 2


def test_old_changes_go_by_the_days_of_the_settings(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def note(_: object, days: int) -> int:
        asked.append(days)
        return 0

    monkeypatch.setattr(retention.Retention, "apply", note)
    said: list[tuple[str, str]] = []
    Upkeep(library, Settings().trash_days, lambda *words: said.append(words))._work()
    assert (asked, said) == ([30], [])


@pytest.mark.parametrize(
    ("fails", "error", "words"),
    [
        ("copy_today", BusyError("The library is in use"), []),
        (
            "copy_today",
            NoSpaceError("No space left"),
            [("! Today's copy of the database could not be made.", "No space left")],
        ),
        (
            "let_go",
            NoSpaceError("No space left"),
            [("! Old changes could not leave the history.", "No space left")],
        ),
    ],
)
def test_a_busy_library_is_left_alone_and_what_failed_is_said(
    library: Library,
    monkeypatch: pytest.MonkeyPatch,
    fails: str,
    error: Exception,
    words: list[tuple[str, str]],
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(library, fails, fail)
    said: list[tuple[str, str]] = []
    looked_after(library, lambda *sentence: said.append(sentence))
    assert said == words


def a_stray(library: Library, name: str = "stray.png") -> Path:
    folder = library.media / "projects/1/images"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(b"stray")
    return folder / name


async def test_what_is_out_of_order_is_said_at_the_start(
    open_story: Opener, library: Library
) -> None:
    a_stray(library)
    async with open_story(3, look_after=True) as editor:
        await editor.shows("! One thing in this library is out of order", "check names it")


async def test_the_list_of_stories_goes_on_saying_it_until_it_is_mended(
    open_story: Opener, library: Library
) -> None:
    a_stray(library)
    a_stray(library, "other.png")
    async with open_story(3, look_after=True, size=(80, 24)) as editor:
        await editor.shows("! 2 things in this library are out of order")
        await editor.press("j", "q")
        await editor.until(lambda: "! 2 things out of order" in editor.lines[0])
        with Library.open(library.path) as other:
            other.repair()
        await editor.until(lambda: "out of order" not in editor.text)


async def test_nothing_is_said_of_a_sound_library_and_in_a_demo(
    open_story: Opener, library: Library
) -> None:
    async with open_story(3, look_after=True) as editor:
        await editor.until(lambda: editor.app._upkeep is not None)
        await editor.until(lambda: not editor.app._upkeep._thread.is_alive())
        assert "out of order" not in editor.text
    a_stray(library)
    async with open_story(project_id=1, demo=True) as editor:
        await editor.pilot.pause(0.6)
        assert editor.app._upkeep is None


async def test_it_is_said_in_a_library_for_reading_only_too(
    open_story: Opener, library: Library
) -> None:
    a_stray(library)
    async with open_story(3, look_after=True, read_only=True) as editor:
        await editor.shows("! One thing in this library is out of order")


async def test_a_picture_is_not_decoded_for_it(
    open_story: Opener, library: Library, tmp_path: Path
) -> None:
    Image.new("RGB", (64, 64), "teal").save(tmp_path / "a.png")
    async with open_story(3, look_after=True) as editor:
        picture = library.media / str(
            library.segments.attach_image(1, tmp_path / "a.png").image_file
        )
        picture.write_bytes(picture.read_bytes()[:80])
        await editor.until(lambda: editor.app._upkeep is not None)
        await editor.until(lambda: not editor.app._upkeep._thread.is_alive())
        assert "out of order" not in editor.text
    assert [finding.check for finding in library.check()] == ["broken_image"]


def test_an_editor_that_is_gone_is_told_nothing(library: Library) -> None:
    a_stray(library)
    found: list[int] = []
    wanted = True
    upkeep = Upkeep(library, 30, lambda *words: None, found.append, lambda: wanted)
    assert upkeep._check()
    wanted = False
    assert not upkeep._check()
    assert found == [1]
