"""When each segment of a story begins and how long it is, ready to be asked by place.

Made once on a worker, from what the library reads in pieces; asking costs the same in any story.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate

from storyflow_tui.records import LengthRecord


class Timetable:
    """The lengths of a story in its order; places count from 0, times are seconds."""

    def __init__(self, records: Sequence[LengthRecord] = ()) -> None:
        self.records = records
        self._places = {record.id: place for place, record in enumerate(records)}
        self._starts = [0.0, *accumulate(record.seconds for record in records)]
        self._guesses = [0, *accumulate(record.measured is None for record in records)]

    def __len__(self) -> int:
        return len(self.records)

    @property
    def total(self) -> float:
        """The length of the whole."""
        return self._starts[-1]

    @property
    def measured(self) -> int:
        """How many segments were measured."""
        return len(self) - self._guesses[-1]

    @property
    def is_guessed(self) -> bool:
        """Whether an estimate is in the length of the whole."""
        return bool(self._guesses[-1])

    def place(self, segment_id: int) -> int | None:
        """Where a segment stands; None if it does not."""
        return self._places.get(segment_id)

    def seconds(self, place: int) -> float:
        """The length of the segment at a place."""
        return self.records[place].seconds

    def start(self, place: int) -> float:
        """When the segment at a place begins; behind the last, the length of the whole."""
        return self._starts[place]

    def guesses_before(self, place: int) -> int:
        """How many estimates are in what comes before a place."""
        return self._guesses[place]

    def with_lengths(self, taken: Mapping[int, float]) -> Timetable:
        """The same story as it would be with these lengths."""
        if not taken:
            return self
        return Timetable(
            [
                record._replace(measured=taken[record.id]) if record.id in taken else record
                for record in self.records
            ]
        )
