"""The first row of every screen: the title at the left, facts at the right, the save state last.

What does not fit is left out in the order that the facts name, never broken off.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from rich.segment import Segment
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from storyflow_tui.tui import text
from storyflow_tui.tui.look import SIGNS, Palette, palette
from storyflow_tui.tui.strips import PackedStrip, drawn

Tone = Literal["text", "muted", "accent", "warning", "danger"]

STATE_CELLS = 8
"""Columns that are kept for the save state, so that facts stay where they are as it changes."""

_MARGIN = 2
_GAP = 3


class Fact(NamedTuple):
    """A few words at the right. `drop` 1 goes first as the width shrinks; 0 never goes."""

    text: str
    drop: int
    tone: Tone = "muted"


class State(NamedTuple):
    """The save state, such as `saved` or `! not saved: disk full`; it is never left out."""

    text: str
    tone: Tone = "muted"


class Header(Widget):
    """One row: title, an optional subtitle, facts, state."""

    DEFAULT_CSS = """
    Header { dock: top; height: 1; background: $ground; }
    """

    def __init__(self, title: str = "", *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._title = title
        self._subtitle = ""
        self._facts: tuple[Fact, ...] = ()
        self._state: State | None = None

    def show(
        self,
        title: str,
        facts: Sequence[Fact] = (),
        state: State | None = None,
        *,
        subtitle: str = "",
    ) -> None:
        """Show these words; nothing is sent when they are the same as before."""
        shown = (title, subtitle, tuple(facts), state)
        if shown != (self._title, self._subtitle, self._facts, self._state):
            self._title, self._subtitle, self._facts, self._state = shown
            self.refresh()

    def render_lines(self, crop: Region) -> list[Strip]:
        """The row."""
        colours = palette(self.app.theme)
        line = header_line(
            self.size.width, colours, self._title, self._facts, self._state, self._subtitle
        )
        return drawn(self, [line], crop, colours.ground)


def header_line(
    width: int,
    colours: Palette,
    title: str,
    facts: Sequence[Fact],
    state: State | None,
    subtitle: str = "",
) -> PackedStrip:
    """The row as cells, exactly `width` of them."""
    room = max(0, width - 2 * _MARGIN)
    title = text.cut(title, room, SIGNS.cut)
    subtitle = text.one_line(subtitle)
    state_text = text.cut(state.text, room, SIGNS.cut) if state else ""
    state_cells = max(STATE_CELLS, text.width(state_text)) if state else 0
    shown = [Fact(text.one_line(fact.text), fact.drop, fact.tone) for fact in facts if fact.text]
    # A long title is cut before it drives out every fact: it may claim half the row.
    claim = min(text.width(title), room // 2)
    left = room - (state_cells + _GAP if state else 0) - claim
    while shown and _cells(shown) > left and (leaving := _first_to_go(shown)):
        shown.remove(leaving)
    right: list[tuple[str, Tone]] = [(fact.text, fact.tone) for fact in shown]
    if state:
        right.append((text.pad(state_text, state_cells, right=True), state.tone))
    right_cells = sum(text.width(words) for words, _ in right) + _GAP * max(0, len(right) - 1)
    left = room - right_cells - (_GAP if right else 0)
    title = text.cut(title, max(0, left), SIGNS.cut)
    used = text.width(title)
    segments = [Segment(" " * _MARGIN, colours.style("text"))]
    segments.append(Segment(title, colours.style("text", bold=True)))
    if subtitle and used + _GAP + text.width(subtitle) <= left:
        segments.append(Segment(" " * _GAP + subtitle, colours.style("muted")))
        used += _GAP + text.width(subtitle)
    segments.append(Segment(" " * max(0, room - used - right_cells), colours.style("text")))
    for number, (words, tone) in enumerate(right):
        segments.append(Segment(" " * _GAP * bool(number) + words, colours.style(tone)))
    segments.append(Segment(" " * _MARGIN, colours.style("text")))
    line = Strip([one for one in segments if one.text])
    line = line.adjust_cell_length(width, colours.style("text"))
    return PackedStrip(list(line), width)


def _cells(facts: Sequence[Fact]) -> int:
    return sum(_GAP + text.width(fact.text) for fact in facts)


def _first_to_go(facts: Sequence[Fact]) -> Fact | None:
    going = [fact for fact in facts if fact.drop]
    return min(going, key=lambda fact: fact.drop) if going else None
