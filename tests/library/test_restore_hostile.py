"""Restore of what means harm: entries, names, bombs, and databases in an archive."""

from __future__ import annotations

import copy
import errno
import hashlib
import json
import os
import shutil
import sqlite3
import stat
import zipfile
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from storyflow_tui.errors import (
    DamagedError,
    ForeignFileError,
    NoSpaceError,
    StoryflowError,
)
from storyflow_tui.library import Library, migrations
from storyflow_tui.library.disk import Disk
from tests.library.archives import PICTURE, altered, refused


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
