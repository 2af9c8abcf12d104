"""Retention: old changes leave the history, and what they hold leaves the trash for good.

The rows go in a transaction together with moves of the changes' folders out of the trash into
staging, so that a kill at any moment leaves a change with all its files or neither; what lies in
staging then is removed, at once or by the next open. When it is applied is the caller's choice.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta

from storyflow_tui.errors import StoryflowError
from storyflow_tui.library.clock import Clock
from storyflow_tui.library.database import Database
from storyflow_tui.library.disk import failures_told
from storyflow_tui.library.journal import Journal
from storyflow_tui.library.media import STAGING, TRASH, Media
from storyflow_tui.library.models import to_moment, to_text

KEPT = 1000
"""The changes of a line that stay however old they are."""

TRUSTED = timedelta(days=90)
"""A clock further ahead of the newest change than this is taken for wrong, or the box for long
unused: nothing is removed then."""

_BATCH = 100  # changes a transaction: others get their turn in between


class Retention:
    """Removes what is old from one library's history and trash."""

    def __init__(self, database: Database, media: Media, journal: Journal, clock: Clock) -> None:
        self._database = database
        self._media = media
        self._journal = journal
        self._clock = clock

    def apply(self, days: int) -> int:
        """Remove changes older than `days` and not among the last KEPT of their line.

        Returns how many went, oldest first; a story that no change can bring back any more takes
        its own line along. Nothing where the clock cannot be believed. Raises BusyError,
        ReadOnlyError, NoSpaceError; what went until then is gone as a whole.
        """
        moment = self._clock()
        newest = self._database.value("SELECT MAX(touched_at) FROM change")
        if newest is None or not to_moment(newest) <= moment <= to_moment(newest) + TRUSTED:
            return 0
        cutoff = to_text(moment - timedelta(days=days))
        return self._remove(self._old(cutoff), cutoff) + self._remove(self._orphans(), cutoff)

    def _old(self, cutoff: str) -> Sequence[int]:
        rows = self._database.rows(
            "SELECT id FROM (SELECT id, touched_at, ROW_NUMBER() OVER "
            "(PARTITION BY project_id ORDER BY id DESC) AS place FROM change) "
            "WHERE place > ? AND touched_at < ? ORDER BY id",
            (KEPT, cutoff),
        )
        return [row[0] for row in rows]

    def _orphans(self) -> Sequence[int]:
        """Changes of stories that are gone and that no change of the project list holds."""
        rows = self._database.rows(
            "SELECT id FROM change WHERE project_id NOT IN (SELECT id FROM project) "
            "AND project_id NOT IN (SELECT json_extract(value, '$.project_id') "
            "FROM change AS holder, json_each(holder.steps) WHERE holder.project_id IS NULL "
            "AND json_extract(value, '$.kind') = 'project') ORDER BY id"
        )
        return [row[0] for row in rows]

    def _remove(self, ids: Sequence[int], cutoff: str) -> int:
        return sum(
            self._remove_some(ids[start : start + _BATCH], cutoff)
            for start in range(0, len(ids), _BATCH)
        )

    def _remove_some(self, ids: Sequence[int], cutoff: str) -> int:
        if self._journal.is_pending():
            self._journal.finish()
        with self._media.staging() as staging:
            operation = staging.folder.name
            with failures_told(self._media.folder), self._database.writing():
                # Asked again: one that was undone or done again meanwhile is young, and files that
                # still wait to be moved keep their change.
                waiting = {
                    part
                    for move in self._journal.pending()
                    for part in (_held_by(move.source), _held_by(move.target))
                }
                rows = self._database.rows(
                    "SELECT id FROM change WHERE touched_at < ? "
                    "AND id IN (SELECT value FROM json_each(?)) ORDER BY id",
                    (cutoff, json.dumps(list(ids))),
                )
                doomed = [row[0] for row in rows if str(row[0]) not in waiting]
                folders = [
                    change_id
                    for change_id in doomed
                    if self._media.disk.exists(self._media.folder / TRASH / str(change_id))
                ]
                self._database.execute(
                    "DELETE FROM change WHERE id IN (SELECT value FROM json_each(?))",
                    (json.dumps(doomed),),
                )
                first = self._database.next_id("file_move")
                self._journal.add(
                    operation,
                    [
                        (number, f"{TRASH}/{held}", f"{STAGING}/{operation}/{held}")
                        for number, held in enumerate(folders, first)
                    ],
                )
            # From here on the moves name what lies in staging: it is the journal's, not ours.
            staging.is_taken = bool(folders)
            # They have gone whatever comes of this: what stays is moved by the next writer, and
            # swept by the next open.
            with suppress(OSError, StoryflowError):
                if folders and not self._journal.finish():
                    self._media.disk.remove_tree(staging.folder)
        return len(doomed)


def _held_by(path: str) -> str | None:
    """The id of the change, as text, that holds a path in the trash."""
    parts = path.split("/")
    return parts[1] if parts[0] == TRASH and len(parts) > 1 else None
