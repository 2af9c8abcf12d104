"""Text for people on a terminal: made safe, cut at the cell, set in columns.

Knows neither records nor streams. Nothing that leaves here holds a control character, so no
title, narration or file name can move the cursor or colour the screen.
"""

from __future__ import annotations

import os
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime

from storyflow_tui.lengths import clock
from storyflow_tui.records import counted

_UNSEEN = {0x7F: "\u2421", 0x2028: "\n", 0x2029: "\n", 0x0D: "\u240d"}
_UNSEEN |= {code: chr(0x2400 + code) for code in range(32) if code not in (0x09, 0x0A, 0x0D)}
_UNSEEN |= dict.fromkeys(range(0x80, 0xA0), "\u00b7")
# Overrides and isolates turn the order of what follows them, also of text that is not theirs.
_UNSEEN |= dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A)), "\u00b7")
_UNSEEN |= {0x09: "    ", 0x85: "\n"}
_UNSEEN |= dict.fromkeys(range(0xD800, 0xE000), "\ufffd")

_USUAL_WIDTH = 80


def safe(text: str) -> str:
    """The text with control characters, bidi overrides and half surrogates as visible signs.

    Line breaks stay, tabs become four spaces.
    """
    text = text.replace("\r\n", "\n")
    if text.isprintable():
        return text
    return text.translate(_UNSEEN)


def one_line(text: str, limit: int = 2000) -> str:
    """`safe`, with every run of white space as one space; looks at the first `limit` characters."""
    return safe(" ".join(text[:limit].split()))


def cell_width(text: str) -> int:
    """How many cells a terminal takes for the text."""
    if text.isascii():
        return len(text)
    return sum(_character_width(character) for character in text)


def cut(text: str, width: int) -> str:
    """The text in at most `width` cells; what is too long ends in three dots."""
    if len(text) * 2 <= width or cell_width(text) <= width:
        return text
    room = max(width - 3, 0)
    used = 0
    for index, character in enumerate(text):
        used += _character_width(character)
        if used > room:
            return text[:index].rstrip() + "..."[:width]
    return text


def columns(
    head: Sequence[str], rows: Iterable[Sequence[str]], right: Iterable[int] = ()
) -> list[str]:
    """Lines of a table: cells aligned, those of the columns in `right` to the right.

    The last column takes what is left of the terminal's width and is cut there; it is the place
    for titles and texts, whose width on screen is the terminal's own business.
    """
    table = [list(head), *(list(row) for row in rows)]
    last = len(head) - 1
    to_the_right = frozenset(right)
    widths = [max(cell_width(row[column]) for row in table) for column in range(last)]
    room = max(screen_width() - sum(widths) - 2 * last, 20)
    lines = []
    for row in table:
        cells = []
        for column, width in enumerate(widths):
            blank = " " * (width - cell_width(row[column]))
            cells.append(blank + row[column] if column in to_the_right else row[column] + blank)
        lines.append("  ".join([*cells, cut(row[last], room)]).rstrip())
    return lines


def screen_width() -> int:
    """Cells a line of the terminal has; 80 where there is none."""
    # Not by `shutil`, whose archives every command would read along.
    told = os.environ.get("COLUMNS", "")
    width = int(told) if told.isascii() and told.isdecimal() else 0
    if not width:
        try:
            width = os.get_terminal_size(sys.__stdout__.fileno()).columns if sys.__stdout__ else 0
        except (OSError, ValueError):  # closed, or no terminal
            width = 0
    return max(width or _USUAL_WIDTH, 40)


def length(seconds: float, guessed: bool) -> str:
    """A length as `0:07` or `1:02:03`, with `~` before an estimate."""
    return f"~{clock(seconds)}" if guessed else clock(seconds)


def when(moment: datetime) -> str:
    """A time on the reader's own clock, to the minute."""
    return moment.astimezone().strftime("%Y-%m-%d %H:%M")


def file_size(size: int) -> str:
    """Bytes as people say them: `812 bytes`, `3.4 KiB`, `12.0 MiB`."""
    if size < 1024:
        return counted(size, "byte")
    kibibytes = size / 1024
    if kibibytes < 1024:
        return f"{kibibytes:.1f} KiB"
    return f"{kibibytes / 1024:.1f} MiB"


def _character_width(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
