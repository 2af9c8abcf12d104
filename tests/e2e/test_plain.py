"""A terminal without UTF-8, for real: what the editor sends there is ASCII."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from storyflow_tui import transfer
from tests.e2e.terminal import Terminal, run

Make = Callable[..., Terminal]


@pytest.mark.parametrize(
    "environment",
    [
        {"LC_ALL": "C"},
        {"LC_ALL": "POSIX", "PYTHONUTF8": "0"},
        {"PYTHONIOENCODING": "iso-8859-1"},
    ],
    ids=lambda environment: ",".join(environment),
)
def test_a_terminal_without_utf8_gets_plain_signs(
    environment: dict[str, str], tmp_path: Path, terminal: Make
) -> None:
    library = tmp_path / "library"
    story = tmp_path / "story.txt"
    story.write_text("Title: 灯台 · Fog\nText: 灯 – “fog”…\nPrompt: ×\n", encoding="utf-8")
    run(library, "import", str(transfer.sample_folder() / "the-lamp" / "story.json"), str(story))
    editor = terminal()
    editor.start("--library", str(library), environment=environment)
    assert editor.wait_for("Stories", "The Lamp", "???? - Fog").isascii()
    editor.press("i")
    assert editor.wait_for("Import a story").isascii()
    editor.press("Escape")
    editor.wait_for("enter open")
    editor.press("G", "Enter")
    assert editor.wait_for("|   1 ", "v 6 more", "locked - l unlocks").isascii()
    editor.press("d")
    assert editor.wait_for("| ", "keep it").isascii()
    editor.press("n")
    editor.press("C-q")
    editor.wait_for("ended with 0")


def test_a_byte_that_is_no_letter_does_not_end_the_editor(tmp_path: Path, terminal: Make) -> None:
    library = tmp_path / "library"
    run(library, "project", "new", "Fog")
    editor = terminal()
    editor.start("--library", str(library))
    editor.wait_for("Stories", "Fog")
    editor.press("n")
    editor.wait_for("Title of the new story")
    editor.tmux("send-keys", "-t", "editor", "-H", "41", "e9", "42")
    editor.wait_for("A�B")
    editor.press("Enter")
    editor.wait_for("Made “A�B”")
