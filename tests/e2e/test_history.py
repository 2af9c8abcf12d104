"""History and trash in a real tmux: what was deleted comes back in another editor."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

from storyflow_tui import transfer
from tests.e2e.terminal import Terminal, run, until

Make = Callable[..., Terminal]


def _rows(library: Path) -> list[Any]:
    with sqlite3.connect(library / "storyflow.db") as connection:
        return [
            connection.execute("SELECT * FROM project ORDER BY id").fetchall(),
            connection.execute("SELECT * FROM segment ORDER BY id").fetchall(),
        ]


def _pictures(library: Path) -> dict[str, bytes]:
    folder = library / "media" / "projects"
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_a_deleted_story_comes_back_in_another_editor(tmp_path: Path, terminal: Make) -> None:
    library = tmp_path / "library"
    run(library, "import", str(transfer.sample_folder() / "the-lamp" / "story.json"))
    rows, pictures = _rows(library), _pictures(library)
    assert len(pictures) == 12

    screen = terminal(80, 24)
    screen.start("--library", str(library))
    screen.wait_for("Stories", "The Lamp", "quit")
    screen.press("d")
    screen.wait_for("Delete “The Lamp”?")
    screen.press("y")
    screen.wait_for("No stories yet", "Deleted “The Lamp”")
    screen.press("C-q")
    screen.wait_for("ended with 0")
    assert _pictures(library) == {}
    screen.close()
    run(library, "project", "new", "Something else")

    screen = terminal(80, 24)
    screen.start("--library", str(library))
    screen.wait_for("Stories", "Something else")
    screen.press("H")
    screen.wait_for("History and trash", "3 changes", "trash 12 files")
    screen.press("j")
    screen.wait_for("Took away   12 segments, 12 pictures")
    screen.press("Enter")
    screen.wait_for("Restored “The Lamp”")
    until(lambda: _pictures(library) == pictures, "the pictures", screen)
    screen.press("q")
    screen.wait_until(
        lambda shown: any(line.startswith("▌     The Lamp ") for line in shown.splitlines()),
        "the bar on the story",
    )
    screen.press("C-q")
    screen.wait_for("ended with 0")
    run(library, "project", "delete", "2", "--yes")
    assert _rows(library) == rows
    assert run(library, "check") == []
