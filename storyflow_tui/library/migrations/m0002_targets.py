"""Schema 2: how long a story is to be, for those that have a target; lengths in seconds."""

from __future__ import annotations

STATEMENTS = (
    """
    CREATE TABLE target (
        project_id INTEGER PRIMARY KEY NOT NULL REFERENCES project (id) ON DELETE CASCADE,
        seconds REAL NOT NULL
    )
    """,
)
