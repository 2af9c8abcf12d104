"""The one door: all or nothing, what is told to whom, and moves that have to wait."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from storyflow_tui.errors import StoryflowError
from storyflow_tui.library import Library
from storyflow_tui.library.rows import Rows as LibraryRows
from storyflow_tui.records import Changed, ProjectRecord, Standing
from storyflow_tui.story import Story, StorySegment

Rows = Callable[[Library], list[Any]]
Files = Callable[[Library], dict[str, bytes]]


@pytest.fixture
def heard(library: Library, project: ProjectRecord) -> list[Changed]:
    """What the library tells from here on."""
    told: list[Changed] = []
    library.on_changed = told.append
    return told


def test_a_move_is_told_as_another_order(
    library: Library, project: ProjectRecord, heard: list[Changed]
) -> None:
    library.segments.move(1, 3)
    change_id = library.history.list(project.id)[0].id
    assert heard == [
        Changed(
            project.id,
            None,
            True,
            False,
            change_id,
            "Move segment 1 to 3",
            False,
            project.id,
            Standing(change_id, None),
        )
    ]


def test_a_deletion_and_an_insertion_are_told_as_another_order(
    library: Library, project: ProjectRecord, heard: list[Changed]
) -> None:
    library.segments.delete(1)
    library.projects.insert(project.id, 1, Story("", [StorySegment("x")]))
    assert [(told.segment_ids, told.order_changed) for told in heard] == [(None, True)] * 2


def test_create_rename_and_delete_are_told_to_the_project_list(
    library: Library, heard: list[Changed]
) -> None:
    other = library.projects.create("A")
    library.projects.rename(other.id, "B")
    library.projects.delete(other.id)
    library.history.undo()
    assert [(told.project_id, told.projects_changed) for told in heard] == [(other.id, True)] * 4


def test_a_picture_is_told_with_its_segment(
    library: Library, heard: list[Changed], paint: Callable[..., Path], tmp_path: Path
) -> None:
    library.segments.attach_image(2, paint(tmp_path / "a.png"))
    assert [(told.segment_ids, told.order_changed, told.pending) for told in heard] == [
        ((2,), False, False)
    ]


def test_a_refused_operation_tells_nothing(library: Library, heard: list[Changed]) -> None:
    with pytest.raises(StoryflowError):
        library.segments.edit(1, text_content=" ")
    with pytest.raises(StoryflowError):
        library.segments.remove_image(1)
    assert heard == []


def test_what_is_told_is_committed_by_then(
    library: Library, second: Library, project: ProjectRecord
) -> None:
    seen: list[str] = []
    library.on_changed = lambda told: seen.append(second.segments.get(1).text_content)
    library.segments.edit(1, text_content="new")
    assert seen == ["new"]


class BreakError(Exception):
    """What a test raises amid an operation."""


def test_whatever_is_raised_amid_an_operation_nothing_has_happened(
    library: Library,
    project: ProjectRecord,
    ids: Sequence[int],
    paint: Callable[..., Path],
    rows: Rows,
    files: Files,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    picture = paint(tmp_path / "a.png")
    library.segments.attach_image(ids[0], picture)
    story = Story("T", [StorySegment("x", image_file="a.png")], tmp_path)
    before = rows(library), files(library), library.history.list(), library.history.list(project.id)

    def breaks(*_: object) -> None:
        raise BreakError

    monkeypatch.setattr(LibraryRows, "write_tallies", breaks)
    operations: list[Callable[[], object]] = [
        lambda: library.projects.create("T"),
        lambda: library.projects.rename(project.id, "Other"),
        lambda: library.projects.delete(project.id),
        lambda: library.projects.import_story(story),
        lambda: library.projects.insert(project.id, 1, story),
        lambda: library.segments.edit(ids[0], text_content="x", is_locked=True),
        lambda: library.segments.edit(ids[0], is_locked=True),
        lambda: library.segments.attach_image(ids[0], picture),
        lambda: library.segments.remove_image(ids[0]),
        lambda: library.segments.delete(ids[0]),
        lambda: library.segments.move(ids[0], 3),
        lambda: library.segments.reorder(project.id, ids[::-1]),
        lambda: library.history.undo(project.id),
        lambda: library.history.undo(),
    ]
    for operation in operations:
        with pytest.raises(BreakError):
            operation()
        after = rows(library), files(library)
        assert (*after, library.history.list(), library.history.list(project.id)) == before
        assert list((library.media / ".staging").iterdir()) == []
    monkeypatch.undo()
    assert library.check() == []
    assert library.projects.create("Next").id == project.id + 1


def test_a_picture_whose_move_has_to_wait_is_found_at_its_source(
    library: Library,
    stuck: Library,
    project: ProjectRecord,
    paint: Callable[..., Path],
    files: Files,
    tmp_path: Path,
) -> None:
    first, other = paint(tmp_path / "a.png"), paint(tmp_path / "b.png", "red")
    heard: list[Changed] = []
    stuck.on_changed = heard.append
    stuck.segments.attach_image(1, first)
    segment = stuck.segments.attach_image(1, other)
    assert [told.pending for told in heard] == [True, True]
    assert stuck.pending_moves() == 3
    with Library.open(library.path, read_only=True) as reading:
        for reader in (stuck, reading):
            file = reader.file(segment.image_file)
            assert file is not None
            assert file.read_bytes() == other.read_bytes()
    assert {finding.check for finding in stuck.check()} == {"pending_move"}
    assert library.pending_moves() == 3
    library.projects.create("The next writer does what is pending")
    assert stuck.pending_moves() == 0
    assert library.check() == []
    assert sorted(files(library).values()) == sorted([first.read_bytes(), other.read_bytes()])


def test_an_open_does_what_is_pending(
    stuck: Library, project: ProjectRecord, paint: Callable[..., Path], tmp_path: Path
) -> None:
    segment = stuck.segments.attach_image(1, paint(tmp_path / "a.png"))
    assert stuck.pending_moves() == 1
    with Library.open(stuck.path) as again:
        assert again.pending_moves() == 0
        assert (again.media / str(segment.image_file)).is_file()
        assert list((again.media / ".staging").iterdir()) == []


def test_an_open_that_cannot_do_what_is_pending_loses_nothing(
    stuck: Library, project: ProjectRecord, paint: Callable[..., Path], tmp_path: Path
) -> None:
    picture = paint(tmp_path / "a.png")
    segment = stuck.segments.attach_image(1, picture)
    with Library.open(stuck.path, disk=stuck._media.disk) as again:
        assert again.pending_moves() == 1
    with Library.open(stuck.path) as again:
        assert (again.media / str(segment.image_file)).read_bytes() == picture.read_bytes()


def test_a_listener_that_fails_loses_no_picture(
    library: Library,
    stuck: Library,
    project: ProjectRecord,
    paint: Callable[..., Path],
    tmp_path: Path,
) -> None:
    def fail(told: Changed) -> None:
        raise BreakError

    picture = paint(tmp_path / "a.png")
    stuck.on_changed = fail
    with pytest.raises(BreakError):
        stuck.segments.attach_image(1, picture)
    library.projects.create("The next writer does what is pending")
    file = library.file(library.segments.get(1).image_file)
    assert file is not None
    assert file.read_bytes() == picture.read_bytes()


def test_undo_and_redo_while_moves_have_to_wait_come_right_in_the_end(
    library: Library,
    stuck: Library,
    project: ProjectRecord,
    paint: Callable[..., Path],
    files: Files,
    tmp_path: Path,
) -> None:
    first, other = paint(tmp_path / "a.png"), paint(tmp_path / "new/a.png", "red")
    stuck.segments.attach_image(1, first)
    stuck.segments.attach_image(1, other)
    for replay, picture in ((stuck.history.undo, first), (stuck.history.redo, other)):
        replay(project.id)
        file = stuck.file(stuck.segments.get(1).image_file)
        assert file is not None
        assert file.read_bytes() == picture.read_bytes()
    stuck.segments.delete(1)
    stuck.projects.delete(project.id)
    stuck.history.undo()
    stuck.history.undo(project.id)
    library.projects.create("The next writer does what is pending")
    assert library.pending_moves() == 0
    assert library.check() == []
    assert files(library)["projects/1/images/1_a.png"] == other.read_bytes()
    assert sorted(files(library).values()) == sorted([first.read_bytes(), other.read_bytes()])
