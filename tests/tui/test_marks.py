"""Marks: one, a range, all, and what becomes of them as segments go."""

from __future__ import annotations

from storyflow_tui.tui.marks import Marks

IDS = [11, 12, 13, 14, 15]


def test_a_mark_comes_and_goes() -> None:
    marks = Marks()
    marks.toggle(12)
    assert 12 in marks
    marks.toggle(12)
    assert len(marks) == 0


def test_a_range_goes_from_the_one_marked_last_either_way() -> None:
    marks = Marks()
    marks.toggle(14)
    marks.reach(12, IDS)
    assert marks.in_order(IDS) == [12, 13, 14]
    marks.reach(15, IDS)
    assert marks.in_order(IDS) == [12, 13, 14, 15]


def test_a_range_without_a_beginning_is_one() -> None:
    marks = Marks()
    marks.reach(13, IDS)
    assert marks.in_order(IDS) == [13]
    marks.toggle(99)
    marks.reach(15, IDS)
    assert marks.in_order(IDS) == [13, 15]


def test_all_are_marked_and_once_more_none() -> None:
    marks = Marks()
    marks.toggle(12)
    marks.all(IDS)
    assert marks.in_order(IDS) == IDS
    marks.all(IDS)
    assert len(marks) == 0


def test_all_that_are_shown_leave_other_marks() -> None:
    marks = Marks()
    marks.toggle(11)
    marks.all([12, 13])
    assert marks.in_order(IDS) == [11, 12, 13]


def test_marks_of_those_that_are_gone_fall_away() -> None:
    marks = Marks()
    marks.all(IDS)
    assert marks.keep(IDS[1:])
    assert not marks.keep(IDS)
    marks.drop([12])
    assert marks.in_order(IDS) == IDS[2:]


def test_marks_are_in_the_order_of_the_story() -> None:
    marks = Marks()
    for segment_id in (15, 11, 13):
        marks.toggle(segment_id)
    assert marks.in_order([13, 15, 12, 11]) == [13, 15, 11]
