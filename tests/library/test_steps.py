"""The steps of a change survive the history's JSON, whatever they hold."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storyflow_tui.library.steps import (
    Fields,
    Lengths,
    Numbered,
    Order,
    Segments,
    Shift,
    Step,
    Strays,
    Target,
    Title,
    Touched,
    WholeProject,
    from_json,
    to_json,
)


@pytest.mark.parametrize(
    "step",
    [
        Fields(1, {"text_content": "a\n“”ラ"}, {"text_content": "b\u2028"}),
        Fields(2**63 - 1, {"image_file": None}, {"image_file": "projects/1/images/1_a.png"}),
        Segments(1, appear=True, ids=[1, 2]),
        Segments(1, appear=False, ids=[1], rows=[[1, 1, 0, "a", "", None, None, 0.1, 1, "t", "t"]]),
        WholeProject(1, appear=True),
        WholeProject(1, appear=False, project=[1, "T", "DRAFT", "t", "t"], rows=[]),
        WholeProject(1, appear=False, project=[1, "T", "DRAFT", "t", "t"], rows=[], target=0.1),
        Title(1, "a", "b"),
        Target(1, None, 1e9),
        Lengths(1, [1, 2], [None, 0.1], [1 / 3, None]),
        Order(1, [1, 2], [0, 1], [1, 0], [1]),
        Numbered(1, [1, 2], [-1, 0], [0, 1]),
        Strays(["projects/stray", "projects/1/a\nb"]),
        Shift(1, 0, 3),
        Touched(1, "t", "u"),
    ],
)
def test_a_step_is_read_as_it_was_written(step: Step) -> None:
    assert from_json(to_json([step])) == [step]


def test_the_steps_of_a_change_keep_their_order() -> None:
    steps: list[Step] = [Shift(1, 0, 1), Segments(1, appear=True, ids=[1]), Touched(1, "t", "u")]
    assert from_json(to_json(steps)) == steps


@settings(deadline=None)
@given(st.text(), st.text())
def test_any_text_is_read_as_it_was_written(before: str, after: str) -> None:
    step = Fields(1, {"text_content": before}, {"text_content": after})
    assert from_json(to_json([step])) == [step]
