"""What every capability of the timeline stands on: the story, its cards, and words about them.

A capability is a module of its own beside this one: a class on `StoryScreen` (or on that of the
capability it needs) with the actions of its keys, the state that only they use, and an `__init__`
that calls the next. `timeline` joins them, lays them out and lets their keys through; what a
capability needs of the screen is declared here, once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual.screen import Screen
from textual.worker import Worker

from storyflow_tui.errors import DamagedError, LockedError, NotFoundError, StoryflowError
from storyflow_tui.records import ProjectRecord, SegmentRecord
from storyflow_tui.tui.crash import logged
from storyflow_tui.tui.widgets.header import Tone
from storyflow_tui.tui.words import refusal

if TYPE_CHECKING:
    from storyflow_tui.tui.app import StoryflowApp
    from storyflow_tui.tui.cards import StoryCards
    from storyflow_tui.tui.session import Session
    from storyflow_tui.tui.widgets.pane import Pane
    from storyflow_tui.tui.widgets.timeline import Timeline

FILE_WAITS: tuple[str, str, Tone] = (
    "! A file still waits to be moved.",
    "The next change tries again",
    "warning",
)
"""The notice after a change that has happened, but for the place of a file."""


class StoryScreen(Screen[None], inherit_bindings=False):
    """One story on the screen, as its capabilities see it."""

    app: StoryflowApp
    project_id: int
    project: ProjectRecord
    cards: StoryCards
    timeline: Timeline
    pane: Pane

    @property
    def typed_into_now(self) -> bool:
        """Whether a line or a field is open, so that no key of the timeline acts."""
        raise NotImplementedError

    @property
    def session(self) -> Session:
        """The app's session."""
        return self.app.session

    @property
    def current(self) -> SegmentRecord | None:
        """The segment under the bar; None in an empty story."""
        segment_id = self.cards.id_at(self.timeline.cursor)
        return None if segment_id is None else self.cards.record(segment_id)

    @property
    def position(self) -> int:
        """The position of the segment under the bar in the whole story, from 1 on."""
        return self.cards.number(self.timeline.cursor)

    @property
    def to_begin_at(self) -> SegmentRecord | None:
        """The segment that reading and rehearsing begin at; None where there is none."""
        raise NotImplementedError

    def stored_above(self) -> SegmentRecord | None:
        """The segment under the bar, or the next above it, that is in the library now.

        A card may be one that is only being written, or one that another window has just deleted.
        Raises StoryflowError.
        """
        stored = frozenset(self.session.segment_ids(self.project_id))
        above = (self.cards.id_at(place) for place in range(self.timeline.cursor, -1, -1))
        found = next((each for each in above if each in stored), None)
        return None if found is None else self.session.library.segments.get(found)

    def notice(self, first: str, rest: str = "", tone: Tone = "accent") -> None:
        """Say something in the hint line."""
        raise NotImplementedError

    def reload_order(self) -> None:
        """Read the order of the segments again, and put right what is shown."""
        raise NotImplementedError

    def show_pane(self) -> None:
        """Show the current segment in the pane."""
        raise NotImplementedError

    def rest_soon(self) -> None:
        """Let the pane follow when no key comes for a moment."""
        raise NotImplementedError

    def show_all(self) -> None:
        """Show pane and header, and what an empty story has in their place."""
        raise NotImplementedError

    def go_to(self, segment_ids: tuple[int, ...]) -> None:
        """Put the bar on the first of these that is there."""
        raise NotImplementedError

    def show_state(self) -> None:
        """Show facts and save state in the header."""
        raise NotImplementedError

    def say_if_empty(self) -> None:
        """Where an action finds no segment: that there is none, and how one comes into being."""
        if not self.cards.total:
            rest = "" if self.session.read_only else "o writes the first one"
            self.notice("This story has no segments yet.", rest)

    def refused(self, error: StoryflowError, position: int | None = None) -> None:
        """Say why something was not done."""
        if isinstance(error, LockedError) and position is not None:
            self.notice(f"! Segment {position} is locked.", "l unlocks it", "warning")
            return
        reason = error.details.get("reason")
        if reason is None and isinstance(error, DamagedError):
            reason = "storyflow check tells more"
        self.notice(f"! {refusal(error)}", str(reason or ""), "warning")

    def unread(self, error: StoryflowError) -> None:
        """The story could not be read: say why, or leave it if it is there no more."""
        if not isinstance(error, NotFoundError):
            self.refused(error)
        elif self in self.app.screen_stack:
            self.app.show_stories(error)

    def aside(self, job: Callable[[], None], group: str, *, exclusive: bool = True) -> None:
        """Do a job on a worker; a fault there is logged and ends nothing."""
        self.run_worker(job, group=group, thread=True, exclusive=exclusive, exit_on_error=False)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Keep what went wrong on a worker in the log."""
        if logged(event):
            self.notice(
                "! A picture or the order could not be read.", "It is in the log", "warning"
            )

    def on_session_file_waits(self) -> None:
        """A change has happened whose file could not be moved yet."""
        self.notice(*FILE_WAITS)
