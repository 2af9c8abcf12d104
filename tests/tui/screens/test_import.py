from __future__ import annotations

import json
import signal
import threading
from pathlib import Path
from typing import Any

import pytest
from textual import events
from textual.widgets import Input

from storyflow_tui import transfer
from storyflow_tui.config import state_folder
from storyflow_tui.library import Library, projects
from storyflow_tui.library.pictures import stage_picture
from storyflow_tui.story import Story, StorySegment
from storyflow_tui.tui import folders, kept_scripts
from storyflow_tui.tui.kept_scripts import KeptScript
from storyflow_tui.tui.screens.help import HelpScreen
from storyflow_tui.tui.screens.import_preview import ImportPreview
from storyflow_tui.tui.screens.import_story import ImportScreen
from storyflow_tui.tui.widgets.rows import Rows
from storyflow_tui.tui.widgets.script import Script
from storyflow_tui.tui.widgets.sheet import LineInput, Question
from tests.screens import cell_at
from tests.tui.conftest import Editor
from tests.tui.screens.conftest import Stage

GOOD = "Title: The Lamp\n\nText: It burned.\nPrompt: a lamp\n---\nText: It went out."
BAD = "Title: The Lamp\n\nText: It burned.\n---\nPrompt: calm\nsea\n---\nText: It went out."


async def paste(editor: Editor, text: str) -> None:
    editor.app.screen.query_one(Script).post_message(events.Paste(text))
    await editor.until(lambda: editor.app.screen.query_one(Script).text)
    await editor.pilot.pause()


def content(editor: Editor) -> str:
    screen = next(one for one in editor.app.screen_stack if isinstance(one, ImportScreen))
    return screen.query_one(Script).content


async def test_a_pasted_script_is_read_and_ctrl_s_imports_it(
    library: Library, open_stories: Stage
) -> None:
    answers: list[Any] = []
    async with open_stories(ImportScreen(), answers=answers) as editor:
        await paste(editor, GOOD)
        await editor.shows("pasted, 6 lines", "2 segments", "It went out.")
        assert editor.app.screen.query_one(Input).value == "The Lamp"
        await editor.press("ctrl+s")
        await editor.until(lambda: answers)
        (project,) = library.projects.list()
        assert answers == [project]
        assert (project.title, project.segment_count) == ("The Lamp", 2)


async def test_a_problem_shows_line_and_remedy_and_refuses_the_import(
    library: Library, open_stories: Stage
) -> None:
    answers: list[Any] = []
    async with open_stories(ImportScreen(), answers=answers) as editor:
        await paste(editor, BAD)
        await editor.shows("! 1 problem", "× line 5", "Block 2 has no narration.", "no narration")
        await editor.shows("taking out line 4", "Nothing is imported until")
        assert any(line[1:].startswith("×  5 Prompt: calm") for line in editor.lines)
        await editor.press("ctrl+s")
        await editor.until(lambda: "× line 5 Block 2 has no narration." in editor.lines[-1])
        assert not answers
        assert not library.projects.list()
        assert content(editor) == BAD


async def test_bad_lines_stand_on_a_band_and_labels_are_muted(open_stories: Stage) -> None:
    async with open_stories(ImportScreen()) as editor:
        await paste(editor, BAD)
        await editor.shows("! 1 problem")
        _, bad = cell_at(editor.app, 30, 6)
        _, good = cell_at(editor.app, 30, 4)
        assert bad.bgcolor != good.bgcolor
        _, label = cell_at(editor.app, 6, 4)
        _, words = cell_at(editor.app, 12, 4)
        assert label.bold
        assert label.color != words.color


async def test_mending_the_script_takes_the_problem_away(open_stories: Stage) -> None:
    async with open_stories(ImportScreen()) as editor:
        await paste(editor, "Text: one\n---\nPrompt: two")
        await editor.shows("! 1 problem")
        await editor.press("enter", *"Text: two")
        await editor.shows("2 segments")
        assert "problem" not in editor.text


