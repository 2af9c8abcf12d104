"""What counts as found: case, accents, ß, white space; and where in the text it is."""

from __future__ import annotations

import unicodedata

import pytest

from storyflow_tui.matching import Needle


def found(needle: str, text: str) -> list[str]:
    return [text[start:stop] for start, stop in Needle(needle).spans(text)]


@pytest.mark.parametrize(
    ("needle", "text", "places"),
    [
        ("lamp", "The LAMP, a Lamp", ["LAMP", "Lamp"]),
        ("ЖУК", "Жук и жук", ["Жук", "жук"]),
        ("σας", "ΣΑΣ", ["ΣΑΣ"]),
        ("é", "É e\u0301 e", ["É", "e\u0301"]),
        ("e\u0301", "é", ["é"]),
        ("strasse", "Straße, STRASSE, STRAẞE", ["Straße", "STRASSE", "STRAẞE"]),
        ("ß", "masse", ["ss"]),
        ("が", "か\u3099", ["か\u3099"]),
        ("灯台", "「灯台の光」", ["灯台"]),
        ("second light", "a second\n light", ["second\n light"]),
        ("100%", "100% of 1000", ["100%"]),
        ("a_b", "a_b axb", ["a_b"]),
        (".*", "a.*b", [".*"]),
        ('"it\'s"', '"it\'s"', ['"it\'s"']),
        ("c:\\x", "c:\\x", ["c:\\x"]),
        ("aa", "aaaa", ["aa", "aa"]),
    ],
)
def test_a_text_is_found_as_a_reader_would(needle: str, text: str, places: list[str]) -> None:
    assert found(needle, text) == places
    assert Needle(needle).count(text) == len(places)


def test_a_letter_with_a_mark_is_another_letter_however_it_is_stored() -> None:
    assert found("e", "é e\u0301") == []
    assert found("cafe", "café cafe\u0301") == []


def test_nothing_is_found_where_nothing_is_looked_for() -> None:
    assert not Needle(" \n")
    assert found("", "text") == []
    assert found(" ", "a b") == []


def test_a_hit_is_found_wherever_it_lies_in_a_long_text() -> None:
    for place in (99_990, 99_997, 100_000, 250_000):
        text = "x" * place + "A lamp" + "x" * 1000
        assert found("a lamp", text) == ["A lamp"]


@pytest.mark.parametrize("needle", ["lamp", "Café 12", "straße", "жук", "ss", "a%b"])
def test_what_databases_look_for_first_is_in_every_text_that_has_the_whole(needle: str) -> None:
    texts = [needle.upper(), needle.lower(), unicodedata.normalize("NFD", needle)]
    run = Needle(needle).run.lower()
    assert run.isascii()
    for text in texts:
        assert found(needle, text), text
        assert run in text.lower()
