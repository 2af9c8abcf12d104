"""Rows as they come, go and change inside one transaction, with the project's tally beside them.

The primitive operations below undo each other; `steps.py` writes down which were done, and does
them again or takes them back. No rules of the product here: they are the operations' own.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from storyflow_tui.errors import InvalidOrderError, NotFoundError
from storyflow_tui.library.database import Database, Row
from storyflow_tui.library.models import (
    PROJECT_COLUMNS,
    SEGMENT_COLUMNS,
    TALLY_COLUMNS,
    Project,
    Tally,
    Target,
    as_seconds,
    as_text,
    to_moment,
    to_text,
)
from storyflow_tui.library.tally import Counts, counts_of
from storyflow_tui.records import SegmentRecord

SELECT_SEGMENT = f"SELECT {', '.join(SEGMENT_COLUMNS)} FROM segment"
IN_ORDER = "ORDER BY sequence_index, id"

_INSERT_SEGMENT = (
    f"INSERT INTO segment ({', '.join(SEGMENT_COLUMNS)}) "
    f"VALUES ({', '.join('?' * len(SEGMENT_COLUMNS))})"
)
_LARGEST_ID = 2**63 - 1


class ProjectRow(NamedTuple):
    """A row of the table `project`, times as stored."""

    id: int
    title: str
    status: str
    created_at: str
    updated_at: str


def segment_record(row: Sequence[Any]) -> SegmentRecord:
    """A row of `segment` (its columns in order) as a record."""
    key, project, index, text, prompt, image, audio, duration, locked, created, updated = row
    # SQLite holds in any column what another program puts there.
    if not type(text) is type(prompt) is str:
        text, prompt = as_text(text), as_text(prompt)
    if not (image is None or type(image) is str) or not (audio is None or type(audio) is str):
        image, audio = (None if path is None else as_text(path) for path in (image, audio))
    if duration is not None:
        duration = as_seconds(duration)
    return SegmentRecord(
        key,
        project,
        index if type(index) is int else 0,
        text,
        prompt,
        image,
        audio,
        duration,
        bool(locked),
        to_moment(created),
        to_moment(updated),
    )


def segment_row(record: SegmentRecord) -> list[Any]:
    """The record as its row: JSON values only."""
    return [*record[:8], int(record[8]), to_text(record[9]), to_text(record[10])]


def is_id(value: object) -> bool:
    """Whether the value can be an id at all; SQLite's integers have 64 bits."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value <= _LARGEST_ID


def find_segment(database: Database, segment_id: int) -> SegmentRecord:
    """The segment; raises NotFoundError."""
    row = None
    if is_id(segment_id):
        row = database.row(f"{SELECT_SEGMENT} WHERE id = ?", (segment_id,))
    if row is None:
        raise NotFoundError(f"Segment {segment_id} not found", {"segment_id": _json(segment_id)})
    return segment_record(row)


def find_together(database: Database, ids: Iterable[int]) -> list[SegmentRecord]:
    """The segments with these ids, in the order of their timeline.

    Raises NotFoundError; InvalidOrderError (not_in_project) where they are of two projects.
    """
    wanted = list(dict.fromkeys(ids))
    for key in wanted:
        if not is_id(key):
            find_segment(database, key)
    rows = database.rows(
        f"{SELECT_SEGMENT} WHERE id IN (SELECT value FROM json_each(?)) {IN_ORDER}",
        (json.dumps(wanted),),
    )
    segments = [segment_record(row) for row in rows]
    there = {segment.id: segment.project_id for segment in segments}
    for key in wanted:
        if key not in there:
            raise NotFoundError(f"Segment {key} not found", {"segment_id": key})
    strangers = [key for key in wanted if there[key] != there[wanted[0]]]
    if strangers:
        raise InvalidOrderError(
            "Invalid segment IDs",
            {"project_id": there[wanted[0]], "not_in_project": [*strangers]},
        )
    return segments


