"""Each file call of each operation fails, once or from then on: refused or done, never between."""

from __future__ import annotations

import errno
import inspect
from collections.abc import Iterator
from pathlib import Path

import pytest

from storyflow_tui.library import Library
from storyflow_tui.library.disk import Disk
from tests.faults.calls import KINDS, Counting, Failing
from tests.faults.operations import OPERATIONS, READING, begin, library_at
from tests.faults.runs import ERRORS, FAULTS, Runs


@pytest.fixture
def library(base: Path, tmp_path: Path) -> Iterator[Library]:
    begin(OPERATIONS["edit"], base, tmp_path / "place")
    with library_at(tmp_path / "place/library", 2) as opened:
        yield opened


@pytest.mark.parametrize("name", OPERATIONS)
def test_where_a_file_call_fails_the_operation_is_refused_or_done(
    name: str, base: Path, tmp_path: Path
) -> None:
    runs = Runs(OPERATIONS[name], base, tmp_path)
    turn = list(OPERATIONS).index(name)
    losses = []
    for number, fault in enumerate(FAULTS, turn):
        errors = (ERRORS[number % len(ERRORS)],)
        losses += [each for each in runs.all(fault, errors, most=2) if each.loss]
    assert [str(each) for each in losses] == []


@pytest.mark.long
@pytest.mark.parametrize("name", OPERATIONS)
def test_the_same_holds_for_every_call_and_every_error(
    name: str, base: Path, tmp_path: Path
) -> None:
    runs = Runs(OPERATIONS[name], base, tmp_path)
    losses = [each for fault in FAULTS for each in runs.all(fault) if each.loss]
    assert [str(each) for each in losses] == []


def test_the_table_names_every_public_method_that_writes(library: Library) -> None:
    parts = {
        "": Library,
        "projects": type(library.projects),
        "segments": type(library.segments),
        "history": type(library.history),
        "trash": type(library.trash),
    }
    public = {
        f"{part}.{name}".lstrip(".")
        for part, kind in parts.items()
        for name, member in inspect.getmembers(kind)
        if callable(member) and not name.startswith("_") and name not in READING[part]
    }
    assert public == {operation.method for operation in OPERATIONS.values()}


def test_every_kind_of_call_is_seen(base: Path, tmp_path: Path) -> None:
    seen = set()
    for name in ("attach, same name", "restore", "empty the trash", "copy of the database"):
        runs = Runs(OPERATIONS[name], base, tmp_path / name)
        seen |= {kind for kind in KINDS if runs.count(kind)}
    assert seen == set(KINDS)


def test_calls_elsewhere_are_left_alone(library: Library, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    with Counting(tmp_path / "elsewhere") as counting:
        library.segments.edit(1, text_content="Another text")
    assert counting.calls == []


def test_a_library_is_replaced_or_not_where_two_folders_cannot_be_exchanged(
    base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Disk, "exchange", lambda *_: False)
    runs = Runs(OPERATIONS["restore --replace"], base, tmp_path)
    losses = [each for each in runs.all("rename", (errno.EACCES,)) if each.loss]
    losses += [each for each in runs.all("fsync", (errno.EIO,), most=2) if each.loss]
    assert [str(each) for each in losses] == []


def test_a_picture_that_cannot_be_looked_at_is_not_written_over(base: Path, tmp_path: Path) -> None:
    runs = Runs(OPERATIONS["open what was done and not struck off"], base, tmp_path)
    losses = [each for each in runs.all("stat", (errno.EACCES,)) if each.loss]
    assert [str(each) for each in losses] == []


def test_failed_moves_are_pending_and_done_by_the_next_writer(library: Library) -> None:
    with Failing(library.path, "rename", 1, errno.EIO):
        library.segments.remove_image(1)
    assert library.pending_moves() == 1
    library.segments.edit(4, text_content="Something else")
    assert library.pending_moves() == 0
    assert library.check() == []


def test_a_move_that_cannot_be_done_is_reported_and_holds_up_nobody_else(library: Library) -> None:
    with Failing(library.path, "rename", 1, errno.EIO):
        library.segments.remove_image(1)
    (library.media / "projects/1/images/1_lamp.png").unlink()
    library.segments.remove_image(2)
    assert library.pending_moves() == 1
    assert [finding.check for finding in library.check()] == ["pending_move"]
    assert not (library.media / "projects/1/images/2_lamp.png").exists()
