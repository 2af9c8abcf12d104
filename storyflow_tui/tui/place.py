"""Where the editor was left: the story, and in each story the card and the scroll; one small file.

A convenience and nothing more: what cannot be read is no place, what cannot be written is let go.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, NamedTuple

from storyflow_tui.config import read_small, state_folder

_LIBRARIES = 50
_STORIES = 200


class Place(NamedTuple):
    """A story of a library, the segment that was current, and how many cards stood above it."""

    project_id: int
    segment_id: int | None
    above: int = 0


def recall(library: Path, file: Path | None = None) -> Place | None:
    """Where the editor was left in this library; None for the list of stories or nowhere."""
    project_id = _entry(_read(file or _file()), library)["at"]
    if not isinstance(project_id, int):
        return None
    return recall_story(library, project_id, file) or Place(project_id, None)


def recall_story(library: Path, project_id: int, file: Path | None = None) -> Place | None:
    """Where a story of this library was left; None if it never was."""
    left = _entry(_read(file or _file()), library)["stories"].get(str(project_id))
    if not isinstance(left, list) or len(left) != 2 or not all(isinstance(n, int) for n in left):
        return None
    return Place(project_id, left[0], max(0, left[1]))


def remember(library: Path, place: Place | None, file: Path | None = None) -> None:
    """Note where the editor is left; None for the list of stories."""
    _write(library, place, None if place is None else place.project_id, file or _file())


def remember_story(library: Path, place: Place, file: Path | None = None) -> None:
    """Note where a story is left for the list of stories."""
    _write(library, place, None, file or _file())


def _write(library: Path, place: Place | None, at: int | None, file: Path) -> None:
    places = _read(file)
    stories = _entry(places, library)["stories"]
    if place is not None and place.segment_id is not None:
        stories.pop(str(place.project_id), None)
        stories[str(place.project_id)] = [place.segment_id, place.above]
    places.pop(str(library), None)
    places[str(library)] = {"at": at, "stories": dict(list(stories.items())[-_STORIES:])}
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(json.dumps(dict(list(places.items())[-_LIBRARIES:])), encoding="utf-8")
        draft.replace(file)
    except OSError:
        return


def _entry(places: dict[str, Any], library: Path) -> dict[str, Any]:
    entry = places.get(str(library))
    if not isinstance(entry, dict):
        return {"at": None, "stories": {}}
    stories = entry.get("stories")
    return {"at": entry.get("at"), "stories": stories if isinstance(stories, dict) else {}}


def _file() -> Path:
    return state_folder() / "places.json"


def _read(file: Path) -> dict[str, Any]:
    try:
        places = json.loads(read_small(file))
    except (OSError, ValueError, RecursionError):
        return {}
    return places if isinstance(places, dict) else {}
