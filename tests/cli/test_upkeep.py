"""The commands `check`, `backup`, `restore` and `trash ...`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]


@pytest.fixture
def stored(run: Run, lamp: int, picture: Path, place: Path) -> Path:
    """The stored picture of segment 1."""
    segment = run("segment", "attach-image", 1, picture, "--json").json
    return place / "media" / str(segment["image_file"])


def test_check_of_a_clean_library_exits_with_0(run: Run, stored: Path) -> None:
    assert run("check", "--json").json == []
    assert run("check").out == "The library is clean\n"


def test_check_that_finds_something_exits_with_1(run: Run, stored: Path) -> None:
    stored.unlink()
    answer = run("check", "--json")
    assert answer.code == 1
    assert answer.err == ""
    (finding,) = json.loads(answer.out)
    assert list(finding) == ["check", "subject", "message"]
    answer = run("check")
    assert answer.code == 1
    assert answer.out.count("\n") == 1


def test_backup_and_restore(run: Run, stored: Path, tmp_path: Path) -> None:
    answer = run("backup", "out.zip", "--json").json
    assert answer == {"file": "out.zip", "bytes": (tmp_path / "out.zip").stat().st_size}
    restored = run("restore", "out.zip", "--library", tmp_path / "again", "--json")
    assert restored.json == {"library": str(tmp_path / "again"), "former": None}
    projects = run("project", "list", "--library", tmp_path / "again", "--json").json
    assert projects == run("project", "list", "--json").json
    copy = tmp_path / "again" / stored.relative_to(tmp_path / "library")
    assert copy.read_bytes() == stored.read_bytes()


def test_backup_never_writes_over_a_file(run: Run, lamp: int, tmp_path: Path) -> None:
    (tmp_path / "out.zip").write_text("mine")
    assert run("--json", "backup", "out.zip").refusal["code"] == "not_empty"
    assert (tmp_path / "out.zip").read_text() == "mine"


def test_restore_over_a_library_needs_replace_and_keeps_the_old_one(
    run: Run, lamp: int, place: Path, tmp_path: Path
) -> None:
    assert run("backup", "out.zip").out.startswith("Backed up to out.zip (")
    run("project", "rename", lamp, "Later")
    assert run("--json", "restore", "out.zip").refusal["code"] == "not_empty"
    assert run("project", "show", lamp, "--json").json["title"] == "Later"
    assert "--replace" in run("restore", "out.zip").err
    answer = run("--json", "--read-only", "restore", "out.zip", "--replace")
    assert answer.refusal["code"] == "read_only"
    answer = run("restore", "out.zip", "--replace")
    assert answer.code == 0
    former = answer.out.splitlines()[1].removeprefix("The former library is kept in ")
    (kept,) = run("project", "list", "--library", former, "--json").json
    assert kept["title"] == "Later"
    assert run("project", "show", lamp, "--json").json["title"] == "The Lamp"


@pytest.mark.parametrize("name", ["absent.zip", "lamp.txt"])
def test_restore_of_what_is_no_backup_touches_nothing(run: Run, lamp: int, name: str) -> None:
    answer = run("--json", "restore", name, "--replace")
    assert answer.code == 1
    assert answer.refusal["code"] in ("not_found", "damaged", "foreign_file")
    assert run("project", "show", lamp).code == 0


def test_trash_lists_what_the_changes_hold(run: Run, stored: Path) -> None:
    assert run("trash", "list", "--json").json == []
    assert run("trash", "list").out == "The trash is empty\n"
    run("segment", "remove-image", 1)
    (held,) = run("trash", "list", "--json").json
    assert list(held) == ["change_id", "project_id", "label", "created_at", "files", "bytes"]
    assert len(held["files"]) == 1
    head, row = run("trash", "list").out.splitlines()
    assert head.split() == ["CHANGE", "WHEN", "FILES", "SIZE", "WHAT"]
    assert row.split()[0] == str(held["change_id"])


def test_trash_empty_asks_unless_yes(run: Run, stored: Path) -> None:
    size = stored.stat().st_size
    run("segment", "remove-image", 1)
    assert run("--json", "trash", "empty").refusal["code"] == "not_confirmed"
    answer = run("trash", "empty", stdin=b"n\n", terminal=True)
    assert answer.code == 1
    assert "Delete 1 file" in answer.err
    assert len(run("trash", "list", "--json").json) == 1
    assert run("trash", "empty", "--yes", "--json").json == {"files": 1, "bytes": size}
    assert run("trash", "list", "--json").json == []
    assert run("trash", "empty", "--yes").out == "Deleted 0 files, 0 bytes\n"


def test_trash_restore_brings_back_a_deleted_story(run: Run, lamp: int, stored: Path) -> None:
    before = run("project", "show", lamp, "--json").json
    data = stored.read_bytes()
    run("project", "delete", lamp, "--yes")
    run("project", "new", "Another")
    (held,) = run("trash", "list", "--json").json
    restored = run("trash", "restore", held["change_id"], "--json").json
    assert restored["label"] == "Restore “The Lamp”"
    assert run("project", "show", lamp, "--json").json == before
    assert stored.read_bytes() == data
    assert run("trash", "list", "--json").json == []
    assert run("undo").out.startswith("Undone: Restore “The Lamp”")
    assert run("project", "show", lamp).code == 1


def test_trash_restore_for_people_names_the_way_back(run: Run, lamp: int) -> None:
    run("segment", "delete", 1, "--yes")
    change = run("history", lamp, "--json").json[0]["id"]
    answer = run("trash", "restore", change)
    assert answer.out == f"Done: Restore segment 1\nTo take it back: storyflow undo {lamp}\n"


def test_trash_restore_refuses_what_is_not_there(run: Run, lamp: int) -> None:
    answer = run("--json", "trash", "restore", 99)
    assert answer.code == 1
    assert answer.refusal["code"] == "not_found"
    assert run("trash", "restore", 99).err == "Error: Change 99 not found\n"
    assert run("trash", "restore", "x").code == 2
