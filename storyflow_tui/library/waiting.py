"""What the pending moves of files will come to, told by the journal and the disk as they are.

Nothing is moved here: `journal` does that. Reads that need one answer for many paths ask this.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from storyflow_tui.library.journal import Move


class Waiting:
    """The pending moves, followed in their order as if the disk refused none of them.

    `left` are those that are not done yet; `impossible` those of which neither source nor target
    is there, nor will be. `exists` answers None where that cannot be told; such a move is left.
    """

    def __init__(self, moves: Iterable[Move], exists: Callable[[str], bool | None]) -> None:
        self.left: list[Move] = []
        self.impossible: list[Move] = []
        self._exists = exists
        # What happens at a path, by the number of the move: it comes from a source, or goes.
        self._events: dict[str, list[tuple[int, str | None]]] = {}
        for number, move in enumerate(moves):
            is_done = self._is_there(move.target)
            if is_done:
                continue
            if is_done is False and self._is_there(move.source) is False:
                self.impossible.append(move)
                continue
            self.left.append(move)
            self._events.setdefault(move.source, []).append((number, None))
            self._events.setdefault(move.target, []).append((number, move.source))

    def origin(self, relative: str) -> str | None:
        """Where the file that will be at a path lies now; None: what is there will be away."""
        before = None
        while self._events:
            found = self._latest(relative, before)
            if found is None:
                break
            before, path, source = found
            if source is None:
                return None
            relative = source + relative[len(path) :]
        return relative

    def touches(self, relative: str) -> bool:
        """Whether a move that is not done will bring or take what is at a path."""
        return bool(self._events) and any(path in self._events for path in upwards(relative))

    def _is_there(self, relative: str) -> bool | None:
        origin = self.origin(relative)
        return False if origin is None else self._exists(origin)

    def _latest(self, relative: str, before: int | None) -> tuple[int, str, str | None] | None:
        latest: tuple[int, str, str | None] | None = None
        for path in upwards(relative):
            for number, source in reversed(self._events.get(path, ())):
                if before is None or number < before:
                    if latest is None or number > latest[0]:
                        latest = number, path, source
                    break
        return latest


def upwards(relative: str) -> Iterator[str]:
    """A path and every folder above it."""
    while relative:
        yield relative
        relative = relative.rpartition("/")[0]
