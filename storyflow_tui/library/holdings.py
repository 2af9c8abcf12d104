"""Which files the changes hold in the trash, by name and size: told by the tables and the disk.

Reads only. What becomes of the files is decided in `files` (a change's moves) and `trash`.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from storyflow_tui.library.database import Database
from storyflow_tui.library.journal import Journal
from storyflow_tui.library.media import Media, original_name

_SELECT = (
    "SELECT change_id, path, place FROM trashed_file "
    "WHERE place != '' AND typeof(path) = 'text' AND typeof(place) = 'text'"
)


class Held(NamedTuple):
    """What one change holds: the names that its files came with, and their bytes together."""

    files: tuple[str, ...] = ()
    bytes: int = 0


NOTHING = Held()


def holdings(
    database: Database, media: Media, journal: Journal, changes: Iterable[int] | None = None
) -> Mapping[int, Held]:
    """What each of these changes holds in the trash, or what every change does.

    Left out are changes that hold nothing, or nothing that is still there and not back already.
    """
    if changes is None:
        rows = database.rows(f"{_SELECT} ORDER BY change_id, id")
    else:
        rows = database.rows(
            f"{_SELECT} AND change_id IN (SELECT value FROM json_each(?)) ORDER BY change_id, id",
            (json.dumps(list(changes)),),
        )
    locate: Callable[[str], str] = str
    with suppress(OSError):  # else what is on its way is not found
        locate = journal.locator()
    held: dict[int, Held] = {}
    for change_id, path, place in rows:
        root = media.place(locate(place))
        if root is None:
            continue
        files = files_at(media, root)
        if path and root != media.folder / path:  # else it is still on its way here
            # What a restoration brought back under a second name waits for nothing any more.
            back = media.folder / locate(path)
            files = [file for file in files if not is_same(file, back / file.relative_to(root))]
        if not files:
            continue
        names = tuple(
            original_name(path or place) if len(files) == 1 else original_name(file.name)
            for file in files
        )
        before = held.get(change_id, NOTHING)
        held[change_id] = Held(before.files + names, before.bytes + sum(map(size_of, files)))
    return held


def files_at(media: Media, place: Path) -> list[Path]:
    """The file at a place, or every file below the folder there, sorted; links count as files.

    What cannot be looked at, or into, counts as one file.
    """
    with suppress(OSError):
        if place.is_dir() and not place.is_symlink():
            return sorted(media.disk.files_below(place))
        if not media.disk.exists(place):
            return []
    return [place]


def is_same(file: Path, other: Path) -> bool:
    """Whether two names are of one file; links are not followed."""
    try:
        return os.path.samestat(file.lstat(), other.lstat())
    except OSError:
        return False


def size_of(file: Path) -> int:
    """Bytes of a file; 0 for what is no ordinary file or is gone."""
    try:
        status = file.lstat()
    except OSError:
        return 0
    return status.st_size if stat.S_ISREG(status.st_mode) else 0
