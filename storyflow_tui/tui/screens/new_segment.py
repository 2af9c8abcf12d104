"""A new segment: a card that is written into, and in the library with its first text.

When that is saved, and as what, is `saving`'s business; here are the keys, and the card that comes
to nothing.
"""

from __future__ import annotations

from datetime import UTC, datetime

from storyflow_tui.records import SegmentRecord
from storyflow_tui.tui.keymap import TIMELINE
from storyflow_tui.tui.screens.editing import StoryEditing
from storyflow_tui.tui.typed import NEW

_OF_THE_STORY = ("new_segment", "edit", "undo", "redo")

_OF_SEGMENTS = frozenset(
    name
    for key in TIMELINE
    if (name := key.action.partition("(")[0]) not in _OF_THE_STORY
    and (key.writes or key.group in ("Copy", "Marks"))
)
"""The actions that need a segment of the library."""


class StoryNewSegment(StoryEditing, inherit_bindings=False):
    """The actions that open a new card, and what becomes of it when it is left."""

    def __init__(self) -> None:
        super().__init__()
        self._came_from: int | None = None

    async def action_new_segment(self, below: bool) -> None:
        """Open a new card beside the current one and type into it."""
        await self.pane.drained()
        if self.cards.new is None:
            here = self.current
            # Places of the whole story: a filter may hide the neighbours.
            index = 0 if here is None else self.position - (not below)
            above = self.cards.ids[index - 1] if index else None
            now = datetime.now(UTC)
            record = SegmentRecord(
                id=NEW,
                project_id=self.project_id,
                sequence_index=index,
                text_content="",
                image_prompt="",
                image_file=None,
                audio_file=None,
                audio_duration=None,
                is_locked=False,
                created_at=now,
                updated_at=now,
            )
            self._came_from = None if here is None else here.id
            self.cards.open_new(record, above)
        self.timeline.reset(self.cards.index_of(NEW) or 0)
        self.show_all()
        self.open_field("text_content")

    @property
    def to_begin_at(self) -> SegmentRecord | None:
        """The segment under the bar; for a card that is not saved yet, the one it came from."""
        record = self.current
        if record is None or record.id != NEW:
            return record
        stored = self.cards.stored(self.cards.ids)
        near = self._came_from if self._came_from in stored else next(iter(stored), None)
        return None if near is None else self.cards.record(near)

    def acts_on_new(self, action: str) -> bool:
        """Whether an action can do something while a card is current that is only being written."""
        return action not in _OF_SEGMENTS or self.cards.id_at(self.timeline.cursor) != NEW

    def place_of_new(self) -> tuple[int, int | None]:
        """Where the new segment is written: its position, and the id of the one above it."""
        position = max(1, self.cards.position_of(NEW))
        return position, self.cards.ids[position - 2] if position > 1 else None

    def new_made(self, record: SegmentRecord) -> None:
        """The new segment is in the library now; typing in its fields goes on."""
        self.cards.became(record)
        for field in self.pane.fields:
            field.renew(record, was=NEW)
        if self.pane.record is not None and self.pane.record.id == NEW:
            self.pane.record = record
        self.timeline.reset(self.timeline.cursor)
        self.show_state()

    def leave_segment(self) -> None:
        """A field was open: leave it; a new card without a narration leaves nothing."""
        is_new = self.pane.record is not None and self.pane.record.id == NEW
        super().leave_segment()
        narration = self.saving.find(NEW, "text_content")
        if not is_new or (narration is not None and (narration.dirty or narration.sending)):
            return
        if self.cards.new is None:
            return
        prompt = self.saving.find(NEW, "image_prompt")
        self.saving.let_go(NEW)
        self.cards.close_new()
        index = None if self._came_from is None else self.cards.index_of(self._came_from)
        self.timeline.reset(self.timeline.cursor if index is None else index)
        self.show_all()
        if prompt is not None:
            self.notice(
                "! A segment needs a narration.", "Its prompt is kept as a draft", "warning"
            )
        else:
            self.notice("No segment was made", "Nothing was written into it")
