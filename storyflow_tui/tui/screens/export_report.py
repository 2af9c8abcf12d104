"""What an export will write, as lines of a page: what stays out, the files, and how it begins."""

from __future__ import annotations

from collections.abc import Sequence

from rich.segment import Segment

from storyflow_tui.records import counted
from storyflow_tui.transfer import Preview
from storyflow_tui.tui import text
from storyflow_tui.tui.look import SIGNS, Palette
from storyflow_tui.tui.screens.report import label
from storyflow_tui.tui.widgets.page import Line

_NAMES = 5
"""Files that are named at most."""

_AIRY = 14
"""Rows from which blank ones part what is said."""

_BEGIN = 16 * 1024
_LINES = 80
_NO_TEXT = "It is no text; what it looks like shows when it is written."


def beginning(data: bytes) -> list[str] | None:
    """The first lines of what is written; None where it is no text. Made once, on a worker."""
    try:
        words = data.decode()
    except UnicodeDecodeError:
        return None
    return words[:_BEGIN].split("\n")[:_LINES]


def report(
    preview: Preview, begin: Sequence[str] | None, width: int, height: int, colours: Palette
) -> list[Line]:
    """At most `height` lines of `width` cells; the files give way to what stays out."""
    plain, muted = colours.style("text", "raised"), colours.style("muted", "raised")
    lines: list[Line] = []
    notes = preview.notes or ["Nothing is left out."]
    for note in notes:
        # "Left out:" stands in front of each, bold, as the first words of what is said.
        first, _, rest = note.rpartition("Left out:")
        said = text.wrap(rest.strip() if rest and not first else note, width - 10, 3)
        head = "Left out  " if preview.notes else "          "
        for at, line in enumerate(said):
            lines.append(
                [
                    *([*label(head, colours)] if at == 0 else [Segment(" " * 10)]),
                    Segment(line, plain if preview.notes else muted),
                ]
            )
    blank: list[Line] = [()] if height >= _AIRY else []
    lines += blank
    room = max(1, min(_NAMES, (height - len(lines)) // 3))
    names = preview.names[:room]
    hidden = preview.file_count - len(names)
    for at, name in enumerate(names):
        head = counted(preview.file_count, "file") if at == 0 else ""
        lines.append(
            [
                *label(text.pad(head, 10), colours),
                Segment(text.cut(name, width - 10), plain),
            ]
        )
    if hidden:
        lines.append([Segment(f"{' ' * 10}{SIGNS.down} {hidden} more", muted)])
    lines += [*blank, label("All of it" if preview.is_whole else "How it begins", colours)]
    shown: list[Line] = []
    for line in [_NO_TEXT] if begin is None else begin:
        inner = line.lstrip(" ")
        indent = " " * min(len(line) - len(inner), width // 2)
        parts = text.wrap(inner, width - len(indent), 3)
        shown += [[Segment(indent + part, muted)] for part in parts] or [()]
    left = max(0, height - len(lines))
    if len(shown) > left:
        shown = [*shown[: max(0, left - 1)], [Segment(f"{SIGNS.down} {SIGNS.cut}", muted)]]
    return [*lines, *shown][:height]
