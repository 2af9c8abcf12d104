"""Copying: by tmux inside tmux, else by the terminal."""

from __future__ import annotations

import base64
import subprocess
from typing import Any

import pytest

from storyflow_tui.tui import clipboard


def fake_run(monkeypatch: pytest.MonkeyPatch, codes: list[int]) -> list[tuple[list[str], bytes]]:
    calls: list[tuple[list[str], bytes]] = []

    def run(command: list[str], **options: Any) -> subprocess.CompletedProcess[bytes]:
        calls.append((command, options["input"]))
        return subprocess.CompletedProcess(command, codes[len(calls) - 1])

    monkeypatch.setattr(subprocess, "run", run)
    return calls


def test_inside_tmux_its_buffer_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMUX", "/tmp/tmux,1,0")
    calls = fake_run(monkeypatch, [0])
    sent: list[str] = []
    assert clipboard.copy("prompt 灯", sent.append) == clipboard.BY_TMUX
    assert calls == [(["tmux", "load-buffer", "-w", "-"], "prompt 灯".encode())]
    assert sent == []


def test_older_tmux_is_asked_without_the_option(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMUX", "x")
    calls = fake_run(monkeypatch, [1, 0])
    assert clipboard.copy("a", lambda _: None) == clipboard.BY_TMUX
    assert calls[1][0] == ["tmux", "load-buffer", "-"]


def test_outside_tmux_the_terminal_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[str] = []
    assert clipboard.copy("prompt 灯", sent.append) == clipboard.BY_TERMINAL
    data = base64.b64encode("prompt 灯".encode()).decode()
    assert sent == [f"\x1b]52;c;{data}\x07"]


@pytest.mark.parametrize("failure", [FileNotFoundError, subprocess.TimeoutExpired("tmux", 3)])
def test_tmux_that_does_not_answer_leaves_it_to_the_terminal(
    monkeypatch: pytest.MonkeyPatch, failure: Any
) -> None:
    monkeypatch.setenv("TMUX", "x")

    def run(*_: object, **__: object) -> None:
        raise failure

    monkeypatch.setattr(subprocess, "run", run)
    assert clipboard.copy("a", lambda _: None) == clipboard.BY_TERMINAL
