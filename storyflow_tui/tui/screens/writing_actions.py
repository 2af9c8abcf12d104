"""Segments out of segments, by keys: copies, one cut in two, two made one.

What a cut looks like before it is made is in `split`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from storyflow_tui.errors import ConflictError, LockedError, StoryflowError
from storyflow_tui.library import Library
from storyflow_tui.records import SegmentRecord
from storyflow_tui.tui import cuts
from storyflow_tui.tui.screens.actions import StoryActions
from storyflow_tui.tui.screens.editing import SAVE_SECONDS, StoryEditing
from storyflow_tui.tui.session import READING_ONLY

_Answer = TypeVar("_Answer")
Halves = tuple[SegmentRecord, SegmentRecord]


class StoryWriting(StoryActions, StoryEditing, inherit_bindings=False):
    """The actions that make and unmake whole segments."""

    def action_duplicate(self) -> None:
        """Put a copy of the current segment below it, and go there."""
        record, position = self.current, self.position
        if record is None:
            self.say_if_empty()
            return
        segment_id = record.id

        def done(copy: SegmentRecord) -> None:
            lost = record.image_file is not None and copy.image_file is None
            self.notice(
                f"Duplicated segment {position}{', without its picture' if lost else ''}",
                self.TAKE_BACK,
            )
            self.call_later(self.go_to, (copy.id,))

        self.session.write(lambda library: library.segments.duplicate(segment_id), done)

    def action_merge(self) -> None:
        """Join the current segment and the next one."""
        record, position = self.current, self.position
        if record is None:
            self.say_if_empty()
            return
        segment_id = record.id
        # The next one of the whole story, whatever a filter shows.
        following = next(iter(self.cards.ids[position : position + 1]), None)
        if following is None:
            self.notice(f"! Segment {position} is the last.", "M joins one with the next")
            return

        def done(merged: SegmentRecord) -> None:
            self.notice(f"Merged segments {position} and {position + 1}", self.TAKE_BACK)
            self.call_later(self.go_to, (merged.id,))

        def failed(error: StoryflowError) -> None:
            which = position + (error.details.get("segment_id") == following)
            self.refused(error, which)

        self.session.write(lambda library: library.segments.merge(segment_id), done, failed)

    def action_split(self) -> None:
        """Show where the current segment would be cut, and cut it there."""
        record, position = self.current, self.position
        if record is None or self.refuses(record):
            self.say_if_empty()
            return
        narration = self.saving.text(record, "text_content")
        cut = self._cut_at_cursor(record, narration) or cuts.middle(narration)
        if cut is None:
            self.notice(f"Segment {position} is a single word", "There is nothing to cut")
            return
        from storyflow_tui.tui.screens.split import SplitSheet

        def answered(offset: int | None) -> None:
            if offset is None:
                return
            self.session.write(
                _cutting(record.id, narration, offset),
                lambda halves: self._went_on_in(halves, position),
                lambda error: self._not_split(error, position),
            )

        pace = self.session.settings.words_per_minute
        self.app.push_screen(SplitSheet(narration, cut, position, pace), answered)

    async def action_split_here(self) -> None:
        """Cut the segment before the cursor of its narration, and write on in the second half."""
        await self.pane.drained()
        self.collect()
        record, field = self.pane.record, self.pane.field("text_content")
        if record is None or self.refuses(record):
            self.say_if_empty()
            return
        position = self.position_of(record.id)
        narration = field.content
        if self.editing != "text_content":
            self.notice("A segment is split in its narration", "tab goes there")
            return
        if not cuts.fits(narration, field.place_in_text):
            self.notice("There is no text on both sides of the cursor", "Nothing was split")
            return
        self.saving.left(record.id, "text_content")
        answer = self._send(_cutting(record.id, narration, field.place_in_text))
        # Waited for: the next key belongs to the second half already.
        await asyncio.wait([answer], timeout=SAVE_SECONDS)
        if not answer.done():
            self.notice("! The library is busy.", "The cut comes when it is free", "warning")
            # Behind word of the change, which the screen takes for shown already.
            answer.add_done_callback(
                lambda late: self.app.call_later(self.call_later, self._split_late, late, position)
            )
            return
        try:
            halves = answer.result()
        except StoryflowError as error:
            self._not_split(error, position)
        else:
            self._write_on_in(halves, position)

    def _split_late(self, answer: asyncio.Future[Halves], position: int) -> None:
        """The cut came when nobody waited any more: show it, and leave the cursor where it is."""
        try:
            first, _ = answer.result()
        except StoryflowError as error:
            self._not_split(error, position)
            return
        self.cards.forget([first.id])
        self.reload_order()
        self.notice(f"Split segment {position}", f"The rest is segment {position + 1}")

    def _write_on_in(self, halves: Halves, position: int) -> None:
        first, second = halves
        self.saving.closed(first.id)
        # Behind word of the save that went before, which is of the whole text.
        self.app.call_later(self._first_half, first)
        self.cards.put_in(second, below=first.id)
        index = self.cards.index_of(second.id)
        self.timeline.reset(index if index is not None else self.timeline.cursor)
        self.show_pane()
        self.pane.field("text_content").move_cursor((0, 0))
        self.show_state()
        self.notice(f"Split segment {position}", "This is the rest of it")

    def _first_half(self, first: SegmentRecord) -> None:
        self.cards.renew(first)
        self.timeline.redraw([first.id])

    def _went_on_in(self, halves: Halves, position: int) -> None:
        self.notice(f"Split segment {position}", self.TAKE_BACK)
        self.call_later(self.go_to, (halves[1].id,))

    def _not_split(self, error: StoryflowError, position: int) -> None:
        if isinstance(error, ConflictError):
            self.notice(
                f"! The narration of segment {position} is another by now.",
                "It was not split",
                "warning",
            )
        else:
            self.refused(error, position)

    def _cut_at_cursor(self, record: SegmentRecord, narration: str) -> int | None:
        """Where the cursor was left in the narration, if that can be a cut."""
        field = self.pane.field("text_content")
        if field.owner is None or field.owner.id != record.id or field.content != narration:
            return None
        return field.place_in_text if cuts.fits(narration, field.place_in_text) else None

    def refuses(self, record: SegmentRecord) -> bool:
        """Whether the segment takes no edits; it is said why."""
        if self.session.read_only:
            self.notice(READING_ONLY, "", "warning")
        elif self.is_locked(record):
            self.refused(LockedError(""), self.position_of(record.id))
        else:
            return False
        return True

    def _send(self, operation: Callable[[Library], _Answer]) -> asyncio.Future[_Answer]:
        """Do a write whose answer can be waited for; it is done in any case.

        Nothing is drawn of it but by whoever takes the answer.
        """
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[_Answer] = loop.create_future()

        def work(library: Library) -> None:
            try:
                result = operation(library)
            except StoryflowError as error:
                loop.call_soon_threadsafe(answer.set_exception, error)
            else:
                loop.call_soon_threadsafe(answer.set_result, result)

        self.session.write(work, origin=self)
        return answer


def _cutting(segment_id: int, narration: str, offset: int) -> Callable[[Library], Halves]:
    """The write that cuts a segment, if its narration is still this one."""

    def cut(library: Library) -> Halves:
        now = library.segments.get(segment_id)
        shown = now._replace(text_content=narration)
        return library.segments.split(segment_id, offset, based_on=shown)

    return cut
