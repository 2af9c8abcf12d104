"""Reading a story through: a segment a screen, the picture as large as fits, by hand or by time.

How far the time is tells `playing`; records and pictures come from `reel`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.segment import Segment
from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.timer import Timer
from textual.worker import get_current_worker

from storyflow_tui.errors import StoryflowError
from storyflow_tui.lengths import clock as on_the_clock
from storyflow_tui.records import SegmentRecord
from storyflow_tui.tui import narration, rehearsal, text
from storyflow_tui.tui.keymap import READ, Key, bindings
from storyflow_tui.tui.look import SIGNS, length, palette
from storyflow_tui.tui.overrides import key_of
from storyflow_tui.tui.playing import Player
from storyflow_tui.tui.reel import Reel, Shown
from storyflow_tui.tui.screens.one_story import OneStory
from storyflow_tui.tui.session import Session
from storyflow_tui.tui.widgets.header import Fact, Header, State
from storyflow_tui.tui.widgets.hint_line import HintLine
from storyflow_tui.tui.widgets.narration import Narration
from storyflow_tui.tui.widgets.page import Page
from storyflow_tui.tui.widgets.picture import Picture

TICK = 0.1
"""Seconds between two looks at the clock while it plays."""

REST = 0.06
"""Seconds without a step after which the picture is looked for."""

LEAST = 0.5
"""Seconds that a segment is shown at least, whatever its length."""

_TALL = 32
_PROMPT_LINES = 3
_MISSING = ("! The picture is missing.", "! The picture cannot be read.")


class ReadThroughScreen(OneStory[int], inherit_bindings=False):
    """One segment after the other; answers the one that was shown last."""

    CSS_PATH = "read_through.tcss"
    KEYS: ClassVar[Sequence[Key]] = READ
    HELP_NAME: ClassVar[str] = "read through"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(READ, first=True)]

    def __init__(self, project_id: int, segment_id: int, ids: Sequence[int] = ()) -> None:
        """Begin with a segment; `ids` is the order of the story as far as it is known."""
        super().__init__(project_id)
        self._segment_id = segment_id
        self._ids = ids if segment_id in ids else [segment_id]
        self._place = self._ids.index(segment_id)
        self.player = Player(rehearsal.CLOCK)
        self._prompt_shown = False
        self._resting: Timer | None = None
        self._shown: tuple[object, ...] = ()

    def compose(self) -> ComposeResult:
        """Header, picture, narration, prompt, hint line."""
        yield Header()
        yield Picture(surface="ground")
        yield Narration(id="narration")
        yield Page(surface="ground", id="prompt")
        yield HintLine()

    def on_mount(self) -> None:
        """Read the story and show the segment."""
        self.reel = Reel(self.session, self._ids)
        self.picture = self.query_one(Picture)
        self.narration = self.query_one(Narration)
        self.prompt = self.query_one("#prompt", Page)
        self.header = self.query_one(Header)
        self.query_one(HintLine).set_keys(READ, replaced=self.session.settings.keys)
        self._ticking = self.set_interval(TICK, self._tick, pause=True)
        if self.read_story():
            self.show_story()
            self.read_lengths()

    def on_resize(self) -> None:
        """Share the rows anew between picture and text."""
        if hasattr(self, "project"):
            self._lay_out()
            self._show_segment(anew=True)

    def leave(self) -> None:
        """Back to the timeline, the bar on this segment."""
        if self.app.screen is self:
            self.dismiss(self._segment_id)

    def on_session_library_changed(self, event: Session.LibraryChanged) -> None:
        """Show the segment as it is now, or the one in its place."""
        if event.changed is None or event.changed.project_id == self.project_id:
            self.reel.forget()
        super().on_session_library_changed(event)

    def on_session_files_changed(self, event: Session.FilesChanged) -> None:
        """The picture was replaced, removed or put back from outside."""
        self._rested()

    def on_screen_suspend(self) -> None:
        """Under another screen nothing goes on by itself."""
        self._pause()

    # What is shown

    def show_story(self) -> None:
        """The order may be another; the segment is the one that was shown, where it is there."""
        if len(self.table):
            self.reel.ids = [record.id for record in self.table.records]
            place = self.table.place(self._segment_id)
            self._place = min(self._place, len(self.reel) - 1) if place is None else place
        elif not self.project.segment_count:
            self.leave()
            return
        self._lay_out()
        self._show_segment()

    def _lay_out(self) -> None:
        """A share of the rows for each part, the same for every segment of a story."""
        width, height = self.size
        left, _ = narration.measure(width)
        self.prompt.margin_left = left
        self.prompt.display = self._prompt_shown
        self.prompt.styles.height = _PROMPT_LINES
        pictured = self.picture.display = self.project.image_count > 0
        rows = max(3, height // 4 if height < _TALL else min(10, height // 5))
        below = 1 + _PROMPT_LINES if self._prompt_shown else 0
        # Header, a blank row above and below the picture, one above the hint line, and that.
        self.picture.styles.height = max(1, height - 5 - rows - below)
        self.narration.styles.height = rows if pictured else "1fr"
        self.narration.styles.margin = (1 if pictured else max(1, height // 6), 0, 1, 0)

    def _show_segment(self, *, anew: bool = False) -> None:
        try:
            record = self.reel.record(self._place)
        except StoryflowError as error:
            self.refused(error)
            return
        if record is None:
            return
        self._segment_id = record.id
        self._show_time()
        shown = (record, self.size.width, self._prompt_shown)
        if shown == self._shown and not anew:
            return
        self._shown = shown
        self._show_texts(record)
        if self._resting is not None:
            self._resting.stop()
        self._resting = self.set_timer(REST, self._rested)

    def _show_texts(self, record: SegmentRecord) -> None:
        _, cells = narration.measure(self.size.width)
        colours = palette(self.app.theme)
        self.narration.read(record.text_content, self.size.width)
        if self._prompt_shown:
            words = record.image_prompt if record.image_prompt.strip() else "no prompt"
            rows = text.wrap(words, cells - 2, _PROMPT_LINES)
            muted = colours.style("muted")
            self.prompt.show(
                [
                    [Segment(f"{' ' if at else SIGNS.prompt} {row}", muted)]
                    for at, row in enumerate(rows)
                ]
            )

    def _show_time(self) -> None:
        count = self.project.segment_count
        facts = [Fact(f"{self._place + 1} of {count}", 0, "text")]
        if len(self.table) > self._place:
            start = self.table.start(self._place)
            guess = SIGNS.guess if self.table.guesses_before(self._place) else ""
            now = start + min(self.player.elapsed, self.table.seconds(self._place))
            whole = length(self.table.total, self.table.is_guessed).strip()
            facts.append(Fact(f"{guess}{on_the_clock(now)} of {whole}", 1))
        if self.player.speed != 1:
            facts.append(Fact(f"speed {self.player.speed:g}", 2))
        state = None
        if self.player.plays:
            state = State("plays", "text")
        elif self.player.elapsed:
            state = State("paused", "text")
        self.header.show(self.project.title, facts, state)

    # Pictures

    def _rested(self) -> None:
        record, following = self._record(self._place), self._record(self._place + 1)
        ahead = following.image_file if following is not None else None
        files = [record.image_file] if record is not None and record.image_file else []
        self.session.shown_files.watch(self.HELP_NAME, files)
        if record is None or not record.image_file:
            self.picture.empty("no picture" if record is not None else "")
            if ahead is None:
                return
        self._look(record.image_file if record is not None else None, ahead)

    def _record(self, place: int) -> SegmentRecord | None:
        try:
            return self.reel.record(place)
        except StoryflowError:
            return None  # said when it was to be shown

    @work(thread=True, exclusive=True, group="picture", exit_on_error=False)
    def _look(self, file: str | None, ahead: str | None) -> None:
        """Decode what is shown, then what comes next."""
        worker = get_current_worker()
        if file is not None:
            self.arrive(worker, self._pictured, self.reel.picture(file))
        if ahead is not None and not worker.is_cancelled:
            self.reel.picture(ahead)

    def _pictured(self, shown: Shown) -> None:
        if shown.image is None:
            choose = key_of(self.app, "timeline.choose_image")
            self.picture.say(
                _MISSING[shown.state == "broken"], f"{choose} in the timeline chooses another"
            )
        elif shown.key != self.picture.key:
            self.picture.put(shown.image, shown.key)

    # By hand

    def action_step(self, by: int) -> None:
        """To the next or the previous segment."""
        self._go(self._place + by)

    def action_first(self) -> None:
        """To the first segment."""
        self._go(0)

    def action_last(self) -> None:
        """To the last segment."""
        self._go(len(self.reel) - 1)

    def action_page(self, by: int) -> None:
        """Through a long narration by screens, then on to the next segment, or back."""
        page = self.narration
        before = page.top
        page.scroll_lines(by * max(1, page.size.height - 2))
        if page.top == before:
            self.action_step(by)

    def action_on(self) -> None:
        """Pause where it plays, else on."""
        if self.player.plays:
            self.action_play()
        else:
            self.action_page(1)

    def action_prompt(self) -> None:
        """Show the prompt, or hide it."""
        self._prompt_shown = not self._prompt_shown
        self._lay_out()
        self._show_segment()

    def action_back(self) -> None:
        """Back to the timeline."""
        self.leave()

    def _go(self, place: int) -> None:
        place = max(0, min(place, len(self.reel) - 1))
        if place != self._place:
            self._place = place
            self.player.begin()
            self._show_segment()

    # By time

    def action_play(self) -> None:
        """Go on by itself, or stop there."""
        if self.player.plays:
            self._pause()
            return
        self.player.play()
        self._ticking.resume()
        self._show_time()

    def action_speed(self, by: int) -> None:
        """Faster or slower."""
        self.player.hasten(by)
        self._show_time()

    def _pause(self) -> None:
        if hasattr(self, "header"):
            self.player.pause()
            self._ticking.pause()
            self._show_time()

    def _tick(self) -> None:
        if len(self.table) <= self._place:
            return
        seconds = max(LEAST, self.table.seconds(self._place))
        if self.player.elapsed < seconds:
            self._show_time()
            self._scroll_along(self.player.elapsed / seconds)
        elif self._place < len(self.reel) - 1:
            self._go(self._place + 1)
        else:
            self._pause()
            self.player.begin()
            self._show_time()
            self.notice("The story is at its end", "g goes to the first segment")

    def _scroll_along(self, share: float) -> None:
        """Show the part of a long narration that is read now; never back before what is shown."""
        page = self.narration
        page.scroll_lines(max(0, int(share * (page.last_top + 1)) - page.top))
