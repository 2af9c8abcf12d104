"""The export screen: form, target, what will be written, and the writing that can be stopped."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from textual import events

from storyflow_tui import transfer
from storyflow_tui.errors import NoSpaceError
from storyflow_tui.formats import FORMATS, USUAL, Option, Options, Reading
from storyflow_tui.library import Library
from storyflow_tui.story import Contents, Story, StorySegment
from storyflow_tui.tui import long_work
from storyflow_tui.tui.screens import export_writing
from storyflow_tui.tui.screens.export_story import ExportScreen
from storyflow_tui.tui.screens.timeline import TimelineScreen
from storyflow_tui.tui.widgets.line import Line
from storyflow_tui.tui.widgets.sheet import Question
from tests.tui.conftest import Editor, Opener

WIDE, NARROW = (120, 40), (80, 24)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, where the first export goes."""
    place = tmp_path / "here"
    place.mkdir()
    monkeypatch.chdir(place)
    return place


def illustrated(folder: Path, count: int = 3) -> Story:
    """A story with a picture for each segment."""
    segments = []
    for number in range(1, count + 1):
        path = folder.parent / f"lamp-{number}.png"
        Image.new("RGB", (8, 6), "red").save(path)
        segments.append(StorySegment(f"Narration {number}.", f"prompt {number}", str(path)))
    return Story("The Lamp", segments)


async def export(editor: Editor) -> ExportScreen:
    await editor.press("x")
    await editor.until(lambda: isinstance(editor.app.screen, ExportScreen))
    await editor.shows("Form", "Goes to")
    screen = editor.app.screen
    assert isinstance(screen, ExportScreen)
    return screen


def target(editor: Editor) -> str:
    return editor.app.screen.query_one(Line).value


async def go_to(editor: Editor, path: str) -> None:
    line = editor.app.screen.query_one(Line)
    line.value = ""
    line.post_message(events.Paste(path))
    await editor.until(lambda: line.value == path)


async def back(editor: Editor) -> None:
    await editor.until(lambda: isinstance(editor.app.screen, TimelineScreen))


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_x_then_enter_writes_a_folder_with_the_pictures(
    size: tuple[int, int], open_story: Opener, folder: Path
) -> None:
    async with open_story(story=illustrated(folder), size=size) as editor:
        await export(editor)
        await editor.shows("Nothing is left out.", "4 files", "story.json", "A new folder.")
        await editor.shows('"title": "The Lamp"')
        await editor.press("enter")
        await back(editor)
        await editor.until(lambda: "Exported the-lamp/ with 3 pictures" in editor.lines[-1])
        assert len([*(folder / "the-lamp" / "images").iterdir()]) == 3


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_the_text_form_says_what_it_leaves_out_and_the_target_follows(
    size: tuple[int, int], open_story: Opener, folder: Path
) -> None:
    async with open_story(story=illustrated(folder), size=size) as editor:
        await export(editor)
        await editor.press("down")
        await editor.shows("Left out", "3 pictures.", "The text form", "A new file.")
        await editor.shows("Title: The Lamp", "Text: Narration 1.", "All of it")
        assert target(editor).endswith("/here/the-lamp.txt")
        await editor.press("enter")
        await back(editor)
        await editor.until(lambda: "Left out: 3 pictures." in editor.lines[-1])
        assert (folder / "the-lamp.txt").read_text().startswith("Title: The Lamp")


async def test_an_option_is_shown_chosen_and_written(open_story: Opener, folder: Path) -> None:
    async with open_story(2) as editor:
        await export(editor)
        await editor.press("down", "tab", "right")
        await editor.shows("Prompts", "■ without", "2 prompts.")
        await editor.press("up", "down", "enter")
        await back(editor)
        assert "Prompt:" not in (folder / "the-lamp.txt").read_text()


async def test_what_is_marked_is_exported_unless_all_is_chosen(
    open_story: Opener, folder: Path
) -> None:
    async with open_story(5) as editor:
        await editor.press("space", "j", "j", "space")
        await export(editor)
        await editor.press("down")
        await editor.shows("2 marked", "all 5", "Narration 3.")
        assert "Narration 2." not in editor.text
        await editor.press("enter")
        await back(editor)
        assert (folder / "the-lamp.txt").read_text().count("Text:") == 2
        await export(editor)
        await editor.press("down", "tab", "right")
        await editor.shows("■ all 5", "Narration 2.")
        await editor.press("shift+tab", "tab", "tab")
        await go_to(editor, "whole.txt")
        await editor.press("enter")
        await back(editor)
        assert (folder / "whole.txt").read_text().count("Text:") == 5


