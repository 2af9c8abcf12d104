"""The scenes of "The Lamp" that have the sea in them: light, sail, harbour, ferry and storm."""

from random import Random

from brush import Point, Sheet, box, outline, oval, ridge, rounded, turned, wave


def lighthouse(rng: Random) -> Sheet:
    """A white tower in a teal dusk, its beam going out over the water."""
    sheet = Sheet([(0, "#062430"), (26, "#12545f"), (50, "#58ab9f"), (66, "#f6dfa6")])
    sheet.stars(rng, 70, 30, "#d6fff4")
    sheet.cloud(rng, (112, 51), (60, 3), "#f9e9c4", 1.2, 0.5)
    sheet.cloud(rng, (14, 44), (50, 3), "#2f8583", 1.5, 0.6)
    sheet.shape(box(0, 66, 160, 24), [(66, "#4ba79d"), (72, "#1c6a72"), (90, "#08252f")])
    sheet.glitter(rng, 122, 67, 62, "#bff0d2", 60)
    for strength in (0.9, 0.7):
        sheet.beam((45, 20), (172, 6), 30, "#fff3c4", strength)
        sheet.beam((45, 20), (-24, 27), 18, "#fff3c4", strength * 0.8)
    rock = outline("-1,69 18,66 45,64 72,69 98,81 112,91")
    sheet.shape(ridge(rng, rock, 4), "#06171d")
    _tower(sheet)
    return sheet


def _tower(sheet: Sheet) -> None:
    """The lighthouse itself, white and red."""
    sheet.shape([(37, 27), (53, 27), (57, 68), (33, 68)], [(26, "#fffdf0"), (66, "#e6ead9")])
    for top, bottom in ((35.5, 44.5), (53.5, 62.5)):
        narrow, wide = 8 + (top - 27) * 0.0976, 8 + (bottom - 27) * 0.0976
        band = [(45 - narrow, top), (45 + narrow, top), (45 + wide, bottom), (45 - wide, bottom)]
        sheet.shape(band, "#e0402c")
    for part in (0.1, 0.2, 0.3, 0.4):
        strip = [(37, 27), (37 + 16 * part, 27), (33 + 24 * part, 68), (33, 68)]
        sheet.shape(strip, "#0c4652", opacity=0.14)
    door = outline("42,68 42,64.6 45,63 48,64.6 48,68")
    sheet.shapes([box(43.6, 47, 3, 4), door], "#143c46")
    sheet.shape(box(34.5, 25, 21, 2.6), "#0a2a33")
    sheet.shape(box(36.5, 12, 17, 13), "#ffe68a")
    sheet.shape([(34.8, 12.2), (55.2, 12.2), (50, 6), (45, 3.4), (40, 6)], "#b02c22")
    sheet.glow(45, 19, 30, "#ffd470", 1.0)
    sheet.glow(45, 19, 13, "#fff6c0", 1.0)


def last_sail(rng: Random) -> Sheet:
    """A brown sail crossing a great low sun."""
    sheet = Sheet([(0, "#3d0b33"), (20, "#9c1d3a"), (42, "#f1592a"), (60, "#ffb545")])
    for x, y, wide in ((30, 12, 60), (120, 20, 70), (20, 33, 44), (140, 38, 40)):
        sheet.cloud(rng, (x, y), (wide, 4), "#6b1238", 1.2, 0.55)
    sheet.glow(70, 52, 80, "#ff8a2a", 0.8)
    sheet.shape(oval(70, 47, 29, 29), [(16, "#fffbd0"), (60, "#ffd64f")])
    sheet.shape(box(0, 62, 160, 28), [(62, "#e2542c"), (70, "#a1263a"), (90, "#320a2c")])
    sheet.glitter(rng, 70, 63, 46, "#ffd766", 130)
    sail = [(96, 12), (98, 62), (76, 62), (82, 44), (89, 28)]
    sheet.shape(sail, [(12, "#5a1a22"), (62, "#2b0a1d")])
    sheet.shape([(99.5, 18), (113, 40), (119, 61), (99.5, 61)], [(18, "#74262a"), (62, "#3a0f22")])
    sheet.line([(97.5, 9), (98.5, 66)], 1.0, "#1c0616")
    sheet.shape([(72, 64), (122, 63), (114, 71), (80, 71)], "#1c0616")
    sheet.shape([(80, 71), (114, 71), (108, 86), (84, 84)], "#240819", 1.4, 0.6)
    return sheet


