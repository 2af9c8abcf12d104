"""The line of the picker: a filter or a path, and word of a Backspace that deletes nothing."""

from __future__ import annotations

from textual.message import Message

from storyflow_tui.tui.widgets.line import Line


class PathLine(Line):
    """The line of the picker; a Backspace with nothing to delete is a key of the screen's."""

    class AtStart(Message):
        """Backspace on an empty line."""

    def action_delete_left(self) -> None:
        """Delete, or tell that there is nothing."""
        if self.value:
            super().action_delete_left()
        else:
            self.post_message(self.AtStart())
