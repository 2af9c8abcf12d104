"""What is left of an unexpected fault: a log file for whoever mends it, one line for the user."""

from __future__ import annotations

import os
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from storyflow_tui.config import state_folder

if TYPE_CHECKING:
    from textual.worker import Worker


def write_log(error: BaseException, folder: Path | None = None) -> Path | None:
    """Write the traceback to a new file under the state folder; None where that is impossible."""
    folder = folder or state_folder() / "logs"
    now = datetime.now(UTC)
    path = folder / f"storyflow-{now:%Y%m%d-%H%M%S}-{os.getpid()}.log"
    lines = traceback.format_exception(error)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(f"{now.isoformat()}\n{''.join(lines)}\n")
    except OSError:
        return None
    return path


def logged(event: Worker.StateChanged) -> bool:
    """Whether a worker met an unexpected fault; if so, it is in a log now."""
    error = event.worker.error
    if event.state.name != "ERROR" or error is None:
        return False
    write_log(error)
    return True


def sentence(what: str, path: Path | None) -> str:
    """What happened, in one line, and where the log is."""
    return f"{what} The log is {path}." if path else f"{what} No log could be written."
