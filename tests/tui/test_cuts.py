"""Where a narration may be cut: at words, at sentences, near the middle."""

from __future__ import annotations

import pytest

from storyflow_tui.tui import cuts

TEXT = "He came. She left! “Why?” he said… It rained on them."


def walked(text: str, step: object, start: int) -> list[str]:
    """What stands behind each cut, from a place on."""
    found = []
    place = step(text, start)  # type: ignore[operator]
    while place is not None:
        found.append(text[place:].split(maxsplit=1)[0])
        place = step(text, place)  # type: ignore[operator]
    return found


def test_words_are_found_in_both_directions() -> None:
    words = TEXT.split()[1:]
    assert walked(TEXT, cuts.next_word, 0) == words
    assert walked(TEXT, cuts.previous_word, len(TEXT)) == words[::-1]


def test_sentences_are_found_by_their_ends_also_behind_closing_signs() -> None:
    assert walked(TEXT, cuts.next_sentence, 0) == ["She", "“Why?”", "he", "It"]
    assert walked(TEXT, cuts.previous_sentence, len(TEXT)) == ["It", "he", "“Why?”", "She"]


def test_a_new_line_begins_a_sentence() -> None:
    assert walked("one\ntwo three\n\nfour", cuts.next_sentence, 0) == ["two", "four"]


def test_a_script_without_spaces_is_cut_between_characters_and_sentences() -> None:
    text = "雨が降る。彼は来た。"
    assert walked(text, cuts.next_sentence, 0) == ["彼は来た。"]
    assert len(walked(text, cuts.next_word, 0)) == 7
    assert cuts.next_word(text, 3) == 5


@pytest.mark.parametrize(
    ("text", "second"),
    [
        ("One. Two. Three. Four.", "Three. Four."),
        ("one two three four", "three four"),
        ("One. Two three four five six seven.", "Two three four five six seven."),
        ("One two. Three.\n\nFour five. Six seven.", "Four five. Six seven."),
        ("A.\n\nOne two three. Four five six. Seven.", "Four five six. Seven."),
        ("two words", "words"),
        ("  two words ", "words "),
        ("w" * 30_000 + " end", "end"),
    ],
)
def test_the_middle_is_a_paragraphs_or_a_sentences_or_a_words(text: str, second: str) -> None:
    cut = cuts.middle(text)
    assert cut is not None
    assert text[cut:] == second


@pytest.mark.parametrize("text", ["", " ", "word", " word\n", "w" * 30_000])
def test_a_single_word_has_no_cut(text: str) -> None:
    assert cuts.middle(text) is None
    assert cuts.next_word(text, 0) is None
    assert cuts.previous_word(text, len(text)) is None


def test_what_would_leave_a_half_blank_is_no_cut() -> None:
    assert [place for place in range(9) if cuts.fits(" ab cd  ", place)] == [2, 3, 4, 5]


def test_a_text_of_a_megabyte_is_looked_at_around_the_place_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    text = "word " * 200_000
    looked_at = []
    begins = cuts._begins_sentence

    def noted(text: str, cut: int) -> bool:
        looked_at.append(cut)
        return begins(text, cut)

    monkeypatch.setattr(cuts, "_begins_sentence", noted)
    assert cuts.middle(text) == len(text) // 2
    assert len(looked_at) < 2 * cuts.REACH
    looked_at.clear()
    assert cuts.next_sentence(text, 0) is None
    assert len(looked_at) < cuts.FARTHEST * cuts.REACH
