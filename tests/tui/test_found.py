"""Hits in drawn lines: which pieces are marked, and the line that brings a hit into sight."""

from __future__ import annotations

import pytest

from storyflow_tui.matching import Needle
from storyflow_tui.tui import text as texts
from storyflow_tui.tui.found import Found, Piece, around, wrapped

GALLERY = (
    "From the gallery he could see the whole bay at once: the last sail running home, the sun "
    "going down behind it like a coin into a slot, and far out, where the charts said there was "
    "nothing at all, a second light that answered his own. It blinked twice."
)


def lines(text: str, wanted: str, number: int | None = None, room: int = 3) -> list[str]:
    """The lines with hits in brackets, and the current one in angles."""
    found = Found(Needle(wanted), "text_content" if number is not None else "", number or 0)
    return [flat(line) for line in wrapped(text, found, "text_content", 40, room)]


def flat(line: list[Piece]) -> str:
    signs = {"plain": "{}", "found": "[{}]", "current": "<{}>"}
    return "".join(signs[look].format(words) for words, look in line)


def test_hits_in_sight_are_marked_where_they_stand() -> None:
    assert lines(GALLERY, "THE", 1) == [
        "From [the] gallery he could see <the> whole",
        "bay at once: [the] last sail running home,",
        "[the] sun going down behind it like a…",
    ]


def test_a_hit_beyond_the_lines_takes_the_last_one() -> None:
    assert lines(GALLERY, "light") == [
        "From the gallery he could see the whole",
        "bay at once: the last sail running home,",
        "… all, a second [light] that answered his…",
    ]
    assert lines(GALLERY, "light", 0)[-1] == "… all, a second <light> that answered his…"
    assert lines(GALLERY, "light", room=1) == ["… all, a second [light] that answered his…"]


def test_the_current_hit_is_in_sight_whatever_the_first_one_is() -> None:
    assert lines(GALLERY, "the", 5)[-1] == "… charts said <the>re was nothing at all…"


def test_a_hit_goes_on_over_the_end_of_a_line() -> None:
    assert lines(GALLERY, "whole bay", 0)[:2] == [
        "From the gallery he could see the <whole>",
        "<bay> at once: the last sail running home,",
    ]


def test_a_hit_far_into_a_long_text_is_brought_into_sight() -> None:
    text = "word " * 100_000 + "needle at last"
    assert lines(text, "needle")[-1] == "… word word [needle] at last"


def test_what_is_not_found_is_wrapped_as_ever() -> None:
    assert lines(GALLERY, "zeppelin") == texts.wrap(GALLERY, 40, 3)
    assert lines("", "a") == []


@pytest.mark.parametrize("cells", [1, 2, 3, 5, 8, 20, 40])
@pytest.mark.parametrize(
    "text",
    [
        GALLERY,
        "窓辺のランプと手紙" * 20 + "光light光",
        "x" * 300 + "light" + "y" * 300,
        "light " * 80,
    ],
)
def test_no_line_is_wider_than_its_room(text: str, cells: int) -> None:
    needle = Needle("light")
    for number, span in enumerate(needle.spans(text)):
        line = around(text, span, Found(needle, "x", number), "x", cells)
        assert sum(texts.width(words) for words, _ in line) <= cells
    for line in wrapped(text, Found(needle), "x", cells, 3):
        assert sum(texts.width(words) for words, _ in line) <= cells


def test_control_characters_around_a_hit_are_drawn_as_signs() -> None:
    text = "a" * 200 + "\x1b[31m light \x07" + "b" * 100
    (line,) = wrapped(text, Found(Needle("light")), "x", 40, 1)
    assert all(words.isprintable() for words, _ in line)
