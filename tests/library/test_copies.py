"""Copies of the database: one a day, one before an upgrade, whole and never written over."""

from __future__ import annotations

import errno
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from storyflow_tui.errors import DamagedError, NoSpaceError
from storyflow_tui.library import Library, migrations
from storyflow_tui.library.copies import newest_copy
from storyflow_tui.library.disk import Disk
from storyflow_tui.records import ProjectRecord
from tests.faults.dying import FailingDisk

DAY = 24 * 60 * 60
TODAY = "storyflow-2026-05-04.db"


@pytest.fixture(autouse=True)
def _utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The machine stands in Greenwich."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def names(library: Library) -> list[str]:
    """Everything in the folder of the copies, also what is hidden."""
    folder = library.path / "backups"
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def titles(copy: Path) -> list[str]:
    """The projects that a copy holds, as any program reads them from that file alone."""
    with closing(sqlite3.connect(f"file:{copy}?immutable=1", uri=True)) as connection:
        return [title for (title,) in connection.execute("SELECT title FROM project ORDER BY id")]


# -- one a day --------------------------------------------------------------------------------


def test_the_first_call_of_a_day_copies_the_database(
    library: Library, project: ProjectRecord
) -> None:
    assert library.copy_today() == library.path / "backups" / TODAY
    assert names(library) == [TODAY]
    assert titles(library.path / "backups" / TODAY) == [project.title]


def test_a_copy_of_today_is_not_made_twice_nor_written_over(
    library: Library, project: ProjectRecord
) -> None:
    copy = library.copy_today()
    assert copy is not None
    before = copy.read_bytes()
    library.projects.create("Later")
    assert library.copy_today() is None
    assert copy.read_bytes() == before
    assert names(library) == [TODAY]


def test_the_day_is_that_of_the_persons_own_clock(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "XXX-13")  # 13 hours ahead: noon in Greenwich is tomorrow there
    time.tzset()
    copy = library.copy_today()
    assert copy is not None
    assert copy.name == "storyflow-2026-05-05.db"


def test_the_last_seven_are_kept(library: Library, advance: Callable[[float], None]) -> None:
    (library.path / "backups").mkdir()
    for other in ("storyflow-schema-1-2026-01-01.db", "mine.db", "storyflow-2020-01-01.db.txt"):
        (library.path / "backups" / other).write_text("kept")
    for _ in range(9):
        assert library.copy_today() is not None
        advance(DAY)
    assert names(library) == [
        "mine.db",
        "storyflow-2020-01-01.db.txt",
        *(f"storyflow-2026-05-{day:02}.db" for day in range(6, 13)),
        "storyflow-schema-1-2026-01-01.db",
    ]


def test_a_clock_that_was_set_back_does_not_cost_the_copy_just_made(
    library: Library, advance: Callable[[float], None]
) -> None:
    for _ in range(7):
        library.copy_today()
        advance(DAY)
    advance(-30 * DAY)
    copy = library.copy_today()
    assert copy is not None
    assert copy.exists()
    assert library.copy_today() is None


class Full(Disk):
    """A disk that has no room for one more name."""

    def give_name(self, finished: Path, target: Path) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(target))


def test_no_older_copy_goes_when_the_new_one_does_not_come_to_stand(
    library: Library, advance: Callable[[float], None], clock: Any
) -> None:
    for _ in range(7):
        library.copy_today()
        advance(DAY)
    before = names(library)
    with (
        Library.open(library.path, clock=clock, disk=Full()) as full,
        pytest.raises(NoSpaceError, match="No space left"),
    ):
        full.copy_today()
    assert names(library) == before


def test_an_older_copy_that_cannot_be_removed_is_no_failure(
    library: Library, advance: Callable[[float], None], clock: Any
) -> None:
    for _ in range(7):
        library.copy_today()
        advance(DAY)

    class Clinging(Disk):
        def unlink(self, path: Path) -> None:
            if path.name == TODAY:
                raise PermissionError(errno.EPERM, "Operation not permitted", str(path))
            super().unlink(path)

    with Library.open(library.path, clock=clock, disk=Clinging()) as clinging:
        assert clinging.copy_today() is not None
    assert len(names(library)) == 8


