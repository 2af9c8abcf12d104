"""The brushes the sample pictures are painted with: gradients, shapes, light, water and grain.

Places are given in units on a sheet of 160 by 90 with the origin at the top left, so that a scene
reads the same at any size. A sheet is painted at twice the size it is handed out at, which is
what smooths its edges. A brush that needs chance is given a `random.Random`: the same seed paints
the same picture.
"""

import math
from collections.abc import Callable, Sequence
from itertools import pairwise
from random import Random

from PIL import Image, ImageChops, ImageColor, ImageDraw, ImageFilter

WIDTH, HEIGHT = 160, 90
SIZE = (1280, 720)
SCALE = 16
"""Painted pixels to a unit: twice those of SIZE."""

Point = tuple[float, float]
Stops = Sequence[tuple[float, str]]
"""A vertical gradient: heights on the sheet, from the top down, and their colours."""
Fill = str | Stops


def gradient(stops: Stops) -> Image.Image:
    """A whole sheet of the colours of `stops`, each row of one colour."""
    column = Image.new("RGB", (1, HEIGHT * SCALE))
    colours = [(y * SCALE, ImageColor.getrgb(colour)) for y, colour in stops]
    for row in range(column.height):
        above = max((stop for stop in colours if stop[0] <= row), default=colours[0])
        below = min((stop for stop in colours if stop[0] > row), default=colours[-1])
        part = (row - above[0]) / (below[0] - above[0]) if below[0] > above[0] else 0.0
        part = min(max(part, 0.0), 1.0)
        red, green, blue = (
            round(first + (last - first) * part)
            for first, last in zip(above[1][:3], below[1][:3], strict=True)
        )
        column.putpixel((0, row), (red, green, blue))
    return column.resize((WIDTH * SCALE, HEIGHT * SCALE))


def ridge(rng: Random, points: Sequence[Point], rough: float, depth: int = 6) -> list[Point]:
    """The outline through `points`, broken up by chance, and closed along the sheet's foot."""
    line = list(points)
    for _ in range(depth):
        finer = [line[0]]
        for (x1, y1), (x2, y2) in pairwise(line):
            finer += [((x1 + x2) / 2, (y1 + y2) / 2 + rng.uniform(-rough, rough)), (x2, y2)]
        line = finer
        rough /= 2
    return [*line, (line[-1][0], HEIGHT + 1), (line[0][0], HEIGHT + 1)]


def wave(base: float, swell: float, length: float, phase: float) -> list[Point]:
    """The outline of a row of waves with peaked crests, closed along the sheet's foot."""
    line = [
        (x / 2, base - swell * (1 - 2 * abs(math.sin(math.pi * x / 2 / length + phase)) ** 0.8))
        for x in range(-2, WIDTH * 2 + 3)
    ]
    return [*line, (WIDTH + 1, HEIGHT + 1), (-1, HEIGHT + 1)]


def turned(points: Sequence[Point], centre: Point, degrees: float) -> list[Point]:
    """The points turned about `centre`, clockwise."""
    sine, cosine = math.sin(math.radians(degrees)), math.cos(math.radians(degrees))
    moved = [(x - centre[0], y - centre[1]) for x, y in points]
    return [
        (centre[0] + x * cosine - y * sine, centre[1] + x * sine + y * cosine) for x, y in moved
    ]


def outline(path: str) -> list[Point]:
    """The points of an outline, written as `x,y x,y …`."""
    return [(float(x), float(y)) for x, y in (point.split(",") for point in path.split())]


def rounded(points: Sequence[Point]) -> list[Point]:
    """The outline with its corners cut, and cut again, until they are round."""
    line = list(points)
    for _ in range(3):
        finer = []
        for (x1, y1), (x2, y2) in zip(line, [*line[1:], line[0]], strict=True):
            finer += [(x1 * 0.8 + x2 * 0.2, y1 * 0.8 + y2 * 0.2)]
            finer += [(x1 * 0.2 + x2 * 0.8, y1 * 0.2 + y2 * 0.8)]
        line = finer
    return line


def box(x: float, y: float, width: float, height: float) -> list[Point]:
    """The corners of an upright rectangle."""
    return [(x, y), (x + width, y), (x + width, y + height), (x, y + height)]


