from __future__ import annotations

import random
from typing import Self

import pytest
from textual.geometry import Region
from textual.pilot import Pilot

from storyflow_tui.tui.widgets.card import CardState
from storyflow_tui.tui.widgets.timeline import Timeline
from tests.screens import cell_at, screen_lines, screen_text
from tests.tui.widgets.stage import Cards, Stage, segment


class Watched(Timeline):
    """Remembers which regions it asked to be painted."""

    def __init__(self, cards: Cards) -> None:
        self.refreshed: list[Region] = []
        super().__init__(cards)

    def refresh(
        self,
        *regions: Region,
        repaint: bool = True,
        layout: bool = False,
        recompose: bool = False,
    ) -> Self:
        self.refreshed += regions
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)


class Alone(Stage):
    """A timeline in the place it has on screen: below the header, above the hint line."""

    CSS = "Watched { margin: 1 0 1 0; }"

    def __init__(self, cards: Cards, theme: str = "dark") -> None:
        self.timeline = Watched(cards)
        super().__init__(self.timeline, theme=theme)

    def on_timeline_cursor_moved(self, message: Timeline.CursorMoved) -> None:
        assert message.control is self.timeline
        self.heard.append(message.index)

    def on_timeline_opened(self, message: Timeline.Opened) -> None:
        self.heard.append(f"opened {message.index}")


def numbers(app: Alone) -> list[str]:
    """What stands in the columns of the numbers, where anything does."""
    return [line[2:5].strip() for line in screen_text(app) if line[2:5].strip().isdigit()]


async def settled(pilot: Pilot[None]) -> None:
    await pilot.pause()
    await pilot.pause()


@pytest.mark.parametrize(
    ("size", "shown"), [((68, 40), 6), ((56, 30), 5), ((80, 24), 4), ((92, 50), 7)]
)
async def test_whole_cards_only(size: tuple[int, int], shown: int) -> None:
    app = Alone(Cards(12))
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        assert numbers(app) == [str(n) for n in range(1, shown + 1)]
        rows = screen_text(app)
        assert rows[1].strip() == ""
        assert rows[size[1] - 2].strip() == f"↓ {12 - shown} more"
        assert rows[size[1] - 3].strip() == ""


async def test_more_above_and_below_stand_at_the_text_column() -> None:
    app = Alone(Cards(12))
    async with app.run_test(size=(80, 24)) as pilot:
        app.timeline.move_cursor(6)
        await settled(pilot)
        rows = screen_text(app)
        assert rows[1].index("↑ 3 more") == rows[22].index("↓ 5 more") == 22


async def test_the_cursor_moves_in_the_view_and_scrolls_by_the_fewest_cards() -> None:
    app = Alone(Cards(12))
    async with app.run_test(size=(80, 24)):
        timeline = app.timeline
        timeline.move_cursor(3)
        assert timeline.top == 0
        timeline.move_cursor(4)
        assert timeline.top == 1
        timeline.move_cursor(1)
        assert timeline.top == 1
        timeline.move_cursor(0)
        assert timeline.top == 0
        timeline.move_cursor(99)
        assert (timeline.cursor, timeline.top) == (11, 8)
        timeline.move_cursor(-5)
        assert (timeline.cursor, timeline.top) == (0, 0)


async def test_a_page_keeps_the_place_in_the_view() -> None:
    app = Alone(Cards(20))
    async with app.run_test(size=(80, 24)):
        timeline = app.timeline
        timeline.move_cursor(1)
        timeline.page(1)
        assert (timeline.cursor, timeline.top) == (5, 4)
        timeline.page(-1)
        assert (timeline.cursor, timeline.top) == (1, 0)
        timeline.page(-1)
        assert (timeline.cursor, timeline.top) == (0, 0)
        timeline.page(9)
        assert (timeline.cursor, timeline.top) == (19, 16)


async def test_moves_are_told_once_each() -> None:
    app = Alone(Cards(12))
    async with app.run_test(size=(80, 24)) as pilot:
        app.timeline.move_cursor(1)
        app.timeline.move_cursor(1)
        app.timeline.page(1)
        await settled(pilot)
        assert app.heard == [1, 5]


