"""The trash: what it holds byte for byte, its list, and emptying it for good."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from storyflow_tui.errors import NothingToUndoError, ReadOnlyError
from storyflow_tui.library import Library
from storyflow_tui.library.disk import Disk
from storyflow_tui.records import ProjectRecord

Paint = Callable[..., Path]
Files = Callable[[Library], dict[str, bytes]]


@pytest.fixture
def pictured(
    library: Library, project: ProjectRecord, ids: Sequence[int], paint: Paint, tmp_path: Path
) -> ProjectRecord:
    """The project with pictures for its first two segments."""
    library.segments.attach_image(ids[0], paint(tmp_path / "a.png"))
    library.segments.attach_image(ids[1], paint(tmp_path / "b.png", "red"))
    return project


def test_a_new_librarys_trash_is_empty(library: Library) -> None:
    assert library.trash.list() == []
    assert library.trash.empty() == (0, 0)


def test_the_trash_is_listed_by_change_newest_first(
    library: Library, pictured: ProjectRecord, ids: Sequence[int]
) -> None:
    library.segments.remove_image(ids[0])
    library.segments.delete(ids[1])
    held = library.trash.list()
    newest, older = library.history.list(pictured.id)[:2]
    assert [record[:4] for record in held] == [
        (newest.id, pictured.id, "Delete segment 2", newest.created_at),
        (older.id, pictured.id, "Remove the picture of segment 1", older.created_at),
    ]
    assert [record.files for record in held] == [("b.png",), ("a.png",)]


def test_a_deleted_project_is_in_the_trash_with_all_its_files(
    library: Library, pictured: ProjectRecord, files: Files
) -> None:
    size = sum(map(len, files(library).values()))
    library.projects.delete(pictured.id)
    held = library.trash.list()
    assert [(record.project_id, record.files, record.bytes) for record in held] == [
        (None, ("a.png", "b.png"), size)
    ]


def test_what_was_brought_back_is_no_longer_in_the_trash(
    library: Library, pictured: ProjectRecord, ids: Sequence[int], files: Files
) -> None:
    library.segments.delete(ids[0])
    library.history.undo(pictured.id)
    assert library.trash.list() == []
    assert not [path for path in files(library) if path.startswith(".trash/")]


def test_emptying_tells_how_much_went(
    library: Library, pictured: ProjectRecord, ids: Sequence[int], files: Files
) -> None:
    library.segments.remove_image(ids[0])
    library.segments.delete(ids[1])
    size = sum(map(len, files(library).values()))
    assert library.trash.empty() == (2, size)
    assert files(library) == {}
    assert library.trash.list() == []
    assert list((library.media / ".trash").iterdir()) == []
    assert library.trash.empty() == (0, 0)
    assert library.check() == []


def test_emptying_leaves_the_pictures_in_use(
    library: Library, pictured: ProjectRecord, ids: Sequence[int]
) -> None:
    library.segments.remove_image(ids[0])
    library.trash.empty()
    file = library.file(library.segments.get(ids[1]).image_file)
    assert file is not None
    assert file.is_file()


def test_emptying_leaves_the_history_to_be_read(
    library: Library, pictured: ProjectRecord, ids: Sequence[int]
) -> None:
    library.segments.remove_image(ids[0])
    before = library.history.list(pictured.id)
    library.trash.empty()
    after = library.history.list(pictured.id)
    assert after == [change._replace(files=(), bytes=0) for change in before]


@pytest.mark.parametrize("what", ["remove", "replace", "delete segment", "delete project"])
def test_after_emptying_undo_says_what_is_gone_and_changes_nothing(
    library: Library,
    pictured: ProjectRecord,
    ids: Sequence[int],
    paint: Paint,
    rows: Callable[[Library], list[Any]],
    files: Files,
    tmp_path: Path,
    what: str,
) -> None:
    line: int | None = pictured.id
    if what == "remove":
        library.segments.remove_image(ids[0])
    elif what == "replace":
        library.segments.attach_image(ids[0], paint(tmp_path / "new/a.png", "gold"))
    elif what == "delete segment":
        library.segments.delete(ids[0])
    else:
        library.projects.delete(pictured.id)
        line = None
    library.trash.empty()
    before = rows(library), files(library), library.history.list(line)
    with pytest.raises(NothingToUndoError, match="is in the trash no more"):
        library.history.undo(line)
    assert (rows(library), files(library), library.history.list(line)) == before
    assert library.pending_moves() == 0
    assert library.check() == []


def test_after_emptying_what_held_no_file_is_undone_all_the_same(
    library: Library, pictured: ProjectRecord, ids: Sequence[int]
) -> None:
    library.segments.delete(ids[4])
    library.trash.empty()
    library.history.undo(pictured.id)
    assert library.segments.ids(pictured.id) == list(ids)


def test_a_redo_whose_picture_was_emptied_from_the_trash_is_refused(
    library: Library, pictured: ProjectRecord
) -> None:
    library.history.undo(pictured.id)
    library.trash.empty()
    with pytest.raises(NothingToUndoError):
        library.history.redo(pictured.id)


def test_a_project_whose_folder_held_no_file_comes_back_after_emptying(
    library: Library, project: ProjectRecord
) -> None:
    (library.media / f"projects/{project.id}/images").mkdir(parents=True)
    library.projects.delete(project.id)
    assert not (library.media / f"projects/{project.id}").exists()
    library.trash.empty()
    library.history.undo()
    assert library.projects.get(project.id) == project


def test_files_in_the_trash_that_no_change_names_go_too(library: Library) -> None:
    stray = library.media / ".trash/99/1-stray.png"
    stray.parent.mkdir()
    stray.write_bytes(b"stray")
    assert library.trash.empty() == (1, 5)
    assert not stray.parent.exists()


def test_a_link_in_the_trash_is_removed_and_not_followed(library: Library, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.mkdir()
    (victim / "file").write_bytes(b"kept")
    (library.media / ".trash/link").symlink_to(victim)
    library.trash.empty()
    assert (victim / "file").read_bytes() == b"kept"
    assert list((library.media / ".trash").iterdir()) == []


def test_emptying_leaves_what_still_waits_to_be_brought_back(
    library: Library, stuck: Library, pictured: ProjectRecord, ids: Sequence[int]
) -> None:
    library.segments.delete(ids[0])
    stuck.history.undo(pictured.id)
    assert stuck.trash.empty() == (0, 0)
    library.projects.create("The next writer does what is pending")
    assert library.check() == []
    file = library.file(library.segments.get(ids[0]).image_file)
    assert file is not None
    assert file.is_file()


class Clinging(Disk):
    """A disk that does not let go of the first segment's picture."""

    def unlink(self, path: Path) -> None:
        if path.name.endswith("1_a.png"):
            raise OSError(errno.EACCES, "Permission denied", str(path))
        super().unlink(path)


