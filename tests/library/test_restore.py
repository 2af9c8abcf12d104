"""Restore: a backup becomes a library, whole and verified or not at all; what is refused."""

from __future__ import annotations

import copy
import errno
import hashlib
import json
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable
from contextlib import closing
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
    NoSpaceError,
    NotEmptyError,
    NotFoundError,
    ReadOnlyError,
    StoryflowError,
)
from storyflow_tui.library import Library, migrations
from storyflow_tui.library.disk import Disk
from storyflow_tui.library.migrations import VERSION
from tests.faults.dying import FailingDisk

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


# -- restore: hostile archives ----------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "C:/victim.png",
        "C:\\victim.png",
        "..\\victim.png",
        "media\\..\\..\\victim.png",
        "\\\\host\\share\\victim.png",
        "media/projects/\0/victim.png",
        "media/projects/victim.png\0.png",
        "~/victim.png",
        "",
        ".",
        "media/projects/1/",
    ],
)
def test_a_backup_with_a_name_of_another_system_is_refused(archive: Path, name: str) -> None:
    def change(contents: dict[str, bytes], listed: dict[str, Any]) -> None:
        contents[name or "x"] = contents.pop(PICTURE)
        listed["files"][name] = listed["files"].pop(PICTURE)

    before = set(archive.parent.parent.rglob("victim*"))  # of other tests
    refused(altered(archive, change), DamagedError)
    assert set(archive.parent.parent.rglob("victim*")) == before


def entry_patched(archive: Path, name: str, **facts: Any) -> Path:
    """The backup written anew with what one entry says of itself changed."""
    target = archive.with_name("patched.zip")
    with zipfile.ZipFile(archive) as opened, zipfile.ZipFile(target, "w") as writer:
        for entry in opened.infolist():
            data = opened.read(entry)
            if entry.filename == name:
                for fact, value in facts.items():
                    setattr(entry, fact, value)
            writer.writestr(entry, data)
    return target


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFDIR, stat.S_IFIFO, stat.S_IFBLK])
def test_a_link_or_device_in_a_backup_is_refused(archive: Path, kind: int) -> None:
    patched = entry_patched(archive, PICTURE, external_attr=(kind | 0o777) << 16)
    refused(patched, DamagedError)


