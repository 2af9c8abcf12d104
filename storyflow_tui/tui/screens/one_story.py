"""What the screens about one whole story share: its record, its lengths, undo, and how it goes.

Each shows something of its own; the timeline, which is typed into, is none of these.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from textual import work
from textual.screen import Screen
from textual.worker import Worker, get_current_worker

from storyflow_tui.errors import NotFoundError, StoryflowError
from storyflow_tui.library import Library
from storyflow_tui.records import LengthRecord, ProjectRecord
from storyflow_tui.tui.crash import logged
from storyflow_tui.tui.look import SIGNS
from storyflow_tui.tui.screens.replay import NONE_SHOWN, read_standing, replay
from storyflow_tui.tui.screens.story_screen import FILE_WAITS
from storyflow_tui.tui.session import READING_ONLY, Session
from storyflow_tui.tui.timetable import Timetable
from storyflow_tui.tui.widgets.header import Tone

if TYPE_CHECKING:
    from storyflow_tui.tui.app import StoryflowApp

T = TypeVar("T")
Result = TypeVar("Result")

AT_ONCE = 500
"""Segments up to which all lengths are read on the spot; longer stories leave it to a worker."""


class OneStory(Screen[Result], inherit_bindings=False):
    """A screen about one story; it leaves by itself when the story goes."""

    app: StoryflowApp
    project: ProjectRecord

    def __init__(self, project_id: int) -> None:
        super().__init__()
        self.project_id = project_id
        self.table = Timetable()
        """The lengths of the story; empty until they are read."""
        self._standing = NONE_SHOWN
        self._gone = False

    # What the screen gives

    def show_story(self) -> None:
        """Show the story as `project` and `table` have it now."""
        raise NotImplementedError

    def leave(self) -> None:
        """Go back to the screen below."""
        raise NotImplementedError

    # What it has

    @property
    def session(self) -> Session:
        """The app's session."""
        return self.app.session

    @property
    def pace(self) -> int:
        """Words a minute, for the estimates."""
        return self.session.settings.words_per_minute

    def read_story(self) -> bool:
        """Read the story and the changes that undo and redo take; False if that failed."""
        try:
            self.project = self.session.project(self.project_id)
            self._standing = read_standing(self.session.library, self.project_id)
        except NotFoundError:
            # The screen below finds that out too, and says so.
            self._gone = True
            self.on_screen_resume()
            return False
        except StoryflowError as error:
            self.refused(error)
            return False
        return True

    def read_lengths(self) -> None:
        """Read all lengths and show the story: at once, or in a while where there are many."""
        if self.project.segment_count > AT_ONCE:
            self._read_lengths()
            return
        try:
            found = [*self.session.library.segments.lengths(self.project_id, self.pace)]
        except StoryflowError as error:
            self.refused(error)
            return
        self._lengths_read(self.timetable([record for piece in found for record in piece]))

    def timetable(self, records: list[LengthRecord]) -> Timetable:
        """What the lengths come to; maybe on a worker."""
        return Timetable(records)

    @work(thread=True, exclusive=True, group="lengths", exit_on_error=False)
    def _read_lengths(self) -> None:
        worker = get_current_worker()
        records: list[LengthRecord] = []
        try:
            for piece in self.session.library.segments.lengths(self.project_id, self.pace):
                if worker.is_cancelled:
                    return
                records += piece
        except StoryflowError as error:
            self.app.call_later(self.refused, error)
            return
        self.arrive(worker, self._lengths_read, self.timetable(records))

    def arrive(self, worker: Worker[None], show: Callable[[T], object], found: T) -> None:
        """In a worker: show what it found, unless it was overtaken or the screen left."""

        def shown() -> None:
            if not worker.is_cancelled and self.is_attached:
                show(found)

        if not worker.is_cancelled:
            self.app.call_later(shown)

    def _lengths_read(self, table: Timetable) -> None:
        self.table = table
        self.show_story()

    # What happens meanwhile

    def on_session_library_changed(self, event: Session.LibraryChanged) -> None:
        """Show what was changed here or elsewhere."""
        if event.changed is not None and event.changed.project_id != self.project_id:
            return
        if self.read_story():
            self.show_story()
            self.read_lengths()

    def on_screen_resume(self) -> None:
        """A sheet was answered: leave, if the story went meanwhile."""
        if self._gone and self.app.screen is self:
            self.leave()

    def on_session_file_waits(self) -> None:
        """A change has happened whose file could not be moved yet."""
        self.notice(*FILE_WAITS)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """A fault of ours on a worker goes to the log."""
        if logged(event):
            self.notice(f"{SIGNS.warn} Something could not be read.", "It is in the log", "warning")

    # What is said

    def notice(self, first: str, rest: str = "", tone: Tone = "accent") -> None:
        """Say something on whatever screen is shown: this one may have been left by then."""
        self.app.say(first, rest, tone)

    def refused(self, error: StoryflowError) -> None:
        """Say why something was not done."""
        details = error.details
        parts = [str(details[name]) for name in ("why", "reason") if details.get(name)]
        said = [part for part in parts if part not in error.message]
        self.notice(f"{SIGNS.warn} {error.message.rstrip('.')}.", ": ".join(said), "warning")

    def is_refused(self) -> bool:
        """Whether nothing may be changed here; says so."""
        if self.session.read_only:
            self.notice(READING_ONLY, "", "warning")
        return self.session.read_only

    # Writes

    def write(self, operation: Callable[[Library], T], done: Callable[[T], None]) -> None:
        """One change; what is refused is said."""
        self.session.write(operation, done, self.refused, origin=self)

    def action_undo(self) -> None:
        """Take back the newest change of the story."""
        self._replay(forward=False)

    def action_redo(self) -> None:
        """Do again what was undone last."""
        self._replay(forward=True)

    def _replay(self, *, forward: bool) -> None:
        if self.is_refused():
            return
        replay(
            self.session,
            self.project_id,
            self._standing,
            forward=forward,
            notice=self.notice,
            overtaken=self.read_story,
            refused=self.refused,
            origin=self,
        )
