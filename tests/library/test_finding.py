"""Finding in a project: the order of hits, filters, the next segment without an image."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from storyflow_tui.errors import NotFoundError
from storyflow_tui.library import Library
from storyflow_tui.records import Filter, HitRecord, ProjectRecord
from storyflow_tui.story import Story, StorySegment

TEXTS = [
    ("The lamp, a LAMP.", "a lamp in fog"),
    ("Nothing here.", "gulls"),
    ("Ein Licht in der Straße.", ""),
    ("He lit the lamp.", ""),
    ("100% of it_all", "o'clock, c:\\x"),
]


@pytest.fixture
def story(library: Library) -> ProjectRecord:
    segments = [StorySegment(text, prompt) for text, prompt in TEXTS]
    return library.projects.import_story(Story("Found", segments))


def hits(library: Library, project: ProjectRecord, text: str, **options: Any) -> list[HitRecord]:
    return [hit for piece in library.finding.hits(project.id, text, **options) for hit in piece]


def places(library: Library, project: ProjectRecord, text: str) -> list[int]:
    ids = library.segments.ids(project.id)
    return [ids.index(hit.id) + 1 for hit in hits(library, project, text)]


def test_hits_are_counted_by_place(library: Library, story: ProjectRecord) -> None:
    first, fourth = hits(library, story, "lamp")
    assert (first.narration, first.prompt, first.image, first.times) == (2, 1, 0, 3)
    assert (fourth.narration, fourth.prompt, fourth.times) == (1, 0, 1)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("LAMP", [1, 4]),
        ("STRASSE", [3]),
        ("straße", [3]),
        ("100%", [5]),
        ("%", [5]),
        ("t_a", [5]),
        ("o'clock", [5]),
        ("'", [5]),
        ("\\", [5]),
        ("c:\\x", [5]),
        ("c:x", []),
        ("fogg", []),
        ("h" * 60_000, []),
    ],
)
def test_what_is_looked_for_is_text_and_no_pattern(
    library: Library, story: ProjectRecord, text: str, expected: list[int]
) -> None:
    assert places(library, story, text) == expected


def test_an_image_is_found_by_its_name_and_not_by_its_path(
    library: Library, story: ProjectRecord, paint: Callable[..., Path], tmp_path: Path
) -> None:
    ids = library.segments.ids(story.id)
    library.segments.attach_image(ids[1], paint(tmp_path / "Sea at dusk.png"))
    assert places(library, story, "sea AT") == [2]
    (hit,) = hits(library, story, "dusk")
    assert (hit.narration, hit.prompt, hit.image) == (0, 0, 1)
    for part in ("projects", "images", f"{ids[1]}_"):
        assert places(library, story, part) == []


def test_hits_come_from_a_segment_on_and_then_from_the_first(
    library: Library, story: ProjectRecord
) -> None:
    ids = library.segments.ids(story.id)
    library.segments.move(ids[4], 1)
    for start, expected in ((0, [0, 3]), (1, [3, 0]), (3, [3, 0]), (4, [0, 3])):
        found = hits(library, story, "lamp", start=ids[start])
        assert [hit.id for hit in found] == [ids[place] for place in expected]


@pytest.mark.parametrize("piece", [1, 2, 3, 5, 100])
def test_the_size_of_the_pieces_makes_no_difference(
    library: Library, story: ProjectRecord, piece: int
) -> None:
    ids = library.segments.ids(story.id)
    whole = sorted(hits(library, story, "e"))
    for start in ids:
        found = hits(library, story, "e", start=start, piece=piece)
        assert sorted(found) == whole
        assert len(set(found)) == len(found)


def test_wide_gaps_between_the_indices_make_no_difference(
    library: Library, story: ProjectRecord, sql: Callable[..., Any]
) -> None:
    sql(library, "UPDATE segment SET sequence_index = sequence_index * sequence_index * 900000000")
    sql(library, "UPDATE segment SET sequence_index = -9223372036854775808 WHERE id = 1")
    sql(library, "UPDATE segment SET sequence_index = 9223372036854775807 WHERE id = 5")
    for piece in (1, 2, 100):
        pieces = list(library.finding.hits(story.id, "e", start=3, piece=piece))
        assert [hit.id for hits in pieces for hit in hits] == [3, 4, 1, 2]
        assert len(pieces) <= 2 * len(TEXTS)


def test_whoever_looks_may_stop_after_every_piece(library: Library, story: ProjectRecord) -> None:
    pieces = library.finding.hits(story.id, "fogg", piece=1)
    assert next(pieces) == []
    assert len(list(pieces)) >= len(TEXTS) - 1


def test_segments_with_the_same_index_are_each_found_once(
    library: Library, story: ProjectRecord, sql: Callable[..., Any]
) -> None:
    sql(library, "UPDATE segment SET sequence_index = 1")
    assert len(hits(library, story, "e", piece=2)) == len(set(hits(library, story, "e")))
    assert [hit.id for hit in hits(library, story, "lamp", piece=2)] == [1, 4]


def test_texts_of_other_projects_are_not_found(library: Library, story: ProjectRecord) -> None:
    other = library.projects.import_story(Story("Other", [StorySegment("A lamp elsewhere")]))
    assert len(hits(library, story, "lamp")) == 2
    assert len(hits(library, other, "lamp")) == 1


def test_a_project_that_is_not_there_is_named(library: Library) -> None:
    with pytest.raises(NotFoundError, match="Project 9 not found"):
        hits(library, ProjectRecord(9, *[None] * 11), "lamp")  # type: ignore[arg-type]
    with pytest.raises(NotFoundError):
        library.finding.select(9, Filter())


def test_filters_hold_together(
    library: Library,
    story: ProjectRecord,
    paint: Callable[..., Path],
    tmp_path: Path,
    advance: Callable[[float], None],
) -> None:
    ids = library.segments.ids(story.id)
    advance(timedelta(days=2).total_seconds())
    library.segments.attach_image(ids[0], paint(tmp_path / "a.png"))
    library.segments.edit(ids[2], text_content="Ein Licht.")
    library.segments.edit(ids[1], is_locked=True)
    library.segments.edit(ids[0], is_locked=True)

    def fitting(**wanted: Any) -> list[int]:
        found = library.finding.select(story.id, Filter(**wanted))
        assert [record.id for _, record in found] == list(
            library.finding.ids(story.id, Filter(**wanted))
        )
        assert all(ids[position - 1] == record.id for position, record in found)
        return [position for position, _ in found]

    assert fitting() == [1, 2, 3, 4, 5]
    assert fitting(without_image=True) == [2, 3, 4, 5]
    assert fitting(locked=True) == [1, 2]
    assert fitting(locked=False) == [3, 4, 5]
    assert fitting(changed_today=True) == [1, 3]
    assert fitting(changed_today=True, locked=True) == [1]
    assert fitting(without_image=True, locked=True) == [2]
    assert fitting(ids=frozenset([ids[1], ids[3]])) == [2, 4]
    assert fitting(ids=frozenset()) == []


def test_a_filter_and_a_text_hold_together(library: Library, story: ProjectRecord) -> None:
    library.segments.edit(library.segments.ids(story.id)[3], is_locked=True)
    found = library.finding.select(story.id, Filter(locked=True), "lamp")
    assert [position for position, _ in found] == [4]
    assert library.finding.select(story.id, Filter(locked=True), "gulls") == []


def test_positions_count_places_and_not_indices(library: Library, story: ProjectRecord) -> None:
    ids = library.segments.ids(story.id)
    library.segments.delete(ids[1])
    found = library.finding.select(story.id, Filter(), "lamp")
    assert [position for position, _ in found] == [1, 3]


def test_the_next_without_an_image_comes_behind_and_then_from_the_start(
    library: Library, ids: Sequence[int], paint: Callable[..., Path], tmp_path: Path
) -> None:
    path = paint(tmp_path / "a.png")
    for place in (1, 2, 4):
        library.segments.attach_image(ids[place], path)
    following = library.finding.next_without_image
    assert [following(key) for key in ids] == [ids[3], ids[3], ids[3], ids[0], ids[0]]
    assert following(ids[0], Filter(ids=frozenset(ids[:3]))) == ids[0]
    assert following(ids[0], Filter(locked=True)) is None
    for place in (0, 3):
        library.segments.attach_image(ids[place], path)
    assert following(ids[0]) is None


def test_some_segments_are_found_by_words_in_any_order(
    library: Library, story: ProjectRecord
) -> None:
    def some(words: str, limit: int = 10) -> list[str]:
        pieces = library.finding.some(story.id, words, limit)
        return [record.text_content for piece in pieces for record in piece]

    assert some("fog the") == ["The lamp, a LAMP."]
    assert some("LAM") == ["The lamp, a LAMP.", "He lit the lamp."]
    assert some("lam", 1) == ["The lamp, a LAMP."]
    assert some("lamp gulls") == []
    assert some("  ") == []
