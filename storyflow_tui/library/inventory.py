"""Rows and files side by side: what a row names and is not there, what is there and no row names.

Looks only. Each folder is listed once and a project at a time, so that neither time nor memory
grows faster than the library; only what the lists don't show is looked at by itself.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from storyflow_tui.library.database import Database
from storyflow_tui.library.journal import Journal
from storyflow_tui.library.media import PROJECTS, TRASH, Media, is_inside
from storyflow_tui.library.outskirts import beside, in_trash
from storyflow_tui.library.rows import is_id
from storyflow_tui.library.waiting import Waiting, upwards

_TRIES = 5  # at a project that others write to while it is looked at

_STAYS = "It cannot be moved from {} to the trash. Give access to both, on one device."
_NOT_OURS = "It is left alone; if you put it there, move it out of media/."
_UNHELD = "It is left alone; storyflow trash empty removes it with the rest."
_NO_NAME = (errno.ENAMETOOLONG, errno.ELOOP, errno.EINVAL)  # nothing can be there, not even a link

_ROWS = "SELECT id, project_id, is_locked, image_file, audio_file FROM segment WHERE "


class Named(NamedTuple):
    """A file that a segment names, in one of its two columns."""

    segment_id: int
    project_id: int
    is_locked: bool
    column: str
    path: str


class Stray(NamedTuple):
    """What no row names. `stays` says why it cannot be moved to the trash; empty: it can."""

    path: str
    stays: str
    is_folder: bool = False


@dataclass(slots=True)
class Found:
    """What does not agree. `unreadable` are folders, each with why it cannot be looked into."""

    damaged: list[Named] = field(default_factory=list)
    missing: list[Named] = field(default_factory=list)
    strays: list[Stray] = field(default_factory=list)
    unreadable: dict[str, str] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether all agrees."""
        return not (self.damaged or self.missing or self.strays or self.unreadable)

    def add(self, other: Found) -> None:
        """Take in what was found elsewhere."""
        self.damaged += other.damaged
        self.missing += other.missing
        self.strays += other.strays
        for folder, why in other.unreadable.items():
            if not any(above in self.unreadable for above in upwards(folder)):
                self.unreadable[folder] = why


class Inventory:
    """One library's rows and files."""

    def __init__(self, database: Database, media: Media, journal: Journal) -> None:
        self._database = database
        self._media = media
        self._disk = media.disk
        self._journal = journal
        self._elsewhere: frozenset[str] = frozenset()

    def compare(self, wanted: Callable[[], bool]) -> Found:
        """Look at everything; stops between two projects when it is `wanted` no more."""
        self._elsewhere = self._named_elsewhere()
        found = Found()
        projects = {
            str(row[0])
            for row in self._database.rows(
                "SELECT id FROM project UNION SELECT DISTINCT project_id FROM segment"
            )
        }
        try:
            names = {name for name, _ in self._disk.scan(self._media.folder / PROJECTS)}
        except FileNotFoundError:
            names = set()
        except OSError as error:
            names = set()
            found.unreadable[PROJECTS] = _why(error)
        for name in sorted(names | projects, key=_by_number):
            if not wanted():
                break
            number = int(name) if name.isascii() and name.isdecimal() else 0
            is_project = is_id(number) and str(number) == name
            found.add(self._look(f"{PROJECTS}/{name}", number if is_project else 0))
        return found

    def outside(self) -> Found:
        """Look at what is beside the projects' folder, and in the trash, where nothing names it."""
        elsewhere = self._elsewhere = self._named_elsewhere()
        found = Found()
        entries: list[tuple[str, str]] = []
        try:
            entries += beside(self._media, elsewhere)
        except FileNotFoundError:
            pass
        except OSError as error:
            found.unreadable["."] = _why(error)
        for name, kind in entries:
            if kind == "folder":
                found.strays.append(Stray(name, _NOT_OURS, is_folder=True))
            else:
                found.add(self._look(name, 0))
        found.add(self._in_trash())
        return found

    def _in_trash(self) -> Found:
        found = Found()
        for _ in range(_TRIES):
            version = self._database.data_version()
            failures: dict[str, OSError] = {}
            places = in_trash(self._database, self._media, self.waiting(), failures)
            found = Found(strays=[Stray(place, _UNHELD) for place in places])
            found.unreadable = {folder: _why(error) for folder, error in failures.items()}
            if found.is_empty or version == self._database.data_version():
                break
        return found

    def waiting(self) -> Waiting:
        """The pending moves, and what they will come to."""
        return Waiting(self._journal.pending(), self._is_there)

    def named(self, project_id: int) -> Iterator[Named]:
        """Every file that the segments of a project name."""
        rows = self._database.rows(
            f"{_ROWS} project_id = ? AND (image_file IS NOT NULL OR audio_file IS NOT NULL) "
            "ORDER BY id",
            (project_id,),
        )
        for key, project, locked, image, audio in rows:
            for column, path in (("image_file", image), ("audio_file", audio)):
                if isinstance(path, str) and path:
                    yield Named(key, project, bool(locked), column, path)

    def _named_elsewhere(self) -> frozenset[str]:
        """What rows name outside of their own project's folder; of a sound library nothing."""
        found = set()
        for column in ("image_file", "audio_file"):
            rows = self._database.rows(
                f"SELECT {column} FROM segment WHERE {column} IS NOT NULL AND "
                f"substr({column}, 1, length('{PROJECTS}/' || project_id || '/')) "
                f"!= '{PROJECTS}/' || project_id || '/'"
            )
            found |= {path for (path,) in rows if isinstance(path, str)}
        return _meant(self._media, found)

    def _look(self, path: str, project_id: int) -> Found:
        """Compare what is at and below a path with the rows of a project; 0: it is none's.

        Rows and files are read one after the other, so a difference counts only if nobody has
        written meanwhile.
        """
        found = Found()
        for _ in range(_TRIES):
            version = self._database.data_version()
            rows = [*self.named(project_id)] if project_id else []
            comparison = _Comparison(self._media, self.waiting(), rows, self._elsewhere)
            found = comparison.run(path)
            if found.is_empty or version == self._database.data_version():
                break
        return found

    def _is_there(self, relative: str) -> bool | None:
        try:
            self._disk.kind(self._media.folder / relative)
        except (FileNotFoundError, NotADirectoryError):
            return False
        except OSError:
            return None
        return True


