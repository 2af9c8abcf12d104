"""The editor is killed outright while somebody types: at most two seconds of typing are lost."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.scene import STORED, Scene, is_there
from tests.e2e.terminal import Terminal, long, run, until

Make = Callable[..., Terminal]

MOST = 2.0
"""Seconds of typing that a kill may cost."""


class Typist:
    """Types numbered words steadily and knows when each was on the screen."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._work, daemon=True)
        self.pressed: list[tuple[float, str]] = []

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Put the hands down."""
        self._over.set()
        self._thread.join()

    def _work(self) -> None:
        number = 0
        while not self._over.wait(0.03):
            word = f"w{number} "
            self._terminal.write(word)
            self.pressed.append((time.monotonic(), word))
            number += 1


@pytest.mark.parametrize("hindrance", ["", "held"])
@pytest.mark.parametrize("run_number", [0, *map(long, range(1, 8))])
def test_a_kill_costs_two_seconds_of_typing_at_most(
    hindrance: str, run_number: int, tmp_path: Path, terminal: Make
) -> None:
    chance = random.Random(f"{hindrance} {run_number}")
    scene = Scene(terminal(), tmp_path)
    scene.start(hindrance)
    typist = Typist(scene.terminal)
    editor = scene.process()
    typist.start()
    until(lambda: bool(typist.pressed), "typing")
    # Long enough that typing without a pause has to be saved more than once.
    time.sleep(chance.uniform(2.0, 5.0) if run_number else 2.5)
    os.kill(editor, signal.SIGKILL)
    killed = time.monotonic()
    typist.stop()
    until(lambda: not is_there(editor), "the end of the editor")
    assert run(scene.library, "check") == []
    due = "".join(word for at, word in typist.pressed if at < killed - MOST)
    until(lambda: any(text.startswith(due) for text in scene.kept()), "the text")
    assert all(text.endswith(STORED) for text in scene.kept())
