"""The themes in the command palette: each by its name, taken at once and remembered."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from textual.app import App
from textual.command import Hit, Hits, Provider

from storyflow_tui.tui.palettes import THEMES

if TYPE_CHECKING:
    from storyflow_tui.tui.app import StoryflowApp

_WORDS = {
    "dark": "quiet greys on dark",
    "light": "quiet greys on paper",
    "high-contrast-dark": "white on black; every text has a contrast of 7 and more",
    "high-contrast-light": "black on white; every text has a contrast of 7 and more",
    "16-colours": "the terminal's own colours, as its palette has them",
}


def themes(app: App[Any]) -> Iterator[tuple[str, str, Callable[[], None]]]:
    """Every theme but the one that is shown: its title, a few words on it, and how to take it."""
    for theme in THEMES:
        if theme.name != app.theme:
            take = partial(cast("StoryflowApp", app).take_theme, theme.name)
            yield f"Theme: {theme.name.replace('-', ' ')}", _WORDS[theme.name], take


class Themes(Provider):
    """Offers the themes to whoever searches."""

    async def search(self, query: str) -> Hits:
        """Those whose name has these letters in this order."""
        matcher = self.matcher(query)
        for title, words, take in themes(self.app):
            if (score := matcher.match(title)) > 0:
                yield Hit(score, matcher.highlight(title), take, text=title, help=words)
