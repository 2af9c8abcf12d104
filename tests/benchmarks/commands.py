"""Commands as whole processes against the imports that they cannot do without.

All are run with their bytecode at hand, as an installed package has it.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from storyflow_tui.library import Library
from tests.benchmarks.figures import Figure, best
from tests.benchmarks.library import story


def figures(folder: Path) -> Iterator[Figure]:
    """All figures of this part."""
    with Library.open(folder / "library") as library:
        for _ in range(7):
            library.projects.import_story(story(20))
    # Of its own, so that neither the environment nor who installed what makes a difference.
    os.environ["PYTHONPYCACHEPREFIX"] = str(folder / "bytecode")
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    python = [sys.executable]
    storyflow = [*python, "-m", "storyflow_tui", "--library", str(folder / "library")]
    floor = best(lambda _: _run([*python, "-c", "import click, peewee"]))
    ours = best(lambda _: _run([*storyflow, "project", "list"]))
    yield Figure("storyflow project list", ours, floor, "ms", "import click, peewee")
    floor = best(lambda _: _run([*python, "-c", "import click"]))
    ours = best(lambda _: _run([*storyflow, "--help"]))
    yield Figure("storyflow --help", ours, floor, "ms", "import click")


def _run(command: list[str]) -> None:
    subprocess.run(command, check=True, capture_output=True)