async def test_tab_goes_to_the_title_and_back_and_a_typed_title_wins(
    library: Library, open_stories: Stage
) -> None:
    async with open_stories(ImportScreen()) as editor:
        await paste(editor, GOOD)
        await editor.shows("2 segments")
        await editor.press("tab")
        assert editor.app.screen.query_one(Input).has_focus
        await editor.press(*" II", "tab")
        assert editor.app.screen.query_one(Script).has_focus
        await editor.press(*" More.")
        await editor.shows("It went out. More.")
        await editor.press("ctrl+s")
        await editor.until(library.projects.list)
        assert library.projects.list()[0].title == "The Lamp II"


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_a_script_without_a_title_asks_for_one(
    size: tuple[int, int], library: Library, open_stories: Stage
) -> None:
    async with open_stories(ImportScreen(), size=size) as editor:
        await paste(editor, "Text: one")
        await editor.press("ctrl+s")
        await editor.until(lambda: "! A title cannot be empty." in editor.lines[-1])
        await editor.press("tab", *"Fog")
        await editor.shows("Title", "Fog")
        await editor.press("ctrl+s")
        await editor.until(library.projects.list)
        assert library.projects.list()[0].title == "Fog"


async def test_nothing_to_import_is_said(open_stories: Stage) -> None:
    async with open_stories(ImportScreen()) as editor:
        await editor.shows("Paste a script")
        await editor.press("ctrl+s")
        await editor.until(lambda: "There is no script yet." in editor.lines[-1])


async def test_escape_leaves_at_once_when_nothing_was_typed(open_stories: Stage) -> None:
    answers: list[Any] = []
    async with open_stories(ImportScreen(), answers=answers) as editor:
        await editor.press("escape")
        await editor.until(lambda: answers == [None])


async def test_escape_asks_before_typed_text_goes(open_stories: Stage) -> None:
    answers: list[Any] = []
    async with open_stories(ImportScreen(), answers=answers) as editor:
        await paste(editor, GOOD)
        await editor.press("escape")
        await editor.until(lambda: isinstance(editor.app.screen, Question))
        await editor.shows("Leave without importing?", "The script (6 lines)")
        await editor.press("n")
        await editor.until(lambda: isinstance(editor.app.screen, ImportScreen))
        assert content(editor) == GOOD
        await editor.press("escape")
        await editor.until(lambda: isinstance(editor.app.screen, Question))
        await editor.press("y")
        await editor.until(lambda: answers == [None])


async def take(editor: Editor, path: Path | str) -> None:
    await editor.press("ctrl+o")
    await editor.until(lambda: isinstance(editor.app.screen, LineInput))
    await editor.pilot.pause()
    focused = editor.app.screen.focused
    assert focused is not None
    focused.post_message(events.Paste(str(path)))
    await editor.press("enter")


async def test_a_text_file_is_loaded_into_the_area_and_named_by_its_file(
    tmp_path: Path, library: Library, open_stories: Stage
) -> None:
    (tmp_path / "fog.txt").write_bytes("\ufeffText: one\r\n---\r\nText: two".encode())
    answers: list[Any] = []
    async with open_stories(ImportScreen(tmp_path), answers=answers) as editor:
        await take(editor, "fog.txt")
        await editor.shows("fog.txt, 3 lines", "2 segments")
        assert editor.app.screen.query_one(Input).value == "fog"
        await editor.press("escape")
        await editor.until(lambda: answers == [None])


async def test_a_json_file_is_imported_with_its_pictures(
    library: Library, open_stories: Stage
) -> None:
    answers: list[Any] = []
    async with open_stories(ImportScreen(), answers=answers) as editor:
        await take(editor, transfer.sample("the-lamp"))
        await editor.until(lambda: isinstance(editor.app.screen, ImportPreview))
        await editor.shows("The Lamp", "as it will be made", "12 segments", "12 pictures", "› ")
        assert not library.projects.list()
        await editor.press("ctrl+s")
        await editor.until(lambda: answers)
        assert answers[0].image_count == 12


