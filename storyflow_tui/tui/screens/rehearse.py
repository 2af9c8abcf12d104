"""Rehearsing a story: it is read aloud, a key at each cut, and the clock takes the lengths.

The clock and the lengths are `rehearsal`'s; what becomes of them is asked in `lengths`. Whatever
ends the editor, what was taken waits in `kept_rehearsals`.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from typing import ClassVar

from rich.segment import Segment
from textual.app import ComposeResult
from textual.binding import BindingType

from storyflow_tui.errors import StoryflowError
from storyflow_tui.lengths import clock as on_the_clock
from storyflow_tui.records import SegmentRecord
from storyflow_tui.tui import kept_rehearsals, narration, rehearsal, text
from storyflow_tui.tui.keymap import REHEARSE, Key, bindings
from storyflow_tui.tui.look import length, palette
from storyflow_tui.tui.reel import Reel
from storyflow_tui.tui.rehearsal import Rehearsal
from storyflow_tui.tui.screens.one_story import OneStory
from storyflow_tui.tui.session import Session
from storyflow_tui.tui.widgets.header import Fact, Header, State
from storyflow_tui.tui.widgets.hint_line import HintLine
from storyflow_tui.tui.widgets.narration import Narration
from storyflow_tui.tui.widgets.page import Line, Page

TICK = 0.2
"""Seconds between two looks at the clock."""

SHORTEST = 0.3
"""Seconds below which a key is no cut: one that is held down repeats."""

_NEXT_LINES = 2
_TALL = 32


class RehearseScreen(OneStory[int], inherit_bindings=False):
    """One narration at a time with a clock; answers the segment that was shown last."""

    CSS_PATH = "rehearse.tcss"
    KEYS: ClassVar[Sequence[Key]] = REHEARSE
    HELP_NAME: ClassVar[str] = "rehearse"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(REHEARSE, first=True)]

    def __init__(
        self,
        project_id: int,
        segment_id: int,
        taken: Mapping[int, float] | None = None,
    ) -> None:
        """Begin with a segment; `taken` are the lengths of a rehearsal that goes on."""
        super().__init__(project_id)
        self._segment_id = segment_id
        self._place = 0
        self._clock_words: tuple[str, ...] = ()
        self._shown: tuple[object, ...] = ()
        self.rehearsal = Rehearsal(rehearsal.CLOCK, taken)

    def compose(self) -> ComposeResult:
        """Header, clock, narration, what comes next, hint line."""
        yield Header()
        yield Page(surface="ground", id="clock")
        yield Narration(id="narration")
        yield Page(surface="ground", id="next")
        yield HintLine()

    def on_mount(self) -> None:
        """Read the story and show the segment; the clock waits for the first key."""
        self.reel = Reel(self.session, [self._segment_id])
        self.clock = self.query_one("#clock", Page)
        self.narration = self.query_one(Narration)
        self.following = self.query_one("#next", Page)
        self.header = self.query_one(Header)
        self.query_one(HintLine).set_keys(REHEARSE, replaced=self.session.settings.keys)
        self._ticking = self.set_interval(TICK, self._show_time, pause=True)
        if self.read_story():
            self.show_story()
            self.read_lengths()

    def on_resize(self) -> None:
        """Wrap the texts anew; the clock runs on."""
        if hasattr(self, "project"):
            self._show_segment()

    def leave(self) -> None:
        """Back to the timeline, the bar on this segment."""
        if self.app.screen is self:
            self.dismiss(self._segment_id)

    def on_session_library_changed(self, event: Session.LibraryChanged) -> None:
        """Show the segment as it is now, or the one in its place."""
        if event.changed is None or event.changed.project_id == self.project_id:
            self.reel.forget()
        super().on_session_library_changed(event)

    def on_screen_suspend(self) -> None:
        """Under another screen nobody can press the key at the cut: the clock waits."""
        if self.rehearsal.runs:
            self._wait()

    # What is shown

    def show_story(self) -> None:
        """The order may be another; the segment is the one that was shown, where it is there."""
        if len(self.table):
            self.reel.ids = [record.id for record in self.table.records]
            place = self.table.place(self._segment_id)
            if place is None:
                # Gone, and with it what was read of it.
                self.rehearsal.reset()
                place = min(self._place, len(self.reel) - 1)
            self._place = place
        elif not self.project.segment_count:
            self.leave()
            return
        self._show_segment()

    def _show_segment(self) -> None:
        record = self._record(self._place)
        if record is None:
            return
        self._segment_id = record.id
        following = self._record(self._place + 1)
        shown = (record, following, self.size, self.app.theme)
        if shown != self._shown:
            self._shown = shown
            self._show_texts(record, following)
        self._show_time()

    def _record(self, place: int) -> SegmentRecord | None:
        try:
            return self.reel.record(place)
        except StoryflowError as error:
            self.refused(error)
            return None

    def _show_texts(self, record: SegmentRecord, following: SegmentRecord | None) -> None:
        left, cells = narration.measure(self.size.width)
        # Where eyes rest: a tall screen is not read at its upper edge.
        above = 1 if self.size.height < _TALL else self.size.height // 6
        self.clock.styles.margin = (above, 0, 0, 0)
        for page in (self.clock, self.following):
            page.margin_left = left
        colours = palette(self.app.theme)
        self.narration.read(record.text_content, self.size.width)
        muted = colours.style("muted")
        lines: list[Line] = [[Segment("This is the last segment", muted)]]
        if following is not None:
            lines = [[Segment("Next", colours.style("muted", bold=True))]]
            rows = text.wrap(following.text_content, cells, _NEXT_LINES)
            lines += [[Segment(row, muted)] for row in rows]
        self.following.show(lines)

    def _show_time(self) -> None:
        clock, estimate = self.rehearsal, ""
        if self._place < len(self.table):
            record = self.table.records[self._place]
            estimate = f"   of {length(record.seconds, record.measured is None).strip()}"
        now = on_the_clock(int(clock.elapsed))  # a second is told once it is over
        if clock.runs:
            words = (now, estimate)
        elif clock.begun:
            words = (now, f"{estimate}   paused; space goes on")
        elif clock.taken:
            words = (now, f"{estimate}   the clock waits; space starts it")
        else:
            words = (now, f"{estimate}   space starts the clock; press it at each cut")
        self._show_facts()
        if (*words, self.app.theme) != self._clock_words:
            self._clock_words = (*words, self.app.theme)
            colours = palette(self.app.theme)
            self.clock.show(
                [
                    [
                        Segment(words[0], colours.style("text", bold=True)),
                        Segment(words[1], colours.style("muted")),
                    ]
                ]
            )

    def _show_facts(self) -> None:
        facts = [Fact(f"{self._place + 1} of {self.project.segment_count}", 0, "text")]
        if self._place < len(self.table):
            facts.append(Fact(self._whole(), 1))
        facts.append(Fact(f"{len(self.rehearsal.taken)} taken", 2))
        state = State("runs" if self.rehearsal.runs else "waits", "text")
        self.header.show(self.project.title, facts, state)

    def _whole(self) -> str:
        """Where in the story this is, with the lengths as they were taken: `1:23 of 4:00`."""
        table = self.table
        start, guesses = table.start(self._place), table.guesses_before(self._place)
        for key, seconds in self.rehearsal.taken.items():
            place = table.place(key)
            if place is not None and place < self._place:
                start += seconds - table.seconds(place)
                guesses -= table.records[place].measured is None
        now = length(start + self.rehearsal.elapsed, guesses > 0).strip()
        target = self.project.target_seconds
        if target is not None:
            return f"{now} of {on_the_clock(target)}"
        return f"{now} of {length(table.total, table.is_guessed).strip()}"

    # Keys

    def action_cut(self) -> None:
        """Start the clock; then, at each cut, take the length and go on with the next."""
        if not self.rehearsal.runs:
            self._run()
            return
        if self.rehearsal.elapsed < SHORTEST:
            return
        position, seconds = self._place + 1, self.rehearsal.cut(self._segment_id)
        is_last = self._place >= self.project.segment_count - 1
        self._go(self._place + 1)
        self._keep()
        if is_last:
            self.rehearsal.reset()
            self.action_stop()
        else:
            self.notice(f"Segment {position}: {seconds:.1f} s", "b reads it again")

    def action_pause(self) -> None:
        """Stop the clock, or let it run on."""
        if self.rehearsal.runs:
            self._wait()
        else:
            self._run()

    def action_again(self) -> None:
        """This one from its beginning."""
        self.rehearsal.reset()
        self.narration.top = 0
        self._wait()

    def action_back_one(self) -> None:
        """The one before, again."""
        if self._place:
            self.rehearsal.reset()
            self._go(self._place - 1)
            self._wait()

    def action_skip(self) -> None:
        """The next one, without a length for this."""
        runs = self.rehearsal.runs
        if self._place < self.project.segment_count - 1:
            self.rehearsal.reset()
            self._go(self._place + 1)
            if runs:
                self._run()

    def action_first(self) -> None:
        """The first segment."""
        self.rehearsal.reset()
        self._go(0)
        self._wait()

    def action_page(self, by: int) -> None:
        """Scroll a long narration."""
        self.narration.scroll_lines(by * max(1, self.narration.size.height - 2))

    def action_stop(self) -> None:
        """End it; what was taken is shown, and kept or thrown away there."""
        self._wait()
        if not self.rehearsal.taken:
            self.leave()
            return
        from storyflow_tui.tui.screens.lengths import LengthsScreen, Outcome

        def decided(outcome: Outcome | None) -> None:
            if outcome is None:
                return
            if outcome.is_done:
                self._segment_id = outcome.segment_id or self._segment_id
                kept_rehearsals.drop(self.session.library.path, self.project_id)
                self.call_later(self.leave)
                return
            place = self.table.place(outcome.segment_id) if outcome.segment_id else None
            self._go(self._place if place is None else place)

        self.app.push_screen(
            LengthsScreen(self.project_id, self._segment_id, self.rehearsal.taken), decided
        )

    def _go(self, place: int) -> None:
        place = max(0, min(place, len(self.reel) - 1))
        if place != self._place:
            self._place = place
            self._show_segment()

    def _run(self) -> None:
        self.rehearsal.run()
        self._ticking.resume()
        self._show_time()

    def _wait(self) -> None:
        self.rehearsal.pause()
        self._ticking.pause()
        self._show_time()

    # What is not kept yet

    def _keep(self) -> None:
        # What cannot be written now is tried again at the next cut, and at the end.
        with contextlib.suppress(OSError, StoryflowError):
            self._write()

    async def settle_typing(self) -> int:
        """Keep the lengths for the next time: nobody has said whether they stay."""
        return self.keep_typed()

    def keep_typed(self) -> int:
        """Write the lengths to the disk, here and now; they are no text that waits."""
        self._write()
        self.app.rehearsed = bool(self.rehearsal.taken) and not self.app.demo
        return 0

    def _write(self) -> None:
        taken, path = dict(self.rehearsal.taken), self.session.library.path
        if taken and not self.app.demo:  # whose library goes with the editor
            kept_rehearsals.keep(path, self.project_id, taken, self._segment_id)
