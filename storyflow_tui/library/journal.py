"""The journal of file moves: what is decided in a transaction is done after it, or after a crash.

Rows, history and an ordered list of moves are committed together. Only then, under the write lock
again, the moves are done, the folders synced and the list struck off. Whoever writes next, or
opens the library, does first what is pending.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from storyflow_tui.library.database import Database
from storyflow_tui.library.disk import Disk
from storyflow_tui.library.media import STAGING, Media
from storyflow_tui.library.models import as_text


class Move(NamedTuple):
    """One move of a list; paths relative to `media/`."""

    id: int
    operation: str
    source: str
    target: str


class _ImpossibleError(Exception):
    """A move whose source and target are both gone, or that leaves `media/` or goes by a link.

    It stays, and `check` reports it.
    """


class _Stuck:
    """The lists that cannot be done now, and with them every later one on the same paths."""

    def __init__(self) -> None:
        self._operations: set[str] = set()
        self._paths: set[str] = set()

    def add(self, moves: list[Move]) -> None:
        self._operations.add(moves[0].operation)
        self._paths.update(path for move in moves for path in (move.source, move.target))

    def holds(self, moves: list[Move]) -> bool:
        """Whether the list is stuck, by itself or behind another; remembers the latter."""
        if moves[0].operation in self._operations:
            return True
        paths = {path for move in moves for path in (move.source, move.target)}
        if any(touch(path, other) for path in paths for other in self._paths):
            self.add(moves)
            return True
        return False


class Journal:
    """The moves of one library that are decided and not yet struck off."""

    def __init__(self, database: Database, media: Media) -> None:
        self._database = database
        self._media = media
        self._disk: Disk = media.disk
        self.reasons: dict[str, str] = {}
        """Why the disk refused the moves of an operation, when they were tried last."""

    def pending(self) -> list[Move]:
        """All moves that are still listed, in order."""
        # By hand: asked for once a file of a change, where Peewee's own work would be most of it.
        columns = ", ".join(Move._fields)
        return [
            Move(key, *map(as_text, rest))
            for key, *rest in self._database.rows(f"SELECT {columns} FROM file_move ORDER BY id")
        ]

    def is_pending(self) -> bool:
        """Whether any move is still listed."""
        return self._database.value("SELECT 1 FROM file_move LIMIT 1") is not None

    def add(self, operation: str, moves: Iterable[tuple[int, str, str]]) -> None:
        """List the moves of an operation, in order. Inside the operation's transaction."""
        self._database.execute_many(
            "INSERT INTO file_move (id, operation, source, target) VALUES (?, ?, ?, ?)",
            [(number, operation, source, target) for number, source, target in moves],
        )

    def finish(self) -> bool:
        """Do what is pending; returns whether anything had to stay.

        One transaction a list, so that a list is struck off before a later one moves its files
        on: "target there: done" would mislead otherwise. A list that cannot be done stays, and so
        does every later one that touches the same paths; the others go on.
        """
        stuck = _Stuck()
        while self.is_pending():
            with self._database.writing():
                moves = self._next_list(stuck)
                if not moves:
                    return True
                try:
                    self._do(moves)
                except (OSError, _ImpossibleError) as error:
                    if isinstance(error, OSError):
                        self.reasons[moves[0].operation] = error.strerror or str(error)
                    stuck.add(moves)
                    continue
                self.strike_off(moves)
        return False

    def locate(self, relative: str) -> str:
        """Where the file that will be at `relative` lies now, while moves are pending."""
        return self.locator()(relative)

    def locator(self) -> Callable[[str], str]:
        """`locate` for many paths: what is pending is looked at once, now."""
        waiting = [move for move in self._not_done()[::-1] if self._media.place(move.source)]

        def locate(relative: str) -> str:
            for move in waiting:
                if relative == move.target or relative.startswith(move.target + "/"):
                    relative = move.source + relative[len(move.target) :]
            return relative

        return locate

    def will_be_taken(self, relative: str) -> bool:
        """Whether something is at `relative` that no pending move takes away. Tested on disk."""
        if any(move.source == relative for move in self._not_done()):
            return False
        return self._disk.exists(self._at(relative))

    def sweep(self) -> None:
        """Remove staging folders that nobody holds and that no move names."""
        root = self._media.folder / STAGING
        if root.is_symlink():  # what it leads to is not ours
            return
        for entry in sorted(os.listdir(root)):  # noqa: PTH208 - names only, no stat
            folder = root / entry
            if not folder.is_symlink() and folder.is_dir():
                with suppress(OSError):  # one that stays keeps no other
                    self._sweep_one(folder)

    def _sweep_one(self, folder: Path) -> None:
        held = self._disk.lock(folder, wait=False)
        if held is None:
            return
        try:
            # Asked after the lock is held: its owner commits its moves before it lets go.
            prefix = f"{STAGING}/{folder.name}/"
            if not any(
                path.startswith(prefix)
                for move in self.pending()
                for path in (move.source, move.target)
            ):
                self._disk.remove_tree(folder)
        finally:
            self._disk.unlock(held)

    def _lists(self) -> list[list[Move]]:
        lists: dict[str, list[Move]] = {}
        for move in self.pending():
            lists.setdefault(move.operation, []).append(move)
        return list(lists.values())

    def _next_list(self, stuck: _Stuck) -> list[Move]:
        for moves in self._lists():
            if not stuck.holds(moves):
                return moves
        return []

    def _not_done(self) -> list[Move]:
        """The pending moves that the disk does not show done: of each list all but a prefix."""
        waiting: list[Move] = []
        stuck = _Stuck()
        for moves in self._lists():
            done = 0
            if not stuck.holds(moves):
                while done < len(moves) and self._disk.exists(self._at(moves[done].target)):
                    done += 1
                if done < len(moves):
                    stuck.add(moves)
            waiting += moves[done:]
        return waiting

    def _do(self, moves: list[Move]) -> None:
        folders: dict[Path, None] = {}
        for move in moves:
            source, target = self._media.place(move.source), self._media.place(move.target)
            if source is None or target is None:
                raise _ImpossibleError(move.target)
            # The target first: after a replacement under the same name was cut short, the source
            # may be there again or still, and moving it once more would lose the picture.
            if self._disk.exists(target):
                pass
            elif self._disk.exists(source):
                # Made when the move was listed; somebody may have tidied it away since.
                self._disk.make_folder(target.parent)
                self._disk.rename(source, target)
            else:
                raise _ImpossibleError(move.target)
            folders[target.parent] = folders[source.parent] = None
        for folder in folders:
            if folder.is_dir():
                self._disk.sync(folder)

    def strike_off(self, moves: Iterable[Move]) -> None:
        """Take moves from the list; those that are done, or that nothing can be done about."""
        self._database.execute_many(
            "DELETE FROM file_move WHERE id = ?", [(move.id,) for move in moves]
        )

    def _at(self, relative: str) -> Path:
        return self._media.folder / relative


def touch(path: str, other: str) -> bool:
    """Whether two paths are one, or one lies in the other."""
    return path == other or path.startswith(other + "/") or other.startswith(path + "/")
