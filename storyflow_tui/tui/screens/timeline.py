"""The timeline of one story, and the pane with its editor: what is shown and what is typed.

Each of its capabilities is a module of its own on `story_screen`: what keys do to the story is in
`actions`, to many at once in `marking`, typing in `editing`, what changes elsewhere in
`following`, the picture in `pane_picture`. Here is what joins them: the layout, the bar, the
header and which keys act.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container
from textual.content import Content
from textual.widgets import Static

from storyflow_tui.errors import StoryflowError
from storyflow_tui.lengths import clock
from storyflow_tui.tui.cards import StoryCards
from storyflow_tui.tui.drafts import why_not
from storyflow_tui.tui.keymap import EDITOR, FIND, TIMELINE, Key, bindings, readable
from storyflow_tui.tui.look import Grid, length, palette
from storyflow_tui.tui.overrides import key_of
from storyflow_tui.tui.place import Place
from storyflow_tui.tui.screens.actions import StoryActions
from storyflow_tui.tui.screens.editing import StoryEditing
from storyflow_tui.tui.screens.exporting import StoryExporting
from storyflow_tui.tui.screens.filtering import StoryFiltering
from storyflow_tui.tui.screens.finding import StoryFinding
from storyflow_tui.tui.screens.following import StoryFollowing
from storyflow_tui.tui.screens.marking import StoryMarking
from storyflow_tui.tui.screens.new_segment import StoryNewSegment
from storyflow_tui.tui.screens.outside import StoryOutside
from storyflow_tui.tui.screens.pane_picture import Proxies, StoryPicture
from storyflow_tui.tui.screens.picturing import StoryPicturing
from storyflow_tui.tui.screens.reading_actions import StoryReading
from storyflow_tui.tui.widgets.find_bar import FindBar
from storyflow_tui.tui.widgets.header import Fact, Header, State, Tone
from storyflow_tui.tui.widgets.hint_line import HintLine
from storyflow_tui.tui.widgets.pane import Pane
from storyflow_tui.tui.widgets.picture import Picture, colours_of
from storyflow_tui.tui.widgets.timeline import Timeline

REST = 0.08
"""Seconds without a step after which the pane shows the current segment."""

FIRST_PAGE = 32
"""Segments that are read before the order of all is known."""

_ACTIONS = frozenset(key.action.partition("(")[0] for key in TIMELINE)
_EMPTY_HINTS = {
    "timeline.new_below": "write a segment",
    "timeline.undo": "undo",
    "timeline.back": "back to the stories",
}


class TimelineScreen(
    StoryFollowing,
    StoryPicturing,
    StoryExporting,
    StoryFinding,
    StoryFiltering,
    StoryMarking,
    StoryReading,
    StoryOutside,
    StoryNewSegment,
    StoryActions,
    StoryEditing,
    StoryPicture,
    inherit_bindings=False,
):
    """One story: cards at the left, the current segment at the right or over them."""

    CSS_PATH: ClassVar = Path(__file__).with_suffix(".tcss")
    KEYS: ClassVar[Sequence[Key]] = TIMELINE
    HELP_NAME: ClassVar[str] = "timeline"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(TIMELINE, first=True)]
    AUTO_FOCUS = "Timeline"

    def __init__(self, project_id: int, segment_id: int | None = None, above: int = 0) -> None:
        """Open at a segment, if it is there, with so many cards above it in view."""
        super().__init__()
        self.project_id = project_id
        self._start_at = (segment_id, above)
        self._ready_at: float | None = None

    # Putting it up

    def compose(self) -> ComposeResult:
        """Header, cards and pane, hint line."""
        yield Header()
        new, script = key_of(self.app, "timeline.new_below"), key_of(self.app, "projects.import")
        with Container(id="story"):
            yield Static(
                Content.assemble(
                    ("No segments yet", "bold $text"),
                    "\n\n",
                    (new, "bold $text"),
                    " writes the first one. A command puts a script into this story:\n\n",
                    (f"storyflow segment insert {self.project_id} 1 script.txt", "$text"),
                    f"\n\nIn the list of stories, {script} imports a script as a story of its own.",
                ),
                id="empty",
            )
            yield Timeline(words_per_minute=self.session.settings.words_per_minute)
            yield Pane(
                Picture(Proxies(self.session)),
                words_per_minute=self.session.settings.words_per_minute,
                done=self.finish_typing,
                id="pane",
            )
        yield HintLine()
        yield FindBar()

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
            found=self.found_on,
            colours=lambda: colours_of(self),
            ground=lambda: palette(self.app.theme).raised,
        )
        self._rest_timer = self.set_interval(REST, self._rested, pause=True)
        self.lay_out()
        self.hint()
        try:
            self.project = self.session.project(self.project_id)
            first = self.session.library.segments.first(self.project_id, FIRST_PAGE)
            self.read_newest()
        except StoryflowError as error:
            self.app.call_later(self.app.show_stories, error)
            return
        self.cards.begin(first, self.project.segment_count)
        self.timeline.source = self.cards
        segment_id, above = self._start_at
        if segment_id is not None and (index := self.cards.index_of(segment_id)):
            self.timeline.reset(index, max(0, index - above))
        if not self.cards.complete:
            self.reload_order()
        self.show_all()
        for note in self.session.library.notes[:1]:
            self.notice(f"! {note[:1].upper()}{note[1:]}", "", "warning")
        self._ready_at = time.monotonic()
        self.refresh_bindings()
        self.call_after_refresh(self.offer_drafts)
        self.call_after_refresh(self.say_rehearsal)

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
        cursor = self.timeline.cursor
        return Place(self.project_id, self.cards.id_at(cursor), cursor - self.timeline.top)

    def help_topic(self) -> tuple[str, Sequence[Key]]:
        """Which keys the help is about: those of the fields or the bar while one is open."""
        if self.finding:
            return "find", FIND
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
        if self._ready_at is None or self.typed_into_now:
            return False
        return self.acts_on_new(action)

    @property
    def typed_into_now(self) -> bool:
        """Whether a field or the bar is open, so that no key of the timeline acts."""
        return bool(self.editing) or self.finding

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

    async def action_clear(self) -> None:
        """Clear the find, then the filter, then the marks; without any, go back to the stories."""
        if not (self.clear_find() or self.clear_filter() or self.clear_marks()):
            await self.action_back()

    async def action_back(self) -> None:
        """Back to the list of stories."""
        try:
            drafted = await self.settle_typing()
        except OSError as error:
            self.notice(
                "! Not saved, and no draft:", f"{why_not(error)}. It stays in the field.", "danger"
            )
            return
        self.app.leave_story(self.place)
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
        self.rest_soon()

    def rest_soon(self) -> None:
        """Let the pane follow when no key comes for a moment."""
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

    def show_all(self) -> None:
        """Show pane and header, and what an empty story has in their place."""
        if self._is_empty != self.has_class("-empty"):
            self.lay_out()
            self.hint()
        self.show_pane()
        self.show_state()

    @property
    def _is_empty(self) -> bool:
        """Whether there is nothing to show; a field whose segment is gone is something."""
        return not self.cards.total and not self.editing

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
        position = self.position if record is not None else 0
        was_read_only = self.pane.is_read_only
        if record is not None:
            self.saving.renew(record)
        self.pane.show(
            record,
            position,
            self.cards.total,
            self.saving.text,
            read_only=self.session.read_only or (record is not None and self.is_locked(record)),
        )
        if self.editing and self.pane.is_read_only != was_read_only:
            self.hint()
        self.pane.mark(self.found_on(record) if record is not None else None)
        self.show_picture(record)

    def show_state(self) -> None:
        """The header: title, counts, save state."""
        project = self.project
        count = self.cards.total
        position = f"{min(self.position, count)} of {count}"
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
        whole = length(project.duration(pace), project.is_guessed).strip()
        if project.target_seconds is not None:
            whole += f" of {clock(project.target_seconds)}"
        facts.append(Fact(whole, 3))
        facts.append(Fact(f"images {project.image_count}/{project.segment_count}", 2))
        if project.locked_count:
            facts.append(Fact(f"{project.locked_count} locked", 1))
        if self.marks:
            facts.append(Fact(f"{len(self.marks)} marked", 6, "text"))
        facts += [*self.filter_facts(), *self.find_facts()]
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
        keys: Sequence[Key] = TIMELINE
        help_label = "? help"
        if self.editing:
            keys, help_label = EDITOR, "F1 help"
        elif self.has_class("-empty"):
            by_id = {key.id: key for key in TIMELINE}
            keys = [replace(by_id[id_], hint=hint) for id_, hint in _EMPTY_HINTS.items()]
        if self.session.read_only or (self.editing and self.pane.is_read_only):
            keys = readable(keys)
        self.hints.set_keys(keys, help_label, replaced=self.session.settings.keys)
