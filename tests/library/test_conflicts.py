"""Edits based on what was read: refused where that changed meanwhile, and only there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from storyflow_tui.errors import ConflictError, LockedError
from storyflow_tui.library import Library
from storyflow_tui.records import ProjectRecord, SegmentRecord


@pytest.fixture
def read(library: Library, ids: Sequence[int]) -> SegmentRecord:
    return library.segments.get(ids[0])


@pytest.mark.parametrize("field", ["text_content", "image_prompt"])
def test_a_field_that_was_changed_meanwhile_is_a_conflict_with_both_texts(
    library: Library,
    second: Library,
    project: ProjectRecord,
    read: SegmentRecord,
    field: str,
    rows: Callable[[Library], list[Any]],
) -> None:
    second.segments.edit(read.id, **{field: "theirs"})  # type: ignore[arg-type]
    before = rows(library)
    with pytest.raises(ConflictError) as caught:
        library.segments.edit(read.id, based_on=read, **{field: "mine\r\n"})  # type: ignore[arg-type]
    assert caught.value.message == f"Segment {read.id} was changed meanwhile"
    assert caught.value.code == "conflict"
    assert caught.value.details == {
        "segment_id": read.id,
        "field": field,
        "mine": "mine\n",
        "theirs": "theirs",
    }
    assert rows(library) == before
    assert len(library.history.list(project.id)) == 1


def test_of_a_conflict_in_one_field_the_other_is_not_saved_either(
    library: Library, second: Library, read: SegmentRecord
) -> None:
    theirs = second.segments.edit(read.id, text_content="theirs")
    with pytest.raises(ConflictError):
        library.segments.edit(read.id, text_content="mine", image_prompt="mine", based_on=read)
    assert library.segments.get(read.id) == theirs


def test_another_field_that_was_changed_does_not_matter(
    library: Library, second: Library, read: SegmentRecord
) -> None:
    second.segments.edit(read.id, image_prompt="theirs")
    after = library.segments.edit(read.id, text_content="mine", based_on=read)
    assert (after.text_content, after.image_prompt) == ("mine", "theirs")


def test_a_move_meanwhile_does_not_matter(
    library: Library, second: Library, read: SegmentRecord
) -> None:
    second.segments.move(read.id, 4)
    after = library.segments.edit(read.id, text_content="mine", based_on=read)
    assert (after.text_content, after.sequence_index) == ("mine", 3)


def test_a_lock_and_unlock_meanwhile_do_not_matter(
    library: Library, second: Library, read: SegmentRecord
) -> None:
    second.segments.edit(read.id, is_locked=True)
    with pytest.raises(LockedError):
        library.segments.edit(read.id, text_content="mine", based_on=read)
    second.segments.edit(read.id, is_locked=False)
    assert library.segments.edit(read.id, text_content="mine", based_on=read).text_content == "mine"


def test_the_same_text_already_there_is_no_conflict(
    library: Library, second: Library, read: SegmentRecord
) -> None:
    theirs = second.segments.edit(read.id, text_content="the same")
    assert library.segments.edit(read.id, text_content="the same", based_on=read) == theirs


def test_a_change_that_was_taken_back_is_no_conflict(
    library: Library, second: Library, project: ProjectRecord, read: SegmentRecord
) -> None:
    second.segments.edit(read.id, text_content="theirs")
    second.history.undo(project.id)
    assert library.segments.edit(read.id, text_content="mine", based_on=read).text_content == "mine"


def test_without_a_record_the_edit_is_unconditional(
    library: Library, second: Library, read: SegmentRecord
) -> None:
    second.segments.edit(read.id, text_content="theirs")
    assert library.segments.edit(read.id, text_content="mine").text_content == "mine"


def test_a_save_based_on_the_save_before_passes(library: Library, read: SegmentRecord) -> None:
    for text in ("a", "ab", "abc"):
        read = library.segments.edit(read.id, text_content=text, based_on=read)
    assert read.text_content == "abc"


def test_both_texts_of_a_conflict_are_kept(
    library: Library, second: Library, project: ProjectRecord, read: SegmentRecord
) -> None:
    second.segments.edit(read.id, text_content="theirs")
    with pytest.raises(ConflictError):
        library.segments.edit(read.id, text_content="mine", based_on=read)
    library.segments.edit(read.id, text_content="mine", based_on=second.segments.get(read.id))
    library.history.undo(project.id)
    assert library.segments.get(read.id).text_content == "theirs"


def test_what_an_edit_returns_is_what_it_wrote_though_another_wrote_right_after(
    library: Library, second: Library, project: ProjectRecord, read: SegmentRecord
) -> None:
    library.on_changed = lambda _: second.segments.edit(read.id, text_content="theirs") and None
    mine = library.segments.edit(read.id, text_content="mine", based_on=read)
    library.on_changed = None
    assert mine.text_content == "mine"
    with pytest.raises(ConflictError) as caught:
        library.segments.edit(read.id, text_content="mine, longer", based_on=mine)
    assert caught.value.details["theirs"] == "theirs"


def test_an_edit_is_told_as_done_though_another_deleted_the_segment_right_after(
    library: Library, second: Library, read: SegmentRecord
) -> None:
    library.on_changed = lambda _: second.segments.delete(read.id)
    assert library.segments.edit(read.id, text_content="mine").text_content == "mine"


# -- undo and redo ----------------------------------------------------------------------------


def test_an_undo_of_what_is_not_the_newest_any_more_is_a_conflict(
    library: Library,
    second: Library,
    project: ProjectRecord,
    read: SegmentRecord,
    rows: Callable[[Library], list[Any]],
) -> None:
    library.segments.edit(read.id, text_content="mine")
    shown = library.history.next_undo(project.id)
    assert shown is not None
    second.segments.move(read.id, 3)
    before = rows(library)
    with pytest.raises(ConflictError) as caught:
        library.history.undo(project.id, expected=shown.id)
    assert caught.value.message == "Another change came meanwhile: Move segment 1 to 3"
    assert rows(library) == before
    second.history.undo(project.id)
    assert library.history.undo(project.id, expected=shown.id) == shown._replace(state="undone")


def test_a_redo_of_what_another_did_again_is_a_conflict(
    library: Library, second: Library, project: ProjectRecord, read: SegmentRecord
) -> None:
    for text in ("a", "b"):
        library.segments.edit(read.id, text_content=text)
    library.history.undo(project.id)
    library.history.undo(project.id)
    shown = library.history.next_redo(project.id)
    assert shown is not None
    second.history.redo(project.id)
    with pytest.raises(ConflictError):
        library.history.redo(project.id, expected=shown.id)
    assert library.segments.get(read.id).text_content == "a"
