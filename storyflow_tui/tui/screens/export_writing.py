"""Writing a story that is exported: asked before anything is replaced, counted, and stopped.

What is chosen, and how it is shown before, is `export_story`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from textual import work
from textual.screen import Screen
from textual.worker import Worker, get_current_worker

from storyflow_tui import transfer
from storyflow_tui.errors import NotEmptyError, StoryflowError
from storyflow_tui.tui.crash import logged
from storyflow_tui.tui.folders import short
from storyflow_tui.tui.long_work import LongWork, StoppedError
from storyflow_tui.tui.look import SIGNS
from storyflow_tui.tui.widgets.header import Tone
from storyflow_tui.tui.widgets.hint_line import HintLine
from storyflow_tui.tui.widgets.sheet import Question

if TYPE_CHECKING:
    from storyflow_tui.tui.app import StoryflowApp

SETTLE = 5.0
"""Seconds that an export waits for what is being saved."""


class Wanted(NamedTuple):
    """What is to be written: the form, its options, the whole path, the segments (None: all)."""

    form: str
    options: dict[str, str]
    path: str
    segments: Sequence[int] | None


class ExportWriting(Screen["transfer.Exported | None"], inherit_bindings=False):
    """Writes what is wanted; answers with what was written, or says why there is nothing."""

    app: StoryflowApp

    def __init__(self, project_id: int) -> None:
        super().__init__()
        self.project_id = project_id
        self.writing: LongWork | None = None
        """What is being written, until it is."""
        self.progress = ""
        """How far it is, in words."""

    def show_progress(self) -> None:
        """Show how far it is, and which keys act."""
        raise NotImplementedError

    def look(self) -> None:
        """Look again at what would be written."""
        raise NotImplementedError

    def ask(self, wanted: Wanted, occupied: str) -> None:
        """Ask before what is there is replaced, and replace it."""
        path = Path(occupied)
        rest = "What is in it now is gone then; it is no file of the library."
        if Path(wanted.path) != path:
            rest = "The story and pictures of the same names are gone then; other files stay."

        def answered(answer: bool | None) -> None:
            if answer:
                self.write_story(wanted, force=True)

        self.app.push_screen(
            Question(f"Replace {path.name}?", [f"In {short(path.parent)}. {rest}"], "replace it"),
            answered,
        )

    def write_story(self, wanted: Wanted, *, force: bool) -> None:
        """Write it on a worker; without `force` nothing is replaced."""
        self.writing = LongWork(lambda done, total: self.app.call_later(self._told, done, total))
        self.progress = f"writing {SIGNS.cut}"
        self.show_progress()
        self.run_worker(self._settle_and_write(wanted, self.writing, force), exit_on_error=False)

    async def _settle_and_write(self, wanted: Wanted, job: LongWork, force: bool) -> None:
        # What was typed before is on its way into the library.
        if await self.app.session.settled(SETTLE):
            self._export(wanted, job, force)
        elif self.is_attached:
            self._end()
            self.say(
                "! Not written: a change is still being saved.",
                "The library is busy; enter tries again",
                "warning",
            )

    @work(thread=True, group="export", exit_on_error=False)
    def _export(self, wanted: Wanted, job: LongWork, force: bool) -> None:
        try:
            exported = transfer.export_project(
                self.app.session.library,
                self.project_id,
                wanted.path,
                format=wanted.form,
                options=wanted.options,
                segments=wanted.segments,
                force=force,
                progress=job.step,
            )
        except StoryflowError as error:
            self.back(self._failed, wanted, force, error)
        else:
            self.back(self._done, wanted, exported)

    def _told(self, done: int, total: int) -> None:
        if self.writing is not None and self.is_attached:
            self.progress = f"{done} of {total} {SIGNS.cut}" if total > 1 else "writing …"
            self.show_progress()

    def _done(self, wanted: Wanted, exported: transfer.Exported) -> None:
        self.app.last_export_folder = Path(wanted.path).parent
        self.dismiss(exported)

    def _failed(self, wanted: Wanted, force: bool, error: StoryflowError) -> None:
        self._end()
        if isinstance(error, StoppedError):
            self.say("Stopped; nothing was written", "enter begins again")
        elif isinstance(error, NotEmptyError) and not force:
            self.ask(wanted, str(error.details.get("path") or wanted.path))
        else:
            self.say(
                f"{SIGNS.refused} {error.message.rstrip('.')}.",
                "Nothing was written; choose another target or try again",
                "danger",
            )
            self.look()

    def _end(self) -> None:
        self.writing, self.progress = None, ""
        self.show_progress()

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """A fault of ours: it goes to the log, and what was there stays."""
        if logged(event):
            self._end()
            self.say("! An unexpected fault; nothing was written.", "It is in the log", "danger")

    async def settle_typing(self) -> int:
        """The editor ends: what is being written is stopped, and leaves nothing behind."""
        return self.keep_typed()

    def keep_typed(self) -> int:
        """Nothing that is typed here would be missed."""
        if self.writing is not None:
            self.writing.stop()
        return 0

    def on_unmount(self) -> None:
        """The screen is left in some other way."""
        self.keep_typed()

    def say(self, first: str, rest: str = "", tone: Tone = "accent") -> None:
        """Say something in the hint line."""
        self.query_one(HintLine).notice(first, rest, tone)

    def back(self, callback: Callable[..., None], *arguments: object) -> None:
        """In the UI thread, if neither the worker was overtaken nor the screen left."""
        worker = get_current_worker()

        def arrive() -> None:
            if not worker.is_cancelled and self.is_attached:
                callback(*arguments)

        if not worker.is_cancelled:
            self.app.call_from_thread(arrive)
