"""A rehearsal in a real terminal: a kill in its midst costs the segment that is being read."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from storyflow_tui import transfer
from tests.e2e.terminal import Terminal, run

Make = Callable[..., Terminal]


def _lengths(library: Path) -> list[float]:
    return [one["audio_duration"] for one in run(library, "segment", "list", "1")]


@pytest.mark.long
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGHUP, signal.SIGTERM])
def test_a_rehearsal_that_was_killed_goes_on_where_it_was(
    tmp_path: Path, terminal: Make, number: signal.Signals
) -> None:
    library = tmp_path / "library"
    run(library, "import", str(transfer.sample_folder() / "the-lamp" / "story.json"))
    before = _lengths(library)
    screen = terminal(80, 24)
    screen.start("--library", str(library), "open", "1")
    screen.wait_for("The Lamp", "1 of 12")
    screen.press("t", "Space")
    for taken in (1, 2):
        screen.wait_until(lambda shown: "\n      0:01   of" in shown, "a second")
        screen.press("Space")
        screen.wait_for(f"{taken} taken", f"{taken + 1} of 12")
    os.kill(screen.process(), number)
    screen.wait_for("ended with")
    again = terminal(80, 24)
    again.start("--library", str(library), "open", "1")
    again.wait_for("A rehearsal of 2 segments waits")
    again.press("t")
    again.wait_for("Throw the rehearsal away that waits?", "2 segments")
    again.press("n")
    again.wait_for("3 of 12", "2 taken")
    again.press("Space")
    again.wait_until(lambda shown: "\n      0:01   of" in shown, "a second")
    again.press("Space", "q")
    again.wait_for("3 lengths were taken")
    again.press("Enter")
    again.wait_for("Kept 3 lengths")
    again.press("C-q")
    again.wait_for("ended with 0")
    kept = _lengths(library)
    assert all(1 <= length < 20 for length in kept[:3])
    assert kept[3:] == before[3:]
    assert run(library, "check") == []
