"""What the picker knows of one file: at a glance for the list, closely for the preview.

Called on workers. The rules on what is usable are the library's; this only asks them.
"""

from __future__ import annotations

import stat
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from storyflow_tui.errors import InvalidImageError
from storyflow_tui.tui.folders import count_files, is_folder
from storyflow_tui.tui.look import file_size


@dataclass(frozen=True, slots=True)
class Verdict:
    """A file or folder as it was found.

    `size` is what the list shows; `problem` a sentence on why it cannot be used, else empty;
    `stamp` tells one content from the next, None where there is no file to read; `used` says
    where it is in use already. `is_absent` is where nothing is.
    """

    is_folder: bool
    size: str = ""
    problem: str = ""
    format: str = ""
    pixels: str = ""
    bytes: int = 0
    changed: datetime | None = None
    stamp: tuple[int, int] | None = None
    used: str = ""
    is_absent: bool = False


def glance(path: Path, folder: bool) -> Verdict:
    """Size and a first verdict: of a picture its header is read, of a folder entries counted."""
    return _folder(path) if folder else _picture(path, decode=False)


def examine(path: Path) -> Verdict:
    """All there is to know: a picture is decoded to its last row."""
    return _folder(path) if is_folder(path) else _picture(path, decode=True)


def stamp_of(path: Path) -> tuple[int, int] | None:
    """The stamp that a look at the file would give it now."""
    try:
        status = path.stat()
    except (OSError, ValueError):
        return None
    return (status.st_mtime_ns, status.st_size) if stat.S_ISREG(status.st_mode) else None


def _folder(path: Path) -> Verdict:
    count = count_files(path)
    if count is None:
        return Verdict(True, problem="This folder cannot be read.")
    return Verdict(True, "1 file" if count == 1 else f"{count} files")


def _picture(path: Path, *, decode: bool) -> Verdict:
    from storyflow_tui.library import images

    try:
        status = path.stat()
    except (OSError, ValueError) as error:
        absent = isinstance(error, FileNotFoundError | NotADirectoryError)
        why = getattr(error, "strerror", None) or error
        problem = "There is no such file." if absent else f"It cannot be read: {why}."
        return Verdict(False, problem=problem, is_absent=absent)
    is_file = stat.S_ISREG(status.st_mode)
    found = Verdict(
        False,
        size=file_size(status.st_size, brief=True) if is_file else "",
        bytes=status.st_size,
        changed=_time(status.st_mtime),
        stamp=(status.st_mtime_ns, status.st_size) if is_file else None,
    )
    try:
        facts = images.inspect(path, decode=decode)
    except InvalidImageError as error:
        return replace(
            found,
            problem=str(error.details.get("reason", error.message)),
            format=str(error.details.get("format") or ""),
            pixels=_pixels(error.details.get("width"), error.details.get("height")),
        )
    return replace(found, format=facts.format, pixels=_pixels(facts.width, facts.height))


def _pixels(width: object, height: object) -> str:
    return f"{width} × {height}" if width and height else ""


def _time(seconds: float) -> datetime | None:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OSError, OverflowError, ValueError):  # a file system may hold any number
        return None
