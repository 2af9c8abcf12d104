"""A library as one zip file, written as of one moment while others go on working.

The write lock is held only while every file gets a second name; where there are no hard links,
while it is looked which files are copied already. Copying and packing need no lock. What comes
back from such a file is `restore.py`.
"""

from __future__ import annotations

import errno
import sqlite3
import stat
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from storyflow_tui.errors import (
    BusyError,
    DamagedError,
    NotEmptyError,
    NotFoundError,
    ReadOnlyError,
)
from storyflow_tui.library.archive import Progress, is_trashed, write_archive
from storyflow_tui.library.database import DATABASE, Database, Moment
from storyflow_tui.library.disk import Disk, failures_told
from storyflow_tui.library.held import held_folder
from storyflow_tui.library.journal import Journal
from storyflow_tui.library.media import MEDIA, Media, is_inside
from storyflow_tui.library.schema import strange_part

_TRIES = 10
_PAUSE = 0.05  # seconds until a writer that is at work has moved its files
_FEW = 100  # pending moves that are looked through under the lock
_UNFINISHED = ".storyflow-backup-"

# Whoever moves a file writes one of these, and whoever empties the trash another.
_MARK = (
    "SELECT (SELECT seq FROM sqlite_sequence WHERE name = 'file_move'), "
    "(SELECT COUNT(*) FROM file_move), (SELECT COUNT(*) FROM trashed_file WHERE place != '')"
)


def backup(
    database: Database,
    media: Media,
    journal: Journal,
    file: Path,
    *,
    force: bool = False,
    progress: Progress = lambda done, total: None,
) -> Path:
    """Write the library into a zip file: the database, every file a row names, and the trash.

    Raises NotEmptyError when the file is there (unless `force`), NotFoundError for its folder,
    NoSpaceError, ReadOnlyError, BusyError, DamagedError when moves of files are pending that
    cannot be done, or when no restore would take the database.
    """
    disk, parent = media.disk, file.absolute().parent
    with failures_told(file):
        if disk.exists(file) and not force:
            raise NotEmptyError(
                f"{file} is there already; choose another name", {"file": str(file)}
            )
        if not parent.is_dir():
            raise NotFoundError(f"{parent} is not there", {"file": str(file)})
        if _is_within(disk, parent, (database.path.parent, media.folder)):
            raise ReadOnlyError(
                f"{parent} is in the library itself; choose a place outside of it for its backup",
                {"file": str(file)},
            )
    with failures_told(file), held_folder(disk, parent, _UNFINISHED) as unfinished:
        written = unfinished / "backup.zip"
        if database.read_only:
            _write_as_it_lies(database, media, written, progress)
        else:
            with _second_names(database, media, journal, unfinished / DATABASE) as files:
                write_archive(disk, written, files, progress)
        if force and disk.exists(file):
            disk.replace(written, file)
        else:
            try:
                disk.give_name(written, file)
            except FileExistsError:
                raise NotEmptyError(f"{file} is there already", {"file": str(file)}) from None
    return file


def _is_within(disk: Disk, folder: Path, others: Iterable[Path]) -> bool:
    """Whether a folder is one of the others or lies in it, by whatever name it is called."""
    places = {disk.identity(other) for other in others} - {None}
    whole = folder.resolve()
    return any(disk.identity(place) in places for place in (whole, *whole.parents))


@contextmanager
def _second_names(
    database: Database, media: Media, journal: Journal, copy: Path
) -> Iterator[list[tuple[str, Path]]]:
    """Every file of one moment under a name of ours, with a copy of the database."""
    with media.staging() as staging:
        gathered = _Gathered(media.disk, staging.folder)
        for _ in range(_TRIES):
            is_stuck = journal.finish()
            with ExitStack() as kept:
                with database.writing():
                    moment = kept.enter_context(database.moment())
                    pending = len(journal.pending())
                    if pending and is_stuck:
                        raise _still_waiting(database)
                    if pending > _FEW:
                        continue  # another has just begun a large one
                    locate = journal.locator() if pending else str
                    is_whole = gathered.take(_named(moment, media, locate))
                if is_whole:
                    _copy_database(moment, copy, database.path)
                    break
            gathered.copy()
        else:
            raise BusyError(
                "The library changes all the time; try again", {"library": str(media.folder.parent)}
            )
        yield [*sorted(gathered.files.items()), (DATABASE, copy)]
        media.disk.remove_tree(staging.folder)


