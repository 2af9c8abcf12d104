"""One line of the pane: words at the left, words at the right, on whatever surface it stands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from storyflow_tui.tui import found, text
from storyflow_tui.tui.found import Found
from storyflow_tui.tui.look import SIGNS, palette


class Words(NamedTuple):
    """A few words in the colour of a role, filled up to `cells` if they are shorter.

    With `found` they are the name of a picture, in which hits are marked.
    """

    text: str
    role: str = "muted"
    bold: bool = False
    cells: int = 0
    found: Found | None = None


class PaneLine(Widget):
    """Words parted by three blanks; the right ones stand at the right margin."""

    DEFAULT_CSS = """
    PaneLine { height: 1; }
    """

    def __init__(self, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._left: Sequence[Words] = ()
        self._right: Sequence[Words] = ()

    def show(self, left: Sequence[Words], right: Sequence[Words] = ()) -> None:
        """Show these words; nothing is sent when they are the same as before."""
        if (left, right) != (self._left, self._right):
            self._left, self._right = left, right
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """The row; the left words are cut where there is no room for both."""
        base = self.rich_style
        width = self.size.width
        right = self._segments(self._right, width, base)
        taken = sum(segment.cell_length for segment in right)
        left = self._segments(self._left, width - taken - (1 if taken else 0), base)
        used = sum(segment.cell_length for segment in left)
        gap = Segment(" " * max(0, width - used - taken), base)
        return Strip([*left, gap, *right]).adjust_cell_length(width, base)

    def _segments(self, words: Sequence[Words], room: int, base: Style) -> list[Segment]:
        colours = palette(self.app.theme)
        segments: list[Segment] = []
        for word in words:
            gap = 3 if segments else 0
            shown = text.cut(word.text, max(0, room - gap), SIGNS.cut)
            shown = text.pad(shown, min(word.cells, max(0, room - gap)))
            if not shown:
                break
            if gap:
                segments.append(Segment(" " * gap, base))
            style = base + Style(color=getattr(colours, word.role), bold=word.bold)
            if word.found is None:
                segments.append(Segment(shown, style))
            else:
                pieces = found.marked(shown, word.found, "image_file")
                segments += found.segments(pieces, colours, word.role, "raised")
            room -= gap + text.width(shown)
        return segments
