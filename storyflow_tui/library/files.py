"""What one change does with files, planned while its rows change and done by the journal after.

Files come in from staging, are put away into the trash and brought back from it. Nothing is
touched on disk here but the folders that the moves will need.
"""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Set
from pathlib import Path
from typing import TypeAlias

from storyflow_tui.errors import ConflictError, DamagedError, NothingToUndoError
from storyflow_tui.library.database import Database
from storyflow_tui.library.journal import Journal
from storyflow_tui.library.media import LONGEST_NAME, PROJECTS, TRASH, Media, stored_name

_Identity: TypeAlias = tuple[int, int]

_OF_PROJECT = re.compile(PROJECTS + r"/([0-9]{1,18})/")


class FilePlan:
    """The moves of one change, in the order in which they will be done."""

    def __init__(self, database: Database, media: Media, journal: Journal, change_id: int) -> None:
        self._database = database
        self._media = media
        self._journal = journal
        self._change_id = change_id
        self._first_number = database.next_id("file_move")
        self._strays: list[tuple[str, str]] = []
        self._moves: list[tuple[str, str]] = []
        self._taken: set[str] = set()
        self._leaving: set[_Identity | Path] = set()  # the same, as names and as files

    def bring_in(self, staged: Path, relative: str) -> None:
        """A staged file becomes the file at `relative`."""
        self._free(relative)
        self._add(staged.relative_to(self._media.folder).as_posix(), relative)

    def put_away_file(self, relative: str, project_id: int) -> None:
        """What a row of a project names at `relative` goes to the trash, as by `put_away`.

        Never a folder, which may hold what others name, and never the file of another project.
        """
        if not (
            _is_folder(self._media.folder / self._journal.locate(relative))
            or self._is_anothers(relative, project_id)
        ):
            self.put_away(relative)

    def put_away_stray(self, relative: str) -> None:
        """What lies at `relative` and no row names goes to the trash, a link as a link.

        A folder stays: what is in it may be named.
        """
        there = self._media.folder / relative
        if self._media.disk.exists(there) and not _is_folder(there):
            self._add(relative, self._keep(relative, relative))

    def taken(self) -> Set[str]:
        """The paths from which this change takes away what lies there."""
        return self._taken

    def put_away(self, relative: str) -> None:
        """The file or folder at `relative` goes to the trash, held by this change.

        One that is gone already, or a path that is damaged, is passed over.
        """
        if self._media.path(relative) is None or relative in self.taken():
            return  # two rows may name one file, and it goes once
        there = self._media.folder / self._journal.locate(relative)
        if _is_there(there):
            # Of a folder without a file nothing is owed: undo can do without it.
            is_empty = (
                there.is_dir()
                and not any(self._media.disk.files_below(there))
                and not self._journal.is_pending()  # else files may be on their way there
            )
            self._add(relative, self._keep(relative, "" if is_empty else relative))

    def _is_anothers(self, relative: str, project_id: int) -> bool:
        owner = _OF_PROJECT.match(relative)
        if owner is None or int(owner[1]) == project_id:
            return False
        found = self._database.row("SELECT 1 FROM project WHERE id = ?", (int(owner[1]),))
        return found is not None

    def held(self, relative: str) -> str | None:
        """Where this change holds in the trash what was at `relative`; None: it holds nothing.

        Asked before anything is put away under the same name. Empty once the trash was emptied.
        """
        place = self._database.value(
            "SELECT place FROM trashed_file WHERE change_id = ? AND path = ?",
            (self._change_id, relative),
        )
        return None if place is None else str(place)

    def bring_back(self, relative: str, place: str) -> None:
        """What lies at a place in the trash goes back to `relative`.

        Raises NothingToUndoError when it is there no more.
        """
        there = self._media.place(self._journal.locate(place)) if place else None
        if there is None or not self._media.disk.exists(there):
            raise NothingToUndoError(
                f"{relative.rsplit('/', 1)[-1]} is in the trash no more, so this cannot be undone",
                {"change": self._change_id, "file": relative},
            )
        folder = relative.rpartition("/")[0]
        if folder and self._media.path(folder) is None:
            raise ConflictError(
                f"{folder} leads out of the library now, so this cannot be undone",
                {"change": self._change_id, "file": relative},
            )
        self._free(relative)
        self._add(place, relative)
        self._database.execute(
            "DELETE FROM trashed_file WHERE change_id = ? AND path = ? AND place = ?",
            (self._change_id, relative, place),
        )

    def list_moves(self, operation: str) -> bool:
        """Write the moves into the journal, their folders made; returns whether there are any.

        Raises DamagedError where a link stands on the way of one.
        """
        moves = self._strays + self._moves
        for _, target in moves:
            if self._media.place(target) is None:
                path = self._media.folder / target
                raise DamagedError(
                    f"A link stands on the way to {path}; put a folder in its place",
                    {"file": str(path)},
                )
        for folder in {(self._media.folder / target).parent: None for _, target in moves}:
            self._media.disk.make_folder(folder)
        self._journal.add(
            operation,
            [
                (number, source, target)
                for number, (source, target) in enumerate(moves, self._first_number)
            ],
        )
        return bool(moves)

    def _free(self, relative: str) -> None:
        # Asked of the disk and not of the names: on a file system that folds case, another row's
        # name may be the very file that this list puts away first.
        target = self._media.folder / relative
        if not self._journal.will_be_taken(relative) or self._leaving & {target, _identity(target)}:
            return
        self._strays.append((relative, self._keep(relative, "")))
        self._taken.add(relative)

    def _add(self, source: str, target: str) -> None:
        self._moves.append((source, target))
        self._taken.add(source)
        there = self._media.folder / source
        self._leaving |= {there, _identity(there)}

    def _keep(self, relative: str, path: str) -> str:
        number = self._first_number + len(self._strays) + len(self._moves)
        place = f"{TRASH}/{self._change_id}/{_name_in_trash(number, relative)}"
        self._database.execute(
            "INSERT INTO trashed_file (change_id, path, place) VALUES (?, ?, ?)",
            (self._change_id, path, place),
        )
        return place


def _name_in_trash(number: int, relative: str) -> str:
    name = f"{number}-{relative.rsplit('/', 1)[-1]}"
    # A file that was not named by us may have a name that leaves no room for the number.
    return name if len(name.encode()) <= LONGEST_NAME else stored_name(str(number), name)


def _is_there(path: Path) -> bool:
    """Whether anything is there, a link too; raises OSError where that cannot be told."""
    try:
        path.lstat()
    except OSError as error:
        if error.errno in (errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG):
            return False
        raise
    return True


def _is_folder(path: Path) -> bool:
    # Not by Path's methods, which raise for a name that is too long.
    return os.path.isdir(path) and not os.path.islink(path)  # noqa: PTH112, PTH114


def _identity(path: Path) -> _Identity | Path:
    """What tells the file at a path from all others; the path itself where that is out of reach."""
    try:
        status = path.stat()
    except OSError:
        return path
    return status.st_dev, status.st_ino
