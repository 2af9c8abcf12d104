"""Lengths: read for a whole story; measured ones, and how long it is to be, set in one change.

A length is no content in the sense of the lock: a locked segment takes one, and no segment's
`updated_at` moves by it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from storyflow_tui.lengths import clean_length, clean_target, clock
from storyflow_tui.library.changes import Door
from storyflow_tui.library.database import Database
from storyflow_tui.library.models import as_seconds, as_text
from storyflow_tui.library.order import position_of
from storyflow_tui.library.rows import IN_ORDER, find_project, find_target, find_together
from storyflow_tui.library.steps import Lengths, Target
from storyflow_tui.records import LengthRecord, SegmentRecord, counted, estimated_seconds

PIECE = 1000
"""Segments whose lengths are read before whoever asked may change their mind."""

_SMALLEST = (-(2**63), 0)


def lengths(
    database: Database, project_id: int, words_per_minute: int
) -> Iterator[Sequence[LengthRecord]]:
    """The lengths of a project's segments, in order; see `Segments.lengths`."""
    find_project(database, project_id)
    after = _SMALLEST
    while rows := database.rows(
        "SELECT id, audio_duration, text_content, sequence_index FROM segment "
        f"WHERE project_id = ? AND (sequence_index, id) > (?, ?) {IN_ORDER} LIMIT {PIECE}",
        (project_id, *after),
    ):
        yield [
            LengthRecord(
                key, as_seconds(measured), estimated_seconds(as_text(text), words_per_minute)
            )
            for key, measured, text, _ in rows
        ]
        after = (rows[-1][3], rows[-1][0])


def set_durations(
    database: Database, door: Door, durations: Mapping[int, float | None]
) -> Sequence[SegmentRecord]:
    """Set the lengths of segments of one project; see `Segments.set_durations`."""
    wanted = {key: clean_length(seconds) for key, seconds in durations.items()}
    if not wanted:
        return []
    project_id = find_together(database, wanted)[0].project_id
    with door.change(project_id) as change:
        # Read anew under the lock: any of them may be gone, or another length there, by now.
        there = {one.id: one for one in find_together(database, wanted)}
        now = [there[key] for key in wanted]
        altered = [one for one in now if one.audio_duration != wanted[one.id]]
        if altered:
            after = [wanted[one.id] for one in altered]
            verb = "Clear" if after.count(None) == len(after) else "Set"
            change.label = f"{verb} the lengths of {counted(len(altered), 'segment')}"
            if len(altered) == 1:
                place = position_of(database, altered[0])
                change.label = f"{verb} the length of segment {place}"
            ids = [one.id for one in altered]
            change.do(Lengths(project_id, ids, [one.audio_duration for one in altered], after))
        return [one._replace(audio_duration=wanted[one.id]) for one in now]


def set_target(database: Database, door: Door, project_id: int, seconds: float | None) -> None:
    """Say how long a project is to be; see `Projects.set_target`."""
    target = clean_target(seconds)
    find_project(database, project_id)
    with door.change(project_id) as change:
        find_project(database, project_id)
        before = find_target(database, project_id)
        if before != target:
            change.label = "Clear the target"
            if target is not None:
                change.label = f"Set the target to {clock(target)}"
            change.do(Target(project_id, before, target))
