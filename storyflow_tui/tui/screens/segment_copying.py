"""Copying segments into another story: counted and stopped while files are copied, then one write.

Which story it is, is chosen in `other_story`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING

from textual import work
from textual.screen import Screen
from textual.worker import Worker

from storyflow_tui.errors import ConflictError, StoryflowError
from storyflow_tui.library import Library
from storyflow_tui.records import SegmentRecord
from storyflow_tui.tui.crash import logged
from storyflow_tui.tui.long_work import LongWork, StoppedError
from storyflow_tui.tui.look import SIGNS
from storyflow_tui.tui.widgets.header import Tone
from storyflow_tui.tui.widgets.hint_line import HintLine
from storyflow_tui.tui.words import refusal

if TYPE_CHECKING:
    from storyflow_tui.tui.app import StoryflowApp

Copy = Callable[[], Sequence[SegmentRecord]]

SETTLE = 5.0
"""Seconds that a copy waits for what is being saved."""


class SegmentCopying(Screen["str | None"], inherit_bindings=False):
    """Copies segments into a story; answers with its title, or says why there is no copy."""

    app: StoryflowApp

    def __init__(self, ids: Sequence[int]) -> None:
        super().__init__()
        self.ids = ids
        self.copying: LongWork | None = None
        """What is being copied, until it is."""
        self.progress = ""
        """How far it is, in words."""
        self._copied: str | None = None

    def show_progress(self) -> None:
        """Show how far it is, and which keys act."""
        raise NotImplementedError

    def copy_into(self, project_id: int) -> None:
        """Copy them behind the last of a story."""
        job = LongWork(lambda done, total: self.app.call_later(self._told, done, total))
        self.copying, self.progress = job, f"copying {SIGNS.cut}"
        self.show_progress()
        self.run_worker(self._settle_and_copy(project_id, job), exit_on_error=False)

    async def _settle_and_copy(self, project_id: int, job: LongWork) -> None:
        # What was typed before is on its way into the library, and belongs into the copy.
        if await self.app.session.settled(SETTLE):
            self._stage(project_id, job)
        else:
            self._end()
            self.say(
                "! Not copied: a change is still being saved.",
                "The library is busy; enter tries again",
                "warning",
            )

    @work(thread=True, group="copy", exit_on_error=False)
    def _stage(self, project_id: int, job: LongWork) -> None:
        """Copy the files; what is left is one short write."""
        segments = self.app.session.library.segments
        with ExitStack() as stack:
            try:
                staged = segments.stage_copy(self.ids, project_id, progress=job.step)
                copy = stack.enter_context(staged)
            except StoryflowError as error:
                self.app.call_from_thread(self._failed, error)
            else:
                # What was staged is given up by whoever writes, in whatever way that ends.
                self.app.call_from_thread(self._write, stack.pop_all(), copy, project_id, job)

    def _write(self, staged: ExitStack, copy: Copy, project_id: int, job: LongWork) -> None:
        def write(library: Library) -> str:
            with staged:
                if job.stopped:
                    raise StoppedError("Stopped")
                copy()
                return library.projects.get(project_id).title

        self.app.session.write(write, self._done, self._failed)

    def _told(self, done: int, total: int) -> None:
        if self.copying is not None and self.is_attached:
            self.progress = f"{done} of {total} {SIGNS.cut}"
            self.show_progress()

    def _done(self, title: str) -> None:
        self._copied = title
        self.on_screen_resume()

    def on_screen_resume(self) -> None:
        """Leave, once it is copied and no help is read over it."""
        if self._copied is not None and self.app.screen is self:
            self.dismiss(self._copied)

    def _failed(self, error: StoryflowError) -> None:
        if not self.is_attached:
            return
        self._end()
        if isinstance(error, StoppedError):
            self.say("Stopped; nothing was copied", "enter begins again")
            return
        again = "enter copies it as it is now" if isinstance(error, ConflictError) else ""
        self.say(f"! {refusal(error)}", str(error.details.get("reason") or again), "warning")

    def _end(self) -> None:
        self.copying, self.progress = None, ""
        if self.is_attached:
            self.show_progress()

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """A fault of ours: it goes to the log, and there is no copy."""
        if logged(event):
            self._end()
            self.say("! An unexpected fault; nothing was copied.", "It is in the log", "danger")

    async def settle_typing(self) -> int:
        """The editor ends: what is being copied is stopped, and leaves nothing behind."""
        return self.keep_typed()

    def keep_typed(self) -> int:
        """Nothing that is typed here would be missed."""
        if self.copying is not None:
            self.copying.stop()
        return 0

    def on_unmount(self) -> None:
        """The screen is left in some other way."""
        self.keep_typed()

    def say(self, first: str, rest: str = "", tone: Tone = "accent") -> None:
        """Say something in the hint line."""
        if self.is_attached:
            self.query_one(HintLine).notice(first, rest, tone)
