from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from rich.color import Color, ColorType
from textual.strip import Strip

from storyflow_tui.tui.pixels import COLOURS, Colours, PaletteRenderer, cover, fit
from tests.tui.widgets.stage import photograph

Pixel = tuple[int, int, int]


def pixels(strips: list[Strip]) -> list[list[Pixel]]:
    """What the cells show, two rows of pixels a line."""
    rows: list[list[Pixel]] = []
    for strip in strips:
        upper: list[Pixel] = []
        lower: list[Pixel] = []
        for text, style, _ in strip:
            assert style is not None
            assert style.bgcolor is not None
            bottom = tuple(style.bgcolor.get_truecolor())
            top = tuple(style.color.get_truecolor()) if style.color else bottom
            for character in text:
                assert character in "▀ "
                upper.append(top if character == "▀" else bottom)  # type: ignore[arg-type]
                lower.append(bottom)  # type: ignore[arg-type]
        rows += [upper, lower]
    return rows


@settings(max_examples=40)
@given(st.integers(1, 300), st.integers(1, 300), st.integers(1, 60), st.integers(1, 20))
def test_any_picture_fills_its_box_exactly(width: int, height: int, wide: int, high: int) -> None:
    image = Image.new("RGB", (width, height), "red")
    for strips in (cover(image, wide, high), fit(image, wide, high, background="#202226")):
        assert len(strips) == high
        assert all(strip.cell_length == wide for strip in strips)
        assert all(sum(len(piece.text) for piece in strip) == wide for strip in strips)


def test_few_colours_and_merged_runs() -> None:
    strips = cover(photograph(1), 48, 14)
    seen = {pixel for row in pixels(strips) for pixel in row}
    assert 8 < len(seen) <= COLOURS
    for strip in strips:
        for before, after in pairwise(strip):
            assert (before.text[0], before.style) != (after.text[0], after.style)


def test_a_flat_picture_is_one_run_a_line() -> None:
    assert all(len(list(strip)) == 1 for strip in cover(Image.new("RGB", (90, 90), "red"), 18, 5))


def test_upper_and_lower_pixels_are_where_they_were() -> None:
    image = Image.new("RGB", (2, 2))
    for place, colour in (((0, 0), "red"), ((1, 0), "lime"), ((0, 1), "blue"), ((1, 1), "white")):
        image.putpixel(place, Image.new("RGB", (1, 1), colour).getpixel((0, 0)))  # type: ignore[arg-type]
    shown = pixels(cover(image, 2, 1, sharpen=False))
    assert shown == [[(255, 0, 0), (0, 255, 0)], [(0, 0, 255), (255, 255, 255)]]


def test_an_odd_number_of_rows_is_drawn() -> None:
    segments = PaletteRenderer().render(Image.new("RGB", (3, 3), "red"), None)
    assert [segment.text for segment in segments] == ["   ", "\n", "   ", "\n"]


def test_a_resize_uses_a_good_filter() -> None:
    stripes = Image.new("L", (64, 64))
    stripes.putdata([255 * (n % 2) for n in range(64 * 64)])
    segments = PaletteRenderer().render(stripes.convert("RGB"), (4, 4))
    for segment in segments:
        if segment.style and segment.style.bgcolor:
            # Nearest neighbour would pick black or white.
            assert 100 < segment.style.bgcolor.get_truecolor().red < 156


def test_cover_takes_the_middle() -> None:
    image = Image.new("RGB", (100, 10), "red")
    image.paste("lime", (45, 0, 55, 10))
    shown = pixels(cover(image, 2, 1, sharpen=False))
    assert all(pixel[1] > 200 > pixel[0] for row in shown for pixel in row)


def test_a_tall_picture_stands_whole_on_its_background() -> None:
    shown = pixels(fit(Image.new("RGB", (10, 100), "red"), 20, 10, background="#2A2D31"))
    assert shown[0][0] == (0x2A, 0x2D, 0x31)
    assert [row[9] for row in shown] == [(255, 0, 0)] * 20
    assert sum(pixel == (255, 0, 0) for pixel in shown[5]) == 2


def test_a_wide_picture_stands_in_the_middle() -> None:
    shown = pixels(fit(Image.new("RGB", (100, 20), "red"), 20, 10, background="#2A2D31"))
    rows = [n for n, row in enumerate(shown) if row[10] == (255, 0, 0)]
    assert rows == [8, 9, 10, 11]


def test_a_picture_of_nearly_the_boxs_shape_fills_it() -> None:
    image = Image.new("RGB", (1600, 900), "red")
    for wide, high in ((48, 14), (40, 10), (26, 7), (64, 18)):
        shown = pixels(fit(image, wide, high, background="#2A2D31"))
        assert {pixel for row in shown for pixel in row} == {(255, 0, 0)}


@pytest.mark.parametrize("colours", ["truecolor", "256"])
def test_the_colours_are_those_that_the_terminal_has(colours: Colours) -> None:
    for strip in cover(photograph(2), 18, 5, colours=colours):
        for _, style, _ in strip:
            assert style is not None
            assert style.bgcolor is not None
            if colours == "256":
                assert style.bgcolor.type is ColorType.EIGHT_BIT
                assert 16 <= (style.bgcolor.number or 0) <= 255
            else:
                assert style.bgcolor.type is ColorType.TRUECOLOR


def test_a_dark_blue_night_stays_blue_in_256_colours() -> None:
    night = Image.new("RGB", (90, 50), "#1b2140")
    (number,) = {
        style.bgcolor.number
        for strip in cover(night, 18, 5, colours="256")
        for _, style, _ in strip
        if style and style.bgcolor
    }
    red, green, blue = Color.from_ansi(number or 0).get_truecolor()
    assert blue > red
    assert blue > green


def test_sharpening_is_light() -> None:
    image = Image.new("RGB", (18, 10), "#808080")
    image.paste("#a0a0a0", (9, 0, 18, 10))
    plain, sharp = (pixels(cover(image, 18, 5, sharpen=on)) for on in (False, True))
    differences = [
        abs(a[0] - b[0])
        for one, two in zip(plain, sharp, strict=True)
        for a, b in zip(one, two, strict=True)
    ]
    assert 0 < max(differences) < 16


def drawing(ink: str) -> Image.Image:
    """A line in this ink on nothing."""
    image = Image.new("RGBA", (36, 20), (0, 0, 0, 0))
    image.paste(ink, (16, 0, 20, 20))
    return image


@pytest.mark.parametrize("ground", ["#202226", "#F2F1EF"])
def test_the_surface_is_seen_through_the_holes(ground: str) -> None:
    for strips in (
        cover(drawing("#c82828"), 18, 5, background=ground),
        fit(drawing("#c82828"), 18, 5, background=ground),
    ):
        shown = pixels(strips)
        assert shown[5][0] == tuple(bytes.fromhex(ground[1:]))
        assert shown[5][9][0] > 150


@pytest.mark.parametrize(("ink", "ground"), [("black", "#202226"), ("white", "#F2F1EF")])
def test_a_drawing_in_the_shade_of_the_surface_is_seen_all_the_same(ink: str, ground: str) -> None:
    for strips in (
        cover(drawing(ink), 18, 5, background=ground),
        fit(drawing(ink), 18, 5, background=ground),
    ):
        shown = pixels(strips)
        assert abs(shown[5][0][1] - shown[5][9][1]) > 60


def test_where_the_terminal_has_colours_of_its_own_holes_are_grey() -> None:
    shown = pixels(fit(drawing("black"), 18, 5, background="default"))
    assert shown[5][0] == (128, 128, 128)
