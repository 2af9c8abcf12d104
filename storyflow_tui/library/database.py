"""What only SQLite speaks: opening, pragmas, schema version, transactions, its errors as ours.

A connection a thread, made when a thread first asks; all of them are closed together. Reads need
no transaction; whoever writes does so inside `writing`, which is one `BEGIN IMMEDIATE`.
"""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import peewee

from storyflow_tui.errors import (
    BusyError,
    DamagedError,
    ForeignFileError,
    NewerSchemaError,
    NoSpaceError,
    NotFoundError,
    ReadOnlyError,
    StoryflowError,
)
from storyflow_tui.library import migrations
from storyflow_tui.library.media import READ_ONLY
from storyflow_tui.library.turn import turn

APPLICATION_ID = 0x53746679
"""Written into the file's header ("Stfy"), so that it is known as ours: PRAGMA application_id."""

DATABASE = "storyflow.db"
"""The name of the file in a library's folder."""

BUSY_SECONDS = 5.0
"""How long a writer waits for another process before it answers busy."""

Row: TypeAlias = tuple[Any, ...]
Parameters: TypeAlias = Sequence[object]

_TABLES = "SELECT COUNT(*) FROM sqlite_master"
_HEADER = b"SQLite format 3\0"  # https://www.sqlite.org/fileformat.html#the_database_header
_PAGES = 2048  # of a copy at a time
_NETWORK = ("nfs", "cifs", "smb", "9p", "afs", "ceph", "fuse.sshfs", "fuse.glusterfs", "davfs")