@pytest.mark.parametrize("call", ["mkdir", "lock", "sync_file", "sync", "give_name", "unlink"])
def test_a_copy_that_failed_leaves_nothing_and_is_made_by_the_next(
    library: Library, project: ProjectRecord, clock: Any, call: str
) -> None:
    failures = 0
    for number in range(1, 20):
        disk = FailingDisk(call, 0)
        with Library.open(library.path, clock=clock, disk=disk) as failing:
            disk.__init__(call, number, errno.ENOSPC)  # type: ignore[misc]  # armed only now
            try:
                failing.copy_today()
            except NoSpaceError:
                failures += 1
        left = [name for name in names(library) if name != TODAY]
        assert left == [] or (call == "unlink" and len(left) == 1)
        library.copy_today()
        assert names(library) == [TODAY]
        assert titles(library.path / "backups" / TODAY) == [project.title]
        (library.path / "backups" / TODAY).unlink()
        (library.path / "backups").rmdir()
        if not disk.has_failed:
            break
    else:
        pytest.fail("the copy never passed untouched")
    assert failures or call == "unlink"


def test_what_a_killed_copy_left_is_removed_by_the_next(
    library: Library, project: ProjectRecord, tmp_path: Path
) -> None:
    script = (
        "import os, signal, sys\n"
        "from storyflow_tui.library import Library\n"
        "from storyflow_tui.library.disk import Disk\n"
        "class Dying(Disk):\n"
        "    def give_name(self, finished, target):\n"
        "        os.kill(os.getpid(), signal.SIGKILL)\n"
        "with Library.open(sys.argv[1], disk=Dying()) as library:\n"
        "    library.copy_today()\n"
    )
    child = subprocess.run([sys.executable, "-c", script, str(library.path)], check=False)
    assert child.returncode == -signal.SIGKILL
    assert len(names(library)) == 1
    library.copy_today()
    assert names(library) == [TODAY]


def test_a_copy_under_way_is_not_taken_for_a_leftover(library: Library, clock: Any) -> None:
    class Meanwhile(Disk):
        def give_name(self, finished: Path, target: Path) -> None:
            # Another editor starts while this copy is written, and is faster.
            with Library.open(library.path, clock=clock) as other:
                assert other.copy_today() is not None
            assert finished.exists()
            super().give_name(finished, target)

    with Library.open(library.path, clock=clock, disk=Meanwhile()) as slower:
        assert slower.copy_today() is None
    assert names(library) == [TODAY]


@pytest.mark.parametrize("has_links", [True, False])
def test_a_copy_is_made_where_there_are_no_hard_links(
    library: Library, monkeypatch: pytest.MonkeyPatch, has_links: bool
) -> None:
    def refuse(*_: Any) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    if not has_links:
        monkeypatch.setattr(os, "link", refuse)
    assert library.copy_today() is not None
    assert library.copy_today() is None
    assert names(library) == [TODAY]


def test_a_copy_is_on_the_disk_before_it_has_its_name(library: Library, clock: Any) -> None:
    done: list[tuple[str, str]] = []

    class Recording(Disk):
        def sync_written(self, path: Path) -> None:
            super().sync_written(path)
            done.append(("synced", path.name))

        def give_name(self, finished: Path, target: Path) -> None:
            done.append(("named", target.name))
            super().give_name(finished, target)

        def sync(self, folder: Path) -> None:
            super().sync(folder)
            done.append(("synced", folder.name))

    with Library.open(library.path, clock=clock, disk=Recording()) as recording:
        done.clear()
        recording.copy_today()
    assert done[-3:] == [("synced", TODAY), ("named", TODAY), ("synced", "backups")]


def test_a_copy_needs_no_write_lock_and_holds_up_no_writer(
    library: Library, second: Library, project: ProjectRecord, clock: Any
) -> None:
    with second._database.writing():
        assert library.copy_today() is not None
    (library.path / "backups" / TODAY).unlink()

    class Meanwhile(Disk):
        def sync_written(self, path: Path) -> None:
            second.projects.create("Meanwhile")
            super().sync_written(path)

    with Library.open(library.path, clock=clock, disk=Meanwhile()) as copying:
        assert copying.copy_today() is not None
    assert titles(library.path / "backups" / TODAY) == [project.title]


