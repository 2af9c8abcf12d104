"""The lengths of a story's segments against its target: as they are, or as they were rehearsed.

After a rehearsal they are kept in one change, or thrown away; without one a length may be written
by hand. The rows are `length_rows`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import ClassVar, NamedTuple

from rich.segment import Segment
from textual.app import ComposeResult
from textual.binding import BindingType

from storyflow_tui.errors import InvalidLengthError, StoryflowError
from storyflow_tui.lengths import NONE, WAYS, clock, read_length
from storyflow_tui.library import Library
from storyflow_tui.records import LengthRecord, SegmentRecord, counted
from storyflow_tui.tui.keymap import LENGTHS, Key, bindings
from storyflow_tui.tui.look import SIGNS, length, palette
from storyflow_tui.tui.reel import Reel
from storyflow_tui.tui.screens.length_rows import LengthRows, headings
from storyflow_tui.tui.screens.one_story import OneStory
from storyflow_tui.tui.session import Session
from storyflow_tui.tui.text import cut
from storyflow_tui.tui.timetable import Timetable
from storyflow_tui.tui.widgets.header import Fact, Header, State
from storyflow_tui.tui.widgets.hint_line import HintLine
from storyflow_tui.tui.widgets.page import Page
from storyflow_tui.tui.widgets.rows import TEXT_COLUMN, Rows
from storyflow_tui.tui.widgets.sheet import LineInput, Question

_OF_REHEARSALS = ("keep",)


class Outcome(NamedTuple):
    """How the table was left: for good, or to rehearse on at this segment."""

    is_done: bool
    segment_id: int | None


class LengthsScreen(OneStory["Outcome"], inherit_bindings=False):
    """The table; with `taken` it is about a rehearsal whose lengths are neither kept nor gone."""

    CSS_PATH = "lengths.tcss"
    KEYS: ClassVar[Sequence[Key]] = LENGTHS
    HELP_NAME: ClassVar[str] = "lengths"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(LENGTHS, first=True)]

    def __init__(
        self, project_id: int, segment_id: int | None, taken: dict[int, float] | None = None
    ) -> None:
        super().__init__(project_id)
        self._segment_id = segment_id
        self.taken = {} if taken is None else taken
        self._is_rehearsal = taken is not None

    def compose(self) -> ComposeResult:
        """Header, what this is, the columns, the rows, hint line."""
        yield Header()
        yield Page(surface="ground", margin=0, id="columns")
        yield Rows()
        yield HintLine()

    def on_mount(self) -> None:
        """Read the story and its lengths."""
        self.rows = self.query_one(Rows)
        self.header = self.query_one(Header)
        self.reel = Reel(self.session, [])
        self.lines = LengthRows(self._record)
        self.rows.source = self.lines
        keys = [key for key in LENGTHS if self._is_rehearsal or key.action not in _OF_REHEARSALS]
        self.query_one(HintLine).set_keys(keys, replaced=self.session.settings.keys)
        if self.read_story():
            self.show_story()
            self.read_lengths()

    def on_resize(self) -> None:
        """Set the columns anew."""
        if hasattr(self, "project"):
            self._show_columns()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what was rehearsed can be kept."""
        return action not in _OF_REHEARSALS or self._is_rehearsal

    def leave(self) -> None:
        """Back, without a word about lengths that are not kept: their file stays."""
        if self.app.screen is self:
            self.dismiss(Outcome(is_done=False, segment_id=None))

    def on_session_library_changed(self, event: Session.LibraryChanged) -> None:
        """Show what was changed here or elsewhere, the bar on its segment."""
        if event.changed is None or event.changed.project_id == self.project_id:
            self.reel.forget()
        super().on_session_library_changed(event)

    # What is shown

    def timetable(self, records: list[LengthRecord]) -> Timetable:
        """The lengths as they would be with what was rehearsed."""
        return Timetable(records).with_lengths(self.taken)

    def show_story(self) -> None:
        """The rows, the bar on the same segment, and what they come to."""
        current, top = self._segment_id, self.rows.top
        self.lines.table, self.lines.taken = self.table, self.taken
        self.lines.target = self.project.target_seconds
        self.reel.ids = [record.id for record in self.table.records]
        place = self.table.place(current) if current is not None else None
        self.rows.reset(self.rows.cursor if place is None else place, top)
        self._show_columns()
        self._show_facts()

    def _record(self, index: int) -> SegmentRecord | None:
        try:
            return self.reel.record(index)
        except StoryflowError as error:
            # Drawing asks; the next change, or the next look, asks again.
            self.call_later(self.refused, error)
            return None

    def _show_columns(self) -> None:
        colours = palette(self.app.theme)
        width = self.size.width
        words = self._what() if self._is_rehearsal else ""
        said = [Segment(" " * TEXT_COLUMN + cut(words, width - TEXT_COLUMN - 2))]
        page = self.query_one("#columns", Page)
        page.styles.height = 4 if words else 2
        page.show([(), *([said, ()] if words else []), headings(width, colours)])

    def _what(self) -> str:
        taken = counted(len(self.taken), "length was taken", "lengths were taken")
        whole = clock(sum(self.taken.values()))
        return f"{SIGNS.marked} {taken}, {whole} in all; enter keeps them"

    def _show_facts(self) -> None:
        table, target = self.table, self.project.target_seconds
        facts = []
        if len(table):
            whole = length(table.total, table.is_guessed).strip()
            facts.append(Fact(f"{table.measured} of {len(table)} measured", 1))
            if target is None:
                facts += [Fact(whole, 0, "text"), Fact("no target", 2)]
            else:
                facts.append(Fact(f"{whole} of {clock(target)}", 0, "text"))
                facts.append(left(target - table.total))
        title = "Rehearsal" if self._is_rehearsal else "Lengths"
        state = State("not kept", "warning") if self._is_rehearsal else None
        self.header.show(title, facts, state, subtitle=cut(self.project.title, 40))

    # Keys that move

    def on_rows_moved(self) -> None:
        """Note which segment the bar is on."""
        if self.rows.cursor < len(self.table):
            self._segment_id = self.table.records[self.rows.cursor].id

    def action_cursor(self, by: int) -> None:
        """Move the bar."""
        self.rows.move_cursor(self.rows.cursor + by)

    def action_first(self) -> None:
        """Move the bar to the first segment."""
        self.rows.move_cursor(0)

    def action_last(self) -> None:
        """Move the bar to the last segment."""
        self.rows.move_cursor(len(self.table) - 1)

    def action_page(self, by: int) -> None:
        """Move the bar by a screen."""
        self.rows.page(by)

    # Keys that do something

    def action_keep(self) -> None:
        """Give the segments the lengths that were rehearsed."""
        if self.is_refused():
            return
        taken = dict(self.taken)

        def done(counts: tuple[int, int]) -> None:
            kept, gone = counts
            lost = f"; {counted(gone, 'segment')} not there any more" if gone else ""
            if self.app.screen is self:
                self.dismiss(Outcome(is_done=True, segment_id=self._segment_id))
            what = counted(kept, "length")
            self.app.call_later(self.app.say, f"Kept {what}{lost}", "u takes it back")

        self.write(partial(keep_lengths, self.project_id, taken), done)

    def action_back(self) -> None:
        """Back; what was rehearsed is kept or thrown away first."""
        if not self._is_rehearsal or not self.taken:
            if self.app.screen is self:
                self.dismiss(Outcome(is_done=True, segment_id=self._segment_id))
            return

        def answered(thrown_away: bool | None) -> None:
            if thrown_away:
                self.dismiss(Outcome(is_done=True, segment_id=self._segment_id))
            elif thrown_away is not None:
                self.action_keep()

        self.app.push_screen(
            Question(
                "Throw the lengths of this rehearsal away?",
                [
                    f"{counted(len(self.taken), 'segment')}, {clock(sum(self.taken.values()))}. "
                    "Kept, they are the lengths of the segments; u takes that back in one step."
                ],
                "throw them away",
                "keep them",
            ),
            answered,
        )

    def action_rehearse(self) -> None:
        """Read aloud from the segment under the bar on."""
        if self._segment_id is None or self.is_refused():
            return
        if self._is_rehearsal:
            self.dismiss(Outcome(is_done=False, segment_id=self._segment_id))
            return
        from storyflow_tui.tui.screens.rehearse import RehearseScreen

        self.app.push_screen(RehearseScreen(self.project_id, self._segment_id))

    async def action_set_length(self) -> None:
        """Ask for the length of the segment under the bar."""
        if self.rows.cursor >= len(self.table) or self.is_refused():
            return
        record = self.table.records[self.rows.cursor]
        measured = record.measured
        await self.app.push_screen(
            LineInput(
                f"Length of segment {self.rows.cursor + 1}",
                "" if measured is None else f"{measured:g}",
                check=length_problem,
                accept="set it",
                note=f"{WAYS}; {NONE}: the estimate from its words",
            ),
            partial(self._set_length, record.id),
        )

    def _set_length(self, segment_id: int, written: str | None) -> None:
        if written is None:
            return
        seconds = read_length(written.strip() or NONE)
        if not self._is_rehearsal:
            self.write(
                lambda library: library.segments.set_durations({segment_id: seconds}),
                lambda _: self.notice("The length is set", "u takes it back"),
            )
            return
        self.taken.pop(segment_id, None)
        if seconds is not None:
            self.taken[segment_id] = seconds
        self.read_lengths()


def keep_lengths(project_id: int, taken: Mapping[int, float], library: Library) -> tuple[int, int]:
    """Give segments their lengths in one change; how many there were, and how many are gone."""
    there = {
        record.id for record in library.segments.many(taken) if record.project_id == project_id
    }
    library.segments.set_durations({key: taken[key] for key in taken if key in there})
    return len(there), len(taken) - len(there)


def length_problem(written: str) -> str | None:
    """What is wrong with a length as it was written; nothing with none."""
    try:
        read_length(written.strip() or NONE)
    except InvalidLengthError as error:
        why = str(error.details["why"])
        return f"{why[:1].upper()}{why[1:]}."
    return None


def left(seconds: float) -> Fact:
    """How much of the target is left: `0:12 to go`, `! 0:10 over`."""
    if seconds < 0:
        return Fact(f"! {clock(-seconds)} over", 0, "warning")
    return Fact(f"{clock(seconds)} to go", 2)
