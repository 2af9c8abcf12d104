"""The help: every key of the screen below, made from the tables of keys, and the signs.

Nothing is written down twice: words come from `keymap`, keys from there or from the settings.
What is found in it is made in `help_found`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar

from rich.segment import Segment
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import Screen

from storyflow_tui.tui import text
from storyflow_tui.tui.keymap import APP, HELP, HELP_FIND, Key, bindings, key_name
from storyflow_tui.tui.look import SIGNS, Palette, palette
from storyflow_tui.tui.overrides import settings_keys
from storyflow_tui.tui.screens.help_found import KEYS_WIDTH, found_lines, matches
from storyflow_tui.tui.widgets.header import Fact, Header
from storyflow_tui.tui.widgets.hint_line import HintLine
from storyflow_tui.tui.widgets.line import Line
from storyflow_tui.tui.widgets.page import Line as Row
from storyflow_tui.tui.widgets.page import Page

_COLUMN = 34
_GAP = 3
_LEFT = 6
_RIGHT = 2

_SIGNS: tuple[tuple[str, str, str], ...] = (
    (SIGNS.here, "accent", "you are here"),
    (SIGNS.marked, "text", "marked: what acts on many acts on these"),
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
    AUTO_FOCUS = ""
    KEYS: ClassVar[Sequence[Key]] = HELP
    HELP_NAME: ClassVar[str] = "help"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(HELP, first=True), *bindings(HELP_FIND)]

    def __init__(self, screen_name: str, keys: Sequence[Key]) -> None:
        super().__init__()
        self._screen_name = screen_name
        self._keys = [*keys, *(key for key in APP if key not in keys)]

    def compose(self) -> ComposeResult:
        """Header, page, the line in which is looked for something, hint line."""
        yield Header()
        yield Page(surface="raised", margin=_LEFT)
        yield FindLine(placeholder="words of a description, or a key")
        yield HintLine()

    def on_mount(self) -> None:
        """Say whose keys these are."""
        replaced = settings_keys(self.app)
        self.query_one(HintLine).set_keys(HELP, help_label="", replaced=replaced)
        self._close()

    def on_resize(self) -> None:
        """Lay the columns out for this width."""
        self._lay_out()

    @property
    def _line(self) -> FindLine:
        return self.query_one(FindLine)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While something is typed, letters are letters."""
        if action in _READING:
            return not self._line.has_focus
        return action not in _TYPING or self._line.has_focus

    def action_scroll(self, by: int) -> None:
        """Scroll by lines."""
        self.query_one(Page).scroll_lines(by)

    def action_page(self, by: int) -> None:
        """Scroll by a screen, of which a line stays."""
        page = self.query_one(Page)
        page.scroll_lines(by * max(1, page.size.height - 1))

    def action_first(self) -> None:
        """Scroll to the start."""
        self.query_one(Page).scroll_lines(-self.query_one(Page).top)

    def action_last(self) -> None:
        """Scroll to the end."""
        self.query_one(Page).scroll_lines(self.query_one(Page).last_top)

    def action_leave(self) -> None:
        """Back to all keys, from there to the screen below."""
        if self._line.value:
            self.action_give_up()
        else:
            self.dismiss(None)

    def action_help(self) -> None:
        """The help of the help is this page: the key that opened it closes it."""
        self.dismiss(None)

    # Finding

    def action_scroll_found(self, by: int) -> None:
        """Scroll by lines while something is typed."""
        self.action_scroll(by)

    def action_page_found(self, by: int) -> None:
        """Scroll by a screen while something is typed."""
        self.action_page(by)

    def action_find(self) -> None:
        """Open the line."""
        self._line.display = True
        self.query_one(HintLine).display = False
        self.set_focus(self._line)

    def action_keep(self) -> None:
        """Close the line and go on with what is found."""
        self._close()

    def action_give_up(self) -> None:
        """Close the line and show everything again."""
        self._line.value = ""
        self._close()

    def on_input_changed(self) -> None:
        """Show what is found by now."""
        self.action_first()
        self._lay_out()
        self._say()

    def _close(self) -> None:
        self.set_focus(None)
        self._line.display = False
        self.query_one(HintLine).display = True
        self._say()

    def _say(self) -> None:
        query = self._line.value.strip()
        source = "your key settings" if settings_keys(self.app) else "the bindings"
        facts = [Fact(f"made from {source}", 1)]
        if query:
            shown = self._shown()
            count = sum(matches(key, shown[key.id], query) for key in self._keys)
            facts = [Fact("esc shows all", 1), Fact(f"{count} of {len(self._keys)}", 0, "text")]
        self.query_one(Header).show("Help", facts, subtitle=self._screen_name)

    def _shown(self) -> Mapping[str, str]:
        replaced = settings_keys(self.app)
        return {key.id: shown_keys(key, replaced) for key in self._keys}

    def _lay_out(self) -> None:
        page = self.query_one(Page)
        colours = palette(self.app.theme)
        width = self.size.width
        query = self._line.value.strip()
        if query:
            room = max(20, width - _LEFT - _RIGHT)
            lines = found_lines(self._keys, self._shown(), query, room, colours)
            if not lines:
                words = text.cut(f"“{query}” is in no key of this screen.", room)
                lines = [[Segment(words, colours.style("text", "raised"))]]
        else:
            lines = help_lines(self._keys, settings_keys(self.app), width, colours)
        # A blank row at the top where there is room for it, as the pictures have it.
        roomy = self.size.height >= 30
        page.show([(), *([()] if roomy else []), *lines])


