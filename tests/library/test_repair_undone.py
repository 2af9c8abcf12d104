"""Undo and redo of a repair: exact, or refused where something came in between."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from storyflow_tui.errors import (
    ConflictError,
    LockedError,
    NothingToUndoError,
)
from storyflow_tui.library import Library
from storyflow_tui.story import Story, StorySegment
from tests.library import damage
from tests.library.damage import Damage, bytes_anywhere, checks, image, seen, sql


def refused(library: Library, error: type[Exception], again: Callable[[], object]) -> None:
    before, kept = seen(library), bytes_anywhere(library)
    with pytest.raises(error):
        again()
    assert (seen(library), bytes_anywhere(library), library.pending_moves()) == (before, kept, 0)


def test_undo_after_another_picture_was_chosen_is_a_conflict(whole: Library) -> None:
    image(whole, 1).unlink()
    damage.has_a_stray_file(whole)
    whole.repair()
    whole.segments.attach_image(1, whole.path.with_name("pictures") / "b.png")
    refused(whole, ConflictError, whole.history.undo)


def test_undo_after_the_segment_was_deleted_is_a_conflict(whole: Library) -> None:
    image(whole, 1).unlink()
    whole.repair()
    whole.segments.delete(1)
    refused(whole, ConflictError, whole.history.undo)


def test_undo_after_the_segment_was_locked_is_refused(whole: Library) -> None:
    image(whole, 1).unlink()
    whole.repair()
    whole.segments.edit(1, is_locked=True)
    refused(whole, LockedError, whole.history.undo)


def test_undo_of_an_order_that_changed_meanwhile_is_a_conflict(whole: Library) -> None:
    damage.has_repeated_indices(whole)
    damage.has_a_stray_file(whole)
    whole.repair()
    whole.segments.move(1, 4)
    refused(whole, ConflictError, whole.history.undo)
    whole.history.undo(1)
    whole.history.undo()
    assert checks(whole) == ["order", "unnamed_file"]


def test_undo_of_a_stray_whose_name_was_taken_is_a_conflict(whole: Library) -> None:
    stray = whole.media / "projects/1/images/4_a.png"
    stray.write_bytes(b"stray")
    whole.repair()
    whole.segments.attach_image(4, whole.path.with_name("pictures") / "a.png")
    refused(whole, ConflictError, whole.history.undo)
    whole.segments.remove_image(4)
    whole.history.undo()
    assert stray.read_bytes() == b"stray"


def test_undo_where_a_link_leads_out_by_now_is_a_conflict(whole: Library) -> None:
    folder = whole.media / "projects/99"
    folder.mkdir()
    (folder / "stray").write_bytes(b"stray")
    whole.repair()
    outside = whole.path.with_name("outside")
    outside.mkdir()
    folder.rmdir()
    folder.symlink_to(outside)
    refused(whole, ConflictError, whole.history.undo)
    assert list(outside.iterdir()) == []


def test_undo_once_the_trash_was_emptied_is_refused(whole: Library) -> None:
    damage.has_everything_at_once(whole)
    whole.repair()
    whole.trash.empty()
    refused(whole, NothingToUndoError, whole.history.undo)


def test_redo_of_a_stray_that_a_segment_names_by_now_is_a_conflict(whole: Library) -> None:
    stray = whole.media / "projects/1/images/4_a.png"
    stray.write_bytes(b"stray")
    whole.repair()
    whole.history.undo()
    whole.segments.attach_image(4, whole.path.with_name("pictures") / "a.png")
    refused(whole, ConflictError, whole.history.redo)
    assert whole.check() == []


def test_redo_of_an_order_that_grew_meanwhile_is_a_conflict(whole: Library) -> None:
    sql(whole, "UPDATE segment SET sequence_index = sequence_index - 1 WHERE id IN (2, 3, 4)")
    whole.repair()
    whole.history.undo()
    whole.projects.insert(1, 5, Story("", [StorySegment("At the end.")]))
    refused(whole, ConflictError, whole.history.redo)


def a_move(library: Library) -> None:
    library.segments.move(1, 2)


def a_deletion(library: Library) -> None:
    library.segments.delete(2)


def an_insertion(library: Library) -> None:
    library.projects.insert(1, 2, Story("", [StorySegment("New.")]))


@pytest.mark.parametrize("change", [a_move, a_deletion, an_insertion])
def test_an_older_change_of_the_order_is_not_mixed_with_the_repaired_one(
    whole: Library, change: Damage
) -> None:
    change(whole)
    last = whole.segments.ids(1)[-1]
    sql(whole, "UPDATE segment SET sequence_index = -1 WHERE id = ?", last)
    damaged = seen(whole)
    whole.repair()
    refused(whole, ConflictError, lambda: whole.history.undo(1))
    whole.history.undo()
    assert seen(whole) == damaged
    whole.history.undo(1)


def test_an_older_change_of_a_text_is_undone_after_a_repair_of_the_order(whole: Library) -> None:
    whole.segments.edit(1, text_content="Changed.")
    damage.has_repeated_indices(whole)
    whole.repair()
    whole.history.undo(1)
    assert whole.segments.get(1).text_content == "Narration 0."
