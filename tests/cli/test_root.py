"""`storyflow` itself: help, version, the editor and the demo."""

from __future__ import annotations

import sys
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest

from storyflow_tui import __version__
from storyflow_tui.cli.root import storyflow
from storyflow_tui.errors import NotFoundError

Run = Callable[..., Any]


def commands() -> list[list[str]]:
    """The words of every command and group."""
    found: list[list[str]] = [[]]
    context = click.Context(storyflow)
    for name in storyflow.list_commands(context):
        found.append([name])
        command = storyflow.get_command(context, name)
        if isinstance(command, click.Group):
            found += [[name, inner] for inner in command.commands]
    return found


@pytest.fixture
def editor(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """An editor that only takes down how it was started."""
    calls: list[dict[str, Any]] = []

    def run(path: Path, **options: Any) -> int:
        if options["project_id"] == 99:
            raise NotFoundError("Project 99 not found", {"id": 99})
        calls.append({"path": path, "there": (path / "storyflow.db").exists(), **options})
        return 0

    module = types.ModuleType("storyflow_tui.tui")
    module.run = run  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "storyflow_tui.tui", module)
    monkeypatch.setenv("TERM", "xterm-256color")
    return calls


def test_the_commands_are_those_of_the_design() -> None:
    assert sorted(" ".join(words) for words in commands()) == sorted(
        [
            "",
            "open",
            "demo",
            "import",
            "export",
            "project",
            "project list",
            "project show",
            "project new",
            "project rename",
            "project target",
            "project delete",
            "segment",
            "segment list",
            "segment show",
            "segment edit",
            "segment attach-image",
            "segment attach-images",
            "segment copy",
            "segment lock",
            "segment unlock",
            "segment remove-image",
            "segment delete",
            "segment move",
            "segment reorder",
            "segment insert",
            "segment new",
            "segment duplicate",
            "segment split",
            "segment merge",
            "segment set-length",
            "history",
            "undo",
            "redo",
            "check",
            "backup",
            "restore",
            "trash",
            "trash list",
            "trash restore",
            "trash empty",
            "doctor",
            "completion",
        ]
    )


@pytest.mark.parametrize("words", commands(), ids=lambda words: " ".join(words) or "storyflow")
def test_every_command_has_help_that_fits(run: Run, words: list[str], place: Path) -> None:
    answer = run(*words, "--help")
    assert answer.code == 0
    assert answer.out.startswith("Usage: storyflow")
    assert "--json" in answer.out
    assert "--library DIR" in answer.out
    assert "..." not in answer.out.partition("\nCommands:")[2]
    assert max(len(line) for line in answer.out.splitlines()) <= 80
    assert answer.err == ""
    assert not place.exists()


def test_version(run: Run) -> None:
    assert run("--version").out == f"storyflow {__version__}\n"


@pytest.mark.parametrize("words", [["project"], ["segment"], ["trash"]])
def test_a_group_alone_shows_its_commands(run: Run, words: list[str]) -> None:
    answer = run(*words)
    assert answer.code == 2
    assert "Commands:" in answer.err
    assert answer.out == ""


def test_a_command_that_is_not_there_is_wrong_usage(run: Run) -> None:
    answer = run("pubish")
    assert answer.code == 2
    assert "pubish" in answer.err
    refusal = run("pubish", "--json").refusal
    assert refusal["code"] == "usage"
    assert "pubish" in refusal["error"]


def test_wrong_usage_is_safe_and_can_be_json(run: Run) -> None:
    answer = run("project", "show", "\x1b[31m")
    assert answer.code == 2
    assert "\x1b" not in answer.err
    refusal = run("project", "show", "x", "--json").refusal
    assert refusal["code"] == "usage"
    assert refusal["details"] == {"usage": "storyflow project show [OPTIONS] ID"}


@pytest.mark.parametrize("words", [[], ["open"], ["open", "1"], ["demo"], ["--read-only"]])
def test_the_editor_without_a_terminal_says_so_in_one_line(
    run: Run, editor: list[dict[str, Any]], place: Path, words: list[str]
) -> None:
    answer = run(*words)
    assert answer.code == 1
    assert answer.err.count("\n") == 1
    assert "terminal" in answer.err
    assert run(*words, "--json").refusal["code"] == "no_terminal"
    assert editor == []
    assert not place.exists()


def test_a_dumb_terminal_is_none(
    run: Run, editor: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "dumb")
    assert run("open", terminal=True).code == 1
    assert editor == []


@pytest.mark.parametrize("words", [[], ["open"]])
def test_without_a_project_the_editor_opens_where_it_was_left(
    run: Run, editor: list[dict[str, Any]], place: Path, words: list[str]
) -> None:
    assert run(*words, terminal=True).code == 0
    assert editor == [
        {"path": place, "there": False, "project_id": None, "demo": False, "read_only": False}
    ]


@pytest.mark.parametrize(
    "words", [["--read-only", "open", "1"], ["open", "--read-only", "1"], ["open", "1"]]
)
def test_open_at_a_project(
    run: Run, lamp: int, editor: list[dict[str, Any]], words: list[str]
) -> None:
    assert run(*words, terminal=True).code == 0
    assert editor[0]["project_id"] == lamp
    assert editor[0]["read_only"] is ("--read-only" in words)


def test_what_the_editor_refuses_is_an_answer_for_the_shell(
    run: Run, lamp: int, editor: list[dict[str, Any]]
) -> None:
    answer = run("open", 99, terminal=True)
    assert answer.code == 1
    assert answer.err == "Error: Project 99 not found\n"
    assert editor == []


def test_demo_opens_a_sample_in_a_library_that_is_thrown_away(
    run: Run, editor: list[dict[str, Any]], place: Path
) -> None:
    assert run("demo", terminal=True).code == 0
    (call,) = editor
    assert call["demo"] is True
    assert call["there"] is True
    assert call["project_id"] == 1
    assert not call["path"].exists()
    assert not place.exists()
