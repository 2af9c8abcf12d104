"""The hint line of every screen of the running editor, at every width from 60 to 160 columns."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from storyflow_tui.config import Settings
from storyflow_tui.tui.look import palette
from storyflow_tui.tui.screens.conflict import ConflictScreen
from storyflow_tui.tui.widgets.hint_line import HintLine, hint_row
from tests.tui.conftest import Editor, Opener

SCREENS = {
    "the timeline": [],
    "marks": ["space"],
    "a field": ["escape", "e"],
    "the prompt": ["tab"],
    "the help": ["f1"],
    "the history": ["escape", "ctrl+s", "H"],
    "the export": ["q", "x"],
    "its choices": ["down", "tab"],
    "its target": ["tab"],
    "the picker": ["escape", "i"],
    "reading through": ["escape", "v"],
    "a rehearsal": ["q", "t"],
    "the story itself": ["q", "P"],
    "the lengths": ["l"],
    "the stories": ["q", "q", "q"],
    "the import": ["i"],
    "its title": ["tab"],
}


def wrong(editor: Editor) -> list[str]:
    """What is wrong with the hints of the screen that is shown: cut, too wide, or without help."""
    (hints,) = editor.app.screen.query(HintLine)
    whole = [f"{key} {word}" for key, word in hints._hints]
    assert whole
    found = []
    for width in range(60, 161):
        line = hint_row(width, palette("dark"), hints._hints, hints._help)
        text = line.text
        gap = "   " if width >= 100 else "  "
        shown = text.strip().removesuffix(hints._help).strip()
        if line.cell_length != width or not text.rstrip().endswith(hints._help):
            found.append(f"{width}: {text}")
        if not shown or shown not in [gap.join(whole[:count]) for count in range(len(whole) + 1)]:
            found.append(f"{width}: {text}")
    return found


async def _at_every_screen(open_story: Opener, folder: Path, settings: Settings) -> None:
    async with open_story(3, settings=settings) as editor:
        editor.app.last_image_folder = folder
        for name, keys in SCREENS.items():
            await editor.press(*keys)
            await editor.pilot.pause()
            assert wrong(editor) == [], name
        editor.app.push_screen(
            ConflictScreen("The Lamp", 1, "narration", "mine", "theirs", datetime.now(UTC))
        )
        await editor.until(lambda: editor.app.screen.query(HintLine))
        assert wrong(editor) == [], "a conflict"


async def test_hints_fit_every_width_on_every_screen(open_story: Opener, tmp_path: Path) -> None:
    await _at_every_screen(open_story, tmp_path, Settings())


@pytest.mark.long
async def test_hints_fit_with_long_keys_of_the_settings_too(
    open_story: Opener, tmp_path: Path
) -> None:
    keys = {"timeline.undo": "alt+backspace", "editor.next_field": "tab,f5", "history.copy": "f11"}
    await _at_every_screen(open_story, tmp_path, Settings(keys=keys))


async def test_the_last_row_of_the_screen_is_the_hint_line_at_each_size(
    open_story: Opener,
) -> None:
    async with open_story(3, size=(60, 24)) as editor:
        for width in (60, 79, 80, 99, 100, 111, 112, 139, 140, 160):
            await editor.pilot.resize_terminal(width, 24)
            await editor.until(lambda wide=width: len(editor.lines[-1]) == wide - 2)  # type: ignore[misc]
            assert editor.lines[-1].startswith("  e narration")
            assert editor.lines[-1].endswith("? help")
