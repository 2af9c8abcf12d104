from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from storyflow_tui.tui.look import ASCII_SIGNS, palette
from storyflow_tui.tui.pixels import cover
from storyflow_tui.tui.widgets.card import CardShape, CardState, body, gutter
from tests.tui.widgets.stage import photograph, segment

INK = palette("dark")
TALL = CardShape.of(68, 40, 12)
COMPACT = CardShape.of(80, 24, 12)


def texts(lines: list[list[Segment]]) -> list[str]:
    return ["".join(piece.text for piece in line) for line in lines]


def style_of(lines: list[list[Segment]], words: str) -> Style:
    for line in lines:
        for piece in line:
            if words in piece.text:
                assert piece.style is not None
                return piece.style
    raise AssertionError(f"{words} is not there")


def test_shapes_are_those_of_the_grid() -> None:
    assert (TALL.tall, TALL.lines, TALL.gutter, TALL.text_x, TALL.text_width) == (
        True,
        5,
        6,
        26,
        40,
    )
    assert (COMPACT.tall, COMPACT.lines, COMPACT.text_x, COMPACT.text_width) == (False, 4, 22, 56)
    assert CardShape.of(56, 30, 12).text_width == 32


def test_from_a_thousand_cards_on_the_number_is_wider_and_the_rest_shifts() -> None:
    shape = CardShape.of(68, 40, 1000)
    assert (shape.gutter, shape.text_x, shape.text_width) == (7, 27, 39)


def test_a_tall_card_line_by_line() -> None:
    record = segment(
        3,
        text_content="From the gallery he could see the whole bay at once: the last sail running "
        "home, the sun going down behind it like a coin into a slot",
        image_prompt="sailing boat against a setting sun, calm sea, wide shot",
    )
    lines = texts(body(record, CardState(locked=True, saving="saving"), TALL, INK))
    assert [line[20:60].rstrip() for line in lines] == [
        "From the gallery he could see the whole",
        "bay at once: the last sail running home,",
        "the sun going down behind it like a…",
        "› sailing boat against a setting sun…",
        "~0:11   locked   saving …",
    ]


def test_a_compact_card_line_by_line() -> None:
    record = segment(3, text_content="Short.", image_prompt="", audio_duration=7.0)
    lines = texts(body(record, CardState(), COMPACT, INK))
    assert [line[16:].rstrip() for line in lines] == ["Short.", "", "› no prompt", " 0:07"]


def test_the_prompt_never_moves_up() -> None:
    for words in ("One.", "word " * 12, "word " * 90):
        lines = texts(body(segment(1, text_content=words), CardState(), TALL, INK))
        assert lines[3][20:].startswith("› prompt 1")


@pytest.mark.parametrize(
    ("state", "words", "role"),
    [
        (CardState(saving="saving"), "saving …", "text"),
        (CardState(saving="not_saved"), "! not saved", "danger"),
        (CardState(saving="changed"), "! changed elsewhere", "danger"),
        (CardState(locked=True), "locked", "muted"),
    ],
)
def test_states_are_told_by_words(state: CardState, words: str, role: str) -> None:
    lines = body(segment(1), state, COMPACT, INK)
    assert style_of(lines, words) == INK.style(role)
    assert words in texts(lines)[3]


@pytest.mark.parametrize(
    ("picture", "shown", "role"),
    [
        ("none", "    no picture    ", "muted"),
        ("missing", "     ! missing    ", "warning"),
        ("broken", "     ! broken     ", "warning"),
        ("waiting", " " * 18, "text"),
    ],
)
def test_the_place_of_a_picture_says_what_is_the_matter(
    picture: str, shown: str, role: str
) -> None:
    lines = body(segment(1), CardState(picture=picture), TALL, INK)  # type: ignore[arg-type]
    assert texts(lines)[2][:18] == shown
    assert lines[2][0].style == INK.style(role, "raised")
    for line in lines:
        assert line[0].style is not None
        assert line[0].style.bgcolor == INK.style("text", "raised").bgcolor


def test_a_thumbnail_stands_in_its_place() -> None:
    strips = cover(photograph(1), *TALL.thumb)
    lines = body(segment(1), CardState(picture="ok"), TALL, INK, strips)
    for line, strip in zip(lines, strips, strict=True):
        assert line[: len(list(strip))] == list(strip)


def test_the_gutter_of_the_current_card() -> None:
    rows = gutter(3, TALL, INK, "accent", True, True)
    assert texts([list(row) for row in rows]) == ["▌■  3 ", "▌   ◘ ", *["▌     "] * 3]
    assert rows[0][0].style == INK.style("accent")
    assert rows[0][2].style == INK.style("text", bold=True)


def test_the_gutter_of_another_card() -> None:
    rows = gutter(12, COMPACT, INK, "", False, False)
    assert texts([list(row) for row in rows]) == ["   12 ", *["      "] * 3]
    assert rows[0][2].style == INK.style("muted")


def test_the_bar_without_focus_is_a_line_and_the_number_stays_bold() -> None:
    rows = gutter(3, TALL, INK, "line", False, False)
    assert rows[0][0].style == INK.style("line")
    assert rows[0][2].style == INK.style("text", bold=True)


def test_a_wide_gutter() -> None:
    rows = gutter(1234, CardShape.of(80, 24, 1500), INK, "", False, True)
    assert texts([list(row) for row in rows])[:2] == ["  1234 ", "     ◘ "]


def test_ascii_signs() -> None:
    rows = gutter(3, TALL, INK, "accent", True, True, ASCII_SIGNS)
    assert texts([list(row) for row in rows])[:2] == ["|*  3 ", "|   L "]
    lines = texts(body(segment(1), CardState(), COMPACT, INK, signs=ASCII_SIGNS))
    assert lines[1].rstrip().endswith("...")
    assert lines[2][16:].startswith("> prompt")


@settings(max_examples=60)
@given(
    st.text(max_size=300),
    st.text(max_size=80),
    st.integers(40, 120),
    st.booleans(),
    st.booleans(),
)
def test_every_line_is_as_wide_as_the_card(
    narration: str, prompt: str, width: int, tall: bool, locked: bool
) -> None:
    shape = CardShape(width, tall, 3)
    record = segment(1, text_content=narration or "x", image_prompt=prompt)
    state = CardState(locked=locked, saving="changed")
    for line in texts(body(record, state, shape, INK)):
        assert cell_len(line) == width - shape.gutter
        assert not any(ord(character) < 32 or ord(character) == 127 for character in line)