async def test_a_target_that_is_there_asks_before_it_is_replaced(
    open_story: Opener, folder: Path
) -> None:
    mine = folder / "the-lamp.txt"
    mine.write_text("mine")
    async with open_story(2) as editor:
        await export(editor)
        await editor.press("down")
        await editor.shows("! the-lamp.txt is there already")
        await editor.press("enter")
        await editor.until(lambda: isinstance(editor.app.screen, Question))
        await editor.shows("Replace the-lamp.txt?", "y replace it")
        await editor.press("enter")
        await editor.until(lambda: isinstance(editor.app.screen, ExportScreen))
        assert mine.read_text() == "mine"
        await editor.press("enter", "y")
        await back(editor)
        assert mine.read_text().startswith("Title: The Lamp")


async def test_what_comes_into_being_after_the_preview_is_not_written_over(
    open_story: Opener, folder: Path
) -> None:
    async with open_story(2) as editor:
        await export(editor)
        await editor.press("down")
        await editor.shows("A new file.")
        (folder / "the-lamp.txt").write_text("mine")
        await editor.press("enter")
        await editor.until(lambda: isinstance(editor.app.screen, Question))
        await editor.shows("Replace the-lamp.txt?")
        assert (folder / "the-lamp.txt").read_text() == "mine"


async def test_a_folder_that_is_not_there_is_said_and_everything_stays(
    open_story: Opener, folder: Path
) -> None:
    async with open_story(2) as editor:
        await export(editor)
        await editor.press("tab")
        await go_to(editor, "no/where.txt")
        await editor.shows("! There is no folder", "/here/no")
        await editor.press("enter")
        await editor.until(lambda: "×" in editor.lines[-1] and "is not there." in editor.lines[-1])
        assert isinstance(editor.app.screen, ExportScreen)
        assert target(editor) == "no/where.txt"
        assert not [*folder.iterdir()]


async def test_a_full_disk_is_said_in_a_sentence_and_nothing_is_lost(
    open_story: Opener, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*arguments: Any, **options: Any) -> None:
        raise NoSpaceError("No space is left to write it", {})

    async with open_story(2) as editor:
        await export(editor)
        await editor.press("down")
        monkeypatch.setattr(transfer, "export_project", full)
        await editor.press("enter")
        await editor.until(lambda: "× No space is left to write it." in editor.lines[-1])
        monkeypatch.undo()
        monkeypatch.chdir(folder)
        await editor.press("enter")
        await back(editor)
        assert (folder / "the-lamp.txt").exists()


