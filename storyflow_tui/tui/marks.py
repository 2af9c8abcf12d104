"""The marked segments of a story: by id, so that they stay what they are wherever they stand.

Which keys mark is the screen's business, and what is done to the marked ones, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence


class Marks:
    """A set of segments, and the one that was marked last."""

    def __init__(self) -> None:
        self._ids: set[int] = set()
        self._last: int | None = None

    def __len__(self) -> int:
        return len(self._ids)

    def __contains__(self, segment_id: int) -> bool:
        return segment_id in self._ids

    def toggle(self, segment_id: int) -> None:
        """Mark a segment, or take its mark away."""
        self._last = segment_id
        if segment_id in self._ids:
            self._ids.remove(segment_id)
        else:
            self._ids.add(segment_id)

    def reach(self, segment_id: int, shown: Sequence[int]) -> None:
        """Mark all from the one marked last to this one; this one alone where that is not shown."""
        here = shown.index(segment_id)
        there = shown.index(self._last) if self._last in shown else here
        self._ids.update(shown[min(here, there) : max(here, there) + 1])
        self._last = segment_id

    def all(self, shown: Iterable[int]) -> None:
        """Mark all that are shown; none where all of them are marked already."""
        wanted = set(shown)
        if wanted <= self._ids:
            self.clear()
        else:
            self._ids |= wanted

    def keep(self, there: Iterable[int]) -> bool:
        """Take the marks of those away that are there no more; whether there were any."""
        before = len(self._ids)
        if before:
            self._ids.intersection_update(there)
        return len(self._ids) != before

    def drop(self, gone: Iterable[int]) -> None:
        """These segments were deleted."""
        self._ids.difference_update(gone)

    def clear(self) -> None:
        """No segment is marked any more."""
        self._ids.clear()
        self._last = None

    def in_order(self, ids: Iterable[int]) -> list[int]:
        """The marked ones of these, in their order."""
        return [segment_id for segment_id in ids if segment_id in self._ids]
