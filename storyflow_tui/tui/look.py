"""How the editor looks: the signs, and the grid that every screen stands on.

One sign a meaning, and all measures in cells; the colours by role are in `palettes`. Nothing here
draws; text is measured and cut in `text`, pictures become cells in `pixels`.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

from storyflow_tui.tui.palettes import THEMES, Palette, palette
from storyflow_tui.tui.words import ago, file_size, length, minute

__all__ = [
    "ASCII_SIGNS",
    "SIGNS",
    "THEMES",
    "Grid",
    "Palette",
    "Signs",
    "ago",
    "file_size",
    "length",
    "minute",
    "palette",
    "signs_for",
]


@dataclass(frozen=True, slots=True)
class Signs:
    """The signs of the editor; each has its word near. Only `cut` may be wider than a cell."""

    here: str = "▌"
    marked: str = "■"
    locked: str = "◘"
    prompt: str = "›"
    refused: str = "×"
    undone: str = "←"
    cut: str = "…"
    up: str = "↑"
    down: str = "↓"
    guess: str = "~"
    warn: str = "!"
    dot: str = "·"


SIGNS = Signs()
"""The signs of a terminal that shows Unicode."""

ASCII_SIGNS = Signs(
    here="|",
    marked="*",
    locked="L",
    prompt=">",
    refused="x",
    undone="<",
    cut="...",
    up="^",
    down="v",
    dot="-",
)
"""The signs of a terminal that shows ASCII only."""


def signs_for(encoding: str | None) -> Signs:
    """The signs that an output of this encoding can show."""
    try:
        "".join(getattr(SIGNS, field.name) for field in fields(SIGNS)).encode(encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return ASCII_SIGNS
    return SIGNS


@dataclass(frozen=True, slots=True)
class Grid:
    """Every measure of a screen of `width` x `height` cells; columns and rows from 0.

    A place is (x, width) or, with rows, (x, y, width, height). Places of the pane count from the
    left edge of the screen. Where `split` is 0 the editor opens over the list, and the places of
    the pane are those of the editor.
    """

    width: int
    height: int
    split: int
    list_width: int
    tall: bool
    card_lines: int
    card_pitch: int
    thumb: tuple[int, int]
    card_text: tuple[int, int]
    pane_text: tuple[int, int]
    picture: tuple[int, int, int, int]
    file_row: int
    narration: tuple[int, int, int, int]
    prompt: tuple[int, int, int, int]

    MARGIN = 2
    TEXT_COLUMN = 6

    @property
    def gap(self) -> int:
        """Spaces between two hints: 3, and 2 below 100 columns."""
        return 3 if self.width >= 100 else 2

    @property
    def pane_x(self) -> int:
        """The first column of the pane; 0 where the editor opens over the list."""
        return self.list_width if self.split else 0

    @classmethod
    def of(cls, width: int, height: int) -> Grid:
        """The measures of a terminal; below 60 columns or 20 rows they are squeezed, not wrong."""
        split = 68 if width >= 140 else 52 if width >= 112 else 44 if width >= 100 else 0
        list_width = width - split
        tall = height >= 32 and list_width >= 64
        thumb = (18, 5) if tall else (14, 4)
        lines = 5 if tall else 4
        text_x = cls.TEXT_COLUMN + thumb[0] + 2
        card_text = (text_x, max(1, list_width - text_x - cls.MARGIN))
        if split:
            x, inner = list_width + cls.MARGIN, split - 2 * cls.MARGIN
            most = 10 if height < 36 else 14 if height < 48 else 18
            # Below 29 rows the texts need some of the picture's.
            rows = max(3, min(most, round(inner * 9 / 32), height - 19))
            picture = (x, 4, inner, rows)
            file_row = 4 + rows
            prompt_lines = 4 if height >= 36 else 3
            prompt_y = max(file_row + 6, height - 2 - prompt_lines)
            narration_y = file_row + 3
            narration = (x, narration_y, inner, max(1, prompt_y - 2 - narration_y))
        else:
            x, inner = 32, max(1, width - 34)
            picture = (2, 2, 26, 7)
            file_row = 9
            narration = (x, 3, inner, max(1, height - 13))
            prompt_y = height - 8
            prompt_lines = 5
        return cls(
            width=width,
            height=height,
            split=split,
            list_width=list_width,
            tall=tall,
            card_lines=lines,
            card_pitch=lines + 1,
            thumb=thumb,
            card_text=card_text,
            pane_text=(x, inner),
            picture=picture,
            file_row=file_row,
            narration=narration,
            prompt=(x, prompt_y, inner, prompt_lines),
        )
