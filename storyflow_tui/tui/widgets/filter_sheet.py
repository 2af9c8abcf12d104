"""The filter's sheet: conditions that are turned on and off by a letter, and how many fit.

Which segments these are, and what is done with them, is the screen's business.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import ClassVar, NamedTuple

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container

from storyflow_tui.tui.keymap import FILTER, Key, bindings
from storyflow_tui.tui.look import SIGNS
from storyflow_tui.tui.widgets.header import Tone
from storyflow_tui.tui.widgets.hint_line import hint_of
from storyflow_tui.tui.widgets.paper import Paper, Sheet


class Choice(NamedTuple):
    """Which segments are to be shown; those for which all that is set holds."""

    without_image: bool = False
    locked: bool = False
    unlocked: bool = False
    marked: bool = False
    changed_today: bool = False

    def __bool__(self) -> bool:
        """Whether anything is left out."""
        return any(tuple(self))

    def toggled(self, name: str) -> Choice:
        """With one condition turned; locked and unlocked exclude each other."""
        other = {"locked": "unlocked", "unlocked": "locked"}.get(name)
        turned = self._replace(**{name: not getattr(self, name)})
        return turned._replace(**{other: False}) if other and getattr(turned, name) else turned

    @property
    def words(self) -> str:
        """The conditions as words: `without a picture, locked`."""
        return ", ".join(word for name, word in WORDS.items() if getattr(self, name))


_KEYS: dict[str, Key] = {
    key.action.split("'")[1]: key for key in FILTER if key.action.startswith("turn")
}
WORDS = {name: key.description for name, key in _KEYS.items()}
"""The conditions by their names, in words."""


class FilterSheet(Sheet[None]):
    """Choose what is shown."""

    KEYS: ClassVar = FILTER
    HELP_NAME: ClassVar = "Filter"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(FILTER)]

    def __init__(
        self,
        choice: Choice,
        *,
        marks: int,
        count: Callable[[Choice, Callable[[Choice, str], None]], None],
        show: Callable[[Choice], Awaitable[str]],
        replaced: Mapping[str, str],
    ) -> None:
        """`count` is asked how many fit, and calls back with words; `show` shows those that do.

        `show` is waited for, so that keys typed ahead come to what it shows; it answers with a
        sentence where nothing can be shown. `marks` is how many segments are marked;
        `replaced` are the settings' keys by binding id.
        """
        super().__init__()
        self._choice = choice
        self._marks = marks
        self._count = count
        self._show = show
        self._replaced = replaced
        self._said = ""
        self._tone: Tone = "muted"

    def compose(self) -> ComposeResult:
        """The sheet."""
        with Container():
            yield Paper()

    def on_mount(self) -> None:
        """Write the sheet."""
        self._write()
        self._count(self._choice, self.counted)

    def on_resize(self) -> None:
        """Write it anew for another width."""
        self._write()

    def counted(self, choice: Choice, words: str) -> None:
        """So many fit a choice; it may be another by now."""
        if choice == self._choice:
            self._said, self._tone = words, "muted"
            self._write()

    def _write(self) -> None:
        if not (self.is_current and self.query(Paper)):
            # A number that comes when the sheet is gone again, or a key before it stands.
            return
        rows: list[list[tuple[str, str]]] = [[("Show only segments that are", "text bold")], []]
        for name, key in _KEYS.items():
            letter, _ = hint_of(key, self._replaced.get(key.id))
            is_on = getattr(self._choice, name)
            words = WORDS[name]
            if name == "marked":
                words += f"   {self._marks} marked" if self._marks else "   none is"
            rows.append(
                [
                    (f"{letter} ", "text bold"),
                    (f"{SIGNS.marked if is_on else ' '} ", "accent"),
                    (words, "text bold" if is_on else "muted"),
                ]
            )
        rows += [[], [(self._said, self._tone)], []]
        answers: list[tuple[str, str]] = []
        for key in FILTER:
            if key.hint:
                letter, word = hint_of(key, self._replaced.get(key.id))
                answers += [(letter, "text bold"), (f" {word}   ", "muted")]
        rows.append(answers)
        self.rise(rows, "accent")

    def action_turn(self, name: str) -> None:
        """Turn a condition."""
        self._choice = self._choice.toggled(name)
        self._said = ""
        self._write()
        self._count(self._choice, self.counted)

    async def action_none(self) -> None:
        """Show all."""
        await self._show(Choice())
        self.dismiss()

    async def action_accept(self) -> None:
        """Show those that fit, or say that none does."""
        if why_not := await self._show(self._choice):
            self._said, self._tone = why_not, "warning"
            self._write()
        else:
            self.dismiss()

    def action_leave(self) -> None:
        """Leave what is shown as it was."""
        self.dismiss()
