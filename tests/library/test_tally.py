"""The counts of a project agree with its segments after every operation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from storyflow_tui.library import Library
from storyflow_tui.library.models import TALLY_COLUMNS
from storyflow_tui.library.tally import Counts, counts_of
from storyflow_tui.records import ProjectRecord, SegmentRecord
from storyflow_tui.story import Story, StorySegment


def agree(library: Library, project_id: int) -> bool:
    """Whether the project's counts are those of its segments."""
    project = library.projects.get(project_id)
    counted = Counts().plus(map(counts_of, library.segments.list(project_id)))
    told = Counts(*(getattr(project, column) for column in TALLY_COLUMNS))
    return told == pytest.approx(counted)


def test_the_counts_have_the_columns_of_their_table() -> None:
    assert Counts._fields == TALLY_COLUMNS


@pytest.mark.parametrize(
    ("text", "duration", "counts"),
    [
        ("one two  three", None, Counts(1, 0, 0, 3, 0.0, 3, 0)),
        ("one two", 2.5, Counts(1, 0, 0, 2, 2.5, 0, 0)),
        ("雨が 降る。", None, Counts(1, 0, 0, 5, 0.0, 0, 5)),
        ("雨", 1.0, Counts(1, 0, 0, 1, 1.0, 0, 0)),
    ],
)
def test_what_a_segment_counts(
    library: Library, text: str, duration: float | None, counts: Counts
) -> None:
    story = Story("T", [StorySegment(text, audio_duration=duration)])
    project = library.projects.import_story(story)
    assert counts_of(library.segments.list(project.id)[0]) == counts
    assert tuple(getattr(project, column) for column in TALLY_COLUMNS) == counts


def test_locked_and_pictured_segments_are_counted(
    library: Library, ids: Sequence[int], paint: Callable[..., Path], tmp_path: Path
) -> None:
    for key in ids[:3]:
        library.segments.edit(key, is_locked=True)
    for key in ids[3:]:
        library.segments.attach_image(key, paint(tmp_path / "a.png"))
    library.segments.edit(ids[0], is_locked=False)
    project = library.projects.list()[0]
    assert (project.segment_count, project.image_count, project.locked_count) == (5, 2, 2)


def test_the_counts_follow_every_operation(
    library: Library,
    project: ProjectRecord,
    ids: Sequence[int],
    paint: Callable[..., Path],
    tmp_path: Path,
) -> None:
    picture = paint(tmp_path / "a.png")
    story = Story("", [StorySegment("雨が降る", "p", "a.png", True, 0.1)], tmp_path)
    steps: list[Callable[[], object]] = [
        lambda: library.segments.edit(ids[0], text_content="a b c d e f"),
        lambda: library.segments.edit(ids[0], text_content="雨"),
        lambda: library.segments.edit(ids[1], is_locked=True),
        lambda: library.segments.attach_image(ids[2], picture),
        lambda: library.segments.attach_image(ids[2], picture),
        lambda: library.projects.insert(project.id, 2, story),
        lambda: library.segments.delete(ids[1]),
        lambda: library.segments.move(ids[0], 4),
        lambda: library.segments.remove_image(ids[2]),
        lambda: library.projects.delete(project.id),
        lambda: library.history.undo(),
        *[lambda: library.history.undo(project.id)] * 8,
        *[lambda: library.history.redo(project.id)] * 8,
    ]
    for step in steps:
        step()
        if library.projects.list():
            assert agree(library, project.id)


def test_every_project_has_its_own_counts(
    library: Library, sample_story: Callable[[int], Story]
) -> None:
    first = library.projects.import_story(sample_story(2))
    other = library.projects.import_story(sample_story(3))
    library.segments.delete(library.segments.ids(other.id)[0])
    assert [library.projects.get(p.id).segment_count for p in (first, other)] == [2, 2]
    assert library.projects.get(first.id) == first


def test_a_record_without_a_picture_counts_none(project: ProjectRecord, library: Library) -> None:
    segment: SegmentRecord = library.segments.list(project.id)[0]
    assert counts_of(segment._replace(image_file="")).image_count == 0
    assert counts_of(segment._replace(image_file="a.png")).image_count == 1


def test_nothing_added_changes_no_count() -> None:
    assert Counts(segment_count=2, word_count=7).plus([]) == Counts(segment_count=2, word_count=7)
