"""The library against plain sqlite3 with the same pragmas: import, list, reorder, edit, undo."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from storyflow_tui.library import Library
from storyflow_tui.story import Story, StorySegment
from tests.benchmarks.figures import Figure, best

COUNT = 10_000

_TEXT = (
    "The lamp had burned for forty years before anyone thought to ask why it did, and "
    "ships went by without a word, since a lamp that burns is a lamp that nobody sees."
)


def story(count: int) -> Story:
    """A story of many segments, without pictures."""
    return Story("Long", [StorySegment(f"{n}. {_TEXT}", f"a lamp, {n}") for n in range(count)])


def figures(folder: Path) -> Iterator[Figure]:
    """All figures of this part."""
    plain = _Plain(folder / "plain.db")
    long = story(COUNT)
    with Library.open(folder / "library") as library:
        ours = best(lambda _: library.projects.import_story(long))
        yield Figure(f"import of {COUNT:,}", ours, best(plain.fill), "ms", "executemany, commit")
        project = library.projects.list()[0].id
        ours = best(lambda _: library.segments.list(project))
        yield Figure(f"list of {COUNT:,}", ours, best(plain.list), "ms", "fetchall")
        ids = list(library.segments.ids(project))
        turned = ids[::-1]
        ours = best(lambda n: library.segments.reorder(project, turned if n % 2 == 0 else ids))
        yield Figure(f"reorder of {COUNT:,}", ours, best(plain.reorder), "ms", "one UPDATE … FROM")
        ours = best(lambda n: library.history.undo(project))
        yield Figure(f"undo of a reorder of {COUNT:,}", ours, best(plain.reorder), "ms", "the same")
        middle = ids[COUNT // 2]
        ours = best(lambda n: library.segments.edit(middle, text_content=f"Edit {n}"), 25)
        floor = best(plain.edit, 25)
        yield Figure("edit of one segment", ours, floor, "ms", "one-row UPDATE, commit")
        ours = best(lambda n: library.segments.step(middle, 1 if n % 2 else -1), 25)
        yield Figure("move by one", ours, floor, "ms", "one-row UPDATE, commit")
    plain.close()


class _Plain:
    """What sqlite3 alone takes: WAL, FULL, the same table and index."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.executescript(
            """
            PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
            CREATE TABLE segment (
                id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, project_id INTEGER NOT NULL,
                sequence_index INTEGER NOT NULL, text_content TEXT NOT NULL,
                image_prompt TEXT NOT NULL, image_file TEXT, audio_file TEXT, audio_duration REAL,
                is_locked INTEGER NOT NULL, created_at TEXT NOT NULL, updated_at TEXT NOT NULL);
            CREATE INDEX segment_order ON segment (project_id, sequence_index, id);
            """
        )
        now = "2026-01-01T00:00:00.000000+00:00"
        self._rows = [
            (n, segment.text_content, segment.image_prompt, now, now)
            for n, segment in enumerate(story(COUNT).segments)
        ]

    def fill(self, number: int) -> None:
        """Insert all rows in one transaction."""
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.executemany(
            "INSERT INTO segment (project_id, sequence_index, text_content, image_prompt, "
            f"is_locked, created_at, updated_at) VALUES ({number + 1}, ?, ?, ?, 0, ?, ?)",
            self._rows,
        )
        self._connection.execute("COMMIT")

    def list(self, _: int) -> object:
        """Read all rows of one project in order."""
        return self._connection.execute(
            "SELECT * FROM segment WHERE project_id = 1 ORDER BY sequence_index, id"
        ).fetchall()

    def reorder(self, number: int) -> None:
        """Turn the whole order round in one statement."""
        places = range(COUNT) if number % 2 else range(COUNT - 1, -1, -1)
        pairs = json.dumps(list(zip(range(1, COUNT + 1), places, strict=True)))
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.execute(
            "UPDATE segment SET sequence_index = wanted.place FROM (SELECT value ->> 0 AS id, "
            "value ->> 1 AS place FROM json_each(?)) AS wanted WHERE segment.id = wanted.id",
            (pairs,),
        )
        self._connection.execute("COMMIT")

    def edit(self, number: int) -> None:
        """Change one row."""
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.execute(
            "UPDATE segment SET text_content = ? WHERE id = ?", (f"Edit {number}", COUNT // 2)
        )
        self._connection.execute("COMMIT")

    def close(self) -> None:
        """Close it."""
        self._connection.close()
