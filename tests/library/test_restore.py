"""Restore: a backup becomes a library, whole and verified or not at all; what is refused."""

from __future__ import annotations

import errno
import hashlib
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storyflow_tui.errors import (
    BusyError,
    DamagedError,
    ForeignFileError,
    NewerSchemaError,
    NotEmptyError,
    NotFoundError,
    ReadOnlyError,
    StoryflowError,
)
from storyflow_tui.library import Library
from storyflow_tui.library.disk import Disk
from storyflow_tui.library.migrations import VERSION
from tests.library.archives import PICTURE, altered, refused

Files = Callable[[Library], dict[str, bytes]]
Rows = Callable[[Library], list[Any]]


def test_a_restore_goes_into_an_empty_folder(archive: Path, tmp_path: Path) -> None:
    target = tmp_path / "deep" / "restored"
    target.mkdir(parents=True)
    Library.restore(archive, target)
    Library.open(target, create=False).close()
    assert [path.name for path in target.parent.iterdir()] == ["restored"]


def test_a_restore_does_not_write_over_what_is_there(
    archive: Path, full: Library, rows: Rows, files: Files
) -> None:
    before = rows(full), files(full)
    with pytest.raises(NotEmptyError):
        Library.restore(archive, full.path)
    assert (rows(full), files(full)) == before


def test_a_restore_that_replaces_keeps_the_former_library_aside(
    archive: Path, full: Library, rows: Rows, files: Files
) -> None:
    wanted = rows(full), files(full)
    full.segments.delete(2)
    former = rows(full), files(full)
    full.close()
    aside = Library.restore(archive, full.path, replace=True)
    assert aside is not None
    assert aside.parent == full.path.parent
    with Library.open(full.path) as restored, Library.open(aside) as kept:
        assert (rows(restored), files(restored)) == wanted
        assert (rows(kept), files(kept)) == former


def test_a_library_is_replaced_twice_within_a_second(archive: Path, tmp_path: Path) -> None:
    target = tmp_path / "restored"
    Library.restore(archive, target)
    asides = {Library.restore(archive, target, replace=True) for _ in range(2)}
    assert len(asides) == 2
    assert all(aside is not None and aside.is_dir() for aside in asides)


def test_a_restore_through_a_link_replaces_what_it_leads_to(
    archive: Path, full: Library, tmp_path: Path
) -> None:
    full.close()
    (tmp_path / "link").symlink_to(full.path)
    Library.restore(archive, tmp_path / "link", replace=True)
    assert (tmp_path / "link").is_symlink()
    Library.open(tmp_path / "link", create=False).close()


# -- restore: what is refused -----------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "../victim.png",
        "media/../../victim.png",
        "media/projects/../../../victim.png",
        "/victim.png",
        "media//victim.png",
        "media/./victim.png",
        "media/.staging/x/victim.png",
        "media/.trash/victim.png",
        "media/.trash/../../victim.png",
        "victim.png",
        "media",
        "storyflow.db/x",
    ],
)
def test_a_backup_with_an_unsafe_name_is_refused(archive: Path, name: str) -> None:
    def change(contents: dict[str, bytes], listed: dict[str, Any]) -> None:
        contents[name] = contents.pop(PICTURE)
        listed["files"][name] = listed["files"].pop(PICTURE)

    error = refused(altered(archive, change), DamagedError)
    assert name in error.message
    beside = [*archive.parent.rglob("victim.png"), *archive.parent.parent.glob("victim.png")]
    assert not [*beside, *Path("/").glob("victim.png")]


def test_a_backup_with_a_wrong_checksum_is_refused(archive: Path) -> None:
    def change(contents: dict[str, bytes], listed: dict[str, Any]) -> None:
        contents[PICTURE] = contents[PICTURE][:-1] + b"x"

    assert "wrong checksum" in refused(altered(archive, change), DamagedError).message


def test_a_backup_with_a_broken_picture_is_damaged_and_not_another_programs(archive: Path) -> None:
    data = archive.read_bytes()
    place = data.index(b"IHDR")
    archive.write_bytes(data[:place] + b"XHDR" + data[place + 4 :])
    assert "cannot be read" in refused(archive, DamagedError).message


def test_a_backup_with_a_wrong_size_is_refused(archive: Path) -> None:
    def change(contents: dict[str, bytes], listed: dict[str, Any]) -> None:
        contents[PICTURE] += b"x"

    refused(altered(archive, change), DamagedError)


@pytest.mark.parametrize("name", [PICTURE, "storyflow.db"])
def test_a_backup_that_lacks_a_file_of_its_list_is_refused(archive: Path, name: str) -> None:
    def change(contents: dict[str, bytes], listed: dict[str, Any]) -> None:
        del contents[name]

    refused(altered(archive, change), DamagedError)


