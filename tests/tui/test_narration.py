"""A narration in rows that can be read aloud."""

from __future__ import annotations

import pytest
from rich.cells import cell_len
from rich.style import Style

from storyflow_tui.tui.narration import WIDEST, measure, rows_of


def rows(content: str, cells: int) -> list[str]:
    return ["".join(segment.text for segment in row) for row in rows_of(content, cells, Style())]


@pytest.mark.parametrize("width", [1, 11, 60, 80, 100, 120, 200])
def test_the_rows_stand_in_the_middle_and_within_the_screen(width: int) -> None:
    left, cells = measure(width)
    assert 1 <= cells <= WIDEST
    assert left + cells <= max(width, 1)
    if width >= 60:
        assert left >= 6


def test_paragraphs_are_kept() -> None:
    assert rows("One two three.\n\nFour.\n\n", 8) == ["One two", "three.", "", "Four."]


@pytest.mark.parametrize(
    "content",
    [
        "x" * 5000,
        "灯台の灯。" * 50,
        "a\u0301" * 300,
        "\U0001f469\u200d\U0001f467 " * 40,
        "\t\x1b[31m red " * 20,
    ],
)
@pytest.mark.parametrize("cells", [2, 9, 40])
def test_no_row_is_wider_than_its_cells_and_none_is_obeyed(content: str, cells: int) -> None:
    for row in rows(content, cells):
        assert cell_len(row) <= cells
        assert "\x1b" not in row
