"""What a change took away, brought back by a new change, while the old one keeps its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from storyflow_tui.errors import ConflictError, LockedError, NotFoundError, NothingToUndoError
from storyflow_tui.library import Library
from storyflow_tui.records import ProjectRecord
from storyflow_tui.story import Story, StorySegment

Paint = Callable[..., Path]
Files = Callable[[Library], dict[str, bytes]]
Rows = Callable[[Library], list[Any]]


@pytest.fixture
def pictured(
    library: Library, project: ProjectRecord, ids: Sequence[int], paint: Paint, tmp_path: Path
) -> ProjectRecord:
    """The project with pictures for its first two segments."""
    library.segments.attach_image(ids[0], paint(tmp_path / "a.png"))
    library.segments.attach_image(ids[1], paint(tmp_path / "b.png", "red"))
    return project


def live(files: dict[str, bytes]) -> dict[str, bytes]:
    return {path: data for path, data in files.items() if path.startswith("projects/")}


def newest(library: Library, project_id: int | None) -> int:
    return library.history.list(project_id)[0].id


def undo_all(library: Library, project_id: int | None) -> None:
    while library.history.next_undo(project_id):
        library.history.undo(project_id)


def redo_all(library: Library, project_id: int | None) -> None:
    while library.history.next_redo(project_id):
        library.history.redo(project_id)


def test_a_deleted_story_comes_back_after_a_restart_though_others_came_after_it(
    library: Library, pictured: ProjectRecord, rows: Rows, files: Files
) -> None:
    before, pictures = rows(library), live(files(library))
    library.projects.delete(pictured.id)
    deletion = newest(library, None)
    other = library.projects.create("Another")
    library.close()
    with Library.open(library.path) as again:
        change = again.trash.restore(deletion)
        assert change.label == "Restore “The Lamp”"
        assert (change.project_id, change.state) == (None, "done")
        assert {p.id for p in again.projects.list()} == {pictured.id, other.id}
        assert live(files(again)) == pictures
        again.projects.delete(other.id)
        assert rows(again) == before
        assert again.check() == []


def test_the_story_that_came_back_has_its_own_history_to_undo(
    library: Library, pictured: ProjectRecord, ids: Sequence[int]
) -> None:
    library.projects.delete(pictured.id)
    library.projects.create("Another")
    library.trash.restore(library.history.list(None)[1].id)
    assert library.segments.get(ids[1]).image_file
    library.history.undo(pictured.id)
    assert library.segments.get(ids[1]).image_file is None
    assert library.check() == []


def test_a_restoration_can_be_undone_and_everything_before_it_too(
    library: Library, pictured: ProjectRecord, ids: Sequence[int], rows: Rows, files: Files
) -> None:
    library.segments.delete(ids[0])
    library.segments.edit(ids[2], text_content="Other.")
    library.trash.restore(library.history.list(pictured.id)[1].id)
    end = rows(library), live(files(library))
    undo_all(library, pictured.id)
    assert library.check() == []
    redo_all(library, pictured.id)
    assert (rows(library), live(files(library))) == end
    assert library.check() == []


def test_a_deleted_segment_comes_back_in_its_gap_with_its_picture(
    library: Library, pictured: ProjectRecord, ids: Sequence[int], rows: Rows, files: Files
) -> None:
    before, pictures = library.segments.list(pictured.id), live(files(library))
    library.segments.delete(ids[1])
    deletion = newest(library, pictured.id)
    library.segments.edit(ids[4], image_prompt="fog")
    change = library.trash.restore(deletion)
    assert change.label == "Restore segment 2"
    assert change.segment_ids == (ids[1],)
    assert [s for s in library.segments.list(pictured.id) if s.id != ids[4]] == [
        s for s in before if s.id != ids[4]
    ]
    assert live(files(library)) == pictures


def test_where_its_place_is_taken_the_others_make_room(
    library: Library, pictured: ProjectRecord, ids: Sequence[int]
) -> None:
    library.segments.delete(ids[1])
    deletion = newest(library, pictured.id)
    library.segments.reorder(pictured.id, library.segments.ids(pictured.id))
    library.trash.restore(deletion)
    assert library.segments.ids(pictured.id) == list(ids)
    indices = [s.sequence_index for s in library.segments.list(pictured.id)]
    assert indices == sorted(set(indices))
    assert library.check() == []


def test_a_replaced_picture_comes_back_and_the_other_goes_to_the_trash(
    library: Library,
    pictured: ProjectRecord,
    ids: Sequence[int],
    paint: Paint,
    tmp_path: Path,
    files: Files,
) -> None:
    first = library.segments.get(ids[0])
    old = files(library)[str(first.image_file)]
    library.segments.attach_image(ids[0], paint(tmp_path / "new" / "a.png", "blue"))
    replacement = newest(library, pictured.id)
    new = files(library)[str(first.image_file)]
    library.segments.edit(ids[3], text_content="Other.")
    change = library.trash.restore(replacement)
    assert change.label == "Restore the picture of segment 1"
    assert live(files(library))[str(library.segments.get(ids[0]).image_file)] == old
    assert new in files(library).values()
    assert library.check() == []
    undo_all(library, pictured.id)
    assert library.check() == []


def test_a_removed_picture_comes_back(
    library: Library, pictured: ProjectRecord, ids: Sequence[int], files: Files
) -> None:
    before = live(files(library))
    library.segments.remove_image(ids[0])
    removal = newest(library, pictured.id)
    library.segments.move(ids[0], 3)
    library.trash.restore(removal)
    assert live(files(library)) == before
    with pytest.raises(NothingToUndoError):
        library.trash.restore(removal)


def test_a_replaced_text_comes_back(
    library: Library, project: ProjectRecord, ids: Sequence[int]
) -> None:
    before = library.segments.get(ids[0]).text_content
    library.segments.edit(ids[0], text_content="Second.")
    edit = newest(library, project.id)
    library.segments.edit(ids[0], text_content="Third.")
    change = library.trash.restore(edit)
    assert change.label == "Restore narration of segment 1"
    assert library.segments.get(ids[0]).text_content == before
    library.history.undo(project.id)
    assert library.segments.get(ids[0]).text_content == "Third."


def test_of_an_undone_edit_the_text_comes_back_that_was_taken_back(
    library: Library, project: ProjectRecord, ids: Sequence[int]
) -> None:
    library.segments.edit(ids[0], text_content="Second.")
    library.history.undo(project.id)
    library.segments.edit(ids[1], text_content="Elsewhere.")
    set_aside = library.history.list(project.id)[1]
    assert set_aside.state == "set_aside"
    library.trash.restore(set_aside.id)
    assert library.segments.get(ids[0]).text_content == "Second."


def test_an_import_that_was_undone_and_set_aside_comes_back(
    library: Library, paint: Paint, tmp_path: Path, files: Files
) -> None:
    paint(tmp_path / "a.png")
    story = Story("Two", [StorySegment("One", image_file="a.png")], tmp_path)
    project = library.projects.import_story(story)
    before = live(files(library))
    library.history.undo()
    library.projects.create("Another")
    library.trash.restore(library.history.list(None)[1].id)
    assert library.segments.list(project.id)[0].text_content == "One"
    assert live(files(library)) == before
    assert library.check() == []


def test_what_is_there_already_is_a_conflict(
    library: Library, pictured: ProjectRecord, ids: Sequence[int], rows: Rows
) -> None:
    library.segments.delete(ids[0])
    deletion = newest(library, pictured.id)
    library.trash.restore(deletion)
    before, changes = rows(library), library.history.list(pictured.id)
    with pytest.raises(ConflictError, match="is in the story already"):
        library.trash.restore(deletion)
    library.projects.delete(pictured.id)
    library.trash.restore(newest(library, None))
    with pytest.raises(ConflictError, match="is in the library already"):
        library.trash.restore(library.history.list(None)[1].id)
    assert (rows(library), library.history.list(pictured.id)) == (before, changes)


def test_a_locked_segment_takes_neither_text_nor_picture(
    library: Library, pictured: ProjectRecord, ids: Sequence[int], rows: Rows
) -> None:
    library.segments.edit(ids[0], text_content="Other.")
    library.segments.remove_image(ids[0])
    library.segments.edit(ids[0], is_locked=True)
    before = rows(library)
    for change in library.history.list(pictured.id)[:2]:
        with pytest.raises(LockedError):
            library.trash.restore(change.id)
    assert rows(library) == before


def test_a_locked_segment_that_was_deleted_comes_back_locked(
    library: Library, pictured: ProjectRecord, ids: Sequence[int]
) -> None:
    library.segments.edit(ids[0], is_locked=True)
    library.segments.delete(ids[0])
    library.trash.restore(newest(library, pictured.id))
    assert library.segments.get(ids[0]).is_locked


def test_a_change_that_took_nothing_has_nothing_to_bring_back(
    library: Library, project: ProjectRecord, ids: Sequence[int]
) -> None:
    library.segments.move(ids[0], 3)
    before = library.history.list(project.id)
    with pytest.raises(NothingToUndoError, match="took nothing away"):
        library.trash.restore(newest(library, project.id))
    assert library.history.list(project.id) == before


def test_a_change_that_is_not_there_is_not_found(library: Library) -> None:
    for absent in (7, 0, -1, 2**70):
        with pytest.raises(NotFoundError, match=f"Change {absent} not found"):
            library.trash.restore(absent)


def test_a_segment_of_a_deleted_story_needs_its_story_first(
    library: Library, pictured: ProjectRecord, ids: Sequence[int]
) -> None:
    library.segments.delete(ids[0])
    deletion = newest(library, pictured.id)
    library.projects.delete(pictured.id)
    told = f"“The Lamp”, which is deleted.*trash restore {newest(library, None)}$"
    with pytest.raises(NotFoundError, match=told):
        library.trash.restore(deletion)


def test_after_the_trash_was_emptied_the_rows_come_back_without_pictures(
    library: Library, pictured: ProjectRecord, ids: Sequence[int]
) -> None:
    texts = [s.text_content for s in library.segments.list(pictured.id)]
    library.projects.delete(pictured.id)
    library.trash.empty()
    change = library.trash.restore(newest(library, None))
    assert change.label == "Restore “The Lamp” without 2 pictures"
    segments = library.segments.list(pictured.id)
    assert [s.text_content for s in segments] == texts
    assert [s.image_file for s in segments] == [None] * len(segments)
    assert library.projects.get(pictured.id).image_count == 0
    assert library.check() == []


def test_a_picture_that_the_trash_has_no_more_cannot_come_back(
    library: Library, pictured: ProjectRecord, ids: Sequence[int]
) -> None:
    library.segments.remove_image(ids[0])
    library.trash.empty()
    with pytest.raises(NothingToUndoError):
        library.trash.restore(newest(library, pictured.id))


def test_a_link_in_the_trash_is_not_followed(
    library: Library, pictured: ProjectRecord, ids: Sequence[int], tmp_path: Path
) -> None:
    library.segments.remove_image(ids[0])
    (held,) = [p for p in (library.media / ".trash").rglob("*") if p.is_file()]
    held.unlink()
    held.symlink_to(tmp_path / "b.png")
    with pytest.raises(NothingToUndoError):
        library.trash.restore(newest(library, pictured.id))


def test_what_was_brought_back_waits_in_the_trash_no_more(
    library: Library, pictured: ProjectRecord, ids: Sequence[int], files: Files
) -> None:
    library.segments.remove_image(ids[1])
    library.projects.delete(pictured.id)
    assert library.trash.size()[0] == 2
    library.trash.restore(newest(library, None))
    assert [record.files for record in library.trash.list()] == [("b.png",)]
    assert library.history.list(None)[1].files == ()
    before = live(files(library))
    assert library.trash.empty()[0] == 1
    assert live(files(library)) == before
    assert library.check() == []


@pytest.mark.parametrize("later", ["delete", "move", "insert"])
def test_of_a_story_brought_back_as_it_was_earlier_no_later_change_is_taken_back(
    library: Library,
    project: ProjectRecord,
    ids: Sequence[int],
    rows: Rows,
    later: str,
) -> None:
    library.history.undo()
    library.projects.create("Another")  # sets the undone import aside, with the story in it
    imported = library.history.list()[-1].id
    library.trash.restore(imported)
    match later:
        case "delete":
            library.segments.delete(ids[0])
        case "move":
            library.segments.move(ids[0], 3)
        case _:
            library.projects.insert(project.id, 1, Story("", [StorySegment("New")]))
    library.history.undo()
    library.projects.create("And another")
    library.trash.restore(imported)
    before = rows(library)
    with pytest.raises(ConflictError):
        library.history.undo(project.id)
    assert rows(library) == before
    assert library.check() == []
