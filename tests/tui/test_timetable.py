"""When each segment begins and how long it is."""

from __future__ import annotations

from storyflow_tui.records import LengthRecord
from storyflow_tui.tui.timetable import Timetable

STORY = Timetable(
    [LengthRecord(7, None, 4.0), LengthRecord(3, 2.5, 9.0), LengthRecord(9, None, 1.0)]
)


def test_a_segment_begins_where_the_ones_before_it_end() -> None:
    assert [STORY.start(place) for place in range(4)] == [0, 4, 6.5, 7.5]
    assert STORY.total == 7.5
    assert [STORY.seconds(place) for place in range(3)] == [4, 2.5, 1]


def test_places_are_told_by_id() -> None:
    assert [STORY.place(key) for key in (7, 3, 9, 8)] == [0, 1, 2, None]


def test_it_tells_what_is_guessed() -> None:
    assert [STORY.guesses_before(place) for place in range(4)] == [0, 1, 1, 2]
    assert (STORY.measured, STORY.is_guessed) == (1, True)
    assert not STORY.with_lengths({7: 1, 9: 1}).is_guessed


def test_other_lengths_make_another_story_of_it() -> None:
    other = STORY.with_lengths({9: 5, 1000: 5})
    assert (other.total, other.measured, len(other)) == (11.5, 2, 3)
    assert STORY.total == 7.5
    assert STORY.with_lengths({}) is STORY


def test_of_nothing_there_is_nothing() -> None:
    assert (len(Timetable()), Timetable().total, Timetable().is_guessed) == (0, 0, False)
