"""Records are immutable and know how long a narration takes to read."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from storyflow_tui.records import (
    ProjectRecord,
    SegmentRecord,
    counted,
    counts_by_characters,
    estimated_seconds,
    word_count,
)

MOMENT = datetime(2026, 5, 4, tzinfo=UTC)


def project(measured: float = 0.0, words: int = 0, characters: int = 0) -> ProjectRecord:
    return ProjectRecord(
        1, "T", "DRAFT", MOMENT, MOMENT, 3, 0, 0, words, measured, words, characters
    )


def test_a_record_cannot_be_changed() -> None:
    record = project()
    with pytest.raises(AttributeError):
        record.title = "Other"  # type: ignore[misc]


def test_a_segment_has_the_columns_of_its_table() -> None:
    assert SegmentRecord._fields == (
        "id",
        "project_id",
        "sequence_index",
        "text_content",
        "image_prompt",
        "image_file",
        "audio_file",
        "audio_duration",
        "is_locked",
        "created_at",
        "updated_at",
    )


@pytest.mark.parametrize(
    ("record", "seconds", "guessed"),
    [
        (project(), 0, False),
        (project(measured=2.5), 2.5, False),
        (project(words=150), 60, True),
        (project(characters=300), 60, True),
        (project(measured=1, words=75, characters=150), 61, True),
    ],
)
def test_a_projects_length_is_measured_or_guessed(
    record: ProjectRecord, seconds: float, guessed: bool
) -> None:
    assert record.duration() == pytest.approx(seconds)
    assert record.is_guessed is guessed


def test_a_projects_length_follows_the_pace() -> None:
    assert project(words=150).duration(300) == pytest.approx(30)
    assert project(characters=300).duration(300) == pytest.approx(60)


@pytest.mark.parametrize(
    ("text", "by_characters"),
    [
        ("plain words", False),
        ("Grüße aus Köln", False),
        ("مرحبا بالعالم", False),
        ("雨が降る。", True),
        ("下雨了", True),
        ("ฝนตก", True),
        ("ｱｲｳ", True),
        ("비가 온다", False),
        ("The word 雨 means rain", False),
        ("雨が降る at dawn", False),
        ("雨が降っている today", True),
        ("123 !?", False),
        ("", False),
        ("\U00020000\U00020001", True),
    ],
)
def test_the_script_tells_how_a_text_is_counted(text: str, by_characters: bool) -> None:
    assert counts_by_characters(text) is by_characters


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("one two  three\nfour", 4),
        ("one\u3000two\xa0three", 3),
        ("", 0),
        (" \n", 0),
        ("雨が 降る。\n", 5),
        ("don't-stop", 1),
        ("👩‍👩‍👧 family", 2),
    ],
)
def test_words_are_counted(text: str, count: int) -> None:
    assert word_count(text) == count


def test_the_length_of_a_narration_is_guessed() -> None:
    assert estimated_seconds("word " * 150) == pytest.approx(60)
    assert estimated_seconds("word " * 150, 300) == pytest.approx(30)
    assert estimated_seconds("雨" * 300) == pytest.approx(60)
    assert estimated_seconds("雨" * 300, 300) == pytest.approx(60)
    assert estimated_seconds("") == 0


def test_the_script_of_a_long_text_is_told_by_its_beginning() -> None:
    assert counts_by_characters("雨" * 3000 + "a" * 100_000)
    assert not counts_by_characters("a" * 3000 + "雨" * 100_000)


def test_a_count_comes_with_its_noun() -> None:
    assert [counted(n, "segment") for n in (0, 1, 12)] == ["0 segments", "1 segment", "12 segments"]
    assert counted(2, "story", "stories") == "2 stories"
