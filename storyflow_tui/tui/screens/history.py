"""History and trash in one view: the changes of one story, or those of the list of stories.

What is shown and the bar is here, what its keys do in `history_actions`; rows are drawn in
`change_rows`, the pane in `change_glance`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import ClassVar, TypeVar

from rich.segment import Segment
from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Vertical
from textual.timer import Timer
from textual.worker import Worker, get_current_worker

from storyflow_tui.errors import NotFoundError, StoryflowError
from storyflow_tui.records import ChangeRecord, counted
from storyflow_tui.tui.crash import logged
from storyflow_tui.tui.keymap import HISTORY, Key, bindings, readable
from storyflow_tui.tui.look import Grid, ago, file_size, palette
from storyflow_tui.tui.screens.change_glance import glance_of_change, lines_of
from storyflow_tui.tui.screens.change_rows import ChangeRows, in_columns
from storyflow_tui.tui.screens.history_actions import HistoryActions
from storyflow_tui.tui.screens.replay import read_standing
from storyflow_tui.tui.session import Session
from storyflow_tui.tui.text import cut, wrap
from storyflow_tui.tui.widgets.header import Fact, Header, State
from storyflow_tui.tui.widgets.hint_line import HintLine
from storyflow_tui.tui.widgets.page import Line, Page
from storyflow_tui.tui.widgets.rows import TEXT_COLUMN, Rows

T = TypeVar("T")

REST = 0.12
"""Seconds without a key after which the bar rests: the pane is filled, the trash looked at."""

_MINUTE = 60.0
_TITLE = "History and trash"
_COUNTED = 80
_SUBJECT = 8
_LOW = 9
_LEAST_LIST = 9
_EMPTY_HINTS = ("history.empty", "history.back")
_NONE = {
    "story": "What you do to this story is listed here, newest first, and can be taken back.",
    "list": "Stories that are made, renamed or deleted are listed here, and can be brought back.",
}


class HistoryScreen(HistoryActions, inherit_bindings=False):
    """A line of changes and the trash; answers what was brought back last, for the bar below."""

    CSS_PATH = "history.tcss"
    KEYS: ClassVar[Sequence[Key]] = HISTORY
    HELP_NAME: ClassVar[str] = "history"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(HISTORY, first=True)]

    def __init__(self, project_id: int | None = None) -> None:
        """`project_id` None is the line of the list of stories."""
        super().__init__(project_id)
        self._changes = ChangeRows(self._fetch)
        self._changes.subject = "list" if project_id is None else "story"
        self._trash: tuple[int, int] | None = None
        self._resting: Timer | None = None
        self._gone = False
        self._unreadable = False
        self._unweighed = False
        self._subject = "stories"

    def compose(self) -> ComposeResult:
        """List and pane, and what stands in the place of an empty list."""
        yield Header()
        with Container(id="both"):
            with Vertical(id="list"):
                yield Page(surface="ground", margin=0, id="columns")
                yield Rows(self._changes, pitch=2)
                yield Page(surface="ground", margin=TEXT_COLUMN, id="none")
            yield Page(surface="raised", margin=Grid.MARGIN, id="pane")
        yield HintLine()

    def on_mount(self) -> None:
        """Read the changes."""
        self.rows = self.query_one(Rows)
        self.pane = self.query_one("#pane", Page)
        self.hints = self.query_one(HintLine)
        self.header = self.query_one(Header)
        self.reload()
        self.set_interval(_MINUTE, self._age)

    def on_screen_resume(self) -> None:
        """A sheet was answered: leave, if the story went meanwhile."""
        if self._gone:
            self.action_back()

    def on_resize(self) -> None:
        """The pane beside the list, or below it where there is no room for both."""
        self._lay_out()
        self._show_columns()
        self._show_facts()
        self._rest()

    def on_session_library_changed(self, event: Session.LibraryChanged) -> None:
        """Show what was changed here or elsewhere, the bar kept on its change."""
        if event.origin is self and event.changed is not None:
            self.came_back = event.changed.project_id
        self.reload()

    def on_rows_moved(self) -> None:
        """Fill the pane once the bar rests."""
        self._rest()

    # What is shown

    @property
    def current(self) -> ChangeRecord | None:
        """The change under the bar; None where there is none."""
        return self._changes.record(self.rows.cursor)

    def reload(self) -> None:
        """Read the line again and show it, the bar on the same change."""
        rows = self.rows
        ids, at, top = self._changes.ids, rows.cursor, rows.top
        current = ids[at] if at < len(ids) else None
        history = self.session.library.history
        try:
            if self.project_id is not None:
                self._subject = self.session.project(self.project_id).title
            renewed = history.ids(self.project_id)
            standing = read_standing(self.session.library, self.project_id)
        except NotFoundError:
            # The story is gone; the timeline below finds that out too, and says so.
            self._gone = True
            self.action_back()
            return
        except StoryflowError as error:
            self.refused(error)
            return
        self.standing = standing
        self._changes.renew(renewed, self.standing.redo)
        self._changes.now = datetime.now().astimezone()
        index = self._changes.index(current)
        if index is not None and top:
            # Who has scrolled keeps what is seen; at the top the newest comes into view.
            top = max(0, top + index - at)
        rows.reset(at if index is None else index, top)
        self._lay_out()
        self._show_facts()
        self._unweighed = True

    def _fetch(self, ids: Sequence[int]) -> Sequence[ChangeRecord]:
        try:
            found = self.session.library.history.many(ids, files=False)
        except StoryflowError as error:
            # Said once: every row that is drawn asks again.
            if not self._unreadable:
                self._unreadable = True
                self.call_later(self.refused, error)
            return []
        self._unreadable = False
        return found

    def _lay_out(self) -> None:
        grid, pane = Grid.of(*self.size), self.pane
        empty = not len(self._changes)
        self.set_class(not grid.split, "below")
        self.set_class(empty, "empty")
        roomy = self.size.height >= _LOW + _LEAST_LIST
        pane.display = not empty and (bool(grid.split) or roomy)
        pane.styles.width = grid.split or "100%"
        pane.margin_left = Grid.MARGIN if grid.split else TEXT_COLUMN
        keys: Sequence[Key] = HISTORY
        if empty:
            keys = [key for key in HISTORY if key.id in _EMPTY_HINTS]
            colours = palette(self.app.theme)
            words = wrap(_NONE[self._changes.subject], self.size.width - TEXT_COLUMN - 2, 3)
            self.query_one("#none", Page).show(
                [
                    (),
                    [Segment("No changes yet", colours.style("text", bold=True))],
                    (),
                    *([Segment(line, colours.style("muted"))] for line in words),
                ]
            )
        if self.session.read_only:
            keys = readable(keys)
        if self._trash is not None and not self._trash[0]:
            keys = [key for key in keys if key.id != "history.empty"]
        self.hints.set_keys(keys, replaced=self.session.settings.keys)

    def _show_facts(self) -> None:
        count, width = len(self._changes), self.size.width
        facts = [Fact(counted(count, "change"), 1)] if count and width >= _COUNTED else []
        if self._trash is not None:
            files, size = self._trash
            told = f"{counted(files, 'file')}, {file_size(size)}" if files else "empty"
            facts.append(Fact(f"trash {told}", 2))
        state = State("read-only", "warning") if self.session.read_only else None
        # Whose changes these are is known to who came here, so that this gives way to the rest.
        said = "   ".join([_TITLE, *(fact.text for fact in facts), *(state[:1] if state else ())])
        room = width - 2 * Grid.MARGIN - len(said) - 6
        subject = cut(self._subject, room) if room >= _SUBJECT else ""
        self.header.show(_TITLE, facts, state, subtitle=subject)

    def _show_columns(self) -> None:
        colours = palette(self.app.theme)
        grid = Grid.of(*self.size)
        width = self.size.width - grid.split
        words = in_columns(("", "In trash"), "When", width)
        blanks = max(1, width - TEXT_COLUMN - Grid.MARGIN - len("Change") - len(words))
        line: Line = [
            Segment(" " * TEXT_COLUMN + "Change" + " " * blanks + words, colours.style("muted"))
        ]
        self.query_one("#columns", Page).show([(), line])

    def _age(self) -> None:
        # Redrawn only where the words differ, so that an idle screen sends nothing.
        rows = self.rows
        now = datetime.now().astimezone()
        before, self._changes.now = self._changes.now, now
        for index in rows.seen:
            record = self._changes.record(index)
            if record and ago(record.created_at, before) != ago(record.created_at, now):
                rows.redraw(index)

    # What takes long

    def _rest(self) -> None:
        if self._resting is not None:
            self._resting.stop()
        self._resting = self.set_timer(REST, self._rested)

    def _rested(self) -> None:
        pane = self.pane
        width = pane.size.width - pane.margin_left - Grid.MARGIN
        current = self.current
        if current is None:
            pane.show([])
        elif pane.display and width > 0:
            self._look(pane, current.id, width, pane.size.height)
        if unknown := self._changes.unknown(self.rows.seen):
            self._look_at_files(unknown)
        self._weigh()

    def _weigh(self) -> None:
        """Weigh the trash if it may be another; one look at a time, since it may take long."""
        if not self._unweighed or not self.is_attached:
            return
        if any(one.group == "trash" and not one.is_finished for one in self.workers):
            self.set_timer(REST, self._weigh)
            return
        self._unweighed = False
        self._weigh_trash()

    @work(thread=True, exclusive=True, group="glance", exit_on_error=False)
    def _look(self, pane: Page, change_id: int, width: int, height: int) -> None:
        worker = get_current_worker()
        now = datetime.now().astimezone()
        colours = palette(self.app.theme)
        try:
            glance = glance_of_change(self.session.library, change_id)
        except StoryflowError:
            # Gone or away for a moment: the list finds that out, too.
            return
        # Texts may be long: neither comparing nor wrapping may hold up the screen.
        lines = lines_of(glance, self.standing, width, height, colours, now)
        self._arrive(worker, pane.show, lines)

    @work(thread=True, exclusive=True, group="files", exit_on_error=False)
    def _look_at_files(self, ids: Sequence[int]) -> None:
        worker = get_current_worker()
        try:
            records = self.session.library.history.many(ids)
        except StoryflowError:
            return
        self._arrive(worker, self._hold, records)

    def _hold(self, records: Sequence[ChangeRecord]) -> None:
        rows = self.rows
        for index in self._changes.hold(records):
            rows.redraw(index)

    @work(thread=True, exclusive=True, group="trash", exit_on_error=False)
    def _weigh_trash(self) -> None:
        worker = get_current_worker()
        try:
            found = self.session.library.trash.size()
        except StoryflowError:
            return
        self._arrive(worker, self._weighed, found)

    def _weighed(self, found: tuple[int, int]) -> None:
        self._trash = found
        self._lay_out()
        self._show_facts()

    def _arrive(self, worker: Worker[None], show: Callable[[T], None], found: T) -> None:
        """In a worker: show what it found, unless it was overtaken or the screen left."""

        def arrive() -> None:
            if not worker.is_cancelled and self.is_attached:
                show(found)

        if not worker.is_cancelled:
            self.app.call_from_thread(arrive)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """A fault of ours in looking: it goes to the log, and the pane is empty."""
        if logged(event):
            self.pane.show([])

    # Keys that move

    def action_cursor(self, by: int) -> None:
        """Move the bar."""
        rows = self.rows
        rows.move_cursor(rows.cursor + by)

    def action_first(self) -> None:
        """Move the bar to the newest change."""
        self.rows.move_cursor(0)

    def action_last(self) -> None:
        """Move the bar to the oldest change."""
        self.rows.move_cursor(len(self._changes))

    def action_page(self, by: int) -> None:
        """Move the bar by a screen."""
        self.rows.page(by)
