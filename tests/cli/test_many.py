"""The commands `segment ...` that take many segments, and the pictures of a folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

Run = Callable[..., Any]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with pictures for the three segments, one more, and one without a number."""
    path = tmp_path / "pictures"
    path.mkdir()
    for name in ("lamp-1", "lamp-2", "lamp-3", "lamp-10", "cover"):
        Image.new("RGB", (8, 6), "orange").save(path / f"{name}.png")
    (path / "notes.txt").write_text("not a picture")
    return path


def segments(run: Run, project: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = run("segment", "list", project, "--json").json
    return found


def order(run: Run, project: int) -> list[int]:
    return [one["id"] for one in segments(run, project)]


def images(run: Run, project: int) -> list[str | None]:
    return [(one["image_file"] or "").rpartition("_")[2] or None for one in segments(run, project)]


def test_lock_and_unlock_print_one_segment_or_an_array(run: Run, lamp: int) -> None:
    assert run("segment", "lock", 2, "--json").json["is_locked"] is True
    answer = run("segment", "lock", 3, 1, "--json").json
    assert [(one["id"], one["is_locked"]) for one in answer] == [(1, True), (3, True)]
    assert run("segment", "unlock", 1, 2, 3).out == "Unlocked 3 segments\n"
    assert run("segment", "lock", 1).out == "Locked segment 1 (id 1)\n"
    assert [one["is_locked"] for one in segments(run, lamp)] == [True, False, False]


@pytest.mark.parametrize("command", ["lock", "unlock", "delete", "move", "copy"])
def test_without_an_id_it_is_wrong_usage(run: Run, lamp: int, command: str) -> None:
    assert run("segment", command).code == 2


def test_one_that_is_not_there_changes_nothing(run: Run, lamp: int) -> None:
    for command in (
        ["lock", 1, 99],
        ["delete", 1, 99, "--yes"],
        ["move", 1, 99, 1],
        ["copy", 1, 99, "--to", lamp],
    ):
        assert run("--json", "segment", *command).refusal["code"] == "not_found"
    assert order(run, lamp) == [1, 2, 3]
    assert not any(one["is_locked"] for one in segments(run, lamp))


def test_delete_of_many_prints_their_ids_and_is_one_change(run: Run, lamp: int) -> None:
    assert run("segment", "delete", 3, 1, "--yes", "--json").json == [{"id": 3}, {"id": 1}]
    assert order(run, lamp) == [2]
    run("undo", lamp)
    assert order(run, lamp) == [1, 2, 3]
    answer = run("segment", "delete", 1, 2, "--yes").out
    assert answer == "Deleted 2 segments. To bring them back: storyflow undo 1\n"


def test_delete_of_many_asks_once_and_tells_of_locks(run: Run, lamp: int) -> None:
    run("segment", "lock", 2)
    answer = run("segment", "delete", 1, 2, stdin=b"n\n", terminal=True)
    assert "Delete 2 segments, 1 locked (ids 1, 2)? [y/N]" in answer.err
    assert order(run, lamp) == [1, 2, 3]


def test_many_are_moved_to_a_position(run: Run, lamp: int) -> None:
    answer = run("segment", "move", 3, 2, 1, "--json").json
    assert [(one["id"], one["sequence_index"]) for one in answer] == [(2, 0), (3, 1)]
    assert order(run, lamp) == [2, 3, 1]
    assert run("segment", "move", 1, 2, 1).out == "Moved 2 segments to position 1\n"
    assert run("--json", "segment", "move", 1, 2, 3).refusal["code"] == "invalid_order"


def test_many_are_copied_into_another_project(run: Run, lamp: int) -> None:
    run("project", "new", "Fog")
    answer = run("segment", "copy", 3, 1, "--to", 2, "--json").json
    assert [(one["id"], one["text_content"]) for one in answer] == [
        (4, "One lamp."),
        (5, "Three lamps."),
    ]
    one = run("segment", "copy", 2, "--to", 2, "--at", 1, "--json").json
    assert (one["id"], one["project_id"], one["sequence_index"]) == (6, 2, 0)
    assert order(run, 2) == [6, 4, 5]
    assert run("segment", "copy", 1, 2, "--to", 2).out == "Copied 2 segments into Fog\n"
    assert run("segment", "copy", 1, "--to", 2).out == "Copied segment 1 (id 1) into Fog\n"


def test_a_folder_goes_by_the_numbers_in_its_names(run: Run, lamp: int, folder: Path) -> None:
    answer = run("segment", "attach-images", lamp, folder, "--by", "number")
    assert answer.out == (
        "Attached 3 pictures to segments 1 to 3. To take it back: storyflow undo 1\n"
    )
    assert answer.err.splitlines() == [
        "Note: cover.png is left out: no number in its name",
        "Note: lamp-10.png is left out: no segment 10; there are 3",
    ]
    assert images(run, lamp) == ["lamp-1.png", "lamp-2.png", "lamp-3.png"]
    run("undo", lamp)
    assert images(run, lamp) == [None, None, None]


def test_a_folder_goes_in_order_and_prints_the_segments(run: Run, lamp: int, folder: Path) -> None:
    answer = run(
        "segment", "attach-images", lamp, folder, "--by", "order", "--from", 2, "--json"
    ).json
    assert [one["id"] for one in answer] == [2, 3]
    assert images(run, lamp) == [None, "cover.png", "lamp-1.png"]


def test_a_folder_for_those_without_an_image(run: Run, lamp: int, folder: Path) -> None:
    run("segment", "attach-image", 2, folder / "cover.png")
    run("segment", "attach-images", lamp, folder, "--by", "order", "--missing")
    assert images(run, lamp) == ["cover.png", "cover.png", "lamp-1.png"]


def test_a_dry_run_shows_the_pairs_and_changes_nothing(run: Run, lamp: int, folder: Path) -> None:
    run("segment", "attach-image", 2, folder / "cover.png")
    run("segment", "lock", 3)
    (folder / "lamp-2.png").write_text("words")
    command = ("segment", "attach-images", lamp, folder, "--by", "number", "--dry-run")
    answer = run(*command, "--json").json
    assert [list(each.values())[:5] for each in answer["pairs"]] == [
        [1, 1, "lamp-1.png", False, False],
        [2, 2, "lamp-2.png", True, False],
        [3, 3, "lamp-3.png", False, True],
    ]
    assert [bool(each["problem"]) for each in answer["pairs"]] == [False, True, False]
    assert [each["file"] for each in answer["left_out"]] == ["cover.png", "lamp-10.png"]
    lines = run(*command).out.splitlines()
    assert lines[0].split() == ["#", "ID", "FILE", "NOW", "NARRATION"]
    assert lines[2].split() == ["2", "2", "lamp-2.png", "image", "Two", "lamps."]
    assert any(line.startswith("lamp-2.png cannot be used: ") for line in lines)
    assert "cover.png is left out: no number in its name" in lines
    assert lines[-1] == "Nothing was changed; without --dry-run it is done"
    assert images(run, lamp) == [None, "cover.png", None]


def test_a_locked_segment_refuses_the_whole_folder_with_its_number(
    run: Run, lamp: int, folder: Path
) -> None:
    run("segment", "lock", 3, 1)
    answer = run("--json", "segment", "attach-images", lamp, folder, "--by", "number")
    assert answer.refusal["code"] == "locked"
    assert answer.refusal["details"]["positions"] == [1, 3]
    assert "segments 1, 3" in answer.refusal["error"]
    assert images(run, lamp) == [None, None, None]


def test_a_file_that_is_no_picture_refuses_the_whole_folder_by_its_name(
    run: Run, lamp: int, folder: Path
) -> None:
    (folder / "lamp-2.png").write_text("words")
    command = ("segment", "attach-images", lamp, folder, "--by", "number")
    assert run("--json", *command).refusal["code"] == "invalid_image"
    assert "lamp-2.png: Invalid image file: " in run(*command).err
    assert images(run, lamp) == [None, None, None]


def test_a_folder_of_which_nothing_can_be_used_is_refused_with_a_reason(
    run: Run, lamp: int, folder: Path, tmp_path: Path
) -> None:
    for path in folder.glob("lamp*"):
        path.unlink()
    answer = run("segment", "attach-images", lamp, folder, "--by", "number")
    assert answer.code == 1
    assert "goes to a segment: cover.png is left out: no number in its name" in answer.err
    (folder / "cover.png").unlink()
    for place in (folder, tmp_path / "absent"):
        answer = run("--json", "segment", "attach-images", lamp, place, "--by", "order")
        assert answer.refusal["code"] == "not_found"


@pytest.mark.parametrize("options", [[], ["--by", "size"], ["--by", "order", "--from", "x"]])
def test_a_folder_without_sense_is_wrong_usage(
    run: Run, lamp: int, folder: Path, options: list[str]
) -> None:
    assert run("segment", "attach-images", lamp, folder, *options).code == 2


@pytest.mark.parametrize("start", [0, 4, -1])
def test_a_folder_begins_within_the_timeline(run: Run, lamp: int, folder: Path, start: int) -> None:
    answer = run(
        "--json", "segment", "attach-images", lamp, folder, "--by", "order", "--from", start
    )
    assert answer.refusal["code"] == "invalid_order"
