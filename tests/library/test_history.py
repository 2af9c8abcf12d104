"""The lines of changes: undo, redo, what is set aside, and what another process does to them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from storyflow_tui.errors import ConflictError, NotFoundError, NothingToUndoError
from storyflow_tui.library import Library
from storyflow_tui.records import Changed, ProjectRecord, Standing
from storyflow_tui.story import Story, StorySegment

Rows = Callable[[Library], list[Any]]


def states(library: Library, project_id: int | None) -> list[str]:
    return [change.state for change in library.history.list(project_id)]


def edit(library: Library, segment_id: int, *texts: str) -> None:
    for text in texts:
        library.segments.edit(segment_id, text_content=text)


def test_a_new_project_has_no_history_of_its_own(library: Library, project: ProjectRecord) -> None:
    assert library.history.list(project.id) == []
    for replay in (library.history.undo, library.history.redo):
        with pytest.raises(NothingToUndoError) as caught:
            replay(project.id)
        assert caught.value.code == "nothing_to_undo"


def test_an_empty_library_has_nothing_to_undo_or_redo(library: Library) -> None:
    with pytest.raises(NothingToUndoError, match="Nothing to undo"):
        library.history.undo()
    with pytest.raises(NothingToUndoError, match="Nothing to redo"):
        library.history.redo()


def test_changes_are_listed_newest_first_with_their_labels(
    library: Library, project: ProjectRecord, ids: Sequence[int]
) -> None:
    edit(library, ids[0], "a")
    library.segments.edit(ids[1], image_prompt="p")
    library.segments.move(ids[0], 3)
    library.segments.delete(ids[4])
    library.segments.reorder(project.id, library.segments.ids(project.id)[::-1])
    assert [change.label for change in library.history.list(project.id)] == [
        "Reorder the segments",
        "Delete segment 5",
        "Move segment 1 to 3",
        "Edit prompt of segment 2",
        "Edit narration of segment 1",
    ]


def test_a_change_names_the_segments_that_it_touched(
    library: Library, project: ProjectRecord, ids: Sequence[int]
) -> None:
    edit(library, ids[1], "a")
    library.segments.move(ids[0], 5)
    moved, edited = library.history.list(project.id)
    assert edited.segment_ids == (ids[1],)
    assert moved.segment_ids == (ids[0],)
    assert library.history.undo(project.id).segment_ids == (ids[0],)


def test_the_project_list_has_a_line_of_its_own(
    library: Library, project: ProjectRecord, ids: Sequence[int]
) -> None:
    edit(library, ids[0], "a")
    library.projects.rename(project.id, "Other")
    other = library.projects.create("Another")
    library.projects.delete(other.id)
    assert [change.label for change in library.history.list()] == [
        "Delete “Another”",
        "Create “Another”",
        "Rename “The Lamp” to “Other”",
        "Import “The Lamp”",
    ]
    assert {change.project_id for change in library.history.list()} == {None}
    assert [change.project_id for change in library.history.list(project.id)] == [project.id]


def test_undo_names_the_change_that_it_takes_back(
    library: Library, project: ProjectRecord, ids: Sequence[int]
) -> None:
    edit(library, ids[0], "a", "b")
    newest = library.history.list(project.id)[0]
    assert library.history.next_undo(project.id) == newest
    assert library.history.undo(project.id) == newest._replace(state="undone")
    assert library.history.next_redo(project.id) == newest._replace(state="undone")
    assert library.history.redo(project.id) == newest


def test_undo_goes_back_one_by_one_and_redo_forward_again(
    library: Library, project: ProjectRecord, ids: Sequence[int], rows: Rows
) -> None:
    seen = [rows(library)]
    steps: list[Callable[[], object]] = [
        lambda: edit(library, ids[0], "a"),
        lambda: library.segments.move(ids[0], 4),
        lambda: library.segments.delete(ids[2]),
        lambda: library.projects.insert(project.id, 2, Story("", [StorySegment("new")])),
        lambda: library.segments.reorder(project.id, library.segments.ids(project.id)[::-1]),
        lambda: library.segments.edit(ids[1], text_content="x", image_prompt="y"),
    ]
    for step in steps:
        step()
        seen.append(rows(library))
    for _ in range(2):
        for there in seen[-2::-1]:
            library.history.undo(project.id)
            assert rows(library) == there
        with pytest.raises(NothingToUndoError):
            library.history.undo(project.id)
        for there in seen[1:]:
            library.history.redo(project.id)
            assert rows(library) == there
        with pytest.raises(NothingToUndoError):
            library.history.redo(project.id)


def test_a_new_change_sets_what_was_undone_aside(
    library: Library, project: ProjectRecord, ids: Sequence[int]
) -> None:
    edit(library, ids[0], "a", "b", "c")
    library.history.undo(project.id)
    library.history.undo(project.id)
    edit(library, ids[0], "d")
    assert states(library, project.id) == ["done", "set_aside", "set_aside", "done"]
    assert library.history.next_redo(project.id) is None
    with pytest.raises(NothingToUndoError):
        library.history.redo(project.id)
    library.history.undo(project.id)
    assert library.segments.get(ids[0]).text_content == "a"


def test_a_change_of_another_line_sets_nothing_aside(
    library: Library, project: ProjectRecord, ids: Sequence[int]
) -> None:
    edit(library, ids[0], "a")
    library.history.undo(project.id)
    library.projects.create("Another")
    library.projects.rename(project.id, "Other")
    library.history.redo(project.id)
    assert library.segments.get(ids[0]).text_content == "a"


def test_an_operation_that_alters_nothing_sets_nothing_aside(
    library: Library, project: ProjectRecord, ids: Sequence[int]
) -> None:
    edit(library, ids[0], "a")
    library.history.undo(project.id)
    edit(library, ids[0], "Narration of segment 1.")
    library.segments.move(ids[0], 1)
    assert states(library, project.id) == ["undone"]


def test_undo_refuses_another_change_than_the_one_that_was_shown(
    library: Library,
    second: Library,
    project: ProjectRecord,
    ids: Sequence[int],
    rows: Rows,
) -> None:
    edit(library, ids[0], "mine")
    shown = library.history.next_undo(project.id)
    assert shown is not None
    edit(second, ids[1], "theirs")
    before = rows(library)
    with pytest.raises(ConflictError) as caught:
        library.history.undo(project.id, shown.id)
    assert caught.value.message == ("Another change came meanwhile: Edit narration of segment 2")
    assert rows(library) == before
    assert states(library, project.id) == ["done", "done"]
    newest = library.history.next_undo(project.id)
    assert newest is not None
    library.history.undo(project.id, newest.id)
    library.history.undo(project.id, shown.id)
    assert library.segments.get(ids[0]).text_content == "Narration of segment 1."


def test_redo_refuses_another_change_than_the_one_that_was_shown(
    library: Library, second: Library, project: ProjectRecord, ids: Sequence[int]
) -> None:
    edit(library, ids[0], "a", "b")
    library.history.undo(project.id)
    shown = library.history.next_redo(project.id)
    assert shown is not None
    second.history.undo(project.id)
    with pytest.raises(ConflictError):
        library.history.redo(project.id, shown.id)
    assert library.segments.get(ids[0]).text_content == "Narration of segment 1."


def test_an_undo_that_another_process_was_quicker_with_is_a_conflict(
    library: Library, second: Library, project: ProjectRecord, ids: Sequence[int]
) -> None:
    edit(library, ids[0], "a", "b")
    shown = library.history.next_undo(project.id)
    assert shown is not None
    second.history.undo(project.id)
    with pytest.raises(ConflictError):
        library.history.undo(project.id, shown.id)
    assert library.segments.get(ids[0]).text_content == "a"


def test_the_history_lasts_over_a_restart_and_is_shared(
    library: Library, second: Library, project: ProjectRecord, ids: Sequence[int], rows: Rows
) -> None:
    before = rows(library)
    edit(library, ids[0], "a")
    assert second.history.list(project.id) == library.history.list(project.id)
    library.close()
    with Library.open(library.path) as again:
        again.history.undo(project.id)
        assert rows(again) == before
    second.history.redo(project.id)
    assert second.segments.get(ids[0]).text_content == "a"


def test_undo_restores_the_projects_time(
    library: Library, project: ProjectRecord, ids: Sequence[int]
) -> None:
    edit(library, ids[0], "a")
    edited = library.projects.get(project.id)
    library.history.undo(project.id)
    assert library.projects.get(project.id) == project
    library.history.redo(project.id)
    assert library.projects.get(project.id) == edited


def test_undo_leaves_the_projects_time_where_something_else_came_since(
    library: Library, project: ProjectRecord, ids: Sequence[int]
) -> None:
    edit(library, ids[0], "a")
    renamed = library.projects.rename(project.id, "Other")
    library.history.undo(project.id)
    assert library.projects.get(project.id).updated_at > renamed.updated_at


def test_undoing_a_rename_leaves_the_edits_since(
    library: Library, project: ProjectRecord, ids: Sequence[int]
) -> None:
    library.projects.rename(project.id, "Other")
    edit(library, ids[0], "a")
    library.history.undo()
    assert library.projects.get(project.id).title == "The Lamp"
    assert library.segments.get(ids[0]).text_content == "a"


def test_undo_does_not_write_over_what_another_program_changed(
    library: Library, project: ProjectRecord, ids: Sequence[int], sql: Callable[..., Any]
) -> None:
    edit(library, ids[0], "a")
    sql(library, "UPDATE segment SET text_content = 'foreign' WHERE id = ?", ids[0])
    with pytest.raises(ConflictError):
        library.history.undo(project.id)
    assert library.segments.get(ids[0]).text_content == "foreign"


def test_undo_of_what_the_trash_was_emptied_of_is_refused_and_says_why(
    library: Library,
    project: ProjectRecord,
    ids: Sequence[int],
    paint: Callable[..., Path],
    rows: Rows,
    tmp_path: Path,
) -> None:
    library.segments.attach_image(ids[0], paint(tmp_path / "a.png"))
    library.segments.delete(ids[0])
    library.trash.empty()
    before = rows(library)
    with pytest.raises(NothingToUndoError) as caught:
        library.history.undo(project.id)
    assert caught.value.message == "1_a.png is in the trash no more, so this cannot be undone"
    assert rows(library) == before
    assert library.pending_moves() == 0
    assert library.check() == []


def test_who_listens_hears_of_undo_what_changed(
    library: Library, project: ProjectRecord, ids: Sequence[int]
) -> None:
    edit(library, ids[1], "a")
    change_id = library.history.list(project.id)[0].id
    heard: list[Changed] = []
    library.on_changed = heard.append
    library.history.undo(project.id)
    assert heard == [
        Changed(
            project.id,
            (ids[1],),
            False,
            False,
            change_id,
            "Edit narration of segment 2",
            False,
            project.id,
            Standing(None, change_id),
        )
    ]


def test_a_long_history_is_gone_through(
    library: Library, project: ProjectRecord, ids: Sequence[int], rows: Rows
) -> None:
    before = rows(library)
    for n in range(100):
        library.segments.edit(ids[n % 5], text_content=f"text {n}")
    assert len(library.history.list(project.id)) == 100
    for _ in range(100):
        library.history.undo(project.id)
    assert rows(library) == before


def test_a_change_tells_the_files_that_it_holds_and_their_bytes(
    library: Library, project: ProjectRecord, ids: Sequence[int], paint: Callable[..., Path]
) -> None:
    given = paint(Path(library.path).parent / "lamp.png")
    library.segments.attach_image(ids[0], given)
    library.segments.remove_image(ids[0])
    removal, attachment = library.history.list(project.id)
    assert (removal.files, removal.bytes) == (("lamp.png",), given.stat().st_size)
    assert (attachment.files, attachment.bytes) == ((), 0)
    assert library.history.get(removal.id) == removal


def test_a_change_tells_the_texts_that_it_replaced(
    library: Library, project: ProjectRecord, ids: Sequence[int]
) -> None:
    before = library.segments.get(ids[0])
    library.segments.edit(ids[0], text_content="Other.", image_prompt="fog")
    (change,) = library.history.list(project.id)
    assert [*library.history.texts(change.id)] == [
        (ids[0], "text_content", before.text_content, "Other."),
        (ids[0], "image_prompt", before.image_prompt, "fog"),
    ]


def test_changes_by_id_come_in_the_order_asked_for(
    library: Library, project: ProjectRecord, ids: Sequence[int]
) -> None:
    edit(library, ids[0], "a", "b", "c")
    newest, _, oldest = library.history.ids(project.id)
    found = library.history.many([oldest, 999, newest])
    assert [change.id for change in found] == [oldest, newest]
    with pytest.raises(NotFoundError, match="Change 999 not found"):
        library.history.get(999)
    with pytest.raises(NotFoundError, match="Change 999 not found"):
        library.history.texts(999)


def test_a_change_tells_the_segments_that_it_took_away(
    library: Library, project: ProjectRecord, ids: Sequence[int]
) -> None:
    before = library.segments.get(ids[1])
    library.segments.delete(ids[1])
    deletion = library.history.ids(project.id)[0]
    assert [*library.history.segments(deletion)] == [before]
    library.history.undo(project.id)
    assert [*library.history.segments(deletion)] == []
    library.projects.delete(project.id)
    (whole, *_) = library.history.ids()
    assert [segment.id for segment in library.history.segments(whole)] == [*ids]
    with pytest.raises(NotFoundError, match="Change 999 not found"):
        library.history.segments(999)


def test_changes_can_be_told_without_a_look_at_the_trash(
    library: Library, project: ProjectRecord, ids: Sequence[int], paint: Callable[..., Path]
) -> None:
    library.segments.attach_image(ids[0], paint(Path(library.path).parent / "lamp.png"))
    library.segments.remove_image(ids[0])
    newest = library.history.ids(project.id)[:1]
    (whole,) = library.history.many(newest)
    (brief,) = library.history.many(newest, files=False)
    assert whole.files
    assert brief == whole._replace(files=(), bytes=0)
