"""The commands `import` and `export`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]


def test_import_prints_the_project_with_its_segments(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Text: One.\n---\nText: Two.")
    project = run("import", "a.txt", "--json").json
    assert project["title"] == "a"
    assert [one["text_content"] for one in project["segments"]] == ["One.", "Two."]


def test_import_for_people_is_one_line(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Text: One lamp.")
    answer = run("import", "a.txt")
    assert answer.out == "Imported a as project 1: 1 segment, 0 images, ~0:01\n"


def test_import_brings_the_pictures_along(
    run: Run, tmp_path: Path, picture: Path, place: Path
) -> None:
    story = {"title": "P", "segments": [{"text_content": "A", "image_file": "lamp.png"}]}
    (tmp_path / "story.json").write_text(json.dumps(story))
    (segment,) = run("import", "story.json", "--json").json["segments"]
    stored = place / "media" / segment["image_file"]
    assert stored.read_bytes() == picture.read_bytes()


def test_import_from_standard_input(run: Run) -> None:
    story = json.dumps({"title": "Piped", "segments": [{"text_content": "ランプ"}]}).encode()
    assert run("import", "-", "--json", stdin=story).json["title"] == "Piped"
    answer = run("--json", "import", "-", stdin=b"Text: One.")
    assert answer.refusal["code"] == "invalid_title"
    titled = run("import", "-", "--title", "Given", "--json", stdin=b"Text: One.").json
    assert titled["title"] == "Given"


def test_import_in_a_named_format(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text('{"segments": [{"text_content": "One."}]}')
    assert run("import", "a.txt", "--format", "json", "--json").json["title"] == "a"
    assert run("import", "a.txt", "--format", "xml").code == 2


def test_unknown_keys_are_a_note_on_stderr(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(
        '{"title": "A", "mood": 1, "segments": [{"text_content": "One."}]}'
    )
    answer = run("import", "a.json")
    assert answer.code == 0
    assert answer.err.startswith("Note: ")
    assert "mood" in answer.err
    answer = run("import", "a.json", "--json")
    assert answer.json["title"] == "A"
    assert "mood" in json.loads(answer.err)["note"]


def test_several_files_are_an_array(run: Run, tmp_path: Path) -> None:
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text("Text: One.")
    projects = run("import", "a.txt", "b.txt", "--json").json
    assert [one["title"] for one in projects] == ["a", "b"]
    assert run("import", "a.txt", "b.txt").out.count("\n") == 2


def test_of_several_files_each_is_all_or_nothing(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Text: One.")
    (tmp_path / "b.txt").write_text("Text: One.\n---\nPrompt: none")
    (tmp_path / "c.txt").write_text("Text: One.")
    answer = run("--json", "import", "a.txt", "b.txt", "absent.txt", "c.txt")
    assert answer.code == 1
    assert [one["title"] for one in json.loads(answer.out)] == ["a", "c"]
    refusals = [json.loads(line) for line in answer.err.splitlines()]
    assert [one["code"] for one in refusals] == ["invalid_story", "not_found"]
    assert [one["details"]["file"] for one in refusals] == ["b.txt", "absent.txt"]
    assert {one["title"] for one in run("project", "list", "--json").json} == {"a", "c"}


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["a.txt", "b.txt", "--title", "T"],
        ["-", "a.txt"],
        [""],
        ["a.txt", "--frmat", "json"],
    ],
)
def test_import_without_sense_is_wrong_usage(run: Run, place: Path, arguments: list[str]) -> None:
    answer = run("import", *arguments)
    assert answer.code == 2
    assert answer.out == ""
    assert not place.exists()


def test_an_error_in_a_story_names_file_and_line(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Text: One.\n---\nprose\n")
    answer = run("import", "a.txt")
    assert answer.code == 1
    assert answer.err.startswith("Error: a.txt: Story could not be read: line 3: ")
    assert answer.err.count("\n") == 1


def test_a_file_name_with_escape_sequences_is_made_safe(run: Run, tmp_path: Path) -> None:
    (tmp_path / "\x1b[31ma.txt").write_text("prose")
    answer = run("import", "\x1b[31ma.txt")
    assert answer.code == 1
    assert "\x1b" not in answer.err


def test_export_prints_the_story_as_it_is(run: Run, lamp: int) -> None:
    run("segment", "edit", 3, "--text", "\x1b[31m raw ランプ")
    answer = run("export", lamp)
    assert answer.code == 0
    assert json.loads(answer.out)["title"] == "The Lamp"
    text = run("export", lamp, "--format", "text")
    assert "Title: The Lamp" in text.out
    assert "\x1b[31m raw ランプ" in text.out
    assert run("export", lamp, "-").out == answer.out


def test_export_without_file_in_json_is_pure_json(run: Run, lamp: int) -> None:
    assert run("export", lamp, "--json").json["title"] == "The Lamp"
    answer = run("export", lamp, "--format", "text", "--json").json
    assert answer["project_id"] == lamp
    assert answer["text"].startswith("Title: The Lamp")


def test_export_to_a_file_and_never_over_one(run: Run, lamp: int, tmp_path: Path) -> None:
    answer = run("export", lamp, "out.txt", "--json").json
    assert answer == {"project_id": lamp, "files": ["out.txt"]}
    written = (tmp_path / "out.txt").read_bytes()
    assert run("--json", "export", lamp, "out.txt").refusal["code"] == "not_empty"
    assert (tmp_path / "out.txt").read_bytes() == written
    assert run("export", lamp, "out.txt", "--force").out == "Exported The Lamp to out.txt\n"


def test_export_to_a_folder_takes_the_pictures_along_and_comes_back(
    run: Run, lamp: int, picture: Path, tmp_path: Path
) -> None:
    run("segment", "attach-image", 2, picture)
    answer = run("export", lamp, "out/", "--json").json
    assert answer["files"][0] == "out/story.json"
    assert len(answer["files"]) == 2
    answer = run("export", lamp, "out/", "--force")
    assert answer.out == "Exported The Lamp to out/story.json, with 1 picture\n"
    again = run("import", "out/story.json", "--json").json
    assert again["segments"][1]["image_file"].endswith("lamp.png")


def test_export_says_what_was_left_out(run: Run, lamp: int, picture: Path) -> None:
    run("segment", "attach-image", 2, picture)
    run("segment", "edit", 1, "--lock")
    answer = run("export", lamp, "out.txt")
    assert answer.err.startswith("Note: ")
    assert answer.code == 0


def test_export_to_a_file_without_a_name_is_wrong_usage(run: Run, lamp: int) -> None:
    assert run("export", lamp, "").code == 2


def test_export_to_a_terminal_shows_escapes_as_signs_and_to_a_pipe_as_they_are(
    run: Run, lamp: int
) -> None:
    run("segment", "edit", 1, "--text", "A \x1b[31mred\x1b[0m lamp\x9b2J")
    shown = run("export", lamp, "--format", "text", terminal=True).out
    assert "\x1b" not in shown
    assert "\x9b" not in shown
    assert "red" in shown
    assert "\x1b[31mred" in run("export", lamp, "--format", "text").out


def test_an_endless_standard_input_is_refused(
    run: Run, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storyflow_tui.formats.files.MAX_BYTES", 1000)
    answer = run("import", "-", "--title", "Endless", "--json", stdin=b"y\n" * 600)
    assert answer.code == 1
    assert answer.refusal["code"] == "invalid_story"


@pytest.fixture
def five(run: Run, tmp_path: Path) -> int:
    """A story of five segments with prompts."""
    blocks = [f"Text: Part {n}.\nPrompt: picture {n}" for n in range(1, 6)]
    (tmp_path / "five.txt").write_text("\n---\n".join(blocks))
    project_id: int = run("import", "five.txt", "--json").json["id"]
    return project_id


def test_export_of_some_segments_by_their_positions(run: Run, five: int) -> None:
    answer = run("export", five, "--segments", "4,1-2, 2").json
    assert [one["text_content"] for one in answer["segments"]] == ["Part 1.", "Part 2.", "Part 4."]
    refused = run("--json", "export", five, "--segments", "3-6").refusal
    assert (refused["code"], refused["details"]) == ("invalid_order", {"position": 6})
    assert "the story has 5 segments" in refused["error"]


@pytest.mark.parametrize("places", ["", "x", "0", "3-1", "1..2", "1-2-3", "-1"])
def test_positions_that_are_none_are_wrong_usage(run: Run, five: int, places: str) -> None:
    assert run("export", five, "--segments", places).code == 2


def test_export_with_an_option_of_the_form(run: Run, five: int) -> None:
    answer = run("export", five, "--format", "text", "--option", "Prompts=without")
    assert "Prompt:" not in answer.out
    assert "Left out: 5 prompts." in answer.err
    refused = run("export", five, "--option", "prompts=without")
    assert (refused.code, refused.err) == (1, "Error: The json form has no option 'prompts'\n")
    refused = run("export", five, "--format", "text", "--option", "prompts=none")
    assert "The option prompts is with or without, not 'none'" in refused.err
    assert run("export", five, "--option", "prompts").code == 2
