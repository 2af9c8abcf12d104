"""How many cells a character takes, where terminals have it otherwise than Rich's tables.

Rich gives a vowel sign that stands beside its letter (Devanagari, Tamil, Bengali and others write
with them in every word) no cell of its own; tmux, xterm and most others give it one. All that
measures or cuts text in this process, Textual too, looks into the one table that is altered here.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache

from rich import cells

_Range = tuple[int, int, int]


@cache
def as_terminals_do() -> bool:
    """Alter Rich's table; whether there is one of the kind that is known here."""
    load = getattr(cells, "load_cell_table", None)
    widths = getattr(load("auto") if load else None, "widths", None)
    if not isinstance(widths, list):
        return False
    widths[:] = _spacing_marks_are_one(widths)
    cells.get_character_cell_size.cache_clear()
    cells.cached_cell_len.cache_clear()
    return True


def _spacing_marks_are_one(widths: Iterable[_Range]) -> Iterator[_Range]:
    for start, end, width in widths:
        if width:
            yield start, end, width
            continue
        first = start
        for code in range(start, end + 1):
            if unicodedata.category(chr(code)) == "Mc":
                if first < code:
                    yield first, code - 1, 0
                # Who is in no range takes one cell.
                first = code + 1
        if first <= end:
            yield first, end, 0
