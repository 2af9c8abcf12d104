"""Disks without room: a small one that is really full, and a limit on how far any file may grow.

Both are the system's own doing, so that SQLite's calls fail like ours.
"""

from __future__ import annotations

import ctypes
import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

_DETACH = 2  # MNT_DETACH: https://man7.org/linux/man-pages/man2/umount.2.html


class Limit:
    """While it is entered, no file of this process grows beyond so many bytes."""

    keeps_strays = False

    def __init__(self, size: int) -> None:
        self._size = size

    def __enter__(self) -> None:
        # Python ignores SIGXFSZ, so that the write itself fails, with EFBIG.
        self._former, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (self._size, hard))

    def __exit__(self, *raised: object) -> None:
        hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
        resource.setrlimit(resource.RLIMIT_FSIZE, (self._former, hard))

    def fits(self, code: str) -> bool:
        """Whether a refusal with this code says what is wrong."""
        return code == "no_space"


class Full:
    """While it is entered, a small disk is full to its last byte."""

    keeps_strays = False

    def __init__(self, folder: Path) -> None:
        self._filler = folder / "filler"

    def __enter__(self) -> None:
        descriptor = os.open(self._filler, os.O_WRONLY | os.O_CREAT)
        for size in (1 << 16, 1 << 12, 1):
            try:
                while True:
                    os.write(descriptor, bytes(size))
            except OSError:
                pass
        os.close(descriptor)

    def __exit__(self, *raised: object) -> None:
        self._filler.unlink()

    def fits(self, code: str) -> bool:
        """Whether a refusal with this code says what is wrong."""
        return code == "no_space"


class SmallDisk(Protocol):
    """Makes the trouble of a full disk, as often as asked."""

    def __call__(self) -> Limit | Full: ...


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[SmallDisk]:
    """A small disk at a folder; where none may be mounted, a limit that has the same effect."""
    system = ctypes.CDLL(None, use_errno=True)
    place = os.fsencode(folder)
    mount = getattr(system, "mount", None)
    options = f"size={megabytes}m".encode()
    if mount is None or mount(b"tmpfs", place, b"tmpfs", 0, options) != 0:
        yield lambda: Limit(0)
        return
    try:
        yield lambda: Full(folder)
    finally:
        system.umount2(place, _DETACH)
