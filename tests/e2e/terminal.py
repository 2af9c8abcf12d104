"""A real tmux with the installed command in it: keys in, the screen's text out."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

PATIENCE = 20.0
"""Seconds after which a screen that does not come is a failure."""

_BETWEEN = 0.02
"""Seconds from one look to the next: each is a process that takes its time from the editor."""


def command() -> str:
    """The installed `storyflow` beside the running Python."""
    found = shutil.which("storyflow", path=str(Path(sys.executable).parent))
    assert found, "storyflow is not installed beside this Python: pip install -e '.[test]'"
    return found


def run(library: Path, *arguments: str) -> Any:
    """Run a command with --json; returns what it printed."""
    done = subprocess.run(
        [command(), "--library", str(library), *arguments, "--json"],
        check=False,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


class Terminal:
    """One tmux server of its own with one window; closed with all that runs in it."""

    def __init__(self, columns: int = 120, rows: int = 40) -> None:
        assert shutil.which("tmux"), "the end-to-end tests need tmux"
        self._socket = f"storyflow-{uuid.uuid4().hex[:12]}"
        self._size = (columns, rows)

    def start(
        self,
        *arguments: str,
        environment: dict[str, str] | None = None,
        program: Sequence[str] = (),
    ) -> None:
        """Start the editor; when it ends, the screen shows its exit code and takes commands.

        `program` is what is started in place of the installed command.
        """
        line = " ".join(shlex.quote(part) for part in (*(program or [command()]), *arguments))
        wanted = {name: os.environ[name] for name in os.environ if name.startswith("XDG_")}
        wanted |= {"HOME": os.environ["HOME"], "COLORTERM": "truecolor", "LC_ALL": "C.UTF-8"}
        wanted |= environment or {}
        given = [part for name, value in wanted.items() for part in ("-e", f"{name}={value}")]
        columns, rows = map(str, self._size)
        self.tmux(
            "-f", "/dev/null", "new-session", "-d", "-s", "editor", "-x", columns, "-y", rows,
            *given, f"{line}; echo ended with $?; exec sh",
        )  # fmt: skip

    def tmux(self, *arguments: str) -> str:
        """Run a tmux command on this server; returns what it printed."""
        done = subprocess.run(
            ["tmux", "-u", "-L", self._socket, *arguments],
            check=True,
            capture_output=True,
            text=True,
            env=dict(os.environ),
        )
        return done.stdout

    def press(self, *keys: str) -> None:
        """Press keys by tmux's names, one after the other."""
        self.tmux("send-keys", "-t", "editor", *keys)

    def write(self, text: str) -> None:
        """Type text as it is."""
        self.tmux("send-keys", "-t", "editor", "-l", text)

    def screen(self) -> str:
        """What is on the screen now."""
        return self.tmux("capture-pane", "-p", "-t", "editor")

    def wait_for(self, *texts: str) -> str:
        """Wait until the screen shows all of the texts; returns it."""
        return self.wait_until(lambda screen: all(text in screen for text in texts), str(texts))

    def wait_until(self, holds: Callable[[str], bool], what: str) -> str:
        """Wait until something holds of the screen; returns it."""
        end = time.monotonic() + PATIENCE
        while True:
            screen = self.screen()
            if holds(screen):
                return screen
            assert time.monotonic() < end, f"{what} never came:\n{screen}"
            time.sleep(_BETWEEN)

    def asked(self, what: str) -> str:
        """What tmux says of this window, by the name of one of its variables."""
        return self.tmux("display-message", "-p", "-t", "editor", f"#{{{what}}}").strip()

    def process(self) -> int:
        """The process id of the editor itself, or of the program started in its place."""
        (child,) = children(int(self.asked("pane_pid")))
        return child

    def close(self) -> None:
        """Kill the server and all that runs in it."""
        subprocess.run(
            ["tmux", "-L", self._socket, "kill-server"], check=False, capture_output=True
        )


def long(*values: object) -> Any:
    """A set of parameters for the long tests only."""
    return pytest.param(*values, marks=pytest.mark.long)


def children(process: int) -> list[int]:
    """The processes that a process has started and that are there."""
    listed = subprocess.run(
        ["ps", "-A", "-o", "ppid=,pid="], check=True, capture_output=True, text=True
    )
    pairs = [tuple(map(int, line.split())) for line in listed.stdout.splitlines()]
    return [child for parent, child in pairs if parent == process]


def until(holds: Callable[[], bool], what: str, screen: Terminal | None = None) -> None:
    """Wait until something holds of files or rows; a failure shows the screen."""
    end = time.monotonic() + PATIENCE
    while not holds():
        if time.monotonic() > end:
            shown = f":\n{screen.screen()}" if screen else ""
            raise AssertionError(f"{what} never came{shown}")
        time.sleep(_BETWEEN)
