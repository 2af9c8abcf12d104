"""A list of one-line rows drawn by line: no widget a row, so thousands of rows cost nothing.

The bar stands in column 0; the first and the last line are kept for `↑ n more` and `↓ n more`.
What a row says is the source's business; this widget knows the cursor, the scroll and the mouse.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from rich.segment import Segment
from textual import events
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from storyflow_tui.tui.look import SIGNS, Palette, palette
from storyflow_tui.tui.text import wrap

TEXT_COLUMN = 6
"""Where the text of every list starts; the columns before it are the gutter."""


class RowSource(Protocol):
    """Where the rows come from; asked for visible ones only."""

    def __len__(self) -> int:
        """How many rows there are."""
        ...

    def row(self, index: int, width: int, current: bool, colours: Palette) -> Sequence[Segment]:
        """Columns 1 to `width` of a row (the bar is in column 0), `width - 1` cells or fewer."""
        ...


@runtime_checkable
class PartedSource(RowSource, Protocol):
    """One that has a word to say between two of its rows, where these are parted by a line."""

    def below(self, index: int, width: int, colours: Palette) -> Sequence[Segment]:
        """The line after a row, from column 0 on; mostly nothing."""
        ...


class Rows(Widget, can_focus=True):
    """The list: a cursor, a scroll position and whole rows `pitch` lines apart."""

    DEFAULT_CSS = """
    Rows { height: 1fr; background: $background; color: $foreground; }
    """

    @dataclass
    class Moved(Message):
        """The bar is on another row, or other rows are seen."""

        rows: Rows
        index: int

        @property
        def control(self) -> Rows:
            """The list that sent this."""
            return self.rows

    @dataclass
    class Opened(Message):
        """The current row was clicked."""

        rows: Rows
        index: int

        @property
        def control(self) -> Rows:
            """The list that sent this."""
            return self.rows

    def __init__(
        self,
        source: RowSource | None = None,
        *,
        pitch: int = 1,
        focusable: bool = True,
        id: str | None = None,  # noqa: A002  (Textual's own name)
    ) -> None:
        super().__init__(id=id)
        self.source = source
        self.pitch = pitch
        self.can_focus = focusable
        self.cursor = 0
        self.top = 0
        self._bar = True
        self._note = ""

    @property
    def count(self) -> int:
        """How many rows the source has."""
        return len(self.source) if self.source is not None else 0

    @property
    def room(self) -> int:
        """How many whole rows fit."""
        return max(1, (self.size.height - 2 + self.pitch - 1) // self.pitch)

    @property
    def seen(self) -> range:
        """The indices that are drawn now."""
        return range(self.top, min(self.count, self.top + self.room))

    def move_cursor(self, to: int) -> None:
        """Put the bar on a row (the nearest there is); scroll by the fewest rows."""
        to = max(0, min(to, self.count - 1))
        before, top = self.cursor, self.top
        self.cursor = to
        self._keep_in_view()
        if self.top != top:
            self.refresh()
        elif before != to:
            self._refresh_row(before)
            self._refresh_row(to)
        if before != to:
            self.post_message(self.Moved(self, to))

    def show_bar(self, shown: bool) -> None:
        """Whether the current row is marked as such; not while something else is meant."""
        if shown != self._bar:
            self._bar = shown
            self._refresh_row(self.cursor)

    def note(self, words: str) -> None:
        """A sentence below the last row, on why there are no more; empty for none."""
        if words != self._note:
            self._note = words
            self.refresh()

    def page(self, by: int) -> None:
        """Move the bar by whole screens; at an end it stops there."""
        self.move_cursor(self.cursor + by * self.room)

    def reset(self, cursor: int = 0, top: int | None = None) -> None:
        """The rows are others now: draw them, with the bar here and, if it can be, this scroll."""
        self.cursor = max(0, min(cursor, self.count - 1))
        self.top = self.top if top is None else top
        self._keep_in_view()
        self.refresh()
        self.post_message(self.Moved(self, self.cursor))

    def redraw(self, index: int) -> None:
        """Something that this row says has changed."""
        self._refresh_row(index)

    def render_line(self, y: int) -> Strip:
        """One line of the screen: a row, a blank one or how many more there are."""
        colours = palette(self.app.theme)
        width = self.size.width
        segments: list[Segment] = []
        if y == 0 and self.top > 0:
            segments = self._more(SIGNS.up, self.top, colours)
        elif y == self.size.height - 1 and self.seen.stop < self.count:
            segments = self._more(SIGNS.down, self.count - self.seen.stop, colours)
        elif y > 0:
            index, between = divmod(y - 1, self.pitch)
            index += self.top
            source = self.source
            if not between and index in self.seen and source is not None:
                current = self._bar and index == self.cursor
                bar = SIGNS.here if current else " "
                segments = [
                    Segment(bar, colours.style("accent")),
                    *source.row(index, width, current, colours),
                ]
            elif between == 1 and index in self.seen and isinstance(source, PartedSource):
                segments = [*source.below(index, width, colours)]
            elif self._note:
                segments = self._note_line(y, width, colours)
        strip = Strip(segments).crop(0, width).extend_cell_length(width)
        return strip.apply_style(colours.style("text"))

    def on_resize(self) -> None:
        """Keep the bar in view."""
        self._keep_in_view()
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        """A click selects; one on the current row opens it."""
        index = self.top + (event.y - 1) // self.pitch
        if event.y < 1 or index not in self.seen:
            return
        event.stop()
        if index == self.cursor:
            self.post_message(self.Opened(self, index))
        else:
            self.move_cursor(index)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """The wheel scrolls by a row."""
        event.stop()
        self._scroll_by(1)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """The wheel scrolls by a row."""
        event.stop()
        self._scroll_by(-1)

    def _scroll_by(self, rows: int) -> None:
        top = max(0, min(self.top + rows, self.count - self.room))
        if top == self.top:
            return
        self.top = top
        seen = self.seen
        self.cursor = max(seen.start, min(self.cursor, seen.stop - 1))
        self.refresh()
        self.post_message(self.Moved(self, self.cursor))

    def _keep_in_view(self) -> None:
        if not self.size.height:  # not laid out yet: its first size tells what can be seen
            return
        room = self.room
        top = min(self.top, self.cursor)
        top = max(top, self.cursor - room + 1)
        self.top = max(0, min(top, self.count - room))

    def _refresh_row(self, index: int) -> None:
        if index in self.seen:
            y = 1 + (index - self.top) * self.pitch
            self.refresh(Region(0, y, self.size.width, 1))

    def _note_line(self, y: int, width: int, colours: Palette) -> list[Segment]:
        first = 1 + self.count * self.pitch + (1 if self.count else 0)
        lines = wrap(self._note, width - TEXT_COLUMN - 2, 3)
        if not 0 <= y - first < len(lines):
            return []
        return [Segment(" " * TEXT_COLUMN + lines[y - first], colours.style("muted"))]

    def _more(self, sign: str, count: int, colours: Palette) -> list[Segment]:
        return [Segment(" " * TEXT_COLUMN + f"{sign} {count} more", colours.style("muted"))]
