"""What stands in a folder, as the image picker lists it: folders first, then pictures.

Reads the file system and nothing else; called on a worker, since a folder may be large or far
away. Whether a picture is usable is not decided here.
"""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path

from storyflow_tui.pairing import SUFFIXES, natural_key

PARENT = ".."
"""The name of the entry that leads to the folder above."""

LARGE = 2 * 1024 * 1024
"""Bytes up to which a file is put into a text area."""

_MOST_COUNTED = 10_000


@dataclass(frozen=True, slots=True)
class Entry:
    """One folder or picture: its name, as the system gives it, and whether it is a folder."""

    name: str
    is_folder: bool


@dataclass(frozen=True, slots=True)
class Listing:
    """A folder with its entries in order (the parent is not among them).

    `problem` is a sentence when the folder cannot be listed, else empty.
    """

    folder: Path
    entries: tuple[Entry, ...] = ()
    problem: str = ""

    @property
    def folder_count(self) -> int:
        """How many folders."""
        return sum(entry.is_folder for entry in self.entries)

    @property
    def image_count(self) -> int:
        """How many files that could be pictures."""
        return len(self.entries) - self.folder_count

    def matching(self, words: str) -> tuple[Entry, ...]:
        """The entries whose names hold the words, in any case."""
        wanted = words.casefold()
        if not wanted:
            return self.entries
        return tuple(entry for entry in self.entries if wanted in entry.name.casefold())


def read_folder(folder: Path) -> Listing:
    """List a folder; one that cannot be listed is told by `problem`, never raised.

    Hidden entries are left out: a path that is typed leads there. A link is what it leads to;
    one that leads nowhere is left out unless it is named like a picture.
    """
    entries = []
    try:
        with os.scandir(folder) as found:
            for item in found:
                if item.name.startswith("."):
                    continue
                try:
                    is_folder = item.is_dir()
                except OSError:
                    is_folder = False
                if is_folder or item.name.lower().endswith(SUFFIXES):
                    entries.append(Entry(item.name, is_folder))
    except FileNotFoundError:
        return Listing(folder, problem="This folder is not there any more.")
    except NotADirectoryError:
        return Listing(folder, problem="This is a file, not a folder.")
    except PermissionError:
        return Listing(folder, problem="This folder may not be read by you.")
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        return Listing(folder, problem=f"This folder cannot be read: {why}.")
    entries.sort(key=lambda entry: (not entry.is_folder, natural_key(entry.name)))
    return Listing(folder, tuple(entries))


def count_files(folder: Path) -> int | None:
    """How many entries a folder has, hidden ones aside (at most 10,000 are counted).

    None when it cannot be listed.
    """
    try:
        with os.scandir(folder) as found:
            count = 0
            for item in found:
                count += not item.name.startswith(".")
                if count == _MOST_COUNTED:
                    break
            return count
    except (OSError, ValueError):
        return None


def is_folder(path: Path) -> bool:
    """Whether a folder is there; False also for a path that cannot be looked at at all.

    `Path.is_dir` raises for one that is too long or may not be searched.
    """
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def is_large(path: Path) -> bool:
    """Whether a file is too long to be typed into; False where it cannot be looked at."""
    try:
        return path.stat().st_size > LARGE
    except (OSError, ValueError):
        return False


def is_path(entry: str) -> bool:
    """Whether what was typed is a path and no filter."""
    return entry.startswith(("/", "~", "."))


def typed_path(entry: str, folder: Path) -> Path:
    """The path that was typed, `~` expanded; a relative one starts at the folder shown."""
    path = Path(entry)
    with contextlib.suppress(RuntimeError):  # no such user: the path is taken as it stands
        path = path.expanduser()
    # `..` is taken off by name, as a shell does, so that going up from a link leads back.
    return Path(os.path.normpath(folder / path))


def short(path: Path) -> str:
    """The path with the home folder as `~`."""
    try:
        inside = path.relative_to(Path.home())
    except (ValueError, RuntimeError):
        return str(path)
    return "~" if inside == Path() else f"~/{inside}"