class _Comparison:
    """One project, or one entry that is no project's, as it is at one moment."""

    def __init__(
        self, media: Media, waiting: Waiting, rows: list[Named], elsewhere: frozenset[str]
    ) -> None:
        self._media = media
        self._disk = media.disk
        self._waiting = waiting
        self._rows = rows
        self._paths = elsewhere | _meant(media, (row.path for row in rows))
        self._through: set[str] | None = None
        self._movable: dict[str, str] = {}
        self._found = Found()

    def run(self, start: str) -> Found:
        """Compare the rows with what is at and below a path."""
        seen: set[str] = set()
        unnamed: list[str] = []
        for path, kind in self._walk(start):
            if path in self._paths:
                if kind == "file":
                    seen.add(path)
            elif not self._waiting.touches(path) and not (
                kind == "link" and self._leads_to_a_named(path)
            ):
                unnamed.append(path)
        others = self._look_for_others([row for row in self._rows if row.path not in seen])
        for path in unnamed:
            if not others or self._identity(path) not in others:
                self._found.strays.append(Stray(path, self._why_it_stays(path)))
        return self._found

    def _walk(self, start: str) -> Iterator[tuple[str, str]]:
        """Everything below a path that is no folder, with its kind; links are not followed."""
        try:
            kind = self._disk.kind(self._media.folder / start)
        except OSError as error:
            if not isinstance(error, (FileNotFoundError, NotADirectoryError)):
                self._found.unreadable[start] = _why(error)
            return
        pending = [(start, kind)]
        while pending:
            path, kind = pending.pop()
            if kind != "folder":
                yield path, kind
                continue
            try:
                entries = self._disk.scan(self._media.folder / path)
            except (FileNotFoundError, NotADirectoryError):
                continue
            except OSError as error:
                self._found.unreadable[path] = _why(error)
                continue
            pending += [(f"{path}/{name}", kind) for name, kind in reversed(entries)]

    def _leads_to_a_named(self, link: str) -> bool:
        """Whether a row names something behind a link: the row is damaged, the link is not lost."""
        if self._through is None:
            self._through = {above for path in self._paths for above in upwards(path)}
        return link in self._through

    def _look_for_others(self, rows: list[Named]) -> set[tuple[int, int]]:
        """Look at named files that the lists don't show; answers who is there by another name.

        Where capitals or accents don't count, a file may be there under a name that looks
        different; by its identity it is known not to be a stray.
        """
        others: set[tuple[int, int]] = set()
        for row in rows:
            try:
                if self._media.path(row.path) is None:
                    self._found.damaged.append(row)
                    continue
                # Second at its own place: its move may have been done in this moment.
                places = dict.fromkeys((self._waiting.origin(row.path), row.path))
                there = next((one for one in places if one and self._is_file(one)), None)
            except OSError as error:
                if error.errno not in _NO_NAME:
                    self._cannot_look(row.path, error)
                    continue
                there = None
            if there is None:
                self._found.missing.append(row)
            elif there == row.path and (identity := self._identity(there)) is not None:
                others.add(identity)
        return others

    def _cannot_look(self, path: str, error: OSError) -> None:
        """A file that may be there: nothing can be said of it but that it is out of reach."""
        folder = path.rpartition("/")[0]
        if not any(above in self._found.unreadable for above in upwards(folder)):
            self._found.unreadable[folder] = _why(error)

    def _is_file(self, relative: str) -> bool:
        try:
            return self._disk.kind(self._media.folder / relative) == "file"
        except (FileNotFoundError, NotADirectoryError):
            return False

    def _identity(self, relative: str) -> tuple[int, int] | None:
        return self._disk.identity(self._media.folder / relative)

    def _why_it_stays(self, path: str) -> str:
        folder = path.rpartition("/")[0]
        if not is_storable(path):
            return "Its name is no UTF-8, so that no list can hold it; move it away by hand."
        if folder not in self._movable:
            self._movable[folder] = "" if self._may_leave(folder) else _STAYS.format(folder)
        return self._movable[folder]

    def _may_leave(self, folder: str) -> bool:
        trash = self._media.folder / TRASH
        try:
            if self._disk.kind(trash) != "folder":
                return False
        except FileNotFoundError:
            trash = trash.parent  # it is made in there
        except OSError:
            return False
        return self._disk.may_move(self._media.folder / folder, trash)


def is_storable(path: str) -> bool:
    """Whether the tables can hold a path: its bytes are UTF-8."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True


def _meant(media: Media, paths: Iterable[str]) -> frozenset[str]:
    """The paths as rows name them, and of damaged ones what they would lead to.

    What a damaged row means is not followed, but it is not taken for a stray either.
    """
    found = set()
    for path in paths:
        found.add(path)
        if not is_inside(path):
            whole = os.path.normpath(os.path.join(media.folder, path))  # noqa: PTH118 - a string
            found.add(os.path.relpath(whole, media.folder))
    return frozenset(found)


def _by_number(name: str) -> tuple[bool, int, str]:
    is_number = name.isascii() and name.isdecimal()
    return not is_number, int(name) if is_number else 0, name


def _why(error: OSError) -> str:
    return error.strerror or str(error)
