"""Typed text on its way into the library: when it is saved, and when it becomes a draft.

One `Typed` for each field of a segment that was typed into. Knows no widget: the screen tells it
of keys.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from functools import partial
from typing import Any

from storyflow_tui.errors import NotFoundError, StoryflowError
from storyflow_tui.library import Library
from storyflow_tui.records import SegmentRecord
from storyflow_tui.tui.drafts import Draft, Drafts, why_not
from storyflow_tui.tui.session import Session
from storyflow_tui.tui.typed import EMPTY, NEW, Typed

PAUSE = 0.5
"""Seconds after the last key until the text is saved."""

LONGEST = 1.5
"""Seconds of typing without a pause until it is saved all the same; two until it has happened."""

BARE = 1.8
"""Seconds after which a key that saving did not bring to the disk is in a draft."""

RUN_ENDS = 30.0
"""Seconds without a key that end a run of typing: what follows is another undo step."""

RETRY = 3.0
"""Seconds until a save is tried again that failed for a reason that passes by itself."""

PATIENCE = 1.0
"""Seconds that a field may be left unsaved before a draft is written."""

RESTS = 1.0
"""Seconds without a key after which a question may take the keys from a field."""

_NO_DRAFT = ", and no draft: "

_PASSING = ("busy", "no_space", "unexpected")


class Saving:
    """The typed texts of one project's screen.

    `changed(segment_id)` is called when the state of a segment may look different, `refused` with
    each text whose save failed, `saved` with record and field of each that succeeded.
    `later(seconds, call)` is a timer. `position` says the place of a segment, 1-based. Of a new
    segment `place` says where it is written: its position, and the segment above it; `made` is
    called with its record once its first text is saved.
    """

    def __init__(
        self,
        session: Session,
        drafts: Drafts,
        *,
        later: Callable[[float, Callable[[], None]], Any],
        changed: Callable[[int], None],
        saved: Callable[[SegmentRecord, str], None],
        refused: Callable[[Typed, StoryflowError], None],
        position: Callable[[int], int],
        place: Callable[[], tuple[int, int | None]] = lambda: (1, None),
        made: Callable[[SegmentRecord], None] = lambda record: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._session = session
        self._drafts = drafts
        self._later = later
        self._changed = changed
        self._saved = saved
        self._refused = refused
        self._position = position
        self._place = place
        self._made = made
        self._clock = clock
        self._texts: dict[tuple[int, str], Typed] = {}
        self._wake_at: float | None = None

    def typed(
        self,
        record: SegmentRecord,
        name: str,
        text: str,
        *,
        keys: tuple[float, float] | None = None,
    ) -> Typed:
        """Keys changed a field; `record` is what the field was loaded from.

        `keys` says when the first and the last of them came, by the clock; just now if not given.
        """
        first, now = keys or (self._clock(),) * 2
        entry = self._texts.get((record.id, name))
        if entry is None:
            entry = self._texts[record.id, name] = Typed(record, name, text)
        elif first - entry.last_key > RUN_ENDS:
            entry.run = uuid.uuid4().hex
        entry.text, entry.last_key, entry.open = text, now, True
        if entry.blank:
            entry.why, entry.error, entry.due, entry.since = EMPTY, None, None, None
        elif entry.in_conflict:
            entry.due = None
        else:
            entry.why, entry.error = "", None
            entry.since = first if entry.since is None else entry.since
            entry.due = min(now + PAUSE, entry.since + LONGEST)
            self._wait(entry.due - self._clock())
        if entry.bare is None and entry.dirty:
            entry.bare = first
            self._wait(first + BARE - self._clock())
        self._changed(record.id)
        return entry

    def note(self, record: SegmentRecord, name: str, text: str) -> None:
        """What a field holds, for `draft_all`: the loop may stand still, so no timer is set."""
        entry = self._texts.setdefault((record.id, name), Typed(record, name, text))
        entry.text = text

    def left(self, segment_id: int, name: str) -> None:
        """The field was left: save at once; the next typing in it is another undo step."""
        entry = self._texts.get((segment_id, name))
        if entry is None:
            return
        entry.run = uuid.uuid4().hex
        self.save(entry)

    def closed(self, segment_id: int) -> None:
        """The segment was left. Blank narration is let go: the stored text stays."""
        for entry in self._of(segment_id):
            entry.open = False
            self.save(entry)
            if entry.blank or not (entry.dirty or entry.sending):
                self._forget(entry)
            elif entry.why:
                self._draft(entry)
            else:
                self._later(PATIENCE, partial(self._draft_if_waiting, entry))
        self._changed(segment_id)

    def save_all(self) -> None:
        """Send whatever is unsaved, now."""
        for entry in list(self._texts.values()):
            self.save(entry)

    def save(self, entry: Typed, *, over: SegmentRecord | None = None) -> None:
        """Send one text, now; `over` a newer record if the person said so."""
        if over is not None:
            entry.base, entry.error, entry.why = over, None, ""
            entry.run = uuid.uuid4().hex
        entry.due = entry.since = None
        if entry.blank or entry.in_conflict or not entry.dirty:
            return
        if entry.base.id == NEW and entry.name != "text_content":
            # It goes with the narration; without one there is no segment to have it.
            entry.why = "" if self._has_narration() else EMPTY
            return
        text, run, name, segment_id = entry.text, entry.run, entry.name, entry.base.id
        make = self._making(entry) if segment_id == NEW else None
        entry.sending += 1
        sent_at = self._clock()

        def operation(library: Library) -> SegmentRecord:
            change: dict[str, Any] = {name: text}
            base = entry.base
            # Two saves of a new segment may be in the queue: the first one makes it.
            if make is not None and base.id == NEW:
                record = make(library)
            else:
                record = library.segments.edit(base.id, based_on=base, run=run, **change)
            entry.base = record
            return record

        def done(record: SegmentRecord) -> None:
            entry.sending -= 1
            if self._texts.get((NEW, name)) is entry:
                self._became(record)
            if entry.drafted_at <= sent_at:
                self._drop(entry)  # what was saved is newer
            if entry.bare is not None:
                entry.bare = max(entry.bare, sent_at)
            if not entry.dirty:
                entry.why, entry.error, entry.bare = "", None, None
                self._drop(entry)
                if not entry.open and not entry.sending:
                    self._texts.pop((record.id, name), None)
            self._saved(record, name)
            self._changed(record.id)

        def failed(error: StoryflowError) -> None:
            entry.sending -= 1
            if entry.in_conflict or not entry.dirty:
                return
            before = entry.why
            entry.failed(error)
            if not entry.is_drafted:
                self._draft(entry)
            if error.code in _PASSING:
                entry.due = self._clock() + RETRY
                self._wait(RETRY)
            self._changed(segment_id)
            if entry.why != before:
                # Said once, and not with every try: the header goes on saying it.
                self._refused(entry, error)

        self._session.write(operation, done, failed, origin=self)

    def _has_narration(self) -> bool:
        narration = self._texts.get((NEW, "text_content"))
        return narration is not None and not narration.blank

    def _making(self, entry: Typed) -> Callable[[Library], SegmentRecord]:
        """The write that makes the new segment, with its prompt as it is now."""
        prompt = self._texts.get((NEW, "image_prompt"))
        text, run, project_id = entry.text, entry.run, entry.base.project_id
        typed = "" if prompt is None else prompt.text
        position, below = self._place()
        return lambda library: library.segments.add(
            project_id, text, typed, position=position, below=below, run=run
        )

    def _became(self, record: SegmentRecord) -> None:
        """The new segment is in the library: what is typed in its fields is of that one now."""
        for entry in self._of(NEW):
            del self._texts[NEW, entry.name]
            self._texts[record.id, entry.name] = entry
            if entry.base.id == NEW:
                entry.base = record
            if entry.name != "text_content":
                entry.why = ""
                if not entry.dirty:
                    self._drop(entry)
                self.save(entry)
        self._made(record)

    def let_go(self, segment_id: int) -> None:
        """A new segment came to nothing; a prompt that was typed for it stays as a draft."""
        for entry in self._of(segment_id):
            self._texts.pop((segment_id, entry.name))
        self._changed(segment_id)

    def rests_in(self, entry: Typed) -> float:
        """Seconds until the person has stopped typing this text; 0 if that is so."""
        return max(0.0, entry.last_key + RESTS - self._clock())

    def deleted(self, entry: Typed) -> None:
        """The segment was deleted while a conflict was open: nothing is left to choose from."""
        key = entry.base.id
        entry.failed(NotFoundError(f"Segment {key} not found", {"segment_id": key}))
        self._draft(entry)
        self._changed(entry.base.id)

    def take(self, entry: Typed, newest: SegmentRecord) -> None:
        """The stored text was chosen: the typed one goes into the history, and is forgotten."""
        if entry.blank or entry.text == getattr(newest, entry.name):
            entry.base = newest
            self._forget(entry)
            return
        # The draft until then: the history is of the library, and that may be busy.
        self._draft(entry)
        self._texts.pop((newest.id, entry.name), None)
        name, text, stored = entry.name, entry.text, str(getattr(newest, entry.name))

        def operation(library: Library) -> SegmentRecord:
            typed: dict[str, Any] = {name: text}
            taken: dict[str, Any] = {name: stored}
            record = library.segments.edit(newest.id, based_on=newest, **typed)
            return library.segments.edit(newest.id, based_on=record, **taken)

        def done(record: SegmentRecord) -> None:
            self._drop(entry)
            self._saved(record, name)
            self._changed(newest.id)

        self._session.write(operation, done, partial(self._refused, entry), origin=self)
        self._changed(newest.id)

    def find(self, segment_id: int, name: str) -> Typed | None:
        """What was typed into a field and is not settled yet."""
        return self._texts.get((segment_id, name))

    def text(self, record: SegmentRecord, name: str) -> str:
        """What a field shows: typed text before the stored one, until its save is done here too.

        While saves are on their way back, `record` may be of an earlier one.
        """
        entry = self._texts.get((record.id, name))
        if entry is not None and (entry.dirty or entry.sending):
            return entry.text
        return str(getattr(record, name))

    def renew(self, record: SegmentRecord) -> None:
        """The segment was read anew: texts that are in step with it are based on it now."""
        for entry in self._of(record.id):
            if not entry.dirty and not entry.sending:
                entry.base = record
                entry.text = entry.stored

    def failing(self) -> list[int]:
        """The segments with texts whose save failed."""
        return [entry.base.id for entry in self._texts.values() if entry.error is not None]

    def try_again(self, record: SegmentRecord) -> None:
        """The segment was read anew: save what failed for a reason that is over now."""
        for entry in self._of(record.id):
            if entry.error is not None and not entry.sending and entry.may_pass_now(record):
                entry.why, entry.error = "", None
                self.save(entry)
                self._changed(record.id)

    def interrupted(self) -> None:
        """Another change entered the project: the runs of typing end here."""
        for entry in self._texts.values():
            entry.run = uuid.uuid4().hex

    def state(self, segment_id: int | None = None) -> tuple[str, str]:
        """The state of a segment, or the worst of all, and why.

        It is `''` (saved), `saving`, `not_saved` or `changed`.
        """
        entries = self._of(segment_id) if segment_id is not None else list(self._texts.values())
        worst, why = "", ""
        for entry in entries:
            if entry.in_conflict:
                return "changed", entry.why
            if entry.why:
                worst, why = "not_saved", entry.why
            elif (entry.dirty or entry.sending) and not worst:
                worst = "saving"
        return worst, why

    def unsaved(self) -> list[Typed]:
        """The texts that are not in the library."""
        return [entry for entry in self._texts.values() if entry.dirty]

    def draft_all(self) -> int:
        """Write every unsaved text to a draft, here and now; how many there are.

        Raises OSError, after all were tried, where one could not be written.
        """
        unsaved = self.unsaved()
        for error in [self._draft(entry) for entry in unsaved]:
            if error is not None:
                raise error
        return len(unsaved)

    def drop_settled(self) -> None:
        """Remove the drafts of texts that were saved after all."""
        for entry in self._texts.values():
            if not entry.dirty:
                self._drop(entry)

    def adopt(self, record: SegmentRecord, draft: Draft, text: str) -> None:
        """A draft was taken up: typed text again, whose file goes when it is saved."""
        self.typed(record, draft.field, text).draft = draft

    def _of(self, segment_id: int) -> list[Typed]:
        return [entry for (owner, _), entry in self._texts.items() if owner == segment_id]

    def _forget(self, entry: Typed) -> None:
        self._texts = {key: each for key, each in self._texts.items() if each is not entry}
        self._drop(entry)
        self._changed(entry.base.id)

    def _drop(self, entry: Typed) -> None:
        if entry.draft is not None:
            self._drafts.drop(entry.draft)
            entry.draft = None

    def _draft_if_waiting(self, entry: Typed) -> None:
        if not entry.open and entry.dirty:
            self._draft(entry)

    def _draft(self, entry: Typed) -> OSError | None:
        base = entry.base
        draft = Draft(
            library=self._drafts.library,
            project_id=base.project_id,
            segment_id=base.id,
            field=entry.name,
            text=entry.text,
            stored=entry.stored,
            why=entry.why or "not saved in time",
            position=self._position(base.id),
            # A file of its own: one that another window or an earlier run left is not ours.
            token=entry.draft.token if entry.draft else uuid.uuid4().hex,
        )
        try:
            self._drafts.keep(draft)
        except OSError as error:
            before = entry.why.partition(_NO_DRAFT)[0] or "not yet"
            entry.why, entry.bare = f"{before}{_NO_DRAFT}{why_not(error)}", self._clock()
            return error
        entry.draft, entry.drafted_at, entry.bare = draft, self._clock(), None
        return None

    def _wait(self, seconds: float) -> None:
        at = self._clock() + max(0.0, seconds)
        if self._wake_at is None or at < self._wake_at - 0.01:
            self._wake_at = at
            self._later(max(0.0, seconds), self._wake)

    def _wake(self) -> None:
        self._wake_at = None
        now = self._clock()
        for entry in list(self._texts.values()):
            if entry.due is not None and entry.due <= now + 0.01:
                self.save(entry)
            if entry.bare is not None and entry.bare + BARE <= now + 0.01:
                # Saving takes too long or is refused: a kill must not cost more than this.
                self._draft(entry)
        waiting = [entry.due for entry in self._texts.values() if entry.due is not None]
        waiting += [entry.bare + BARE for entry in self._texts.values() if entry.bare is not None]
        if waiting:
            self._wait(min(waiting) - now)
