"""The library, the room on its disk, and the folders of the user that the editor writes to."""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from storyflow_tui.cli.doctor.remark import Remark
from storyflow_tui.cli.refusals import sentence
from storyflow_tui.cli.text import file_size, when
from storyflow_tui.config import cache_folder, state_folder
from storyflow_tui.errors import (
    BusyError,
    DamagedError,
    ForeignFileError,
    NewerSchemaError,
    ReadOnlyError,
    StoryflowError,
)
from storyflow_tui.records import counted

if TYPE_CHECKING:
    from storyflow_tui.library.survey import Survey

LOW = 200 * 1024 * 1024
"""Bytes of free room below which pictures soon find none."""

OLD = timedelta(days=7)
"""Work that has no copy for so long is worth one."""

_library = partial(Remark, "Library")
_folders = partial(Remark, "Folders")


def remarks(path: Path) -> list[Remark]:
    """What there is to say of the library, its disk and the user's folders."""
    from storyflow_tui.library.survey import survey

    try:
        found = survey(path)
    except (OSError, RuntimeError) as error:
        return [_out_of_reach(path, str(error)), *_places()]
    return [*_of(found), _room(found), *_places()]


def _of(found: Survey) -> Iterator[Remark]:
    where = str(found.path)
    if not found.is_there:
        yield _library("folder", f"{where}: nothing there yet; storyflow import FILE makes it")
        if not found.is_writable:
            yield _not_writable(found)
        return
    sizes = f"database {file_size(found.database_size)}, files {file_size(found.media_size)}"
    if found.trash_size:
        sizes += f", trash {file_size(found.trash_size)}"
    yield _library("folder", where)
    yield _library("size", sizes)
    if found.process is not None:
        yield _library("in use", f"by process {found.process}, which may go on")
    if found.is_on_network:
        yield _library("network", "a network folder: use one computer at a time")
    yield _library("writable", "yes") if found.is_writable else _not_writable(found)
    yield from _state(found)
    yield _copy(found)


def _state(found: Survey) -> Iterator[Remark]:
    """The schema, and what a check without pictures finds."""
    from storyflow_tui.library import Library

    if 0 < found.schema < found.newest_schema:
        yield _library(
            "schema",
            f"{found.schema}; the next command that opens it makes it {found.newest_schema}, "
            "after a copy",
        )
        return
    try:
        with Library.open(found.path, create=False, read_only=True, busy=1) as library:
            findings = library.check(pictures=False)
            waiting = library.pending_moves()
    except StoryflowError as error:
        yield _refused(found, error)
        return
    yield _library("schema", f"{found.schema}, the newest")
    moves = f", {counted(waiting, 'move')} of files waiting" if waiting else ""
    if not findings:
        yield _library("check", f"clean (without a look into the pictures){moves}")
        return
    yield _library(
        "check",
        f"{counted(len(findings), 'thing')} out of order{moves}",
        False,
        "See what, and mend what is safe to mend:",
        (f"storyflow check{_named(found)}", f"storyflow check --repair{_named(found)}"),
    )


def _refused(found: Survey, error: StoryflowError) -> Remark:
    named = _named(found)
    advice, paste = "See what stands there:", (f"ls -la {shlex.quote(str(found.path))}",)
    match error:
        case DamagedError():
            advice, paste = "See what can be done:", (f"storyflow check{named}",)
        case NewerSchemaError():
            advice, paste = (
                "Install the newer storyflow, such as by",
                ("pipx upgrade storyflow-tui",),
            )
        case ForeignFileError():
            advice = "Name another folder, in your shell's own file:"
            paste = ('export STORYFLOW_LIBRARY="$HOME/stories"',)
        case BusyError():
            advice, paste = (
                "Another process holds it; again in a moment:",
                (f"storyflow doctor{named}",),
            )
        case ReadOnlyError():
            advice = "Let yourself read it:"
            paste = (f"chmod -R u+rX {shlex.quote(str(found.path))}",)
    return _library("opens", sentence(error), False, advice, paste)


def _copy(found: Survey) -> Remark:
    if found.copy is None or found.copied_at is None:
        return _library("copy", "none yet; the first editor of a day makes one of the database")
    kept = f"the database of {when(found.copied_at)}, in {found.copy.parent.name}/"
    if found.changed_at is None or found.changed_at - found.copied_at < OLD:
        return _library("copy", kept)
    day = f"{datetime.now(UTC).astimezone():%Y-%m-%d}"
    return _library(
        "copy",
        f"{kept}; what was written since has none",
        False,
        "Open the editor once, or make a backup of everything, pictures too:",
        (f"storyflow backup ~/storyflow-{day}.zip{_named(found)}",),
    )


def _named(found: Survey) -> str:
    """The option that names this library, where it is not the one that is taken without."""
    from storyflow_tui.config import default_library

    if found.path == default_library().expanduser().absolute().resolve():
        return ""
    return f" --library {shlex.quote(str(found.path))}"


def _room(found: Survey) -> Remark:
    there = _nearest(found.path)
    try:
        free = shutil.disk_usage(there).free
    except OSError as error:
        return _library("disk", f"its room cannot be told: {error.strerror}")
    if free >= LOW:
        return _library("disk", f"{file_size(free)} free")
    return _library(
        "disk",
        f"{file_size(free)} free, which a few pictures fill",
        False,
        f"Make room; the trash holds {file_size(found.trash_size)}, for good by",
        (f"storyflow trash empty{_named(found)}",),
    )


def _not_writable(found: Survey) -> Remark:
    there = shlex.quote(str(_nearest(found.path)))
    return _library(
        "writable",
        "no: it can be read, and nothing more",
        False,
        "Give yourself the right to write, or name another folder by --library:",
        (f'sudo chown -R "$USER" {there}', f"chmod -R u+rwX {there}"),
    )


def _out_of_reach(path: Path, why: str) -> Remark:
    return _library(
        "folder",
        f"{path} cannot be looked at: {why}",
        False,
        "Name a folder that can, in your shell's own file:",
        ('export STORYFLOW_LIBRARY="$HOME/stories"',),
    )


def _places() -> Iterator[Remark]:
    from storyflow_tui.library.survey import may_write

    for name, folder, holds in (
        ("drafts, logs", state_folder(), "drafts of unsaved text"),
        ("thumbnails", cache_folder(), "small pictures"),
    ):
        if may_write(folder):
            yield _folders(name, str(folder))
            continue
        there = shlex.quote(str(_nearest(folder)))
        yield _folders(
            name,
            f"{folder} cannot be written: {holds} cannot be kept",
            False,
            "Give yourself the right to write:",
            (f'sudo chown "$USER" {there}', f"chmod u+rwx {there}"),
        )


def _nearest(path: Path) -> Path:
    while not path.exists() and path != path.parent:
        path = path.parent
    return path