def _write_as_it_lies(database: Database, media: Media, written: Path, progress: Progress) -> None:
    """Pack a library that we may not write to, and begin anew if another moved its files."""
    copy = written.with_name(DATABASE)
    for _ in range(_TRIES):
        with database.moment() as moment:
            (mark,) = moment.rows(_MARK)
            if mark[1]:
                time.sleep(_PAUSE)
                continue
            files = list(_named(moment, media, str))
            _copy_database(moment, copy, database.path)
        try:
            packed = [(f"{MEDIA}/{name}", path) for name, path in files]
            write_archive(media.disk, written, [*packed, (DATABASE, copy)], progress)
        except FileNotFoundError:
            is_whole = False
        else:
            is_whole = database.rows(_MARK) == [mark]
        if is_whole:
            return
        media.disk.unlink(written)
        media.disk.unlink(copy)
    raise _still_waiting(database)


class _Gathered:
    """Second names, or copies, of the library's files, as of one moment in the end."""

    def __init__(self, disk: Disk, folder: Path) -> None:
        self._disk = disk
        self._folder = folder
        self._count = 0
        self._missing: dict[str, Path] = {}
        self._has_links = True
        self._taken: dict[str, tuple[tuple[int, ...], Path]] = {}
        self.files: dict[str, Path] = {}
        """Where the bytes lie, by the path in the backup; true once all was taken."""

    def take(self, named: Iterable[tuple[str, Path]]) -> bool:
        """Take the files of now, under the write lock; False: some have to be copied first."""
        self.files, self._missing = {}, {}
        for name, source in named:
            if (marks := _marks(source)) is None:
                continue
            before = self._taken.get(name)
            is_taken = before is not None and before[0] == marks
            if not is_taken and not self._link(name, source, marks):
                self._missing[name] = source
                continue
            self.files[f"{MEDIA}/{name}"] = self._taken[name][1]
        return not self._missing

    def copy(self) -> None:
        """Copy what could not be linked, without the lock; what is gone by then is passed over."""
        for name, source in self._missing.items():
            marks = _marks(source)
            if marks is None:
                continue
            target = self._next()
            try:
                self._disk.copy(source, target, marks[-1])
            except OSError as error:
                if error.errno not in (errno.ENOENT, errno.EFBIG):
                    raise
                continue
            if _marks(source) == marks:
                self._taken[name] = marks, target

    def _link(self, name: str, source: Path, marks: tuple[int, ...]) -> bool:
        if self._has_links:
            target = self._next()
            self._has_links = self._disk.try_link(source, target)
            if self._has_links:
                self._taken[name] = marks, target
        return self._has_links

    def _next(self) -> Path:
        self._count += 1
        return self._folder / str(self._count)


def _marks(path: Path) -> tuple[int, ...] | None:
    """What tells a file from another under its name; None: no regular file is there."""
    try:
        status = path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    if not stat.S_ISREG(status.st_mode):
        return None
    return status.st_ino, status.st_mtime_ns, status.st_size


def _named(
    moment: Moment, media: Media, locate: Callable[[str], str]
) -> Iterator[tuple[str, Path]]:
    """Every file that a row names, and where it lies now; damaged paths are not followed."""
    by_link: dict[str, bool] = {}  # of the folders, which are few

    def is_sound(relative: str) -> bool:
        folder = relative.rpartition("/")[0]
        if folder not in by_link:
            places = [media.folder / folder, *(media.folder / folder).parents]
            below = places[: places.index(media.folder)]
            by_link[folder] = any(place.is_symlink() for place in below)
        return not by_link[folder]

    for image, audio in moment.rows(
        "SELECT image_file, audio_file FROM segment "
        "WHERE image_file IS NOT NULL OR audio_file IS NOT NULL"
    ):
        for relative in (image, audio):
            if relative and is_inside(relative) and is_sound(relative):
                yield relative, media.folder / locate(relative)
    for (place,) in moment.rows("SELECT place FROM trashed_file WHERE place != ''"):
        if is_trashed(place) and is_sound(place):
            there = media.folder / locate(place)
            if there.is_dir() and not there.is_symlink():
                for file in media.disk.files_below(there):
                    yield f"{place}/{file.relative_to(there).as_posix()}", file
            else:
                yield place, there


def _copy_database(moment: Moment, copy: Path, original: Path) -> None:
    moment.copy_to(copy)
    with closing(sqlite3.connect(copy)) as connection:
        # The files lie where these moves lead already.
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("DELETE FROM file_move")
        connection.commit()
    if (part := strange_part(copy)) is not None:
        raise DamagedError(
            f"{original} holds {part}, which is not as storyflow makes it; "
            "no restore would take such a backup",
            {"library": str(original.parent), "file": str(original)},
        )


def _still_waiting(database: Database) -> DamagedError:
    return DamagedError(
        "Files of this library still wait to be moved; storyflow check tells which",
        {"library": str(database.path.parent)},
    )
