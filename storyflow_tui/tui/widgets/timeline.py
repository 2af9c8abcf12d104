"""The timeline: the cards of one story, drawn by line, at the same cost for ten or a million.

It knows how many cards there are and fetches the visible ones. A step of the cursor repaints the
gutters of two cards; whatever else changes repaints the cards it names, or the view.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rich.segment import Segment
from textual import events
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from storyflow_tui.records import WORDS_PER_MINUTE, SegmentRecord
from storyflow_tui.tui.look import SIGNS, Signs, palette
from storyflow_tui.tui.strips import PackedStrip, blank_line, drawn
from storyflow_tui.tui.widgets.card import Bar, CardShape
from storyflow_tui.tui.widgets.deck import CardSource, Deck

AHEAD = 2
"""Cards above and below the view that are built before they are needed."""


class Timeline(Widget, can_focus=True):
    """Cards from a source, a cursor among them, and how many more there are above and below."""

    DEFAULT_CSS = """
    Timeline { height: 1fr; background: $ground; }
    """

    @dataclass
    class CursorMoved(Message):
        """The cursor is on another card now."""

        timeline: Timeline
        index: int

        @property
        def control(self) -> Timeline:
            """The timeline that sent this."""
            return self.timeline

    @dataclass
    class Opened(Message):
        """The current card was clicked."""

        timeline: Timeline
        index: int

        @property
        def control(self) -> Timeline:
            """The timeline that sent this."""
            return self.timeline

    def __init__(
        self,
        source: CardSource | None = None,
        *,
        words_per_minute: int = WORDS_PER_MINUTE,
        signs: Signs = SIGNS,
        id: str | None = None,  # noqa: A002
    ) -> None:
        super().__init__(id=id)
        self._deck = Deck(source, words_per_minute=words_per_minute, signs=signs)
        self._cursor = 0
        self._top = 0
        self._covered = 0
        self._uncovered_top = 0
        self._focused = True
        self._lines: list[Strip] | None = None

    # What is shown

    @property
    def source(self) -> CardSource | None:
        """Where the cards come from; setting it starts at the first card."""
        return self._deck.source

    @source.setter
    def source(self, source: CardSource | None) -> None:
        self._deck.source = source
        self.reset(0, 0)

    @property
    def count(self) -> int:
        """How many cards there are."""
        return len(self._deck)

    @property
    def cursor(self) -> int:
        """The 0-based place of the current card; 0 when there is none."""
        return self._cursor

    @property
    def top(self) -> int:
        """The 0-based place of the first card in view."""
        return self._top

    @property
    def page_size(self) -> int:
        """How many whole cards fit into the view; at least one."""
        # The row for `↑ n more`, and below the cards a blank one and that for `↓ n more`; the
        # latter two are not missed where a sheet stands.
        rows = self.size.height - (self._covered or 2)
        return max(1, rows // self._deck.shape.pitch)

    @property
    def current(self) -> SegmentRecord | None:
        """The record under the cursor."""
        return self._deck.record(self._cursor)

    # What moves

    def move_cursor(self, to: int) -> None:
        """Put the cursor on a card (the nearest there is) and scroll by as few as it takes."""
        to = self._within(to)
        if to == self._cursor:
            return
        before, self._cursor = self._cursor, to
        if self._bring_to(self._top):
            self._redraw_all()
        else:
            self._redraw_gutters(before, to)
        self.post_message(self.CursorMoved(self, to))

    def page(self, by: int) -> None:
        """Move the cursor and the view by screens of cards: 1 is down, -1 up."""
        step = by * self.page_size
        before = self._cursor
        self._cursor = self._within(self._cursor + step)
        if self._bring_to(self._top + step):
            self._redraw_all()
        elif before != self._cursor:
            self._redraw_gutters(before, self._cursor)
        if before != self._cursor:
            self.post_message(self.CursorMoved(self, self._cursor))

    def redraw(self, segment_ids: Iterable[int] | None = None) -> None:
        """Fetch and draw these segments again where they are in view; None is every one."""
        places = self._deck.forget(segment_ids)
        if segment_ids is None:
            self._redraw_all()
            return
        for index in places:
            if self._top <= index < self._top + self.page_size:
                self._draw_card(index)

    def redraw_gutters(self) -> None:
        """Draw the gutters of the cards in view again: marks came or went."""
        self._redraw_gutters(*range(self._top, self._top + self.page_size))

    def redraw_changed(self) -> None:
        """Draw again those cards in view that would look different now, and no others."""
        if self._lines is None or not self.is_mounted:
            return
        for index in range(self._top, min(self.count, self._top + self.page_size)):
            y = self._row(index)
            before, now = self._lines[y], self._card(index)
            if now and now[0] is not before:
                self._draw_card(index)

    def reset(self, cursor: int, top: int | None = None) -> None:
        """Cards came, went or changed places: put the cursor here; keep the scroll if it can be."""
        before = self._cursor
        self._deck.forget()
        self._cursor = self._within(cursor)
        if not self.is_attached:
            return
        self._measure()
        top = self._top if top is None else top
        if self.size.height:
            self._bring_to(top)
        else:
            # How many cards there is room for is not known yet; the first size puts it right.
            self._top = max(0, min(top, self._cursor))
        self._redraw_all()
        if before != self._cursor:
            self.post_message(self.CursorMoved(self, self._cursor))

    def focused_look(self, focused: bool) -> None:
        """Whether keys act here: the bar is in the accent colour then, else in that of a line."""
        if focused != self._focused:
            self._focused = focused
            self._redraw_gutters(self._cursor)

    def cover(self, rows: int) -> None:
        """A sheet stands over this many rows at the bottom: show the current card above it.

        With 0 rows the view is again what it was before the sheet came.
        """
        rows = max(0, rows)
        if rows == self._covered:
            return
        if not self._covered:
            self._uncovered_top = self._top
        before = self.page_size
        self._covered = rows
        if self._bring_to(self._top if rows else self._uncovered_top):
            self._redraw_all()
            return
        # Only the cards at the edge of the sheet come and go: none is shown in part.
        self._lines = None
        first = self._row(self._top + min(before, self.page_size))
        self.refresh(Region(0, first, self.size.width, max(0, self.size.height - first)))

    def _within(self, index: int) -> int:
        return max(0, min(index, self.count - 1))

    def _bring_to(self, top: int) -> bool:
        """Make `top` the first card, or the nearest that shows the cursor and wastes no room."""
        visible = self.page_size
        top = min(top, self.count - visible)
        top = max(0, min(max(top, self._cursor - visible + 1), self._cursor))
        changed = top != self._top
        self._top = top
        return changed

    def _measure(self) -> None:
        """Take over size, number of cards and theme."""
        shape = CardShape.of(self.size.width, self.app.size.height, self._deck.total)
        if self._deck.look(shape, palette(self.app.theme)):
            self._lines = None

    # What is drawn

    def _redraw_all(self) -> None:
        self._lines = None
        self.refresh()

    def _row(self, index: int) -> int:
        return 1 + (index - self._top) * self._deck.shape.pitch

    def _redraw_gutters(self, *indexes: int) -> None:
        shape = self._deck.shape
        if self._lines is None or not self.is_mounted:
            self.refresh()
            return
        regions = []
        for index in indexes:
            if self._top <= index < self._top + self.page_size and index < self.count:
                y = self._row(index)
                self._put(index)
                regions.append(Region(0, y, shape.gutter, shape.lines))
        if regions:
            self.refresh(*regions)

    def _draw_card(self, index: int) -> None:
        if self._lines is None:
            self.refresh()
            return
        self._put(index)
        self.refresh(Region(0, self._row(index), self._deck.shape.width, self._deck.shape.lines))
        self.call_after_refresh(self._look_ahead)

    def _put(self, index: int) -> None:
        """Put the lines of a card into the view."""
        if self._lines is not None and (lines := self._card(index)):
            y = self._row(index)
            # A window lower than a card shows what there is room for.
            room = max(0, len(self._lines) - 1 - y)
            self._lines[y : y + min(room, len(lines))] = lines[:room]

    def _card(self, index: int) -> list[Strip]:
        bar: Bar = ""
        if index == self._cursor:
            bar = "accent" if self._focused else "line"
        return self._deck.lines(index, bar)

    def _view(self) -> list[Strip]:
        """All lines of the widget."""
        shape, height, count = self._deck.shape, self.size.height, self.count
        stop = min(count, self._top + self.page_size)
        self._deck.fetch(self._top, stop)
        self._deck.keep(self._top, stop)
        blank = blank_line(shape.width, self._deck.colours.ground)
        lines: list[Strip] = [self._more(self._deck.signs.up, self._top)]
        for index in range(self._top, stop):
            # A card may be gone since it was counted; the source resets in a moment.
            lines += self._card(index) or [blank] * shape.lines
            lines.append(blank)
        del lines[max(1, height - 1) :]
        lines += [blank] * (height - 1 - len(lines))
        lines.append(self._more(self._deck.signs.down, count - stop))
        self.call_after_refresh(self._look_ahead)
        return lines[:height]

    def _look_ahead(self) -> None:
        """Build the cards that a step may bring into view, once those in view are complete."""
        first, stop = self._top, min(self.count, self._top + self.page_size)
        if any(self._deck.is_waiting(index) for index in range(first, stop)):
            return
        for index in (*range(stop, stop + AHEAD), *range(first - AHEAD, first)):
            self._deck.lines(index, "accent" if self._focused else "line")

    def _more(self, sign: str, number: int) -> Strip:
        shape, colours = self._deck.shape, self._deck.colours
        if number <= 0:
            return blank_line(shape.width, colours.ground)
        line = Strip(
            [
                Segment(" " * shape.text_x, colours.style("text")),
                Segment(f"{sign} {number} more", colours.style("muted")),
            ]
        )
        line = line.adjust_cell_length(shape.width, colours.style("text"))
        return PackedStrip(list(line), shape.width)

    def render_lines(self, crop: Region) -> list[Strip]:
        """The lines of the view; what did not change since is as it was."""
        self._measure()
        if self._lines is None:
            self._lines = self._view()
        return drawn(self, self._lines, crop, self._deck.colours.ground)

    # What happens

    def on_resize(self) -> None:
        """Another size: cards of another size perhaps, and as few scrolled away as can be."""
        self._measure()
        self._bring_to(self._top)
        self._redraw_all()

    def on_click(self, event: events.Click) -> None:
        """Select the card under the mouse; a click on the current one opens it."""
        line = event.y - 1
        index = self._top + line // self._deck.shape.pitch
        if line < 0 or index >= min(self.count, self._top + self.page_size):
            return
        if index == self._cursor:
            self.post_message(self.Opened(self, index))
        else:
            self.move_cursor(index)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll down by a card; the cursor stays in view."""
        event.stop()
        self._wheel(1)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll up by a card; the cursor stays in view."""
        event.stop()
        self._wheel(-1)

    def _wheel(self, by: int) -> None:
        top = max(0, min(self._top + by, self.count - self.page_size))
        if top == self._top:
            return
        before = self._cursor
        self._top = top
        self._cursor = max(top, min(self._cursor, top + self.page_size - 1))
        self._redraw_all()
        if before != self._cursor:
            self.post_message(self.CursorMoved(self, self._cursor))
