"""Where the editor was left: the story and the segment, one small file a user.

A convenience and nothing more: what cannot be read is no place, what cannot be written is let go.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import NamedTuple

from storyflow_tui.config import read_small, state_folder

_KEPT = 50


class Place(NamedTuple):
    """A story of a library, and the segment that was current."""

    project_id: int
    segment_id: int | None


def recall(library: Path, file: Path | None = None) -> Place | None:
    """Where the editor was left in this library; None for the list of stories or nowhere."""
    entry = _read(file or _file()).get(str(library))
    if not isinstance(entry, list) or len(entry) != 2 or not isinstance(entry[0], int):
        return None
    return Place(entry[0], entry[1] if isinstance(entry[1], int) else None)


def remember(library: Path, place: Place | None, file: Path | None = None) -> None:
    """Note where the editor is left; None for the list of stories."""
    file = file or _file()
    places = _read(file)
    places.pop(str(library), None)
    if place is not None:
        places[str(library)] = [place.project_id, place.segment_id]
    kept = dict(list(places.items())[-_KEPT:])
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(json.dumps(kept), encoding="utf-8")
        draft.replace(file)
    except OSError:
        return


def _file() -> Path:
    return state_folder() / "places.json"


def _read(file: Path) -> dict[str, object]:
    try:
        places = json.loads(read_small(file))
    except (OSError, ValueError, RecursionError):
        return {}
    return places if isinstance(places, dict) else {}
