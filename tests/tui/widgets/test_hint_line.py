from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storyflow_tui.tui.keymap import SCREENS, TIMELINE, key_name
from storyflow_tui.tui.look import palette
from storyflow_tui.tui.widgets import hint_line
from storyflow_tui.tui.widgets.hint_line import (
    HintLine,
    help_hint,
    hint_of,
    hint_row,
    hints_of,
    notice_row,
)
from tests.screens import cell_at, screen_text
from tests.tui.widgets.stage import Stage

INK = palette("dark")


def test_hints_of_the_timeline_at_120_columns() -> None:
    hints = [hint_of(key) for key in TIMELINE if key.hint]
    line = hint_row(120, INK, hints, "? help").text
    assert line.startswith("  e narration   p prompt   i image   l lock   d delete   u undo   ")
    assert "J K reorder" in line
    assert line.endswith("? help  ")


@pytest.mark.parametrize("name", sorted(SCREENS))
@pytest.mark.parametrize("help_label", ["? help", "F1 help"])
def test_hints_are_whole_or_not_there_at_every_width(name: str, help_label: str) -> None:
    hints = [hint_of(key) for key in SCREENS[name] if key.hint]
    for width in range(60, 201):
        line = hint_row(width, INK, hints, help_label)
        assert line.cell_length == width
        assert line.text.endswith(f"{help_label}  ")
        gap = "   " if width >= 100 else "  "
        whole = [f"{key} {word}" for key, word in hints]
        shown = line.text.removesuffix(f"{help_label}  ").strip()
        fits = [n for n in range(len(whole) + 1) if gap.join(whole[:n]) == shown]
        assert fits, shown
        following = gap.join(whole[: fits[0] + 1])
        assert fits[0] == len(whole) or len(f"  {following}{gap}{help_label}  ") > width


def test_keys_have_short_names() -> None:
    names = {"ctrl+s": "^S", "question_mark": "?", "f1": "F1", "escape": "esc", "up": "↑", "j": "j"}
    assert {key: key_name(key) for key in names} == names


def test_keys_of_the_settings_take_the_place_of_the_tables() -> None:
    edit = next(key for key in TIMELINE if key.id == "timeline.edit_narration")
    assert hint_of(edit) == ("e", "narration")
    assert hint_of(edit, "ctrl+e,enter") == ("^E", "narration")


def test_a_hint_that_stands_for_two_keys_shows_both_when_one_is_replaced() -> None:
    shown = hints_of(TIMELINE, {"timeline.move_up": "f5"})
    assert ("J F5", "reorder") in shown
    assert ("J K", "reorder") in hints_of(TIMELINE, {})


def test_the_hint_at_the_help_is_the_key_that_opens_it() -> None:
    assert help_hint("? help", {}) == "? help"
    assert help_hint("? help", {"app.help": "h,f3"}) == "h help"
    # Where letters are typed, only another key can open it.
    assert help_hint("F1 help", {"app.help": "h,f3"}) == "F3 help"
    assert help_hint("F1 help", {"app.help": "h"}) == ""


def test_a_notice_has_a_bar_a_bold_phrase_and_a_muted_rest() -> None:
    line = notice_row(
        80, INK, "Copied the prompt of segment 3", "by tmux", "accent", help_label="? help"
    )
    assert line.text == (
        "▌ Copied the prompt of segment 3   by tmux                                ? help  "
    ).replace(" " * 32, " " * (80 - 50))
    styles = {segment.text.strip(): segment.style for segment in line if segment.text.strip()}
    assert styles["▌"] == INK.style("accent")
    assert styles["Copied the prompt of segment 3"] == INK.style("text", bold=True)
    assert styles["by tmux"] == INK.style("muted")


def test_a_refusal_has_its_tone_in_the_first_phrase() -> None:
    line = notice_row(80, INK, "! Segment 1 is locked.", "l unlocks it", "warning", help_label="")
    assert list(line)[2].style == INK.style("warning", bold=True)


@given(st.text(max_size=200), st.text(max_size=200), st.integers(20, 200))
def test_whatever_a_notice_says_it_is_one_line(first: str, rest: str, width: int) -> None:
    line = notice_row(width, INK, first, rest, "danger", help_label="? help")
    assert line.cell_length == width
    assert not any(ord(character) < 32 for character in line.text)


async def test_a_notice_stays_until_it_is_cleared() -> None:
    line = HintLine(TIMELINE)
    app = Stage(line)
    async with app.run_test(size=(80, 4)) as pilot:
        hints = screen_text(app)[3]
        line.notice("Undone: move segment 3 to 5", "U does it again")
        await pilot.pause()
        assert screen_text(app)[3].startswith("▌ Undone: move segment 3 to 5   U does it again")
        assert line.speaks
        assert cell_at(app, 0, 3)[0] == "▌"
        line.clear_notice()
        await pilot.pause()
        assert screen_text(app)[3] == hints
        assert not line.speaks


async def test_a_notice_goes_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hint_line, "NOTICE_SECONDS", 0.01)
    line = HintLine(TIMELINE)
    app = Stage(line)
    async with app.run_test(size=(80, 4)) as pilot:
        line.notice("Saved")
        while line.speaks:
            await pilot.pause()
        assert "e narration" in screen_text(app)[3]


async def test_other_keys_can_be_hinted_at() -> None:
    line = HintLine(TIMELINE)
    app = Stage(line)
    async with app.run_test(size=(80, 4)) as pilot:
        line.set_keys(SCREENS["editor"], "F1 help", replaced={"editor.done": "ctrl+e"})
        await pilot.pause()
        assert screen_text(app)[3].startswith("  ^E done")
        assert screen_text(app)[3].endswith("F1 help  ")
