"""The lock in all combinations: what passes it, what fails at it, and what history makes of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from storyflow_tui.errors import LockedError, NothingToUndoError
from storyflow_tui.library import Library
from storyflow_tui.records import Changed, ProjectRecord, SegmentRecord

EDIT_REFUSED = "Cannot edit a locked segment. Unlock it first."
PICTURE_REFUSED = "Cannot modify a locked segment."


@pytest.fixture
def locked(library: Library, ids: Sequence[int]) -> SegmentRecord:
    return library.segments.edit(ids[1], is_locked=True)


def test_a_segment_is_locked_and_unlocked(library: Library, locked: SegmentRecord) -> None:
    assert library.segments.get(locked.id).is_locked is True
    assert library.segments.edit(locked.id, is_locked=False).is_locked is False
    assert library.segments.edit(locked.id, text_content="free").text_content == "free"


@pytest.mark.parametrize(
    "values",
    [
        {"text_content": "new"},
        {"image_prompt": "new"},
        {"text_content": "new", "image_prompt": "new"},
        {"text_content": "new", "is_locked": False},
        {"image_prompt": "new", "is_locked": False},
        {"text_content": "new", "is_locked": True},
        {"text_content": "new", "image_prompt": "new", "is_locked": False},
        {"text_content": "Narration of segment 2."},
        {"text_content": "Narration of segment 2.", "is_locked": False},
        {"text_content": " "},
        {"text_content": "\0"},
    ],
)
def test_anything_but_the_lock_fails_on_a_locked_segment(
    library: Library, project: ProjectRecord, locked: SegmentRecord, values: dict[str, Any]
) -> None:
    with pytest.raises(LockedError) as caught:
        library.segments.edit(locked.id, **values)
    assert caught.value.message == EDIT_REFUSED
    assert caught.value.code == "locked"
    assert library.segments.get(locked.id) == locked
    assert library.history.list(project.id) == []


def test_locking_a_locked_segment_passes(library: Library, locked: SegmentRecord) -> None:
    assert library.segments.edit(locked.id, is_locked=True) == locked


def test_an_edit_of_nothing_passes_on_a_locked_segment(
    library: Library, locked: SegmentRecord
) -> None:
    assert library.segments.edit(locked.id) == locked


def test_text_and_lock_are_set_together_on_an_unlocked_segment(
    library: Library, ids: Sequence[int]
) -> None:
    segment = library.segments.edit(ids[0], text_content="new", is_locked=True)
    assert (segment.text_content, segment.is_locked) == ("new", True)


def test_of_text_and_lock_the_history_holds_the_text(
    library: Library, project: ProjectRecord, ids: Sequence[int]
) -> None:
    library.segments.edit(ids[0], text_content="new", is_locked=True)
    assert [c.label for c in library.history.list(project.id)] == ["Edit narration of segment 1"]
    with pytest.raises(LockedError):
        library.history.undo(project.id)
    library.segments.edit(ids[0], is_locked=False)
    library.history.undo(project.id)
    segment = library.segments.get(ids[0])
    assert (segment.text_content, segment.is_locked) == ("Narration of segment 1.", False)


def test_lock_and_unlock_are_no_undo_steps(
    library: Library, project: ProjectRecord, ids: Sequence[int]
) -> None:
    library.segments.edit(ids[0], is_locked=True)
    library.segments.edit(ids[0], is_locked=False)
    assert library.history.list(project.id) == []
    with pytest.raises(NothingToUndoError):
        library.history.undo(project.id)


def test_a_lock_leaves_what_was_undone_redoable(
    library: Library, project: ProjectRecord, ids: Sequence[int]
) -> None:
    library.segments.edit(ids[0], text_content="new")
    library.history.undo(project.id)
    library.segments.edit(ids[1], is_locked=True)
    library.history.redo(project.id)
    assert library.segments.get(ids[0]).text_content == "new"


def test_a_lock_leaves_the_segments_time_and_moves_the_projects(
    library: Library, project: ProjectRecord, ids: Sequence[int]
) -> None:
    before = library.segments.get(ids[0])
    after = library.segments.edit(ids[0], is_locked=True)
    assert after == before._replace(is_locked=True)
    assert library.projects.get(project.id).updated_at > project.updated_at


def test_a_lock_is_told_without_a_change(
    library: Library, project: ProjectRecord, ids: Sequence[int]
) -> None:
    heard: list[Changed] = []
    library.on_changed = heard.append
    library.segments.edit(ids[0], is_locked=True)
    assert [(told.segment_ids, told.change_id) for told in heard] == [((ids[0],), None)]


def test_a_locked_segment_refuses_a_picture_before_looking_at_it(
    library: Library, locked: SegmentRecord, tmp_path: Path
) -> None:
    with pytest.raises(LockedError) as caught:
        library.segments.attach_image(locked.id, tmp_path / "absent.png")
    assert caught.value.message == PICTURE_REFUSED


def test_a_locked_segment_keeps_its_picture(
    library: Library,
    project: ProjectRecord,
    ids: Sequence[int],
    paint: Callable[..., Path],
    tmp_path: Path,
    files: Callable[[Library], dict[str, bytes]],
) -> None:
    library.segments.attach_image(ids[0], paint(tmp_path / "a.png"))
    library.segments.edit(ids[0], is_locked=True)
    before, stored = library.segments.get(ids[0]), files(library)
    with pytest.raises(LockedError, match="Cannot modify a locked segment"):
        library.segments.attach_image(ids[0], paint(tmp_path / "b.png", "red"))
    with pytest.raises(LockedError, match="Cannot modify a locked segment"):
        library.segments.remove_image(ids[0])
    assert library.segments.get(ids[0]) == before
    assert files(library) == stored
    assert len(library.history.list(project.id)) == 1


def test_removing_a_picture_that_is_not_there_from_a_locked_segment_names_the_lock(
    library: Library, locked: SegmentRecord
) -> None:
    with pytest.raises(LockedError):
        library.segments.remove_image(locked.id)


def test_a_locked_segment_moves(library: Library, locked: SegmentRecord) -> None:
    moved = library.segments.move(locked.id, 5)
    assert (moved.sequence_index, moved.is_locked) == (4, True)


def test_a_locked_segment_is_reordered(
    library: Library, project: ProjectRecord, ids: Sequence[int], locked: SegmentRecord
) -> None:
    library.segments.reorder(project.id, ids[::-1])
    assert library.segments.get(locked.id).sequence_index == 3


def test_a_locked_segment_is_deleted_and_comes_back_locked(
    library: Library, project: ProjectRecord, locked: SegmentRecord
) -> None:
    library.segments.delete(locked.id)
    library.history.undo(project.id)
    assert library.segments.get(locked.id) == locked


@pytest.mark.parametrize("what", ["text_content", "image_prompt", "image_file"])
def test_undo_and_redo_are_refused_whole_where_a_lock_came_meanwhile(
    library: Library,
    project: ProjectRecord,
    ids: Sequence[int],
    paint: Callable[..., Path],
    tmp_path: Path,
    rows: Callable[[Library], list[Any]],
    files: Callable[[Library], dict[str, bytes]],
    what: str,
) -> None:
    if what == "image_file":
        library.segments.attach_image(ids[0], paint(tmp_path / "a.png"))
    else:
        library.segments.edit(ids[0], **{what: "new"})  # type: ignore[arg-type]

    def refused(replay: Callable[[int], object]) -> None:
        library.segments.edit(ids[0], is_locked=True)
        before = rows(library), files(library), library.history.list(project.id)
        with pytest.raises(LockedError):
            replay(project.id)
        assert (rows(library), files(library), library.history.list(project.id)) == before
        library.segments.edit(ids[0], is_locked=False)
        replay(project.id)

    refused(library.history.undo)
    assert getattr(library.segments.get(ids[0]), what) != "new"
    refused(library.history.redo)
    assert getattr(library.segments.get(ids[0]), what) not in (None, "prompt 1")


def test_undoing_a_move_of_a_locked_segment_passes(
    library: Library, project: ProjectRecord, ids: Sequence[int]
) -> None:
    library.segments.move(ids[0], 3)
    library.segments.edit(ids[0], is_locked=True)
    library.history.undo(project.id)
    assert library.segments.ids(project.id) == list(ids)


def test_an_insert_whose_segment_was_locked_meanwhile_is_undone(
    library: Library, project: ProjectRecord, sample_story: Callable[..., Any]
) -> None:
    library.projects.insert(project.id, 1, sample_story(1))
    new = library.segments.ids(project.id)[0]
    library.segments.edit(new, is_locked=True)
    library.history.undo(project.id)
    assert new not in library.segments.ids(project.id)
    library.history.redo(project.id)
    assert library.segments.get(new).is_locked
