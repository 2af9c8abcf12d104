"""How the editor begins and ends: keys from the settings, quitting, signals, faults, room."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from pathlib import Path
from typing import Any

import pytest
from textual import events

from storyflow_tui.config import Settings, config_file, read_settings, state_folder
from storyflow_tui.library import Library
from storyflow_tui.tui.drafts import Drafts
from storyflow_tui.tui.place import Place, recall, recall_story, remember, remember_story
from storyflow_tui.tui.signals import Signals

Opener = Any


async def test_ctrl_q_saves_and_quits_from_a_field(open_story: Opener, library: Library) -> None:
    async with open_story(3) as editor:
        await editor.pilot.press("e", "home", "A", "ctrl+q")
        await editor.until(lambda: not editor.app.is_running)
        assert editor.app.return_code == 0
        assert editor.app.drafted == 0
        assert editor.texts[0] == "ANarration 1."
        assert Drafts(library.path).of(editor.project_id) == []


@pytest.mark.parametrize("over", ["question_mark", "d", "ctrl+p", "i"])
async def test_ctrl_q_quits_from_anywhere(open_story: Opener, over: str) -> None:
    async with open_story(3) as editor:
        await editor.press(over)
        await editor.until(lambda: editor.app.screen is not editor.screen)
        await editor.pilot.press("ctrl+q")
        await editor.until(lambda: not editor.app.is_running)
        assert editor.app.return_code == 0


async def test_keys_behind_the_one_that_quits_do_nothing(open_story: Opener) -> None:
    async with open_story(3) as editor:
        await editor.press("q")
        for key in "qiqn":
            editor.app.post_message(events.Key(key, key))
        await editor.until(lambda: not editor.app.is_running)
        assert editor.app.return_code == 0
        assert not editor.app.faulted


async def test_quitting_while_the_library_is_held_leaves_a_draft(
    open_story: Opener, library: Library
) -> None:
    gate = threading.Event()
    async with open_story(3) as editor:
        editor.app.session.write(lambda _: gate.wait(20))
        await editor.pilot.press("e", "home", "A", "ctrl+q")
        await editor.until(lambda: not editor.app.is_running)
        assert editor.app.drafted == 1
        (draft,) = Drafts(library.path).of(editor.project_id)
        assert draft.text == "ANarration 1."
        gate.set()


async def test_place_is_remembered(open_story: Opener, library: Library) -> None:
    async with open_story(5) as editor:
        await editor.press("j", "j")
        third = editor.segments[2].id
        await editor.pilot.press("ctrl+q")
        await editor.until(lambda: not editor.app.is_running)
        assert recall(library.path) == Place(editor.project_id, third, 2)


async def test_a_story_is_noted_as_the_place_when_it_is_opened(
    open_story: Opener, library: Library
) -> None:
    async with open_story(5) as editor:
        await editor.until(lambda: recall(library.path) == Place(editor.project_id, None))


async def test_demo_leaves_no_place(open_story: Opener, library: Library) -> None:
    async with open_story(5, demo=True) as editor:
        await editor.pilot.press("ctrl+q")
        await editor.until(lambda: not editor.app.is_running)
    assert recall(library.path) is None


async def test_editor_opens_at_the_segment_where_it_was_left(
    open_story: Opener, library: Library, sample_story: Any
) -> None:
    project_id = library.projects.import_story(sample_story(12)).id
    tenth = library.segments.list(project_id)[9].id
    async with open_story(project_id=project_id, segment_id=tenth) as editor:
        await editor.until(lambda: editor.cursor == 10)
        await editor.shows("10 of 12")


async def test_a_story_opens_again_at_the_card_and_the_scroll_where_it_was_left(
    open_story: Opener,
) -> None:
    async with open_story(40) as editor:
        for _ in range(20):
            await editor.pilot.press("j")
        await editor.press("k", "k")
        left = editor.cursor, editor.screen.timeline.top
        assert left == (19, 15)
        await editor.press("q")
        await editor.shows("Stories")
        await editor.press("enter")
        await editor.shows("19 of 40")
        assert (editor.cursor, editor.screen.timeline.top) == left
        await editor.pilot.press("ctrl+q")
        await editor.until(lambda: not editor.app.is_running)
    async with open_story(project_id=editor.project_id) as again:
        await again.shows("19 of 40")
        assert (again.cursor, again.screen.timeline.top) == left


async def test_a_story_whose_card_is_gone_opens_at_its_start(
    open_story: Opener, library: Library
) -> None:
    async with open_story(5) as editor:
        await editor.press("j", "j")
        gone = editor.segments[2].id
        await editor.press("q")
        await editor.shows("Stories")
        library.segments.delete(gone)
        await editor.press("enter")
        await editor.shows("1 of 4")


def test_each_story_of_each_library_has_its_place(library: Library, tmp_path: Path) -> None:
    remember_story(library.path, Place(1, 11, 2))
    remember(library.path, Place(2, 22, 1))
    remember(tmp_path / "other", Place(1, 5))
    assert recall(library.path) == Place(2, 22, 1)
    assert recall_story(library.path, 1) == Place(1, 11, 2)
    remember_story(library.path, Place(2, 23))
    assert recall(library.path) is None
    assert recall_story(library.path, 2) == Place(2, 23)
    assert recall(tmp_path / "other") == Place(1, 5)


@pytest.mark.parametrize(
    "written", ["[1", "[1, 2]", '{"L": [1, 2]}', '{"L": {"at": "x", "stories": 3}}', '{"L": null}']
)
def test_whatever_stands_in_the_file_of_places_is_no_reason_to_fail(
    library: Library, written: str
) -> None:
    file = state_folder() / "places.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(written.replace("L", str(library.path)))
    assert recall(library.path) is None
    assert recall_story(library.path, 1) is None
    remember(library.path, Place(1, 2))
    assert recall(library.path) == Place(1, 2)


def test_damaged_place_is_no_place(library: Library) -> None:
    remember(library.path, Place(1, 2))
    file = state_folder() / "places.json"
    file.write_text("[1")
    assert recall(library.path) is None
    remember(library.path, Place(3, None))
    assert recall(library.path) == Place(3, None)
    remember(library.path, None)
    assert recall(library.path) is None


async def test_small_terminal_asks_for_room_and_gives_everything_back(
    open_story: Opener,
) -> None:
    async with open_story(3) as editor:
        await editor.press("j")
        await editor.pilot.resize_terminal(50, 12)
        await editor.shows("This terminal has 50 columns and 12 rows.")
        await editor.pilot.resize_terminal(80, 24)
        await editor.shows("2 of 3", "e narration")


async def test_screen_follows_the_size_of_the_terminal(open_story: Opener) -> None:
    async with open_story(12) as editor:
        await editor.press("e", "home", "A")
        for size in ((80, 24), (100, 30), (140, 50), (120, 40)):
            await editor.pilot.resize_terminal(*size)
            await editor.until(lambda wide=size[0]: max(map(len, editor.lines)) <= wide)
            await editor.shows("ANarration 1.", "^S done")
        await editor.press("escape")
        assert editor.texts[0] == "ANarration 1."


async def test_wrong_settings_are_named(open_story: Opener) -> None:
    settings = Settings(keys={"timeline.fly": "x"}, problems=("theme must be dark or light.",))
    async with open_story(2, settings=settings) as editor:
        await editor.shows("! theme must be dark or light.")


@pytest.mark.parametrize(
    ("config", "said"),
    [
        (b"theme =", "! config.toml is no TOML at end of document."),
        (b"theme = 'dark'\n[keys\n", "! config.toml is no TOML at line 2, column 6."),
        (b"theme = '\xff'", "! config.toml cannot be read: it is not UTF-8."),
        (b"words_per_minute = 1", "must be a whole number from 20 to 1000."),
        (b"trash_days = 0", "must be a whole number of days from 1 to 36500."),
        (b"mouse = 1\nshade = 2", "   and 1 more"),
    ],
)
async def test_what_is_wrong_in_the_settings_fits_into_the_line(
    config: bytes, said: str, open_story: Opener
) -> None:
    path = config_file()
    path.parent.mkdir(parents=True)
    path.write_bytes(config)
    async with open_story(2, settings=read_settings(), size=(80, 24)) as editor:
        await editor.shows(said)
        assert "…" not in editor.lines[-1]


async def test_clashing_keys_are_named(open_story: Opener) -> None:
    settings = Settings(keys={"timeline.lock": "x", "timeline.undo": "x"})
    async with open_story(2, settings=settings) as editor:
        await editor.shows("! keys.timeline.undo: timeline: x is already timeline.lock’s there")


async def test_light_theme_is_taken_from_the_settings(open_story: Opener) -> None:
    async with open_story(2, settings=Settings(theme="light")) as editor:
        assert editor.app.theme == "light"


async def test_fault_writes_a_log_and_keeps_the_text(open_story: Opener, library: Library) -> None:
    editors: list[Any] = []

    def fault() -> None:
        raise ZeroDivisionError

    async def run() -> None:
        async with open_story(3) as editor:
            editors.append(editor)
            await editor.press("e", "home")
            await editor.pilot.press("A")
            editor.app.call_later(fault)
            await editor.until(lambda: editor.app.faulted)

    # The test framework of Textual raises it again; a person sees the log's path only.
    with pytest.raises(ZeroDivisionError):
        await run()
    (editor,) = editors
    editor.app.session.finish(5)
    assert editor.app.fault_log is not None
    assert "ZeroDivisionError" in editor.app.fault_log.read_text()
    assert editor.app.return_code == 1
    assert not editor.app._exit_renderables
    drafts = Drafts(library.path).of(editor.project_id)
    assert editor.texts[0] == "ANarration 1." or drafts[0].text == "ANarration 1."


async def test_signal_saves_and_ends(open_story: Opener, library: Library) -> None:
    async with open_story(3) as editor:
        await editor.pilot.press("e", "home", "A")
        editor.app._signal_arrived(signal.SIGTERM)
        await editor.until(lambda: not editor.app.is_running)
        assert editor.app.return_code == 128 + signal.SIGTERM
        assert editor.texts[0] == "ANarration 1."
        assert Drafts(library.path).of(editor.project_id) == []


async def test_signal_writes_the_draft_before_anything_else(
    open_story: Opener, library: Library
) -> None:
    gate = threading.Event()
    async with open_story(3) as editor:
        editor.app.session.write(lambda _: gate.wait(20))
        await editor.pilot.press("e", "home", "A")
        editor.app._signal_arrived(signal.SIGHUP)
        assert Drafts(library.path).of(editor.project_id)[0].text == "ANarration 1."
        await editor.until(lambda: not editor.app.is_running)
        assert editor.app.drafted == 1
        gate.set()


async def test_signal_reaches_the_loop() -> None:
    arrived: list[int] = []
    helped: list[int] = []
    signals = Signals(arrived.append, helped.append, grace=30)
    signals.install(asyncio.get_running_loop())
    try:
        os.kill(os.getpid(), signal.SIGHUP)
        while not arrived:
            await asyncio.sleep(0)
        assert arrived == [signal.SIGHUP]
    finally:
        signals.release()
    assert helped == []


async def test_stuck_loop_is_helped_out() -> None:
    arrived: list[int] = []
    helped = threading.Event()
    signals = Signals(arrived.append, lambda _: helped.set(), hears=0.01)
    signals.install(asyncio.get_running_loop())
    try:
        os.kill(os.getpid(), signal.SIGTERM)
        # The loop is not given a turn.
        assert helped.wait(10)
        assert arrived == []
    finally:
        signals.release()
