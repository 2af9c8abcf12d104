"""Screens for a terminal that does not speak UTF-8: each sign becomes its ASCII one, cell by cell.

One filter over all drawn lines, so that nobody who draws needs to know. What the terminal cannot
show is a question mark for each of its cells; what is stored stays as it is.
"""

from __future__ import annotations

import locale
import os
import sys
from collections.abc import Iterable
from dataclasses import fields
from itertools import groupby

from rich.cells import get_character_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter

from storyflow_tui.tui.look import ASCII_SIGNS, SIGNS, signs_for

_CUT = SIGNS.cut
_CLOSING = "”’»"
_SIGNS: dict[str, str] = {
    getattr(SIGNS, sign.name): getattr(ASCII_SIGNS, sign.name) for sign in fields(SIGNS)
}
# Half cells become blanks: of the two pixels the lower one, the background, is seen.
_SIGNS |= {"▀": " ", _CUT: ".", "→": ">", "←": "<"}
_LIKE = {**dict.fromkeys("“”„«»", '"'), **dict.fromkeys("‘’‚", "'"), **dict.fromkeys("–—−‐‑", "-")}
_LIKE["\u00a0"] = " "

_Cell = tuple[str, Style | None]


def terminal_encoding() -> str:
    """What the terminal takes, as far as its environment says.

    Under `LC_ALL=C` Python writes UTF-8 all the same; the locale is believed, unless Python's own
    settings (`PYTHONIOENCODING`, `PYTHONUTF8`) name the encoding.
    """
    if os.environ.get("PYTHONIOENCODING") or os.environ.get("PYTHONUTF8") == "1":
        return sys.__stderr__.encoding if sys.__stderr__ else "ascii"
    return locale.getencoding()


def plain_filters(encoding: str, *, plain_signs: bool = False) -> list[LineFilter]:
    """What lines have to go through for a terminal of this encoding; nothing for UTF-8.

    With `plain_signs` the signs are plain in every terminal; of texts only what looks like one is.
    """
    is_plain = plain_signs or signs_for(encoding) is ASCII_SIGNS
    return [Plain(encoding)] if is_plain else []


class Plain(LineFilter):
    """Draws lines with what an encoding has; every line keeps its width."""

    def __init__(self, encoding: str) -> None:
        super().__init__()
        try:
            "".encode(encoding)
        except LookupError:
            encoding = "ascii"
        self._encoding = encoding
        self._known: dict[str, str] = {}

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The line in plain signs."""
        if all(text.isascii() for text, _, _ in segments):
            return segments
        cells = [(character, style) for text, style, _ in segments for character in text]
        plain = [(self._shown(character), style) for character, style in _spread(cells)]
        return [
            Segment("".join(character for character, _ in run), style)
            for style, run in groupby(plain, key=lambda cell: cell[1])
        ]

    def _shown(self, character: str) -> str:
        if character.isascii():
            return character
        shown = self._known.get(character)
        if shown is None:
            shown = self._known[character] = self._look_up(character)
        return shown

    def _look_up(self, character: str) -> str:
        if character in _SIGNS:
            return _SIGNS[character]
        try:
            character.encode(self._encoding)
        except UnicodeEncodeError:
            return _LIKE.get(character, "?" * get_character_cell_size(character))
        return character


def _spread(cells: list[_Cell]) -> list[_Cell]:
    """The line with three dots for each sign of a cut that has two blanks beside it to take."""
    spread = list(cells)
    for place in range(len(cells) - 1, -1, -1):
        character, style = spread[place]
        if character != _CUT:
            continue
        dots = [(".", style)] * 3
        # A closing quotation mark stays with the word.
        end = place + 1 + any(one in _CLOSING for one, _ in spread[place + 1 : place + 2])
        if _blank(spread[end : end + 2], style):
            spread[place : end + 2] = [*dots, *spread[place + 1 : end]]
        elif _blank(spread[max(0, place - 2) : place], style):
            spread[place - 2 : place + 1] = dots
    return spread


def _blank(cells: Iterable[_Cell], style: Style | None) -> bool:
    """Whether these are two blanks on the same ground."""
    ground = style.bgcolor if style else None
    found = [
        character == " " and (one.bgcolor if one else None) == ground for character, one in cells
    ]
    return len(found) == 2 and all(found)
