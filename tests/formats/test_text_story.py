"""The text form: its labels, blocks, escapes and errors, and that texts survive it."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from storyflow_tui.errors import InvalidStoryError
from storyflow_tui.formats import TEXT
from storyflow_tui.formats.text_story import problems, scan
from storyflow_tui.story import Story, StorySegment, contents_of


def pairs(text: str) -> list[tuple[str, str]]:
    story = TEXT.read(text.encode()).story
    return [(segment.text_content, segment.image_prompt) for segment in story.segments]


def refusal(text: str) -> dict[str, object]:
    with pytest.raises(InvalidStoryError) as caught:
        TEXT.read(text.encode())
    assert caught.value.message == "Story could not be read"
    return dict(caught.value.details)


def test_the_form_as_it_is_documented() -> None:
    reading = TEXT.read(
        b"Title: The Lamp\n"
        b"Text: first line of narration\n"
        b"continues here,\n"
        b"\n"
        b"blank lines included\n"
        b"Prompt: a lamp in fog\n"
        b"---\n"
        b"Text: next segment\n"
    )
    assert reading.story.title == "The Lamp"
    assert reading.has_title
    assert reading.story.segments == [
        StorySegment(
            "first line of narration\ncontinues here,\n\nblank lines included", "a lamp in fog"
        ),
        StorySegment("next segment"),
    ]


def test_labels_stand_in_any_case_with_leading_blanks_and_in_any_order() -> None:
    assert pairs("  pRoMpT:fog\n\ttext: a\n----- \nTEXT: b") == [("a", "fog"), ("b", "")]


def test_a_repeated_label_continues_its_field_after_a_space() -> None:
    assert pairs("Text: a\nPrompt: p\nText: b\nc\n\nText:\nText: d") == [("a b\nc d", "p")]


def test_a_repeated_title_continues_after_a_space() -> None:
    assert scan("Title: The\nTitle: Lamp\nText: a").title == "The Lamp"


def test_white_space_around_a_field_is_not_kept_and_within_it_is() -> None:
    assert pairs("Text: \n\n  a  \n\n\t b \n\n \nPrompt:  p \n") == [("a  \n\n\t b", "p")]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_line_end_is_read_as_lf(end: str) -> None:
    text = "\ufeffTitle: T\nText: a\nb\n---\nText: c\n".replace("\n", end)
    assert scan(text).title == "T"
    assert pairs(text) == [("a\nb", ""), ("c", "")]


@pytest.mark.parametrize("mark", ["\x0b", "\x0c", "\x1c", "\x1e", "\x85", "\u2028", "\u2029"])
def test_no_other_character_ends_a_line(mark: str) -> None:
    assert pairs(f"Text: a{mark}Prompt: b{mark}---{mark}c") == [
        (f"a{mark}Prompt: b{mark}---{mark}c", "")
    ]


def test_empty_blocks_are_skipped_and_not_counted() -> None:
    assert pairs("---\n\n  ---  \nText: a\n---\n---\n\t\n----\nText: b\n---\n") == [
        ("a", ""),
        ("b", ""),
    ]
    assert refusal("---\n---\nText: a\n---\n---\nPrompt: b")["block"] == 2


def test_two_dashes_part_nothing() -> None:
    assert pairs("Text: a\n--\n- - -\n--- x") == [("a\n--\n- - -\n--- x", "")]


def test_a_title_may_stand_in_a_block_of_its_own() -> None:
    assert scan("---\nTitle: T\n---\nText: a").title == "T"


def test_title_after_the_first_label_is_prose() -> None:
    reading = TEXT.read(b"Text: a\nTitle: b\n---\nText: c\nTitle: d")
    assert not reading.has_title
    assert [segment.text_content for segment in reading.story.segments] == [
        "a\nTitle: b",
        "c\nTitle: d",
    ]


def test_a_blank_title_is_told_from_none() -> None:
    assert TEXT.read(b"Title:  \nText: a").has_title
    assert not TEXT.read(b"Text: a").has_title


def test_a_title_alone_is_a_story_without_segments() -> None:
    reading = TEXT.read(b"Title: T\n")
    assert (reading.story.title, list(reading.story.segments)) == ("T", [])


def test_a_blank_file_is_refused() -> None:
    assert refusal(" \n\n---\n")["line"] == 1


def test_exactly_one_backslash_is_taken_off_a_line_that_needs_it() -> None:
    text = "Text: x\n\\Text: a\n  \\\\prompt: b\n\\---\n\\----- \n\\--\n\\Title: c\n\\\\d\n\\"
    assert pairs(text) == [
        ("x\nText: a\n  \\prompt: b\n---\n----- \n\\--\n\\Title: c\n\\\\d\n\\", "")
    ]


def test_the_line_of_a_label_keeps_its_backslashes() -> None:
    assert pairs("Text: \\Text: a\nPrompt:\\---") == [("\\Text: a", "\\---")]


def test_a_block_without_narration_names_number_lines_and_remedy() -> None:
    text = (
        "Title: T\n\nText: a\n---\nText: b\n---\nPrompt: boat\nand sea\n\n---\nText: c\n"
        "---\nText:\n---\nPrompt:\n"
    )
    draft = scan(text)
    assert [(p.line, p.last_line, p.block) for p in draft.problems] == [
        (7, 8, 3),
        (13, 13, 5),
        (15, 15, 6),
    ]
    first, second, third = draft.problems
    assert first.message == "Block 3 has no narration."
    assert first.remedy == (
        "Write a line that starts with Text:, or join the prompt to the block above by taking out"
        " line 6."
    )
    assert second.remedy == "Write the narration after Text:."
    assert third.remedy == "Write a line that starts with Text:."
    assert [segment.text_content for segment in draft.segments] == ["a", "b", "c"]
    assert refusal(text) == {
        "where": "line 7",
        "line": 7,
        "block": 3,
        "problems": 3,
        "why": f"{first.message} {first.remedy}",
    }


def test_the_first_block_has_no_block_above_to_join() -> None:
    assert problems("---\nPrompt: p")[0].remedy == "Write a line that starts with Text:."


@pytest.mark.parametrize(
    ("text", "line", "block"),
    [
        ("once upon a time", 1, 1),
        ("Title: T\n\nby Anna\nText: a", 3, 1),
        ("Text: a\n---\n\nhello\nText: b", 4, 2),
        ("Text: a\n---\nTitle: b\nText: c", 3, 2),
        ("Text: a\n---\n\\Text: b", 3, 2),
        ("Title: T\n\\---\nText: a", 2, 1),
    ],
)
def test_prose_before_the_first_label_of_a_block_is_refused(
    text: str, line: int, block: int
) -> None:
    details = refusal(text)
    assert (details["line"], details["block"]) == (line, block)


def test_json_read_as_text_is_told() -> None:
    assert "JSON" in str(refusal('{"title": "T"}')["why"])


def test_nul_and_half_surrogates_are_refused_with_their_line() -> None:
    assert refusal("Text: a\n---\nText: b\nc\0d")["line"] == 4
    found = problems("Text: a\ud800")
    assert [(p.line, p.message) for p in found] == [(1, "Block 1 holds half a surrogate pair.")]


def test_what_is_not_utf_8_is_refused_with_its_line() -> None:
    with pytest.raises(InvalidStoryError) as caught:
        TEXT.read(b"Text: a\r\nb\n\xe4")
    assert caught.value.details["line"] == 3
    with pytest.raises(InvalidStoryError, match="could not be read") as caught:
        TEXT.read("Text: a".encode("utf-16"))
    assert "UTF-16" in str(caught.value.details["why"])


def test_writing_gives_the_documented_form() -> None:
    story = Story("T", [StorySegment("a\nText: b\n \\--- \nc", "p\nPROMPT:"), StorySegment("d")])
    assert TEXT.write(story).decode() == (
        "Title: T\n\nText: a\n\\Text: b\n \\\\--- \nc\nPrompt: p\n\\PROMPT:\n---\nText: d\n"
    )


def test_what_is_left_out_is_said() -> None:
    story = Story(
        "T",
        [
            StorySegment("a", image_file="1.png", is_locked=True, audio_duration=2.0),
            StorySegment("b ", "p\n", image_file="2.png"),
        ],
    )
    assert TEXT.left_out(contents_of(story)) == [
        "Left out: 2 pictures, 1 lock and 1 audio length. The text form holds narrations and"
        " prompts.",
        "Left out: the white space around 2 texts.",
    ]
    assert TEXT.left_out(contents_of(Story("T", [StorySegment("a", "p")]))) == []


def test_prompts_stay_out_where_they_are_not_wanted() -> None:
    story = Story("T", [StorySegment("a", " p ", is_locked=True), StorySegment("b ")])
    without = {"prompts": "without"}
    assert TEXT.write(story, without) == b"Title: T\n\nText: a\n---\nText: b\n"
    assert TEXT.left_out(contents_of(story), without) == [
        "Left out: 1 prompt and 1 lock. The text form holds narrations where it has no prompts.",
        "Left out: the white space around 1 text.",
    ]


# Lines that could be taken for something else, mixed with any text there is.
_HOSTILE = st.sampled_from(
    ["Text: x", "---", "  ----  ", "\\\\ ---", "Title: x", "\\", "", "\ufeff", "\ufeffText:", "{"]
)
_WITHIN = st.sampled_from(
    ["a\x0bText: b", "a\x0c---", "a\x1ctext:", "a\x85---", "a\u2028Prompt:", "-\u2029a", "\x1f"]
)
_ALMOST = st.builds(
    lambda blank, slashes, mark, tail: blank + "\\" * slashes + mark + tail,
    st.text(" \t\x0b\x1f\x85\u2028\u3000", max_size=2),
    st.integers(0, 3),
    st.sampled_from(["Text:", "tEXT:", "Prompt:", "Title:", "--", "---", "-----", "text", ""]),
    st.sampled_from(["", " ", "\x0b", "\u2029", "x", " Text:", "-"]),
)
_LINE = st.one_of(
    _HOSTILE,
    _WITHIN,
    _ALMOST,
    st.text(st.characters(codec="utf-8", exclude_characters="\0\n\r"), max_size=12),
    st.text("\\- :TteExXpPrRoOmM\x0b\x85\u2028", max_size=10),
)
_TEXT = st.lists(_LINE, max_size=5).map("\n".join)
_NARRATION = _TEXT.filter(lambda text: bool(text.strip()))
_SEGMENTS = st.lists(st.builds(StorySegment, _NARRATION, _TEXT), max_size=4)
_TITLE = st.sampled_from(["T", "Text: a", "---", "Title: Title:", "\\---", "タイトル"])


def trimmed(segments: list[StorySegment]) -> list[StorySegment]:
    return [StorySegment(each.text_content.strip(), each.image_prompt.strip()) for each in segments]


@given(_TITLE, _SEGMENTS)
@example("T", [StorySegment("Title: a\nTitle: b", "Title: c")])
@example("T", [StorySegment("---\n---\n\\---", "---"), StorySegment("Text:\nText:", "\n")])
@example("T", [StorySegment("\n\n Text: a", "\n---")])
def test_every_title_narration_and_prompt_survives(
    title: str, segments: list[StorySegment]
) -> None:
    reading = TEXT.read(TEXT.write(Story(title, segments)))
    assert reading.story.title == title
    assert reading.story.segments == trimmed(segments)


@given(_SEGMENTS.filter(bool), st.sampled_from(["\n", "\r\n", "\r"]))
def test_without_a_title_and_with_any_line_end_every_text_survives(
    segments: list[StorySegment], end: str
) -> None:
    written = TEXT.write(Story("", segments)).decode()
    reading = TEXT.read(b"\xef\xbb\xbf" + written.replace("\n", end).encode())
    assert not reading.has_title
    assert reading.story.segments == trimmed(segments)


@given(_SEGMENTS)
def test_writing_again_gives_the_same_bytes(segments: list[StorySegment]) -> None:
    written = TEXT.write(Story("T", segments))
    assert TEXT.write(TEXT.read(written).story) == written


@given(_NARRATION)
def test_writing_adds_at_most_one_backslash_a_line(narration: str) -> None:
    written = TEXT.write(Story("", [StorySegment(narration)])).decode()
    lines = narration.strip().split("\n")
    for before, after in zip(lines, written.removeprefix("Text: ").split("\n"), strict=False):
        assert before in (after, re.sub(r"^(\s*)\\", r"\1", after))


@given(_TEXT)
def test_any_text_is_read_or_refused_with_a_line_of_it(text: str) -> None:
    draft = scan(text)
    lines = text.count("\n") + 1
    assert [block.number for block in draft.blocks] == [*range(1, len(draft.blocks) + 1)]
    for block in draft.blocks:
        assert (block.segment is None) != (block.problem is None)
        assert 1 <= block.line <= block.last_line <= lines


def test_a_large_text_is_read_in_one_pass() -> None:
    story = Story("T", [StorySegment("word " * 50 + f"{n}\n---", "p") for n in range(10_000)])
    assert trimmed(list(story.segments)) == list(TEXT.read(TEXT.write(story)).story.segments)


@pytest.mark.parametrize("line", [" ", "-", "\\", "- ", "\\-", " \\", "t"])
def test_a_hostile_line_of_a_megabyte_is_only_text(line: str) -> None:
    text = line * (1_000_000 // len(line)) + "x"
    assert pairs(f"Text: a\n{text}") == [(f"a\n{text}", "")]
