"""How the editor ends: a key, a signal, a fault, a terminal that is gone, a loop that is stuck.

However it ends, typed text is saved or becomes a draft, and the terminal is put right.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from textual.app import App

from storyflow_tui.tui.crash import write_log
from storyflow_tui.tui.drafts import why_not
from storyflow_tui.tui.keyboard import ROUNDS
from storyflow_tui.tui.output import say
from storyflow_tui.tui.signals import Signals
from storyflow_tui.tui.widgets.header import Tone

_RESTORE = (
    "\x1b[?2004l\x1b[?7h\x1b[?2048l\x1b[?1000l\x1b[?1003l\x1b[?1015l\x1b[?1006l\x1b[?1016l"
    "\x1b[<u\x1b[?1049l\x1b[?25h\x1b[?1004l\x1b[0m"
)
"""What puts a terminal right that Textual had: its modes off, the first screen, the cursor."""

_LINE_GONE = "\r\x1b[2K"

_CALM = 5
"""Turns of the loop without a message on its way, after which none is left."""


@runtime_checkable
class HoldsTyped(Protocol):
    """A screen that holds typed text; however the editor ends, it is asked to keep it."""

    async def settle_typing(self) -> int:
        """Save within a second what can be saved, keep the rest; how many texts were kept."""

    def keep_typed(self) -> int:
        """Write what is not saved to the disk, here and now, in any thread; how many texts."""


class EndingApp(App[int], inherit_bindings=False):
    """An app that loses nothing when it ends; its screens tell it what they hold."""

    def __init__(self) -> None:
        super().__init__()
        self.drafted = 0
        """How many texts could not be saved and wait as drafts; known when the app has ended."""
        self.rehearsed = False
        """Whether the lengths of a rehearsal wait for the next time."""
        self.lost = ""
        """Why a text could be neither saved nor kept; empty if none had to be given up."""
        self.fault_log: Path | None = None
        self.faulted = False
        self._signals: Signals | None = None
        self._leaving = False
        self._warned = False

    # What the app gives

    def say(self, first: str, rest: str = "", tone: Tone = "accent") -> None:
        """A notice in the hint line of the screen that is shown."""
        raise NotImplementedError

    def remember_place(self) -> None:
        """Note where the editor is left."""
        raise NotImplementedError

    # A person leaves

    async def action_save_and_quit(self) -> None:
        """Save what is typed and leave, from anywhere."""
        await self.leave(0)

    @property
    def is_leaving(self) -> bool:
        """Whether the end has begun: nothing is asked any more, what is unsaved becomes a draft."""
        return self._leaving

    async def leave(self, return_code: int) -> None:
        """Save, or keep as drafts what can't be saved within a second, and end.

        A person who leaves is told once, and stays, if a text could not be kept either.
        """
        if self._leaving:
            return
        self._leaving = True
        lost: Exception | None = None
        for screen in self._holding():
            try:
                self.drafted += await screen.settle_typing()
            except Exception as error:  # what one cannot keep must not cost the others theirs
                write_log(error)
                lost = error
        if lost is not None and return_code == 0 and not self._warned:
            self._warned, self._leaving, self.drafted = True, False, 0
            rest = f"{why_not(lost)}. ^Q again leaves without it."
            # Behind what the failed save has to say, which is on its way.
            self.call_later(self.say, "! Not saved, and no draft:", rest, "danger")
            return
        self.lost = "" if lost is None else why_not(lost)
        self.remember_place()
        self.exit(return_code, return_code=return_code)

    # A signal comes, or the terminal goes

    def take_signals(self) -> None:
        """Take the signals over, until `release_signals`."""
        self._signals = Signals(self._signal_arrived, self._last_resort)
        self._signals.install(asyncio.get_running_loop())

    def _signal_arrived(self, number: int) -> None:
        # The drafts first: whatever happens to the rest, the text is on the disk.
        self._keep_typed()
        self.run_worker(self._told_to_leave(128 + number), group="leave", exit_on_error=False)

    async def _told_to_leave(self, return_code: int) -> None:
        await self._all_arrived()
        await self.leave(return_code)

    async def _all_arrived(self) -> None:
        """Wait until every key that was pressed before has arrived where it acts (1 s at most)."""
        loop = asyncio.get_running_loop()
        latest = loop.time() + 1
        reads = getattr(self._driver, "_key_thread", None)
        before = ROUNDS.quiet
        while ROUNDS.quiet == before and reads and reads.is_alive() and loop.time() < latest:
            await asyncio.sleep(0.01)
        calm = 0
        while calm < _CALM and loop.time() < latest:
            pumps = {self, *self.screen_stack, *(self.screen.focus_chain)}
            calm = 0 if any(pump.message_queue_size for pump in pumps) else calm + 1
            await asyncio.sleep(0)

    def _keep_typed(self) -> int:
        """Have every screen write its unsaved text to the disk; how many texts there are."""
        kept = 0
        for screen in self._holding():
            try:
                kept += screen.keep_typed()
            except Exception as error:  # as in `leave`
                write_log(error)
                self.lost = why_not(error)
        return kept

    @contextlib.contextmanager
    def terminal_handed_over(self, words: str) -> Iterator[None]:
        """The terminal is another program's; `words` stand there until that one draws.

        What is raised inside ends the editor: the terminal is not taken back then.
        """
        from storyflow_tui.outside import keys_for_the_editor

        if self._driver is None or not self._driver.can_suspend:
            yield
            return
        if self._signals is not None:
            self._signals.deaf_to = frozenset({signal.SIGINT})
        with keys_for_the_editor(), self.suspend():
            say(words)
            yield
            say(_LINE_GONE)
        if self._signals is not None:
            self._signals.deaf_to = frozenset()

    def terminal_gone(self) -> None:
        """The terminal is gone, with or without a signal; in any thread."""
        if self._signals is not None:
            self._signals.hang_up()

    def draw_anew(self) -> None:
        """The terminal reads again and has not had all that was drawn; in any thread."""
        with contextlib.suppress(Exception):  # the editor may be ending
            self.call_later(self.screen.refresh)

    def _last_resort(self, number: int) -> None:
        """The loop is stuck: save the text, put the terminal right and end, from a thread."""
        with contextlib.suppress(Exception):
            self._keep_typed()
        driver = self._driver
        attributes = getattr(driver, "attrs_before", None)
        if driver is not None and attributes is not None:
            import termios

            with contextlib.suppress(termios.error, OSError):
                termios.tcsetattr(getattr(driver, "fileno", 0), termios.TCSANOW, attributes)
            say(_RESTORE)
        os._exit(128 + number)

    # A fault

    def _handle_exception(self, error: Exception) -> None:
        """A fault of ours: text to drafts, traceback to a log, and the app ends."""
        self._return_code = 1
        if self._exception is None:
            self._exception = error
            self._exception_event.set()
        if not self.faulted:
            self.faulted = True
            self.fault_log = write_log(error)
            with contextlib.suppress(Exception):
                self.drafted = self._keep_typed()
        self._close_messages_no_wait()

    def panic(self, *renderables: Any) -> None:
        """Textual's way to die, of its input thread for one: ours, without the traceback."""
        if self._signals is not None and not os.isatty(getattr(self._driver, "fileno", 0)):
            self.terminal_gone()
            return
        self._handle_exception(RuntimeError("Textual gave up: " + " ".join(map(repr, renderables))))

    def release_signals(self) -> None:
        """Let the signals go; until then one that comes ends even an end that takes too long."""
        if self._signals is not None:
            self._signals.release()

    def _holding(self) -> list[HoldsTyped]:
        return [
            screen
            for screen in self.screen_stack
            if isinstance(screen, HoldsTyped) and screen.is_mounted
        ]
