"""What an editor looks after once it is on the screen: today's copy, old changes, and a check.

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

Found = Callable[[int], None]
"""Takes how many things a check found; called in the upkeep's thread."""

BEGINS = 0.5
"""Seconds after the first screen until it begins: what is drawn first comes first."""


class Upkeep:
    """The upkeep of one running editor's library."""

    def __init__(
        self,
        library: Library,
        trash_days: int,
        say: Say,
        found: Found = lambda count: None,
        wanted: Callable[[], bool] = lambda: True,
    ) -> None:
        """`wanted` answers whether the editor is still there to be told."""
        self._library = library
        self._trash_days = trash_days
        self._say = say
        self._found = found
        self._wanted = wanted
        # A daemon, so that leaving the editor never waits for a large copy: what is cut off is
        # swept by the next start.
        self._thread = threading.Thread(target=self._work, name="storyflow-upkeep", daemon=True)
        self._again = threading.Event()

    def start(self) -> None:
        """Begin; what was found is told once, and again after each `look_again`."""
        self._thread.start()

    def look_again(self) -> None:
        """Check once more, as somebody may have mended what was found."""
        self._again.set()

    def _work(self) -> None:
        try:
            self._begin_day()
            while self._check():
                self._again.wait()
                self._again.clear()
        except Exception as error:  # the outermost edge of this thread
            write_log(error)

    def _check(self) -> bool:
        """Tell what a check finds; returns whether there is any use in looking again."""
        try:
            # Pictures are not decoded: the command does that, and cards show which are broken.
            count = len(self._library.check(pictures=False, wanted=self._wanted))
        except StoryflowError as error:
            # Away or busy: whoever opens or saves something is told why.
            return isinstance(error, BusyError)
        if not self._wanted():
            return False
        self._found(count)
        return count > 0

    def _begin_day(self) -> None:
        what = "Today's copy of the database could not be made."
        try:
            if self._library.copy_today() is not None:
                what = "Old changes could not leave the history."
                self._library.let_go(self._trash_days)
        except BusyError:
            return  # the copy is made; what is old goes another day
        except StoryflowError as error:
            self._say(f"! {what}", error.message)


def told(count: int) -> tuple[str, str]:
    """What is said of so many findings: a first phrase and the rest."""
    if count == 1:
        return "! One thing in this library is out of order", "storyflow check names it"
    return f"! {count} things in this library are out of order", "storyflow check names them"
