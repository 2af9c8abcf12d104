"""The commands `segment ...`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]

COLUMNS = [
    "id",
    "project_id",
    "sequence_index",
    "text_content",
    "image_prompt",
    "image_file",
    "audio_file",
    "audio_duration",
    "is_locked",
    "created_at",
    "updated_at",
]


def order(run: Run, project: int) -> list[int]:
    return [one["id"] for one in run("segment", "list", project, "--json").json]


def test_list_is_an_array_in_order(run: Run, lamp: int) -> None:
    segments = run("segment", "list", lamp, "--json").json
    assert [list(one) for one in segments] == [COLUMNS] * 3
    assert [one["sequence_index"] for one in segments] == [0, 1, 2]


def test_list_without_a_project_is_empty(run: Run, lamp: int) -> None:
    assert run("segment", "list", "--json").json == []
    assert "storyflow project list" in run("segment", "list").out


def test_list_of_an_empty_project_says_what_to_do_next(run: Run) -> None:
    run("project", "new", "Empty")
    assert run("segment", "list", 1, "--json").json == []
    assert "storyflow segment insert 1 1 FILE" in run("segment", "list", 1).out


def test_list_for_people_is_a_line_a_segment(run: Run, lamp: int) -> None:
    run("segment", "edit", 2, "--text", "long\nwords " * 100, "--lock")
    head, *rows = run("segment", "list", lamp).out.splitlines()
    assert head.split() == ["#", "ID", "LENGTH", "IMAGE", "LOCK", "NARRATION"]
    assert len(rows) == 3
    assert all(len(row) <= 80 for row in rows)
    assert rows[1].split()[:5] == ["2", "2", "~1:20", "-", "locked"]


def test_a_segment_is_called_by_its_place_and_its_id(run: Run, lamp: int) -> None:
    run("segment", "move", 3, 1)
    assert run("segment", "list", lamp).out.splitlines()[1].split()[:2] == ["1", "3"]
    assert run("segment", "edit", 3, "--lock").out.startswith("Saved segment 1 (id 3): ")
    assert run("segment", "move", 3, 2).out == "Moved segment 1 (id 3) to position 2\n"
    assert run("segment", "delete", 1, "--yes").out.startswith("Deleted segment 1 (id 1). ")
    assert run("segment", "show", 9).err == (
        "Error: Segment 9 not found: commands take the ID that storyflow segment list PROJECT "
        "shows, not the #\n"
    )


def test_show_has_the_columns(run: Run, lamp: int) -> None:
    segment = run("segment", "show", 1, "--json").json
    assert list(segment) == COLUMNS
    assert segment["text_content"] == "One lamp."
    assert segment["image_prompt"] == "a lamp in fog"


def test_show_for_people_has_all_text_made_safe(run: Run, lamp: int) -> None:
    run("segment", "edit", 2, "--text", "one\x1b[2J\ntwo", "--prompt", "\x9b1mred")
    out = run("segment", "show", 2).out
    assert out.startswith("Segment 2 of 3 in The Lamp (id 2, project 1)\n")
    assert "Narration\none␛[2J\ntwo\n" in out
    assert "·1mred" in out
    assert "\x1b" not in out
    assert "\x9b" not in out


def test_json_holds_control_characters_as_escapes(run: Run, lamp: int) -> None:
    text = "\x1b[2J \x7f \x9b \u202e ランプ \\"
    answer = run("segment", "edit", 2, "--text", text, "--json")
    assert answer.json["text_content"] == text
    assert answer.out.rstrip("\n").isprintable()


def test_show_says_that_a_picture_is_missing(
    run: Run, lamp: int, picture: Path, place: Path
) -> None:
    stored = run("segment", "attach-image", 1, picture, "--json").json["image_file"]
    assert str(place / "media" / stored) in run("segment", "show", 1).out
    (place / "media" / stored).unlink()
    assert "(missing)" in run("segment", "show", 1).out


def test_edit_prints_the_segment(run: Run, lamp: int) -> None:
    segment = run("segment", "edit", 1, "--text", "New.", "--prompt", "", "--lock", "--json").json
    assert list(segment) == COLUMNS
    assert segment["text_content"] == "New."
    assert segment["image_prompt"] == ""
    assert segment["is_locked"] is True


def test_edit_leaves_what_is_not_named(run: Run, lamp: int) -> None:
    segment = run("segment", "edit", 1, "--text", "New.", "--json").json
    assert segment["image_prompt"] == "a lamp in fog"
    assert segment["is_locked"] is False


def test_edit_stores_a_dash_as_it_is(run: Run, lamp: int) -> None:
    assert run("segment", "edit", 1, "--text", "-", "--json").json["text_content"] == "-"


def test_options_may_be_the_text_of_a_segment(run: Run, lamp: int) -> None:
    assert run("segment", "edit", 1, "--text", "--json").out.startswith("Saved segment 1")
    assert run("segment", "show", 1, "--json").json["text_content"] == "--json"


def test_edit_of_a_locked_segment_is_refused_unless_it_unlocks(run: Run, lamp: int) -> None:
    assert run("segment", "edit", 1, "--lock").code == 0
    answer = run("--json", "segment", "edit", 1, "--text", "No.")
    assert answer.refusal["error"] == "Cannot edit a locked segment. Unlock it first."
    assert run("--json", "segment", "edit", 1, "--text", "No.", "--unlock").code == 1
    assert run("segment", "edit", 1, "--unlock", "--json").json["is_locked"] is False


@pytest.mark.parametrize("text", ["", " \n\u3000", "a\udcffb"])
def test_edit_with_text_that_cannot_be_is_refused(run: Run, lamp: int, text: str) -> None:
    assert run("--json", "segment", "edit", 1, "--text", text).refusal["code"] == "invalid_text"


@pytest.mark.parametrize("options", [[], ["--lock", "--unlock"], ["--audio", "x"], ["--text"]])
def test_edit_without_sense_is_wrong_usage(run: Run, lamp: int, options: list[str]) -> None:
    assert run("segment", "edit", 1, *options).code == 2


def test_edit_for_people_says_how_the_segment_is_now(run: Run, lamp: int) -> None:
    assert run("segment", "edit", 1, "--lock").out == "Saved segment 1 (id 1): locked, no image\n"


def test_attach_prints_the_segment_and_stores_the_bytes(
    run: Run, lamp: int, picture: Path, place: Path
) -> None:
    segment = run("segment", "attach-image", 1, picture, "--json").json
    assert list(segment) == COLUMNS
    assert segment["image_file"] == "projects/1/images/1_lamp.png"
    stored = place / "media" / segment["image_file"]
    assert stored.read_bytes() == picture.read_bytes()
    assert (
        run("segment", "attach-image", 2, picture).out == "Attached lamp.png to segment 2 (id 2)\n"
    )


def test_attach_of_what_is_no_picture_says_why(run: Run, lamp: int, tmp_path: Path) -> None:
    (tmp_path / "words.png").write_text("words")
    for name in ("words.png", "absent.png", ".", "lamp.txt"):
        answer = run("--json", "segment", "attach-image", 1, name)
        assert answer.refusal["code"] == "invalid_image"
        assert answer.refusal["error"] == "Invalid image file"
    answer = run("segment", "attach-image", 1, "words.png")
    assert answer.err.startswith("Error: ")
    assert "Invalid image file: " in answer.err
    assert "words.png" in answer.err


def test_attach_to_a_locked_segment_is_refused(run: Run, lamp: int, picture: Path) -> None:
    run("segment", "edit", 1, "--lock")
    answer = run("--json", "segment", "attach-image", 1, picture)
    assert answer.refusal["error"] == "Cannot modify a locked segment."


def test_remove_image_prints_the_segment(run: Run, lamp: int, picture: Path) -> None:
    run("segment", "attach-image", 1, picture)
    segment = run("segment", "remove-image", 1, "--json").json
    assert segment["image_file"] is None
    assert list(segment) == COLUMNS
    answer = run("--json", "segment", "remove-image", 1)
    assert answer.refusal["code"] == "no_image"
    assert run("undo", lamp).code == 0
    assert "storyflow undo 1" in run("segment", "remove-image", 1).out


def test_delete_prints_the_id(run: Run, lamp: int) -> None:
    assert run("segment", "delete", 2, "--yes", "--json").json == {"id": 2}
    assert order(run, lamp) == [1, 3]
    assert run("segment", "delete", 3, "--yes").out.startswith("Deleted segment 2 (id 3). ")


def test_delete_asks_and_names_what_goes(run: Run, lamp: int) -> None:
    run("segment", "edit", 2, "--lock")
    answer = run("segment", "delete", 2, stdin=b"n\n", terminal=True)
    assert answer.code == 1
    assert "Delete segment 2 (id 2), locked: “Two lamps.”? [y/N]" in answer.err
    assert run("--json", "segment", "delete", 2).refusal["code"] == "not_confirmed"
    assert order(run, lamp) == [1, 2, 3]
    assert run("segment", "delete", 2, stdin=b"YES\n", terminal=True).code == 0
    assert order(run, lamp) == [1, 3]


def test_move_prints_the_segment(run: Run, lamp: int) -> None:
    segment = run("segment", "move", 3, 1, "--json").json
    assert (segment["id"], segment["sequence_index"]) == (3, 0)
    assert order(run, lamp) == [3, 1, 2]
    assert run("segment", "move", 3, 2).out == "Moved segment 1 (id 3) to position 2\n"


def test_reorder_prints_ids_and_indices(run: Run, lamp: int) -> None:
    answer = run("segment", "reorder", lamp, 3, 1, 2, "--json").json
    assert answer == {
        "segments": [
            {"id": 3, "sequence_index": 0},
            {"id": 1, "sequence_index": 1},
            {"id": 2, "sequence_index": 2},
        ]
    }
    assert order(run, lamp) == [3, 1, 2]
    assert "3 segments" in run("segment", "reorder", lamp, 1, 2, 3).out


@pytest.mark.parametrize(
    "ids", [[], [1, 2], [1, 2, 3, 4], [1, 2, 2], [1, 2, -3], [1, 2, 2**63], [1, 2, 3, 10**90]]
)
def test_reorder_with_anything_but_all_ids_is_refused(run: Run, lamp: int, ids: list[int]) -> None:
    answer = run("--json", "segment", "reorder", lamp, *ids)
    assert answer.code == 1
    assert answer.refusal["code"] == "invalid_order"
    assert order(run, lamp) == [1, 2, 3]


def test_reorder_for_people_names_what_is_wrong(run: Run, lamp: int) -> None:
    answer = run("segment", "reorder", lamp, 1, 1, 9)
    assert answer.err.count("\n") == 1
    assert "missing: 2, 3" in answer.err
    assert "repeated: 1" in answer.err
    assert "not in this project: 9" in answer.err


def test_insert_prints_the_project_with_all_segments(run: Run, lamp: int, tmp_path: Path) -> None:
    (tmp_path / "more.json").write_text(
        json.dumps({"title": "More", "segments": [{"text_content": "A"}, {"text_content": "B"}]})
    )
    project = run("segment", "insert", lamp, 2, "more.json", "--json").json
    assert [one["text_content"] for one in project["segments"]] == [
        "One lamp.",
        "A",
        "B",
        "Two lamps.",
        "Three lamps.",
    ]
    assert project["title"] == "The Lamp"
    answer = run("segment", "insert", lamp, 6, "more.json")
    assert answer.out == "Inserted 2 segments at position 6 of The Lamp\n"


def test_insert_reads_standard_input(run: Run, lamp: int) -> None:
    project = run("segment", "insert", lamp, 4, "-", "--json", stdin=b"Text: Last.").json
    assert project["segments"][-1]["text_content"] == "Last."


def test_insert_of_a_story_that_cannot_be_read_changes_nothing(
    run: Run, lamp: int, tmp_path: Path
) -> None:
    (tmp_path / "bad.txt").write_text("prose")
    answer = run("--json", "segment", "insert", lamp, 1, "bad.txt")
    assert answer.refusal["code"] == "invalid_story"
    assert order(run, lamp) == [1, 2, 3]


def found(run: Run, project: int, *options: object) -> list[int]:
    return [one["id"] for one in run("segment", "list", project, *options, "--json").json]


def test_list_finds_a_text_in_any_case(run: Run, lamp: int) -> None:
    assert found(run, lamp, "--find", "TWO") == [2]
    assert found(run, lamp, "--find", "fog") == [1]
    assert found(run, lamp, "--find", "%") == []


def test_list_filters_by_image_and_lock(run: Run, lamp: int, picture: Path) -> None:
    run("segment", "attach-image", 1, picture)
    run("segment", "edit", 2, "--lock")
    assert found(run, lamp, "--without-image") == [2, 3]
    assert found(run, lamp, "--locked") == [2]
    assert found(run, lamp, "--unlocked") == [1, 3]
    assert found(run, lamp, "--without-image", "--unlocked") == [3]
    assert found(run, lamp, "--find", "lamps", "--locked") == [2]
    assert found(run, lamp, "--find", "lamp.png") == [1]
    assert found(run, lamp, "--changed-today") == [1, 2, 3]


def test_a_filtered_list_keeps_the_positions_of_the_whole(run: Run, lamp: int) -> None:
    _, row = run("segment", "list", lamp, "--find", "three").out.splitlines()
    assert row.split()[:2] == ["3", "3"]


def test_a_filtered_list_that_is_empty_says_so(run: Run, lamp: int) -> None:
    said = run("segment", "list", lamp, "--find", "fogg").out
    assert said == f"“fogg” is in no segment of project {lamp}\n"
    assert run("segment", "list", lamp, "--locked").out == f"No segment of project {lamp} fits\n"
    assert run("segment", "list", lamp, "--locked", "--json").json == []


@pytest.mark.parametrize("options", [("--locked", "--unlocked"), ("--find", " ")])
def test_options_that_cannot_be_meant_are_wrong_usage(
    run: Run, lamp: int, options: tuple[str, ...]
) -> None:
    assert run("segment", "list", lamp, *options).code == 2


def test_a_filtered_list_of_an_absent_project_is_refused(run: Run, lamp: int) -> None:
    answer = run("segment", "list", 9, "--find", "lamp", "--json").refusal
    assert (answer["error"], answer["code"]) == ("Project 9 not found", "not_found")


def test_set_length_prints_the_segment(run: Run, lamp: int) -> None:
    segment = run("segment", "set-length", 2, "0:04.5", "--json").json
    assert list(segment) == COLUMNS
    assert (segment["id"], segment["audio_duration"]) == (2, 4.5)
    assert run("segment", "set-length", 2, 90).out == "The length of segment 2 (id 2) is 1:30\n"
    assert (
        run("segment", "set-length", 2, "none").out == "The length of segment 2 (id 2) is ~0:01\n"
    )


def test_several_lengths_are_one_change(run: Run, lamp: int) -> None:
    segments = run("segment", "set-length", 3, 5, 1, "1:00", "--json").json
    assert [(one["id"], one["audio_duration"]) for one in segments] == [(3, 5), (1, 60)]
    assert run("undo", lamp).out.startswith("Undone: Set the lengths of 2 segments\n")


@pytest.mark.parametrize(
    "arguments", [[], [1], [1, 2, 3], [1, "soon"], [1, -3], [1, "1:75"], [1, 2, 1, 3], ["x", 3]]
)
def test_lengths_that_are_no_pairs_are_wrong_usage(
    run: Run, lamp: int, arguments: list[object]
) -> None:
    answer = run("segment", "set-length", *arguments)
    assert answer.code == 2
    assert "Traceback" not in answer.err
    assert all(one["audio_duration"] is None for one in run("segment", "list", 1, "--json").json)


def test_a_length_of_another_project_is_refused_by_its_id(
    run: Run, lamp: int, tmp_path: Path
) -> None:
    run("import", tmp_path / "lamp.txt")
    answer = run("segment", "set-length", 1, 3, 4, 3)
    assert answer.code == 1
    assert "not in this project: 4" in answer.err
