"""What a story holds, counted by SQLite: no text of it is read into memory.

For whoever says what a file would leave out, before it is written.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache

from storyflow_tui.library.database import Database
from storyflow_tui.library.rows import find_project
from storyflow_tui.story import Contents

_LAST_BLANK = 0x3000
"""The highest character that counts as white space."""


def contents(database: Database, project_id: int, ids: Iterable[int] | None = None) -> Contents:
    """The contents of a project, or of those of its segments that have these ids."""
    find_project(database, project_id)
    chosen = None if ids is None else json.dumps([*ids])
    row = database.row(
        """
        SELECT count(*), total(trim(image_prompt, ?3) != ''), count(image_file),
            total(is_locked != 0), count(audio_duration), count(audio_file),
            total(text_content != trim(text_content, ?3)),
            total(image_prompt != trim(image_prompt, ?3))
        FROM segment WHERE project_id = ?1
            AND (?2 IS NULL OR id IN (SELECT value FROM json_each(?2)))
        """,
        (project_id, chosen, _blanks()),
    )
    assert row is not None
    return Contents(*map(int, row))


@cache
def _blanks() -> str:
    """All that `str.strip` takes off."""
    return "".join(filter(str.isspace, map(chr, range(_LAST_BLANK + 1))))
