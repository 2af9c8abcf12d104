"""A line to type into: Textual's input with the keys of our fields, made safe.

A line takes no control characters, typed or pasted, and draws what has no shape of its own, such
as joiners, as nothing. What it is asked for is its screen's business.
"""

from __future__ import annotations

from itertools import pairwise
from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.binding import BindingType
from textual.strip import Strip
from textual.widgets import Input

from storyflow_tui.tui import text
from storyflow_tui.tui.keymap import ONE_LINE, bindings
from storyflow_tui.tui.widgets.own_keys import run_own_key


class Line(Input, inherit_bindings=False):
    """One line; its actions are called as those of `Field`, so that one table serves both."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(ONE_LINE)]

    def __init__(self, value: str = "", *, placeholder: str = "", id: str | None = None) -> None:  # noqa: A002
        super().__init__(value, placeholder=placeholder, select_on_focus=False, id=id)
        self.cursor_blink = False

    def validate_value(self, value: str) -> str:
        """What may be in a line and sent to a terminal."""
        return text.printable(value)

    def render_line(self, y: int) -> Strip:
        """The line as it is safe to send, with selection and cursor."""
        if y != 0 or not self.value:
            return super().render_line(y)
        start, end = sorted(self.selection)
        cursor = self.cursor_position if self.has_focus and self._cursor_visible else -1
        behind = cursor + 1
        while cursor >= 0 and behind < len(self.value) and not _cells(self.value[cursor:behind]):
            behind += 1  # it stands on nothing that is seen: the next that is shows it
        if cursor >= 0 and not _cells(self.value[cursor:]):
            cursor = len(self.value)
        marks = {0, len(self.value), start, end, cursor, behind}
        segments = []
        for left, right in pairwise(sorted(mark for mark in marks if 0 <= mark <= len(self.value))):
            style = None
            if left == cursor:
                style = self.get_component_rich_style("input--cursor")
            elif self.has_focus and start <= left < end:
                style = self.get_component_rich_style("input--selection")
            segments.append(Segment(text.safe(self.value[left:right]), style))
        if cursor == len(self.value):
            segments.append(Segment(" ", self.get_component_rich_style("input--cursor")))
        width = self.scrollable_content_region.width + 1
        scrolled, _ = self.scroll_offset
        strip = Strip(segments).crop(scrolled, scrolled + width)
        return strip.extend_cell_length(width).apply_style(self.rich_style)

    @property
    def content_width(self) -> int:
        """Cells of the line, and one for the cursor behind it."""
        return _cells(self.value or self.placeholder) + bool(self.value)

    def _position_to_cell(self, position: int) -> int:
        return _cells(self.value[:position])

    def _cell_offset_to_index(self, offset: int) -> int:
        offset += self.scroll_offset.x
        used = 0
        for place, character in enumerate(self.value):
            used += _cells(character)
            if used > offset:
                return place
        return len(self.value)

    async def _on_key(self, event: events.Key) -> None:
        if not await run_own_key(self, event):
            await super()._on_key(event)

    def action_cursor_line_start(self, select: bool = False) -> None:
        """To the start."""
        self.action_home(select)

    def action_cursor_line_end(self, select: bool = False) -> None:
        """To the end."""
        self.action_end(select)

    def action_cursor_word_left(self) -> None:
        """To the start of the word before."""
        self.action_cursor_left_word()

    def action_cursor_word_right(self) -> None:
        """To the start of the next word."""
        self.action_cursor_right_word()

    def action_delete_word_left(self) -> None:
        """Delete back to the start of the word."""
        self.action_delete_left_word()

    def action_delete_word_right(self) -> None:
        """Delete up to the start of the next word."""
        self.action_delete_right_word()

    def action_delete_to_start_of_line(self) -> None:
        """Delete all before the cursor."""
        self.action_delete_left_all()

    def action_delete_to_end_of_line_or_delete_line(self) -> None:
        """Delete all behind the cursor."""
        self.action_delete_right_all()

    def action_cut(self) -> None:
        """Cut what is selected; with nothing selected the clipboard keeps what it has."""
        if self.selected_text:
            super().action_cut()


def _cells(value: str) -> int:
    return text.width(text.safe(value))
