"""The timeline: the cards of one story, drawn by line, at the same cost for ten or a million.

It knows how many cards there are and fetches the visible ones. A step of the cursor repaints the
gutters of two cards; whatever else changes repaints the cards it names, or the view.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from rich.segment import Segment
from textual import events
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from storyflow_tui.records import WORDS_PER_MINUTE, SegmentRecord
from storyflow_tui.tui.look import SIGNS, Palette, Signs, palette
from storyflow_tui.tui.strips import PackedStrip, blank_line, drawn
from storyflow_tui.tui.widgets.card import Bar, CardShape, CardState, body, gutter

_KEPT = 256
"""Cards that are kept built."""


class CardSource(Protocol):
    """Where the cards come from. All of it is called on the UI thread and answers at once."""

    def __len__(self) -> int:
        """How many cards there are."""
        ...

    def records(self, start: int, stop: int) -> Sequence[SegmentRecord]:
        """The records at these 0-based places, in order."""
        ...

    def state(self, record: SegmentRecord) -> CardState:
        """What the card shows beyond its record."""
        ...

    def thumbnail(self, record: SegmentRecord, width: int, height: int) -> list[Strip] | None:
        """The picture in this many cells; None while it is on its way.

        The source starts the work then, and calls `Timeline.redraw` with the id when it is done.
        """
        ...


@dataclass(slots=True)
class _Built:
    """A card as it was built, and from what."""

    record: SegmentRecord
    state: CardState
    thumbnail: list[Strip] | None
    body: list[list[Segment]]
    whole: dict[tuple[int, Bar], list[Strip]] = field(default_factory=dict)
    """With a gutter, by the place and the bar that it shows."""


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
        self.words_per_minute = words_per_minute
        self.signs = signs
        self._source = source
        self._cursor = 0
        self._top = 0
        self._covered = 0
        self._uncovered_top = 0
        self._focused = True
        self._theme = ""
        self._shape = CardShape.of(80, 24, 0)
        self._built: OrderedDict[int, _Built] = OrderedDict()
        self._records: dict[int, SegmentRecord] = {}
        self._lines: list[Strip] | None = None

    # What is shown

    @property
    def source(self) -> CardSource | None:
        """Where the cards come from; setting it starts at the first card."""
        return self._source

    @source.setter
    def source(self, source: CardSource | None) -> None:
        self._source = source
        self._built.clear()
        self.reset(0, 0)

    @property
    def count(self) -> int:
        """How many cards there are."""
        return len(self._source) if self._source is not None else 0

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
        return max(1, rows // self._shape.pitch)

    @property
    def current(self) -> SegmentRecord | None:
        """The record under the cursor."""
        if not self.count:
            return None
        self._fetch(self._cursor, self._cursor + 1)
        return self._records.get(self._cursor)

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
        if segment_ids is None:
            self._records.clear()
            self._redraw_all()
            return
        wanted = set(segment_ids)
        for index, record in list(self._records.items()):
            if record.id not in wanted:
                continue
            del self._records[index]
            if self._top <= index < self._top + self.page_size:
                self._draw_card(index)

    def reset(self, cursor: int, top: int | None = None) -> None:
        """Cards came, went or changed places: put the cursor here; keep the scroll if it can be."""
        before = self._cursor
        self._records.clear()
        self._cursor = self._within(cursor)
        if not self.is_attached:
            return
        self._measure()
        self._bring_to(self._top if top is None else top)
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

    def _measure(self) -> bool:
        """Take over size and number of cards; whether cards look different for it."""
        shape = CardShape.of(self.size.width, self.app.size.height, self.count)
        if shape == self._shape:
            return False
        self._shape = shape
        self._built.clear()
        return True

    # What is drawn

    def _redraw_all(self) -> None:
        self._lines = None
        self.refresh()

    def _row(self, index: int) -> int:
        return 1 + (index - self._top) * self._shape.pitch

    def _redraw_gutters(self, *indexes: int) -> None:
        shape = self._shape
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
        self._fetch(index, index + 1)
        self._put(index)
        self.refresh(Region(0, self._row(index), self._shape.width, self._shape.lines))

    def _put(self, index: int) -> None:
        """Put the lines of a card into the view."""
        if self._lines is not None and index in self._records:
            y = self._row(index)
            self._lines[y : y + self._shape.lines] = self._card(index)

    def _fetch(self, start: int, stop: int) -> None:
        """Have the records of these places; asks for one run of those that are not there."""
        missing = [index for index in range(start, stop) if index not in self._records]
        if not missing or self._source is None:
            return
        first = missing[0]
        for place, record in enumerate(self._source.records(first, missing[-1] + 1), first):
            self._records[place] = record

    def _card(self, index: int) -> list[Strip]:
        """The lines of a card with its gutter."""
        record = self._records[index]
        built = self._build(record)
        bar: Bar = ""
        if index == self._cursor:
            bar = "accent" if self._focused else "line"
        if (index, bar) in built.whole:
            return built.whole[index, bar]
        shape = self._shape
        left = gutter(
            index + 1,
            shape,
            self._colours,
            bar,
            built.state.marked,
            built.state.locked,
            self.signs,
        )
        if len(built.whole) > 2:
            built.whole.clear()
        lines: list[Strip] = [
            PackedStrip([*start, *rest], shape.width)
            for start, rest in zip(left, built.body, strict=True)
        ]
        built.whole[index, bar] = lines
        return lines

    def _build(self, record: SegmentRecord) -> _Built:
        """The card without its gutter, from those that are kept if nothing about it changed."""
        assert self._source is not None
        state = self._source.state(record)
        thumbnail = None
        if state.picture in ("ok", "waiting"):
            thumbnail = self._source.thumbnail(record, *self._shape.thumb)
            state = state._replace(picture="waiting" if thumbnail is None else "ok")
        kept = self._built.get(record.id)
        if (
            kept is None
            or kept.thumbnail is not thumbnail
            or kept.state != state
            or kept.record != record
        ):
            lines = body(
                record,
                state,
                self._shape,
                self._colours,
                thumbnail,
                words_per_minute=self.words_per_minute,
                signs=self.signs,
            )
            kept = self._built[record.id] = _Built(record, state, thumbnail, lines)
        self._built.move_to_end(record.id)
        while len(self._built) > _KEPT:
            self._built.popitem(last=False)
        return kept

    @property
    def _colours(self) -> Palette:
        return palette(self._theme)

    def _view(self) -> list[Strip]:
        """All lines of the widget."""
        shape, height, count = self._shape, self.size.height, self.count
        stop = min(count, self._top + self.page_size)
        self._records = {
            index: record
            for index, record in self._records.items()
            if self._top - _KEPT < index < stop + _KEPT
        }
        self._fetch(self._top, stop)
        blank = blank_line(shape.width, self._colours.ground)
        lines: list[Strip] = [self._more(self.signs.up, self._top)]
        for index in range(self._top, stop):
            if index in self._records:
                lines += self._card(index)
            else:
                # Gone since it was counted; the source resets in a moment.
                lines += [blank] * shape.lines
            lines.append(blank)
        del lines[max(1, height - 1) :]
        lines += [blank] * (height - 1 - len(lines))
        lines.append(self._more(self.signs.down, count - stop))
        return lines[:height]

    def _more(self, sign: str, number: int) -> Strip:
        shape, colours = self._shape, self._colours
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
        if self._theme != self.app.theme:
            self._theme = self.app.theme
            self._built.clear()
            self._lines = None
        if self._lines is None:
            self._lines = self._view()
        return drawn(self, self._lines, crop, self._colours.ground)

    # What happens

    def on_resize(self) -> None:
        """Another size: cards of another size perhaps, and as few scrolled away as can be."""
        self._measure()
        self._bring_to(self._top)
        self._redraw_all()

    def on_click(self, event: events.Click) -> None:
        """Select the card under the mouse; a click on the current one opens it."""
        line = event.y - 1
        index = self._top + line // self._shape.pitch
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
