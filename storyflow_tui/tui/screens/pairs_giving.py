"""Giving the pictures of pairs to their segments: checked, copied on a worker, written in one step.

What is shown and how the pairs come to be is `pairs`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from textual import work
from textual.screen import Screen
from textual.worker import Worker, get_current_worker

from storyflow_tui.errors import InvalidImageError, LockedError, StoryflowError
from storyflow_tui.library import Library
from storyflow_tui.records import OutlineRecord, SegmentRecord
from storyflow_tui.tui.crash import logged
from storyflow_tui.tui.look import SIGNS
from storyflow_tui.tui.screens.pair_rows import PairRows
from storyflow_tui.tui.widgets.header import Tone
from storyflow_tui.tui.widgets.hint_line import HintLine
from storyflow_tui.tui.widgets.rows import Rows

if TYPE_CHECKING:
    from storyflow_tui.tui.app import StoryflowApp

Attach = Callable[[], Sequence[SegmentRecord]]

_GROUP = "attach"
"""The worker that copies; others of this screen only read."""


class Given(NamedTuple):
    """What was done: the segments that have a picture now, and their positions."""

    segments: Sequence[SegmentRecord]
    positions: Sequence[int]


class _StoppedError(Exception):
    """The person stopped it before anything was written."""


class PairGiving(Screen["Given | None"], inherit_bindings=False):
    """Does what the pairs say, or says why not; can be stopped until it is written."""

    app: StoryflowApp

    def __init__(self, project_id: int, paths: Sequence[Path]) -> None:
        super().__init__()
        self.project_id = project_id
        self.paths = {path.name: path for path in paths}
        self.pairs = PairRows(self._fetch)
        self.outline: Sequence[OutlineRecord] | None = None
        """The segments of the story; None until they are read."""
        self.working = ""
        """How far the work is; empty while nothing is going on."""
        self.stopping = False

    # What the screen gives

    def read_story(self) -> object:
        """Read the segments of the story again."""
        raise NotImplementedError

    def show(self) -> None:
        """Show facts, progress and hints."""
        raise NotImplementedError

    def _fetch(self, ids: Sequence[int]) -> Sequence[SegmentRecord]:
        try:
            return self.app.session.segments(ids)
        except StoryflowError:
            return []  # a row without its narration; giving the pictures would say why

    # Doing it

    def action_attach(self) -> None:
        """Give every picture to its segment."""
        pairs = self.pairs.pairing.pairs
        outline = self.outline or ()
        if refused := [each.file for each in pairs if each.file in self.pairs.problems]:
            self._go_to_file(refused[0])
            self.say(f"{SIGNS.refused} {refused[0]}", self.pairs.problems[refused[0]], "danger")
        elif locked := [each for each in pairs if outline[each.position - 1].is_locked]:
            self._go_to_file(locked[0].file)
            numbers = ", ".join(str(each.position) for each in locked[:8])
            many = f"s {numbers} are" if len(locked) > 1 else f" {numbers} is"
            more = "x takes a pair out, J shifts the pictures on"
            self.say(f"! Segment{many} locked.", more, "warning")
        elif pairs:
            self.stopping = False
            self._work_on(0, len(pairs))
            self._stage([(each.segment_id, self.paths[each.file]) for each in pairs])

    def _go_to_file(self, file: str) -> None:
        self.query_one(Rows).move_cursor(self.pairs.index(file) or 0)

    def _work_on(self, done: int, total: int) -> None:
        self.working = f"{done} of {total} …"
        self.show()

    @work(thread=True, group=_GROUP, exit_on_error=False)
    def _stage(self, pairs: Sequence[tuple[int, Path]]) -> None:
        """Copy and look at the files; what is left is one short write."""
        worker = get_current_worker()

        def tell(done: int, total: int) -> None:
            if self.stopping or worker.is_cancelled:
                raise _StoppedError
            self.call(worker, self._work_on, done, total)

        segments = self.app.session.library.segments
        with ExitStack() as stack:
            try:
                attach = stack.enter_context(segments.stage_images(pairs, tell))
            except _StoppedError:
                self.call(worker, self._stopped)
            except StoryflowError as error:
                self.call(worker, self._refused, error)
            else:
                # What was staged is given up by whoever writes, in whatever way that ends.
                self.app.call_from_thread(self._write, stack.pop_all(), attach)

    def _write(self, staged: ExitStack, attach: Attach) -> None:
        def write(_: Library) -> Sequence[SegmentRecord]:
            with staged:
                return attach()

        self.app.session.write(write, self._done, self._refused)

    def _done(self, segments: Sequence[SegmentRecord]) -> None:
        self.dismiss(Given(segments, [each.position for each in self.pairs.pairing.pairs]))

    def _stopped(self) -> None:
        self._end()
        self.say("Stopped; nothing was changed", "enter gives the pictures")

    def _refused(self, error: StoryflowError) -> None:
        self._end()
        file, reason = str(error.details.get("file") or ""), str(error.details.get("reason") or "")
        if isinstance(error, InvalidImageError) and file:
            self.pairs.problems[file] = reason
            self._go_to_file(file)
            self.say(f"{SIGNS.refused} {file}", reason, "danger")
        else:
            rest = "" if isinstance(error, LockedError) else reason
            self.say(f"! {error.message}", rest, "warning")
        self.read_story()

    def _end(self) -> None:
        self.working = ""
        self.show()

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """A fault of ours on a worker goes to the log; only that of the copying ends the work."""
        if not logged(event):
            return
        if event.worker.group == _GROUP:
            self._end()
            self.say("! An unexpected fault; nothing was changed.", "It is in the log", "danger")
        else:
            self.say("! The story or a picture could not be read.", "It is in the log", "warning")

    def say(self, first: str, rest: str, tone: Tone = "accent") -> None:
        """Say something in the hint line."""
        self.query_one(HintLine).notice(first, rest, tone)

    def call(self, worker: object, callback: Callable[..., None], *arguments: object) -> None:
        """In the UI thread, if neither the worker was overtaken nor the screen left."""

        def back() -> None:
            if not getattr(worker, "is_cancelled", False) and self.is_attached:
                callback(*arguments)

        self.app.call_from_thread(back)
