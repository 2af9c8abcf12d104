"""Drafts: one file a text, whole or not at all, of one library."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from storyflow_tui.tui.drafts import Draft, Drafts


def draft(segment_id: int = 3, text: str = "typed", **changes: object) -> Draft:
    values: dict[str, object] = {
        "library": "",
        "project_id": 1,
        "segment_id": segment_id,
        "field": "text_content",
        "text": text,
        "stored": "stored",
        "why": "busy",
        "position": segment_id,
    }
    return Draft(**(values | changes))  # type: ignore[arg-type]


def test_draft_comes_back_as_it_was_typed(tmp_path: Path) -> None:
    drafts = Drafts(tmp_path / "library")
    typed = "line\n\x1b[2J \x00 灯 \ud800 " + "x" * 100_000
    drafts.keep(draft(text=typed))
    (found,) = drafts.of(1)
    assert found.text == typed
    assert found.library == str(tmp_path / "library")
    assert found.written_at


def test_newer_draft_of_a_text_replaces_the_older(tmp_path: Path) -> None:
    drafts = Drafts(tmp_path)
    drafts.keep(draft(text="one"))
    drafts.keep(draft(text="two"))
    drafts.keep(draft(text="three", field="image_prompt"))
    assert sorted(one.text for one in drafts.of(1)) == ["three", "two"]


def test_drafts_are_those_of_the_project_and_the_library(tmp_path: Path) -> None:
    Drafts(tmp_path / "a").keep(draft())
    Drafts(tmp_path / "a").keep(draft(7, project_id=2))
    assert len(Drafts(tmp_path / "a").of(1)) == 1
    assert Drafts(tmp_path / "b").of(1) == []


def test_dropped_draft_is_gone_and_dropping_again_is_no_error(tmp_path: Path) -> None:
    drafts = Drafts(tmp_path)
    drafts.keep(draft())
    drafts.drop(draft())
    drafts.drop(draft())
    assert drafts.of(1) == []


def test_drafts_of_one_field_lie_beside_each_other_and_go_alone(tmp_path: Path) -> None:
    drafts, other_window = Drafts(tmp_path), Drafts(tmp_path)
    drafts.keep(draft(text="one", token="a"))
    other_window.keep(draft(text="two", token="b"))
    drafts.keep(draft(text="old"))
    assert [one.text for one in drafts.of(1)] == ["one", "two", "old"]
    drafts.drop(draft(token="b"))
    assert [one.text for one in drafts.of(1)] == ["one", "old"]


def test_draft_that_names_another_file_than_its_own_is_passed_over(tmp_path: Path) -> None:
    drafts = Drafts(tmp_path)
    path = drafts.keep(draft(token="a"))
    path.write_text(path.read_text().replace('"token": "a"', '"token": "/../../x"'))
    assert drafts.of(1) == []


def test_drafts_come_in_the_order_of_the_timeline(tmp_path: Path) -> None:
    drafts = Drafts(tmp_path)
    for segment_id in (9, 2, 5):
        drafts.keep(draft(segment_id))
    assert [one.segment_id for one in drafts.of(1)] == [2, 5, 9]


def test_damaged_draft_is_passed_over_and_kept(tmp_path: Path) -> None:
    drafts = Drafts(tmp_path)
    path = drafts.keep(draft())
    path.write_text("{")
    (path.parent / "x.json").write_text('{"text": 1}')
    assert drafts.of(1) == []
    assert path.exists()


def test_failed_write_leaves_the_older_draft_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drafts = Drafts(tmp_path)
    drafts.keep(draft(text="one"))

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        drafts.keep(draft(text="two"))
    assert [one.text for one in drafts.of(1)] == ["one"]


def test_drafts_are_for_their_owner_only(tmp_path: Path) -> None:
    path = Drafts(tmp_path).keep(draft())
    assert path.stat().st_mode & 0o077 == 0


_KEEPS = """
import sys
from pathlib import Path
from storyflow_tui.tui.drafts import Draft, Drafts
Drafts(Path(sys.argv[1])).keep(Draft("", 1, 3, "text_content", "typed", "", "", 1))
print("kept", flush=True)
sys.stdin.read()
"""


def test_a_draft_is_not_offered_while_another_process_holds_its_text(tmp_path: Path) -> None:
    command = [sys.executable, "-c", _KEEPS, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"kept\n"
        assert Drafts(tmp_path).of(1) == []
        other.kill()
        other.wait()
    assert [one.text for one in Drafts(tmp_path).of(1)] == ["typed"]
    assert not list(Drafts(tmp_path).folder.glob(".*.held")), "nothing of it is left behind"


def test_what_a_process_had_half_written_goes_when_it_is_gone(tmp_path: Path) -> None:
    drafts = Drafts(tmp_path)
    folder = drafts.keep(draft()).parent
    (mine,) = (path.name[1:].removesuffix(".held") for path in folder.glob(".*.held"))
    command = [sys.executable, "-c", _KEEPS, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"kept\n"
        (other_one,) = (
            name
            for path in folder.glob(".*.held")
            if (name := path.name[1:].removesuffix(".held")) != mine
        )
        ours, theirs, gone = (
            folder / f".3-text_content.json.{holder}" for holder in (mine, other_one, "0a" * 16)
        )
        for half in (ours, theirs, gone):
            half.write_text("{")
        drafts.of(1)
        assert (ours.exists(), theirs.exists(), gone.exists()) == (True, True, False)
        other.kill()
        other.wait()
    drafts.of(1)
    assert [*folder.glob(".*.json.*")] == [ours]


def test_a_pipe_or_a_nest_among_the_drafts_is_passed_over(tmp_path: Path) -> None:
    drafts = Drafts(tmp_path)
    drafts.keep(draft())
    os.mkfifo(drafts.folder / "pipe.json")
    (drafts.folder / "nest.json").write_text("[" * 100_000)
    (drafts.folder / "device.json").symlink_to("/dev/zero")
    assert len(drafts.of(1)) == 1
