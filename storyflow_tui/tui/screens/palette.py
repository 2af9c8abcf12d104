"""The command palette: every action of the screen below by its description, and runs it.

The commands are made from the bindings that are active there, so that nothing is listed twice
and nothing that could not be done just now. Textual's palette does the searching; segments and
stories, which it offers too, are in `palette_places`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from rich.markup import escape
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.command import CommandInput, CommandPalette, DiscoveryHit, Hit, Hits, Provider
from textual.dom import DOMNode

from storyflow_tui.tui.keymap import APP, PALETTE, SCREENS, Key, bindings
from storyflow_tui.tui.overrides import settings_keys
from storyflow_tui.tui.screens.help import shown_keys
from storyflow_tui.tui.screens.palette_places import Segments, Stories
from storyflow_tui.tui.screens.themes import Themes, themes
from storyflow_tui.tui.widgets.line import Line

if TYPE_CHECKING:
    from textual.screen import Screen

    from storyflow_tui.tui.session import Session

_TABLES = {key.id: key for table in (*SCREENS.values(), APP) for key in table}
_ITSELF = "app.palette"
_PLACEHOLDER = "a few letters of a command, or of what is to be opened"


class Command(NamedTuple):
    """One action that can be run: its words, its keys, and where it is done."""

    key: Key
    shown: str
    node: DOMNode


def commands(screen: Screen[object]) -> Iterator[Command]:
    """Every action that is bound and enabled on a screen, in the order of its bindings."""
    seen = {_ITSELF}
    for active in screen.active_bindings.values():
        name = active.binding.id
        if name is None or name in seen or not active.enabled or name not in _TABLES:
            continue
        seen.add(name)
        key = _TABLES[name]
        if key.writes and is_reading(screen):
            continue
        yield Command(key, shown_keys(key, settings_keys(screen.app)), active.node)


def is_reading(screen: Screen[object]) -> bool:
    """Whether the library of a screen's app is open for reading only."""
    session: Session | None = getattr(screen.app, "session", None)
    return session is not None and session.read_only


class Actions(Provider):
    """Offers the actions of the screen from which the palette was called."""

    async def startup(self) -> None:
        """Take the list while the screen below is as it was left."""
        self._commands = list(commands(self.screen))

    async def discover(self) -> Hits:
        """All of them, before anything is typed."""
        for command in self._commands:
            yield DiscoveryHit(
                _title(command.key),
                partial(self._run, command),
                text=_title(command.key),
                help=_help(command),
            )
        for title, words, take in themes(self.app):
            yield DiscoveryHit(title, take, text=title, help=words)

    async def search(self, query: str) -> Hits:
        """Those whose description has these letters in this order."""
        matcher = self.matcher(query)
        for command in self._commands:
            title = _title(command.key)
            if (score := matcher.match(title)) > 0:
                yield Hit(
                    score,
                    matcher.highlight(title),
                    partial(self._run, command),
                    text=title,
                    help=_help(command),
                )

    async def _run(self, command: Command) -> None:
        await self.app.run_action(command.key.action, default_namespace=command.node)


class PaletteLine(CommandInput, Line):
    """The line of the palette: ours, of the class by which Textual finds it."""


class Palette(CommandPalette, inherit_bindings=False):
    """Textual's palette in our colours, without its pictograms."""

    CSS_PATH = "palette.tcss"
    KEYS: ClassVar[Sequence[Key]] = PALETTE
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(PALETTE)]
    HELP_NAME: ClassVar[str] = "palette"

    def __init__(self) -> None:
        super().__init__([Actions, Themes, Segments, Stories], placeholder=_PLACEHOLDER)

    def compose(self) -> ComposeResult:
        """Textual's parts, with a line that has our keys."""
        for part in super().compose():
            yield PaletteLine(placeholder=_PLACEHOLDER) if type(part) is CommandInput else part

    def action_choose(self) -> None:
        """Do what stands under the bar, the first if it stands nowhere."""
        self._select_or_command()


def _title(key: Key) -> str:
    return key.description[:1].upper() + key.description[1:]


def _help(command: Command) -> str:
    # Textual reads the help as markup; what stands in it is text.
    return escape(f"{command.shown}   {command.key.tooltip}")
