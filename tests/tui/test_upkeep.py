"""What the editor looks after at its start: today's copy, old changes, and what it says of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

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
    ("error", "words"),
    [
        (BusyError("The library is in use"), []),
        (NoSpaceError("No space left"), ["No space left"]),
    ],
)
def test_a_busy_library_is_left_alone_and_a_full_disk_is_said(
    library: Library, monkeypatch: pytest.MonkeyPatch, error: Exception, words: list[str]
) -> None:
    def fail(days: int) -> None:
        raise error

    monkeypatch.setattr(library, "begin_day", fail)
    said: list[str] = []
    looked_after(library, lambda first, rest: said.append(rest))
    assert said == words
