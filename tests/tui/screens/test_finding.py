"""Finding in a story: as it is typed, from hit to hit, kept, left and cleared."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from PIL import Image
from textual import events

from storyflow_tui.library import Library
from storyflow_tui.library.finding import Finder
from storyflow_tui.records import HitRecord
from storyflow_tui.story import Story, StorySegment
from tests.screens import screen_lines
from tests.tui.conftest import Editor, Opener

LONG = "Words that nobody looks for, one after the other, again and again, until at last " * 3

TEXTS = [
    ("The first of all.", "a gull"),
    ("A lamp, and a second lamp.", "a lamp in fog"),
    ("Nothing.", ""),
    (f"{LONG} a LAMP is lit by somebody at the far end of it all.", "harbour"),
    ("Nothing either.", "the last Lamp"),
]


def story() -> Story:
    return Story("Lamps", [StorySegment(text, prompt) for text, prompt in TEXTS])


def current(editor: Editor) -> str:
    """The narration of the card that the bar is on."""
    record = editor.screen.current
    return "" if record is None else record.text_content


def looks(editor: Editor, attribute: str) -> list[str]:
    """The texts on the screen that have a look in the accent colour, in the order of the rows."""
    accent = "#74cdb8"
    found = []
    for strip in screen_lines(editor.app):
        for segment in strip:
            style = segment.style
            if style is None or not segment.text.strip():
                continue
            if attribute == "underline" and style.underline:
                found.append(segment.text)
            ground = style.bgcolor.name.lower() if style.bgcolor is not None else ""
            if attribute == "reverse" and style.bold and ground == accent:
                found.append(segment.text)
    return found


async def found(editor: Editor, *words: str) -> None:
    """Wait until the bar or the header says so."""
    await editor.shows(*words)
    await editor.pilot.pause()


async def test_typing_goes_to_the_first_hit_and_says_which_of_how_many(
    open_story: Opener,
) -> None:
    async with open_story(story=story()) as editor:
        await editor.press("slash", *"lamp")
        await found(editor, "/ lamp", "1 of 5", "in 3 segments")
        assert editor.cursor == 2


async def test_a_find_begins_where_the_bar_is_and_goes_on_from_the_top(
    open_story: Opener,
) -> None:
    async with open_story(story=story()) as editor:
        await editor.press("j", "j", "slash", *"lamp")
        await found(editor, "4 of 5")
        assert editor.cursor == 4
        await editor.press("escape", "G", "slash", *"first")
        await found(editor, "1 of 1")
        assert editor.cursor == 1


async def test_every_hit_is_marked_and_the_one_that_one_is_on_is_reversed(
    open_story: Opener,
) -> None:
    async with open_story(story=story(), size=(80, 40)) as editor:
        await editor.press("slash", *"LAMP")
        await found(editor, "1 of 5")
        assert looks(editor, "reverse") == ["lamp"]
        assert looks(editor, "underline") == ["lamp", "lamp", "LAMP", "Lamp"]
        await editor.press("down", "down")
        await found(editor, "3 of 5")
        assert editor.cursor == 2
        assert looks(editor, "underline") == ["lamp", "lamp", "LAMP", "Lamp"]


async def test_a_hit_beyond_what_a_card_shows_is_brought_into_its_last_line(
    open_story: Opener,
) -> None:
    async with open_story(story=story(), size=(80, 24)) as editor:
        await editor.press("slash", *"lamp i")
        await found(editor, "1 of 2")
        await editor.press("down")
        await editor.until(lambda: editor.cursor == 4)
        (line,) = [line for line in editor.lines if "LAMP is lit" in line]
        assert "… until at last a LAMP is lit" in line


async def test_the_pane_marks_the_hit_too_and_scrolls_to_it(open_story: Opener) -> None:
    text = "line\n" * 60 + "the lamp at the end"
    async with open_story(story=Story("Long", [StorySegment(text)])) as editor:
        await editor.press("slash", *"lamp", "enter")
        await editor.until(lambda: looks(editor, "reverse") == ["lamp", "lamp"])


async def test_the_name_of_a_picture_is_found_and_shown_on_its_card(
    open_story: Opener, tmp_path: Path
) -> None:
    Image.new("RGB", (8, 6), "teal").save(tmp_path / "sea at dusk.png")
    segments = [StorySegment("One."), StorySegment("Two.", image_file="sea at dusk.png")]
    pictured = Story("Pictured", segments, tmp_path)
    async with open_story(story=pictured, size=(80, 24)) as editor:
        await editor.press("slash", *"SEA AT")
        await found(editor, "1 of 1", "sea at dusk.png")
        assert editor.cursor == 2
        assert looks(editor, "reverse") == ["sea at"]


async def test_enter_keeps_the_find_and_n_goes_round(open_story: Opener) -> None:
    async with open_story(story=story()) as editor:
        await editor.press("slash", *"lamp", "enter")
        await found(editor, "“lamp” 1 of 5")
        assert "/ lamp" not in editor.text
        seen = []
        for key in ("n", "n", "n", "n", "n", "N", "N"):
            await editor.press(key)
            seen.append((editor.cursor, editor.lines[0].split("“lamp” ")[1].split(" ")[0]))
            if len(seen) == 5:
                assert "From the first hit again" in editor.text
            if len(seen) == 6:
                assert "From the last hit again" in editor.text
        assert seen == [(2, "2"), (2, "3"), (4, "4"), (5, "5"), (2, "1"), (5, "5"), (4, "4")]


async def test_n_goes_on_from_the_card_that_one_went_to_meanwhile(open_story: Opener) -> None:
    async with open_story(story=story()) as editor:
        await editor.press("slash", *"lamp", "enter", "j")
        assert editor.cursor == 3
        await editor.press("n")
        assert editor.cursor == 4
        await editor.press("k", "N")
        assert editor.cursor == 2
        await found(editor, "“lamp” 3 of 5")


async def test_keys_behind_a_find_come_to_what_it_finds(open_story: Opener) -> None:
    async with open_story(story=story()) as editor:
        await editor.press("slash", *"far end", "enter", "l")
        assert [one.is_locked for one in editor.segments] == [False, False, False, True, False]


async def test_keys_that_come_all_at_once_are_each_understood(
    open_story: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storyflow_tui.tui.screens.finding.WAIT", 60.0)
    async with open_story(story=story()) as editor:
        await editor.press("j")
        for key in ("slash", *"far end", "enter", "n", "slash", *"lamp", "enter", "n", "n", "l"):
            character = {"slash": "/", "enter": "\r"}.get(key, key)
            name = "space" if key == " " else key
            editor.app.post_message(events.Key(name, character))
        await editor.shows("“lamp” 1 of 5")
        await editor.press()
        assert editor.cursor == 2
        assert [one.is_locked for one in editor.segments] == [False, True, False, False, False]


async def test_letters_in_the_bar_do_nothing_to_the_story(open_story: Opener) -> None:
    async with open_story(story=story()) as editor:
        await editor.press("slash", *"dJKlnuqxio", "?")
        await found(editor, "“dJKlnuqxio?” is in no segment.")
        assert [(one.text_content, one.image_prompt) for one in editor.segments] == TEXTS
        assert not any(one.is_locked for one in editor.segments)


async def test_escape_goes_back_to_where_the_find_began(open_story: Opener) -> None:
    async with open_story(20, size=(80, 24)) as editor:
        await editor.press("j", "j", "j", "j", "j")
        before = editor.cursor, editor.screen.timeline.top
        await editor.press("slash", *"narration 17")
        await found(editor, "1 of 1")
        assert editor.cursor == 17
        await editor.press("escape")
        assert (editor.cursor, editor.screen.timeline.top) == before
        assert looks(editor, "underline") == []
        assert "e narration" in editor.text


async def test_a_text_that_is_nowhere_keeps_the_place(open_story: Opener) -> None:
    async with open_story(story=story()) as editor:
        await editor.press("j", "j", "slash", *"lam")
        await found(editor, "4 of 5")
        await editor.press("x")
        await found(editor, "“lamx” is in no segment.", "Your place is kept")
        assert editor.cursor == 3
        await editor.press("backspace")
        await found(editor, "4 of 5")
        await editor.press("y", "enter")
        await found(editor, "“lamy” is in no segment.")
        assert editor.cursor == 3
        await editor.press("n")
        await found(editor, "Nothing is looked for.", "/ finds a text")


async def test_an_emptied_bar_goes_back_and_marks_nothing(open_story: Opener) -> None:
    async with open_story(story=story()) as editor:
        await editor.press("slash", *"last", "ctrl+u")
        await editor.until(lambda: editor.cursor == 1)
        assert looks(editor, "underline") == []
        await editor.press("enter")
        assert "e narration" in editor.text


async def test_escape_clears_a_kept_find_before_it_leaves_the_story(open_story: Opener) -> None:
    async with open_story(story=story()) as editor:
        await editor.press("slash", *"lamp", "enter")
        await found(editor, "“lamp” 1 of 5")
        await editor.press("escape")
        assert "“lamp”" not in editor.text
        await editor.until(lambda: looks(editor, "underline") == looks(editor, "reverse") == [])
        assert editor.app.screen is editor.screen
        await editor.press("escape")
        await editor.shows("Stories")


async def test_the_bar_opens_with_what_was_found_last_and_typing_replaces_it(
    open_story: Opener,
) -> None:
    async with open_story(story=story()) as editor:
        await editor.press("slash", *"lamp", "enter", "slash")
        await found(editor, "/ lamp")
        await editor.press(*"gull")
        await found(editor, "/ gull", "1 of 1")
        await editor.press("escape")
        await found(editor, "“lamp” 1 of 5")


async def test_an_edit_changes_what_is_found(open_story: Opener, library: Library) -> None:
    async with open_story(story=story()) as editor:
        await editor.press("slash", *"lamp", "enter")
        await found(editor, "“lamp” 1 of 5")
        library.segments.edit(editor.segments[2].id, text_content="A lamp here as well.")
        await found(editor, "“lamp” 1 of 6")
        with Library.open(library.path) as other:
            other.segments.delete(editor.segments[1].id)
        await found(editor, "“lamp” 3 hits")
        await editor.press("n")
        assert editor.texts[editor.cursor - 1] == "A lamp here as well."


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("ÉTÉ", "un e\u0301te\u0301 ici"),
        ("strasse", "in der Straße"),
        ("жук", "ЖУК"),
        ("100%_", "100%_"),
    ],
)
async def test_texts_of_all_scripts_are_found(open_story: Opener, typed: str, text: str) -> None:
    segments = [StorySegment("first"), StorySegment(text), StorySegment("1000 000")]
    async with open_story(story=Story("Scripts", segments)) as editor:
        await editor.press("slash", *typed)
        await found(editor, "1 of 1")
        assert editor.cursor == 2


async def test_typing_goes_on_while_an_older_find_is_still_at_work(
    open_story: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = threading.Event()
    whole = Finder.hits

    def slow(
        finder: Finder, project_id: int, text: str, *, start: int | None = None
    ) -> Iterator[Sequence[HitRecord]]:
        for piece in whole(finder, project_id, text, start=start, piece=1):
            if text == "l":
                go_on.wait(30)
            yield piece

    monkeypatch.setattr(Finder, "hits", slow)
    async with open_story(story=story()) as editor:
        await editor.press("slash", "l")
        assert "counting" in editor.text
        await editor.press(*"amp")
        await found(editor, "1 of 5")
        assert editor.cursor == 2
        go_on.set()
        await editor.until(lambda: len(editor.app.workers) <= 1)
        assert (editor.cursor, "1 of 5" in editor.text) == (2, True)


@pytest.mark.parametrize(("key", "to"), [("n", 4), ("N", 2)])
async def test_hits_are_gone_through_from_a_card_that_was_just_deleted_elsewhere(
    open_story: Opener, library: Library, key: str, to: int
) -> None:
    async with open_story(story=story()) as editor:
        await editor.press("slash", *"lamp", "enter")
        await editor.until(lambda: editor.screen.hits is not None)
        await editor.press("g", "j", "j")
        wanted = editor.texts[to - 1]
        with Library.open(library.path) as other:
            other.segments.delete(editor.segments[2].id)
            await editor.screen.action_find_step(1 if key == "n" else -1)
        await editor.until(lambda: current(editor) == wanted)
        assert editor.app.screen is editor.screen


@pytest.mark.parametrize(("key", "to"), [("n", "Nothing."), ("N", "The first of all.")])
async def test_hits_are_gone_through_from_a_card_that_is_not_saved_yet(
    open_story: Opener, key: str, to: str
) -> None:
    free = threading.Event()
    async with open_story(story=story()) as editor:
        await editor.press("slash", *"th", "enter")
        await editor.until(lambda: editor.screen.hits is not None)
        await editor.press("g")
        editor.app.session.write(lambda _: free.wait(10))
        await editor.pilot.press("o", *"hi", "ctrl+s", key)
        await editor.until(lambda: current(editor) == to)
        assert editor.app.screen is editor.screen
        free.set()
