"""Shell completion: the scripts, in a bash that is there, and what the other shells are told."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from storyflow_tui.cli.shells import script_for

Run = Callable[..., Any]

_TRY = """
COMP_WORDS=("$@")
COMP_CWORD=$(( $# - 1 ))
_storyflow_completion storyflow
printf '%s\\n' "${COMPREPLY[@]}"
"""
LISTING = 63
"""How bash says that it only lists what may follow: the second Tab."""


@pytest.fixture
def bash(place: Path, tmp_path: Path) -> Callable[..., list[str]]:
    """What bash has to offer after some words, the last of them unfinished."""
    commands = tmp_path / "commands"
    commands.mkdir()
    storyflow = commands / "storyflow"
    storyflow.write_text(f'#!/bin/sh\nexec {sys.executable} -m storyflow_tui "$@"\n')
    storyflow.chmod(0o755)
    path = {
        "PATH": f"{commands}:{os.environ['PATH']}",
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }

    def offered(*words: str, how: int = 9) -> list[str]:
        done = subprocess.run(
            ["bash", "--norc", "-c", script_for("bash") + f"COMP_TYPE={how}" + _TRY, "-", *words],
            check=False,
            capture_output=True,
            text=True,
            timeout=60,
            env={**os.environ, **path},
        )
        assert done.stderr == ""
        assert done.returncode == 0
        return done.stdout.split("\n")[:-1] if done.stdout.strip() else []

    return offered


@pytest.fixture
def asked(run: Run, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """What is answered to the script of a shell."""

    def call(shell: str, *words: str, unfinished: str = "") -> str:
        monkeypatch.setenv("_STORYFLOW_COMPLETE", f"{shell}_complete")
        monkeypatch.setenv("COMP_WORDS", "\n".join(["storyflow", *words, unfinished]))
        number = unfinished if shell == "fish" else str(len(words) + 1)
        monkeypatch.setenv("COMP_CWORD", number)
        answer = run()
        monkeypatch.delenv("_STORYFLOW_COMPLETE")
        assert (answer.code, answer.err) == (0, "")
        return str(answer.out)

    return call


def test_bash_completes_commands_and_ids_with_their_titles(
    lamp: int, run: Run, bash: Callable[..., list[str]]
) -> None:
    run("project", "new", "Night Mail, or: the 12")
    assert bash("storyflow", "pro") == ["project"]
    assert bash("storyflow", "project", "show", "") == ["2", "1"]
    assert bash("storyflow", "project", "show", "", how=LISTING) == [
        "2  (Night Mail, or: the 12)",
        "1  (The Lamp)",
    ]
    # A single one is inserted, so nothing stands beside it.
    assert bash("storyflow", "project", "show", "2", how=LISTING) == ["2"]


def test_a_library_that_is_missing_damaged_or_none_offers_nothing_and_says_nothing(
    asked: Callable[..., str], place: Path
) -> None:
    assert asked("zsh", "project", "show") == ""
    assert not place.exists()
    place.mkdir()
    for data in (b"", b"a text", b"SQLite format 3\0" + b"\xff" * 5000):
        (place / "storyflow.db").write_bytes(data)
        assert asked("zsh", "project", "show") == ""
        assert [path.name for path in place.iterdir()] == ["storyflow.db"]


def test_a_library_that_is_held_by_another_is_not_waited_for(
    asked: Callable[..., str], lamp: int, place: Path
) -> None:
    with closing(sqlite3.connect(place / "storyflow.db")) as other:
        other.execute("PRAGMA journal_mode = DELETE")
        other.execute("BEGIN EXCLUSIVE")
        assert asked("zsh", "project", "show") == ""


def test_every_group_offers_its_commands(asked: Callable[..., str]) -> None:
    assert "restore" in asked("zsh", "trash").split("\n")
    assert {"show", "list", "edit"} <= set(asked("zsh", "segment").split("\n"))


def test_options_are_offered_after_a_dash(asked: Callable[..., str], lamp: int) -> None:
    options = asked("zsh", "segment", "edit", "1", unfinished="--").split("\n")
    assert {"--text", "--prompt", "--lock", "--unlock", "--json", "--library"} <= set(options)
    assert asked("zsh", "export", "1", "--format", unfinished="j").split("\n")[1] == "json"


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        (["import"], "file"),
        (["segment", "attach-image", "1"], "file"),
        (["export", "1"], "file"),
        (["--library"], "dir"),
    ],
)
def test_files_and_folders_are_left_to_the_shell(
    asked: Callable[..., str], words: list[str], kind: str
) -> None:
    assert asked("zsh", *words).split("\n")[0] == kind


def test_zsh_is_told_ids_with_titles(asked: Callable[..., str], lamp: int) -> None:
    assert asked("zsh", "open") == "plain\n1\nThe Lamp\n"
    assert asked("zsh", "segment", "show", unfinished="3") == "plain\n3\nThree lamps.\n"


def test_fish_is_told_ids_with_titles(asked: Callable[..., str], run: Run) -> None:
    run("project", "new", "Night Mail, or: the 12")
    assert asked("fish", "undo") == "plain,1\tNight Mail, or: the 12\n"


def test_changes_are_offered_with_their_labels(asked: Callable[..., str], lamp: int) -> None:
    assert asked("zsh", "trash", "restore") == "plain\n1\nImport “The Lamp”\n"


def test_the_library_that_the_line_names_is_looked_into(
    asked: Callable[..., str], run: Run, tmp_path: Path
) -> None:
    run("--library", tmp_path / "other", "project", "new", "Elsewhere")
    assert "Elsewhere" in asked("zsh", "--library", str(tmp_path / "other"), "project", "show")


def test_a_title_cannot_reach_the_terminal_as_more_than_text(
    asked: Callable[..., str], place: Path, run: Run
) -> None:
    run("project", "new", "The Lamp")
    with closing(sqlite3.connect(place / "storyflow.db")) as database, database:
        database.execute("UPDATE project SET title = ?", ("a\x1b[31m\nplain\n9\n\tb" * 20,))
    (line,) = asked("bash", "open").splitlines()
    assert "\x1b" not in line
    assert line.count("\t") == 2
    assert len(line) < 80


def test_a_line_that_cannot_be_read_is_answered_with_nothing(
    asked: Callable[..., str], lamp: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert asked("zsh", "project", "show", unfinished="x'") == ""
    assert asked("zsh", "--library", "") == "dir\n\n_\n"
    monkeypatch.setattr("storyflow_tui.cli.offers.offered", lambda *_: 1 / 0)
    assert asked("zsh", "project", "show") == ""


def test_an_unknown_shell_is_refused_and_told_nothing(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("_STORYFLOW_COMPLETE", "tcsh_complete")
    answer = run()
    assert (answer.code, answer.out, answer.err) == (1, "", "")


@pytest.mark.parametrize(
    ("shell", "line"),
    [
        ("bash", "complete -o nosort -F _storyflow_completion storyflow storyflow-tui"),
        ("zsh", "compdef _storyflow_completion storyflow storyflow-tui"),
        ("fish", "complete --command storyflow-tui --wraps storyflow"),
    ],
)
def test_the_script_is_printed_and_serves_both_names(run: Run, shell: str, line: str) -> None:
    answer = run("completion", shell)
    assert (answer.code, answer.err) == (0, "")
    assert line in answer.out
    assert run("completion", shell, "--json").json == {"shell": shell, "script": answer.out}


def test_fish_keeps_the_commas_of_a_title() -> None:
    assert 'string split -m 1 ","' in script_for("fish")


def test_another_shell_is_wrong_usage(run: Run) -> None:
    assert run("completion", "tcsh").code == 2
    assert run("completion").code == 2


def test_completing_loads_neither_screens_nor_pictures(lamp: int, place: Path) -> None:
    words = "storyflow\nproject\nshow\n"
    code = (
        "import sys; from storyflow_tui.cli import main; main(); "
        "print([name for name in ('textual', 'PIL', 'rich') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        check=True,
        capture_output=True,
        text=True,
        env={
            **os.environ,
            "PYTHONPATH": str(Path(__file__).parents[2]),
            "_STORYFLOW_COMPLETE": "zsh_complete",
            "COMP_WORDS": words,
            "COMP_CWORD": "3",
        },
    )
    assert done.stdout == "plain\n1\nThe Lamp\n[]\n"
