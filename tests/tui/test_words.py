from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from storyflow_tui.errors import ConflictError, LockedError, NotFoundError, StoryflowError
from storyflow_tui.tui.words import ago, file_size, length, minute, positions, refusal


@pytest.mark.parametrize(
    ("seconds", "guessed", "shown"),
    [
        (0, False, " 0:00"),
        (6.6, False, " 0:07"),
        (9.4, True, "~0:09"),
        (59.6, True, "~1:00"),
        (111, True, "~1:51"),
        (1266, True, "~21:06"),
        (3723, False, " 1:02:03"),
        (100 * 3600, True, "~100:00:00"),
    ],
)
def test_lengths(seconds: float, guessed: bool, shown: str) -> None:
    assert length(seconds, guessed) == shown


@pytest.mark.parametrize("seconds", [float("inf"), float("nan"), -1e308, 1e308])
def test_a_sum_of_lengths_that_is_no_number_is_shown_all_the_same(seconds: float) -> None:
    assert len(length(seconds, True)) < 20


@pytest.mark.parametrize(
    ("count", "shown"),
    [
        (0, "0 B"),
        (1023, "1023 B"),
        (1024, "1 KiB"),
        (455 * 1024, "455 KiB"),
        (1024 * 1024 - 1, "1.0 MiB"),
        (2_202_010, "2.1 MiB"),
        (20 * 1024 * 1024, "20.0 MiB"),
    ],
)
def test_sizes(count: int, shown: str) -> None:
    assert file_size(count) == shown


def test_brief_sizes_have_no_tenths_from_ten_on() -> None:
    assert file_size(int(31.4 * 1024 * 1024), brief=True) == "31 MiB"
    assert file_size(int(9.4 * 1024 * 1024), brief=True) == "9.4 MiB"
    assert file_size(int(9.96 * 1024 * 1024), brief=True) == "10 MiB"


NOW = datetime(2025, 11, 20, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("before", "shown"),
    [
        (timedelta(seconds=-5), "just now"),
        (timedelta(seconds=59), "just now"),
        (timedelta(minutes=5), "5 min ago"),
        (timedelta(hours=2, minutes=59), "2 h ago"),
        (timedelta(hours=20), "yesterday"),
        (timedelta(hours=35), "yesterday"),
        (timedelta(days=3), "3 d ago"),
        (timedelta(days=11), "9 Nov"),
        (timedelta(days=400), "Oct 2024"),
    ],
)
def test_times_ago(before: timedelta, shown: str) -> None:
    assert ago(NOW - before, NOW) == shown
    assert len(shown) <= 10


def test_days_are_those_of_the_reader() -> None:
    tokyo = timezone(timedelta(hours=9))
    now = datetime(2025, 11, 20, 8, 0, tzinfo=tokyo)
    assert ago(datetime(2025, 11, 19, 15, 30, tzinfo=UTC), now) == "7 h ago"
    assert ago(datetime(2025, 11, 19, 14, 30, tzinfo=UTC), now) == "yesterday"


def test_a_time_to_the_minute_is_told_in_the_zone_of_now() -> None:
    when = datetime(2024, 2, 15, 23, 5, 59, tzinfo=UTC)
    assert minute(when, datetime(2026, 1, 1, tzinfo=UTC)) == "15 Feb 2024  23:05"
    east = timezone(timedelta(hours=9))
    assert minute(when, datetime(2026, 1, 1, tzinfo=east)) == "16 Feb 2024  08:05"


@pytest.mark.parametrize(
    ("error", "shown"),
    [
        (NotFoundError("Segment 6 not found", {"segment_id": 6}), "was deleted meanwhile."),
        (
            ConflictError("Segment 6 was changed meanwhile", {"segment_id": 6}),
            "was changed meanwhile",
        ),
    ],
)
def test_a_refusal_names_no_id_of_a_segment(error: StoryflowError, shown: str) -> None:
    assert refusal(error) == f"This segment {shown}"


def test_other_refusals_say_what_they_say() -> None:
    assert refusal(NotFoundError("Project 6 not found", {"project_id": 6})) == "Project 6 not found"
    locked = LockedError("Cannot edit a locked segment. Unlock it first.", {"segment_id": 6})
    assert refusal(locked) == locked.message


@pytest.mark.parametrize(
    ("places", "words"),
    [
        ([3], "segment 3"),
        ([1, 2], "segments 1–2"),
        ([1, 2, 3, 5, 9], "segments 1–3, 5 and 9"),
        ([*range(1, 200, 2)], "segments 1, 3, 5, 7, 9, 11, 13, …"),
    ],
)
def test_positions_in_a_row_are_told_together(places: list[int], words: str) -> None:
    assert positions(places, 26) == words