def second_light(rng: Random) -> Sheet:
    """Far out on an indigo night a mint-green light, and the keeper who sees it."""
    sheet = Sheet([(0, "#070726"), (34, "#1c1b66"), (56, "#4a3fa6")])
    sheet.stars(rng, 150, 50, "#cfd2ff")
    sheet.shape(box(0, 56, 160, 34), [(56, "#2c2786"), (66, "#15134f"), (90, "#06061f")])
    sheet.glow(98, 48, 66, "#2fd8b0", 0.85)
    sheet.glitter(rng, 98, 57, 20, "#9dffe2", 150)
    sheet.shape(oval(98, 57, 17, 1.3), "#0b0a30", 0.3)
    flare = [outline("64,48 98,46.8 132,48 98,49.2"), outline("98,14 99.2,48 98,82 96.8,48")]
    sheet.shine(flare, "#8dffdc", 0.5, 0.9)
    sheet.shine(flare, "#8dffdc", 1.6, 0.9)
    sheet.shape(oval(98, 48, 5.5, 5.5), "#f4fffb", 0.6)
    sheet.glow(98, 48, 26, "#b8ffe9", 1.0)
    for y in (68, 79):
        sheet.line([(0, y), (160, y)], 1.1, "#03031a")
    for x in range(60, 170, 20):
        sheet.line([(x, 68), (x, 91)], 1.1, "#03031a")
    _watching_keeper(sheet)
    return sheet


def _watching_keeper(sheet: Sheet) -> None:
    """The keeper at the rail, edged with the far light."""
    coat = outline("12,110 14,62 18,53 26,48.5 34,48.5 41,52 45,60 53,66 52,69.5 44,68 45,110")
    head = outline("25,50 24,42 25,36 38,36 38,39 40.4,42.6 38.4,43.4 38,46.6 34.6,47.4 34,51")
    cap = outline("23,37.5 24,31.5 36,30.5 38.5,35 43.5,37 43,38")
    figure = [rounded(part) for part in (coat, head, cap)]
    edge = [[(x + 0.7, y - 0.25) for x, y in part] for part in figure]
    sheet.shapes(edge, "#7df5d2", 0.15)
    sheet.shapes(figure, "#04041c", 0.15)


def rainy_harbour(rng: Random) -> Sheet:
    """A red umbrella in the golden rain of a quay."""
    sheet = Sheet(
        [(0, "#1b120c"), (30, "#5c3510"), (56, "#c47a1c"), (64, "#e8a433"), (90, "#3a1e0a")]
    )
    for x, y, size in ((16, 20, 8), (42, 27, 6), (122, 27, 6), (146, 19, 8)):
        sheet.glow(x, y, size * 4.5, "#ffb02e", 0.8)
        sheet.shape(oval(x, y, size * 0.7, size * 0.7), "#fff0b8", 0.5)
        sheet.line([(x, y + 4), (x, 64)], 0.9, "#241306")
        sheet.shine([box(x - size * 0.6, 66, size * 1.2, 24)], "#ffc04a", 1.8, 0.8)
    masts = [box(x, top, 0.8, 60 - top) for x, top in ((58, 20), (66, 30), (100, 24), (108, 34))]
    hulls = [[(50, 56), (74, 56), (70, 63), (54, 63)], [(94, 57), (116, 57), (112, 63), (98, 63)]]
    sheet.shapes([*masts, *hulls], "#3d210c", 0.3)
    sheet.shape(box(0, 63, 160, 1.4), "#2a1508", 0.3)
    sheet.glow(82, 62, 50, "#ffc24a", 0.8)
    strokes = [
        oval(rng.uniform(0, 160), rng.uniform(67, 90), rng.uniform(2, 7), 0.3) for _ in range(110)
    ]
    sheet.shapes(strokes, "#ffd982", 0.15, 0.55)
    sheet.shape([(70, 88), (94, 88), (90, 91), (74, 91)], "#4a0f0c", 1.0, 0.8)
    _woman_in_rain(sheet)
    _umbrella(sheet)
    for _ in range(150):
        start, length = (rng.uniform(-5, 165), rng.uniform(-8, 88)), rng.uniform(3, 9)
        end = (start[0] - length * 0.18, start[1] + length)
        sheet.line([start, end], 0.16, "#ffe9b8", rng.uniform(0.2, 0.6))
    return sheet