def test_a_backup_with_a_file_that_its_list_lacks_is_refused(archive: Path) -> None:
    def change(contents: dict[str, bytes], listed: dict[str, Any]) -> None:
        contents["media/projects/1/images/extra.png"] = b"x"

    refused(altered(archive, change), DamagedError)


def test_a_backup_without_a_database_is_refused(archive: Path) -> None:
    def change(contents: dict[str, bytes], listed: dict[str, Any]) -> None:
        del contents["storyflow.db"], listed["files"]["storyflow.db"]

    refused(altered(archive, change), DamagedError)


@pytest.mark.parametrize(
    "listed",
    [
        {},
        {"format": "another"},
        {"format": "storyflow-backup-1"},
        {"format": "storyflow-backup-1", "files": []},
        {"format": "storyflow-backup-1", "files": {"storyflow.db": "x"}},
        {"format": "storyflow-backup-1", "files": {"storyflow.db": {"sha256": "x"}}},
        {
            "format": "storyflow-backup-1",
            "files": {"storyflow.db": {"sha256": "x", "bytes": float("inf")}},
        },
    ],
)
def test_a_zip_that_is_no_backup_is_refused(archive: Path, listed: dict[str, Any]) -> None:
    def change(_: dict[str, bytes], own: dict[str, Any]) -> None:
        own.clear()
        own.update(listed)

    refused(altered(archive, change), ForeignFileError)


@pytest.mark.parametrize("data", [b"", b"no zip", b"PK\x03\x04" + b"\0" * 100])
def test_what_is_no_zip_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "backup.zip").write_bytes(data)
    refused(tmp_path / "backup.zip", ForeignFileError)


def test_an_absent_backup_and_a_folder_are_refused(tmp_path: Path) -> None:
    refused(tmp_path / "absent.zip", NotFoundError)
    (tmp_path / "folder.zip").mkdir()
    refused(tmp_path / "folder.zip", ForeignFileError)


@pytest.mark.parametrize("replace", [False, True])
def test_a_file_that_is_no_backup_is_told_before_the_place_that_is_taken(
    tmp_path: Path, replace: bool
) -> None:
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "letter.txt").write_text("kept")
    with pytest.raises(NotFoundError, match=r"absent\.zip is not there"):
        Library.restore(tmp_path / "absent.zip", tmp_path / "taken", replace=replace)
    (tmp_path / "no.zip").write_text("no zip")
    with pytest.raises(ForeignFileError, match="is no backup"):
        Library.restore(tmp_path / "no.zip", tmp_path / "taken", replace=replace)


def test_a_backup_of_a_newer_library_is_refused(
    full: Library, sql: Callable[..., Any], tmp_path: Path
) -> None:
    archive = full.backup(tmp_path / "backup.zip")
    sql(full, f"PRAGMA user_version = {VERSION + 1}")
    sql(full, "PRAGMA wal_checkpoint(TRUNCATE)")
    newer = (full.path / "storyflow.db").read_bytes()

    def change(contents: dict[str, bytes], listed: dict[str, Any]) -> None:
        contents["storyflow.db"] = newer
        digest = hashlib.sha256(newer).hexdigest()
        listed["files"]["storyflow.db"] = {"sha256": digest, "bytes": len(newer)}

    refused(altered(archive, change), NewerSchemaError)


def test_a_refused_restore_leaves_the_library_that_it_was_to_replace(
    archive: Path, full: Library, rows: Rows, files: Files
) -> None:
    before = rows(full), files(full)
    broken = archive.with_name("broken.zip")
    broken.write_bytes(archive.read_bytes()[:-50])
    with pytest.raises(StoryflowError):
        Library.restore(broken, full.path, replace=True)
    assert (rows(full), files(full)) == before


def test_a_backup_with_any_byte_changed_is_refused_or_harmless(
    archive: Path, full: Library, rows: Rows, files: Files
) -> None:
    whole = archive.read_bytes()
    wanted = rows(full), files(full)
    broken, target = archive.with_name("broken.zip"), archive.with_name("from-broken")

    @settings(max_examples=60, deadline=None)
    @given(st.integers(0, len(whole) - 1), st.integers(1, 255))
    def one_byte(place: int, mask: int) -> None:
        data = bytearray(whole)
        data[place] ^= mask
        broken.write_bytes(data)
        try:
            Library.restore(broken, target)
        except StoryflowError:
            assert not target.exists()
            return
        with Library.open(target) as restored:
            assert (rows(restored), files(restored)) == wanted
        shutil.rmtree(target)

    one_byte()


# -- restore: hostile targets -----------------------------------------------------------------


