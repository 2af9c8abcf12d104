"""A library out of a backup: unpacked and looked at beside the target, then renamed to it.

Whatever fails or is refused, what stood at the target stands there still. With `replace` the
former library is kept beside it; at every moment there is a whole one at the one place or the
other.
"""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from glob import escape
from pathlib import Path

from storyflow_tui.errors import (
    BusyError,
    DamagedError,
    ForeignFileError,
    NewerSchemaError,
    NoSpaceError,
    NotEmptyError,
    ReadOnlyError,
    StoryflowError,
)
from storyflow_tui.library.archive import Progress, is_trashed, open_archive
from storyflow_tui.library.clock import Clock
from storyflow_tui.library.database import DATABASE, Database
from storyflow_tui.library.disk import Disk, failures_told
from storyflow_tui.library.header import quoted, refuse_by_header
from storyflow_tui.library.held import held_folder
from storyflow_tui.library.media import MEDIA
from storyflow_tui.library.schema import strange_part
from storyflow_tui.library.sqlite_errors import as_ours

_UNFINISHED = ".storyflow-restore-"
_UNPACKED = "library"
_BEFORE = ".before-"
_PATIENCE = 1.0  # seconds for a command that is about to end


def restore(
    file: Path,
    library: Path,
    clock: Clock,
    disk: Disk,
    *,
    replace: bool = False,
    progress: Progress = lambda done, total: None,
) -> Path | None:
    """Make a library of a backup; returns where the former one was put aside, if there was one.

    Everything is verified first: the file before the target, so that nobody makes room for what is
    no backup. Raises NotFoundError, ForeignFileError (no backup of ours), NewerSchemaError,
    DamagedError (wrong checksums, unsafe names, a database that is not as ours), NotEmptyError when
    anything stands at the target and `replace` is not given, or something that is no library,
    BusyError when the library to be replaced is open, NoSpaceError, ReadOnlyError.
    """
    with failures_told(library), open_archive(file) as archive:
        library = library.resolve()
        _refuse_target(disk, library, replace)
        with _parents(disk, library), held_folder(disk, library.parent, _UNFINISHED) as workplace:
            unpacked = workplace / _UNPACKED
            disk.mkdir(unpacked)
            _demand_space(archive.size, workplace, library)
            archive.unpack(disk, unpacked, progress)
            _verify(unpacked / DATABASE, file)
            disk.make_folder(unpacked / MEDIA)
            _sync_tree(disk, unpacked)
            # Looked at again: while this was unpacked somebody may have begun to write there.
            _refuse_target(disk, library, replace)
            if replace and _is_used(library):
                return _take_place(disk, unpacked, library, clock)
            with _refusals_told(library):
                disk.rename(unpacked, library)
            with _put_back(disk, library, unpacked):
                disk.sync(library.parent)
    return None


def refuse_cut_short(library: Path) -> None:
    """Raise DamagedError for a library that is absent since a restore was killed in replacing it.

    Where two folders cannot be exchanged, the former one is moved aside first. What was unpacked
    tells that from a library that somebody removed long after a restore.
    """
    formers = sorted(library.parent.glob(f"{escape(library.name)}{_BEFORE}*/{DATABASE}"))
    unfinished = sorted(library.parent.glob(f"{_UNFINISHED}*/{_UNPACKED}/{DATABASE}"))
    if formers and unfinished and not os.path.lexists(library):
        former, new = formers[-1].parent, unfinished[-1].parent
        raise DamagedError(
            f"A restore of {library} was cut short: restore the backup again, or move the former "
            f"library back from {former} (what was unpacked is in {new})",
            {"library": str(library), "former": str(former), "unfinished": str(new)},
        )


def _refuse_target(disk: Disk, library: Path, replace: bool) -> None:
    if not _is_used(library):
        return
    where = {"library": str(library)}
    if not library.is_dir():
        raise NotEmptyError(f"{library} is a file; choose another place", where)
    if not replace:
        raise NotEmptyError(
            f"{library} holds something already; choose another folder, or replace it", where
        )
    if not any(disk.exists(library / name) for name in (DATABASE, MEDIA)):
        raise NotEmptyError(
            f"{library} holds something that is no library; choose another folder", where
        )


def _is_used(library: Path) -> bool:
    """Whether anything stands at the target that a restore must not write over."""
    try:
        return any(library.iterdir())
    except FileNotFoundError:
        return False
    except NotADirectoryError:
        return True


@contextmanager
def _parents(disk: Disk, library: Path) -> Iterator[None]:
    """Make the folders above the library; they go again if it does not come to be."""
    made = [parent for parent in library.parents if not parent.exists()]
    try:
        disk.make_folder(library.parent)
        yield
    except BaseException:
        for folder in made:
            with suppress(OSError):
                disk.remove_folder(folder)
        raise


def _demand_space(wanted: int, workplace: Path, library: Path) -> None:
    free = shutil.disk_usage(workplace).free
    if wanted > free:
        raise NoSpaceError(
            f"No space left for {library}: it needs {wanted:,} bytes, and {free:,} are free",
            {"library": str(library), "needed": wanted, "free": free},
        )