@pytest.mark.parametrize(("size", "most"), [((120, 40), 600), ((80, 24), 500)])
async def test_a_step_sends_the_gutters_of_two_cards(size: tuple[int, int], most: int) -> None:
    app = Alone(Cards(12, pictures=True))
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        app.sent = 0
        app.timeline.move_cursor(1)
        await settled(pilot)
        assert 100 < app.sent <= most


async def test_a_scrolling_step_of_photographs_stays_below_28_kilobytes() -> None:
    app = Alone(Cards(30, pictures=True))
    app.timeline.styles.width = 68
    async with app.run_test(size=(120, 40)) as pilot:
        app.timeline.move_cursor(5)
        await settled(pilot)
        app.sent = 0
        app.timeline.move_cursor(6)
        await settled(pilot)
        assert 5_000 < app.sent <= 28_000


@pytest.mark.parametrize("count", [100, 1_000_000])
async def test_what_is_fetched_does_not_grow_with_the_story(count: int) -> None:
    cards = Cards(count)
    app = Alone(cards)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        cards.asked.clear()
        app.timeline.move_cursor(count // 2)
        await settled(pilot)
        assert sum(stop - start for start, stop in cards.asked) <= 8
        cards.asked.clear()
        for step in range(1, 4):
            app.timeline.move_cursor(count // 2 - step)
            await settled(pilot)
        # These were built ahead or in view.
        assert sum(stop - start for start, stop in cards.asked) == 0


async def test_only_the_cards_that_are_named_are_drawn_again() -> None:
    cards = Cards(12)
    app = Alone(cards)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        before = [line.text for line in screen_lines(app)]
        cards.segments[1] = segment(2, text_content="Another text.", audio_duration=9.0)
        cards.segments[2] = segment(3, text_content="Not told about.")
        app.timeline.refreshed.clear()
        app.timeline.redraw([102, 111])
        await settled(pilot)
        assert app.timeline.refreshed == [Region(0, 6, 80, 4)]
        after = [line.text for line in screen_lines(app)]
        assert "Another text." in after[7]
        assert [n for n in range(24) if before[n] != after[n]] == [7, 8, 10]
        app.timeline.redraw()
        await settled(pilot)
        assert "Not told about." in screen_text(app)[12]


async def test_a_picture_appears_when_it_has_come() -> None:
    cards = Cards(3, pictures=True)
    cards.on_their_way = True
    app = Alone(cards)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        assert screen_text(app)[2][6:20].strip() == ""
        cards.on_their_way = False
        app.timeline.redraw([101])
        await settled(pilot)
        assert "▀" in screen_text(app)[2][6:20]
        assert "▀" not in screen_text(app)[7][6:20]


async def test_marks_and_states_come_from_the_source() -> None:
    cards = Cards(3)
    cards.states[102] = CardState(marked=True, locked=True, saving="not_saved")
    app = Alone(cards)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        rows = screen_text(app)
        assert rows[7].startswith(" ■  2 ")
        assert rows[8].startswith("    ◘ ")
        assert "locked   ! not saved" in rows[10]


async def test_the_bar_says_whether_keys_act_here() -> None:
    app = Alone(Cards(3))
    async with app.run_test(size=(80, 24)) as pilot:
        for focused, colour in ((True, "#74cdb8"), (False, "#6c7076"), (True, "#74cdb8")):
            app.timeline.focused_look(focused)
            await settled(pilot)
            sign, style = cell_at(app, 0, 2)
            assert sign == "▌"
            assert style.color is not None
            assert style.color.name == colour


async def test_a_reset_keeps_the_scroll_where_it_can() -> None:
    cards = Cards(20)
    app = Alone(cards)
    async with app.run_test(size=(80, 24)) as pilot:
        timeline = app.timeline
        timeline.move_cursor(10)
        timeline.move_cursor(8)
        assert timeline.top == 7
        cards.count = 19
        timeline.reset(8)
        assert (timeline.cursor, timeline.top) == (8, 7)
        timeline.reset(3)
        assert (timeline.cursor, timeline.top) == (3, 3)
        timeline.reset(15, 14)
        assert (timeline.cursor, timeline.top) == (15, 14)
        cards.count = 2
        timeline.reset(15)
        await settled(pilot)
        assert (timeline.cursor, timeline.top) == (1, 0)
        assert numbers(app) == ["1", "2"]
        cards.count = 0
        timeline.reset(0)
        await settled(pilot)
        assert numbers(app) == []
        assert timeline.current is None


async def test_from_a_thousand_on_numbers_take_more_room() -> None:
    app = Alone(Cards(1500))
    async with app.run_test(size=(80, 24)) as pilot:
        app.timeline.move_cursor(1200)
        await settled(pilot)
        row = next(line for line in screen_text(app) if "1201" in line)
        assert row.startswith("▌ 1201 ")
        assert row.index("Narration") == 23


async def test_another_size_shows_the_cursor_still() -> None:
    app = Alone(Cards(30))
    async with app.run_test(size=(120, 40)) as pilot:
        app.timeline.move_cursor(5)
        await pilot.resize_terminal(80, 24)
        await settled(pilot)
        assert (app.timeline.cursor, app.timeline.top) == (5, 2)
        assert numbers(app) == ["3", "4", "5", "6"]
        await pilot.resize_terminal(120, 40)
        await settled(pilot)
        assert len(numbers(app)) == 6


async def test_another_theme_repaints_the_cards() -> None:
    app = Alone(Cards(3))
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        app.theme = "light"
        await settled(pilot)
        _, style = cell_at(app, 22, 2)
        assert style.bgcolor is not None
        assert style.bgcolor.name == "#fcfbf9"


async def test_a_click_selects_and_a_click_on_the_current_card_opens() -> None:
    app = Alone(Cards(12))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.click(offset=(30, 8))
        await settled(pilot)
        assert app.timeline.cursor == 1
        await pilot.click(offset=(30, 8))
        await settled(pilot)
        assert app.heard == [1, "opened 1"]
        await pilot.click(offset=(30, 22))
        await pilot.click(offset=(30, 1))
        await settled(pilot)
        assert app.timeline.cursor == 1


async def test_the_wheel_scrolls_by_a_card_and_keeps_the_cursor_in_view() -> None:
    app = Alone(Cards(12))
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        for top, cursor in ((1, 1), (2, 2)):
            await pilot._post_mouse_events([_wheel_down()], offset=(30, 8))
            await settled(pilot)
            assert (app.timeline.top, app.timeline.cursor) == (top, cursor)


def _wheel_down() -> type:
    from textual.events import MouseScrollDown

    return MouseScrollDown


async def test_a_sheet_leaves_the_current_card_in_view() -> None:
    app = Alone(Cards(12))
    async with app.run_test(size=(80, 24)) as pilot:
        app.timeline.move_cursor(3)
        app.timeline.cover(6)
        await settled(pilot)
        assert numbers(app) == ["2", "3", "4"]
        app.timeline.cover(0)
        await settled(pilot)
        assert numbers(app) == ["1", "2", "3", "4"]


async def test_a_window_lower_than_a_card_shows_what_it_can() -> None:
    app = Alone(Cards(12))
    async with app.run_test(size=(60, 5)) as pilot:
        app.timeline.move_cursor(3)
        await settled(pilot)
        assert numbers(app) == ["4"]
        app.timeline.redraw([104])
        app.timeline.move_cursor(4)
        await settled(pilot)
        assert len(screen_lines(app)) == 5


async def test_after_a_random_walk_the_view_is_as_if_drawn_at_once() -> None:
    chance = random.Random(7)
    cards = Cards(40, pictures=True)
    app = Alone(cards)
    async with app.run_test(size=(80, 24)) as pilot:
        timeline = app.timeline

        def mark() -> None:
            segment_id = 101 + timeline.cursor
            cards.states[segment_id] = CardState(marked=chance.random() < 0.5)
            timeline.redraw([segment_id])

        moves = [
            lambda: timeline.move_cursor(timeline.cursor + chance.choice([-1, 1, 1])),
            lambda: timeline.page(chance.choice([-1, 1])),
            lambda: timeline.move_cursor(chance.randrange(40)),
            lambda: timeline.focused_look(chance.random() < 0.5),
            lambda: timeline.redraw([100 + chance.randrange(40)]),
            lambda: timeline.cover(chance.choice([0, 6])),
            lambda: timeline.reset(chance.randrange(40)),
            mark,
        ]
        for _ in range(150):
            chance.choice(moves)()
            if chance.random() < 0.6:
                await pilot.pause()
                shown = screen_lines(app)[1:-1]
                at_once = timeline._view()
                if timeline._covered:
                    shown, at_once = shown[:-6], at_once[:-6]
                assert [list(line) for line in shown] == [list(line) for line in at_once]
