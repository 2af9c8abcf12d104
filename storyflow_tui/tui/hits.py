"""The hits of a find in their order: which is the next, the one before, and which number each has.

Segments come as `HitRecord`s of the library; a hit is one place in one text of one of them.
Nothing here reads or draws.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

from storyflow_tui.records import HitRecord

FIELDS = ("text_content", "image_prompt", "image_file")
"""The texts of a segment in the order in which their hits are gone through."""


class Hit(NamedTuple):
    """One hit: whose, in which text, and which one there, from 0 on."""

    segment_id: int
    field: str
    number: int


class Hits:
    """All hits in a story; each has a number from 0 on, in the order of the timeline."""

    def __init__(self, records: Sequence[HitRecord]) -> None:
        self._records = sorted(records)
        self._ends = list(accumulate(record.times for record in self._records))
        self._places = {record.id: place for place, record in enumerate(self._records)}

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    @property
    def segments(self) -> int:
        """How many segments have a hit."""
        return len(self._records)

    def __getitem__(self, number: int) -> Hit:
        if not 0 <= number < len(self):
            raise IndexError(number)
        place = bisect_right(self._ends, number)
        return hit_of(self._records[place], number - self._start(place))

    def number(self, hit: Hit) -> int | None:
        """The number of a hit; None if it is one no more."""
        place = self._places.get(hit.segment_id)
        if place is None:
            return None
        counts = self._records[place][2:]
        field = FIELDS.index(hit.field)
        if hit.number >= counts[field]:
            return None
        return self._start(place) + sum(counts[:field]) + hit.number

    def before(self, sequence_index: int, segment_id: int) -> int:
        """How many hits there are before a segment: the number of the first in it or behind it."""
        return self._start(bisect_left(self._records, (sequence_index, segment_id)))

    def _start(self, place: int) -> int:
        return self._ends[place - 1] if place else 0


def hit_of(record: HitRecord, number: int = 0) -> Hit:
    """One of the hits in a segment, counted from 0 through all of its texts."""
    for field, count in zip(FIELDS, record[2:], strict=True):
        if number < count:
            return Hit(record.id, field, number)
        number -= count
    raise IndexError(number)
