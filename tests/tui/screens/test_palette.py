from __future__ import annotations

from collections.abc import Callable

from storyflow_tui.library import Library
from storyflow_tui.story import Story, StorySegment
from storyflow_tui.tui.keymap import PROJECTS
from storyflow_tui.tui.screens.palette import Palette, commands
from storyflow_tui.tui.widgets.sheet import LineInput
from tests.tui.conftest import Editor, Opener
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


async def test_segments_are_found_by_their_words_and_gone_to(open_story: Opener) -> None:
    async with open_story(30) as editor:
        await opened(editor)
        await editor.press(*"17 narr")
        await editor.shows("Segment 17   Narration 17.", "prompt 17")
        await editor.press("enter")
        await editor.until(lambda: editor.cursor == 17)
        assert editor.app.screen is editor.screen


async def test_a_number_is_a_position(open_story: Opener) -> None:
    async with open_story(story=Story("Words", [StorySegment("No figures.")] * 30)) as editor:
        await opened(editor)
        await editor.press(*"23")
        await editor.shows("Segment 23   No figures.")
        await editor.press("enter")
        await editor.until(lambda: editor.cursor == 23)


async def test_actions_come_before_segments(open_story: Opener) -> None:
    segments = [StorySegment("Undo it all."), StorySegment("undo")]
    async with open_story(story=Story("Undo", segments)) as editor:
        await opened(editor)
        await editor.press(*"undo")
        await editor.shows("Segment 1   Undo it all.", "Segment 2   undo", "Take back the newest")
        rows = [line for line in editor.lines if "Undo" in line or "Segment" in line]
        assert [("Segment" in row) for row in rows[-3:]] == [False, True, True]


async def test_no_more_segments_are_offered_than_fit(open_story: Opener) -> None:
    async with open_story(60) as editor:
        await opened(editor)
        await editor.press(*"narration")
        await editor.shows("Segment 1   Narration 1.")
        await editor.press("ctrl+end")
        await editor.shows("Segment 10   Narration 10.")
        assert "Segment 11" not in editor.text


async def test_stories_are_found_in_their_list(library: Library, open_stories: Stage) -> None:
    for title in ("The Lamp", "Night Train", "The Night Ferry"):
        library.projects.create(title)
    async with open_stories() as editor:
        await opened(editor)
        await editor.press(*"night the")
        await editor.shows("Open “The Night Ferry”")
        await editor.press("enter")
        await editor.shows("No segments yet")
