"""Runs an operation with one fault after the other, and says of each what came of it."""

from __future__ import annotations

import errno
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from storyflow_tui.errors import StoryflowError
from storyflow_tui.library import Library
from tests.faults.calls import CODES, KINDS, LASTING, Counting, Failing
from tests.faults.operations import Operation, begin, library_at
from tests.faults.states import State, descriptors, shown, state_of

FAULTS = (*KINDS, *LASTING)
ERRORS = tuple(CODES)


class Outcome(NamedTuple):
    """What came of one run; `loss` says what did not hold and is empty where all did."""

    operation: str
    fault: str
    number: int
    error: int
    loss: str

    def __str__(self) -> str:
        name = errno.errorcode[self.error]
        return f"{self.operation}: {self.fault} {self.number} with {name}: {self.loss}"


class Trouble(Protocol):
    """Something that goes wrong while it is entered."""

    def __enter__(self) -> object: ...

    def __exit__(self, *raised: object) -> None: ...

    @property
    def keeps_strays(self) -> bool:
        """Whether nobody can clean up after it."""

    def fits(self, code: str) -> bool:
        """Whether a refusal with this code tells what went wrong."""


class Runs:
    """The runs of one operation, each in a copy of the same beginning."""

    def __init__(self, operation: Operation, base: Path, folder: Path) -> None:
        self._operation = operation
        self._folder = folder
        self._number = 0
        self.place = folder
        begin(operation, base, folder / "begun")
        self.at_next()
        self.shown_before = self._look()
        self.before = state_of(self.place)
        self.at_next()
        self._counted = Counting(self.place)
        refusal, self.shown_after = self.act(self._counted)
        assert refusal is None, f"{operation.name} is refused: {refusal}"
        self.after = state_of(self.place)
        if not operation.mends:
            assert not _findings(self.before)
            assert not _findings(self.after)

    def count(self, fault: str) -> int:
        """How many calls of the operation the fault can strike."""
        return self._counted.count(fault)

    def all(
        self, fault: str, errors: Sequence[int] = ERRORS, most: int | None = None
    ) -> Iterator[Outcome]:
        """A run for every call that the fault can strike, with each error; the next one passes.

        A lasting fault has an error of its own. `most`: no more than so many of the calls, spread
        from the first to the last.
        """
        numbers: Sequence[int] = range(1, self.count(fault) + 1)
        if most is not None and len(numbers) > most:
            last = len(numbers) - 1
            numbers = [numbers[last * each // (most - 1)] for each in range(most)]
        if fault in LASTING:
            errors = ERRORS[:1]
        elif fault == "read":
            errors = (errno.EIO,)  # what is open for reading fails in no other way
        for error in errors:
            for number in numbers:
                yield self.one(fault, number, error)

    def one(self, fault: str, number: int, error: int) -> Outcome:
        """The run in which the N-th call fails."""
        failing = Failing(self.at_next(), fault, number, error)
        loss = self.loss(failing)
        if not failing.struck:
            loss = loss or "the call was not met"
        return Outcome(self._operation.name, fault, number, error, loss)

    def loss(self, trouble: Trouble) -> str:
        """Act at the newest place while there is trouble; says what does not hold after it."""
        held = descriptors()
        try:
            refusal, seen = self.act(trouble)
            state = state_of(
                self.place, strays=self._operation.is_piecemeal or trouble.keeps_strays
            )
        except (StoryflowError, AssertionError) as error:
            return f"afterwards: {error!r}"
        except Exception as error:
            return f"no error of ours: {error!r}"
        if not _closed(held):
            return "a file stays open"
        if refusal is None and self._operation.mends and trouble.keeps_strays:
            return ""  # what could not be looked at was left as it is
        if refusal is None:
            return self._compare("done", state, seen, is_after=True)
        if not refusal.message:
            return "refused without a word"
        if not trouble.fits(refusal.code):
            return f"refused as {refusal.code}: {refusal.message}"
        if self._operation.is_piecemeal:
            return f"refused and damaged: {found}" if (found := _findings(state)) else ""
        is_after = False
        if self._operation.makes and trouble.keeps_strays:
            # What was made, whole or to be put in a place, nobody could take back any more.
            is_after = state == self.after
            if not is_after:
                state = {name: each for name, each in state.items() if not name.endswith(".before")}
        return self._compare(f"refused ({refusal.message})", state, seen, is_after=is_after)

    def _compare(self, what: str, state: State, seen: State | None, *, is_after: bool) -> str:
        wanted = self.after if is_after else self.before
        if state != wanted:
            return f"{what}, but opened anew: {difference(wanted, state)}"
        wanted_seen = self.shown_after if is_after else self.shown_before
        if seen != wanted_seen:
            return f"{what}, but at once: {difference(wanted_seen, seen)}"
        return ""

    def act(
        self, watch: AbstractContextManager[Any] | Trouble
    ) -> tuple[StoryflowError | None, State | None]:
        """Do the operation under the watch; its refusal, and what an open library shows then."""
        if self._operation.opens:
            with watch:
                return self._try(None), None
        with library_at(self.place / "library", 3) as library:
            with watch:
                refusal = self._try(library)
            return refusal, shown(library)

    def _try(self, library: Library | None) -> StoryflowError | None:
        try:
            self._operation.act(library, self.place)  # type: ignore[arg-type]
        except StoryflowError as error:
            return error.with_traceback(None)
        return None

    def _look(self) -> State | None:
        if self._operation.opens:
            return None
        with library_at(self.place / "library", 3) as library:
            return shown(library)

    def at_next(self) -> Path:
        """A new place to begin in, in which the next run will be."""
        self._number += 1
        self.place = self._folder / str(self._number)
        shutil.copytree(self._folder / "begun", self.place, symlinks=True)
        return self.place


def _findings(state: State) -> list[object]:
    """What `check` finds of any library that is there."""
    libraries = [each for each in state.values() if isinstance(each, dict)]
    return [finding for each in libraries for finding in each["findings"]]


def difference(wanted: object, found: object, where: str = "") -> str:
    """Where the one differs from the other, at one place of them."""
    if isinstance(wanted, dict) and isinstance(found, dict):
        for key in wanted.keys() | found.keys():
            if wanted.get(key) != found.get(key):
                return difference(wanted.get(key), found.get(key), f"{where}/{key}")
    if isinstance(wanted, list) and isinstance(found, list):
        wanted, found = (
            [one for one in wanted if one not in found],
            [one for one in found if one not in wanted],
        )
    return f"{where} is {found!r} and not {wanted!r}"


def _closed(held: Sequence[str]) -> bool:
    """Whether no more is open than before; a thread may be on its way out with what it held."""
    patience = time.monotonic() + 2
    while descriptors() != held:
        if time.monotonic() > patience:
            return False
        time.sleep(0.01)
    return True
