"""Places in a timeline: which index stands at a position, and at which position a segment stands.

People count positions from 1; the table holds indices, which are dense after a reorder and have
gaps after deletions. A dense project is answered from its ends, whatever its size.
"""

from __future__ import annotations

from storyflow_tui.library.database import Database
from storyflow_tui.records import SegmentRecord


def is_dense(database: Database, project_id: int, count: int) -> bool:
    """Whether the indices run from 0 without a gap, told from their ends and the count.

    Repeated indices (which only something else than this program makes) could mislead it; then
    a position is off, never a row lost.
    """
    ends = database.row(
        "SELECT (SELECT sequence_index FROM segment WHERE project_id = ?1 "
        "ORDER BY sequence_index LIMIT 1), (SELECT sequence_index FROM segment "
        "WHERE project_id = ?1 ORDER BY sequence_index DESC LIMIT 1)",
        (project_id,),
    )
    return ends == (0, count - 1)


def segment_count(database: Database, project_id: int) -> int:
    """How many segments the project has, from its tally."""
    return int(
        database.value("SELECT segment_count FROM tally WHERE project_id = ?", (project_id,)) or 0
    )


def position_of(database: Database, segment: SegmentRecord) -> int:
    """The 1-based place of a segment in its timeline."""
    count = segment_count(database, segment.project_id)
    if is_dense(database, segment.project_id, count):
        return segment.sequence_index + 1
    return int(
        database.value(
            "SELECT COUNT(*) FROM segment WHERE project_id = ?1 "
            "AND (sequence_index, id) <= (?2, ?3)",
            (segment.project_id, segment.sequence_index, segment.id),
        )
    )


def index_at(database: Database, project_id: int, position: int, count: int) -> int:
    """The `sequence_index` that a new segment takes at a position; `count` is the project's."""
    if position > count:
        last = database.value(
            "SELECT MAX(sequence_index) FROM segment WHERE project_id = ?", (project_id,)
        )
        return 0 if last is None else int(last) + 1
    if is_dense(database, project_id, count):
        return position - 1
    return int(
        database.value(
            "SELECT sequence_index FROM segment WHERE project_id = ? "
            "ORDER BY sequence_index, id LIMIT 1 OFFSET ?",
            (project_id, position - 1),
        )
    )


def between(
    database: Database, project_id: int, first: int, last: int, count: int
) -> list[tuple[int, int]]:
    """(id, sequence_index) of the segments from one position to another, both included."""
    if is_dense(database, project_id, count):
        return database.rows(
            "SELECT id, sequence_index FROM segment WHERE project_id = ? "
            "AND sequence_index BETWEEN ? AND ? ORDER BY sequence_index, id",
            (project_id, first - 1, last - 1),
        )
    return database.rows(
        "SELECT id, sequence_index FROM segment WHERE project_id = ? "
        "ORDER BY sequence_index, id LIMIT ? OFFSET ?",
        (project_id, last - first + 1, first - 1),
    )
