from __future__ import annotations

from dataclasses import fields

import pytest
from rich.cells import cell_len
from rich.color import Color, ColorSystem, ColorType
from rich.style import Style
from textual.app import App
from textual.filter import monochrome_style

from storyflow_tui import config
from storyflow_tui.tui.look import (
    ASCII_SIGNS,
    SIGNS,
    THEMES,
    Grid,
    Palette,
    palette,
    signs_for,
)
from storyflow_tui.tui.palettes import for_textual

NAMES = [theme.name for theme in THEMES]
VALUED = [name for name in NAMES if name != "16-colours"]
CONTRAST = {"high-contrast-dark": 7.0, "high-contrast-light": 7.0}
SURFACES = ["ground", "raised", "field", "well", "sheet"]
TEXTS = ["text", "muted", "accent", "warning", "danger"]

Triplet = tuple[int, int, int]


def luminance(colour: Triplet) -> float:
    parts = [
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4
        for part in (value / 255 for value in colour)
    ]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one: Triplet, other: Triplet) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def exact(colours: Palette, role: str) -> Triplet:
    triplet = Color.parse(getattr(colours, role)).triplet
    assert triplet is not None
    return triplet


def number(colours: Palette, role: str) -> int:
    """The colour that Rich sends to a terminal of 256."""
    sent = Color.parse(getattr(colours, role)).downgrade(ColorSystem.EIGHT_BIT).number
    assert sent is not None
    return sent


def in_256(colours: Palette, role: str) -> Triplet:
    from rich._palettes import EIGHT_BIT_PALETTE

    return EIGHT_BIT_PALETTE[number(colours, role)]


def in_grey(colours: Palette, role: str) -> Triplet:
    grey = monochrome_style(Style(color=getattr(colours, role))).color
    assert grey is not None
    assert grey.triplet is not None
    return grey.triplet


@pytest.mark.parametrize("shown", [exact, in_256, in_grey])
@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize("role", TEXTS)
@pytest.mark.parametrize("theme", VALUED)
def test_every_text_can_be_read_on_every_surface(
    theme: str, role: str, surface: str, shown: object
) -> None:
    assert callable(shown)
    colours = palette(theme)
    assert contrast(shown(colours, role), shown(colours, surface)) >= CONTRAST.get(theme, 4.5)


@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize("theme", VALUED)
def test_text_and_surface_differ_in_16_colours_too(theme: str, surface: str) -> None:
    numbers = {
        role: Color.parse(getattr(palette(theme), role)).downgrade(ColorSystem.STANDARD).number
        for role in (*TEXTS, surface)
    }
    assert numbers[surface] not in [numbers[role] for role in TEXTS]


@pytest.mark.parametrize("theme", VALUED)
def test_surfaces_are_distinct_greys_of_the_256(theme: str) -> None:
    numbers = {surface: number(palette(theme), surface) for surface in SURFACES}
    # Paper's field is as white as its ground: it stands on raised, never on ground.
    dark = ["ground", "raised", "field", "sheet"]
    steps = ["raised", "sheet"] if theme.endswith("light") else dark
    assert len({numbers[step] for step in steps}) == len(steps)
    assert numbers["raised"] not in (numbers["ground"], numbers["field"], numbers["well"])
    assert all(n >= 232 or n in (16, 231) for n in numbers.values())


@pytest.mark.parametrize("theme", VALUED)
def test_the_line_is_seen_on_lists_and_panes(theme: str) -> None:
    for surface in ("ground", "raised"):
        colours = palette(theme)
        assert contrast(exact(colours, "line"), exact(colours, surface)) >= 3


@pytest.mark.parametrize("name", NAMES)
def test_themes_offer_each_role_as_a_variable(name: str) -> None:
    class Alone(App[None]):
        pass

    app = Alone()
    for theme in THEMES:
        app.register_theme(theme)
    app.theme = name
    variables = app.get_css_variables()
    for field in fields(Palette):
        assert variables[field.name] == for_textual(getattr(palette(name), field.name))
    for ours, theirs in {
        "accent": "primary",
        "ground": "background",
        "raised": "surface",
        "sheet": "panel",
        "danger": "error",
        "text": "foreground",
    }.items():
        assert variables[theirs] == for_textual(getattr(palette(name), ours))


def test_the_theme_of_16_colours_has_none_but_the_terminals_own() -> None:
    colours = palette("16-colours")
    (theme,) = [one for one in THEMES if one.name == "16-colours"]
    assert theme.ansi
    for field in fields(Palette):
        name = getattr(colours, field.name)
        assert Color.parse(name).type in (ColorType.DEFAULT, ColorType.STANDARD)
        assert theme.variables[field.name] == f"ansi_{name}"


