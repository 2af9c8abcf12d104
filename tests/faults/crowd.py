"""Many processes at work on one story at once, and what must be so when they are done.

Each writes down what it was told; then the history must hold all of it in one straight line, that
leads back to the first rows and forth to the last.
"""

from __future__ import annotations

import json
import random
import sqlite3
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NamedTuple

from storyflow_tui.errors import StoryflowError
from storyflow_tui.library import Library
from storyflow_tui.story import Story, StorySegment
from tests.faults.forks import child, word
from tests.faults.random_work import NAMES, digest, digests, draw_pictures

_SEGMENTS = 8
_ALLOWED = {"conflict", "no_image", "nothing_to_undo"}
"""What may be refused where others are at work: never for want of the lock."""


class Edit(NamedTuple):
    """An edit that was done: the text that it was based on and its own."""

    segment_id: int
    before: str
    after: str


class Told(NamedTuple):
    """What one process was told."""

    done: Counter[str]
    refused: Counter[str]
    edits: list[Edit]
    attached: set[int]
    longest_wait: float
    """Seconds for the write lock."""
    fault: str = ""


class Report(NamedTuple):
    """What all of them were told, and what did not hold afterwards."""

    seed: int
    processes: int
    done: Counter[str]
    refused: Counter[str]
    longest_wait: float
    losses: list[str]


# -- one of them ------------------------------------------------------------------------------


def work(pipe: Connection, place: Path, seconds: float, number: int, seed: object) -> None:
    """Write for so long, then tell what happened."""
    told = Told(Counter(), Counter(), [], set(), 0.0)
    try:
        with Library.open(place / "library") as library, _waits(library) as waits:
            pipe.send("ready")
            pipe.recv()
            one = _One(library, place / "pictures", number, random.Random(repr((seed, number))))
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                one.write(told)
        pipe.send(told._replace(longest_wait=max(waits, default=0.0)))
    except BaseException:
        pipe.send(told._replace(fault=traceback.format_exc(limit=4)))


@contextmanager
def _waits(library: Library) -> Iterator[list[float]]:
    """The seconds from asking for the write lock until it is had."""
    waits: list[float] = []
    asked = 0.0
    database, peewee = library._database, library._database._peewee
    turn, begin = database._turn, peewee.begin

    @contextmanager
    def timed_turn() -> Iterator[None]:
        nonlocal asked
        asked = time.perf_counter()
        with turn():
            yield

    def timed_begin(*given: Any) -> None:
        begin(*given)
        waits.append(time.perf_counter() - asked)

    database._turn = timed_turn  # type: ignore[method-assign]
    peewee.begin = timed_begin  # type: ignore[assignment,method-assign]
    yield waits


class _One:
    """One writer."""

    def __init__(
        self, library: Library, pictures: Path, number: int, choice: random.Random
    ) -> None:
        self._library = library
        self._pictures = pictures
        self._number = number
        self._choice = choice
        self._texts = 0
        self._ways: dict[Callable[[Told], object], int] = {
            self._edit: 6,
            self._move: 2,
            self._reorder: 1,
            self._attach: 3,
            self._remove: 2,
            self._undo: 4,
            self._redo: 4,
        }

    def write(self, told: Told) -> None:
        """Do something; what is refused is written down too."""
        (way,) = self._choice.choices(list(self._ways), list(self._ways.values()))
        name = way.__name__.strip("_")
        try:
            way(told)
        except StoryflowError as error:
            told.refused[error.code] += 1
        else:
            told.done[name] += 1

    def _segment(self) -> int:
        return self._choice.randint(1, _SEGMENTS)

    def _edit(self, told: Told) -> None:
        based_on = self._library.segments.get(self._segment())
        self._texts += 1
        text = f"text {self._texts} of {self._number}"
        self._library.segments.edit(based_on.id, text_content=text, based_on=based_on)
        told.edits.append(Edit(based_on.id, based_on.text_content, text))

    def _move(self, told: Told) -> None:
        self._library.segments.move(self._segment(), self._choice.randint(1, _SEGMENTS))

    def _reorder(self, told: Told) -> None:
        ids = list(range(1, _SEGMENTS + 1))
        self._choice.shuffle(ids)
        self._library.segments.reorder(1, ids)

    def _attach(self, told: Told) -> None:
        which = self._choice.randrange(len(list(self._pictures.iterdir())))
        path = self._pictures / str(which) / self._choice.choice(NAMES)
        self._library.segments.attach_image(self._segment(), path)
        told.attached.add(which)

    def _remove(self, told: Told) -> None:
        self._library.segments.remove_image(self._segment())

    def _undo(self, told: Told) -> None:
        shown = self._library.history.next_undo(1)
        self._library.history.undo(1, expected=shown.id if shown else None)

    def _redo(self, told: Told) -> None:
        shown = self._library.history.next_redo(1)
        self._library.history.redo(1, expected=shown.id if shown else None)


# -- all of them ------------------------------------------------------------------------------


