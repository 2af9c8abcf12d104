"""Marks in the timeline, and its keys on many segments at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from storyflow_tui.library import Library
from storyflow_tui.story import Story, StorySegment
from storyflow_tui.tui import clipboard
from tests.tui.conftest import Editor, a_long_write

Opener = Any


def signs(editor: Editor) -> list[str]:
    """Mark and number of every card that can be seen."""
    return [line[1:5] for line in editor.lines[2:-2] if line[2:5].strip().isdigit()]


@pytest.fixture
def copied(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What went to the clipboard."""
    texts: list[str] = []

    def copy(words: str, _: object) -> str:
        texts.append(words)
        return "by the test"

    monkeypatch.setattr(clipboard, "copy", copy)
    return texts


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_space_marks_and_the_bar_stays(open_story: Opener, size: Any) -> None:
    async with open_story(5, size=size) as editor:
        await editor.press("j", "space")
        assert editor.cursor == 2
        await editor.shows("1 marked")
        assert signs(editor)[:3] == ["   1", "■  2", "   3"]
        assert "1 marked" in editor.lines[0]
        await editor.press("space")
        await editor.until(lambda: "marked" not in editor.lines[0])
        assert signs(editor)[1] == "   2"


async def test_a_mark_redraws_gutters_alone(open_story: Opener) -> None:
    async with open_story(5) as editor:
        regions: list[Any] = []
        timeline = editor.screen.timeline
        refresh = timeline.refresh

        def noted(*given: Any, **options: Any) -> Any:
            regions.extend(given)
            return refresh(*given, **options)

        timeline.refresh = noted
        await editor.press("space")
        assert regions
        assert all(region.x == 0 and region.width == 6 for region in regions)


async def test_v_marks_up_to_here_and_a_marks_all_or_none(open_story: Opener) -> None:
    async with open_story(5) as editor:
        await editor.press("space", "j", "j", "V")
        assert signs(editor) == ["■  1", "■  2", "■  3", "   4", "   5"]
        await editor.press("A")
        await editor.shows("5 marked")
        await editor.press("A")
        await editor.until(lambda: "marked" not in editor.lines[0])


async def test_escape_takes_the_marks_away_and_then_leaves(open_story: Opener) -> None:
    async with open_story(3) as editor:
        await editor.press("A", "escape")
        await editor.until(lambda: "marked" not in editor.lines[0])
        assert editor.app.screen is editor.screen
        await editor.press("escape")
        await editor.shows("Stories")


async def test_marks_stay_with_their_segments(open_story: Opener, library: Library) -> None:
    async with open_story(5) as editor:
        await editor.press("j", "space", "J")
        assert signs(editor)[1:3] == ["   2", "■  3"]
        ids = [segment.id for segment in editor.segments]
        with Library.open(library.path) as other:
            other.segments.move(ids[4], 1)
            other.segments.delete(ids[0])
        await editor.until(lambda: signs(editor) == ["   1", "   2", "■  3", "   4"])


async def test_a_mark_goes_with_its_segment(open_story: Opener, library: Library) -> None:
    async with open_story(4) as editor:
        await editor.press("A")
        await editor.shows("4 marked")
        with Library.open(library.path) as other:
            other.segments.delete(editor.segments[1].id)
        await editor.shows("3 marked")
        await editor.press("u")
        await editor.until(lambda: signs(editor) == ["■  1", "   2", "■  3", "■  4"])


async def test_l_locks_the_marked_and_unlocks_them_once_all_are(open_story: Opener) -> None:
    async with open_story(4) as editor:
        await editor.press("l", "A", "space", "l")
        await editor.shows("Locked 3 segments", "l takes it back")
        assert [segment.is_locked for segment in editor.segments] == [True] * 4
        await editor.press("l")
        await editor.shows("Unlocked 3 segments")
        assert [segment.is_locked for segment in editor.segments] == [True, False, False, False]
        assert "3 marked" in editor.lines[0]


