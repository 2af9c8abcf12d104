"""A glance into a library for a shell that asks what may follow: ids and what they stand for.

It makes, mends and sweeps nothing and waits for nobody. Whoever works with a library opens it.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Literal

from storyflow_tui.library.database import DATABASE
from storyflow_tui.library.header import quoted, refuse_by_header
from storyflow_tui.library.models import as_text
from storyflow_tui.library.sqlite_errors import as_ours

MOST = 200
"""Rows of one glance: more are no help to anybody."""

Subject = Literal["projects", "segments", "changes"]

# Of a long text the beginning; by text, since a prefix of an id is meant.
_QUERIES: dict[Subject, str] = {
    "projects": """
        SELECT id, title FROM project WHERE id LIKE ? ORDER BY updated_at DESC, id DESC LIMIT ?
    """,
    "segments": """
        SELECT segment.id, substr(text_content, 1, 200)
        FROM project JOIN segment ON segment.project_id = project.id
        WHERE segment.id LIKE ?
        ORDER BY project.updated_at DESC, project.id DESC, sequence_index, segment.id LIMIT ?
    """,
    "changes": "SELECT id, label FROM change WHERE id LIKE ? ORDER BY id DESC LIMIT ?",
}


def glance(library: Path, subject: Subject, digits: str = "") -> list[tuple[int, str]]:
    """The ids that begin with these digits and the title, narration or label of each.

    The newest first, segments in the order of their projects; of a text the beginning. Raises
    NotFoundError, ForeignFileError, NewerSchemaError, DamagedError, ReadOnlyError, and BusyError
    at once where another holds it.
    """
    if digits and not (digits.isascii() and digits.isdigit()):
        return []
    path = library.resolve() / DATABASE
    refuse_by_header(path, read_only=True)
    try:
        uri = f"file:{quoted(path)}?mode=ro{'&immutable=1' if _rests(path) else ''}"
        with closing(sqlite3.connect(uri, uri=True, timeout=0)) as database:
            rows = database.execute(_QUERIES[subject], (f"{digits}%", MOST)).fetchall()
    except sqlite3.Error as error:
        raise as_ours(error, path) from error
    return [(number, as_text(text)) for number, text in rows]


def _rests(path: Path) -> bool:
    """Whether nobody can be writing: it keeps a log (byte 18 of its header), and has none now.

    A reader would make one, and could not take it away again.
    """
    with path.open("rb") as file:
        keeps_log = file.read(19)[-1:] == b"\x02"
    return keeps_log and not path.with_name(f"{path.name}-wal").exists()
