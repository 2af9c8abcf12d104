"""A line to type into has the keys of a field, and keeps control characters out."""

from __future__ import annotations

import pytest
from rich.cells import cell_len
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


async def test_the_cursor_is_seen_at_every_place_of_an_odd_line() -> None:
    line = Line()
    async with Stage(line).run_test(size=(60, 3)) as pilot:
        line.focus()
        line.value = "a👨\u200d👩\u200d👧 e\u0301 ☁\ufe0f 🇩🇪 नि\u200d"
        await pilot.press("home")
        cursor = line.get_component_rich_style("input--cursor")
        for place in range(len(line.value) + 1):
            strip = line.render_line(0)
            seen = [one.text for one in strip if one.style and one.style.bgcolor == cursor.bgcolor]
            assert len(seen) == 1, place
            assert cell_len(seen[0]) in (1, 2), place
            assert not set(strip.text) & set("\u200d\ufe0f")
            await pilot.press("right")


async def test_a_click_puts_the_cursor_on_the_character_that_is_drawn_there() -> None:
    line = Line()
    async with Stage(line).run_test(size=(60, 3)) as pilot:
        line.value = "👨\u200d👩\u200d👧x"
        x, y = line.content_region.offset
        await pilot.click(offset=(x + 6, y))
        assert line.value[line.cursor_position] == "x"
