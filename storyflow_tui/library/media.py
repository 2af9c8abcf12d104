"""Where files lie below `media/`: their names, the folders of a library, and staging.

Nothing here moves a file that a row names; that is the journal's (`journal.py`).
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from storyflow_tui.errors import ReadOnlyError
from storyflow_tui.library.disk import Disk, failures_told

NAME_BYTES = 200
"""Bytes of UTF-8 that a stored file name may have at most."""

READ_ONLY = "This library is open for reading only"
"""What every write is told that a library refuses for being open for reading only."""

LONGEST_NAME = 255
"""Bytes of a name that the usual file systems take at most."""

MEDIA = "media"
"""The folder of all files in a library's folder."""

TRASH = ".trash"
STAGING = ".staging"
LEAVING = ".leaving-"
"""How the name of a folder begins that is on its way out of the trash; a kill leaves it there."""
PROJECTS = "projects"

_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def read_only(library: Path, why: str) -> ReadOnlyError:
    """The error of who would write to a library that is open for reading only, and why it is."""
    details = {"library": str(library)}
    return ReadOnlyError(READ_ONLY, details | ({"reason": why} if why else {}))


class LinkedFolderError(ReadOnlyError):
    """One of the folders that every library has is a link."""


class Media:
    """The media folder of one library; one open for reading only stages nothing."""

    def __init__(self, folder: Path, disk: Disk, *, read_only: bool = False) -> None:
        self.folder = folder
        self.disk = disk
        self._read_only = read_only
        self.why_read_only = ""

    def make_folders(self) -> None:
        """Make the three folders that every library has; raises ReadOnlyError where one is a link.

        What is swept and emptied must be ours, and a link may lead to anything.
        """
        for name in (PROJECTS, TRASH, STAGING):
            self.disk.make_folder(self._own(name))

    def _own(self, name: str) -> Path:
        folder = self.folder / name
        if _is_link(folder):
            raise LinkedFolderError(
                f"{folder} is a link; put a folder in its place", {"file": str(folder)}
            )
        return folder

    def holds_files(self) -> bool:
        """Whether there are files of projects or in the trash."""
        return any(
            True for name in (PROJECTS, TRASH) for _ in self.disk.files_below(self.folder / name)
        )

    def path(self, relative: str) -> Path | None:
        """Where a stored path leads, or None where it is damaged.

        Damaged is what is absolute, leaves `media/`, names our own folders or goes by a link. What
        may not be looked at is none of these, and may be missing.
        """
        path = self.place(relative) if is_inside(relative) else None
        return None if path is None or _is_link(path) else path

    def place(self, relative: str) -> Path | None:
        """The same of any path below `media/`, our own folders too; what lies there may be a link.

        None where the path leaves `media/`, or where a folder on the way is a link.
        """
        if not _is_below(relative):
            return None
        *folders, name = relative.split("/")
        path = self.folder
        for folder in folders:
            path = path / folder
            if _is_link(path):
                return None
        return path / name

    @contextmanager
    def staging(self) -> Iterator[Staging]:
        """A folder of one operation, held while its files are not yet named by a move.

        Raises ReadOnlyError, NoSpaceError.
        """
        if self._read_only:
            raise read_only(self.folder.parent, self.why_read_only)
        with failures_told(self.folder):
            folder, held = self._hold_new_folder()
        staging = Staging(folder, self.disk)
        try:
            yield staging
        finally:
            # What did not come to be leaves nothing; a failure to clean up is the sweep's to mend.
            # What did is empty once its files were moved on; else their moves are pending and it
            # stays.
            with suppress(OSError):
                remove = self.disk.remove_folder if staging.is_taken else self.disk.remove_tree
                remove(folder)
            self.disk.unlock(held)

    def _hold_new_folder(self) -> tuple[Path, int]:
        while True:
            folder = self._own(STAGING) / os.urandom(16).hex()
            self.disk.make_folder(folder)
            held = self.disk.lock(folder, wait=True)
            if held is not None:  # else a sweep took it between the two calls
                return folder, held


