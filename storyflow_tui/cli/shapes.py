"""Records as JSON values: the keys are the columns of the tables, times are ISO 8601 in UTC.

What commands print with `--json` is decided here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from storyflow_tui.errors import JsonValue
from storyflow_tui.records import (
    ChangeRecord,
    Finding,
    PlaceRecord,
    ProjectRecord,
    Repaired,
    SegmentRecord,
    TrashRecord,
)

Shape = dict[str, JsonValue]

_PROJECT_COLUMNS = ("id", "title", "status", "created_at", "updated_at")


def time(moment: datetime) -> str:
    """ISO 8601 with microseconds and the offset, always in UTC."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def segment(record: SegmentRecord) -> Shape:
    """A segment: its columns."""
    return _plain(record._asdict())


def project(record: ProjectRecord) -> Shape:
    """A project: its columns."""
    values = record._asdict()
    return _plain({name: values[name] for name in _PROJECT_COLUMNS})


def project_whole(record: ProjectRecord, segments: Iterable[SegmentRecord]) -> Shape:
    """A project with its segments in order."""
    return {**project(record), "segments": [segment(one) for one in segments]}


def project_counted(record: ProjectRecord, words_per_minute: int) -> Shape:
    """A project with the counts of the project list; `duration` in seconds, partly guessed."""
    return {
        **project(record),
        "segment_count": record.segment_count,
        "image_count": record.image_count,
        "duration": round(record.duration(words_per_minute), 3),
    }


def project_with_target(record: ProjectRecord, words_per_minute: int) -> Shape:
    """A project with its counts and its `target`, in seconds or null."""
    return {**project_counted(record, words_per_minute), "target": record.target_seconds}


def order(segments: Iterable[PlaceRecord]) -> Shape:
    """What a reorder answers: ids and indices in the new order."""
    return {"segments": [{"id": one.id, "sequence_index": one.sequence_index} for one in segments]}


def change(record: ChangeRecord) -> Shape:
    """A change of the history."""
    return _plain(record._asdict())


def finding(record: Finding) -> Shape:
    """Something that check found."""
    return _plain(record._asdict())


def repaired(record: Repaired) -> list[JsonValue]:
    """What a repair found, each with whether it was `mended`."""
    sides = ((record.mended, True), (record.left, False))
    return [{**finding(one), "mended": mended} for side, mended in sides for one in side]


def trash(record: TrashRecord) -> Shape:
    """The files that a change holds in the trash."""
    return _plain(record._asdict())


def _plain(values: dict[str, object]) -> Shape:
    plain: Shape = {}
    for name, value in values.items():
        if isinstance(value, datetime):
            plain[name] = time(value)
        elif isinstance(value, tuple):
            plain[name] = list(value)
        else:
            plain[name] = value  # type: ignore[assignment]  # records hold nothing else
    return plain
