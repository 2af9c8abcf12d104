"""The cards of a timeline as lines, built when they come into view and kept for a while.

It fetches records by their places and knows how cards look; which of them are in view, and where
the cursor is, is the timeline's.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from rich.segment import Segment
from textual.strip import Strip

from storyflow_tui.records import WORDS_PER_MINUTE, SegmentRecord
from storyflow_tui.tui.look import SIGNS, Palette, Signs, palette
from storyflow_tui.tui.strips import PackedStrip
from storyflow_tui.tui.widgets.card import Bar, CardShape, CardState, body, gutter

KEPT = 256
"""Cards that are kept built, and places beside the view whose records are kept."""


class CardSource(Protocol):
    """Where the cards come from. All of it is called on the UI thread and answers at once."""

    def __len__(self) -> int:
        """How many cards there are."""
        ...

    @property
    def total(self) -> int:
        """How many there would be if none were left out: no number is higher."""
        ...

    def number(self, index: int) -> int:
        """The number that the card at this 0-based place shows: its position from 1 on."""
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
    """With a gutter, by the number and the bar that it shows."""


class Deck:
    """Cards by their 0-based place: fetched in runs, built once, kept while they may be needed."""

    def __init__(
        self,
        source: CardSource | None,
        *,
        words_per_minute: int = WORDS_PER_MINUTE,
        signs: Signs = SIGNS,
    ) -> None:
        self.source = source
        self.words_per_minute = words_per_minute
        self.signs = signs
        self.shape = CardShape.of(80, 24, 0)
        self.colours: Palette = palette("dark")
        self._records: dict[int, SegmentRecord] = {}
        self._built: OrderedDict[int, _Built] = OrderedDict()

    def __len__(self) -> int:
        return len(self.source) if self.source is not None else 0

    @property
    def total(self) -> int:
        """The highest number that a card may show."""
        return self.source.total if self.source is not None else 0

    def look(self, shape: CardShape, colours: Palette) -> bool:
        """Draw cards of this shape in these colours from now on; whether that is another look."""
        if (shape, colours) == (self.shape, self.colours):
            return False
        self.shape, self.colours = shape, colours
        self._built.clear()
        return True

    def fetch(self, start: int, stop: int) -> None:
        """Have the records of these places; asks once, for the run of those that are not there."""
        missing = [index for index in range(start, stop) if index not in self._records]
        if not missing or self.source is None:
            return
        first = missing[0]
        for place, record in enumerate(self.source.records(first, missing[-1] + 1), first):
            self._records[place] = record

    def record(self, index: int) -> SegmentRecord | None:
        """The record at a place; None where there is none."""
        if not 0 <= index < len(self):
            return None
        self.fetch(index, index + 1)
        return self._records.get(index)

    def keep(self, start: int, stop: int) -> None:
        """Forget records far from these places."""
        if len(self._records) > 3 * KEPT:
            self._records = {
                index: record
                for index, record in self._records.items()
                if start - KEPT < index < stop + KEPT
            }

    def forget(self, segment_ids: Iterable[int] | None = None) -> list[int]:
        """Fetch these segments again when they are needed; the places that they are known at."""
        if segment_ids is None:
            places = list(self._records)
        else:
            wanted = set(segment_ids)
            places = [index for index, record in self._records.items() if record.id in wanted]
        for index in places:
            del self._records[index]
        return places

    def is_waiting(self, index: int) -> bool:
        """Whether the picture of a card is still on its way."""
        record = self._records.get(index)
        built = self._built.get(record.id) if record is not None else None
        return built is None or built.state.picture == "waiting"

    def lines(self, index: int, bar: Bar) -> list[Strip]:
        """The lines of the card at a place, without the blank one below; empty if it is gone."""
        record = self.record(index)
        if record is None:
            return []
        built = self._build(record)
        number = self.source.number(index) if self.source is not None else index + 1
        if (number, bar) in built.whole:
            return built.whole[number, bar]
        state, shape = built.state, self.shape
        left = gutter(number, shape, self.colours, bar, state.marked, state.locked, self.signs)
        if len(built.whole) > 2:
            built.whole.clear()
        lines: list[Strip] = [
            PackedStrip([*start, *rest], shape.width)
            for start, rest in zip(left, built.body, strict=True)
        ]
        built.whole[number, bar] = lines
        return lines

    def _build(self, record: SegmentRecord) -> _Built:
        """The card without its gutter, from those that are kept if nothing about it changed."""
        assert self.source is not None
        state = self.source.state(record)
        thumbnail = None
        if state.picture in ("ok", "waiting"):
            thumbnail = self.source.thumbnail(record, *self.shape.thumb)
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
                self.shape,
                self.colours,
                thumbnail,
                words_per_minute=self.words_per_minute,
                signs=self.signs,
            )
            kept = self._built[record.id] = _Built(record, state, thumbnail, lines)
        self._built.move_to_end(record.id)
        while len(self._built) > KEPT:
            self._built.popitem(last=False)
        return kept
