"""What an editor looks after once it is on the screen: today's copy of the database, old changes.

In a thread of its own, so that neither keys nor saves wait for it; what it does holds the write
lock for moments only, and may be cut off at any point.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from storyflow_tui.errors import BusyError, StoryflowError
from storyflow_tui.library import Library
from storyflow_tui.tui.crash import write_log

Say = Callable[[str, str], None]
"""Says a warning on the screen, its first phrase and the rest; called in the upkeep's thread."""

BEGINS = 0.5
"""Seconds after the first screen until it begins: what is drawn first comes first."""


class Upkeep:
    """The upkeep of one running editor's library."""

    def __init__(self, library: Library, trash_days: int, say: Say) -> None:
        self._library = library
        self._trash_days = trash_days
        self._say = say
        # A daemon, so that leaving the editor never waits for a large copy: what is cut off is
        # swept by the next start.
        self._thread = threading.Thread(target=self._work, name="storyflow-upkeep", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def _work(self) -> None:
        try:
            self._begin_day()
        except Exception as error:  # the outermost edge of this thread
            write_log(error)

    def _begin_day(self) -> None:
        try:
            self._library.begin_day(self._trash_days)
        except BusyError:
            return  # the copy is made; what is old goes another day
        except StoryflowError as error:
            self._say("! Today's copy of the database could not be made.", error.message)
