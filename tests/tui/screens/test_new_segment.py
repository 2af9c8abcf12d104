"""o and O: a new card that becomes a segment with its first text, and leaves nothing without."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from storyflow_tui.errors import BusyError
from storyflow_tui.library import Library
from storyflow_tui.story import Story
from storyflow_tui.tui.drafts import Draft, Drafts
from storyflow_tui.tui.typed import NEW

Opener = Any
WIDE, NARROW = (120, 40), (80, 24)


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_a_new_card_is_a_segment_with_its_first_text(open_story: Opener, size: Any) -> None:
    async with open_story(3, size=size) as editor:
        await editor.press("j", "o")
        await editor.shows("3 of 4")
        assert editor.screen.editing == "text_content"
        assert len(editor.texts) == 3
        await editor.press(*"A new one.")
        await editor.until(lambda: len(editor.texts) == 4)
        await editor.press(*" And on.", "ctrl+s")
        await editor.until(lambda: editor.texts[2] == "A new one. And on.")
        await editor.shows("A new one. And on.", "saved")
        assert editor.texts == [
            "Narration 1.",
            "Narration 2.",
            "A new one. And on.",
            "Narration 3.",
        ]
        assert editor.cursor == 3
        assert editor.screen.cards.ids == [segment.id for segment in editor.segments]


async def test_new_above_is_above_also_of_the_first(open_story: Opener) -> None:
    async with open_story(2) as editor:
        await editor.press("O", *"Before all.", "escape")
        await editor.until(lambda: editor.texts[0] == "Before all.")
        await editor.press("G", "O", *"Before the last.", "escape")
        await editor.until(lambda: editor.texts[2] == "Before the last.")
        assert len(editor.texts) == 4


async def test_one_undo_takes_the_new_segment_back_and_the_bar_goes_where_it_was(
    open_story: Opener,
) -> None:
    async with open_story(3) as editor:
        await editor.press("o", *"One")
        await editor.until(lambda: len(editor.texts) == 4)
        await editor.press(*" two three", "escape")
        await editor.until(lambda: editor.texts[1] == "One two three")
        await editor.press("u")
        await editor.shows("Undone: insert segment 2")
        assert editor.texts == ["Narration 1.", "Narration 2.", "Narration 3."]
        await editor.press("U")
        await editor.until(lambda: editor.texts[1] == "One two three")


@pytest.mark.parametrize("typed", ["", "   ", "a"])
async def test_left_empty_it_leaves_nothing(open_story: Opener, typed: str) -> None:
    async with open_story(3) as editor:
        await editor.press("j", "o", *typed, *(["backspace"] if typed == "a" else []), "escape")
        await editor.shows("No segment was made")
        assert editor.cursor == 2
        assert editor.texts == ["Narration 1.", "Narration 2.", "Narration 3."]
        assert editor.library.history.next_undo(editor.project_id) is None
        assert len(editor.screen.cards) == 3
        await editor.shows("2 of 3")
        assert Drafts(editor.library.path).of(editor.project_id) == []


async def test_an_empty_story_gets_its_first_segment(open_story: Opener) -> None:
    async with open_story(story=Story("Empty")) as editor:
        await editor.shows("No segments yet", "o", "write a segment")
        await editor.press("o")
        await editor.shows("1 of 1")
        await editor.press("escape")
        await editor.shows("No segments yet", "No segment was made")
        await editor.press("o", *"First.", "ctrl+s")
        await editor.until(lambda: editor.texts == ["First."])
        await editor.shows("1 segment ", "First.")


async def test_its_prompt_comes_with_its_narration(open_story: Opener) -> None:
    async with open_story(2) as editor:
        await editor.press("o", "tab", *"a lamp", "tab", *"Text.", "escape")
        await editor.until(lambda: len(editor.texts) == 3)
        await editor.until(lambda: editor.segments[1].image_prompt == "a lamp")
        assert editor.texts[1] == "Text."
        await editor.shows("› a lamp", "saved")
        assert Drafts(editor.library.path).of(editor.project_id) == []


async def test_a_prompt_typed_after_the_first_save_is_an_edit(open_story: Opener) -> None:
    async with open_story(2) as editor:
        await editor.press("o", *"Text.")
        await editor.until(lambda: len(editor.texts) == 3)
        await editor.press("tab", *"a lamp", "escape")
        await editor.until(lambda: editor.segments[1].image_prompt == "a lamp")
        labels = [change.label for change in editor.library.history.list(editor.project_id)]
        assert labels == ["Edit prompt of segment 2", "Insert segment 2"]


async def test_a_prompt_without_a_narration_is_kept_as_a_draft(open_story: Opener) -> None:
    async with open_story(2) as editor:
        await editor.press("o", "tab", *"a lamp", "escape")
        await editor.shows("! A segment needs a narration.", "Its prompt is kept as a draft")
        assert len(editor.texts) == 2
        assert editor.screen.saving.state() == ("", "")
        [draft] = Drafts(editor.library.path).of(editor.project_id)
        assert (draft.segment_id, draft.field, draft.text) == (NEW, "image_prompt", "a lamp")


async def test_a_save_that_fails_keeps_the_card_and_is_tried_again(
    open_story: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_story(3) as editor:
        add = editor.library.segments.add

        def busy(*_: object, **__: object) -> None:
            raise BusyError("The library is busy")

        monkeypatch.setattr(editor.library.segments, "add", busy)
        await editor.press("o", *"Kept.", "escape")
        await editor.shows("! not saved: library is busy", "Kept.")
        assert [draft.text for draft in Drafts(editor.library.path).of(editor.project_id)] == [
            "Kept."
        ]
        # It is no segment yet: what is done to segments does nothing, and e goes on with it.
        for key in ("d", "l", "i", "I", "D", "S", "M", "E", "J", "K", "space", "m", "c", "y"):
            await editor.press(key)
            assert editor.app.screen is editor.screen, key
        assert not editor.screen.marks
        assert len(editor.texts) == 3
        await editor.press("e", *" On.")
        monkeypatch.setattr(editor.library.segments, "add", add)
        await editor.press("escape")
        await editor.until(lambda: len(editor.texts) == 4 and editor.texts[1] == "Kept. On.")
        await editor.shows("saved")
        assert Drafts(editor.library.path).of(editor.project_id) == []
        await editor.press("l")
        await editor.shows("Locked segment 2")


async def test_others_changes_leave_the_card_where_it_is_written(
    open_story: Opener, library: Library
) -> None:
    async with open_story(4) as editor:
        await editor.press("j", "o", *"  ")
        with Library.open(library.path) as other:
            other.segments.delete(editor.segments[0].id)
            other.segments.move(editor.segments[0].id, 3)
        await editor.shows("4 of 4")
        await editor.press(*"Here.", "escape")
        await editor.until(lambda: len(editor.texts) == 4)
        assert editor.texts == ["Narration 3.", "Narration 4.", "Narration 2.", "  Here."]


async def test_the_one_above_may_go_meanwhile(open_story: Opener, library: Library) -> None:
    async with open_story(3) as editor:
        await editor.press("j", "o", *" ")
        with Library.open(library.path) as other:
            other.segments.delete(editor.segments[1].id)
        await editor.shows("3 of 3")
        await editor.press(*"Here.", "escape")
        await editor.until(lambda: len(editor.texts) == 3)
        assert " Here." in editor.texts


async def test_a_signal_keeps_what_is_typed_and_the_next_start_offers_it(
    open_story: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_story(2) as editor:
        await editor.pilot.press("o", *"Not saved")
        assert editor.screen.keep_typed() == 1
        project_id = editor.project_id
        monkeypatch.setattr(editor.screen.saving, "drop_settled", lambda: None)
        drafts = Drafts(editor.library.path)
        [draft] = drafts.of(project_id)
        assert (draft.segment_id, draft.text, draft.position) == (NEW, "Not saved", 2)


@pytest.mark.parametrize(("key", "count"), [("y", 3), ("n", 2)])
async def test_a_draft_of_a_new_segment_is_made_when_it_is_wanted(
    open_story: Opener, library: Library, key: str, count: int
) -> None:
    project = library.projects.import_story(Story("T"))
    for text in ("One.", "Two."):
        library.segments.add(project.id, text)
    drafts = Drafts(library.path)
    drafts.keep(Draft("", project.id, NEW, "text_content", "Typed.", "", "busy", 2))
    async with open_story(project_id=project.id) as editor:
        await editor.shows("A new segment was typed", "“Typed.”", "It was to be segment 2.")
        await editor.press(key)
        await editor.until(lambda: len(editor.texts) == count)
        if key == "y":
            assert editor.texts == ["One.", "Typed.", "Two."]
            await editor.until(lambda: drafts.of(project.id) == [])
            await editor.until(lambda: editor.cursor == 2)
        else:
            assert len(drafts.of(project.id)) == 1


async def test_reading_only_makes_none(open_story: Opener) -> None:
    async with open_story(2, read_only=True) as editor:
        await editor.press("o")
        await editor.shows("! This library is open for reading only.")
        assert len(editor.screen.cards) == 2


async def test_a_new_card_in_a_story_of_thousands_stands_at_once(
    open_story: Opener, library: Library
) -> None:
    async with open_story(3000) as editor:
        await editor.until(lambda: editor.screen.cards.complete)
        await editor.press("G", "o", *"Last.", "escape")
        await editor.until(lambda: editor.texts[-1] == "Last.")
        await editor.shows("3001 of 3001")


@pytest.mark.parametrize(
    "keys",
    [
        ("o", "ctrl+s"),
        ("e", "ctrl+s", "d", "y"),
        ("e", "ctrl+s", "space", "d", "y"),
        ("o", *"hi", "ctrl+s", "u"),
    ],
    ids=["left empty", "deleted", "deleted as a marked one", "undone"],
)
async def test_on_a_narrow_terminal_e_opens_the_current_segment_after_another_is_gone(
    open_story: Opener, keys: tuple[str, ...]
) -> None:
    async with open_story(4, size=NARROW) as editor:
        await editor.press("j", *keys)
        current = editor.screen.current
        await editor.press("e", "end", "X", "ctrl+s")
        await editor.until(lambda: f"{current.text_content}X" in editor.texts)


async def test_on_a_narrow_terminal_e_opens_the_current_segment_after_another_window_deleted_one(
    open_story: Opener, library: Library
) -> None:
    async with open_story(4, size=NARROW) as editor:
        await editor.press("j", "e", "ctrl+s")
        with Library.open(library.path) as other:
            other.segments.delete(editor.segments[1].id)
        await editor.until(lambda: len(editor.screen.cards) == 3)
        await editor.press("e", "end", "X", "ctrl+s")
        await editor.until(lambda: editor.texts[1] == "Narration 3.X")


async def test_in_an_empty_story_the_first_hint_is_the_next_step(open_story: Opener) -> None:
    async with open_story(0) as editor:
        await editor.shows("No segments yet")
        assert editor.lines[-1].split("   ")[0].strip() == "o write a segment"


async def test_a_deletion_that_is_done_while_a_new_card_is_open_leaves_one_card_of_it(
    open_story: Opener,
) -> None:
    free = threading.Event()
    async with open_story(4) as editor:
        await editor.press("j")
        editor.app.session.write(lambda _: free.wait(10))
        await editor.pilot.press("d", "y", "G", "o")
        free.set()
        await editor.shows("Deleted segment 2")
        assert len(editor.screen.cards) == 4
        await editor.press(*"New.", "ctrl+s")
        await editor.until(lambda: editor.texts[-1] == "New.")
        assert editor.screen.cards.ids == [segment.id for segment in editor.segments]


async def test_all_are_marked_but_the_card_that_is_not_saved_yet(open_story: Opener) -> None:
    free = threading.Event()
    async with open_story(4) as editor:
        editor.app.session.write(lambda _: free.wait(10))
        await editor.pilot.press("o", *"New.", "ctrl+s", "k")
        editor.screen.action_mark_all()
        await editor.shows("4 marked")
        await editor.pilot.press("m")
        await editor.shows("Move 4 segments to position", "From 1 to 1;")
        free.set()


@pytest.mark.parametrize("key", ["v", "t"])
async def test_reading_from_a_card_that_is_not_saved_yet_begins_at_the_one_it_came_from(
    open_story: Opener, key: str
) -> None:
    free = threading.Event()
    async with open_story(4) as editor:
        await editor.press("j", "j")
        editor.app.session.write(lambda _: free.wait(10))
        await editor.pilot.press("o", *"New.", "ctrl+s", key)
        await editor.until(lambda: editor.app.screen is not editor.screen)
        await editor.shows("3 of 4", "Narration 3.")
        free.set()
