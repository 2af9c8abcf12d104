"""What an operation relies on is on the disk by then, and each fsync is there for a reason."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.barriers import Recorder, recorded
from tests.faults.operations import OPERATIONS, begin

Record = Callable[..., Recorder]

# What a backup stages nobody relies on: it is gone when the backup is made.
_OWED_TO_OTHERS = {"backup": ["/library/media/.staging"]}


@pytest.fixture
def record(base: Path, tmp_path: Path) -> Record:
    """Does an operation of the table and records its calls: `record(name, left_out=…)`."""

    def do(name: str, left_out: str | None = None) -> Recorder:
        operation = OPERATIONS[name]
        begun = tmp_path / "begun"
        if not begun.exists():
            begin(operation, base, begun)
        number = len(list(tmp_path.iterdir()))
        return recorded(operation, Path(shutil.copytree(begun, tmp_path / str(number))), left_out)

    return do


@pytest.mark.parametrize("name", OPERATIONS)
def test_nothing_relies_on_what_a_cut_of_the_power_could_take(name: str, record: Record) -> None:
    assert record(name).complaints == []


@pytest.mark.parametrize("name", OPERATIONS)
def test_no_fsync_can_be_left_out(name: str, record: Record) -> None:
    spared = _OWED_TO_OTHERS.get(OPERATIONS[name].method, [])
    for synced in record(name).synced:
        assert record(name, left_out=synced).complaints or synced in spared, synced


def test_a_new_picture_is_on_the_disk_before_the_row_that_names_it(record: Record) -> None:
    calls = record("attach, same name").calls
    committed = calls.index("commit")
    staged = "/library/media/.staging/…"
    for barrier in (f"fsync {staged}/1", f"fsync {staged}", "fsync /library/media/.trash"):
        assert barrier in calls[:committed], barrier
    struck_off = len(calls) - calls[::-1].index("commit") - 1
    moves = [number for number, call in enumerate(calls) if call.startswith("rename")]
    assert len(moves) == 2
    assert committed < moves[0]
    for folder in (staged, "/library/media/projects/1/images", "/library/media/.trash/8"):
        assert f"fsync {folder}" in calls[moves[-1] : struck_off], folder


def test_a_backup_is_whole_before_it_has_its_name_and_the_name_is_durable(record: Record) -> None:
    calls = record("backup").calls
    named = next(n for n, call in enumerate(calls) if call.endswith(" /shelf/new.zip"))
    written = calls[named].split()[1]
    assert f"fsync {written}" in calls[:named]
    assert "fsync /shelf" in calls[named:]
