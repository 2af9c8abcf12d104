"""Files of the library whose pictures are shown, looked at for what others do to them.

A picture that is replaced, removed or put back from outside changes no row: nothing else would
tell. Who shows files names them here; the session's thread looks, and says which are others now.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from storyflow_tui.errors import StoryflowError

Look = tuple[int, int, int] | None
"""Size, time and number of a file as it was found; None for one that is not there."""


class ShownFiles:
    """What files looked like; `path_of` tells where one lies, None where it may not be read."""

    def __init__(self, path_of: Callable[[str], Path | None]) -> None:
        self._path_of = path_of
        self._owners: dict[str, tuple[str, ...]] = {}
        self._paths: dict[str, Path] = {}
        self._looks: dict[str, Look] = {}

    def watch(self, owner: str, files: Sequence[str]) -> None:
        """From now on these are the files that this owner shows, in any thread."""
        self._owners = {**self._owners, owner: tuple(files)}

    def drawn(self, file: str, look: Look) -> None:
        """A file was drawn as it looked then: if it is another by now, the next look says so."""
        self._looks[file] = look

    def look(self) -> list[str]:
        """Which files are others than at the last look; always in the same thread."""
        shown = {file for files in self._owners.values() for file in files}
        for file in [file for file in list(self._looks) if file not in shown]:
            self._looks.pop(file, None)
            self._paths.pop(file, None)
        changed = []
        for file in shown:
            look = self._look_at(file)
            if file in self._looks and self._looks[file] != look:
                changed.append(file)
            self._looks[file] = look
        return changed

    def _look_at(self, file: str) -> Look:
        try:
            # Where it lies is asked again when it is not there: it may wait to be moved.
            path = self._paths.get(file)
            if path is None or not path.exists():
                path = self._path_of(file)
                if path is None:
                    return None
                self._paths[file] = path
            facts = path.stat()
        except (OSError, StoryflowError):
            return None
        return facts.st_size, facts.st_mtime_ns, facts.st_ino