class Database:
    """One SQLite file of ours, opened safely."""

    def __init__(
        self,
        path: Path,
        *,
        read_only: bool = False,
        busy: float = BUSY_SECONDS,
        before_upgrade: Callable[[Database, int], object] | None = None,
    ) -> None:
        """Open the file, making or upgrading it where that is allowed.

        `before_upgrade` is called with this and the version of a file that is about to be
        upgraded, under the write lock. Raises NotFoundError (read-only and absent),
        ForeignFileError, NewerSchemaError, DamagedError, BusyError, ReadOnlyError, NoSpaceError.
        A refused file is left as it is.
        """
        self.path = path
        self.read_only = read_only
        self._busy = busy
        self._before_upgrade = before_upgrade
        self.is_on_network = on_network(path.parent)
        _refuse_by_header(path, read_only)
        self._connections: list[sqlite3.Connection] = []
        self._closing = threading.Lock()
        # The read-only case decides by trying: a WAL needs files beside it that such a folder may
        # not have; `immutable` then reads the database alone, which nobody can be writing to.
        for mode in ("mode=ro", "mode=ro&immutable=1") if read_only else ("mode=rwc",):
            self._uri = f"file:{_quoted(path)}?{mode}"
            self._peewee = _Peewee(self, self._uri, busy)
            try:
                self._prepare()
            except ReadOnlyError:
                self.close()
                if mode.endswith("immutable=1") or not read_only:
                    raise
            except BaseException:
                self.close()
                raise
            else:
                break

    # -- reading ------------------------------------------------------------------------------

    def rows(self, sql: str, parameters: Parameters = ()) -> list[Row]:
        """All rows of a query."""
        with self._translated():
            found: list[Row] = self._run(sql, parameters).fetchall()
        return found

    def row(self, sql: str, parameters: Parameters = ()) -> Row | None:
        """The first row of a query, or None."""
        with self._translated():
            found: Row | None = self._run(sql, parameters).fetchone()
        return found

    def value(self, sql: str, parameters: Parameters = ()) -> Any:
        """The first column of the first row, or None."""
        found = self.row(sql, parameters)
        return None if found is None else found[0]

    def select(self, query: peewee.ModelSelect[Any]) -> list[Row]:
        """All rows of a Peewee query, as tuples."""
        with self._translated():
            return list(query.tuples().execute(self._peewee))

    def data_version(self) -> int:
        """A number that differs after a commit by any other connection than this thread's."""
        version = self.value("PRAGMA data_version")
        assert isinstance(version, int)
        return version

    # -- writing ------------------------------------------------------------------------------

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """One transaction that holds the write lock from its first moment.

        Raises BusyError when another holds it for too long, ReadOnlyError, NoSpaceError,
        NewerSchemaError when a newer program has upgraded the file since it was opened. All or
        nothing: whatever is raised inside rolls everything back.
        """
        if self.read_only:
            raise ReadOnlyError(READ_ONLY, {"library": str(self.path.parent)})
        with self._translated(), self._turn(), self._peewee.atomic("IMMEDIATE"):
            if self._run("PRAGMA user_version").fetchone()[0] != migrations.VERSION:
                raise _newer(self.path)
            yield

    @contextlib.contextmanager
    def _turn(self) -> Iterator[None]:
        if self.is_on_network:  # one computer at a time, and flock is not to be had everywhere
            yield
            return
        with turn(self.path.parent, self._busy) as left:
            if left == self._busy:
                yield
                return
            # What was waited for the turn is not waited once more for SQLite's own lock.
            self._run(f"PRAGMA busy_timeout = {left * 1000:.0f}")
            try:
                yield
            finally:
                self._run(f"PRAGMA busy_timeout = {self._busy * 1000:.0f}")

    def execute(self, sql: str, parameters: Parameters = ()) -> int:
        """Run a statement; returns how many rows it changed."""
        with self._translated():
            return int(self._run(sql, parameters).rowcount)

    def execute_many(self, sql: str, rows: Sequence[Parameters]) -> None:
        """Run a statement once a row, in the driver's own loop."""
        with self._translated(), _as_peewee_error():
            self._connection().executemany(sql, rows)

    def write(self, query: peewee.Insert | peewee.Update | peewee.Delete) -> int:
        """Run a Peewee query that writes; returns its id or its count of rows."""
        with self._translated():
            result = query.execute(self._peewee)
        return result if isinstance(result, int) else 0

    def next_id(self, table: str) -> int:
        """The id that the table gives next. True only under the write lock."""
        last = self.value("SELECT seq FROM sqlite_sequence WHERE name = ?", (table,))
        return int(last or 0) + 1

    def copy_to(self, target: Path) -> None:
        """Write what is committed to a new database file of its own, sound and without a log.

        Needs no write lock, and others write meanwhile. Raises DamagedError when what was read
        is not sound; then, as after any failure, the target is not to be used.
        """
        with self._translated(), _as_peewee_error():
            source = sqlite3.connect(self._uri.replace("mode=rwc", "mode=ro"), uri=True)
            copy = sqlite3.connect(target)
            with contextlib.closing(source), contextlib.closing(copy):
                # A copy that was cut short is thrown away, and who wants it durable syncs it.
                copy.execute("PRAGMA synchronous = OFF")
                # With a log beside it the source is read as of one moment while others write;
                # without one they would wait for the whole copy, so that is made in parts.
                has_log = source.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
                source.backup(copy, pages=-1 if has_log else _PAGES, sleep=0.01)
                # One file that needs no other beside it.
                copy.execute("PRAGMA journal_mode = DELETE")
                found = copy.execute("PRAGMA quick_check(1)").fetchone()[0]
        if found != "ok":
            raise DamagedError(f"{self.path} is damaged: {found}", _where(self.path))

    def close(self) -> None:
        """Close every thread's connection."""
        with self._closing:
            connections, self._connections = self._connections, []
        for connection in connections:
            with contextlib.suppress(sqlite3.Error):
                connection.close()

    # -- opening ------------------------------------------------------------------------------

    def _prepare(self) -> None:
        version, application, tables = self._identity()
        if application not in (0, APPLICATION_ID) or (application == 0 and tables):
            raise _foreign(self.path)
        if version > migrations.VERSION:
            raise _newer(self.path)
        if self.read_only:
            if application == 0 or version < migrations.VERSION:
                raise NotFoundError(f"No library at {self.path.parent}", _where(self.path))
            return
        if version < migrations.VERSION:
            self._upgrade()
        wanted = "delete" if self.is_on_network else "wal"
        if self.value("PRAGMA journal_mode") != wanted:
            # Refused while others have it open; the next open tries again, and both modes are safe.
            with contextlib.suppress(BusyError):
                self.value(f"PRAGMA journal_mode = {wanted}")

    def _upgrade(self) -> None:
        # Made in rollback mode, so that the header (application_id, user_version) is in the file
        # itself and not in a WAL beside it: it is read without opening, to refuse without touching.
        with self._translated(), self._peewee.atomic("IMMEDIATE"):
            version, application, tables = self._identity()
            if application == 0 and tables:
                raise _foreign(self.path)
            if version >= migrations.VERSION:
                return  # by another process meanwhile
            if version and self._before_upgrade is not None:
                self._before_upgrade(self, version)
            self.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            for step in migrations.STEPS[version:]:
                for statement in step:
                    self.execute(statement)
            self.execute(f"PRAGMA user_version = {migrations.VERSION}")

    def _identity(self) -> tuple[int, int, int]:
        return (
            int(self.value("PRAGMA user_version")),
            int(self.value("PRAGMA application_id")),
            int(self.value(_TABLES)),
        )

    def _run(self, sql: str, parameters: Parameters = ()) -> sqlite3.Cursor:
        cursor: sqlite3.Cursor = self._peewee.execute_sql(sql, parameters)  # type: ignore[no-untyped-call]
        return cursor

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection = self._peewee.connection()  # type: ignore[no-untyped-call]
        return connection

    def keep(self, connection: sqlite3.Connection) -> None:
        """Remember a connection that a thread opened, to close it with the others."""
        with self._closing:
            self._connections.append(connection)

    @contextlib.contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except peewee.PeeweeException as error:
            raise as_ours(error, self.path) from error


