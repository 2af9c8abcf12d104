"""Whether a database holds our tables and nothing beside them: no trigger, no view, no other table.

What a file from elsewhere brings along would act in it whenever we write. Nothing is changed here.
"""

from __future__ import annotations

import contextlib
import re
import sqlite3
from functools import cache
from pathlib import Path

from storyflow_tui.library import migrations
from storyflow_tui.library.header import quoted

_PARTS = "SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
_SPACE_AND_QUOTES = re.compile(r"[\s\"`\[\]]+")  # versions of SQLite differ in these alone


def strange_part(path: Path) -> str | None:
    """The first thing in a database that its version of the schema does not explain; or None.

    Said in words, such as "the trigger x". A file that cannot be read raises sqlite3.Error.
    """
    uri = f"file:{quoted(path)}?mode=ro&immutable=1"
    with contextlib.closing(sqlite3.connect(uri, uri=True)) as connection:
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        found = _parts(connection)
    expected = _expected(version)
    for kind, name in sorted(found.keys() | expected.keys()):
        if found.get((kind, name)) != expected.get((kind, name)):
            return f"no {kind} {name}" if (kind, name) not in found else f"the {kind} {name}"
    return None


def _parts(connection: sqlite3.Connection) -> dict[tuple[str, str], str]:
    return {
        (kind, name): _SPACE_AND_QUOTES.sub("", sql or "").lower()
        for kind, name, sql in connection.execute(_PARTS)
    }


@cache
def _expected(version: int) -> dict[tuple[str, str], str]:
    with contextlib.closing(sqlite3.connect(":memory:")) as connection:
        for step in migrations.STEPS[:version]:
            for statement in step:
                connection.execute(statement)
        return _parts(connection)
