"""The list of stories: the screen at the bottom, from which everything is opened.

Rows are drawn from records; the pane beside them is filled when the cursor rests. Each key that
changes something is one write through the session.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import ClassVar

from rich.segment import Segment
from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.timer import Timer
from textual.worker import Worker, get_current_worker

from storyflow_tui.errors import StoryflowError
from storyflow_tui.records import ProjectRecord, counted
from storyflow_tui.tui.crash import logged
from storyflow_tui.tui.drafts import Drafts
from storyflow_tui.tui.folders import short
from storyflow_tui.tui.keymap import FIND, PROJECTS, Key, bindings, readable
from storyflow_tui.tui.look import Grid, ago, length, palette
from storyflow_tui.tui.screens.draft import drafts_wait, offer_of_deleted
from storyflow_tui.tui.screens.glances import glance_of_project, glance_of_sample
from storyflow_tui.tui.screens.replay import read_standing
from storyflow_tui.tui.screens.stories_actions import SAMPLE
from storyflow_tui.tui.screens.stories_finding import StoriesFinding
from storyflow_tui.tui.screens.story_rows import StoryRows, in_columns
from storyflow_tui.tui.session import Session
from storyflow_tui.tui.widgets.find_bar import FindBar
from storyflow_tui.tui.widgets.header import Fact, Header
from storyflow_tui.tui.widgets.hint_line import HintLine
from storyflow_tui.tui.widgets.page import Line, Page
from storyflow_tui.tui.widgets.rows import TEXT_COLUMN, Rows
from storyflow_tui.tui.widgets.story_pane import Glance, StoryPane
from storyflow_tui.tui.widgets.welcome import Welcome

REST = 0.12
"""Seconds without a key after which the cursor rests and the pane is filled."""

_MINUTE = 60.0
_ACTIONS = frozenset(key.action.partition("(")[0] for key in PROJECTS)
_EMPTY_HINTS = ("import", "new", "sample", "quit")


class ProjectsScreen(StoriesFinding, inherit_bindings=False):
    """All stories of the library; what happens to them here and elsewhere shows at once."""

    CSS_PATH = "projects.tcss"
    KEYS: ClassVar[Sequence[Key]] = PROJECTS
    HELP_NAME: ClassVar[str] = "stories"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(PROJECTS, first=True)]

    def __init__(self) -> None:
        super().__init__()
        self.stories = StoryRows()
        self._resting: Timer | None = None

    def compose(self) -> ComposeResult:
        """List and pane, and what stands in the place of an empty list."""
        yield Header("Stories")
        with Horizontal():
            with Vertical(id="list"):
                yield Page(surface="ground", margin=0, id="columns")
                yield Rows(self.stories, pitch=2)
                yield Welcome()
            yield StoryPane(self.session.thumbnails, id="pane")
        yield HintLine()
        yield FindBar()

    def on_mount(self) -> None:
        """Read the list."""
        self.stories.words_per_minute = self.session.settings.words_per_minute
        self.reload()
        self.set_interval(_MINUTE, self._age)
        self.call_after_refresh(self._offer_drafts)

    def on_resize(self) -> None:
        """Share the width between list and pane; narrow screens have no pane."""
        grid = Grid.of(*self.size)
        pane = self.query_one(StoryPane)
        pane.display = bool(grid.split)
        pane.styles.width = grid.split or 1
        self._show_columns()
        self._fill()

    def on_screen_resume(self) -> None:
        """Back from a story: counts and times may be others."""
        if self.is_mounted and self.query(Rows):
            self.reload()

    def on_session_library_changed(self, event: Session.LibraryChanged) -> None:
        """Show what was changed here or elsewhere, cursor and scroll kept."""
        if event.origin is self and event.changed is not None:
            # What one did oneself is what one looks at next.
            self.wanted = event.changed.project_id
        if event.changed is None and (look_again := getattr(self.app, "look_again", None)):
            look_again()
        if self.query(Rows):
            # Else nothing is shown yet, and what is shown first is read then.
            self.reload()

    def on_rows_moved(self) -> None:
        """Fill the pane once the cursor rests."""
        if self._resting is not None:
            self._resting.stop()
        self._resting = self.set_timer(REST, self._fill)

    async def on_rows_opened(self) -> None:
        """A click on the current row opens it."""
        await self.action_open()

    async def on_welcome_chosen(self, event: Welcome.Chosen) -> None:
        """A click on a way to begin."""
        await self.run_action(event.choice.action)

    def _offer_drafts(self) -> None:
        # Those of stories that are there are offered in the story itself.
        drafts = Drafts(self.session.library.path)
        with contextlib.suppress(StoryflowError):  # the list said so
            there = {record.id for record in self.session.projects()}
            if self.app.screen is not self:
                return
            if not self.session.read_only:
                offer_of_deleted(self.app, drafts, there)
            elif waiting := drafts.without(there):
                self._notice(*drafts_wait(len(waiting)), "warning")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While the bar is open no key of the list acts."""
        return not (self.finding and action in _ACTIONS)

    def help_topic(self) -> tuple[str, Sequence[Key]]:
        """Which keys the help is about."""
        return ("find", FIND) if self.finding else (self.HELP_NAME, PROJECTS)

    # What is shown

    @property
    def current(self) -> ProjectRecord | None:
        """The story under the bar; None where there is none."""
        records = self.stories.records
        cursor = self.query_one(Rows).cursor
        return records[cursor] if cursor < len(records) else None

    def reload(self) -> None:
        """Read the list again and show it, the bar on the same story."""
        rows = self.query_one(Rows)
        current = self.current
        try:
            records = self.session.projects()
            standing = read_standing(self.session.library, None)
        except StoryflowError as error:
            self.refused(error)
            return
        self.standing = standing
        self.stories.records = records
        self.stories.now = datetime.now().astimezone()
        wanted = self.stories.index(self.wanted)
        if wanted is not None:
            self.wanted = None
        elif current is not None:
            wanted = self.stories.index(current.id)
        rows.reset(rows.cursor if wanted is None else wanted)
        self._show_empty(not records)
        self.show_facts()

    def _show_empty(self, empty: bool) -> None:
        welcome, rows = self.query_one(Welcome), self.query_one(Rows)
        was = self.has_class("empty")
        self.set_class(empty, "empty")
        if empty or was or (self.focused is None and not self.finding):
            (welcome if empty else rows).focus()
        keys: Sequence[Key] = PROJECTS
        if empty:
            known = {key.action: key for key in PROJECTS}
            keys = [replace(known[action], hint=action) for action in _EMPTY_HINTS]
        if self.session.read_only:
            keys = readable(keys)
        self.query_one(HintLine).set_keys(keys, replaced=self.session.settings.keys)

    def show_facts(self) -> None:
        """Show in the header what holds of the whole library."""
        records = self.stories.records
        pace = self.stories.words_per_minute
        total = sum(record.duration(pace) for record in records)
        guessed = any(record.is_guessed for record in records)
        facts = [Fact(short(self.session.library.path), 3)]
        if records:
            count = counted(len(records), "story", "stories")
            facts = [Fact(count, 2), Fact(length(total, guessed).strip(), 1), *facts]
        notes = [*self.session.library.notes]
        if self.session.read_only and not any("read-only" in note for note in notes):
            notes.append("read-only")
        if wrong := getattr(self.app, "out_of_order", 0):
            notes.append(f"! {counted(wrong, 'thing')} out of order")
        if getattr(self.app, "demo", False):
            notes.append("demo: gone when you leave")
        self.query_one(Header).show(
            "Stories", [*(Fact(note, 0, "warning") for note in notes), *facts]
        )

    def _show_columns(self) -> None:
        colours = palette(self.app.theme)
        width = self.size.width - Grid.of(*self.size).split
        words = in_columns(("Segments", "Images", "Length", "Changed"), width)
        blanks = max(1, width - TEXT_COLUMN - 2 - len("Title") - len(words))
        line: Line = [
            Segment(" " * TEXT_COLUMN + "Title" + " " * blanks + words, colours.style("muted"))
        ]
        self.query_one("#columns", Page).show([(), line])

    def _fill(self) -> None:
        pane = self.query_one(StoryPane)
        if not pane.display or not self.is_mounted:
            return
        record = self.current
        if record is None:
            self._look(partial(glance_of_sample, SAMPLE, self.stories.words_per_minute))
        else:
            now = datetime.now().astimezone()
            self._look(partial(glance_of_project, self.session, record, now))

    @work(thread=True, exclusive=True, group="glance", exit_on_error=False)
    def _look(self, read: Callable[[], Glance | None]) -> None:
        worker = get_current_worker()
        glance = read()

        def arrive() -> None:
            if not worker.is_cancelled and self.is_attached:
                self.query_one(StoryPane).show(glance)

        if not worker.is_cancelled:
            self.app.call_from_thread(arrive)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """A fault of ours in looking at a story: it goes to the log, and the pane is empty."""
        if logged(event):
            self.query_one(StoryPane).show(None)

    def _age(self) -> None:
        # Redrawn only where the words differ, so that an idle screen sends nothing.
        rows = self.query_one(Rows)
        now = datetime.now().astimezone()
        before, self.stories.now = self.stories.now, now
        for index in rows.seen:
            changed = self.stories.records[index].updated_at
            if ago(changed, before) != ago(changed, now):
                rows.redraw(index)

    # Keys that move

    def action_cursor(self, by: int) -> None:
        """Move the bar."""
        if self.has_class("empty"):
            welcome = self.query_one(Welcome)
            welcome.move_cursor(welcome.cursor + by)
        else:
            rows = self.query_one(Rows)
            rows.move_cursor(rows.cursor + by)

    def action_first(self) -> None:
        """Move the bar to the first story."""
        self.query_one(Rows).move_cursor(0)

    def action_last(self) -> None:
        """Move the bar to the last story."""
        self.query_one(Rows).move_cursor(len(self.stories))

    def action_page(self, by: int) -> None:
        """Move the bar by a screen."""
        self.query_one(Rows).page(by)

    async def action_open(self) -> None:
        """Open the story under the bar; in an empty list, begin as the bar says."""
        if self.has_class("empty"):
            await self.run_action(self.query_one(Welcome).choice.action)
        elif record := self.current:
            self.app.open_story(record.id)
