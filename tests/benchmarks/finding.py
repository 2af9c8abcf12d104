"""Finding in a long story, the hit in its last segment, against one LIKE of plain sqlite3."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from storyflow_tui.library import Library
from storyflow_tui.records import Filter
from storyflow_tui.story import Story, StorySegment
from tests.benchmarks.figures import Figure, best
from tests.benchmarks.library import story

COUNT = 100_000
_NEEDLE = "zeppelin"
_LIKE = (
    f"SELECT id FROM segment WHERE text_content LIKE '%{_NEEDLE}%' "
    f"OR image_prompt LIKE '%{_NEEDLE}%' OR image_file LIKE '%{_NEEDLE}%' LIMIT 1"
)


def figures(folder: Path) -> Iterator[Figure]:
    """All figures of this part."""
    long = story(COUNT - 1)
    last = StorySegment(f"A {_NEEDLE} in the last one.")
    with Library.open(folder / "library") as library:
        project = library.projects.import_story(Story("Long", [*long.segments, last])).id

        def find(text: str) -> int:
            return sum(len(piece) for piece in library.finding.hits(project, text))

        assert find(_NEEDLE) == 1
        ours = best(lambda _: find(_NEEDLE))
        with contextlib.closing(sqlite3.connect(library.path / "storyflow.db")) as plain:
            floor = best(lambda _: plain.execute(_LIKE).fetchall())
        name = f"find in {COUNT:,}"
        yield Figure(f"{name}, hit in the last", ours, floor, "ms", "LIKE on the same columns")
        yield Figure(f"{name}, hits in all", best(lambda _: find("lamp")), None, "ms", "")
        yield Figure(f"{name}, of another script", best(lambda _: find("фонарь")), None, "ms", "")
        ours = best(lambda _: library.finding.ids(project, Filter(locked=True)))
        yield Figure(f"filter of {COUNT:,}", ours, None, "ms", "")