def _verify(database: Path, file: Path) -> None:
    """Look at everything in a database from elsewhere before it is used, then bring it up to date.

    What a row says of a segment's files is for `check`; here it is what would act by itself.
    """
    where = {"file": str(file)}
    try:
        refuse_by_header(database, read_only=True)
        with closing(sqlite3.connect(f"file:{quoted(database)}?immutable=1", uri=True)) as rows:
            rows.execute("PRAGMA trusted_schema = 0")
            found = rows.execute("PRAGMA integrity_check(1)").fetchone()[0]
            if found != "ok":
                raise DamagedError(f"The database in {file} is damaged: {found}", where)
            if (part := strange_part(database)) is not None:
                raise DamagedError(
                    f"The database in {file} holds {part}, which is not as storyflow makes it",
                    where,
                )
            if rows.execute("SELECT 1 FROM file_move LIMIT 1").fetchone():
                raise DamagedError(f"The database in {file} would move files", where)
            for (place,) in rows.execute("SELECT place FROM trashed_file WHERE place != ''"):
                if not is_trashed(place):
                    raise DamagedError(
                        f"The database in {file} names {place!r} as a place in the trash", where
                    )
        Database(database).close()
    except NewerSchemaError as error:
        raise NewerSchemaError(
            f"{file} was made by a newer version of storyflow; update this one", where
        ) from error
    except ForeignFileError as error:
        raise ForeignFileError(
            f"{file} holds the database of another application", where
        ) from error
    except DamagedError as error:
        if error.details == where:
            raise
        raise DamagedError(f"The database in {file} is damaged", where) from error
    except sqlite3.Error as error:
        raise DamagedError(f"The database in {file} cannot be read: {error}", where) from error


def _sync_tree(disk: Disk, folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_dir():
            disk.sync(path)
        else:
            disk.sync_written(path)
    disk.sync(folder)


def _take_place(disk: Disk, new: Path, library: Path, clock: Clock) -> Path:
    """Put the new library where the former one stands, and that one aside.

    Nobody may have the former one open: SQLite would go on by the names of its files, which are
    the new one's then.
    """
    with _alone(library / DATABASE, _PATIENCE):
        aside = _aside(library, clock)
        ours = new.stat().st_ino
        # Not from its hidden folder, which the next restore sweeps: there the former library must
        # never lie, not for a moment.
        disk.rename(new, aside)
        try:
            is_done = disk.exchange(aside, library)
            if is_done:
                with _exchanged_back(disk, aside, library):
                    disk.sync(library.parent)
            else:
                disk.rename(aside, new)
        except BaseException:
            with suppress(OSError):
                if aside.stat().st_ino == ours:  # and not the former library
                    disk.remove_tree(aside)
            raise
        if not is_done:
            _take_place_in_two_steps(disk, new, library, aside)
    return aside


@contextmanager
def _alone(path: Path, patience: float) -> Iterator[None]:
    """Hold a database that nobody else has open; raises BusyError when somebody has.

    It is without a log afterwards. One that is damaged or not ours is not touched, nor held.
    """
    try:
        refuse_by_header(path, read_only=True)
        uri = f"file:{quoted(path)}?mode=rw"
        connection = sqlite3.connect(uri, uri=True, timeout=patience, isolation_level=None)
    except (StoryflowError, sqlite3.Error):
        yield
        return
    with closing(connection):
        try:
            # Refused while others have it open: each holds its log.
            connection.execute("PRAGMA journal_mode = DELETE")
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.Error as error:
            if isinstance(as_ours(error, path), BusyError):
                raise BusyError(
                    f"The library in {path.parent} is open elsewhere; close it there and try again",
                    {"library": str(path.parent)},
                ) from error
        yield


def _take_place_in_two_steps(disk: Disk, new: Path, library: Path, aside: Path) -> None:
    """The same where the system cannot exchange two folders; a failure puts the former one back."""
    with _refusals_told(library):
        disk.rename(library, aside)
    try:
        disk.rename(new, library)
        with _put_back(disk, library, new):
            disk.sync(library.parent)
    except BaseException as error:
        try:
            disk.rename(aside, library)
        except OSError:
            raise ReadOnlyError(
                f"{library} could not be replaced; the former library is in {aside}",
                {"library": str(library), "former": str(aside)},
            ) from error
        raise


@contextmanager
def _put_back(disk: Disk, folder: Path, former: Path) -> Iterator[None]:
    """What fails inside gives a folder its former name again, so that nothing has happened."""
    try:
        yield
    except BaseException:
        with suppress(OSError):
            disk.rename(folder, former)
        raise


@contextmanager
def _exchanged_back(disk: Disk, first: Path, second: Path) -> Iterator[None]:
    try:
        yield
    except BaseException:
        disk.exchange(first, second)
        raise


@contextmanager
def _refusals_told(library: Path) -> Iterator[None]:
    where = {"library": str(library)}
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOTEMPTY, errno.EEXIST, errno.ENOTDIR):
            raise NotEmptyError(f"{library} is in use now", where) from error
        if error.errno == errno.EBUSY:
            raise ReadOnlyError(
                f"{library} cannot be replaced, since something is mounted there; "
                "choose a folder in it",
                where,
            ) from error
        raise


def _aside(library: Path, clock: Clock) -> Path:
    moment = clock().strftime("%Y%m%d-%H%M%S")
    number = 1
    while True:
        aside = library.with_name(
            f"{library.name}{_BEFORE}{moment}" + (f"-{number}" if number > 1 else "")
        )
        if not os.path.lexists(aside):
            return aside
        number += 1
