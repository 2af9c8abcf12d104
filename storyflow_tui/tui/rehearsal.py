"""A rehearsal: a clock that runs while somebody reads, and the lengths that it took.

Which segment is read, and what becomes of the lengths, is for the screen that has the clock.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

Clock = Callable[[], float]
"""Seconds that only grow, from wherever it began."""

CLOCK: Clock = time.monotonic
"""The clock of rehearsals and of what plays: the one door by which time comes in."""

STEP = 0.01
"""Lengths are taken to the hundredth of a second; a finger is no more exact than that."""


class Rehearsal:
    """The lengths taken so far, by segment, and the clock of the one that is read."""

    def __init__(self, clock: Clock, taken: Mapping[int, float] | None = None) -> None:
        self._clock = clock
        self._since: float | None = None
        self._before = 0.0
        self.taken = dict(taken or {})

    @property
    def runs(self) -> bool:
        """Whether the clock runs."""
        return self._since is not None

    @property
    def begun(self) -> bool:
        """Whether something of this segment was read already."""
        return self.runs or self._before > 0

    @property
    def elapsed(self) -> float:
        """Seconds since this segment began, without the pauses."""
        running = 0.0 if self._since is None else max(0.0, self._clock() - self._since)
        return self._before + running

    @property
    def total(self) -> float:
        """Seconds of all that was taken."""
        return sum(self.taken.values())

    def run(self) -> None:
        """Let the clock run on."""
        if self._since is None:
            self._since = self._clock()

    def pause(self) -> None:
        """Stop the clock; what was read of this segment counts."""
        self._before, self._since = self.elapsed, None

    def cut(self, segment_id: int) -> float:
        """This segment is read: take its length; the next one begins at this moment."""
        seconds = self.taken[segment_id] = round(max(STEP, self.elapsed), 2)
        self._before = 0.0
        self._since = self._clock()
        return seconds

    def reset(self) -> None:
        """Stop, with nothing read of this segment."""
        self._before, self._since = 0.0, None

    def forget(self, segment_id: int) -> None:
        """Let go of the length that a segment was given."""
        self.taken.pop(segment_id, None)
