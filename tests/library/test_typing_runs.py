"""Typing in one field is one change, until something ends the run."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from storyflow_tui.library import Library
from storyflow_tui.records import ProjectRecord


def labels(library: Library, project_id: int) -> list[str]:
    return [change.label for change in library.history.list(project_id)]


def type_in(library: Library, segment_id: int, texts: str, run: str = "run") -> None:
    for text in texts.split():
        library.segments.edit(segment_id, text_content=text, run=run)


def test_a_run_of_typing_is_one_change(
    library: Library, project: ProjectRecord, ids: Sequence[int]
) -> None:
    type_in(library, ids[0], "a ab abc")
    assert labels(library, project.id) == ["Edit narration of segment 1"]
    assert library.segments.get(ids[0]).text_content == "abc"


def test_a_run_is_undone_and_redone_whole(
    library: Library, project: ProjectRecord, ids: Sequence[int]
) -> None:
    before = library.segments.get(ids[0]), library.projects.get(project.id)
    type_in(library, ids[0], "a ab abc")
    after = library.segments.get(ids[0]), library.projects.get(project.id)
    library.history.undo(project.id)
    assert (library.segments.get(ids[0]), library.projects.get(project.id)) == before
    library.history.redo(project.id)
    assert (library.segments.get(ids[0]), library.projects.get(project.id)) == after


def test_commands_never_merge(library: Library, project: ProjectRecord, ids: Sequence[int]) -> None:
    for text in ("a", "ab"):
        library.segments.edit(ids[0], text_content=text)
    assert len(labels(library, project.id)) == 2


def test_another_run_is_another_change(
    library: Library, project: ProjectRecord, ids: Sequence[int]
) -> None:
    type_in(library, ids[0], "a ab", "first")
    type_in(library, ids[0], "abc abcd", "second")
    assert len(labels(library, project.id)) == 2
    library.history.undo(project.id)
    assert library.segments.get(ids[0]).text_content == "ab"


@pytest.mark.parametrize(("seconds", "changes"), [(29.9, 1), (30.1, 2)])
def test_half_a_minute_without_a_key_ends_a_run(
    library: Library,
    project: ProjectRecord,
    ids: Sequence[int],
    advance: Callable[[float], None],
    seconds: float,
    changes: int,
) -> None:
    type_in(library, ids[0], "a")
    advance(seconds)
    type_in(library, ids[0], "ab")
    assert len(labels(library, project.id)) == changes


def test_a_run_lasts_as_long_as_keys_come(
    library: Library, project: ProjectRecord, ids: Sequence[int], advance: Callable[[float], None]
) -> None:
    for text in ("a", "ab", "abc", "abcd"):
        type_in(library, ids[0], text)
        advance(20)
    assert len(labels(library, project.id)) == 1


def test_another_change_of_the_project_ends_a_run(
    library: Library, second: Library, project: ProjectRecord, ids: Sequence[int]
) -> None:
    type_in(library, ids[0], "a")
    second.segments.move(ids[4], 1)
    type_in(library, ids[0], "ab")
    assert labels(library, project.id) == [
        "Edit narration of segment 2",
        "Move segment 5 to 1",
        "Edit narration of segment 1",
    ]


def test_a_new_title_ends_a_run(
    library: Library, second: Library, project: ProjectRecord, ids: Sequence[int]
) -> None:
    type_in(library, ids[0], "a")
    renamed = second.projects.rename(project.id, "Other")
    type_in(library, ids[0], "ab")
    library.history.undo(project.id)
    assert library.segments.get(ids[0]).text_content == "a"
    assert library.projects.get(project.id) == renamed._replace(
        word_count=library.projects.get(project.id).word_count,
        guessed_words=library.projects.get(project.id).guessed_words,
    )


def test_a_change_of_another_project_ends_no_run(
    library: Library, project: ProjectRecord, ids: Sequence[int]
) -> None:
    type_in(library, ids[0], "a")
    library.projects.create("Another")
    type_in(library, ids[0], "ab")
    assert len(labels(library, project.id)) == 1


def test_the_other_field_is_another_change_even_with_the_same_token(
    library: Library, project: ProjectRecord, ids: Sequence[int]
) -> None:
    type_in(library, ids[0], "a")
    library.segments.edit(ids[0], image_prompt="p", run="run")
    type_in(library, ids[1], "b")
    assert len(labels(library, project.id)) == 3


def test_an_undo_ends_a_run(library: Library, project: ProjectRecord, ids: Sequence[int]) -> None:
    type_in(library, ids[0], "a ab")
    library.history.undo(project.id)
    type_in(library, ids[0], "b")
    assert [change.state for change in library.history.list(project.id)] == ["done", "set_aside"]
    library.history.undo(project.id)
    assert library.segments.get(ids[0]).text_content == "Narration of segment 1."


def test_a_run_after_undo_sets_the_undone_aside_at_its_first_key(
    library: Library, project: ProjectRecord, ids: Sequence[int]
) -> None:
    library.segments.edit(ids[1], text_content="x")
    library.history.undo(project.id)
    type_in(library, ids[0], "a ab")
    assert library.history.next_redo(project.id) is None


def test_typing_that_was_taken_back_by_hand_leaves_no_change(
    library: Library, project: ProjectRecord, ids: Sequence[int]
) -> None:
    library.segments.edit(ids[0], text_content="start")
    type_in(library, ids[0], "starts start")
    assert labels(library, project.id) == ["Edit narration of segment 1"]
    library.history.undo(project.id)
    assert library.segments.get(ids[0]).text_content == "Narration of segment 1."


def test_typing_goes_on_after_it_was_taken_back_by_hand(
    library: Library, project: ProjectRecord, ids: Sequence[int]
) -> None:
    library.segments.edit(ids[0], text_content="start")
    type_in(library, ids[0], "starts start other")
    library.history.undo(project.id)
    assert library.segments.get(ids[0]).text_content == "start"
