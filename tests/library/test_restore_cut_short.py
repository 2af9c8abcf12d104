"""Restore that fails or is killed: the former library or the new one, never less."""

from __future__ import annotations

import errno
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from storyflow_tui.errors import (
    DamagedError,
    NoSpaceError,
    NotEmptyError,
    ReadOnlyError,
)
from storyflow_tui.library import Library
from storyflow_tui.library.disk import Disk
from tests.faults.dying import FailingDisk


@pytest.fixture
def former(tmp_path: Path) -> Path:
    """A library where the restored one shall stand."""
    with Library.open(tmp_path / "target" / "library") as library:
        library.projects.create("Former")
    return library.path


def titles(folder: Path) -> list[str]:
    with Library.open(folder, create=False) as library:
        assert library.check() == []
        return [one.title for one in library.projects.list()]


CALLS = ("mkdir", "lock", "create", "write", "sync_file", "sync", "rename", "exchange", "unlink")


@pytest.mark.parametrize("can_exchange", [True, False])
@pytest.mark.parametrize("call", CALLS)
def test_a_restore_that_failed_leaves_the_former_library_and_nothing_else(
    archive: Path,
    former: Path,
    call: str,
    can_exchange: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if not can_exchange:
        monkeypatch.setattr(Disk, "exchange", lambda *_: False)
    failures = 0
    for number in range(1, 80):
        disk = FailingDisk(call, number, errno.ENOSPC)
        try:
            aside = Library.restore(archive, former, replace=True, disk=disk)
        except NoSpaceError:
            failures += 1
            if titles(former) == ["The Lamp"]:
                # Only that its name is durable could not be had any more.
                assert call in ("sync", "sync_file")
                (aside,) = former.parent.glob("library.before-*")
            else:
                aside = None
        if aside is not None:
            assert titles(former) == ["The Lamp"]
            assert titles(aside) == ["Former"]
            shutil.rmtree(former)
            aside.rename(former)
        assert titles(former) == ["Former"]
        if call != "unlink":  # what could not be removed goes with the next
            assert [path.name for path in former.parent.iterdir()] == ["library"]
        if not disk.has_failed:
            break
    else:
        pytest.fail("the restore never passed untouched")
    assert failures or call in ("unlink", "exchange")


@pytest.mark.parametrize("replace", [False, True])
def test_a_restored_library_is_on_the_disk_before_it_has_its_place(
    archive: Path, former: Path, replace: bool
) -> None:
    target = former if replace else former.with_name("new")
    unsynced: set[Path] = set()
    last = ""

    class Recording(Disk):
        def create(self, path: Path) -> int:
            unsynced.update((path, path.parent))
            return super().create(path)

        def mkdir(self, path: Path) -> None:
            unsynced.add(path)
            super().mkdir(path)

        def sync_written(self, path: Path) -> None:
            super().sync_written(path)
            unsynced.discard(path)

        def sync(self, folder: Path) -> None:
            nonlocal last
            super().sync(folder)
            unsynced.discard(folder)
            last = f"synced {folder.name}"

        def rename(self, source: Path, to: Path) -> None:
            nonlocal last
            assert not [path for path in unsynced if path.is_relative_to(source)]
            super().rename(source, to)
            last = "renamed"

        def exchange(self, first: Path, second: Path) -> bool:
            nonlocal last
            last = "exchanged"
            return super().exchange(first, second)

    Library.restore(archive, target, replace=replace, disk=Recording())
    assert last == f"synced {target.parent.name}"


def test_what_came_to_the_target_meanwhile_is_not_replaced(archive: Path, tmp_path: Path) -> None:
    class Meanwhile(Disk):
        def sync_written(self, path: Path) -> None:
            with Library.open(tmp_path / "fresh") as library:
                library.projects.create("Meanwhile")
            super().sync_written(path)

    with pytest.raises(NotEmptyError):
        Library.restore(archive, tmp_path / "fresh", disk=Meanwhile())
    assert "Meanwhile" in titles(tmp_path / "fresh")


def test_where_nothing_can_be_put_back_the_error_says_where_the_former_library_is(
    archive: Path, former: Path
) -> None:
    class Worst(Disk):
        def rename(self, source: Path, target: Path) -> None:
            if target == former:
                raise OSError(errno.EIO, "Input/output error", str(target))
            super().rename(source, target)

        def exchange(self, first: Path, second: Path) -> bool:
            return False

    with pytest.raises(ReadOnlyError) as caught:
        Library.restore(archive, former, replace=True, disk=Worst())
    (aside,) = former.parent.glob("library.before-*")
    assert str(aside) in caught.value.message
    assert titles(aside) == ["Former"]


class Killed(BaseException):
    """Nothing catches it to put things right; as when the process is gone."""


@pytest.fixture
def cut_short(archive: Path, former: Path) -> Path:
    """Where a library stood that a restore had moved aside when it was killed."""

    class Dying(Disk):
        is_dead = False

        def exchange(self, first: Path, second: Path) -> bool:
            return False

        def rename(self, source: Path, target: Path) -> None:
            if self.is_dead:
                raise Killed
            super().rename(source, target)
            if source == former:
                self.is_dead = True
                raise Killed

        def remove_tree(self, folder: Path) -> None:
            if not self.is_dead:
                super().remove_tree(folder)

    with pytest.raises(Killed):
        Library.restore(archive, former, replace=True, disk=Dying())
    assert not former.exists()
    return former


@pytest.mark.parametrize("create", [True, False])
def test_an_absent_library_whose_restore_was_killed_says_where_both_are(
    cut_short: Path, create: bool
) -> None:
    with pytest.raises(DamagedError, match="was cut short") as caught:
        Library.open(cut_short, create=create)
    (aside,) = cut_short.parent.glob("library.before-*")
    (unfinished,) = cut_short.parent.glob(".storyflow-restore-*/library")
    assert titles(aside) == ["Former"]
    assert str(aside) in caught.value.message
    assert str(unfinished) in caught.value.message
    assert not cut_short.exists()


def test_a_restore_that_was_killed_is_finished_by_the_next_or_taken_back_by_hand(
    cut_short: Path, archive: Path
) -> None:
    (aside,) = cut_short.parent.glob("library.before-*")
    Library.restore(archive, cut_short)
    assert titles(cut_short) == ["The Lamp"]
    shutil.rmtree(cut_short)
    aside.rename(cut_short)
    assert titles(cut_short) == ["Former"]


def test_a_library_that_was_removed_long_after_a_restore_is_begun_anew(
    archive: Path, former: Path
) -> None:
    Library.restore(archive, former, replace=True)
    shutil.rmtree(former)
    Library.open(former).close()
    assert titles(former) == []


def test_a_refused_restore_takes_the_folders_away_that_it_made(
    archive: Path, tmp_path: Path
) -> None:
    archive.write_bytes(archive.read_bytes()[:-30])
    (tmp_path / "target").mkdir()
    with pytest.raises(DamagedError):
        Library.restore(archive, tmp_path / "target" / "a" / "b" / "c")
    assert list((tmp_path / "target").iterdir()) == []


_DYING = """
import os, shutil, signal, sys
from pathlib import Path
from storyflow_tui.library import Library
from storyflow_tui.library.disk import Disk

archive, base, can_exchange, after, calls = Path(sys.argv[1]), Path(sys.argv[2]), *sys.argv[3:]

class Dying(Disk):
    def __init__(self, number):
        self.left = number
        for call in calls.split():
            setattr(self, call, self.wrapped(call, getattr(super(), call)))

    def wrapped(self, name, real):
        def call(*given, **named):
            self.left -= 1
            dies = self.left == 0
            if dies and after == "before":
                os.kill(os.getpid(), signal.SIGKILL)
            result = False if name == "exchange" and can_exchange == "no" else real(*given, **named)
            if dies:
                os.kill(os.getpid(), signal.SIGKILL)
            return result
        return call

def titles(folder):
    with Library.open(folder, create=False) as library:
        assert library.check() == []
        return [one.title for one in library.projects.list()]

for number in range(1, 400):
    shutil.rmtree(base, ignore_errors=True)
    with Library.open(base / "library") as library:
        library.projects.create("Former")
    child = os.fork()
    if child == 0:
        Library.restore(archive, base / "library", replace=True, disk=Dying(number))
        os._exit(0)
    status = os.waitpid(child, 0)[1]
    whole = {}
    for path in base.iterdir():
        if not path.name.startswith("."):
            whole[path.name] = titles(path)
    assert ["Former"] in whole.values(), (number, whole)
    if "library" not in whole:
        assert can_exchange == "no", (number, whole)
        (kept,) = whole
        (base / kept).rename(base / "library")
    elif whole["library"] != ["Former"]:
        assert whole["library"] == ["The Lamp"], (number, whole)
    # Whatever was left is no hindrance, and goes.
    Library.restore(archive, base / "library", replace=True)
    assert titles(base / "library") == ["The Lamp"]
    assert not [path for path in base.iterdir() if path.name.startswith(".")]
    if status == 0:
        break
    assert os.WTERMSIG(status) == signal.SIGKILL
print(number - 1)
"""


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("can_exchange", ["yes", "no"])
@pytest.mark.parametrize(
    ("calls", "deaths"),
    [
        ("rename exchange", 2),
        pytest.param(
            "mkdir lock create write sync_file rename exchange unlink", 20, marks=pytest.mark.long
        ),
    ],
    ids=["renames", "all"],
)
def test_a_restore_killed_at_any_call_leaves_a_whole_library_at_its_place_or_beside_it(
    archive: Path, tmp_path: Path, can_exchange: str, moment: str, calls: str, deaths: int
) -> None:
    runner = subprocess.run(
        [sys.executable, "-c", _DYING, archive, tmp_path / "base", can_exchange, moment, calls],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[2],
        timeout=120,
    )
    assert runner.returncode == 0, runner.stderr
    assert int(runner.stdout) >= deaths
