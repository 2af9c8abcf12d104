"""What was chosen in the editor and outlives it: the theme, one small file in the state folder.

`config.toml` is the person's own and is never written to. A choice holds until the setting there
is changed: then that is the later wish.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from storyflow_tui.config import THEMES, read_small, state_folder


def recall_theme(configured: str, file: Path | None = None) -> str:
    """The theme that was chosen while the settings named this one; else the one they name."""
    try:
        kept = json.loads(read_small(file or _file()))
    except (OSError, ValueError, RecursionError):
        return configured
    if not isinstance(kept, dict) or kept.get("instead_of") != configured:
        return configured
    chosen = kept.get("theme")
    return chosen if chosen in THEMES else configured


def remember_theme(chosen: str, configured: str, file: Path | None = None) -> bool:
    """Keep the choice of a theme over the one that the settings name; False: it cannot be kept."""
    file = file or _file()
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        if chosen == configured:
            file.unlink(missing_ok=True)
            return True
        file.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(json.dumps({"theme": chosen, "instead_of": configured}), encoding="utf-8")
        draft.replace(file)
    except OSError:
        return False
    return True


def _file() -> Path:
    return state_folder() / "choices.json"
