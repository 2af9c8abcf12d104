"""The seam to the library: reads on the spot, writes through one queue, and word of what changed.

One writer thread does the writes in their order and none is cancelled; between them it looks
whether another process has written. Callbacks and messages arrive in the UI thread.
"""

from __future__ import annotations

import asyncio
import queue
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import WeakSet

from textual.app import App
from textual.message import Message
from textual.screen import Screen

from storyflow_tui.config import Settings
from storyflow_tui.errors import StoryflowError
from storyflow_tui.library import Library
from storyflow_tui.records import Changed, ProjectRecord, SegmentRecord, Standing
from storyflow_tui.tui.crash import sentence, write_log
from storyflow_tui.tui.shown_files import ShownFiles

if TYPE_CHECKING:
    from storyflow_tui.library.images import Thumbnails

T = TypeVar("T")

READING_ONLY = "! This library is open for reading only."
"""The notice to whoever would change something there."""

LOOK_EVERY = 0.3
"""Seconds between two looks for what other processes wrote."""

LOOK_AT_FILES_EVERY = 0.9
"""Seconds between two looks at the files that are shown."""


class UnexpectedError(StoryflowError):
    """A fault of this program inside a write; the log has the rest."""

    code = "unexpected"


@dataclass(frozen=True, slots=True)
class _Job:
    operation: Callable[[Library], Any]
    done: Callable[[Any], None] | None
    failed: Callable[[StoryflowError], None] | None
    origin: object