class _Peewee(peewee.SqliteDatabase):
    """Peewee's database, with connections that may be closed from another thread."""

    def __init__(self, owner: Database, uri: str, busy: float) -> None:
        self._owner = owner
        pragmas = {"foreign_keys": 1, "synchronous": "FULL"}
        super().__init__(uri, pragmas=pragmas, uri=True, timeout=busy, check_same_thread=False)

    def _connect(self) -> sqlite3.Connection:
        connection: sqlite3.Connection = super()._connect()  # type: ignore[misc]
        self._owner.keep(connection)
        return connection


@contextlib.contextmanager
def _as_peewee_error() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise peewee.DatabaseError(str(error)) from error


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
    sqlite3.SQLITE_IOERR_SHMSIZE,
)


def _quoted(path: Path) -> str:
    """A path as SQLite takes it in a URI: https://www.sqlite.org/uri.html."""
    return str(path).replace("%", "%25").replace("?", "%3f").replace("#", "%23")


def on_network(folder: Path) -> bool:
    """Whether the folder lies on a network file system, where a WAL is not safe to share.

    Told by Linux' table of mounts; elsewhere the answer is no.
    """
    best, kind = "", ""
    try:
        mounts = Path("/proc/self/mounts").read_text(errors="surrogateescape").splitlines()
    except OSError:
        return False
    for line in mounts:
        place, file_system = line.split(" ")[1:3]
        place = place.replace("\\040", " ")
        if len(place) >= len(best) and folder.is_relative_to(place):
            best, kind = place, file_system
    return kind.startswith(_NETWORK)


def _refuse_by_header(path: Path, read_only: bool) -> None:
    """Look at the file before SQLite opens it for good, which would write beside it."""
    try:
        with path.open("rb") as file:
            header = file.read(100)
    except FileNotFoundError:
        if read_only:
            raise NotFoundError(f"No library at {path.parent}", _where(path)) from None
        return
    except IsADirectoryError:
        raise ForeignFileError(f"{path} is a folder, not a library", _where(path)) from None
    except OSError as error:
        raise ReadOnlyError(f"{path} cannot be read: {error.strerror}", _where(path)) from error
    if not header:
        return
    if not header.startswith(_HEADER):
        raise _foreign(path)
    if len(header) < 100:
        raise DamagedError(f"{path} is cut short", _where(path))
    version = int.from_bytes(header[60:64], "big", signed=True)
    application = int.from_bytes(header[68:72], "big")
    if application not in (0, APPLICATION_ID):
        raise _foreign(path)
    if application == 0 and (_log_beside(path) or _look(path, "immutable=1", _TABLES)):
        raise _foreign(path)
    if application == APPLICATION_ID and not read_only and _log_beside(path):
        # The header may be older than the log, and whoever writes would merge the two on closing.
        version = max(version, _look(path, "mode=ro", "PRAGMA user_version"))
    if application == APPLICATION_ID and version > migrations.VERSION:
        raise _newer(path)


def _log_beside(path: Path) -> bool:
    """Whether SQLite holds something for the file that is not in it yet."""
    for ending in ("-wal", "-journal"):
        with contextlib.suppress(OSError):
            if path.with_name(path.name + ending).stat().st_size:
                return True
    return False


def _look(path: Path, mode: str, query: str) -> int:
    """The number that a query gives of the file, read without a change to it; 0: not to be had."""
    with contextlib.suppress(sqlite3.Error):
        uri = f"file:{_quoted(path)}?{mode}"
        connection = sqlite3.connect(uri, uri=True, timeout=0)
        with contextlib.closing(connection):
            return int(connection.execute(query).fetchone()[0])
    return 0


def _where(path: Path) -> dict[str, str]:
    return {"library": str(path.parent), "file": str(path)}


def _foreign(path: Path) -> ForeignFileError:
    return ForeignFileError(
        f"{path} belongs to another application; choose another folder", _where(path)
    )


def _newer(path: Path) -> NewerSchemaError:
    return NewerSchemaError(
        f"{path} was written by a newer version of storyflow; update this one", _where(path)
    )