def _woman_in_rain(sheet: Sheet) -> None:
    """The woman seen from behind, edged with lamplight."""
    coat = rounded(
        outline("68,82 71,66 72,54 74,48.5 79,46.5 85,46.5 90,48.5 92,54 93,66 96,82 82,80.5")
    )
    hair = rounded(outline("77,47 76.6,40 79,35.5 85,35.5 87.4,40 87,47 82,49"))
    boots = [rounded([(x, 79), (x + 5, 79), (x + 5.4, 89), (x - 0.6, 89)]) for x in (75.5, 83.5)]
    for shift, shade in ((-0.7, "#ffb84a"), (0.7, "#ffb84a"), (0.0, "#2a0d18")):
        sheet.shapes([[(x + shift, y) for x, y in part] for part in (coat, hair)], shade)
    sheet.shapes(boots, "#c4202a")
    sheet.shape(rounded(outline("75,47 82,45 89,47 88,50.5 82,51.5 76,50.5")), "#c4202a")
    sheet.shape([(84, 50), (88, 50), (90, 64), (86, 65)], "#a0182a")
    sheet.line([(88, 16), (88, 58)], 0.8, "#1c0810")


def _umbrella(sheet: Sheet) -> None:
    """A red umbrella, its ribs and its scalloped hem."""
    top = oval(82, 38, 34, 28)[90:]
    hem: list[Point] = []
    for middle in (107.5, 90.5, 73.5, 56.5):
        hem += oval(middle, 38, 8.5, -3.2)[:91]
    sheet.shape([*top, *hem], [(10, "#ff5a3c"), (38, "#b3121f")])
    for lean in (-17, 0, 17):
        rib = oval(82, 38, lean, 28)[135:]
        sheet.line(rib, 0.45, "#7c0c18")
    sheet.shape([(60, 24), (72, 13), (80, 11), (70, 18), (63, 29)], "#ff9a70", 1.4, 0.6)


def ferry(rng: Random) -> Sheet:
    """An elderly white ferry on a turquoise noon."""
    sheet = Sheet([(0, "#0a5c9e"), (34, "#2f9fc8"), (58, "#a6e4da")])
    for x, y, wide in ((22, 32, 30), (146, 30, 26), (128, 48, 50), (20, 50, 40)):
        sheet.cloud(rng, (x, y), (wide, 5), [(y - 6, "#d8f4f4"), (y + 6, "#7cc8d6")], 0.8, 0.7)
    sheet.shape(box(0, 58, 160, 32), [(58, "#2fb5b0"), (70, "#128a95"), (90, "#06465e")])
    for step in range(8):
        place = (64 - step * 8.5, 9 - step * 0.9)
        sheet.cloud(rng, place, (8 + step * 2, 4 + step * 0.7), "#3b5566", 0.9, 0.75 - step * 0.08)
    sheet.shape([(14, 49), (148, 45), (135, 70), (26, 70)], [(46, "#ffffff"), (64, "#e4ece8")])
    sheet.shape([(21, 61), (140, 61), (135, 71), (26, 71)], [(61, "#f4512f"), (71, "#b52a1c")])
    sheet.shape([(15.6, 51.6), (146.7, 48.4), (146.0, 49.8), (16.4, 53.0)], "#12365e")
    sheet.shapes([oval(x, 56, 0.9, 0.9) for x in range(34, 132, 7)], "#12365e")
    _upper_decks(sheet)
    seas = ((70, 1.0, 0.4, "#27a5a6"), (77, 1.5, 1.4, "#0f7f8e"), (84, 2.0, 0.2, "#0a5f76"))
    for base, swell, phase, shade in seas:
        sheet.shape(wave(base, swell, 15 + base / 8, phase), shade)
    bow = [oval(138 + rng.gauss(0, 5), 70 + rng.gauss(0, 0.7), 4, 0.9) for _ in range(12)]
    wake = [oval(24 - rng.random() * 26, 71 + rng.gauss(0, 0.7), 4, 0.6) for _ in range(16)]
    sheet.shapes([*bow, *wake], "#f0fffb", 0.4, 0.9)
    return sheet


