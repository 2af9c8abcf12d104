"""Backup: the whole library in one file, as of one moment, while others go on working."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from storyflow_tui.errors import (
    BusyError,
    DamagedError,
    NoSpaceError,
    NotEmptyError,
    ReadOnlyError,
    StoryflowError,
)
from storyflow_tui.library import Library
from storyflow_tui.library.disk import Disk
from storyflow_tui.records import ProjectRecord
from tests.faults.dying import FailingDisk

Paint = Callable[..., Path]
Files = Callable[[Library], dict[str, bytes]]
Rows = Callable[[Library], list[Any]]


def test_a_library_survives_backup_and_restore(
    full: Library, archive: Path, rows: Rows, files: Files, tmp_path: Path
) -> None:
    assert Library.restore(archive, tmp_path / "restored") is None
    with Library.open(tmp_path / "restored") as restored:
        assert rows(restored) == rows(full)
        assert files(restored) == files(full)
        assert restored.history.list() == full.history.list()
        assert restored.history.list(1) == full.history.list(1)
        assert restored.trash.list() == full.trash.list()
        assert restored.projects.list() == full.projects.list()
        assert restored.check() == []


def test_undo_goes_on_after_a_restore(
    full: Library, archive: Path, files: Files, tmp_path: Path, project: ProjectRecord
) -> None:
    Library.restore(archive, tmp_path / "restored")
    with Library.open(tmp_path / "restored") as restored:
        restored.history.undo()
        assert len(restored.projects.list()) == 2
        assert restored.segments.list(2)[0].image_file == "projects/2/images/6_a.png"
        for _ in range(4):
            restored.history.undo(project.id)
        assert restored.segments.get(1).image_file is None
        assert restored.check() == []
        assert sorted(files(restored).values()) == sorted(files(full).values())


def test_what_comes_after_the_backup_is_not_in_it(
    full: Library, archive: Path, rows: Rows, tmp_path: Path
) -> None:
    before = rows(full)
    full.segments.delete(1)
    full.trash.empty()
    Library.restore(archive, tmp_path / "restored")
    with Library.open(tmp_path / "restored") as restored:
        assert rows(restored) == before
        assert restored.check() == []


def test_a_backup_leaves_the_library_as_it_is(full: Library, files: Files, tmp_path: Path) -> None:
    before = files(full)
    full.backup(tmp_path / "backup.zip")
    assert files(full) == before
    assert list((full.media / ".staging").iterdir()) == []
    assert sorted(path.name for path in tmp_path.iterdir() if "backup" in path.name) == [
        "backup.zip"
    ]


def test_an_empty_library_is_backed_up(library: Library, tmp_path: Path) -> None:
    Library.restore(library.backup(tmp_path / "backup.zip"), tmp_path / "restored")
    with Library.open(tmp_path / "restored") as restored:
        assert restored.projects.list() == []


def test_a_backup_is_an_ordinary_zip_with_its_list(full: Library, archive: Path) -> None:
    with zipfile.ZipFile(archive) as opened:
        assert opened.testzip() is None
        names = set(opened.namelist())
        listed = json.loads(opened.read("manifest.json"))
    assert names == {"manifest.json", *listed["files"]}
    assert {"storyflow.db", "media/projects/1/images/1_a.png"} < names


def test_a_library_whose_file_is_missing_is_backed_up_without_it(
    full: Library, tmp_path: Path
) -> None:
    (full.media / "projects/1/images/1_a.png").unlink()
    Library.restore(full.backup(tmp_path / "backup.zip"), tmp_path / "restored")
    with Library.open(tmp_path / "restored") as restored:
        assert [finding.check for finding in restored.check()] == ["missing_file"]


def test_a_backup_is_not_written_over_a_file(full: Library, tmp_path: Path) -> None:
    file = tmp_path / "backup.zip"
    file.write_bytes(b"kept")
    with pytest.raises(NotEmptyError) as caught:
        full.backup(file)
    assert caught.value.code == "not_empty"
    assert file.read_bytes() == b"kept"
    full.backup(file, force=True)
    assert zipfile.is_zipfile(file)


def test_a_backup_into_a_folder_that_is_not_there_is_refused(
    full: Library, files: Files, tmp_path: Path
) -> None:
    before = files(full)
    with pytest.raises(StoryflowError):
        full.backup(tmp_path / "absent" / "backup.zip")
    assert files(full) == before


def test_a_busy_library_is_not_backed_up(full: Library, tmp_path: Path, files: Files) -> None:
    before = files(full)
    with (
        Library.open(full.path) as other,
        other._database.writing(),
        pytest.raises(BusyError),
    ):
        full.backup(tmp_path / "backup.zip")
    assert files(full) == before
    assert not (tmp_path / "backup.zip").exists()


def test_a_library_whose_moves_have_to_wait_is_not_backed_up(
    full: Library, stuck: Library, tmp_path: Path
) -> None:
    stuck.segments.delete(1)
    with pytest.raises(DamagedError, match="still wait to be moved"):
        stuck.backup(tmp_path / "backup.zip")
    assert not (tmp_path / "backup.zip").exists()
    full.backup(tmp_path / "backup.zip")
    assert full.check() == []


def test_a_read_only_library_whose_moves_have_to_wait_is_not_backed_up(
    full: Library, stuck: Library, ids: Sequence[int], tmp_path: Path
) -> None:
    stuck.segments.remove_image(ids[0])
    with (
        Library.open(full.path, read_only=True) as looking,
        pytest.raises(DamagedError, match="wait to be moved"),
    ):
        looking.backup(tmp_path / "waiting.zip")
    assert not (tmp_path / "waiting.zip").exists()


# -- while others work ------------------------------------------------------------------------


class Meanwhile(Disk):
    """A disk on which something happens while it copies, links or packs."""

    def __init__(self, call: str, happen: Callable[[], object], times: int = 1) -> None:
        real = getattr(super(), call)
        left = times

        def wrapped(*given: Any, **named: Any) -> Any:
            nonlocal left
            left -= 1
            if left >= 0:
                happen()
            return real(*given, **named)

        setattr(self, call, wrapped)


def without_hard_links(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)


@pytest.mark.parametrize("read_only", [False, True])
@pytest.mark.parametrize("has_links", [True, False])
def test_a_backup_is_of_one_moment_and_nobody_is_refused_meanwhile(
    full: Library,
    paint: Paint,
    rows: Rows,
    tmp_path: Path,
    has_links: bool,
    read_only: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def others_work() -> None:
        with Library.open(full.path, busy=0.2) as other:
            other.segments.edit(3, text_content="Meanwhile.")
            other.segments.attach_image(1, paint(tmp_path / "meanwhile/a.png", "black"))
            other.segments.remove_image(2)
            other.projects.create("Meanwhile")
            other.history.undo()

    if not has_links:
        without_hard_links(monkeypatch)
    disk = Meanwhile("write", others_work)
    with Library.open(full.path, disk=disk, read_only=read_only, busy=0.5) as library:
        library.backup(tmp_path / "backup.zip")
    Library.restore(tmp_path / "backup.zip", tmp_path / "restored")
    with Library.open(tmp_path / "restored") as restored:
        assert restored.check() == []
        picture = restored.file(restored.segments.get(1).image_file)
        assert picture is not None
        seen = (
            restored.segments.get(3).text_content,
            picture.read_bytes() == (tmp_path / "meanwhile/a.png").read_bytes(),
            restored.segments.get(2).image_file is None,
        )
        assert seen in (("edited", False, False), ("Meanwhile.", True, True))
        if has_links and not read_only:
            assert seen == ("edited", False, False), "what was named when it began"
    assert full.check() == []


def test_where_there_are_no_hard_links_files_are_copied_without_the_write_lock(
    full: Library, paint: Paint, files: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_hard_links(monkeypatch)
    # The second time a picture is replaced, under its name, that is copied already.
    attached = iter([(4, "meanwhile.png"), (1, "a.png"), (4, "meanwhile.png")])
    colours = iter(["black", "white", "grey"])

    def others_work() -> None:
        key, name = next(attached)
        with Library.open(full.path, busy=0.2) as other:
            other.segments.attach_image(key, paint(tmp_path / "meanwhile" / name, next(colours)))

    with Library.open(full.path, disk=Meanwhile("copy", others_work, 3)) as library:
        library.backup(tmp_path / "backup.zip")
    Library.restore(tmp_path / "backup.zip", tmp_path / "restored")
    with Library.open(tmp_path / "restored") as restored:
        assert restored.check() == []
        assert files(restored) == files(full)
    assert list((full.media / ".staging").iterdir()) == []


def test_a_picture_that_is_replaced_while_a_read_only_library_is_packed_fits_its_row(
    full: Library, paint: Paint, tmp_path: Path
) -> None:
    def replace() -> None:
        full.segments.attach_image(2, paint(tmp_path / "meanwhile/b.jpg", "black"))

    before = len(full.history.list(1))
    picture = full.file(full.segments.get(2).image_file)
    assert picture is not None
    former = picture.read_bytes()
    disk = Meanwhile("write", replace)
    with Library.open(full.path, disk=disk, read_only=True) as library:
        library.backup(tmp_path / "backup.zip")
    Library.restore(tmp_path / "backup.zip", tmp_path / "restored")
    with Library.open(tmp_path / "restored") as restored:
        found = restored.file(restored.segments.get(2).image_file)
        assert found is not None
        has_come = len(restored.history.list(1)) > before
        assert found.read_bytes() == (picture.read_bytes() if has_come else former)


def test_files_that_another_has_still_to_move_are_in_the_backup_where_they_belong(
    full: Library, stuck: Library, files: Files, rows: Rows, tmp_path: Path, paint: Paint
) -> None:
    class Late(Disk):
        """A disk on which the next writer commits right after all that was pending was done."""

        def try_link(self, source: Path, target: Path) -> bool:
            assert full.pending_moves() == 3, "the moves of the other are still to be done"
            return super().try_link(source, target)

    with Library.open(full.path, disk=Late(), busy=0.5) as library:
        finish = library._journal.finish

        def finish_and_fall_behind() -> bool:
            result = finish()
            stuck.segments.attach_image(1, paint(tmp_path / "late/a.png", "black"))
            stuck.segments.delete(2)
            return result

        library._journal.finish = finish_and_fall_behind  # type: ignore[method-assign]
        library.backup(tmp_path / "backup.zip")
    full.projects.create("Whoever writes next moves them")
    full.history.undo()
    Library.restore(tmp_path / "backup.zip", tmp_path / "restored")
    with Library.open(tmp_path / "restored") as restored:
        assert restored.pending_moves() == 0
        assert restored.check() == []
        assert files(restored) == files(full)
        assert rows(restored) == rows(full)


# -- what is in it ----------------------------------------------------------------------------


def test_whatever_is_backed_up_comes_back_under_whatever_name(
    full: Library, files: Files, sql: Any, tmp_path: Path
) -> None:
    images = full.media / "projects/1/images"
    names = ["a\nb.png", "a\\..\\b.png", "C:x.png", "A.PNG", "a.png", "é.png", "é.png"]
    for number, name in enumerate(names, 1):
        (images / f"odd_{name}").write_bytes(name.encode())
        sql(
            full,
            "UPDATE segment SET image_file = ? WHERE id = ?",
            f"projects/1/images/odd_{name}",
            number,
        )
    with (full.media / "projects/1/undecodable").open("w") as file:
        file.write("kept")
    os.rename(  # noqa: PTH104 - the name is bytes
        os.fsencode(full.media / "projects/1/undecodable"),
        os.fsencode(full.media / "projects/1") + b"/\xff\xfe",
    )
    full.projects.delete(1)
    Library.restore(full.backup(tmp_path / "backup.zip"), tmp_path / "restored")
    with Library.open(tmp_path / "restored") as restored:
        assert files(restored) == files(full)
        restored.history.undo()
        assert (restored.media / "projects/1" / os.fsdecode(b"\xff\xfe")).read_text() == "kept"


@pytest.mark.parametrize(
    ("column", "path"),
    [
        ("image_file", "../../secret"),
        ("image_file", "projects/1/images/link/secret"),
        ("image_file", "projects/1/images/link.png"),
        ("place", ".trash/../../../secret"),
        ("place", ".trash/link/secret"),
        ("place", ".trash/1/link.png"),
        ("place", "../secret"),
    ],
)
def test_a_path_that_leads_out_of_the_library_is_not_followed(
    full: Library, sql: Any, tmp_path: Path, column: str, path: str
) -> None:
    (tmp_path / "secret").write_text("TOP SECRET")
    (full.media / ".trash/1").mkdir(exist_ok=True)
    for link in ("projects/1/images/link", ".trash/link"):
        (full.media / link).symlink_to(tmp_path)
    for link in ("projects/1/images/link.png", ".trash/1/link.png"):
        (full.media / link).symlink_to(tmp_path / "secret")
    table = "segment" if column == "image_file" else "trashed_file"
    sql(full, f"UPDATE {table} SET {column} = ? WHERE id = 1", path)
    full.backup(tmp_path / "backup.zip")
    assert b"TOP SECRET" not in (tmp_path / "backup.zip").read_bytes()


def test_a_library_that_no_restore_would_take_is_not_backed_up_in_silence(
    full: Library, sql: Any, tmp_path: Path
) -> None:
    sql(full, "CREATE TRIGGER planted AFTER UPDATE ON segment BEGIN DELETE FROM project; END")
    with pytest.raises(DamagedError, match="the trigger planted"):
        full.backup(tmp_path / "backup.zip")
    assert not (tmp_path / "backup.zip").exists()


# -- where to ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "place",
    [
        "library",
        "library/media/projects",
        "library/backups",
        "outside/../library/media",
        "outside/link",
    ],
)
def test_a_backup_into_the_library_itself_is_refused_by_whatever_name(
    full: Library, tmp_path: Path, place: str
) -> None:
    full.copy_today()
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "link").symlink_to(full.path / "backups")
    before = sorted(path for path in full.path.rglob("*") if path.is_file())
    with pytest.raises(ReadOnlyError, match="is in the library itself; choose a place outside"):
        full.backup(tmp_path / place / "backup.zip")
    assert sorted(path for path in full.path.rglob("*") if path.is_file()) == before


def test_a_backup_into_the_folder_that_media_leads_to_is_refused(
    full: Library, tmp_path: Path
) -> None:
    full.close()
    full.media.rename(tmp_path / "elsewhere")
    (full.path / "media").symlink_to(tmp_path / "elsewhere")
    with Library.open(full.path) as library, pytest.raises(ReadOnlyError, match="choose a place"):
        library.backup(tmp_path / "elsewhere" / "projects" / "backup.zip")


def test_a_backup_may_lie_beside_the_library(full: Library, tmp_path: Path) -> None:
    (tmp_path / "library-backups").mkdir()
    Library.restore(full.backup(tmp_path / "library-backups" / "x.zip"), tmp_path / "restored")


@pytest.mark.parametrize("name", ["link.zip", "x" * 251 + ".zip"])
def test_a_backup_takes_no_place_of_a_link_and_any_name(
    full: Library, tmp_path: Path, name: str
) -> None:
    (tmp_path / "link.zip").symlink_to(tmp_path / "nowhere.zip")
    if name == "link.zip":
        with pytest.raises(NotEmptyError):
            full.backup(tmp_path / name)
        assert not (tmp_path / "nowhere.zip").exists()
    else:
        assert zipfile.is_zipfile(full.backup(tmp_path / name))


# -- failures ---------------------------------------------------------------------------------

CALLS = ("mkdir", "lock", "create", "write", "sync_file", "sync", "try_link", "give_name", "unlink")


@pytest.mark.parametrize("call", CALLS)
def test_a_backup_that_failed_says_so_once_and_leaves_nothing(
    full: Library, files: Files, rows: Rows, tmp_path: Path, call: str
) -> None:
    before = rows(full), files(full)
    target = tmp_path / "target"
    target.mkdir()
    failures = 0
    for number in range(1, 60):
        disk = FailingDisk(call, 0)
        with Library.open(full.path, disk=disk) as library:
            disk.__init__(call, number, errno.ENOSPC)  # type: ignore[misc]  # armed only now
            try:
                library.backup(target / "backup.zip")
            except NoSpaceError:
                failures += 1
        assert (rows(full), files(full)) == before
        if (target / "backup.zip").exists():
            with zipfile.ZipFile(target / "backup.zip") as written:
                assert written.testzip() is None
            (target / "backup.zip").unlink()
        if call != "unlink":  # what could not be removed goes with the next
            assert list(target.iterdir()) == []
        if not disk.has_failed:
            break
    else:
        pytest.fail("the backup never passed untouched")
    assert failures or call == "unlink"
    full.backup(target / "backup.zip")
    assert [path.name for path in target.iterdir()] == ["backup.zip"]
    with Library.open(full.path):  # sweeps
        assert list((full.media / ".staging").iterdir()) == []


_LIMITED = """
import resource, sys
from storyflow_tui.cli import main
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), -1))
sys.exit(main(["--json", *sys.argv[2:]]))
"""


def limited(size: int, *command: object) -> subprocess.CompletedProcess[str]:
    """Run a command that can write no file of more than so many bytes."""
    return subprocess.run(
        [sys.executable, "-c", _LIMITED, str(size), *map(str, command)],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[2],
        timeout=60,
    )


@pytest.mark.parametrize("size", [100, 10_000, 60_000, 75_000])
def test_a_backup_and_a_restore_on_a_full_disk_say_so_and_leave_nothing(
    full: Library, files: Files, rows: Rows, tmp_path: Path, size: int
) -> None:
    full.segments.edit(4, text_content="long " * 20_000)
    archive = full.backup(tmp_path / "whole.zip")
    before = rows(full), files(full)
    (tmp_path / "target").mkdir()
    answer = limited(size, "--library", full.path, "backup", tmp_path / "target" / "backup.zip")
    if answer.returncode:
        assert json.loads(answer.stderr)["code"] == "no_space", answer.stderr
        assert list((tmp_path / "target").iterdir()) == []
    answer = limited(size, "--library", tmp_path / "target" / "new", "restore", archive)
    assert answer.returncode == 1
    assert json.loads(answer.stderr)["code"] == "no_space", answer.stderr
    assert not (tmp_path / "target" / "new").exists()
    assert (rows(full), files(full)) == before


def test_a_backup_is_on_the_disk_before_it_has_its_name(full: Library, tmp_path: Path) -> None:
    done: list[tuple[str, str]] = []

    class Recording(Disk):
        def sync_written(self, path: Path) -> None:
            super().sync_written(path)
            done.append(("synced", path.name))

        def give_name(self, finished: Path, target: Path) -> None:
            done.append(("named", target.name))
            super().give_name(finished, target)

        def write(self, descriptor: int, data: bytes) -> None:
            super().write(descriptor, data)
            done.append(("wrote", ""))

        def sync(self, folder: Path) -> None:
            super().sync(folder)
            done.append(("synced", folder.name))

    with Library.open(full.path, disk=Recording()) as recording:
        done.clear()
        recording.backup(tmp_path / "b.zip")
    after = done[max(n for n, one in enumerate(done) if one[0] == "wrote") + 1 :]
    assert after == [("synced", "backup.zip"), ("named", "b.zip"), ("synced", tmp_path.name)]


def test_a_file_that_came_meanwhile_is_not_written_over(full: Library, tmp_path: Path) -> None:
    def somebody_else() -> None:
        (tmp_path / "backup.zip").write_text("mine")

    with (
        Library.open(full.path, disk=Meanwhile("write", somebody_else)) as library,
        pytest.raises(NotEmptyError),
    ):
        library.backup(tmp_path / "backup.zip")
    assert (tmp_path / "backup.zip").read_text() == "mine"
