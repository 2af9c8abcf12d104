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

_LABEL = 10
"""Cells of what stands in front."""

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
    head = "Left out" if preview.notes else ""
    for note in preview.notes or ["Nothing is left out."]:
        # The words with which each of them begins stand once, in front of all.
        for line in text.wrap(note.removeprefix("Left out: "), width - _LABEL, 3):
            said = Segment(line, plain if preview.notes else muted)
            lines.append([*label(text.pad(head, _LABEL), colours), said])
            head = ""
    blank: list[Line] = [()] if height >= _AIRY else []
    lines += blank
    room = max(1, min(_NAMES, (height - len(lines)) // 3))
    names = preview.names[:room]
    hidden = preview.file_count - len(names)
    for at, name in enumerate(names):
        head = counted(preview.file_count, "file") if at == 0 else ""
        lines.append(
            [
                *label(text.pad(head, _LABEL), colours),
                Segment(text.cut(name, width - _LABEL), plain),
            ]
        )
    if hidden:
        lines.append([Segment(f"{' ' * _LABEL}{SIGNS.down} {hidden} more", muted)])
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
