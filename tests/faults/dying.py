"""A disk whose N-th call of one kind fails."""

from __future__ import annotations

import errno
import os
from typing import Any

from storyflow_tui.library.disk import Disk


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
