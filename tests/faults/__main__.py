"""Long runs of faults, as commands: `python -m tests.faults kills`, `deaths`, `crowd`."""

from __future__ import annotations

import argparse
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.faults.crowd import crowd
from tests.faults.deaths import deaths
from tests.faults.kills import Killer
from tests.faults.operations import OPERATIONS, prepared
from tests.faults.table import print_table


def main() -> int:
    """Run what the command line names; 1 when anything was lost."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    kills = commands.add_parser("kills", help="kill a process in the midst of random operations")
    kills.add_argument("--kills", type=int, default=200, help="so many (200)")
    kills.add_argument("--minutes", type=float, help="so long instead")
    many = commands.add_parser("crowd", help="many processes write into one story at once")
    many.add_argument("--processes", type=int, default=10, help="so many (10)")
    many.add_argument("--seconds", type=float, default=20, help="so long (20)")
    every = commands.add_parser("deaths", help="kill each operation at every moment of it")
    calls = commands.add_parser("calls", help="fail each file call of each operation")
    for command in (every, calls):
        command.add_argument("--only", default="", help="operations whose name has this in it")
    for command in (kills, many):
        command.add_argument("--seed", type=int, help="of a former run")
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix=f"storyflow-{given.command}-"))
    if given.command == "deaths":
        losses = _deaths(folder, given.only)
    elif given.command == "calls":
        losses = _calls(folder, given.only)
    else:
        seed = random.randrange(2**32) if given.seed is None else given.seed
        print(f"seed {seed}", flush=True)
        if given.command == "kills":
            losses = _kills(folder, given.kills, given.minutes, seed)
        else:
            losses = _crowd(folder, given.processes, given.seconds, seed)
    if not losses:
        shutil.rmtree(folder)
    return 1 if losses else 0


def _calls(folder: Path, wanted: str) -> int:
    losses = print_table(folder, wanted)
    for loss in losses:
        print(f"LOST: {loss}")
    return len(losses)


def _kills(folder: Path, kills: int, minutes: float | None, seed: int) -> int:
    began = time.monotonic()
    killer = Killer(folder, seed)
    report = killer.report
    while time.monotonic() - began < minutes * 60 if minutes else report.kills < kills:
        if not killer.kill():
            print(f"LOST: {report.losses[-1]}", flush=True)
    seconds = time.monotonic() - began
    print(f"{report.kills} kills in {seconds:.1f} s, {len(report.losses)} losses", end="; ")
    print(f"{report.operations} operations done, {report.happened} of those in flight too")
    _table(report.in_flight, "in flight: ")
    return len(report.losses)


def _crowd(folder: Path, processes: int, seconds: float, seed: int) -> int:
    report = crowd(folder, processes, seconds, seed)
    print(f"{processes} processes did {report.done.total()} operations in {seconds:g} s", end="; ")
    print(f"longest wait for the lock {report.longest_wait * 1000:.0f} ms", end="; ")
    print(f"busy {report.refused['busy']} times, {len(report.losses)} losses")
    _table(report.done, "done: ")
    _table(report.refused, "refused: ")
    for loss in report.losses:
        print(f"LOST: {loss}\nkept in {folder}")
    return len(report.losses)


def _deaths(folder: Path, only: str) -> int:
    lost = total = 0
    prepared(folder / "base")
    for name in OPERATIONS:
        if only not in name:
            continue
        died = deaths(name, folder / "base", folder / name)
        total += len(died.moments)
        lost += len(died.losses)
        sides = Counter(died.sides[: len(died.moments)])
        told = ", ".join(f"{times} {side or 'lost'}" for side, times in sorted(sides.items()))
        print(f"{len(died.moments):4} deaths: {name}: {told}", flush=True)
        for loss in died.losses:
            print(f"LOST: {loss}\nkept in {folder}")
    print(f"{total} deaths, {lost} losses")
    return lost


def _table(counted: Counter[str], what: str) -> None:
    for name, times in counted.most_common():
        print(f"{times:6} {what}{name}")


if __name__ == "__main__":
    sys.exit(main())
