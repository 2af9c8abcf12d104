"""A story that goes on by itself: how far the current segment is, at which speed.

Knows no segment and no screen; seconds are those of the story, the clock's pass faster or slower.
"""

from __future__ import annotations

from storyflow_tui.tui.rehearsal import Clock

SPEEDS = (0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 3.0)
"""How many times as fast as it is read aloud."""


class Player:
    """The clock of one segment after the other."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._since: float | None = None
        self._before = 0.0
        self._speed = SPEEDS.index(1.0)

    @property
    def plays(self) -> bool:
        """Whether it goes on by itself."""
        return self._since is not None

    @property
    def speed(self) -> float:
        """How many times as fast as it is read aloud."""
        return SPEEDS[self._speed]

    @property
    def elapsed(self) -> float:
        """Seconds of this segment that are over."""
        running = 0.0 if self._since is None else max(0.0, self._clock() - self._since)
        return self._before + running * self.speed

    def play(self) -> None:
        """Go on."""
        if self._since is None:
            self._since = self._clock()

    def pause(self) -> None:
        """Stop where it is."""
        self._before, self._since = self.elapsed, None

    def begin(self) -> None:
        """Be at the beginning of a segment, playing or not as before."""
        self._before = 0.0
        if self._since is not None:
            self._since = self._clock()

    def hasten(self, by: int) -> None:
        """The next speed, faster or slower, as far as they go; what is over stays over."""
        plays = self.plays
        self.pause()
        self._speed = min(max(self._speed + by, 0), len(SPEEDS) - 1)
        if plays:
            self.play()
