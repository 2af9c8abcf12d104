"""Each key of each screen's table is pressed once, and what it does is seen."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import pytest
from PIL import Image

from storyflow_tui.library import Library
from storyflow_tui.story import Story, StorySegment
from storyflow_tui.tui import rehearsal
from storyflow_tui.tui.keymap import APP, SCREENS
from storyflow_tui.tui.screens import rehearse
from tests.tui.conftest import Opener
from tests.tui.effects import walk
from tests.tui.key_steps import FIELDS, LONG, SIZES, TABLES
from tests.tui.screens.hand_clock import HandClock

NAMES = {"everywhere": APP, **SCREENS}


@pytest.mark.parametrize("name", NAMES)
def test_every_key_of_the_table_has_a_step_here(name: str) -> None:
    bound = {one for key in NAMES[name] for one in key.names}
    pressed = {step.key for step in TABLES.get(name, [])}
    assert pressed >= bound, sorted(bound - pressed)


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """A folder with a picture for each of the first segments."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number in range(1, 6):
        Image.new("RGB", (8, 6), (99, number, 9)).save(folder / f"lamp-{number}.png")
    return folder


@pytest.mark.parametrize("name", TABLES)
async def test_every_key_does_what_it_says(
    name: str,
    open_story: Opener,
    library: Library,
    pictures: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    program = "import sys; open(sys.argv[-1], 'w').write('Written outside.')"
    monkeypatch.setenv("VISUAL", shlex.join([sys.executable, "-c", program]))
    monkeypatch.setattr(rehearsal, "CLOCK", HandClock())
    monkeypatch.setattr(rehearse, "TICK", 0.01)
    for another in ("Fog", "Ferry", "Harbour", "Gulls"):
        library.projects.import_story(Story(another, [StorySegment("One.")]))
    ordinary = [*(f"Narration {n}." for n in range(1, 12)), LONG]
    narrations = [FIELDS] if name == "field" else ordinary
    image = str(pictures / "lamp-1.png")
    segments = [
        StorySegment(narration, f"prompt {n}", image if n == 1 else None)
        for n, narration in enumerate(narrations, 1)
    ]
    title = "The Lamp, " * 18 if name == "page" else "The Lamp"
    size = SIZES.get(name, (120, 40))
    async with open_story(story=Story(title, segments), size=size) as editor:
        editor.app.last_image_folder = pictures
        await walk(editor, TABLES[name])
