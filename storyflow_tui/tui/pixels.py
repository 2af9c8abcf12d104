"""Pictures as cells: two pixels a cell, few colours, neighbours of one colour sent as one run.

Images come in as Pillow images, already decoded and turned; reading files is the library's. Those
with holes (RGBA) are drawn on the colour of the surface.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

from PIL import Image, ImageColor, ImageEnhance, ImageFilter, ImageOps, ImageStat
from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from rich_pixels import Pixels
from rich_pixels import Renderer as PixelRenderer
from textual.strip import Strip

from storyflow_tui.tui.strips import PackedStrip

Colours = Literal["truecolor", "256"]
"""What the terminal can show; fewer than 256 colours are left to Rich."""

COLOURS = 64
"""Colours that one picture may have in true colour."""

_UPPER = "▀"
_CROPPED_AT_MOST = 0.12


class PaletteRenderer(PixelRenderer):
    """Half cells from an image of few colours, equal neighbours merged into one segment.

    The image must have its final size in pixels: as wide as the cells, twice as high.
    """

    def __init__(self, colours: Colours = "truecolor") -> None:
        super().__init__()
        self.colours: Colours = colours

    def render(self, image: Image.Image, resize: tuple[int, int] | None) -> list[Segment]:
        """The segments line by line, each line with its end; `resize` uses a good filter."""
        if resize:
            image = image.resize(resize, Image.Resampling.LANCZOS)
        few = _few(image.convert("RGB"), self.colours)
        width, height = few.size
        # Cells are pairs of rows: an odd last row is drawn above itself.
        places = few.tobytes()
        palette = few.getpalette() or []
        numbers = [
            (palette[3 * n], palette[3 * n + 1], palette[3 * n + 2])
            for n in range(len(palette) // 3)
        ]
        segments: list[Segment] = []
        for y in range(0, height, 2):
            upper = places[y * width : (y + 1) * width]
            lower = places[(y + 1) * width : (y + 2) * width] or upper
            start = 0
            for x in range(1, width + 1):
                if x < width and upper[x] == upper[start] and lower[x] == lower[start]:
                    continue
                top, bottom = numbers[upper[start]], numbers[lower[start]]
                segments.append(_run(x - start, top, bottom, self.colours))
                start = x
            segments.append(Segment.line())
        return segments


def _run(
    cells: int, top: tuple[int, int, int], bottom: tuple[int, int, int], colours: Colours
) -> Segment:
    style = _style(top, bottom, colours)
    return Segment((" " if top == bottom else _UPPER) * cells, style)


@lru_cache(maxsize=16384)
def _style(top: tuple[int, int, int], bottom: tuple[int, int, int], colours: Colours) -> Style:
    make = _number if colours == "256" else _exact
    return Style.from_color(None if top == bottom else make(top), make(bottom))


def _exact(colour: tuple[int, int, int]) -> Color:
    return Color.from_rgb(*colour)


@lru_cache(maxsize=512)
def _number(colour: tuple[int, int, int]) -> Color:
    return Color.from_ansi(16 + _XTERM.index(colour))


def _few(image: Image.Image, colours: Colours) -> Image.Image:
    """The image with a palette of few colours, without dithering."""
    if colours == "256":
        # Terminals' 240 colours are far apart: without more colour, nights turn grey.
        vivid = ImageEnhance.Color(image).enhance(1.6)
        return vivid.quantize(palette=_xterm_palette(), dither=Image.Dither.NONE)
    return image.quantize(COLOURS, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)


_STEPS = (0, 95, 135, 175, 215, 255)
_XTERM = [(red, green, blue) for red in _STEPS for green in _STEPS for blue in _STEPS] + [
    (level, level, level) for level in range(8, 239, 10)
]


@lru_cache(maxsize=1)
def _xterm_palette() -> Image.Image:
    image = Image.new("P", (1, 1))
    flat = [part for colour in _XTERM for part in colour]
    image.putpalette(flat + flat[-3:] * (256 - len(_XTERM)))
    return image


def cover(
    image: Image.Image,
    width: int,
    height: int,
    *,
    background: str = "",
    colours: Colours = "truecolor",
    sharpen: bool = True,
) -> list[Strip]:
    """The middle of the picture filling a box of cells: `height` lines of `width` cells.

    The background is seen through its holes. `sharpen` lightly, for thumbnails: so few pixels need
    their edges.
    """
    small = ImageOps.fit(image, (width, 2 * height), Image.Resampling.LANCZOS)
    small = _whole(small, background)
    if sharpen:
        small = small.filter(ImageFilter.UnsharpMask(radius=1, percent=45, threshold=0))
    return _strips(small, colours)


def fit(
    image: Image.Image,
    width: int,
    height: int,
    *,
    background: str,
    colours: Colours = "truecolor",
) -> list[Strip]:
    """The whole picture in a box of cells, on a background where it leaves room.

    The background is `#RRGGBB`, or a name of Rich's for a colour of the terminal's own.

    Where filling the box would cost no more than an eighth of the picture, it fills the box.
    """
    image = _whole(image, background)
    box = (width, 2 * height)
    scale = min(box[0] / image.width, box[1] / image.height)
    used = (image.width * scale / box[0]) * (image.height * scale / box[1])
    if used >= 1 - _CROPPED_AT_MOST:
        return cover(image, width, height, colours=colours, sharpen=False)
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    # Whole cells at every side, so that no edge shares a cell with the background.
    left = (box[0] - size[0]) // 2
    top = (box[1] - size[1]) // 4 * 2
    inner = image.resize(size, Image.Resampling.LANCZOS)
    lines = PaletteRenderer(colours)
    # A colour of the terminal's own has no value; at most one row of pixels shows it.
    below = background if background.startswith("#") else "black"
    few = Image.new("RGB", (size[0], size[1] + size[1] % 2), below)
    few.paste(inner, (0, 0))
    drawn = _lines(few, lines)
    ground = Style(bgcolor=background)
    right = box[0] - left - size[0]
    blank = PackedStrip([Segment(" " * width, ground)], width)
    above = top // 2
    strips: list[Strip] = [blank] * above
    for segments in drawn[: height - above]:
        sides = [Segment(" " * left, ground), *segments, Segment(" " * right, ground)]
        strips.append(PackedStrip([one for one in sides if one.text], width))
    return strips + [blank] * (height - len(strips))


_GREY = (128, 128, 128)
_APART = 48


def _whole(image: Image.Image, background: str) -> Image.Image:
    """The picture without holes: a colour stands in them, one that the rest can be told from.

    That is the background (`#RRGGBB`), or a grey: where a drawing is of the background's own shade,
    such as black ink on a dark ground, and where the background has no value.
    """
    if image.mode != "RGBA":
        return image
    ground = ImageColor.getrgb(background)[:3] if background.startswith("#") else _GREY
    shades, ink = (
        image.convert("L"),
        image.getchannel("A").point(lambda level: level >= 128 and 255),
    )
    if ink.getbbox():
        drawn = ImageStat.Stat(shades, ink)
        below = Image.new("RGB", (1, 1), ground).convert("L").getpixel((0, 0))
        if abs(drawn.mean[0] - float(below)) + drawn.stddev[0] < _APART:  # type: ignore[arg-type]
            ground = _GREY
    whole = Image.new("RGB", image.size, ground)
    whole.paste(image, (0, 0), image)
    return whole


def _strips(image: Image.Image, colours: Colours) -> list[Strip]:
    return [PackedStrip(line, image.width) for line in _lines(image, PaletteRenderer(colours))]


def _lines(image: Image.Image, renderer: PaletteRenderer) -> list[list[Segment]]:
    segments = Pixels.from_image(image, renderer=renderer)._segments
    return list(Segment.split_lines(segments.segments if segments else []))
