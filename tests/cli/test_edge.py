"""The outermost edge: exit codes, streams that go away, what is imported."""

from __future__ import annotations

import errno
import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from storyflow_tui import config
from storyflow_tui.cli import main, stories

Run = Callable[..., Any]
Start = Callable[..., subprocess.Popen[bytes]]

SHOW_MODULES = """
import sys
from storyflow_tui.cli import main
commands = sys.argv[1:]
sys.argv[:] = ["storyflow"]
for command in commands:
    code = main(command.split())
    print("told:", code, *sorted(sys.modules), file=sys.stderr)
"""
HEAVY = {"textual", "PIL", "peewee", "rich_pixels"}


def imports_of(*commands: str) -> list[list[str]]:
    """For each command, run in one process, its exit code and the heavy packages there are then."""
    return [
        [code, *sorted({name.partition(".")[0] for name in modules} & HEAVY)]
        for code, *modules in modules_of(*commands)
    ]


def modules_of(*commands: str) -> list[list[str]]:
    """For each command, run in one process, its exit code and the modules there are then."""
    done = subprocess.run(
        [sys.executable, "-c", SHOW_MODULES, *commands],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        check=True,
    )
    lines = done.stderr.splitlines()
    return [line.split()[1:] for line in lines if line.startswith("told: ")]


@pytest.mark.parametrize(
    "words", ["--help", "--version", "segment --help", "segment edit --help", "demo --help"]
)
def test_help_imports_nothing_heavy(place: Path, words: str) -> None:
    assert imports_of(words) == [["0"]]


def test_a_listing_reads_no_other_commands_and_no_other_operations(lamp: int) -> None:
    ((code, *modules),) = modules_of("project list")
    ours = {name.removeprefix("storyflow_tui.") for name in modules}
    assert code == "0"
    assert {"cli.projects", "library.projects"} <= ours
    others = {"cli.segments", "cli.stories", "cli.upkeep", "cli.history", "cli.completion"}
    others |= {"library.segments", "library.history", "library.trash", "library.finding"}
    assert not ours & (others | {"formats", "transfer", "tomllib"})


def test_the_editor_without_a_terminal_imports_nothing_heavy(place: Path) -> None:
    assert imports_of("open", "demo") == [["1"], ["1"]]


def test_no_command_of_the_library_imports_textual_or_pillow(lamp: int, tmp_path: Path) -> None:
    commands = [
        "import lamp.txt",
        "project list",
        "project show 1",
        "project new T",
        "project rename 1 T",
        "project delete 2 --yes",
        "segment list 1",
        "segment show 1",
        "segment edit 1 --text x",
        "segment move 1 2",
        "segment reorder 1 1 2 3",
        "segment insert 1 1 lamp.txt",
        "segment new 1 --text x",
        "segment duplicate 1",
        "segment split 3 1",
        "segment merge 1",
        "segment delete 1 --yes",
        "export 1",
        "export 1 out.txt",
        "history 1",
        "undo 1",
        "redo 1",
        "check",
        "backup out.zip",
        "restore out.zip --library again",
        "trash list",
        "trash empty --yes",
    ]
    assert list(zip(commands, imports_of(*commands), strict=True)) == [
        (command, ["0", "peewee"]) for command in commands
    ]


def test_attaching_a_picture_imports_pillow_and_no_textual(lamp: int, picture: Path) -> None:
    command = f"segment attach-image 1 {picture}"
    assert imports_of(command) == [["0", "PIL", "peewee"]]


def test_it_runs_as_a_module(start: Start, lamp: int) -> None:
    out, err = start("project", "list", "--json").communicate()
    assert json.loads(out)[0]["title"] == "The Lamp"
    assert err == b""


def test_a_result_is_one_line_and_nothing_else(run: Run, lamp: int) -> None:
    answer = run("project", "show", lamp, "--json")
    assert answer.out.count("\n") == 1
    assert answer.out.isascii()
    assert answer.err == ""


