"""A page of lines made beforehand, drawn by line, that scrolls when it does not fit.

For help and for the two texts of a conflict: the first lines may stay where they are, and what
is hidden is told as `↑ n more` and `↓ n more`. It has no cursor and takes no focus.
"""

from __future__ import annotations

from collections.abc import Sequence

from rich.segment import Segment
from textual import events
from textual.strip import Strip
from textual.widget import Widget

from storyflow_tui.tui.look import SIGNS, palette

Line = Sequence[Segment]


class Page(Widget):
    """Lines of segments on a surface, named by its role (`ground`, `raised` …)."""

    DEFAULT_CSS = """
    Page { height: 1fr; }
    """

    def __init__(
        self,
        *,
        surface: str = "raised",
        margin: int = 6,
        id: str | None = None,  # noqa: A002  (Textual's own name)
    ) -> None:
        super().__init__(id=id)
        self.top = 0
        self._surface = surface
        self.margin_left = margin
        self._lines: Sequence[Line] = ()
        self._fixed = 0

    @property
    def last_top(self) -> int:
        """How far the page can scroll."""
        return max(0, len(self._lines) - self.size.height)

    def show(self, lines: Sequence[Line], *, fixed: int = 0, surface: str | None = None) -> None:
        """Draw these lines, of which the first `fixed` never scroll; the scroll is kept."""
        self._surface = surface or self._surface
        self._lines = lines
        self._fixed = fixed
        self.top = min(self.top, self.last_top)
        self.refresh()

    def scroll_lines(self, by: int) -> None:
        """Scroll by lines, as far as it goes."""
        top = max(0, min(self.top + by, self.last_top))
        if top != self.top:
            self.top = top
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """One line of the page as it stands now."""
        colours = palette(self.app.theme)
        width, height = self.size
        blank = Segment(" " * self.margin_left)
        line: Line = ()
        at = y if y < self._fixed else y + self.top
        below = len(self._lines) - self.top - height
        muted = colours.style("muted", self._surface)
        if y == self._fixed and self.top:
            line = [Segment(f"{SIGNS.up} {self.top + 1} more", muted)]
        elif y == height - 1 and below > 0:
            line = [Segment(f"{SIGNS.down} {below + 1} more", muted)]
        elif at < len(self._lines):
            line = self._lines[at]
        strip = Strip([blank, *line]).crop(0, width).extend_cell_length(width)
        return strip.apply_style(colours.style("text", self._surface))

    def on_resize(self) -> None:
        """Scroll no further than there are lines."""
        self.top = min(self.top, self.last_top)
        self.refresh()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """The wheel scrolls by three lines."""
        event.stop()
        self.scroll_lines(3)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """The wheel scrolls by three lines."""
        event.stop()
        self.scroll_lines(-3)