async def test_files_that_cannot_be_read_say_why(tmp_path: Path, open_stories: Stage) -> None:
    (tmp_path / "bad.json").write_text('{"title": "x"}', encoding="utf-8")
    (tmp_path / "latin.txt").write_bytes(b"Text: caf\xe9")
    async with open_stories(ImportScreen(tmp_path)) as editor:
        await take(editor, "nowhere.txt")
        await editor.until(lambda: "nowhere.txt" in editor.lines[-1] and "×" in editor.lines[-1])
        await take(editor, "bad.json")
        await editor.until(lambda: "the story has no segments" in editor.lines[-1])
        await take(editor, "latin.txt")
        await editor.until(lambda: "not UTF-8" in editor.lines[-1])
        assert isinstance(editor.app.screen, ImportScreen)


async def test_json_may_be_pasted_too(library: Library, open_stories: Stage) -> None:
    async with open_stories(ImportScreen()) as editor:
        await paste(editor, json.dumps({"title": "Fog", "segments": [{"text_content": "one"}]}))
        await editor.shows("1 segment")
        await editor.press("ctrl+s")
        await editor.until(library.projects.list)
        assert library.projects.list()[0].title == "Fog"


async def test_json_that_cannot_be_read_names_its_line(open_stories: Stage) -> None:
    async with open_stories(ImportScreen()) as editor:
        await paste(editor, '{"title": "Fog",\n"segments": [}')
        await editor.shows("! 1 problem", "× line 2")


async def test_json_with_a_wrong_segment_is_marked_at_its_lines(open_stories: Stage) -> None:
    story = {"title": "Fog", "segments": [{"text_content": "one"}, {"text_content": 7}]}
    async with open_stories(ImportScreen()) as editor:
        await paste(editor, json.dumps(story, indent=1))
        await editor.shows("! 1 problem", "× line 7", "text, not a number")
        assert any(line[1:].startswith("×  7") for line in editor.lines)


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_ctrl_l_shows_the_segments_before_they_are_made(
    size: tuple[int, int], library: Library, open_stories: Stage
) -> None:
    answers: list[Any] = []
    async with open_stories(ImportScreen(), answers=answers, size=size) as editor:
        await paste(editor, GOOD)
        await editor.press("ctrl+l")
        await editor.until(lambda: isinstance(editor.app.screen, ImportPreview))
        await editor.shows("The Lamp", "as it will be made", "2 segments", "It burned.", "~0:0")
        await editor.press("escape")
        await editor.until(lambda: isinstance(editor.app.screen, ImportScreen))
        assert content(editor) == GOOD
        assert not library.projects.list()
        await editor.press("ctrl+l")
        await editor.until(lambda: isinstance(editor.app.screen, ImportPreview))
        await editor.press("enter")
        await editor.until(lambda: answers)
        assert [one.text_content for one in library.segments.list(answers[0].id)] == [
            "It burned.",
            "It went out.",
        ]


async def test_a_script_with_a_problem_has_no_preview_but_its_problem(
    open_stories: Stage,
) -> None:
    async with open_stories(ImportScreen(), size=(80, 24)) as editor:
        await paste(editor, BAD)
        await editor.press("ctrl+l")
        await editor.until(lambda: "× line 5 Block 2 has no narration." in editor.lines[-1])
        assert isinstance(editor.app.screen, ImportScreen)


async def test_the_preview_of_a_long_script_goes_to_its_last_segment(open_stories: Stage) -> None:
    blocks = "\n---\n".join(f"Text: block {n}" for n in range(1, 1501))
    async with open_stories(ImportScreen(), size=(80, 24)) as editor:
        await paste(editor, "Title: T\n" + blocks)
        await editor.press("ctrl+l")
        await editor.until(lambda: isinstance(editor.app.screen, ImportPreview))
        await editor.shows("1500 segments", "↓ 1480 more")
        here = editor.app.screen.query_one(Rows)
        for keys, place in (
            (("j", "down"), 2),
            (("k",), 1),
            (("pagedown",), 21),
            (("pageup", "up"), 0),
            (("end",), 1499),
            (("home",), 0),
            (("G",), 1499),
        ):
            await editor.press(*keys)
            assert here.cursor == place
        await editor.shows("1500 block 1500")
        await editor.press("g", "q")
        await editor.until(lambda: isinstance(editor.app.screen, ImportScreen))