async def test_e_right_after_l_on_marked_ones_opens_the_field_as_it_will_be(
    open_story: Opener,
) -> None:
    async with open_story(3) as editor:
        with a_long_write(editor.app.session):
            await editor.pilot.press("A", "l", "e", "x")
            await editor.shows("! Segment 1 is locked.")
        await editor.until(lambda: all(segment.is_locked for segment in editor.segments))
        await editor.press("escape")
        with a_long_write(editor.app.session):
            await editor.pilot.press("l", "j", "e", "home", "A")
        await editor.press("ctrl+s")
        assert editor.texts == ["Narration 1.", "ANarration 2.", "Narration 3."]


async def test_l_on_marked_ones_that_are_all_gone_says_so_and_takes_the_marks_away(
    open_story: Opener,
) -> None:
    async with open_story(3) as editor:
        await editor.press("space", "j", "space", "j")
        with a_long_write(editor.app.session):
            await editor.pilot.press("l")
            with Library.open(editor.library.path) as other:
                other.segments.delete_many([each.id for each in editor.segments[:2]])
        await editor.shows("! None of the marked segments is there any more.")
        assert "locked" not in editor.lines[-1].lower()
        assert "marked" not in editor.lines[0]


async def test_d_deletes_the_marked_after_a_question(
    open_story: Opener, tmp_path: Path, library: Library
) -> None:
    async with open_story(6) as editor:
        Image.new("RGB", (8, 6)).save(tmp_path / "a.png")
        library.segments.attach_image(editor.segments[1].id, tmp_path / "a.png")
        await editor.press("j", "l", "space", "j", "V", "j", "j", "space", "d")
        await editor.shows("Delete 3 segments?", "Segments 2–3 and 5.", "n keep them", "y delete")
        await editor.shows("1 of them locked. 1 file goes to the trash for 30 days; u brings all")
        await editor.press("n")
        assert len(editor.texts) == 6
        await editor.press("d")
        await editor.shows("Delete 3 segments?")
        await editor.press("y")
        await editor.shows("Deleted 3 segments", "u brings them back", "3 segments")
        assert editor.texts == ["Narration 1.", "Narration 4.", "Narration 6."]
        assert editor.cursor == 3, "the next one that is left"
        assert "marked" not in editor.lines[0]
        await editor.press("u")
        await editor.until(lambda: len(editor.texts) == 6)
        await editor.until(lambda: editor.cursor == 2)
        assert editor.library.history.next_undo(editor.project_id).label.startswith("Choose")


async def test_deleting_all_leaves_an_empty_story_and_u_brings_it_back(
    open_story: Opener,
) -> None:
    async with open_story(3) as editor:
        await editor.press("A", "d")
        await editor.shows("Delete 3 segments?", "Segments 1–3.")
        await editor.press("y")
        await editor.shows("No segments yet")
        await editor.press("space", "V", "A", "m", "c", "l", "d")
        await editor.press("u")
        await editor.shows("Narration 1.", "Narration 3.")


async def test_m_moves_the_marked_to_a_position(open_story: Opener) -> None:
    async with open_story(6) as editor:
        await editor.press("space", "j", "j", "space", "m")
        await editor.shows("Move 2 segments to position", "From 1 to 5")
        await editor.press("6", "enter")
        await editor.shows("! A position is a number from 1 to 5.")
        await editor.press("backspace", "5", "enter")
        await editor.shows("Moved 2 segments to 5")
        assert [text[10] for text in editor.texts] == ["2", "4", "5", "6", "1", "3"]
        await editor.until(lambda: editor.cursor == 5)
        assert signs(editor)[4:] == ["■  5", "■  6"]
        await editor.press("u")
        assert [text[10] for text in editor.texts] == ["1", "2", "3", "4", "5", "6"]


