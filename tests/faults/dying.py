"""Disks that fail or die at the N-th call, and pictures small enough to try hundreds of times."""

from __future__ import annotations

import errno
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image

from storyflow_tui.library.disk import Disk

CALLS = ("mkdir", "copy", "write", "sync_file", "sync", "rename", "unlink", "lock")
"""The file calls that a fault can be put at."""


class FailingDisk(Disk):
    """A disk whose N-th call of one kind fails once, with an error of the caller's choice."""

    def __init__(self, call: str, number: int, error: int = errno.EIO) -> None:
        self.has_failed = False
        left = number
        real = getattr(super(), call)

        def once(*given: Any, **named: Any) -> Any:
            nonlocal left
            left -= 1
            if left == 0:
                self.has_failed = True
                raise OSError(error, os.strerror(error))
            return real(*given, **named)

        setattr(self, call, once)


class DyingDisk(Disk):
    """A disk that kills its process (SIGKILL) right before or after the N-th call of any kind."""

    def __init__(self, number: int, *, after: bool) -> None:
        self._left = number
        self._after = after
        for call in CALLS:
            setattr(self, call, self._wrapped(getattr(super(), call)))

    def _wrapped(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*given: Any, **named: Any) -> Any:
            self._left -= 1
            is_the_one = self._left == 0
            if is_the_one and not self._after:
                os.kill(os.getpid(), signal.SIGKILL)
            result = real(*given, **named)
            if is_the_one:
                os.kill(os.getpid(), signal.SIGKILL)
            return result

        return call


def picture(path: Path, colour: str) -> Path:
    """A small PNG in one colour."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (8, 6), colour).save(path)
    return path
