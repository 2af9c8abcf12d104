"""Pictures of segments: attached, refused, replaced, removed, and back from the trash."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from storyflow_tui.errors import InvalidImageError, NoImageError, StoryflowError
from storyflow_tui.library import Library
from storyflow_tui.library.images import MAX_BYTES
from storyflow_tui.records import ProjectRecord

Paint = Callable[..., Path]
Files = Callable[[Library], dict[str, bytes]]


def stored(library: Library, segment_id: int) -> bytes:
    """The bytes of the segment's picture."""
    file = library.file(library.segments.get(segment_id).image_file)
    assert file is not None
    return file.read_bytes()


@pytest.mark.parametrize(
    "name", ["a.jpg", "a.jpeg", "a.png", "a.webp", "A.JPG", "A.Png", "Ein Bild.WEBP", "ランプ.png"]
)
def test_a_picture_is_stored_as_it_was_given(
    library: Library, ids: Sequence[int], paint: Paint, tmp_path: Path, name: str
) -> None:
    path = paint(tmp_path / name)
    segment = library.segments.attach_image(ids[1], path)
    assert segment.image_file == f"projects/1/images/{ids[1]}_{name}"
    assert stored(library, ids[1]) == path.read_bytes()
    assert library.media / segment.image_file == library.file(segment.image_file)
    assert library.check() == []


def test_attaching_moves_the_times_and_is_a_change(
    library: Library, project: ProjectRecord, ids: Sequence[int], paint: Paint, tmp_path: Path
) -> None:
    before = library.segments.get(ids[1])
    after = library.segments.attach_image(ids[1], paint(tmp_path / "a.png"))
    assert after == before._replace(image_file=after.image_file, updated_at=after.updated_at)
    assert after.updated_at > before.updated_at
    assert library.projects.get(project.id).updated_at == after.updated_at
    assert library.history.list(project.id)[0].label == "Choose a picture for segment 2"


def test_a_picture_under_another_kinds_name_keeps_its_name(
    library: Library, ids: Sequence[int], paint: Paint, tmp_path: Path
) -> None:
    path = paint(tmp_path / "a.png").rename(tmp_path / "a.jpg")
    assert library.segments.attach_image(ids[0], path).image_file == "projects/1/images/1_a.jpg"


def test_a_picture_turned_by_its_camera_is_not_turned(
    library: Library, ids: Sequence[int], tmp_path: Path
) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    path = tmp_path / "turned.jpg"
    Image.new("RGB", (8, 6)).save(path, exif=exif)
    library.segments.attach_image(ids[0], path)
    assert stored(library, ids[0]) == path.read_bytes()


def test_a_link_to_a_picture_is_followed_and_the_bytes_copied(
    library: Library, ids: Sequence[int], paint: Paint, tmp_path: Path
) -> None:
    path = paint(tmp_path / "a.png")
    link = tmp_path / "link.png"
    link.symlink_to(path)
    segment = library.segments.attach_image(ids[0], link)
    file = library.file(segment.image_file)
    assert file is not None
    assert not file.is_symlink()
    assert file.read_bytes() == path.read_bytes()


def text_file(folder: Path) -> Path:
    path = folder / "story.txt"
    path.write_text("no picture")
    return path


def text_under_a_pictures_name(folder: Path) -> Path:
    path = folder / "story.png"
    path.write_text("no picture")
    return path


def corrupt(folder: Path) -> Path:
    path = folder / "corrupt.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0" * 100)
    return path


def cut_short(folder: Path) -> Path:
    path = folder / "cut.jpg"
    Image.effect_noise((200, 200), 90).save(path)
    path.write_bytes(path.read_bytes()[:-2000])
    return path


def one_byte_too_many(folder: Path) -> Path:
    path = folder / "large.png"
    Image.new("RGB", (8, 6)).save(path)
    with path.open("r+b") as file:
        file.truncate(MAX_BYTES + 1)
    return path


def another_kind(folder: Path) -> Path:
    path = folder / "a.png"
    Image.new("RGB", (8, 6)).save(path, "GIF")
    return path


def absent(folder: Path) -> Path:
    return folder / "absent.png"


def folder_with_a_pictures_name(folder: Path) -> Path:
    path = folder / "folder.png"
    path.mkdir()
    return path


def empty(folder: Path) -> Path:
    path = folder / "empty.png"
    path.touch()
    return path


