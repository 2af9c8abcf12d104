"""The editor: `run` opens it on a library. Commands import this package when they need it."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

__all__ = ["chosen_theme", "control_keys", "key_problems", "run"]

_WRITES_SECONDS = 6.0
"""How long the end waits for writes in the queue: a little more than the busy timeout."""

_SIGNAL_SECONDS = 0.2
"""The same when a signal or a fault ends the editor."""

_SIGNALLED = 128


def run(
    library_path: Path | str,
    *,
    project_id: int | None = None,
    demo: bool = False,
    read_only: bool = False,
) -> int:
    """Open the editor and come back when it is left; the exit code.

    Without a project it opens where it was left. `demo` leaves no trace of the place. Raises
    NoTerminalError, NotFoundError for the project, and what `Library.open` raises.
    """
    from storyflow_tui.errors import NoTerminalError, NotFoundError

    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise NoTerminalError("The editor needs a terminal; this is none", {})
    from storyflow_tui.config import read_settings
    from storyflow_tui.library import Library
    from storyflow_tui.tui import keyboard, output, pasting
    from storyflow_tui.tui.app import StoryflowApp
    from storyflow_tui.tui.choices import recall_theme
    from storyflow_tui.tui.crash import sentence
    from storyflow_tui.tui.place import recall
    from storyflow_tui.tui.plain import terminal_encoding

    for name in ("COLUMNS", "LINES"):
        # The terminal says how large it is; these, where a parent left them, would be believed
        # instead, and no resize would ever be seen.
        os.environ.pop(name, None)
    # A project can only be in a library that is there: nothing is made to look for it.
    create = project_id is None
    with Library.open(library_path, create=create, read_only=read_only) as library:
        segment_id = None
        if project_id is not None:
            library.projects.get(project_id)
        elif not demo and (place := recall(library.path)):
            try:
                library.projects.get(place.project_id)
            except NotFoundError:
                pass
            else:
                project_id, segment_id, _ = place
        settings = read_settings()
        encoding = terminal_encoding()
        app = StoryflowApp(
            library,
            settings,
            project_id=project_id,
            segment_id=segment_id,
            demo=demo,
            read_only=read_only,
            handle_signals=True,
            look_after=not demo,
            encoding=encoding,
            theme_name=settings.theme if demo else recall_theme(settings.theme),
        )
        pasting.install()
        keyboard.install(encoding)
        output.install(app.terminal_gone, app.draw_anew)
        app.run(mouse=settings.mouse)
        told_to_end = app.faulted or (app.return_code or 0) >= _SIGNALLED
        done = app.session.finish(_SIGNAL_SECONDS if told_to_end else _WRITES_SECONDS)
        words = []
        if app.faulted:
            words.append(sentence("The editor met a fault and ended.", app.fault_log))
        if app.drafted:
            one = app.drafted == 1
            texts = "One text is" if one else f"{app.drafted} texts are"
            waits = "It waits as a draft and is" if one else "They wait as drafts and are"
            words.append(f"{texts} not in the library yet. {waits} offered where it was typed.")
        if app.rehearsed:
            words.append("A rehearsal waits: its lengths are not kept yet. t in its story goes on.")
        if app.lost:
            words.append(f"A text is lost: neither library nor draft could be written. {app.lost}.")
        if not (done or told_to_end):
            words.append("The library was busy; not every change could be written.")
        output.say("".join(f"{line}\n" for line in words))
        code = 1 if app.faulted else app.return_code or 0
        if not done:
            # Closing would wait for the write that waits for another process, or cut it short.
            os._exit(code)
        app.release_signals()
        return code


def key_problems(keys: Mapping[str, str]) -> list[str]:
    """A sentence for each thing that is wrong with the keys of the settings."""
    from storyflow_tui.tui.overrides import Overrides

    return list(Overrides.of(keys).problems)


def chosen_theme(configured: str) -> str:
    """The theme that the editor shows where the settings name this one."""
    from storyflow_tui.tui.choices import recall_theme

    return recall_theme(configured)


def control_keys() -> frozenset[str]:
    """The letters that mean something with Ctrl, somewhere in the editor."""
    from storyflow_tui.tui.keymap import APP, SCREENS

    names = {name for table in (*SCREENS.values(), APP) for key in table for name in key.names}
    return frozenset(name[5:] for name in names if name.startswith("ctrl+") and len(name) == 6)
