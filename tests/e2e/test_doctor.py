"""The doctor in a real tmux: a real buffer, real options, and what a pane says of itself."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.e2e.terminal import Terminal


def test_in_a_pane_of_tmux_it_asks_that_tmux(
    terminal: Callable[..., Terminal], tmp_path: Path
) -> None:
    screen = terminal(100, 60)
    screen.start("doctor", environment={"STORYFLOW_LIBRARY": str(tmp_path / "library")})
    shown = screen.wait_for("ended with")
    assert "a text went into it and came back" in shown
    assert "500 ms, which Escape is late by" in shown
    assert "set -sg escape-time 10" in shown
    assert "100 columns, 60 rows" in shown
    assert "ended with 1" in shown
    assert "storyflow-doctor" not in screen.tmux("list-buffers")
    assert not (tmp_path / "library").exists()
