"""Story files on disk: whole or not at all, and nothing replaced that was not meant to be."""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from storyflow_tui.errors import (
    InvalidStoryError,
    NoSpaceError,
    NotEmptyError,
    NotFoundError,
    ReadOnlyError,
    StoryflowError,
)
from storyflow_tui.formats import files


def tree(folder: Path) -> dict[str, bytes | None]:
    """Every name below a folder with its bytes (None: a folder)."""
    return {
        path.relative_to(folder).as_posix(): None if path.is_dir() else path.read_bytes()
        for path in folder.rglob("*")
    }


def fill(stage: Path, *, story: bytes = b"{}", picture: bytes = b"P") -> None:
    (stage / "images").mkdir()
    files.write_new(stage / "images" / "a.png", picture)
    files.write_new(stage / "images" / "b.png", picture)
    files.write_new(stage / "story.json", story)


FILLED = {"images": None, "images/a.png": b"P", "images/b.png": b"P", "story.json": b"{}"}


class Failing:
    """A stand-in for a function of the system that fails at its n-th call."""

    def __init__(self, real: Callable[..., object], at: int, number: int) -> None:
        self.real, self.at, self.number, self.calls = real, at, number, 0

    def __call__(self, *args: object, **named: object) -> object:
        self.calls += 1
        if self.calls == self.at:
            raise OSError(self.number, os.strerror(self.number))
        return self.real(*args, **named)


def test_a_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x\r\n")
    assert files.read_file(tmp_path / "a") == b"x\r\n"


def test_a_pipe_is_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    writer = threading.Thread(target=(tmp_path / "pipe").write_bytes, args=(b"Text: a",))
    writer.start()
    assert files.read_file(tmp_path / "pipe") == b"Text: a"
    writer.join()


def test_a_pipe_into_which_nobody_writes_is_refused_after_a_while(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "PIPE_SECONDS", 0.01)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InvalidStoryError) as caught:
        files.read_file(tmp_path / "pipe")
    assert caught.value.details["why"] == "it is a pipe into which nobody writes"


def test_whoever_holds_a_pipe_may_take_their_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "PIPE_SECONDS", 0.01)
    os.mkfifo(tmp_path / "pipe")
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    writer = os.open(tmp_path / "pipe", os.O_WRONLY)
    os.close(reader)
    waited = threading.Event()
    blocking = os.set_blocking

    def noticed(descriptor: int, value: bool) -> None:
        blocking(descriptor, value)
        waited.set()

    monkeypatch.setattr(os, "set_blocking", noticed)

    def write() -> None:
        waited.wait(20)
        os.write(writer, b"Text: a")
        os.close(writer)

    thread = threading.Thread(target=write)
    thread.start()
    assert files.read_file(tmp_path / "pipe") == b"Text: a"
    thread.join()


@pytest.mark.parametrize("name", ["absent", "file/below", "no/folder/here"])
def test_an_absent_file_is_not_found(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(NotFoundError, match="not found"):
        files.read_file(tmp_path / name)


def test_a_folder_a_nul_and_too_much_cannot_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "MAX_BYTES", 3)
    (tmp_path / "four").write_bytes(b"1234")
    (tmp_path / "three").write_bytes(b"123")
    assert files.read_file(tmp_path / "three") == b"123"
    for path in (tmp_path, tmp_path / "a\0b", tmp_path / "four"):
        with pytest.raises(InvalidStoryError) as caught:
            files.read_file(path)
        assert caught.value.details["why"]


def test_an_endless_stream_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_BYTES", 1000)
    with pytest.raises(InvalidStoryError, match="could not be read"):
        files.read_file(Path("/dev/zero"))
    with Path("/dev/zero").open("rb") as stream, pytest.raises(InvalidStoryError):
        files.read_all(stream)


def test_a_file_comes_into_being_with_the_usual_mode(tmp_path: Path) -> None:
    (tmp_path / "like").touch()
    files.write_file(tmp_path / "out.txt", b"a")
    assert tree(tmp_path) == {"like": b"", "out.txt": b"a"}
    assert (tmp_path / "out.txt").stat().st_mode == (tmp_path / "like").stat().st_mode


def test_nothing_is_replaced_without_force(tmp_path: Path) -> None:
    target = tmp_path / "out.txt"
    target.write_bytes(b"mine")
    with pytest.raises(NotEmptyError, match="--force"):
        files.write_file(target, b"a")
    assert tree(tmp_path) == {"out.txt": b"mine"}