@pytest.mark.parametrize(
    "make",
    [
        text_file,
        text_under_a_pictures_name,
        corrupt,
        cut_short,
        one_byte_too_many,
        another_kind,
        absent,
        folder_with_a_pictures_name,
        empty,
    ],
)
def test_what_is_no_picture_is_refused_and_leaves_nothing(
    library: Library,
    project: ProjectRecord,
    ids: Sequence[int],
    paint: Paint,
    files: Files,
    rows: Callable[[Library], list[Any]],
    tmp_path: Path,
    make: Callable[[Path], Path],
) -> None:
    library.segments.attach_image(ids[0], paint(tmp_path / "former.png"))
    before = files(library), rows(library), library.history.list(project.id)
    with pytest.raises(InvalidImageError) as caught:
        library.segments.attach_image(ids[0], make(tmp_path))
    assert caught.value.message == "Invalid image file"
    assert caught.value.code == "invalid_image"
    assert caught.value.details["reason"]
    assert (files(library), rows(library), library.history.list(project.id)) == before
    assert list((library.media / ".staging").iterdir()) == []


def test_no_file_at_all_is_refused(library: Library, ids: Sequence[int]) -> None:
    with pytest.raises(InvalidImageError):
        library.segments.attach_image(ids[0], "")


def test_twenty_mebibytes_exactly_pass(
    library: Library, ids: Sequence[int], paint: Paint, tmp_path: Path
) -> None:
    path = paint(tmp_path / "large.jpg")
    with path.open("r+b") as file:
        file.truncate(MAX_BYTES)
    library.segments.attach_image(ids[0], path)
    assert len(stored(library, ids[0])) == MAX_BYTES


def test_a_replaced_picture_goes_to_the_trash(
    library: Library,
    ids: Sequence[int],
    paint: Paint,
    files: Files,
    tmp_path: Path,
) -> None:
    first, other = paint(tmp_path / "a.png"), paint(tmp_path / "b.png", "red")
    library.segments.attach_image(ids[0], first)
    library.segments.attach_image(ids[0], other)
    assert stored(library, ids[0]) == other.read_bytes()
    assert sorted(files(library).values()) == sorted([first.read_bytes(), other.read_bytes()])
    assert [(held.files, held.bytes) for held in library.trash.list()] == [
        (("a.png",), first.stat().st_size)
    ]
    assert library.check() == []


def test_a_picture_is_replaced_under_the_same_name_again_and_again(
    library: Library,
    project: ProjectRecord,
    ids: Sequence[int],
    paint: Paint,
    files: Files,
    tmp_path: Path,
) -> None:
    given = [
        paint(tmp_path / colour / "a.png", colour).read_bytes()
        for colour in ("red", "green", "blue")
    ]
    for colour in ("red", "green", "blue"):
        library.segments.attach_image(ids[0], tmp_path / colour / "a.png")
        assert library.check() == []
    for _ in range(2):
        for data in (given[1], given[0]):
            library.history.undo(project.id)
            assert stored(library, ids[0]) == data
        library.history.undo(project.id)
        assert library.segments.get(ids[0]).image_file is None
        for data in given:
            library.history.redo(project.id)
            assert stored(library, ids[0]) == data
        assert sorted(files(library).values()) == sorted(given)
        assert library.check() == []


def test_the_same_picture_once_more_is_stored_once_more(
    library: Library, project: ProjectRecord, ids: Sequence[int], paint: Paint, tmp_path: Path
) -> None:
    path = paint(tmp_path / "a.png")
    library.segments.attach_image(ids[0], path)
    library.segments.attach_image(ids[0], path)
    library.history.undo(project.id)
    assert stored(library, ids[0]) == path.read_bytes()


def test_a_stored_picture_can_be_attached_to_another_segment(
    library: Library, ids: Sequence[int], paint: Paint, tmp_path: Path
) -> None:
    segment = library.segments.attach_image(ids[0], paint(tmp_path / "a.png"))
    file = library.file(segment.image_file)
    assert file is not None
    library.segments.attach_image(ids[1], file)
    library.segments.delete(ids[0])
    assert stored(library, ids[1])
    assert library.check() == []


