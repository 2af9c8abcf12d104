"""Text for people: safe, cut at the cell, aligned."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storyflow_tui.cli.text import (
    cell_width,
    columns,
    cut,
    file_size,
    length,
    one_line,
    safe,
    when,
)


def test_escape_sequences_become_signs() -> None:
    assert safe("a\x1b[31mred\x07") == "a␛[31mred␇"


def test_line_breaks_stay_and_a_carriage_return_alone_is_a_sign() -> None:
    assert safe("one\ntwo\r\nthree\rfour") == "one\ntwo\nthree␍four"


@pytest.mark.parametrize("character", ["\x9b", "\u202e", "\u2066"])
def test_c1_and_bidi_overrides_become_a_dot(character: str) -> None:
    assert safe(f"a{character}b") == "a·b"


def test_half_a_surrogate_becomes_the_replacement_character() -> None:
    assert safe("a\udcffb") == "a\ufffdb"


def test_words_and_joined_emoji_are_left_alone() -> None:
    text = "Straße مصباح ランプ 👩‍🚀 e\u0301"
    assert safe(text) == text


@given(st.text(alphabet=st.characters(exclude_categories=()), max_size=200))
def test_no_control_character_survives(text: str) -> None:
    assert not [c for c in safe(text) if c != "\n" and (ord(c) < 32 or 127 <= ord(c) < 160)]
    safe(text).encode()


def test_one_line_has_single_spaces() -> None:
    assert one_line(" a\n\n b\tc ") == "a b c"


def test_wide_characters_take_two_cells_and_marks_none() -> None:
    assert cell_width("ランプ") == 6
    assert cell_width("e\u0301") == 1


@given(st.text(max_size=60), st.integers(min_value=3, max_value=40))
def test_cut_never_is_wider_than_asked_for(text: str, width: int) -> None:
    text = one_line(text)
    assert cell_width(cut(text, width)) <= width
    if cell_width(text) <= width:
        assert cut(text, width) == text


def test_columns_are_aligned_and_fit_the_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    lines = columns(("ID", "TITLE"), [("7", "ランプ" * 30), ("1234", "short")], right=(0,))
    assert lines[0] == "  ID  TITLE"
    assert lines[1].startswith("   7  ランプ")
    assert lines[1].endswith("...")
    assert cell_width(lines[1]) <= 60
    assert lines[2] == "1234  short"


def test_lengths_read_as_on_the_screens() -> None:
    assert length(7.4, guessed=False) == "0:07"
    assert length(83, guessed=True) == "~1:23"
    assert length(3723, guessed=False) == "1:02:03"


def test_a_sum_of_lengths_that_is_no_number_is_shown_all_the_same() -> None:
    for seconds in (float("inf"), float("nan"), -1e308, 1e308):
        assert len(length(seconds, guessed=True)) < 20


def test_sizes_and_counts_read_as_people_say_them() -> None:
    assert file_size(1) == "1 byte"
    assert file_size(812) == "812 bytes"
    assert file_size(3482) == "3.4 KiB"
    assert file_size(20 * 1024 * 1024) == "20.0 MiB"


def test_times_are_to_the_minute() -> None:
    assert len(when(datetime(2026, 11, 23, 6, 18, 59, tzinfo=UTC))) == len("2026-11-23 06:18")
