"""Lengths as people write and read them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storyflow_tui.errors import InvalidLengthError
from storyflow_tui.lengths import LONGEST_SECONDS, clean_length, clock, read_length


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("90", 90),
        (" 4.5 ", 4.5),
        ("0", 0),
        ("0:07", 7),
        ("1:30", 90),
        ("1:30.25", 90.25),
        ("90:00", 5400),
        ("1:02:03", 3723),
        ("5m", 300),
        ("5 min", 300),
        ("1.5 MIN", 90),
        ("90s", 90),
        ("1h30m", 5400),
        ("1 h 2 min 3 s", 3723),
        ("None", None),
    ],
)
def test_a_length_is_read_as_people_write_it(written: str, seconds: float | None) -> None:
    assert read_length(written) == seconds


@pytest.mark.parametrize(
    "written",
    ["", " ", "h", "-3", "1:2", "1:75", "1:60:00", ":30", "1:", "abc", "1e3", "nan", "٣", "1,5"],
)
def test_what_is_no_length_is_refused_with_the_ways_to_write_one(written: str) -> None:
    with pytest.raises(InvalidLengthError) as caught:
        read_length(written)
    assert caught.value.code == "invalid_length"
    assert caught.value.details["why"]


@pytest.mark.parametrize("written", ["1000000001", "9" * 39, "9" * 5000, "300000:00:00"])
def test_a_length_has_a_bound(written: str) -> None:
    with pytest.raises(InvalidLengthError):
        read_length(written)


@given(st.integers(0, int(LONGEST_SECONDS)))
def test_what_is_shown_is_read_again(seconds: int) -> None:
    assert read_length(clock(seconds)) == seconds


@pytest.mark.parametrize("length", [True, "2", float("nan"), float("inf"), -0.1, 1e10, 10**400])
def test_what_can_be_no_length_is_not_stored(length: object) -> None:
    with pytest.raises(InvalidLengthError):
        clean_length(length)
