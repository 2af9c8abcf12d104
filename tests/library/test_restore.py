"""Restore: a backup becomes a library, whole and verified or not at all; what is refused."""

from __future__ import annotations

import hashlib
import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storyflow_tui.errors import (
    DamagedError,
    ForeignFileError,
    NewerSchemaError,
    NotEmptyError,
    NotFoundError,
    StoryflowError,
)
from storyflow_tui.library import Library
from storyflow_tui.library.migrations import VERSION

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


def altered(
    archive: Path,
    change: Callable[[dict[str, bytes], dict[str, Any]], None],
) -> Path:
    """The backup written anew with its files and its list changed."""
    with zipfile.ZipFile(archive) as opened:
        contents = {name: opened.read(name) for name in opened.namelist()}
    listed = json.loads(contents.pop("manifest.json"))
    change(contents, listed)
    target = archive.with_name("altered.zip")
    with zipfile.ZipFile(target, "w") as writer:
        for name, data in contents.items():
            writer.writestr(name, data)
        if listed:
            writer.writestr("manifest.json", json.dumps(listed))
    return target


def refused(archive: Path, kind: type[StoryflowError], replace: bool = False) -> StoryflowError:
    """Restore must refuse, and leave nothing beside the archive."""
    folder = archive.parent / "target"
    folder.mkdir()
    with pytest.raises(kind) as caught:
        Library.restore(archive, folder / "restored", replace=replace)
    assert list(folder.iterdir()) == []
    folder.rmdir()
    return caught.value


PICTURE = "media/projects/1/images/1_a.png"


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
    assert not list(archive.parent.parent.rglob("victim.png"))


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
