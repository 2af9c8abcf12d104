"""Where two texts differ, word by word, and how a text with marked stretches is wrapped.

Pure functions for the conflict screen, cheap enough for a worker; no widget and no colour in
here. Offsets count characters of the texts as they were given.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from itertools import pairwise
from typing import NamedTuple

from rich.cells import cell_len, get_character_cell_size

MOST_COMPARISONS = 4_000_000
"""Words of one text times words of the other, up to which words are compared; then lines are."""

_WORD = re.compile(r"[\u0e00-\u0fff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]|\w+|[^\w\s]")
_LINE = re.compile(r"[^\n]+")
_PIECE = re.compile(r"\n|[^\S\n]+|[^\s]+")

Span = tuple[int, int]


class Row(NamedTuple):
    """One line of a wrapped text: where it starts and ends, and its marked stretches."""

    start: int
    end: int
    marks: tuple[Span, ...]


def differences(mine: str, theirs: str) -> tuple[list[Span], list[Span]]:
    """The stretches of each text that the other does not have.

    Scripts without spaces are compared character by character. Two long texts are compared by
    lines, and two very long ones, beyond what they share at both ends, count as different.
    """
    for pattern in (_WORD, _LINE):
        left, right = _tokens(pattern, mine), _tokens(pattern, theirs)
        shared = _shared_start(mine, theirs, left, right)
        left, right = left[shared:], right[shared:]
        shared = _shared_end(mine, theirs, left, right)
        left, right = left[: len(left) - shared], right[: len(right) - shared]
        if len(left) * len(right) <= MOST_COMPARISONS:
            return _compared(mine, theirs, left, right)
    return _joined(left), _joined(right)


def wrapped(text: str, width: int, marks: Sequence[Span] = ()) -> list[Row]:
    """The text in rows of at most `width` cells, broken at spaces, longer words at the cell.

    White space at a break is left out of both rows. `marks` are sorted and do not overlap.
    """
    width = max(2, width)
    rows: list[Span] = []
    start = end = used = 0
    for piece in _PIECE.finditer(text):
        word = piece.group()
        if word == "\n":
            rows.append((start, end))
            start = end = piece.end()
            used = 0
            continue
        cells = cell_len(word)
        if word.isspace():
            # Blanks count only once a word follows them in the same row.
            used += cells
            continue
        if used + cells > width and end > start:
            rows.append((start, end))
            start, used = piece.start(), 0
        elif used >= width:
            start, used = piece.start(), 0
        end = piece.end()
        used += cells
        while used > width:
            cut, taken = _fold(text, start, end, width)
            rows.append((start, cut))
            start, used = cut, used - taken
    rows.append((start, end))
    return _marked(rows, marks)


def _tokens(pattern: re.Pattern[str], text: str) -> list[Span]:
    return [match.span() for match in pattern.finditer(text)]


def _shared_start(mine: str, theirs: str, left: list[Span], right: list[Span]) -> int:
    shared = 0
    for one, other in zip(left, right, strict=False):
        if mine[slice(*one)] != theirs[slice(*other)]:
            break
        shared += 1
    return shared


def _shared_end(mine: str, theirs: str, left: list[Span], right: list[Span]) -> int:
    shared = 0
    for one, other in zip(reversed(left), reversed(right), strict=False):
        if mine[slice(*one)] != theirs[slice(*other)]:
            break
        shared += 1
    return shared


def _compared(
    mine: str, theirs: str, left: list[Span], right: list[Span]
) -> tuple[list[Span], list[Span]]:
    matcher = SequenceMatcher(
        None,
        [mine[slice(*span)] for span in left],
        [theirs[slice(*span)] for span in right],
        autojunk=False,
    )
    ours: list[Span] = []
    others: list[Span] = []
    for kind, i1, i2, j1, j2 in matcher.get_opcodes():
        if kind != "equal":
            ours += _joined(left[i1:i2])
            others += _joined(right[j1:j2])
    return ours, others


def _joined(tokens: Sequence[Span]) -> list[Span]:
    # One stretch from the first token to the last, the blanks between them included.
    return [(tokens[0][0], tokens[-1][1])] if tokens else []


def _fold(text: str, start: int, end: int, width: int) -> tuple[int, int]:
    """Where a row that starts at `start` is full, and the cells it then has."""
    used = 0
    for at in range(start, end):
        cells = get_character_cell_size(text[at])
        if used + cells > width and at > start:
            return at, used
        used += cells
    return end, used


def _marked(rows: list[Span], marks: Sequence[Span]) -> list[Row]:
    result = []
    first = 0
    for start, end in rows:
        while first < len(marks) and marks[first][1] <= start:
            first += 1
        inside = []
        for mark_start, mark_end in marks[first:]:
            if mark_start >= end:
                break
            inside.append((max(start, mark_start), min(end, mark_end)))
        result.append(Row(start, end, tuple(inside)))
    return result


def segments_of(row: Row) -> list[tuple[int, int, bool]]:
    """The row cut into stretches: start, end, and whether the stretch is marked."""
    edges = sorted({row.start, row.end, *(edge for mark in row.marks for edge in mark)})
    return [
        (start, end, any(low <= start < high for low, high in row.marks))
        for start, end in pairwise(edges)
    ]
