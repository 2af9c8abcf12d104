"""The rows of the list of stories: what each says of its story, in columns."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from rich.segment import Segment

from storyflow_tui.records import WORDS_PER_MINUTE, ProjectRecord
from storyflow_tui.tui import found, text
from storyflow_tui.tui.found import Found
from storyflow_tui.tui.look import Grid, Palette, ago, length
from storyflow_tui.tui.widgets.rows import TEXT_COLUMN

_WITH_IMAGES = 64


class StoryRows:
    """The rows of the list: records, and how long ago each of them changed."""

    def __init__(self) -> None:
        self.records: Sequence[ProjectRecord] = []
        self.words_per_minute = WORDS_PER_MINUTE
        self.now = datetime.now().astimezone()
        self.found: Found | None = None
        """What is looked for in the titles."""

    def __len__(self) -> int:
        """How many stories there are."""
        return len(self.records)

    def row(self, index: int, width: int, current: bool, colours: Palette) -> Sequence[Segment]:
        """Title, counts, length and last change of one story."""
        record = self.records[index]
        seconds = length(record.duration(self.words_per_minute), record.is_guessed)
        cells = (
            str(record.segment_count),
            str(record.image_count),
            seconds.strip(),
            ago(record.updated_at, self.now),
        )
        figures = in_columns(cells, width)
        # A long title may use the room that a short number leaves.
        room = max(1, width - TEXT_COLUMN - len(figures) - Grid.MARGIN - 2)
        title = text.cut(record.title, room)
        blanks = " " * max(1, width - TEXT_COLUMN - Grid.MARGIN - text.width(title) - len(figures))
        return [
            Segment(" " * (TEXT_COLUMN - 1)),
            *self._title(title, current, colours),
            Segment(blanks + figures, colours.style("text" if current else "muted")),
        ]

    def _title(self, title: str, current: bool, colours: Palette) -> Sequence[Segment]:
        if self.found is None:
            return [Segment(title, colours.style("text", bold=current))]
        looked_for = self.found._replace(field="title" if current else "", number=0)
        return found.segments(found.marked(title, looked_for, "title"), colours)

    def index(self, project_id: int | None) -> int | None:
        """Where a story stands in the list."""
        ids = (at for at, record in enumerate(self.records) if record.id == project_id)
        return next(ids, None)


def in_columns(cells: Sequence[str], width: int) -> str:
    """Segments, images (where there is room), length and change, right-aligned in columns."""
    segments, images, seconds, changed = cells
    pictures = f"{images:>9}" if width >= _WITH_IMAGES else ""
    return f"{segments}{pictures}{' ' + seconds:>9}{changed:>12}"
