from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len, get_character_cell_size

from storyflow_tui.tui import text as drawn
from storyflow_tui.tui.text import REACH, cut, one_line, pad, printable, safe, width, wrap

ODD = (
    "\0\t\n\r\x1b\x07\x7f\x85\x9b\u2028\u202e\u2066\u200d\ufe0f\u0301\u05b0"
    "é漢字「」🌊👍🏽🇩🇪👨‍👩‍👧ﷺ한 a,-…"
)
anything = st.text(st.one_of(st.characters(), st.sampled_from(ODD)), max_size=200)


@given(anything)
def test_no_control_character_gets_through(text: str) -> None:
    for character in safe(text):
        assert character == "\n" or unicodedata.category(character) not in ("Cc", "Cs", "Zl", "Zp")
        assert character not in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200d\ufe0f"


@given(anything)
def test_safe_text_measures_as_the_sum_of_its_characters(text: str) -> None:
    # No sequence is left that Rich reads as one and a terminal as several, or the other way.
    line = safe(text).replace("\n", "")
    assert cell_len(line) == sum(get_character_cell_size(character) for character in line)


@given(anything)
def test_safe_is_done_once(text: str) -> None:
    assert safe(safe(text)) == safe(text)


@given(anything, st.integers(1, 60), st.integers(1, 5))
def test_wrapped_lines_fit(text: str, cells: int, lines: int) -> None:
    wrapped = wrap(text, cells, lines)
    assert len(wrapped) <= lines
    for line in wrapped:
        assert cell_len(line) <= cells
        assert "\n" not in line
        assert line == line.strip(" ") or line == "…"


@given(anything, st.integers(0, 60))
def test_a_cut_line_fits(text: str, cells: int) -> None:
    line = cut(text, cells)
    assert cell_len(line) <= cells
    assert "\n" not in line


@given(st.text(st.characters(categories=["Ll", "Lu"], codec="latin-1"), max_size=40))
def test_text_that_fits_stays_as_it_is(text: str) -> None:
    assert cut(text, 40) == text
    assert wrap(text, 40, 1) == ([text] if text else [])


@given(st.lists(st.text("abcdefg", min_size=1, max_size=8), min_size=1, max_size=30))
def test_all_words_are_there_where_there_is_room(words: list[str]) -> None:
    assert " ".join(wrap(" ".join(words), 20, 99)).split() == words


def test_signs_stand_for_what_must_not_be_sent() -> None:
    assert safe("a\x1b[31mb") == "a␛[31mb"
    assert safe("\0\x07\x7f\x9b") == "␀␇␡·"
    assert safe("a\u202eb\u2067c") == "a·b·c"
    assert safe("\ud800") == "·"
    assert safe("a\tb") == "a    b"
    assert safe("a\r\nb\rc\u2028d") == "a\nb\nc\nd"


def test_typed_lines_hold_no_signs_but_all_else() -> None:
    assert printable("a\x1b[31m\tb\n\u202ec👨‍👩‍👧") == "a[31mbc👨‍👩‍👧"


def test_sequences_are_drawn_part_by_part() -> None:
    assert safe("👨‍👩‍👧") == "👨👩👧"
    assert safe("👍🏽") == "👍"
    assert safe("☁️") == "☁"
    assert safe("🇩🇪") == "🇩🇪"
    assert safe("a\u00ad\u200b\ufeffb") == "ab"


def test_scripts_keep_their_letters_and_marks() -> None:
    for words in ("مرحبا بالعالم", "नमस्ते", "שָׁלוֹם", "e\u0301té", "ไทย", "한국어"):
        assert safe(words) == words


def test_a_vowel_sign_beside_its_letter_takes_a_cell_and_one_above_it_none() -> None:
    for words, cells in (
        ("नमस्ते", 4),
        ("कहानी", 5),
        ("தமிழ்", 4),
        ("ঢাকা", 4),
        ("ခရီး", 3),
        ("ไทยน้ำ", 5),
        ("e\u0301t\u0327", 2),
    ):
        assert width(words) == cell_len(words) == cells


def test_what_terminals_measure_by_their_age_is_a_sign() -> None:
    assert safe("a☰b㉈c") == "a·b·c"


def test_a_heap_of_marks_is_bounded() -> None:
    assert len(safe("z" + "\u0301" * 5000 + "a")) <= 10


def test_lines_break_at_words_and_end_with_a_sign() -> None:
    narration = "From the gallery he could see the whole bay at once: the last sail running home"
    assert wrap(narration, 40, 2) == [
        "From the gallery he could see the whole",
        "bay at once: the last sail running home",
    ]
    assert wrap(narration + ", the sun", 40, 2)[1] == "bay at once: the last sail running…"
    assert wrap(narration, 40, 1, "...") == ["From the gallery he could see the..."]


def test_a_cut_has_one_mark_only() -> None:
    assert wrap("He knew it. Each had another thing to say", 12, 1) == ["He knew it…"]
    assert wrap("one, two, three", 10, 1) == ["one, two…"]


def test_line_ends_become_spaces() -> None:
    assert wrap("one\n\ntwo\tthree", 40, 3) == ["one two three"]
    assert one_line("  a\n b ") == "a b"


def test_japanese_breaks_between_characters_but_not_before_closing_signs() -> None:
    lines = wrap("「灯台の光が消えた夜、海は静かだった。」", 10, 9)
    assert all(cell_len(line) <= 10 for line in lines)
    assert "".join(lines) == "「灯台の光が消えた夜、海は静かだった。」"
    assert not any(line[0] in "、。」っ" for line in lines)
    assert lines[0] == "「灯台の光"


def test_a_word_longer_than_the_line_is_broken() -> None:
    assert wrap("a" * 25, 10, 3) == ["a" * 10, "a" * 10, "a" * 5]
    assert wrap("a" * 25, 10, 2) == ["a" * 10, "a" * 9 + "…"]


def test_no_room_is_no_line() -> None:
    assert wrap("text", 0, 3) == []
    assert wrap("text", 3, 0) == []
    assert wrap("", 9, 3) == []
    assert wrap("漢", 1, 2) == ["·"]
    assert cut("text", 0) == ""
    assert cut("text", 1) == "…"


def test_pad_fills_either_side() -> None:
    assert pad("漢", 4) == "漢  "
    assert pad("漢", 4, right=True) == "  漢"
    assert width("漢a") == 3


@pytest.mark.parametrize("text", ["word " * 300_000, "x" * 1_500_000, "\x1b" * 1_500_000])
def test_a_huge_text_is_looked_at_in_part_only(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at = 0

    def counting(part: str) -> str:
        nonlocal looked_at
        looked_at += len(part)
        return safe(part)

    monkeypatch.setattr(drawn, "safe", counting)
    assert wrap(text, 40, 3)[-1].endswith("…")
    assert cut(text, 40).endswith("…")
    assert looked_at <= 2 * REACH
