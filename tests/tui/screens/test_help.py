from __future__ import annotations

import pytest

from storyflow_tui.config import Settings
from storyflow_tui.tui.keymap import APP, SCREENS, Key
from storyflow_tui.tui.look import palette
from storyflow_tui.tui.screens.help import HelpScreen, balanced, help_lines, shown_keys
from storyflow_tui.tui.screens.help_found import found_lines, matches
from tests.tui.conftest import Editor
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


async def opened(editor: Editor) -> None:
    await editor.press("question_mark")
    await editor.until(lambda: isinstance(editor.app.screen, HelpScreen))


async def test_slash_shows_only_the_keys_with_these_words(open_stories: Stage) -> None:
    async with open_stories(size=(80, 24)) as editor:
        await opened(editor)
        await editor.press("slash", *"story r")
        await editor.shows("rename the story", "projects.rename", "of ")
        assert "every command by name" not in editor.text
        assert editor.lines[-1].startswith("▌     story r")
        await editor.press(*["backspace"] * 7, *"jqk?/")
        await editor.shows("“jqk?/” is in no key of this screen.", "0 of ")


async def test_enter_keeps_what_is_found_and_escape_shows_all_then_leaves(
    open_stories: Stage,
) -> None:
    async with open_stories() as editor:
        below = editor.app.screen
        await opened(editor)
        await editor.press("slash", *"undo", "enter")
        await editor.shows("projects.undo", "esc shows all", "/ find")
        await editor.press("escape")
        await editor.shows("open the story", "made from the bindings")
        await editor.press("slash", *"undo", "escape")
        await editor.shows("open the story", "made from the bindings", "/ find")
        await editor.press("escape")
        await editor.until(lambda: editor.app.screen is below)


async def test_a_key_is_found_by_its_name_and_by_its_id(open_stories: Stage) -> None:
    settings = Settings(keys={"projects.new": "f5"})
    async with open_stories(settings=settings) as editor:
        await opened(editor)
        await editor.press("slash", *"F5")
        await editor.shows("new story", "1 of ")
        await editor.press(*["backspace"] * 2, *"projects.dele")
        await editor.shows("delete the story", "1 of ")


async def test_what_is_found_scrolls_too_while_it_is_typed(open_stories: Stage) -> None:
    async with open_stories(size=(60, 20)) as editor:
        await opened(editor)
        await editor.press("slash", "e")
        await editor.shows("open the story", "more")
        await editor.press("pagedown", "down")
        await editor.shows("↑")
        assert "open the story" not in editor.text
        await editor.press("n")
        await editor.shows("open the story")


@pytest.mark.parametrize("width", [60, 80, 100, 120, 160])
def test_every_match_is_marked_and_no_line_is_too_wide(width: int) -> None:
    colours = palette("dark")
    shown = {key.id: shown_keys(key, {}) for key in KEYS}
    lines = found_lines(KEYS, shown, "segm e", width - 8, colours)
    assert lines
    for line in lines:
        assert sum(segment.cell_length for segment in line) <= width - 8
        for segment in line:
            underlined = bool(segment.style and segment.style.underline)
            assert underlined == (segment.text.lower() in ("segm", "e")), segment


def test_of_several_words_each_has_to_be_somewhere() -> None:
    lock = next(key for key in KEYS if key.id == "timeline.lock")
    assert matches(lock, "l", "LOCK prompt")
    assert matches(lock, "l", "l")
    assert not matches(lock, "l", "lock nothing")
    assert matches(lock, "l", "")


def test_a_heading_stands_once_over_all_of_its_keys() -> None:
    shown = {key.id: shown_keys(key, {}) for key in KEYS}
    lines = found_lines(KEYS, shown, "e", 100, palette("dark"))
    headings = [
        "".join(one.text for one in line) for line in lines if line and line[0].text[0] != " "
    ]
    groups = [line for line in headings if line in {key.group for key in KEYS}]
    assert len(groups) == len(set(groups))
