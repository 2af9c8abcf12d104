"""Where a segment is cut in two: both halves on a sheet, as they will be, and a cut that moves."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container

from storyflow_tui.records import estimated_seconds
from storyflow_tui.tui import cuts, text
from storyflow_tui.tui.keymap import SPLIT, bindings
from storyflow_tui.tui.look import SIGNS, Grid, length
from storyflow_tui.tui.overrides import key_of
from storyflow_tui.tui.widgets.paper import Paper, Sheet

_MOST_LINES = 6
"""Lines of each half that are shown at most."""

_LEAST_LINES = 2
_REST = 14
"""Rows that are not for the halves: those of the sheet itself, and a card above it."""

_LONG = 50_000
"""Characters from which the halves are not measured anew with each key."""


class SplitSheet(Sheet["int | None"]):
    """The narration around a cut. Answers the place of the cut, or None."""

    KEYS: ClassVar = SPLIT
    HELP_NAME: ClassVar = "Split"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(SPLIT)]

    def __init__(self, narration: str, cut: int, position: int, words_per_minute: int) -> None:
        super().__init__()
        self._narration = narration
        self._cut = cut
        self._position = position
        self._pace = words_per_minute

    def compose(self) -> ComposeResult:
        """The sheet."""
        with Container():
            yield Paper()

    def on_mount(self) -> None:
        """Write the sheet."""
        self._write()

    def on_resize(self) -> None:
        """Write it anew for another width."""
        self._write()

    def _write(self) -> None:
        width = self.app.size.width - Grid.TEXT_COLUMN - Grid.MARGIN
        lines = (self.app.size.height - _REST) // 2
        lines = min(lines, _MOST_LINES, len(text.wrap(self._narration, width, _MOST_LINES)))
        lines = max(_LEAST_LINES, lines)
        first, second = self._narration[: self._cut], self._narration[self._cut :]
        above = _end_of(first, width, lines)
        below = text.wrap(second, width, lines, SIGNS.cut)
        rows: list[list[tuple[str, str]]] = [
            [(f"Split segment {self._position}?", "text bold"), *self._length(first)],
            # The halves meet at the same row whatever their length, so that only text changes.
            *([] for _ in range(lines - len(above))),
            *([(line, "text")] for line in above),
            [],
            [(f"Segment {self._position + 1}", "muted bold"), *self._length(second)],
            *([(line, "text")] for line in below),
            *([] for _ in range(lines - len(below))),
            [],
            [
                (key_of(self.app, "split.here"), "text bold"),
                (" split here   ", "muted"),
                (self._both("split.left", "split.right"), "text bold"),
                (" word   ", "muted"),
                (self._both("split.up", "split.down"), "text bold"),
                (" sentence   ", "muted"),
                (key_of(self.app, "split.leave"), "text bold"),
                (" leave it whole", "muted"),
            ],
        ]
        self.rise(rows, "accent")

    def _both(self, one: str, other: str) -> str:
        return f"{key_of(self.app, one)} {key_of(self.app, other)}"

    def _length(self, half: str) -> list[tuple[str, str]]:
        if len(self._narration) > _LONG:
            return []
        return [(length(estimated_seconds(half, self._pace), True).strip(), "aside")]

    def action_word(self, by: int) -> None:
        """Move the cut by a word."""
        move = cuts.next_word if by > 0 else cuts.previous_word
        self._go(move(self._narration, self._cut))

    def action_sentence(self, by: int) -> None:
        """Move the cut to the next or the previous sentence."""
        move = cuts.next_sentence if by > 0 else cuts.previous_sentence
        self._go(move(self._narration, self._cut))

    def _go(self, cut: int | None) -> None:
        if cut is not None:
            self._cut = cut
            self._write()

    def action_split(self) -> None:
        """Cut here."""
        self.dismiss(self._cut)

    def action_leave(self) -> None:
        """Leave the segment whole."""
        self.dismiss(None)


def _end_of(half: str, width: int, lines: int) -> list[str]:
    """The last lines of a text, with the sign of a cut before them where more stands above."""
    reach = width * (lines + 2)
    end = half[-reach:].rstrip()
    is_whole = len(half) <= reach
    if not is_whole:
        end = end.partition(" ")[2] or end
    wrapped = text.wrap(end, width - len(SIGNS.cut), lines + reach)
    shown = wrapped[-lines:]
    if shown and (len(wrapped) > lines or not is_whole):
        shown[0] = SIGNS.cut + shown[0]
    return shown
