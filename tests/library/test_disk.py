"""The one door to the file system: what a copy refuses, who holds a folder, and links."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from storyflow_tui.errors import (
    DamagedError,
    NoSpaceError,
    NotFoundError,
    ReadOnlyError,
    StoryflowError,
)
from storyflow_tui.library.disk import Disk, as_ours, failures_told


@pytest.fixture
def disk() -> Disk:
    return Disk()


def test_a_copy_has_the_bytes_of_its_source(disk: Disk, tmp_path: Path) -> None:
    data = os.urandom(3_000_000)
    (tmp_path / "a").write_bytes(data)
    assert disk.copy(tmp_path / "a", tmp_path / "b", len(data)) == len(data)
    assert (tmp_path / "b").read_bytes() == data


def test_a_copy_is_never_written_over_a_file(disk: Disk, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"a")
    (tmp_path / "b").write_bytes(b"b")
    with pytest.raises(FileExistsError):
        disk.copy(tmp_path / "a", tmp_path / "b", 10)
    assert (tmp_path / "b").read_bytes() == b"b"


def test_a_copy_stops_at_its_limit(disk: Disk, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"abc")
    with pytest.raises(OSError) as caught:
        disk.copy(tmp_path / "a", tmp_path / "b", 2)
    assert caught.value.errno == errno.EFBIG


def test_a_pipe_is_refused_and_not_waited_for(disk: Disk, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a")
    with pytest.raises(OSError) as caught:
        disk.copy(tmp_path / "a", tmp_path / "b", 2)
    assert caught.value.errno == errno.ENXIO
    assert not (tmp_path / "b").exists()


def test_folders_are_made_with_their_parents_once_and_again(disk: Disk, tmp_path: Path) -> None:
    for _ in range(2):
        disk.make_folder(tmp_path / "a/b/c")
    assert (tmp_path / "a/b/c").is_dir()


def test_a_folder_that_could_not_be_made_durable_is_not_there(
    disk: Disk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(descriptor: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fail)
        with pytest.raises(OSError):
            disk.make_folder(tmp_path / "a/b")
    assert list(tmp_path.iterdir()) == [], "the next try makes it durable"


@pytest.mark.parametrize(("call", "name"), [("read", "a"), ("write", "b"), ("fsync", "b")])
def test_a_copy_that_fails_tells_which_file_it_was(
    disk: Disk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, name: str
) -> None:
    def fail(*_: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    (tmp_path / "a").write_bytes(b"abc")
    monkeypatch.setattr(os, call, fail)
    with pytest.raises(OSError) as caught:
        disk.copy(tmp_path / "a", tmp_path / "b", 10)
    assert caught.value.filename == str(tmp_path / name)


def test_a_link_counts_as_itself(disk: Disk, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    assert disk.exists(tmp_path / "link")
    assert not disk.exists(tmp_path / "nowhere")


def test_a_tree_is_removed_without_following_links(disk: Disk, tmp_path: Path) -> None:
    victim = tmp_path / "victim/file"
    victim.parent.mkdir()
    victim.touch()
    tree = tmp_path / "tree"
    (tree / "deep").mkdir(parents=True)
    (tree / "deep/link").symlink_to(victim.parent)
    disk.remove_tree(tree)
    disk.remove_tree(tree)
    assert victim.exists()
    assert not tree.exists()


def test_files_below_a_folder_are_found_without_following_links(disk: Disk, tmp_path: Path) -> None:
    (tmp_path / "a/b").mkdir(parents=True)
    (tmp_path / "a/b/file").touch()
    (tmp_path / "a/link").symlink_to(tmp_path / "a/b")
    assert set(disk.files_below(tmp_path)) == {tmp_path / "a/b/file", tmp_path / "a/link"}
    assert list(disk.files_below(tmp_path / "absent")) == []


def test_a_held_folder_is_held_until_it_is_let_go(disk: Disk, tmp_path: Path) -> None:
    held = disk.lock(tmp_path, wait=False)
    assert held is not None
    assert disk.lock(tmp_path, wait=False) is None
    disk.unlock(held)
    again = disk.lock(tmp_path, wait=False)
    assert again is not None
    disk.unlock(again)


def test_a_folder_that_is_gone_cannot_be_held(disk: Disk, tmp_path: Path) -> None:
    assert disk.lock(tmp_path / "absent", wait=True) is None


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (errno.ENOSPC, NoSpaceError),
        (errno.EDQUOT, NoSpaceError),
        (errno.EFBIG, NoSpaceError),
        (errno.ENOENT, NotFoundError),
        (errno.ENOTDIR, NotFoundError),
        (errno.EROFS, ReadOnlyError),
        (errno.EACCES, ReadOnlyError),
        (errno.EIO, DamagedError),
    ],
)
def test_a_failure_is_told_by_its_number_with_its_file(
    tmp_path: Path, number: int, kind: type[StoryflowError]
) -> None:
    error = as_ours(OSError(number, os.strerror(number), str(tmp_path / "a")), tmp_path)
    assert type(error) is kind
    assert error.details == {"file": str(tmp_path / "a")}
    with pytest.raises(kind), failures_told(tmp_path):
        raise OSError(number, "x")
