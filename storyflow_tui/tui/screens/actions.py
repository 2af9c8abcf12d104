"""What the timeline's keys do to the story: move, delete, lock, picture, copy, undo.

Each is one write through the session and one sentence about it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from storyflow_tui.errors import LockedError, StoryflowError
from storyflow_tui.library import Library
from storyflow_tui.records import ChangeRecord, SegmentRecord, given_name
from storyflow_tui.tui import text
from storyflow_tui.tui.screens.replay import NONE_SHOWN, read_standing, replay
from storyflow_tui.tui.screens.story_screen import StoryScreen

if TYPE_CHECKING:
    from storyflow_tui.tui.screens.history_actions import CameBack
    from storyflow_tui.tui.screens.picker import Picked

_COPIED = {"text_content": "narration", "image_prompt": "prompt"}


class StoryActions(StoryScreen, inherit_bindings=False):
    """The actions on the current segment and on the story's history."""

    TAKE_BACK: ClassVar[str] = "u takes it back"

    def __init__(self) -> None:
        super().__init__()
        self.writes = 0
        self.steps = 0
        self._locking: dict[int, tuple[bool, int]] = {}
        """What l was pressed for and is not done yet: locked or not, and how often."""
        self.standing = NONE_SHOWN
        """The changes that u and U take, as this screen shows the story."""

    # Writes

    def action_move(self, by: int) -> None:
        """Change places with a neighbour; shown at once, put right if it is refused."""
        record = self.current
        other = self.cards.step(record.id, by) if record is not None else None
        if record is None or other is None:
            self.say_if_empty()
            return
        self.timeline.redraw([record.id, other])
        there = self.cards.index_of(record.id)
        if there is not None:
            self.timeline.move_cursor(there)
        if other in self.cards.hidden:
            now = self.position
            self.notice(f"Segment {now - by} is {now} now.", "The filter hides the one it passed")
        self.steps += 1

        def done(_: SegmentRecord) -> None:
            self.steps -= 1
            if not self.steps:
                self.stepped()

        def failed(error: StoryflowError) -> None:
            self.steps -= 1
            self.refused(error)
            self.go_to((record.id,))
            self.reload_order()

        segment_id = record.id
        self.session.write(
            lambda library: library.segments.step(segment_id, by), done, failed, origin=self
        )

    def stepped(self) -> None:
        """The last step of a row of steps is in the library."""

    def action_delete(self) -> None:
        """Ask, then delete the current segment."""
        record = self.current
        if record is None:
            self.say_if_empty()
            return
        from storyflow_tui.tui.widgets.sheet import Question

        position = self.position
        days = self.session.settings.trash_days
        quoted = text.cut(record.text_content, max(20, self.size.width - 12))
        files = [name for name in (file_name(record), audio_name(record)) if name]
        if files:
            verb, what = ("go", "all") if len(files) > 1 else ("goes", "both")
            rest = (
                f"{' and '.join(files)} {verb} to the trash for {days} days; u brings {what} back."
            )
        else:
            rest = "It stays in the history; u brings it back."
        self.app.push_screen(
            Question(f"Delete segment {position}?", [f"“{quoted}”", rest], "delete"),
            partial(self._delete_segment, record.id, position),
        )

    def _delete_segment(self, segment_id: int, position: int, answer: bool | None) -> None:
        if not answer:
            return

        def done(_: None) -> None:
            self.forget_segment(segment_id)
            self.notice(f"Deleted segment {position}", "u brings it back")

        self.session.write(
            lambda library: library.segments.delete(segment_id), done, self.refused, origin=self
        )

    def forget_segment(self, segment_id: int) -> None:
        """A segment was deleted here: the next card becomes the current one."""
        index, position = self.cards.index_of(segment_id), self.cards.position_of(segment_id)
        cursor, was_filtered = self.timeline.cursor, self.cards.is_filtered
        self.cards.remove(segment_id)
        if was_filtered and not self.cards.is_filtered:
            cursor = position - 1
        elif index is not None and index < cursor:
            cursor -= 1
        self.timeline.reset(cursor)
        self.go_to(())

    def action_lock(self) -> None:
        """Lock the current segment, or unlock it."""
        record = self.current
        if record is None:
            self.say_if_empty()
            return
        segment_id, position = record.id, self.position
        self.lock_asked([segment_id], not self.is_locked(record))

        def turn(library: Library) -> SegmentRecord:
            locked = library.segments.get(segment_id).is_locked
            return library.segments.edit(segment_id, is_locked=not locked)

        def done(after: SegmentRecord) -> None:
            # The screen hears of it later; a field opened before that must be as it is now.
            self.cards.renew(after)
            self.lock_answered([segment_id])
            word = "Locked" if after.is_locked else "Unlocked"
            self.notice(f"{word} segment {position}", "l takes it back")

        def failed(error: StoryflowError) -> None:
            self.lock_answered([segment_id])
            self.refused(error)

        self.session.write(turn, done, failed)

    def lock_asked(self, segment_ids: Iterable[int], wanted: bool) -> None:
        """Note how these segments will be once the queue comes to it."""
        for segment_id in segment_ids:
            _, times = self._locking.get(segment_id, (False, 0))
            self._locking[segment_id] = (wanted, times + 1)

    def lock_answered(self, segment_ids: Iterable[int]) -> None:
        """The queue has come to it; what was asked for again since is still noted."""
        for segment_id in segment_ids:
            wanted, times = self._locking.pop(segment_id)
            if times > 1:
                self._locking[segment_id] = (wanted, times - 1)
        self.show_pane()

    def lock_noted(self, segment_id: int, is_locked: bool) -> bool:
        """Whether a segment is locked once what was asked for is done, from how it is now."""
        return self._locking.get(segment_id, (is_locked, 0))[0]

    def is_locked(self, record: SegmentRecord) -> bool:
        """Whether a segment is locked once what was asked for is done: e may follow l at once."""
        return self.lock_noted(record.id, record.is_locked)

    def action_choose_image(self) -> None:
        """Pick an image file for the current segment."""
        record = self.current
        position = self.position
        if record is None:
            self.say_if_empty()
            return
        if record.is_locked:
            self.refused(LockedError(""), position)
            return
        from storyflow_tui.tui.screens.picker import PickerScreen

        self.app.push_screen(
            PickerScreen(f"segment {position}", self.app.last_image_folder, self.used_in),
            partial(self._attach_image, record.id, position),
        )

    def pair_pictures(self, position: int, paths: Sequence[Path]) -> None:
        """Show which picture goes to which segment, from a position on."""
        raise NotImplementedError

    def used_in(self, path: Path, size: int) -> str | None:
        """On a worker: the segment of this story that has a file of this name and size."""
        library = self.session.library
        try:
            for segment in library.segments.with_image(self.project_id, path.name):
                stored = library.file(segment.image_file)
                if stored is not None and stored.is_file() and stored.stat().st_size == size:
                    return f"segment {library.segments.position(segment.id)}"
        except (OSError, StoryflowError):
            # Nothing hangs on it; a write into a library that is away would say so.
            pass
        return None

    def _attach_image(self, segment_id: int, position: int, path: Picked | None) -> None:
        if isinstance(path, tuple):
            self.pair_pictures(position, path)
        if path is None or isinstance(path, tuple):
            return
        self.app.last_image_folder = path.parent
        self.writes += 1
        self.show_state()

        def done(_: SegmentRecord) -> None:
            self.writes -= 1
            self.show_state()
            self.notice(f"{path.name} is the picture of segment {position}", self.TAKE_BACK)

        def failed(error: StoryflowError) -> None:
            self.writes -= 1
            self.show_state()
            self.refused(error, position)

        self.session.write(
            lambda library: library.segments.attach_image(segment_id, path), done, failed
        )

    def action_remove_image(self) -> None:
        """Take the picture off the current segment; no question, since u brings it back."""
        record = self.current
        if record is None:
            self.say_if_empty()
            return
        segment_id, position = record.id, self.position

        def done(_: SegmentRecord) -> None:
            self.notice(f"Removed the picture of segment {position}", "u brings it back")

        self.session.write(
            lambda library: library.segments.remove_image(segment_id),
            done,
            lambda error: self.refused(error, position),
        )

    def action_copy(self, name: str) -> None:
        """Copy the prompt or the narration to the person's clipboard."""
        record = self.current
        if record is None:
            self.say_if_empty()
            return
        position = self.position
        copied = str(getattr(record, name))
        if copied:
            self.app.copy_text(copied, f"the {_COPIED[name]} of segment {position}")
        else:
            self.notice(f"Segment {position} has no {_COPIED[name]}", "p writes one")

    # History

    def action_undo(self) -> None:
        """Take back the newest change of the story."""
        self._replay(forward=False)

    def action_redo(self) -> None:
        """Do again what was undone last."""
        self._replay(forward=True)

    def _replay(self, *, forward: bool) -> None:
        def done(change: ChangeRecord) -> None:
            # After the screen has heard what changed: its own queue comes behind this one.
            self.call_later(self.go_to, change.segment_ids)

        def overtaken() -> None:
            try:
                self.read_newest()
            except StoryflowError as unread:
                self.unread(unread)

        replay(
            self.session,
            self.project_id,
            self.standing,
            forward=forward,
            notice=self.notice,
            overtaken=overtaken,
            refused=self.refused,
            done=done,
        )

    def action_history(self) -> None:
        """Show the changes of this story, and what they hold in the trash."""
        from storyflow_tui.tui.screens.history import HistoryScreen

        def back(came: CameBack | None) -> None:
            if came is not None:
                # After the screen has heard what changed, as after an undo.
                self.call_later(self.go_to, came.segment_ids)

        screen = HistoryScreen(self.project_id)
        screen.late = back
        self.app.push_screen(screen, back)

    def read_newest(self) -> None:
        """Note which changes u and U replay now; raises StoryflowError."""
        self.standing = read_standing(self.session.library, self.project_id)


def file_name(record: SegmentRecord) -> str | None:
    """The name of the picture's file as it was given."""
    return record.image_name or None


def audio_name(record: SegmentRecord) -> str | None:
    """The name of the audio file as it was given."""
    return given_name(record.audio_file) or None
