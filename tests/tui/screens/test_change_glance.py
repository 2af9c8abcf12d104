"""What the pane says of a change, as lines."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from storyflow_tui.records import ChangeRecord, SegmentRecord, Standing, TextRecord
from storyflow_tui.tui.look import palette
from storyflow_tui.tui.screens.change_glance import (
    Glance,
    lines_of,
    old_text,
    shares,
    state_words,
    takes_back,
)

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
WIDE_TEXT = "灯台守は毎晩、灯りをともした🗼。A\x1b[2J lamp\u202e, e\u0301 and\ta tab.\r\n\n" * 9


def change(state: str = "done", *files: str, project_id: int | None = 1) -> ChangeRecord:
    label = "Delete “灯台守 🗼 and a very long title of many words”"
    ids = tuple(range(1, 21))
    return ChangeRecord(12, project_id, label, state, NOON, ids, files, 2048 * len(files))


def segment(number: int, text: str = "Narration.") -> SegmentRecord:
    return SegmentRecord(number, 1, number, text, "", "a.png", None, None, False, NOON, NOON)


def glance(record: ChangeRecord, *texts: TextRecord, taken: int = 0) -> Glance:
    away = [segment(number) for number in range(taken)]
    return Glance(record, [1, 4], 2, 14, away, texts)


def said(one: Glance, width: int = 48, height: int = 37) -> list[str]:
    lines = lines_of(one, Standing(12, None), width, height, palette("dark"), NOON)
    return ["".join(segment.text for segment in line) for line in lines]


EDIT = TextRecord(1, "text_content", WIDE_TEXT, WIDE_TEXT.replace("lamp", "light"))
PROMPT = EDIT._replace(field="image_prompt", before="")


@pytest.mark.parametrize("height", [9, 14, 21, 22, 29, 37])
@pytest.mark.parametrize("width", [40, 44, 48, 64, 72])
@pytest.mark.parametrize(
    "one",
    [
        glance(change(), EDIT, PROMPT),
        glance(change("undone", *[f"灯台-{n}-{'name' * 9}.png" for n in range(9)]), taken=3),
        glance(change("set_aside", "a.png")),
    ],
    ids=["edit", "deletion", "picture"],
)
def test_the_lines_fit_the_pane(one: Glance, width: int, height: int) -> None:
    lines = lines_of(one, Standing(None, None), width, height, palette("dark"), NOON)
    assert len(lines) <= height
    for line in lines:
        assert sum(segment.cell_length for segment in line) <= width
        assert all(character >= " " for segment in line for character in segment.text)


@pytest.mark.parametrize(
    ("state", "standing", "words"),
    [
        ("done", Standing(12, None), "It stands and is the newest; u takes it back."),
        ("done", Standing(13, None), "It stands; u takes back the newer ones first."),
        ("undone", Standing(11, 12), "It is undone; U does it again."),
        ("undone", Standing(10, 11), "It is undone; U does the older ones again first."),
        ("set_aside", Standing(13, None), "It is set aside: it was undone, and then something"),
    ],
)
def test_a_state_is_told_with_what_undo_and_redo_would_do(
    state: str, standing: Standing, words: str
) -> None:
    assert state_words(change(state), standing).startswith(words)


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (glance(change(project_id=None), taken=3), "brings the story back"),
        (glance(change(), taken=1), "brings the segment back"),
        (glance(change(), taken=3), "brings the 3 segments back"),
        (glance(change("done", "a.png")), "brings the picture back"),
        (glance(change(), EDIT), "brings the former narration back"),
        (
            glance(change(), EDIT, EDIT._replace(field="image_prompt")),
            "brings the former texts back",
        ),
        (glance(change("undone"), EDIT), "brings the undone narration back"),
        (glance(change()), ""),
    ],
)
def test_what_restoring_brings_is_told(one: Glance, words: str) -> None:
    assert takes_back(one) == words


def test_of_many_files_the_first_are_named_and_all_are_counted() -> None:
    lines = said(glance(change("done", *(f"{n}.png" for n in range(9)))))
    at = next(at for at, line in enumerate(lines) if line.startswith("In trash"))
    assert [line.split() for line in lines[at : at + 6]] == [
        ["In", "trash", "0.png"],
        ["1.png"],
        ["2.png"],
        ["3.png"],
        ["and", "5", "more"],
        ["9", "files", "18", "KiB"],
    ]


def test_segments_are_told_by_where_they_are_now() -> None:
    assert "Segments    at 1, 4 and 14 more now, 2 not there" in said(glance(change()))


def test_the_old_text_is_what_was_replaced_or_else_what_was_deleted() -> None:
    prompt = TextRecord(1, "image_prompt", " ", "p")
    assert old_text(glance(change(), EDIT, prompt)) == WIDE_TEXT
    assert old_text(glance(change(), taken=2)) == "Narration.\n\nNarration."
    assert old_text(glance(change())) == ""


def test_the_short_leave_room_to_the_long() -> None:
    assert shares([2, 20], 12) == [2, 10]
    assert shares([20, 20], 12) == [6, 6]
    assert shares([3, 3], 12) == [3, 3]
    assert shares([5, 5], -1) == [0, 0]
