"""Which format a name, a path or bytes stand for; what all formats share."""

from __future__ import annotations

from pathlib import Path

import pytest

from storyflow_tui.errors import InvalidStoryError, NotFoundError
from storyflow_tui.formats import (
    FORMATS,
    JSON,
    TEXT,
    Format,
    for_data,
    for_path,
    named,
    options_for,
)
from storyflow_tui.formats.reading import decode, line_number, listed


def test_formats_are_found_by_name() -> None:
    assert [named(name) for name in FORMATS] == [JSON, TEXT]
    with pytest.raises(NotFoundError, match="'yaml'"):
        named("yaml")


@pytest.mark.parametrize(
    ("name", "name_of_format"),
    [
        ("a.json", "json"),
        ("a.JSON", "json"),
        ("a.txt", "text"),
        ("a.md", "text"),
        ("a", "text"),
        ("a.json.bak", "text"),
        (".json", "text"),
    ],
)
def test_a_path_is_told_by_its_ending(name: str, name_of_format: str) -> None:
    assert for_path(Path(name)).name == name_of_format


@pytest.mark.parametrize("data", [b"{", b" \r\n\t{}", b"\xef\xbb\xbf{", b"\xef\xbb\xbf\n{"])
def test_bytes_that_begin_with_a_brace_are_json(data: bytes) -> None:
    assert for_data(data) is JSON


@pytest.mark.parametrize("data", [b"", b"Text: {", b"[", b"\n\n", b"\xef\xbb\xbf"])
def test_other_bytes_are_text(data: bytes) -> None:
    assert for_data(data) is TEXT


def test_lines_end_at_lf_crlf_and_cr() -> None:
    assert [line_number(text) for text in ("", "a\n", "a\r\n", "a\r", "\n\r", "\x0b\u2028")] == [
        1,
        2,
        2,
        2,
        3,
        1,
    ]


def test_one_bom_is_taken_off() -> None:
    assert decode(b"\xef\xbb\xbfa\xef\xbb\xbf") == "a\ufeff"


def test_the_line_of_a_bad_byte_is_counted_behind_a_bom() -> None:
    with pytest.raises(InvalidStoryError) as caught:
        decode(b"\xef\xbb\xbfa\n\xc3\xa4\xffb")
    assert caught.value.details["line"] == 2
    assert "0xff" in str(caught.value.details["why"])


def test_lists_read_as_a_sentence() -> None:
    assert [listed(parts) for parts in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == [
        "",
        "a",
        "a and b",
        "a, b and c",
    ]


def test_an_option_that_is_not_given_has_its_first_value() -> None:
    assert options_for(TEXT, {}) == {"prompts": "with"}
    assert options_for(TEXT, {"prompts": "without"}) == {"prompts": "without"}
    with pytest.raises(NotFoundError, match="has no option 'frame_rate'"):
        options_for(TEXT, {"frame_rate": "25"})
    with pytest.raises(NotFoundError, match="is with or without, not 'some'"):
        options_for(TEXT, {"prompts": "some"})


@pytest.mark.parametrize("each", FORMATS.values(), ids=FORMATS)
def test_every_format_says_what_a_screen_shows_of_it(each: Format) -> None:
    assert each.about
    assert all(ending.startswith(".") and ending.islower() for ending in each.endings)
    assert all(option.about and len(option.values) > 1 for option in each.options)