def test_a_reader_that_has_gone_is_no_error(start: Start, run: Run, lamp: int) -> None:
    run("segment", "edit", 1, "--text", "words " * 100_000)
    for command in (["project", "show", lamp, "--json"], ["export", lamp], ["--help"]):
        with start(*command) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            process.stdout.close()
            assert process.stderr.read() == b""
        assert process.returncode == 0


def test_a_change_is_made_even_when_nobody_reads_the_answer(start: Start, lamp: int) -> None:
    with start("segment", "edit", 1, "--text", "New.", "--json") as process:
        assert process.stdout is not None
        process.stdout.close()
    assert process.returncode == 0
    out, _ = start("segment", "show", 1, "--json").communicate()
    assert json.loads(out)["text_content"] == "New."


class Full(io.StringIO):
    """A stream on a disk without space."""

    def write(self, text: str) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_full_disk_behind_stdout_is_an_error(lamp: int, monkeypatch: pytest.MonkeyPatch) -> None:
    err = io.StringIO()
    monkeypatch.setattr(sys, "stdout", Full())
    monkeypatch.setattr(sys, "stderr", err)
    assert main(["project", "list", "--json"]) == 1
    assert json.loads(err.getvalue())["code"] == "no_space"


def test_nobody_to_tell_is_no_error(lamp: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", Full())
    assert main(["project", "show", "99"]) == 1


def test_closed_streams_are_no_error(lamp: int) -> None:
    shell = '"$0" -m storyflow_tui project list >&- 2>&- <&-'
    done = subprocess.run(
        ["sh", "-c", shell, sys.executable],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert done.returncode == 0


def test_ctrl_c_while_standard_input_is_read(start: Start, place: Path) -> None:
    with start("import", "-") as process:
        while not (place / "storyflow.db").exists():  # it is open: what comes next is reading
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        out, err = process.communicate()
    assert (process.returncode, out, err) == (130, b"", b"")


def test_an_interrupt_exits_with_130_and_says_nothing(
    run: Run, lamp: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(stories, "_import_one", interrupted)
    answer = run("import", "lamp.txt")
    assert (answer.code, answer.out, answer.err) == (130, "", "")


def test_an_unexpected_error_is_one_sentence_and_a_log(
    run: Run, lamp: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("surprise")

    monkeypatch.setattr(stories, "_import_one", broken)
    answer = run("import", "lamp.txt")
    log = config.state_folder() / "errors.log"
    assert answer.code == 1
    assert answer.err.count("\n") == 1
    assert str(log) in answer.err
    assert "Traceback" not in answer.err
    assert "ZeroDivisionError: surprise" in log.read_text()
    refusal = run("--json", "import", "lamp.txt").refusal
    assert refusal["details"] == {"log": str(log)}


def test_an_output_without_unicode_gets_escapes(run: Run, lamp: int) -> None:
    run("project", "rename", lamp, "ランプ 💡")
    answer = run("project", "list", encoding="ascii")
    assert answer.code == 0
    assert "\\u30e9" in answer.out
    assert run("project", "list", "--json", encoding="ascii").json[0]["title"] == "ランプ 💡"


def test_the_posix_locale_is_enough(start: Start, run: Run, lamp: int) -> None:
    run("project", "rename", lamp, "ランプ")
    process = start("project", "list", LC_ALL="C", PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    out, err = process.communicate()
    assert process.returncode == 0
    assert b"\\u30e9" in out
    assert err == b""


def test_in_the_locale_c_a_pipe_gets_every_letter(
    run: Run, start: Callable[..., subprocess.Popen[bytes]], lamp: int
) -> None:
    run("project", "rename", lamp, "ランプ 💡")
    out, _ = start("project", "list", LC_ALL="C").communicate(timeout=30)
    assert "ランプ 💡" in out.decode()
