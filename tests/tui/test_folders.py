from __future__ import annotations

import os
from pathlib import Path
from unittest.mock import Mock

import pytest

from storyflow_tui.tui.folders import (
    count_files,
    is_folder,
    is_path,
    read_folder,
    short,
    typed_path,
)


def test_a_listing_has_folders_and_pictures_only(tmp_path: Path) -> None:
    for name in ("b.JPEG", "a.webp", "notes.txt", ".hidden.png"):
        (tmp_path / name).touch()
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "folder")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    listing = read_folder(tmp_path)
    assert [entry.name for entry in listing.entries] == ["folder", "link", "a.webp", "b.JPEG"]
    assert (listing.folder_count, listing.image_count) == (2, 2)
    assert [entry.name for entry in listing.matching("A.W")] == ["a.webp"]


def test_folders_that_cannot_be_listed_say_why(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert "not there" in read_folder(tmp_path / "gone").problem
    assert "a file" in read_folder(tmp_path / "file").problem
    assert count_files(tmp_path / "gone") is None


def test_a_folder_without_permission_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(folder: Path) -> None:
        raise PermissionError(13, "Permission denied")

    # Not by its mode: whoever runs this as root may read every folder.
    monkeypatch.setattr(os, "scandir", refuse)
    assert "may not be read" in read_folder(Path("/closed")).problem


def test_files_are_counted_without_hidden_ones(tmp_path: Path) -> None:
    for name in ("a", "b", ".c"):
        (tmp_path / name).touch()
    assert count_files(tmp_path) == 2


@pytest.mark.parametrize("entry", ["/a", "~", "~/a", ".", "./a", "..", ".kept"])
def test_what_begins_like_a_path_is_one(entry: str) -> None:
    assert is_path(entry)


def test_what_begins_otherwise_is_a_filter() -> None:
    assert not is_path("")
    assert not is_path("a/b")


def test_paths_are_taken_from_home_and_from_the_folder() -> None:
    home = Path(os.environ["HOME"])
    folder = Path("/a/b")
    assert typed_path("~/x", folder) == home / "x"
    assert typed_path("../x", folder) == Path("/a/x")
    assert typed_path("/x", folder) == Path("/x")
    assert typed_path("~no such user/x", folder) == Path("/a/b/~no such user/x")


def test_the_home_folder_is_shown_as_a_tilde() -> None:
    home = Path(os.environ["HOME"])
    assert short(home) == "~"
    assert short(home / "pictures") == "~/pictures"
    assert short(Path("/srv")) == "/srv"


def test_what_cannot_be_looked_at_is_no_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert is_folder(tmp_path)
    assert not is_folder(tmp_path / ("x" * 300))
    assert not is_folder(Path("a\0b"))
    monkeypatch.setattr(Path, "stat", Mock(side_effect=PermissionError(13, "Permission denied")))
    assert not is_folder(tmp_path)


def test_paths_that_cannot_be_are_told_and_not_raised() -> None:
    assert read_folder(Path("a\0b")).problem
    assert count_files(Path("a\0b")) is None
