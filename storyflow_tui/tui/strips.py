"""A line of cells that is cheap to send: colour codes go out only where they change.

For widgets that draw themselves by line; what the lines hold is theirs to know.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from rich.color import ColorSystem
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import ANSIToTruecolor
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from storyflow_tui.tui.palettes import for_textual

_ATTRIBUTES = (("bold", "1"), ("dim", "2"), ("italic", "3"), ("underline", "4"), ("reverse", "7"))


class PackedStrip(Strip):
    """A Strip whose segments share their colour codes with the ones before them."""

    __slots__ = ("_cropped", "_sent")

    def __init__(self, segments: Iterable[Segment], cell_length: int | None = None) -> None:
        super().__init__(segments, cell_length)
        self._sent: tuple[ColorSystem, str] | None = None
        self._cropped: dict[tuple[int, int | None], PackedStrip] = {}

    def crop(self, start: int, end: int | None = None) -> Strip:
        """The cells from `start` to before `end`, packed as well."""
        if start <= 0 and (end is None or end >= self.cell_length):
            return self
        kept = self._cropped.get((start, end))
        if kept is None:
            plain = super().crop(start, end)
            kept = self._cropped[start, end] = PackedStrip(list(plain), plain.cell_length)
        return kept

    def render(self, console: Console) -> str:
        """The escape sequences and the text of the line; ends with everything switched off."""
        system = _system(console)
        if self._sent is None or self._sent[0] is not system:
            self._sent = (system, self._pack(system))
        return self._sent[1]

    def _pack(self, system: ColorSystem) -> str:
        sent: list[str] = []
        now = _PLAIN
        for text, style, _ in self:
            if not text:
                continue
            wanted = _PLAIN if style is None else _codes(style, system)
            if text.isspace() and not (wanted.attributes | now.attributes) & _SEEN_ON_BLANKS:
                # Blanks show their background only; the rest may stay as it is.
                wanted = now._replace(ground=wanted.ground)
            if wanted != now:
                sent.append(f"\x1b[{';'.join(_changes(now, wanted))}m")
                now = wanted
            sent.append(text)
        if now != _PLAIN:
            sent.append("\x1b[0m")
        return "".join(sent)


class _Codes(NamedTuple):
    attributes: frozenset[str]
    ink: str
    ground: str


_PLAIN = _Codes(frozenset(), "39", "49")
_OFF = {"1": "22", "2": "22", "3": "23", "4": "24", "7": "27"}
_SEEN_ON_BLANKS = frozenset("47")


def _changes(now: _Codes, wanted: _Codes) -> list[str]:
    """The codes that lead from one look to another."""
    off = [_OFF[code] for code in sorted(now.attributes - wanted.attributes)]
    on = wanted.attributes - now.attributes
    if "22" in off:
        # Bold and dim go off together.
        on |= wanted.attributes & {"1", "2"}
    codes = [*off, *sorted(on)]
    if wanted.ink != now.ink:
        codes.append(wanted.ink)
    if wanted.ground != now.ground:
        codes.append(wanted.ground)
    if wanted == _PLAIN:
        return ["0"]
    return codes


def _system(console: Console) -> ColorSystem:
    names = {
        "standard": ColorSystem.STANDARD,
        "256": ColorSystem.EIGHT_BIT,
        "windows": ColorSystem.WINDOWS,
    }
    return names.get(console.color_system or "", ColorSystem.TRUECOLOR)


@lru_cache(maxsize=16384)
def _codes(style: Style, system: ColorSystem) -> _Codes:
    attributes = frozenset(code for name, code in _ATTRIBUTES if getattr(style, name))
    ink, ground = _PLAIN.ink, _PLAIN.ground
    if style.color is not None:
        ink = ";".join(style.color.downgrade(system).get_ansi_codes())
    if style.bgcolor is not None:
        ground = ";".join(style.bgcolor.downgrade(system).get_ansi_codes(foreground=False))
    return _Codes(attributes, ink, ground)


def drawn(widget: Widget, lines: list[Strip], crop: Region, ground: str) -> list[Strip]:
    """What `render_lines` returns of a widget that holds all its lines: cropped, and filtered.

    Filters are those of `NO_COLOR`; the one that translates ANSI colours has nothing to do with
    lines of true colours. Lines that are not there are blank in the colour `ground`.
    """
    shown = lines[crop.y : crop.bottom]
    if len(shown) < crop.height:
        blank = blank_line(crop.right, ground)
        shown = [*shown, *[blank] * (crop.height - len(shown))]
    filters = [one for one in widget.get_line_filters() if not isinstance(one, ANSIToTruecolor)]
    for one in filters:
        background = Color.parse(for_textual(ground))
        shown = [strip.apply_filter(one, background) for strip in shown]
    if crop.x or any(strip.cell_length != crop.width for strip in shown):
        style = Style(bgcolor=ground)
        shown = [_fitted(strip, crop, style) for strip in shown]
    return shown


def _fitted(strip: Strip, crop: Region, style: Style) -> Strip:
    if strip.cell_length < crop.right:
        strip = strip.extend_cell_length(crop.right, style)
    return strip.crop(crop.x, crop.right)


@lru_cache(maxsize=64)
def blank_line(cells: int, ground: str) -> PackedStrip:
    """A line of blanks on a background colour."""
    return PackedStrip([Segment(" " * cells, Style(bgcolor=ground))], cells)
