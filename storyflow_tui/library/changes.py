"""The one door: every write goes through here, rows, file moves and history in one transaction.

An operation opens a change, does its steps and leaves; the door writes the history, commits, has
the journal move the files and tells who listens what changed.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from storyflow_tui.errors import StoryflowError
from storyflow_tui.library.clock import Clock
from storyflow_tui.library.database import Database
from storyflow_tui.library.disk import failures_told
from storyflow_tui.library.files import FilePlan
from storyflow_tui.library.journal import Journal
from storyflow_tui.library.media import Media, Staging
from storyflow_tui.library.models import Change, to_moment, to_text
from storyflow_tui.library.rows import find_project, is_id
from storyflow_tui.library.steps import (
    Fields,
    Segments,
    Shift,
    Step,
    Touched,
    Work,
    from_json,
    to_json,
)
from storyflow_tui.records import Changed, Standing

RUN_SECONDS = 30
"""A run of typing ends after this long without a key."""

_IDS_KEPT = 100  # ids that a change names for the cursor; a reorder of 10,000 needs no more


class Writing(Work):
    """One change while it is being made, inside its transaction."""

    def __init__(
        self, database: Database, plan: Callable[[int], FilePlan], moment: datetime
    ) -> None:
        super().__init__(database, lambda: plan(self.change_id), to_text(moment))
        self.moment = moment
        self.change_id = database.next_id("change")
        self.label = ""
        self.steps: list[Step] = []
        self.is_replay = False
        self.frees_moves = False
        """Whether moves that others had to wait for were struck off."""

    def replay(self, change_id: int) -> None:
        """Say that an undo or redo works on a change that is there, instead of adding one."""
        self.change_id = change_id
        self.is_replay = True

    def do(self, step: Step) -> None:
        """Do a step for the first time and write it down."""
        step.go(self, forward=True)
        self.steps.append(step)

    def note(self, step: Step) -> None:
        """Write down a step that was done already."""
        self.steps.append(step)


class Door:
    """Lets one change at a time into the library."""

    def __init__(self, database: Database, media: Media, journal: Journal, clock: Clock) -> None:
        self._database = database
        self._media = media
        self._journal = journal
        self._clock = clock
        self.on_changed: Callable[[Changed], None] | None = None

    @contextmanager
    def change(
        self,
        line: int | None,
        *,
        run: str | None = None,
        staging: Staging | None = None,
    ) -> Iterator[Writing]:
        """One change in a line of history: a project's, or None for the project list's.

        `run` joins it to the newest change if that is of the same run of typing. What is raised
        inside goes through, and nothing has happened.
        """
        if self._journal.is_pending():
            self._journal.finish()
        operation = staging.folder.name if staging else os.urandom(16).hex()
        with failures_told(self._media.folder), self._database.writing():
            writing = Writing(self._database, self._plan, self._clock())
            yield writing
            if not writing.is_replay:
                self._touch_projects(writing)
            writing.rows.write_tallies()
            written = None if writing.is_replay else self._write_history(line, writing, run)
            standing = self._standing(line) if writing.is_replay or writing.steps else None
            has_moves = "files" in vars(writing) and writing.files.list_moves(operation)
            if staging and has_moves:
                staging.is_taken = True
        pending = self._finish() if has_moves or writing.frees_moves else False
        told = writing.change_id if writing.is_replay else written
        self._tell(writing, told, pending, line, standing)

    def newest(self, line: int | None, state: str, *, first: bool = False) -> int | None:
        """The id of the newest (or first) change of a line in a state, or None."""
        if line is not None and not is_id(line):
            return None
        found = self._database.value(
            "SELECT id FROM change WHERE project_id IS ? AND state = ? "
            f"ORDER BY id {'ASC' if first else 'DESC'} LIMIT 1",
            (line, state),
        )
        return None if found is None else int(found)

    def _standing(self, line: int | None) -> Standing | None:
        # Inside the transaction: what others do after it is none of this change.
        if self.on_changed is None:
            return None
        return Standing(self.newest(line, "done"), self.newest(line, "undone", first=True))

    def _touch_projects(self, writing: Writing) -> None:
        for project_id in writing.touched:
            before = find_project(self._database, project_id).updated_at
            if before != writing.at:
                writing.rows.set_project(project_id, {"updated_at": writing.at})
            if writing.steps:
                writing.note(Touched(project_id, before, writing.at))

    def _write_history(self, line: int | None, writing: Writing, run: str | None) -> int | None:
        if not writing.steps:
            return None
        joined = self._joined_to_run(line, writing, run) if run else None
        if joined is not None:
            return self._write_run(*joined, writing)
        self._database.execute(
            "UPDATE change SET state = 'set_aside' WHERE project_id IS ? AND state = 'undone'",
            (line,),
        )
        self._database.execute(
            "INSERT INTO change (id, project_id, label, run, created_at, touched_at, segment_ids, "
            "steps) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                writing.change_id,
                line,
                writing.label,
                run,
                writing.at,
                writing.at,
                json.dumps(list(writing.segment_ids)[:_IDS_KEPT]),
                to_json(writing.steps),
            ),
        )
        return writing.change_id

    def _joined_to_run(
        self, line: int | None, writing: Writing, run: str
    ) -> tuple[int, list[Step]] | None:
        """The newest change, grown by this one, if both are of one run of typing in one field."""
        newest = self._database.row(
            "SELECT id, state, run, touched_at, steps FROM change "
            "WHERE project_id IS ? AND state IN ('done', 'undone') ORDER BY id DESC LIMIT 1",
            (line,),
        )
        if newest is None or newest[1] != "done" or newest[2] != run:
            return None
        if writing.moment - to_moment(newest[3]) > timedelta(seconds=RUN_SECONDS):
            return None
        steps = from_json(newest[4])
        match [*steps, *writing.steps]:
            case [Fields() as first, Touched() as began, Fields() as latest, Touched() as ended]:
                if (first.segment_id, *first.after) != (latest.segment_id, *latest.after):
                    return None
                if began.after != ended.before:  # something else came, such as another title
                    return None
                first.after, began.after = latest.after, ended.after
            case [Shift(), Segments(ids=[made]), Touched() as began, Fields() as latest, ended]:
                # The first text of a new segment, typed on: it is in the row that undo takes away.
                if made != latest.segment_id or not isinstance(ended, Touched):
                    return None
                if began.after != ended.before:
                    return None
                began.after = ended.after
            case _:
                return None
        return int(newest[0]), steps

    def _write_run(self, change_id: int, steps: list[Step], writing: Writing) -> int | None:
        typed = steps[0]
        if isinstance(typed, Fields) and all(
            typed.before[c] == typed.after[c] for c in typed.after if c != "updated_at"
        ):
            # Typed and taken back by hand: nothing is left that could be undone.
            self._database.execute("DELETE FROM change WHERE id = ?", (change_id,))
            return None
        self._database.write(
            Change.update(touched_at=writing.at, steps=to_json(steps)).where(Change.id == change_id)
        )
        return change_id

    def _finish(self) -> bool:
        # The operation has happened whatever comes of this: its moves are listed, and the next
        # writer or the next open does them.
        try:
            return self._journal.finish()
        except StoryflowError:
            return True

    def _plan(self, change_id: int) -> FilePlan:
        return FilePlan(self._database, self._media, self._journal, change_id)

    def _tell(
        self,
        writing: Writing,
        change_id: int | None,
        pending: bool,
        line: int | None,
        standing: Standing | None,
    ) -> None:
        if self.on_changed is None:
            return
        for project_id in writing.subjects:
            self.on_changed(
                Changed(
                    project_id=project_id,
                    segment_ids=None if writing.order_changed else tuple(writing.segment_ids),
                    order_changed=writing.order_changed,
                    projects_changed=writing.projects_changed,
                    change_id=change_id,
                    label=writing.label,
                    pending=pending,
                    line=line,
                    standing=standing,
                )
            )
