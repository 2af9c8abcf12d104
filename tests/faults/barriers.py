"""What a kill cannot show: whether everything is on the disk before something relies on it.

Keeps book of what a cut of the power could take: content that was written and names that were
given since their last fsync. It complains where SQLite commits moves of files, listed or struck
off, or a file or folder gets another name, while something of that is not durable, and when
anything is left so at the end.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

from storyflow_tui.library import Library
from storyflow_tui.library.database import DATABASE, Database
from storyflow_tui.library.media import MEDIA
from tests.faults.calls import Call, Watch
from tests.faults.operations import Operation, library_at


class Recorder(Watch):
    """Writes down the calls and what was wrong at which of them."""

    def __init__(self, root: Path, left_out: str | None = None) -> None:
        """`left_out`: the file or folder of which each fsync is passed over as if it were made."""
        super().__init__(root)
        self.calls: list[str] = []
        self.complaints: list[str] = []
        self._left_out = left_out
        self._is_about_moves = False
        self._known = {str(path) for path in root.rglob("*")}
        self._content: dict[str, None] = {}
        self._names: dict[str, None] = {}

    def leaves_out(self, call: Call) -> bool:
        """Whether this is an fsync that is to be passed over."""
        return call.kind == "fsync" and self._short(call.paths[0]) == self._left_out

    def after(self, call: Call) -> None:
        """Keep book of what the call did."""
        path = call.paths[-1]
        self.calls.append(" ".join([call.kind, *map(self._short, call.paths)]))
        match call.kind:
            case "create":
                self._content[path] = self._names[path] = None
            case "write":
                self._content[path] = None
            case "fsync":
                self._known.add(path)
                self._content.pop(path, None)
                for name in [name for name in self._names if Path(name).parent == Path(path)]:
                    del self._names[name]
            case "mkdir":
                self._known.add(path)
                self._names[path] = None
            case "rename" | "link":
                self._moved(call.kind, *call.paths)
            case "exchange":
                for each in call.paths:
                    self._demand("an exchange", set(_below(each, self._names)) - {each})
                    self._names[each] = None
            case "unlink" | "rmdir":
                self._forget(path)

    def hear(self, statement: str) -> None:
        """SQLite is about to do this."""
        if statement.startswith("BEGIN"):
            self._is_about_moves = False
        elif statement.startswith(("INSERT INTO file_move", "DELETE FROM file_move")):
            self._is_about_moves = True
        elif statement == "COMMIT" and self._is_about_moves:
            self.calls.append("commit")
            self._demand("a commit", [*self._content, *self._names])

    def inherit(self, paths: Iterable[Path]) -> None:
        """Names that somebody else gave or took, who was cut off before they were durable."""
        self._names.update(dict.fromkeys(map(str, paths)))

    def end(self) -> None:
        """The operation is over."""
        self._demand("the end", [*self._content, *self._names])

    @property
    def synced(self) -> list[str]:
        """What was made durable, each once."""
        return [*dict.fromkeys(call[6:] for call in self.calls if call.startswith("fsync "))]

    def _moved(self, kind: str, source: str, target: str) -> None:
        if source not in self._known:  # written by SQLite, and not synced since
            self._demand(f"a {kind}", [source])
        self._demand(f"a {kind}", _below(source, self._content))
        self._demand(f"a {kind}", set(_below(source, self._names)) - {source})
        for path in _below(source, self._known):
            self._known.add(target + path[len(source) :])
        if kind == "rename":
            self._forget(source)
            self._names[source] = None  # gone, but the folder does not know it for sure
        self._known.add(target)
        self._names[target] = None

    def _forget(self, path: str) -> None:
        for book in (self._content, self._names):
            for name in _below(path, book):
                del book[name]
        self._known.difference_update(_below(path, self._known))

    def _demand(self, moment: str, loose: Iterable[str]) -> None:
        self.complaints += [f"{self._short(path)} is not durable at {moment}" for path in loose]

    def _short(self, path: str) -> str:
        """The path in this place; names that differ from run to run are alike."""
        return re.sub(r"[0-9a-f]{16,32}", "…", path.removeprefix(self._root))


def _below(path: str, names: Iterable[str]) -> list[str]:
    return [name for name in names if name == path or name.startswith(path + "/")]


def recorded(operation: Operation, place: Path, left_out: str | None = None) -> Recorder:
    """Do an operation in a place where it can begin; what was seen of it."""
    recorder = Recorder(place, left_out)
    recorder.inherit(_listed(place / "library"))
    with _heard(recorder):
        if operation.opens:
            _act(operation, None, place, recorder)
        else:
            with library_at(place / "library", 3) as library:
                _act(operation, library, place, recorder)
    return recorder


def _listed(library: Path) -> list[Path]:
    """The sources and targets of moves that are done and still listed."""
    if not (library / DATABASE).exists():
        return []
    with closing(sqlite3.connect(library / DATABASE)) as connection:
        moves = connection.execute("SELECT source, target FROM file_move").fetchall()
    media = library / MEDIA
    names = [media / path for move in moves if (media / move[1]).exists() for path in move]
    return [name for name in names if name.parent.exists()]


def _act(operation: Operation, library: Library | None, place: Path, recorder: Recorder) -> None:
    with recorder:
        operation.act(library, place)  # type: ignore[arg-type]  # those that open need none
        recorder.end()


@contextmanager
def _heard(recorder: Recorder) -> Iterator[None]:
    """Lets the recorder hear what is committed by every connection that is made meanwhile."""
    keep = Database.keep

    def kept(database: Database, connection: sqlite3.Connection) -> Any:
        connection.set_trace_callback(recorder.hear)
        return keep(database, connection)

    with mock.patch.object(Database, "keep", kept):
        yield
