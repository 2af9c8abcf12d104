from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.color import ColorSystem
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from storyflow_tui.tui.strips import PackedStrip, blank_line

TRUE = Console(color_system="truecolor", force_terminal=True)
FEW = Console(color_system="256", force_terminal=True)

styles = st.builds(
    Style,
    color=st.sampled_from([None, "#112233", "#445566"]),
    bgcolor=st.sampled_from([None, "#112233", "#778899"]),
    bold=st.sampled_from([None, True]),
    underline=st.sampled_from([None, True]),
)
texts = st.sampled_from(["a", " ", "▀▀", "   ", "漢"])
segments = st.lists(st.tuples(texts, styles).map(lambda piece: Segment(*piece)))


def cells(sent: str) -> list[tuple[str, str, str, frozenset[str]]]:
    """What a terminal would show: each character, its colours (of blanks only the background)."""
    ink = ground = ""
    attributes: set[str] = set()
    shown = []
    for codes, character in re.findall(r"\x1b\[([\d;]*)m|(.)", sent):
        if character:
            blank = character == " " and "4" not in attributes
            looks = frozenset(attributes - ({"1"} if blank else set()))
            shown.append((character, "" if blank else ink, ground, looks))
            continue
        parts = codes.split(";")
        while parts:
            code = parts.pop(0)
            if code == "0":
                ink = ground = ""
                attributes.clear()
            elif code in ("38", "48"):
                colour = [parts.pop(0) for _ in range(4 if parts[0] == "2" else 2)]
                if code == "38":
                    ink = ";".join(colour)
                else:
                    ground = ";".join(colour)
            elif code == "39":
                ink = ""
            elif code == "49":
                ground = ""
            elif code in ("22", "24"):
                attributes.discard(code[1] if code == "24" else "1")
            else:
                attributes.add(code)
    return shown


@pytest.mark.parametrize("console", [TRUE, FEW])
@given(pieces=segments)
def test_packed_lines_look_like_plain_ones(console: Console, pieces: list[Segment]) -> None:
    plain = Strip(pieces).render(console)
    packed = PackedStrip(pieces).render(console)
    assert cells(packed) == cells(plain)
    # Where there is nothing to share, going back to plain takes a few bytes more a piece.
    assert len(packed) <= len(plain) + 5 * len(pieces)


@given(segments, st.integers(0, 9), st.integers(0, 12))
def test_a_crop_of_a_packed_line_is_the_crop_of_a_plain_one(
    pieces: list[Segment], start: int, end: int
) -> None:
    packed = PackedStrip(pieces).crop(start, end)
    assert isinstance(packed, PackedStrip)
    assert list(packed) == list(Strip(pieces).crop(start, end))


def test_codes_are_sent_where_they_change_only() -> None:
    one, two = Style(color="#010203", bgcolor="#040506"), Style(color="#070809", bgcolor="#040506")
    sent = PackedStrip([Segment("a", one), Segment("b", one), Segment("c", two)]).render(TRUE)
    assert sent == "\x1b[38;2;1;2;3;48;2;4;5;6mab\x1b[38;2;7;8;9mc\x1b[0m"


def test_each_kind_of_terminal_gets_its_colours() -> None:
    strip = PackedStrip([Segment("a", Style(color="#ff0000"))])
    assert strip.render(TRUE) == "\x1b[38;2;255;0;0ma\x1b[0m"
    assert strip.render(FEW) == "\x1b[38;5;196ma\x1b[0m"
    assert strip.render(Console(color_system="standard", force_terminal=True)).endswith("a\x1b[0m")
    assert FEW._color_system is ColorSystem.EIGHT_BIT


def test_a_blank_line_is_made_once() -> None:
    assert blank_line(9, "#000000") is blank_line(9, "#000000")
    assert blank_line(9, "#000000").cell_length == 9
