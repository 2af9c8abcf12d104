"""A text as it is read aloud: safe, in rows of a width that eyes can follow, paragraphs kept."""

from __future__ import annotations

from rich.segment import Segment
from rich.style import Style

from storyflow_tui.tui import text
from storyflow_tui.tui.difference import wrapped
from storyflow_tui.tui.widgets.page import Line

WIDEST = 84
"""Cells that a row may take; longer ones are hard to find back in."""

AT_ONCE = 20_000
"""Characters up to which a text is put into rows on the spot."""

_SIDE = 6


def measure(width: int) -> tuple[int, int]:
    """Where the rows begin on a screen of this width, and how many cells they have."""
    cells = max(1, min(width - 2 * _SIDE, WIDEST))
    return (width - cells) // 2, cells


def rows_of(content: str, cells: int, style: Style) -> list[Line]:
    """The text in rows; costs grow with it."""
    words = text.safe(content).rstrip()
    return [[Segment(words[row.start : row.end], style)] for row in wrapped(words, cells)]
