"""Projects: created, renamed, listed, imported, and deleted with all that is in them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import peewee
import pytest

from storyflow_tui.errors import (
    InvalidStoryError,
    InvalidTitleError,
    NotFoundError,
)
from storyflow_tui.library import Library
from storyflow_tui.records import ProjectRecord
from storyflow_tui.story import Story, StorySegment

Files = Callable[[Library], dict[str, bytes]]
Rows = Callable[[Library], list[Any]]
ABSENT = [0, -1, 7, 2**63, 10**30]


@pytest.fixture
def illustrated(library: Library, paint: Callable[..., Path], tmp_path: Path) -> ProjectRecord:
    """A project of three segments, two of them with pictures."""
    paint(tmp_path / "story/images/a.png")
    paint(tmp_path / "story/images/b.webp", "red")
    return library.projects.import_story(
        Story(
            "Illustrated",
            [
                StorySegment("one", image_file="images/a.png"),
                StorySegment("two", is_locked=True, audio_duration=2.0),
                StorySegment("three", image_file="images/b.webp"),
            ],
            tmp_path / "story",
        )
    )


# -- create, rename, list, get ----------------------------------------------------------------


def test_a_project_is_created_empty_and_as_a_draft(library: Library) -> None:
    project = library.projects.create("  The Lamp\n")
    assert (project.id, project.title, project.status) == (1, "The Lamp", "DRAFT")
    assert project.created_at == project.updated_at
    assert (project.segment_count, project.duration()) == (0, 0)
    assert library.projects.get(1) == project
    assert library.projects.list() == [project]


@pytest.mark.parametrize("title", ["", " \u3000", "x" * 201, "a\nb", "a\x1bb", "a\0", "\ud800"])
def test_a_wrong_title_creates_and_renames_nothing(
    library: Library, project: ProjectRecord, title: str
) -> None:
    operations: list[Callable[[], object]] = [
        lambda: library.projects.create(title),
        lambda: library.projects.rename(project.id, title),
        lambda: library.projects.import_story(Story(title)),
    ]
    for operation in operations:
        with pytest.raises(InvalidTitleError) as caught:
            operation()
        assert caught.value.code == "invalid_title"
    assert library.projects.list() == [project]


def test_a_title_may_have_two_hundred_characters(library: Library) -> None:
    assert library.projects.create("ラ" * 200).title == "ラ" * 200


def test_a_project_is_renamed_and_back(library: Library, project: ProjectRecord) -> None:
    renamed = library.projects.rename(project.id, " Other ")
    assert renamed == project._replace(title="Other", updated_at=renamed.updated_at)
    assert renamed.updated_at > project.updated_at
    assert library.history.undo().label == "Rename “The Lamp” to “Other”"
    assert library.projects.get(project.id) == project
    library.history.redo()
    assert library.projects.get(project.id) == renamed


def test_a_new_title_that_is_the_old_is_no_change(library: Library, project: ProjectRecord) -> None:
    assert library.projects.rename(project.id, "The Lamp ") == project
    assert len(library.history.list()) == 1


def test_titles_need_not_differ(library: Library) -> None:
    assert library.projects.create("A").id != library.projects.create("A").id


def test_projects_are_listed_by_their_last_change(library: Library) -> None:
    first, other = library.projects.create("A"), library.projects.create("B")
    assert [project.id for project in library.projects.list()] == [other.id, first.id]
    library.projects.insert(first.id, 1, Story("", [StorySegment("x")]))
    assert [project.id for project in library.projects.list()] == [first.id, other.id]


@pytest.mark.parametrize("project_id", ABSENT)
def test_an_absent_project_is_not_found(library: Library, project_id: int) -> None:
    operations: list[Callable[[], object]] = [
        lambda: library.projects.get(project_id),
        lambda: library.projects.rename(project_id, "x"),
        lambda: library.projects.delete(project_id),
        lambda: library.projects.insert(project_id, 1, Story("", [StorySegment("x")])),
        lambda: library.history.list(project_id),
        lambda: library.history.undo(project_id),
        lambda: library.history.redo(project_id),
    ]
    for operation in operations:
        with pytest.raises(NotFoundError) as caught:
            operation()
        assert caught.value.message == f"Project {project_id} not found"
    assert library.history.next_undo(project_id) is None
    assert library.history.next_redo(project_id) is None


def test_a_status_from_elsewhere_is_kept(
    library: Library, project: ProjectRecord, sql: Callable[..., Any]
) -> None:
    sql(library, "UPDATE project SET status = 'PUBLISHED'")
    assert library.projects.rename(project.id, "Other").status == "PUBLISHED"
    library.projects.delete(project.id)
    library.history.undo()
    assert library.projects.get(project.id).status == "PUBLISHED"


def test_ids_are_never_used_twice(library: Library, sample_story: Callable[..., Story]) -> None:
    used_projects: set[int] = set()
    used_segments: set[int] = set()
    for _ in range(3):
        project = library.projects.import_story(sample_story(2))
        ids = set(library.segments.ids(project.id))
        assert project.id not in used_projects
        assert not ids & used_segments
        used_projects.add(project.id)
        used_segments |= ids
        library.history.undo()
        other = library.projects.import_story(sample_story(1))
        assert other.id not in used_projects
        used_projects.add(other.id)
        used_segments |= set(library.segments.ids(other.id))
        library.projects.delete(other.id)


# -- import -----------------------------------------------------------------------------------


def test_a_story_becomes_a_project(library: Library, illustrated: ProjectRecord) -> None:
    segments = library.segments.list(illustrated.id)
    assert [s.text_content for s in segments] == ["one", "two", "three"]
    assert [s.image_file for s in segments] == [
        "projects/1/images/1_a.png",
        None,
        "projects/1/images/3_b.webp",
    ]
    assert [s.is_locked for s in segments] == [False, True, False]
    assert (illustrated.segment_count, illustrated.image_count) == (3, 2)
    assert library.history.list()[0].label == "Import “Illustrated”"
    assert library.history.list(illustrated.id) == []
    assert library.check() == []


def test_an_imports_pictures_are_the_bytes_that_were_given(
    library: Library, illustrated: ProjectRecord, files: Files, tmp_path: Path
) -> None:
    assert files(library) == {
        "projects/1/images/1_a.png": (tmp_path / "story/images/a.png").read_bytes(),
        "projects/1/images/3_b.webp": (tmp_path / "story/images/b.webp").read_bytes(),
    }
    assert list((library.media / ".staging").iterdir()) == []


def test_two_segments_may_name_one_picture(
    library: Library, paint: Callable[..., Path], tmp_path: Path
) -> None:
    paint(tmp_path / "a.png")
    story = Story("T", [StorySegment(text, image_file="a.png") for text in "ab"], tmp_path)
    project = library.projects.import_story(story)
    paths = [segment.image_file for segment in library.segments.list(project.id)]
    assert paths == ["projects/1/images/1_a.png", "projects/1/images/2_a.png"]
    assert library.check() == []


def test_strays_where_an_import_puts_its_pictures_go_to_the_trash(
    library: Library, paint: Callable[..., Path], files: Files, tmp_path: Path
) -> None:
    strays = [
        paint(library.media / f"projects/1/images/{n}_a.png", colour).read_bytes()
        for n, colour in ((1, "red"), (2, "blue"))
    ]
    paint(tmp_path / "a.png")
    story = Story("T", [StorySegment(text, image_file="a.png") for text in "ab"], tmp_path)
    library.projects.import_story(story)
    assert library.check() == []
    assert set(strays) < set(files(library).values())


def bad_picture(folder: Path) -> str:
    (folder / "bad.png").write_bytes(b"no picture")
    return "bad.png"


def absent_picture(folder: Path) -> str:
    return "absent.png"


def picture_outside(folder: Path) -> str:
    return "../library/storyflow.db"


@pytest.mark.parametrize("make", [bad_picture, absent_picture, picture_outside])
@pytest.mark.parametrize("into", ["import", "insert"])
def test_a_story_with_a_bad_picture_leaves_nothing(
    library: Library,
    project: ProjectRecord,
    paint: Callable[..., Path],
    rows: Rows,
    files: Files,
    tmp_path: Path,
    make: Callable[[Path], str],
    into: str,
) -> None:
    folder = tmp_path / "story"
    paint(folder / "good.png")
    segments = [
        StorySegment("a", image_file="good.png"),
        StorySegment("b", image_file=make(folder)),
    ]
    story = Story("T", segments, folder)
    before = rows(library), library.history.list(), library.history.list(project.id)
    operations: dict[str, Callable[[], object]] = {
        "import": lambda: library.projects.import_story(story),
        "insert": lambda: library.projects.insert(project.id, 1, story),
    }
    with pytest.raises(InvalidStoryError) as caught:
        operations[into]()
    assert caught.value.message == "Story could not be read"
    assert caught.value.details["index"] == 1
    assert caught.value.details["field"] == "image_file"
    assert str(segments[1].image_file) in str(caught.value.details["why"])
    assert (rows(library), library.history.list(), library.history.list(project.id)) == before
    assert files(library) == {}
    assert list((library.media / ".staging").iterdir()) == []
    assert library.projects.create("Next").id == project.id + 1


def test_a_story_with_a_wrong_segment_leaves_nothing(library: Library) -> None:
    with pytest.raises(InvalidStoryError) as caught:
        library.projects.import_story(Story("T", [StorySegment("a"), StorySegment(" ")]))
    assert caught.value.details["index"] == 1
    assert library.projects.list() == []
    assert library.history.list() == []


def test_an_inserted_story_brings_its_pictures(
    library: Library, project: ProjectRecord, paint: Callable[..., Path], tmp_path: Path
) -> None:
    paint(tmp_path / "a.png")
    story = Story("ignored", [StorySegment("x", "p", "a.png", True, 1.5)], tmp_path)
    after = library.projects.insert(project.id, 2, story)
    new = library.segments.list(project.id)[1]
    assert (new.text_content, new.image_prompt, new.is_locked) == ("x", "p", True)
    assert new.image_file == f"projects/{project.id}/images/{new.id}_a.png"
    assert (after.segment_count, after.image_count, after.title) == (6, 1, project.title)
    assert library.history.list(project.id)[0].label == "Insert segment 2"
    library.history.undo(project.id)
    library.history.redo(project.id)
    assert library.segments.get(new.id) == new
    assert library.check() == []


def test_an_import_is_undone_and_redone(
    library: Library, illustrated: ProjectRecord, rows: Rows, files: Files
) -> None:
    before = rows(library), files(library)
    library.history.undo()
    assert library.projects.list() == []
    assert all(path.startswith(".trash/") for path in files(library))
    with pytest.raises(NotFoundError):
        library.segments.list(illustrated.id)
    library.history.redo()
    assert (rows(library), files(library)) == before


def test_redoing_an_import_brings_back_what_was_edited_in_it(
    library: Library, illustrated: ProjectRecord, rows: Rows
) -> None:
    library.segments.edit(1, text_content="edited")
    before = rows(library), library.history.list(illustrated.id)
    library.history.undo()
    library.history.redo()
    assert (rows(library), library.history.list(illustrated.id)) == before
    library.history.undo(illustrated.id)
    assert library.segments.get(1).text_content == "one"


# -- delete -----------------------------------------------------------------------------------


def test_a_project_goes_with_its_rows_and_its_folder(
    library: Library, project: ProjectRecord, illustrated: ProjectRecord, files: Files, rows: Rows
) -> None:
    kept = library.segments.list(project.id)
    library.projects.delete(illustrated.id)
    assert library.projects.list() == [project]
    assert library.segments.list(project.id) == kept
    assert {row[1] for row in rows(library)[1]} == {project.id}
    assert not (library.media / f"projects/{illustrated.id}").exists()
    assert all(path.startswith(".trash/") for path in files(library))
    assert library.check() == []


def test_a_deleted_project_comes_back_exactly(
    library: Library, illustrated: ProjectRecord, rows: Rows, files: Files
) -> None:
    stray = library.media / f"projects/{illustrated.id}/audio/stray.txt"
    stray.parent.mkdir()
    stray.write_text("stray")
    before = rows(library), files(library), library.projects.get(illustrated.id)
    library.projects.delete(illustrated.id)
    assert library.history.undo().label == "Delete “Illustrated”"
    assert (rows(library), files(library), library.projects.get(illustrated.id)) == before
    library.history.redo()
    assert library.projects.list() == []


def test_a_project_without_a_folder_is_deleted(library: Library, project: ProjectRecord) -> None:
    assert not (library.media / f"projects/{project.id}").exists()
    library.projects.delete(project.id)
    assert library.trash.list() == []
    library.history.undo()
    assert library.projects.get(project.id) == project


def test_a_project_that_was_deleted_cannot_be_deleted(
    library: Library, project: ProjectRecord
) -> None:
    library.projects.delete(project.id)
    with pytest.raises(NotFoundError):
        library.projects.delete(project.id)


def test_a_project_with_locked_segments_is_deleted(
    library: Library, project: ProjectRecord, ids: Sequence[int]
) -> None:
    library.segments.edit(ids[0], is_locked=True)
    library.projects.delete(project.id)
    assert library.projects.list() == []


def test_the_history_of_a_deleted_project_comes_back_with_it(
    library: Library, project: ProjectRecord, ids: Sequence[int]
) -> None:
    library.segments.edit(ids[0], text_content="new")
    library.projects.delete(project.id)
    with pytest.raises(NotFoundError):
        library.history.undo(project.id)
    library.history.undo()
    library.history.undo(project.id)
    assert library.segments.get(ids[0]).text_content == "Narration of segment 1."


def test_files_that_lie_elsewhere_in_the_library_come_back_too(
    library: Library,
    illustrated: ProjectRecord,
    sql: Callable[..., Any],
    paint: Callable[..., Path],
    files: Files,
) -> None:
    paint(library.media / "projects/99/images/z.png")
    sql(library, "UPDATE segment SET image_file = 'projects/99/images/z.png' WHERE id = 2")
    before = files(library)
    library.projects.delete(illustrated.id)
    assert len(library.trash.list()[0].files) == 3
    library.history.undo()
    assert files(library) == before
    assert library.check() == []


# -- size -------------------------------------------------------------------------------------


def test_lists_of_ten_thousand_build_no_model_instances(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    story = Story("Long", [StorySegment(f"n{n}") for n in range(10_000)])

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a model instance was built")

    monkeypatch.setattr(peewee.Model, "__init__", refuse)
    project = library.projects.import_story(story)
    assert len(library.segments.list(project.id)) == 10_000
    assert len(library.segments.many(library.segments.ids(project.id))) == 10_000
    assert len(library.projects.list()) == len(library.history.list()) == 1
