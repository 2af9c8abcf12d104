"""The story itself and the lengths of its segments: what is shown, and what can be set there."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image

from storyflow_tui.library import Library
from storyflow_tui.library.segments import Segments
from storyflow_tui.records import ProjectRecord
from storyflow_tui.story import Story, StorySegment
from storyflow_tui.tui.screens import one_story
from storyflow_tui.tui.screens.history import HistoryScreen
from storyflow_tui.tui.screens.lengths import LengthsScreen
from storyflow_tui.tui.screens.projects import ProjectsScreen
from storyflow_tui.tui.screens.rehearse import RehearseScreen
from storyflow_tui.tui.screens.story_page import StoryPage
from storyflow_tui.tui.screens.timeline import TimelineScreen
from tests.tui.conftest import Editor, Opener
from tests.tui.screens.conftest import Stage

WIDE, NARROW, SMALL = (120, 40), (80, 24), (60, 16)


@pytest.fixture
def lamp(library: Library, tmp_path: Path) -> ProjectRecord:
    """Four segments of two words each: one with a picture, one locked, one measured."""
    Image.new("RGB", (64, 36), "teal").save(tmp_path / "lamp.png")
    return library.projects.import_story(
        Story(
            "The Lamp",
            [
                StorySegment("One lamp.", image_file="lamp.png"),
                StorySegment("Two lamps.", audio_duration=90),
                StorySegment("Three lamps.", is_locked=True),
                StorySegment("Four lamps."),
            ],
            tmp_path,
        )
    )


def target(editor: Editor) -> float | None:
    return editor.library.projects.get(editor.project_id).target_seconds


def lengths(editor: Editor) -> list[float | None]:
    return [segment.audio_duration for segment in editor.segments]


def rows(editor: Editor) -> list[str]:
    return [line for line in editor.lines if " lamps." in line or " lamp." in line]


# -- the page ---------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_the_page_tells_title_length_counts_and_last_changes(
    open_story: Opener, library: Library, lamp: ProjectRecord, size: tuple[int, int]
) -> None:
    library.segments.edit(library.segments.ids(lamp.id)[3], text_content="Four lamps, lit.")
    library.projects.set_target(lamp.id, 120)
    async with open_story(project_id=lamp.id, size=size) as editor:
        await editor.press("P")
        await editor.shows("Title      The Lamp", "Last changes", "Set the target to 2:00")
        await editor.shows("~1:33 of 2:00   0:27 to go", "77%", "1:30 measured, the rest guessed")
        await editor.shows("Segments   4", "Words      9", "Locked     1")
        await editor.shows("Images     1 of 4   3 missing", "Edit narration of segment 4")


async def test_it_goes_back_to_the_timeline(open_story: Opener, lamp: ProjectRecord) -> None:
    async with open_story(project_id=lamp.id) as editor:
        await editor.press("j")
        for key in ("q", "escape", "P"):
            await editor.press("P")
            await editor.until(lambda: isinstance(editor.app.screen, StoryPage))
            await editor.press(key)
            await editor.until(lambda: isinstance(editor.app.screen, TimelineScreen))
            assert editor.cursor == 2


async def test_it_is_reached_from_the_list_of_stories(
    open_stories: Stage, lamp: ProjectRecord
) -> None:
    async with open_stories() as editor:
        await editor.press("P")
        await editor.shows("Title      The Lamp")
        await editor.press("q")
        await editor.until(lambda: isinstance(editor.app.screen, ProjectsScreen))


async def test_an_empty_list_has_no_page(open_stories: Stage) -> None:
    async with open_stories() as editor:
        await editor.press("P")
        assert isinstance(editor.app.screen, ProjectsScreen)


async def test_a_target_is_set_changed_and_taken_away(
    open_story: Opener, lamp: ProjectRecord
) -> None:
    async with open_story(project_id=lamp.id) as editor:
        await editor.press("P")
        await editor.shows("no target; t sets one")
        await editor.press("t", *"1:00", "enter")
        await editor.shows("~1:32 of 1:00   0:32 over", "The target is 1:00", "154%")
        assert target(editor) == 60
        await editor.press("t", "ctrl+u", *"3 min", "enter")
        await editor.shows("~1:32 of 3:00   1:28 to go")
        await editor.press("u")
        await editor.shows("Undone: set the target to 3:00", "of 1:00")
        await editor.press("U")
        await editor.shows("of 3:00")
        await editor.press("t", "ctrl+u", *"none", "enter")
        await editor.shows("No target any more", "no target; t sets one")
        assert target(editor) is None


async def test_a_wrong_target_is_said_beside_the_line(
    open_story: Opener, lamp: ProjectRecord
) -> None:
    async with open_story(project_id=lamp.id, size=NARROW) as editor:
        await editor.press("P", "t")
        for typed, why in (("soon", "! It is written as"), ("0", "! A target is more")):
            await editor.press("ctrl+u", *typed, "enter")
            await editor.shows(why, "How long the story is to be")
        await editor.press("escape")
        assert target(editor) is None


async def test_a_target_that_is_shown_to_the_second_is_not_rounded_by_looking(
    open_story: Opener, library: Library, lamp: ProjectRecord
) -> None:
    library.projects.set_target(lamp.id, 61.4)
    async with open_story(project_id=lamp.id) as editor:
        await editor.press("P", "t", "enter")
        assert target(editor) == 61.4


async def test_the_header_of_the_timeline_shows_the_target(
    open_story: Opener, library: Library, lamp: ProjectRecord
) -> None:
    async with open_story(project_id=lamp.id) as editor:
        await editor.shows("~1:32   images")
        library.projects.set_target(lamp.id, 240)
        await editor.shows("~1:32 of 4:00   images")


async def test_a_story_is_renamed(open_story: Opener, lamp: ProjectRecord) -> None:
    async with open_story(project_id=lamp.id) as editor:
        await editor.press("P", "r", *"s", "enter")
        await editor.shows("Title      The Lamps", "u in the list of stories takes it back")
        await editor.press("r", "ctrl+u", "enter")
        await editor.shows("! A title cannot be empty")
        await editor.press("escape", "q")
        assert "The Lamps" in editor.lines[0]


async def test_history_and_lengths_open_from_it(open_story: Opener, lamp: ProjectRecord) -> None:
    async with open_story(project_id=lamp.id) as editor:
        await editor.press("P", "H")
        await editor.until(lambda: isinstance(editor.app.screen, HistoryScreen))
        await editor.press("q", "l")
        await editor.until(lambda: isinstance(editor.app.screen, LengthsScreen))
        await editor.press("q")
        await editor.until(lambda: isinstance(editor.app.screen, StoryPage))


async def test_an_empty_story_has_a_page_and_no_lengths(open_story: Opener) -> None:
    async with open_story(0) as editor:
        await editor.press("P")
        await editor.shows("Segments   0", "Nothing was changed yet.")
        await editor.press("l")
        await editor.shows("No segments yet")


async def test_reading_only_changes_nothing(open_story: Opener, lamp: ProjectRecord) -> None:
    async with open_story(project_id=lamp.id, read_only=True) as editor:
        await editor.press("P")
        for key in ("r", "t", "u", "U"):
            await editor.press(key)
            await editor.shows("! This library is open for reading only.")
            assert isinstance(editor.app.screen, StoryPage)


async def test_what_others_change_is_shown(
    open_story: Opener, library: Library, lamp: ProjectRecord
) -> None:
    async with open_story(project_id=lamp.id) as editor:
        await editor.press("P")
        await editor.shows("Segments   4")
        with Library.open(library.path) as other:
            other.segments.delete(other.segments.ids(lamp.id)[0])
            other.projects.rename(lamp.id, "Renamed elsewhere")
        await editor.shows("Segments   3", "Renamed elsewhere", "Delete segment 1")
        with Library.open(library.path) as other:
            other.projects.delete(lamp.id)
        await editor.until(lambda: isinstance(editor.app.screen, ProjectsScreen))


async def test_a_change_that_came_meanwhile_is_not_taken_back_unseen(
    open_story: Opener, library: Library, lamp: ProjectRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.projects.set_target(lamp.id, 60)
    async with open_story(project_id=lamp.id) as editor:
        await editor.press("P")
        monkeypatch.setattr(StoryPage, "on_session_library_changed", lambda *_: None)
        with Library.open(library.path) as other:
            other.projects.set_target(lamp.id, 90)
        await editor.press("u")
        await editor.shows("! Another change came meanwhile.")
        assert target(editor) == 90
        await editor.press("u")
        assert target(editor) == 60


@pytest.mark.parametrize("size", [SMALL, WIDE])
async def test_every_row_of_the_page_fits_the_screen(
    open_story: Opener, library: Library, size: tuple[int, int]
) -> None:
    wide = library.projects.import_story(Story("灯台" * 60, [StorySegment("灯台の灯。" * 50)]))
    library.projects.set_target(wide.id, 1)
    async with open_story(project_id=wide.id, size=size) as editor:
        await editor.press("P")
        await editor.shows("Title", "灯台", "Length")
        strips = editor.app.screen._compositor.render_strips()
        assert {strip.cell_length for strip in strips} == {size[0]}
        await editor.press(*["j"] * 20)
        await editor.shows("Set the target to 0:01")


# -- the lengths ------------------------------------------------------------------------------


async def test_the_lengths_of_a_story_without_a_rehearsal(
    open_story: Opener, lamp: ProjectRecord
) -> None:
    async with open_story(project_id=lamp.id, size=NARROW) as editor:
        await editor.press("P", "l")
        await editor.shows("Lengths", "1 of 4 measured", "~1:32", "no target")
        figures = [[cell for cell in row.split() if ":" in cell] for row in rows(editor)]
        assert figures == [
            ["~0:01", "~0:01"],
            ["~0:01", "1:30", "+1:29", "~1:31"],
            ["~0:01", "~1:32"],
            ["~0:01", "~1:32"],
        ]
        assert "keep" not in editor.lines[-1]


async def test_a_length_is_written_by_hand_and_undone(
    open_story: Opener, lamp: ProjectRecord
) -> None:
    async with open_story(project_id=lamp.id, size=NARROW) as editor:
        await editor.press("P", "l", "j", "j", "e")
        await editor.shows("Length of segment 3")
        await editor.press(*"0:07.5", "enter")
        await editor.shows("The length is set", "2 of 4 measured")
        assert lengths(editor) == [None, 90, 7.5, None]
        await editor.press("k", "e", "ctrl+u", "enter")
        assert lengths(editor) == [None, None, 7.5, None]
        await editor.press("u")
        await editor.shows("Undone: clear the length of segment 2")
        assert lengths(editor) == [None, 90, 7.5, None]
        await editor.press("U")
        assert lengths(editor) == [None, None, 7.5, None]


async def test_a_wrong_length_is_said_beside_the_line(
    open_story: Opener, lamp: ProjectRecord
) -> None:
    async with open_story(project_id=lamp.id, size=NARROW) as editor:
        await editor.press("P", "l", "e", *"1:75", "enter")
        await editor.shows("! Seconds and minutes behind a colon are below 60.")
        await editor.press("escape")
        assert lengths(editor) == [None, 90, None, None]


async def test_a_rehearsal_begins_at_the_bar_of_the_table(
    open_story: Opener, lamp: ProjectRecord
) -> None:
    async with open_story(project_id=lamp.id, size=NARROW) as editor:
        await editor.press("P", "l", "G", "t")
        await editor.until(lambda: isinstance(editor.app.screen, RehearseScreen))
        await editor.shows("4 of 4", "Four lamps.")
        await editor.press("q")
        await editor.until(lambda: isinstance(editor.app.screen, LengthsScreen))


async def test_the_bar_stays_on_its_segment_when_others_move_it(
    open_story: Opener, library: Library, lamp: ProjectRecord
) -> None:
    async with open_story(project_id=lamp.id, size=NARROW) as editor:
        await editor.press("P", "l", "j")
        with Library.open(library.path) as other:
            other.segments.move(library.segments.ids(lamp.id)[1], 4)
        await editor.until(lambda: rows(editor)[-1].startswith("▌   4 Two lamps."))


async def test_the_lengths_of_a_long_story_are_read_on_a_worker_and_by_windows(
    open_story: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(one_story, "AT_ONCE", 5)
    read_by: list[str] = []
    read = Segments.lengths

    def told(self: Segments, project_id: int, pace: int = 150) -> Iterator[object]:
        read_by.append(threading.current_thread().name)
        return read(self, project_id, pace)

    monkeypatch.setattr(Segments, "lengths", told)
    async with open_story(1200, size=NARROW) as editor:
        segments: Callable[..., object] = editor.app.session.segments
        asked: list[int] = []

        def counted(ids: list[int]) -> object:
            asked.append(len(ids))
            return segments(ids)

        await editor.press("P", "l")
        await editor.shows("0 of 1200 measured", "Narration 1.")
        monkeypatch.setattr(editor.app.session, "segments", counted)
        await editor.press("G")
        await editor.shows("1200 Narration 1200.")
        assert "MainThread" not in read_by
        assert max(asked) <= 40
        strips = editor.app.screen._compositor.render_strips()
        assert {strip.cell_length for strip in strips} == {80}


@pytest.mark.parametrize("size", [SMALL, WIDE])
async def test_every_row_of_the_table_fits_the_screen(
    open_story: Opener, library: Library, size: tuple[int, int]
) -> None:
    segments = [StorySegment("灯台の灯。" * 50, audio_duration=1e9), StorySegment("x" * 5000)]
    wide = library.projects.import_story(Story("灯台" * 60, segments))
    library.projects.set_target(wide.id, 1)
    async with open_story(project_id=wide.id, size=size) as editor:
        await editor.press("P", "l")
        await editor.shows("over", "!")
        strips = editor.app.screen._compositor.render_strips()
        assert {strip.cell_length for strip in strips} == {size[0]}
