from __future__ import annotations

import pytest
from textual.app import App
from textual.widgets import Input

from storyflow_tui.tui.look import palette
from storyflow_tui.tui.widgets.hint_line import HintLine
from storyflow_tui.tui.widgets.sheet import LineInput, Question
from storyflow_tui.tui.widgets.timeline import Timeline
from tests.screens import cell_at, screen_text
from tests.tui.widgets.stage import Cards, Stage

LINES = [
    "“Nothing answered. Only the night train crossed the viaduct, late…”",
    "night-train.png goes to the trash for 30 days; u brings both back.",
]


def delete() -> Question:
    return Question("Delete segment 4?", LINES, "delete")


class Below(Stage):
    CSS = "Timeline { margin: 1 0 0 0; }"

    def __init__(self) -> None:
        self.timeline = Timeline(Cards(12))
        super().__init__(self.timeline, HintLine())
        self.answers: list[object] = []


async def test_a_question_rises_from_the_hint_line() -> None:
    app = Below()
    async with app.run_test(size=(80, 24)) as pilot:
        app.timeline.move_cursor(3)
        app.push_screen(delete(), app.answers.append)
        await pilot.pause()
        rows = [row.rstrip() for row in screen_text(app)]
        assert rows[17:] == [
            "",
            "▌     Delete segment 4?",
            f"▌     {LINES[0]}",
            f"▌     {LINES[1]}",
            "▌",
            f"▌      n keep it    y delete{'enter keeps':>50}",
            "",
        ]
        # The card that it asks about stands above it, neither dimmed nor in part.
        assert rows[12].startswith("▌   4 ")
        _, narration = cell_at(app, 22, 12)
        assert narration.color is not None
        assert narration.bgcolor is not None
        assert narration.color.name == palette("dark").text.lower()
        assert narration.bgcolor.name == palette("dark").ground.lower()
        _, answer = cell_at(app, 7, 22)
        assert answer.bgcolor is not None
        assert answer.bgcolor.name == palette("dark").text.lower()
        _, bar = cell_at(app, 0, 18)
        assert bar.color is not None
        assert bar.color.name == palette("dark").danger.lower()


@pytest.mark.parametrize(
    ("key", "answer"), [("n", False), ("enter", False), ("escape", False), ("y", True)]
)
async def test_answers(key: str, answer: bool) -> None:
    app = Below()
    async with app.run_test(size=(80, 24)) as pilot:
        app.push_screen(delete(), app.answers.append)
        await pilot.pause()
        await pilot.press("x", "j", "d", key)
        await pilot.pause()
        await pilot.pause()
        assert app.answers == [answer]
        assert app.timeline.page_size == 4


async def test_the_view_below_is_as_before_afterwards() -> None:
    app = Below()
    async with app.run_test(size=(80, 24)) as pilot:
        app.timeline.move_cursor(3)
        await pilot.pause()
        before = screen_text(app)
        app.push_screen(delete())
        await pilot.pause()
        await pilot.press("n")
        await pilot.pause()
        await pilot.pause()
        assert screen_text(app) == before


@pytest.mark.parametrize("width", [60, 66, 73, 80, 97, 120, 200])
async def test_a_question_of_any_length_fits(width: int) -> None:
    app = Below()
    async with app.run_test(size=(width, 24)) as pilot:
        question = Question(
            "Delete the story “Fog” and all? Delete “A Field Guide to Fog and its many relatives”? "
            * 2,
            ["“灯台の光が消えた夜、海は静かだった。” " * 9, "Facts \x1b[31m about it, " * 30],
            "delete",
        )
        app.push_screen(question)
        await pilot.pause()
        rows = screen_text(app)
        assert "n keep it" in rows[22]
        assert all("\x1b" not in row for row in rows)
        first = next(n for n, row in enumerate(rows) if "Delete the story" in row)
        assert 8 <= 23 - first <= 10
        assert all(row.startswith("▌     ") for row in rows[first:23])


async def test_a_line_of_input() -> None:
    app = Below()
    async with app.run_test(size=(120, 40)) as pilot:
        sheet = LineInput("Rename the story", "The Lamp", limit=200, accept="rename")
        app.push_screen(sheet, app.answers.append)
        await pilot.pause()
        await pilot.press(*" at", "space", *"Skerry")
        await pilot.pause()
        rows = [row.rstrip() for row in screen_text(app)]
        assert rows[33:] == [
            "",
            "▌     Rename the story",
            "▌     The Lamp at Skerry",
            "▌     18 of 200 characters",
            "▌",
            "▌     enter rename   esc leave it as it was",
            "",
        ]
        await pilot.press("enter")
        await pilot.pause()
        assert app.answers == ["The Lamp at Skerry"]


@pytest.mark.parametrize("key", ["escape", "ctrl+c"])
async def test_a_line_can_be_left(key: str) -> None:
    app = Below()
    async with app.run_test(size=(80, 24)) as pilot:
        app.push_screen(LineInput("Rename the story", "The Lamp"), app.answers.append)
        await pilot.pause()
        await pilot.press("x", key)
        await pilot.pause()
        assert app.answers == [None]


async def test_a_line_that_cannot_be_taken_says_why_until_it_changes() -> None:
    app = Below()
    async with app.run_test(size=(80, 24)) as pilot:
        sheet = LineInput(
            "New story",
            check=lambda title: None if title.strip() else "A title cannot be empty",
            note="one line, 200 characters",
        )
        app.push_screen(sheet, app.answers.append)
        await pilot.pause()
        assert "one line, 200 characters" in screen_text(app)[20]
        await pilot.press("enter")
        await pilot.pause()
        assert "! A title cannot be empty" in screen_text(app)[20]
        assert app.answers == []
        await pilot.press("a")
        await pilot.pause()
        assert "one line" in screen_text(app)[20]
        await pilot.press("enter")
        await pilot.pause()
        assert app.answers == ["a"]


async def test_a_refused_line_says_why_also_when_it_was_typed_at_once() -> None:
    app = Below()
    async with app.run_test(size=(80, 24)) as pilot:
        sheet = LineInput("To position", check=lambda value: "There is none", note="a number")
        app.push_screen(sheet, app.answers.append)
        await pilot.pause()
        for key in ("9", "9", "enter"):
            app.simulate_key(key)
        await pilot.pause()
        await pilot.pause()
        assert "! There is none" in screen_text(app)[20]


async def test_what_is_pasted_into_a_line_is_sent_as_signs() -> None:
    app = Below()
    async with app.run_test(size=(80, 24)) as pilot:
        sheet = LineInput("Rename the story", "a\x1b[31mb")
        app.push_screen(sheet)
        await pilot.pause()
        line = sheet.query_one(Input)
        line.insert_text_at_cursor("\x1b]0;title\x07 \x9b c")
        await pilot.pause()
        assert all(ord(character) >= 32 for row in screen_text(app) for character in row)


def test_the_sheets_are_screens_of_any_app() -> None:
    assert issubclass(Below, App)
    assert Question.BINDINGS
    assert LineInput.BINDINGS
