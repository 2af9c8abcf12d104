"""A line to type into has the keys of a field, and keeps control characters out."""

from __future__ import annotations

import pytest
from textual import events

from storyflow_tui.tui.widgets.line import Line
from tests.tui.widgets.stage import Stage


@pytest.mark.parametrize(
    ("keys", "value"),
    [
        ("x", "a lamp in fogx"),
        ("ctrl+w", "a lamp in "),
        ("alt+backspace", "a lamp in "),
        ("home,x", "xa lamp in fog"),
        ("ctrl+a,ctrl+k", ""),
        ("ctrl+u", ""),
        ("alt+b,x", "a lamp in xfog"),
        ("ctrl+a,alt+f,ctrl+d", "a amp in fog"),
        ("ctrl+a,alt+d", "lamp in fog"),
        ("ctrl+a,ctrl+e,backspace", "a lamp in fo"),
        ("left,left,delete", "a lamp in fg"),
        ("f7,x", "x"),
        ("shift+home,delete", ""),
        ("shift+left,ctrl+x,home,ctrl+v", "ga lamp in fo"),
    ],
)
async def test_keys_of_a_field_work_in_a_line(keys: str, value: str) -> None:
    line = Line()
    async with Stage(line).run_test() as pilot:
        line.focus()
        line.value = "a lamp in fog"
        await pilot.press("end", *keys.split(","))
        assert line.value == value


async def test_control_characters_stay_out() -> None:
    line = Line()
    async with Stage(line).run_test() as pilot:
        line.focus()
        line.post_message(events.Paste("a\x1b[2Jb\u202e"))
        await pilot.pause()
        assert line.value == "a[2Jb"


async def test_cutting_nothing_leaves_the_clipboard_alone() -> None:
    line = Line()
    async with Stage(line).run_test() as pilot:
        line.focus()
        line.value = "fog"
        pilot.app.copy_to_clipboard("kept")
        await pilot.press("ctrl+x")
        assert pilot.app.clipboard == "kept"
        assert line.value == "fog"