def test_nor_is_what_comes_into_being_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "out.txt"

    def write_and_be_overtaken(path: Path, data: bytes) -> None:
        path.write_bytes(data)
        target.write_bytes(b"theirs")

    monkeypatch.setattr(files, "write_new", write_and_be_overtaken)
    with pytest.raises(NotEmptyError):
        files.write_file(target, b"a")
    assert tree(tmp_path) == {"out.txt": b"theirs"}


def test_a_link_to_nowhere_is_something_that_is_there(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("nowhere")
    with pytest.raises(NotEmptyError):
        files.write_file(tmp_path / "link", b"a")
    assert not (tmp_path / "nowhere").exists()


def test_force_replaces_and_keeps_the_mode(tmp_path: Path) -> None:
    target = tmp_path / "out.txt"
    target.write_bytes(b"old")
    target.chmod(0o640)
    files.write_file(target, b"new", force=True)
    assert tree(tmp_path) == {"out.txt": b"new"}
    assert target.stat().st_mode & 0o777 == 0o640


def test_force_writes_behind_a_link_and_keeps_it(tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "real").write_bytes(b"old")
    (tmp_path / "link").symlink_to("below/real")
    files.write_file(tmp_path / "link", b"new", force=True)
    assert (tmp_path / "link").is_symlink()
    assert tree(tmp_path / "below") == {"real": b"new"}


def test_without_hard_links_a_file_is_placed_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "link", Failing(os.link, 1, errno.EPERM))
    files.write_file(tmp_path / "a", b"a")
    assert tree(tmp_path) == {"a": b"a"}
    monkeypatch.setattr(os, "link", Failing(os.link, 1, errno.EPERM))
    with pytest.raises(FileExistsError):
        files.place_new(tmp_path / "a", tmp_path / "a")
    assert tree(tmp_path) == {"a": b"a"}


def test_a_device_is_written_to_and_stays(tmp_path: Path) -> None:
    files.write_file(Path("/dev/null"), b"a")
    assert Path("/dev/null").is_char_device()
    os.mkfifo(tmp_path / "pipe")
    heard: list[bytes] = []
    reader = threading.Thread(target=lambda: heard.append((tmp_path / "pipe").read_bytes()))
    reader.start()
    files.write_file(tmp_path / "pipe", b"a", force=True)
    reader.join()
    assert heard == [b"a"]
    assert (tmp_path / "pipe").is_fifo()


@pytest.mark.parametrize(
    ("number", "error"),
    [
        (errno.ENOSPC, NoSpaceError),
        (errno.EDQUOT, NoSpaceError),
        (errno.EFBIG, NoSpaceError),
        (errno.EACCES, ReadOnlyError),
        (errno.EROFS, ReadOnlyError),
        (errno.EIO, ReadOnlyError),
    ],
)
@pytest.mark.parametrize("force", [False, True])
def test_a_fault_of_the_disk_leaves_the_former_file_and_no_other(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    number: int,
    error: type[StoryflowError],
    force: bool,
) -> None:
    target = tmp_path / "out.txt"
    if force:
        target.write_bytes(b"old")
    before = tree(tmp_path)
    monkeypatch.setattr(os, "fsync", Failing(os.fsync, 1, number))
    with pytest.raises(error, match=r"out\.txt"):
        files.write_file(target, b"new", force=force)
    assert tree(tmp_path) == before


@pytest.mark.parametrize("name", ["absent/out.txt", "file/out.txt", "a\0b"])
def test_a_path_without_its_folder_is_not_found(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(NotFoundError):
        files.write_file(tmp_path / name, b"a")
    with pytest.raises(NotFoundError):
        files.write_folder(tmp_path / name, fill)
    assert tree(tmp_path) == {"file": b""}


def test_a_folder_is_no_place_for_a_file(tmp_path: Path) -> None:
    for force in (False, True):
        with pytest.raises(NotEmptyError, match="folder"):
            files.write_file(tmp_path, b"a", force=force)
    assert tree(tmp_path) == {}


def test_a_name_too_long_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReadOnlyError, match="cannot be written"):
        files.write_file(tmp_path / ("a" * 300), b"a")
    assert tree(tmp_path) == {}


