"""The main job in a real tmux: import by command, work by keys, read database and files."""

from __future__ import annotations

import os
import signal
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from storyflow_tui import transfer
from tests.e2e.terminal import Terminal, run, until

Make = Callable[..., Terminal]


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    """A library with the sample story of twelve segments, imported by command."""
    library = tmp_path / "library"
    run(library, "import", str(transfer.sample_folder() / "the-lamp" / "story.json"))
    return library


def _rows(library: Path) -> list[Any]:
    with sqlite3.connect(library / "storyflow.db") as connection:
        return connection.execute(
            "SELECT id, sequence_index, text_content, image_prompt, image_file, is_locked "
            "FROM segment ORDER BY sequence_index, id"
        ).fetchall()


def test_a_story_is_edited_by_keys_and_database_and_files_agree(
    sample: Path, tmp_path: Path, terminal: Make
) -> None:
    screen = terminal()
    screen.start("--library", str(sample), "open", "1")
    screen.wait_for("The Lamp", "12 segments", "1 of 12")
    before = _rows(sample)

    # Edit: the second segment is not locked.
    screen.press("j")
    screen.wait_for("2 of 12")
    screen.press("e")
    screen.wait_for("done")
    screen.press(*["Up"] * 20, "Home")
    screen.write("Long ago. ")
    screen.press("C-s")
    until(lambda: "Long ago. " in _rows(sample)[1][2], "the edit")
    screen.wait_for("saved")

    # Reorder: down by two, and up by one.
    screen.press("J", "J", "K")
    until(lambda: [row[0] for row in _rows(sample)][:4] == [1, 3, 2, 4], "the move")
    assert [row[1] for row in _rows(sample)] == list(range(12))

    # Lock, and unlock.
    screen.press("l")
    until(lambda: _rows(sample)[2][5] == 1, "the lock")
    screen.wait_for("locked · l unlocks")
    screen.press("l")
    until(lambda: _rows(sample)[2][5] == 0, "the unlocking")

    # Delete the next one; its picture goes to the trash.
    screen.press("j")
    screen.wait_for("4 of 12")
    image = sample / "media" / _rows(sample)[3][4]
    content = image.read_bytes()
    screen.press("d")
    screen.wait_for("Delete segment 4?", "keep it")
    screen.press("y")
    until(lambda: len(_rows(sample)) == 11, "the deletion")
    until(lambda: not image.exists(), "the move to the trash")
    trashed = list((sample / "media" / ".trash").rglob("*letter.png"))
    assert [path.read_bytes() for path in trashed] == [content]

    # Undo brings both back.
    screen.press("u")
    until(lambda: len(_rows(sample)) == 12 and image.exists(), "the undo")
    screen.wait_for("Undone: delete segment 4")
    assert image.read_bytes() == content

    # Choose a picture by its name.
    picture = transfer.sample_folder() / "the-lamp" / "images" / "dawn.webp"
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / "morning.webp").write_bytes(picture.read_bytes())
    screen.press("i")
    screen.wait_for("Choose a picture")
    screen.write(str(tmp_path / "pictures") + "/")
    screen.press("Enter")
    screen.wait_for("morning.webp")
    screen.write("morn")
    screen.wait_for("WebP")
    screen.press("Enter")
    until(lambda: _rows(sample)[3][4].endswith("4_morning.webp"), "the picture")
    stored = sample / "media" / _rows(sample)[3][4]
    until(stored.exists, "the file")
    assert stored.read_bytes() == picture.read_bytes()
    assert not image.exists()

    # Back to the start, change by change.
    screen.wait_for("morning.webp")
    for _ in range(10):
        screen.press("u")
    until(lambda: _rows(sample) == before, "the start")
    screen.wait_for("Nothing to undo")
    assert run(sample, "check") == []
    screen.press("C-q")
    screen.wait_for("ended with 0")


def test_what_another_process_changes_shows_without_a_key(sample: Path, terminal: Make) -> None:
    screen = terminal()
    screen.start("--library", str(sample), "open", "1")
    screen.wait_for("12 segments")
    screen.press("j", "j")
    screen.wait_for("3 of 12")
    run(sample, "segment", "edit", "2", "--text", "Written by another window.")
    screen.wait_for("Written by another window.", "3 of 12")
    run(sample, "segment", "delete", "1", "--yes")
    screen.wait_for("11 segments", "2 of 11")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_loses_no_key(number: signal.Signals, sample: Path, terminal: Make) -> None:
    screen = terminal()
    screen.start("--library", str(sample), "open", "1")
    screen.wait_for("12 segments")
    screen.press("j", "e")
    screen.wait_for("done")
    screen.press(*["Up"] * 20, "Home")
    screen.write("Typed just now. ")
    screen.wait_for("Typed just now.")
    os.kill(screen.process(), number)
    screen.wait_for("ended with")
    assert _rows(sample)[1][2].startswith("Typed just now. ")


def test_the_demo_opens_on_the_sample_and_leaves_nothing(terminal: Make, tmp_path: Path) -> None:
    screen = terminal(80, 24)
    screen.start("demo", environment={"TMPDIR": str(tmp_path)})
    screen.wait_for("The Lamp", "help")
    screen.press("C-q")
    screen.wait_for("ended with 0")
    assert list(tmp_path.iterdir()) == []
