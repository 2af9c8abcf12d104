"""What others and we ourselves changed: rows, order and places on the screen are put right.

Which cards a change names is told by the session; the cards themselves are `StoryCards`'.
"""

from __future__ import annotations

from storyflow_tui.errors import StoryflowError
from storyflow_tui.tui.screens.editing import StoryEditing
from storyflow_tui.tui.screens.filtering import StoryFiltering
from storyflow_tui.tui.screens.finding import StoryFinding
from storyflow_tui.tui.screens.marking import StoryMarking
from storyflow_tui.tui.session import Session

AT_ONCE = 2000
"""Segments up to which the order is read on the spot; longer stories leave it to a worker."""


class StoryFollowing(
    StoryFinding, StoryFiltering, StoryMarking, StoryEditing, inherit_bindings=False
):
    """The timeline follows the library, and an open field keeps its segment."""

    def __init__(self) -> None:
        super().__init__()
        self._goal: tuple[int, ...] = ()
        """Where the bar goes when the order that is being read is there."""
        self._left: dict[int, int] = {}
        """The segments that were the last to go from the order, and their 0-based places in it."""
        self._reload_wanted = False
        self._order_awaited = False
        """Whether the order is being read on a worker."""

    def on_session_library_changed(self, event: Session.LibraryChanged) -> None:
        """Redraw what a change names; of another process's, everything that can be seen."""
        changed = event.changed
        if changed is not None and changed.project_id != self.project_id:
            return
        saved = event.origin is self.saving
        if not saved and (changed is None or changed.change_id is not None):
            self.saving.interrupted()
        try:
            self.project = self.session.project(self.project_id)
            self.read_newest()
        except StoryflowError as error:
            self.unread(error)
            return
        ids = changed.segment_ids if changed is not None else None
        if event.origin is not self and not saved:
            # Steps and deletions of our own are shown already, and so is what was saved.
            self.cards.forget(ids)
            if ids is None:
                self.reload_order()
            else:
                self.timeline.redraw(ids)
            self.save_again()
        current = self.pane.record
        if ids is None or current is None or current.id in ids:
            self.show_pane()
        self.show_state()
        self.look_again()

    def on_session_files_changed(self, event: Session.FilesChanged) -> None:
        """Pictures were replaced, removed or put back from outside: show them as they are."""
        self.timeline.redraw(self.cards.look_again(event.files))
        current = self.pane.record
        if current is not None and current.image_file in event.files:
            self.show_pane()

    def reload_order(self) -> None:
        """Read the order again, on a worker where that may take long."""
        if self.steps:
            self._reload_wanted = True
            return
        if self.project.segment_count <= AT_ONCE:
            self._order_read(*self._read_order())
            return

        self._order_awaited = True

        def read() -> None:
            self.app.call_later(self._order_read, *self._read_order())

        self.aside(read, "order")

    def _read_order(self) -> tuple[list[int], StoryflowError | None]:
        try:
            return list(self.session.segment_ids(self.project_id)), None
        except StoryflowError as error:
            return [], error

    def _order_read(self, ids: list[int], error: StoryflowError | None) -> None:
        self._order_awaited = False
        if error is not None:
            self._goal = ()
            self.unread(error)
        else:
            self._ordered(ids)

    def stepped(self) -> None:
        """All steps are done: catch up with what had to wait."""
        if self._reload_wanted:
            self._reload_wanted = False
            self.reload_order()

    def _ordered(self, ids: list[int]) -> None:
        if self.steps:
            self._reload_wanted = True
            return
        current = self.cards.id_at(self.timeline.cursor) if len(self.cards) else None
        if self.editing is not None and self.pane.record is not None:
            # An open field keeps its segment, also one that was away for a while.
            current = self.pane.record.id
        before = self.timeline.cursor
        was_orphaned = self.orphaned
        known = self.cards.ids if self.cards.complete else []
        there = frozenset(ids)
        left = {each: place for place, each in enumerate(known) if each not in there}
        self._left = left or self._left
        self.cards.order(ids)
        self.keep_marks(ids)
        if self.orphaned and not was_orphaned:
            self.say_orphaned("This segment")
        after = self.cards.index_of(current) if current is not None else None
        if after is None:
            after = min(before, max(0, len(self.cards) - 1))
        self.timeline.reset(after, max(0, self.timeline.top + after - before))
        if not self._at_goal():
            self._go_where_it_was()
        self.show_all()

    def go_to(self, segment_ids: tuple[int, ...]) -> None:
        """Put the bar on the first of these that is there, or where they were.

        The pane follows at once.
        """
        self._goal = segment_ids
        if self._order_awaited:
            # What is known of the order is older: a segment that is gone may still be in it.
            return
        if self._at_goal():
            self.show_all()
        else:
            # They may have come into being since the order was read.
            self.reload_order()

    def _at_goal(self) -> bool:
        """Whether there is no goal any more: the bar is on it, or there was none."""
        for segment_id in self._goal:
            self.reveal(segment_id)
            index = self.cards.index_of(segment_id)
            if index is not None:
                self._goal = ()
                self.timeline.move_cursor(index)
                return True
        return not self._goal

    def _go_where_it_was(self) -> None:
        """None of the goal is there; it must not be gone to when something comes much later."""
        places = [self._left[each] for each in self._goal if each in self._left]
        self._goal = ()
        if places:
            self.timeline.move_cursor(self.cards.nearest(min(places) + 1))
