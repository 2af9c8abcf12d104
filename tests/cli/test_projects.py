"""The commands `project ...`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]

COLUMNS = ["id", "title", "status", "created_at", "updated_at"]


def test_list_adds_counts_and_length(run: Run, lamp: int) -> None:
    (project,) = run("project", "list", "--json").json
    assert list(project) == [*COLUMNS, "segment_count", "image_count", "duration"]
    assert (project["segment_count"], project["image_count"]) == (3, 0)
    assert project["duration"] == pytest.approx(6 * 60 / 150)
    assert project["status"] == "DRAFT"


def test_times_have_microseconds_and_offset(run: Run, lamp: int) -> None:
    (project,) = run("project", "list", "--json").json
    moment = datetime.fromisoformat(project["updated_at"])
    assert moment.utcoffset() == timedelta(0)
    assert len(project["updated_at"]) == len("2026-11-23T06:18:00.000001+00:00")


def test_list_for_people_is_a_table_of_80_columns(run: Run, lamp: int) -> None:
    run("project", "new", "Long " * 40)
    head, *rows = run("project", "list").out.splitlines()
    assert head.split() == ["ID", "SEGMENTS", "IMAGES", "LENGTH", "CHANGED", "TITLE"]
    assert len(rows) == 2
    assert all(len(row) <= 80 for row in rows)


def test_an_empty_list_says_what_to_do_next(run: Run) -> None:
    run("undo")  # creates the library
    assert run("project", "list", "--json").json == []
    answer = run("project", "list")
    assert answer.code == 0
    assert "storyflow import" in answer.out


def test_a_wrong_setting_is_named_on_stderr(run: Run, lamp: int) -> None:
    from storyflow_tui.config import config_file

    config_file().parent.mkdir(parents=True)
    config_file().write_text("words_per_minute = 'fast'\n")
    answer = run("project", "list")
    assert answer.code == 0
    assert "words_per_minute" in answer.err


def test_show_has_the_project_with_its_segments(run: Run, lamp: int) -> None:
    project = run("project", "show", lamp, "--json").json
    assert list(project) == [*COLUMNS, "segments"]
    assert [one["text_content"] for one in project["segments"]] == [
        "One lamp.",
        "Two lamps.",
        "Three lamps.",
    ]


def test_show_for_people_has_positions_and_ids(run: Run, lamp: int) -> None:
    out = run("project", "show", lamp).out
    assert out.startswith("The Lamp\nProject 1: 3 segments, 0 images, ~0:02\n")
    assert "NARRATION" in out
    assert "Three lamps." in out


def test_new_prints_the_project_with_its_segments(run: Run) -> None:
    project = run("project", "new", "  The Lamp  ", "--json").json
    assert project["title"] == "The Lamp"
    assert project["segments"] == []
    assert list(project) == [*COLUMNS, "segments"]
    assert run("project", "new", "Other").out.startswith("Created Other as project 2\n")


@pytest.mark.parametrize("title", ["", "   ", "x" * 201, "two\nlines", "bell\x07"])
def test_a_title_that_cannot_be_is_refused(run: Run, lamp: int, title: str) -> None:
    assert run("--json", "project", "new", title).refusal["code"] == "invalid_title"
    assert run("--json", "project", "rename", lamp, title).refusal["code"] == "invalid_title"
    assert [one["title"] for one in run("project", "list", "--json").json] == ["The Lamp"]


def test_rename_prints_the_project(run: Run, lamp: int) -> None:
    project = run("project", "rename", lamp, "The Lantern", "--json").json
    assert list(project) == COLUMNS
    assert project["title"] == "The Lantern"
    assert run("project", "rename", lamp, "Again").out == "Renamed project 1 to Again\n"


def test_delete_prints_the_id_and_can_be_undone(run: Run, lamp: int) -> None:
    assert run("project", "delete", lamp, "--yes", "--json").json == {"id": lamp}
    assert run("project", "list", "--json").json == []
    assert run("undo").code == 0
    assert run("project", "show", lamp, "--json").json["segments"][2]["id"] == 3


def test_delete_without_a_terminal_and_without_yes_is_refused(run: Run, lamp: int) -> None:
    answer = run("--json", "project", "delete", lamp)
    assert answer.code == 1
    assert answer.refusal["code"] == "not_confirmed"
    assert "--yes" in run("project", "delete", lamp).err
    assert run("project", "show", lamp).code == 0


@pytest.mark.parametrize("said", [b"n\n", b"\n", b"", b"yess\n", b"\xff\n"])
def test_delete_with_anything_but_yes_leaves_everything(run: Run, lamp: int, said: bytes) -> None:
    answer = run("project", "delete", lamp, stdin=said, terminal=True)
    assert answer.code == 1
    assert "Delete The Lamp (project 1, 3 segments)? [y/N]" in answer.err
    assert answer.out == ""
    assert run("project", "show", lamp).code == 0


def test_delete_with_yes_at_the_question_deletes(run: Run, lamp: int) -> None:
    answer = run("project", "delete", lamp, stdin=b"y\n", terminal=True)
    assert answer.code == 0
    assert answer.out.startswith("Deleted The Lamp\n")
    assert run("project", "show", lamp).code == 1


def test_titles_reach_the_screen_without_bidi_overrides(run: Run) -> None:
    assert run("project", "new", "a\u202eb").code == 0
    for command in (["project", "list"], ["project", "show", 1], ["history"]):
        answer = run(*command)
        assert "\u202e" not in answer.out


def test_target_shows_what_is_set_and_how_far_it_is(run: Run, lamp: int) -> None:
    assert run("project", "target", lamp).out == "The Lamp: ~0:02, no target\n"
    assert run("project", "target", lamp, "4:00").out == "The Lamp: ~0:02 of 4:00, 3:58 to go\n"
    assert run("project", "target", lamp).out == "The Lamp: ~0:02 of 4:00, 3:58 to go\n"
    run("segment", "set-length", 1, "5m", 2, 0, 3, 0)
    assert run("project", "target", lamp).out == "The Lamp: 5:00 of 4:00, 1:00 over\n"
    assert run("project", "show", lamp).out.splitlines()[1].endswith("5:00, target 4:00")
    assert run("project", "target", lamp, "none").out == "The Lamp: 5:00, no target\n"


def test_target_prints_the_project_with_it(run: Run, lamp: int) -> None:
    project = run("project", "target", lamp, 90, "--json").json
    assert list(project) == [
        *COLUMNS,
        "segment_count",
        "image_count",
        "duration",
        "target",
    ]
    assert project["target"] == 90
    assert run("project", "target", lamp, "none", "--json").json["target"] is None


@pytest.mark.parametrize(("target", "code"), [("soon", 2), (-1, 2), (0, 1)])
def test_a_wrong_target_is_refused(run: Run, lamp: int, target: object, code: int) -> None:
    assert run("project", "target", lamp, target).code == code
    assert run("project", "target", lamp, "--json").json["target"] is None


def test_showing_a_target_makes_no_library(run: Run, place: Path) -> None:
    assert run("--json", "project", "target", 1).refusal["code"] == "not_found"
    assert not place.exists()
