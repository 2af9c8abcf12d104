from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storyflow_tui.tui.look import palette
from storyflow_tui.tui.widgets.header import Fact, Header, State, header_line
from tests.screens import screen_text
from tests.tui.widgets.stage import Stage

INK = palette("dark")
FACTS = [
    Fact("12 segments", 4),
    Fact("~1:51", 3),
    Fact("images 11/12", 2),
    Fact("2 locked", 1),
    Fact("2 marked", 5, "text"),
]
SAVED = State("saved")


def row(width: int, title: str = "The Lamp", state: State | None = SAVED, **more: str) -> str:
    return header_line(width, INK, title, FACTS, state, **more).text


def test_the_row_of_120_columns() -> None:
    assert row(120) == (
        "  The Lamp                                         12 segments   ~1:51   images 11/12"
        "   2 locked   2 marked      saved  "
    )


def test_facts_stay_where_they_are_as_the_state_changes() -> None:
    for state in (State("saving …", "text"), State(""), SAVED):
        assert row(120, state=state).index("2 marked") == 99
        assert len(row(120, state=state)) == 120


def test_without_a_state_facts_go_to_the_margin() -> None:
    assert row(120, state=None).endswith("2 marked  ")


def test_a_subtitle_follows_the_title() -> None:
    assert row(120, subtitle="segment 10").startswith("  The Lamp   segment 10   ")


@pytest.mark.parametrize("title", ["The Lamp", "灯台守の手紙", "A Field Guide to Fog " * 9])
@pytest.mark.parametrize("state", [SAVED, State("! not saved: narration is empty", "danger")])
def test_every_width_is_filled_and_facts_leave_in_their_order(title: str, state: State) -> None:
    for width in range(60, 201):
        line = header_line(width, INK, title, FACTS, state)
        assert line.cell_length == width
        assert line.text.endswith(f"{state.text}  ")
        shown = [fact.drop for fact in FACTS if fact.text in line.text]
        assert sorted(shown) == list(range(6 - len(shown), 6))
        if len(title) < 12:
            assert title in line.text


def test_the_title_is_cut_at_the_cell_when_nothing_else_can_go() -> None:
    line = row(60, "灯台守の手紙" * 9, State("! not saved: narration is empty", "danger"))
    assert line.startswith("  灯台守の手紙灯台守の…    ! not saved")


def test_a_fact_of_rank_0_never_goes() -> None:
    facts = [Fact("3 of 12", 0), Fact("~1:51", 1)]
    line = header_line(60, INK, "A long title " * 9, facts, State("! not saved: disk full")).text
    assert "3 of 12" in line
    assert "~1:51" not in line


@given(st.text(max_size=250), st.text(max_size=60), st.integers(20, 130))
def test_whatever_the_title_the_row_is_as_wide_as_the_screen(
    title: str, state: str, width: int
) -> None:
    line = header_line(width, INK, title, FACTS, State(state))
    assert line.cell_length == width
    assert not any(ord(character) < 32 for character in line.text)


async def test_it_is_sent_when_it_changes_and_not_otherwise() -> None:
    header = Header()
    app = Stage(header)
    async with app.run_test(size=(120, 4)) as pilot:
        header.show("The Lamp", FACTS, SAVED)
        await pilot.pause()
        assert screen_text(app)[0] == row(120)
        app.sent = 0
        header.show("The Lamp", FACTS, SAVED)
        await pilot.pause()
        assert app.sent == 0
        header.show("The Lamp", FACTS, State("saving …", "text"))
        await pilot.pause()
        assert 0 < app.sent < 500
