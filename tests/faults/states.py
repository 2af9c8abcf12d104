"""What is there after an operation, in all its parts, read by a library that is opened anew."""

from __future__ import annotations

import re
import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from storyflow_tui.library import Library
from tests.faults.operations import library_at

State = dict[str, Any]

_DATABASE = "storyflow.db"


def state_of(place: Path, *, strays: bool = False) -> State:
    """Everything in the folder of a run; raises AssertionError for what may never be so.

    `strays`: what could not be removed may be there, hidden, or in the trash without a name.
    """
    state: State = {}
    for name in sorted(path.name for path in place.iterdir()):
        if name not in ("pictures", "shelf"):
            state |= _of_one(place / name, name, strays)
    for entry in sorted((place / "shelf").iterdir()):
        if strays and _is_hidden(entry):
            continue
        # The name of a library put aside holds the time.
        state |= _of_one(entry, "shelf/" + re.sub(r"\.before-.*", ".before", entry.name), strays)
    return state


def shown(library: Library) -> State:
    """What a user sees in a library that is open, moves pending or not."""
    projects = library.projects.list()
    segments = [segment for each in projects for segment in library.segments.list(each.id)]
    lines = [None, *(each.id for each in projects)]
    return {
        "projects": projects,
        "segments": segments,
        "history": [library.history.list(line) for line in lines],
        "pictures": {
            segment.id: file.read_bytes() if file.exists() else None
            for segment in segments
            if (file := library.file(segment.image_file)) is not None
        },
        "trash": library.trash.list(),
    }


def descriptors() -> list[str]:
    """What this process holds open, where the system tells."""
    held = Path("/proc/self/fd")
    if not held.is_dir():
        return []
    return sorted(map(_target, held.iterdir()))


def _target(link: Path) -> str:
    try:
        return str(link.readlink())
    except OSError:
        return ""  # the listing's own


def _of_one(path: Path, name: str, strays: bool) -> State:
    if (path / _DATABASE).is_file():
        return {name: _of_library(path, strays)}
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            assert archive.testzip() is None
            return {name: sorted((entry.filename, entry.CRC) for entry in archive.infolist())}
    if path.is_dir() and not any(path.iterdir()):
        return {}  # made for a library that did not come to be; no trouble to the next try
    return {name: "a stray"}


def _of_library(path: Path, strays: bool) -> State:
    with library_at(path, 9) as library:
        assert not library.read_only
        assert library.pending_moves() == 0, "moves are left that could not be done"
        findings = library.check()
        rows = dict(_rows(library))
        files = {
            file.relative_to(library.media).as_posix(): file.read_bytes()
            for file in library.media.rglob("*")
            if file.is_file()
        }
        if strays:  # what is not there counts as emptied, written down or not
            rows["trashed_file"] = [_as_it_is(library, row) for row in rows["trashed_file"]]
        if not findings:  # who compares knows whether there may be any
            _agree(rows, files, strays)
        found = sorted(path.glob("backups/*"))
        copies = {file.name: _is_sound(file) for file in found if not (strays and _is_hidden(file))}
        beside = sorted(
            entry.name
            for entry in path.iterdir()
            if entry.name != "backups" and not _is_sqlites(entry.name)
        )
        return {
            "findings": findings,
            "copies": copies,
            "rows": rows,
            "files": files,
            "beside": beside,
            "shown": shown(library),
        }


def _as_it_is(library: Library, row: tuple[Any, ...]) -> tuple[Any, ...]:
    key, change, path, place = row
    return key, change, path, place if (library.media / place).exists() else ""


def _is_sound(copy: Path) -> bool:
    with closing(sqlite3.connect(f"file:{copy}?mode=ro", uri=True)) as connection:
        found: str = connection.execute("PRAGMA integrity_check").fetchone()[0]
    return found == "ok"


def _rows(library: Library) -> Iterator[tuple[str, list[Any]]]:
    tables = library._database.rows(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    )
    for (name,) in tables:
        yield name, sorted(library._database.rows(f"SELECT * FROM {name}"), key=repr)


def _agree(rows: dict[str, list[Any]], files: dict[str, bytes], strays: bool) -> None:
    """Of itself, not by `check`: what rows name is there, and what is there is named."""
    named = {row[5] for row in rows["segment"]} - {None}
    assert named == {name for name in files if name.startswith("projects/")}
    assert not [name for name in files if name.startswith(".staging")], "left in staging"
    places = [row[3] for row in rows["trashed_file"] if row[3]]
    trashed = [name for name in files if name.startswith(".trash/")]
    for place in places:
        assert any(name == place or name.startswith(place + "/") for name in trashed), place
    for name in [] if strays else trashed:
        assert any(name == place or name.startswith(place + "/") for place in places), name


def _is_hidden(path: Path) -> bool:
    return path.name.startswith(".")


def _is_sqlites(name: str) -> bool:
    return name.endswith(("-wal", "-shm", "-journal"))
