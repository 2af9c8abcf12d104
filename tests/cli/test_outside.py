"""`segment edit --editor`: the narration in the person's own text editor."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from storyflow_tui.config import state_folder

Run = Callable[..., Any]
Pen = Callable[[str], None]


@pytest.fixture
def pen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Pen:
    """Sets EDITOR to a line of Python; `path` is the file that it gets."""
    monkeypatch.delenv("VISUAL", raising=False)

    def write(line: str) -> None:
        program = tmp_path / "pen"
        program.write_text(f"#!{sys.executable}\nimport sys\npath = sys.argv[-1]\n{line}\n")
        program.chmod(0o700)
        monkeypatch.setenv("EDITOR", f"{program} --wait")

    return write


def files_left() -> list[Path]:
    return [path for path in (state_folder() / "outside").rglob("*") if path.is_file()]


def test_what_the_editor_leaves_is_saved(run: Run, lamp: int, pen: Pen) -> None:
    pen("text = open(path).read(); open(path, 'w').write(text + 'And a moth.\\n')")
    segment = run("segment", "edit", 1, "--editor", "--json").json
    assert segment["text_content"] == "One lamp.\nAnd a moth."
    assert run("segment", "edit", 1, "--editor").out == "Saved segment 1 (id 1) from pen\n"
    assert files_left() == []


def test_a_text_left_as_it_was_is_no_change(run: Run, lamp: int, pen: Pen) -> None:
    pen("")
    assert run("segment", "edit", 1, "--editor").out == "Segment 1 (id 1) is as it was\n"
    assert "Edit" not in run("history", lamp).out
    assert files_left() == []


def test_a_locked_segment_starts_no_editor(run: Run, lamp: int, pen: Pen, tmp_path: Path) -> None:
    pen(f"open({str(tmp_path / 'started')!r}, 'w')")
    run("segment", "edit", 1, "--lock")
    assert run("--json", "segment", "edit", 1, "--editor").refusal["code"] == "locked"
    assert not (tmp_path / "started").exists()


def test_blank_text_is_refused_and_the_stored_one_stays(run: Run, lamp: int, pen: Pen) -> None:
    pen("open(path, 'w').write('\\n')")
    answer = run("segment", "edit", 1, "--editor")
    assert answer.code == 1
    assert "Narration text cannot be empty" in answer.err
    assert run("segment", "show", 1, "--json").json["text_content"] == "One lamp."


def test_a_text_changed_meanwhile_is_a_conflict_and_the_file_is_kept(
    run: Run, lamp: int, pen: Pen, place: Path
) -> None:
    pen(
        "open(path, 'w').write('Mine.\\n')\n"
        "from storyflow_tui.library import Library\n"
        f"with Library.open({str(place)!r}) as library:\n"
        "    library.segments.edit(1, text_content='Theirs.')"
    )
    answer = run("segment", "edit", 1, "--editor")
    assert answer.code == 1
    assert "Segment 1 was changed meanwhile" in answer.err
    [kept] = [path for path in files_left() if path.read_text() == "Mine.\n"]
    assert str(kept) in answer.err
    assert run("segment", "show", 1, "--json").json["text_content"] == "Theirs."


def test_an_editor_that_fails_saves_nothing_and_loses_nothing(
    run: Run, lamp: int, pen: Pen
) -> None:
    pen("open(path, 'w').write('Written.\\n'); sys.exit(3)")
    answer = run("segment", "edit", 1, "--editor")
    assert "pen ended with 3; nothing was saved" in answer.err
    assert "what was written is in" in answer.err
    assert run("segment", "show", 1, "--json").json["text_content"] == "One lamp."


def test_without_an_editor_it_is_said_how_to_set_one(
    run: Run, lamp: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VISUAL", "nowhere-to-be-found")
    answer = run("--json", "segment", "edit", 1, "--editor")
    assert answer.refusal["code"] == "no_editor"
    assert "VISUAL" in answer.refusal["error"]


def test_the_editor_goes_alone(run: Run, lamp: int) -> None:
    assert run("segment", "edit", 1, "--editor", "--text", "x").code == 2


def test_what_cannot_be_read_is_refused_with_its_place(run: Run, lamp: int, pen: Pen) -> None:
    pen("import os; os.unlink(path); os.mkdir(path); open(path + '/mine', 'w').write('Mine.')")
    answer = run("--json", "segment", "edit", 1, "--editor")
    [kept] = [path for path in files_left() if path.name == "mine"]
    refusal = json.loads(answer.err.splitlines()[-1])
    assert refusal["code"] == "invalid_text"
    assert refusal["error"] == "What the editor left cannot be read: it is no file"
    assert refusal["details"]["file"] == str(kept.parent)
    plain = run("segment", "edit", 1, "--editor")
    assert "What the editor left cannot be read: it is no file" in plain.err
    assert "what was written is in" in plain.err
    assert "draft" not in plain.err
    assert run("segment", "show", 1, "--json").json["text_content"] == "One lamp."
