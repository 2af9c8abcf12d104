"""Random sequences of operations against a plain model: lists and dicts, no library in sight."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storyflow_tui.errors import LockedError, NothingToUndoError
from storyflow_tui.library import Library
from storyflow_tui.library.models import TALLY_COLUMNS
from storyflow_tui.library.tally import Counts, counts_of
from storyflow_tui.story import Story, StorySegment


class Row(NamedTuple):
    """A segment as the model sees it."""

    place: int
    text: str
    prompt: str
    locked: bool


Rows = dict[int, Row]


class Change(NamedTuple):
    """The rows before and after one change."""

    before: Rows
    after: Rows


class Model:
    """What a project is after any sequence of operations."""

    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        self.next_id = max(rows, default=0) + 1
        self.done: list[Change] = []
        self.undone: list[Change] = []

    def order(self) -> list[int]:
        return sorted(self.rows, key=lambda key: (self.rows[key].place, key))

    def changed(self, rows: Rows) -> None:
        if rows != self.rows:
            self.done.append(Change(self.rows, rows))
            self.undone.clear()
            self.rows = rows

    def edit(self, key: int, text: str | None, prompt: str | None) -> bool:
        row = self.rows[key]
        if row.locked:
            return False
        row = row._replace(text=text if text is not None else row.text)
        row = row._replace(prompt=prompt if prompt is not None else row.prompt)
        self.changed(self.rows | {key: row})
        return True

    def lock(self, key: int, locked: bool) -> None:
        self.rows = self.rows | {key: self.rows[key]._replace(locked=locked)}

    def arrange(self, order: list[int], indices: list[int]) -> None:
        placed = zip(order, indices, strict=True)
        self.changed({key: self.rows[key]._replace(place=index) for key, index in placed})

    def move(self, key: int, position: int) -> None:
        order = self.order()
        indices = [self.rows[each].place for each in order]
        order.remove(key)
        order.insert(position - 1, key)
        self.arrange(order, indices)

    def reorder(self, order: list[int]) -> None:
        self.arrange(order, list(range(len(order))))

    def delete(self, key: int) -> None:
        self.changed({each: row for each, row in self.rows.items() if each != key})

    def insert(self, position: int, texts: list[str]) -> None:
        order = self.order()
        if position <= len(order):
            start = self.rows[order[position - 1]].place
        else:
            start = self.rows[order[-1]].place + 1 if order else 0
        rows = {
            key: row._replace(place=row.place + len(texts) * (row.place >= start))
            for key, row in self.rows.items()
        }
        for n, text in enumerate(texts):
            rows[self.next_id] = Row(start + n, text, "", False)
            self.next_id += 1
        self.changed(rows)

    def replay(self, forward: bool) -> bool | None:
        """Undo or redo; None: there is nothing, False: refused by a lock."""
        source, target = (self.undone, self.done) if forward else (self.done, self.undone)
        if not source:
            return None
        change = source[-1]
        here, there = change if forward else (change.after, change.before)
        for key in here.keys() & there.keys():
            if self.rows[key].locked and here[key][1:3] != there[key][1:3]:
                return False
        # Locks are no part of a change: those who stay keep theirs, those who come back had one.
        gone = {key: row for key, row in self.rows.items() if key not in there}
        kept = {
            key: row._replace(locked=self.rows[key].locked if key in self.rows else row.locked)
            for key, row in there.items()
        }
        held = here | gone
        change = Change(held, there) if forward else Change(there, held)
        source.pop()
        target.append(change)
        self.rows = kept
        return True


TEXTS = st.sampled_from(["a", "b c", "雨が降る", "x\ny", "one two three four"])
NUMBERS = st.integers(0, 50)
EDITS = st.tuples(st.just("edit"), NUMBERS, TEXTS | st.none(), TEXTS | st.none())
LOCKS = st.tuples(st.just("lock"), NUMBERS, st.booleans())
OTHERS = [
    EDITS,
    st.tuples(st.just("move"), NUMBERS, NUMBERS),
    st.tuples(st.just("step"), NUMBERS, st.integers(-4, 4)),
    st.tuples(st.just("reorder"), st.randoms(use_true_random=False)),
    st.tuples(st.just("delete"), NUMBERS),
    st.tuples(st.just("insert"), NUMBERS, st.lists(TEXTS, min_size=1, max_size=2)),
    st.tuples(st.just("undo")),
    st.tuples(st.just("undo")),
    st.tuples(st.just("redo")),
]


class Pair:
    """A project in a library and its model, driven side by side."""

    def __init__(self, library: Library) -> None:
        self.library = library
        story = Story("T", [StorySegment(f"text {n}") for n in range(5)])
        self.project_id = library.projects.import_story(story).id
        self.model = Model(self.seen())

    def seen(self) -> Rows:
        return {
            segment.id: Row(
                segment.sequence_index,
                segment.text_content,
                segment.image_prompt,
                segment.is_locked,
            )
            for segment in self.library.segments.list(self.project_id)
        }

    def do(self, name: str, *values: Any) -> None:
        if name in ("undo", "redo"):
            self.replay(name == "redo")
        elif self.model.rows or name == "insert":
            getattr(self, name)(*values)

    def pick(self, number: int) -> int:
        order = self.model.order()
        return order[number % len(order)]

    def edit(self, number: int, text: str | None, prompt: str | None) -> None:
        key = self.pick(number)
        if text is None and prompt is None:
            return

        def edit() -> object:
            return self.library.segments.edit(key, text_content=text, image_prompt=prompt)

        self.agree(edit, self.model.edit(key, text, prompt))

    def agree(self, operation: Callable[[], object], passes: bool) -> None:
        if passes:
            operation()
        else:
            with pytest.raises(LockedError):
                operation()

    def lock(self, number: int, locked: bool) -> None:
        key = self.pick(number)
        self.library.segments.edit(key, is_locked=locked)
        self.model.lock(key, locked)

    def move(self, number: int, to: int) -> None:
        key, position = self.pick(number), to % len(self.model.rows) + 1
        self.library.segments.move(key, position)
        self.model.move(key, position)

    def step(self, number: int, by: int) -> None:
        key = self.pick(number)
        self.library.segments.step(key, by)
        place = self.model.order().index(key) + 1 + by
        self.model.move(key, min(max(place, 1), len(self.model.rows)))

    def reorder(self, random: Any) -> None:
        order = self.model.order()
        random.shuffle(order)
        self.library.segments.reorder(self.project_id, order)
        self.model.reorder(order)

    def delete(self, number: int) -> None:
        key = self.pick(number)
        self.library.segments.delete(key)
        self.model.delete(key)

    def insert(self, number: int, texts: list[str]) -> None:
        position = number % (len(self.model.rows) + 1) + 1
        story = Story("", [StorySegment(text) for text in texts])
        self.library.projects.insert(self.project_id, position, story)
        self.model.insert(position, texts)

    def replay(self, forward: bool) -> bool:
        history = self.library.history
        replay = history.redo if forward else history.undo
        answer = self.model.replay(forward)
        if answer is None:
            with pytest.raises(NothingToUndoError):
                replay(self.project_id)
            return False
        self.agree(lambda: replay(self.project_id), answer)
        return answer

    def stored(self) -> list[Any]:
        """Both tables, as another program reads them."""
        with closing(sqlite3.connect(self.library.path / "storyflow.db")) as connection:
            return [
                connection.execute(f"SELECT * FROM {table} ORDER BY id").fetchall()
                for table in ("project", "segment")
            ]

    def compare(self) -> None:
        assert self.seen() == self.model.rows
        assert self.library.segments.ids(self.project_id) == self.model.order()
        assert self.library.check() == []
        project = self.library.projects.get(self.project_id)
        counted = Counts().plus(map(counts_of, self.library.segments.list(self.project_id)))
        told = Counts(*(getattr(project, column) for column in TALLY_COLUMNS))
        assert told == pytest.approx(counted)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.one_of(OTHERS), max_size=14))
def test_any_sequence_is_undone_to_the_start_and_redone_to_the_end(
    operations: list[tuple[Any, ...]],
) -> None:
    with tempfile.TemporaryDirectory() as folder, Library.open(Path(folder)) as library:
        pair = Pair(library)
        start = pair.stored()
        for operation in operations:
            pair.do(*operation)
        pair.compare()
        while pair.replay(forward=True):
            pass
        end = pair.stored()
        pair.compare()
        while pair.replay(forward=False):
            pass
        assert pair.stored() == start
        while pair.replay(forward=True):
            pass
        assert pair.stored() == end
        pair.compare()


@settings(max_examples=40, deadline=None)
@given(st.lists(st.one_of(LOCKS, LOCKS, *OTHERS), max_size=16))
def test_any_sequence_with_locks_is_what_the_model_says(operations: list[tuple[Any, ...]]) -> None:
    with tempfile.TemporaryDirectory() as folder, Library.open(Path(folder)) as library:
        pair = Pair(library)
        for operation in operations:
            pair.do(*operation)
            assert pair.seen() == pair.model.rows
        pair.compare()
