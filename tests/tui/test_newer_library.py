"""An editor whose library is upgraded, or put in another's place, while it is open."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from storyflow_tui.library import Library, migrations
from storyflow_tui.library.database import Database
from storyflow_tui.tui.drafts import Drafts

Opener = Callable[..., Any]

ADDED = ("ALTER TABLE segment ADD COLUMN mood TEXT",)
RENAMED = (
    "ALTER TABLE segment RENAME COLUMN text_content TO narration",
    "ALTER TABLE project RENAME COLUMN title TO name",
    "ALTER TABLE change RENAME TO changes",
)


def upgrade(library: Library, step: tuple[str, ...]) -> None:
    """What a newer program does that opens the library."""
    with pytest.MonkeyPatch.context() as newer:
        newer.setattr(migrations, "STEPS", (*migrations.STEPS, step))
        newer.setattr(migrations, "VERSION", len(migrations.STEPS))
        Database(library.path / "storyflow.db").close()


@pytest.mark.parametrize("step", [ADDED, RENAMED], ids=["added to", "changed"])
async def test_text_typed_into_a_library_that_was_upgraded_meanwhile_becomes_a_draft(
    open_story: Opener, library: Library, step: tuple[str, ...]
) -> None:
    async with open_story(3) as editor:
        project_id = editor.project_id
        await editor.press("e", "home")
        upgrade(library, step)
        await editor.pilot.press("A", "B")
        await editor.shows("library is of a newer version")
        await editor.pilot.press("C")
        await editor.pilot.press("ctrl+q")
        await editor.until(lambda: not editor.app.is_running)
        assert editor.app.drafted == 1
        assert not editor.app.faulted
    (kept,) = Drafts(library.path).of(project_id)
    assert kept.text == "ABCNarration 1."


async def test_no_key_ends_an_editor_whose_library_was_upgraded_meanwhile(
    open_story: Opener, library: Library
) -> None:
    async with open_story(30) as editor:
        upgrade(library, RENAMED)
        await editor.pilot.pause(0.5)  # the look for what others wrote comes by
        for key in ("j", "G", "/", "H", "d", "u", "l", "J", "i", "q"):
            await editor.pilot.press(key)
            await editor.pilot.pause()
            assert editor.app.is_running, key
            assert not editor.app.faulted, key
            if key != "q" and editor.app.screen is not editor.screen:
                await editor.pilot.press("escape")
                await editor.until(lambda: editor.app.screen is editor.screen)
        await editor.pilot.press("ctrl+q")
        await editor.until(lambda: not editor.app.is_running)
        assert not editor.app.faulted


async def test_text_typed_into_a_library_that_was_replaced_meanwhile_becomes_a_draft(
    open_story: Opener, library: Library, tmp_path: Path
) -> None:
    async with open_story(3) as editor:
        project_id = editor.project_id
        await editor.press("e", "home")
        library.path.rename(tmp_path / "moved")
        with Library.open(library.path) as other:
            other.projects.create("Another")
        await editor.pilot.press("A")
        await editor.shows("read-only")
        await editor.pilot.press("ctrl+q")
        await editor.until(lambda: not editor.app.is_running)
    assert [one.text for one in Drafts(library.path).of(project_id)] == ["ANarration 1."]
    with Library.open(library.path) as other:
        assert [one.title for one in other.projects.list()] == ["Another"]
    shutil.rmtree(tmp_path / "moved")
