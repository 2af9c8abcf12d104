"""The field for a pasted script, and the gutter beside it with the numbers of its lines.

Labels and rules are muted, lines that cannot be read stand on a raised band with a sign in the
gutter. What is wrong with them is told elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from rich.segment import Segment
from rich.style import Style
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from storyflow_tui.tui.look import SIGNS, palette
from storyflow_tui.tui.widgets.field import Field
from storyflow_tui.tui.widgets.wrapping import line_width

_LABEL = re.compile(r"\s*(?:(?ai:title|text|prompt):|(?P<rule>-{3,})\s*\Z)")
_NUMBER = 3
_MARGIN = 2


class Script(Field):
    """A Field that knows which of its lines are bad."""

    DEFAULT_CSS = """
    Script { background: $ground; padding: 0; }
    Script:focus { background: $ground; }
    """

    class Scrolled(Message):
        """Other rows are seen now."""

    def __init__(self, id: str | None = None) -> None:  # noqa: A002  (Textual's own name)
        super().__init__("script", id or "script")
        self._bad: frozenset[int] = frozenset()

    def mark(self, lines: Iterable[int]) -> None:
        """Mark these lines (0-based) as ones that cannot be read, and no others."""
        bad = frozenset(lines)
        if bad != self._bad:
            self._bad = bad
            self.refresh()

    @property
    def bad(self) -> Collection[int]:
        """The marked lines, 0-based."""
        return self._bad

    def place(self, y: int) -> tuple[int, int] | None:
        """The line and which of its rows is seen at this row of the widget; None below the end."""
        row = y + self.scroll_offset.y
        rows = self.wrapped_document._offset_to_line_info
        return rows[row] if 0 <= row < len(rows) else None

    def watch_scroll_y(self, old: float, new: float) -> None:
        """Tell the gutter."""
        super().watch_scroll_y(old, new)
        if round(old) != round(new):
            self.post_message(self.Scrolled())

    def render_line(self, y: int) -> Strip:
        """A row of the field with its label muted, on a band where it cannot be read."""
        strip = super().render_line(y)
        place = self.place(y)
        if place is None:
            return strip
        line, section = place
        colours = palette(self.app.theme)
        base = self.rich_style
        if section == 0 and (found := _LABEL.match(self.document[line])):
            cells = line_width(self.document[line][: found.end()])
            role = Style(color=colours.muted, bold=None if found["rule"] else True)
            strip = _toned(strip, cells, base, role)
        if line in self._bad:
            strip = _toned(strip, strip.cell_length, base, Style(bgcolor=colours.raised))
        return strip

    @property
    def wrap_width(self) -> int:
        """Cells that a row may have: the margin at the right belongs to the band."""
        return max(0, super().wrap_width - _MARGIN)


class Gutter(Widget):
    """The numbers of the script's lines, a sign at bad ones, and the bar while it is typed into."""

    DEFAULT_CSS = """
    Gutter { width: 6; height: 100%; background: $ground; }
    """

    def __init__(self, script: Script) -> None:
        super().__init__()
        self._script = script

    def fit(self) -> None:
        """Take the width that the numbers need, and draw them."""
        self.styles.width = self._digits + _NUMBER
        self.refresh()

    @property
    def _digits(self) -> int:
        return max(_NUMBER, len(str(self._script.document.line_count)))

    def render_line(self, y: int) -> Strip:
        """Bar, sign and number of one row."""
        colours = palette(self.app.theme)
        place = self._script.place(y)
        width = self.size.width
        bar = SIGNS.here if self._script.has_focus else " "
        bad = place is not None and place[0] in self._script.bad
        surface = "raised" if bad else "ground"
        segments = [Segment(bar, colours.style("accent"))]
        if place is not None:
            line, section = place
            # A block's sign stands once, at its first line.
            first = section == 0 and bad and line - 1 not in self._script.bad
            number = f"{line + 1 if section == 0 else '':>{self._digits}} "
            segments += [
                Segment(SIGNS.refused if first else " ", colours.style("danger", surface)),
                Segment(number, colours.style("danger" if bad else "muted", surface, bold=bad)),
            ]
        strip = Strip(segments).adjust_cell_length(width, colours.style("text", surface))
        return strip.apply_style(colours.style("text", surface))


def _toned(strip: Strip, cells: int, base: Style, tone: Style) -> Strip:
    """The first cells of a strip in another tone, where neither cursor nor selection is."""
    head, *rest = strip.divide(sorted({cells, strip.cell_length}))
    toned = [
        Segment(text, style + tone if style and style.bgcolor == base.bgcolor else style)
        for text, style, _ in head
    ]
    return Strip.join([Strip(toned, head.cell_length), *rest])
