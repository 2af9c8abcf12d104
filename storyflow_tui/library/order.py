"""Places in a timeline: which index stands at a position, at which position a segment stands, and
how segments get other places.

People count positions from 1; the table holds indices, which are dense after a reorder and have
gaps after deletions. A dense project is answered from its ends, whatever its size.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from storyflow_tui.errors import InvalidOrderError
from storyflow_tui.library.changes import Writing
from storyflow_tui.library.database import Database
from storyflow_tui.library.rows import IN_ORDER
from storyflow_tui.library.steps import Order, Shift
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


def demand_position(position: int, last: int) -> None:
    """Raise InvalidOrderError for a position outside 1 … `last`."""
    if not isinstance(position, int) or not 1 <= position <= last:
        raise InvalidOrderError(
            f"Position must be from 1 to {last}",
            {"position": position if isinstance(position, int) else repr(position)},
        )


def make_room(change: Writing, project_id: int, position: int, number: int) -> int:
    """Make room for so many new segments at a position; returns the index of the first.

    Raises InvalidOrderError for a position outside 1 … one behind the last.
    """
    count = segment_count(change.database, project_id)
    demand_position(position, count + 1)
    start = index_at(change.database, project_id, position, count)
    if number:
        change.do(Shift(project_id, start, number))
    return start


def move_together(
    change: Writing, label: str, segments: Sequence[SegmentRecord], position: int, count: int
) -> None:
    """Let segments of a project stand side by side from a position on, in the order given.

    They are in the order of the timeline; those between make room. `count` is the project's.
    """
    database, project_id = change.database, segments[0].project_id
    first = min(position_of(database, segments[0]), position)
    last = max(position_of(database, segments[-1]), position + len(segments) - 1)
    rows = between(database, project_id, first, last, count)
    indices = [row[1] for row in rows]
    if not len(rows) == len(set(indices)) == last - first + 1:
        # Repeated indices cannot be permuted into an order: number the whole project anew.
        rows = database.rows(
            f"SELECT id, sequence_index FROM segment WHERE project_id = ? {IN_ORDER}",
            (project_id,),
        )
        indices, first = list(range(len(rows))), 1
    moved = dict.fromkeys(segment.id for segment in segments)
    others = [row[0] for row in rows if row[0] not in moved]
    at = position - first
    order = [*others[:at], *moved, *others[at:]]
    reindex(change, project_id, label, dict(rows), order, indices, [*moved])


def reindex(
    change: Writing,
    project_id: int,
    label: str,
    before: Mapping[int, int],
    ids: Sequence[int],
    indices: Sequence[int],
    moved: Sequence[int] = (),
) -> None:
    """Give segments their indices, in one step; those who keep theirs are not touched."""
    altered = [
        (key, before[key], index)
        for key, index in zip(ids, indices, strict=True)
        if before[key] != index
    ]
    if not altered:
        return
    change.label = label
    change.do(
        Order(
            project_id,
            [row[0] for row in altered],
            [row[1] for row in altered],
            [row[2] for row in altered],
            [*moved],
        )
    )
