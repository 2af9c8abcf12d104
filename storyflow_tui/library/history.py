"""The lines of changes: what was done, undo and redo, kept across restarts.

One line a project and one for the project list, shared by all processes. Undo takes back the
newest change that stands, redo does again the one undone last.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from storyflow_tui.errors import ConflictError, NotFoundError, NothingToUndoError
from storyflow_tui.library.changes import Door, Writing
from storyflow_tui.library.database import Database, Row
from storyflow_tui.library.holdings import NOTHING, Held, holdings
from storyflow_tui.library.journal import Journal
from storyflow_tui.library.media import Media
from storyflow_tui.library.models import Change, as_text, to_moment
from storyflow_tui.library.rows import find_project, is_id, segment_record
from storyflow_tui.library.steps import (
    TEXT_COLUMNS,
    Fields,
    Numbered,
    Order,
    Segments,
    Shift,
    Step,
    WholeProject,
    beginning,
    from_json,
    to_json,
)
from storyflow_tui.records import ChangeRecord, SegmentRecord, TextRecord

REPAIR = "Repair the library"
"""How the label of every repair begins."""

_COLUMNS = "id, project_id, label, state, created_at, segment_ids"


class History:
    """The history of one library. `project_id` None is the line of the project list."""

    def __init__(self, database: Database, media: Media, journal: Journal, door: Door) -> None:
        self._database = database
        self._media = media
        self._journal = journal
        self._door = door

    def list(self, project_id: int | None = None) -> Sequence[ChangeRecord]:
        """All changes of a line, newest first, also those undone; raises NotFoundError."""
        return self.many(self.ids(project_id))

    def ids(self, project_id: int | None = None) -> Sequence[int]:
        """The ids of all changes of a line, newest first; raises NotFoundError."""
        self._demand(project_id)
        rows = self._database.rows(
            "SELECT id FROM change WHERE project_id IS ? ORDER BY id DESC", (project_id,)
        )
        return [row[0] for row in rows]

    def many(self, ids: Iterable[int], *, files: bool = True) -> Sequence[ChangeRecord]:
        """The changes with these ids in the order given; those that are gone are left out.

        Without `files` the trash is not looked at, and none holds anything: costs then do not
        grow with what a deleted story held.
        """
        wanted = [*ids]
        rows = self._database.rows(
            f"SELECT {_COLUMNS} FROM change WHERE id IN (SELECT value FROM json_each(?))",
            (json.dumps(wanted),),
        )
        held = holdings(self._database, self._media, self._journal, wanted) if files else {}
        found = {row[0]: _record(row, held.get(row[0], NOTHING)) for row in rows}
        return [found[key] for key in wanted if key in found]

    def get(self, change_id: int) -> ChangeRecord:
        """One change, of any line; raises NotFoundError."""
        found = self.many([change_id]) if is_id(change_id) else ()
        if not found:
            raise NotFoundError(f"Change {change_id} not found", {"change": change_id})
        return found[0]

    def texts(self, change_id: int) -> Sequence[TextRecord]:
        """The narrations and prompts that a change set, before and after; raises NotFoundError."""
        return [
            TextRecord(step.segment_id, name, step.before[name], step.after[name])
            for step in self._steps(change_id)
            if isinstance(step, Fields)
            for name in TEXT_COLUMNS
            if name in step.after
        ]

    def segments(self, change_id: int) -> Sequence[SegmentRecord]:
        """The segments that a change took away, alone or with their story, as they were then.

        None are told that the change brought back since; raises NotFoundError.
        """
        steps = self._steps(change_id)
        return [
            segment_record(row)
            for step in steps
            if isinstance(step, Segments | WholeProject)
            for row in step.rows or ()
        ]

    def next_undo(self, project_id: int | None = None) -> ChangeRecord | None:
        """The change that undo would take back, or None; what it holds is not looked at."""
        return self._found(self._door.newest(project_id, "done"))

    def next_redo(self, project_id: int | None = None) -> ChangeRecord | None:
        """The change that redo would do again, or None; what it holds is not looked at."""
        return self._found(self._door.newest(project_id, "undone", first=True))

    def undo(self, project_id: int | None = None, expected: int | None = None) -> ChangeRecord:
        """Take back the newest change that stands; returns it.

        `expected` is the id of the change that the asker was shown: another one meanwhile is a
        conflict. Raises NothingToUndoError, LockedError, ConflictError.
        """
        return self._replay(project_id, expected, forward=False)

    def redo(self, project_id: int | None = None, expected: int | None = None) -> ChangeRecord:
        """Do again the change that was undone last; returns it. Raises as `undo`."""
        return self._replay(project_id, expected, forward=True)

    def _replay(
        self, project_id: int | None, expected: int | None, *, forward: bool
    ) -> ChangeRecord:
        self._demand(project_id)
        with self._door.change(project_id) as change:
            state, other = ("undone", "done") if forward else ("done", "undone")
            change_id = self._door.newest(project_id, state, first=forward)
            if change_id is None:
                raise NothingToUndoError(
                    f"Nothing to {'redo' if forward else 'undo'}", {"project_id": project_id}
                )
            if expected is not None and expected != change_id:
                record = self._found(change_id)
                label = record.label if record else ""
                raise ConflictError(
                    f"Another change came meanwhile: {label}",
                    {"expected": expected, "newest": change_id},
                )
            change.replay(change_id)
            self._go(change, change_id, forward=forward)
            # It was there inside this transaction, so it is found after it too.
            # Touched now, so that what the trash holds of it since is kept as long as of any other.
            self._database.write(
                Change.update(state=other, touched_at=change.at).where(Change.id == change_id)
            )
        record = self._found(change_id)
        if record is None:  # another process, by whose clock it is old, let it go meanwhile
            raise NotFoundError(f"Change {change_id} not found", {"change": change_id})
        return record

    def _go(self, change: Writing, change_id: int, *, forward: bool) -> None:
        label, text = self._database.rows(
            "SELECT label, steps FROM change WHERE id = ?", (change_id,)
        )[0]
        change.label = as_text(label)
        steps = from_json(text)
        for key in {s.project_id for s in steps if isinstance(s, Order | Shift | Segments)}:
            self._demand_same_order(key, change_id)
        for step in steps if forward else reversed(steps):
            step.go(change, forward=forward)
        self._database.write(Change.update(steps=to_json(steps)).where(Change.id == change_id))

    def _demand_same_order(self, project_id: int, change_id: int) -> None:
        """Refuse what would mix places of before and after a repair that numbered them anew.

        Repairs stand in the other line, so that the order of this one does not tell.
        """
        repair = self._database.value(
            "SELECT id FROM change WHERE project_id IS NULL AND state = 'done' AND id > ? "
            # By the label first: the steps of a deletion hold a whole story.
            "AND label LIKE ? || '%' AND instr(steps, ?) LIMIT 1",
            (change_id, REPAIR, beginning(Numbered.kind, project_id)),
        )
        if repair is not None:
            raise ConflictError(
                "A repair has numbered the segments anew since; undo that first",
                {"project_id": project_id, "change": repair},
            )

    def _steps(self, change_id: int) -> Sequence[Step]:
        text = None
        if is_id(change_id):
            text = self._database.value("SELECT steps FROM change WHERE id = ?", (change_id,))
        if text is None:
            raise NotFoundError(f"Change {change_id} not found", {"change": change_id})
        return from_json(text)

    def _found(self, change_id: int | None) -> ChangeRecord | None:
        if change_id is None:
            return None
        row = self._database.row(f"SELECT {_COLUMNS} FROM change WHERE id = ?", (change_id,))
        return None if row is None else _record(row)

    def _demand(self, project_id: int | None) -> None:
        if project_id is not None:
            find_project(self._database, project_id)


def _record(row: Row, held: Held = NOTHING) -> ChangeRecord:
    key, project_id, label, state, created, ids = row
    try:
        segment_ids = tuple(json.loads(ids))
    except (ValueError, TypeError, RecursionError):
        segment_ids = ()  # where the cursor goes after undo, and no more
    return ChangeRecord(
        key, project_id, as_text(label), state, to_moment(created), segment_ids, *held
    )
