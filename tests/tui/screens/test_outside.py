"""E: the narration in the person's own text editor, and what comes of what it leaves."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from storyflow_tui.config import state_folder
from storyflow_tui.outside import Note, OutsideText, left_behind
from storyflow_tui.story import Story
from storyflow_tui.tui.drafts import Drafts
from storyflow_tui.tui.screens.outside import OutsideScreen

Opener = Any
Pen = Callable[[str], Path]


@pytest.fixture
def pen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Pen:
    """Sets EDITOR to some Python; `path` is the file that it gets."""
    monkeypatch.delenv("VISUAL", raising=False)

    def write(line: str) -> Path:
        program = tmp_path / "pen"
        program.write_text(f"#!{sys.executable}\nimport sys, time\npath = sys.argv[-1]\n{line}\n")
        program.chmod(0o700)
        monkeypatch.setenv("EDITOR", str(program))
        return program

    return write


def files_left() -> list[Path]:
    return [path for path in (state_folder() / "outside").rglob("*") if path.is_file()]


async def comes(editor: Any, *words: str) -> None:
    """Wait until the screen shows all these words; a program that is started takes its time."""
    await editor.until(lambda: all(word in editor.text for word in words), tries=2000)


def wait_for(gate: Path) -> str:
    return f"while not __import__('os').path.exists({str(gate)!r}): time.sleep(0.01)"


async def test_what_the_editor_leaves_is_saved_as_one_change(open_story: Opener, pen: Pen) -> None:
    pen("text = open(path).read(); open(path, 'w').write(text + 'And more.\\n')")
    async with open_story(3) as editor:
        await editor.press("j", "E")
        await comes(editor, "Saved segment 2 from pen", "u takes it back", "And more.")
        assert editor.texts[1] == "Narration 2.\nAnd more."
        assert editor.cursor == 2
        assert files_left() == []
        await editor.press("u")
        await editor.until(lambda: editor.texts[1] == "Narration 2.")


async def test_a_text_left_as_it_was_is_no_change(open_story: Opener, pen: Pen) -> None:
    pen("")
    async with open_story(3) as editor:
        await editor.press("E")
        await comes(editor, "Segment 1 is as it was")
        assert editor.library.history.next_undo(editor.project_id) is None
        assert files_left() == []


async def test_blank_text_is_not_saved_and_says_so(open_story: Opener, pen: Pen) -> None:
    pen("open(path, 'w').write(' \\n')")
    async with open_story(3) as editor:
        await editor.press("E")
        await comes(editor, "! Narration cannot be empty.", "saved")
        assert editor.texts[0] == "Narration 1."
        assert files_left() == []


async def test_a_locked_segment_is_refused_before(
    open_story: Opener, pen: Pen, tmp_path: Path
) -> None:
    pen(f"open({str(tmp_path / 'started')!r}, 'w')")
    async with open_story(3) as editor:
        await editor.press("l", "E")
        await comes(editor, "! Segment 1 is locked.", "l unlocks it")
        assert not (tmp_path / "started").exists()


async def test_reading_only_is_refused_before(open_story: Opener, pen: Pen) -> None:
    pen("")
    async with open_story(3, read_only=True) as editor:
        await editor.press("E")
        await comes(editor, "! This library is open for reading only")


async def test_no_editor_says_how_to_set_one(
    open_story: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VISUAL", "nowhere-to-be-found")
    async with open_story(3) as editor:
        await editor.press("E")
        await comes(editor, "! nowhere-to-be-found is no program here; VISUAL names it")


async def test_an_editor_that_cannot_be_started_is_said(open_story: Opener, pen: Pen) -> None:
    pen("").write_text("no shebang")
    async with open_story(3) as editor:
        await editor.press("E")
        await comes(editor, "! pen could not be started", "The stored narration stays")
        await editor.press("j")
        assert editor.cursor == 2


async def test_a_text_changed_meanwhile_shows_both(
    open_story: Opener, pen: Pen, tmp_path: Path
) -> None:
    gate = tmp_path / "gate"
    pen(f"{wait_for(gate)}\nopen(path, 'w').write('Mine.\\n')")
    async with open_story(3) as editor:
        await editor.pilot.press("E")
        await editor.until(lambda: isinstance(editor.app.screen, OutsideScreen))
        editor.library.segments.edit(1, text_content="Theirs.")
        gate.touch()
        await comes(editor, "Mine.", "Theirs.", "keep mine", "take theirs")
        await editor.press("m")
        await editor.until(lambda: editor.texts[0] == "Mine.")
        await editor.until(lambda: not files_left())


async def test_keys_that_come_while_the_editor_is_open_do_nothing(
    open_story: Opener, pen: Pen, tmp_path: Path
) -> None:
    gate = tmp_path / "gate"
    pen(wait_for(gate))
    async with open_story(3) as editor:
        await editor.pilot.press("E", "d", "j", "J", "question_mark", "ctrl+p")
        await editor.until(lambda: isinstance(editor.app.screen, OutsideScreen))
        gate.touch()
        await comes(editor, "Segment 1 is as it was")
        assert editor.cursor == 1
        assert editor.texts == ["Narration 1.", "Narration 2.", "Narration 3."]


@pytest.mark.parametrize(("key", "text"), [("y", "Written."), ("n", "Narration 1.")])
async def test_an_editor_that_fails_after_saving_asks(
    open_story: Opener, pen: Pen, key: str, text: str
) -> None:
    pen("open(path, 'w').write('Written.\\n'); sys.exit(1)")
    async with open_story(3) as editor:
        await editor.press("E")
        await comes(editor, "pen ended with 1 and left another narration.", "“Written.”")
        assert editor.texts[0] == "Narration 1."
        await editor.press(key)
        await editor.until(lambda: editor.texts[0] == text)
        await editor.until(lambda: not files_left())


async def test_an_editor_that_fails_and_leaves_nothing_is_said(
    open_story: Opener, pen: Pen
) -> None:
    pen("sys.exit(2)")
    async with open_story(3) as editor:
        await editor.press("E")
        await comes(editor, "! pen ended with 2.", "Nothing changed")
        assert files_left() == []


async def test_what_is_no_utf_8_stays_in_its_file_and_the_place_is_said(
    open_story: Opener, pen: Pen
) -> None:
    pen("open(path, 'wb').write(b'na\\xefve')")
    async with open_story(3) as editor:
        await editor.press("E")
        await comes(editor, "! What the editor left is not UTF-8.", "It is in")
        assert editor.texts[0] == "Narration 1."
        assert any(path.name == "narration.txt" for path in files_left())


async def test_what_is_no_file_any_more_stays_and_the_place_is_said(
    open_story: Opener, pen: Pen
) -> None:
    pen("import os; os.unlink(path); os.mkdir(path)")
    async with open_story(3) as editor:
        await editor.press("E")
        await comes(editor, "! What the editor left cannot be read: it is no file.", "It is in")
        assert editor.texts[0] == "Narration 1."


async def test_text_that_is_being_typed_is_what_the_editor_gets(
    open_story: Opener, pen: Pen
) -> None:
    pen("text = open(path).read(); open(path, 'w').write(text.upper())")
    async with open_story(3) as editor:
        await editor.press("e", *" new")
        editor.app.session.write(lambda _: time.sleep(0.3))
        await editor.pilot.press("ctrl+s", "E")
        await editor.until(lambda: editor.texts[0] == "NARRATION 1. NEW")


async def test_what_an_earlier_run_left_in_an_editor_is_offered(
    open_story: Opener, library: Any
) -> None:
    story = library.projects.import_story(Story("T"))
    segment = library.segments.add(story.id, "Stored.")
    note = Note(str(library.path), story.id, segment.id, 1, "Stored.")
    outside = OutsideText.begin(note)
    outside.path.write_text("Left in vim.\n")
    outside.goes_on()
    async with open_story(project_id=story.id) as editor:
        await comes(editor, "Left in vim.", "Stored.", "take the draft")
        assert files_left() == []
        await editor.press("m")
        await editor.press("ctrl+s")
        await editor.until(lambda: editor.texts == ["Left in vim."])


async def test_ending_meanwhile_makes_a_draft_of_what_the_editor_saved(
    open_story: Opener, pen: Pen, tmp_path: Path
) -> None:
    saved = tmp_path / "saved"
    pen(
        "open(path, 'w').write('Half a sentence\\n')\n"
        f"open({str(saved)!r}, 'w')\n{wait_for(tmp_path / 'never')}"
    )
    async with open_story(3) as editor:
        await editor.pilot.press("E")
        await editor.until(saved.exists)
        await editor.app.leave(143)
        drafts = Drafts(editor.library.path).of(editor.project_id)
        assert [draft.text for draft in drafts] == ["Half a sentence"]
        assert editor.texts[0] == "Narration 1."
        assert files_left() == []


@pytest.mark.parametrize("closes", ["", "__import__('os').closerange(3, 99)\n"])
async def test_an_editor_that_does_not_end_with_us_keeps_its_file_and_the_next_open_offers_it(
    open_story: Opener, pen: Pen, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, closes: str
) -> None:
    monkeypatch.setattr("storyflow_tui.tui.screens.outside._STOPS", 0.05)
    ready, gate = tmp_path / "ready", tmp_path / "gate"
    pen(
        "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        f"{closes}open({str(ready)!r}, 'w')\n"
        f"{wait_for(gate)}\nopen(path, 'r+').write('Written late.\\n')"
    )
    async with open_story(3) as editor:
        await editor.pilot.press("E")
        await editor.until(ready.exists)
        project = editor.project_id
        screen = editor.app.screen
        assert isinstance(screen, OutsideScreen)
        await editor.app.leave(0)
        process = screen._outside.process
        assert process is not None
        gate.touch()
        assert process.wait(10) == 0
        [(_, text)] = left_behind(editor.library.path)
        assert text.startswith("Written late.")
    async with open_story(project_id=project) as editor:
        await comes(editor, "Written late.", "take the draft")
