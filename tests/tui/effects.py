"""What a key does, as tests tell it: the key, what is seen once it is pressed, and its way there.

A step fails when its effect is there before the key is pressed, so that a key without one fails.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import groupby
from typing import Any, NamedTuple, cast

from textual.widgets import OptionList, TextArea

from storyflow_tui.records import SegmentRecord
from storyflow_tui.tui.widgets.rows import Rows
from tests.tui.conftest import Editor

Effect = Callable[[Editor], object]
Way = Sequence[str | Effect]
"""Keys to press, and between them what is waited for (or done, by one that is so at once)."""


class Step(NamedTuple):
    """A key that is pressed, after others if need be, and what is so then and not before."""

    key: str
    effect: Effect
    before: Way = ()
    after: Way = ()


async def walk(editor: Editor, steps: Sequence[Step]) -> None:
    """Press the key of each step, in order, and wait for what it does."""
    for number, (key, effect, before, after) in enumerate(steps, 1):
        try:
            await _go(editor, before)
            assert not effect(editor), f"it is so already; the screen shows\n{editor.text}"
            await _go(editor, [key, effect])
            await _go(editor, after)
        except AssertionError as failure:
            raise AssertionError(f"step {number}, {key}: {failure}") from None


async def _go(editor: Editor, way: Way) -> None:
    for is_key, run in groupby(way, lambda one: isinstance(one, str)):
        if is_key:
            await editor.press(*cast("Iterator[str]", run))
            continue
        for one in cast("Iterator[Effect]", run):
            await editor.until(partial(one, editor), tries=300)


def other() -> Effect:
    """The screen shows something else than when this was asked first."""
    seen: list[str] = []

    def is_other(editor: Editor) -> bool:
        seen.append(editor.text)
        return seen[0] != seen.pop() if len(seen) > 1 else False

    return is_other


def reads(words: str) -> Effect:
    """A line of the screen has these words, whatever blanks are between them."""
    return lambda editor: any(words in " ".join(line.split()) for line in editor.lines)


def row(index: int) -> Effect:
    """The bar of a list is on this row, counted from the end where it is negative."""

    def is_there(editor: Editor) -> bool:
        rows = editor.app.screen.query_one(Rows)
        count = len(rows.source or ())
        return count > 0 and rows.cursor == index % count

    return is_there


def focused(kind: str) -> Effect:
    """A widget of this class, or with this id, has the focus."""

    def has_it(editor: Editor) -> bool:
        widget = editor.app.focused
        return kind in (type(widget).__name__, widget.id if widget else None)

    return has_it


def scrolled(up: bool) -> Effect:
    """More stands above than is shown, or nothing more."""
    return lambda editor: bool(re.search(r"↑ \d+ more", editor.text)) == up


def highlighted(index: int) -> Effect:
    """The bar of the palette is on this command, counted from the end where it is negative."""

    def is_there(editor: Editor) -> bool:
        found = editor.app.screen.query_one(OptionList)
        return bool(found.option_count) and found.highlighted == index % found.option_count

    return is_there


def text(*words: str) -> Effect:
    """The screen shows these words."""
    return lambda editor: all(word in editor.text for word in words)


def gone(word: str) -> Effect:
    """The screen shows this no more."""
    return lambda editor: word not in editor.text


def bar(word: str) -> Effect:
    """The bar stands at a line with this word."""
    return lambda editor: any(
        line.startswith("▌") and word in " ".join(line.split()) for line in editor.lines
    )


def at(position: int) -> Effect:
    """The bar of the timeline is on this card."""
    return lambda editor: editor.cursor == position


def opened(screen: str) -> Effect:
    """A screen of this class is on top."""
    return lambda editor: type(editor.app.screen).__name__ == screen


def stored(holds: Callable[[list[SegmentRecord]], object]) -> Effect:
    """This holds of the segments in the library."""
    return lambda editor: holds(editor.segments)


def first(*narrations: str) -> Effect:
    """The story in the library begins with these narrations."""
    return lambda editor: editor.texts[: len(narrations)] == list(narrations)


def copied(words: str) -> Effect:
    """This is in the clipboard."""
    return lambda editor: editor.app.clipboard == words


def cursor(row: int, column: int) -> Effect:
    """The cursor of the field stands here."""
    return lambda editor: field(editor).cursor_location == (row, column)


def selected(words: str) -> Effect:
    """This is selected in the field."""
    return lambda editor: field(editor).selected_text == words


def line(number: int, words: str) -> Effect:
    """A line of the field reads so."""
    return lambda editor: field(editor).document.get_line(number) == words


def field(editor: Editor) -> TextArea:
    """The field that has the focus."""
    focused: Any = editor.app.focused
    assert isinstance(focused, TextArea)
    return focused


def moves(*way: str | Effect) -> list[Step]:
    """The keys that move the bar of a list of three rows and more, from the first and back."""
    return [
        Step("j", row(1), way),
        Step("down", row(2)),
        Step("k", row(1)),
        Step("up", row(0)),
        Step("G", row(-1)),
        Step("g", row(0)),
        Step("end", row(-1)),
        Step("home", row(0)),
        Step("pagedown", lambda editor: not row(0)(editor)),
        Step("pageup", row(0)),
    ]


def scrolls(*way: str | Effect) -> list[Step]:
    """The keys that scroll a page, from its start and back."""
    return [
        Step("j", scrolled(True), way),
        Step("down", other()),
        Step("k", other()),
        Step("up", scrolled(False)),
    ]


def leaves(keys: Sequence[str], *way: str | Effect, to: str = "TimelineScreen") -> list[Step]:
    """The keys that go back to the screen below; `way` leads to the one that is left."""
    return [Step(key, opened(to), way) for key in keys]
