"""Draws every screen anew: `python -m tests.pictures [FOLDER]`.

The real editor on the sample stories, in a home of its own; one SVG a state (`tests/states.py`),
size and theme, cell by cell (`tests/screens.py`).
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import tempfile
from pathlib import Path

from storyflow_tui import transfer
from storyflow_tui.config import Settings
from storyflow_tui.library import Library
from storyflow_tui.tui.app import StoryflowApp
from tests.screens import write_svg
from tests.states import PREPARED, SCREENS, rest, shows

SIZES = {"120x40": (120, 40), "80x24": (80, 24), "100x30": (100, 30)}
THEMES = ("dark", "light")

ALSO_LIGHT = (
    "timeline",
    "editing",
    "marked",
    "picker",
    "pairs",
    "find",
    "read-through",
    "stories",
    "import",
    "conflict",
    "history",
    "help",
)
"""What is kept in the light theme, too; everything is kept in the dark one, in both sizes."""


def kept() -> list[tuple[str, str, str]]:
    """State, size and theme of what lies in `.github/screens/`."""
    dark = [(state, size, "dark") for state in SCREENS for size in ("120x40", "80x24")]
    return dark + [(state, size, "light") for state in ALSO_LIGHT for size in ("120x40", "80x24")]


def main() -> None:
    """Draw what is kept, or with --all every state in every size and theme."""
    parser = argparse.ArgumentParser(prog="python -m tests.pictures", description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=Path(".github/screens"))
    parser.add_argument("--all", action="store_true", help="every screen, size and theme")
    parser.add_argument("--only", default="", help="screens whose name starts like this")
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    every = [(state, size, theme) for state in SCREENS for size in SIZES for theme in THEMES]
    with tempfile.TemporaryDirectory() as home:
        os.environ["HOME"] = home
        for name in ("CONFIG", "DATA", "STATE", "CACHE"):
            os.environ[f"XDG_{name}_HOME"] = str(Path(home) / name.lower())
        os.environ.pop("NO_COLOR", None)
        os.environ["COLORTERM"] = "truecolor"
        for state, size, theme in every if given.all else kept():
            if state.startswith(given.only):
                target = given.folder / f"{state}-{size}-{theme}.svg"
                asyncio.run(_draw(state, size, theme, Path(home), target))
                print(target, flush=True)


async def _draw(state: str, size: str, theme: str, home: Path, target: Path) -> None:
    with Library.open(_stories(home)) as library:
        lamp = next(one.id for one in library.projects.list() if one.title == "The Lamp")
        if prepare := PREPARED.get(state):
            prepare(library)
        there = any(one.id == lamp for one in library.projects.list())
        app = StoryflowApp(library, Settings(theme=theme), project_id=lamp if there else None)
        async with app.run_test(size=SIZES[size]) as pilot:
            if there:
                await shows((app, pilot), "The Lamp")
            await SCREENS[state]((app, pilot))
            await rest((app, pilot))
            write_svg(app, target)


def _stories(home: Path) -> Path:
    """A library with the samples, the same for every picture; what the one before left is gone."""
    first, folder = home / "first", home / "stories"
    if not first.exists():
        with Library.open(first) as library:
            for path in sorted(transfer.samples(), key=lambda path: path.parent.name == "the-lamp"):
                transfer.import_file(library, path)
    shutil.rmtree(folder, ignore_errors=True)
    shutil.rmtree(home / "state", ignore_errors=True)
    return Path(shutil.copytree(first, folder))


if __name__ == "__main__":
    main()
