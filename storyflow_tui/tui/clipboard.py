"""Copying to the clipboard of the person at the other end of the terminal.

Inside tmux a bare OSC 52 of a program is dropped by default, so tmux itself is asked; elsewhere
the terminal is. Nothing here reads a clipboard.
"""

from __future__ import annotations

import base64
import os
import subprocess
from collections.abc import Callable, Mapping

BY_TMUX = "by tmux, to its buffer and your clipboard"
BY_TERMINAL = "by the terminal (OSC 52), if it allows it"

_SECONDS = 3.0


def inside_tmux(environment: Mapping[str, str] | None = None) -> bool:
    """Whether the terminal is a tmux pane."""
    return bool((os.environ if environment is None else environment).get("TMUX"))


def copy_by_tmux(text: str) -> bool:
    """Hand the text to tmux for its buffer and the outer clipboard; False if it did not take it.

    Blocks for up to three seconds: call it from a worker.
    """
    data = text.encode("utf-8", "replace")
    for options in (["-w"], []):
        # Before 3.2 tmux has no -w: its buffer is then all that can be reached.
        try:
            done = subprocess.run(
                ["tmux", "load-buffer", *options, "-"],
                input=data,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=_SECONDS,
                check=False,
            )
        except (OSError, subprocess.SubprocessError):
            return False
        if done.returncode == 0:
            return True
    return False


def osc52(text: str) -> str:
    """The sequence that asks a terminal to take the text into its clipboard."""
    data = base64.b64encode(text.encode("utf-8", "replace")).decode("ascii")
    return f"\x1b]52;c;{data}\x07"


def copy(text: str, write: Callable[[str], None]) -> str:
    """Copy by the way that works here and say which: `BY_TMUX` or `BY_TERMINAL`.

    `write` sends to the terminal; it is called in the calling thread.
    """
    if inside_tmux() and copy_by_tmux(text):
        return BY_TMUX
    write(osc52(text))
    return BY_TERMINAL
