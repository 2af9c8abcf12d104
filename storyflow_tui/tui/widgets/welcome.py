"""What stands in place of an empty list of stories: what a story is, and three ways to begin.

A bar stands at one of them, as in any list. What they do is the screen's business.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.segment import Segment
from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from storyflow_tui.tui.look import SIGNS, Palette, palette
from storyflow_tui.tui.text import wrap

_TEXT_COLUMN = 6
_WORDS_COLUMN = 10
_WHAT = "A story is a script cut into segments; each segment has its narration and its picture."


@dataclass(frozen=True, slots=True)
class Choice:
    """One way to begin: the action, its key, and words for it."""

    action: str
    key: str
    title: str
    about: str = ""


CHOICES = (
    Choice("import", "i", "Import a script", "text or JSON, from a file or pasted"),
    Choice("new", "n", "Start with an empty story"),
    Choice("sample", "s", "Open the sample"),
)


class Welcome(Widget, can_focus=True):
    """The empty state, with a cursor over its choices."""

    DEFAULT_CSS = """
    Welcome { height: 1fr; background: $ground; }
    """

    @dataclass
    class Chosen(Message):
        """A choice was clicked."""

        welcome: Welcome
        choice: Choice

        @property
        def control(self) -> Welcome:
            """The widget that sent this."""
            return self.welcome

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  (Textual's own name)
        super().__init__(id=id)
        self.cursor = 0

    @property
    def choice(self) -> Choice:
        """The choice at the bar."""
        return CHOICES[self.cursor]

    def move_cursor(self, to: int) -> None:
        """Put the bar on a choice, the nearest there is."""
        to = max(0, min(to, len(CHOICES) - 1))
        if to != self.cursor:
            self.cursor = to
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """One line of it."""
        colours = palette(self.app.theme)
        width = self.size.width
        lines = self._lines(width, colours)
        _, line = lines[y] if y < len(lines) else (None, ())
        strip = Strip(line).crop(0, width).extend_cell_length(width)
        return strip.apply_style(colours.style("text"))

    def on_click(self, event: events.Click) -> None:
        """A click does what is clicked."""
        lines = self._lines(self.size.width, palette(self.app.theme))
        at = lines[event.y][0] if 0 <= event.y < len(lines) else None
        if at is not None:
            event.stop()
            self.move_cursor(at)
            self.post_message(self.Chosen(self, CHOICES[at]))

    def _lines(self, width: int, colours: Palette) -> list[tuple[int | None, Sequence[Segment]]]:
        """Each line with the number of the choice that it belongs to."""
        strong, muted = colours.style("text", bold=True), colours.style("muted")
        blank = " " * _TEXT_COLUMN
        lines: list[tuple[int | None, Sequence[Segment]]] = [
            (None, ()),
            (None, [Segment(f"{blank}No stories yet", strong)]),
            (None, ()),
        ]
        lines += [(None, [Segment(blank + line, muted)]) for line in wrap(_WHAT, width - 8, 4)]
        for at, choice in enumerate(CHOICES):
            if at < 2:
                lines.append((None, ()))
            here = at == self.cursor
            bar = Segment(SIGNS.here if here else " ", colours.style("accent"))
            gap = Segment(" " * (_TEXT_COLUMN - 1))
            lines.append(
                (
                    at,
                    [
                        bar,
                        gap,
                        Segment(f"{choice.key:<{_WORDS_COLUMN - _TEXT_COLUMN}}", strong),
                        Segment(choice.title, strong if here else muted),
                    ],
                )
            )
            if choice.about:
                words = Segment(" " * (_WORDS_COLUMN - 1) + choice.about, muted)
                lines.append((at, [bar, words]))
        return lines