def find_project(database: Database, project_id: int) -> ProjectRow:
    """The project's own row; raises NotFoundError."""
    row = None
    if is_id(project_id):
        row = database.row(
            f"SELECT {', '.join(PROJECT_COLUMNS)} FROM project WHERE id = ?", (project_id,)
        )
    if row is None:
        raise NotFoundError(f"Project {project_id} not found", {"project_id": _json(project_id)})
    return ProjectRow(row[0], *map(as_text, row[1:]))


def find_target(database: Database, project_id: int) -> float | None:
    """How long a project is to be, in seconds; None where that was not said."""
    return as_seconds(
        database.value("SELECT seconds FROM target WHERE project_id = ?", (project_id,))
    )


def named_among(database: Database, paths: Sequence[str]) -> str | None:
    """One of these paths that a segment names as its file, or None."""
    found = database.value(
        "WITH wanted (path) AS (SELECT value FROM json_each(?)) "
        "SELECT image_file FROM segment WHERE image_file IN wanted "
        "UNION ALL SELECT audio_file FROM segment WHERE audio_file IN wanted LIMIT 1",
        (json.dumps(paths),),
    )
    return None if found is None else str(found)


def _json(value: object) -> int | str:
    return value if isinstance(value, int) else repr(value)


class Rows:
    """The rows of projects and segments, inside one writing transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._counts: dict[int, Counts] = {}

    # -- segments -----------------------------------------------------------------------------

    def insert_segments(self, segments: Sequence[SegmentRecord]) -> None:
        """Segments come into being, with their ids."""
        self._database.execute_many(_INSERT_SEGMENT, [segment_row(s) for s in segments])
        self._count(segments, 1)

    def delete_segments(self, segments: Sequence[SegmentRecord]) -> None:
        """Segments go."""
        self._database.execute(
            "DELETE FROM segment WHERE id IN (SELECT value FROM json_each(?))",
            (json.dumps([segment.id for segment in segments]),),
        )
        self._count(segments, -1)

    def set_segment(
        self, before: SegmentRecord, values: Mapping[str, Any], *, guard: Mapping[str, Any]
    ) -> bool:
        """Set columns of a segment whose columns in `guard` are still so; else nothing: False."""
        named = [f"{column} = ?" for column in values]
        still = [f"{column} IS ?" for column in guard]
        changed = self._database.execute(
            f"UPDATE segment SET {', '.join(named)} WHERE {' AND '.join(['id = ?', *still])}",
            [*values.values(), before.id, *guard.values()],
        )
        if changed:
            self._count([before], -1)
            after = dict(zip(SEGMENT_COLUMNS, segment_row(before), strict=True)) | dict(values)
            self._count([segment_record(list(after.values()))], 1)
        return bool(changed)

    def set_lengths(self, lengths: Sequence[tuple[SegmentRecord, float | None]]) -> None:
        """Set the length of sound of many segments; their times stay."""
        self._database.execute_many(
            "UPDATE segment SET audio_duration = ? WHERE id = ?",
            [(seconds, segment.id) for segment, seconds in lengths],
        )
        self._count([segment for segment, _ in lengths], -1)
        self._count([one._replace(audio_duration=seconds) for one, seconds in lengths], 1)

    def set_locks(self, segments: Sequence[SegmentRecord], locked: bool) -> None:
        """Lock or unlock segments that are not so yet."""
        self._database.execute(
            "UPDATE segment SET is_locked = ? WHERE id IN (SELECT value FROM json_each(?))",
            (int(locked), json.dumps([segment.id for segment in segments])),
        )
        # Not by what each segment adds: no text has to be counted for it.
        sign = 1 if locked else -1
        for project_id, number in Counter(segment.project_id for segment in segments).items():
            before = self._counts.get(project_id, Counts())
            self._counts[project_id] = before.plus([Counts(locked_count=number)], sign)

    def exchange_order(self, indices: Iterable[tuple[int, int, int]]) -> int:
        """Set `sequence_index` of many segments in one statement: (id, index now, index then).

        What has another now stays as it is; returns how many were set.
        """
        return self._database.execute(
            "UPDATE segment SET sequence_index = wanted.place FROM ("
            "SELECT value ->> 0 AS id, value ->> 1 AS former, value ->> 2 AS place "
            "FROM json_each(?)) AS wanted "
            "WHERE segment.id = wanted.id AND sequence_index = wanted.former",
            (json.dumps(list(indices)),),
        )

    def repeats_index(self, project_id: int) -> bool:
        """Whether any index of a project stands twice."""
        found = self._database.value(
            "SELECT 1 FROM segment WHERE project_id = ? GROUP BY sequence_index "
            "HAVING COUNT(*) > 1 LIMIT 1",
            (project_id,),
        )
        return found is not None

    def shift(self, project_id: int, start: int, by: int) -> None:
        """Add `by` to every `sequence_index` from `start` on."""
        self._database.execute(
            "UPDATE segment SET sequence_index = sequence_index + ? "
            "WHERE project_id = ? AND sequence_index >= ?",
            (by, project_id, start),
        )

    def segments(self, project_id: int) -> list[SegmentRecord]:
        """All segments of a project, in order."""
        rows = self._database.rows(
            f"{SELECT_SEGMENT} WHERE project_id = ? {IN_ORDER}", (project_id,)
        )
        return [segment_record(row) for row in rows]

    def some_segments(self, ids: Sequence[int]) -> list[SegmentRecord]:
        """The segments with these ids that are there, by id."""
        rows = self._database.rows(
            f"{SELECT_SEGMENT} WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id",
            (json.dumps(list(ids)),),
        )
        return [segment_record(row) for row in rows]

    # -- projects -----------------------------------------------------------------------------

    def insert_project(self, project: ProjectRow) -> None:
        """A project comes into being, without segments."""
        self._database.write(Project.insert(project._asdict()))
        self._database.write(Tally.insert(project=project.id))

    def delete_project(self, project_id: int) -> None:
        """A project goes, with its segments and its tally."""
        self._database.write(Project.delete().where(Project.id == project_id))
        self._counts.pop(project_id, None)

    def set_project(self, project_id: int, values: Mapping[str, Any]) -> None:
        """Set columns of a project."""
        named = ", ".join(f"{column} = ?" for column in values)
        self._database.execute(
            f"UPDATE project SET {named} WHERE id = ?", [*values.values(), project_id]
        )

    def set_target(self, project_id: int, seconds: float | None) -> None:
        """Say how long a project is to be, or that it has no target."""
        self._database.write(Target.delete().where(Target.project == project_id))
        if seconds is not None:
            self._database.write(Target.insert(project=project_id, seconds=seconds))

    # -- tally --------------------------------------------------------------------------------

    def write_tallies(self) -> None:
        """Add what was counted along the way to the projects' tallies."""
        named = ", ".join(f"{column} = {column} + ?" for column in TALLY_COLUMNS)
        for project_id, counts in self._counts.items():
            if any(counts):
                self._database.execute(
                    f"UPDATE tally SET {named} WHERE project_id = ?", [*counts, project_id]
                )
        self._counts.clear()

    def set_tallies(self, project_ids: Sequence[int], tallies: Sequence[Row]) -> None:
        """Put tallies (id, then the counts) in the place of what these projects have, or don't."""
        self._database.execute_many(
            "DELETE FROM tally WHERE project_id = ?", [(key,) for key in project_ids]
        )
        columns = ("project_id", *TALLY_COLUMNS)
        self._database.execute_many(
            f"INSERT INTO tally ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})",
            tallies,
        )

    def _count(self, segments: Iterable[SegmentRecord], sign: int) -> None:
        added: dict[int, list[Counts]] = {}
        for segment in segments:
            added.setdefault(segment.project_id, []).append(counts_of(segment))
        for project_id, counts in added.items():
            before = self._counts.get(project_id, Counts())
            self._counts[project_id] = before.plus(counts, sign)