def test_a_library_that_is_only_read_is_not_copied(
    library: Library, project: ProjectRecord
) -> None:
    with Library.open(library.path, read_only=True) as reading:
        assert reading.copy_today() is None
    assert names(library) == []


def test_a_library_on_a_network_folder_is_copied(
    library: Library, project: ProjectRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.close()
    monkeypatch.setattr("storyflow_tui.library.database.on_network", lambda folder: True)
    with Library.open(library.path, clock=library._clock) as networked:
        assert networked.copy_today() is not None
    assert titles(library.path / "backups" / TODAY) == [project.title]


def test_a_damaged_database_drives_out_no_sound_copy(
    library: Library, project: ProjectRecord, advance: Callable[[float], None], clock: Any
) -> None:
    for _ in range(7):
        library.copy_today()
        advance(DAY)
    before = names(library)
    library.close()
    with (library.path / "storyflow.db").open("r+b") as file:
        file.seek(2 * 4096)
        file.write(b"\xff" * 4096)
    with Library.open(library.path, clock=clock) as damaged, pytest.raises(DamagedError):
        damaged.copy_today()
    assert names(library) == before


# -- the newest -------------------------------------------------------------------------------


def test_the_newest_copy_is_named(library: Library, advance: Callable[[float], None]) -> None:
    assert newest_copy(library.path) is None
    library.copy_today()
    advance(DAY)
    newest = library.copy_today()
    folder = library.path / "backups"
    (folder / "storyflow-schema-1-2026-01-01.db").touch()
    (folder / "zzz.db").touch()
    (folder / "storyflow-2030-01-01.db").symlink_to(folder / TODAY)
    assert newest_copy(library.path) == newest


# -- beside other operations ------------------------------------------------------------------


def test_the_copies_are_no_finding_and_no_part_of_a_backup(
    library: Library, project: ProjectRecord, tmp_path: Path
) -> None:
    library.copy_today()
    assert library.check() == []
    archive = library.backup(tmp_path / "backup.zip")
    Library.restore(archive, tmp_path / "restored")
    assert not (tmp_path / "restored" / "backups").exists()


def test_a_replaced_library_takes_its_copies_with_it(
    library: Library, project: ProjectRecord, tmp_path: Path
) -> None:
    archive = library.backup(tmp_path / "backup.zip")
    library.copy_today()
    library.close()
    aside = Library.restore(archive, library.path, replace=True)
    assert aside is not None
    assert (aside / "backups" / TODAY).exists()


# -- before an upgrade ------------------------------------------------------------------------


@pytest.fixture
def newer(monkeypatch: pytest.MonkeyPatch) -> None:
    """A program with one more step of the schema."""
    steps = (*migrations.STEPS, ("ALTER TABLE project ADD COLUMN colour TEXT",))
    monkeypatch.setattr(migrations, "STEPS", steps)
    monkeypatch.setattr(migrations, "VERSION", len(steps))


def test_a_copy_before_an_upgrade_holds_the_older_schema(
    library: Library, project: ProjectRecord, clock: Any, request: pytest.FixtureRequest
) -> None:
    older = migrations.VERSION
    library.close()
    request.getfixturevalue("newer")
    name = f"storyflow-schema-{older}-2026-05-04.db"
    (library.path / "backups").mkdir()
    (library.path / "backups" / name).write_text("kept")
    with Library.open(library.path, clock=clock) as upgraded:
        assert [one.title for one in upgraded.projects.list()] == [project.title]
    second = name.replace(".db", "-2.db")
    assert names(library) == [second, name]
    assert (library.path / "backups" / name).read_text() == "kept"
    assert titles(library.path / "backups" / second) == [project.title]
    with closing(sqlite3.connect(library.path / "backups" / second)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (older,)
    assert newest_copy(library.path) == library.path / "backups" / second


def test_no_upgrade_happens_without_its_copy(
    library: Library, project: ProjectRecord, clock: Any, request: pytest.FixtureRequest
) -> None:
    older = migrations.VERSION
    library.close()
    request.getfixturevalue("newer")
    with pytest.raises(NoSpaceError):
        Library.open(library.path, clock=clock, disk=Full())
    assert names(library) == []
    with closing(sqlite3.connect(library.path / "storyflow.db")) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (older,)
