"""Another process holds the write lock: an operation answers busy, and goes on when it is gone."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path

from tests.faults.operations import OPERATIONS
from tests.faults.runs import Runs
from tests.faults.states import state_of

_HOLDER = """
import sqlite3, sys
held = [sqlite3.connect(path, isolation_level=None) for path in sys.argv[1:]]
for connection in held:
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("UPDATE segment SET text_content = 'never committed'")
print("held", flush=True)
sys.stdin.read()
"""

_NEEDS_NO_LOCK = {"open", "restore", "copy_today"}
_GOES_ON_ANOTHER_DAY = {"begin a day"}  # the copy is made; what is old goes another day


def _hold(libraries: Sequence[Path]) -> subprocess.Popen[str]:
    holder = subprocess.Popen(
        [sys.executable, "-c", _HOLDER, *(str(each / "storyflow.db") for each in libraries)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    return holder


def test_who_meets_a_held_lock_is_told_busy_and_goes_on_when_the_holder_is_killed(
    base: Path, tmp_path: Path
) -> None:
    waiting = {
        name: Runs(operation, base, tmp_path / name.replace(" ", "-"))
        for name, operation in OPERATIONS.items()
        if operation.method not in _NEEDS_NO_LOCK and name not in _GOES_ON_ANOTHER_DAY
    }
    holder = _hold([runs.at_next() / "library" for runs in waiting.values()])
    try:
        for name, runs in waiting.items():
            refusal, seen = runs.act(nullcontext())
            assert refusal is not None, name
            assert refusal.code == "busy", (name, refusal)
            assert seen == runs.shown_before, name
    finally:
        holder.kill()
        holder.communicate()
    for name, runs in waiting.items():
        refusal, seen = runs.act(nullcontext())
        assert refusal is None, (name, refusal)
        assert seen == runs.shown_after, name
        assert state_of(runs.place) == runs.after, name


def test_what_needs_no_lock_does_not_wait_for_it(base: Path, tmp_path: Path) -> None:
    others = {
        name: Runs(operation, base, tmp_path / name.replace(" ", "-"))
        for name, operation in OPERATIONS.items()
        if operation.method in _NEEDS_NO_LOCK
    }
    places = [runs.at_next() / "library" for runs in others.values()]
    holder = _hold(places)
    try:
        for name, runs in others.items():
            assert runs.act(nullcontext())[0] is None, name
    finally:
        holder.kill()
        holder.communicate()
