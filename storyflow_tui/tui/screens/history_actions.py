"""What the keys of the history do: bring back, undo, redo, copy, empty the trash.

Each is one write through the session and one sentence about it. The list itself is `history`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from textual import work
from textual.screen import Screen

from storyflow_tui.errors import NothingToUndoError, StoryflowError
from storyflow_tui.library import Library
from storyflow_tui.records import ChangeRecord, counted
from storyflow_tui.tui import text
from storyflow_tui.tui.look import SIGNS, file_size
from storyflow_tui.tui.screens.change_glance import glance_of_change, old_text
from storyflow_tui.tui.screens.replay import NONE_SHOWN, replay
from storyflow_tui.tui.screens.story_screen import FILE_WAITS
from storyflow_tui.tui.session import Session
from storyflow_tui.tui.widgets.header import Tone
from storyflow_tui.tui.widgets.sheet import Question
from storyflow_tui.tui.words import refusal

if TYPE_CHECKING:
    from storyflow_tui.tui.app import StoryflowApp

T = TypeVar("T")

_NAMES = 3
_NAME = 24
_KEPT_BELOW = (
    "The changes that hold them can then be neither restored nor undone. Texts stay in the history."
)


class CameBack(NamedTuple):
    """What was changed here last: where the bar of the screen below goes."""

    project_id: int | None
    segment_ids: tuple[int, ...]


class HistoryActions(Screen["CameBack | None"], inherit_bindings=False):
    """The actions on the change under the bar, on its line and on the trash."""

    app: StoryflowApp

    def __init__(self, project_id: int | None) -> None:
        super().__init__()
        self.project_id = project_id
        self.standing = NONE_SHOWN
        """The changes that undo and redo take, as they were when the list was shown."""
        self.came_back: int | None = None
        """The project that a change made here was about."""
        self.late: Callable[[CameBack], None] | None = None
        """Called with what a write was about that was done after the screen was left."""
        self._touched: tuple[int, ...] | None = None

    @property
    def session(self) -> Session:
        """The app's session."""
        return self.app.session

    @property
    def current(self) -> ChangeRecord | None:
        """The change under the bar; None where there is none."""
        raise NotImplementedError

    def reload(self) -> None:
        """Read the line again and show it."""
        raise NotImplementedError

    def action_restore(self) -> None:
        """Bring back what the change under the bar took away; no question, u takes it back."""
        record = self.current
        if record is None:
            return

        def done(change: ChangeRecord) -> None:
            self._came(change)
            self._notice(change.label.replace("Restore ", "Restored ", 1), "u takes it back")

        def failed(error: StoryflowError) -> None:
            if isinstance(error, NothingToUndoError):
                rest = "u takes back the newest" if self.standing.undo else ""
                self._notice(f"{SIGNS.warn} {error.message}.", rest, "warning")
            else:
                self.refused(error)

        self._write(lambda library: library.trash.restore(record.id), done, failed)

    def action_undo(self) -> None:
        """Take back the newest change that stands."""
        self._replay(forward=False)

    def action_redo(self) -> None:
        """Do again what was undone last."""
        self._replay(forward=True)

    def action_copy(self) -> None:
        """Copy the text that the change under the bar replaced or deleted."""
        record = self.current
        if record is not None:
            self._copy(record.id)

    def action_empty(self) -> None:
        """Ask, then remove every file in the trash."""
        self._list_trash()

    def action_back(self) -> None:
        """Back to the screen below, which shows what was changed here."""
        if self.app.screen is not self:
            # Under a sheet, whose answer comes first.
            return
        touched = self._touched
        self.dismiss(None if touched is None else CameBack(self.came_back, touched))

    def on_session_file_waits(self) -> None:
        """A change has happened whose file could not be moved yet."""
        self._notice(*FILE_WAITS)

    # Writes

    def _came(self, change: ChangeRecord) -> None:
        self._touched = change.segment_ids
        if self not in self.app.screen_stack and self.late is not None:
            self.late(CameBack(self.came_back, self._touched))

    def _replay(self, *, forward: bool) -> None:
        replay(
            self.session,
            self.project_id,
            self.standing,
            forward=forward,
            notice=self._notice,
            overtaken=self.reload,
            refused=self.refused,
            done=self._came,
            origin=self,
        )

    def _empty(self, answer: bool | None) -> None:
        def done(gone: tuple[int, int]) -> None:
            self._notice("Emptied the trash", _weight(*gone) if gone[0] else "")
            # Files are not rows: no change is told of them.
            self.reload()

        if answer:
            self._write(lambda library: library.trash.empty(), done, self.refused)

    def _write(
        self,
        operation: Callable[[Library], T],
        done: Callable[[T], None],
        failed: Callable[[StoryflowError], None],
    ) -> None:
        self.session.write(operation, done, failed, origin=self)

    # What is read for a key

    @work(thread=True, exclusive=True, group="copy", exit_on_error=False)
    def _copy(self, change_id: int) -> None:
        try:
            found = old_text(glance_of_change(self.session.library, change_id))
        except StoryflowError as error:
            self.app.call_from_thread(self.refused, error)
            return
        if found:
            what = f"the text that change {change_id} replaced"
            self.app.call_from_thread(self.app.copy_text, found, what)
        else:
            self.app.call_from_thread(
                self._notice, f"Change {change_id} replaced no text", "so there is none to copy"
            )

    @work(thread=True, exclusive=True, group="list", exit_on_error=False)
    def _list_trash(self) -> None:
        trash = self.session.library.trash
        try:
            names = [name for record in trash.list() for name in record.files]
            weight = trash.size()
        except StoryflowError as error:
            self.app.call_from_thread(self.refused, error)
            return
        self.app.call_from_thread(self._ask, names, *weight)

    def _ask(self, names: Sequence[str], files: int, size: int) -> None:
        if self.app.screen is not self:
            return
        if not files:
            self._notice("The trash is empty", "nothing is in it to remove")
            return
        shown = [text.cut(name, _NAME) for name in names[:_NAMES]]
        if files > len(shown):
            shown.append(f"{files - len(shown)} more")
        listed = " and ".join([", ".join(shown[:-1]), shown[-1]] if shown[1:] else shown)
        verb = "goes" if files == 1 else "go"
        self.app.push_screen(
            Question(
                "Empty the trash of all stories?",
                [f"{_weight(files, size)}, {verb} for good: {listed}.", _KEPT_BELOW],
                "empty it",
                "keep it",
            ),
            self._empty,
        )

    def refused(self, error: StoryflowError) -> None:
        """Say why something was not done."""
        details = error.details
        parts = [str(details[name]) for name in ("where", "why", "reason") if details.get(name)]
        self._notice(f"{SIGNS.warn} {refusal(error).rstrip('.')}.", ": ".join(parts), "warning")

    def _notice(self, first: str, rest: str = "", tone: Tone = "accent") -> None:
        # On whatever screen is shown: this one may have been left before a write was done.
        self.app.say(first, rest, tone)


def _weight(files: int, size: int) -> str:
    return f"{counted(files, 'file')}, {file_size(size)}"
