"""One field's typed text: what it is based on, how far it has got, why it waits.

When it is saved, and when it becomes a draft, is `saving`'s.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field

from storyflow_tui.errors import ConflictError, InvalidTextError, LockedError, StoryflowError
from storyflow_tui.records import SegmentRecord
from storyflow_tui.tui.drafts import Draft

NEW = -1
"""The id of a segment that is being written and is not in the library yet; ids begin at 1."""

EMPTY = "narration is empty"
"""Why blank narration waits."""

_WHY = {
    "busy": "library is busy",
    "no_space": "disk full",
    "read_only": "library is read-only",
    "locked": "segment is locked",
    "not_found": "segment was deleted",
    "damaged": "library is damaged",
    "newer_schema": "library is of a newer version",
    "conflict": "changed elsewhere",
}


@dataclass(eq=False)
class Typed:
    """The text of one field as it was typed, and how far it has got.

    `base` is renewed by the writer thread with every save; all else belongs to the UI thread.
    """

    base: SegmentRecord
    name: str
    text: str
    run: str = field(default_factory=lambda: uuid.uuid4().hex)
    since: float | None = None
    last_key: float = 0.0
    due: float | None = None
    sending: int = 0
    why: str = ""
    error: StoryflowError | None = None
    open: bool = True
    draft: Draft | None = None
    """The draft of this text that lies on the disk, and when it was written."""
    drafted_at: float = 0.0
    bare: float | None = None
    """When the first key came that is neither in the library nor in the draft."""

    @property
    def stored(self) -> str:
        """The text in the library, as far as it is known here."""
        return str(getattr(self.base, self.name))

    @property
    def dirty(self) -> bool:
        """Whether the typed text is not in the library."""
        return self.text != self.stored

    @property
    def blank(self) -> bool:
        """Whether it is narration that cannot be stored for being blank."""
        return self.name == "text_content" and not self.text.strip()

    @property
    def is_drafted(self) -> bool:
        """Whether the text as it is now lies on the disk as a draft."""
        return self.draft is not None and self.draft.text == self.text

    @property
    def in_conflict(self) -> bool:
        """Whether somebody else changed the field meanwhile; the person has to choose."""
        return isinstance(self.error, ConflictError)

    def failed(self, error: StoryflowError) -> None:
        """Note why a save of it failed, in the words of the header."""
        self.error = error
        self.why = _WHY.get(error.code, error.message.rstrip("."))

    def may_pass_now(self, record: SegmentRecord) -> bool:
        """Whether what made its save fail holds no longer for the segment as it is stored now."""
        match self.error:
            case LockedError():
                return not record.is_locked
            case ConflictError():
                return str(getattr(record, self.name)) == self.stored
            case InvalidTextError():
                return False
            case _:
                return True
