"""The JSON form: values with index and field, unknown keys, limits, and the round trip."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storyflow_tui.errors import InvalidStoryError
from storyflow_tui.formats import JSON
from storyflow_tui.formats.json_story import lines_of
from storyflow_tui.formats.reading import Reading
from storyflow_tui.lengths import LONGEST_SECONDS
from storyflow_tui.story import Story, StorySegment, contents_of


def read(value: object, folder: Path | None = None) -> Reading:
    return JSON.read(json.dumps(value).encode(), folder=folder)


def refusal(data: bytes | object) -> dict[str, object]:
    with pytest.raises(InvalidStoryError) as caught:
        JSON.read(data if isinstance(data, bytes) else json.dumps(data).encode())
    assert caught.value.message == "Story could not be read"
    return dict(caught.value.details)


def one(**segment: object) -> dict[str, object]:
    return {"title": "T", "segments": [{"text_content": "a"}, {"text_content": "b", **segment}]}


def story_of(field: str) -> str:
    """A story of one segment that has this field too, as it is written."""
    return '{"title": "a", "segments": [{"text_content": "t", ' + field + "}]}"


def test_all_fields_are_read(tmp_path: Path) -> None:
    reading = read(
        one(image_prompt="p", image_file="i/x.png", is_locked=True, audio_duration=2), tmp_path
    )
    assert reading.story == Story(
        "T", [StorySegment("a"), StorySegment("b", "p", "i/x.png", True, 2.0)], tmp_path
    )
    assert reading.notes == []


def test_a_null_prompt_is_empty_and_other_nulls_are_absent() -> None:
    story = read(one(image_prompt=None, image_file=None, audio_duration=None)).story
    assert story.segments[1] == StorySegment("b")


@pytest.mark.parametrize("value", [{"segments": []}, {"title": None, "segments": []}])
def test_a_title_that_is_null_or_absent_is_none(value: object) -> None:
    assert not read(value).has_title


def test_a_blank_title_is_told_from_none() -> None:
    assert read({"title": "", "segments": []}).has_title


def test_a_story_may_have_no_segments() -> None:
    assert list(read({"title": "T", "segments": []}).story.segments) == []


def test_text_is_kept_untrimmed_with_lf() -> None:
    data = {"segments": [{"text_content": " a\r\nb\rc \n"}]}
    assert read(data).story.segments[0].text_content == " a\nb\nc \n"


@pytest.mark.parametrize(
    ("segment", "field"),
    [
        ({"text_content": None}, "text_content"),
        ({"text_content": 1}, "text_content"),
        ({"text_content": " \u2003\n"}, "text_content"),
        ({"text_content": "a\0"}, "text_content"),
        ({"text_content": "a\ud800"}, "text_content"),
        ({"image_prompt": []}, "image_prompt"),
        ({"image_prompt": "\udfff"}, "image_prompt"),
        ({"image_file": 3}, "image_file"),
        ({"is_locked": None}, "is_locked"),
        ({"is_locked": 1}, "is_locked"),
        ({"is_locked": "yes"}, "is_locked"),
        ({"audio_duration": "2"}, "audio_duration"),
        ({"audio_duration": True}, "audio_duration"),
        ({"audio_duration": -1}, "audio_duration"),
        ({"audio_duration": float("nan")}, "audio_duration"),
        ({"audio_duration": float("inf")}, "audio_duration"),
        ({"audio_duration": 10**400}, "audio_duration"),
    ],
)
def test_a_wrong_value_names_index_and_field(segment: dict[str, object], field: str) -> None:
    details = refusal(one(**segment))
    assert (details["index"], details["field"]) == (1, field)
    assert details["where"] == f"segment 2, {field}"


def test_a_number_of_any_length_is_refused_with_its_field() -> None:
    digits = b"9" * 1_000_000
    data = b'{"segments":[{"text_content":"a","audio_duration":' + digits + b"}]}"
    assert refusal(data)["field"] == "audio_duration"


def test_absent_narration_is_named() -> None:
    details = refusal({"segments": [{}]})
    assert (details["index"], details["field"]) == (0, "text_content")


def test_a_segment_that_is_no_object_is_named() -> None:
    assert refusal({"segments": ["a"]})["index"] == 0


@pytest.mark.parametrize("value", [{}, {"title": "T"}, {"segments": None}, {"segments": {}}])
def test_segments_must_be_a_list(value: object) -> None:
    assert refusal(value)["field"] == "segments"


@pytest.mark.parametrize("title", [1, [], False])
def test_a_title_of_another_type_is_refused(title: object) -> None:
    assert refusal({"title": title, "segments": []})["field"] == "title"


@pytest.mark.parametrize("data", [b"[]", b"1", b'"x"', b"null", b"NaN"])
def test_what_is_no_object_is_refused(data: bytes) -> None:
    assert refusal(data)["line"] == 1


def test_a_fault_of_the_notation_names_line_and_column() -> None:
    details = refusal(b'\xef\xbb\xbf{\r\n"title": "T",\r\n  oops}')
    assert (details["line"], details["column"]) == (3, 3)
    assert refusal(b'{"title": "a\nb"}')["line"] == 1
    assert refusal(b" \n")["why"] == "the file is empty"


@pytest.mark.parametrize("opening", [b"[", b'{"a":'])
def test_deep_nesting_is_refused(opening: bytes) -> None:
    assert "nested" in str(refusal(opening * 1_000_000)["why"])


def test_what_is_not_utf_8_is_refused_with_its_line() -> None:
    assert refusal(b'{"title":\n"\xff"}')["line"] == 2


def test_unknown_keys_are_left_out_and_named_once_each() -> None:
    segment = {"text_content": "a", "scene": 1}
    reading = read(
        {"title": "T", "author": "x", "status": 1, "segments": [segment, {**segment, "id": 3}]}
    )
    assert reading.notes == [
        "Left out of the story: unknown keys 'author' and 'status'.",
        "Left out of the segments: unknown keys 'scene' (2 times) and 'id' (1 time).",
    ]


def test_many_and_hostile_unknown_keys_make_one_short_note() -> None:
    keys = {f"\x1b[{n}m" + "k" * 1000: n for n in range(100)}
    (note,) = read({"segments": [], **keys}).notes
    assert len(note) < 600
    assert note.isprintable()
    assert note.endswith("and 92 more.")


def test_a_known_key_that_stands_twice_is_refused() -> None:
    details = refusal(b'{"segments":[{"text_content":"a","text_content":"b"}]}')
    assert (details["index"], details["field"]) == (0, "text_content")
    assert refusal(b'{"title":"a","segments":[],"title":"b"}')["field"] == "title"


def test_without_a_folder_a_picture_is_refused() -> None:
    details = refusal(one(image_file="images/x.png"))
    assert (details["index"], details["field"]) == (1, "image_file")
    assert "images/x.png" in str(details["why"])


def test_only_what_says_something_is_written() -> None:
    story = Story("T", [StorySegment("ä"), StorySegment("b", "p", "i.png", True, 1.5)])
    written = JSON.write(story)
    assert "ä".encode() in written
    assert json.loads(written) == {
        "title": "T",
        "segments": [
            {"text_content": "ä"},
            {
                "text_content": "b",
                "image_prompt": "p",
                "image_file": "i.png",
                "is_locked": True,
                "audio_duration": 1.5,
            },
        ],
    }
    assert JSON.left_out(contents_of(story)) == []


def _lf(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


_TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=30).map(_lf)
_SEGMENT = st.builds(
    StorySegment,
    _TEXT.filter(lambda text: bool(text.strip())),
    _TEXT,
    st.none() | st.just("images/a b.png"),
    st.booleans(),
    st.none() | st.floats(0, LONGEST_SECONDS),
)


@given(st.lists(_SEGMENT, max_size=4))
def test_every_story_survives(segments: list[StorySegment]) -> None:
    story = Story("T", segments, Path("/nowhere"))
    assert JSON.read(JSON.write(story), folder=Path("/nowhere")).story == story


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(), st.lists))
def test_any_value_anywhere_is_read_or_refused(value: object) -> None:
    for candidate in (value, {"segments": value}, {"title": value, "segments": []}):
        with contextlib.suppress(InvalidStoryError):
            assert read(candidate).story.segments == []
    read(one(unknown=value))


def test_ten_thousand_segments_are_read() -> None:
    story = Story("T", [StorySegment(f"narration {n}", "p") for n in range(10_000)])
    assert list(JSON.read(JSON.write(story)).story.segments) == story.segments


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{"a":' * 100_000 + "1" + "}" * 100_000, "nested too deeply"),
        ('{"title": "a", "segments": ' + "[" * 100_000, "nested too deeply"),
        ('{"title": "\x1b[2J"}', "line 1, column 12: Invalid control character"),
        (story_of('"audio_duration": 1e999'), "segment 1, audio_duration: it must be a finite"),
        (story_of('"audio_duration": NaN'), "segment 1, audio_duration: it must be a finite"),
        (story_of('"audio_duration": ' + "9" * 100_000), "segment 1, audio_duration: it must be"),
        (story_of('"audio_duration": 1e308'), "it may be 1,000,000,000 seconds at most"),
        (story_of('"image_prompt": "\\ud800"'), "segment 1, image_prompt: "),
        (
            story_of('"text_content": "twice"'),
            "segment 1, text_content: it is there more",
        ),
    ],
    ids=range(9),
)
def test_hostile_json_is_refused_in_one_sentence(text: str, says: str) -> None:
    with pytest.raises(InvalidStoryError) as caught:
        JSON.read(text.encode())
    where, why = caught.value.details["where"], caught.value.details["why"]
    assert says in f"{where}: {why}"


def test_brackets_in_a_text_and_endless_digits_in_what_is_left_out_are_read() -> None:
    text = story_of('"image_prompt": "' + "[{" * 500_000 + '", "x": 1e' + "9" * 100_000)
    reading = JSON.read(text.encode())
    assert reading.story.segments[0].image_prompt == "[{" * 500_000
    assert reading.notes == ["Left out of the segments: unknown key 'x' (1 time)."]


def test_of_a_hundred_thousand_unknown_keys_eight_are_named() -> None:
    text = story_of(", ".join(f'"k{number}": 1' for number in range(100_000)))
    assert JSON.read(text.encode()).notes[0].endswith("'k7' (1 time) and 99992 more.")


def test_the_lines_of_a_segment_are_found_in_the_text() -> None:
    text = '{"title": "a \\"segments\\": [",\n"segments" : [\n{"a": [1,\n2]},\n\n {"b":\n\n{}} ]}'
    assert [lines_of(text, index) for index in range(3)] == [(3, 4), (6, 8), None]
    assert lines_of("{}", 0) is None
    assert lines_of('{"segments": ' + "[" * 100_000, 0) is None