def test_a_picture_can_replace_itself(
    library: Library, ids: Sequence[int], paint: Paint, tmp_path: Path
) -> None:
    segment = library.segments.attach_image(ids[0], paint(tmp_path / "a.png"))
    data = stored(library, ids[0])
    file = library.file(segment.image_file)
    assert file is not None
    library.segments.attach_image(ids[0], file)
    assert stored(library, ids[0]) == data
    assert library.check() == []


def test_a_removed_picture_goes_to_the_trash_and_comes_back(
    library: Library,
    project: ProjectRecord,
    ids: Sequence[int],
    paint: Paint,
    files: Files,
    rows: Callable[[Library], list[Any]],
    tmp_path: Path,
) -> None:
    path = paint(tmp_path / "a.png")
    library.segments.attach_image(ids[0], path)
    before = rows(library), files(library)
    removed = library.segments.remove_image(ids[0])
    assert removed.image_file is None
    assert list(files(library).values()) == [path.read_bytes()]
    assert next(iter(files(library))).startswith(".trash/")
    library.history.undo(project.id)
    assert (rows(library), files(library)) == before


def test_there_may_be_no_picture_to_remove(
    library: Library, project: ProjectRecord, ids: Sequence[int]
) -> None:
    with pytest.raises(NoImageError) as caught:
        library.segments.remove_image(ids[0])
    assert caught.value.message == "No image to remove"
    assert caught.value.code == "no_image"
    assert library.history.list(project.id) == []


def test_a_picture_whose_file_is_gone_already_is_removed(
    library: Library, project: ProjectRecord, ids: Sequence[int], paint: Paint, tmp_path: Path
) -> None:
    segment = library.segments.attach_image(ids[0], paint(tmp_path / "a.png"))
    (library.media / str(segment.image_file)).unlink()
    assert library.segments.remove_image(ids[0]).image_file is None
    assert library.trash.list() == []
    library.history.undo(project.id)
    assert library.segments.get(ids[0]) == segment


@pytest.mark.parametrize("name", ["a.png", "b.png"])
def test_a_picture_whose_file_is_gone_already_is_replaced(
    library: Library,
    project: ProjectRecord,
    ids: Sequence[int],
    paint: Paint,
    tmp_path: Path,
    name: str,
) -> None:
    segment = library.segments.attach_image(ids[0], paint(tmp_path / "a.png"))
    (library.media / str(segment.image_file)).unlink()
    path = paint(tmp_path / "new" / name, "red")
    library.segments.attach_image(ids[0], path)
    assert stored(library, ids[0]) == path.read_bytes()
    library.history.undo(project.id)
    assert library.segments.get(ids[0]) == segment
    library.history.redo(project.id)
    assert stored(library, ids[0]) == path.read_bytes()
    assert library.check() == []


def test_a_stray_file_in_the_way_goes_to_the_trash(
    library: Library,
    project: ProjectRecord,
    ids: Sequence[int],
    paint: Paint,
    files: Files,
    tmp_path: Path,
) -> None:
    folder = library.media / "projects/1/images"
    for _ in range(2):
        stray = paint(folder / "1_a.png", "red").read_bytes()
        path = paint(tmp_path / "a.png")
        library.segments.attach_image(ids[0], path)
        assert stored(library, ids[0]) == path.read_bytes()
        assert stray in files(library).values()
        library.history.undo(project.id)
    assert library.check() == []


def test_strays_in_the_way_of_undo_and_redo_go_to_the_trash(
    library: Library,
    project: ProjectRecord,
    ids: Sequence[int],
    paint: Paint,
    files: Files,
    tmp_path: Path,
) -> None:
    first, other = paint(tmp_path / "a.png"), paint(tmp_path / "b.png", "red")
    folder = library.media / "projects/1/images"
    library.segments.attach_image(ids[0], first)
    library.segments.attach_image(ids[0], other)
    one = paint(folder / "1_a.png", "gold").read_bytes()
    library.history.undo(project.id)
    assert stored(library, ids[0]) == first.read_bytes()
    two = paint(folder / "1_b.png", "gray").read_bytes()
    library.history.redo(project.id)
    assert stored(library, ids[0]) == other.read_bytes()
    assert {one, two, first.read_bytes(), other.read_bytes()} == set(files(library).values())
    assert library.check() == []


