"""Folders that an operation works in: held by flock while it lasts, swept when it was killed.

For work beside the library's own files (copies, backups, restores); what is staged for `media/`
is the journal's to sweep.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from storyflow_tui.library.disk import Disk


@contextmanager
def held_folder(disk: Disk, parent: Path, prefix: str) -> Iterator[Path]:
    """A new folder of that prefix, gone afterwards with all that was left in it.

    Leftovers of killed operations with the same prefix go first. Raises OSError.
    """
    _sweep(disk, parent, prefix)
    folder, held = _hold(disk, parent, prefix)
    try:
        yield folder
    finally:
        with suppress(OSError):
            disk.remove_tree(folder)
        disk.unlock(held)


def _hold(disk: Disk, parent: Path, prefix: str) -> tuple[Path, int]:
    while True:
        folder = parent / (prefix + os.urandom(8).hex())
        try:
            disk.mkdir(folder)
        except OSError as error:
            error.filename = str(parent)  # that is the place that people know
            raise
        try:
            held = disk.lock(folder, wait=True)
        except OSError:
            with suppress(OSError):
                disk.remove_folder(folder)
            raise
        if held is not None:  # else a sweep took it between the two calls
            return folder, held


def _sweep(disk: Disk, parent: Path, prefix: str) -> None:
    # What cannot be swept takes a little room, and is no reason to refuse the work.
    with suppress(OSError):
        for entry in list(os.scandir(parent)):
            if not entry.name.startswith(prefix) or not entry.is_dir(follow_symlinks=False):
                continue
            held = disk.lock(Path(entry.path), wait=False)
            if held is None:
                continue
            try:
                disk.remove_tree(Path(entry.path))
            finally:
                disk.unlock(held)
