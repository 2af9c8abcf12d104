from __future__ import annotations

from collections.abc import Callable

from storyflow_tui.library import Library
from storyflow_tui.story import Story
from storyflow_tui.tui.keymap import PROJECTS
from storyflow_tui.tui.screens.palette import Palette, commands
from storyflow_tui.tui.widgets.sheet import LineInput
from tests.tui.conftest import Editor
from tests.tui.screens.conftest import Stage


async def opened(editor: Editor) -> None:
    await editor.press("ctrl+p")
    await editor.until(lambda: isinstance(editor.app.screen, Palette))


async def test_every_action_of_the_screen_is_listed(open_stories: Stage) -> None:
    async with open_stories() as editor:
        found = {command.key.id for command in commands(editor.app.screen)}
        assert {key.id for key in PROJECTS} <= found
        assert "app.help" in found
        assert "app.palette" not in found
        await opened(editor)
        await editor.shows("Open the story", "Make an empty story; its title is asked for.")


async def test_letters_find_an_action_and_enter_runs_it(
    library: Library, open_stories: Stage, sample_story: Callable[[int], Story]
) -> None:
    library.projects.import_story(sample_story(2))
    async with open_stories() as editor:
        await opened(editor)
        await editor.press(*"rename")
        await editor.until(lambda: "Open the story" not in editor.text)
        await editor.shows("Rename the story")
        await editor.press("enter")
        await editor.until(lambda: isinstance(editor.app.screen, LineInput))
        await editor.shows("The Lamp")


async def test_actions_of_the_app_run_too(open_stories: Stage) -> None:
    async with open_stories() as editor:
        await opened(editor)
        await editor.press(*"this help")
        await editor.until(lambda: "Open the story" not in editor.text)
        await editor.press("enter")
        await editor.shows("Help   stories")


async def test_escape_leaves_without_running_anything(open_stories: Stage) -> None:
    async with open_stories() as editor:
        below = editor.app.screen
        await opened(editor)
        await editor.press("escape")
        await editor.until(lambda: editor.app.screen is below)


async def test_it_fits_a_small_screen(open_stories: Stage) -> None:
    async with open_stories(size=(80, 24)) as editor:
        await opened(editor)
        await editor.shows("Open the story")
        assert max(map(len, editor.lines)) <= 80
        await editor.press("down", "down", "up", "enter")
        await editor.until(lambda: isinstance(editor.app.screen, LineInput))
