"""Whose turn it is to write: who waits for the write lock gets it about in the order they came.

SQLite's own lock is what protects the library. But who waits for it looks again only after pauses
of up to a tenth of a second, while one who writes without pause takes it anew at once: among ten
writers somebody waits for seconds. So writers queue up at the library's folder, by flock, which
ends with its process, before they ask SQLite.
"""

from __future__ import annotations

import fcntl
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar


@contextmanager
def turn(folder: Path, patience: float) -> Iterator[float]:
    """Have the turn at a folder; yields how many seconds of the patience are left.

    A courtesy and no lock: when the patience is over, or where the folder cannot be locked, the
    writer goes on without.
    """
    place = _Place(folder)
    try:
        if place.is_first():
            yield patience
        else:
            began = time.monotonic()
            place.wait(patience)
            yield max(patience - (time.monotonic() - began), 0.0)
    finally:
        place.leave()


MOST_WAITING = 4
"""Places of this process that may still be waited for after their writers gave up."""


class _Place:
    """One place in the queue, with an open file of its own, also among threads of one process."""

    _given_up: ClassVar[set[_Place]] = set()

    def __init__(self, folder: Path) -> None:
        self._guard = threading.Lock()
        self._is_waited_for = self._has_left = False
        try:
            self._file: int | None = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError:
            self._file = None

    def is_first(self) -> bool:
        """Take the turn if it is free; also true where there is no queue."""
        if self._file is None:
            return True
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:
            pass
        return True

    def wait(self, patience: float) -> None:
        """Wait for the turn, so long at most."""
        if len(self._given_up) >= MOST_WAITING:
            return  # the turn is held by one that stands still: queueing up once more gains nothing
        # The kernel's queue is fair and costs nothing to wait in, but knows no end to patience:
        # so a thread waits, and when it comes too late gives the turn back itself.
        self._is_waited_for = True
        waiting = threading.Thread(target=self._wait, name="storyflow-turn", daemon=True)
        waiting.start()
        waiting.join(patience)

    def leave(self) -> None:
        """Give the turn to the next, or the place in the queue up."""
        with self._guard:
            self._has_left = True
            if self._is_waited_for:
                self._given_up.add(self)
            else:
                self._close()

    def _wait(self) -> None:
        assert self._file is not None
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX)
        except OSError:
            pass
        finally:
            with self._guard:
                self._is_waited_for = False
                if self._has_left:
                    self._given_up.discard(self)
                    self._close()

    def _close(self) -> None:
        if self._file is not None:
            os.close(self._file)
