"""A program in a plain pty of its own: keys go in, bytes are counted as they come."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time
from collections.abc import Sequence
from types import TracebackType
from typing import NamedTuple

QUIET = 0.4
"""Seconds without a byte after which a screen is taken as drawn."""


class Answer(NamedTuple):
    """What came back: all bytes, those of the first 100 ms, and milliseconds to the first one."""

    total: int
    early: int
    first_ms: float


class Terminal:
    """A pty with a program in it, as a context manager."""

    def __init__(self, command: Sequence[str], columns: int = 120, rows: int = 40) -> None:
        self.started = time.perf_counter()
        self._process, self._master = pty.fork()
        if self._process == 0:
            os.environ.update(TERM="xterm-256color", COLORTERM="truecolor")
            os.environ.pop("TMUX", None)
            os.execvp(command[0], list(command))
        size = struct.pack("HHHH", rows, columns, 0, 0)
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, size)

    def wait_for(self, text: bytes, timeout: float = 60) -> float:
        """Milliseconds from the start until the text was sent to the terminal."""
        seen = b""
        while text not in seen:
            ready, _, _ = select.select([self._master], [], [], timeout)
            if not ready:
                raise TimeoutError(f"{text!r} never came; the last was {seen[-500:]!r}")
            seen += os.read(self._master, 65536)
        return (time.perf_counter() - self.started) * 1000

    def settle(self) -> int:
        """Read until it is quiet; returns the bytes."""
        return self._read(time.perf_counter()).total

    def press(self, keys: bytes) -> Answer:
        """Send keys and read what comes back until it is quiet."""
        start = time.perf_counter()
        os.write(self._master, keys)
        return self._read(start)

    def _read(self, start: float) -> Answer:
        total = early = 0
        first = 0.0
        while select.select([self._master], [], [], QUIET)[0]:
            chunk = os.read(self._master, 65536)
            elapsed = time.perf_counter() - start
            if not total:
                first = elapsed * 1000
            total += len(chunk)
            if elapsed <= 0.1:
                early += len(chunk)
        return Answer(total, early, first)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        os.kill(self._process, signal.SIGKILL)
        os.close(self._master)
        os.waitpid(self._process, 0)
