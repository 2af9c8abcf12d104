"""SIGHUP, SIGTERM and SIGINT: the editor is told, and leaves by itself; a stuck one is helped out.

Python's wake-up descriptor is written by the C handler, whatever the event loop does; a thread
reads it. So the same door serves a loop that runs and one that is stuck.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import threading
from collections.abc import Callable

SIGNALS = (signal.SIGHUP, signal.SIGTERM, signal.SIGINT)
"""SIGINT comes from another process only: in the editor's terminal Ctrl+C is a key."""

HEARS = 0.7
"""Seconds within which a loop that is not stuck has heard of the signal."""

GRACE = 4.0
"""Seconds that it then has to leave by itself before `last_resort` is called."""


class Signals:
    """Hands signals to the event loop, and calls for help when it does not answer."""

    def __init__(
        self,
        arrived: Callable[[int], None],
        last_resort: Callable[[int], None],
        *,
        hears: float = HEARS,
        grace: float = GRACE,
    ) -> None:
        self._arrived = arrived
        self._last_resort = last_resort
        self._hears, self._grace = hears, grace
        self.deaf_to: frozenset[int] = frozenset()
        """Signals that are for another program at this terminal, for now."""
        self._heard = threading.Event()
        self._left = threading.Event()
        self._read = self._write = -1
        self._before: dict[int, object] = {}

    def install(self, loop: asyncio.AbstractEventLoop) -> None:
        """Take the signals over; in the main thread only, and while no handler of asyncio's is set.

        `arrived` is then called in the loop, `last_resort` in a thread of its own.
        """
        self._read, self._write = os.pipe()
        os.set_blocking(self._write, False)
        for number in SIGNALS:
            self._before[number] = signal.signal(number, _noted)
        signal.set_wakeup_fd(self._write, warn_on_full_buffer=False)
        threading.Thread(
            target=self._watch, args=(loop,), name="storyflow-signals", daemon=True
        ).start()

    def hang_up(self) -> None:
        """The terminal is gone without a signal: as if one had come; in any thread."""
        with contextlib.suppress(OSError):
            os.write(self._write, bytes([signal.SIGHUP]))

    def release(self) -> None:
        """The editor has ended: give the signals back and let the thread end."""
        self._left.set()
        if self._write < 0:
            return
        signal.set_wakeup_fd(-1)
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]  # as signal() returned it
        os.close(self._write)
        self._write = -1

    def _watch(self, loop: asyncio.AbstractEventLoop) -> None:
        while numbers := os.read(self._read, 64):
            for number in numbers:
                told = number in SIGNALS and number not in self.deaf_to
                with contextlib.suppress(RuntimeError):
                    # Any other signal only wakes the loop, as asyncio's own descriptor would.
                    loop.call_soon_threadsafe(self._hear if told else _nothing, number)
                if told:
                    if not (self._heard.wait(self._hears) and self._left.wait(self._grace)):
                        self._last_resort(number)
                    return
        os.close(self._read)

    def _hear(self, number: int) -> None:
        self._heard.set()
        self._arrived(number)


def _noted(number: int, frame: object) -> None:
    """The wake-up descriptor has it; Python's own handler has nothing to do."""


def _nothing(number: int) -> None:
    """Only to wake the loop."""
