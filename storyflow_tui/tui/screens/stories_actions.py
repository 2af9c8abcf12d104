"""What the keys of the list do to stories: make, import, rename, delete, undo.

Each is one write through the session and one sentence about it. The list itself is `projects`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from textual.screen import Screen

from storyflow_tui import transfer
from storyflow_tui.errors import InvalidTitleError, StoryflowError
from storyflow_tui.library import Library
from storyflow_tui.records import ProjectRecord, counted
from storyflow_tui.story import TITLE_LENGTH, clean_title
from storyflow_tui.tui import text
from storyflow_tui.tui.look import SIGNS
from storyflow_tui.tui.screens.replay import NONE_SHOWN, replay
from storyflow_tui.tui.screens.story_screen import FILE_WAITS
from storyflow_tui.tui.session import Session
from storyflow_tui.tui.widgets.header import Tone
from storyflow_tui.tui.widgets.hint_line import HintLine
from storyflow_tui.tui.widgets.sheet import LineInput, Question

if TYPE_CHECKING:
    from storyflow_tui.tui.app import StoryflowApp
    from storyflow_tui.tui.screens.history_actions import CameBack

T = TypeVar("T")

SAMPLE = "the-lamp"
"""The sample story that `s` imports."""


class StoriesActions(Screen[None], inherit_bindings=False):
    """The actions on the story under the bar and on the list's history."""

    app: StoryflowApp

    def __init__(self) -> None:
        super().__init__()
        self.standing = NONE_SHOWN
        """The changes that undo and redo take, as they were when the list was shown."""
        self.wanted: int | None = None
        """The story that the bar goes to when the list is read again."""

    @property
    def session(self) -> Session:
        """The app's session."""
        return self.app.session

    @property
    def current(self) -> ProjectRecord | None:
        """The story under the bar; None where there is none."""
        raise NotImplementedError

    def reload(self) -> None:
        """Read the list again and show it."""
        raise NotImplementedError

    async def action_new(self) -> None:
        """Ask for a title and make an empty story."""
        await self.app.push_screen(
            LineInput(
                "Title of the new story",
                check=title_problem,
                accept="make it",
                leave="leave",
                limit=TITLE_LENGTH,
                kept_as=f"new story {self.session.library.path}",
            ),
            self._create,
        )

    async def action_import(self) -> None:
        """Import a script on a screen of its own."""
        from storyflow_tui.tui.screens.import_story import ImportScreen

        screen = ImportScreen()

        def done(project: ProjectRecord | None) -> None:
            if project is not None:
                self._imported(project, screen.notes)

        await self.app.push_screen(screen, done)

    def action_sample(self) -> None:
        """Import the sample story with its pictures."""

        def imported(sample: transfer.Imported) -> None:
            self._imported(sample.project, sample.notes)

        self._notice("Importing the sample", f"its pictures come along {SIGNS.cut}")
        self._write(
            lambda library: transfer.import_file(library, transfer.sample(SAMPLE)), imported
        )

    async def action_rename(self) -> None:
        """Ask for another title of the story under the bar."""
        record = self.current
        if record is None:
            return
        await self.app.push_screen(
            LineInput(
                "Rename the story",
                record.title,
                check=title_problem,
                accept="rename",
                leave="leave it as it was",
                limit=TITLE_LENGTH,
                kept_as=f"title {record.id} {self.session.library.path}",
            ),
            partial(self._rename, record),
        )

    async def action_delete(self) -> None:
        """Ask, then delete the story under the bar."""
        record = self.current
        if record is None:
            return
        title = text.cut(record.title, max(20, self.size.width - 24))
        await self.app.push_screen(
            Question(
                f"Delete “{title}”?",
                [_what_goes(record, self.session.settings.trash_days)],
                "delete it",
                "keep it",
            ),
            partial(self._delete, record),
        )

    def action_undo(self) -> None:
        """Take back the newest change of the list."""
        self._replay(forward=False)

    def action_redo(self) -> None:
        """Do again what was undone last."""
        self._replay(forward=True)

    async def action_history(self) -> None:
        """Show the changes of the list, from which deleted stories are brought back."""
        from storyflow_tui.tui.screens.history import HistoryScreen

        def back(came: CameBack | None) -> None:
            if came is not None:
                self.wanted = came.project_id
                self.reload()
                self.wanted = None

        screen = HistoryScreen()
        screen.late = back
        await self.app.push_screen(screen, back)

    async def action_story_page(self) -> None:
        """Show the story under the bar itself: title, target, counts, last changes."""
        record = self.current
        if record is not None:
            from storyflow_tui.tui.screens.story_page import StoryPage

            await self.app.push_screen(StoryPage(record.id))

    async def action_quit(self) -> None:
        """Leave the editor."""
        await self.app.action_save_and_quit()

    # Writes

    def _create(self, title: str | None) -> None:
        if title is not None:
            self._write(
                lambda library: library.projects.create(title),
                lambda record: self._notice(f"Made “{record.title}”", "enter opens it"),
            )

    def _rename(self, record: ProjectRecord, title: str | None) -> None:
        if title is not None and title.strip() != record.title:
            self._write(
                lambda library: library.projects.rename(record.id, title),
                lambda after: self._notice(f"Renamed to “{after.title}”", "u takes it back"),
            )

    def _delete(self, record: ProjectRecord, answer: bool | None) -> None:
        if answer:
            self._write(
                lambda library: library.projects.delete(record.id),
                lambda _: self._notice(f"Deleted “{record.title}”", "u brings it back"),
            )

    def _imported(self, project: ProjectRecord, notes: Sequence[str]) -> None:
        self.wanted = project.id
        self.reload()
        said = " ".join(notes) or f"{counted(project.segment_count, 'segment')}; enter opens it"
        self._notice(f"Imported “{project.title}”", said, "warning" if notes else "accent")

    def _replay(self, *, forward: bool) -> None:
        replay(
            self.session,
            None,
            self.standing,
            forward=forward,
            notice=self._notice,
            overtaken=self.reload,
            refused=self.refused,
            origin=self,
        )

    def _write(self, operation: Callable[[Library], T], done: Callable[[T], None]) -> None:
        self.session.write(operation, done, self.refused, origin=self)

    def refused(self, error: StoryflowError) -> None:
        """Say why something was not done."""
        details = error.details
        parts = [str(details[name]) for name in ("where", "why", "reason") if details.get(name)]
        self._notice(f"{SIGNS.warn} {error.message.rstrip('.')}.", ": ".join(parts), "warning")

    def on_session_file_waits(self) -> None:
        """A change has happened whose file could not be moved yet."""
        self._notice(*FILE_WAITS)

    def _notice(self, first: str, rest: str = "", tone: Tone = "accent") -> None:
        self.query_one(HintLine).notice(first, rest, tone)


def title_problem(title: str) -> str | None:
    """What is wrong with a title, in a sentence; None for nothing."""
    try:
        clean_title(title)
    except InvalidTitleError as error:
        return f"{error.message}."
    return None


def _what_goes(record: ProjectRecord, days: int) -> str:
    if not record.segment_count:
        return "It has no segments; u brings it back."
    parts = [counted(record.segment_count, "segment")]
    if record.image_count:
        parts.append(counted(record.image_count, "picture"))
    verb = "go" if len(parts) > 1 or record.segment_count > 1 else "goes"
    return f"{' and '.join(parts)} {verb} to the trash for {days} days; u brings them back."
