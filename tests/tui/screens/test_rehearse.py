"""Rehearsing: the clock and its keys, the table at the end, and that no length is lost."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from storyflow_tui.errors import BusyError
from storyflow_tui.library import Library
from storyflow_tui.library.segments import Segments
from storyflow_tui.story import Story, StorySegment
from storyflow_tui.tui import kept_lines, kept_rehearsals, rehearsal
from storyflow_tui.tui.screens import rehearse
from storyflow_tui.tui.screens.lengths import LengthsScreen
from storyflow_tui.tui.screens.projects import ProjectsScreen
from storyflow_tui.tui.screens.rehearse import RehearseScreen
from storyflow_tui.tui.screens.timeline import TimelineScreen
from tests.tui.conftest import Editor, Opener
from tests.tui.screens.hand_clock import HandClock

NARROW, SMALL = (80, 24), (60, 16)


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> HandClock:
    """The clock of the rehearsal; the screen looks at it often."""
    hand = HandClock()
    monkeypatch.setattr(rehearsal, "CLOCK", hand)
    monkeypatch.setattr(rehearse, "TICK", 0.01)
    return hand


def rehearsing(editor: Editor) -> RehearseScreen:
    screen = editor.app.screen
    assert isinstance(screen, RehearseScreen)
    return screen


def lengths(editor: Editor) -> list[float | None]:
    return [segment.audio_duration for segment in editor.segments]


def waiting(editor: Editor) -> dict[int, float]:
    """The lengths that wait on the disk, by place."""
    kept = kept_rehearsals.kept(editor.library.path, editor.project_id)
    ids = list(editor.library.segments.ids(editor.project_id))
    return {} if kept is None else {ids.index(key) + 1: kept.taken[key] for key in kept.taken}


async def read(editor: Editor, clock: HandClock, *seconds: float) -> None:
    """Read segments aloud, each for so long, and press Space at each cut."""
    for each in seconds:
        clock.pass_(each)
        await editor.press("space")


# -- the clock --------------------------------------------------------------------------------


async def test_the_clock_waits_for_the_first_key(open_story: Opener, clock: HandClock) -> None:
    async with open_story(3, size=NARROW) as editor:
        await editor.press("t")
        await editor.shows("Narration 1.", "0:00", "space starts the clock", "Next", "Narration 2.")
        clock.pass_(60)
        await editor.pilot.pause(0.05)
        assert "0:00" in editor.text
        await editor.press("enter")
        clock.pass_(7)
        await editor.shows("0:07", "runs")


async def test_each_cut_takes_the_length_and_shows_the_next(
    open_story: Opener, clock: HandClock
) -> None:
    async with open_story(4, size=NARROW) as editor:
        await editor.press("t", "space")
        await read(editor, clock, 4.2)
        await editor.shows("Narration 2.", "2 of 4", "Segment 1: 4.2 s", "1 taken")
        await read(editor, clock, 3)
        await editor.shows("Narration 3.", "2 taken")
        assert waiting(editor) == {1: 4.2, 2: 3}
        assert lengths(editor) == [None] * 4


async def test_a_pause_does_not_count(open_story: Opener, clock: HandClock) -> None:
    async with open_story(3, size=NARROW) as editor:
        await editor.press("t", "space")
        clock.pass_(2)
        await editor.press("p")
        await editor.shows("0:02", "paused", "waits")
        clock.pass_(60)
        await editor.press("space")
        await editor.shows("runs", "1 of 3")
        await read(editor, clock, 1)
        assert waiting(editor) == {1: 3}


async def test_this_one_again(open_story: Opener, clock: HandClock) -> None:
    async with open_story(3, size=NARROW) as editor:
        await editor.press("t", "space")
        clock.pass_(9)
        await editor.press("r")
        await editor.shows("1 of 3", "0:00", "waits")
        await editor.press("space")
        await read(editor, clock, 2)
        assert waiting(editor) == {1: 2}


async def test_one_back_is_read_again(open_story: Opener, clock: HandClock) -> None:
    async with open_story(4, size=NARROW) as editor:
        await editor.press("t", "space")
        await read(editor, clock, 4, 5)
        for seconds, key in enumerate(("b", "k", "up", "backspace"), start=1):
            clock.pass_(3)
            await editor.press(key)
            await editor.shows("2 of 4", "0:00", "waits")
            await editor.press("space")
            await read(editor, clock, seconds)
            await editor.shows("3 of 4")
            assert waiting(editor) == {1: 4, 2: seconds}


async def test_one_that_is_left_out_gets_no_length(open_story: Opener, clock: HandClock) -> None:
    async with open_story(6, size=NARROW) as editor:
        await editor.press("t", "space")
        await read(editor, clock, 4)
        for place, key in enumerate(("n", "j", "down"), start=3):
            clock.pass_(3)
            await editor.press(key)
            await editor.shows(f"{place} of 6", "runs", "0:00")
        await read(editor, clock, 2)
        assert waiting(editor) == {1: 4, 5: 2}


async def test_a_key_that_is_held_down_is_one_cut(open_story: Opener, clock: HandClock) -> None:
    async with open_story(6, size=NARROW) as editor:
        await editor.press("t", "space")
        clock.pass_(3)
        for _ in range(5):
            await editor.press("space")
            clock.pass_(0.03)
        await editor.shows("2 of 6")
        assert waiting(editor) == {1: 3}


async def test_it_begins_at_the_bar_or_at_the_first(open_story: Opener) -> None:
    async with open_story(5, size=NARROW) as editor:
        await editor.press("j", "j", "t")
        await editor.shows("3 of 5", "Narration 3.")
        await editor.press("g")
        await editor.shows("1 of 5", "Narration 1.")


async def test_the_header_tells_how_long_the_story_is_by_now(
    open_story: Opener, library: Library, clock: HandClock
) -> None:
    story = Story("T", [StorySegment(f"Text {n}.", audio_duration=10) for n in range(4)])
    project_id = library.projects.import_story(story).id
    library.projects.set_target(project_id, 35)
    async with open_story(project_id=project_id) as editor:
        await editor.press("t", "space")
        await editor.shows("1 of 4   0:00 of 0:35")
        await read(editor, clock, 4)
        clock.pass_(2)
        await editor.shows("2 of 4   0:06 of 0:35")


async def test_a_resize_and_another_screen_lose_nothing(
    open_story: Opener, clock: HandClock
) -> None:
    async with open_story(4) as editor:
        await editor.press("t", "space")
        await read(editor, clock, 4)
        clock.pass_(2)
        await editor.pilot.resize_terminal(*NARROW)
        await editor.shows("0:02", "runs", "2 of 4")
        await editor.pilot.resize_terminal(40, 10)
        await editor.shows("The editor takes 60 and 16")
        clock.pass_(60)
        await editor.pilot.resize_terminal(*SMALL)
        await editor.shows("0:02", "paused")
        await editor.press("question_mark", "escape", "space")
        await read(editor, clock, 1)
        assert waiting(editor) == {1: 4, 2: 3}


async def test_a_long_narration_scrolls_while_the_clock_runs(
    open_story: Opener, clock: HandClock
) -> None:
    words = "\n".join(f"line {number}" for number in range(1, 41))
    async with open_story(story=Story("T", [StorySegment(words)]), size=NARROW) as editor:
        await editor.press("t", "space", *["pagedown"] * 5)
        await editor.shows("line 40", "runs")
        await editor.press(*["pageup"] * 5)
        await editor.shows("line 2")


async def test_stopping_before_a_cut_just_goes_back(open_story: Opener, clock: HandClock) -> None:
    async with open_story(4) as editor:
        await editor.press("j", "t", "space", "q")
        await editor.until(lambda: isinstance(editor.app.screen, TimelineScreen))
        assert editor.cursor == 2
        assert waiting(editor) == {}


async def test_reading_only_is_no_rehearsal(open_story: Opener) -> None:
    async with open_story(3, read_only=True) as editor:
        await editor.press("t")
        await editor.shows("! This library is open for reading only.")
        assert isinstance(editor.app.screen, TimelineScreen)


async def test_an_empty_story_is_not_rehearsed(open_story: Opener) -> None:
    async with open_story(0) as editor:
        await editor.press("t")
        assert isinstance(editor.app.screen, TimelineScreen)


# -- the end ----------------------------------------------------------------------------------


async def test_the_last_cut_shows_the_lengths_and_enter_keeps_them_in_one_step(
    open_story: Opener, clock: HandClock
) -> None:
    async with open_story(3, size=NARROW) as editor:
        await editor.press("t", "space")
        await read(editor, clock, 4, 5.5, 6)
        await editor.shows("Rehearsal", "not kept", "■ 3 lengths were taken, 0:16 in all")
        assert lengths(editor) == [None] * 3
        await editor.press("enter")
        await editor.shows("Kept 3 lengths", "u takes it back")
        assert isinstance(editor.app.screen, TimelineScreen)
        assert lengths(editor) == [4, 5.5, 6]
        assert waiting(editor) == {}
        changes = editor.library.history.list(editor.project_id)
        assert [change.label for change in changes] == ["Set the lengths of 3 segments"]
        await editor.press("u")
        assert lengths(editor) == [None] * 3


async def test_the_table_holds_the_lengths_against_estimate_and_target(
    open_story: Opener, library: Library, clock: HandClock
) -> None:
    words = "one two three four five six seven eight nine ten"
    story = Story("T", [StorySegment(words), StorySegment(words), StorySegment(words)])
    project_id = library.projects.import_story(story).id
    library.projects.set_target(project_id, 10)
    async with open_story(project_id=project_id, size=NARROW) as editor:
        await editor.press("t", "space")
        await read(editor, clock, 6, 3)
        await editor.press("q")
        await editor.shows("2 of 3 measured", "~0:13 of 0:10", "! 0:03 over")
        rows = [line.split() for line in editor.lines if " one two" in line]
        figures = [[cell for cell in row if ":" in cell or cell == "!"] for row in rows]
        assert figures == [
            ["~0:04", "0:06", "+0:02", "0:06"],
            ["~0:04", "0:03", "-0:01", "0:09"],
            ["~0:04", "~0:13", "!"],
        ]
        assert [line[1] for line in editor.lines if " one two" in line] == ["■", "■", " "]


async def test_the_table_shows_what_there_is_room_for(open_story: Opener, clock: HandClock) -> None:
    async with open_story(12, size=NARROW) as editor:
        await editor.press("j", "t", "space")
        await read(editor, clock, 4)
        await editor.press("q")
        await editor.shows("1 length was taken", "Narration 1.", "Narration 12.")
        assert "more" not in editor.text


async def test_leaving_asks_and_the_safe_answer_keeps(open_story: Opener, clock: HandClock) -> None:
    async with open_story(3, size=NARROW) as editor:
        await editor.press("t", "space")
        await read(editor, clock, 4)
        await editor.press("q", "q")
        await editor.shows("Throw the lengths of this rehearsal away?", "keep them")
        await editor.press("enter")
        await editor.shows("Kept 1 length")
        assert lengths(editor) == [4, None, None]


async def test_thrown_away_is_thrown_away(open_story: Opener, clock: HandClock) -> None:
    async with open_story(3, size=NARROW) as editor:
        await editor.press("t", "space")
        await read(editor, clock, 4)
        await editor.press("q", "escape", "y")
        await editor.until(lambda: isinstance(editor.app.screen, TimelineScreen))
        assert lengths(editor) == [None] * 3
        assert waiting(editor) == {}
        assert editor.library.history.list(editor.project_id) == []


async def test_the_rehearsal_goes_on_from_the_table(open_story: Opener, clock: HandClock) -> None:
    async with open_story(4, size=NARROW) as editor:
        await editor.press("t", "space")
        await read(editor, clock, 4)
        await editor.press("q")
        await editor.shows("1 length was taken")
        await editor.press("j", "t")
        await editor.shows("3 of 4", "1 taken", "waits")
        await editor.press("space")
        await read(editor, clock, 2)
        await editor.press("q", "enter")
        await editor.shows("Kept 2 lengths")
        assert lengths(editor) == [4, None, 2, None]


async def test_a_length_may_be_corrected_before_it_is_kept(
    open_story: Opener, clock: HandClock
) -> None:
    async with open_story(3, size=NARROW) as editor:
        await editor.press("t", "space")
        await read(editor, clock, 4, 5)
        await editor.press("q", "g", "e")
        await editor.shows("Length of segment 1")
        await editor.press("ctrl+u", *"1:30", "enter")
        await editor.shows("2 lengths were taken, 1:35")
        await editor.press("j", "e", "ctrl+u", *"none", "enter")
        await editor.shows("1 length was taken, 1:30")
        await editor.press("enter")
        await editor.shows("Kept 1 length")
        assert lengths(editor) == [90, None, None]


async def test_a_segment_deleted_meanwhile_does_not_cost_the_others_their_lengths(
    open_story: Opener, library: Library, clock: HandClock
) -> None:
    async with open_story(4, size=NARROW) as editor:
        await editor.press("t", "space")
        await read(editor, clock, 4, 5)
        await editor.press("q")
        await editor.shows("2 lengths")
        with Library.open(library.path) as other:
            other.segments.delete(library.segments.ids(editor.project_id)[0])
        await editor.shows("of 3 measured")
        await editor.press("enter")
        await editor.shows("Kept 1 length; 1 segment not there any more")
        assert lengths(editor) == [5, None, None]


async def test_lengths_that_cannot_be_kept_now_stay(
    open_story: Opener, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(self: Segments, durations: object) -> object:
        raise BusyError("The library is busy.")

    async with open_story(3, size=NARROW) as editor:
        await editor.press("t", "space")
        await read(editor, clock, 4)
        await editor.press("q")
        with monkeypatch.context() as patch:
            patch.setattr(Segments, "set_durations", busy)
            await editor.press("enter")
            await editor.shows("! The library is busy.")
        assert isinstance(editor.app.screen, LengthsScreen)
        assert waiting(editor) == {1: 4}
        await editor.press("enter")
        await editor.shows("Kept 1 length")


# -- nothing is lost --------------------------------------------------------------------------


async def test_quitting_keeps_the_lengths_and_t_goes_on_with_them(
    open_story: Opener, clock: HandClock
) -> None:
    async with open_story(4, size=NARROW) as editor:
        project_id = editor.project_id
        await editor.press("t", "space")
        await read(editor, clock, 4, 5)
        await editor.pilot.press("ctrl+q")
        await editor.until(lambda: editor.app.return_code is not None)
        assert editor.app.rehearsed
        assert editor.app.drafted == 0
    async with open_story(project_id=project_id, size=NARROW) as editor:
        await editor.shows("A rehearsal of 2 segments waits", "t goes on with it")
        await editor.press("t")
        await editor.shows("Throw the rehearsal away that waits?", "2 segments, 0:09")
        await editor.press("n")
        await editor.shows("3 of 4", "2 taken", "Narration 3.")
        await editor.press("space")
        await read(editor, clock, 6)
        await editor.press("q", "enter")
        await editor.shows("Kept 3 lengths")
        assert lengths(editor) == [4, 5, 6, None]


async def test_one_that_waits_can_be_thrown_away(open_story: Opener, clock: HandClock) -> None:
    async with open_story(3, size=NARROW) as editor:
        first = editor.segments[0].id
        kept_rehearsals.keep(editor.library.path, editor.project_id, {first: 3.0}, first)
        await editor.press("t", "y")
        await editor.shows("1 of 3", "0 taken")
        assert waiting(editor) == {}


async def test_the_table_loses_nothing_either(open_story: Opener, clock: HandClock) -> None:
    async with open_story(3, size=NARROW) as editor:
        await editor.press("t", "space")
        await read(editor, clock, 4)
        await editor.press("q")
        await editor.shows("not kept")
        editor.app._signal_arrived(signal.SIGHUP)
        await editor.until(lambda: editor.app.return_code == 128 + signal.SIGHUP)
        assert waiting(editor) == {1: 4}
        assert lengths(editor) == [None] * 3


async def test_every_cut_is_on_the_disk_before_anything_ends(
    open_story: Opener, clock: HandClock
) -> None:
    async with open_story(4, size=NARROW) as editor:
        await editor.press("t", "space")
        for number in range(1, 4):
            await read(editor, clock, number)
            assert waiting(editor)[number] == number


async def test_a_disk_that_takes_nothing_does_not_stop_the_rehearsal(
    open_story: Opener, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(what: str, text: str) -> None:
        raise OSError(28, "No space left on device")

    async with open_story(3, size=NARROW) as editor:
        with monkeypatch.context() as patch:
            patch.setattr(kept_lines, "keep", fails)
            await editor.press("t", "space")
            await read(editor, clock, 4)
            await editor.shows("2 of 3")
            await editor.pilot.press("ctrl+q")
            await editor.shows("! Not saved, and no draft:")
        assert isinstance(editor.app.screen, RehearseScreen)
        await editor.press("q", "enter")
        await editor.shows("Kept 1 length")


async def test_the_demo_leaves_no_trace(open_story: Opener, clock: HandClock) -> None:
    async with open_story(3, size=NARROW, demo=True) as editor:
        await editor.press("t", "space")
        await read(editor, clock, 4)
        assert waiting(editor) == {}


# -- what changes meanwhile -------------------------------------------------------------------


async def test_what_others_change_is_shown(
    open_story: Opener, library: Library, clock: HandClock, tmp_path: Path
) -> None:
    async with open_story(4, size=NARROW) as editor:
        await editor.press("t", "space")
        await read(editor, clock, 4)
        clock.pass_(2)
        ids = library.segments.ids(editor.project_id)
        with Library.open(library.path) as other:
            other.segments.edit(ids[1], text_content="Written elsewhere.")
            other.segments.move(ids[1], 4)
        await editor.shows("Written elsewhere.", "4 of 4", "0:02", "This is the last segment")
        with Library.open(library.path) as other:
            other.segments.delete(ids[1])
        await editor.shows("3 of 3", "0:00")


async def test_it_leaves_when_the_story_goes(open_story: Opener, library: Library) -> None:
    async with open_story(3) as editor:
        await editor.press("t")
        await editor.shows("1 of 3")
        with Library.open(library.path) as other:
            other.projects.delete(editor.project_id)
        await editor.until(lambda: isinstance(editor.app.screen, ProjectsScreen))
