"""Segments out of segments by keys: copies, one cut in two, two made one."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from storyflow_tui.library import Library
from storyflow_tui.story import Story, StorySegment
from storyflow_tui.tui.screens import writing_actions

Opener = Any
WIDE, NARROW = (120, 40), (80, 24)
SENTENCES = Story(
    "Fog",
    [
        StorySegment("He came. She left. It rained on them.", "a door", audio_duration=9.0),
        StorySegment("The end.", "rain"),
        StorySegment("Word", is_locked=True),
    ],
)


def picture(path: Path, colour: str = "orange") -> Path:
    Image.new("RGB", (8, 6), colour).save(path)
    return path


# -- duplicate and merge ----------------------------------------------------------------------


async def test_a_copy_is_the_current_card_and_undo_goes_back(open_story: Opener) -> None:
    async with open_story(4) as editor:
        await editor.press("j", "D")
        await editor.until(lambda: editor.cursor == 3)
        await editor.shows("Duplicated segment 2", "u takes it back", "3 of 5")
        assert editor.texts[1:3] == ["Narration 2.", "Narration 2."]
        await editor.press("u")
        await editor.until(lambda: editor.cursor == 2)
        await editor.shows("Undone: duplicate segment 2", "2 of 4")
        await editor.press("U")
        await editor.until(lambda: editor.cursor == 3)


async def test_undo_in_a_story_of_thousands_goes_back_to_the_original_too(
    open_story: Opener,
) -> None:
    async with open_story(2500) as editor:
        await editor.until(lambda: editor.screen.cards.complete)
        await editor.press("j", "D")
        await editor.until(lambda: editor.cursor == 3 and len(editor.screen.cards) == 2501)
        await editor.press("u")
        await editor.until(lambda: len(editor.screen.cards) == 2500)
        await editor.until(lambda: editor.cursor == 2)
        await editor.shows("2 of 2500")


async def test_a_copy_without_its_missing_picture_is_said(
    open_story: Opener, library: Any, tmp_path: Path
) -> None:
    async with open_story(2) as editor:
        record = library.segments.attach_image(1, picture(tmp_path / "a.png"))
        library.file(record.image_file).unlink()
        await editor.until(lambda: editor.screen.current.image_file)
        await editor.press("D")
        await editor.shows("Duplicated segment 1, without its picture")


async def test_merging_stays_on_the_card_and_undo_too(open_story: Opener) -> None:
    async with open_story(story=SENTENCES) as editor:
        await editor.press("M")
        await editor.shows("Merged segments 1 and 2", "1 of 2")
        assert editor.texts == ["He came. She left. It rained on them.\n\nThe end.", "Word"]
        await editor.press("u")
        await editor.shows("Undone: merge segments 1 and 2", "1 of 3")
        assert editor.cursor == 1


async def test_a_locked_neighbour_is_named_by_its_own_number(open_story: Opener) -> None:
    async with open_story(story=SENTENCES) as editor:
        await editor.press("j", "M")
        await editor.shows("! Segment 3 is locked.", "l unlocks it")
        await editor.press("j", "M")
        await editor.shows("! Segment 3 is the last.")
        assert len(editor.texts) == 3


# -- split ------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_a_split_shows_both_halves_and_cuts_there(open_story: Opener, size: Any) -> None:
    async with open_story(story=SENTENCES, size=size) as editor:
        await editor.press("S")
        await editor.shows("Split segment 1?", "Segment 2", "← → word")
        shown = [line[6:].rstrip() for line in editor.lines]
        assert "He came. She left." in shown
        assert "It rained on them." in shown
        await editor.press("enter")
        await editor.shows("Split segment 1", "u takes it back")
        await editor.until(lambda: editor.cursor == 2)
        assert editor.texts[:2] == ["He came. She left.", "It rained on them."]
        await editor.press("u")
        await editor.until(lambda: editor.cursor == 1)
        assert editor.texts[0] == "He came. She left. It rained on them."


@pytest.mark.parametrize(
    ("keys", "second"),
    [
        (["left"], "left. It rained on them."),
        (["right", "right"], "on them."),
        (["right"] * 9, "them."),
        (["left"] * 99, "came. She left. It rained on them."),
        (["up"], "She left. It rained on them."),
        (["up", "up", "down", "j", "k"], "She left. It rained on them."),
        (["down", "h", "l"], "It rained on them."),
    ],
)
async def test_the_cut_moves_by_words_and_sentences(
    open_story: Opener, keys: list[str], second: str
) -> None:
    async with open_story(story=SENTENCES) as editor:
        await editor.press("S")
        await editor.shows("Split segment 1?")
        await editor.press(*keys, "enter")
        await editor.until(lambda: len(editor.texts) == 4)
        assert editor.texts[1] == second


async def test_the_cut_begins_where_the_cursor_was_left(open_story: Opener) -> None:
    async with open_story(story=SENTENCES) as editor:
        await editor.press("e", "home", *["right"] * 7, "escape", "S")
        await editor.shows("Split segment 1?")
        await editor.press("enter")
        await editor.until(lambda: len(editor.texts) == 4)
        assert editor.texts[:2] == ["He came", ". She left. It rained on them."]


@pytest.mark.parametrize("key", ["escape", "q", "ctrl+c"])
async def test_a_split_that_is_left_changes_nothing(open_story: Opener, key: str) -> None:
    async with open_story(story=SENTENCES) as editor:
        await editor.press("S")
        await editor.shows("Split segment 1?")
        await editor.press(key)
        assert editor.app.screen is editor.screen
        assert len(editor.texts) == 3


async def test_what_cannot_be_split_is_said(open_story: Opener) -> None:
    async with open_story(story=SENTENCES) as editor:
        await editor.press("G", "S")
        await editor.shows("! Segment 3 is locked.", "l unlocks it")
        await editor.press("l", "S")
        await editor.shows("Segment 3 is a single word")
        assert editor.app.screen is editor.screen


async def test_a_narration_changed_under_the_sheet_is_not_split(open_story: Opener) -> None:
    async with open_story(story=SENTENCES) as editor:
        await editor.press("S")
        await editor.shows("Split segment 1?")
        editor.library.segments.edit(1, text_content="Another text. By another.")
        await editor.press("enter")
        await editor.shows("! The narration of segment 1 is another by now.")
        assert editor.texts[0] == "Another text. By another."


async def test_a_long_narration_shows_what_is_around_the_cut(open_story: Opener) -> None:
    words = " ".join(f"word{n}." for n in range(5000))
    async with open_story(story=Story("T", [StorySegment(words)]), size=NARROW) as editor:
        await editor.press("S")
        await editor.shows("Split segment 1?", "word2554.")
        halves = [line for line in editor.lines if "word" in line and "word0." not in line]
        assert any(line[6:].startswith("…word") for line in halves)
        assert any(line.endswith("…") for line in halves)


# -- split while typing -----------------------------------------------------------------------


async def test_a_field_is_split_at_its_cursor_and_typing_goes_on_in_the_rest(
    open_story: Opener,
) -> None:
    async with open_story(story=SENTENCES) as editor:
        await editor.press("e", "home", *"Oh. ", *["right"] * 8)
        await editor.press("ctrl+t", *"Then ")
        await editor.shows("2 of 4", "Then She left.")
        assert editor.screen.editing == "text_content"
        await editor.press("ctrl+s")
        await editor.until(lambda: editor.texts[1].startswith("Then "))
        assert editor.texts[:2] == ["Oh. He came.", "Then She left. It rained on them."]
        assert editor.cursor == 2
        await editor.shows("Oh. He came.", "saved")
        assert editor.screen.cards.record(1).text_content == "Oh. He came."


async def test_undo_takes_back_a_split_of_the_field_by_itself(open_story: Opener) -> None:
    async with open_story(story=SENTENCES) as editor:
        await editor.press("e", "home", *["right"] * 8, "ctrl+t", "escape", "u")
        await editor.shows("Undone: split segment 1")
        await editor.until(lambda: editor.cursor == 1)
        assert editor.texts[0] == "He came. She left. It rained on them."


@pytest.mark.parametrize("keys", [["home"], [], ["tab"]])
async def test_a_field_is_not_split_where_nothing_would_be_left(
    open_story: Opener, keys: list[str]
) -> None:
    async with open_story(story=SENTENCES) as editor:
        await editor.press("e", "home", *keys, "ctrl+t")
        await editor.shows("A segment is split in" if keys == ["tab"] else "There is no text on")
        assert len(editor.texts) == 3
        assert editor.screen.editing


async def test_a_split_that_had_to_wait_for_the_library_is_shown_when_it_comes(
    open_story: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing_actions, "SAVE_SECONDS", 0.05)
    free = threading.Event()
    async with open_story(story=SENTENCES) as editor:
        await editor.press("e", "home", *["right"] * 8)
        editor.app.session.write(lambda _: free.wait(10))
        await editor.pilot.press("ctrl+t")
        await editor.shows("! The library is busy.")
        free.set()
        await editor.shows("Split segment 1", "The rest is segment 2", "1 of 4")
        assert editor.screen.cards.ids == [segment.id for segment in editor.segments]
        await editor.press(*" In", "ctrl+s")
        await editor.until(lambda: editor.texts[0] == "He came. In")
        assert editor.texts[1] == "She left. It rained on them."


async def test_a_split_that_had_to_wait_and_is_refused_then_says_so(
    open_story: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing_actions, "SAVE_SECONDS", 0.05)
    free = threading.Event()

    def change_then(library: Library) -> None:
        free.wait(10)
        library.segments.edit(1, text_content="Another text. By another.")

    async with open_story(story=SENTENCES) as editor:
        await editor.press("e", "home", *["right"] * 8)
        editor.app.session.write(change_then)
        await editor.pilot.press("ctrl+t")
        await editor.shows("! The library is busy.")
        free.set()
        await editor.shows("! The narration of segment 1 is another by now.")
        assert len(editor.texts) == 3


async def test_a_text_that_is_not_saved_is_not_split(open_story: Opener) -> None:
    async with open_story(story=SENTENCES) as editor:
        await editor.press("e", "home", *["right"] * 8)
        await editor.pilot.press("X")
        editor.library.segments.edit(1, text_content="Another text. By another.")
        await editor.pilot.press("ctrl+t")
        await editor.shows("! changed elsewhere")
        assert editor.texts[0] == "Another text. By another."
        assert editor.screen.pane.field("text_content").content.startswith("He came.X")


async def test_a_library_open_for_reading_refuses_each_of_them(open_story: Opener) -> None:
    async with open_story(story=SENTENCES, read_only=True) as editor:
        await editor.press("S")
        await editor.shows("! This library is open for reading only.")
        assert editor.app.screen is editor.screen
        assert len(editor.texts) == 3
