"""The commands `history`, `undo` and `redo`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Run = Callable[..., Any]

KEYS = ["id", "project_id", "label", "state", "created_at", "segment_ids", "files", "bytes"]


def test_history_is_an_array_newest_first(run: Run, lamp: int) -> None:
    run("segment", "edit", 1, "--text", "New.")
    run("segment", "move", 1, 3)
    changes = run("history", lamp, "--json").json
    assert [list(change) for change in changes] == [KEYS] * 2
    assert changes[0]["id"] > changes[1]["id"]
    assert "Move segment" in changes[0]["label"]
    assert {change["state"] for change in changes} == {"done"}


def test_history_without_a_project_is_that_of_the_project_list(run: Run, lamp: int) -> None:
    run("segment", "move", 1, 3)
    (change,) = run("history", "--json").json
    assert change["project_id"] is None
    assert "The Lamp" in change["label"]


def test_history_for_people(run: Run, lamp: int) -> None:
    assert run("history", lamp).out == "No changes yet\n"
    run("segment", "move", 1, 3)
    run("undo", lamp)
    head, row = run("history", lamp).out.splitlines()
    what = ["WHAT", "(SEGMENTS", "BY", "#)"]
    assert head.split() == ["CHANGE", "WHEN", "STATE", "FILES", "SIZE", *what]
    assert " undone " in row


def test_undo_and_redo_print_the_change(run: Run, lamp: int) -> None:
    run("segment", "edit", 1, "--text", "New.")
    undone = run("undo", lamp, "--json").json
    assert list(undone) == KEYS
    assert run("segment", "show", 1, "--json").json["text_content"] == "One lamp."
    redone = run("redo", lamp, "--json").json
    assert redone["id"] == undone["id"]
    assert run("segment", "show", 1, "--json").json["text_content"] == "New."


def test_undo_for_people_names_the_change_and_the_way_back(run: Run, lamp: int) -> None:
    run("segment", "move", 1, 3)
    answer = run("undo", lamp)
    assert answer.out.startswith("Undone: Move segment")
    assert "storyflow redo 1" in answer.out
    assert run("redo", lamp).out.startswith("Done again: Move segment")


def test_undo_without_a_project_takes_back_the_import(run: Run, lamp: int) -> None:
    assert run("undo").code == 0
    assert run("project", "list", "--json").json == []
    assert run("redo").code == 0
    assert run("project", "show", lamp).code == 0


def test_nothing_to_undo_or_redo_is_refused(run: Run, lamp: int) -> None:
    assert run("--json", "undo", lamp).refusal["code"] == "nothing_to_undo"
    assert run("--json", "redo", lamp).refusal["code"] == "nothing_to_undo"
    assert run("--json", "redo").refusal["code"] == "nothing_to_undo"


def test_undo_on_an_absent_library_creates_it_and_has_nothing_to_undo(run: Run) -> None:
    assert run("--json", "undo").refusal["code"] == "nothing_to_undo"
    assert run("project", "list", "--json").json == []


def test_undo_of_a_segment_locked_since_is_refused(run: Run, lamp: int) -> None:
    run("segment", "edit", 1, "--text", "New.")
    run("segment", "edit", 1, "--lock")
    assert run("--json", "undo", lamp).refusal["code"] == "locked"