async def test_what_is_left_out_of_json_stands_below_its_segments(open_stories: Stage) -> None:
    story = {"title": "Fog", "mood": "grey", "segments": [{"text_content": "one"}]}
    async with open_stories(ImportScreen()) as editor:
        await paste(editor, json.dumps(story))
        await editor.press("ctrl+l")
        await editor.shows("as it will be made", "unknown key 'mood'")


async def test_missing_pictures_are_seen_before_the_import_and_refuse_it(
    tmp_path: Path, library: Library, open_stories: Stage
) -> None:
    segments = [{"text_content": "one"}, {"text_content": "two", "image_file": "gone.png"}]
    (tmp_path / "fog.json").write_text(json.dumps({"title": "Fog", "segments": segments}))
    async with open_stories(ImportScreen(tmp_path), size=(80, 24)) as editor:
        await take(editor, "fog.json")
        await editor.shows("! 1 picture missing", "! missing")
        await editor.press("enter")
        await editor.until(lambda: isinstance(editor.app.screen, ImportScreen))
        await editor.until(lambda: "gone.png" in editor.lines[-1])
        assert not library.projects.list()


async def test_a_file_too_long_for_typing_is_previewed_and_imported(
    tmp_path: Path, library: Library, open_stories: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folders, "LARGE", 20)
    (tmp_path / "long.txt").write_text(GOOD)
    answers: list[Any] = []
    async with open_stories(ImportScreen(tmp_path), answers=answers) as editor:
        await take(editor, "long.txt")
        await editor.until(lambda: isinstance(editor.app.screen, ImportPreview))
        assert content(editor) == ""
        await editor.press("enter")
        await editor.until(lambda: answers)
        assert answers[0].title == "The Lamp"


