"""Work that takes a while and may be stopped: how far it is, and the wish to end it.

Whoever works calls `step` in a thread of its own; who waits sees `told` and may call `stop`.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from storyflow_tui.errors import StoryflowError

EVERY = 0.1
"""Seconds between two words on how far it is: more often nobody could read them."""


class StoppedError(StoryflowError):
    """The person stopped it; nothing has happened."""

    code = "stopped"


class LongWork:
    """One piece of work; `told` is called with what is done and how much there is in all."""

    def __init__(self, told: Callable[[int, int], object]) -> None:
        self._told = told
        self._stop = threading.Event()
        self._last = 0.0

    @property
    def stopped(self) -> bool:
        """Whether it is to end."""
        return self._stop.is_set()

    def stop(self) -> None:
        """End it at the next step; in any thread."""
        self._stop.set()

    def step(self, done: int, total: int) -> None:
        """So much is done; raises StoppedError where it is to end. In the thread that works."""
        if self.stopped:
            raise StoppedError("Stopped")
        now = time.monotonic()
        if now - self._last >= EVERY or done in (0, total):
            self._last = now
            self._told(done, total)
