"""Segments: list, retrieve, not found, and edits of each field."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from storyflow_tui.errors import InvalidTextError, NotFoundError
from storyflow_tui.library import Library
from storyflow_tui.records import Changed, ProjectRecord, Standing
from storyflow_tui.story import Story, StorySegment

ABSENT = [0, -1, 7, 2**63 - 1, 2**63, 10**30]


def test_segments_of_a_project_are_listed_in_order(
    library: Library, project: ProjectRecord
) -> None:
    listed = library.segments.list(project.id)
    assert [segment.sequence_index for segment in listed] == [0, 1, 2, 3, 4]
    assert [segment.text_content for segment in listed] == [
        f"Narration of segment {n}." for n in range(1, 6)
    ]
    assert {segment.project_id for segment in listed} == {project.id}


def test_segments_with_one_index_are_listed_by_id(
    library: Library, project: ProjectRecord, sql: Callable[..., Any]
) -> None:
    sql(library, "UPDATE segment SET sequence_index = 3")
    assert [segment.id for segment in library.segments.list(project.id)] == [1, 2, 3, 4, 5]


def test_no_project_given_lists_nothing(library: Library, project: ProjectRecord) -> None:
    assert library.segments.list() == []
    assert library.segments.list(None) == []


def test_an_empty_project_lists_nothing(library: Library) -> None:
    assert library.segments.list(library.projects.create("Empty").id) == []


def test_a_new_segment_has_the_columns_as_given(library: Library) -> None:
    story = Story("T", [StorySegment(" a ", is_locked=True, audio_duration=2.5)])
    project = library.projects.import_story(story)
    segment = library.segments.list(project.id)[0]
    assert segment[:9] == (1, project.id, 0, " a ", "", None, None, 2.5, True)
    assert segment.created_at == segment.updated_at == project.created_at


def test_a_segment_is_retrieved_by_id(library: Library, ids: Sequence[int]) -> None:
    segment = library.segments.get(ids[2])
    assert segment.id == ids[2]
    assert segment.text_content == "Narration of segment 3."
    assert segment.image_prompt == "prompt 3"
    assert segment.is_locked is False


@pytest.mark.parametrize("segment_id", ABSENT)
def test_an_absent_segment_is_not_found(library: Library, segment_id: int) -> None:
    operations: list[Callable[[], object]] = [
        lambda: library.segments.get(segment_id),
        lambda: library.segments.edit(segment_id, text_content="x"),
        lambda: library.segments.edit(segment_id, is_locked=True),
        lambda: library.segments.attach_image(segment_id, "absent.png"),
        lambda: library.segments.remove_image(segment_id),
        lambda: library.segments.delete(segment_id),
        lambda: library.segments.move(segment_id, 1),
        lambda: library.segments.step(segment_id, 1),
        lambda: library.segments.position(segment_id),
        lambda: library.segments.duplicate(segment_id),
        lambda: library.segments.split(segment_id, 1),
        lambda: library.segments.merge(segment_id),
    ]
    for operation in operations:
        with pytest.raises(NotFoundError) as caught:
            operation()
        assert caught.value.message == f"Segment {segment_id} not found"
        assert caught.value.code == "not_found"


@pytest.mark.parametrize("project_id", ABSENT)
def test_the_segments_of_an_absent_project_are_not_found(library: Library, project_id: int) -> None:
    operations: list[Callable[[], object]] = [
        lambda: library.segments.list(project_id),
        lambda: library.segments.ids(project_id),
        lambda: library.segments.first(project_id, 3),
        lambda: library.segments.last(project_id, 3),
        lambda: library.segments.reorder(project_id, [1]),
    ]
    for operation in operations:
        with pytest.raises(NotFoundError) as caught:
            operation()
        assert caught.value.message == f"Project {project_id} not found"


def test_segments_are_handed_out_by_ids_in_the_order_asked(
    library: Library, ids: Sequence[int]
) -> None:
    found = library.segments.many([ids[3], 99, ids[0], 10**30])
    assert [segment.id for segment in found] == [ids[3], ids[0]]
    assert library.segments.many([]) == []


def test_the_ends_of_a_timeline_are_handed_out_in_order(
    library: Library, project: ProjectRecord, ids: Sequence[int]
) -> None:
    assert [segment.id for segment in library.segments.first(project.id, 2)] == list(ids[:2])
    assert [segment.id for segment in library.segments.last(project.id, 2)] == list(ids[3:])
    assert [segment.id for segment in library.segments.last(project.id, 9)] == list(ids)


def test_a_position_counts_the_segments_before(library: Library, ids: Sequence[int]) -> None:
    assert [library.segments.position(key) for key in ids] == [1, 2, 3, 4, 5]
    library.segments.delete(ids[1])
    assert [library.segments.position(ids[n]) for n in (0, 2, 3, 4)] == [1, 2, 3, 4]


@pytest.mark.parametrize("field", ["text_content", "image_prompt"])
def test_one_text_is_edited_and_the_other_stays(
    library: Library, ids: Sequence[int], field: str
) -> None:
    before = library.segments.get(ids[0])
    after = library.segments.edit(ids[0], **{field: "new"})  # type: ignore[arg-type]
    assert after._asdict() == before._asdict() | {"updated_at": after.updated_at, field: "new"}
    assert after == library.segments.get(ids[0])
    assert after.updated_at > before.updated_at
    assert after.created_at == before.created_at


def test_both_texts_are_edited_at_once_as_one_change(
    library: Library, project: ProjectRecord, ids: Sequence[int]
) -> None:
    library.segments.edit(ids[1], text_content="n", image_prompt="p")
    segment = library.segments.get(ids[1])
    assert (segment.text_content, segment.image_prompt) == ("n", "p")
    assert [change.label for change in library.history.list(project.id)] == [
        "Edit narration and prompt of segment 2"
    ]


def test_a_prompt_may_be_emptied(library: Library, ids: Sequence[int]) -> None:
    assert library.segments.edit(ids[0], image_prompt="").image_prompt == ""


def test_an_edit_moves_the_time_of_its_project(
    library: Library, project: ProjectRecord, ids: Sequence[int]
) -> None:
    segment = library.segments.edit(ids[0], text_content="new")
    assert library.projects.get(project.id).updated_at == segment.updated_at > project.updated_at


def test_other_segments_are_left_alone_by_an_edit(
    library: Library, project: ProjectRecord, ids: Sequence[int]
) -> None:
    before = library.segments.list(project.id)
    library.segments.edit(ids[2], text_content="new", image_prompt="new")
    after = library.segments.list(project.id)
    assert after[:2] + after[3:] == before[:2] + before[3:]


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        ("  a\tb \n\n", "  a\tb \n\n"),
        ("a\r\nb\rc\n\r", "a\nb\nc\n\n"),
        ("\u200b", "\u200b"),
        ("ランプ ا 👩‍👩‍👧 é e\u0301", "ランプ ا 👩‍👩‍👧 é e\u0301"),
        ("\x1b[31m\x07", "\x1b[31m\x07"),
        ("x" * 1_000_000, "x" * 1_000_000),
    ],
)
def test_text_is_stored_as_given_but_for_its_line_ends(
    library: Library, ids: Sequence[int], given: str, stored: str
) -> None:
    edited = library.segments.edit(ids[0], text_content=given, image_prompt=given)
    assert edited.text_content == edited.image_prompt == stored
    assert library.segments.get(ids[0]) == edited


@pytest.mark.parametrize("text", ["", " ", "\n\t\r", "\u3000\u2003\x85\u2028\xa0"])
def test_blank_narration_is_refused(library: Library, ids: Sequence[int], text: str) -> None:
    before = library.segments.get(ids[0])
    with pytest.raises(InvalidTextError) as caught:
        library.segments.edit(ids[0], text_content=text, image_prompt="beside it")
    assert caught.value.message == "Narration text cannot be empty"
    assert caught.value.code == "invalid_text"
    assert library.segments.get(ids[0]) == before


@pytest.mark.parametrize("text", ["a\0b", "a\ud800", "\udc00a"])
@pytest.mark.parametrize("field", ["text_content", "image_prompt"])
def test_text_that_cannot_be_stored_is_refused(
    library: Library, ids: Sequence[int], field: str, text: str
) -> None:
    before = library.segments.get(ids[0])
    with pytest.raises(InvalidTextError) as caught:
        library.segments.edit(ids[0], **{field: text})  # type: ignore[arg-type]
    assert caught.value.details["field"] == field
    assert library.segments.get(ids[0]) == before


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"text_content": "Narration of segment 1."},
        {"image_prompt": "prompt 1"},
        {"is_locked": False},
        {"text_content": "Narration of segment 1.", "image_prompt": "prompt 1"},
    ],
)
def test_an_edit_that_alters_nothing_writes_nothing(
    library: Library,
    project: ProjectRecord,
    ids: Sequence[int],
    rows: Callable[[Library], list[Any]],
    values: dict[str, Any],
) -> None:
    before = rows(library)
    heard: list[Changed] = []
    library.on_changed = heard.append
    library.segments.edit(ids[0], **values)
    assert rows(library) == before
    assert library.history.list(project.id) == []
    assert heard == []


def test_only_what_differs_is_in_the_history(
    library: Library, project: ProjectRecord, ids: Sequence[int]
) -> None:
    library.segments.edit(ids[0], text_content="new", image_prompt="prompt 1")
    assert library.history.list(project.id)[0].label == "Edit narration of segment 1"


def test_an_edit_compares_in_the_update_itself(
    library: Library, ids: Sequence[int], statements: list[str]
) -> None:
    library.segments.edit(ids[0], text_content="new")
    updates = [line for line in statements if line.startswith("UPDATE segment")]
    assert len(updates) == 1
    _, _, condition = updates[0].partition(" WHERE ")
    assert "text_content IS 'Narration of segment 1.'" in condition
    assert "is_locked IS 0" in condition


def test_a_writer_waits_for_nobody_while_it_looks_at_the_text(
    library: Library, ids: Sequence[int], statements: list[str]
) -> None:
    with pytest.raises(InvalidTextError):
        library.segments.edit(ids[0], text_content=" ")
    assert not [line for line in statements if line.startswith("BEGIN")]


def test_who_listens_hears_which_card_to_redraw(
    library: Library, project: ProjectRecord, ids: Sequence[int]
) -> None:
    heard: list[Changed] = []
    library.on_changed = heard.append
    library.segments.edit(ids[2], text_content="new")
    assert heard == [
        Changed(
            project_id=project.id,
            segment_ids=(ids[2],),
            order_changed=False,
            projects_changed=False,
            change_id=library.history.list(project.id)[0].id,
            label="Edit narration of segment 3",
            pending=False,
            line=project.id,
            standing=Standing(library.history.list(project.id)[0].id, None),
        )
    ]
