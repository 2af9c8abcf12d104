"""Which segments of a project hold a text, or fit a filter, in the order of the timeline.

Reads alone, and in pieces: whoever looks for something may stop between two of them. What it means
that a text is found is `matching`'s; SQLite leaves out what cannot fit before that is asked.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from datetime import datetime, time
from typing import TypeAlias

from storyflow_tui.library.clock import Clock
from storyflow_tui.library.database import Database
from storyflow_tui.library.models import SEGMENT_COLUMNS, as_text, to_text
from storyflow_tui.library.order import segment_count
from storyflow_tui.library.rows import (
    IN_ORDER,
    SELECT_SEGMENT,
    find_project,
    find_segment,
    segment_record,
)
from storyflow_tui.matching import Needle
from storyflow_tui.records import ALL, Filter, HitRecord, SegmentRecord, given_name

PIECE = 2000
"""Segments that are looked through before whoever asked may change their mind."""

_Condition: TypeAlias = tuple[str, list[object]]

_LONGEST_PATTERN = 1000  # SQLite refuses those of 50,000 bytes
_WILD = re.compile(r"[\\%_]")
_AFTER = "(sequence_index, id) > (?, ?)"
_UP_TO = "(sequence_index, id) <= (?, ?)"
_WITHOUT_IMAGE = "(image_file IS NULL OR image_file = '')"


class Finder:
    """Looks through the segments of one library. Ids that are not there raise NotFoundError."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def hits(
        self,
        project_id: int,
        text: str,
        *,
        start: int | None = None,
        piece: int = PIECE,
    ) -> Iterator[Sequence[HitRecord]]:
        """Every segment in which a text is found, in narration, prompt or the image's name.

        Begins with the segment `start`, goes on to the last and then from the first to the one
        before it. Yields once for every `piece` segments, also where nothing was found in them.
        """
        needle = Needle(text)
        find_project(self._database, project_id)
        if not needle:
            return
        index = None if start is None else find_segment(self._database, start).sequence_index
        for low, high in self._pieces(project_id, index, piece):
            yield self._hits(project_id, [needle], low, high)

    def some(self, project_id: int, words: str, limit: int) -> Iterator[Sequence[SegmentRecord]]:
        """Segments that hold every one of some words, in any order; `limit` at most.

        Yields as `hits` does, so that whoever asked may stop.
        """
        needles = [Needle(word) for word in words.split()]
        find_project(self._database, project_id)
        for low, high in self._pieces(project_id, None, PIECE):
            if not needles or limit <= 0:
                return
            found = self._hits(project_id, needles, low, high)[:limit]
            limit -= len(found)
            rows = self._database.rows(
                f"{SELECT_SEGMENT} WHERE id IN (SELECT value FROM json_each(?)) {IN_ORDER}",
                (json.dumps([hit.id for hit in found]),),
            )
            yield [segment_record(row) for row in rows]

    def select(
        self, project_id: int, wanted: Filter, text: str | None = None
    ) -> list[tuple[int, SegmentRecord]]:
        """The segments that fit a filter and hold a text, each with its position from 1 on."""
        find_project(self._database, project_id)
        condition, parameters = self._fits(wanted)
        if text is not None:
            found = [hit.id for piece in self.hits(project_id, text) for hit in piece]
            condition += " AND id IN (SELECT value FROM json_each(?))"
            parameters = [*parameters, json.dumps(found)]
        rows = self._database.rows(
            f"SELECT * FROM (SELECT ROW_NUMBER() OVER ({IN_ORDER}) AS position, "
            f"{', '.join(SEGMENT_COLUMNS)} FROM segment WHERE project_id = ?) "
            f"WHERE {condition} ORDER BY position",
            [project_id, *parameters],
        )
        return [(row[0], segment_record(row[1:])) for row in rows]

    def ids(self, project_id: int, wanted: Filter) -> Sequence[int]:
        """The ids of the segments that fit a filter, in order."""
        find_project(self._database, project_id)
        condition, parameters = self._fits(wanted)
        rows = self._database.rows(
            f"SELECT id FROM segment WHERE project_id = ? AND {condition} {IN_ORDER}",
            [project_id, *parameters],
        )
        return [row[0] for row in rows]

    def next_without_image(self, segment_id: int, wanted: Filter = ALL) -> int | None:
        """The first segment without an image behind one, or from the first on; None: every one has.

        Only segments that fit the filter count; the one that is behind all others is itself.
        """
        segment = find_segment(self._database, segment_id)
        project_id = segment.project_id
        images = self._database.value(
            "SELECT image_count FROM tally WHERE project_id = ?", (project_id,)
        )
        if images == segment_count(self._database, project_id):
            return None
        condition, parameters = self._fits(wanted)
        key = (segment.sequence_index, segment.id)
        for side in (_AFTER, _UP_TO):
            found = self._database.value(
                f"SELECT id FROM segment WHERE project_id = ? AND {side} "
                f"AND {_WITHOUT_IMAGE} AND {condition} {IN_ORDER} LIMIT 1",
                [project_id, *key, *parameters],
            )
            if found is not None:
                return int(found)
        return None

    def _pieces(self, project_id: int, start: int | None, piece: int) -> Iterator[tuple[int, int]]:
        """Ranges of indices, both ends included: from one on to the last, then up to that one.

        Each holds about `piece` segments, whatever gaps deletions have left.
        """
        ends = self._database.row(
            "SELECT (SELECT sequence_index FROM segment WHERE project_id = ?1 "
            "ORDER BY sequence_index LIMIT 1), (SELECT sequence_index FROM segment "
            "WHERE project_id = ?1 ORDER BY sequence_index DESC LIMIT 1)",
            (project_id,),
        )
        assert ends is not None, "a row of two values"
        low, high = ends
        if not (isinstance(low, int) and isinstance(high, int)):
            return
        count = segment_count(self._database, project_id)
        step = max(1, (high - low + 1) * piece // max(1, count))
        first = low if start is None else min(max(start, low), high)
        for begin, end in ((first, high), (low, first - 1)):
            while begin <= end:
                yield begin, min(begin + step - 1, end)
                begin += step

    def _hits(
        self, project_id: int, needles: Sequence[Needle], low: int, high: int
    ) -> list[HitRecord]:
        conditions, parameters = [], []
        for needle in needles:
            if not needle.run:
                continue
            run = needle.run[:_LONGEST_PATTERN]
            escape = ""
            if _WILD.search(run):  # else SQLite is a tenth faster without
                run, escape = _WILD.sub(r"\\\g<0>", run), " ESCAPE '\\'"
            one = f"LIKE ?{escape}"
            conditions.append(
                f" AND (text_content {one} OR image_prompt {one} OR image_file {one})"
            )
            parameters += [f"%{run}%"] * 3
        rows = self._database.rows(
            "SELECT sequence_index, id, text_content, image_prompt, image_file FROM segment "
            "WHERE project_id = ? AND sequence_index BETWEEN ? AND ?"
            f"{''.join(conditions)} {IN_ORDER}",
            [project_id, low, high, *parameters],
        )
        found = []
        for index, key, text, prompt, image in rows:
            places = (as_text(text), as_text(prompt), given_name(as_text(image)))
            counts = [[needle.count(place) for place in places] for needle in needles]
            if all(map(any, counts)):
                found.append(HitRecord(index, key, *map(sum, zip(*counts, strict=True))))
        return found

    def _fits(self, wanted: Filter) -> _Condition:
        conditions, parameters = ["1"], list[object]()
        if wanted.without_image:
            conditions.append(_WITHOUT_IMAGE)
        if wanted.locked is not None:
            conditions.append("is_locked" if wanted.locked else "NOT is_locked")
        if wanted.changed_today:
            today = datetime.combine(self._clock().astimezone().date(), time()).astimezone()
            conditions.append("updated_at >= ?")
            parameters.append(to_text(today))
        if wanted.ids is not None:
            conditions.append("id IN (SELECT value FROM json_each(?))")
            parameters.append(json.dumps(sorted(wanted.ids)))
        return " AND ".join(conditions), parameters
