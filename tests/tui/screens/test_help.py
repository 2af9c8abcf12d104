from __future__ import annotations

import pytest

from storyflow_tui.config import Settings
from storyflow_tui.tui.keymap import APP, SCREENS, Key
from storyflow_tui.tui.look import palette
from storyflow_tui.tui.screens.help import HelpScreen, balanced, help_lines, shown_keys
from tests.tui.screens.conftest import Stage

KEYS = [*SCREENS["timeline"], *APP]


def words(width: int) -> list[str]:
    lines = help_lines(KEYS, {}, width, palette("dark"))
    return ["".join(segment.text for segment in line) for line in lines]


@pytest.mark.parametrize("width", [60, 80, 100, 120, 160])
def test_every_key_of_the_table_is_there_and_no_line_is_too_wide(width: int) -> None:
    lines = words(width)
    for key in KEYS:
        assert any(key.description in line for line in lines), key.id
    assert max(map(len, lines)) <= width - 8


def test_columns_are_as_low_as_they_can_be() -> None:
    assert balanced([5, 1, 1, 5], 2) == [(0, 2), (2, 4)]
    assert balanced([9, 1, 1], 3) == [(0, 1), (1, 3)]
    assert balanced([], 2) == [(0, 0)]


def test_keys_of_the_settings_stand_in_place_of_the_tables() -> None:
    key = Key("a.b", "ctrl+s", "c", "d", "e", "f", label="^S")
    assert shown_keys(key, {}) == "^S"
    assert shown_keys(key, {"a.b": "f2,ctrl+t"}) == "F2 ^T"


@pytest.mark.parametrize("opening", ["question_mark", "f1"])
@pytest.mark.parametrize("closing", ["escape", "q", "question_mark", "f1"])
async def test_it_opens_over_the_screen_and_goes_back(
    opening: str, closing: str, open_stories: Stage
) -> None:
    async with open_stories() as editor:
        below = editor.app.screen
        await editor.press(opening)
        await editor.until(lambda: isinstance(editor.app.screen, HelpScreen))
        await editor.shows("Help   stories", "rename the story", "Signs", "you are here")
        await editor.press(closing)
        await editor.until(lambda: editor.app.screen is below)


async def test_it_scrolls_where_it_does_not_fit(open_stories: Stage) -> None:
    async with open_stories(size=(60, 20)) as editor:
        await editor.press("question_mark")
        await editor.until(lambda: isinstance(editor.app.screen, HelpScreen))
        await editor.shows("Stories", "↓")
        assert "refused; the words" not in editor.text
        await editor.press(*["j", "down"] * 30)
        await editor.shows("↑", "refused; the words")
        await editor.press(*["k", "up"] * 30)
        await editor.shows("open the story")


async def test_it_says_when_the_settings_made_it(open_stories: Stage) -> None:
    settings = Settings(keys={"projects.new": "a"})
    async with open_stories(settings=settings) as editor:
        await editor.press("question_mark")
        await editor.until(lambda: isinstance(editor.app.screen, HelpScreen))
        await editor.shows("made from your key settings")
        assert any(line.split()[:3] == ["a", "new", "story"] for line in editor.lines)
