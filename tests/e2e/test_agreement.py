"""The same operations by command and by keys: rows, files and history agree after each."""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import redirect_stdout
from functools import partial
from io import StringIO
from pathlib import Path
from typing import NamedTuple

from storyflow_tui import transfer
from storyflow_tui.cli import main
from tests.e2e.terminal import Terminal, run, until

_TO_START = (*["Up"] * 20, "Home")
"""The keys from the end of a text, where a field opens, to its start."""


class Typed(str):
    """A text to type, as opposed to the name of a key."""


class Shown(str):
    """A text to wait for before the next key."""


class Step(NamedTuple):
    """One operation both ways; `shows` is waited for before the first key."""

    command: tuple[str, ...]
    keys: tuple[str, ...]
    shows: str = ""


def _steps(pictures: Path, library: Path) -> list[Step]:
    rows = run(library, "segment", "list", "1")
    second, first = rows[1], rows[0]
    night = str(transfer.sample_folder() / "night-mail.txt")
    return [
        Step(
            ("segment", "edit", "2", "--text", "Long ago. " + second["text_content"]),
            ("j", "e", *_TO_START, Typed("Long ago. "), "C-s"),
        ),
        Step(
            ("segment", "edit", "2", "--prompt", "wide shot, " + second["image_prompt"]),
            ("p", *_TO_START, Typed("wide shot, "), "Escape"),
        ),
        Step(("segment", "edit", "2", "--lock"), ("l",), "e narration"),
        Step(("segment", "edit", "2", "--unlock"), ("l",)),
        Step(("segment", "move", "2", "3"), ("J",)),
        Step(("segment", "move", "2", "2"), ("K",)),
        Step(
            ("segment", "attach-image", "2", str(pictures / "morning.webp")),
            ("i", Typed(f"{pictures}/"), "Enter", Typed("morn"), "Enter"),
        ),
        Step(("segment", "remove-image", "2"), ("I",), "morning.webp"),
        Step(("undo", "1"), ("u",), "no picture"),
        Step(("redo", "1"), ("U",), "Undone: remove the picture"),
        Step(("undo", "1"), ("C-r", "u")),  # nothing is left to redo: then undo
        Step(("segment", "delete", "3", "--yes"), ("j", "d", "y"), "2 of 12"),
        Step(("undo", "1"), ("u",), "11 segments"),
        Step(("redo", "1"), ("C-r",), "12 segments"),
        Step(("undo", "1"), ("u",), "11 segments"),
        Step(("segment", "edit", "1", "--unlock"), ("g", "l"), "12 segments"),
        Step(
            ("segment", "edit", "1", "--text", "Once. " + first["text_content"]),
            ("e", *_TO_START, Typed("Once. "), "C-s"),
            "1 locked",
        ),
        Step(("segment", "delete", "12", "--yes"), ("G", "d", "y"), "e narration"),
        Step(
            ("project", "rename", "1", "The Lamps"), ("q", "r", Typed("s"), "Enter"), "11 segments"
        ),
        Step(("undo",), ("u",), "The Lamps"),
        Step(
            ("import", night),
            ("i", "C-o", Typed(night), "Enter", Shown("8 segments"), "C-s"),
            "i import",
        ),
        Step(("project", "delete", "2", "--yes"), ("g", "d", "y"), "2 stories"),
    ]


def test_commands_and_keys_do_the_same(tmp_path: Path, terminal: Callable[..., Terminal]) -> None:
    by_command, by_keys = tmp_path / "command", tmp_path / "keys"
    for library in (by_command, by_keys):
        run(library, "import", str(transfer.sample_folder() / "the-lamp" / "story.json"))
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    images = transfer.sample_folder() / "the-lamp" / "images"
    shutil.copy(images / "dawn.webp", pictures / "morning.webp")

    screen = terminal()
    screen.start("--library", str(by_keys), "open", "1")
    screen.wait_for("12 segments", "1 of 12")
    steps = _steps(pictures, by_command)
    for step in steps:
        _command(by_command, *step.command)
        wanted = _state(by_command)
        if step.shows:
            screen.wait_for(step.shows)
        for key in step.keys:
            if isinstance(key, Typed):
                screen.write(key)
                screen.wait_for(key[-12:].strip())
            elif isinstance(key, Shown):
                screen.wait_for(key)
            else:
                screen.press(key)
        until(partial(_agrees, by_keys, wanted), str(step.command), screen)
    screen.press("C-q")
    screen.wait_for("ended with 0")
    assert len(steps) >= 20
    assert run(by_keys, "check") == run(by_command, "check") == []


def _command(library: Path, *arguments: str) -> None:
    # Within this process: that the installed command does the same is shown elsewhere.
    with redirect_stdout(StringIO()):
        assert main(["--library", str(library), *arguments, "--json"]) == 0, arguments


def _agrees(library: Path, wanted: dict[str, object]) -> bool:
    try:
        return _state(library) == wanted
    except FileNotFoundError:
        # The editor moved a file while it was looked at; the next look finds it in its place.
        return False


def _state(library: Path) -> dict[str, object]:
    """Rows without their times, every file's name and bytes, and the labels of the history."""
    with sqlite3.connect(library / "storyflow.db") as connection:
        projects = connection.execute("SELECT id, title, status FROM project").fetchall()
        segments = connection.execute(
            "SELECT id, project_id, sequence_index, text_content, image_prompt, image_file, "
            "audio_duration, is_locked FROM segment ORDER BY id"
        ).fetchall()
        changes = connection.execute("SELECT project_id, label, state FROM change").fetchall()
        pending = connection.execute("SELECT COUNT(*) FROM file_move").fetchone()
    connection.close()
    media = library / "media"
    files = sorted(
        (str(path.relative_to(media)), hashlib.sha256(path.read_bytes()).hexdigest())
        for path in (media / "projects").rglob("*")
        if path.is_file()
    )
    trashed = sorted(path.name.split("-", 1)[1] for path in (media / ".trash").rglob("*.*"))
    return {
        "projects": sorted(projects),
        "segments": segments,
        "changes": changes,
        "pending": pending,
        "files": files,
        "trashed": trashed,
    }
