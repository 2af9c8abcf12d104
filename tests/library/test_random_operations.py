"""Random sequences of operations against the plain model (`tests/model.py`)."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storyflow_tui.errors import (
    InvalidOrderError,
    InvalidTextError,
    LockedError,
    NothingToUndoError,
    StoryflowError,
)
from storyflow_tui.library import Library
from storyflow_tui.library.models import TALLY_COLUMNS
from storyflow_tui.library.tally import Counts, counts_of
from storyflow_tui.story import Story, StorySegment
from tests.model import Model, Row, Rows

TEXTS = st.sampled_from(["a", "b c", "雨が降る", "x\ny", "one two three four"])
NUMBERS = st.integers(0, 50)
LENGTHS = st.none() | st.floats(0, 100)
EDITS = st.tuples(st.just("edit"), NUMBERS, TEXTS | st.none(), TEXTS | st.none())
SOME = st.lists(NUMBERS, min_size=1, max_size=4)
LOCKS = st.tuples(st.just("lock"), SOME, st.booleans())
OTHERS = [
    EDITS,
    st.tuples(st.just("move"), NUMBERS, NUMBERS),
    st.tuples(st.just("step"), NUMBERS, st.integers(-4, 4)),
    st.tuples(st.just("reorder"), st.randoms(use_true_random=False)),
    st.tuples(st.just("delete"), NUMBERS),
    st.tuples(st.just("measure"), st.dictionaries(NUMBERS, LENGTHS, min_size=1, max_size=3)),
    st.tuples(st.just("delete_many"), SOME),
    st.tuples(st.just("move_many"), SOME, NUMBERS),
    st.tuples(st.just("copy"), SOME, NUMBERS),
    st.tuples(st.just("insert"), NUMBERS, st.lists(TEXTS, min_size=1, max_size=2)),
    st.tuples(st.just("add"), NUMBERS, TEXTS),
    st.tuples(st.just("duplicate"), NUMBERS),
    st.tuples(st.just("split"), NUMBERS, st.integers(0, 12)),
    st.tuples(st.just("merge"), NUMBERS),
    st.tuples(st.just("undo")),
    st.tuples(st.just("undo")),
    st.tuples(st.just("redo")),
]


class Pair:
    """A project in a library and its model, driven side by side."""

    def __init__(self, library: Library) -> None:
        self.library = library
        texts = [f"text {n}" for n in range(5)]
        story = Story("T", [StorySegment(text) for text in texts])
        self.project_id = library.projects.import_story(story).id
        self.model = Model()
        self.model.import_story("T", texts)

    @property
    def order(self) -> list[int]:
        return self.model.order(self.project_id)

    def seen(self) -> Rows:
        return {
            segment.id: Row(
                segment.sequence_index,
                segment.text_content,
                segment.image_prompt,
                segment.is_locked,
                length=segment.audio_duration,
            )
            for segment in self.library.segments.list(self.project_id)
        }

    def do(self, name: str, *values: Any) -> None:
        if name in ("undo", "redo"):
            self.replay(name == "redo")
        elif self.order or name == "insert":
            getattr(self, name)(*values)

    def pick(self, number: int) -> int:
        order = self.order
        return order[number % len(order)]

    def edit(self, number: int, text: str | None, prompt: str | None) -> None:
        key = self.pick(number)
        if text is None and prompt is None:
            return

        def edit() -> object:
            return self.library.segments.edit(key, text_content=text, image_prompt=prompt)

        self.agree(edit, self.model.edit(self.project_id, key, text, prompt) is None)

    def agree(
        self,
        operation: Callable[[], object],
        passes: bool,
        refusal: type[StoryflowError] = LockedError,
    ) -> None:
        if passes:
            operation()
        else:
            with pytest.raises(refusal):
                operation()

    def pick_some(self, numbers: list[int]) -> list[int]:
        return list(dict.fromkeys(map(self.pick, numbers)))

    def lock(self, numbers: list[int], locked: bool) -> None:
        keys = self.pick_some(numbers)
        if len(keys) == 1:
            self.library.segments.edit(keys[0], is_locked=locked)
        else:
            self.library.segments.lock(keys, locked)
        for key in keys:
            self.model.lock(self.project_id, key, locked)

    def delete_many(self, numbers: list[int]) -> None:
        keys = self.pick_some(numbers)
        self.library.segments.delete_many(keys)
        self.model.delete_many(self.project_id, keys)

    def move_many(self, numbers: list[int], to: int) -> None:
        keys = self.pick_some(numbers)
        position = to % (len(self.order) - len(keys) + 1) + 1
        self.library.segments.move_many(keys, position)
        self.model.move_many(self.project_id, keys, position)

    def copy(self, numbers: list[int], to: int) -> None:
        keys, position = self.pick_some(numbers), to % (len(self.order) + 1) + 1
        self.library.segments.copy(keys, self.project_id, position)
        self.model.copy_many(self.project_id, keys, position)

    def move(self, number: int, to: int) -> None:
        key, position = self.pick(number), to % len(self.order) + 1
        self.library.segments.move(key, position)
        self.model.move(self.project_id, key, position)

    def step(self, number: int, by: int) -> None:
        key = self.pick(number)
        self.library.segments.step(key, by)
        place = self.order.index(key) + 1 + by
        self.model.move(self.project_id, key, min(max(place, 1), len(self.order)))

    def reorder(self, random: Any) -> None:
        order = self.order
        random.shuffle(order)
        self.library.segments.reorder(self.project_id, order)
        self.model.reorder(self.project_id, order)

    def delete(self, number: int) -> None:
        key = self.pick(number)
        self.library.segments.delete(key)
        self.model.delete(self.project_id, key)

    def measure(self, lengths: dict[int, float | None]) -> None:
        wanted = {self.pick(number): length for number, length in lengths.items()}
        self.library.segments.set_durations(wanted)
        self.model.measure(self.project_id, wanted)

    def insert(self, number: int, texts: list[str]) -> None:
        position = number % (len(self.order) + 1) + 1
        story = Story("", [StorySegment(text) for text in texts])
        self.library.projects.insert(self.project_id, position, story)
        self.model.insert(self.project_id, position, texts)

    def add(self, number: int, text: str) -> None:
        position = number % (len(self.order) + 1) + 1
        self.library.segments.add(self.project_id, text, position=position)
        self.model.add(self.project_id, position, text)

    def duplicate(self, number: int) -> None:
        key = self.pick(number)
        self.library.segments.duplicate(key)
        self.model.duplicate(self.project_id, key)

    def split(self, number: int, offset: int) -> None:
        key = self.pick(number)
        code = self.model.split(self.project_id, key, offset)
        refusal = LockedError if code == "locked" else InvalidTextError
        self.agree(lambda: self.library.segments.split(key, offset), code is None, refusal)

    def merge(self, number: int) -> None:
        key = self.pick(number)
        code = self.model.merge(self.project_id, key)
        refusal = LockedError if code == "locked" else InvalidOrderError
        self.agree(lambda: self.library.segments.merge(key), code is None, refusal)

    def replay(self, forward: bool) -> bool:
        history = self.library.history
        replay = history.redo if forward else history.undo
        answer = self.model.replay(self.project_id, forward=forward)
        if answer == "nothing_to_undo":
            with pytest.raises(NothingToUndoError):
                replay(self.project_id)
            return False
        self.agree(lambda: replay(self.project_id), answer is None)
        return answer is None

    def stored(self) -> list[Any]:
        """Both tables, as another program reads them."""
        with closing(sqlite3.connect(self.library.path / "storyflow.db")) as connection:
            return [
                connection.execute(f"SELECT * FROM {table} ORDER BY id").fetchall()
                for table in ("project", "segment")
            ]

    def compare(self) -> None:
        assert self.seen() == self.model.rows(self.project_id)
        assert self.library.segments.ids(self.project_id) == self.order
        assert self.library.check() == []
        changes = [(c.id, c.label, c.state) for c in self.library.history.list(self.project_id)]
        assert changes[::-1] == self.model.states(self.project_id)
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
            assert pair.seen() == pair.model.rows(pair.project_id)
        pair.compare()