async def test_escape_stops_an_export_and_nothing_is_left_behind(
    open_story: Opener, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = threading.Event()
    async with open_story(story=illustrated(folder)) as editor:
        library = editor.library
        library_file = library.file

        def slow(relative: str | None) -> Path | None:
            if threading.current_thread() is not threading.main_thread():
                gate.wait(20)
            return library_file(relative)

        await export(editor)
        await editor.shows("4 files")
        monkeypatch.setattr(library, "file", slow)
        await editor.pilot.press("enter")
        await editor.shows("0 of 3 …")
        await editor.pilot.press("escape")
        gate.set()
        await editor.until(lambda: "Stopped; nothing was written" in editor.lines[-1])
        assert isinstance(editor.app.screen, ExportScreen)
        assert not [*folder.iterdir()]
        await editor.press("escape")
        await back(editor)


async def test_quitting_stops_an_export_at_its_next_picture_and_leaves_nothing_behind(
    open_story: Opener, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = threading.Event()
    asked: list[str | None] = []
    monkeypatch.setattr(long_work, "EVERY", 1000)
    async with open_story(story=illustrated(folder)) as editor:
        library = editor.library
        real = library.file

        def slow(relative: str | None) -> Path | None:
            if threading.current_thread() is not threading.main_thread():
                asked.append(relative)
                gate.wait(20)
            return real(relative)

        await export(editor)
        await editor.shows("4 files")
        monkeypatch.setattr(library, "file", slow)
        await editor.pilot.press("enter")
        await editor.shows("0 of 3 …")
        threading.Timer(0.3, gate.set).start()
        await editor.pilot.press("ctrl+q")
        await editor.until(lambda: not editor.app.is_running)
    gate.set()
    for _ in range(500):
        if not [*folder.iterdir()]:
            break
        await asyncio.sleep(0.01)
    assert not [*folder.iterdir()]
    assert len(asked) == 1


async def test_what_is_being_saved_is_in_what_is_exported(open_story: Opener, folder: Path) -> None:
    gate = threading.Event()
    async with open_story(2) as editor:
        await export(editor)
        await editor.press("down")
        segment_id = editor.segments[0].id

        def save(library: Library) -> None:
            gate.wait(20)
            library.segments.edit(segment_id, text_content="Saved last.")

        editor.app.session.write(save)
        await editor.pilot.press("enter")
        await editor.shows("writing …")
        gate.set()
        await back(editor)
        assert "Saved last." in (folder / "the-lamp.txt").read_text()


async def test_nothing_is_exported_while_a_change_cannot_be_saved(
    open_story: Opener, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = threading.Event()
    monkeypatch.setattr(export_writing, "SETTLE", 0.05)
    async with open_story(2) as editor:
        await export(editor)
        editor.app.session.write(lambda _: gate.wait(20))
        await editor.pilot.press("enter")
        await editor.until(lambda: "! Not written: a change is still" in editor.lines[-1])
        assert not [*folder.iterdir()]
        gate.set()
        await editor.press("enter")
        await back(editor)
        assert (folder / "the-lamp").is_dir()


async def test_a_click_takes_a_form_and_left_and_up_go_back(
    open_story: Opener, folder: Path
) -> None:
    async with open_story(2) as editor:
        await export(editor)
        row = next(y for y, line in enumerate(editor.lines) if "text        narr" in line)
        await editor.pilot.click(offset=(10, row))
        await editor.shows("Prompts", "A new file.")
        await editor.press("tab", "right", "left")
        await editor.shows("■ with ")
        await editor.press("shift+tab", "up")
        await editor.shows("A new folder.")
        assert "Prompts" not in editor.text


async def test_a_name_that_no_disk_takes_is_said(open_story: Opener, folder: Path) -> None:
    async with open_story(2) as editor:
        await export(editor)
        await editor.press("tab")
        await go_to(editor, "x" * 300 + ".txt")
        await editor.press("enter")
        await editor.until(lambda: editor.lines[-1].startswith("▌ ×"))
        assert isinstance(editor.app.screen, ExportScreen)
        assert not [*folder.iterdir()]


async def test_escape_leaves_without_writing(open_story: Opener, folder: Path) -> None:
    async with open_story(2) as editor:
        await export(editor)
        await editor.press("escape")
        await back(editor)
        assert not [*folder.iterdir()]


async def test_the_next_export_starts_where_the_last_one_went(
    open_story: Opener, folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "there").mkdir()
    async with open_story(2) as editor:
        await export(editor)
        await editor.press("down", "tab", "tab")
        await go_to(editor, str(tmp_path / "there" / "a.txt"))
        await editor.press("enter")
        await back(editor)
        await export(editor)
        assert target(editor).endswith("/there/the-lamp/")


async def test_a_folder_is_suggested_and_right_takes_it(open_story: Opener, folder: Path) -> None:
    (folder / "pictures").mkdir()
    async with open_story(2) as editor:
        await export(editor)
        await editor.press("tab")
        await go_to(editor, "pi")
        line = editor.app.screen.query_one(Line)
        await editor.until(lambda: line._suggestion == "pictures/")
        await editor.press("right")
        assert target(editor) == "pictures/"
        await editor.shows("A folder that is there")


class FrameForm:
    """A form as a later version may have one, with an option of many values, written as bytes."""

    def __init__(self, name: str) -> None:
        self.name = name

    about = "a cut list"
    endings = (".frm",)
    holds_pictures = False
    options = (Option("frame_rate", "Frame rate", ("24", "25", "30")),)

    def read(self, data: bytes, *, folder: Path | None = None) -> Reading:
        raise AssertionError

    def write(self, story: Story, options: Options = USUAL) -> bytes:
        return b"\xff" + options["frame_rate"].encode()

    def left_out(self, contents: Contents, options: Options = USUAL) -> list[str]:
        return [f"Left out: {contents.prompts} prompts at {options['frame_rate']}."]


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_a_new_form_needs_no_more_than_its_place_in_the_registry(
    size: tuple[int, int], open_story: Opener, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(10):
        monkeypatch.setitem(FORMATS, f"frames-{number}", FrameForm(f"frames-{number}"))
    async with open_story(4, size=size) as editor:
        await export(editor)
        await editor.press(*["down"] * 11, "tab", "right")
        await editor.shows("frames-9", "■ 25", "4 prompts at 25.", "It is no text")
        assert target(editor).endswith("the-lamp.frm")


async def test_the_loop_turns_while_a_preview_is_made(
    open_story: Opener, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = threading.Event()
    real = transfer.preview_export

    def slow(*arguments: Any, **options: Any) -> transfer.Preview:
        gate.wait(20)
        return real(*arguments, **options)

    monkeypatch.setattr(transfer, "preview_export", slow)
    async with open_story(2) as editor:
        await editor.pilot.press("x")
        await editor.until(lambda: isinstance(editor.app.screen, ExportScreen))
        await editor.pilot.press("down")
        await editor.until(lambda: target(editor).endswith(".txt"))
        gate.set()
        await editor.shows("Title: The Lamp")


async def test_help_names_the_keys_of_the_export(open_story: Opener) -> None:
    async with open_story(2) as editor:
        await export(editor)
        await editor.press("f1")
        await editor.shows("form, choices, target")
