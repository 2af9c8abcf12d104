"""What may stand where on the command line, and which numbers are ids."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from storyflow_tui.cli.call import Call
from storyflow_tui.library import Library
from storyflow_tui.records import Changed

Run = Callable[..., Any]

HUGE = "9" * 40


@pytest.mark.parametrize(
    "arguments",
    [
        ["--json", "--library", "{}", "project", "list"],
        ["project", "--json", "--library", "{}", "list"],
        ["project", "list", "--json", "--library", "{}"],
    ],
)
def test_json_and_library_may_stand_anywhere(
    run: Run, lamp: int, place: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    monkeypatch.delenv("STORYFLOW_LIBRARY")
    answer = run(*[argument.format(place) for argument in arguments])
    assert [project["title"] for project in answer.json] == ["The Lamp"]


def test_the_library_option_wins_over_the_environment(run: Run, lamp: int, tmp_path: Path) -> None:
    other = tmp_path / "other"
    run("--library", other, "project", "new", "Elsewhere")
    listed = run("project", "list", "--library", other, "--json").json
    assert [project["title"] for project in listed] == ["Elsewhere"]


def test_without_option_and_environment_it_is_the_data_folder(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    from storyflow_tui.config import default_library

    monkeypatch.delenv("STORYFLOW_LIBRARY")
    assert run("project", "new", "Mine").code == 0
    assert (default_library() / "storyflow.db").is_file()


def test_an_empty_library_option_is_wrong_usage(run: Run) -> None:
    answer = run("--library", "", "project", "list")
    assert answer.code == 2
    assert "--library" in answer.err


def test_a_tilde_in_the_library_option_is_the_home_folder(run: Run) -> None:
    assert run("--library=~/stories", "project", "new", "Home").code == 0
    assert (Path.home() / "stories" / "storyflow.db").is_file()


@pytest.mark.parametrize("number", ["-5", "0", "99", str(2**63), HUGE, "-" + HUGE])
@pytest.mark.parametrize(
    "command",
    [
        "project show {}",
        "project rename {} Title",
        "project delete {} --yes",
        "segment list {}",
        "segment show {}",
        "segment edit {} --text x",
        "segment attach-image {} lamp.png",
        "segment remove-image {}",
        "segment delete {} --yes",
        "segment move {} 1",
        "segment reorder {} 1 2 3",
        "segment insert {} 1 lamp.txt",
        "segment new {} --text x",
        "segment duplicate {}",
        "segment split {} 1",
        "segment merge {}",
        "history {}",
        "undo {}",
        "redo {}",
        "export {}",
    ],
)
def test_an_id_that_is_nobodys_is_not_found(
    run: Run, lamp: int, picture: Path, command: str, number: str
) -> None:
    answer = run("--json", *command.format(number).split())
    assert answer.code == 1
    assert answer.refusal["code"] == "not_found"


@pytest.mark.parametrize("number", ["x", "1.5", "", "1_0", "١", "0x1"])
def test_an_id_that_is_no_integer_is_wrong_usage(run: Run, lamp: int, number: str) -> None:
    answer = run("segment", "show", number)
    assert answer.code == 2
    assert "is not a valid integer" in answer.err
    assert answer.out == ""


@pytest.mark.parametrize("position", ["0", "-1", "5", HUGE, "9" * 5000])
def test_a_position_outside_the_project_is_refused(run: Run, lamp: int, position: str) -> None:
    assert run("--json", "segment", "move", 1, position).refusal["code"] == "invalid_order"
    answer = run("--json", "segment", "insert", lamp, position, "lamp.txt")
    assert answer.refusal["code"] == "invalid_order"


def test_a_negative_number_as_text_is_text(run: Run, lamp: int) -> None:
    assert run("segment", "edit", 1, "--text", "-5", "--json").json["text_content"] == "-5"


def test_read_only_holds_for_every_command(run: Run, lamp: int) -> None:
    answer = run("--read-only", "--json", "project", "rename", lamp, "No")
    assert answer.refusal["code"] == "read_only"
    assert run("--read-only", "project", "show", lamp).code == 0
    answer = run("--read-only", "--json", "import", "lamp.txt")
    assert answer.refusal["code"] == "read_only"
    assert len(run("project", "list", "--json").json) == 1
    assert "storyflow --read-only check" in " ".join(run("--help").out.split())


def test_moves_that_are_still_to_be_done_are_told(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call = Call()
    with call.opened() as library:
        assert library.on_changed is not None
        library.on_changed(Changed(1, (1,), False, False, 7, "Remove image", pending=True))
    assert capsys.readouterr().err.startswith("Note: it is done, but its files")


def test_a_library_that_cannot_be_written_says_so(run: Run, lamp: int, place: Path) -> None:
    class Unwritable(Library):
        """The library as it opens where the folder cannot be written."""

        @classmethod
        def open(cls, path: Path | str, **_: Any) -> Library:
            library = super().open(path, read_only=True)
            library.notes.append("read-only: this library cannot be written")
            return library

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("storyflow_tui.library.Library", Unwritable)
        answer = run("project", "list", "--json")
    assert len(answer.json) == 1
    assert json.loads(answer.err) == {"note": "read-only: this library cannot be written"}


READING = [
    "project list",
    "project show 1",
    "segment list",
    "segment list 1",
    "segment show 1",
    "history",
    "history 1",
    "check",
    "export 1",
    "backup out.zip",
    "trash list",
]


@pytest.mark.parametrize("command", READING)
def test_a_reading_command_on_an_absent_library_creates_nothing(
    run: Run, place: Path, tmp_path: Path, command: str
) -> None:
    answer = run("--json", *command.split())
    assert answer.code == 1
    assert answer.refusal["code"] == "not_found"
    assert str(place) in answer.refusal["error"]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "command",
    [
        "project rename 1 T",
        "project delete 1 --yes",
        "segment edit 1 --lock",
        "segment delete 1 --yes",
        "segment move 1 1",
        "segment reorder 1 1",
        "segment new 1 --text x",
        "segment duplicate 1",
        "segment split 1 1",
        "segment merge 1",
        "undo 1",
        "redo 1",
    ],
)
def test_a_writing_command_creates_the_library(run: Run, place: Path, command: str) -> None:
    answer = run("--json", *command.split())
    assert answer.refusal["code"] == "not_found"
    assert (place / "storyflow.db").is_file()


def test_a_file_in_place_of_the_library_is_refused_in_a_sentence(run: Run, place: Path) -> None:
    place.write_text("not a folder")
    for command in (["project", "list"], ["project", "new", "T"]):
        answer = run(*command)
        assert answer.code == 1
        assert answer.err.startswith("Error: ")
        assert answer.err.count("\n") == 1
        assert str(place) in answer.err
    assert place.read_text() == "not a folder"


def test_another_applications_database_is_refused(run: Run, place: Path) -> None:
    place.mkdir()
    (place / "storyflow.db").write_bytes(b"this is no database" * 100)
    answer = run("--json", "project", "list")
    assert answer.refusal["code"] == "foreign_file"
