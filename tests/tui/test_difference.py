from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from storyflow_tui.tui.difference import differences, segments_of, wrapped


def marked(text: str, other: str) -> list[str]:
    return [text[start:end] for start, end in differences(text, other)[0]]


def test_only_the_words_that_differ_are_marked() -> None:
    assert marked("the towers lit up", "the offices lit up") == ["towers"]
    assert marked("it was, and went by.", "it was.") == [", and went by"]
    assert marked("same", "same") == []


def test_scripts_without_spaces_differ_by_characters() -> None:
    assert marked("灯台守の手紙", "灯台下の手紙") == ["守"]


def test_long_texts_are_compared_by_lines_and_soon_done() -> None:
    lines = [f"line {number} of many words" for number in range(3000)]
    mine = "\n".join(lines)
    theirs = "\n".join([*lines[:1500], "another", *lines[1501:-1], "the end"])
    assert marked(mine, theirs) == [lines[1500], lines[-1]]


def test_very_long_texts_without_a_common_word_count_as_different() -> None:
    mine = " ".join(f"a{number}" for number in range(5000))
    theirs = " ".join(f"b{number}" for number in range(5000))
    assert marked(mine, theirs) == [mine]


TEXTS = st.text(alphabet="ab ,.\n\t灯台é", max_size=80)


@given(TEXTS, TEXTS)
def test_what_is_not_marked_is_the_same_in_both(mine: str, theirs: str) -> None:
    ours, others = differences(mine, theirs)

    def rest(text: str, marks: list[tuple[int, int]]) -> str:
        for start, end in reversed(marks):
            text = text[:start] + text[end:]
        return "".join(text.split())

    assert rest(mine, ours) == rest(theirs, others)


@given(TEXTS, st.integers(min_value=2, max_value=20))
def test_rows_are_within_the_width_and_lose_nothing_but_blanks(text: str, width: int) -> None:
    rows = wrapped(text, width, [(0, len(text))])
    assert all(cell_len(text[row.start : row.end]) <= width for row in rows)
    assert "".join("".join(text[row.start : row.end].split()) for row in rows) == "".join(
        text.split()
    )
    for row in rows:
        assert (
            "".join(text[start:end] for start, end, _ in segments_of(row))
            == (text[row.start : row.end])
        )
