"""The person's own text editor: which one it is, its file, and what is left of it."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from storyflow_tui.config import state_folder
from storyflow_tui.errors import InvalidTextError, NoEditorError
from storyflow_tui.outside import Editor, Note, OutsideText, editor, left_behind

Program = Callable[..., Path]


@pytest.fixture(autouse=True)
def _unset(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("VISUAL", "EDITOR"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def program(tmp_path: Path) -> Program:
    """Makes a program of a line of Python; the file's path is `sys.argv[-1]`."""

    def make(line: str, name: str = "pen") -> Path:
        path = tmp_path / name
        path.write_text(f"#!{sys.executable}\nimport sys, os\n{line}\n")
        path.chmod(0o700)
        return path

    return make


@pytest.fixture
def text(tmp_path: Path) -> Iterator[OutsideText]:
    """A narration in a file for an editor."""
    begun = OutsideText.begin(Note(str(tmp_path), 1, 7, 3, "It rained.\nStill."))
    yield begun
    begun.drop()


def test_visual_comes_before_editor_and_blank_counts_for_nothing(
    monkeypatch: pytest.MonkeyPatch, program: Program
) -> None:
    monkeypatch.setenv("EDITOR", str(program("")))
    monkeypatch.setenv("VISUAL", "  ")
    assert editor() == Editor((str(program("")),), "pen", "EDITOR")
    monkeypatch.setenv("VISUAL", str(program("", "quill")))
    assert editor().name == "quill"


def test_a_value_may_hold_arguments_and_quotes(
    monkeypatch: pytest.MonkeyPatch, program: Program
) -> None:
    path = program("", "my pen")
    monkeypatch.setenv("EDITOR", f"'{path}' --wait -c 'set wrap'")
    assert editor().command == (str(path), "--wait", "-c", "set wrap")


def test_without_a_value_a_usual_editor_is_taken(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, program: Program
) -> None:
    program("", "nano")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert editor() == Editor(("nano",), "nano", "")
    program("", "vi")
    assert editor().name == "vi"


def test_what_is_no_editor_is_said_with_its_variable(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NoEditorError, match="No editor is set; set EDITOR"):
        editor()
    monkeypatch.setenv("EDITOR", "nowhere-to-be-found -w")
    with pytest.raises(NoEditorError, match="nowhere-to-be-found is no program here; EDITOR names"):
        editor()
    monkeypatch.setenv("EDITOR", "vim 'half")
    with pytest.raises(NoEditorError, match="EDITOR cannot be read as a command"):
        editor()


def test_nobody_else_may_look_into_the_file(text: OutsideText) -> None:
    assert text.path.is_relative_to(state_folder())
    assert stat.S_IMODE(text.folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in text.folder.iterdir()} == {0o600}


def test_an_editor_that_alters_nothing_leaves_nothing(text: OutsideText, program: Program) -> None:
    assert text.path.read_text() == "It rained.\nStill.\n"
    assert text.read() is None
    text.path.write_text("It rained.\nStill.")
    assert text.read() is None
    text.path.unlink()
    assert text.read() is None


@pytest.mark.parametrize(
    ("left", "read"),
    [
        (b"New\n", "New"),
        (b"New", "New"),
        (b"New\n\n", "New\n"),
        (b"New\r\nlines\r\n", "New\nlines"),
        (b"", ""),
        ("雨\n".encode(), "雨"),
    ],
)
def test_the_text_is_what_the_editor_left_but_for_the_last_line_end(
    text: OutsideText, left: bytes, read: str
) -> None:
    text.path.write_bytes(left)
    assert text.read() == read


def test_what_is_no_utf_8_is_refused_and_stays(text: OutsideText) -> None:
    text.path.write_bytes(b"na\xefve\n")
    with pytest.raises(InvalidTextError, match="not UTF-8"):
        text.read()
    assert text.path.read_bytes() == b"na\xefve\n"


def test_an_editor_gets_the_file_and_its_arguments(text: OutsideText, program: Program) -> None:
    path = program("open(sys.argv[-1], 'w').write(' '.join(sys.argv[1:-1]))")
    text.start(Editor((str(path), "-a", "b c"), "pen", "EDITOR"))
    assert text.process is not None
    assert text.process.wait(10) == 0
    assert text.read() == "-a b c"


def test_an_editor_that_cannot_be_started_is_said(text: OutsideText, tmp_path: Path) -> None:
    (tmp_path / "script").write_text("no shebang and no right to run\n")
    with pytest.raises(NoEditorError, match="pen could not be started"):
        text.start(Editor((str(tmp_path / "script"),), "pen", "EDITOR"))


def test_what_is_left_behind_altered_is_found_once_nobody_works_on_it(
    tmp_path: Path, program: Program
) -> None:
    note = Note(str(tmp_path), 1, 7, 3, "Old.")
    altered, same, held = (OutsideText.begin(note) for _ in range(3))
    elsewhere = OutsideText.begin(note._replace(library="/elsewhere"))
    for one in (altered, held, elsewhere):
        one.path.write_text("New.\n")
    for one in (altered, same, elsewhere):
        assert not one.goes_on()
    [(found, text)] = left_behind(tmp_path)
    assert (found.note, text) == (note, "New.")
    assert not same.folder.exists()
    found.drop()
    assert not altered.folder.exists()
    assert left_behind(tmp_path) == []
    assert held.path.exists()
    held.drop()


def test_an_editor_that_outlives_us_keeps_its_text(text: OutsideText, program: Program) -> None:
    path = program("print('ready', flush=True); sys.stdin.read()")
    started = subprocess.Popen(
        [path, str(text.path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        pass_fds=[text._lock or 0],
    )
    assert started.stdin is not None
    assert started.stdout is not None
    started.stdout.readline()
    text.path.write_text("Saved by an editor that is still open.\n")
    assert text.goes_on()
    assert left_behind(Path(text.note.library)) == []
    started.communicate()
    [(_, found)] = left_behind(Path(text.note.library))
    assert found == "Saved by an editor that is still open."


def test_what_an_editor_put_beside_the_text_goes_with_it(text: OutsideText) -> None:
    (text.folder / "narration.txt~").write_text("It rained.")
    (text.folder / ".swap").mkdir()
    (text.folder / ".swap/narration.swp").write_text("It rained.")
    text.drop()
    assert not text.folder.exists()


def test_what_forgotten_texts_left_is_swept_at_the_next_start(tmp_path: Path) -> None:
    left, new, named = (state_folder() / "outside" / name for name in ("left", "new", "named"))
    held = OutsideText.begin(Note(str(tmp_path), 1, 7, 3, "Old."))
    (held.folder / "note.json").unlink()
    for folder in (left, new, named):
        folder.mkdir()
        (folder / "narration.txt~").write_text("It rained.")
    (named / "note.json").write_text("{}")
    for folder in (left, named, held.folder):
        os.utime(folder, (0, 0))
    assert left_behind(tmp_path) == []
    assert {*(state_folder() / "outside").iterdir()} == {new, named, held.folder}
    held.drop()


def test_what_is_no_note_of_ours_is_left_alone(tmp_path: Path) -> None:
    for name, content in (("a", "{}"), ("b", "[1]"), ("c", '{"library": 5}'), ("d", "[" * 99999)):
        folder = state_folder() / "outside" / name
        folder.mkdir(parents=True)
        (folder / "note.json").write_text(content)
    os.mkfifo(state_folder() / "outside/pipe")
    began = time.monotonic()
    assert left_behind(tmp_path) == []
    assert time.monotonic() - began < 10
    assert len([*(state_folder() / "outside").iterdir()]) == 5
