"""Scripts that were typed for an import and are in no library yet: one small file each.

Written when the editor ends with one, offered by the import screen that is opened next. A script
belongs to no library, so that any editor may offer it.
"""

from __future__ import annotations

import contextlib
import json
import secrets
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from storyflow_tui.config import read_small, state_folder
from storyflow_tui.formats import files


@dataclass(frozen=True, slots=True)
class KeptScript:
    """What was typed: the text, the title where one was typed, the file it began as, if any."""

    text: str
    title: str = ""
    file: str = ""


def keep(script: KeptScript, path: Path | None = None) -> Path:
    """Write a script so that it survives a crash, over `path` where it was kept before.

    Its path; raises OSError or StoryflowError where it cannot be written.
    """
    if path is None:
        path = _folder() / f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(4)}.json"
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    files.write_file(path, json.dumps(asdict(script)).encode(), force=True)
    return path


def kept() -> list[tuple[Path, KeptScript]]:
    """The scripts that wait, the newest first; what cannot be read is left out."""
    try:
        paths = sorted(_folder().glob("*.json"), reverse=True)
    except OSError:
        return []
    return [(path, script) for path in paths if (script := _read(path)) is not None]


def drop(path: Path) -> None:
    """Forget a script: it was imported, or the person let it go."""
    with contextlib.suppress(OSError):
        path.unlink()


def _folder() -> Path:
    return state_folder() / "scripts"


def _read(path: Path) -> KeptScript | None:
    try:
        script = KeptScript(**json.loads(read_small(path)))
    except (OSError, ValueError, TypeError, RecursionError):
        return None
    fits = all(isinstance(value, str) for value in (script.text, script.title, script.file))
    return script if fits else None
