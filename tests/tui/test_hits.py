"""The order and the numbers of hits."""

from __future__ import annotations

import pytest

from storyflow_tui.records import HitRecord
from storyflow_tui.tui.hits import Hit, Hits

# (sequence_index, id, narration, prompt, image), not in order
RECORDS = [HitRecord(7, 30, 0, 0, 1), HitRecord(0, 20, 2, 1, 0), HitRecord(3, 10, 1, 0, 1)]

ALL = [
    Hit(20, "text_content", 0),
    Hit(20, "text_content", 1),
    Hit(20, "image_prompt", 0),
    Hit(10, "text_content", 0),
    Hit(10, "image_file", 0),
    Hit(30, "image_file", 0),
]


def test_hits_are_in_the_order_of_the_timeline_and_of_the_texts() -> None:
    hits = Hits(RECORDS)
    assert (len(hits), hits.segments) == (6, 3)
    assert [hits[number] for number in range(len(hits))] == ALL
    assert [hits.number(hit) for hit in ALL] == [0, 1, 2, 3, 4, 5]
    with pytest.raises(IndexError):
        hits[6]


def test_what_is_no_hit_any_more_has_no_number() -> None:
    hits = Hits(RECORDS)
    assert hits.number(Hit(20, "text_content", 2)) is None
    assert hits.number(Hit(20, "image_file", 0)) is None
    assert hits.number(Hit(99, "text_content", 0)) is None


def test_hits_before_a_segment_that_has_none_are_counted() -> None:
    hits = Hits(RECORDS)
    places = [(0, 20), (1, 5), (3, 10), (3, 11), (7, 30), (8, 1)]
    assert [hits.before(*place) for place in places] == [0, 3, 3, 5, 5, 6]
    assert Hits([]).before(0, 1) == len(Hits([])) == 0
