"""The person's own editor in a real terminal: handed over, taken back, and signals meanwhile."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from storyflow_tui.library import Library
from storyflow_tui.tui.drafts import Drafts
from tests.e2e.scene import is_there
from tests.e2e.terminal import Terminal, children, run, until

Make = Callable[..., Terminal]

# Reads lines in a terminal as it was before: canonical, echoing, on the first screen.
_PEN = """
import sys, termios, signal
path = sys.argv[-1]
canonical = bool(termios.tcgetattr(0)[3] & termios.ICANON)
print("pen", "--wait" in sys.argv, canonical, flush=True)
for line in sys.stdin:
    if line == "save\\n":
        open(path, "w").write("Written outside.\\n")
        print("written", flush=True)
    elif line == "end\\n":
        break
"""


@pytest.fixture
def pen(tmp_path: Path) -> str:
    """What EDITOR is: a program that saves at the word `save` and ends at the word `end`."""
    program = tmp_path / "my pen"
    program.write_text(f"#!{sys.executable}\n{_PEN}")
    program.chmod(0o700)
    return f"'{program}' --wait"


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """A library with a story of three segments."""
    story = tmp_path / "fog.txt"
    story.write_text("Title: Fog\nText: First.\n---\nText: Second.\n---\nText: Third.\n")
    run(tmp_path / "library", "import", str(story))
    return tmp_path / "library"


def text(library: Path) -> str:
    with Library.open(library, read_only=True) as opened:
        return opened.segments.get(2).text_content


def opened(screen: Terminal, library: Path, pen: str) -> None:
    screen.start("--library", str(library), "open", "1", environment={"EDITOR": pen})
    screen.wait_for("Fog", "1 of 3")
    screen.press("j")
    screen.wait_for("2 of 3")
    screen.press("E")
    screen.wait_for("pen True True")


def test_the_terminal_is_handed_over_and_taken_back(
    library: Path, pen: str, terminal: Make
) -> None:
    screen = terminal()
    opened(screen, library, pen)
    assert screen.asked("alternate_on") == "0"
    # Ctrl+C is the editor's own; ours is not ended by it.
    screen.write("save")
    screen.press("Enter")
    screen.wait_for("written")
    screen.write("end")
    screen.press("Enter")
    screen.wait_for("Saved segment 2 from my pen", "Written outside.", "2 of 3")
    assert screen.asked("alternate_on") == "1"
    assert text(library) == "Written outside."
    screen.press("k", "u")
    screen.wait_for("Undone: edit narration of segment 2")
    screen.press("q")
    screen.wait_for("Stories")
    screen.press("q")
    screen.wait_for("ended with 0")


def test_ctrl_c_in_the_editor_ends_only_that(library: Path, pen: str, terminal: Make) -> None:
    screen = terminal(80, 24)
    opened(screen, library, pen)
    screen.press("C-c")
    screen.wait_for("! my pen ended with", "Nothing changed")
    screen.press("j")
    screen.wait_for("3 of 3")
    assert text(library) == "Second."


@pytest.mark.parametrize(
    "number", [signal.SIGTERM, pytest.param(signal.SIGHUP, marks=pytest.mark.long)]
)
def test_a_signal_meanwhile_keeps_what_the_editor_saved(
    library: Path, pen: str, terminal: Make, number: int
) -> None:
    screen = terminal()
    opened(screen, library, pen)
    screen.write("save")
    screen.press("Enter")
    screen.wait_for("written")
    process = screen.process()
    (outside,) = children(process)
    os.kill(process, number)
    screen.wait_for(f"ended with {128 + number}", "waits as a draft")
    until(lambda: not is_there(outside), "the end of the outside editor", screen)
    assert text(library) == "Second."
    assert [draft.text for draft in Drafts(library.resolve()).of(1)] == ["Written outside."]


@pytest.mark.long
def test_a_kill_meanwhile_costs_nothing_once_the_editor_is_closed_too(
    library: Path, pen: str, terminal: Make
) -> None:
    screen = terminal()
    opened(screen, library, pen)
    screen.write("save")
    screen.press("Enter")
    screen.wait_for("written")
    process = screen.process()
    (outside,) = children(process)
    os.kill(process, signal.SIGKILL)
    os.kill(outside, signal.SIGKILL)
    screen.wait_for("ended with 137")
    again = terminal()
    again.start("--library", str(library), "open", "1")
    again.wait_for("Written outside.", "take the draft")
    again.press("m")
    again.wait_for("Written outside.", "done")
    again.press("C-s")
    until(lambda: text(library) == "Written outside.", "the draft in the library", again)
