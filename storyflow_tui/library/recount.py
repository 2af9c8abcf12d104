"""The tallies of projects beside the sums of their segments, made anew. Reads only.

How a segment is counted is `tally`'s; tallies are kept by the one door, and put right by `repair`.
"""

from __future__ import annotations

from collections.abc import Iterable

from storyflow_tui.library.database import Database, Row
from storyflow_tui.library.models import TALLY_COLUMNS
from storyflow_tui.library.tally import spoken_words

_SUMS = """
    WITH counted AS MATERIALIZED (
        SELECT project_id, image_file, audio_duration, is_locked,
            spoken_words(text_content) AS spoken FROM segment
    ), summed AS (
        SELECT project_id, COUNT(*) AS segment_count,
            SUM(coalesce(image_file, '') != '') AS image_count,
            SUM(is_locked != 0) AS locked_count,
            SUM(abs(spoken)) AS word_count,
            SUM(coalesce(audio_duration, 0.0)) AS measured_seconds,
            SUM(CASE WHEN audio_duration IS NULL AND spoken > 0 THEN spoken ELSE 0 END)
                AS guessed_words,
            SUM(CASE WHEN audio_duration IS NULL AND spoken < 0 THEN -spoken ELSE 0 END)
                AS guessed_characters
        FROM counted GROUP BY project_id
    )
"""


class Recount:
    """Counts the segments of one library."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def miscounted(self) -> list[int]:
        """The projects whose tally is not the sum of their segments, or is missing or too many."""
        columns = ", ".join(f"tally.{c}, coalesce(summed.{c}, 0)" for c in TALLY_COLUMNS)
        rows = self._counted(
            f"{_SUMS} SELECT project.id, {columns} FROM project "
            "LEFT JOIN tally ON tally.project_id = project.id "
            "LEFT JOIN summed ON summed.project_id = project.id ORDER BY project.id"
        )
        wrong = [row[0] for row in rows if not _agree(row[1::2], row[2::2])]
        orphans = "SELECT project_id FROM tally WHERE project_id NOT IN (SELECT id FROM project)"
        return wrong + [row[0] for row in self._database.rows(orphans)]

    def sums(self, project_ids: Iterable[int]) -> list[Row]:
        """Counts of these projects that are there: id, then the columns of `tally`."""
        wanted = set(project_ids)
        columns = ", ".join(f"coalesce(summed.{c}, 0)" for c in TALLY_COLUMNS)
        rows = self._counted(
            f"{_SUMS} SELECT project.id, {columns} FROM project "
            "LEFT JOIN summed ON summed.project_id = project.id"
        )
        return [row for row in rows if row[0] in wanted]

    def _counted(self, sql: str) -> list[Row]:
        # In SQLite, so that sums and tallies are of one moment and no text has to be held.
        self._database.define("spoken_words", spoken_words)
        return self._database.rows(sql)


def _agree(kept: Row, counted: Row) -> bool:
    if any(value is None for value in kept):
        return False
    # Seconds are added and taken away for as long as a project lives: small errors remain.
    return all(abs(a - b) < 0.01 for a, b in zip(kept, counted, strict=True))
