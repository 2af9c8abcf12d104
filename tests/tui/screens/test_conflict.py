from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from storyflow_tui.tui.screens.conflict import ConflictScreen
from storyflow_tui.tui.screens.help import HelpScreen
from storyflow_tui.tui.widgets import unasked
from tests.screens import cell_at
from tests.tui.conftest import Editor
from tests.tui.screens.conftest import Stage

MINE = "She read it twice, under the arcade."
THEIRS = "She read it under the arcade, and left."


def conflict(mine: str = MINE, theirs: str = THEIRS, field: str = "text_content") -> ConflictScreen:
    return ConflictScreen("The Lamp", 5, field, mine, theirs, datetime(2026, 1, 2, tzinfo=UTC))


def place(editor: Editor, words: str) -> tuple[int, int]:
    row = next(at for at, line in enumerate(editor.lines) if words in line)
    return editor.lines[row].index(words), row


async def test_both_texts_stand_side_by_side_with_their_keys(open_stories: Stage) -> None:
    async with open_stories(conflict()) as editor:
        await editor.shows(MINE, THEIRS, "m  keep mine", "t  take theirs")
        assert place(editor, MINE)[1] == place(editor, THEIRS)[1]
        assert "segment 5" in editor.lines[0]
        assert editor.lines[0].endswith("! not saved: changed elsewhere")


async def test_they_stand_above_each_other_where_it_is_narrow(open_stories: Stage) -> None:
    async with open_stories(conflict(), size=(80, 24)) as editor:
        await editor.shows(MINE, THEIRS, "m  keep mine", "t  take theirs")
        assert place(editor, MINE) == (6, 8)
        assert place(editor, THEIRS) == (6, 17)


async def test_differing_words_are_bold_underlined_and_accented(open_stories: Stage) -> None:
    async with open_stories(conflict()) as editor:
        await editor.shows(MINE)
        x, y = place(editor, "twice")
        _, style = cell_at(editor.app, x, y)
        assert style.bold
        assert style.underline
        _, same = cell_at(editor.app, *place(editor, "She read"))
        assert not same.underline


@pytest.mark.parametrize(
    ("key", "answer"), [("m", "mine"), ("t", "theirs"), ("b", "both"), ("escape", None)]
)
async def test_each_key_gives_its_answer(key: str, answer: str | None, open_stories: Stage) -> None:
    answers: list[Any] = []
    async with open_stories(conflict(), answers=answers) as editor:
        await editor.press(key)
        await editor.until(lambda: answers)
        assert answers == [answer]


@pytest.mark.parametrize("key", ["m", "t", "b", "escape"])
async def test_a_key_pressed_as_it_opens_is_no_answer_and_none_is_shown(
    key: str, open_stories: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    monkeypatch.setattr(unasked, "RESTS", 0.5)
    monkeypatch.setattr(unasked, "clock", lambda: now[0])
    answers: list[Any] = []
    async with open_stories(conflict(), answers=answers) as editor:
        await editor.shows(MINE, THEIRS)
        now[0] = 0.4
        await editor.press(key)
        now[0] = 0.8  # the key before was no rest
        await editor.press(key)
        assert "keep mine" not in editor.text
        assert not answers
        now[0] = 1.4
        await editor.shows("m  keep mine", "t  take theirs")
        await editor.press(key)
        await editor.until(lambda: answers)


async def test_long_texts_scroll_and_their_keys_stand_in_the_hint_line(
    open_stories: Stage,
) -> None:
    lines = "\n".join(f"Line {number} of it." for number in range(40))
    async with open_stories(conflict(lines, lines + " More."), size=(80, 24)) as editor:
        await editor.shows("Line 0 of it.", "m keep mine", "t take theirs")
        assert editor.text.count("more") == 2
        await editor.press("j", "down", "j")
        await editor.shows("↑ 4 more")
        assert "Line 3 of it." not in editor.text
        await editor.press("k", "up", "k")
        await editor.shows("Line 0 of it.")


async def test_a_prompt_is_called_by_its_name(open_stories: Stage) -> None:
    async with open_stories(conflict(field="image_prompt")) as editor:
        await editor.shows("Someone else changed this image prompt while you were typing.")


async def test_control_characters_are_drawn_as_signs(open_stories: Stage) -> None:
    async with open_stories(conflict("a\x1b[2Jb [bold]x[/]", "a\u202eb")) as editor:
        await editor.shows("a␛[2Jb [bold]x[/]", "a·b")


async def test_texts_of_a_megabyte_are_shown_in_part(open_stories: Stage) -> None:
    long = "word " * 200_000
    async with open_stories(conflict(long, long + "more")) as editor:
        await editor.until(lambda: "word word" in editor.text, tries=3000)
        await editor.press("m")


async def test_help_names_the_keys_of_the_conflict(open_stories: Stage) -> None:
    async with open_stories(conflict()) as editor:
        await editor.press("question_mark")
        await editor.until(lambda: isinstance(editor.app.screen, HelpScreen))
        await editor.shows("take theirs", "decide later")
