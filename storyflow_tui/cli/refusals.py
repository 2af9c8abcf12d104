"""Errors on their way to people: one sentence with the details that matter.

Also what becomes of errors that nobody raised on purpose: those of the system get a code, the
rest a log file. Printing is elsewhere.
"""

from __future__ import annotations

import errno
import os
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from storyflow_tui.cli.text import cut, one_line
from storyflow_tui.config import state_folder
from storyflow_tui.errors import (
    JsonValue,
    NoSpaceError,
    NotEmptyError,
    NotFoundError,
    ReadOnlyError,
    StoryflowError,
)

LOG_NAME = "errors.log"
_LOG_LIMIT = 1024 * 1024

_SAID = ("where", "why", "reason")
_LISTED = {
    "missing": "missing:",
    "not_in_project": "not in this project:",
    "repeated": "repeated:",
}
_LIST_LIMIT = 12
_LONGEST = 1200

# What to do about a library that is not there, or there already.
_NEXT_STEPS: dict[type[StoryflowError], str] = {
    NotFoundError: "storyflow import FILE makes one",
    NotEmptyError: "with --replace it is set aside",
}


def sentence(error: StoryflowError) -> str:
    """The message, and the details that it does not say yet: which file, where, what and why."""
    message = one_line(_shortened(error.message))
    parts = [part for part in _parts(error.details) if part and part not in message]
    if "library" in error.details and type(error) in _NEXT_STEPS:
        parts.append(_NEXT_STEPS[type(error)])
    if isinstance(error, NotFoundError) and message.startswith("Segment "):
        parts.append("commands take the ID that storyflow segment list PROJECT shows, not the #")
    return ": ".join([*_about(error.details, message), message, *parts])


def _shortened(message: str) -> str:
    """The message without the middle of a path of thousands of letters: the reason stands last."""
    if len(message) <= _LONGEST:
        return message
    return f"{message[: _LONGEST // 2]} ... {message[-_LONGEST // 2 :]}"


def from_system(error: OSError) -> StoryflowError | None:
    """An error of the operating system as one of ours; None for one that says too little."""
    if error.filename is None and error.errno in (errno.ENOSPC, errno.EDQUOT):
        # A stream has no name; click writes its help to one.
        return NoSpaceError("The output could not be written: the disk is full")
    if error.errno is None or error.filename is None:
        return None
    name = os.fsdecode(error.filename) if not isinstance(error.filename, int) else ""
    message = f"{name}: {error.strerror}"
    details: dict[str, JsonValue] = {"path": name}
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return NoSpaceError(message, details)
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return ReadOnlyError(message, details)
    if error.errno in (errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG):
        return NotFoundError(message, details)
    return None


def unexpected(error: BaseException) -> StoryflowError:
    """An error of ours for one that nobody foresaw, whose traceback is now in the log."""
    what = one_line(f"{type(error).__name__}: {error}" if str(error) else type(error).__name__)
    log = _log(error)
    where = f"; the traceback is in {log}" if log else ""
    return StoryflowError(
        f"This should not have happened: {cut(what, 300)}{where}",
        {"log": str(log) if log else None},
    )


def _log(error: BaseException) -> Path | None:
    """Append the traceback to the log; None where that cannot be written."""
    log = state_folder() / LOG_NAME
    text = "".join(traceback.format_exception(error))
    heading = datetime.now(UTC).isoformat(timespec="seconds")
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        full = log.exists() and log.stat().st_size > _LOG_LIMIT
        flags = os.O_WRONLY | os.O_CREAT | (os.O_TRUNC if full else os.O_APPEND)
        # A pipe under this name would keep us waiting.
        descriptor = os.open(log, flags | os.O_NONBLOCK, 0o666)
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(f"{heading}\n{text}\n")
    except OSError:
        return None
    return log


def _about(details: Mapping[str, JsonValue], message: str) -> list[str]:
    """The file or the place that the error is about, where the message names none."""
    for key in ("file", "path", "library"):
        name = one_line(str(details.get(key) or ""))
        if name and name not in message and (key == "file" or os.sep not in message):
            return [name]
    return []


def _parts(details: Mapping[str, JsonValue]) -> list[str]:
    parts = [one_line(str(details[key])) for key in _SAID if isinstance(details.get(key), str)]
    lists = [
        f"{words} {_listed(values)}"
        for key, words in _LISTED.items()
        if isinstance(values := details.get(key), list) and values
    ]
    return [*parts, "; ".join(lists)]


def _listed(values: list[JsonValue]) -> str:
    shown = ", ".join(one_line(str(value)) for value in values[:_LIST_LIMIT])
    more = len(values) - _LIST_LIMIT
    return f"{shown} and {more} more" if more > 0 else shown