def test_there_the_terminal_itself_exchanges_the_two_colours() -> None:
    colours = palette("16-colours")
    assert colours.style("text", "sheet", reverse=True).reverse
    assert colours.cursor(Style(color="default", bgcolor="default")).reverse
    assert palette("dark").cursor(Style(color="red", bgcolor="blue")) == Style(
        color="blue", bgcolor="red"
    )


def test_the_themes_are_those_that_the_settings_may_name() -> None:
    assert tuple(NAMES) == config.THEMES


def test_a_reversed_style_changes_the_colours_and_not_the_terminal() -> None:
    style = palette("dark").style("text", "sheet", bold=True, reverse=True)
    assert style == Style(color="#34373C", bgcolor="#E6E4E0", bold=True)


def test_an_unknown_theme_looks_dark() -> None:
    assert palette("textual-dark") == palette("dark")


def test_signs_are_one_cell_each_and_ascii_has_one_for_each() -> None:
    for field in fields(SIGNS):
        assert cell_len(getattr(SIGNS, field.name)) == 1
        assert getattr(ASCII_SIGNS, field.name).isascii()


@pytest.mark.parametrize(
    ("encoding", "plain"),
    [("utf-8", False), ("ascii", True), ("latin-1", True), (None, True), ("no such", True)],
)
def test_signs_are_those_that_the_encoding_can_show(encoding: str | None, plain: bool) -> None:
    assert signs_for(encoding) == (ASCII_SIGNS if plain else SIGNS)


def test_the_grid_of_120_by_40() -> None:
    grid = Grid.of(120, 40)
    assert (grid.list_width, grid.split, grid.pane_x, grid.tall) == (68, 52, 68, True)
    assert (grid.thumb, grid.card_text) == ((18, 5), (26, 40))
    assert grid.pane_text == (70, 48)
    assert grid.picture == (70, 4, 48, 14)
    assert grid.file_row == 18
    assert grid.narration == (70, 21, 48, 11)
    assert grid.prompt == (70, 34, 48, 4)
    assert grid.gap == 3


def test_the_grid_of_100_by_30() -> None:
    grid = Grid.of(100, 30)
    assert (grid.list_width, grid.split, grid.tall) == (56, 44, False)
    assert (grid.thumb, grid.card_text) == ((14, 4), (22, 32))
    assert grid.pane_text == (58, 40)
    assert grid.picture == (58, 4, 40, 10)
    assert grid.narration == (58, 17, 40, 6)
    assert grid.prompt == (58, 25, 40, 3)


def test_the_grid_of_80_by_24() -> None:
    grid = Grid.of(80, 24)
    assert (grid.list_width, grid.split, grid.pane_x, grid.tall) == (80, 0, 0, False)
    assert grid.card_text == (22, 56)
    assert grid.pane_text == (32, 46)
    assert grid.picture == (2, 2, 26, 7)
    assert grid.file_row == 9
    assert grid.narration == (32, 3, 46, 11)
    assert grid.prompt == (32, 16, 46, 5)
    assert grid.gap == 2


def test_the_grid_of_160_by_50() -> None:
    grid = Grid.of(160, 50)
    assert (grid.list_width, grid.split, grid.tall) == (92, 68, True)
    assert grid.card_text == (26, 160 - 68 - 28)
    assert grid.picture == (94, 4, 64, 18)


@pytest.mark.parametrize("height", [20, 24, 28, 30, 32, 36, 40, 48, 70])
def test_every_grid_adds_up(height: int) -> None:
    for width in range(60, 201):
        grid = Grid.of(width, height)
        assert grid.list_width + grid.split == width
        assert grid.card_text[0] + grid.card_text[1] + 2 == grid.list_width
        assert grid.pane_text[0] + grid.pane_text[1] + 2 == width
        _, picture_y, _, picture_rows = grid.picture
        assert picture_y + picture_rows == grid.file_row
        if grid.split:
            assert grid.file_row + 3 == grid.narration[1]
        assert grid.narration[3] >= 1
        assert grid.narration[1] + grid.narration[3] <= grid.prompt[1] - 1
        assert grid.prompt[1] + grid.prompt[3] <= height - 2


def test_cards_are_tall_from_32_rows_and_64_columns_on() -> None:
    assert Grid.of(120, 32).tall
    assert not Grid.of(120, 31).tall
    assert Grid.of(116, 40).tall
    assert not Grid.of(115, 40).tall
