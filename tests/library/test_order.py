"""Places in the timeline: reorder, move and step; what they permute and what they leave alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from storyflow_tui.errors import InvalidOrderError, NotFoundError
from storyflow_tui.library import Library
from storyflow_tui.records import ProjectRecord
from storyflow_tui.story import Story, StorySegment

MANY = 10_000


def indices(library: Library, project_id: int) -> dict[int, int]:
    return {segment.id: segment.sequence_index for segment in library.segments.list(project_id)}


@pytest.fixture
def gaps(library: Library, project: ProjectRecord, ids: Sequence[int]) -> dict[int, int]:
    """Six segments of which the second and fifth are gone: indices 0 2 3 5."""
    library.projects.insert(project.id, 6, Story("", [StorySegment("sixth")]))
    library.segments.delete(ids[1])
    library.segments.delete(ids[4])
    return indices(library, project.id)


# -- reorder ----------------------------------------------------------------------------------


def test_a_reorder_puts_all_segments_into_the_order_given(
    library: Library, project: ProjectRecord, ids: Sequence[int]
) -> None:
    wanted = [ids[n] for n in (3, 0, 4, 2, 1)]
    answer = library.segments.reorder(project.id, wanted)
    assert [tuple(place) for place in answer] == [(key, n) for n, key in enumerate(wanted)]
    assert library.segments.ids(project.id) == wanted


def test_a_reorder_is_dense_afterwards(
    library: Library, project: ProjectRecord, gaps: dict[int, int]
) -> None:
    assert list(gaps.values()) == [0, 2, 3, 5]
    library.segments.reorder(project.id, list(gaps)[::-1])
    assert list(indices(library, project.id).values()) == [0, 1, 2, 3]
    assert list(indices(library, project.id)) == list(gaps)[::-1]


def test_a_reorder_into_the_same_order_closes_the_gaps(
    library: Library, project: ProjectRecord, gaps: dict[int, int]
) -> None:
    library.segments.reorder(project.id, list(gaps))
    assert list(indices(library, project.id).values()) == [0, 1, 2, 3]
    library.history.undo(project.id)
    assert indices(library, project.id) == gaps


def test_a_reorder_that_alters_nothing_is_no_change(
    library: Library,
    project: ProjectRecord,
    ids: Sequence[int],
    rows: Callable[[Library], list[Any]],
) -> None:
    before = rows(library)
    library.segments.reorder(project.id, ids)
    assert rows(library) == before
    assert library.history.list(project.id) == []


def test_a_reorder_moves_no_segments_time_but_the_projects(
    library: Library, project: ProjectRecord, ids: Sequence[int]
) -> None:
    before = {segment.id: segment.updated_at for segment in library.segments.list(project.id)}
    library.segments.reorder(project.id, ids[::-1])
    after = {segment.id: segment.updated_at for segment in library.segments.list(project.id)}
    assert after == before
    assert library.projects.get(project.id).updated_at > project.updated_at


@pytest.mark.parametrize(
    ("order", "missing", "foreign", "repeated"),
    [
        ([1, 2, 3, 4], [5], [], []),
        ([1, 2, 3, 4, 5, 6], [], [6], []),
        ([1, 2, 3, 4, 99], [5], [99], []),
        ([1, 2, 3, 4, 5, 5], [], [], [5]),
        ([1, 1, 2, 3, 4], [5], [], [1]),
        ([], [1, 2, 3, 4, 5], [], []),
        ([1, 2, 3, 4, "5"], [1, 2, 3, 4, 5], ["'5'"], []),
        ([True, 2, 3, 4, 5], [1, 2, 3, 4, 5], [True], []),
        ([1.0, 2, 3, 4, 5], [1, 2, 3, 4, 5], ["1.0"], []),
        ([1, 2, 3, 4, None], [1, 2, 3, 4, 5], ["None"], []),
        ([1, 2, 3, 4, 10**30], [1, 2, 3, 4, 5], [10**30], []),
        ([1, 2, 3, 4, -5], [1, 2, 3, 4, 5], [-5], []),
    ],
)
def test_a_list_that_is_no_order_is_refused_and_told(
    library: Library,
    project: ProjectRecord,
    rows: Callable[[Library], list[Any]],
    order: list[Any],
    missing: list[int],
    foreign: list[Any],
    repeated: list[int],
) -> None:
    library.projects.import_story(Story("Another", [StorySegment("sixth")]))
    before = rows(library)
    with pytest.raises(InvalidOrderError) as caught:
        library.segments.reorder(project.id, order)
    assert caught.value.message == "Invalid segment IDs"
    assert caught.value.code == "invalid_order"
    assert caught.value.details == {
        "project_id": project.id,
        "missing": missing,
        "not_in_project": foreign,
        "repeated": repeated,
    }
    assert rows(library) == before
    assert library.history.list(project.id) == []


def test_an_empty_project_has_no_order(library: Library) -> None:
    with pytest.raises(InvalidOrderError):
        library.segments.reorder(library.projects.create("Empty").id, [])


def test_no_project_has_no_order(library: Library, ids: Sequence[int]) -> None:
    with pytest.raises(NotFoundError, match="Project 9 not found"):
        library.segments.reorder(9, ids)


def test_a_reorder_of_ten_thousand_is_one_update(
    library: Library, statements: list[str], sql: Callable[..., Any]
) -> None:
    story = Story("Long", [StorySegment(f"n{n}") for n in range(MANY)])
    project = library.projects.import_story(story)
    ids = library.segments.ids(project.id)
    statements.clear()
    library.segments.reorder(project.id, ids[::-1])
    assert len([line for line in statements if line.startswith("UPDATE segment")]) == 1
    assert len(statements) < 20
    placed = sql(library, "SELECT id FROM segment ORDER BY sequence_index")
    assert [row[0] for row in placed] == ids[::-1]


# -- move -------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("position", [1, 2, 3, 4, 5])
def test_a_segment_moves_to_a_position(
    library: Library, project: ProjectRecord, ids: Sequence[int], place: int, position: int
) -> None:
    moved = library.segments.move(ids[place - 1], position)
    wanted = list(ids)
    wanted.insert(position - 1, wanted.pop(place - 1))
    assert library.segments.ids(project.id) == wanted
    assert moved == library.segments.get(ids[place - 1])
    assert library.segments.position(moved.id) == position


def test_a_move_is_named_by_its_places(
    library: Library, project: ProjectRecord, gaps: dict[int, int]
) -> None:
    library.segments.move(list(gaps)[2], 4)
    assert library.history.list(project.id)[0].label == "Move segment 3 to 4"


def test_a_move_permutes_the_indices_in_use_between_its_places(
    library: Library, project: ProjectRecord, gaps: dict[int, int]
) -> None:
    a, b, c, d = gaps
    library.segments.move(d, 2)
    assert indices(library, project.id) == {a: 0, d: 2, b: 3, c: 5}


def test_a_move_touches_no_row_outside_its_places(
    library: Library,
    ids: Sequence[int],
    project: ProjectRecord,
    rows: Callable[[Library], list[Any]],
) -> None:
    before = {row[0]: row for row in rows(library)[1]}
    library.segments.move(ids[3], 2)
    after = {row[0]: row for row in rows(library)[1]}
    assert {key for key in after if after[key] != before[key]} == set(ids[1:4])


def test_a_move_to_its_own_place_is_no_change(
    library: Library, project: ProjectRecord, ids: Sequence[int]
) -> None:
    library.segments.move(ids[2], 3)
    assert library.history.list(project.id) == []
    assert library.projects.get(project.id) == project


@pytest.mark.parametrize("position", [0, -1, 6, 10**30, "2", None, 1.5])
def test_a_position_outside_the_timeline_is_refused(
    library: Library, project: ProjectRecord, ids: Sequence[int], position: Any
) -> None:
    with pytest.raises(InvalidOrderError) as caught:
        library.segments.move(ids[0], position)
    assert caught.value.message == "Position must be from 1 to 5"
    assert library.segments.ids(project.id) == list(ids)


@pytest.mark.parametrize(
    ("by", "position"), [(1, 4), (-1, 2), (0, 3), (99, 5), (-99, 1), (10**30, 5)]
)
def test_a_step_goes_as_far_as_the_timeline(
    library: Library, ids: Sequence[int], by: int, position: int
) -> None:
    library.segments.step(ids[2], by)
    assert library.segments.position(ids[2]) == position


def test_a_step_is_counted_from_where_the_segment_is_by_then(
    library: Library, second: Library, project: ProjectRecord, ids: Sequence[int]
) -> None:
    second.segments.move(ids[0], 4)
    library.segments.step(ids[0], 1)
    assert library.segments.position(ids[0]) == 5


def test_a_move_is_undone_and_redone_with_its_gaps(
    library: Library,
    project: ProjectRecord,
    gaps: dict[int, int],
    rows: Callable[[Library], list[Any]],
) -> None:
    before = rows(library)
    library.segments.move(next(iter(gaps)), 3)
    after = rows(library)
    library.history.undo(project.id)
    assert rows(library) == before
    library.history.redo(project.id)
    assert rows(library) == after


@pytest.mark.parametrize("given", [(0, 0, 0, 0, 0), (0, 0, 0, 3, 4), (0, 2, 2, 2, 4)])
@pytest.mark.parametrize("place", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("position", [1, 2, 3, 4, 5])
def test_a_segment_moves_among_repeated_indices_of_another_program(
    library: Library,
    project: ProjectRecord,
    ids: Sequence[int],
    sql: Callable[..., Any],
    given: Sequence[int],
    place: int,
    position: int,
) -> None:
    for key, index in zip(ids, given, strict=True):
        sql(library, "UPDATE segment SET sequence_index = ? WHERE id = ?", index, key)
    library.segments.move(ids[place - 1], position)
    wanted = list(ids)
    wanted.insert(position - 1, wanted.pop(place - 1))
    assert library.segments.ids(project.id) == wanted


# -- deletion and insertion -------------------------------------------------------------------


def test_a_deletion_leaves_its_gap(
    library: Library, project: ProjectRecord, ids: Sequence[int]
) -> None:
    before = indices(library, project.id)
    library.segments.delete(ids[2])
    del before[ids[2]]
    assert indices(library, project.id) == before


def test_a_deleted_segment_comes_back_to_its_gap(
    library: Library,
    project: ProjectRecord,
    ids: Sequence[int],
    rows: Callable[[Library], list[Any]],
) -> None:
    before = rows(library)
    library.segments.delete(ids[2])
    library.history.undo(project.id)
    assert rows(library) == before


@pytest.mark.parametrize("position", [1, 2, 3, 4, 5])
def test_an_insertion_makes_room_and_leaves_the_gaps(
    library: Library, project: ProjectRecord, gaps: dict[int, int], position: int
) -> None:
    library.projects.insert(project.id, position, Story("", [StorySegment("x"), StorySegment("y")]))
    after = indices(library, project.id)
    old = [key for key in after if key in gaps]
    assert old == list(gaps)
    assert [library.segments.get(key).text_content for key in list(after)[position - 1 :][:2]] == [
        "x",
        "y",
    ]
    assert len(set(after.values())) == 6
    for n, key in enumerate(old, 1):
        assert after[key] == gaps[key] + (2 if n >= position else 0)


def test_an_insertion_changes_nothing_else_of_the_others(
    library: Library, project: ProjectRecord
) -> None:
    before = library.segments.list(project.id)
    library.projects.insert(project.id, 2, Story("", [StorySegment("x")]))
    after = [segment for segment in library.segments.list(project.id) if segment.id <= 5]
    assert [segment._replace(sequence_index=0) for segment in after] == [
        segment._replace(sequence_index=0) for segment in before
    ]


def test_an_insertion_is_undone_and_redone(
    library: Library,
    project: ProjectRecord,
    gaps: dict[int, int],
    rows: Callable[[Library], list[Any]],
) -> None:
    before = rows(library)
    library.projects.insert(
        project.id, 2, Story("", [StorySegment("x"), StorySegment("y", is_locked=True)])
    )
    after = rows(library)
    assert library.history.list(project.id)[0].label == "Insert 2 segments at 2"
    library.history.undo(project.id)
    assert rows(library) == before
    library.history.redo(project.id)
    assert rows(library) == after


@pytest.mark.parametrize("position", [0, 7, -1, "1", None, 10**30])
def test_an_insertion_outside_the_timeline_is_refused(
    library: Library, project: ProjectRecord, ids: Sequence[int], position: Any
) -> None:
    with pytest.raises(InvalidOrderError, match="Position must be from 1 to 6"):
        library.projects.insert(project.id, position, Story("", [StorySegment("x")]))
    assert library.segments.ids(project.id) == list(ids)


def test_an_insertion_of_nothing_is_no_change(library: Library, project: ProjectRecord) -> None:
    assert library.projects.insert(project.id, 1, Story("")) == project
    assert library.history.list(project.id) == []
