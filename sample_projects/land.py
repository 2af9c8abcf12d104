"""The scenes of "The Lamp" on the letter's way over land: train, city, forest and mountain."""

import math
from collections.abc import Callable
from random import Random

from brush import WIDTH, Point, Sheet, box, outline, oval, ridge, rounded, spruce, turned


def letter(rng: Random) -> Sheet:
    """A cream envelope with a red seal on a wine-dark desk."""
    sheet = Sheet([(0, "#3a0a1e"), (90, "#6a1730")])
    for y in (17, 39, 61, 82):
        sheet.line([(0, y), (160, y - 4)], 0.5, "#240512")
    sheet.glow(54, 18, 110, "#ff9a4a", 0.75)
    centre = (82, 46)
    paper = box(34, 17, 96, 58)
    sheet.shape(turned([(x + 3, y + 4) for x, y in paper], centre, -6), "#1a030c", 2.2, 0.8)
    sheet.shape(turned(paper, centre, -6), [(14, "#fff4d6"), (80, "#ecc992")])
    for corner in ((34.0, 75.0), (130.0, 75.0)):
        sheet.line(turned([corner, (82, 44)], centre, -6), 0.6, "#c79a62")
    flap = turned([(34, 17), (130, 17), (82, 53)], centre, -6)
    sheet.shape([(x + 0.6, y + 1.8) for x, y in flap], "#8a5a34", 1.0, 0.6)
    sheet.shape(flap, [(12, "#fffae6"), (54, "#f6dcae")])
    _seal(sheet, rng)
    return sheet


def _seal(sheet: Sheet, rng: Random) -> None:
    """A seal of red wax with a star pressed into it."""
    wax = [
        (
            82 + (11 + rng.uniform(-0.8, 0.8)) * math.cos(step * math.tau / 22),
            51 + (11 + rng.uniform(-0.8, 0.8)) * math.sin(step * math.tau / 22),
        )
        for step in range(22)
    ]
    sheet.shape([(x + 0.6, y + 1.2) for x, y in wax], "#5a1414", 0.9, 0.7)
    sheet.shape(wax, [(40, "#f0402f"), (62, "#a8141c")], 0.25)
    sheet.shape(oval(82, 51, 7.4, 7.4), "#8c0f18")
    sheet.shape(oval(82, 51.5, 7, 6.9), [(44, "#b5181f"), (59, "#e23a2c")])
    star = outline("82,45.5 84,50 88,51.5 84,53 82,57.5 80,53 76,51.5 80,50")
    sheet.shape(star, "#ffd9a8", 0.1)


def night_train(rng: Random) -> Sheet:
    """A lit train on a viaduct under a full moon."""
    sheet = Sheet([(0, "#040a2c"), (40, "#143a86"), (70, "#4a86c8")])
    sheet.stars(rng, 110, 40, "#dfeaff")
    sheet.glow(124, 20, 50, "#8fb8ff", 0.7)
    sheet.shape(oval(124, 20, 12.5, 12.5), [(7, "#fffef2"), (33, "#dbe8ff")])
    sheet.shape(ridge(rng, [(-1, 60), (30, 50), (64, 60), (100, 54), (161, 62)], 3), "#17397c")
    for step in range(9):
        place, size = (124 - step * 14, 33 - step * 2.6), (9 + step * 3, 6 + step * 1.1)
        sheet.cloud(rng, place, size, "#b9cdf2", 1.3, 0.62 - step * 0.06)
    viaduct = box(-1, 59, 162, 32)
    sheet.shape(viaduct, [(59, "#0b1a4a"), (90, "#050c2a")])
    for x in range(-14, 170, 29):
        arch = [*oval(x + 14.5, 77, 10.5, 11)[90:], *box(x + 25, 77, 0, 14)[1:3], (x + 4, 91)]
        sheet.shape(arch, [(66, "#2d5fae"), (90, "#11296a")])
    sheet.shape(box(-1, 58.4, 162, 1.6), "#3f6cc0")
    _carriages(sheet)
    _engine(sheet)
    return sheet


def _carriages(sheet: Sheet) -> None:
    """Three carriages, every window lit."""
    for x in (-26.0, 23.5, 73.0):
        sheet.shape(box(x, 41, 47.5, 17), [(41, "#16235e"), (57, "#050a24")])
        sheet.shape(box(x - 1, 39.4, 49.5, 2.6), "#2c4a9a")
        for seat in range(4):
            window = box(x + 2 + seat * 11.2, 44.2, 9.8, 9.2)
            sheet.shape(window, [(44, "#fff4ae"), (54, "#ffbe3c")])
    sheet.shine([box(-1, 44, 122, 9)], "#ff9d2a", 3, 0.35)