@pytest.mark.parametrize("kind", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_backup_packed_as_we_never_do_is_refused(archive: Path, kind: int) -> None:
    refused(entry_patched(archive, PICTURE, compress_type=kind), DamagedError)


def test_an_encrypted_backup_is_refused(archive: Path) -> None:
    data = bytearray(archive.read_bytes())
    for start, flags in ((b"PK\1\2", 8), (b"PK\3\4", 6)):
        place = -1
        while (place := data.find(start, place + 1)) >= 0:
            data[place + flags] |= 1
    archive.write_bytes(data)
    refused(archive, StoryflowError)


def test_a_backup_with_an_entry_twice_is_refused(archive: Path) -> None:
    with (
        pytest.warns(UserWarning, match="Duplicate name"),
        zipfile.ZipFile(archive, "a") as opened,
    ):
        opened.writestr(PICTURE, opened.read(PICTURE))
    refused(archive, DamagedError)


class OneCase(Disk):
    """A file system on which case makes no difference."""

    def __init__(self) -> None:
        self._seen: set[str] = set()

    def create(self, path: Path) -> int:
        if str(path).lower() in self._seen:
            raise FileExistsError(errno.EEXIST, "File exists", str(path))
        self._seen.add(str(path).lower())
        return super().create(path)


def with_another(archive: Path, name: str) -> Path:
    """The backup with its first picture once more under another name."""

    def change(contents: dict[str, bytes], listed: dict[str, Any]) -> None:
        contents[name] = contents[PICTURE]
        listed["files"][name] = listed["files"][PICTURE]

    return altered(archive, change)


def test_names_that_would_be_one_file_are_refused_where_they_would(
    archive: Path, tmp_path: Path
) -> None:
    clashing = with_another(archive, PICTURE.upper().replace("MEDIA/", "media/"))
    with pytest.raises(DamagedError, match="stands twice"):
        Library.restore(clashing, tmp_path / "clashing", disk=OneCase())
    assert not (tmp_path / "clashing").exists()
    Library.restore(clashing, tmp_path / "clashing")
    with Library.open(tmp_path / "clashing") as restored:
        assert len(list((restored.media / "projects").rglob("*.png"))) == 1
        assert len(list((restored.media / "PROJECTS").rglob("*.PNG"))) == 1


@pytest.mark.parametrize("name", ["media/projects/1", f"{PICTURE}/below.png"])
def test_a_file_where_a_folder_has_to_be_is_refused(archive: Path, name: str) -> None:
    refused(with_another(archive, name), DamagedError)


@pytest.mark.parametrize("name", ["media/" + "d/" * 2500 + "x.png", "media/" + "x" * 300])
def test_a_path_that_no_disk_takes_is_refused(archive: Path, name: str) -> None:
    refused(with_another(archive, name), StoryflowError)


def bomb(archive: Path, name: str, size: int) -> Path:
    """The backup with zeros in place of a file, packed tightly, and its list right."""
    target = archive.with_name("bomb.zip")
    digest, chunk = hashlib.sha256(), bytes(1 << 20)
    with zipfile.ZipFile(archive) as opened, zipfile.ZipFile(target, "w") as writer:
        for entry in opened.infolist():
            if entry.filename not in (name, "manifest.json"):
                writer.writestr(entry, opened.read(entry))
        entry = zipfile.ZipInfo(name)
        entry.compress_type, entry.file_size = zipfile.ZIP_DEFLATED, size
        with writer.open(entry, "w") as packed:
            for _ in range(size // len(chunk)):
                packed.write(chunk)
                digest.update(chunk)
        listed = json.loads(opened.read("manifest.json"))
        listed["files"][name] = {"sha256": digest.hexdigest(), "bytes": size}
        writer.writestr("manifest.json", json.dumps(listed))
    return target


def test_a_picture_that_grows_a_thousandfold_is_refused_before_it_is_unpacked(
    archive: Path,
) -> None:
    exploding = bomb(archive, PICTURE, 64 << 20)
    assert exploding.stat().st_size < 1 << 20
    assert "not what its list says" in refused(exploding, DamagedError).message


def test_a_database_of_nothing_but_zeros_is_refused(archive: Path) -> None:
    refused(bomb(archive, "storyflow.db", 4 << 20), ForeignFileError)


def test_a_backup_that_needs_more_than_is_free_is_refused_before_it_is_unpacked(
    archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(tmp_path)._replace(free=1000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    error = refused(archive, NoSpaceError)
    assert "1,000 are free" in error.message


def test_an_entry_that_holds_more_than_it_says_is_not_unpacked_to_its_end(archive: Path) -> None:
    big = bomb(archive, "storyflow.db", 64 << 20)
    data = bytearray(big.read_bytes())
    listed_as = (64 << 20).to_bytes(4, "little")
    place = -1
    while (place := data.find(listed_as, place + 1)) >= 0:
        data[place : place + 4] = (1000).to_bytes(4, "little")
    big.write_bytes(data)
    refused(big, DamagedError)


def test_entries_that_share_their_bytes_are_refused(archive: Path, tmp_path: Path) -> None:
    """One packed picture that a thousand entries point to: the bomb without a nested zip."""
    target = tmp_path / "shared.zip"
    with zipfile.ZipFile(archive) as opened:
        listed = json.loads(opened.read("manifest.json"))
        database, picture = opened.read("storyflow.db"), os.urandom(100_000)
    listed["files"] = {"storyflow.db": listed["files"]["storyflow.db"]}
    facts = {"sha256": hashlib.sha256(picture).hexdigest(), "bytes": len(picture)}
    with zipfile.ZipFile(target, "w") as writer:
        writer.writestr("storyflow.db", database)
        writer.writestr("media/projects/0", picture)
        (first,) = [e for e in writer.filelist if e.filename == "media/projects/0"]
        listed["files"]["media/projects/0"] = facts
        for number in range(1, 1000):
            shared = copy.copy(first)
            shared.filename = f"media/projects/{number}"
            writer.filelist.append(shared)
            writer.NameToInfo[shared.filename] = shared
            listed["files"][shared.filename] = facts
        writer.writestr("manifest.json", json.dumps(listed))
    assert target.stat().st_size < 1_000_000
    assert "more than it can" in refused(target, DamagedError).message


@pytest.mark.parametrize(
    "text", ["[" * 200_000, '{"format": ' * 50_000, "{}" + " " * 10_000_000, '"' + "x" * 5_000_000]
)
def test_a_list_that_is_a_bomb_is_refused(archive: Path, text: str) -> None:
    with zipfile.ZipFile(archive) as opened:
        contents = {name: opened.read(name) for name in opened.namelist()}
    target = archive.with_name("listed.zip")
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as writer:
        for name, data in (contents | {"manifest.json": text.encode()}).items():
            writer.writestr(name, data)
    refused(target, ForeignFileError)


def test_a_list_that_is_larger_than_its_files_explain_is_not_read(archive: Path) -> None:
    with zipfile.ZipFile(archive) as opened:
        contents = {name: opened.read(name) for name in opened.namelist()}
    target = archive.with_name("padded.zip")
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as writer:
        for name, data in contents.items():
            writer.writestr(name, data + b" " * (10_000_000 if name == "manifest.json" else 0))
    refused(target, ForeignFileError)


def test_a_directory_too_large_to_be_read_is_not_read(
    archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = bytearray(archive.read_bytes())
    end = data.rfind(b"PK\5\6")
    data[end + 12 : end + 16] = (1 << 30).to_bytes(4, "little")
    archive.write_bytes(data)

    def read(*_: Any) -> None:
        pytest.fail("it was read into memory")

    monkeypatch.setattr(zipfile.ZipFile, "__init__", read)
    refused(archive, StoryflowError)


def test_a_backup_cut_short_anywhere_is_refused_and_called_damaged(archive: Path) -> None:
    whole = archive.read_bytes()
    for size in [*range(100, len(whole), max(1, len(whole) // 25)), len(whole) - 1]:
        archive.write_bytes(whole[:size])
        assert "damaged or cut short" in refused(archive, DamagedError).message


def test_a_pipe_in_a_backups_place_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "backup.zip")
    refused(tmp_path / "backup.zip", ForeignFileError)


# -- restore: hostile databases ---------------------------------------------------------------


def with_database(archive: Path, *statements: str) -> Path:
    """The backup with statements run on its database, and its list right."""
    file = archive.with_name("hostile.db")

    def change(contents: dict[str, bytes], listed: dict[str, Any]) -> None:
        file.write_bytes(contents["storyflow.db"])
        with closing(sqlite3.connect(file)) as connection:
            connection.execute("PRAGMA writable_schema = ON")
            for statement in statements:
                connection.execute(statement)
            connection.commit()
        data = contents["storyflow.db"] = file.read_bytes()
        listed["files"]["storyflow.db"] = {
            "sha256": hashlib.sha256(data).hexdigest(),
            "bytes": len(data),
        }

    return altered(archive, change)


@pytest.mark.parametrize(
    ("planted", "named"),
    [
        (
            "CREATE TRIGGER t AFTER UPDATE ON segment BEGIN DELETE FROM project; END",
            "the trigger t",
        ),
        ("CREATE VIEW v AS SELECT * FROM project", "the view v"),
        ("CREATE TABLE other (id)", "the table other"),
        ("CREATE INDEX i ON segment (text_content)", "the index i"),
        ("DROP INDEX segment_order", "no index segment_order"),
        ("ALTER TABLE segment ADD COLUMN x GENERATED ALWAYS AS (1)", "the table segment"),
        ("CREATE VIRTUAL TABLE f USING fts5(x)", "the table f"),
    ],
)
def test_a_database_with_anything_planted_in_it_is_refused(
    archive: Path, planted: str, named: str
) -> None:
    assert named in refused(with_database(archive, planted), DamagedError).message


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO file_move (operation, source, target) "
        "VALUES ('x', 'projects/1/images/1_a.png', '../../../victim.png')",
        "UPDATE trashed_file SET place = '../../../victim.png'",
        "UPDATE trashed_file SET place = '.trash/../../victim.png'",
        "UPDATE trashed_file SET place = '/victim.png'",
    ],
)
def test_a_database_that_would_move_or_delete_files_is_refused(
    archive: Path, statement: str
) -> None:
    refused(with_database(archive, statement), DamagedError)


@pytest.mark.parametrize("path", ["../../victim.png", "/victim.png", ".trash/1/x", "a/../../x"])
def test_a_row_that_leads_out_of_the_library_is_restored_reported_and_not_followed(
    archive: Path, tmp_path: Path, path: str
) -> None:
    hostile = with_database(archive, f"UPDATE segment SET image_file = '{path}' WHERE id = 1")
    Library.restore(hostile, tmp_path / "restored")
    with Library.open(tmp_path / "restored") as restored:
        assert restored.file(restored.segments.get(1).image_file) is None
        assert "damaged_path" in [finding.check for finding in restored.check()]


def test_a_backup_of_another_applications_database_is_refused(archive: Path) -> None:
    refused(with_database(archive, "PRAGMA application_id = 1"), ForeignFileError)


def test_a_backup_whose_database_is_damaged_is_refused(archive: Path) -> None:
    def change(contents: dict[str, bytes], listed: dict[str, Any]) -> None:
        whole = contents["storyflow.db"]
        data = contents["storyflow.db"] = whole[:8192] + b"\xff" * 4096 + whole[12288:]
        listed["files"]["storyflow.db"]["sha256"] = hashlib.sha256(data).hexdigest()

    assert "is damaged" in refused(altered(archive, change), DamagedError).message


def test_a_backup_of_an_older_version_is_brought_up_to_date(
    archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = (*migrations.STEPS, ("ALTER TABLE project ADD COLUMN colour TEXT",))
    monkeypatch.setattr(migrations, "STEPS", steps)
    monkeypatch.setattr(migrations, "VERSION", len(steps))
    Library.restore(archive, tmp_path / "restored")
    with Library.open(tmp_path / "restored", read_only=True) as restored:
        assert len(restored.projects.list()) == 1


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


# -- restore: failures and kills --------------------------------------------------------------


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