async def test_m_without_marks_moves_the_current_one(open_story: Opener) -> None:
    async with open_story(4) as editor:
        await editor.press("j", "m")
        await editor.shows("Move segment 2 to position", "From 1 to 4")
        await editor.press("4", "enter")
        await editor.shows("Moved segment 2 to 4")
        assert editor.texts[3] == "Narration 2."
        await editor.until(lambda: editor.cursor == 4)


async def test_m_is_left_without_a_move(open_story: Opener) -> None:
    async with open_story(4) as editor:
        await editor.press("m", "3", "escape")
        assert editor.texts[0] == "Narration 1."


async def test_c_copies_the_marked_into_a_story_that_is_chosen(
    open_story: Opener, library: Library
) -> None:
    library.projects.create("Fog")
    target = library.projects.import_story(Story("Harbour", [StorySegment("h")]))
    async with open_story(3) as editor:
        await editor.press("space", "j", "j", "space", "c")
        await editor.shows("Copy 2 segments", "into which story?", "Fog", "Harbour", "2 stories")
        assert "The Lamp" not in editor.text
        await editor.press("j", "k", "enter")
        await editor.shows("Copied 2 segments into “Harbour”", "u in that story undoes it")
        texts = [segment.text_content for segment in library.segments.list(target.id)]
        assert texts == ["h", "Narration 1.", "Narration 3."]
        assert library.history.next_undo(editor.project_id) is None


async def test_c_is_left_without_a_copy_and_says_where_there_is_no_other_story(
    open_story: Opener,
) -> None:
    async with open_story(3) as editor:
        await editor.press("c")
        await editor.shows("Copy segment 1", "There is no other story.")
        await editor.press("enter", "escape")
        await editor.until(lambda: editor.app.screen is editor.screen)
        assert len(editor.library.projects.list()) == 1


async def test_y_copies_the_prompts_of_the_marked_parted_by_blank_lines(
    open_story: Opener, copied: list[str]
) -> None:
    segments = [StorySegment(f"N{n}", "" if n == 2 else f"p{n}") for n in range(1, 5)]
    async with open_story(story=Story("T", segments)) as editor:
        await editor.press("space", "j", "j", "V", "y")
        await editor.shows("Copied the prompts of 2 of 3 segments")
        await editor.press("Y")
        await editor.shows("Copied the narrations of 3 segments")
        assert copied == ["p1\n\np3", "N1\n\nN2\n\nN3"]


async def test_y_says_that_none_of_the_marked_has_a_prompt(open_story: Opener) -> None:
    async with open_story(story=Story("T", [StorySegment("a"), StorySegment("b")])) as editor:
        await editor.press("A", "y")
        await editor.shows("None of them has a prompt")


async def test_a_library_for_reading_offers_none_of_it(open_story: Opener) -> None:
    async with open_story(3, read_only=True) as editor:
        for key in ("d", "m", "c"):
            await editor.press("A", key)
            await editor.shows("! This library is open for reading only.")
            assert editor.app.screen is editor.screen
            await editor.press("escape")


async def test_no_mark_is_made_while_a_field_is_open(open_story: Opener) -> None:
    async with open_story(3) as editor:
        await editor.press("e", "end", "space", "A", "V")
        assert "marked" not in editor.lines[0]
        await editor.press("ctrl+s")
        assert editor.texts[0] == "Narration 1. AV"


async def test_with_a_filter_a_marks_what_is_shown(open_story: Opener) -> None:
    async with open_story(5) as editor:
        await editor.press("j", "l", "j", "j", "l")
        await editor.shows("2 locked")
        await editor.press("f", "u", "enter")
        await editor.until(lambda: len(signs(editor)) == 3)
        await editor.press("A")
        await editor.shows("3 marked")
        assert signs(editor) == ["■  1", "■  3", "■  5"]
        await editor.press("d")
        await editor.shows("Delete 3 segments?", "Segments 1, 3 and 5.")
        await editor.press("y")
        await editor.shows("Deleted 3 segments")
        assert editor.texts == ["Narration 2.", "Narration 4."]
