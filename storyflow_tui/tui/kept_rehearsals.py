"""Rehearsals that are neither kept nor thrown away: one small file a story, outside the library.

Written at each cut, so that not even a kill costs more than the segment that is being read; gone
once the lengths are in the library or the person lets them go.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from storyflow_tui.lengths import LONGEST_SECONDS
from storyflow_tui.tui import kept_lines


@dataclass(frozen=True, slots=True)
class KeptRehearsal:
    """Lengths by segment, the segment that comes next, and when the last one was taken."""

    taken: Mapping[int, float]
    next_id: int | None
    written_at: datetime


def keep(library: Path, project_id: int, taken: Mapping[int, float], next_id: int | None) -> None:
    """Write it so that it survives a crash; raises OSError or StoryflowError."""
    values = {
        "taken": [[key, seconds] for key, seconds in taken.items()],
        "next": next_id,
        "written_at": datetime.now(UTC).isoformat(),
    }
    kept_lines.keep(_name(library, project_id), json.dumps(values))


def kept(library: Path, project_id: int) -> KeptRehearsal | None:
    """The rehearsal of this story that waits, if there is one that can be read."""
    text = kept_lines.kept(_name(library, project_id))
    try:
        values = json.loads(text or "")
        taken = {key: float(seconds) for key, seconds in values["taken"] if isinstance(key, int)}
        next_id, written_at = values["next"], datetime.fromisoformat(values["written_at"])
    except (ValueError, TypeError, LookupError, OverflowError, RecursionError):
        return None
    if not taken or not all(_is_length(seconds) for seconds in taken.values()):
        return None
    return KeptRehearsal(
        taken, next_id if isinstance(next_id, int) else None, written_at.astimezone()
    )


def drop(library: Path, project_id: int) -> None:
    """Forget it: its lengths are in the library, or the person let them go."""
    kept_lines.drop(_name(library, project_id))


def _is_length(seconds: float) -> bool:
    return math.isfinite(seconds) and 0 <= seconds <= LONGEST_SECONDS


def _name(library: Path, project_id: int) -> str:
    return f"rehearsal {project_id} {library}"
