"""The commands `segment new`, `duplicate`, `split` and `merge`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.test_segments import COLUMNS, order

Run = Callable[..., Any]


def test_new_prints_the_segment_at_its_position(run: Run, lamp: int) -> None:
    segment = run("segment", "new", lamp, "--text", "A.", "--prompt", "b", "--at", 2, "--json").json
    assert list(segment) == COLUMNS
    assert (segment["text_content"], segment["image_prompt"]) == ("A.", "b")
    assert order(run, lamp) == [1, segment["id"], 2, 3]
    answer = run("segment", "new", lamp, "--text", "Last.")
    assert answer.out == "Made segment 5 (id 5)\n"


def test_new_needs_a_text_and_a_project(run: Run, lamp: int) -> None:
    assert run("segment", "new", lamp).code == 2
    assert run("--json", "segment", "new", lamp, "--text", " ").refusal["code"] == "invalid_text"
    assert run("--json", "segment", "new", 9, "--text", "A").refusal["code"] == "not_found"
    assert order(run, lamp) == [1, 2, 3]


def test_duplicate_prints_the_copy(run: Run, lamp: int, picture: Path, place: Path) -> None:
    run("segment", "attach-image", 1, picture)
    run("segment", "edit", 1, "--lock")
    segment = run("segment", "duplicate", 1, "--json").json
    assert list(segment) == COLUMNS
    assert (segment["id"], segment["is_locked"]) == (4, False)
    assert (place / "media" / segment["image_file"]).read_bytes() == picture.read_bytes()
    assert order(run, lamp) == [1, 4, 2, 3]
    assert run("segment", "duplicate", 2).out == "Copied segment 3 (id 2) to segment 4 (id 5)\n"


def test_split_prints_both_halves(run: Run, lamp: int) -> None:
    halves = run("segment", "split", 1, 3, "--json").json
    assert [list(half) for half in halves] == [COLUMNS] * 2
    assert [half["text_content"] for half in halves] == ["One", "lamp."]
    assert order(run, lamp) == [1, 4, 2, 3]
    answer = run("segment", "split", 2, 3)
    assert answer.out == "Split segment 3 (id 2): the rest is segment 4 (id 5)\n"


@pytest.mark.parametrize("offset", [0, -3, 9, 10**30])
def test_split_outside_of_the_text_is_refused_with_its_length(
    run: Run, lamp: int, offset: int
) -> None:
    answer = run("--json", "segment", "split", 1, offset)
    assert answer.refusal["code"] == "invalid_text"
    assert "this narration has 9 characters" in run("segment", "split", 1, offset).err


def test_merge_prints_the_segment(run: Run, lamp: int) -> None:
    segment = run("segment", "merge", 1, "--json").json
    assert list(segment) == COLUMNS
    assert segment["text_content"] == "One lamp.\n\nTwo lamps."
    assert order(run, lamp) == [1, 3]
    assert "storyflow undo 1" in run("segment", "merge", 1).out
    answer = run("--json", "segment", "merge", 1)
    assert answer.refusal["code"] == "invalid_order"
    assert answer.refusal["error"] == "There is no next segment to merge with"


def test_split_and_merge_of_a_locked_segment_are_refused(run: Run, lamp: int) -> None:
    run("segment", "edit", 2, "--lock")
    for call in (("split", 2, 3), ("merge", 1), ("merge", 2)):
        assert run("--json", "segment", *call).refusal["code"] == "locked"
    assert order(run, lamp) == [1, 2, 3]