@pytest.mark.parametrize("replace", [False, True])
def test_what_is_no_library_is_never_replaced(archive: Path, tmp_path: Path, replace: bool) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "letter.txt").write_text("kept")
    (tmp_path / "file").write_text("kept")
    (tmp_path / "to-file").symlink_to(tmp_path / "file")
    (tmp_path / "to-home").symlink_to(home)
    for name in ("home", "file", "to-file", "to-home", "home/letter.txt"):
        with pytest.raises(NotEmptyError):
            Library.restore(archive, tmp_path / name, replace=replace)
    with pytest.raises(NotEmptyError):
        Library.restore(archive, archive.parent, replace=replace)
    assert (home / "letter.txt").read_text() == (tmp_path / "file").read_text() == "kept"
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_restore_through_a_link_that_leads_nowhere_makes_what_it_leads_to(
    archive: Path, tmp_path: Path
) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "deep" / "restored")
    Library.restore(archive, tmp_path / "link")
    Library.open(tmp_path / "deep" / "restored", create=False).close()


@pytest.mark.parametrize("is_used", [True, False])
def test_the_working_folder_is_restored_and_replaced(
    archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_used: bool
) -> None:
    target = tmp_path / "here"
    target.mkdir()
    if is_used:
        Library.open(target).close()
    monkeypatch.chdir(target)
    aside = Library.restore(archive, ".", replace=is_used)
    assert (aside is not None) == is_used
    with Library.open(target) as restored:
        assert len(restored.projects.list()) == 1


class Refusing(Disk):
    """A disk that does not let go of a folder, such as one that something is mounted at."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def rename(self, source: Path, target: Path) -> None:
        if self._folder in (source, target):
            raise OSError(errno.EBUSY, "Device or resource busy", str(source))
        super().rename(source, target)

    def exchange(self, first: Path, second: Path) -> bool:
        return False


@pytest.mark.parametrize("is_used", [True, False])
def test_a_mount_point_is_not_replaced_and_says_so(
    archive: Path, tmp_path: Path, is_used: bool
) -> None:
    target = tmp_path / "mounted" / "library"
    target.mkdir(parents=True)
    if is_used:
        Library.open(target).close()
    before = sorted(path.name for path in target.iterdir())
    with pytest.raises(ReadOnlyError, match="something is mounted there"):
        Library.restore(archive, target, replace=is_used, disk=Refusing(target))
    assert sorted(path.name for path in target.iterdir()) == before
    assert [path.name for path in target.parent.iterdir()] == ["library"]


def test_a_library_that_is_open_is_not_replaced(
    archive: Path, full: Library, rows: Rows, files: Files
) -> None:
    before = rows(full), files(full)
    script = (
        "import sys\n"
        "from storyflow_tui.library import Library\n"
        "with Library.open(sys.argv[1]) as library:\n"
        "    print('open', flush=True)\n"
        "    sys.stdin.readline()\n"
        "    library.projects.create('Typed meanwhile')\n"
    )
    full.close()
    editor = subprocess.Popen(
        [sys.executable, "-c", script, str(full.path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert editor.stdout is not None
    assert editor.stdout.readline() == "open\n"
    with pytest.raises(BusyError, match="open elsewhere"):
        Library.restore(archive, full.path, replace=True)
    editor.communicate("go on\n", timeout=60)
    assert editor.returncode == 0
    with Library.open(full.path) as library:
        assert library.projects.list()[0].title == "Typed meanwhile"
        library.history.undo()
        assert (rows(library), files(library)) == before
    assert [path.name for path in full.path.parent.glob("library*")] == ["library"]
    assert Library.restore(archive, full.path, replace=True) is not None


def test_whoever_opens_a_library_while_it_is_replaced_does_not_write_into_the_former(
    archive: Path, full: Library, tmp_path: Path
) -> None:
    full.close()
    seen: list[BaseException] = []

    class Meanwhile(Disk):
        def exchange(self, first: Path, second: Path) -> bool:
            def open_it() -> None:
                try:
                    with Library.open(full.path, busy=5) as late:
                        late.projects.create("Late")
                except StoryflowError as error:
                    seen.append(error)

            self.thread = threading.Thread(target=open_it)
            self.thread.start()
            self.thread.join(0.3)  # it waits for the lock by then
            return super().exchange(first, second)

    disk = Meanwhile()
    aside = Library.restore(archive, full.path, replace=True, disk=disk)
    disk.thread.join()
    assert aside is not None
    assert [type(error) for error in seen] == [ReadOnlyError]
    for folder in (aside, full.path):
        with Library.open(folder) as library:
            assert "Late" not in [one.title for one in library.projects.list()]
            assert library.check() == []
