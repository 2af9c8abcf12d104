"""The timeline of one story, and the pane with its editor: what is shown and what is typed.

What its keys do to the story is in `actions`; when typed text is saved, in `saving`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container
from textual.content import Content
from textual.widgets import Static
from textual.worker import Worker

from storyflow_tui.errors import StoryflowError
from storyflow_tui.records import SegmentRecord
from storyflow_tui.tui.cards import StoryCards
from storyflow_tui.tui.crash import logged
from storyflow_tui.tui.keymap import EDITOR, TIMELINE, Key, bindings
from storyflow_tui.tui.look import Grid, length
from storyflow_tui.tui.place import Place
from storyflow_tui.tui.screens.actions import file_name
from storyflow_tui.tui.screens.editing import StoryEditing
from storyflow_tui.tui.screens.marking import StoryMarking
from storyflow_tui.tui.session import Session
from storyflow_tui.tui.widgets.header import Fact, Header, State, Tone
from storyflow_tui.tui.widgets.hint_line import HintLine
from storyflow_tui.tui.widgets.pane import Pane
from storyflow_tui.tui.widgets.picture import Picture, colours_of
from storyflow_tui.tui.widgets.timeline import Timeline

if TYPE_CHECKING:
    from PIL.Image import Image

REST = 0.08
"""Seconds without a step after which the pane shows the current segment."""

FIRST_PAGE = 32
"""Segments that are read before the order of all is known."""

AT_ONCE = 2000
"""Segments up to which the order is read on the spot; longer stories leave it to a worker."""

_ACTIONS = frozenset(key.action.partition("(")[0] for key in TIMELINE)
_EMPTY_HINTS = {"timeline.undo": "undo", "timeline.back": "back to the stories"}
_PICTURE_HELP = "i chooses another, I removes it"


class _File(NamedTuple):
    """What a worker found out about the current picture."""

    segment_id: int
    path: Path | None
    key: tuple[object, ...]
    pixels: tuple[int, int] | None
    bytes: int | None


class TimelineScreen(StoryMarking, StoryEditing, inherit_bindings=False):
    """One story: cards at the left, the current segment at the right or over them."""

    CSS_PATH: ClassVar = Path(__file__).with_suffix(".tcss")
    KEYS: ClassVar[Sequence[Key]] = TIMELINE
    HELP_NAME: ClassVar[str] = "timeline"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(TIMELINE, first=True)]
    AUTO_FOCUS = "Timeline"

    def __init__(self, project_id: int, segment_id: int | None = None) -> None:
        super().__init__()
        self.project_id = project_id
        self._start_at = segment_id
        self._ready_at: float | None = None
        self._goal: tuple[int, ...] = ()
        self._reload_wanted = False
        self._pictured: tuple[object, ...] = ()

    # Putting it up

    def compose(self) -> ComposeResult:
        """Header, cards and pane, hint line."""
        yield Header()
        with Container(id="story"):
            yield Static(
                Content.assemble(
                    ("No segments yet", "bold $text"),
                    "\n\nA command puts a script into this story:\n\n",
                    (f"storyflow segment insert {self.project_id} 1 script.txt", "$text"),
                    "\n\nIn the list of stories, i imports a script as a story of its own.",
                ),
                id="empty",
            )
            yield Timeline(words_per_minute=self.session.settings.words_per_minute)
            yield Pane(
                Picture(_Proxies(self.session)),
                words_per_minute=self.session.settings.words_per_minute,
                done=self.finish_typing,
                id="pane",
            )
        yield HintLine()

    def on_mount(self) -> None:
        """Read the first page and show it; the rest follows."""
        self.timeline = self.query_one(Timeline)
        self.pane = self.query_one(Pane)
        self.hints = self.query_one(HintLine)
        self.header = self.query_one(Header)
        self.begin_editing()
        self.cards = StoryCards(
            self.session,
            self.project_id,
            work=lambda job: self.aside(job, "thumbnails", exclusive=False),
            tell=self.app.call_later,
            told=lambda segment_id: self.timeline.redraw([segment_id]),
            unread=lambda error: self.call_later(self.unread, error),
            saving=lambda segment_id: self.saving.state(segment_id)[0],
            marked=lambda segment_id: segment_id in self.marks,
            colours=lambda: colours_of(self),
        )
        self._rest_timer = self.set_interval(REST, self._rested, pause=True)
        self.hint()
        self.lay_out()
        try:
            self.project = self.session.project(self.project_id)
            first = self.session.library.segments.first(self.project_id, FIRST_PAGE)
            self.read_newest()
        except StoryflowError as error:
            self.app.call_later(self.app.show_stories, error)
            return
        self.cards.begin(first, self.project.segment_count)
        self.timeline.source = self.cards
        if self._start_at is not None and (index := self.cards.index_of(self._start_at)):
            self.timeline.reset(index)
        if not self.cards.complete:
            self.reload_order()
        self._show_all()
        for note in self.session.library.notes[:1]:
            self.notice(f"! {note[:1].upper()}{note[1:]}", "", "warning")
        self._ready_at = time.monotonic()
        self.refresh_bindings()
        self.call_after_refresh(self.offer_drafts)

    def on_resize(self) -> None:
        """Another size: other measures, perhaps another place for the pane."""
        if self.is_mounted and hasattr(self, "pane"):
            self.lay_out()
            self.show_pane()
            self.show_state()

    @property
    def grid(self) -> Grid:
        """The measures of this terminal."""
        return Grid.of(self.app.size.width, self.app.size.height)

    @property
    def place(self) -> Place:
        """Where the editor is, to come back to it."""
        return Place(self.project_id, self.cards.id_at(self.timeline.cursor))

    def help_topic(self) -> tuple[str, Sequence[Key]]:
        """Which keys the help is about: those of the fields while one is open."""
        return ("editor", EDITOR) if self.editing else (self.HELP_NAME, TIMELINE)

    def lay_out(self) -> None:
        """Measures and places for this size, with or without a field open."""
        grid = self.grid
        over = not grid.split
        self.pane.lay_out(grid, over=over)
        # An empty story has nothing to show at the right.
        self.set_class(self._is_empty, "-empty")
        self.pane.display = bool(grid.split or self.editing) and not self._is_empty
        self.timeline.display = bool(grid.split or not self.editing)
        self.timeline.styles.width = grid.list_width
        self.query_one("#empty").styles.width = grid.list_width

    # Keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While a field is open no key of the timeline acts; nor before there is something."""
        if action not in _ACTIONS:
            return True
        return self._ready_at is not None and not self.editing

    def on_key(self, event: events.Key) -> None:
        """A key that was pressed before the screen stood is pressed again."""
        if self._ready_at is not None and event.time < self._ready_at:
            event.stop()
            self.app.simulate_key(event.key)

    def action_cursor(self, by: int) -> None:
        """Go to the next or the previous card."""
        self.timeline.move_cursor(self.timeline.cursor + by)

    def action_page(self, by: int) -> None:
        """Go on by a screen."""
        self.timeline.page(by)

    def action_first(self) -> None:
        """Go to the first card."""
        self.timeline.move_cursor(0)

    def action_last(self) -> None:
        """Go to the last card."""
        self.timeline.move_cursor(len(self.cards) - 1)

    async def action_back(self) -> None:
        """Back to the list of stories."""
        try:
            drafted = await self.settle_typing()
        except OSError as error:
            self.notice(
                "! Not saved, and no draft:", f"{error.strerror}. It stays in the field.", "danger"
            )
            return
        self.app.show_stories()
        if drafted:
            what = "One text" if drafted == 1 else f"{drafted} texts"
            self.app.call_after_refresh(
                self.app.say,
                f"! {what} could not be saved.",
                "The story offers it again.",
                "danger",
            )

    # The cursor and the pane

    def on_timeline_cursor_moved(self) -> None:
        """The pane follows when the cursor rests; a field that is open is left now."""
        shown = self.pane.record
        is_other = shown is None or shown.id != self.cards.id_at(self.timeline.cursor)
        if is_other and not self.orphaned:
            self.leave_segment()
        self._rest_timer.reset()
        self._rest_timer.resume()

    async def on_timeline_opened(self) -> None:
        """A click on the current card edits its narration."""
        await self.action_edit("text_content")

    async def _rested(self) -> None:
        self._rest_timer.pause()
        await self.pane.drained()
        self.show_pane()
        self.show_state()

    def _show_all(self) -> None:
        if self._is_empty != self.has_class("-empty"):
            self.lay_out()
            self.hint()
        self.show_pane()
        self.show_state()

    @property
    def _is_empty(self) -> bool:
        """Whether there is nothing to show; a field whose segment is gone is something."""
        return not len(self.cards) and not self.editing

    def show_pane(self) -> None:
        """Show the current segment in the pane, if the pane can be seen."""
        if not self.pane.display:
            return
        # First what was typed meanwhile: no refresh may put an older text into an open field.
        self.collect()
        if self.orphaned:
            return
        record = self.current
        if record is None and self.cards.unreadable:
            # What is shown is what was read last, and nothing is taken from under the cursor.
            return
        position = self.timeline.cursor + 1
        if record is not None:
            self.saving.renew(record)
        self.pane.show(
            record,
            position,
            len(self.cards),
            self.saving.text,
            read_only=self.session.read_only or (record is not None and self.is_locked(record)),
        )
        self._show_picture(record)

    def _show_picture(self, record: SegmentRecord | None) -> None:
        picture = self.pane.picture
        if record is None or not record.image_file:
            self._pictured = ()
            self.pane.show_file(None)
            locked = record is None or record.is_locked
            picture.empty(
                "no picture" if locked and record else "" if locked else "i  choose a picture"
            )
            return
        if self._pictured[:2] != (record.id, record.image_file):
            self._pictured = (record.id, record.image_file)
            picture.empty()
            self.pane.show_file(file_name(record))
        self.aside(lambda: self._look_at_file(record), "picture-file")

    def aside(self, job: Callable[[], None], group: str, *, exclusive: bool = True) -> None:
        """Do a job on a worker; a fault there is logged and ends nothing."""
        self.run_worker(job, group=group, thread=True, exclusive=exclusive, exit_on_error=False)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Keep what went wrong on a worker in the log."""
        if logged(event):
            self.notice(
                "! A picture or the order could not be read.", "It is in the log", "warning"
            )

    def _look_at_file(self, record: SegmentRecord) -> None:
        """On a worker: what the current picture is, from its header."""
        from storyflow_tui.library.images import inspect

        found = _File(record.id, None, (record.id, record.image_file), None, None)
        try:
            path = self.session.file(record.image_file)
            facts = path.stat() if path else None
            if path and facts:
                key = (*found.key, facts.st_size, facts.st_mtime_ns, facts.st_ino)
                found = found._replace(path=path, key=key, bytes=facts.st_size)
                image = inspect(path, decode=False)
                found = found._replace(pixels=(image.width, image.height))
        except (OSError, StoryflowError):
            pass
        self.app.call_later(self._file_found, found)

    def _file_found(self, found: _File) -> None:
        record = self.pane.record
        if record is None or (record.id, record.image_file) != found.key[:2]:
            return
        picture = self.pane.picture
        self.pane.show_file(file_name(record), found.pixels, found.bytes)
        if found.path is None:
            picture.say("! The picture is missing.", _PICTURE_HELP)
        elif self._pictured != found.key:
            self._pictured = found.key
            picture.show(found.path, found.key)

    def on_picture_failed(self, event: Picture.Failed) -> None:
        """Say what can be done about a broken picture."""
        self.pane.picture.say("! The picture cannot be read.", _PICTURE_HELP)

    def show_state(self) -> None:
        """The header: title, counts, save state."""
        project = self.project
        count = len(self.cards)
        position = f"{min(self.timeline.cursor + 1, count)} of {count}"
        header = self.header
        state = self._save_state()
        pace = self.session.settings.words_per_minute
        if self.editing and not self.grid.split:
            record = self.pane.record
            facts = [Fact(self.pane.length_of(record), 1)] if record else []
            header.show(project.title, facts, state, subtitle=position)
            return
        facts = [Fact(f"{count} segment{'' if count == 1 else 's'}", 4)]
        if not self.grid.split:
            facts = [Fact(position, 0, "text")]
        facts.append(Fact(length(project.duration(pace), project.is_guessed).strip(), 3))
        facts.append(Fact(f"images {project.image_count}/{project.segment_count}", 2))
        if project.locked_count:
            facts.append(Fact(f"{project.locked_count} locked", 1))
        if self.marks:
            facts.append(Fact(f"{len(self.marks)} marked", 5, "text"))
        header.show(project.title, facts, state)

    def _save_state(self) -> State:
        if self.session.read_only:
            return State("read-only", "warning")
        state, why = self.saving.state()
        if state == "changed":
            return State("! changed elsewhere", "danger")
        if state == "not_saved":
            return State(f"! not saved: {why}", "danger")
        if state == "saving" or self.writes:
            return State("saving …", "text")
        return State("saved")

    def notice(self, first: str, rest: str = "", tone: Tone = "accent") -> None:
        """Say something in the hint line."""
        self.hints.notice(first, rest, tone)

    def hint(self) -> None:
        """Hint at the keys that act now."""
        if self.editing:
            self.hints.set_keys(EDITOR, "F1 help", replaced=self.session.settings.keys)
        elif self.has_class("-empty"):
            back = [
                replace(key, hint=_EMPTY_HINTS[key.id])
                for key in TIMELINE
                if key.id in _EMPTY_HINTS
            ]
            self.hints.set_keys(back, replaced=self.session.settings.keys)
        else:
            self.hints.set_keys(TIMELINE, replaced=self.session.settings.keys)

    # What others and we ourselves changed

    def on_session_library_changed(self, event: Session.LibraryChanged) -> None:
        """Redraw what a change names; of another process's, everything that can be seen."""
        changed = event.changed
        if changed is not None and changed.project_id != self.project_id:
            return
        saved = event.origin is self.saving
        if not saved and (changed is None or changed.change_id is not None):
            self.saving.interrupted()
        try:
            self.project = self.session.project(self.project_id)
            self.read_newest()
        except StoryflowError as error:
            self.unread(error)
            return
        ids = changed.segment_ids if changed is not None else None
        if event.origin is not self and not saved:
            # Steps and deletions of our own are shown already, and so is what was saved.
            self.cards.forget(ids)
            if ids is None:
                self.reload_order()
            else:
                self.timeline.redraw(ids)
            self.save_again()
        current = self.pane.record
        if ids is None or current is None or current.id in ids:
            self.show_pane()
        self.show_state()

    def reload_order(self) -> None:
        """Read the order again, on a worker where that may take long."""
        if self.steps:
            self._reload_wanted = True
            return
        if self.project.segment_count <= AT_ONCE:
            self._order_read(*self._read_order())
            return

        def read() -> None:
            self.app.call_later(self._order_read, *self._read_order())

        self.aside(read, "order")

    def _read_order(self) -> tuple[list[int], StoryflowError | None]:
        try:
            return list(self.session.segment_ids(self.project_id)), None
        except StoryflowError as error:
            return [], error

    def _order_read(self, ids: list[int], error: StoryflowError | None) -> None:
        if error is not None:
            self.unread(error)
        else:
            self._ordered(ids)

    def stepped(self) -> None:
        """All steps are done: catch up with what had to wait."""
        if self._reload_wanted:
            self._reload_wanted = False
            self.reload_order()

    def _ordered(self, ids: list[int]) -> None:
        if self.steps:
            self._reload_wanted = True
            return
        current = self.cards.id_at(self.timeline.cursor) if len(self.cards) else None
        if self.editing is not None and self.pane.record is not None:
            # An open field keeps its segment, also one that was away for a while.
            current = self.pane.record.id
        before = self.timeline.cursor
        was_orphaned = self.orphaned
        self.cards.order(ids)
        self.keep_marks(ids)
        if self.orphaned and not was_orphaned:
            self.say_orphaned("This segment")
        after = self.cards.index_of(current) if current is not None else None
        if after is None:
            after = min(before, max(0, len(ids) - 1))
        self.timeline.reset(after, max(0, self.timeline.top + after - before))
        self._show_all()
        if self._goal:
            self.go_to(self._goal)

    def go_to(self, segment_ids: tuple[int, ...]) -> None:
        """Put the bar on the first of these that is there; the pane follows at once."""
        self._goal = ()
        for segment_id in segment_ids:
            index = self.cards.index_of(segment_id)
            if index is not None:
                self.timeline.move_cursor(index)
                break
        else:
            self._goal = segment_ids
        self._show_all()


class _Proxies:
    """The session's thumbnails, so that Pillow is imported on a worker and not at the start."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def proxy(self, path: Path) -> Image:
        """The small copy of a picture; see `Thumbnails.proxy`."""
        return self._session.thumbnails.proxy(path)