class Session:
    """The library as one running editor uses it."""

    class LibraryChanged(Message, bubble=False):
        """Something in the library is different; sent to every screen that can be seen.

        One that was covered gets a single one, without `changed`, when it can be seen again.
        `changed` is None when another process wrote. `origin` is what `write` was given, for a
        screen that has shown its own change already.
        """

        def __init__(self, changed: Changed | None, origin: object = None) -> None:
            super().__init__()
            self.changed = changed
            self.origin = origin

    class FilesChanged(Message, bubble=False):
        """Files of the library that are shown are others now, with no change of the library.

        Sent to every screen that can be seen; to a covered one comes `LibraryChanged` later.
        """

        def __init__(self, files: Sequence[str]) -> None:
            super().__init__()
            self.files = frozenset(files)

    class FileWaits(Message, bubble=False):
        """A write of ours has happened, but a file of it is not where it belongs yet.

        Sent to the screen that is shown, after it was told that the write is done.
        """

    def __init__(
        self,
        app: App[Any],
        library: Library,
        settings: Settings,
        *,
        read_only: bool = False,
    ) -> None:
        self.library = library
        self.settings = settings
        self.read_only = read_only or library.read_only
        self.refused: Callable[[StoryflowError], None] | None = None
        """Called for a failed write that brought no `failed` of its own."""
        self._app = app
        self._thumbnails: Thumbnails | None = None
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._pending = 0
        self._own: dict[int | None, Standing] = {}
        self._origin: object = None
        self._file_waits = False
        self._closed = False
        self._behind: WeakSet[Screen[Any]] = WeakSet()
        self.shown_files = ShownFiles(library.file)
        """Which files are shown: whoever shows some says so here, and is told of changes."""
        library.on_changed = self._committed
        self._writer = threading.Thread(target=self._work, name="storyflow-writer", daemon=True)

    def start(self) -> None:
        """Start the writer; call it in the UI thread, when the app runs."""
        self._writer.start()

    @property
    def thumbnails(self) -> Thumbnails:
        """The cache of small pictures; Pillow is imported when it is first asked for."""
        if self._thumbnails is None:
            from storyflow_tui.config import cache_folder
            from storyflow_tui.library.images import Thumbnails

            self._thumbnails = Thumbnails(cache_folder() / "thumbnails")
        return self._thumbnails

    # Reads

    def projects(self) -> Sequence[ProjectRecord]:
        """All projects."""
        return self.library.projects.list()

    def project(self, project_id: int) -> ProjectRecord:
        """One project; raises NotFoundError."""
        return self.library.projects.get(project_id)

    def segment_ids(self, project_id: int) -> Sequence[int]:
        """The ids of a project's segments in order; costs grow with their number."""
        return self.library.segments.ids(project_id)

    def segments(self, ids: Sequence[int]) -> Sequence[SegmentRecord]:
        """Some segments in the order of the ids; absent ones are left out."""
        return self.library.segments.many(ids)

    def file(self, relative: str | None) -> Path | None:
        """Where a file of the library lies now; it may be missing."""
        return self.library.file(relative)

    # Writes

    @property
    def pending(self) -> int:
        """How many writes are not done yet, or done and not shown yet; of the UI thread."""
        return self._pending

    def write(
        self,
        operation: Callable[[Library], T],
        done: Callable[[T], None] | None = None,
        failed: Callable[[StoryflowError], None] | None = None,
        *,
        origin: object = None,
    ) -> None:
        """Put one write into the queue; then `done` or `failed` is called in the UI thread.

        `operation` runs in the writer thread, after all that were put in before it. Call it in
        the UI thread.
        """
        self._pending += 1
        self._jobs.put(_Job(operation, done, failed, origin))

    def own_standing(self, line: int | None) -> Standing | None:
        """Where our writes that are not shown yet have left undo and redo; None without any.

        For an operation in the writer thread. `line` is a project, or None for the project list.
        """
        return self._own.get(line)

    async def settled(self, timeout: float) -> bool:
        """Wait until every write is done that is in the queue now; False if that takes longer.

        Callbacks may still be on their way.
        """
        loop = asyncio.get_running_loop()
        reached: asyncio.Future[None] = loop.create_future()

        def arrive() -> None:
            if not reached.done():
                reached.set_result(None)

        def mark(library: Library) -> None:
            loop.call_soon_threadsafe(arrive)

        self.write(mark)
        try:
            await asyncio.wait_for(reached, timeout)
        except TimeoutError:
            return False
        return True

    def finish(self, timeout: float = 1.0) -> bool:
        """End the writer after what is in the queue; False if it still works after `timeout` s."""
        if not self._closed:
            self._closed = True
            self._jobs.put(None)
        if self._writer.is_alive():
            self._writer.join(timeout)
        return not self._writer.is_alive()

    # The writer thread

    def _work(self) -> None:
        version, looked = self._look(), time.monotonic()
        looked_at_files = looked
        while True:
            try:
                job = self._jobs.get(timeout=LOOK_EVERY)
            except queue.Empty:
                pass
            else:
                if job is None:
                    return
                self._do(job)
                # Steady work of our own must not keep what others write from being seen.
                if time.monotonic() - looked < LOOK_EVERY:
                    continue
            # The connection of this thread made all our own commits, so that what it sees as a
            # new version was written by somebody else.
            seen, looked = self._look(), time.monotonic()
            if seen is not None and seen != version:
                if version is not None:
                    self._tell(None, None)
                version = seen
            if looked - looked_at_files > LOOK_AT_FILES_EVERY:
                looked_at_files = looked
                if files := self.shown_files.look():
                    self._call(self._send, partial(self.FilesChanged, files))

    def _do(self, job: _Job) -> None:
        self._origin, self._file_waits = job.origin, False
        try:
            result = job.operation(self.library)
        except StoryflowError as error:
            self._call(job.failed or self.refused, error)
        except Exception as error:  # the outermost edge of this thread
            path = write_log(error)
            told = UnexpectedError(sentence("An unexpected fault; nothing was changed.", path))
            self._call(job.failed or self.refused, told)
        else:
            self._call(job.done, result)
        finally:
            self._origin = None
            self._call(self._finished, self._file_waits)

    def _look(self) -> int | None:
        try:
            return self.library.data_version()
        except StoryflowError:
            # A library that is away for a moment is looked for again; a write would say so.
            return None

    def _finished(self, file_waits: bool) -> None:
        """In the UI thread, behind word of the change and the answer to whoever asked for it."""
        screens = self._app.screen_stack
        if screens and file_waits:
            screens[-1].post_message(self.FileWaits())
        # By way of the screen's own queue: the change is on its way there, and until it has been
        # heard, what the screen shows is older than this write.
        if not (screens and screens[-1].call_later(self._count_down)):
            self._count_down()

    def _count_down(self) -> None:
        self._pending -= 1
        if not self._pending:
            # All is shown, and the writer has nothing to do: from here on what is shown counts.
            self._own.clear()

    def _committed(self, changed: Changed) -> None:
        self._file_waits = changed.pending
        if changed.standing is not None and threading.current_thread() is self._writer:
            self._own[changed.line] = changed.standing
        self._tell(changed, self._origin)

    def _tell(self, changed: Changed | None, origin: object) -> None:
        self._call(self._announce, changed, origin)

    def _announce(self, changed: Changed | None, origin: object) -> None:
        self._send(partial(self.LibraryChanged, changed, origin))

    def _send(self, message: Callable[[], Message]) -> None:
        # A message to a screen that is covered makes Textual paint the one above it anew; such a
        # screen hears of it when it comes to light.
        seen = True
        for screen in reversed(self._app.screen_stack):
            if seen:
                screen.post_message(message())
            else:
                self._behind.add(screen)
            seen = seen and screen.is_modal

    def catch_up(self, screen: Screen[Any]) -> None:
        """A screen came to light: tell it of what it missed."""
        if screen in self._behind:
            self._behind.discard(screen)
            screen.post_message(self.LibraryChanged(None))

    def _call(self, callback: Callable[..., None] | None, *arguments: object) -> None:
        if callback is not None and not self._closed:
            self._app.call_later(callback, *arguments)
