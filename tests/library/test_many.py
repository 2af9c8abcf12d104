"""Many segments at once: lock, delete, move and copy, each all or nothing and one change."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from storyflow_tui.errors import ConflictError, InvalidOrderError, NotFoundError
from storyflow_tui.library import Library
from storyflow_tui.library.media import Staging
from storyflow_tui.records import Changed, ProjectRecord
from storyflow_tui.story import Story, StorySegment

Sql = Callable[..., Any]
Paint = Callable[..., Path]


@pytest.fixture
def other(library: Library, project: ProjectRecord) -> ProjectRecord:
    """Another project, of two segments."""
    return library.projects.import_story(
        Story("Fog", [StorySegment("fog 1"), StorySegment("fog 2")])
    )


def labels(library: Library, project: ProjectRecord) -> list[str]:
    return [change.label for change in library.history.list(project.id)]


def each_operation(library: Library, ids: list[int]) -> list[Callable[[], object]]:
    return [
        lambda: library.segments.lock(ids),
        lambda: library.segments.lock(ids, False),
        lambda: library.segments.delete_many(ids),
        lambda: library.segments.move_many(ids, 1),
        lambda: library.segments.copy(ids, 1),
        lambda: library.segments.attach_images([(key, "a.png") for key in ids]),
    ]


@pytest.mark.parametrize("absent", [0, -1, 99, 2**63, 10**30, True])
def test_one_that_is_not_there_refuses_all(
    library: Library, ids: Sequence[int], rows: Callable[[Library], object], absent: int
) -> None:
    before = rows(library)
    for operation in each_operation(library, [ids[1], absent]):
        with pytest.raises(NotFoundError, match=f"Segment {absent} not found"):
            operation()
    assert rows(library) == before


def test_segments_of_two_projects_are_refused(
    library: Library, ids: Sequence[int], other: ProjectRecord, rows: Callable[[Library], object]
) -> None:
    stranger = library.segments.ids(other.id)[0]
    before = rows(library)
    for operation in each_operation(library, [ids[0], stranger]):
        with pytest.raises(InvalidOrderError) as caught:
            operation()
        assert caught.value.message == "Invalid segment IDs"
        assert caught.value.details["not_in_project"] == [stranger]
    assert rows(library) == before


def test_no_ids_do_nothing(library: Library, project: ProjectRecord) -> None:
    for operation in each_operation(library, []):
        assert not operation()
    assert labels(library, project) == []


def test_many_are_locked_and_returned_in_order(
    library: Library, project: ProjectRecord, ids: Sequence[int]
) -> None:
    locked = library.segments.lock([ids[3], ids[0], ids[3]])
    assert [(segment.id, segment.is_locked) for segment in locked] == [
        (ids[0], True),
        (ids[3], True),
    ]
    assert [segment.is_locked for segment in library.segments.list(project.id)] == [
        True,
        False,
        False,
        True,
        False,
    ]
    assert library.projects.get(project.id).locked_count == 2
    library.segments.lock(ids, False)
    assert library.projects.get(project.id).locked_count == 0


def test_a_lock_of_many_is_no_undo_step_and_moves_no_time_of_a_segment(
    library: Library, project: ProjectRecord, ids: Sequence[int]
) -> None:
    before = [segment.updated_at for segment in library.segments.list(project.id)]
    library.segments.lock(ids)
    assert labels(library, project) == []
    assert [segment.updated_at for segment in library.segments.list(project.id)] == before
    assert library.projects.get(project.id).updated_at > project.updated_at


def test_locking_tells_the_screens_which_are_others_now(
    library: Library, ids: Sequence[int]
) -> None:
    library.segments.lock(ids[:1])
    heard: list[Changed] = []
    library.on_changed = heard.append
    library.segments.lock(ids[:3])
    library.segments.lock(ids[:3])
    assert [changed.segment_ids for changed in heard] == [(ids[1], ids[2])]


def test_many_are_deleted_as_one_change(
    library: Library,
    project: ProjectRecord,
    ids: Sequence[int],
    paint: Paint,
    tmp_path: Path,
    rows: Callable[[Library], Any],
    files: Callable[[Library], dict[str, bytes]],
) -> None:
    library.segments.attach_image(ids[1], paint(tmp_path / "a.png"))
    library.segments.edit(ids[1], is_locked=True)
    rows_before, files_before = rows(library), files(library)
    library.segments.delete_many([ids[3], ids[1]])
    assert library.segments.ids(project.id) == [ids[0], ids[2], ids[4]]
    assert [segment.sequence_index for segment in library.segments.list(project.id)] == [0, 2, 4]
    assert labels(library, project)[0] == "Delete 2 segments"
    assert library.trash.list()[0].files == ("a.png",)
    undone = library.history.undo(project.id)
    assert undone.segment_ids == (ids[1], ids[3])
    assert (rows(library), files(library)) == (rows_before, files_before)
    library.history.redo(project.id)
    assert library.segments.ids(project.id) == [ids[0], ids[2], ids[4]]
    assert library.check() == []


@pytest.mark.parametrize(
    ("moved", "position", "order"),
    [
        ([1, 3], 1, [1, 3, 2, 4, 5]),
        ([3, 1], 4, [2, 4, 5, 1, 3]),
        ([2, 4], 3, [1, 3, 2, 4, 5]),
        ([1, 2, 3], 3, [4, 5, 1, 2, 3]),
        ([5, 4], 2, [1, 4, 5, 2, 3]),
        ([1, 2, 3, 4, 5], 1, [1, 2, 3, 4, 5]),
    ],
)
def test_many_stand_side_by_side_at_a_position(
    library: Library, project: ProjectRecord, moved: list[int], position: int, order: list[int]
) -> None:
    library.segments.move_many(moved, position)
    assert library.segments.ids(project.id) == order


def test_moving_many_touches_no_row_outside_and_no_content(
    library: Library, project: ProjectRecord, ids: Sequence[int]
) -> None:
    library.segments.delete(ids[2])
    library.segments.lock([ids[1]])
    before = {segment.id: segment for segment in library.segments.list(project.id)}
    moved = library.segments.move_many([ids[1], ids[3]], 1)
    after = {segment.id: segment for segment in library.segments.list(project.id)}
    assert [segment.id for segment in moved] == [ids[1], ids[3]]
    assert {key: segment.sequence_index for key, segment in after.items()} == {
        ids[1]: 0,
        ids[3]: 1,
        ids[0]: 3,
        ids[4]: 4,
    }
    for key, segment in after.items():
        assert segment._replace(sequence_index=0) == before[key]._replace(sequence_index=0)
    assert labels(library, project)[0] == "Move 2 segments to 1"


def test_moving_many_is_undone_at_once(
    library: Library, project: ProjectRecord, ids: Sequence[int], rows: Callable[[Library], Any]
) -> None:
    before = rows(library)
    library.segments.move_many([ids[0], ids[4]], 3)
    undone = library.history.undo(project.id)
    assert undone.segment_ids == (ids[0], ids[4])
    assert rows(library) == before


def test_moving_many_where_they_stand_is_no_change(
    library: Library, project: ProjectRecord, ids: Sequence[int]
) -> None:
    library.segments.move_many(ids[1:3], 2)
    assert labels(library, project) == []


def test_moving_many_mends_indices_that_are_repeated(
    library: Library, project: ProjectRecord, sql: Sql
) -> None:
    sql(library, "UPDATE segment SET sequence_index = 3 WHERE id > 2")
    library.segments.move_many([1, 4], 3)
    assert library.segments.ids(project.id) == [2, 3, 1, 4, 5]
    assert [segment.sequence_index for segment in library.segments.list(project.id)] == [*range(5)]


@pytest.mark.parametrize("position", [0, -1, 5, 6, 10**30, "2", None])
def test_many_have_no_room_outside_the_timeline(
    library: Library, project: ProjectRecord, ids: Sequence[int], position: Any
) -> None:
    with pytest.raises(InvalidOrderError, match="Position must be from 1 to 4"):
        library.segments.move_many(ids[:2], position)
    assert library.segments.ids(project.id) == ids


def test_many_are_copied_into_another_project(
    library: Library, project: ProjectRecord, ids: Sequence[int], other: ProjectRecord
) -> None:
    library.segments.edit(ids[1], is_locked=True)
    library.segments.copy([ids[3], ids[1]], other.id, 2)
    copied = library.segments.list(other.id)
    assert [segment.text_content for segment in copied] == [
        "fog 1",
        "Narration of segment 2.",
        "Narration of segment 4.",
        "fog 2",
    ]
    assert [segment.sequence_index for segment in copied] == [0, 1, 2, 3]
    assert [segment.image_prompt for segment in copied[1:3]] == ["prompt 2", "prompt 4"]
    assert not any(segment.is_locked for segment in copied)
    assert copied[1].created_at > other.created_at
    assert labels(library, other)[0] == "Copy 2 segments from “The Lamp”"
    assert labels(library, project) == []
    library.history.undo(other.id)
    assert [segment.text_content for segment in library.segments.list(other.id)] == [
        "fog 1",
        "fog 2",
    ]
    assert library.check() == []


def test_a_copy_goes_to_the_end_and_may_stay_in_its_project(
    library: Library, project: ProjectRecord, ids: Sequence[int]
) -> None:
    (copy,) = library.segments.copy([ids[1]], project.id)
    assert library.segments.ids(project.id) == [*ids, copy.id]
    assert labels(library, project) == ["Copy segment 2"]


def test_a_copy_has_the_length_of_its_segment(library: Library, other: ProjectRecord) -> None:
    story = Story("Read", [StorySegment("aloud", audio_duration=2.5)])
    read = library.projects.import_story(story)
    library.segments.copy(library.segments.ids(read.id), other.id)
    assert library.segments.list(other.id)[-1].audio_duration == 2.5
    assert library.projects.get(other.id).measured_seconds == 2.5


@pytest.mark.parametrize("position", [0, 4, 10**30, "1"])
def test_a_copy_outside_the_timeline_is_refused(
    library: Library, ids: Sequence[int], other: ProjectRecord, position: Any
) -> None:
    with pytest.raises(InvalidOrderError, match="Position must be from 1 to 3"):
        library.segments.copy(ids, other.id, position)
    assert len(library.segments.ids(other.id)) == 2


def test_a_copy_into_a_project_that_is_not_there_is_refused(
    library: Library, ids: Sequence[int]
) -> None:
    with pytest.raises(NotFoundError, match="Project 9 not found"):
        library.segments.copy(ids, 9)


def test_a_copy_has_files_of_its_own(
    library: Library,
    ids: Sequence[int],
    other: ProjectRecord,
    paint: Paint,
    tmp_path: Path,
    sql: Sql,
) -> None:
    image = library.segments.attach_image(ids[0], paint(tmp_path / "a.png")).image_file
    audio = "projects/1/audio/1_voice.mp3"
    (library.media / audio).parent.mkdir()
    (library.media / audio).write_bytes(b"voice")
    sql(library, "UPDATE segment SET audio_file = ? WHERE id = ?", audio, ids[0])
    (copy,) = library.segments.copy([ids[0]], other.id)
    assert copy.image_file == f"projects/{other.id}/images/{copy.id}_a.png"
    assert copy.audio_file == f"projects/{other.id}/audio/{copy.id}_voice.mp3"
    (library.media / (image or "")).write_bytes(b"written over")
    (library.media / audio).write_bytes(b"written over")
    assert (library.media / copy.image_file).read_bytes() == (tmp_path / "a.png").read_bytes()
    assert (library.media / copy.audio_file).read_bytes() == b"voice"


@pytest.mark.parametrize("kind", ["gone", "folder", "pipe", "link"])
def test_a_copy_goes_without_a_picture_that_is_none_and_the_label_says_so(
    library: Library,
    ids: Sequence[int],
    other: ProjectRecord,
    paint: Paint,
    tmp_path: Path,
    kind: str,
) -> None:
    for key in ids[:2]:
        library.segments.attach_image(key, paint(tmp_path / "a.png"))
    file = library.media / (library.segments.get(ids[0]).image_file or "")
    file.unlink()
    match kind:
        case "folder":
            file.mkdir()
        case "pipe":
            os.mkfifo(file)
        case "link":
            file.symlink_to(tmp_path / "a.png")
    without, copy = library.segments.copy(ids[:2], other.id)
    assert without.image_file is None
    assert (library.media / (copy.image_file or "")).is_file()
    library.segments.copy(ids[:1], other.id)
    labels = [change.label.split("” ")[-1] for change in library.history.list(other.id)]
    assert labels[:2] == ["without its picture", "without 1 picture"]


def test_a_picture_that_is_replaced_while_it_is_copied_is_copied_anew(
    library: Library,
    second: Library,
    ids: Sequence[int],
    other: ProjectRecord,
    paint: Paint,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    library.segments.attach_image(ids[0], paint(tmp_path / "a.png"))
    replaced = paint(tmp_path / "new/a.png", "red")
    copying = Staging.copy

    def copy(staging: Staging, source: Path, limit: int) -> Path:
        copied = copying(staging, source, limit)
        monkeypatch.setattr(Staging, "copy", copying)
        second.segments.attach_image(ids[0], replaced)
        return copied

    monkeypatch.setattr(Staging, "copy", copy)
    (made,) = library.segments.copy([ids[0]], other.id)
    assert (library.media / (made.image_file or "")).read_bytes() == replaced.read_bytes()
    assert len(library.segments.ids(other.id)) == 3
    assert library.check() == []


def test_a_picture_that_is_replaced_between_staging_and_writing_is_a_conflict(
    library: Library,
    second: Library,
    ids: Sequence[int],
    other: ProjectRecord,
    paint: Paint,
    tmp_path: Path,
) -> None:
    library.segments.attach_image(ids[0], paint(tmp_path / "a.png"))
    with library.segments.stage_copy([ids[0]], other.id) as copy:
        second.segments.attach_image(ids[0], paint(tmp_path / "new/a.png", "red"))
        with pytest.raises(ConflictError, match="Segment 1 was changed meanwhile"):
            copy()
    assert len(library.segments.ids(other.id)) == 2
    assert library.check() == []


def test_progress_of_a_copy_is_told_and_may_end_it(
    library: Library,
    second: Library,
    ids: Sequence[int],
    other: ProjectRecord,
    paint: Paint,
    tmp_path: Path,
) -> None:
    library.segments.attach_images([(key, paint(tmp_path / "a.png")) for key in ids[:2]])
    told: list[tuple[int, int]] = []

    def tell(done: int, total: int) -> None:
        told.append((done, total))
        second.segments.edit(ids[4], text_content=f"the lock is free at {done}")

    library.segments.copy(ids[:3], other.id, progress=tell)
    assert told == [(0, 3), (1, 3), (2, 3), (3, 3)]
    assert library.segments.get(ids[4]).text_content == "the lock is free at 3"
    library.history.undo(other.id)

    def stop(done: int, total: int) -> None:
        if done == 1:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        library.segments.copy(ids[:3], other.id, progress=stop)
    assert len(library.segments.ids(other.id)) == 2
    assert list((library.media / ".staging").iterdir()) == []
    assert library.check() == []


def test_thousands_are_written_by_a_few_statements(
    library: Library, sample_story: Callable[[int], Story], statements: list[str]
) -> None:
    project = library.projects.import_story(sample_story(3_000))
    ids = library.segments.ids(project.id)
    target = library.projects.create("Copies")
    for operation in (
        lambda: library.segments.lock(ids),
        lambda: library.segments.move_many(ids[::2], 1_000),
        lambda: library.segments.copy(ids[:2], target.id),
        lambda: library.segments.delete_many(ids[1:]),
        lambda: library.history.undo(project.id),
    ):
        statements.clear()
        operation()
        # Rows that come into being are one statement to the driver, told one by one.
        assert sum(not sent.startswith("INSERT INTO segment") for sent in statements) < 40
