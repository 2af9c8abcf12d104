"""Everything that lasts: projects, segments, their files, history and trash, in one folder.

    with Library.open(path) as library:
        library.projects.list()

Records in, records out. The only package that imports peewee; it knows no screen and no file
format of stories.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from storyflow_tui.errors import DamagedError, NotFoundError, ReadOnlyError, StoryflowError
from storyflow_tui.library import clock as _clock
from storyflow_tui.library import copies
from storyflow_tui.library.changes import Door
from storyflow_tui.library.database import BUSY_SECONDS, DATABASE, Database
from storyflow_tui.library.disk import Disk, as_ours, failures_told
from storyflow_tui.library.journal import Journal
from storyflow_tui.library.media import MEDIA, LinkedFolderError, Media
from storyflow_tui.library.projects import Projects
from storyflow_tui.records import Changed, Finding, Repaired

if TYPE_CHECKING:
    from storyflow_tui.library.finding import Finder
    from storyflow_tui.library.history import History
    from storyflow_tui.library.segments import Segments
    from storyflow_tui.library.trash import Trash

__all__ = ["Library"]


class Library:
    """One library, open. A context manager; any thread may call any method.

    Writing methods wait for the write lock up to the busy timeout and raise BusyError then. In a
    library that is open for reading only they raise ReadOnlyError.
    """

    def __init__(
        self,
        path: Path,
        *,
        read_only: bool,
        clock: _clock.Clock,
        disk: Disk,
        busy: float,
    ) -> None:
        self.path = path
        self.read_only = read_only
        self.notes: list[str] = []
        """What a user should know of this library, such as that it lies on a network folder."""
        self._clock = clock
        folder = path / MEDIA
        self._media = Media(folder.resolve(), disk, read_only=read_only)
        self._refuse_what_was_lost()
        self._database = Database(
            path / DATABASE,
            read_only=read_only,
            busy=busy,
            before_upgrade=lambda database, version: copies.copy_before_upgrade(
                database, disk, clock, version
            ),
        )
        try:
            self._journal = Journal(self._database, self._media)
            self._door = Door(self._database, self._media, self._journal, clock)
            self.projects = Projects(self._database, self._media, self._door)
            if not read_only:
                self._media.make_folders()
                self._tidy()
        except BaseException:
            self._database.close()
            raise
        if self._database.is_on_network:
            self.notes.append("network folder: one computer at a time")

    @classmethod
    def open(
        cls,
        path: Path | str,
        *,
        create: bool = True,
        read_only: bool = False,
        clock: _clock.Clock = _clock.now,
        disk: Disk | None = None,
        busy: float = BUSY_SECONDS,
    ) -> Library:
        """Open the library in a folder, making it where it is absent and `create` allows.

        A library that cannot be written opens for reading only. `busy` is how many seconds a
        writer waits for another process. Raises NotFoundError, ForeignFileError,
        NewerSchemaError, DamagedError, BusyError, ReadOnlyError, NoSpaceError.
        """
        path = Path(os.path.expanduser(path)).absolute()  # noqa: PTH111 - not raising for ~nobody
        disk = disk or Disk()
        try:
            path = path.resolve()
            there = (path / DATABASE).exists()
            if not there and not path.exists():
                _refuse_cut_short(path)
            if not there and (read_only or not create):
                raise NotFoundError(f"No library at {path}", {"library": str(path)})
            if not there:
                disk.make_folder(path)
        except (OSError, RuntimeError) as error:
            failure = error if isinstance(error, OSError) else OSError(str(error))
            raise as_ours(failure, path) from error
        if not read_only:
            try:
                return cls(path, read_only=False, clock=clock, disk=disk, busy=busy)
            except OSError as error:
                refusal = as_ours(error, path)
                if not there:
                    raise refusal from error
            except ReadOnlyError as error:
                refusal = error
                if not there:
                    raise
        with failures_told(path):
            library = cls(path, read_only=True, clock=clock, disk=disk, busy=busy)
        if not read_only:
            library._media.why_read_only = library._database.why_read_only = refusal.message
            linked = isinstance(refusal, LinkedFolderError)
            why = refusal.message if linked else "this library cannot be written"
            library.notes.append(f"read-only: {why}")
        return library

    # Each read when it is first asked for: a listing has no use for them.

    @cached_property
    def segments(self) -> Segments:
        """The operations on segments."""
        from storyflow_tui.library.segments import Segments

        return Segments(self._database, self._media, self._journal, self._door)

    @cached_property
    def finding(self) -> Finder:
        """Finding segments by their text, and by filter."""
        from storyflow_tui.library.finding import Finder

        return Finder(self._database, self._clock)

    @cached_property
    def history(self) -> History:
        """The changes, undo and redo."""
        from storyflow_tui.library.history import History

        return History(self._database, self._media, self._journal, self._door)

    @cached_property
    def trash(self) -> Trash:
        """What changes hold in the trash."""
        from storyflow_tui.library.trash import Trash

        return Trash(self._database, self._media, self._journal, self._door, self.history)

    @property
    def media(self) -> Path:
        """The folder of all files, links resolved."""
        return self._media.folder

    @property
    def on_changed(self) -> Callable[[Changed], None] | None:
        """Called with what a change altered, in the thread that wrote it, once it is committed."""
        return self._door.on_changed

    @on_changed.setter
    def on_changed(self, listener: Callable[[Changed], None] | None) -> None:
        self._door.on_changed = listener

    def data_version(self) -> int:
        """A number that differs after a commit by any other connection than this thread's."""
        return self._database.data_version()

    def file(self, relative: str | None) -> Path | None:
        """Where the file that a row names lies now; None for no name or a damaged one.

        A file whose move is still pending is found at its source. It may be missing, or in a
        folder that may not be looked into.
        """
        if not relative or self._media.path(relative) is None:
            return None
        with suppress(OSError):
            relative = self._journal.locate(relative)
        return self._media.folder / relative

    def pending_moves(self) -> int:
        """How many moves of files are decided and not yet done."""
        return len(self._journal.pending())

    def check(
        self, *, pictures: bool = True, wanted: Callable[[], bool] = lambda: True
    ) -> list[Finding]:
        """Everything that should hold of this library and does not.

        Without `pictures` none is decoded. Stops early, with what it has, once it is no more
        `wanted`.
        """
        from storyflow_tui.library.check import Checks

        checks = Checks(self._database, self._media, self._journal)
        return [problem.finding for problem in checks.problems(pictures=pictures, wanted=wanted)]

    def repair(self) -> Repaired:
        """Mend what `check` finds, where that is safe, in one change that can be undone.

        That change stands in the line of the project list. Raises ReadOnlyError, BusyError,
        NoSpaceError.
        """
        from storyflow_tui.library.check import Checks
        from storyflow_tui.library.repair import Repair

        checks = Checks(self._database, self._media, self._journal)
        return Repair(self._database, self._journal, self._door, self.history, checks).run()

    @staticmethod
    def closed(path: Path | str, error: StoryflowError) -> Finding | None:
        """What `check` would find of a library that `open` refused with an error.

        None where it was not refused for a damage of its database.
        """
        from storyflow_tui.library.unreadable import closed

        return closed(Path(path).expanduser().absolute(), error)

    def copy_today(self) -> Path | None:
        """Keep today's copy of the database in `backups/`; see `copies.copy_today`."""
        return copies.copy_today(self._database, self._media.disk, self._clock)

    def begin_day(self, trash_days: int) -> int | None:
        """What the first editor of a day does: keep a copy of the database, then let old things go.

        Changes older than `trash_days` leave the history with what they hold in the trash, but for
        the last thousand of each line (`retention.py`). Returns how many went; None: somebody was
        here today already, or the library is open for reading only. Raises as `copy_today`, and
        BusyError; without a copy nothing is let go.
        """
        return None if self.copy_today() is None else self.let_go(trash_days)

    def let_go(self, trash_days: int) -> int:
        """Let changes older than `trash_days` go; see `begin_day`. Returns how many went."""
        from storyflow_tui.library.retention import Retention

        retention = Retention(self._database, self._media, self._journal, self._clock)
        return retention.apply(trash_days)

    def backup(
        self,
        file: Path | str,
        *,
        force: bool = False,
        progress: Callable[[int, int], None] = lambda done, total: None,
    ) -> Path:
        """Write the whole library into a zip file; see `backup.backup`."""
        # Imported here: no other method has a use for zip files.
        from storyflow_tui.library import backup

        return backup.backup(
            self._database,
            self._media,
            self._journal,
            Path(file),
            force=force,
            progress=progress,
        )

    @staticmethod
    def restore(
        file: Path | str,
        path: Path | str,
        *,
        replace: bool = False,
        clock: _clock.Clock = _clock.now,
        disk: Disk | None = None,
        progress: Callable[[int, int], None] = lambda done, total: None,
    ) -> Path | None:
        """Make a library of a backup; see `restore.restore`."""
        from storyflow_tui.library import restore

        path = Path(path).expanduser().absolute()
        return restore.restore(
            Path(file), path, clock, disk or Disk(), replace=replace, progress=progress
        )

    def close(self) -> None:
        """Close the library; what was committed stays committed."""
        self._database.close()

    def __enter__(self) -> Library:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _refuse_what_was_lost(self) -> None:
        # A new database beside the files of a former one would give their ids and places anew.
        file = self.path / DATABASE
        try:
            if file.stat().st_size:
                return
            state = "empty"
        except FileNotFoundError:
            state = "gone"
        copy = copies.newest_copy(self.path)
        if copy is not None or self._media.holds_files():
            remedy = f"put {copy} in its place" if copy else "move media/ aside to begin anew"
            raise DamagedError(
                f"{file} is {state}, but files of its library are there; {remedy}",
                {"library": str(self.path), "file": str(file)},
            )

    def _tidy(self) -> None:
        # Neither may keep a library from opening: pending moves are found at their sources, and
        # what could not be swept takes a little room.
        with suppress(StoryflowError, OSError):
            self._journal.finish()
        with suppress(StoryflowError, OSError):
            self._journal.sweep()


def _refuse_cut_short(path: Path) -> None:
    # Imported here: only who finds no library asks.
    from storyflow_tui.library.restore import refuse_cut_short

    refuse_cut_short(path)