def crowd(place: Path, processes: int, seconds: float, seed: int) -> Report:
    """Let so many work on one story for so long and look at what became of it."""
    draw_pictures(place / "pictures", 40)
    story = Story("The Lamp", [StorySegment(f"text {n}") for n in range(1, _SEGMENTS + 1)])
    with Library.open(place / "library") as library:
        library.projects.import_story(story)
    start = _rows(place)
    told = list(_at_work(place, processes, seconds, seed))
    report = Report(
        seed,
        processes,
        sum((each.done for each in told), Counter()),
        sum((each.refused for each in told), Counter()),
        max(each.longest_wait for each in told),
        [each.fault for each in told if each.fault],
    )
    report.losses.extend(
        f"{times} times {code}" for code, times in report.refused.items() if code not in _ALLOWED
    )
    try:
        _look(place, start, told)
    except (AssertionError, StoryflowError) as error:
        report.losses.append(f"{type(error).__name__}: {error}")
    return report


def _at_work(place: Path, processes: int, seconds: float, seed: int) -> Iterator[Told]:
    with ExitStack() as stack:
        pipes = [
            stack.enter_context(child(work, place, seconds, number, seed))[1]
            for number in range(processes)
        ]
        for pipe in pipes:
            word(pipe)
        for pipe in pipes:
            pipe.send("go")
        time.sleep(seconds)
        for pipe in pipes:
            yield word(pipe)


# -- afterwards -------------------------------------------------------------------------------


def _rows(place: Path) -> list[Any]:
    with closing(sqlite3.connect(place / "library/storyflow.db")) as connection:
        return [
            connection.execute(f"SELECT * FROM {table} ORDER BY id").fetchall()
            for table in ("project", "segment")
        ]


def _look(place: Path, start: list[Any], told: list[Told]) -> None:
    _history_is_straight(place, start)
    _edits_are_there(place, [edit for each in told for edit in each.edits])
    with Library.open(place / "library") as library:
        assert library.pending_moves() == 0
        assert library.check() == []
        known = digests(place / "pictures")
        end = _rows(place)
        _pictures_are_there(library, known, {which for each in told for which in each.attached})
        undone = 0
        while library.history.next_undo(1):
            library.history.undo(1)
            undone += 1
        assert _rows(place) == start, "undoing all of it leads elsewhere"
        assert library.check() == []
        for _ in range(undone):
            library.history.redo(1)
        assert _rows(place) == end, "redoing all of it leads elsewhere"
        assert library.check() == []
        _pictures_are_there(library, known, {which for each in told for which in each.attached})


def _pictures_are_there(library: Library, known: dict[str, int], attached: set[int]) -> None:
    stored = {known.get(digest(path)) for path in library.media.rglob("*") if path.is_file()}
    assert attached <= stored, f"pictures are lost: {attached - stored}"
    assert None not in stored, "a picture was cut or mixed up"


def _changes(place: Path) -> list[tuple[int, str, str, list[dict[str, Any]]]]:
    with closing(sqlite3.connect(place / "library/storyflow.db")) as connection:
        return [
            (key, state, at, json.loads(steps))
            for key, state, at, steps in connection.execute(
                "SELECT id, state, created_at, steps FROM change WHERE project_id = 1 ORDER BY id"
            )
        ]


def _history_is_straight(place: Path, start: list[Any]) -> None:
    """Every change that stands begins where the one before it ended, and the last one ends here."""
    changes = _changes(place)
    times = [at for _, _, at, _ in changes]
    assert times == sorted(times), "a later change has an earlier time"
    standing = [key for key, state, _, _ in changes if state == "done"]
    undone = [key for key, state, _, _ in changes if state == "undone"]
    assert not undone or not standing or max(standing) < min(undone)
    now = _contents(start)
    for key, state, _, steps in changes:
        if state != "done":
            continue
        for step in steps:
            if step["kind"] == "fields":
                for column, value in step["before"].items():
                    assert now[step["segment_id"], column] == value, f"change {key} tore the line"
                    now[step["segment_id"], column] = step["after"][column]
            elif step["kind"] == "order":
                for each, before, after in zip(
                    step["ids"], step["before"], step["after"], strict=True
                ):
                    assert now[each, "sequence_index"] == before, f"change {key} tore the line"
                    now[each, "sequence_index"] = after
    assert now == _contents(_rows(place)), "the last change is not what there is"


def _contents(rows: list[Any]) -> dict[tuple[int, str], Any]:
    columns = {2: "sequence_index", 3: "text_content", 4: "image_prompt", 5: "image_file"}
    columns[10] = "updated_at"
    return {(row[0], name): row[at] for row in rows[1] for at, name in columns.items()}


def _edits_are_there(place: Path, edits: list[Edit]) -> None:
    """Each edit that was done is in the history, made from the text that it was based on."""
    held = {
        step["after"]["text_content"]: Edit(
            step["segment_id"], step["before"]["text_content"], step["after"]["text_content"]
        )
        for _, _, _, steps in _changes(place)
        for step in steps
        if step["kind"] == "fields" and "text_content" in step["after"]
    }
    lost = [edit for edit in edits if held.get(edit.after) != edit]
    assert not lost, f"{len(lost)} edits are lost, such as {lost[0]}"
    assert len(held) == len(edits), "the history holds edits that nobody was told of"
