"""The pane beside the list of stories: one story at a glance, its first picture large.

It shows what it is given and reads nothing but the pictures.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.segment import Segment
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical

from storyflow_tui.tui import text
from storyflow_tui.tui.look import Grid, palette
from storyflow_tui.tui.widgets.page import Line, Page
from storyflow_tui.tui.widgets.picture import Picture, Proxies

_SMALL = 3
_LABEL = 12
_MOST_TEXT = 5
_LEAST_TEXT = 2


@dataclass(frozen=True, slots=True)
class Glance:
    """What there is to say of a story.

    `pictures` are files, the first one shown large; `opening` is how its narration begins;
    `facts` are labels with values; `key` and `words` are a key and what it does, if any.
    """

    title: str
    figures: Sequence[str]
    opening: str
    pictures: Sequence[Path] = ()
    facts: Sequence[tuple[str, str]] = ()
    key: str = ""
    words: str = ""
    no_picture: str = "no pictures yet"


class StoryPane(Vertical):
    """Heading, a large picture, three small ones, the opening and the facts."""

    DEFAULT_CSS = """
    StoryPane { background: $raised; }
    StoryPane > #story-heading { height: 3; }
    StoryPane > Picture { margin: 0 2; }
    StoryPane > #story-small { margin: 1 2 0 2; }
    """

    def __init__(self, proxies: Proxies | None = None, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._proxies = proxies
        self._glance: Glance | None = None

    def compose(self) -> ComposeResult:
        """Every part, in its place whatever it says."""
        yield Page(margin=2, id="story-heading")
        yield Picture(self._proxies, id="story-large")
        with Horizontal(id="story-small"):
            for number in range(_SMALL):
                yield Picture(self._proxies, id=f"story-small-{number}")
        yield Page(margin=2, id="story-words")

    def show(self, glance: Glance | None) -> None:
        """Show a story, or nothing."""
        self._glance = glance
        self._lay_out()

    def on_resize(self) -> None:
        """Find the places anew."""
        self._lay_out()

    def _lay_out(self) -> None:
        glance = self._glance
        large = self.query_one("#story-large", Picture)
        small = self.query_one("#story-small")
        heading = self.query_one("#story-heading", Page)
        words = self.query_one("#story-words", Page)
        for widget in (large, small):
            widget.display = glance is not None
        if glance is None:
            heading.show([])
            words.show([])
            return
        inner = max(1, self.size.width - 2 * Grid.MARGIN)
        heading.show([(), self._heading(glance, inner)])
        # Rows: blank, heading, blank, picture, (small ones,) blank, text, blank, facts, blank.
        tall = Grid.of(*self.app.size).picture[3]
        gap, small_height = (3, 4) if inner >= 46 else (2, 4)
        width = (inner - gap * (_SMALL - 1)) // _SMALL
        ending = 2 if glance.key else 1 + len(glance.facts)
        room = self.size.height - 4 - tall - 1 - ending
        with_small = len(glance.pictures) > 1 and room - 1 - small_height >= _LEAST_TEXT
        if with_small:
            room -= 1 + small_height
        large.styles.height = tall
        small.display = with_small
        small.styles.height = small_height
        self._fill(glance, large, width, gap, inner)
        words.show(self._words(glance, inner, max(1, min(room, _MOST_TEXT))))

    def _fill(self, glance: Glance, large: Picture, width: int, gap: int, inner: int) -> None:
        if glance.pictures:
            large.show(glance.pictures[0])
        else:
            large.empty(glance.no_picture)
        for number in range(_SMALL):
            picture = self.query_one(f"#story-small-{number}", Picture)
            last = number == _SMALL - 1
            # What division leaves over is the last one's, so that both edges are straight.
            picture.styles.width = inner - (width + gap) * (_SMALL - 1) if last else width
            picture.styles.margin = (0, 0 if last else gap, 0, 0)
            there = number + 1 < len(glance.pictures)
            picture.visible = there
            picture.show(glance.pictures[number + 1] if there else None)

    def _heading(self, glance: Glance, inner: int) -> Line:
        colours = palette(self.app.theme)
        figures = "   ".join(map(text.one_line, glance.figures))
        title = text.cut(glance.title, max(1, inner - text.width(figures) - 3))
        blanks = " " * max(0, inner - text.width(title) - text.width(figures))
        return [
            Segment(title, colours.style("text", "raised", bold=True)),
            Segment(blanks + figures, colours.style("muted", "raised")),
        ]

    def _words(self, glance: Glance, inner: int, most: int) -> list[Line]:
        colours = palette(self.app.theme)
        plain, muted = colours.style("text", "raised"), colours.style("muted", "raised")
        lines: list[Line] = [()]
        opening = text.wrap(glance.opening, inner, most)
        lines += [[Segment(line, plain)] for line in opening]
        if glance.facts or glance.key:
            lines.append(())
        for name, value in glance.facts:
            lines.append(
                [
                    Segment(text.pad(name, _LABEL), muted),
                    Segment(text.cut(value, inner - _LABEL), plain),
                ]
            )
        if glance.key:
            lines.append(
                [
                    Segment(glance.key, colours.style("text", "raised", bold=True)),
                    Segment(f"  {text.cut(glance.words, inner - 3)}", muted),
                ]
            )
        return lines
