"""What a database file tells before SQLite opens it: a file that is not for us is refused here.

SQLite writes beside a file that it opens, and into it; whatever is refused here stays as it is,
byte for byte. Read by hand: https://www.sqlite.org/fileformat.html.
"""

from __future__ import annotations

import contextlib
import sqlite3
import struct
from pathlib import Path

from storyflow_tui.errors import (
    DamagedError,
    ForeignFileError,
    NewerSchemaError,
    NotFoundError,
)
from storyflow_tui.library import migrations
from storyflow_tui.library.disk import as_ours

APPLICATION_ID = 0x53746679
"""Written into the file's header ("Stfy"), so that it is known as ours: PRAGMA application_id."""

_MAGIC = b"SQLite format 3\0"
_SIZE = 100
_LOG_MAGIC = (0x377F0682, 0x377F0683)


def refuse_by_header(path: Path, *, read_only: bool) -> None:
    """Raise for a file that is not a library of this version or an older one.

    Raises NotFoundError (read-only and absent), ForeignFileError, NewerSchemaError, DamagedError,
    ReadOnlyError. What is absent or empty passes: it may become a library.
    """
    try:
        # A pipe under this name would keep whoever opens it waiting.
        if path.exists() and not path.is_file() and not path.is_dir():
            raise ForeignFileError(f"{path} is no ordinary file", where(path))
        with path.open("rb") as file:
            header = file.read(_SIZE)
            size = file.seek(0, 2)
    except FileNotFoundError:
        if read_only:
            raise NotFoundError(f"No library at {path.parent}", where(path)) from None
        return
    except IsADirectoryError:
        raise ForeignFileError(f"{path} is a folder, not a library", where(path)) from None
    except OSError as error:
        kind = type(as_ours(error, path))
        raise kind(f"{path} cannot be read: {error.strerror}", where(path)) from error
    if not header:
        return
    if not header.startswith(_MAGIC):
        raise foreign(path)
    if len(header) < _SIZE:
        raise DamagedError(f"{path} is cut short", where(path))
    version = int.from_bytes(header[60:64], "big", signed=True)
    application = int.from_bytes(header[68:72], "big")
    if application not in (0, APPLICATION_ID):
        raise foreign(path)
    has_log = _has_log(path)
    if application == 0:
        if has_log or _holds_tables(path):
            raise foreign(path)
        return
    if has_log:
        # The header may be older than the log, and whoever writes would merge the two on closing.
        version = max(version, _version_in_log(path))
    if version > migrations.VERSION:
        raise newer(path)
    if not has_log and size < _size_told(header):
        raise DamagedError(f"{path} is cut short", where(path))


def is_database(path: Path) -> bool:
    """Whether the file begins as every database of SQLite does."""
    try:
        with path.open("rb") as file:
            return file.read(len(_MAGIC)) == _MAGIC
    except OSError:
        return False


def quoted(path: Path) -> str:
    """A path as SQLite takes it in a URI: https://www.sqlite.org/uri.html."""
    return str(path).replace("%", "%25").replace("?", "%3f").replace("#", "%23")


def where(path: Path) -> dict[str, str]:
    """The details of an error about a database file."""
    return {"library": str(path.parent), "file": str(path)}


def foreign(path: Path) -> ForeignFileError:
    """The error for a file of another application."""
    return ForeignFileError(
        f"{path} belongs to another application; choose another folder", where(path)
    )


def newer(path: Path) -> NewerSchemaError:
    """The error for a file that a newer version wrote."""
    return NewerSchemaError(
        f"{path} was written by a newer version of storyflow; update this one", where(path)
    )


def _has_log(path: Path) -> bool:
    """Whether SQLite holds something for the file that is not in it yet."""
    for ending in ("-wal", "-journal"):
        with contextlib.suppress(OSError):
            if path.with_name(path.name + ending).stat().st_size:
                return True
    return False


def _holds_tables(path: Path) -> bool:
    """Whether the file alone holds anything; SQLite makes nothing beside what is immutable."""
    try:
        uri = f"file:{quoted(path)}?immutable=1"
        connection = sqlite3.connect(uri, uri=True, timeout=0)
        with contextlib.closing(connection):
            return bool(connection.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()[0])
    except sqlite3.Error:
        return True  # what it holds cannot be read


def _version_in_log(path: Path) -> int:
    """The user_version of the log's last committed first page; 0 where it holds none.

    By hand, since SQLite would make a file beside the log (or merge it) to answer. Checksums are
    not looked at: a torn last transaction may be taken for a whole one, and is refused too.
    """
    committed = version = 0
    with (
        contextlib.suppress(OSError, struct.error),
        path.with_name(f"{path.name}-wal").open("rb", buffering=0) as log,
    ):
        magic, _, size, _, salts = struct.unpack(">4I8s", log.read(32)[:24])
        if magic not in _LOG_MAGIC:
            return 0
        while True:
            number, commits, its_salts = struct.unpack(">2I8s", log.read(24)[:16])
            if its_salts != salts:
                break  # left from an earlier round of the log
            page = log.read(_SIZE) if number == 1 else b""
            if page:
                version = int.from_bytes(page[60:64], "big", signed=True)
            log.seek(size - len(page), 1)
            if commits:
                committed = version
    return committed


def _size_told(header: bytes) -> int:
    """The bytes that a file should have; 0 where an older SQLite wrote it, who did not say."""
    if header[24:28] != header[92:96]:
        return 0
    page = int.from_bytes(header[16:18], "big")
    return (65536 if page == 1 else page) * int.from_bytes(header[28:32], "big")
