"""What every sheet is made of: the paper with its bar and lines, and the way it rises.

What is asked on it is in `sheet`.
"""

from __future__ import annotations

from typing import TypeVar

from rich.segment import Segment
from textual.await_complete import AwaitComplete
from textual.containers import Container
from textual.geometry import Region
from textual.screen import ModalScreen
from textual.strip import Strip
from textual.widget import Widget

from storyflow_tui.tui import text
from storyflow_tui.tui.look import SIGNS, Grid, Palette, palette
from storyflow_tui.tui.strips import PackedStrip, blank_line, drawn
from storyflow_tui.tui.widgets.header import Tone
from storyflow_tui.tui.widgets.timeline import Timeline

SheetResult = TypeVar("SheetResult")


class Paper(Widget):
    """The sheet itself: a bar, words at the text column, blank lines above and below."""

    DEFAULT_CSS = """
    Paper { width: 100%; height: 100%; background: $sheet; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.tone: Tone = "accent"
        self.rows: list[list[tuple[str, str]]] = []

    def put(self, rows: list[list[tuple[str, str]]], tone: Tone) -> None:
        """Show these lines: pieces of text with their looks (`role`, `role bold`, `answer`)."""
        self.rows, self.tone = rows, tone
        self.refresh()

    def render_lines(self, crop: Region) -> list[Strip]:
        """The lines of the sheet."""
        colours = palette(self.app.theme)
        width = self.size.width
        blank = blank_line(width, colours.sheet)
        lines: list[Strip] = [blank]
        lines += [self._line(row, width, colours) for row in self.rows]
        return drawn(self, [*lines, blank], crop, colours.sheet)

    def _line(self, row: list[tuple[str, str]], width: int, colours: Palette) -> Strip:
        plain = colours.style("text", "sheet")
        bar = Segment(SIGNS.here, colours.style(self.tone, "sheet"))
        segments = [bar, Segment(" " * (Grid.TEXT_COLUMN - 1), plain)]
        used = Grid.TEXT_COLUMN
        for words, look in row:
            cells = text.width(words)
            if look == "aside":
                left = width - Grid.MARGIN - cells - used
                if left < 3:
                    continue
                segments.append(Segment(" " * left, plain))
                used += left
                look = "muted"
            role, _, weight = look.partition(" ")
            if role == "answer":
                style = colours.style("text", "sheet", bold=True, reverse=True)
            else:
                style = colours.style(role, "sheet", bold=weight == "bold")
            segments.append(Segment(words, style))
            used += cells
        line = Strip(segments).adjust_cell_length(width, plain)
        return PackedStrip(list(line), width)


class Sheet(ModalScreen[SheetResult], inherit_bindings=False):
    """What rises from the hint line; a timeline below keeps its current card in view."""

    DEFAULT_CSS = """
    Sheet { background: transparent; overflow: hidden; }
    Sheet > Container { dock: bottom; width: 100%; background: $sheet; }
    """

    def rise(self, rows: list[list[tuple[str, str]]], tone: Tone) -> None:
        """Write the sheet, as high as its lines."""
        height = len(rows) + 2
        self.query_one(Container).styles.height = height
        self.query_one(Paper).put(rows, tone)
        self._clear_of(height)

    def dismiss(self, result: SheetResult | None = None) -> AwaitComplete:
        """Sink, with this answer, and give the room back."""
        self._clear_of(0)
        return super().dismiss(result)

    def _clear_of(self, height: int) -> None:
        # The sheet stands on the hint line, which is below the timeline.
        for screen in self.app.screen_stack:
            for timeline in screen.query(Timeline):
                timeline.cover(max(0, height - 1))
