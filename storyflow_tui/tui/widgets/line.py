"""A line to type into: Textual's input with the keys of our fields, made safe.

A line takes no control characters, typed or pasted. What it is asked for is its screen's business.
"""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.binding import BindingType
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
