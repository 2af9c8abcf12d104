"""The commands `check`, `backup`, `restore` and `trash ...`."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]

GONE = "Segment 1 of project 1 (id 1) names projects/1/images/1_lamp.png; it is gone."


@pytest.fixture
def stored(run: Run, lamp: int, picture: Path, place: Path) -> Path:
    """The stored picture of segment 1."""
    segment = run("segment", "attach-image", 1, picture, "--json").json
    return place / "media" / str(segment["image_file"])


def test_check_of_a_clean_library_exits_with_0(run: Run, stored: Path) -> None:
    assert run("check", "--json").json == []
    answer = run("check")
    assert answer.code == 0
    head, *table, blank, last = answer.out.splitlines()
    assert head.split() == ["LOOKED", "FOR", "FOUND", "WHAT", "--repair", "DOES"]
    assert (len(table), all(" ok  " in row for row in table)) == (9, True)
    assert (blank, last) == ("", "The library is clean")


def test_check_that_finds_something_exits_with_1(run: Run, stored: Path) -> None:
    stored.unlink()
    answer = run("check", "--json")
    assert answer.code == 1
    assert answer.err == ""
    (finding,) = json.loads(answer.out)
    assert finding == {
        "check": "missing_file",
        "subject": "segment 1",
        "message": "Segment 1 of project 1 (id 1) names projects/1/images/1_lamp.png; it is gone.",
        "can_mend": True,
        "why_not": "",
    }
    answer = run("check")
    assert answer.code == 1
    assert "\nmissing files                    1  the segment lets go" in answer.out
    assert f"\nmissing_file: {finding['message']}\n" in answer.out
    assert answer.out.endswith("that can be undone: storyflow check --repair\n")


def test_check_alone_mends_nothing(run: Run, stored: Path) -> None:
    stored.unlink()
    before = run("segment", "show", 1, "--json").json
    run("check")
    assert run("segment", "show", 1, "--json").json == before


def test_check_repair_mends_and_undo_takes_it_back(run: Run, stored: Path) -> None:
    stored.unlink()
    (stored.parent / "stray.png").write_bytes(b"stray")
    answer = run("check", "--repair")
    assert (answer.code, answer.err) == (0, "")
    _, _, lines = answer.out.partition("\n\n")
    assert lines.splitlines() == [
        "Mended:",
        f"missing_file: {GONE}",
        "unnamed_file: No segment names projects/1/images/stray.png.",
        "",
        "The library is clean now",
        "Done: Repair the library: 1 missing file, 1 stray file",
        "To take it back: storyflow undo",
    ]
    assert run("check").code == 0
    assert run("segment", "show", 1, "--json").json["image_file"] is None
    assert "Repair the library: 1 miss" in run("history").out
    assert run("undo").code == 0
    assert sorted(one["check"] for one in json.loads(run("check", "--json").out)) == [
        "missing_file",
        "unnamed_file",
    ]


def test_check_repair_tells_programs_what_was_mended(run: Run, stored: Path) -> None:
    run("segment", "edit", 1, "--lock")
    stored.unlink()
    (stored.parent / "stray.png").write_bytes(b"stray")
    answer = run("check", "--repair", "--json")
    assert answer.code == 1
    mended, left = json.loads(answer.out)
    assert (mended["check"], mended["mended"]) == ("unnamed_file", True)
    assert (left["check"], left["mended"]) == ("missing_file", False)
    why_not = "It is locked; unlock it first: storyflow segment edit 1 --unlock"
    assert left["why_not"] == why_not
    assert run("check", "--repair").out.splitlines()[-1] == (f"missing_file: {GONE} {why_not}")


def test_the_table_promises_no_mend_of_what_is_locked(
    run: Run, stored: Path, picture: Path, place: Path
) -> None:
    run("segment", "edit", 1, "--lock")
    stored.unlink()
    assert "\nmissing files                    1  nothing: see below\n" in run("check").out
    assert "--repair\n" not in run("check").out.splitlines()[-1]
    second = run("segment", "attach-image", 2, picture, "--json").json["image_file"]
    (place / "media" / second).unlink()
    out = run("check").out
    assert "\nmissing files                    2  the segment lets go of the file (1 of 2)\n" in out
    assert out.endswith(
        "To mend 1 of 2, in one change that can be undone: storyflow check --repair\n"
    )


def test_counts_made_anew_are_not_promised_to_be_undone(
    run: Run, stored: Path, place: Path
) -> None:
    with closing(sqlite3.connect(place / "storyflow.db")) as connection:
        connection.execute("UPDATE tally SET segment_count = 77")
        connection.commit()
    assert run("check").out.endswith("\nTo mend this: storyflow check --repair\n")
    assert "undo" not in run("check", "--repair").out


def test_check_repair_of_a_clean_library_exits_with_0(run: Run, stored: Path) -> None:
    assert run("check", "--repair", "--json").json == []
    assert run("check", "--repair").out.endswith("\nThe library is clean\n")
    assert "Repair" not in run("history").out


def test_check_repair_needs_a_library_that_can_be_written(run: Run, stored: Path) -> None:
    stored.unlink()
    assert run("--json", "--read-only", "check", "--repair").refusal["code"] == "read_only"


def test_check_of_an_absent_library_makes_none(run: Run, place: Path) -> None:
    for arguments in (("check",), ("check", "--repair")):
        assert run("--json", *arguments).refusal["code"] == "not_found"
        assert not place.exists()


def test_names_of_files_cannot_move_the_cursor(run: Run, stored: Path) -> None:
    (stored.parent / "a\x1b[2J\nb\x07.png").write_bytes(b"stray")
    answer = run("check")
    assert not any(ord(sign) < 32 and sign != "\n" for sign in answer.out)
    (line,) = [line for line in answer.out.splitlines() if "unnamed_file" in line]
    assert line.endswith("b␇.png.")
    assert json.loads(run("check", "--json").out)[0]["subject"].endswith("a\x1b[2J\nb\x07.png")
    assert run("check", "--repair").code == 0


def damage_database(place: Path, how: str) -> None:
    file = place / "storyflow.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    whole = file.read_bytes()
    match how:
        case "cut to a page and a half":
            file.write_bytes(whole[:6000])
        case "cut to a few bytes":
            file.write_bytes(whole[:50])
        case "emptied":
            file.write_bytes(b"")
        case "gone":
            file.unlink()
        case "zeros":
            file.write_bytes(bytes(len(whole)))
        case "noise behind the header":
            file.write_bytes(whole[:100] + b"\xa5" * (len(whole) - 100))
        case "noise in the middle":
            file.write_bytes(whole[:8192] + b"\xa5" * 8192 + whole[16384:])
        case "another text":
            file.write_bytes(b"This was a library once.\n" * 1000)


def stored_bytes(place: Path) -> bytes | None:
    file = place / "storyflow.db"
    return file.read_bytes() if file.exists() else None


@pytest.mark.parametrize(
    "how",
    [
        "cut to a page and a half",
        "cut to a few bytes",
        "emptied",
        "gone",
        "zeros",
        "noise behind the header",
        "noise in the middle",
        "another text",
    ],
)
def test_a_database_that_cannot_be_read_is_one_finding(
    run: Run, stored: Path, place: Path, how: str
) -> None:
    damage_database(place, how)
    left = stored_bytes(place)
    for arguments in (("check", "--json"), ("check", "--repair", "--json")):
        answer = run(*arguments)
        assert (answer.code, answer.err) == (1, "")
        assert {finding["check"] for finding in json.loads(answer.out)} == {"database"}
        finding = json.loads(answer.out)[0]
        assert not finding["can_mend"]
        assert "storyflow restore FILE --replace" in finding["why_not"]
    answer = run("check")
    assert (answer.code, answer.err) == (1, "")
    assert "\ndatabase: " in answer.out
    assert stored.is_file()
    if how != "noise in the middle":
        assert stored_bytes(place) == left


def test_a_damaged_database_names_its_newest_copy(run: Run, stored: Path, place: Path) -> None:
    (place / "backups").mkdir()
    for day in ("2026-05-03", "2026-05-04"):
        (place / f"backups/storyflow-{day}.db").write_bytes(b"a copy")
    damage_database(place, "zeros")
    (finding,) = json.loads(run("check", "--json").out)
    assert "backups/storyflow-2026-05-04.db" in finding["why_not"]


def test_a_file_of_somebody_else_is_refused_and_no_finding(run: Run, place: Path) -> None:
    place.mkdir()
    (place / "storyflow.db").write_bytes(b"somebody's notes\n" * 100)
    assert run("check", "--json").refusal["code"] == "foreign_file"


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
    assert list(held) == [
        *("change_id", "project_id", "label", "created_at", "files", "bytes", "project_title")
    ]
    assert held["project_title"] == "The Lamp"
    assert len(held["files"]) == 1
    head, row = run("trash", "list").out.splitlines()
    assert head.split()[:6] == ["CHANGE", "WHEN", "FILES", "SIZE", "STORY", "WHAT"]
    assert row.split()[0] == str(held["change_id"])
    assert "  The Lamp  Remove the picture of" in row


def test_trash_tells_which_story_is_meant_also_of_one_that_is_deleted(
    run: Run, lamp: int, stored: Path, picture: Path
) -> None:
    run("segment", "remove-image", 1)
    run("segment", "attach-image", 2, picture)
    run("project", "delete", lamp, "--yes")
    deletion, removal = run("trash", "list", "--json").json
    assert (deletion["project_title"], removal["project_title"]) == (None, "The Lamp")
    _, first, second = run("trash", "list").out.splitlines()
    assert "  the list of stories  Delete " in first
    assert "  The Lamp             Remove " in second


def test_trash_restore_inside_a_deleted_story_names_the_change_that_brings_it_back(
    run: Run, lamp: int, stored: Path
) -> None:
    run("segment", "remove-image", 1)
    change = run("history", lamp, "--json").json[0]["id"]
    run("project", "delete", lamp, "--yes")
    deletion = run("history", "--json").json[0]["id"]
    refusal = run("trash", "restore", change, "--json").refusal
    assert refusal["code"] == "not_found"
    assert refusal["error"] == (
        f"Change {change} is of “The Lamp”, which is deleted; bring that back first: "
        f"storyflow trash restore {deletion}"
    )
    assert run("trash", "restore", deletion).code == 0
    assert run("trash", "restore", change).code == 0
    assert stored.exists()


def test_trash_restore_in_a_story_whose_import_was_undone_names_the_import(
    run: Run, lamp: int
) -> None:
    run("segment", "delete", 1, "--yes")
    change = run("history", lamp, "--json").json[0]["id"]
    run("undo")
    imported = run("history", "--json").json[0]["id"]
    error = run("trash", "restore", change, "--json").refusal["error"]
    assert error.endswith(f"bring that back first: storyflow trash restore {imported}")
    assert run("trash", "restore", imported).code == 0
    assert run("trash", "restore", change).code == 0


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


@pytest.mark.parametrize("command", ["backup", "restore"])
def test_a_backup_is_a_file_and_no_stream(
    run: Run, lamp: int, tmp_path: Path, command: str
) -> None:
    answer = run(command, "-")
    assert answer.code == 2
    assert "file" in answer.err
    assert not (tmp_path / "-").exists()


def test_a_backup_is_made_from_within_the_library_and_restored_over_it_from_there(
    run: Run, lamp: int, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(place)
    assert run("backup", "mine.zip", "--json").refusal["code"] == "read_only"
    run("backup", "../mine.zip")
    Path("../mine.zip").rename("mine.zip")
    run("project", "rename", lamp, "Later")
    answer = run("restore", "mine.zip", "--replace", "--json").json
    assert (Path(answer["former"]) / "mine.zip").exists()
    assert run("project", "show", lamp, "--json").json["title"] == "The Lamp"


def test_a_restore_of_a_library_that_is_open_says_what_to_do(
    run: Run, lamp: int, place: Path
) -> None:
    from storyflow_tui.library import Library

    run("backup", "out.zip")
    with Library.open(place):
        answer = run("--json", "restore", "out.zip", "--replace")
    assert answer.code == 1
    assert answer.refusal["code"] == "busy"
    assert "close it" in answer.refusal["error"]
    assert run("project", "show", lamp).code == 0


def test_restore_makes_the_folder_of_a_library_that_is_not_there(run: Run, lamp: int) -> None:
    run("backup", "out.zip")
    assert run("restore", "out.zip", "--library", "deep/down/new").code == 0
    assert run("project", "list", "--library", "deep/down/new", "--json").json[0]["id"] == lamp


def test_progress_of_a_long_backup_is_shown_on_a_terminal_alone(
    run: Run, lamp: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "%" not in run("backup", "a.zip", terminal=True).err, "it was short"
    monkeypatch.setattr("storyflow_tui.cli.output.SHORT", 0.0)
    answer = run("backup", "b.zip", terminal=True)
    assert "Backing up 100 %" in answer.err
    assert answer.err.endswith("\r")
    assert "Restoring 100 %" in run("restore", "b.zip", "--library", "n", terminal=True).err
    assert run("backup", "c.zip").err == ""
    assert run("backup", "d.zip", "--json", terminal=True).err == ""
