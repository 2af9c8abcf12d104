"""An editor that can write nothing: what it offers, what it says, and that drafts wait."""

from __future__ import annotations

from typing import Any

import pytest

from storyflow_tui.library import Library
from storyflow_tui.tui.drafts import Draft, Drafts
from storyflow_tui.tui.screens.palette import commands

Opener = Any


def keep(library: Library, project_id: int, segment_id: int) -> None:
    path = str(library.path)
    text = f"Draft of {segment_id}."
    Drafts(library.path).keep(
        Draft(path, project_id, segment_id, "text_content", text, "old", "busy", 1)
    )


async def test_a_draft_waits_until_the_library_can_be_written(
    open_story: Opener, library: Library, sample_story: Any
) -> None:
    project_id = library.projects.import_story(sample_story(3)).id
    first, second, _ = library.segments.list(project_id)
    keep(library, project_id, first.id)
    async with open_story(project_id=project_id, read_only=True, size=(80, 24)) as editor:
        await editor.shows("! A draft waits.   It is offered when the library can be written.")
        await editor.press("m", "t", "b")
        assert editor.app.screen is editor.screen
    keep(library, project_id, second.id)
    async with open_story(project_id=project_id, read_only=True, size=(80, 24)) as editor:
        await editor.shows("! 2 drafts wait.   They are offered when the library can be written.")
    async with open_story(project_id=project_id) as editor:
        await editor.shows("Draft of 1.", "take the draft")


async def test_the_draft_of_a_deleted_story_waits_too(open_story: Opener, library: Library) -> None:
    keep(library, 7, 9)
    async with open_story(2, read_only=True) as editor:
        await editor.press("q")
        await editor.shows("! A draft waits.")
        await editor.press("y", "enter")
    assert len(Drafts(library.path).of(7)) == 1


async def test_only_what_can_be_done_is_offered(open_story: Opener) -> None:
    async with open_story(3, read_only=True, size=(160, 50)) as editor:
        hints = (
            "  e read narration   p read prompt   / find   space mark   y copy prompt   H history"
        )
        assert editor.lines[-1].startswith(hints + "   f filter    ")
        assert "choose a picture" not in editor.text
        keys = [command.key for command in commands(editor.screen)]
        assert not [key.id for key in keys if key.writes]
        assert "timeline.copy_prompt" in [key.id for key in keys]
        await editor.press("e")
        await editor.shows("  ^S back   tab next field     ")
        await editor.press("escape", "q")
        await editor.shows("  enter open   q quit   H history   / find     ")


@pytest.mark.parametrize("key", ["d", "i", "l", "u", "U", "J", "K", "I"])
async def test_a_key_that_would_write_says_why_it_does_not(key: str, open_story: Opener) -> None:
    async with open_story(3, read_only=True) as editor:
        await editor.press("j", key)
        await editor.shows("! This library is open for reading only.")
        assert editor.app.screen is editor.screen


async def test_a_locked_field_says_how_to_unlock_it_and_hints_at_no_typing(
    open_story: Opener,
) -> None:
    async with open_story(3) as editor:
        await editor.press("l", "e")
        await editor.until(lambda: editor.lines[-1].startswith("  ^S back   tab next field    "))
        await editor.press("x")
        await editor.shows("! Segment 1 is locked.   esc, then l unlocks it")
        await editor.press("escape", "l", "e")
        await editor.shows("^S done")
