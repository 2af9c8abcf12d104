"""An operation dies by SIGKILL at each of its moments in turn, and what it leaves is looked at.

A moment is after a file call that changes something, and right before and right after a commit:
between two moments nothing happens that lasts.
"""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NamedTuple, Self
from unittest import mock

from storyflow_tui.library import database
from tests.faults.calls import Call, Watch
from tests.faults.forks import PATIENCE, child, word
from tests.faults.operations import OPERATIONS, begin, library_at
from tests.faults.runs import difference
from tests.faults.states import State, state_of

_CHANGING = ("create", "write", "fsync", "rename", "link", "unlink", "mkdir", "rmdir", "flock")


class Deaths(NamedTuple):
    """The moments of an operation, what was found after the death at each, and what was lost."""

    moments: Sequence[str]
    sides: Sequence[str]
    """`before`, `after`, or `between` where an operation may do a part."""
    losses: Sequence[str]


class Dying(Watch):
    """Writes the moments down, and kills its process at the N-th; never for 0."""

    def __init__(self, root: Path, number: int) -> None:
        super().__init__(root)
        self._left = number
        self.moments: list[str] = []

    def after(self, call: Call) -> None:
        """Count a call that changes something."""
        if call.kind in _CHANGING:
            self._moment(f"after {call.kind} of {Path(call.paths[-1]).name}")

    def __enter__(self) -> Self:
        commit = database._Peewee.commit

        def dying_commit(peewee: database._Peewee) -> Any:
            self._moment("before commit")
            committed = commit(peewee)
            self._moment("after commit")
            return committed

        patch = mock.patch.object(database._Peewee, "commit", dying_commit)
        patch.start()
        self._patches.append(patch)
        return super().__enter__()

    def _moment(self, name: str) -> None:
        self.moments.append(name)
        self._left -= 1
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def deaths(name: str, base: Path, folder: Path) -> Deaths:
    """Let an operation die at each of its moments, each time in a copy of the same beginning."""
    with child(_live, name, base, folder) as (_, pipe):
        before, after, moments = word(pipe)
    sides, losses = [], []
    for number in range(1, len(moments) + 2):
        with child(_look_and_die, name, folder, number) as (process, pipe):
            found = word(pipe)
            process.join(PATIENCE)
            is_last = number > len(moments)
            assert process.exitcode == (0 if is_last else -signal.SIGKILL), process.exitcode
        if number == 1:
            continue
        side = _side(name, found, before, after)
        sides.append(side)
        if not side:
            told = found if isinstance(found, str) else difference(after, found)
            losses.append(f"{name}, {moments[number - 2]}: {told}")
        shutil.rmtree(folder / str(number - 1))
    return Deaths(moments, sides, losses)


def _side(name: str, found: State | str, before: State, after: State) -> str:
    if found == after:
        return "after"
    if found == before:
        return "before"
    if isinstance(found, dict) and OPERATIONS[name].makes:
        # As before, and beside it, whole, what is to take its place.
        added = [found[key] for key in found.keys() - before.keys()]
        if {**found, **before} == found and all(each in after.values() for each in added):
            return "before"
    return "between" if OPERATIONS[name].is_piecemeal and not isinstance(found, str) else ""


def _live(pipe: Connection, name: str, base: Path, folder: Path) -> None:
    begin(OPERATIONS[name], base, folder / "begun")
    strays = _has_strays(name)
    before = state_of(_copied(folder, "before"), strays=strays)
    place = _copied(folder, "after")
    dying = Dying(place, 0)
    _act(name, place, dying)
    pipe.send((before, state_of(place, strays=strays), dying.moments))


def _look_and_die(pipe: Connection, name: str, folder: Path, number: int) -> None:
    former = folder / str(number - 1)
    try:
        pipe.send(state_of(former, strays=_has_strays(name)) if number > 1 else None)
    except Exception as error:
        pipe.send(repr(error))
    place = _copied(folder, str(number))
    _act(name, place, Dying(place, number))


def _copied(folder: Path, name: str) -> Path:
    place = folder / name
    shutil.copytree(folder / "begun", place, symlinks=True)
    return place


def _act(name: str, place: Path, dying: Dying) -> None:
    operation = OPERATIONS[name]
    if operation.opens:
        with dying:
            operation.act(None, place)  # type: ignore[arg-type]
        return
    with library_at(place / "library", 3) as library, dying:
        operation.act(library, place)


def _has_strays(name: str) -> bool:
    """Whether a dead one leaves hidden work, which the next of its kind sweeps."""
    return OPERATIONS[name].is_piecemeal or OPERATIONS[name].makes