def test_a_deleted_segments_picture_and_audio_go_to_the_trash_and_come_back(
    library: Library,
    project: ProjectRecord,
    ids: Sequence[int],
    paint: Paint,
    files: Files,
    rows: Callable[[Library], list[Any]],
    sql: Callable[..., Any],
    tmp_path: Path,
) -> None:
    library.segments.attach_image(ids[0], paint(tmp_path / "a.png"))
    audio = library.media / f"projects/1/audio/{ids[0]}_a.mp3"
    audio.parent.mkdir()
    audio.write_bytes(b"sound")
    sql(library, "UPDATE segment SET audio_file = ? WHERE id = 1", "projects/1/audio/1_a.mp3")
    before = rows(library), files(library)
    library.segments.delete(ids[0])
    after = files(library)
    assert sorted(after.values()) == sorted(before[1].values())
    assert all(path.startswith(".trash/") for path in after)
    assert library.trash.list()[0].files == ("a.png", "a.mp3")
    library.history.undo(project.id)
    assert (rows(library), files(library)) == before
    library.history.redo(project.id)
    assert sorted(files(library).values()) == sorted(after.values())
    assert library.check() == []


def test_a_segment_whose_picture_is_gone_already_is_deleted(
    library: Library, project: ProjectRecord, ids: Sequence[int], paint: Paint, tmp_path: Path
) -> None:
    segment = library.segments.attach_image(ids[0], paint(tmp_path / "a.png"))
    (library.media / str(segment.image_file)).unlink()
    library.segments.delete(ids[0])
    library.history.undo(project.id)
    assert library.segments.get(ids[0]) == segment


def test_a_segment_without_a_picture_is_deleted(library: Library, ids: Sequence[int]) -> None:
    library.segments.delete(ids[0])
    assert library.trash.list() == []


DAMAGED = [
    "/etc/victim.png",
    "../victim.png",
    "projects/../../victim.png",
    "projects/1/../../../victim.png",
    "./victim.png",
    "projects//victim.png",
    "projects/1/images/link.png",
    "projects/link/victim.png",
    ".trash/1/victim.png",
    ".staging/victim.png",
    "a\0b.png",
]


@pytest.fixture
def victim(library: Library, paint: Paint, ids: Sequence[int]) -> Path:
    """A picture that is not the library's, with links to it and to its folder."""
    file = paint(library.media.parent / "victim.png", "red")
    images = library.media / "projects/1/images"
    images.mkdir(parents=True)
    (images / "link.png").symlink_to(file)
    (library.media / "projects/link").symlink_to(file.parent)
    return file


@pytest.mark.parametrize("path", DAMAGED)
def test_a_damaged_path_is_reported_and_never_followed(
    library: Library,
    project: ProjectRecord,
    ids: Sequence[int],
    sql: Callable[..., Any],
    paint: Paint,
    tmp_path: Path,
    victim: Path,
    path: str,
) -> None:
    def damage() -> None:
        sql(library, "UPDATE segment SET image_file = ?, audio_file = ? WHERE id = 2", path, path)

    data = victim.read_bytes()
    damage()
    assert library.file(path) is None
    assert [f.subject for f in library.check() if f.check == "damaged_path"] == ["segment 2"] * 2
    library.segments.delete(ids[1])
    library.history.undo(project.id)
    library.segments.remove_image(ids[1])
    library.history.undo(project.id)
    library.segments.attach_image(ids[1], paint(tmp_path / "new.png"))
    damage()
    library.projects.delete(project.id)
    library.history.undo()
    library.backup(tmp_path / "backup.zip")
    library.trash.empty()
    assert victim.read_bytes() == data
    assert library.segments.get(ids[1]).image_file == path


@pytest.mark.parametrize(
    ("number", "code"),
    [(errno.ENOSPC, "no_space"), (errno.EIO, "damaged"), (errno.EACCES, "read_only")],
)
@pytest.mark.parametrize("call", ["write", "fsync"])
def test_a_disk_that_fails_is_not_blamed_on_the_picture(
    library: Library,
    ids: Sequence[int],
    paint: Callable[..., Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    call: str,
    number: int,
    code: str,
) -> None:
    def fail(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    picture = paint(tmp_path / "lamp.png")
    with monkeypatch.context() as patch:
        patch.setattr(os, call, fail)
        with pytest.raises(StoryflowError) as caught:
            library.segments.attach_image(ids[0], picture)
    assert caught.value.code == code
    assert library.segments.get(ids[0]).image_file is None
