"""The find bar: one row in the place of the hints, with a line to type into and what came of it.

It stands in its screen and is no sheet, so that what is found moves and is marked above it at the
cost of the cards alone. What is looked for, and where, is the screen's business.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.segment import Segment
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container
from textual.strip import Strip
from textual.widgets import Static

from storyflow_tui.tui import text
from storyflow_tui.tui.keymap import FIND, bindings
from storyflow_tui.tui.look import Grid, palette
from storyflow_tui.tui.widgets.line import Line

_GAP = 3


class FindLine(Line):
    """The line; behind what is typed it says what came of it, and at the right which keys act."""

    DEFAULT_CSS = """
    FindLine, FindLine:focus {
        border: none; padding: 0 2 0 0; width: 1fr; height: 1;
        background: $sheet; background-tint: $sheet 0%; color: $foreground;
    }
    FindLine .input--cursor { background: $foreground; color: $ground; text-style: none; }
    """

    def __init__(self) -> None:
        super().__init__(id="find-line")
        self.said: tuple[str, str] = ("", "")
        self.hints: Sequence[tuple[str, str]] = ()

    def render_line(self, y: int) -> Strip:
        """What is typed, what came of it, and the keys that there is room for."""
        strip = super().render_line(y)
        width = self.scrollable_content_region.width
        used = max(1, text.width(self.value) + 1)
        colours = palette(self.app.theme)
        first, rest = self.said
        words = [(f"{' ' * _GAP}{first}", colours.style("text", "sheet"))] if first else []
        if rest:
            words.append((f"{' ' * (_GAP if first else 0)}{rest}", colours.style("muted", "sheet")))
        segments: list[Segment] = []
        for said, style in words:
            if used + text.width(said) > width:
                break
            segments.append(Segment(said, style))
            used += text.width(said)
        hints = list(self.hints)
        gap = Grid.of(self.app.size.width, 24).gap
        while hints and used + _GAP + _cells(hints, gap) > width:
            hints.pop(0)
        if not segments and not hints:
            return strip
        typed = strip.crop(0, max(1, text.width(self.value) + 1))
        blank = width - used - _cells(hints, gap)
        segments.append(Segment(" " * blank, colours.style("text", "sheet")))
        for number, (key, word) in enumerate(hints):
            lead = " " * gap * bool(number)
            segments.append(Segment(lead + key, colours.style("text", "sheet", bold=True)))
            segments.append(Segment(f" {word}", colours.style("muted", "sheet")))
        return Strip([*typed, *segments]).adjust_cell_length(
            strip.cell_length, colours.style("text", "sheet")
        )


class FindBar(Container):
    """The row; shown and hidden by its screen."""

    DEFAULT_CSS = """
    FindBar {
        dock: bottom; height: 1; layout: horizontal; display: none;
        border-left: outer $accent; padding: 0 0 0 1; background: $sheet;
    }
    FindBar Static { width: 2; height: 1; background: $sheet; color: $text; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(FIND)]

    def __init__(self) -> None:
        super().__init__(id="find-bar")
        self.line = FindLine()

    def compose(self) -> ComposeResult:
        """A stroke and the line."""
        yield Static("/", markup=False)
        yield self.line

    def open(self, value: str, hints: Sequence[tuple[str, str]]) -> None:
        """Show the bar; a value that is there already is chosen, so that typing replaces it."""
        self.display = True
        self.line.hints = hints
        with self.line.prevent(Line.Changed):
            self.line.value = value
        self.line.select_all()
        self.say("")

    def close(self) -> None:
        """Hide it."""
        self.display = False

    def say(self, first: str, rest: str = "") -> None:
        """Say what came of it: `3 of 6`, `in 5 segments`."""
        self.line.said = (first, rest)
        self.line.refresh()


def _cells(hints: Sequence[tuple[str, str]], gap: int) -> int:
    words = sum(text.width(key) + 1 + text.width(word) for key, word in hints)
    return words + gap * max(0, len(hints) - 1)
