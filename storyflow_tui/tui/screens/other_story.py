"""A list of the other stories, to choose one: where segments are copied to.

How they are copied is `segment_copying`'s.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from storyflow_tui.errors import StoryflowError
from storyflow_tui.records import counted
from storyflow_tui.tui.keymap import OTHER_STORY, Key, bindings
from storyflow_tui.tui.overrides import key_of
from storyflow_tui.tui.screens.segment_copying import SegmentCopying
from storyflow_tui.tui.screens.story_rows import StoryRows
from storyflow_tui.tui.session import Session
from storyflow_tui.tui.widgets.header import Fact, Header, State
from storyflow_tui.tui.widgets.hint_line import HintLine
from storyflow_tui.tui.widgets.rows import Rows


class OtherStoryScreen(SegmentCopying, inherit_bindings=False):
    """Copies segments into a story other than theirs; answers with its title, or None."""

    DEFAULT_CSS = """
    OtherStoryScreen { background: $ground; }
    """
    KEYS: ClassVar[Sequence[Key]] = OTHER_STORY
    HELP_NAME: ClassVar[str] = "other story"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(OTHER_STORY, first=True)]
    AUTO_FOCUS = "Rows"

    def __init__(self, title: str, ids: Sequence[int], project_id: int) -> None:
        """`title` says what is done, such as `Copy 3 segments`; `project_id` is left out."""
        super().__init__(ids)
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
        self.show_progress()
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
        self.show_progress()
        new = key_of(self.app, "projects.new")
        none = f"There is no other story. In the list of stories {new} makes one."
        rows.note("" if count else none)
        rows.reset(self._stories.index(current) or 0)

    def show_progress(self) -> None:
        """Show how many stories there are, or how far the copy is, and the keys that act."""
        count = len(self._stories.records)
        state = State(self.progress, "text") if self.progress else None
        facts = [Fact(counted(count, "story", "stories"), 1)]
        self.query_one(Header).show(self._title, facts, state, subtitle="into which story?")
        keys: Sequence[Key] = OTHER_STORY
        if self.copying is not None:
            keys = [replace(key, hint="stop") for key in OTHER_STORY if key.action == "leave"]
        self.query_one(HintLine).set_keys(keys, replaced=self.app.session.settings.keys)

    @property
    def _current(self) -> int | None:
        cursor, records = self.query_one(Rows).cursor, self._stories.records
        return records[cursor].id if cursor < len(records) else None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While files are copied there is nothing to do but to stop."""
        return self.copying is None or action == "leave"

    def on_rows_opened(self) -> None:
        """A click on the current row is Enter."""
        if self.copying is None:
            self.action_take()

    def action_take(self) -> None:
        """Copy into the story under the bar."""
        if self._current is not None:
            self.copy_into(self._current)

    def action_leave(self) -> None:
        """Stop what is going on, or go back without a copy."""
        if self.copying is None:
            self.dismiss(None)
        else:
            self.copying.stop()

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
