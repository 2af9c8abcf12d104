"""The mouse by its setting: whether the editor asks the terminal for clicks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from storyflow_tui.config import config_file
from storyflow_tui.library import Library
from tests.e2e.terminal import Terminal


@pytest.mark.parametrize("setting", ["true", "false"])
def test_clicks_are_asked_for_unless_the_settings_say_no(
    terminal: Callable[..., Terminal], tmp_path: Path, setting: str
) -> None:
    config_file().parent.mkdir(parents=True)
    config_file().write_text(f"mouse = {setting}\n")
    Library.open(tmp_path / "library").close()
    screen = terminal(80, 24)
    screen.start("--library", str(tmp_path / "library"))
    screen.wait_for("No stories yet")
    assert screen.asked("mouse_any_flag") == ("1" if setting == "true" else "0")
