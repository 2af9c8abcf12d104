"""Lines that were being typed when the editor ended, a title for one: one small file each.

Written when the editor ends, put into the line that is asked for again. What is accepted or left
by the person is forgotten.
"""

from __future__ import annotations

import contextlib
import hashlib
from pathlib import Path

from storyflow_tui.config import state_folder
from storyflow_tui.formats import files


def keep(what: str, text: str) -> None:
    """Write a line so that it survives a crash; `what` tells what it is of.

    Raises OSError or StoryflowError where it cannot be written.
    """
    path = _path(what)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    files.write_file(path, text.encode(errors="surrogatepass"), force=True)


def kept(what: str) -> str | None:
    """The line that waits, if there is one."""
    try:
        return _path(what).read_bytes().decode(errors="replace")
    except OSError:
        return None


def drop(what: str) -> None:
    """Forget a line: it was accepted, or the person let it go."""
    with contextlib.suppress(OSError):
        _path(what).unlink()


def _path(what: str) -> Path:
    name = hashlib.blake2b(what.encode("utf-8", "replace"), digest_size=8).hexdigest()
    return state_folder() / "lines" / name
