"""What the doctor asks of a library and of what it stands on; nothing is changed by asking.

Whether what is in a library agrees with itself is `check`'s business; here is where it lies, how
large it is, who else has it open, and what the decoders and SQLite of this machine are.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
import struct
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from storyflow_tui.library import migrations
from storyflow_tui.library.copies import newest_copy
from storyflow_tui.library.database import DATABASE
from storyflow_tui.library.media import MEDIA, TRASH
from storyflow_tui.library.network import on_network

# Who has a database with a log open holds this byte of the file beside it, shared:
# https://www.sqlite.org/walformat.html#wal_locks
_OPEN_BYTE = 128
# The kernel's `struct flock`, whose fields stand in another order on BSD and macOS.
_LINUX, _BSD = "hhqqi", "qqihh"


class Survey(NamedTuple):
    """A library's folder as it is found. Sizes in bytes."""

    path: Path
    """Links resolved."""
    is_there: bool
    schema: int
    newest_schema: int
    database_size: int
    media_size: int
    trash_size: int
    is_on_network: bool
    is_writable: bool
    process: int | None
    """One that has it open, other than this one."""
    copy: Path | None
    """The newest copy of the database in `backups/`."""
    copied_at: datetime | None
    changed_at: datetime | None
    """When the database was written last."""


def survey(library: Path) -> Survey:
    """Look at a library's folder, which need not be there; raises OSError for no folder at all."""
    path = library.expanduser().absolute().resolve()
    database = path / DATABASE
    header = b""
    with suppress(FileNotFoundError, IsADirectoryError):
        if database.is_file():
            with database.open("rb") as file:
                header = file.read(64)
    files = [database, database.with_name(f"{DATABASE}-wal")]
    trash = _size(path / MEDIA / TRASH)
    copy = newest_copy(path)
    return Survey(
        path=path,
        is_there=database.exists(),
        schema=int.from_bytes(header[60:64], "big", signed=True),
        newest_schema=migrations.VERSION,
        database_size=sum(_of_file(file) for file in files),
        media_size=_size(path / MEDIA) - trash,
        trash_size=trash,
        is_on_network=on_network(path),
        is_writable=may_write(database) and may_write(path / MEDIA),
        process=process_at(database),
        copy=copy,
        copied_at=_written(copy),
        changed_at=max(filter(None, map(_written, files)), default=None),
    )


def may_write(path: Path) -> bool:
    """Whether a file or folder may be written, or made where it is not there yet."""
    folder = path
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    if folder != path and not folder.is_dir():
        return False
    return os.access(folder, os.W_OK | (os.X_OK if folder.is_dir() else 0))


def process_at(database: Path) -> int | None:
    """A process that has a database open; None: nobody but this one, or it cannot be told.

    Not to be asked by a process that has it open itself: it would lose its own hold.
    """
    order = _BSD if sys.platform == "darwin" or "bsd" in sys.platform else _LINUX
    asked = {"start": _OPEN_BYTE, "length": 1, "process": 0, "kind": fcntl.F_WRLCK, "whence": 0}
    names = ["start", "length", "process", "kind", "whence"]
    if order == _LINUX:
        names = ["kind", "whence", "start", "length", "process"]
    try:
        with database.with_name(f"{database.name}-shm").open("rb") as shared:
            wanted = struct.pack(order, *(asked[name] for name in names))
            answer = struct.unpack(order, fcntl.fcntl(shared, fcntl.F_GETLK, wanted))
    except (OSError, struct.error):
        return None
    found = dict(zip(names, answer, strict=True))
    return None if found["kind"] == fcntl.F_UNLCK else int(found["process"])


def sqlite_version() -> str:
    """The version of SQLite that Python was built with."""
    return sqlite3.sqlite_version


def missing_decoders() -> list[str]:
    """The picture formats that Pillow was built without: of JPEG, PNG and WebP."""
    from storyflow_tui.library.decoding import missing_decoders as missing

    return missing()


def _size(folder: Path) -> int:
    return sum(_sizes(folder))


def _sizes(folder: Path) -> Iterator[int]:
    # What cannot be looked at is for `check` to find; here it weighs nothing.
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                yield from _sizes(Path(entry.path))
            else:
                with suppress(OSError):
                    yield entry.stat(follow_symlinks=False).st_size


def _of_file(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _written(path: Path | None) -> datetime | None:
    if path is None:
        return None
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except OSError:
        return None
