"""What a change took away, brought back by a new change: segments, stories, pictures, texts.

Undo takes back the newest change only; this reaches an older one and leaves what came after it.
The trash keeps its own: files come back under a second name (a hard link), so that every change
that holds them can still be undone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from storyflow_tui.errors import ConflictError, LockedError, NothingToUndoError
from storyflow_tui.library.changes import Writing
from storyflow_tui.library.holdings import is_same
from storyflow_tui.library.journal import Journal
from storyflow_tui.library.media import Media, project_folder
from storyflow_tui.library.models import to_text
from storyflow_tui.library.order import position_of
from storyflow_tui.library.rows import ProjectRow, find_project, find_segment, segment_record
from storyflow_tui.library.steps import (
    FILE_COLUMNS,
    LOCKED_IMAGE,
    LOCKED_TEXT,
    TEXT_COLUMNS,
    Fields,
    Segments,
    Shift,
    Step,
    WholeProject,
    files_of,
)
from storyflow_tui.records import SegmentRecord, counted

_FIELD_NAMES = {"text_content": "narration", "image_prompt": "prompt"}


class Restoration:
    """One restoration while it is made, inside its change.

    `staged` are copies of what the former change holds, by the paths that they had.
    """

    def __init__(
        self, change: Writing, media: Media, journal: Journal, staged: Mapping[str, Path]
    ) -> None:
        self._change = change
        self._media = media
        self._journal = journal
        self._staged = staged
        self._missing = 0

    def bring_back(self, change_id: int, steps: Sequence[Step], *, stands: bool) -> None:
        """Bring back what the steps of a change took away; `stands`: it is not undone.

        Raises NothingToUndoError when they took nothing that is away, LockedError, NotFoundError,
        ConflictError when it is there again.
        """
        labels = []
        for step in steps:
            match step:
                case WholeProject():
                    labels += self._project(step)
                case Segments():
                    labels += self._segments(step)
                case Fields():
                    labels += self._fields(step, stands)
        if not labels:
            raise NothingToUndoError(
                f"Change {change_id} took nothing away that could be brought back",
                {"change": change_id},
            )
        what = labels[0] if len(labels) == 1 else f"{labels[0]} and {len(labels) - 1} more"
        without = f" without {counted(self._missing, 'picture')}" if self._missing else ""
        self._change.label = f"Restore {what}{without}"

    def _project(self, step: WholeProject) -> list[str]:
        if step.project is None:
            return []
        project = ProjectRow(*step.project)
        database = self._change.database
        if database.value("SELECT 1 FROM project WHERE id = ?", (project.id,)) is not None:
            raise ConflictError(
                f"“{project.title}” is in the library already", {"project_id": project.id}
            )
        rows = [segment_record(row) for row in step.rows or []]
        segments = [self._with_files_there(segment) for segment in rows]
        self._change.rows.insert_project(project)
        self._change.rows.insert_segments(segments)
        self._change.rows.set_target(project.id, step.target)
        for path in (project_folder(project.id), *files_of(segments)):
            if path in self._staged:
                self._change.files.bring_in(self._staged[path], path)
        self._change.note(WholeProject(project.id, appear=True))
        self._change.order_changed = self._change.projects_changed = True
        self._change.subjects[project.id] = None
        return [f"“{project.title}”"]

    def _segments(self, step: Segments) -> list[str]:
        if step.rows is None:
            return []
        database = self._change.database
        find_project(database, step.project_id)
        there = {segment.id for segment in self._change.rows.some_segments(step.ids)}
        away = sorted(
            (record for row in step.rows if (record := segment_record(row)).id not in there),
            key=lambda record: (record.sequence_index, record.id),
        )
        if not away:
            raise ConflictError(
                f"Segment {step.ids[0]} is in the story already", {"segment_id": step.ids[0]}
            )
        segments = [self._with_files_there(record) for record in self._placed(away)]
        self._change.rows.insert_segments(segments)
        for path in files_of(segments):
            self._change.files.bring_in(self._staged[path], path)
        self._change.note(Segments(step.project_id, appear=True, ids=[s.id for s in segments]))
        self._change.order_changed = True
        self._change.touch(step.project_id, *(segment.id for segment in segments))
        if len(segments) > 1:
            return [counted(len(segments), "segment")]
        return [f"segment {position_of(database, segments[0])}"]

    def _placed(self, segments: Sequence[SegmentRecord]) -> Sequence[SegmentRecord]:
        """The segments with the indices that they had, or in one row where others have those."""
        first = segments[0]
        taken = self._change.database.value(
            "SELECT 1 FROM segment WHERE project_id = ? AND sequence_index BETWEEN ? AND ?",
            (first.project_id, first.sequence_index, segments[-1].sequence_index),
        )
        if taken is None:
            return segments
        self._change.do(Shift(first.project_id, first.sequence_index, len(segments)))
        return [
            record._replace(sequence_index=first.sequence_index + number)
            for number, record in enumerate(segments)
        ]

    def _fields(self, step: Fields, stands: bool) -> list[str]:
        lost = step.before if stands else step.after
        now = find_segment(self._change.database, step.segment_id)
        wanted = {
            column: value
            for column, value in lost.items()
            if column in TEXT_COLUMNS and value != getattr(now, column)
        }
        files = [column for column in FILE_COLUMNS if self._is_lost(lost, column, now)]
        wanted |= {column: lost[column] for column in files}
        if not wanted:
            return []
        if now.is_locked:
            raise LockedError(LOCKED_IMAGE if files else LOCKED_TEXT, {"segment_id": now.id})
        before: dict[str, Any] = {column: getattr(now, column) for column in wanted}
        self._change.do(
            Fields(
                now.id,
                before | {"updated_at": to_text(now.updated_at)},
                wanted | {"updated_at": self._change.at},
            )
        )
        for column in files:
            self._change.files.bring_in(self._staged[lost[column]], lost[column])
        names = [_FIELD_NAMES.get(column, "the picture") for column in wanted]
        return [f"{' and '.join(names)} of segment {position_of(self._change.database, now)}"]

    def _is_lost(self, lost: Mapping[str, Any], column: str, now: SegmentRecord) -> bool:
        """Whether the file of this side is held, and is another than the segment has now."""
        staged = self._staged.get(lost.get(column) or "")
        if staged is None:
            return False
        present = getattr(now, column)
        if not present or self._media.path(present) is None:
            return True
        return not is_same(staged, self._media.folder / self._journal.locate(present))

    def _with_files_there(self, segment: SegmentRecord) -> SegmentRecord:
        """The segment without the files that the trash has no more; what was typed comes back."""
        kept: dict[str, Any] = {}
        for column in FILE_COLUMNS:
            path = getattr(segment, column)
            if path and not self._is_staged(segment.project_id, path):
                kept[column] = None
                self._missing += 1
        return segment._replace(**kept)

    def _is_staged(self, project_id: int, path: str) -> bool:
        if path in self._staged:
            return True
        folder = project_folder(project_id)
        staged = self._staged.get(folder)
        return (
            staged is not None
            and path.startswith(folder + "/")
            and self._media.disk.exists(staged / path.removeprefix(folder + "/"))
        )
