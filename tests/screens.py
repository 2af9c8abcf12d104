"""Pictures of screens, cell by cell: what a terminal would show, as SVG.

Textual's own export squeezes wide characters; here each run of cells stands at its column.
"""

from __future__ import annotations

from itertools import groupby
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from rich.cells import cell_len, get_character_cell_size
from rich.segment import Segment
from rich.style import Style
from rich.terminal_theme import TerminalTheme
from textual._context import visible_screen_stack
from textual.app import App
from textual.geometry import Region
from textual.strip import Strip

CELL = (10, 20)
"""Width and height of a cell in pixels."""

_FONTS = "DejaVu Sans Mono,Noto Sans CJK JP,Noto Serif CJK JP,Menlo,Consolas,monospace"
_SIZE = 16.6
_BASELINE = 15
_BLOCKS: dict[str, tuple[float, float, float, float]] = {
    "▀": (0, 0, 1, 0.5),
    "▄": (0, 0.5, 1, 0.5),
    "█": (0, 0, 1, 1),
    "▌": (0, 0, 0.5, 1),
    "▐": (0.5, 0, 0.5, 1),
}
"""Block characters as rectangles: x, y, width and height in cells."""


def screen_lines(app: App[Any]) -> list[Strip]:
    """The lines of cells that the app's terminal shows now, sheets over the screen below them."""
    # As `App.export_screenshot` does it; the lines are left in cells instead of Rich's export.
    visible_screen_stack.set(app._background_screens)
    return app.screen._compositor.render_strips()


def write_svg(app: App[Any], path: Path | str) -> None:
    """Write what a running app shows; call `await pilot.pause()` before."""
    save_svg(screen_lines(app), path, theme=app.ansi_theme)


def save_svg(lines: list[Strip], path: Path | str, *, theme: TerminalTheme) -> None:
    """Write lines of cells as an SVG."""
    width = max((line.cell_length for line in lines), default=0) * CELL[0]
    height = len(lines) * CELL[1]
    grounds: list[str] = []
    texts: list[str] = []
    for row, line in enumerate(lines):
        column = 0
        for text, style, _ in _merged(line):
            cells = cell_len(text)
            _draw(grounds, texts, row, column, text, style or Style(), theme)
            column += cells
    Path(path).write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}"'
        f' height="{height}" xml:space="preserve" font-family="{_FONTS}" font-size="{_SIZE}">\n'
        f'<g shape-rendering="crispEdges">\n{"".join(grounds)}</g>\n{"".join(texts)}</svg>\n',
        encoding="utf-8",
    )


def _merged(line: Strip) -> list[Segment]:
    return list(Segment.simplify(segment for segment in line if segment.text))


def _draw(
    grounds: list[str],
    texts: list[str],
    row: int,
    column: int,
    text: str,
    style: Style,
    theme: TerminalTheme,
) -> None:
    ink = style.color.get_truecolor(theme).hex if style.color else theme.foreground_color.hex
    back = (
        style.bgcolor.get_truecolor(theme, foreground=False).hex
        if style.bgcolor
        else theme.background_color.hex
    )
    if style.reverse:
        ink, back = back, ink
    grounds.append(_rect(column, row, cell_len(text), 1, back))
    if text and set(text) <= set(_BLOCKS):
        place = 0
        for character, run in groupby(text):
            count = len(list(run))
            x, y, wide, high = _BLOCKS[character]
            spans = [(place, count)] if wide == 1 else [(place + n, 1) for n in range(count)]
            for start, cells in spans:
                grounds.append(_rect(column + start + x, row + y, wide * cells, high, ink))
            place += count
        return
    looks = (' font-weight="bold"' if style.bold else "") + (
        ' text-decoration="underline"' if style.underline else ""
    )
    # Narrow characters share an element: the font's advance is a cell. Wide ones stand alone.
    for x, piece in _pieces(text):
        if piece.strip():
            texts.append(
                f'<text x="{(column + x) * CELL[0]}" y="{row * CELL[1] + _BASELINE}"'
                f' textLength="{cell_len(piece) * CELL[0]}" fill="{ink}"{looks}>'
                f"{escape(piece)}</text>\n"
            )


def _pieces(text: str) -> list[tuple[int, str]]:
    """Runs of narrow characters, and wide ones alone, each with the cells before it."""
    pieces: list[tuple[int, str]] = []
    x = 0
    runs = False
    for character in text:
        cells = get_character_cell_size(character)
        # Marks stay with what they stand on; a run of one script is shaped as one.
        if pieces and (cells == 0 or (cells == 1 and runs)):
            pieces[-1] = (pieces[-1][0], pieces[-1][1] + character)
        else:
            pieces.append((x, character))
            runs = cells == 1
        x += cells
    return pieces


def _rect(x: float, y: float, wide: float, high: float, colour: str) -> str:
    return (
        f'<rect x="{x * CELL[0]:g}" y="{y * CELL[1]:g}" width="{wide * CELL[0]:g}"'
        f' height="{high * CELL[1]:g}" fill="{colour}"/>\n'
    )


def cell_at(app: App[Any], column: int, row: int) -> tuple[str, Style]:
    """The character and the style that stand in a cell."""
    line = screen_lines(app)[row].crop(column, column + 1)
    segment = next(iter(line))
    return segment.text, segment.style or Style()


def screen_text(app: App[Any], region: Region | None = None) -> list[str]:
    """The lines that the app shows as plain text, of a region if one is given."""
    lines = [line.text for line in screen_lines(app)]
    if region is None:
        return lines
    rows = lines[region.y : region.bottom]
    return [
        "".join(segment.text for segment in Strip([Segment(row)]).crop(region.x, region.right))
        for row in rows
    ]
