"""SQLite's errors as ours. Which of them are told otherwise in their place is `database.py`'s."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from storyflow_tui.errors import (
    BusyError,
    DamagedError,
    ForeignFileError,
    NoSpaceError,
    ReadOnlyError,
    StoryflowError,
)


def as_ours(error: BaseException, path: Path) -> StoryflowError:
    """SQLite's error as one of ours, told by its result code (https://sqlite.org/rescode.html)."""
    chain: list[sqlite3.Error] = []
    link: BaseException | None = error
    while link is not None:
        if isinstance(link, sqlite3.Error):
            chain.append(link)
        link = link.__cause__ or link.__context__
    # The one that says most: after a full disk the rollback fails too, for nothing is left to do.
    telling = [one for one in chain if _code(one) & 0xFF != sqlite3.SQLITE_ERROR]
    found = telling or chain
    original = found[-1] if found else None
    extended = _code(original)
    details = {"file": str(path), "sqlite": str(original or error)}
    match extended & 0xFF:
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return BusyError("The library is in use by another process; try again", details)
        case sqlite3.SQLITE_FULL:
            return NoSpaceError(f"No space left for {path}; nothing was changed", details)
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_PERM:
            return ReadOnlyError(f"{path} cannot be opened for writing", details)
        case sqlite3.SQLITE_IOERR if extended in _WRITE_FAILURES:
            return NoSpaceError(f"{path} cannot be written; is the disk full?", details)
        case sqlite3.SQLITE_NOTADB:
            return ForeignFileError(f"{path} is not a library of storyflow", details)
        case _:
            return DamagedError(f"{path} cannot be read: {original or error}", details)


def _code(error: sqlite3.Error | None) -> int:
    return getattr(error, "sqlite_errorcode", None) or sqlite3.SQLITE_ERROR


_WRITE_FAILURES = (
    sqlite3.SQLITE_IOERR_WRITE,
    sqlite3.SQLITE_IOERR_FSYNC,
    sqlite3.SQLITE_IOERR_TRUNCATE,
    sqlite3.SQLITE_IOERR_SHMOPEN,
    sqlite3.SQLITE_IOERR_SHMSIZE,
)
