"""Marks in the timeline, and what its keys do to the marked segments together.

Each is one write, and one step of undo. What the same keys do to one segment is in `actions`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from storyflow_tui.errors import StoryflowError
from storyflow_tui.library import Library
from storyflow_tui.records import SegmentRecord, counted
from storyflow_tui.tui import text
from storyflow_tui.tui.marks import Marks
from storyflow_tui.tui.overrides import key_of
from storyflow_tui.tui.screens.actions import StoryActions, file_name
from storyflow_tui.tui.words import positions

_READ = 300
"""Marked segments up to which a question counts their pictures and locks."""

_NAMES = {"text_content": "narration", "image_prompt": "prompt"}


class StoryMarking(StoryActions, inherit_bindings=False):
    """Marks, and the actions on what is marked (or on the current segment)."""

    def __init__(self) -> None:
        super().__init__()
        self.marks = Marks()

    # Marks

    def action_mark(self) -> None:
        """Mark the current segment, or take its mark away; the bar stays."""
        record = self.current
        if record is not None:
            self.marks.toggle(record.id)
            self._show_marks()

    def action_mark_range(self) -> None:
        """Mark all from the one marked last to the current one."""
        record = self.current
        if record is not None:
            self.marks.reach(record.id, self.cards.stored(self.cards.shown))
            self._show_marks()

    def action_mark_all(self) -> None:
        """Mark all that are shown, or none."""
        self.marks.all(self.cards.stored(self.cards.shown))
        self._show_marks()

    def clear_marks(self) -> bool:
        """Take the marks away; False where there are none."""
        if not self.marks:
            return False
        self.marks.clear()
        self._show_marks()
        return True

    def forget_segment(self, segment_id: int) -> None:
        """A segment was deleted here; its mark goes with it."""
        self.marks.drop((segment_id,))
        super().forget_segment(segment_id)

    def keep_marks(self, ids: Sequence[int]) -> None:
        """These segments are there now; marks of others fall away."""
        if self.marks.keep(ids):
            self._show_marks()

    def _show_marks(self) -> None:
        self.timeline.redraw_gutters()
        self.show_state()

    @property
    def chosen(self) -> list[int]:
        """The marked segments in order, or the current one where none is marked."""
        if self.marks:
            return self.marks.in_order(self.cards.ids)
        record = self.current
        return [] if record is None else [record.id]

    def _named(self, ids: Sequence[int]) -> str:
        if len(ids) == 1:
            return f"segment {self.cards.position_of(ids[0])}"
        return counted(len(ids), "segment")

    # What is done to them

    def action_lock(self) -> None:
        """Lock the marked segments, or unlock them if all of them are locked."""
        if not self.marks:
            super().action_lock()
            return
        wanted = frozenset(self.chosen)
        try:
            now = self._marked_now(wanted)
        except StoryflowError as error:
            self.unread(error)
            return
        # As with a single one: e may follow at once, and the field opens as it will be.
        self.lock_asked(wanted, not all(now))

        def turn(library: Library) -> tuple[int, bool]:
            outline = library.segments.outline(self.project_id)
            there = [each for each in outline if each.id in wanted]
            locked = not all(each.is_locked for each in there)
            library.segments.lock([each.id for each in there], locked)
            return len(there), locked

        def done(after: tuple[int, bool]) -> None:
            # The screen hears of it later; a field opened before that must be as it is now.
            self.cards.forget(wanted)
            self.lock_answered(wanted)
            number, locked = after
            if not number:
                self.clear_marks()
                gone = "None of the marked segments is there any more."
                self.notice(f"! {gone}", "No lock was changed", "warning")
                return
            what = counted(number, "segment")
            self.notice(f"{'Locked' if locked else 'Unlocked'} {what}", "l takes it back")

        def failed(error: StoryflowError) -> None:
            self.lock_answered(wanted)
            self.refused(error)

        self.session.write(turn, done, failed)

    def _marked_now(self, wanted: frozenset[int]) -> list[bool]:
        """Whether each of these is locked once what was asked for is done; one may do for all."""
        record = self.current
        if record is not None and record.id in wanted and not self.is_locked(record):
            return [False]
        outline = self.session.library.segments.outline(self.project_id)
        return [self.lock_noted(each.id, each.is_locked) for each in outline if each.id in wanted]

    def action_delete(self) -> None:
        """Ask, then delete the marked segments."""
        if not self.marks:
            super().action_delete()
            return
        from storyflow_tui.tui.widgets.sheet import Question

        ids = self.chosen
        wanted = frozenset(ids)
        places = [place for place, key in enumerate(self.cards.ids, 1) if key in wanted]
        where = positions(places, max(40, self.size.width * 2 - 40))
        lines = [f"{where[0].upper()}{where[1:]}."]
        days = self.session.settings.trash_days
        rest = f"Their files go to the trash for {days} days; u brings all back."
        if len(ids) <= _READ:
            try:
                records = self.session.segments(ids)
            except StoryflowError as error:
                self.unread(error)
                return
            rest = _what_goes(records, days)
        self.app.push_screen(
            Question(
                f"Delete {self._named(ids)}?",
                [*lines, rest],
                "delete",
                "keep it" if len(ids) == 1 else "keep them",
            ),
            partial(self._delete_many, ids),
        )

    def _delete_many(self, ids: list[int], answer: bool | None) -> None:
        if not answer:
            return
        what = self._named(ids)

        def done(_: None) -> None:
            self._forget_many(frozenset(ids))
            back = "it" if len(ids) == 1 else "them"
            self.notice(f"Deleted {what}", f"u brings {back} back")

        self.session.write(
            lambda library: library.segments.delete_many(ids), done, self.refused, origin=self
        )

    def _forget_many(self, gone: frozenset[int]) -> None:
        """Segments were deleted here: the next card that is left becomes the current one."""
        shown = self.cards.shown
        cursor = self.timeline.cursor
        before = sum(segment_id not in gone for segment_id in shown[:cursor])
        was_filtered, place = self.cards.is_filtered, self.position - 1
        self.cards.remove(*gone)
        self.marks.drop(gone)
        if was_filtered and not self.cards.is_filtered:
            before = place
        self.timeline.reset(min(before, max(0, len(self.cards) - 1)))
        self.go_to(())

    def action_copy(self, name: str) -> None:
        """Copy the prompts or the narrations of the marked segments, parted by blank lines."""
        if not self.marks:
            super().action_copy(name)
            return
        ids = self.chosen

        def copy() -> None:
            try:
                records = self.session.segments(ids)
            except StoryflowError as error:
                self.app.call_from_thread(self.unread, error)
                return
            self.app.call_from_thread(self._copy_all, records, name)

        self.aside(copy, "copy-marked")

    def _copy_all(self, records: Sequence[SegmentRecord], name: str) -> None:
        texts = [words for record in records if (words := str(getattr(record, name))).strip()]
        if not texts:
            self.notice(f"None of them has a {_NAMES[name]}", "p writes one")
            return
        some = f"{len(texts)} of " if len(texts) < len(records) else ""
        what = f"{some}{counted(len(records), 'segment')}"
        many = "" if len(texts) == 1 else "s"
        self.app.copy_text("\n\n".join(texts), f"the {_NAMES[name]}{many} of {what}")

    def action_move_to(self) -> None:
        """Ask for a position, and move the marked segments (or the current one) there."""
        ids = self.chosen
        if not ids:
            self.say_if_empty()
            return
        from storyflow_tui.tui.widgets.sheet import LineInput

        last = len(self.cards.stored(self.cards.ids)) - len(ids) + 1

        def problem(value: str) -> str | None:
            figures = value.strip()
            is_number = figures.isascii() and figures.isdecimal() and len(figures) < 12
            if is_number and 1 <= int(figures) <= last:
                return None
            return f"A position is a number from 1 to {last}."

        them = "it stands" if len(ids) == 1 else "they stand side by side"
        self.app.push_screen(
            LineInput(
                f"Move {self._named(ids)} to position",
                check=problem,
                accept="move",
                leave="leave",
                note=f"From 1 to {last}; {them} there then.",
            ),
            partial(self._move_to, ids),
        )

    def _move_to(self, ids: list[int], value: str | None) -> None:
        if value is None:
            return
        position, what = int(value), self._named(ids)

        def done(moved: Sequence[SegmentRecord]) -> None:
            self.notice(f"Moved {what} to {position}", self.TAKE_BACK)
            # After the screen has heard what changed: its own queue comes behind this one.
            self.call_later(self.go_to, (moved[0].id,))

        self.session.write(
            lambda library: library.segments.move_many(ids, position), done, self.refused
        )

    def action_copy_to_story(self) -> None:
        """Copy the marked segments (or the current one) into a story that is chosen."""
        ids = self.chosen
        if not ids:
            self.say_if_empty()
            return
        from storyflow_tui.tui.screens.other_story import OtherStoryScreen

        what = self._named(ids)

        def copied(title: str | None) -> None:
            if title is not None:
                into, undo = text.cut(title, 40), key_of(self.app, "timeline.undo")
                self.notice(f"Copied {what} into “{into}”", f"{undo} in that story undoes it")

        self.app.push_screen(OtherStoryScreen(f"Copy {what}", ids, self.project_id), copied)


def _what_goes(records: Sequence[SegmentRecord], days: int) -> str:
    """What a deletion of these takes along, and how it comes back."""
    files = sum(bool(file_name(record)) + bool(record.audio_file) for record in records)
    locked = sum(record.is_locked for record in records)
    them = "it" if len(records) == 1 else "all"
    parts = []
    if locked:
        parts.append("It is locked." if len(records) == 1 else f"{locked} of them locked.")
    if files:
        verb = "goes" if files == 1 else "go"
        file = counted(files, "file")
        parts.append(f"{file} {verb} to the trash for {days} days; u brings all back.")
    else:
        stay = "It stays" if len(records) == 1 else "They stay"
        parts.append(f"{stay} in the history; u brings {them} back.")
    return " ".join(parts)
