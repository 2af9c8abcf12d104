"""A figure beside its floor, and how times are taken."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import NamedTuple

RUNS = 5


class Figure(NamedTuple):
    """One row of the table. `unit` is `ms` or `B`; without a floor there is no ratio."""

    what: str
    ours: float
    floor: float | None
    unit: str
    floor_is: str

    def line(self) -> str:
        """The row as it is printed."""
        floor = f"{self.floor:,.1f} {self.unit}" if self.floor is not None else ""
        ratio = f"{self.ours / self.floor:.2f}x" if self.floor else ""
        ours = f"{self.ours:,.1f} {self.unit}"
        return f"{self.what:<52}{ours:>12}{floor:>12}{ratio:>8}   {self.floor_is}"


def best(action: Callable[[int], object], runs: int = RUNS) -> float:
    """The shortest of several runs, in milliseconds; each is given its number."""
    times = []
    for number in range(runs):
        start = time.perf_counter()
        action(number)
        times.append(time.perf_counter() - start)
    return min(times) * 1000
