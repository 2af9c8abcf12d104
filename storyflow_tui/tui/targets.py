"""Where an export goes, as it is typed: a path, with a slash at its end where a folder is meant.

What is suggested, what it stands for, and what may follow a beginning; nothing here writes.
"""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from textual.suggester import Suggester

from storyflow_tui.formats import Format
from storyflow_tui.tui import text
from storyflow_tui.tui.folders import is_folder, short, typed_path
from storyflow_tui.tui.look import SIGNS

_NAME = 60
"""Characters of a title that a name is made of."""

_SHOWN = 40
"""Characters of a path that are shown where it is no folder: of a long one the end says more."""

_MOST = 5000
"""Entries of a folder that are looked at for one that may follow."""


def suggested(folder: Path, title: str, chosen: Format) -> str:
    """A target for a story of this title: `~/stories/the-lamp.txt`, or a folder by its slash."""
    words = "".join(letter if letter.isalnum() else " " for letter in title).lower().split()
    name = "-".join(words)[:_NAME].rstrip("-") or "story"
    return f"{short(folder).rstrip('/')}/{name}{_ending(chosen)}"


def in_form(target: str, before: Format, after: Format) -> str:
    """The target for another form: its ending is changed where it is that of the form before."""
    for ending in ("/", *before.endings):
        stem = target.removesuffix(ending)
        if stem != target and stem and not stem.endswith("/"):
            return stem + _ending(after)
    return target


def full_path(target: str, folder: Path) -> str:
    """The target as a whole path; its slash at the end stays, since it says that it is a folder."""
    path = str(typed_path(target.strip(), folder))
    return path if not target.rstrip().endswith("/") or path.endswith("/") else f"{path}/"


def standing(path: str, occupied: Path | None) -> tuple[str, str]:
    """What is at a whole path now, in words and the role of their colour; looks at the disk."""
    target = Path(path)
    if occupied is not None:
        return f"! {occupied.name} is there already; it is asked before it is replaced.", "warning"
    if is_folder(target):
        return "A folder that is there; nothing in it is replaced.", "muted"
    if not is_folder(target.parent):
        above = short(target.parent)
        end = above if len(above) <= _SHOWN else f"{SIGNS.cut}{above[1 - _SHOWN :]}"
        return f"! There is no folder {end}", "warning"
    return ("A new folder." if path.endswith("/") else "A new file."), "muted"


def follow(entry: str, folder: Path) -> str | None:
    """The typed path with the name of a folder that may be meant by its end, if there is one."""
    above, slash, start = entry.rpartition("/")
    if not start or start in (".", ".."):
        return None
    place = typed_path(above + slash, folder) if slash else folder
    found = []
    try:
        with os.scandir(place) as entries:
            for number, each in enumerate(entries):
                if number == _MOST:
                    break
                if each.name.startswith(start) and each.is_dir():
                    found.append(each.name)
    except (OSError, ValueError):
        return None
    names = [name for name in sorted(found) if text.printable(name) == name]
    return f"{above}{slash}{names[0]}/" if names else None


class FolderSuggester(Suggester):
    """Suggests folders behind what is typed; they are looked for in a thread."""

    def __init__(self, folder: Path) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._folder = folder

    async def get_suggestion(self, value: str) -> str | None:
        """The whole line with a folder's name at its end, or None."""
        return await asyncio.to_thread(follow, value, self._folder)


def _ending(chosen: Format) -> str:
    return "/" if chosen.holds_pictures else chosen.endings[0]
