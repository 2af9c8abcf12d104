"""The rows of the table of lengths: estimate, measured, how they differ, and the running sum."""

from __future__ import annotations

from collections.abc import Callable, Collection

from rich.segment import Segment

from storyflow_tui.lengths import clock
from storyflow_tui.records import SegmentRecord
from storyflow_tui.tui import text
from storyflow_tui.tui.look import SIGNS, Grid, Palette, length
from storyflow_tui.tui.timetable import Timetable
from storyflow_tui.tui.widgets.rows import TEXT_COLUMN

HEADINGS = ("Estimate", "Measured", "Differs", "Sum")

_OVER = 2
"""Cells at the right for the sign of a sum that is beyond the target."""

_WITH_DIFFERENCE = 70


class LengthRows:
    """One segment a row; `record` reads what it says, `taken` are lengths that are not kept yet."""

    def __init__(self, record: Callable[[int], SegmentRecord | None]) -> None:
        self._record = record
        self.table = Timetable()
        self.taken: Collection[int] = ()
        self.target: float | None = None

    def __len__(self) -> int:
        """How many segments there are."""
        return len(self.table)

    def row(self, index: int, width: int, current: bool, colours: Palette) -> list[Segment]:
        """Number, narration, figures."""
        one, record = self.table.records[index], self._record(index)
        end = self.table.start(index + 1)
        measured = "" if one.measured is None else clock(one.measured)
        figures = in_columns(
            (
                length(one.estimated, True).strip(),
                measured,
                difference(one.measured, one.estimated),
                length(end, self.table.guesses_before(index + 1) > 0).strip(),
            ),
            width,
        )
        over = SIGNS.warn if self.target is not None and end > self.target else ""
        number = f"{index + 1:>3}"
        mark = SIGNS.marked if one.id in self.taken else " "
        left = max(TEXT_COLUMN, 2 + len(number) + 1)
        room = max(1, width - left - len(figures) - _OVER - Grid.MARGIN - 2)
        words = text.cut(record.text_content, room) if record is not None else ""
        used = left + text.width(words) + len(figures) + _OVER + Grid.MARGIN
        muted = colours.style("muted")
        return [
            Segment(mark, colours.style("text")),
            Segment(text.pad(number, left - 2), colours.style("text", bold=current)),
            Segment(words, colours.style("text", bold=current)),
            Segment(" " * max(1, width - used), muted),
            Segment(figures, colours.style("text" if current else "muted")),
            Segment(f" {over:1}", colours.style("warning", bold=True)),
        ]


def headings(width: int, colours: Palette) -> list[Segment]:
    """The words over the columns."""
    words = in_columns(HEADINGS, width)
    blanks = width - TEXT_COLUMN - Grid.MARGIN - _OVER - len("Segment") - len(words)
    line = " " * TEXT_COLUMN + "Segment" + " " * max(1, blanks) + words
    return [Segment(line, colours.style("muted"))]


def difference(measured: float | None, estimated: float) -> str:
    """How much longer it was than the estimate: `+0:03`, `-0:01`; blank where nothing was."""
    if measured is None:
        return ""
    by = measured - estimated
    if clock(abs(by)) == clock(0):
        return clock(0)
    return f"{'+' if by > 0 else '-'}{clock(abs(by))}"


def in_columns(cells: tuple[str, str, str, str], width: int) -> str:
    """The figures, right-aligned in columns; how they differ only where there is room."""
    estimate, measured, differs, whole = cells
    between = f"{differs:>9}" if width >= _WITH_DIFFERENCE else ""
    return f"{estimate:>9}{measured:>10}{between}{whole:>9}"
