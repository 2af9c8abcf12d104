"""What a story must be: titles, texts, lengths, and where its pictures may lie."""

from __future__ import annotations

import math
from pathlib import Path
from typing import cast

import pytest

from storyflow_tui.errors import InvalidStoryError, InvalidTextError, InvalidTitleError
from storyflow_tui.story import (
    Story,
    StorySegment,
    clean_duration,
    clean_narration,
    clean_prompt,
    clean_story,
    clean_title,
    picture_path,
)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("  The Lamp\n", "The Lamp"),
        ("ランプ", "ランプ"),
        ("a\u3000b", "a\u3000b"),
        ("x" * 200,) * 2,
    ],
)
def test_a_title_is_trimmed(given: str, kept: str) -> None:
    assert clean_title(given) == kept


@pytest.mark.parametrize(
    "title",
    [
        "",
        " \t\u3000",
        "x" * 201,
        "a\nb",
        "a\tb",
        "a\x7fb",
        "a\x85b",
        "a\u2028b",
        "a\ud800b",
        7,
        None,
    ],
)
def test_a_wrong_title_is_refused(title: object) -> None:
    with pytest.raises(InvalidTitleError):
        clean_title(title)


def test_a_title_too_long_is_told_with_the_figures() -> None:
    with pytest.raises(InvalidTitleError) as caught:
        clean_title(" " + "x" * 201)
    assert caught.value.details == {"length": 201, "limit": 200}


def test_text_is_kept_but_for_its_line_ends() -> None:
    assert clean_narration(" a\r\nb\rc\n\n\u2028 ") == " a\nb\nc\n\n\u2028 "
    assert clean_prompt("") == ""
    assert clean_prompt(" \r") == " \n"


@pytest.mark.parametrize("text", ["", " ", "\n\t\u3000\x85\u2028", "\r"])
def test_blank_narration_is_refused(text: str) -> None:
    with pytest.raises(InvalidTextError, match="Narration text cannot be empty"):
        clean_narration(text)


def test_zero_width_characters_are_no_white_space() -> None:
    assert clean_narration("\u200b") == "\u200b"


@pytest.mark.parametrize(("text", "offset"), [("a\0", 1), ("ab\ud800", 2), ("\udfffä", 0)])
def test_text_that_cannot_be_stored_is_refused_with_its_place(text: str, offset: int) -> None:
    for clean, name in ((clean_narration, "text_content"), (clean_prompt, "image_prompt")):
        with pytest.raises(InvalidTextError) as caught:
            clean(text)
        assert caught.value.details == {"field": name, "offset": offset}


@pytest.mark.parametrize("text", [None, 3, b"bytes", ["a"]])
def test_text_of_another_type_is_refused(text: object) -> None:
    with pytest.raises(InvalidTextError, match="must be text"):
        clean_prompt(text)


@pytest.mark.parametrize(("given", "kept"), [(None, None), (0, 0.0), (3, 3.0), (1.5, 1.5)])
def test_lengths_are_seconds(given: object, kept: float | None) -> None:
    assert clean_duration(0, given) == kept


@pytest.mark.parametrize("duration", [-0.1, math.nan, math.inf, 10**400, 1e308, True, "2", [1]])
def test_a_wrong_length_names_its_segment(duration: object) -> None:
    with pytest.raises(InvalidStoryError) as caught:
        clean_duration(4, duration)
    assert caught.value.details["index"] == 4
    assert caught.value.details["where"] == "segment 5, audio_duration"


def test_a_story_is_cleaned_into_a_copy() -> None:
    story = Story(" T ", [StorySegment("a\r", "p\r\n", "x.png", True, 2)], Path("folder"))
    assert clean_story(story) == Story(
        "T", [StorySegment("a\n", "p\n", "x.png", True, 2.0)], Path("folder")
    )
    assert story.title == " T "


def test_a_story_may_have_no_segments() -> None:
    assert clean_story(Story("T")).segments == []


@pytest.mark.parametrize(
    ("segment", "field"),
    [
        (StorySegment(" "), "text_content"),
        (StorySegment("a", "\0"), "image_prompt"),
        (StorySegment("a", image_file=cast(str, 3)), "image_file"),
        (StorySegment("a", is_locked=cast(bool, 1)), "is_locked"),
        (StorySegment("a", audio_duration=math.nan), "audio_duration"),
        (cast(StorySegment, {"text_content": "a"}), None),
    ],
)
def test_a_wrong_segment_names_index_and_field(segment: StorySegment, field: str | None) -> None:
    with pytest.raises(InvalidStoryError, match="Story could not be read") as caught:
        clean_story(Story("T", [StorySegment("a"), segment]))
    assert caught.value.details["index"] == 1
    assert caught.value.details["field"] == field
    assert caught.value.details["why"]


def with_picture(name: str | None, folder: Path | None) -> Story:
    return Story("T", [StorySegment("a", image_file=name)], folder)


def test_a_picture_lies_in_the_storys_folder(tmp_path: Path) -> None:
    folder = tmp_path.resolve()
    assert picture_path(with_picture(None, folder), 0) is None
    for name in ("images/a.png", "./images//a.png", "other/../images/a.png"):
        assert picture_path(with_picture(name, folder), 0) == folder / "images" / "a.png"


@pytest.mark.parametrize(
    "name",
    [
        "../victim.png",
        "i/../../victim.png",
        "/victim.png",
        "out/victim.png",
        "",
        " ",
        "\0",
        "\ud800",
    ],
)
def test_no_picture_is_taken_from_elsewhere(tmp_path: Path, name: str) -> None:
    (tmp_path / "victim.png").touch()
    folder = tmp_path / "story"
    folder.mkdir()
    (folder / "out").symlink_to(tmp_path)
    with pytest.raises(InvalidStoryError) as caught:
        picture_path(with_picture(name, folder), 0)
    assert caught.value.details["field"] == "image_file"
    assert str(caught.value.details["why"]).isprintable()


def test_the_picture_of_a_story_without_a_folder_is_taken_as_it_is(tmp_path: Path) -> None:
    assert picture_path(with_picture(str(tmp_path / "a.png"), None), 0) == tmp_path / "a.png"
