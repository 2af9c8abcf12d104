"""What surrounds this process: its environment, its terminal's size, and the answers of tmux."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TextIO

from storyflow_tui.cli import output

_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The environment, and columns and rows of the terminal; None where there is none."""

    environment: Mapping[str, str]
    size: tuple[int, int] | None

    @classmethod
    def of(cls, environment: Mapping[str, str], streams: Sequence[TextIO | None]) -> Surroundings:
        """The surroundings of a process with these streams; one that is a terminal is enough."""
        size = None
        for stream in streams:
            if stream is not None and output.is_terminal(stream):
                try:
                    columns, rows = os.get_terminal_size(stream.fileno())
                except (OSError, ValueError):
                    continue
                size = (columns, rows)
                break
        return cls(environment, size)

    def says(self, name: str) -> str:
        """A variable of the environment; empty where it is not set."""
        return self.environment.get(name, "")

    @property
    def in_tmux(self) -> bool:
        """Whether the terminal is a pane of tmux."""
        return bool(self.says("TMUX"))

    def tmux(self, *arguments: str, given: bytes | None = None) -> str | None:
        """What tmux answers; None where it refuses, is not there, or does not answer."""
        try:
            done = subprocess.run(
                ["tmux", *arguments],
                input=given,
                stdin=subprocess.DEVNULL if given is None else None,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                timeout=_SECONDS,
                check=False,
                env=dict(self.environment),
            )
        except (OSError, subprocess.SubprocessError):
            return None
        return done.stdout.decode(errors="replace").rstrip("\n") if done.returncode == 0 else None
