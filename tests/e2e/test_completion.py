"""Tab in a real bash: what is inserted, and what is listed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from storyflow_tui.library import Library
from tests.e2e.terminal import Terminal, command


def test_tab_completes_commands_ids_and_files(
    terminal: Callable[..., Terminal], tmp_path: Path
) -> None:
    with Library.open(tmp_path / "library") as library:
        library.projects.create("Night Mail")
        library.projects.create("The Lamp")
    (tmp_path / "script of the lamp.txt").write_text("Text: One lamp.\n")
    screen = terminal(80, 24)
    screen.start(
        "--norc",
        program=["bash"],
        environment={"STORYFLOW_LIBRARY": str(tmp_path / "library")},
    )
    screen.wait_for("bash-")
    screen.write(f'PATH="{Path(command()).parent}:$PATH"; cd "{tmp_path}"; clear')
    screen.press("Enter")
    screen.write('eval "$(storyflow completion bash)"; echo lo"aded"')
    screen.press("Enter")
    screen.wait_for("loaded")
    screen.write("storyflow proj")
    screen.press("Tab")
    screen.wait_for("storyflow project")
    screen.write("show ")
    screen.press("Tab", "Tab")
    screen.wait_for("2  (The Lamp)", "1  (Night Mail)")
    screen.write("2")
    screen.press("Tab", "C-u")
    screen.write("storyflow import scr")
    screen.press("Tab")
    screen.wait_for("storyflow import script\\ of\\ the\\ lamp.txt")
