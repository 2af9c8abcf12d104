"""The colours of every theme, by role, and the themes as Textual takes them.

Greys, accents and signs by what they mean; where they stand is in `look` and in the widgets. In
the theme of 16 colours the terminal's own palette decides what each name looks like.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import lru_cache

from rich.style import Style
from textual.theme import Theme


@dataclass(frozen=True, slots=True)
class Palette:
    """One colour a role, as `#RRGGBB`.

    Surfaces: ground (lists, header, hint line), raised (pane, empty thumbnail), field (focused
    text), well (empty picture place), sheet (questions). The others are drawn on them; `line` is
    for the bar without focus and never for text.
    """

    ground: str
    raised: str
    field: str
    well: str
    sheet: str
    text: str
    muted: str
    accent: str
    warning: str
    danger: str
    line: str

    def style(
        self,
        role: str,
        on: str = "ground",
        *,
        bold: bool = False,
        underline: bool = False,
        reverse: bool = False,
    ) -> Style:
        """The Rich style of a text role on a surface, both by name.

        Reversed means the two colours change places here, not in the terminal, so that it looks
        the same wherever it is shown; only the terminal can exchange colours of its own.
        """
        ink, ground = getattr(self, role), getattr(self, on)
        if reverse and self.is_named:
            return _style(ink, ground, bold, underline) + _REVERSED
        if reverse:
            ink, ground = ground, ink
        return _style(ink, ground, bold, underline)

    @property
    def is_named(self) -> bool:
        """Whether the colours are the terminal's own, and have no values here."""
        return not self.ground.startswith("#")

    def cursor(self, base: Style) -> Style:
        """The style of a text cursor, or of a selection, in text of a style."""
        if self.is_named:
            return base + _REVERSED
        return Style(color=base.bgcolor, bgcolor=base.color)


_REVERSED = Style(reverse=True)


@lru_cache(maxsize=256)
def _style(ink: str, ground: str, bold: bool, underline: bool) -> Style:
    return Style(color=ink, bgcolor=ground, bold=bold or None, underline=underline or None)


_INK = Palette(
    ground="#16181B",
    raised="#202226",
    field="#2A2D31",
    well="#2A2D31",
    sheet="#34373C",
    text="#E6E4E0",
    muted="#A9ABAE",
    accent="#74CDB8",
    warning="#EBBB62",
    danger="#FF9A8B",
    line="#6C7076",
)
_PAPER = Palette(
    ground="#FCFBF9",
    raised="#F2F1EF",
    field="#FFFFFF",
    well="#E9E8E6",
    sheet="#E4E3E1",
    text="#1F2227",
    muted="#54575D",
    accent="#075E53",
    warning="#6E4400",
    danger="#A02015",
    line="#84868B",
)


# Text has a contrast of 7 and more on every surface, also after the conversion to 256 colours.
_NIGHT = Palette(
    ground="#000000",
    raised="#141414",
    field="#262626",
    well="#262626",
    sheet="#303030",
    text="#FFFFFF",
    muted="#D0D0D0",
    accent="#5FFFD7",
    warning="#FFD75F",
    danger="#FFAFAF",
    line="#9E9E9E",
)
_NOON = Palette(
    ground="#FFFFFF",
    raised="#F0F0F0",
    field="#FFFFFF",
    well="#E6E6E6",
    sheet="#DCDCDC",
    text="#000000",
    muted="#303030",
    accent="#002B8A",
    warning="#5F2F00",
    danger="#870000",
    line="#6C6C6C",
)
# Names of the terminal's own colours, by Rich. Only those are used that can be read on a dark
# ground and on a light one alike: bright black is the ground itself in some palettes, yellow and
# cyan are lost on white, blue is on black.
_NAMED = Palette(
    ground="default",
    raised="default",
    field="default",
    well="default",
    sheet="default",
    text="default",
    muted="default",
    accent="magenta",
    warning="red",
    danger="red",
    line="default",
)

_PALETTES = {
    "dark": _INK,
    "light": _PAPER,
    "high-contrast-dark": _NIGHT,
    "high-contrast-light": _NOON,
    "16-colours": _NAMED,
}


def palette(theme_name: str) -> Palette:
    """The colours of a theme by its name; those of "dark" for a name that is not ours."""
    return _PALETTES.get(theme_name, _INK)


def for_textual(colour: str) -> str:
    """A colour as Textual's styles write it: the terminal's own have a name of their own there."""
    return colour if colour.startswith("#") else f"ansi_{colour}"


def _theme(name: str, colours: Palette, *, dark: bool) -> Theme:
    # Every role is a variable of its own name (`$ground`, `$muted` …), except that `text` keeps
    # Textual's name and meaning too: plain text, whatever it stands on.
    roles = {field.name: for_textual(getattr(colours, field.name)) for field in fields(colours)}
    is_named, colours = colours.is_named, Palette(**roles)
    return Theme(
        name=name,
        dark=dark,
        ansi=is_named,
        primary=colours.accent,
        secondary=colours.muted,
        accent=colours.accent,
        warning=colours.warning,
        error=colours.danger,
        success=colours.accent,
        foreground=colours.text,
        background=colours.ground,
        surface=colours.raised,
        panel=colours.sheet,
        variables={
            **roles,
            # Textual's own names for the same, exactly: it computes them a shade off.
            "primary": colours.accent,
            "secondary": colours.muted,
            "success": colours.accent,
            "error": colours.danger,
            "foreground": colours.text,
            "background": colours.ground,
            "surface": colours.raised,
            "panel": colours.sheet,
            "text-muted": colours.muted,
            "text-disabled": colours.muted,
            "text-primary": colours.accent,
            "text-accent": colours.accent,
            "text-warning": colours.warning,
            "text-error": colours.danger,
            "text-success": colours.accent,
            "foreground-muted": colours.muted,
            "foreground-disabled": colours.muted,
            "block-cursor-foreground": colours.text,
            "block-cursor-background": colours.field,
            "block-cursor-text-style": "bold",
            "block-cursor-blurred-background": colours.raised,
            "border": colours.accent,
            "border-blurred": colours.line,
            "input-cursor-foreground": colours.ground,
            "input-cursor-background": colours.text,
            "input-cursor-text-style": "none",
            "input-selection-background": colours.line,
            "input-selection-foreground": colours.ground,
            "scrollbar": colours.line,
            "scrollbar-hover": colours.line,
            "scrollbar-active": colours.muted,
            "scrollbar-background": colours.raised,
            "scrollbar-background-hover": colours.raised,
            "scrollbar-background-active": colours.raised,
            "scrollbar-corner-color": colours.raised,
            # Textual's own screens ask for these where colours are the terminal's.
            "ansi-background": colours.ground,
            "ansi-foreground": colours.text,
        },
    )


THEMES = tuple(
    _theme(name, colours, dark=not name.endswith("light")) for name, colours in _PALETTES.items()
)
"""All themes, by their names: dark, light, the two of high contrast, 16 colours."""
