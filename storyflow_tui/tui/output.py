"""What goes to the terminal: a writer that a terminal which stops reading, or is gone, cannot hold.

Textual's own lets the editor wait for the terminal for ever, and dies of one that is gone. What
is drawn is not decided here.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from functools import partial
from typing import TextIO

WAITING = 30
"""Pieces that may wait before the editor waits for the terminal: a slow one sets the pace."""

PATIENCE = 0.3
"""Seconds that it then waits at most; from there on it does not, until something is read."""

MOST = 4 * 1024 * 1024
"""Characters that wait for a terminal that does not read; what comes then is drawn anew later."""

LAST_WORDS = 0.5
"""Seconds that the end waits for the terminal."""


class Writer(threading.Thread):
    """Takes the place of Textual's `WriterThread`."""

    def __init__(
        self,
        file: TextIO,
        *,
        gone: Callable[[], None] = lambda: None,
        behind: Callable[[], None] = lambda: None,
    ) -> None:
        """Both are called in this thread.

        `gone` when the terminal turns out to be gone, `behind` when it reads again after pieces
        were dropped, so that all has to be drawn anew.
        """
        super().__init__(daemon=True, name="storyflow-output")
        self._file = file
        self._tell_gone, self._tell_behind = gone, behind
        self._changed = threading.Condition()
        self._pieces: list[str] = []
        self._size = 0
        self._stopped = self._has_ended = False
        self._stalled = False
        self._behind = False
        self._gone = False

    def write(self, text: str) -> None:
        """Write text, soon; waits a moment for a slow terminal and never for one that is stuck."""
        with self._changed:
            if self._gone:
                return
            if len(self._pieces) >= WAITING and not self._stalled:
                self._stalled = not self._changed.wait_for(self._has_room, PATIENCE)
            if self._size > MOST:
                self._behind = True
                return
            self._pieces.append(text)
            self._size += len(text)
            self._changed.notify_all()

    def isatty(self) -> bool:
        """It stands for a terminal."""
        return True

    def fileno(self) -> int:
        """The descriptor that is written to."""
        return self._file.fileno()

    def flush(self) -> None:
        """Nothing: the thread does it."""

    def run(self) -> None:
        """Write what comes, until it is told to stop."""
        # Not by the file: at its end the interpreter would wait for a lock that a write holds.
        encoding, errors = self._file.encoding, self._file.errors or "strict"
        while True:
            with self._changed:
                self._changed.wait_for(lambda: bool(self._pieces) or self._stopped)
                if not self._pieces:
                    self._has_ended = True
                    self._changed.notify_all()
                    return
                text = "".join(self._pieces)
                self._pieces.clear()
                self._size = 0
                behind, self._behind = self._behind, False
                self._changed.notify_all()
            try:
                self._send(text.encode(encoding, errors))
            except OSError:
                self._end()
                return
            if behind:
                self._tell_behind()

    def stop(self) -> None:
        """Write what is left, within a moment."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
            # Waited for with the lock let go as a whole, and so not by `join`: a signal that comes
            # in the midst of `write` ends up here with the lock held by what it interrupted.
            self._changed.wait_for(lambda: self._has_ended, LAST_WORDS)

    def _send(self, data: bytes) -> None:
        while data:
            data = data[os.write(self._file.fileno(), data) :]
            self._stalled = False

    def _end(self) -> None:
        with self._changed:
            self._gone = self._has_ended = True
            self._pieces.clear()
            self._changed.notify_all()
        self._tell_gone()

    def _has_room(self) -> bool:
        return len(self._pieces) < WAITING or self._gone


def say(text: str) -> None:
    """Write text to the terminal at the editor's end, unless it is gone or stuck."""
    data = text.encode(errors="backslashreplace")

    def write() -> None:
        left = data
        try:
            while left:
                left = left[os.write(sys.__stderr__.fileno() if sys.__stderr__ else 2, left) :]
        except OSError:
            return

    thread = threading.Thread(target=write, name="storyflow-last-words", daemon=True)
    thread.start()
    thread.join(LAST_WORDS)


def install(gone: Callable[[], None], behind: Callable[[], None]) -> None:
    """Let the driver of terminals use this writer; it offers no other way to say so."""
    from textual.drivers import linux_driver

    vars(linux_driver)["WriterThread"] = partial(Writer, gone=gone, behind=behind)
