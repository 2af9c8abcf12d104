"""What a shell may see of a library: ids and titles, and nothing made or touched by looking."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from storyflow_tui.errors import DamagedError, ForeignFileError, NotFoundError
from storyflow_tui.library import Library
from storyflow_tui.library import glance as module
from storyflow_tui.library.glance import glance
from storyflow_tui.story import Story


@pytest.fixture
def shelf(tmp_path: Path, sample_story: Callable[..., Story]) -> Path:
    """A library of two projects, closed."""
    path = tmp_path / "shelf"
    with Library.open(path) as library:
        library.projects.import_story(sample_story(12, "The Lamp"))
        library.projects.import_story(sample_story(2, "Night Mail"))
    return path


def test_projects_are_shown_with_their_titles_the_newest_first(shelf: Path) -> None:
    assert glance(shelf, "projects") == [(2, "Night Mail"), (1, "The Lamp")]


def test_segments_are_shown_in_the_order_of_their_projects(shelf: Path) -> None:
    shown = [number for number, _ in glance(shelf, "segments")]
    assert shown == [13, 14, *range(1, 13)]
    assert glance(shelf, "segments", "1")[0] == (13, "Narration of segment 1.")


def test_changes_are_shown_with_their_labels(shelf: Path) -> None:
    labels = [label for _, label in glance(shelf, "changes")]
    assert labels == ["Import “Night Mail”", "Import “The Lamp”"]


def test_only_ids_that_begin_so_are_shown(shelf: Path) -> None:
    assert [number for number, _ in glance(shelf, "segments", "1")] == [13, 14, 1, 10, 11, 12]
    assert glance(shelf, "segments", "7x") == []
    assert glance(shelf, "segments", "%") == []
    assert glance(shelf, "segments", "１") == []


def test_a_glance_at_a_large_library_is_short(shelf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 3)
    assert len(glance(shelf, "segments")) == 3


def test_looking_makes_and_changes_no_file(shelf: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in shelf.rglob("*")}
    glance(shelf, "segments")
    assert {path: path.stat().st_mtime_ns for path in shelf.rglob("*")} == before


def test_what_is_no_library_is_refused_and_stays_as_it_is(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        glance(tmp_path / "absent", "projects")
    assert not (tmp_path / "absent").exists()
    (tmp_path / "storyflow.db").write_bytes(b"SQLite format 3\0" + b"\xff" * 5000)
    with pytest.raises(ForeignFileError):
        glance(tmp_path, "projects")
    (tmp_path / "storyflow.db").write_bytes(b"SQLite format 3\0")
    with pytest.raises(DamagedError):
        glance(tmp_path, "projects")
    assert [path.name for path in tmp_path.iterdir()] == ["storyflow.db"]