def _upper_decks(sheet: Sheet) -> None:
    """What stands on the ferry's hull: decks, bridge, funnel, mast."""
    sheet.shapes([box(30, 37, 92, 12), box(42, 26.5, 66, 11)], [(26, "#ffffff"), (49, "#eef4ee")])
    sheet.shape([(88, 18), (105, 18), (109, 27), (88, 27)], [(18, "#ffffff"), (27, "#e6f0ec")])
    sheet.shape([(91, 20), (105, 20), (106.4, 23.6), (91, 23.6)], "#12365e")
    sheet.shapes([box(28.5, 36.8, 95, 1), box(40.5, 26.3, 69, 1)], "#9dbfc2")
    sheet.shapes([box(x, 41, 4.4, 3.2) for x in range(34, 118, 9)], "#2a7396")
    sheet.shapes([box(x, 30.2, 4.4, 3) for x in range(46, 104, 9)], "#2a7396")
    sheet.shape([(58, 26.5), (59.5, 9), (75, 9), (77, 26.5)], [(9, "#ff7a2f"), (27, "#d93a1f")])
    sheet.shape([(59.2, 12.5), (75.4, 12.5), (75, 8.4), (59.5, 8.4)], "#16283a")
    sheet.line([(122, 47), (129, 26)], 0.7, "#f4faf6")


def storm(rng: Random) -> Sheet:
    """Lightning over black water, and one low yellow light."""
    sheet = Sheet([(0, "#0a1226"), (40, "#2a4a78"), (62, "#5d8ab4")])
    for _ in range(18):
        place = (rng.uniform(-5, 165), rng.uniform(-6, 20))
        sheet.cloud(rng, place, (50, 13), rng.choice(["#0b1328", "#16233f", "#22365a"]), 2.2, 0.75)
    sheet.glow(40, 24, 72, "#8fc4ff", 0.8)
    _lightning(sheet, rng)
    sheet.shape(wave(65, 3, 26, 0.9), [(61, "#47769e"), (74, "#1a3858")])
    sheet.glow(132, 50, 40, "#ffb52e", 1.0)
    sheet.beam((132, 50), (62, 44), 11, "#ffd76a", 0.9)
    sheet.shape([(129.6, 52), (134.4, 52), (136, 66), (128, 66)], "#142a46")
    sheet.shape(oval(132, 49.5, 5.5, 5.5), "#fff3b0", 0.5)
    sheet.glow(132, 50, 15, "#ffe27a", 1.0)
    sheet.shape(ridge(rng, [(112, 71), (126, 65), (138, 65), (156, 71)], 1.2)[:-2], "#0e2038")
    sheet.shape(wave(71, 2.4, 37, 2.0), [(66, "#31618c"), (82, "#0d2342")])
    sheet.glitter(rng, 132, 71, 15, "#ffc95a", 50)
    _tossed_boat(sheet)
    seas = ((79, 5, 50, 0.05, "#234f7a"), (87, 6, 64, 1.15, "#14335a"))
    for base, swell, length, phase, shade in seas:
        crest = wave(base, swell, length, phase)
        sheet.shape(crest, [(base - swell, shade), (90, "#050f22")])
        sheet.line(crest[:-2], 0.7, "#a8cfe8", 0.6)
    foam = [
        oval(rng.uniform(0, 160), rng.uniform(68, 89), rng.uniform(1, 4), 0.22) for _ in range(60)
    ]
    sheet.shapes(foam, "#cfe6f2", 0.15, 0.5)
    return sheet


def _lightning(sheet: Sheet, rng: Random) -> None:
    """A bolt that lights the sky about it, and its twigs."""
    bolt = outline("46,-1 31,25 41,24 28,46 36,45.4 22,68 50,38 41,38.6 54,17 45,18 57,-1")
    for soft in (1.0, 3.5):
        sheet.shine([bolt], "#a8d4ff", soft, 1.0)
    sheet.shape(bolt, "#fbfeff", 0.15)
    for twig in ("34,25 22,30 12,44", "50,19 64,27 72,40", "64,27 74,29"):
        sheet.line(ridge(rng, outline(twig), 1.6, 3)[:-2], 0.6, "#dcefff")


def _tossed_boat(sheet: Sheet) -> None:
    """The ferry small and aslant among the waves."""

    def part(points: list[Point]) -> list[Point]:
        return turned(points, (82, 68), -13)

    hull, keel = outline("60,63 106,63 100,76 66,76"), outline("64,71.5 102,71.5 100,77 66,77")
    sheet.shapes([part(hull), part(box(70, 54, 22, 9.5))], "#f2f8fa")
    sheet.shapes([part(keel), part(box(76, 46, 6, 8.2))], "#d8402a")
    sheet.shapes([part(box(x, 56.6, 3.4, 3.6)) for x in (73, 79, 85)], "#ffc94a")


