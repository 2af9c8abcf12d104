"""What stands there when the terminal is too small for any screen: a sentence, and Ctrl+Q."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.geometry import Size
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input, Static, TextArea

from storyflow_tui.tui.keymap import Key

LEAST = Size(60, 16)
"""Columns and rows that the editor needs."""


class SmallScreen(Screen[None], inherit_bindings=False):
    """Asks for more room; the app takes it away when there is."""

    DEFAULT_CSS = """
    SmallScreen { background: $ground; overflow: hidden; }
    SmallScreen Static { padding: 1 2; color: $muted; }
    """
    KEYS: ClassVar[tuple[Key, ...]] = ()
    HELP_NAME: ClassVar[str] = "small"
    BINDINGS: ClassVar[list[BindingType]] = []

    def compose(self) -> ComposeResult:
        """The sentence."""
        yield Static(id="words", markup=False)

    @property
    def typed_into(self) -> Widget | None:
        """The field below that had the focus; what is typed while it is covered goes on into it."""
        focused = self.app.screen_stack[-2].focused
        return focused if isinstance(focused, TextArea | Input) else None

    def on_resize(self) -> None:
        """Say how much there is and how much it takes."""
        size = self.app.size
        self.query_one(Static).update(
            f"This terminal has {size.width} columns and {size.height} rows. "
            f"The editor takes {LEAST.width} and {LEAST.height}. Make it larger; "
            "^Q saves and quits."
        )
