"""Copies of the database alone, in `backups/`: one a day, and one before each upgrade.

They hold no pictures; a whole library in one file is `backup.py`. A copy is made without the
write lock, stands under its name only when it is whole, and is never written over.
"""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from storyflow_tui.library.clock import Clock
from storyflow_tui.library.database import Database
from storyflow_tui.library.disk import Disk, failures_told
from storyflow_tui.library.held import held_folder

COPIES = "backups"
"""The folder of the copies in a library's folder."""

KEPT = 7
"""How many daily copies are kept."""

_DAILY = re.compile(r"storyflow-\d{4}-\d{2}-\d{2}\.db")
_ANY = re.compile(r"storyflow-(?:schema-\d+-)?(\d{4}-\d{2}-\d{2})(?:-\d+)?\.db")
_UNFINISHED = ".copying-"


def copy_today(database: Database, disk: Disk, clock: Clock) -> Path | None:
    """Keep today's copy of the database; None: there is one already, or the library is read-only.

    The day is the person's: the clock's moment in the machine's time zone. Older copies than the
    last seven are removed once the new one stands. A database that is not sound is not copied, so
    that it drives out no sound copy. Raises DamagedError, NoSpaceError, ReadOnlyError.
    """
    folder = database.path.parent / COPIES
    copy = folder / f"storyflow-{_day(clock)}.db"
    if database.read_only:
        return None
    with failures_told(folder):
        if disk.exists(copy):
            return None
        try:
            _make(database, disk, copy)
        except FileExistsError:
            return None  # another editor was faster
    _remove_older(disk, folder, copy)
    return copy


def copy_before_upgrade(database: Database, disk: Disk, clock: Clock, version: int) -> Path:
    """Keep the database as an older version wrote it; these copies are never removed by us.

    Raises DamagedError, NoSpaceError, ReadOnlyError.
    """
    folder = database.path.parent / COPIES
    stem = f"storyflow-schema-{version}-{_day(clock)}"
    copy, number = folder / f"{stem}.db", 1
    with failures_told(folder):
        while True:
            try:
                _make(database, disk, copy)
            except FileExistsError:
                number += 1
                copy = folder / f"{stem}-{number}.db"
            else:
                return copy


def newest_copy(library: Path) -> Path | None:
    """The newest copy that a library's folder holds, of either kind; None: it holds none."""
    found = []
    with suppress(OSError):
        for path in (library / COPIES).iterdir():
            name = _ANY.fullmatch(path.name)
            if name and path.is_file() and not path.is_symlink():
                found.append((name[1], path.stat().st_mtime_ns, path))
    return max(found)[2] if found else None


def _day(clock: Clock) -> str:
    moment: datetime = clock()
    return moment.astimezone().strftime("%Y-%m-%d")


def _make(database: Database, disk: Disk, copy: Path) -> None:
    if disk.exists(copy):
        raise FileExistsError(copy)
    disk.make_folder(copy.parent)
    with held_folder(disk, copy.parent, _UNFINISHED) as unfinished:
        written = unfinished / copy.name
        database.copy_to(written)
        disk.sync_written(written)
        disk.give_name(written, copy)


def _remove_older(disk: Disk, folder: Path, newest: Path) -> None:
    # Which are older is told by their names. The one just made stays, whatever the clock said.
    # What cannot be removed takes room, no more.
    with suppress(OSError):
        dailies = sorted(path for path in folder.iterdir() if _DAILY.fullmatch(path.name))
        for path in dailies[:-KEPT]:
            if path != newest:
                disk.unlink(path)
