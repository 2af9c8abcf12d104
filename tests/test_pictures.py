"""The pictures of the screens: every state is drawn, and those that the README shows are there."""

from __future__ import annotations

import re
from pathlib import Path

from tests.pictures import kept
from tests.states import PREPARED, SCREENS

_HERE = Path(__file__).parent.parent


def test_every_state_lies_in_both_sizes_among_the_pictures() -> None:
    there = {path.name for path in (_HERE / ".github" / "screens").iterdir()}
    assert there == {f"{state}-{size}-{theme}.svg" for state, size, theme in kept()}
    assert PREPARED.keys() <= SCREENS.keys()


def test_the_pictures_of_the_readme_are_there() -> None:
    shown = re.findall(r"!\[[^]]+\]\(([^)]+)\)", (_HERE / "README.md").read_text("utf-8"))
    assert len(shown) >= 6
    assert [path for path in shown if not (_HERE / path).is_file()] == []
