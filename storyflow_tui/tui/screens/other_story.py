"""A list of the other stories, to choose one: where segments are copied to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import Screen

from storyflow_tui.errors import StoryflowError
from storyflow_tui.records import counted
from storyflow_tui.tui.keymap import OTHER_STORY, Key, bindings
from storyflow_tui.tui.screens.story_rows import StoryRows
from storyflow_tui.tui.session import Session
from storyflow_tui.tui.widgets.header import Fact, Header
from storyflow_tui.tui.widgets.hint_line import HintLine
from storyflow_tui.tui.widgets.rows import Rows

if TYPE_CHECKING:
    from storyflow_tui.tui.app import StoryflowApp


class OtherStoryScreen(Screen["int | None"], inherit_bindings=False):
    """Asks for a story other than the one it is asked from; answers with its id, or None."""

    DEFAULT_CSS = """
    OtherStoryScreen { background: $ground; }
    """
    KEYS: ClassVar[Sequence[Key]] = OTHER_STORY
    HELP_NAME: ClassVar[str] = "other story"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(OTHER_STORY, first=True)]
    AUTO_FOCUS = "Rows"

    app: StoryflowApp

    def __init__(self, title: str, project_id: int) -> None:
        """`title` says what is done, such as `Copy 3 segments`; `project_id` is left out."""
        super().__init__()
        self._title = title
        self._project_id = project_id
        self._stories = StoryRows()

    def compose(self) -> ComposeResult:
        """Header, list, hint line."""
        yield Header()
        yield Rows(self._stories)
        yield HintLine()

    def on_mount(self) -> None:
        """Read the list."""
        settings = self.app.session.settings
        self._stories.words_per_minute = settings.words_per_minute
        self.query_one(HintLine).set_keys(OTHER_STORY, replaced=settings.keys)
        self._read()

    def on_session_library_changed(self, event: Session.LibraryChanged) -> None:
        """Read it again, the bar kept on its story."""
        self._read()

    def _read(self) -> None:
        rows = self.query_one(Rows)
        current = self._current
        try:
            found = self.app.session.projects()
        except StoryflowError as error:
            self.app.refused(error)
            return
        self._stories.now = datetime.now().astimezone()
        self._stories.records = [record for record in found if record.id != self._project_id]
        count = len(self._stories.records)
        facts = [Fact(counted(count, "story", "stories"), 1)]
        self.query_one(Header).show(self._title, facts, subtitle="into which story?")
        rows.note("" if count else "There is no other story. In the list of stories n makes one.")
        rows.reset(self._stories.index(current) or 0)

    @property
    def _current(self) -> int | None:
        cursor, records = self.query_one(Rows).cursor, self._stories.records
        return records[cursor].id if cursor < len(records) else None

    def on_rows_opened(self) -> None:
        """A click on the current row is Enter."""
        self.action_take()

    def action_take(self) -> None:
        """Take the story under the bar."""
        if self._current is not None:
            self.dismiss(self._current)

    def action_leave(self) -> None:
        """Go back without one."""
        self.dismiss(None)

    def action_cursor(self, by: int) -> None:
        """Move the bar."""
        rows = self.query_one(Rows)
        rows.move_cursor(rows.cursor + by)

    def action_page(self, by: int) -> None:
        """Move the bar by a screen."""
        self.query_one(Rows).page(by)

    def action_first(self) -> None:
        """Move the bar to the first story."""
        self.query_one(Rows).move_cursor(0)

    def action_last(self) -> None:
        """Move the bar to the last story."""
        rows = self.query_one(Rows)
        rows.move_cursor(rows.count - 1)
