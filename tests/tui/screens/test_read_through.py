"""Reading a story through: by hand and by time, with pictures, and what changes meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from rich.style import Style

from storyflow_tui.config import Settings
from storyflow_tui.errors import DamagedError
from storyflow_tui.library import Library
from storyflow_tui.library.thumbnails import Thumbnails
from storyflow_tui.story import Story, StorySegment
from storyflow_tui.tui import narration, rehearsal
from storyflow_tui.tui.screens import one_story, read_through
from storyflow_tui.tui.screens.projects import ProjectsScreen
from storyflow_tui.tui.screens.read_through import ReadThroughScreen
from storyflow_tui.tui.screens.timeline import TimelineScreen
from storyflow_tui.tui.widgets.page import Line, Page
from storyflow_tui.tui.widgets.picture import Picture
from tests.tui.conftest import Editor, Opener
from tests.tui.screens.hand_clock import HandClock

NARROW, SMALL = (80, 24), (60, 16)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> HandClock:
    """The clock that plays; the screen looks at it often."""
    hand = HandClock()
    monkeypatch.setattr(rehearsal, "CLOCK", hand)
    monkeypatch.setattr(read_through, "TICK", 0.01)
    return hand


@pytest.fixture
def lamp(tmp_path: Path) -> Story:
    """Four segments: two with pictures, one measured, one with a prompt."""
    for name, colour in (("red.png", "#c02020"), ("blue.png", "#2020c0")):
        Image.new("RGB", (64, 36), colour).save(tmp_path / name)
    return Story(
        "The Lamp",
        [
            StorySegment("One of them.", "a prompt of its own", "red.png"),
            StorySegment("Two of them.", image_file="blue.png", audio_duration=10),
            StorySegment("Three of them."),
            StorySegment("Four of them.", audio_duration=5),
        ],
        tmp_path,
    )


def reading(editor: Editor) -> ReadThroughScreen:
    screen = editor.app.screen
    assert isinstance(screen, ReadThroughScreen)
    return screen


def header(editor: Editor) -> str:
    return editor.lines[0]


def colours(editor: Editor) -> set[str]:
    """The backgrounds that the picture is drawn with."""
    box = editor.app.screen.query_one(Picture)
    found = set()
    for strip in editor.app.screen._compositor.render_strips()[box.region.y : box.region.bottom]:
        found |= {segment.style.bgcolor.name for segment in strip if segment.style}  # type: ignore[union-attr]
    return found


# -- by hand ----------------------------------------------------------------------------------


async def test_it_shows_the_segment_under_the_bar_alone(open_story: Opener, lamp: Story) -> None:
    async with open_story(story=lamp, size=NARROW) as editor:
        await editor.press("j", "v")
        await editor.shows("Two of them.", "2 of 4")
        assert "One of them." not in editor.text
        assert "Three of them." not in editor.text


async def test_keys_go_through_the_story(open_story: Opener, lamp: Story) -> None:
    walk = {
        "j": 2, "down": 3, "right": 4, "k": 3, "up": 2, "left": 1, "G": 4, "g": 1, "end": 4,
        "home": 1, "space": 2, "pagedown": 3, "pageup": 2,
    }  # fmt: skip
    async with open_story(story=lamp, size=NARROW) as editor:
        await editor.press("v")
        for key, place in walk.items():
            await editor.press(key)
            await editor.shows(f"{place} of 4")
        await editor.press("g", "k", "pageup")
        await editor.shows("1 of 4")
        await editor.press("G", "j", "space", "pagedown")
        await editor.shows("4 of 4")


async def test_leaving_puts_the_bar_on_the_segment_seen_last(
    open_story: Opener, lamp: Story
) -> None:
    async with open_story(story=lamp) as editor:
        for place, key in enumerate(("q", "escape", "v"), start=2):
            await editor.press("v", "j", key)
            await editor.until(lambda: isinstance(editor.app.screen, TimelineScreen))
            await editor.until(lambda at=place: editor.cursor == at)  # type: ignore[misc]


async def test_the_header_tells_where_in_the_whole_this_is(open_story: Opener, lamp: Story) -> None:
    async with open_story(story=lamp, settings=Settings(words_per_minute=60)) as editor:
        await editor.press("v")
        await editor.shows("1 of 4   0:00 of ~0:21")
        await editor.press("j")
        await editor.shows("2 of 4   ~0:03 of ~0:21")
        await editor.press("G")
        await editor.shows("4 of 4   ~0:16 of ~0:21")


async def test_the_prompt_is_shown_on_demand(open_story: Opener, lamp: Story) -> None:
    async with open_story(story=lamp, size=NARROW) as editor:
        await editor.press("v")
        await editor.shows("One of them.")
        assert "a prompt of its own" not in editor.text
        await editor.press("p")
        await editor.shows("› a prompt of its own")
        await editor.press("j")
        await editor.shows("Two of them.", "› no prompt")
        await editor.press("p", "k")
        await editor.shows("One of them.")
        assert "a prompt of its own" not in editor.text


async def test_a_long_narration_is_gone_through_before_the_next(open_story: Opener) -> None:
    words = "\n".join(f"line {number}" for number in range(1, 31))
    story = Story("T", [StorySegment(words), StorySegment("After it.")])
    async with open_story(story=story, size=NARROW) as editor:
        await editor.press("v")
        await editor.shows("line 1", "↓")
        for _ in range(9):
            if "line 30" in editor.text:
                break
            assert "1 of 2" in editor.text
            await editor.press("space")
        assert "line 30" in editor.text
        assert "1 of 2" in editor.text
        await editor.press("space")
        await editor.shows("2 of 2", "After it.")
        await editor.press("k")
        await editor.shows("line 1 ".strip())
        await editor.press("pagedown", "pageup")
        await editor.shows("1 of 2", "line 1")


async def test_a_narration_of_a_megabyte_holds_up_no_key(
    open_story: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrapped_by: dict[int, str] = {}
    rows_of = narration.rows_of

    def told(content: str, cells: int, style: Style) -> list[Line]:
        wrapped_by[len(content)] = threading.current_thread().name
        return rows_of(content, cells, style)

    monkeypatch.setattr(narration, "rows_of", told)
    story = Story("T", [StorySegment("long " * 200_000), StorySegment("After it.")])
    async with open_story(story=story, size=NARROW) as editor:
        await editor.press("v")
        await editor.shows("1 of 2")
        await editor.press("j")
        await editor.shows("After it.")
        await editor.press("k")
        await editor.shows("long long", "↓")
    assert wrapped_by[len("After it.")] == "MainThread"
    assert wrapped_by[1_000_000] != "MainThread"


async def test_a_long_narration_that_comes_late_does_not_stand_in_another_segment(
    open_story: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = threading.Event()
    rows_of = narration.rows_of

    def late(content: str, cells: int, style: Style) -> list[Line]:
        if content.startswith("long"):
            gate.wait(20)
        return rows_of(content, cells, style)

    monkeypatch.setattr(narration, "rows_of", late)
    story = Story("T", [StorySegment("long " * 5000), StorySegment("After it.")])
    async with open_story(story=story, size=NARROW) as editor:
        await editor.press("v", "j")
        await editor.shows("After it.")
        gate.set()
        await editor.until(lambda: all(worker.is_finished for worker in editor.app.workers))
        await editor.pilot.pause()
        assert "After it." in editor.text
        assert "long" not in editor.text


async def test_every_row_fits_the_screen(open_story: Opener, lamp: Story) -> None:
    async with open_story(story=lamp, size=SMALL) as editor:
        await editor.press("v", "p")
        for size in (SMALL, NARROW, (100, 30), (120, 40), (200, 60)):
            await editor.pilot.resize_terminal(*size)
            await editor.until(lambda wide=size[0]: len(editor.lines[0]) == wide - 2)  # type: ignore[misc]
            await editor.shows("One of them.", "a prompt of its own", "1 of 4")
            strips = editor.app.screen._compositor.render_strips()
            assert {strip.cell_length for strip in strips} == {size[0]}
            assert editor.app.screen.query_one(Picture).region.height >= 3
            assert editor.lines[-1].startswith("  space on")


async def test_the_picture_has_the_rows_that_the_text_leaves(
    open_story: Opener, lamp: Story
) -> None:
    async with open_story(story=lamp, size=(120, 40)) as editor:
        await editor.press("v")
        await editor.shows("One of them.")
        box = editor.app.screen.query_one(Picture).region
        assert (box.x, box.width, box.height) == (2, 116, 27)
        await editor.pilot.resize_terminal(80, 24)
        await editor.until(lambda: editor.app.screen.query_one(Picture).region.height == 13)
        await editor.shows("One of them.")


async def test_a_story_without_pictures_gives_the_room_to_its_text(open_story: Opener) -> None:
    async with open_story(3, size=NARROW) as editor:
        await editor.press("v")
        await editor.shows("Narration 1.")
        assert not editor.app.screen.query_one(Picture).display
        assert "no picture" not in editor.text


async def test_an_empty_story_is_not_read(open_story: Opener) -> None:
    async with open_story(0) as editor:
        await editor.press("v")
        assert isinstance(editor.app.screen, TimelineScreen)


# -- pictures ---------------------------------------------------------------------------------


async def test_each_segment_shows_its_picture_or_says_that_it_has_none(
    open_story: Opener, lamp: Story
) -> None:
    async with open_story(story=lamp, size=NARROW) as editor:
        await editor.press("v")
        await editor.until(lambda: "#c02020" in colours(editor))
        await editor.press("j")
        await editor.until(lambda: "#2020c0" in colours(editor))
        assert "#c02020" not in colours(editor)
        await editor.press("j")
        await editor.shows("no picture")
        await editor.press("k")
        await editor.until(lambda: "#2020c0" in colours(editor))


async def test_missing_and_broken_pictures_are_said(
    open_story: Opener, library: Library, lamp: Story
) -> None:
    project_id = library.projects.import_story(lamp).id
    first, second, *_ = library.segments.list(project_id)
    lost, broken = library.file(first.image_file), library.file(second.image_file)
    assert lost is not None
    assert broken is not None
    lost.unlink()
    broken.write_bytes(b"no picture")
    async with open_story(project_id=project_id, size=NARROW) as editor:
        await editor.press("v")
        await editor.shows("! The picture is missing.")
        await editor.press("j")
        await editor.shows("! The picture cannot be read.")


async def test_the_next_picture_is_decoded_ahead(
    open_story: Opener, lamp: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    decoded: list[str] = []
    proxy = Thumbnails.proxy

    def told(self: Thumbnails, path: Path) -> object:
        decoded.append(path.name.partition("_")[2])
        return proxy(self, path)

    async with open_story(story=lamp, size=NARROW) as editor:
        await editor.until(lambda: all(worker.is_finished for worker in editor.app.workers))
        monkeypatch.setattr(Thumbnails, "proxy", told)
        await editor.press("v")
        await editor.until(lambda: decoded == ["red.png", "blue.png"])
        await editor.press("j")
        await editor.until(lambda: "#2020c0" in colours(editor))
        assert decoded == ["red.png", "blue.png"], "what was decoded ahead is not decoded again"


async def test_a_picture_that_takes_long_holds_up_no_key(
    open_story: Opener, lamp: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = threading.Event()
    proxy = Thumbnails.proxy

    def slow(self: Thumbnails, path: Path) -> object:
        gate.wait(20)
        return proxy(self, path)

    async with open_story(story=lamp, size=NARROW) as editor:
        await editor.until(lambda: all(worker.is_finished for worker in editor.app.workers))
        monkeypatch.setattr(Thumbnails, "proxy", slow)
        await editor.press("v", "j", "j", "j")
        await editor.shows("Four of them.")
        await editor.press("k", "k")
        await editor.shows("Two of them.")
        gate.set()
        await editor.until(lambda: "#2020c0" in colours(editor))


# -- by time ----------------------------------------------------------------------------------


async def test_it_plays_each_segment_for_as_long_as_it_is(
    open_story: Opener, lamp: Story, clock: HandClock
) -> None:
    async with open_story(story=lamp, settings=Settings(words_per_minute=60)) as editor:
        await editor.press("v", "enter")
        await editor.shows("plays", "1 of 4")
        clock.pass_(2.9)
        await editor.shows("0:03 of ~0:21")
        assert "1 of 4" in header(editor)
        clock.pass_(0.2)
        await editor.shows("2 of 4")
        clock.pass_(9.9)
        await editor.shows("~0:13 of ~0:21")
        assert "2 of 4" in header(editor)
        clock.pass_(0.2)
        await editor.shows("3 of 4")


@pytest.mark.parametrize("key", ["enter", "space"])
async def test_a_pause_stops_the_time_and_enter_goes_on_from_there(
    open_story: Opener, lamp: Story, clock: HandClock, key: str
) -> None:
    async with open_story(story=lamp, settings=Settings(words_per_minute=60)) as editor:
        await editor.press("v", "j", "enter")
        clock.pass_(6)
        await editor.shows("~0:09 of")
        await editor.press(key)
        await editor.shows("paused", "2 of 4")
        clock.pass_(600)
        await editor.pilot.pause(0.05)
        assert "2 of 4   ~0:09 of" in header(editor)
        await editor.press("enter")
        clock.pass_(4.1)
        await editor.shows("3 of 4")


async def test_faster_and_slower(open_story: Opener, lamp: Story, clock: HandClock) -> None:
    async with open_story(story=lamp) as editor:
        await editor.press("v", "j", "plus", "plus", "enter")
        await editor.shows("speed 1.5")
        clock.pass_(6.6)
        await editor.pilot.pause(0.05)
        assert "2 of 4" in header(editor)
        clock.pass_(0.1)
        await editor.shows("3 of 4")
        await editor.press("minus", "minus", "minus", "minus")
        await editor.shows("speed 0.5")
        await editor.press("equals_sign", "plus")
        await editor.until(lambda: "speed" not in header(editor))


async def test_a_step_by_hand_plays_on_from_there(
    open_story: Opener, lamp: Story, clock: HandClock
) -> None:
    async with open_story(story=lamp) as editor:
        await editor.press("v", "j", "enter")
        clock.pass_(9)
        await editor.press("k", "j")
        await editor.shows("2 of 4", "plays")
        clock.pass_(9)
        await editor.pilot.pause(0.05)
        assert "2 of 4" in header(editor)
        clock.pass_(1.1)
        await editor.shows("3 of 4")


async def test_it_stops_at_the_end_of_the_story(
    open_story: Opener, lamp: Story, clock: HandClock
) -> None:
    async with open_story(story=lamp) as editor:
        await editor.press("v", "G", "enter")
        clock.pass_(5.1)
        await editor.shows("The story is at its end", "4 of 4")
        assert "plays" not in header(editor)


async def test_a_segment_without_length_is_shown_for_a_moment(
    open_story: Opener, clock: HandClock
) -> None:
    story = Story("T", [StorySegment(f"Text {n}.", audio_duration=0) for n in range(3)])
    async with open_story(story=story) as editor:
        await editor.press("v", "enter")
        await editor.pilot.pause(0.05)
        assert "1 of 3" in header(editor)
        clock.pass_(read_through.LEAST)
        await editor.shows("2 of 3")


async def test_a_long_narration_scrolls_with_the_time(open_story: Opener, clock: HandClock) -> None:
    words = "\n".join(f"line {number}" for number in range(1, 31))
    story = Story("T", [StorySegment(words, audio_duration=100), StorySegment("After it.")])
    async with open_story(story=story, size=NARROW) as editor:
        await editor.press("v", "enter")
        clock.pass_(99)
        await editor.shows("line 30", "1 of 2")
        page = editor.app.screen.query_one("#narration", Page)
        assert page.top == page.last_top


async def test_another_screen_over_it_pauses_it(
    open_story: Opener, lamp: Story, clock: HandClock
) -> None:
    async with open_story(story=lamp) as editor:
        await editor.press("v", "j", "enter")
        clock.pass_(3)
        await editor.press("question_mark")
        await editor.shows("Help")
        clock.pass_(600)
        await editor.press("escape")
        await editor.shows("2 of 4", "paused")


# -- what changes meanwhile -------------------------------------------------------------------


async def test_what_others_change_is_shown(
    open_story: Opener, library: Library, lamp: Story
) -> None:
    async with open_story(story=lamp, size=NARROW) as editor:
        await editor.press("v", "j")
        await editor.shows("Two of them.")
        ids = library.segments.ids(editor.project_id)
        with Library.open(library.path) as other:
            other.segments.edit(ids[1], text_content="Written elsewhere.")
            other.segments.move(ids[1], 4)
        await editor.shows("Written elsewhere.", "4 of 4")
        with Library.open(library.path) as other:
            other.segments.delete(ids[1])
        await editor.shows("Four of them.", "3 of 3")


async def test_it_leaves_when_the_story_goes(
    open_story: Opener, library: Library, lamp: Story
) -> None:
    async with open_story(story=lamp) as editor:
        await editor.press("v")
        await editor.shows("1 of 4")
        with Library.open(library.path) as other:
            other.projects.delete(editor.project_id)
        await editor.until(lambda: isinstance(editor.app.screen, ProjectsScreen))


async def test_a_read_that_fails_is_said_and_the_segment_stays(
    open_story: Opener, lamp: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_story(20) as editor:
        await editor.press("v")
        await editor.shows("Narration 1.")

        def fails(ids: object) -> object:
            raise DamagedError("The library cannot be read.")

        reading(editor).reel.forget()
        monkeypatch.setattr(editor.app.session, "segments", fails)
        await editor.press("j")
        await editor.shows("! The library cannot be read.", "Narration 1.")


async def test_a_long_story_is_read_by_windows(
    open_story: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(one_story, "AT_ONCE", 5)
    asked: list[int] = []
    async with open_story(300) as editor:
        segments: Callable[..., object] = editor.app.session.segments

        def counted(ids: list[int]) -> object:
            asked.append(len(ids))
            return segments(ids)

        monkeypatch.setattr(editor.app.session, "segments", counted)
        await editor.press("v", "G")
        await editor.shows("300 of 300", "Narration 300.")
        await editor.press("k", "k", "g")
        await editor.shows("1 of 300", "Narration 1.")
        assert max(asked) <= 40
