"""The rows of the export screen: the forms there are, and what may be chosen for one of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.segment import Segment

from storyflow_tui.formats import Format
from storyflow_tui.tui import text
from storyflow_tui.tui.look import SIGNS, Grid, Palette

_LABEL = 12
"""Cells of a form's name and of an option's label."""


class FormRows:
    """Every form with what it is for; the chosen one has the sign of a mark."""

    def __init__(self, forms: Sequence[Format]) -> None:
        self.forms = tuple(forms)
        self.chosen = 0

    def __len__(self) -> int:
        """How many forms there are."""
        return len(self.forms)

    def row(self, index: int, width: int, current: bool, colours: Palette) -> Sequence[Segment]:
        """Sign, name and use of a form."""
        form = self.forms[index]
        is_chosen = index == self.chosen
        room = width - Grid.TEXT_COLUMN - _LABEL - Grid.MARGIN
        return [
            Segment(SIGNS.marked if is_chosen else " ", colours.style("text")),
            Segment("    "),
            Segment(text.pad(form.name, _LABEL), colours.style("text", bold=is_chosen)),
            Segment(text.cut(form.about, room), colours.style("text" if is_chosen else "muted")),
        ]


@dataclass(slots=True)
class Choice:
    """One thing to choose: its name, its label, the values and which of them is chosen."""

    name: str
    about: str
    values: Sequence[str]
    at: int = 0

    @property
    def value(self) -> str:
        """The chosen value."""
        return self.values[self.at]


class ChoiceRows:
    """A line a choice: label, values, the chosen one bold and marked."""

    def __init__(self) -> None:
        self.choices: list[Choice] = []

    def __len__(self) -> int:
        """How many there are."""
        return len(self.choices)

    def row(self, index: int, width: int, current: bool, colours: Palette) -> Sequence[Segment]:
        """Label and values."""
        choice = self.choices[index]
        label = text.pad(text.cut(choice.about, _LABEL - 1), _LABEL)
        segments = [Segment("     "), Segment(label, colours.style("muted", bold=current))]
        room = width - Grid.TEXT_COLUMN - _LABEL - Grid.MARGIN
        for at, value in enumerate(choice.values):
            shown = f"{SIGNS.marked if at == choice.at else ' '} {value}   "
            room -= text.width(shown)
            if room < 0:
                break
            role = "text" if at == choice.at else "muted"
            segments.append(Segment(shown, colours.style(role, bold=at == choice.at)))
        return segments
