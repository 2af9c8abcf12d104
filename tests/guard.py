"""Tells of every file that the tests touch outside their temporary places."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import Any

_CHECKOUT = Path(__file__).resolve().parents[1]
_TOOLS = (
    "/.venv/",
    "/__pycache__/",
    "/.pytest_cache",
    "/.hypothesis",
    "/__snapshots__",
    "/.coverage",
)
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
_PATHS = {
    "os.mkdir": (0,),
    "os.rename": (0, 1),
    "os.link": (1,),
    "os.symlink": (1,),
    "os.remove": (0,),
    "os.rmdir": (0,),
    "os.truncate": (0,),
}


class Guard:
    """An audit hook over the file calls of this process; what it saw is in `seen`."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self._home = os.path.realpath(Path.home())
        self._temporary = os.path.realpath(tempfile.gettempdir())
        sys.addaudithook(self._look)

    def _look(self, event: str, given: tuple[Any, ...]) -> None:
        if event == "open":
            path, _, flags = given
            if isinstance(flags, int) and flags & _WRITES:
                self._judge(event, path)
        elif event in _PATHS:
            for index in _PATHS[event]:
                # Relative to an open folder, as a tree is removed: only whole paths are judged.
                if os.fsdecode(given[index]).startswith("/") or given[-1] == -1:
                    self._judge(event, given[index])
        elif event == "sqlite3.connect":
            name = os.fsdecode(given[0])
            if not name.startswith((":", "file:")):
                self._judge(event, name)

    def _judge(self, event: str, path: object) -> None:
        if not isinstance(path, str | bytes | os.PathLike):
            return  # a descriptor: its opening was looked at
        place = os.path.abspath(os.fsdecode(path))  # noqa: PTH100 - links must not be followed
        if place.startswith(("/dev/", "/proc/")) or any(part in place for part in _TOOLS):
            return
        forbidden = [str(_CHECKOUT)] if self._home == "/" else [str(_CHECKOUT), self._home]
        is_forbidden = any(place.startswith(root + "/") for root in forbidden)
        if is_forbidden or not place.startswith(self._temporary + "/"):
            self.seen.append(f"{event} {place}")
