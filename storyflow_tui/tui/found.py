"""Where a found text stands in what is drawn: pieces of lines, plain, found or the current hit.

A hit beyond what there is room for takes the place of the last line, with what stands around it.
Which text is looked for, and which hit is the current one, is told to this module.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Literal, NamedTuple, TypeAlias

from rich.segment import Segment
from rich.style import Style

from storyflow_tui.matching import Needle
from storyflow_tui.tui import text as texts
from storyflow_tui.tui.look import Palette

Look: TypeAlias = Literal["plain", "found", "current"]
Piece: TypeAlias = tuple[str, Look]
Span: TypeAlias = tuple[int, int]

_PLAIN: Look = "plain"
_FOUND: Look = "found"
_CURRENT: Look = "current"

FAR = 1_000_000
"""Characters of one text in which hits are marked; they are found further on, too."""


class Found(NamedTuple):
    """What is looked for on a card: its hits are marked, and one of them may be the current one.

    `field` is the name of a record's text, `image_file` for the image's name; `number` counts the
    hits in it from 0.
    """

    needle: Needle
    field: str = ""
    number: int = 0

    def current_in(self, field: str) -> int | None:
        """Which hit in a text of the record is the current one."""
        return self.number if self.field and field == self.field else None


def wrapped(
    text: str, found: Found, field: str, cells: int, lines: int, sign: str = "…"
) -> list[list[Piece]]:
    """The text as `text.wrap` has it, its hits marked and one of them in sight.

    That is the current hit, or the first where the current one is not in this text.
    """
    current = found.current_in(field)
    shown = texts.wrap(text, cells, lines, sign)
    source = texts.one_line(text[: texts.REACH])
    spans = list(islice(found.needle.spans(source), 1000))
    places = _places(shown, source, sign)
    wanted = current or 0
    end = places[-1][1] if places else 0
    if wanted < len(spans) and spans[wanted][1] <= end:
        return [_pieces(*one, spans, current) for one in zip(shown, places, strict=True)]
    span = next(islice(found.needle.spans(text[:FAR]), wanted, None), None)
    whole = [_pieces(*one, spans, current) for one in zip(shown, places, strict=True)]
    if span is None or not shown:
        return whole
    return [*whole[: lines - 1], around(text, span, found, field, cells, sign)]


def marked(line: str, found: Found, field: str) -> list[Piece]:
    """A line that is drawn whole, its hits marked."""
    spans = list(found.needle.spans(line))
    return _pieces(line, (0, len(line)), spans, found.current_in(field))


def around(
    text: str, span: Span, found: Found, field: str, cells: int, sign: str = "…"
) -> list[Piece]:
    """One line with a hit and what stands before and behind it, from a word on."""
    start, stop = span
    hit = texts.cut(text[start:stop], cells, sign)
    room = cells - texts.width(hit)
    head = f"{sign} " if start else ""
    before = _tail(
        _one_line(text[max(0, start - 4 * cells) : start]), room // 2 - texts.width(head)
    )
    if not before and texts.width(head) > room:
        head = ""
    room -= texts.width(head + before)
    behind = _one_line(text[stop : stop + 4 * cells])
    blank = behind[: len(behind) - len(behind.lstrip(" "))]
    after = "".join(texts.wrap(behind, room - len(blank), 1, sign))
    is_current = found.current_in(field) is not None
    line = [(head + before, _PLAIN), (hit, _CURRENT if is_current else _FOUND)]
    if after:
        line.append((blank + after, _PLAIN))
    others = Found(found.needle)
    pieces: list[Piece] = []
    for words, look in line:
        pieces += marked(words, others, "") if look == _PLAIN else [(words, look)]
    return pieces


def segments(
    pieces: Iterable[Piece], colours: Palette, role: str = "text", on: str = "ground"
) -> list[Segment]:
    """The pieces in their colours; the plain ones in that of a role."""
    return [
        Segment(
            words, colours.style(role, on) if look == _PLAIN else found_style(colours, look, on)
        )
        for words, look in pieces
    ]


def found_style(colours: Palette, look: Look, on: str = "ground") -> Style:
    """How a hit looks: underlined; the current one reversed."""
    is_current = look == _CURRENT
    return colours.style("accent", on, bold=True, underline=not is_current, reverse=is_current)


def _places(lines: Sequence[str], source: str, sign: str) -> list[Span]:
    """Where each drawn line comes from in the text that was wrapped."""
    places, place = [], 0
    for number, line in enumerate(lines):
        start = source.find(line, place)
        if start < 0 and number == len(lines) - 1 and line.endswith(sign):
            line = line.removesuffix(sign)
            start = source.find(line, place)
        if start >= 0:
            place = start + len(line)
        places.append((max(start, place - len(line)), place))
    return places


def _pieces(line: str, place: Span, spans: Sequence[Span], current: int | None) -> list[Piece]:
    start, stop = place
    pieces: list[Piece] = []
    done = 0
    for number, (left, right) in enumerate(spans):
        left, right = max(left, start) - start, min(right, stop) - start
        if left >= right:
            continue
        if left > done:
            pieces.append((line[done:left], _PLAIN))
        pieces.append((line[left:right], _CURRENT if number == current else _FOUND))
        done = right
    if line[done:]:
        pieces.append((line[done:], _PLAIN))
    return pieces


def _one_line(text: str) -> str:
    """As `text.one_line`, with the blanks at both ends."""
    line = texts.one_line(text)
    if not line:
        return " " if text else ""
    return " " * text[:1].isspace() + line + " " * text[-1:].isspace()


def _tail(line: str, cells: int) -> str:
    """As much of the end as fits, from the start of a word on where there is one."""
    if cells <= 0:
        return ""
    if texts.width(line) <= cells:
        return line.lstrip(" ")
    place = len(line)
    used = 0
    while place and used + texts.width(line[place - 1]) <= cells:
        place -= 1
        used += texts.width(line[place])
    blank = line.find(" ", place)
    if 0 <= blank < len(line) - 1:
        return line[blank + 1 :]
    return line[place:]
