"""Records as JSON: exactly the columns."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from storyflow_tui.cli import shapes
from storyflow_tui.records import ChangeRecord, SegmentRecord

NOON = datetime(2026, 11, 23, 12, 0, 0, 5, tzinfo=UTC)


def test_a_segment_has_its_columns_in_their_order() -> None:
    record = SegmentRecord(7, 1, 0, "Text", "", None, None, 1.5, True, NOON, NOON)
    assert shapes.segment(record) == {
        "id": 7,
        "project_id": 1,
        "sequence_index": 0,
        "text_content": "Text",
        "image_prompt": "",
        "image_file": None,
        "audio_file": None,
        "audio_duration": 1.5,
        "is_locked": True,
        "created_at": "2026-11-23T12:00:00.000005+00:00",
        "updated_at": "2026-11-23T12:00:00.000005+00:00",
    }
    assert list(shapes.segment(record)) == list(SegmentRecord._fields)


def test_times_are_in_utc_with_microseconds_and_offset() -> None:
    there = NOON.replace(microsecond=0).astimezone(timezone(timedelta(hours=9)))
    assert shapes.time(there) == "2026-11-23T12:00:00.000000+00:00"


def test_tuples_become_lists() -> None:
    record = ChangeRecord(1, None, "Create project", "done", NOON, (3, 4))
    assert shapes.change(record)["segment_ids"] == [3, 4]