async def test_escape_stops_an_import_between_two_pictures_and_nothing_is_made(
    library: Library, open_stories: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = threading.Event()

    def slow(*arguments: Any) -> Path:
        gate.wait(20)
        return stage_picture(*arguments)

    monkeypatch.setattr(projects, "stage_picture", slow)
    answers: list[Any] = []
    async with open_stories(ImportScreen(), answers=answers) as editor:
        await take(editor, transfer.sample("the-lamp"))
        await editor.until(lambda: isinstance(editor.app.screen, ImportPreview))
        await editor.pilot.press("enter")
        await editor.shows("Import a story", "picture 0 of 12", "esc stop")
        await editor.pilot.press("escape")
        gate.set()
        await editor.until(lambda: "Stopped; nothing was imported" in editor.lines[-1])
        assert not answers
        assert not library.projects.list()
        assert library.check() == []


async def test_escape_stops_the_reading_of_a_file(
    tmp_path: Path, open_stories: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = threading.Event()
    real = transfer.read_story

    def slow(*arguments: Any, **options: Any) -> transfer.Reading:
        gate.wait(20)
        return real(*arguments, **options)

    monkeypatch.setattr(transfer, "read_story", slow)
    async with open_stories(ImportScreen(tmp_path)) as editor:
        await take(editor, transfer.sample("the-lamp"))
        await editor.shows("reading …", "esc stop")
        await editor.press("escape")
        await editor.until(lambda: "reading …" not in editor.text)
        gate.set()
        await editor.press(*"Text: on")
        await editor.shows("1 segment")
        assert isinstance(editor.app.screen, ImportScreen)


async def test_a_paste_of_a_megabyte_is_read_and_control_characters_are_signs(
    open_stories: Stage,
) -> None:
    blocks = "\n---\n".join(f"Text: block {n} " + "word " * 20 for n in range(9000))
    async with open_stories(ImportScreen()) as editor:
        await paste(editor, "Text: a\x1b[31mb\n---\n" + blocks)
        await editor.until(lambda: "9001 segments" in editor.text, tries=3000)
        await editor.press("x")
        assert content(editor).endswith("word x")
        await editor.press("ctrl+home")
        assert "\x1b" not in editor.text


async def test_a_narrow_screen_has_the_problems_in_its_last_rows(open_stories: Stage) -> None:
    async with open_stories(ImportScreen(), size=(80, 24)) as editor:
        await paste(editor, BAD)
        await editor.shows("! 1 problem")
        assert editor.lines[19].strip(" ▌") == "1 problem"
        assert "× line 5" in editor.lines[20]


async def test_line_numbers_follow_the_scroll(open_stories: Stage) -> None:
    async with open_stories(ImportScreen(), size=(80, 24)) as editor:
        await paste(editor, "\n".join(["Text: one", *(f"line {n}" for n in range(2, 1201))]))
        await editor.shows("1200 line 1200")
        await editor.press(*["up"] * 20)
        await editor.shows("1180 line 1180")
        row = next(line for line in editor.lines if "line 1190" in line)
        assert row.split()[-3:] == ["1190", "line", "1190"]


async def test_help_opens_with_f1(open_stories: Stage) -> None:
    async with open_stories(ImportScreen()) as editor:
        await editor.press("question_mark")
        assert content(editor) == "?"
        await editor.press("f1")
        await editor.until(lambda: isinstance(editor.app.screen, HelpScreen))
        await editor.shows("take a file")


def scripts() -> list[KeptScript]:
    return [script for _, script in kept_scripts.kept()]


async def test_ctrl_q_keeps_the_script_with_its_title_and_the_next_import_offers_it(
    library: Library, open_stories: Stage
) -> None:
    async with open_stories(ImportScreen()) as editor:
        await paste(editor, BAD)
        await editor.shows("! 1 problem")
        await editor.press("tab", *" II")
        await editor.pilot.press("ctrl+q")
        await editor.until(lambda: not editor.app.is_running)
        assert editor.app.drafted == 1
    assert scripts() == [KeptScript(BAD, "The Lamp II")]
    async with open_stories(ImportScreen()) as editor:
        await editor.shows("This script was not imported the last time.", "kept, 8 lines")
        assert content(editor) == BAD
        assert editor.app.screen.query_one(Input).value == "The Lamp II"
        assert scripts()


@pytest.mark.parametrize("way", ["signal", "thread", "fault"])
async def test_a_signal_a_stuck_loop_and_a_fault_keep_the_script_at_once(
    way: str, open_stories: Stage
) -> None:
    async with open_stories(ImportScreen()) as editor:
        await paste(editor, GOOD)
        await editor.press("escape")
        await editor.until(lambda: isinstance(editor.app.screen, Question))
        if way == "signal":
            editor.app._signal_arrived(signal.SIGHUP)
        elif way == "fault":
            editor.app._handle_exception(ZeroDivisionError())
            editor.app._exception = None  # the test framework would raise it again
        else:
            thread = threading.Thread(target=editor.app._keep_typed)
            thread.start()
            thread.join(10)
        assert scripts() == [KeptScript(GOOD)]
        if way != "thread":
            await editor.until(lambda: not editor.app.is_running)
            assert editor.app.drafted == 1
    assert scripts() == [KeptScript(GOOD)]


async def test_a_kept_script_goes_when_it_is_imported(
    library: Library, open_stories: Stage
) -> None:
    kept_scripts.keep(KeptScript(GOOD))
    async with open_stories(ImportScreen()) as editor:
        await editor.shows("2 segments")
        await editor.press("ctrl+s")
        await editor.until(library.projects.list)
        await editor.until(lambda: not scripts())


async def test_a_kept_script_goes_when_the_person_leaves_it(open_stories: Stage) -> None:
    kept_scripts.keep(KeptScript(GOOD))
    answers: list[Any] = []
    async with open_stories(ImportScreen(), answers=answers) as editor:
        await editor.shows("2 segments")
        await editor.press("escape")
        await editor.until(lambda: isinstance(editor.app.screen, Question))
        assert scripts()
        await editor.press("y")
        await editor.until(lambda: answers == [None])
        assert not scripts()


async def test_quitting_during_an_import_keeps_what_did_not_get_through(
    library: Library, open_stories: Stage
) -> None:
    gate = threading.Event()
    async with open_stories(ImportScreen()) as editor:
        await paste(editor, GOOD)
        await editor.shows("2 segments")
        editor.app.session.write(lambda _: gate.wait(20))
        await editor.pilot.press("ctrl+s")
        await editor.until(lambda: editor.app.session.pending == 2)
        await editor.pilot.press("ctrl+q")
        await editor.until(lambda: not editor.app.is_running)
        assert scripts() == [KeptScript(GOOD)]
        gate.set()
        assert editor.app.session.finish(5)
    assert len(library.projects.list()) == 1
    assert not scripts()


async def test_a_file_that_was_loaded_is_not_kept_and_quitting_is_quiet(
    tmp_path: Path, open_stories: Stage
) -> None:
    (tmp_path / "lamp.txt").write_text(GOOD, encoding="utf-8")
    async with open_stories(ImportScreen(tmp_path)) as editor:
        await take(editor, "lamp.txt")
        await editor.shows("2 segments")
        await editor.pilot.press("ctrl+q")
        await editor.until(lambda: not editor.app.is_running)
        assert editor.app.drafted == 0
    assert not scripts()


async def test_what_was_typed_beside_an_imported_file_is_kept(
    library: Library, open_stories: Stage
) -> None:
    answers: list[Any] = []
    async with open_stories(ImportScreen(), answers=answers) as editor:
        await paste(editor, BAD)
        await take(editor, transfer.sample("the-lamp"))
        await editor.until(lambda: isinstance(editor.app.screen, ImportPreview))
        await editor.press("enter")
        await editor.until(lambda: answers)
        assert scripts() == [KeptScript(BAD)]


@pytest.mark.parametrize("ending", [".txt", ".json"])
async def test_a_path_that_cannot_be_looked_at_is_said_and_the_screen_stays(
    ending: str, tmp_path: Path, open_stories: Stage
) -> None:
    async with open_stories(ImportScreen(tmp_path)) as editor:
        await take(editor, "x" * 300 + ending)
        await editor.until(lambda: "File name too long" in editor.lines[-1])
        assert isinstance(editor.app.screen, ImportScreen)
        assert not editor.app.faulted


async def test_the_loop_turns_while_a_path_is_looked_at(
    tmp_path: Path, open_stories: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = threading.Event()
    asked: list[bool] = []

    def slow(path: Path) -> bool:
        asked.append(threading.current_thread() is threading.main_thread())
        return not gate.wait(20)

    monkeypatch.setattr("storyflow_tui.tui.screens.import_files.is_folder", slow)
    (tmp_path / "lamp.txt").write_text(GOOD, encoding="utf-8")
    async with open_stories(ImportScreen(tmp_path)) as editor:
        await take(editor, "lamp.txt")
        await editor.until(lambda: asked == [False])
        gate.set()
        await editor.shows("2 segments")


async def test_ctrl_q_stays_once_where_the_script_cannot_be_kept(open_stories: Stage) -> None:
    state_folder().parent.mkdir(parents=True, exist_ok=True)
    state_folder().write_text("no folder", encoding="utf-8")
    async with open_stories(ImportScreen()) as editor:
        await paste(editor, GOOD)
        await editor.shows("2 segments")
        await editor.press("ctrl+q")
        await editor.until(lambda: "! Not saved, and no draft:" in editor.lines[-1])
        assert content(editor) == GOOD
        await editor.pilot.press("ctrl+q")
        await editor.until(lambda: not editor.app.is_running)
        assert editor.app.drafted == 0


async def test_the_preview_has_what_is_told_of_pictures_in_one_column(open_stories: Stage) -> None:
    segments = [StorySegment(f"Part {n}.", "", "lamp.png", n == 2) for n in (1, 2, 3)]
    preview = ImportPreview(Story("The Lamp", segments), 9, True, (), frozenset({2}))
    async with open_stories(preview) as editor:
        await editor.shows("as it will be made", "Part 3.")
        first, second, third = (line for line in editor.lines if "Part " in line)
        assert first.index("picture") == second.index("picture") == third.index("! missing")
        assert second.index("◘") == second.index("picture") - 2