@pytest.fixture
def clinging(library: Library) -> Iterator[Library]:
    with Library.open(library.path, disk=Clinging()) as opened:
        yield opened


def test_a_story_that_lost_some_of_its_files_for_good_does_not_come_back_without_them(
    library: Library, clinging: Library, pictured: ProjectRecord
) -> None:
    library.projects.delete(pictured.id)
    with pytest.raises(ReadOnlyError, match=r"1_a\.png cannot be removed: Permission denied"):
        clinging.trash.empty()
    assert library.trash.list() == []
    with pytest.raises(NothingToUndoError):
        library.history.undo()
    assert library.trash.size()[0] > 0
    library.trash.empty()
    assert library.trash.size() == (0, 0)


def test_a_file_that_cannot_be_removed_keeps_no_other_back(
    library: Library, clinging: Library, pictured: ProjectRecord, ids: Sequence[int]
) -> None:
    library.segments.delete(ids[0])
    library.segments.delete(ids[1])
    with pytest.raises(ReadOnlyError):
        clinging.trash.empty()
    assert [record.files for record in library.trash.list()] == [("a.png",)]


def test_a_picture_that_still_waits_to_be_moved_is_in_the_trash_already(
    library: Library, stuck: Library, pictured: ProjectRecord, ids: Sequence[int]
) -> None:
    stuck.segments.remove_image(ids[0])
    assert stuck.pending_moves() == 1
    assert [record.files for record in stuck.trash.list()] == [("a.png",)]


class FullDisk(Disk):
    """A disk on which nothing can be written, and everything removed."""

    def write(self, descriptor: int, data: bytes) -> None:
        raise OSError(28, "No space left on device")


def test_the_trash_is_emptied_on_a_full_disk(
    library: Library, pictured: ProjectRecord, ids: Sequence[int]
) -> None:
    library.segments.delete(ids[0])
    with Library.open(library.path, disk=FullDisk()) as full:
        files, size = full.trash.empty()
    assert files == 1
    assert size > 0


def test_emptying_leaves_a_move_that_waits_possible(
    library: Library, stuck: Library, ids: Sequence[int], paint: Paint, tmp_path: Path
) -> None:
    library.segments.attach_image(ids[0], paint(tmp_path / "lamp.png"))
    stuck.segments.remove_image(ids[0])
    stuck.trash.empty()
    assert stuck.pending_moves() == 1
    library.segments.edit(ids[1], text_content="The next writer")
    assert library.pending_moves() == 0
    assert library.check() == []
    library.history.undo(library.segments.get(ids[0]).project_id)
    library.history.undo(library.segments.get(ids[0]).project_id)
    assert library.segments.get(ids[0]).image_file


def test_a_file_of_two_names_in_the_trash_is_there_and_counts_once(
    library: Library, pictured: ProjectRecord, ids: Sequence[int]
) -> None:
    library.segments.remove_image(ids[0])
    library.trash.restore(library.history.ids(pictured.id)[0])
    library.history.undo(pictured.id)
    (file, *others) = [path for path in (library.media / ".trash").rglob("*") if path.is_file()]
    assert len(others) == 1
    weight = (1, file.stat().st_size)
    assert library.trash.size() == weight
    assert library.trash.empty() == weight


def test_files_that_a_backup_has_linked_are_in_the_trash_all_the_same(
    library: Library, pictured: ProjectRecord, ids: Sequence[int]
) -> None:
    library.segments.remove_image(ids[0])
    (file,) = [path for path in (library.media / ".trash").rglob("*") if path.is_file()]
    staged = library.media / ".staging" / "backup"
    staged.mkdir()
    (staged / "1").hardlink_to(file)
    assert library.trash.size()[0] == 1
