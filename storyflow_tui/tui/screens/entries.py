"""The rows of the picker's list: entries of a folder, and what is known of them by now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rich.segment import Segment

from storyflow_tui.tui import text
from storyflow_tui.tui.folders import Entry, Listing
from storyflow_tui.tui.keymap import PICKER, Key
from storyflow_tui.tui.look import SIGNS, Grid, Palette
from storyflow_tui.tui.screens.preview import Verdict


class Entries:
    """The rows of the list: the entries that are shown, and what is known of them by now."""

    def __init__(self) -> None:
        self.shown: tuple[Entry, ...] = ()
        self.verdicts: dict[str, Verdict] = {}
        self.marked: set[str] = set()

    def __len__(self) -> int:
        """How many rows the list has."""
        return len(self.shown)

    def row(self, index: int, width: int, current: bool, colours: Palette) -> Sequence[Segment]:
        """Sign, name and size of one entry."""
        entry = self.shown[index]
        verdict = self.verdicts.get(entry.name)
        refused = verdict is not None and bool(verdict.problem)
        size = verdict.size if verdict is not None else ""
        name = f"{entry.name}/" if entry.is_folder else entry.name
        room = width - 6 - Grid.MARGIN - (len(size) + 2 if size else 0)
        name = text.cut(name, room)
        role = "muted" if refused and not current else "text"
        blanks = " " * max(0, width - 6 - Grid.MARGIN - text.width(name) - len(size))
        return [
            Segment(
                f"{SIGNS.marked if entry.name in self.marked else ' '}  ", colours.style("text")
            ),
            Segment(f"{SIGNS.refused if refused else ' '} ", colours.style("danger")),
            Segment(name, colours.style(role, bold=current)),
            Segment(blanks + size, colours.style("text" if current else "muted")),
        ]

    def hinted(self, entry: Entry | None, *, is_path: bool, several: bool) -> Sequence[Key]:
        """The picker's keys that act on an entry (or on the path that is typed).

        `several` is whether Enter on a picture takes all that are shown.
        """
        verdict = self.verdicts.get(entry.name) if entry else None
        is_picture = entry is not None and not entry.is_folder
        word: str | None = "take it"
        if is_path:
            pass
        elif self.marked:
            word = f"take {len(self.marked)}"
        elif entry is not None and entry.is_folder:
            word = "open"
        elif is_picture and several:
            word = "take all"
        elif entry is None or (verdict and verdict.problem):
            word = None
        acts = {
            "take": word is not None,
            "mark": is_picture,
            "take_all": is_picture and not several,
        }
        return [
            replace(key, hint=word) if key.action == "take" else key
            for key in PICKER
            if acts.get(key.action, True)
        ]


def why_so_few(listing: Listing, words: str, shown: int) -> str:
    """A sentence on why the list shows little or nothing; empty where it shows enough."""
    if listing.problem:
        return f"{listing.problem} Backspace goes to the folder above it; or type a path."
    if words and not shown:
        return f"Nothing here has “{words}” in its name."
    if not listing.entries:
        return "No folders and no pictures here (.jpg .jpeg .png .webp)."
    return ""


def path_end(path: str, room: int) -> str:
    """A path in at most `room` cells: of a long one the end says more."""
    path = text.one_line(path)
    if text.width(path) <= room:
        return path
    while path and text.width(path) >= room:
        path = path[1:]
    return f"{SIGNS.cut}{path}"
