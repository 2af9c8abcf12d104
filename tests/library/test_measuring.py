"""Measured lengths, and how long a story is to be."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from storyflow_tui.errors import (
    ConflictError,
    InvalidLengthError,
    InvalidOrderError,
    NotFoundError,
    ReadOnlyError,
)
from storyflow_tui.library import Library, measuring
from storyflow_tui.records import Changed, ProjectRecord
from storyflow_tui.story import Story, StorySegment

Sql = Callable[..., list[tuple[Any, ...]]]


def lengths(library: Library, ids: Sequence[int]) -> list[float | None]:
    return [segment.audio_duration for segment in library.segments.many(ids)]


# -- reading them -----------------------------------------------------------------------------


def test_lengths_are_read_in_order_and_in_pieces(
    library: Library, project: ProjectRecord, ids: Sequence[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measuring, "PIECE", 2)
    library.segments.set_durations({ids[1]: 7})
    library.segments.move(ids[4], 1)
    pieces = [*library.segments.lengths(project.id, 60)]
    assert [len(piece) for piece in pieces] == [2, 2, 1]
    read = [record for piece in pieces for record in piece]
    assert [record.id for record in read] == [ids[4], *ids[:4]]
    assert [record.measured for record in read] == [None, None, 7, None, None]
    assert [record.estimated for record in read] == [4] * 5
    assert [record.seconds for record in read] == [4, 4, 7, 4, 4]


def test_the_lengths_are_those_that_the_project_sums_up(
    library: Library, project: ProjectRecord, ids: Sequence[int]
) -> None:
    library.segments.edit(ids[0], text_content="雨が降る")
    library.segments.set_durations({ids[1]: 7.5})
    read = [record for piece in library.segments.lengths(project.id) for record in piece]
    total = sum(record.seconds for record in read)
    assert total == pytest.approx(library.projects.get(project.id).duration())


def test_repeated_places_are_read_once_each(
    library: Library,
    project: ProjectRecord,
    ids: Sequence[int],
    sql: Sql,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(measuring, "PIECE", 2)
    sql(library, "UPDATE segment SET sequence_index = 3")
    read = [record.id for piece in library.segments.lengths(project.id) for record in piece]
    assert read == [*ids]


def test_lengths_of_an_absent_project_are_not_found(library: Library) -> None:
    with pytest.raises(NotFoundError):
        next(library.segments.lengths(7))


# -- lengths ----------------------------------------------------------------------------------


def test_lengths_of_many_are_one_change(
    library: Library, project: ProjectRecord, ids: Sequence[int]
) -> None:
    answer = library.segments.set_durations({ids[2]: 4.5, ids[0]: 0, ids[1]: 1 / 3})
    assert [(one.id, one.audio_duration) for one in answer] == [
        (ids[2], 4.5),
        (ids[0], 0),
        (ids[1], 1 / 3),
    ]
    assert library.projects.get(project.id).measured_seconds == pytest.approx(4.5 + 1 / 3)
    (change,) = library.history.list(project.id)
    assert change.label == "Set the lengths of 3 segments"
    library.history.undo(project.id)
    assert lengths(library, ids) == [None] * 5
    assert library.projects.get(project.id) == project
    library.history.redo(project.id)
    assert lengths(library, ids) == [0, 1 / 3, 4.5, None, None]
    assert library.check() == []


def test_one_length_is_named_by_its_place(
    library: Library, project: ProjectRecord, ids: Sequence[int]
) -> None:
    library.segments.move(ids[0], 3)
    library.segments.set_durations({ids[0]: 2})
    library.segments.set_durations({ids[0]: None})
    assert [change.label for change in library.history.list(project.id)][:2] == [
        "Clear the length of segment 3",
        "Set the length of segment 3",
    ]


def test_a_segment_whose_length_is_cleared_counts_with_its_words_again(
    library: Library, project: ProjectRecord, ids: Sequence[int]
) -> None:
    library.segments.set_durations(dict.fromkeys(ids, 1.0))
    assert not library.projects.get(project.id).is_guessed
    library.segments.set_durations(dict.fromkeys(ids))
    now = library.projects.get(project.id)
    assert now._replace(updated_at=project.updated_at) == project
    assert library.history.list(project.id)[0].label == "Clear the lengths of 5 segments"


def test_a_locked_segment_takes_a_length(library: Library, ids: Sequence[int]) -> None:
    library.segments.edit(ids[0], is_locked=True)
    assert library.segments.set_durations({ids[0]: 3})[0].audio_duration == 3
    library.history.undo(library.segments.get(ids[0]).project_id)
    assert lengths(library, ids[:1]) == [None]


def test_a_length_moves_the_time_of_the_project_and_of_no_segment(
    library: Library, project: ProjectRecord, ids: Sequence[int]
) -> None:
    before = library.segments.get(ids[0])
    (after,) = library.segments.set_durations({ids[0]: 3})
    assert after == before._replace(audio_duration=3)
    assert library.projects.get(project.id).updated_at > project.updated_at


def test_lengths_that_are_there_already_are_no_change(
    library: Library, project: ProjectRecord, ids: Sequence[int]
) -> None:
    library.segments.set_durations({ids[0]: 3})
    told: list[Changed] = []
    library.on_changed = told.append
    assert library.segments.set_durations({ids[0]: 3, ids[1]: None})[0].audio_duration == 3
    assert library.segments.set_durations({}) == []
    assert len(library.history.list(project.id)) == 1
    assert told == []


def test_only_the_segments_whose_length_differs_are_told_of(
    library: Library, ids: Sequence[int]
) -> None:
    library.segments.set_durations({ids[0]: 3})
    told: list[Changed] = []
    library.on_changed = told.append
    library.segments.set_durations({ids[0]: 3, ids[1]: 4})
    assert [one.segment_ids for one in told] == [(ids[1],)]


@pytest.mark.parametrize("length", [-1, float("nan"), float("inf"), 1e10, "3", True])
def test_a_wrong_length_among_good_ones_sets_none(
    library: Library, ids: Sequence[int], length: Any
) -> None:
    with pytest.raises(InvalidLengthError):
        library.segments.set_durations({ids[0]: 3, ids[1]: length})
    assert lengths(library, ids) == [None] * 5


def test_an_absent_segment_among_others_sets_none(library: Library, ids: Sequence[int]) -> None:
    with pytest.raises(NotFoundError, match="Segment 77 not found"):
        library.segments.set_durations({ids[0]: 3, 77: 3})
    assert lengths(library, ids) == [None] * 5


def test_thousands_of_lengths_are_set_by_a_few_statements(
    library: Library, sample_story: Callable[[int], Story], statements: list[str]
) -> None:
    project = library.projects.import_story(sample_story(1_000))
    wanted = dict.fromkeys(library.segments.ids(project.id), 2.5)
    statements.clear()
    library.segments.set_durations(wanted)
    assert sum(sent.startswith("SELECT") for sent in statements) < 40
    assert library.projects.get(project.id).measured_seconds == 2_500


def test_segments_of_two_projects_are_refused_by_their_ids(
    library: Library, ids: Sequence[int]
) -> None:
    other = library.projects.import_story(Story("Other", [StorySegment("x")]))
    (foreign,) = library.segments.ids(other.id)
    with pytest.raises(InvalidOrderError) as caught:
        library.segments.set_durations({ids[0]: 3, foreign: 3})
    assert caught.value.message == "Invalid segment IDs"
    assert caught.value.details["not_in_project"] == [foreign]
    assert lengths(library, [ids[0], foreign]) == [None, None]


def test_a_segment_deleted_meanwhile_is_not_found(
    library: Library, second: Library, ids: Sequence[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    change = library._door.change

    def late(*arguments: Any) -> Any:
        second.segments.delete(ids[0])
        return change(*arguments)

    monkeypatch.setattr(library._door, "change", late)
    with pytest.raises(NotFoundError):
        library.segments.set_durations({ids[0]: 3, ids[1]: 3})
    assert lengths(library, ids) == [None] * 4


def test_undo_of_lengths_that_another_program_set_is_a_conflict(
    library: Library, project: ProjectRecord, ids: Sequence[int], sql: Sql
) -> None:
    library.segments.set_durations({ids[0]: 3, ids[1]: 3})
    sql(library, "UPDATE segment SET audio_duration = 9 WHERE id = ?", ids[1])
    with pytest.raises(ConflictError):
        library.history.undo(project.id)
    assert lengths(library, ids[:2]) == [3, 9]


def test_a_deleted_segment_comes_back_with_its_length(
    library: Library, project: ProjectRecord, ids: Sequence[int]
) -> None:
    library.segments.set_durations({ids[0]: 3})
    library.segments.delete(ids[0])
    library.history.undo(project.id)
    assert lengths(library, ids[:1]) == [3]
    assert library.check() == []


# -- targets ----------------------------------------------------------------------------------


def test_a_target_is_set_changed_and_cleared_and_each_is_undone(
    library: Library, project: ProjectRecord
) -> None:
    seen = [library.projects.set_target(project.id, each) for each in (90, 61.5, None)]
    assert [one.target_seconds for one in seen] == [90, 61.5, None]
    assert [change.label for change in library.history.list(project.id)] == [
        "Clear the target",
        "Set the target to 1:02",
        "Set the target to 1:30",
    ]
    for expected in reversed(seen[:-1]):
        library.history.undo(project.id)
        assert library.projects.get(project.id) == expected
    library.history.undo(project.id)
    assert library.projects.get(project.id) == project
    for expected in seen:
        library.history.redo(project.id)
        assert library.projects.get(project.id) == expected
        assert library.projects.list() == [expected]


@pytest.mark.parametrize("target", [0, -1, float("nan"), float("inf"), 1e10, "3", True])
def test_what_can_be_no_target_is_refused(
    library: Library, project: ProjectRecord, target: Any
) -> None:
    with pytest.raises(InvalidLengthError) as caught:
        library.projects.set_target(project.id, target)
    assert caught.value.code == "invalid_length"
    assert library.projects.get(project.id) == project


def test_a_target_that_is_the_same_is_no_change(library: Library, project: ProjectRecord) -> None:
    library.projects.set_target(project.id, 90)
    library.projects.set_target(project.id, 90.0)
    assert len(library.history.list(project.id)) == 1


def test_an_absent_project_takes_no_target(library: Library) -> None:
    with pytest.raises(NotFoundError):
        library.projects.set_target(7, 90)


def test_a_deleted_project_comes_back_with_its_target(
    library: Library, project: ProjectRecord, sql: Sql
) -> None:
    library.projects.set_target(project.id, 90)
    library.projects.delete(project.id)
    assert sql(library, "SELECT * FROM target") == []
    library.history.undo()
    assert library.projects.get(project.id).target_seconds == 90
    library.history.redo()
    assert sql(library, "SELECT * FROM target") == []
    library.history.undo()
    assert library.history.undo(project.id).label == "Set the target to 1:30"
    assert library.projects.get(project.id) == project


def test_a_project_restored_from_the_trash_has_its_target(
    library: Library, project: ProjectRecord
) -> None:
    library.projects.set_target(project.id, 90)
    library.projects.delete(project.id)
    library.projects.create("After it")
    (deletion,) = [c for c in library.history.list() if c.label.startswith("Delete")]
    library.trash.restore(deletion.id)
    assert library.projects.get(project.id).target_seconds == 90


def test_undo_of_a_target_that_another_program_set_is_a_conflict(
    library: Library, project: ProjectRecord, sql: Sql
) -> None:
    library.projects.set_target(project.id, 90)
    sql(library, "UPDATE target SET seconds = 30")
    with pytest.raises(ConflictError):
        library.history.undo(project.id)
    assert library.projects.get(project.id).target_seconds == 30


def test_a_backup_holds_targets(library: Library, project: ProjectRecord, tmp_path: Any) -> None:
    library.projects.set_target(project.id, 90)
    Library.restore(library.backup(tmp_path / "backup.zip"), tmp_path / "restored")
    with Library.open(tmp_path / "restored") as restored:
        assert restored.projects.get(project.id).target_seconds == 90


@pytest.mark.parametrize("seconds", ["soon", b"x", -1, 1e300])
def test_check_finds_a_target_that_is_no_length(
    library: Library, project: ProjectRecord, sql: Sql, seconds: object
) -> None:
    sql(library, "INSERT INTO target VALUES (?, ?)", project.id, seconds)
    (finding,) = library.check()
    assert (finding.check, finding.subject) == ("database", f"target {project.id}")
    assert library.projects.get(project.id).target_seconds is None
    assert library.projects.set_target(project.id, 60).target_seconds == 60
    assert library.check() == []


def test_check_finds_a_target_of_nobody(library: Library, sql: Sql) -> None:
    sql(library, "INSERT INTO target VALUES (77, 5)")
    (finding,) = library.check()
    assert (finding.check, finding.subject) == ("database", "target 77")


def test_a_library_for_reading_takes_neither(
    library: Library, project: ProjectRecord, ids: Sequence[int]
) -> None:
    with Library.open(library.path, read_only=True) as reading:
        with pytest.raises(ReadOnlyError):
            reading.projects.set_target(project.id, 90)
        with pytest.raises(ReadOnlyError):
            reading.segments.set_durations({ids[0]: 3})