class Staging:
    """New files of one operation, made durable before any row names them."""

    def __init__(self, folder: Path, disk: Disk) -> None:
        self.folder = folder
        self._disk = disk
        self._count = 0
        self._folders: dict[Path, None] = {}  # inner ones, to be made durable
        self.is_taken = False
        """Set once a committed move names what lies here: then it is not ours to remove."""

    def copy(self, source: Path, limit: int) -> Path:
        """Copy a file in; returns where it lies. Raises what `Disk.copy` raises."""
        self._count += 1
        target = self.folder / str(self._count)
        self._disk.copy(source, target, limit)
        return target

    def link(self, source: Path) -> Path:
        """Give a file of the library, or every file below a folder, a second name in here.

        Returns where the file or the folder lies; links are left out. Raises OSError.
        """
        self._count += 1
        target = self.folder / str(self._count)
        if source.is_dir():
            self._disk.mkdir(target)
            for file in self._disk.files_below(source):
                if not file.is_symlink():
                    copy = target / file.relative_to(source)
                    self._disk.make_folder(copy.parent)
                    self._disk.link(file, copy)
                    self._folders[copy.parent] = None
            self._folders[target] = None
        else:
            self._disk.link(source, target)
        return target

    def seal(self) -> None:
        """Make the names of the staged files durable."""
        with failures_told(self.folder):
            for folder in (*self._folders, self.folder):  # its own name is durable already
                self._disk.sync(folder)


def is_inside(relative: str) -> bool:
    """Whether a stored path stays in the part of `media/` that rows may name."""
    # In any case: there are file systems on which `.Trash` is our trash.
    return _is_below(relative) and relative.split("/")[0].lower() not in (TRASH, STAGING)


def _is_below(relative: object) -> bool:
    return isinstance(relative, str) and not any(
        part in ("", ".", "..") or "\0" in part for part in relative.split("/")
    )


def _is_link(path: Path) -> bool:
    # Not Path.is_symlink, which raises for a name that is too long or out of reach.
    return os.path.islink(path)  # noqa: PTH114


def safe_name(name: str) -> str:
    """A file name made safe: last component, no control characters, NFC, at most 200 bytes.

    The extension is kept when the name has to be shortened. What nothing is left of is `image`.
    """
    last = re.split(r"[/\\]", name)[-1].encode("utf-8", "replace").decode()
    last = unicodedata.normalize("NFC", _UNSAFE.sub("", last)).strip()
    stem, dot, ending = last.rpartition(".")
    if not dot or not stem.strip(". "):
        stem, ending = (last if not dot else "image"), (ending if dot else "")
    stem = stem.strip() or "image"
    tail = f".{ending}" if ending else ""
    room = NAME_BYTES - len(tail.encode())
    if room < 1:
        tail, room = "", NAME_BYTES
    return _cut(stem, room) + tail


def stored_name(prefix: str, name: str) -> str:
    """`{prefix}_{name}`, safe and short enough as a whole."""
    safe = safe_name(name)
    stem, dot, ending = safe.rpartition(".")
    tail = f"{dot}{ending}" if dot else ""
    head = f"{prefix}_"
    room = NAME_BYTES - len(head.encode()) - len(tail.encode())
    if room < 1:
        return _cut(head + safe, NAME_BYTES)
    return head + _cut(stem if dot else safe, room) + tail


def image_path(project_id: int, segment_id: int, name: str) -> str:
    """Where the image of a segment is stored, relative to `media/`."""
    return f"{PROJECTS}/{project_id}/images/{stored_name(str(segment_id), name)}"


def file_path(column: str, project_id: int, segment_id: int, stored: str) -> str:
    """Where a copy of a stored file is stored for another segment, by the column that names it."""
    folder = "images" if column == "image_file" else "audio"
    name = stored_name(str(segment_id), original_name(stored))
    return f"{PROJECTS}/{project_id}/{folder}/{name}"


def project_folder(project_id: int) -> str:
    """The folder of a project, relative to `media/`."""
    return f"{PROJECTS}/{project_id}"


def original_name(stored: str) -> str:
    """The name that a stored file came with: without folder and `{segment_id}_`."""
    last = stored.rsplit("/", 1)[-1]
    head, under, rest = last.partition("_")
    return rest if under and head.isdigit() and rest else last


def _cut(text: str, size: int) -> str:
    # Cut at a whole character: a byte string cut anywhere decodes without its broken tail.
    return text.encode()[:size].decode("utf-8", "ignore")
