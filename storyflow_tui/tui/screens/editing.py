"""Typing into the pane's fields: what is saved when, conflicts, and drafts of earlier runs.

When text is sent to the library is `saving`'s business; this is where keys and focus arrive.
"""

from __future__ import annotations

import contextlib
from functools import partial

from textual import events

from storyflow_tui.errors import ConflictError, LockedError, NotFoundError, StoryflowError
from storyflow_tui.records import SegmentRecord
from storyflow_tui.tui.drafts import Draft, Drafts
from storyflow_tui.tui.saving import Saving
from storyflow_tui.tui.screens.draft import drafts_wait
from storyflow_tui.tui.screens.story_screen import StoryScreen
from storyflow_tui.tui.session import READING_ONLY
from storyflow_tui.tui.typed import EMPTY, NEW, Typed
from storyflow_tui.tui.widgets.field import Field
from storyflow_tui.tui.widgets.timeline import Timeline

SAVE_SECONDS = 1.0
"""How long leaving waits for typed text to be saved before it becomes a draft."""


class StoryEditing(StoryScreen, inherit_bindings=False):
    """The fields of the current segment: open, typed into, saved, left."""

    def __init__(self) -> None:
        super().__init__()
        self.editing: str | None = None
        """The field that is open."""
        self._asking = False
        self._gone: NotFoundError | None = None
        self._offered: list[Draft] = []
        self._locked: list[Draft] = []
        """Drafts that were taken and could not be, for as long as their segments are locked."""
        self._states: dict[int, str] = {}

    def begin_editing(self) -> None:
        """Make what saves typed text; the session is there now."""
        self.drafts = Drafts(self.session.library.path)
        self.saving = Saving(
            self.session,
            self.drafts,
            later=self.set_timer,
            changed=self._state_changed,
            saved=self._saved,
            refused=self._save_refused,
            position=self.position_of,
            place=self.place_of_new,
            made=self.new_made,
        )

    # What the screen gives

    def lay_out(self) -> None:
        """Put everything in its place."""
        raise NotImplementedError

    def hint(self) -> None:
        """Hint at the keys that act now."""
        raise NotImplementedError

    def place_of_new(self) -> tuple[int, int | None]:
        """Where a new segment is written: its position, and the id of the one above it."""
        raise NotImplementedError

    def new_made(self, record: SegmentRecord) -> None:
        """The new segment is in the library now."""
        raise NotImplementedError

    def position_of(self, segment_id: int) -> int:
        """The place of a segment from 1 on; 0 if it is there no more."""
        return self.cards.position_of(segment_id)

    async def action_edit(self, name: str) -> None:
        """Put the cursor into a field of the current segment."""
        await self.pane.drained()
        if self.current is not None:
            self.open_field(name)
        else:
            self.say_if_empty()

    def open_field(self, name: str) -> None:
        """Show the current segment and put the cursor into one of its fields."""
        if not self.pane.display:
            # A hidden pane did not follow; what it showed last may be gone.
            self.pane.record = None
        self.show_pane()
        self.enter(name)
        # Not `Widget.focus`, which waits: keys typed ahead would go to the timeline.
        self.set_focus(self.pane.field(name))
        self.pane.field(name).begin()

    def offer_drafts(self) -> None:
        """Offer what earlier runs could not save, one after the other."""
        waiting = self.drafts.of(self.project_id)
        if self.session.read_only:
            if waiting:
                self.notice(*drafts_wait(len(waiting)), "warning")
            return
        self._offered = waiting
        self._offer()

    def refused(self, error: StoryflowError, position: int | None = None) -> None:
        """Say why something was not done; l is a letter while a field is open."""
        if self.editing is not None and isinstance(error, LockedError) and position is not None:
            self.notice(f"! Segment {position} is locked.", "esc, then l unlocks it", "warning")
        else:
            super().refused(error, position)

    # Deleted elsewhere while it is typed into

    @property
    def orphaned(self) -> bool:
        """Whether the segment of the open field was deleted elsewhere.

        The field stays open with its text, for keys are on their way into it: they must reach
        neither another segment nor the timeline's commands.
        """
        record = self.pane.record
        return (
            self.editing is not None
            and record is not None
            and (self._gone is not None or not self.cards.position_of(record.id))
        )

    def unread(self, error: StoryflowError) -> None:
        """The story could not be read; one that was deleted is left when the field is left."""
        if isinstance(error, NotFoundError) and self.editing is not None:
            self._gone = error
            self._keep_what_can_be()
            self.say_orphaned("This story")
        else:
            super().unread(error)

    def say_orphaned(self, what: str) -> None:
        """Say that what is typed into was deleted."""
        self.notice(
            f"! {what} was deleted in another window.",
            "What is typed here is kept as a draft; ^S leaves it",
            "warning",
        )

    # Keys and focus

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """The focus says whether a field is open."""
        # The event may be late; what has the focus now is what counts.
        if isinstance(self.focused, Field):
            self.enter(str(self.focused.name))
            self.pane.label()  # a key may have entered it before it had the focus
        elif isinstance(self.focused, Timeline):
            self.leave_segment()

    def enter(self, name: str) -> None:
        """A field is open now; no key of the timeline acts any more."""
        if self.editing == name:
            return
        was_closed = self.editing is None
        self.editing = name
        self.timeline.focused_look(False)
        self.pane.label()
        if was_closed:
            self.lay_out()
            self.show_pane()
            self.show_state()
            self.hint()
            self.refresh_bindings()

    def leave_segment(self) -> None:
        """A field was open: save it, and give the keys back to the timeline."""
        if self.editing is None:
            return
        self.collect()
        self.editing = None
        record = self.pane.record
        if record is not None:
            blank = self.saving.find(record.id, "text_content")
            if blank is not None and blank.dirty and blank.blank:
                self._say_blank(record)
            self.saving.closed(record.id)
        self.timeline.focused_look(True)
        self.lay_out()
        self.show_pane()
        self.pane.label()
        self.show_state()
        self.hint()
        self.refresh_bindings()
        if self.focused is not self.timeline:
            self.set_focus(self.timeline)
        if self._gone is not None:
            gone, self._gone = self._gone, None
            self._keep_what_can_be()
            self.unread(gone)
            return
        if self._offered:
            # When all is in its place again; the next draft had to wait for this one.
            self.call_after_refresh(self._offer)

    def on_field_typed(self, event: Field.Typed) -> None:
        """A key changed a text."""
        self._take(event.field)

    def _take(self, field: Field) -> None:
        name = str(field.name)
        for owner, text, first_key, last_key in field.take():
            before = self.saving.find(owner.id, name)
            was_blank = before is not None and before.why == EMPTY
            entry = self.saving.typed(owner, name, text, keys=(first_key, last_key))
            if entry.why == EMPTY and not was_blank:
                self._say_blank(owner)
            if self.editing is None:
                # Typed ahead of the key that left the field, and drawn after it.
                self.saving.closed(owner.id)
            self.pane.label()

    def _say_blank(self, record: SegmentRecord) -> None:
        if record.id != NEW:  # nothing is saved of that yet, and nothing stays
            self.notice(
                "! Narration cannot be empty.",
                "The saved text stays until you write another.",
                "warning",
            )

    def on_field_left(self, event: Field.Left) -> None:
        """A field was left: its text is saved now."""
        self.collect()
        if event.field.owner is not None:
            self.saving.left(event.field.owner.id, str(event.field.name))
        self.pane.label()

    def on_field_refused(self) -> None:
        """Typing came to a field that cannot be typed into."""
        record = self.pane.record
        if self.session.read_only:
            self.notice(READING_ONLY, "", "warning")
        elif record is not None:
            self.refused(LockedError(""), self.position_of(record.id))

    async def finish_typing(self) -> None:
        """Save at once and go back to the cards; a conflict is settled first."""
        await self.pane.drained()
        self.collect()
        record = self.pane.record
        for name in ("text_content", "image_prompt"):
            entry = self.saving.find(record.id, name) if record else None
            if entry is not None and entry.in_conflict and self._ask(entry):
                return
        self.leave_segment()

    async def settle_typing(self) -> int:
        """Save what is typed within a second, or keep it as drafts; how many drafts there are."""
        await self.pane.drained()
        self.collect()
        if not self.saving.unsaved():
            return 0
        self.saving.save_all()
        await self.session.settled(SAVE_SECONDS)
        self.saving.drop_settled()
        return self.saving.draft_all()

    def keep_typed(self) -> int:
        """Keep what is typed and not saved as drafts, here and now; how many there are.

        In any thread, for the loop may stand still; raises OSError where one cannot be written.
        """
        for field in self.pane.fields:
            for owner, text, _, _ in field.take():
                self.saving.note(owner, str(field.name), text)
        return self.saving.draft_all()

    def _keep_what_can_be(self) -> None:
        self.collect()
        with contextlib.suppress(OSError):  # the state says so
            self.saving.draft_all()

    def collect(self) -> None:
        """Take over what was typed, whatever messages are still on their way."""
        for field in self.pane.fields:
            self._take(field)

    def _state_changed(self, segment_id: int) -> None:
        # Typing calls this with every key; a card is some kilobytes to send.
        state = self.saving.state(segment_id)[0]
        if not self.is_running:
            return
        if state != self._states.get(segment_id, ""):
            self._states[segment_id] = state
            self.timeline.redraw([segment_id])
        if not state:
            self._states.pop(segment_id, None)
        self.show_state()

    def _saved(self, record: SegmentRecord, name: str) -> None:
        """Our own save: the card is of this record now, and what is typed on is based on it."""
        self.cards.renew(record)
        self.pane.field(name).renew(record)

    def save_again(self) -> None:
        """The library is different: what kept texts from being saved may be over."""
        for segment_id in self.saving.failing():
            record = self.cards.record(segment_id)
            if record is not None:
                self.saving.try_again(record)
        for draft in self._locked[:]:
            record = self.cards.record(draft.segment_id)
            if record is None or not record.is_locked:
                self._locked.remove(draft)
                self._offered.append(draft)
                self.call_after_refresh(self._offer)

    def _save_refused(self, entry: Typed, error: StoryflowError) -> None:
        if isinstance(error, ConflictError):
            self._ask_at_rest(entry)
        elif isinstance(error, LockedError):
            self.refused(error, self.position_of(entry.base.id))
        else:
            kept = "It is kept as a draft." if entry.is_drafted else "It stays in the field."
            self.notice(f"! Not saved: {entry.why}.", kept, "danger")

    # Conflicts and drafts

    def _ask_at_rest(self, entry: Typed) -> None:
        """Ask once the typing rests: a letter of the text must not be taken for the answer."""
        self.collect()
        if not entry.in_conflict:
            return
        if rest := self.saving.rests_in(entry):
            self.set_timer(rest, partial(self._ask_at_rest, entry))
        else:
            self._ask(entry)

    def _ask(self, entry: Typed) -> bool:
        """Show both texts of a conflict and do what the person says; False: it is none any more."""
        if self._asking or self.app.is_leaving or self.app.screen is not self:
            return True
        newest = self._newest(entry)
        if newest is None:
            self._none_left(entry)
            return False
        from storyflow_tui.tui.screens.conflict import ConflictScreen

        self._asking = True
        self.app.push_screen(
            ConflictScreen(
                self.project.title,
                self.position_of(newest.id),
                entry.name,
                entry.text,
                str(getattr(newest, entry.name)),
                newest.updated_at,
            ),
            lambda answer: self._settle(entry, answer),
        )
        return True

    def _none_left(self, entry: Typed) -> None:
        """The other text of a conflict is not to be had."""
        if not self.cards.unreadable:
            self.saving.deleted(entry)

    def _newest(self, entry: Typed) -> SegmentRecord | None:
        self.cards.forget([entry.base.id])
        return self.cards.record(entry.base.id)

    def _settle(self, entry: Typed, answer: str | None) -> None:
        self._asking = False
        newest = self._newest(entry)
        if newest is None:
            self._none_left(entry)
            return
        if answer is None:
            return
        if answer == "mine":
            self.saving.save(entry, over=newest)
        elif answer == "theirs":
            self.saving.take(entry, newest)
            self.show_pane()
        else:
            joined = f"{entry.text}\n\n{getattr(newest, entry.name)}"
            self._take_up(newest, entry.name, joined, based_on=newest)
        self.show_state()
        self._offer()

    def _take_up(
        self, record: SegmentRecord, name: str, typed: str, *, based_on: SegmentRecord
    ) -> None:
        """Open a field with a text that is typed and not saved."""
        entry = self.saving.find(record.id, name)
        if entry is not None:
            entry.base, entry.error, entry.why = based_on, None, ""
        self.go_to((record.id,))
        self.open_field(name)
        self.pane.field(name).replace_all(typed)
        self.collect()

    def _offer(self) -> None:
        """Show the next draft of this story beside the stored text, unless a field is open."""
        if not self._offered or self.editing or self.app.screen is not self or self.app.is_leaving:
            return
        draft = self._offered.pop(0)
        record = self.cards.record(draft.segment_id)
        if record is not None and getattr(record, draft.field) == draft.text:
            # It was saved after all; there is nothing to choose.
            self.drafts.drop(draft)
            self._offer()
            return
        from storyflow_tui.tui.screens.draft import offer

        if draft.segment_id != NEW:
            self.go_to((draft.segment_id,))
        offer(self, draft, record)

    def make_of_draft(self, draft: Draft) -> None:
        """Make the new segment that was typed in an earlier run."""

        def done(record: SegmentRecord) -> None:
            self.drafts.drop(draft)
            self.call_later(self.go_to, (record.id,))
            self._offer()

        def failed(error: StoryflowError) -> None:
            self.refused(error)
            self._offer()

        self.session.write(
            lambda library: library.segments.add(
                self.project_id, draft.text, position=draft.position
            ),
            done,
            failed,
        )

    def draft_answered(
        self, draft: Draft, record: SegmentRecord | None, answer: str | None
    ) -> None:
        """What to do with a draft: `mine` takes it, `theirs` drops it, `both` joins, None waits."""
        if answer == "theirs":
            self.drafts.drop(draft)
        elif answer in ("mine", "both") and record is not None:
            if record.is_locked:
                self.refused(LockedError(""), self.position_of(record.id))
                self._locked.append(draft)
            else:
                stored = str(getattr(record, draft.field))
                typed = f"{draft.text}\n\n{stored}" if answer == "both" else draft.text
                self._take_up(record, draft.field, typed, based_on=record)
                self.saving.adopt(record, draft, typed)
                return
        self._offer()