def _engine(sheet: Sheet) -> None:
    """The engine, its lamp, and the wheels of the whole train."""
    engine = outline("123,40 134,40 134,44.5 152,44.5 156,48 158,57 123,57")
    sheet.shape([(x + 0.5, y - 0.7) for x, y in engine], "#7fb0f0")
    sheet.shape(engine, [(40, "#1a2a6c"), (57, "#050a24")])
    sheet.shape([(144.5, 45), (143, 35.5), (151, 35.5), (149.5, 45)], "#16235e")
    sheet.shape(box(125.5, 43, 6.5, 6.5), "#ff9a3a")
    wheels = [oval(x, 57, 2.2, 2.2) for x in (-18, 12, 30, 64, 80, 114, 131, 139, 147, 154)]
    sheet.shapes(wheels, "#03061a")
    sheet.beam((156, 49), (190, 54), 18, "#fff2b8", 1.0)
    sheet.glow(155, 49, 12, "#fff2c0", 1.0)


def city(rng: Random) -> Sheet:
    """A tower of lit windows in a violet city."""
    sheet = Sheet([(0, "#1d0a4c"), (30, "#6420a0"), (56, "#e04d9f"), (74, "#ffa98a")])
    sheet.stars(rng, 60, 26, "#f4d8ff")
    sheet.glow(80, 66, 90, "#ff5fb0", 0.5)
    for shade, low, high, wide in (("#a03c9e", 54, 68, 9), ("#5c2288", 56, 76, 12)):
        x = -4.0
        while x < WIDTH:
            width = wide * rng.uniform(0.7, 1.3)
            sheet.shape(box(x, rng.uniform(low, high), width, 90), shade)
            x += width + rng.uniform(-1, 3)
    lefts = (-4, 15, 32, 47, 102, 114, 130, 145)
    tops = (40, 60, 50, 70, 64, 46, 62, 36)
    widths = (20, 18, 15, 14, 14, 16, 16, 20)
    for x, top, width in zip(lefts, tops, widths, strict=True):
        sheet.shape(box(x, top, width, 60), [(top, "#321266"), (90, "#150632")])
        for column in range(width // 4 - 1):
            for row in range((88 - top) // 5):
                if rng.random() < 0.3:
                    place = box(x + 3 + column * 4, top + 3 + row * 5, 2, 2.6)
                    sheet.shape(place, rng.choice(["#ff8fc0", "#ffc27a", "#c77bff"]))
    _lit_tower(sheet, rng)
    return sheet


def _lit_tower(sheet: Sheet, rng: Random) -> None:
    """A stepped tower with nearly every window lit."""
    sheet.shape([(79.3, 0), (80.7, 0), (81.6, 14), (78.4, 14)], "#2c0d4c")
    steps = [box(73, 9, 14, 9), box(66.5, 17, 27, 18), box(61.5, 34, 37, 57)]
    sheet.shapes(steps, [(8, "#8a2f6a"), (90, "#4a1656")])
    for left, top, columns, rows in ((74.6, 11, 2, 1), (67.7, 19, 4, 2), (62.7, 36, 6, 8)):
        for row in range(rows):
            for column in range(columns):
                lit = rng.random() < 0.9
                shade = rng.choice(["#ffe07a", "#ffc84a", "#fff0a8"]) if lit else "#7a3590"
                sheet.shape(box(left + column * 5.95, top + row * 7.2, 4.9, 5.8), shade)
    sheet.shine([box(62, 18, 36, 72)], "#ff8a4a", 4, 0.3)
    sheet.glow(80, 2, 12, "#ff5a7a", 1.0)


def forest(rng: Random) -> Sheet:
    """A carrier and his dog in a bright gap between great trunks."""
    sheet = Sheet([(0, "#bfe37a"), (40, "#e6f7a6"), (64, "#7fc456"), (90, "#1d5a2c")])
    sheet.glow(84, 36, 60, "#fffbc0", 0.9)
    depths = (("#9ad062", 15, 2.5, 0.8), ("#62ab4c", 11, 4.5, 0.6), ("#2b7438", 8, 7.0, 0.3))
    for shade, count, width, soft in depths:
        trunks = []
        for _ in range(count):
            x = rng.uniform(0, 62) if rng.random() < 0.5 else rng.uniform(104, 160)
            half = width * rng.uniform(0.35, 0.6)
            top, foot = half * 0.8, half * 1.1
            trunks.append([(x - top, -1), (x + top, -1), (x + foot, 76), (x - foot, 76)])
        sheet.shapes(trunks, shade, soft)
        needles = [
            oval(rng.gauss(0, 26) + rng.choice((0, 160)), rng.uniform(-4, 22), 13, 4)
            for _ in range(22)
        ]
        sheet.shapes(needles, shade, 1.2, 0.8)
    for x in (54, 76, 100):
        sheet.shine([[(x + 20, -1), (x + 30, -1), (x + 4, 84), (x - 18, 84)]], "#fff6a8", 2.5, 0.3)
    sheet.shape(
        ridge(rng, [(-1, 70), (50, 74), (84, 76), (120, 73), (161, 69)], 2),
        [(70, "#3f8a3a"), (90, "#0d3a20")],
    )
    sheet.shape(
        [(76, 75), (92, 75), (116, 91), (50, 91)], [(75, "#e9f5a0"), (90, "#7ab04c")], 1.5, 0.9
    )
    for x, half in ((16, 13), (146, 15)):
        side = [(x + half * (0.92 + 0.9 * (y / 91) ** 7), y) for y in range(-1, 95, 3)]
        trunk = [*side, *((2 * x - place, y) for place, y in reversed(side))]
        sheet.shape(trunk, [(0, "#07301f"), (90, "#03170f")])
    _carrier_and_dog(sheet)
    return sheet


def _carrier_and_dog(sheet: Sheet) -> None:
    """The carrier with his red bag, and the dog beside him."""
    coat = outline("77,77 78,66 78.5,58 81,54.5 87,54.5 89.5,58 90.5,66 91.5,77")
    legs = [
        [(79, 74), (84, 74), (82, 86.5), (77.5, 86.5)],
        [(85, 74), (90, 74), (91.5, 85.5), (87.5, 85.5)],
    ]
    brim = [(76.5, 49.6), (84, 46.6), (91.5, 49.6), (84, 50.6)]
    head = [oval(84, 50.5, 3.5, 4.4), box(82.4, 53, 3.2, 3), rounded(brim)]
    crown = rounded([(80, 49), (80.4, 44), (84, 43), (87.6, 44), (88, 49)])
    dog = outline(
        "98,77 100,74.5 105,74.2 108.4,73 109.4,69.4 110.4,67.8 111.6,70.4 115,72 "
        "115.2,73.8 112,74.8 111,77 111,86 108.6,86 108,80 103,80 102,86 99.4,86 "
        "99,80.5 97.4,79 93.6,72.4 94.6,71.4"
    )
    sheet.shapes([rounded(coat), *legs, *head, crown, rounded(dog)], "#08281b")
    sheet.shape(rounded([(73, 63), (80.5, 62), (82, 72), (74, 73.5)]), "#e04a2a")
    sheet.line([(75, 63.5), (87.5, 55)], 0.7, "#e04a2a")


def northern_lights(rng: Random) -> Sheet:
    """Green fire over a white peak."""
    sheet = Sheet([(0, "#050722"), (50, "#0a2440"), (74, "#1f5f74")])
    sheet.stars(rng, 130, 44, "#e4f4ff")
    folds = [rng.uniform(0, math.tau) for _ in range(8)]

    def hem(left: float, right: float, bend: float, fold: int) -> Callable[[float], Point]:
        def at(x: float) -> Point:
            sway = math.sin(x / 21 + folds[fold]) + 0.35 * math.sin(x / 8 + folds[fold + 1])
            pleats = math.sin(x / 5.3 + folds[fold + 2]) + 0.5 * math.sin(x / 2.1 + sway * 3)
            return left + (right - left) * x / WIDTH + bend * sway, 0.8 + 0.13 * pleats

        return at

    sheet.curtain(hem(20, 6, 4, 4), 15, "#8a3cf0", 0.8)
    sheet.curtain(hem(30, 18, 5, 3), 20, "#14c8b0", 0.9)
    sheet.curtain(hem(54, 26, 5, 0), 13, "#1cff86", 1.3)
    sheet.curtain(hem(54, 26, 5, 0), 4, "#d8ffb0", 0.75)
    peak = outline("8,91 36,70 52,60 82,27 104,53 124,65 156,91")
    mountain = ridge(rng, peak, 1.6)
    sheet.shape(mountain, [(26, "#ffffff"), (60, "#c9eff0"), (88, "#5aa0b4")])
    shade = ridge(rng, [(82, 27), (86, 40), (80, 51), (91, 65), (87, 91)], 1.2, 4)[:-2]
    flank = [(x, y) for x, y in mountain[:-2] if x >= 82]
    sheet.shape([*flank, *reversed(shade)], [(26, "#6fa6cc"), (88, "#1f4c74")])
    snow = ridge(rng, [(-1, 80), (40, 84), (90, 86), (161, 78)], 2)
    sheet.shape(snow, [(78, "#86bccb"), (90, "#24627c")])
    for _ in range(26):
        x = rng.choice((rng.uniform(-2, 40), rng.uniform(122, 162)))
        sheet.shape(spruce(x, 92, rng.uniform(14, 22) + abs(x - 80) / 6), "#03131c")
    return sheet
