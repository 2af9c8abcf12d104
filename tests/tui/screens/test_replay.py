"""Undo and redo take the change that is shown or one's own newest, whatever else is written."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any

from storyflow_tui.library import Library
from tests.tui.conftest import Editor, a_long_write

Opener = Any


def edit_elsewhere(editor: Editor, segment_id: int, narration: str) -> None:
    """Another process edits a segment."""
    with Library.open(editor.library.path) as other:
        other.segments.edit(segment_id, text_content=narration)


async def all_done(editor: Any) -> None:
    """Every key has been answered."""
    await editor.until(lambda: not editor.app.session.pending)


async def test_u_behind_a_lock_does_not_take_back_what_came_unseen(open_story: Opener) -> None:
    async with open_story(4) as editor:
        await editor.press("J")
        with a_long_write(editor.app.session):
            await editor.pilot.press("l", "u")
            edit_elsewhere(editor, editor.segments[3].id, "Theirs.")
        await editor.shows("! Another change came meanwhile.", "u again takes that back")
        assert editor.texts[3] == "Theirs."
        await editor.press("u")
        await editor.shows("Undone: edit narration of segment 4")
        assert editor.texts[3] == "Narration 4."


async def test_u_behind_ones_own_step_does_not_take_back_what_came_after_it(
    open_story: Opener,
) -> None:
    async with open_story(4) as editor:
        await editor.press("J")
        await all_done(editor)
        await editor.pilot.press("J")
        with a_long_write(editor.app.session):
            await editor.until(lambda: editor.texts[2] == "Narration 1.")
            await editor.pilot.press("u")
            edit_elsewhere(editor, editor.segments[3].id, "Theirs.")
        await editor.shows("! Another change came meanwhile.")
        assert editor.texts[2:] == ["Narration 1.", "Theirs."]


async def test_u_takes_back_ones_own_step_that_came_behind_another_change(
    open_story: Opener,
) -> None:
    async with open_story(4) as editor:
        with a_long_write(editor.app.session):
            await editor.pilot.press("J", "u")
            edit_elsewhere(editor, editor.segments[3].id, "Theirs.")
        await editor.shows("Undone: move segment 1 to 2")
        assert editor.texts == ["Narration 1.", "Narration 2.", "Narration 3.", "Theirs."]


async def test_keys_that_wait_take_back_and_do_again_ones_own_steps(open_story: Opener) -> None:
    async with open_story(4) as editor:
        await editor.press("J")
        await all_done(editor)
        with a_long_write(editor.app.session):
            await editor.pilot.press("J", "J", "u", "u", "u", "U", "U")
        await all_done(editor)
        assert editor.texts[2] == "Narration 1."
        assert "meanwhile" not in editor.text


async def test_redo_that_waits_does_not_do_again_what_was_undone_unseen(
    open_story: Opener,
) -> None:
    async with open_story(4) as editor:
        await editor.press("J", "J", "u")
        await all_done(editor)
        with a_long_write(editor.app.session):
            await editor.pilot.press("l", "U")
            with Library.open(editor.library.path) as other:
                other.history.undo(editor.project_id)
        await editor.shows("! Another change came meanwhile.", "U again does that one")
        assert editor.texts[0] == "Narration 1."


async def test_u_takes_back_no_older_step_of_ones_own_than_what_is_shown(
    open_story: Opener,
) -> None:
    async with open_story(4) as editor:
        await editor.press("J")
        await all_done(editor)
        edit_elsewhere(editor, editor.segments[3].id, "Theirs.")
        await editor.shows("Theirs.")
        with a_long_write(editor.app.session):
            await editor.pilot.press("u")
            with Library.open(editor.library.path) as other:
                other.history.undo(editor.project_id)
        await editor.shows("! Another change came meanwhile.")
        assert editor.texts[1] == "Narration 1."


async def test_u_in_a_list_that_shows_no_change_takes_back_none(
    library: Library, open_stories: Any
) -> None:
    async with open_stories() as editor:
        with a_long_write(editor.app.session):
            await editor.pilot.press("u")
            with Library.open(library.path) as other:
                other.projects.create("Theirs")
        await editor.shows("! Another change came meanwhile.")
        assert [project.title for project in library.projects.list()] == ["Theirs"]
        await editor.press("u")
        await editor.shows("Undone: ")
        assert not library.projects.list()


async def test_a_step_that_cannot_be_taken_back_says_why(open_story: Opener) -> None:
    async with open_story(2) as editor:
        edit_elsewhere(editor, editor.segments[0].id, "Theirs.")
        await editor.shows("Theirs.")
        with closing(sqlite3.connect(editor.library.path / "storyflow.db")) as beside, beside:
            beside.execute("UPDATE segment SET text_content = 'By hand.' WHERE sequence_index = 0")
        await editor.shows("By hand.")
        await editor.press("u")
        await editor.shows("! This segment was changed meanwhile")
        assert "Another change" not in editor.text