class FindLine(Line):
    """The line at the foot of the help."""


_TYPING = {key.action.partition("(")[0] for key in HELP_FIND}
_READING = {key.action.partition("(")[0] for key in HELP}


def shown_keys(key: Key, overrides: Mapping[str, str]) -> str:
    """The keys of a binding as people read them: `j ↓`, `? F1`, or what the settings say."""
    if key.id not in overrides and key.label:
        return key.label
    names = overrides.get(key.id, key.keys).split(",")
    return " ".join(key_name(name.strip()) for name in names)


def help_lines(
    keys: Sequence[Key], overrides: Mapping[str, str], width: int, colours: Palette
) -> list[Row]:
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
    stacks: list[list[Row]] = []
    for start, stop in columns:
        stack: list[Row] = []
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
) -> Iterator[Row]:
    strong = colours.style("text", "raised", bold=True)
    plain = colours.style("text", "raised")
    yield [Segment(name, colours.style("muted", "raised", bold=True))]
    for key in keys:
        shown = text.cut(shown_keys(key, overrides), KEYS_WIDTH + 6)
        # Keys wider than their column push the words to the right, by two blanks at least.
        first = max(KEYS_WIDTH, text.width(shown) + 2)
        words = text.wrap(key.description, width - first, 2)
        for at, line in enumerate(words):
            yield [
                Segment(text.pad(shown if not at else "", first), strong),
                Segment(line, plain),
            ]


def _signs(room: int, colours: Palette) -> Iterator[Row]:
    yield [Segment("Signs", colours.style("muted", "raised", bold=True))]
    for sign, role, words in _SIGNS:
        for at, line in enumerate(text.wrap(words, room - KEYS_WIDTH, 3)):
            yield [
                Segment(
                    text.pad(sign if not at else "", KEYS_WIDTH), colours.style(role, "raised")
                ),
                Segment(line, colours.style("text", "raised")),
            ]


def _beside(cells: Sequence[Row], width: int) -> Row:
    line: list[Segment] = []
    for at, cell in enumerate(cells):
        used = sum(segment.cell_length for segment in cell)
        gap = _GAP if at < len(cells) - 1 else 0
        line += [*cell, Segment(" " * max(0, width - used + gap))]
    return line
