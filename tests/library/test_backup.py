"""Backup: the whole library in one file, as of one moment, while others go on working."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from storyflow_tui.errors import (
    BusyError,
    DamagedError,
    NotEmptyError,
    StoryflowError,
)
from storyflow_tui.library import Library
from storyflow_tui.records import ProjectRecord

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
