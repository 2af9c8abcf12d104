"""A clock that a test moves, in the place of the one of rehearsals and of what plays."""

from __future__ import annotations


class HandClock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now

    def pass_(self, seconds: float) -> None:
        self.now += seconds
