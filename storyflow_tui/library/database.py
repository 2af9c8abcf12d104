"""What only SQLite speaks: opening, pragmas, schema version, transactions, its errors as ours.

A connection a thread, made when a thread first asks; all of them are closed together. Reads need
no transaction; whoever writes does so inside `writing`, which is one `BEGIN IMMEDIATE`.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import peewee

from storyflow_tui.errors import (
    BusyError,
    DamagedError,
    NoSpaceError,
    NotFoundError,
    ReadOnlyError,
    StoryflowError,
)
from storyflow_tui.library import disk, migrations
from storyflow_tui.library.header import (
    APPLICATION_ID,
    foreign,
    newer,
    quoted,
    refuse_by_header,
    where,
)
from storyflow_tui.library.media import read_only as opened_for_reading
from storyflow_tui.library.network import on_network
from storyflow_tui.library.sqlite_errors import as_ours
from storyflow_tui.library.turn import turn

DATABASE = "storyflow.db"
"""The name of the file in a library's folder."""

BUSY_SECONDS = 5.0
"""How long a writer waits for another process before it answers busy."""

_File: TypeAlias = tuple[int, int]
Row: TypeAlias = tuple[Any, ...]
Parameters: TypeAlias = Sequence[object]

# What can be tried where a file cannot be opened as usual. A log needs files beside the database
# that a folder may not let us make; `immutable` then reads the database alone, which nobody can be
# writing to. On a full disk there is no room for them; who holds the file alone needs no shared
# memory beside it, and so can still read, and empty the trash: https://www.sqlite.org/vfs.html
_INSTEAD: dict[tuple[str, type[BaseException]], str] = {
    ("mode=rwc", NoSpaceError): "mode=rw&vfs=unix-excl",
    ("mode=ro", NoSpaceError): "mode=rw&vfs=unix-excl",
    ("mode=ro", ReadOnlyError): "mode=ro&immutable=1",
}
_TABLES = "SELECT COUNT(*) FROM sqlite_master"
_PAGES = 2048  # of a copy at a time
_CLOSING_SECONDS = 0.5
"""How long closing waits for a thread that works with its connection."""


class Moment(NamedTuple):
    """What a database held at one moment."""

    rows: Callable[[str], list[Row]]
    """All rows of a query."""
    copy_to: Callable[[Path], None]
    """Write it to a new file, as `Database.copy_to` does."""