def dawn(rng: Random) -> Sheet:
    """Two people on a rock before the rising sun, the ferry aground behind them."""
    sheet = Sheet([(0, "#7fb2d8"), (26, "#f2c8c0"), (50, "#ffc79a"), (64, "#ffe2a8")])
    for x, y, wide in ((26, 16, 50), (128, 12, 56), (140, 30, 36), (14, 34, 30)):
        sheet.cloud(rng, (x, y), (wide, 4), [(y - 4, "#fff0e2"), (y + 4, "#f7a79a")], 1.0, 0.75)
    sheet.glow(82, 50, 80, "#ffd070", 0.7)
    sheet.shape(oval(82, 46, 30, 30), [(16, "#fffdf0"), (66, "#ffe690")], 0.3)
    sheet.shape(box(0, 65, 160, 25), [(65, "#ffb48a"), (74, "#d98a96"), (90, "#6f5f94")])
    sheet.glitter(rng, 82, 66, 50, "#fff2c4", 110)
    _far_tower(sheet)
    islet = ridge(rng, [(112, 67), (126, 64.5), (136, 63), (152, 63), (161, 65)], 0.8)[:-2]
    sheet.shape([*islet, (161, 67), (112, 67)], "#8f4a6c")
    _ferry_aground(sheet)
    rock = ridge(rng, outline("-1,66 30,72 60,76 86,75 112,78 150,92"), 2.4)
    sheet.shape(rock, [(66, "#4a2450"), (90, "#22103a")])
    _keeper_at_dawn(sheet)
    _woman_at_dawn(sheet)
    sheet.shape(turned(box(82.4, 55.8, 6.4, 4.6), (86, 60), -8), "#fffdf4")
    return sheet


def _ferry_aground(sheet: Sheet) -> None:
    """The ferry, set down on the rock."""

    def part(points: list[Point]) -> list[Point]:
        return turned(points, (30, 60), 5)

    hull, keel = outline("8,56 52,56 48,67 12,67"), outline("10.8,62.5 50,62.5 48,68 12,68")
    sheet.shapes([part(hull), part(box(17, 49, 24, 7.2))], "#fff8f0")
    sheet.shapes([part(keel), part(box(24, 42.5, 6, 6.6))], "#e0604a")
    sheet.shapes([part(box(x, 51, 3, 2.4)) for x in (20, 26, 32)], "#7a6a98")


def _far_tower(sheet: Sheet) -> None:
    """The other lighthouse, small across the water."""
    sheet.shape([(140, 34), (148, 34), (150, 66), (138, 66)], "#b5657c")
    sheet.shapes([box(138.6, 32, 10.8, 1.6), [(140, 26), (148, 26), (144, 22)]], "#8f4a6c")
    sheet.shape(box(140.6, 26, 6.8, 6), "#fff6c8")
    sheet.glow(144, 29, 14, "#fff0a8", 0.9)


def _keeper_at_dawn(sheet: Sheet) -> None:
    """The keeper, who looks right and holds out a hand."""
    coat = outline(
        "63,79 64.5,66 65,57 67,51 70.5,49 75,49.2 78,52 80,56.5 84.5,59.5 84,62 79,61 "
        "79.5,68 81,79"
    )
    face = outline("69,50 68.6,43 70,40 75.5,40 76,43 77.4,45.3 76.2,46.2 76.4,50 73,52")
    cap = outline("67.6,43 67.8,38.6 71,36.8 76,37.8 76.6,40.6 80.2,42 79.8,43.2")
    sheet.shapes([rounded(part) for part in (coat, face, cap)], "#2a1238")


def _woman_at_dawn(sheet: Sheet) -> None:
    """The woman from the harbour, who looks left, the wind in her scarf."""
    coat = outline("87.5,79 91,66 92,57 93,52 95.5,50 99,50 101.5,53 102.5,60 105,70 107.5,79")
    sleeve = outline("94,52.5 89,57.6 85.6,59 86,61.6 90.5,60.8 96.5,57")
    face = outline(
        "99,51 95,51.5 93.8,48.8 93,47.2 91.8,46.4 93,44.4 93.4,41.6 97,40 100,42 100,47"
    )
    scarf = outline("94,49.5 100,48.5 106,51 113,49.5 112,53 105,54.2 98,52.6 94,52.4")
    sheet.shapes([rounded(coat), rounded(sleeve)], "#86182f")
    sheet.shapes([rounded(face), oval(100.8, 42.4, 2.3, 2.3)], "#34123c")
    sheet.shape(rounded(scarf), "#d8344a")