def test_a_new_folder_appears_whole(tmp_path: Path) -> None:
    paths = files.write_folder(tmp_path / "out", fill)
    assert tree(tmp_path / "out") == FILLED
    assert [path.name for path in paths] == ["a.png", "b.png", "story.json"]
    assert list(tree(tmp_path)) == ["out", *(f"out/{name}" for name in tree(tmp_path / "out"))]


def test_a_folder_that_exists_keeps_what_else_is_in_it(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "mine.png").write_bytes(b"mine")
    files.write_folder(tmp_path, fill)
    assert tree(tmp_path) == {**FILLED, "images/mine.png": b"mine"}


@pytest.mark.parametrize("name", ["story.json", "images/b.png", "images"])
def test_nothing_in_a_folder_is_replaced_without_force(tmp_path: Path, name: str) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_bytes(b"mine")
    before = tree(tmp_path)
    with pytest.raises(StoryflowError):
        files.write_folder(tmp_path, fill)
    assert tree(tmp_path) == before


def test_force_replaces_files_of_the_same_names_only(tmp_path: Path) -> None:
    files.write_folder(tmp_path, lambda stage: fill(stage, story=b"old", picture=b"O"))
    (tmp_path / "images" / "mine.png").write_bytes(b"mine")
    files.write_folder(tmp_path, fill, force=True)
    assert tree(tmp_path) == {**FILLED, "images/mine.png": b"mine"}


def test_force_does_not_replace_a_folder_by_a_file(tmp_path: Path) -> None:
    (tmp_path / "story.json").mkdir()
    with pytest.raises(NotEmptyError, match="folder"):
        files.write_folder(tmp_path, fill, force=True)
    assert tree(tmp_path) == {"story.json": None}


def test_a_file_is_no_place_for_a_folder(tmp_path: Path) -> None:
    (tmp_path / "out").write_bytes(b"mine")
    for force in (False, True):
        with pytest.raises(NotEmptyError, match="no folder"):
            files.write_folder(tmp_path / "out", fill, force=force)
    assert tree(tmp_path) == {"out": b"mine"}


def test_a_folder_that_comes_into_being_meanwhile_is_not_replaced(tmp_path: Path) -> None:
    def overtaken(stage: Path) -> None:
        fill(stage)
        (tmp_path / "out").mkdir()
        (tmp_path / "out" / "theirs").write_bytes(b"theirs")

    with pytest.raises(NotEmptyError):
        files.write_folder(tmp_path / "out", overtaken)
    assert tree(tmp_path) == {"out": None, "out/theirs": b"theirs"}


def test_a_file_that_comes_into_being_meanwhile_is_not_replaced(tmp_path: Path) -> None:
    real = files.place_new

    def overtaken(source: Path, target: Path) -> None:
        if target.name == "story.json":
            target.write_bytes(b"theirs")
        real(source, target)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(files, "place_new", overtaken)
        with pytest.raises(NotEmptyError, match=r"story\.json"):
            files.write_folder(tmp_path, fill)
    assert tree(tmp_path) == {"story.json": b"theirs"}


@pytest.mark.parametrize("force", [False, True])
@pytest.mark.parametrize("at", range(1, 7))
def test_each_failing_step_of_a_folder_leaves_it_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: int, force: bool
) -> None:
    if force:
        files.write_folder(tmp_path, lambda stage: fill(stage, story=b"old", picture=b"O"))
    before = tree(tmp_path)
    failing = Failing(Path.replace if force else os.link, min(at, 3), errno.ENOSPC)
    if at > 3:
        failing = Failing(os.fsync, at - 3, errno.ENOSPC)
        monkeypatch.setattr(os, "fsync", failing)
    elif force:
        monkeypatch.setattr(Path, "replace", lambda path, target: failing(path, target))
    else:
        monkeypatch.setattr(os, "link", failing)
    with pytest.raises(NoSpaceError):
        files.write_folder(tmp_path, fill, force=force)
    assert tree(tmp_path) == before


def test_an_interrupt_leaves_the_folder_as_it_was(tmp_path: Path) -> None:
    def interrupted(stage: Path) -> None:
        fill(stage)
        raise KeyboardInterrupt

    for target in (tmp_path, tmp_path / "new"):
        with pytest.raises(KeyboardInterrupt):
            files.write_folder(target, interrupted)
    assert tree(tmp_path) == {}
