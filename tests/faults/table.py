"""Every operation under every fault, as a table of runs and losses."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from tests.faults.full import Limit, SmallDisk, small_disk
from tests.faults.operations import OPERATIONS, prepared
from tests.faults.runs import FAULTS, Runs

_STEP = 1030  # a quarter of what a page takes in SQLite's log
_LIMITS = range(0, 128 * _STEP, _STEP)
_COLUMNS = (*FAULTS, "limit", "tmpfs")


def print_table(folder: Path, wanted: str) -> list[str]:
    """Run the operations with `wanted` in their names and print a line each; returns the losses."""
    prepared(folder / "base")
    losses: list[str] = []
    total = 0
    print(f"{'runs (losses after a !)':<30}" + "".join(f"{name:>8}" for name in _COLUMNS))
    for name in OPERATIONS:
        if wanted not in name:
            continue
        cells = []
        for found in _runs_of(name, folder):
            lost = [each for each in found if each]
            cells.append(f"{len(found)}!{len(lost)}" if lost else str(len(found) or "·"))
            losses += lost
            total += len(found)
        print(f"{name:<30}" + "".join(f"{cell:>8}" for cell in cells), flush=True)
    print(f"{total} runs, {len(losses)} losses")
    return losses


def _runs_of(name: str, folder: Path) -> Iterator[list[str]]:
    """Of each column what was lost in each run, or nothing."""
    place = folder / "place"
    place.mkdir()
    with small_disk(place, 64) as full:
        runs = Runs(OPERATIONS[name], folder / "base", place)
        for column in _COLUMNS:
            yield list(_losses(name, column, runs, full))
    shutil.rmtree(place)


def _losses(name: str, column: str, runs: Runs, full: SmallDisk) -> Iterator[str]:
    if column in FAULTS:
        for outcome in runs.all(column):
            yield str(outcome) if outcome.loss else ""
            shutil.rmtree(runs.place)
        return
    for trouble in [full()] if column == "tmpfs" else [Limit(size) for size in _LIMITS]:
        runs.at_next()
        loss = runs.loss(trouble)
        yield f"{name}: {column}: {loss}" if loss else ""
        shutil.rmtree(runs.place)
