"""Operations on segments: list, get, edit, attach and remove an image, delete, reorder, move.

Those that make one segment out of another are in `composing.py`.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from storyflow_tui.errors import ConflictError, InvalidOrderError, LockedError, NoImageError
from storyflow_tui.library import media, steps
from storyflow_tui.library.changes import Writing
from storyflow_tui.library.composing import Composing
from storyflow_tui.library.contents import contents
from storyflow_tui.library.many import ManySegments, set_image
from storyflow_tui.library.measuring import lengths, set_durations
from storyflow_tui.library.models import to_text
from storyflow_tui.library.order import (
    demand_position,
    move_together,
    position_of,
    reindex,
    segment_count,
)
from storyflow_tui.library.pictures import stage_picture
from storyflow_tui.library.rows import (
    IN_ORDER,
    SELECT_SEGMENT,
    find_project,
    find_segment,
    is_id,
    segment_record,
)
from storyflow_tui.library.steps import LOCKED_IMAGE, LOCKED_TEXT, Fields
from storyflow_tui.records import (
    WORDS_PER_MINUTE,
    LengthRecord,
    OutlineRecord,
    PlaceRecord,
    SegmentRecord,
)
from storyflow_tui.story import Contents, clean_narration, clean_prompt

_FIELD_NAMES = {"text_content": "narration", "image_prompt": "prompt"}


class Segments(Composing, ManySegments):
    """The segments of one library. Ids that are not there raise NotFoundError everywhere."""

    # -- reading ------------------------------------------------------------------------------

    def list(self, project_id: int | None = None) -> list[SegmentRecord]:
        """All segments of a project in order; without a project an empty list."""
        if project_id is None:
            return []
        find_project(self._database, project_id)
        rows = self._database.rows(
            f"{SELECT_SEGMENT} WHERE project_id = ? {IN_ORDER}", (project_id,)
        )
        return [segment_record(row) for row in rows]

    def get(self, segment_id: int) -> SegmentRecord:
        """One segment."""
        return find_segment(self._database, segment_id)

    def ids(self, project_id: int) -> Sequence[int]:
        """The ids of a project's segments, in order."""
        find_project(self._database, project_id)
        rows = self._database.rows(
            f"SELECT id FROM segment WHERE project_id = ? {IN_ORDER}", (project_id,)
        )
        return [row[0] for row in rows]

    def outline(self, project_id: int) -> Sequence[OutlineRecord]:
        """Every segment of a project in order, without its texts: what pictures are paired with."""
        find_project(self._database, project_id)
        rows = self._database.rows(
            "SELECT id, coalesce(image_file, '') != '', is_locked FROM segment "
            f"WHERE project_id = ? {IN_ORDER}",
            (project_id,),
        )
        return [OutlineRecord(key, bool(image), bool(locked)) for key, image, locked in rows]

    def contents(self, project_id: int, ids: Iterable[int] | None = None) -> Contents:
        """What a project (or these of its segments) holds, counted without reading a text."""
        return contents(self._database, project_id, ids)

    def many(self, ids: Iterable[int]) -> Sequence[SegmentRecord]:
        """The segments with these ids in the order given; those that are gone are left out."""
        wanted = list(ids)
        rows = self._database.rows(
            f"{SELECT_SEGMENT} WHERE id IN (SELECT value FROM json_each(?))",
            (json.dumps(wanted),),
        )
        found = {row[0]: segment_record(row) for row in rows}
        return [found[key] for key in wanted if key in found]

    def first(self, project_id: int, limit: int) -> Sequence[SegmentRecord]:
        """The first segments of a project, in order; costs the same however long it is."""
        find_project(self._database, project_id)
        rows = self._database.rows(
            f"{SELECT_SEGMENT} WHERE project_id = ? {IN_ORDER} LIMIT ?", (project_id, limit)
        )
        return [segment_record(row) for row in rows]

    def last(self, project_id: int, limit: int) -> Sequence[SegmentRecord]:
        """The last segments of a project, in order; costs the same however long it is."""
        find_project(self._database, project_id)
        rows = self._database.rows(
            f"{SELECT_SEGMENT} WHERE project_id = ? ORDER BY sequence_index DESC, id DESC LIMIT ?",
            (project_id, limit),
        )
        return [segment_record(row) for row in reversed(rows)]

    def with_image(self, project_id: int, name: str) -> Sequence[SegmentRecord]:
        """The segments of a project whose image came from a file of this name, in order."""
        rows = self._database.rows(
            f"{SELECT_SEGMENT} WHERE project_id = ? AND image_file = "
            f"'projects/' || project_id || '/images/' || id || '_' || ? {IN_ORDER}",
            (project_id, media.safe_name(name)),
        )
        return [segment_record(row) for row in rows]

    def position(self, segment_id: int) -> int:
        """The 1-based place of a segment in its timeline."""
        return position_of(self._database, find_segment(self._database, segment_id))

    # -- content ------------------------------------------------------------------------------

    def edit(
        self,
        segment_id: int,
        *,
        text_content: str | None = None,
        image_prompt: str | None = None,
        is_locked: bool | None = None,
        based_on: SegmentRecord | None = None,
        run: str | None = None,
    ) -> SegmentRecord:
        """Change narration, prompt or lock; what is None stays.

        `based_on` is the record that the edit was made from: a field being changed that differs
        in the library from it is a conflict. `run` is the token of one run of typing: edits of the
        same field with the same token, one after the other, are one change.

        Raises LockedError, InvalidTextError, ConflictError (details: field, mine, theirs).
        """
        segment = find_segment(self._database, segment_id)
        wanted: dict[str, Any] = {}
        if text_content is not None:
            wanted["text_content"] = text_content
        if image_prompt is not None:
            wanted["image_prompt"] = image_prompt
        if is_locked is not None:
            wanted["is_locked"] = is_locked
        if segment.is_locked and wanted.keys() != {"is_locked"} and wanted:
            raise LockedError(LOCKED_TEXT, {"segment_id": segment_id})
        if "text_content" in wanted:
            wanted["text_content"] = clean_narration(text_content)
        if "image_prompt" in wanted:
            wanted["image_prompt"] = clean_prompt(image_prompt)
        with self._door.change(segment.project_id, run=run) as change:
            self._edit(change, segment_id, wanted, based_on)
            # Read inside: after it the text may be another's already, and who based the next edit
            # on that record would write over a text that was never shown.
            return find_segment(self._database, segment_id)

    def _edit(
        self,
        change: Writing,
        segment_id: int,
        wanted: dict[str, Any],
        based_on: SegmentRecord | None,
    ) -> None:
        now = find_segment(self._database, segment_id)
        if now.is_locked and wanted and wanted.keys() != {"is_locked"}:
            raise LockedError(LOCKED_TEXT, {"segment_id": segment_id})
        values = {
            column: value for column, value in wanted.items() if getattr(now, column) != value
        }
        if not values:
            return
        base = based_on if based_on is not None else now
        for column, value in values.items():
            if getattr(base, column) != getattr(now, column):
                raise ConflictError(
                    f"Segment {segment_id} was changed meanwhile",
                    {
                        "segment_id": segment_id,
                        "field": column,
                        "mine": value,
                        "theirs": getattr(now, column),
                    },
                )
        content = {column: value for column, value in values.items() if column != "is_locked"}
        if content:
            values["updated_at"] = change.at
        # Compared in the UPDATE itself too: what is written over is what was looked at.
        guard = {column: getattr(base, column) for column in values if column != "updated_at"}
        if not change.rows.set_segment(now, values, guard=guard | {"is_locked": now.is_locked}):
            raise ConflictError(
                f"Segment {segment_id} was changed meanwhile", {"segment_id": segment_id}
            )
        if content:
            what = " and ".join(_FIELD_NAMES[column] for column in content)
            change.label = f"Edit {what} of segment {position_of(self._database, now)}"
            before = {column: getattr(now, column) for column in content}
            change.note(
                Fields(
                    segment_id,
                    before | {"updated_at": to_text(now.updated_at)},
                    content | {"updated_at": change.at},
                )
            )
        change.touch(now.project_id, segment_id)

    def attach_image(self, segment_id: int, path: Path | str) -> SegmentRecord:
        """Give a segment an image: the file is copied in as it is; a former one goes to the trash.

        Raises LockedError (looked at first), InvalidImageError with the reason.
        """
        segment = find_segment(self._database, segment_id)
        _demand_unlocked(segment)
        path = Path(path)
        with self._media.staging() as staging:
            staged = stage_picture(staging, path)
            staging.seal()
            with self._door.change(segment.project_id, staging=staging) as change:
                now = find_segment(self._database, segment_id)
                _demand_unlocked(now)
                image = media.image_path(now.project_id, now.id, path.name)
                change.label = f"Choose a picture for segment {position_of(self._database, now)}"
                set_image(change, now, image)
                change.files.bring_in(staged, image)
                attached = find_segment(self._database, segment_id)
        return attached

    def remove_image(self, segment_id: int) -> SegmentRecord:
        """Take the image off a segment; its file goes to the trash, gone already or not.

        Raises LockedError, NoImageError.
        """
        segment = find_segment(self._database, segment_id)
        with self._door.change(segment.project_id) as change:
            now = find_segment(self._database, segment_id)
            _demand_unlocked(now)
            if not now.image_file:
                raise NoImageError("No image to remove", {"segment_id": segment_id})
            change.label = f"Remove the picture of segment {position_of(self._database, now)}"
            set_image(change, now, None)
            return find_segment(self._database, segment_id)

    def lengths(
        self, project_id: int, words_per_minute: int = WORDS_PER_MINUTE
    ) -> Iterator[Sequence[LengthRecord]]:
        """How long each segment of a project is, in order and in pieces.

        Costs grow with the story: whoever reads may stop between two pieces.
        """
        return lengths(self._database, project_id, words_per_minute)

    def set_durations(self, durations: Mapping[int, float | None]) -> Sequence[SegmentRecord]:
        """Set how long the sound of segments of one project is, in seconds, in one change.

        None leaves a segment to the estimate from its words. Locked ones take a length too; times
        of change stay. Returns the segments in the order given. Raises InvalidLengthError,
        InvalidOrderError for segments of several projects.
        """
        return set_durations(self._database, self._door, durations)

    # -- place --------------------------------------------------------------------------------

    def delete(self, segment_id: int) -> None:
        """Delete a segment, locked or not; its image and audio go to the trash."""
        segment = find_segment(self._database, segment_id)
        with self._door.change(segment.project_id) as change:
            now = find_segment(self._database, segment_id)
            change.label = f"Delete segment {position_of(self._database, now)}"
            change.do(steps.Segments(now.project_id, appear=False, ids=[now.id]))

    def reorder(self, project_id: int, ids: Sequence[int]) -> Sequence[PlaceRecord]:
        """Put all segments of a project into a new order, given as the complete list of ids.

        Raises InvalidOrderError naming what is missing, repeated or not in the project.
        """
        find_project(self._database, project_id)
        wanted = list(ids)
        with self._door.change(project_id) as change:
            find_project(self._database, project_id)
            rows = self._database.rows(
                f"SELECT id, sequence_index FROM segment WHERE project_id = ? {IN_ORDER}",
                (project_id,),
            )
            _check_order(project_id, wanted, [row[0] for row in rows])
            before: dict[int, int] = dict(rows)
            reindex(change, project_id, "Reorder the segments", before, wanted, range(len(wanted)))
        return [PlaceRecord(key, index) for index, key in enumerate(wanted)]

    def move(self, segment_id: int, position: int) -> SegmentRecord:
        """Move a segment to a position; those between make room, no other row is touched.

        Raises InvalidOrderError for a position outside 1 … the count of segments.
        """
        segment = find_segment(self._database, segment_id)
        with self._door.change(segment.project_id) as change:
            now = find_segment(self._database, segment_id)
            count = segment_count(self._database, now.project_id)
            demand_position(position, count)
            _move(change, now, position_of(self._database, now), position, count)
            return find_segment(self._database, segment_id)

    def step(self, segment_id: int, by: int) -> SegmentRecord:
        """Move a segment by some places, as far as the timeline goes."""
        segment = find_segment(self._database, segment_id)
        with self._door.change(segment.project_id) as change:
            now = find_segment(self._database, segment_id)
            count = segment_count(self._database, now.project_id)
            place = position_of(self._database, now)
            _move(change, now, place, min(max(place + by, 1), count), count)
            return find_segment(self._database, segment_id)


def _move(change: Writing, segment: SegmentRecord, place: int, position: int, count: int) -> None:
    move_together(change, f"Move segment {place} to {position}", [segment], position, count)


def _demand_unlocked(segment: SegmentRecord) -> None:
    if segment.is_locked:
        raise LockedError(LOCKED_IMAGE, {"segment_id": segment.id})


def _check_order(project_id: int, wanted: Sequence[int], there: Sequence[int]) -> None:
    odd = [key for key in wanted if not is_id(key)]
    given = set() if odd else set(wanted)
    known = set(there)
    repeated = [] if odd else sorted(key for key, times in Counter(wanted).items() if times > 1)
    foreign = odd or sorted(given - known)
    missing = [key for key in there if key not in given]
    if not wanted or foreign or repeated or missing:
        raise InvalidOrderError(
            "Invalid segment IDs",
            {
                "project_id": project_id,
                "missing": list(missing),
                "not_in_project": [k if isinstance(k, int) else repr(k) for k in foreign],
                "repeated": list(repeated),
            },
        )
