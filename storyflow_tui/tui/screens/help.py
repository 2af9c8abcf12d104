"""The help: every key of the screen below, made from the tables of keys, and the signs.

Nothing is written down twice: words come from `keymap`, keys from there or from the settings.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from rich.segment import Segment
from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.screen import Screen

from storyflow_tui.tui import text
from storyflow_tui.tui.keymap import APP, HELP, Key, bindings, key_name
from storyflow_tui.tui.look import SIGNS, Palette, palette
from storyflow_tui.tui.widgets.header import Fact, Header
from storyflow_tui.tui.widgets.hint_line import HintLine
from storyflow_tui.tui.widgets.page import Line, Page

_KEYS_WIDTH = 11
_COLUMN = 34
_GAP = 3
_LEFT = 6
_RIGHT = 2

_SIGNS: tuple[tuple[str, str, str], ...] = (
    (SIGNS.here, "accent", "you are here"),
    (SIGNS.locked, "text", "locked: narration, prompt and picture are safe from edits"),
    (SIGNS.prompt, "text", "image prompt"),
    ("~0:09", "text", "length, guessed from the words; 0:09 is measured from the audio"),
    (SIGNS.warn, "warning", "needs your attention; the words beside it say what"),
    (SIGNS.refused, "danger", "refused; the words beside it say why"),
    (SIGNS.undone, "muted", "undone, in the history; U does it again"),
)


class HelpScreen(Screen[None], inherit_bindings=False):
    """One page over the screen that asked for it; `keys` is that screen's table."""

    CSS_PATH = "help.tcss"
    KEYS: ClassVar[Sequence[Key]] = HELP
    HELP_NAME: ClassVar[str] = "help"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(HELP, first=True)]

    def __init__(self, screen_name: str, keys: Sequence[Key]) -> None:
        super().__init__()
        self._screen_name = screen_name
        self._keys = keys

    def compose(self) -> ComposeResult:
        """Header, page, hint line."""
        yield Header()
        yield Page(surface="raised", margin=_LEFT)
        yield HintLine()

    def on_mount(self) -> None:
        """Say whose keys these are."""
        source = "your key settings" if settings_keys(self.app) else "the bindings"
        self.query_one(Header).show(
            "Help", [Fact(f"made from {source}", 1)], subtitle=self._screen_name
        )
        self.query_one(HintLine).set_keys(HELP, help_label="")

    def on_resize(self) -> None:
        """Lay the columns out for this width."""
        self._lay_out()

    def action_scroll(self, by: int) -> None:
        """Scroll by a line."""
        self.query_one(Page).scroll_lines(by)

    def action_leave(self) -> None:
        """Back to the screen below."""
        self.dismiss(None)

    def action_help(self) -> None:
        """The help of the help is this page: the key that opened it closes it."""
        self.dismiss(None)

    def _lay_out(self) -> None:
        page = self.query_one(Page)
        colours = palette(self.app.theme)
        keys = [*self._keys, *(key for key in APP if key not in self._keys)]
        lines = help_lines(keys, settings_keys(self.app), self.size.width, colours)
        # A blank row at the top where there is room for it, as the pictures have it.
        roomy = self.size.height >= 30
        page.show([(), *([()] if roomy else []), *lines])


def settings_keys(app: App[Any]) -> Mapping[str, str]:
    """The keys that the settings put in place of the tables', by the id of the binding."""
    session = getattr(app, "session", None)
    return {} if session is None else session.settings.keys


def shown_keys(key: Key, overrides: Mapping[str, str]) -> str:
    """The keys of a binding as people read them: `j ↓`, `? F1`, or what the settings say."""
    if key.id not in overrides and key.label:
        return key.label
    names = overrides.get(key.id, key.keys).split(",")
    return " ".join(key_name(name.strip()) for name in names)


def help_lines(
    keys: Sequence[Key], overrides: Mapping[str, str], width: int, colours: Palette
) -> list[Line]:
    """The page for this width: groups in as many columns as fit, below them the signs."""
    room = max(20, width - _LEFT - _RIGHT)
    count = max(1, (room + _GAP) // (_COLUMN + _GAP))
    column = (room - _GAP * (count - 1)) // count
    groups: dict[str, list[Key]] = {}
    for key in keys:
        groups.setdefault(key.group, []).append(key)
    blocks = [
        list(_block(name, group, overrides, column, colours)) for name, group in groups.items()
    ]
    columns = balanced([len(block) + 1 for block in blocks], count)
    stacks: list[list[Line]] = []
    for start, stop in columns:
        stack: list[Line] = []
        for block in blocks[start:stop]:
            stack += [*([()] if stack else []), *block]
        stacks.append(stack)
    height = max((len(stack) for stack in stacks), default=0)
    lines = [
        _beside([stack[at] if at < len(stack) else () for stack in stacks], column)
        for at in range(height)
    ]
    return [*lines, (), (), *_signs(room, colours)]


def balanced(sizes: Sequence[int], columns: int) -> list[tuple[int, int]]:
    """The blocks parted into columns, in their order, so that the tallest column is lowest."""
    least, most = max(sizes, default=0), sum(sizes)
    while least < most:
        tall = (least + most) // 2
        if len(_parted(sizes, tall)) <= columns:
            most = tall
        else:
            least = tall + 1
    return _parted(sizes, least)


def _parted(sizes: Sequence[int], tall: int) -> list[tuple[int, int]]:
    parts: list[tuple[int, int]] = []
    start = used = 0
    for at, size in enumerate(sizes):
        if used + size > tall and at > start:
            parts.append((start, at))
            start, used = at, 0
        used += size
    return [*parts, (start, len(sizes))]


def _block(
    name: str, keys: Sequence[Key], overrides: Mapping[str, str], width: int, colours: Palette
) -> Iterator[Line]:
    strong = colours.style("text", "raised", bold=True)
    plain = colours.style("text", "raised")
    yield [Segment(name, colours.style("muted", "raised", bold=True))]
    for key in keys:
        shown = text.cut(shown_keys(key, overrides), _KEYS_WIDTH + 6)
        # Keys wider than their column push the words to the right, by two blanks at least.
        first = max(_KEYS_WIDTH, text.width(shown) + 2)
        words = text.wrap(key.description, width - first, 2)
        for at, line in enumerate(words):
            yield [
                Segment(text.pad(shown if not at else "", first), strong),
                Segment(line, plain),
            ]


def _signs(room: int, colours: Palette) -> Iterator[Line]:
    yield [Segment("Signs", colours.style("muted", "raised", bold=True))]
    for sign, role, words in _SIGNS:
        for at, line in enumerate(text.wrap(words, room - _KEYS_WIDTH, 3)):
            yield [
                Segment(
                    text.pad(sign if not at else "", _KEYS_WIDTH), colours.style(role, "raised")
                ),
                Segment(line, colours.style("text", "raised")),
            ]


def _beside(cells: Sequence[Line], width: int) -> Line:
    line: list[Segment] = []
    for at, cell in enumerate(cells):
        used = sum(segment.cell_length for segment in cell)
        gap = _GAP if at < len(cells) - 1 else 0
        line += [*cell, Segment(" " * max(0, width - used + gap))]
    return line
