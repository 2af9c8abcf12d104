"""Text in a field: held exactly, drawn safely, wrapped to the width."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from textual.document._document import Document

from storyflow_tui.tui.widgets.wrapping import Wrapped, breaks, cells, drawn, hold, release

ODD = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from("\x00\x07\t\x1b\x7f\x85\u2028\u202e\u2066\n \U0010e01b\U0010f000灯👍é"),
    )
)


@given(ODD)
def test_what_is_held_comes_back(text: str) -> None:
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    held = hold(text)
    assert release(held) == plain
    assert Document(held).text == held


@given(ODD)
def test_nothing_that_is_drawn_steers_a_terminal(text: str) -> None:
    shown = drawn(hold(text).replace("\n", " "))
    assert not any(ord(one) < 32 or 0x7F <= ord(one) < 0xA0 for one in shown)
    assert not set(shown) & set(
        "\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
    )


def test_control_characters_are_signs_of_one_cell() -> None:
    held = hold("a\x1b[31m\x07\tb")
    assert drawn(held) == "a␛[31m␇ b"
    assert [cells(one) for one in held] == [1] * len(held)


@given(ODD.map(lambda text: hold(text).replace("\n", " ")), st.integers(4, 40))
def test_parts_fit_the_width_and_join_to_the_line(line: str, width: int) -> None:
    places = [0, *breaks(line, width), len(line)]
    assert places == sorted(places)
    for start, end in pairwise(places):
        part = line[start:end]
        # The blank after the last word may hang in the column of the cursor.
        size = sum(map(cells, part.removesuffix(" ")))
        assert size <= width


def test_words_are_kept_whole_and_long_ones_cut() -> None:
    line = "one two " + "x" * 25
    places = [0, *breaks(line, 10), len(line)]
    parts = [line[start:end] for start, end in pairwise(places)]
    assert parts == ["one two ", "x" * 10, "x" * 10, "x" * 5]


@given(
    st.lists(
        st.tuples(
            st.integers(0, 6),
            st.integers(0, 12),
            st.integers(0, 6),
            st.integers(0, 12),
            st.text("ab \n灯", max_size=20),
        ),
        max_size=8,
    )
)
def test_wrapping_after_edits_is_as_wrapping_anew(
    edits: list[tuple[int, int, int, int, str]],
) -> None:
    document = Document("first line of it\nsecond\n\nfourth line here")
    wrapped = Wrapped(document)
    wrapped.wrap(8)
    for row, column, to_row, to_column, text in edits:
        last = document.line_count - 1
        row, to_row = min(row, last), min(to_row, last)
        start = (row, min(column, len(document[row])))
        end = (to_row, min(to_column, len(document[to_row])))
        top, bottom = sorted((start, end))
        result = document.replace_range(top, bottom, text)
        wrapped.wrap_range(top, bottom, result.end_location)
        anew = Wrapped(document)
        anew.wrap(8)
        assert wrapped._wrap_offsets == anew._wrap_offsets
        assert wrapped._offset_to_line_info == anew._offset_to_line_info
        assert wrapped._line_index_to_offsets == anew._line_index_to_offsets
        for line in range(document.line_count):
            for place in range(len(document[line]) + 1):
                offset = wrapped.location_to_offset((line, place))
                assert 0 <= offset.x <= 9