class _Connection(NamedTuple):
    """A thread's connection, and the lock that it holds while it works with it."""

    connection: sqlite3.Connection
    in_use: threading.RLock


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
        self.why_read_only = ""
        self._busy = busy
        self._before_upgrade = before_upgrade
        self.is_on_network = on_network(path.parent)
        refuse_by_header(path, read_only=read_only)
        opened = _file_at(path)
        if opened and not read_only and not os.access(path, os.W_OK):
            # SQLite itself would open it, and fail at the first write.
            raise ReadOnlyError(f"{path} cannot be opened for writing", where(path))
        self._file: _File | None = None
        self._connections: list[_Connection] = []
        self._closing = threading.Lock()
        self._mine = threading.local()
        mode = "mode=ro" if read_only else "mode=rwc"
        while True:
            self._uri = f"file:{quoted(path)}?{mode}"
            self._peewee = _Peewee(self, self._uri, busy)
            try:
                self._prepare()
            except BaseException as error:
                self.close()
                mode = _INSTEAD.get((mode, type(error)), "") if opened else ""
                if not mode:
                    raise
            else:
                break
        try:
            self._file = _file_at(path)
            if opened not in (None, self._file):
                raise _elsewhere(path)
        except BaseException:
            self.close()
            raise

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

    def define(self, name: str, function: Callable[[Any], Any]) -> None:
        """Let the queries of this thread call a function of one value that always answers alike."""
        with self._translated():
            self._connection().create_function(name, 1, function, deterministic=True)

    def data_version(self) -> int:
        """A number that differs after a commit by any other connection than this thread's."""
        version = self.value("PRAGMA data_version")
        assert isinstance(version, int)
        return version

    # -- writing ------------------------------------------------------------------------------

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """One transaction that holds the write lock from its first moment.

        Raises BusyError when another holds it for too long, NoSpaceError, ReadOnlyError (also
        when the file at its path is another by now), NewerSchemaError when a newer program has
        upgraded the file since it was opened. All or nothing: whatever is raised inside rolls
        everything back.
        """
        if self.read_only:
            raise opened_for_reading(self.path.parent, self.why_read_only)
        with self._translated(), self._turn(), self._peewee.atomic("IMMEDIATE"):
            # Asked under the lock: who replaces a library holds it meanwhile.
            if _file_at(self.path) != self._file:
                raise _elsewhere(self.path)
            if self._run("PRAGMA user_version").fetchone()[0] != migrations.VERSION:
                raise newer(self.path)
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
        with self._translated():
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
        with self._translated(), contextlib.closing(self._reader()) as source:
            # With a log beside it the source is read as of one moment while others write;
            # without one they would wait for the whole copy, so that is made in parts.
            has_log = source.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
            self._copy(source, target, -1 if has_log else _PAGES)

    @contextlib.contextmanager
    def moment(self) -> Iterator[Moment]:
        """What is committed now, to be read for as long as it takes, while others write.

        On a network folder, where there is no log, they wait.
        """
        with self._translated(), contextlib.closing(self._reader()) as source:
            source.execute("BEGIN")
            source.execute(_TABLES).fetchone()
            yield Moment(
                lambda sql: source.execute(sql).fetchall(),
                lambda target: self._copy(source, target, -1),
            )

    def _reader(self) -> sqlite3.Connection:
        uri = self._uri.replace("mode=rwc", "mode=ro")
        return sqlite3.connect(uri, uri=True, isolation_level=None)

    def _copy(self, source: sqlite3.Connection, target: Path, pages: int) -> None:
        with contextlib.closing(sqlite3.connect(target)) as copy:
            # A copy that was cut short is thrown away, and who wants it durable syncs it.
            copy.execute("PRAGMA synchronous = OFF")
            source.backup(copy, pages=pages, sleep=0.01)
            # One file that needs no other beside it.
            copy.execute("PRAGMA journal_mode = DELETE")
            found = copy.execute("PRAGMA quick_check(1)").fetchone()[0]
        if found != "ok":
            raise DamagedError(f"{self.path} is damaged: {found}", where(self.path))

    def close(self) -> None:
        """Close every thread's connection; what others read or write at this moment is cut short.

        A transaction is rolled back then, and the thread has DamagedError. One that does not stop
        within a moment keeps its connection for as long as it lives.
        """
        with self._closing:
            connections, self._connections = self._connections, []
        for one in connections:
            # SQLite dies of a connection that is closed while another thread works with it.
            if not one.in_use.acquire(blocking=False):
                one.connection.interrupt()
                if not one.in_use.acquire(timeout=_CLOSING_SECONDS):
                    continue
            with contextlib.suppress(sqlite3.Error):
                one.connection.close()
            one.in_use.release()

    # -- opening ------------------------------------------------------------------------------

    def _prepare(self) -> None:
        version, application, tables = self._identity()
        if application not in (0, APPLICATION_ID) or (application == 0 and tables):
            raise foreign(self.path)
        if version > migrations.VERSION:
            raise newer(self.path)
        if version < 0 or (version == 0 and tables):
            raise DamagedError(f"{self.path} does not say its version", where(self.path))
        if self.read_only:
            if version == 0:
                raise NotFoundError(f"No library at {self.path.parent}", where(self.path))
            if version < migrations.VERSION:
                raise ReadOnlyError(
                    f"{self.path} is of an older version; open it once where it can be written",
                    where(self.path),
                )
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
                raise foreign(self.path)
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
        try:
            if self._file is not None and _file_at(self.path) != self._file:
                raise _elsewhere(self.path)
        except StoryflowError:
            connection.close()
            raise
        one = _Connection(connection, threading.RLock())
        self._mine.in_use = one.in_use
        with self._closing:
            self._connections.append(one)

    @contextlib.contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            self._connection()  # made when a thread first asks
            with self._mine.in_use:
                yield
        # Peewee turns what executing raises into its own; what fetching raises comes as it is.
        except (peewee.PeeweeException, sqlite3.Error) as error:
            told = as_ours(error, self.path)
            if isinstance(told, DamagedError) and self._is_upgraded():
                raise newer(self.path) from error  # what was asked for is there no more
            raise told from error

    def _is_upgraded(self) -> bool:
        with contextlib.suppress(peewee.PeeweeException, sqlite3.Error):
            self._connection()
            with self._mine.in_use:
                return bool(self._run("PRAGMA user_version").fetchone()[0] > migrations.VERSION)
        return False


class _Peewee(peewee.SqliteDatabase):
    """Peewee's database, with connections that may be closed from another thread."""

    def __init__(self, owner: Database, uri: str, busy: float) -> None:
        self._owner = owner
        # A library may come from anywhere: its schema runs no function that has an effect.
        pragmas = {"foreign_keys": 1, "synchronous": "FULL", "trusted_schema": 0}
        super().__init__(uri, pragmas=pragmas, uri=True, timeout=busy, check_same_thread=False)

    def _connect(self) -> sqlite3.Connection:
        connection: sqlite3.Connection = super()._connect()  # type: ignore[misc]
        self._owner.keep(connection)
        return connection


def _file_at(path: Path) -> _File | None:
    """Which file stands at a path; None: none. Raises ReadOnlyError where it cannot be told."""
    try:
        status = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise disk.as_ours(error, path) from error
    return status.st_dev, status.st_ino


def _elsewhere(path: Path) -> ReadOnlyError:
    return ReadOnlyError(
        f"The library in {path.parent} was moved, replaced or removed while it was open; "
        "open it again",
        where(path),
    )