def oval(x: float, y: float, across: float, down: float) -> list[Point]:
    """The outline of an ellipse by its centre and its two radii."""
    turns = [math.tau * step / 180 for step in range(180)]
    return [(x + across * math.cos(turn), y + down * math.sin(turn)) for turn in turns]


def spruce(x: float, foot: float, height: float) -> list[Point]:
    """The outline of a spruce, tier under tier."""
    right: list[Point] = []
    tiers = 7
    for tier in range(tiers):
        reach = height * 0.26 * (tier + 1) / tiers
        y = foot - height * (1 - (tier + 1) / tiers)
        right += [(reach, y), (reach * 0.55, y - height * 0.02)]
    left = [(-reach, y) for reach, y in reversed(right)]
    return [(x + reach, y) for reach, y in [(0.0, foot - height), *right, *left]]


class Sheet:
    """One picture in the making."""

    def __init__(self, ground: Stops) -> None:
        self.image = gradient(ground)

    def shape(
        self, points: Sequence[Point], fill: Fill, soft: float = 0.0, opacity: float = 1.0
    ) -> None:
        """Paint the inside of an outline; `soft` is how far its edge is blurred."""
        self.shapes([points], fill, soft, opacity)

    def shapes(
        self,
        outlines: Sequence[Sequence[Point]],
        fill: Fill,
        soft: float = 0.0,
        opacity: float = 1.0,
    ) -> None:
        """Paint several outlines as one layer, so that where they overlap nothing is doubled."""
        mask = self._mask(outlines, soft, opacity)
        paint: Image.Image | str = fill if isinstance(fill, str) else gradient(fill)
        if isinstance(paint, str):
            self.image.paste(ImageColor.getrgb(paint), (0, 0), mask)
        else:
            self.image.paste(paint, (0, 0), mask)

    def line(
        self, points: Sequence[Point], width: float, colour: str, opacity: float = 1.0
    ) -> None:
        """Draw a line with rounded joints."""
        mask = Image.new("L", self.image.size)
        pen = ImageDraw.Draw(mask)
        pixels = [(x * SCALE, y * SCALE) for x, y in points]
        pen.line(pixels, fill=round(255 * opacity), width=round(width * SCALE), joint="curve")
        self.image.paste(ImageColor.getrgb(colour), (0, 0), mask)

    def shine(
        self,
        outlines: Sequence[Sequence[Point]],
        colour: str,
        soft: float = 0.0,
        strength: float = 1.0,
    ) -> None:
        """Add light inside the outlines."""
        self._add(self._mask(outlines, soft, strength), colour, (0, 0))

    def glow(self, x: float, y: float, radius: float, colour: str, strength: float = 1.0) -> None:
        """Add a round light that fades out towards `radius`."""
        side = round(radius * SCALE * 2)
        fade = Image.radial_gradient("L").point(
            [round(255 * strength * (1 - min(step / 181, 1)) ** 2.2) for step in range(256)]
        )
        light = fade.resize((side, side), Image.Resampling.BICUBIC)
        self._add(light, colour, (round((x - radius) * SCALE), round((y - radius) * SCALE)))

    def beam(
        self, source: Point, reach: Point, spread: float, colour: str, strength: float
    ) -> None:
        """Add a beam of light from `source` towards `reach`, fading on its way."""
        (x1, y1), (x2, y2) = source, reach
        length = math.hypot(x2 - x1, y2 - y1)
        across = ((y1 - y2) / length, (x2 - x1) / length)
        mask = Image.new("L", self.image.size)
        pen = ImageDraw.Draw(mask)
        steps = 64
        for step in reversed(range(steps)):
            part = (step + 1) / steps
            x, y, half = x1 + (x2 - x1) * part, y1 + (y2 - y1) * part, 0.8 + spread * part / 2
            near = (x1 - across[0] * 0.8, y1 - across[1] * 0.8)
            corners = [
                near,
                (x - across[0] * half, y - across[1] * half),
                (x + across[0] * half, y + across[1] * half),
                (x1 + across[0] * 0.8, y1 + across[1] * 0.8),
            ]
            bright = round(255 * strength * (1 - part) ** 1.2)
            pen.polygon([(px * SCALE, py * SCALE) for px, py in corners], fill=bright)
        self._add(mask.filter(ImageFilter.GaussianBlur(SCALE)), colour, (0, 0))

    def glitter(
        self, rng: Random, x: float, top: float, spread: float, colour: str, count: int
    ) -> None:
        """Lay short strokes of light on water below `top`, wider apart the nearer they are."""
        strokes = []
        for _ in range(count):
            depth = rng.random() ** 1.3
            y = top + (HEIGHT - top) * depth
            length = rng.uniform(1.5, 4.0) * (0.5 + depth) * spread / 12
            middle = x + rng.gauss(0, 0.32) * spread * (0.55 + 0.6 * depth)
            strokes.append(oval(middle, y, length, 0.18 + 0.5 * depth))
        self.shapes(strokes, colour, soft=0.12, opacity=0.9)

    def cloud(
        self, rng: Random, place: Point, size: Point, fill: Fill, soft: float, opacity: float
    ) -> None:
        """Paint a cloud of soft ovals about `place`."""
        puffs = []
        for _ in range(26):
            lean = rng.gauss(0, 0.38)
            rise = rng.gauss(0, 0.25) * (1 - min(abs(lean), 0.9))
            puff = size[1] * rng.uniform(0.3, 0.6)
            middle = (place[0] + lean * size[0], place[1] + rise * size[1])
            puffs.append(oval(*middle, puff * size[0] / size[1] * 0.45, puff))
        self.shapes(puffs, fill, soft, opacity)

    def stars(self, rng: Random, count: int, lowest: float, colour: str) -> None:
        """Strew stars over the sky above `lowest`."""
        for bright in (0.45, 0.95):
            places = [(rng.uniform(0, WIDTH), rng.uniform(0, lowest)) for _ in range(count // 2)]
            dots = [oval(x, y, 0.13 + bright / 6, 0.13 + bright / 6) for x, y in places]
            self.shapes(dots, colour, 0.05, bright)

    def curtain(
        self, hem: Callable[[float], Point], height: float, colour: str, strength: float
    ) -> None:
        """Add a curtain of northern light; `hem` gives for an x the hem's place and brightness."""
        mask = Image.new("L", (WIDTH * 2, HEIGHT * 2))
        for column in range(mask.width):
            foot, light = hem(column / 2)
            for row in range(mask.height):
                rise = foot - row / 2
                fall = math.exp(-rise / height) if rise >= 0 else math.exp(rise / 1.8)
                mask.putpixel((column, row), round(255 * min(1.0, strength * light * fall)))
        self._add(mask.resize(self.image.size, Image.Resampling.BICUBIC), colour, (0, 0))

    def grain(self, rng: Random, amount: float) -> None:
        """Give the sheet the tooth of paper; the finished picture has its grain a pixel wide."""
        noise = Image.frombytes("L", SIZE, rng.randbytes(SIZE[0] * SIZE[1]))
        even = noise.point([round(128 + (step - 128) * amount) for step in range(256)])
        tooth = even.filter(ImageFilter.GaussianBlur(0.6)).convert("RGB").resize(self.image.size)
        self.image = ImageChops.soft_light(self.image, tooth)

    def finished(self) -> Image.Image:
        """The picture at the size it is handed out at."""
        return self.image.resize(SIZE, Image.Resampling.LANCZOS)

    def _mask(
        self, outlines: Sequence[Sequence[Point]], soft: float, opacity: float
    ) -> Image.Image:
        mask = Image.new("L", self.image.size)
        pen = ImageDraw.Draw(mask)
        for points in outlines:
            pen.polygon([(x * SCALE, y * SCALE) for x, y in points], fill=round(255 * opacity))
        return mask.filter(ImageFilter.GaussianBlur(soft * SCALE)) if soft else mask

    def _add(self, mask: Image.Image, colour: str, corner: tuple[int, int]) -> None:
        light = Image.new("RGB", mask.size)
        light.paste(ImageColor.getrgb(colour), (0, 0), mask)
        whole = Image.new("RGB", self.image.size)
        whole.paste(light, corner)
        self.image = ImageChops.screen(self.image, whole)
