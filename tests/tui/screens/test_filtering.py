"""Which segments are shown, and the ways to one: filter, position, next without a picture."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

import pytest
from PIL import Image

from storyflow_tui.library import Library
from storyflow_tui.library.finding import Finder
from storyflow_tui.records import Filter
from storyflow_tui.story import Story, StorySegment
from tests.tui.conftest import Editor, Opener


@pytest.fixture
def mixed(tmp_path: Path) -> Story:
    """Eight segments: 2, 5 and 6 have a picture, 3, 6 and 7 are locked."""
    Image.new("RGB", (8, 6), "teal").save(tmp_path / "a.png")
    return Story(
        "Mixed",
        [
            StorySegment(
                f"Narration {n}.",
                image_file="a.png" if n in (2, 5, 6) else None,
                is_locked=n in (3, 6, 7),
            )
            for n in range(1, 9)
        ],
        tmp_path,
    )


def current(editor: Editor) -> str:
    """The narration of the card that the bar is on."""
    record = editor.screen.current
    return "" if record is None else record.text_content


def numbers(editor: Editor) -> list[int]:
    """The positions that the cards show."""
    cards = editor.screen.cards
    return [cards.number(index) for index in range(len(cards))]


async def test_a_filter_shows_some_with_their_true_positions_and_says_so(
    open_story: Opener, mixed: Story
) -> None:
    async with open_story(story=mixed) as editor:
        await editor.press("f")
        await editor.shows("Show only segments that are", "8 of 8 segments")
        await editor.press("l")
        await editor.shows("3 of 8 segments")
        await editor.press("enter")
        assert numbers(editor) == [3, 6, 7]
        assert "3 of 8 shown" in editor.lines[0]
        assert "locked" in editor.lines[0]
        shown = [line for line in editor.lines if "Narration " in line]
        for line, number in zip(shown, (3, 6, 7), strict=False):
            assert line.lstrip("▌ ").startswith(f"{number} ")
            assert f"Narration {number}." in line


async def test_conditions_hold_together_and_locked_excludes_unlocked(
    open_story: Opener, mixed: Story
) -> None:
    async with open_story(story=mixed) as editor:
        await editor.press("f", "i", "u", "enter")
        assert numbers(editor) == [1, 4, 8]
        assert "without a picture, not locked" in editor.lines[0]
        await editor.press("f", "l", "enter")
        assert numbers(editor) == [3, 7]
        await editor.press("f", "l", "i", "t", "enter")
        assert numbers(editor) == [1, 2, 3, 4, 5, 6, 7, 8]
        assert "changed today" in editor.lines[0]
        await editor.press("f", "a")
        assert "shown" not in editor.lines[0]


async def test_a_filter_that_nothing_fits_is_not_set(open_story: Opener) -> None:
    async with open_story(3) as editor:
        await editor.press("f", "l", "enter")
        await editor.shows("No segment is locked.")
        await editor.press("escape")
        assert numbers(editor) == [1, 2, 3]
        await editor.press("f", "m", "enter")
        await editor.shows("No segment is marked.")


async def test_marked_ones_are_shown_alone_and_all_that_are_shown_can_be_marked(
    open_story: Opener, mixed: Story
) -> None:
    async with open_story(story=mixed) as editor:
        await editor.press("j", "space", "j", "j", "space", "f", "m")
        await editor.shows("marked   2 marked", "2 of 8 segments")
        await editor.press("enter")
        assert numbers(editor) == [2, 4]
        await editor.press("escape")
        assert numbers(editor) == [1, 2, 3, 4, 5, 6, 7, 8]
        assert "2 marked" in editor.text
        await editor.press("escape", "f", "u", "i", "enter", "A", "l")
        assert [n for n, one in enumerate(editor.segments, 1) if one.is_locked] == [
            *(1, 3, 4, 6, 7, 8),
        ]


async def test_a_count_that_comes_when_the_sheet_is_gone_changes_nothing(
    open_story: Opener, mixed: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on, done = threading.Event(), threading.Event()
    ids = Finder.ids

    def slow(finder: Finder, project_id: int, wanted: Filter) -> Sequence[int]:
        go_on.wait(30)
        found = ids(finder, project_id, wanted)
        done.set()
        return found

    async with open_story(story=mixed, size=(80, 24)) as editor:
        before = editor.lines
        monkeypatch.setattr(Finder, "ids", slow)
        await editor.press("f", "escape")
        go_on.set()
        await editor.until(done.is_set)
        await editor.pilot.pause(0.05)
        assert editor.lines == before


async def test_keys_behind_a_filter_come_to_what_it_shows(open_story: Opener, mixed: Story) -> None:
    async with open_story(story=mixed) as editor:
        await editor.press("f", "l", "enter", "j", "l")
        assert [n for n, one in enumerate(editor.segments, 1) if one.is_locked] == [3, 7]


async def test_the_bar_stays_on_its_card_or_goes_to_the_next_that_is_shown(
    open_story: Opener, mixed: Story
) -> None:
    async with open_story(story=mixed) as editor:
        await editor.press("j", "j", "j", "f", "l", "enter")
        assert numbers(editor)[editor.cursor - 1] == 6
        await editor.press("f", "u", "enter")
        assert numbers(editor)[editor.cursor - 1] == 8
        await editor.press("escape")
        assert editor.cursor == 8


async def test_a_card_that_fits_no_more_stays_until_the_filter_is_set_anew(
    open_story: Opener, mixed: Story
) -> None:
    async with open_story(story=mixed) as editor:
        await editor.press("f", "l", "enter", "l")
        assert not editor.segments[2].is_locked
        assert numbers(editor) == [3, 6, 7]
        await editor.press("f", "enter")
        assert numbers(editor) == [6, 7]


async def test_what_comes_later_is_shown(open_story: Opener, mixed: Story) -> None:
    async with open_story(story=mixed) as editor:
        await editor.press("f", "l", "enter")
        new = Story("New", [StorySegment("New one.")])
        editor.library.projects.insert(editor.project_id, 1, new)
        await editor.shows("4 of 9 shown")
        assert numbers(editor) == [1, 4, 7, 8]


async def test_escape_clears_find_then_filter_then_leaves(open_story: Opener, mixed: Story) -> None:
    async with open_story(story=mixed) as editor:
        await editor.press("f", "l", "enter", "slash", *"narration", "enter")
        await editor.shows("“narration” 1 of 3", "3 of 8 shown")
        await editor.press("escape")
        assert "“narration”" not in editor.text
        assert "3 of 8 shown" in editor.text
        await editor.press("escape")
        assert "shown" not in editor.lines[0]
        assert editor.app.screen is editor.screen
        await editor.press("escape")
        await editor.shows("Stories")


async def test_a_move_in_a_filtered_view_is_by_one_place_of_the_whole_story(
    open_story: Opener, mixed: Story
) -> None:
    async with open_story(story=mixed) as editor:
        await editor.press("f", "l", "enter", "J")
        assert editor.texts[2:4] == ["Narration 4.", "Narration 3."]
        assert numbers(editor) == [4, 6, 7]
        assert editor.cursor == 1
        await editor.shows("Segment 3 is 4 now.", "The filter hides the one it passed")
        await editor.press("j", "J")
        assert editor.texts[5:7] == ["Narration 7.", "Narration 6."]
        assert (numbers(editor), editor.cursor) == ([4, 6, 7], 3)
        await editor.press("escape")
        assert editor.cursor == 7


async def test_undo_shows_the_card_that_it_touched(open_story: Opener, mixed: Story) -> None:
    async with open_story(story=mixed) as editor:
        editor.library.segments.edit(editor.segments[0].id, text_content="Other words.")
        await editor.shows("Other words.")
        await editor.press("f", "l", "enter", "u")
        await editor.until(lambda: numbers(editor) == [1, 3, 6, 7])
        assert editor.cursor == 1


async def test_a_deletion_in_a_filtered_view_leaves_the_next_that_is_shown(
    open_story: Opener, mixed: Story
) -> None:
    async with open_story(story=mixed) as editor:
        await editor.press("f", "l", "enter", "d", "y")
        await editor.shows("2 of 7 shown")
        assert (numbers(editor), editor.cursor) == ([5, 6], 1)
        await editor.press("d", "y", "d", "y")
        await editor.until(lambda: "shown" not in editor.lines[0])
        assert (numbers(editor), editor.cursor) == ([1, 2, 3, 4, 5], 5)


async def test_the_next_without_a_picture_goes_round(open_story: Opener, mixed: Story) -> None:
    async with open_story(story=mixed) as editor:
        seen = []
        for _ in range(6):
            await editor.press("greater_than_sign")
            seen.append(editor.cursor)
        assert seen == [3, 4, 7, 8, 1, 3]
        await editor.press("f", "l", "enter", "greater_than_sign")
        assert numbers(editor)[editor.cursor - 1] == 7


async def test_the_next_without_a_picture_is_found_from_a_card_that_was_just_deleted_elsewhere(
    open_story: Opener, mixed: Story, library: Library
) -> None:
    async with open_story(story=mixed) as editor:
        await editor.press("j", "j")
        with Library.open(library.path) as other:
            other.segments.delete(editor.segments[2].id)
            editor.screen.action_next_without_image()
        await editor.until(lambda: current(editor) == "Narration 4.")
        assert editor.app.screen is editor.screen


@pytest.mark.parametrize(("new", "to"), [("o", 4), ("O", 1)])
async def test_the_next_without_a_picture_is_found_from_a_card_that_is_not_saved_yet(
    open_story: Opener, mixed: Story, new: str, to: int
) -> None:
    free = threading.Event()
    async with open_story(story=mixed) as editor:
        await editor.press(*["j", "j"][: 2 * (new == "o")])
        editor.app.session.write(lambda _: free.wait(10))
        await editor.pilot.press(new, *"hi", "ctrl+s", "greater_than_sign")
        await editor.until(lambda: current(editor) == f"Narration {to}.")
        assert editor.app.screen is editor.screen
        free.set()


async def test_the_next_without_a_picture_says_when_there_is_no_other(
    open_story: Opener, tmp_path: Path
) -> None:
    path = tmp_path / "a.png"
    Image.new("RGB", (8, 6), "teal").save(path)
    async with open_story(2) as editor:
        editor.library.segments.attach_image(editor.segments[0].id, path)
        await editor.press("greater_than_sign", "greater_than_sign")
        assert editor.cursor == 2
        await editor.shows("Segment 2 is the only one without a picture")
        editor.library.segments.attach_image(editor.segments[1].id, path)
        await editor.press("greater_than_sign")
        await editor.shows("Every segment has a picture")


@pytest.mark.parametrize(
    ("typed", "position", "said"),
    [
        ("5", 5, ""),
        ("$", 12, ""),
        ("end", 12, ""),
        ("+3", 6, ""),
        ("-2", 1, ""),
        ("-9", 1, ""),
        ("+99", 12, ""),
        ("99", 12, "There is no segment 99."),
        ("0", 1, "There is no segment 0."),
    ],
)
async def test_a_position_is_gone_to(
    open_story: Opener, typed: str, position: int, said: str
) -> None:
    async with open_story(12) as editor:
        await editor.press("j", "j", "colon")
        await editor.shows("Go to a position", "1 to 12")
        await editor.press(*typed, "enter")
        assert editor.cursor == position
        assert said in editor.text


async def test_what_is_no_position_is_refused_and_the_line_stays(open_story: Opener) -> None:
    async with open_story(3) as editor:
        await editor.press("colon", *"two", "enter")
        await editor.shows("A position is a number")
        await editor.press("escape")
        assert editor.cursor == 1


async def test_a_position_that_the_filter_hides_leads_to_the_next_that_is_shown(
    open_story: Opener, mixed: Story
) -> None:
    async with open_story(story=mixed) as editor:
        await editor.press("f", "l", "enter", "colon", "4", "enter")
        assert numbers(editor)[editor.cursor - 1] == 6
        await editor.shows("The filter hides segment 4.", "This is segment 6")
