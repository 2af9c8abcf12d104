"""Where commands write: results to stdout, notes, questions and errors to stderr.

The one place that knows about `--json`, broken pipes and streams that hold no UTF-8. What the
results say is decided elsewhere (shapes.py for programs, the commands for people).
"""

from __future__ import annotations

import errno
import io
import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TextIO

from storyflow_tui.cli.text import one_line, safe
from storyflow_tui.errors import (
    JsonValue,
    NoSpaceError,
    NotConfirmedError,
    StoryflowError,
)

STREAM = "-"
"""The name that stands for standard input, or standard output, in place of a file's."""

SHORT = 1.0
"""Seconds of work of which no progress is shown."""


def prepare() -> None:
    """Make the standard streams take any text: what the encoding lacks is written as an escape."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")


def lines(texts: Iterable[str]) -> None:
    """Write lines for people to stdout, made safe."""
    _write(sys.stdout, "".join(f"{safe(text)}\n" for text in texts))


def result(value: JsonValue) -> None:
    """Write a result for programs to stdout: one line of JSON."""
    _write(sys.stdout, as_json(value) + "\n")


def raw(data: bytes) -> None:
    """Write bytes to stdout as they are."""
    if sys.stdout is None:
        return
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.flush()
    except OSError as error:
        _lost(sys.stdout, error)


def notes(texts: Iterable[str], as_object: bool) -> None:
    """Write notes to stderr, one a line; as `{"note": ...}` beside results for programs."""
    for text in texts:
        complain(as_json({"note": text}) if as_object else f"Note: {one_line(text)}")


def complain(text: str) -> None:
    """Write a line (or several, safe already) to stderr; a stderr that is gone is no error."""
    try:
        _write(sys.stderr, text + "\n")
    except StoryflowError:
        return


def standard_input() -> bytes:
    """All of standard input; nothing where it is closed. An endless one is refused."""
    if sys.stdin is None:
        return b""
    from storyflow_tui.formats.files import read_all

    return read_all(sys.stdin.buffer)


def confirm(question: str, yes: bool) -> None:
    """Ask on the terminal; raises NotConfirmedError unless the answer (or `--yes`) is yes."""
    if yes:
        return
    if not (is_terminal(sys.stdin) and is_terminal(sys.stderr)):
        raise NotConfirmedError(
            "Not confirmed, and there is no terminal to ask on: add --yes to go ahead",
            {"question": question},
        )
    _write(sys.stderr, f"{one_line(question)} [y/N] ")
    answer = sys.stdin.readline()
    if not answer.endswith("\n"):
        _write(sys.stderr, "\n")
    if answer.strip().lower() not in ("y", "yes"):
        raise NotConfirmedError("Not confirmed: nothing was changed", {"question": question})


@contextmanager
def progress(word: str, as_object: bool) -> Iterator[Callable[[int, int], None]]:
    """Show on a terminal how far a long work has come; nothing of a short one, or to programs.

    Yields what is to be called with the bytes that are done and the bytes in all.
    """
    if as_object or not is_terminal(sys.stderr):
        yield lambda done, total: None
        return
    began = time.monotonic()
    shown = ""

    def tell(done: int, total: int) -> None:
        nonlocal shown
        line = f"{word} {100 * done // max(total, 1)} %"
        if line != shown and time.monotonic() - began >= SHORT:
            _write(sys.stderr, f"\r{line}")
            shown = line

    try:
        yield tell
    finally:
        if shown:
            _write(sys.stderr, f"\r{' ' * len(shown)}\r")


def is_terminal(stream: TextIO | None) -> bool:
    """Whether a person is at the other end of the stream."""
    try:
        return stream is not None and stream.isatty()
    except ValueError:  # closed
        return False


def finish() -> None:
    """Flush what is left; after this the interpreter finds nothing to complain about."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None and not stream.closed:
            try:
                stream.flush()
            except OSError:
                quieten(stream)


def quieten(stream: TextIO | None) -> None:
    """Let what is written to the stream from now on go nowhere."""
    if stream is None:
        return
    try:
        target = stream.fileno()
    except (OSError, ValueError):
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, target)
    os.close(nowhere)


def as_json(value: Any) -> str:
    """One line of plain ASCII, so that neither encodings nor control characters matter."""
    return json.dumps(value, default=str).replace("\x7f", "\\u007f")


def _write(stream: TextIO | None, text: str) -> None:
    if stream is None:  # closed by who started us
        return
    try:
        stream.write(text)
        stream.flush()
    except OSError as error:
        _lost(stream, error)


def _lost(stream: TextIO, error: OSError) -> None:
    """Go on quietly when the reader has gone; raise for any other reason."""
    quieten(stream)
    if isinstance(error, BrokenPipeError):
        return
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        raise NoSpaceError("The output could not be written: the disk is full") from None
    raise StoryflowError(f"The output could not be written: {error.strerror}") from None
