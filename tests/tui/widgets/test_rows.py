"""The list of rows: what it shows before and after it knows how high it is."""

from __future__ import annotations

from collections.abc import Sequence

from rich.segment import Segment
from textual.app import App, ComposeResult

from storyflow_tui.tui.look import Palette
from storyflow_tui.tui.widgets.rows import Rows


class Numbers:
    """Twelve rows that say their numbers."""

    def __len__(self) -> int:
        return 12

    def row(self, index: int, width: int, current: bool, colours: Palette) -> Sequence[Segment]:
        return [Segment(f"row {index}")]


class Stage(App[None]):
    """A list alone, whose bar is put somewhere before it was laid out."""

    def __init__(self, cursor: int) -> None:
        super().__init__()
        self.rows = Rows(Numbers())
        self.rows.reset(cursor, 0)
        self.top_at_first = self.rows.top

    def compose(self) -> ComposeResult:
        yield self.rows


async def test_a_list_that_was_not_laid_out_yet_is_not_scrolled() -> None:
    stage = Stage(8)
    async with stage.run_test(size=(40, 24)):
        assert (stage.top_at_first, stage.rows.top, stage.rows.cursor) == (0, 0, 8)


async def test_a_low_list_scrolls_to_its_bar_once_it_is_laid_out() -> None:
    stage = Stage(8)
    async with stage.run_test(size=(40, 6)):
        assert stage.rows.cursor in stage.rows.seen
