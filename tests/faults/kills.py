"""Kills a process in the midst of random operations and looks at what the next one finds.

A child opens the library, finds it as the model was before or after the operation in flight,
undoes and redoes the newest change and works on until it is killed itself. Children are forked
from a warm server, so that a kill costs little; only they open libraries.
"""

from __future__ import annotations

import random
import shutil
import time
import traceback
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

from storyflow_tui.library import Library
from tests.faults.forks import PATIENCE, child
from tests.faults.random_work import (
    Chooser,
    Intent,
    difference,
    digests,
    draw_pictures,
    expected,
    foretell,
    partly_emptied,
    perform,
    seen,
    stays_straight,
)
from tests.model import Model

_KILLS_A_LIBRARY = 25
_PICTURES = 120


@dataclass
class Report:
    """What came of a run of kills."""

    seed: int
    kills: int = 0
    in_flight: Counter[str] = field(default_factory=Counter)
    happened: int = 0
    operations: int = 0
    losses: list[str] = field(default_factory=list)


# -- the child --------------------------------------------------------------------------------


def live(pipe: Connection, place: Path, model: Model, intent: Intent | None, seed: object) -> None:
    """Find the library as it should be, then work on it, telling each intent and its outcome."""
    try:
        known = digests(place / "pictures")
        pipe.send(("begun", None))
        with Library.open(place / "library") as library:
            side, model = _find(library, model, intent, known)
            pipe.send(("found", (side, model)))
            life = _Life(pipe, library, place / "pictures", model, known)
            life.undo_and_redo()
            life.work(Chooser(model, seed, len(known)))
    except BaseException:
        pipe.send(("loss", traceback.format_exc(limit=3)))


def _find(
    library: Library, before: Model, intent: Intent | None, known: Mapping[str, int]
) -> tuple[str, Model]:
    candidates = {"before": before}
    if intent is not None:
        candidates["after"] = before.copy()
        foretell(candidates["after"], intent)
        if intent.name == "empty":
            candidates["before"] = partly_emptied(before, library)
        if intent.name == "retain":  # in two steps, each of which is whole
            candidates["between"] = before.copy()
            candidates["between"].retain(*intent.values, orphans=False)
    view = seen(library, known)
    differences = {side: difference(expected(each), view) for side, each in candidates.items()}
    for side, model in candidates.items():
        if not differences[side]:
            return side, model
    told = "\n".join(f"as {side}: {what}" for side, what in differences.items())
    raise AssertionError(f"found neither as before nor as after {intent}:\n{told}")


class _Life:
    """One child at work on a library and its model."""

    def __init__(
        self,
        pipe: Connection,
        library: Library,
        pictures: Path,
        model: Model,
        known: Mapping[str, int],
    ) -> None:
        self._pipe = pipe
        self._library = library
        self._pictures = pictures
        self._model = model
        self._known = known

    def undo_and_redo(self) -> None:
        """Take the newest change back and do it again, where it may be."""
        newest = {
            line: some.done[-1].id
            for line, some in self._model.lines.items()
            if some.done and (line is None or line in self._model.projects)
        }
        if not newest:
            return
        line = max(newest, key=newest.__getitem__)
        if not stays_straight(self._model, Intent("undo", (line,))):
            return
        for name in ("undo", "redo"):
            self._do(Intent(name, (line,)))
            told = difference(expected(self._model), seen(self._library, self._known))
            assert not told, f"after {name} of the newest change:\n{told}"

    def work(self, chooser: Chooser) -> None:
        """Work on and on."""
        while True:
            self._do(chooser.next())

    def _do(self, intent: Intent) -> None:
        self._pipe.send(("intent", intent))
        outcome = perform(self._library, self._pictures, intent)
        foretold = foretell(self._model, intent)
        assert outcome == foretold, f"{intent}: {outcome} and not {foretold}"
        self._pipe.send(("done", intent))


# -- who kills --------------------------------------------------------------------------------


class Killer:
    """Runs children on a library after another and kills them all."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.report = Report(seed)
        self._folder = folder
        self._random = random.Random(seed)
        self._seconds: dict[str, float] = {}  # that an operation takes, as measured
        self._number = 0
        self._new_library()

    def kill(self) -> bool:
        """One life and its end; False when it found or made something that may not be."""
        if self._left == 0:
            shutil.rmtree(self._place)
            self._new_library()
        seed = (self.report.seed, self.report.kills)
        given = (self._place, self._model, self._intent, seed)
        with child(live, *given) as (process, pipe):
            is_sound = self._watch(pipe, process)
        self._left -= 1
        return is_sound

    def _new_library(self) -> None:
        self._number += 1
        self._place = self._folder / str(self._number)
        draw_pictures(self._place / "pictures", _PICTURES)
        self._model, self._intent = Model(), None
        self._left = _KILLS_A_LIBRARY

    def _watch(self, pipe: Connection, process: BaseProcess) -> bool:
        """Follow a child, kill it at a moment of our choice, and take in what it said last."""
        # So many words more: the first is said before it opens the library, the second when it has
        # found it, and two an operation follow.
        words = self._random.choice((1, 2, 3, 3, 5, 7, 9, 13, 19))
        is_killed, began, usual = False, 0.0, self._seconds.get("begun", 0.01)
        while True:
            if words == 0 and not is_killed:
                time.sleep(self._random.random() * usual)
                process.kill()
                is_killed = True
                self.report.kills += 1
            if not is_killed and not pipe.poll(PATIENCE):
                return self._lost("a child is stuck")
            try:
                word, value = pipe.recv()
            except (EOFError, OSError):
                break
            words -= 1
            match word:
                case "begun":
                    began = time.perf_counter()
                case "found":
                    self._took("begun", began)
                    side, self._model = value
                    self.report.happened += side == "after"
                    self._intent = None
                case "intent":
                    self._intent, began = value, time.perf_counter()
                    usual = self._seconds.get(value.name, 0.002)
                case "done":
                    self._took(value.name, began)
                    foretell(self._model, value)
                    self._intent = None
                    self.report.operations += 1
                    usual = 0.0002
                case _:
                    return self._lost(str(value))
        if not is_killed:
            return self._lost("a child ended by itself")
        self.report.in_flight[self._intent.name if self._intent else "nothing"] += 1
        return True

    def _took(self, name: str, began: float) -> None:
        took = time.perf_counter() - began
        self._seconds[name] = self._seconds.get(name, took) * 0.7 + took * 0.3

    def _lost(self, what: str) -> bool:
        self.report.losses.append(f"{what}\nkept in {self._place}")
        self._new_library()
        return False
