"""Segments out of segments: a new one, a copy, one cut in two, two made one.

Each is one change. What a segment says and how it looks is edited in `segments.py`; whole stories
are inserted in `projects.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from storyflow_tui.errors import ConflictError, InvalidOrderError, InvalidTextError, LockedError
from storyflow_tui.library import media
from storyflow_tui.library.changes import Door, Writing
from storyflow_tui.library.copying import copied, demand_same_files, named_files, until_steady
from storyflow_tui.library.database import Database
from storyflow_tui.library.journal import Journal
from storyflow_tui.library.media import Media
from storyflow_tui.library.models import to_text
from storyflow_tui.library.order import index_at, position_of, segment_count
from storyflow_tui.library.rows import (
    SELECT_SEGMENT,
    find_project,
    find_segment,
    is_id,
    segment_record,
)
from storyflow_tui.library.steps import LOCKED_TEXT, Fields, Segments, Shift
from storyflow_tui.records import SegmentRecord
from storyflow_tui.story import BLANK_NARRATION, clean_narration, clean_prompt


class Composing:
    """The part of `library.segments` that makes and unmakes whole segments."""

    def __init__(
        self, database: Database, media_folder: Media, journal: Journal, door: Door
    ) -> None:
        self._database = database
        self._media = media_folder
        self._journal = journal
        self._door = door

    def add(
        self,
        project_id: int,
        text_content: str,
        image_prompt: str = "",
        *,
        position: int | None = None,
        below: int | None = None,
        run: str | None = None,
    ) -> SegmentRecord:
        """Make a new segment: below another one, else at a position, else behind the last.

        A position is taken as far as the timeline goes, and a segment that left the project
        meanwhile for none, so that nothing typed is refused for the others' moves. `run` is the
        token of a run of typing: edits of the narration with the same token belong to this change.

        Raises InvalidTextError.
        """
        text, prompt = clean_narration(text_content), clean_prompt(image_prompt)
        with self._door.change(project_id, run=run) as change:
            find_project(self._database, project_id)
            count = segment_count(self._database, project_id)
            place = count + 1 if position is None else min(max(position, 1), count + 1)
            other = self._segment_of(project_id, below)
            if other is not None:
                place = position_of(self._database, other) + 1
            change.label = f"Insert segment {place}"
            return self._insert(
                change,
                SegmentRecord(
                    id=self._database.next_id("segment"),
                    project_id=project_id,
                    sequence_index=index_at(self._database, project_id, place, count),
                    text_content=text,
                    image_prompt=prompt,
                    image_file=None,
                    audio_file=None,
                    audio_duration=None,
                    is_locked=False,
                    created_at=change.moment,
                    updated_at=change.moment,
                ),
            )

    def duplicate(self, segment_id: int) -> SegmentRecord:
        """Put a copy of a segment below it, unlocked, with files of its own; returns the copy.

        A picture that is missing is not copied, and the label of the change says so.
        """
        return until_steady(lambda: self._duplicate(find_segment(self._database, segment_id)))

    def split(
        self, segment_id: int, offset: int, *, based_on: SegmentRecord | None = None
    ) -> tuple[SegmentRecord, SegmentRecord]:
        """Cut a segment in two before the character at `offset`; returns both.

        `offset` counts the characters of the narration from 0. White space at the cut stays with
        neither. The first keeps its id, its prompt, its image and its audio; the second is a new
        segment below it with the rest of the narration. How long they are is not known any more.
        `based_on` is the record that the place was chosen in: another narration is a conflict.

        Raises LockedError, InvalidTextError where a half would be blank, ConflictError.
        """
        project_id = find_segment(self._database, segment_id).project_id
        with self._door.change(project_id) as change:
            now = find_segment(self._database, segment_id)
            _demand_unlocked(now)
            if based_on is not None and based_on.text_content != now.text_content:
                raise ConflictError(
                    f"Segment {segment_id} was changed meanwhile",
                    {
                        "segment_id": segment_id,
                        "field": "text_content",
                        "mine": based_on.text_content,
                        "theirs": now.text_content,
                    },
                )
            first, second = _halves(now.text_content, offset)
            place = position_of(self._database, now)
            change.label = f"Split segment {place}"
            new_id = self._database.next_id("segment")
            change.touch(now.project_id, new_id, now.id)
            _set(change, now, {"text_content": first, "audio_duration": None})
            made = self._insert(
                change,
                now._replace(
                    id=new_id,
                    sequence_index=self._index_below(now, place),
                    text_content=second,
                    image_prompt="",
                    image_file=None,
                    audio_file=None,
                    audio_duration=None,
                    created_at=change.moment,
                    updated_at=change.moment,
                ),
                shares=True,
            )
            return find_segment(self._database, segment_id), made

    def merge(self, segment_id: int) -> SegmentRecord:
        """Make one segment of this one and the next, which goes; returns it.

        The narrations are joined by a blank line, and so are the prompts, unless one is blank or
        both are the same. The image is that of the first, or where it has none that of the other;
        what is not kept goes to the trash. The length is the sum of both, if both are known.

        Raises LockedError where one of the two is locked, InvalidOrderError where none follows.
        """
        return until_steady(lambda: self._merge(find_segment(self._database, segment_id)))

    # -- inside -------------------------------------------------------------------------------

    def _duplicate(self, segment: SegmentRecord) -> SegmentRecord:
        with (
            copied(self._media, self._journal, [segment]) as (all_copies, staging),
            self._door.change(segment.project_id, staging=staging) as change,
        ):
            now = find_segment(self._database, segment.id)
            demand_same_files([now], [segment])
            copies = all_copies[segment.id]
            place = position_of(self._database, now)
            lost = "" if copies.keys() == named_files(now).keys() else " without its picture"
            change.label = f"Duplicate segment {place}{lost}"
            new_id = self._database.next_id("segment")
            change.touch(now.project_id, new_id, now.id)
            files = {
                column: media.file_path(column, now.project_id, new_id, path)
                for column, path in named_files(now).items()
                if column in copies
            }
            for column, path in files.items():
                change.files.bring_in(copies[column], path)
            return self._insert(
                change,
                now._replace(
                    id=new_id,
                    sequence_index=self._index_below(now, place),
                    image_file=files.get("image_file"),
                    audio_file=files.get("audio_file"),
                    is_locked=False,
                    created_at=change.moment,
                    updated_at=change.moment,
                ),
            )

    def _merge(self, segment: SegmentRecord) -> SegmentRecord:
        following = self._following(segment)
        for each in (segment, following):
            _demand_unlocked(each)
        # Copied even though it could be moved: what is in the trash is what comes back by undo.
        wanted = () if segment.image_file else ("image_file",)
        with (
            copied(self._media, self._journal, [following], wanted) as (all_copies, staging),
            self._door.change(segment.project_id, staging=staging) as change,
        ):
            first = find_segment(self._database, segment.id)
            second = self._following(first)
            for each, before in ((first, segment), (second, following)):
                _demand_unlocked(each)
                demand_same_files([each], [before])
            copies = all_copies[following.id]
            place = position_of(self._database, first)
            is_lost = bool(wanted and second.image_file and not copies)
            lost = " without the picture" if is_lost else ""
            change.label = f"Merge segments {place} and {place + 1}{lost}"
            lengths = [first.audio_duration, second.audio_duration]
            values: dict[str, Any] = {
                "text_content": f"{first.text_content}\n\n{second.text_content}",
                "image_prompt": _joined_prompts(first.image_prompt, second.image_prompt),
                "audio_duration": None if None in lengths else sum(filter(None, lengths)),
            }
            if "image_file" in copies:
                image = media.file_path(
                    "image_file", first.project_id, first.id, second.image_file or ""
                )
                values["image_file"] = image
                change.files.bring_in(copies["image_file"], image)
            _set(change, first, values)
            change.do(Segments(first.project_id, appear=False, ids=[second.id], shares=True))
            return find_segment(self._database, first.id)

    def _insert(
        self, change: Writing, segment: SegmentRecord, *, shares: bool = False
    ) -> SegmentRecord:
        change.do(Shift(segment.project_id, segment.sequence_index, 1))
        change.rows.insert_segments([segment])
        change.note(Segments(segment.project_id, appear=True, ids=[segment.id], shares=shares))
        change.order_changed = True
        change.touch(segment.project_id, segment.id)
        return segment

    def _index_below(self, segment: SegmentRecord, place: int) -> int:
        count = segment_count(self._database, segment.project_id)
        index = index_at(self._database, segment.project_id, place + 1, count)
        # Never before its own segment, also where several have one index.
        return max(index, segment.sequence_index + 1)

    def _segment_of(self, project_id: int, segment_id: int | None) -> SegmentRecord | None:
        row = None
        if is_id(segment_id):
            row = self._database.row(
                f"{SELECT_SEGMENT} WHERE id = ? AND project_id = ?", (segment_id, project_id)
            )
        return None if row is None else segment_record(row)

    def _following(self, segment: SegmentRecord) -> SegmentRecord:
        row = self._database.row(
            f"{SELECT_SEGMENT} WHERE project_id = ? AND (sequence_index, id) > (?, ?) "
            "ORDER BY sequence_index, id LIMIT 1",
            (segment.project_id, segment.sequence_index, segment.id),
        )
        if row is None:
            raise InvalidOrderError(
                "There is no next segment to merge with", {"segment_id": segment.id}
            )
        return segment_record(row)


def _demand_unlocked(segment: SegmentRecord) -> None:
    if segment.is_locked:
        raise LockedError(LOCKED_TEXT, {"segment_id": segment.id})


def _set(change: Writing, segment: SegmentRecord, wanted: Mapping[str, Any]) -> None:
    """Set what differs of these columns, as one step."""
    values = {name: value for name, value in wanted.items() if getattr(segment, name) != value}
    change.do(
        Fields(
            segment.id,
            {name: getattr(segment, name) for name in values}
            | {"updated_at": to_text(segment.updated_at)},
            values | {"updated_at": change.at},
        )
    )


def _halves(text: str, offset: int) -> tuple[str, str]:
    if isinstance(offset, int) and 0 < offset < len(text):
        first, second = text[:offset].rstrip(), text[offset:].lstrip()
        if first and second:
            return first, second
    raise InvalidTextError(
        BLANK_NARRATION,
        {
            "field": "text_content",
            "offset": offset if isinstance(offset, int) else repr(offset),
            "length": len(text),
            "why": f"a cut has text on both sides, and this narration has {len(text)} characters",
        },
    )


def _joined_prompts(first: str, second: str) -> str:
    if not second.strip() or first == second:
        return first
    return f"{first}\n\n{second}" if first.strip() else second
