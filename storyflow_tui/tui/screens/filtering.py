"""Which segments of a story are shown, and the ways to one of them: a position, the next empty one.

A filter is a set of segments, taken when it is set: a card that is edited stays where it is until
the filter is set anew, and what comes later is shown.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable

from storyflow_tui.errors import NotFoundError, StoryflowError
from storyflow_tui.records import ALL, Filter, counted
from storyflow_tui.tui.screens.marking import StoryMarking
from storyflow_tui.tui.widgets.filter_sheet import Choice, FilterSheet
from storyflow_tui.tui.widgets.header import Fact
from storyflow_tui.tui.widgets.sheet import LineInput

NOTHING = Choice()
"""The choice that leaves nothing out."""

_POSITION = re.compile(r"(?P<last>\$|end)|(?P<by>[+-][0-9]{1,18})|(?P<at>[0-9]{1,18})", re.I)
_NO_POSITION = "A position is a number, $ for the last, or +5 and -5 from here."


class StoryFiltering(StoryMarking, inherit_bindings=False):
    """Shows some segments of the story, and goes to the one that is asked for."""

    def __init__(self) -> None:
        super().__init__()
        self._choice = NOTHING

    @property
    def choice(self) -> Choice:
        """What the filter asks for that is set."""
        return self._choice if self.cards.is_filtered else NOTHING

    def look_again(self) -> None:
        """What is shown is different: so may be what is found."""
        raise NotImplementedError

    # The filter

    def action_filter(self) -> None:
        """Choose which segments are shown."""
        if self.cards.total:
            self.app.push_screen(
                FilterSheet(
                    self.choice,
                    marks=len(self.marks),
                    count=self._count_fitting,
                    show=self.set_filter,
                    replaced=self.session.settings.keys,
                )
            )
        else:
            self.say_if_empty()

    def _count_fitting(self, choice: Choice, tell: Callable[[Choice, str], None]) -> None:
        wanted, total = self._wanted(choice), self.cards.total

        def count() -> None:
            try:
                fitting = len(self.session.library.finding.ids(self.project_id, wanted))
                said = f"{fitting} of {counted(total, 'segment')}"
            except StoryflowError as error:
                said = f"! {error.message}"
            self.app.call_later(tell, choice, said)

        self.aside(count, "filter-count")

    def _wanted(self, choice: Choice) -> Filter:
        locked = True if choice.locked else False if choice.unlocked else None
        ids = frozenset(self.chosen if self.marks else ()) if choice.marked else None
        return Filter(choice.without_image, locked, choice.changed_today, ids)

    async def set_filter(self, choice: Choice) -> str:
        """Show the segments that fit now, and no others; why not, where that cannot be."""
        hidden: frozenset[int] | None = None
        if choice:
            try:
                hidden, fits = await asyncio.to_thread(self._left_out, self._wanted(choice))
            except StoryflowError as error:
                return f"! {error.message}"
            if not fits:
                return f"No segment is {choice.words}."
        self._choice = choice
        self._show_without(hidden)
        return ""

    def _left_out(self, wanted: Filter) -> tuple[frozenset[int], bool]:
        """On a worker: what does not fit, and whether anything does."""
        library = self.session.library
        fitting = library.finding.ids(self.project_id, wanted)
        everything = frozenset(library.segments.ids(self.project_id))
        return everything.difference(fitting), bool(fitting)

    def _show_without(self, hidden: frozenset[int] | None) -> None:
        here = self.timeline.cursor
        position, above = self.cards.number(here), here - self.timeline.top
        self.cards.hide(hidden)
        index = self.cards.nearest(position)
        self.timeline.reset(index, max(0, index - above))
        self.rest_soon()
        self.show_state()
        self.look_again()

    def clear_filter(self) -> bool:
        """Show all segments again; False where all are shown."""
        if not self.choice:
            return False
        self._show_without(None)
        return True

    def reveal(self, segment_id: int) -> None:
        """Show a segment in spite of the filter: something was done to it."""
        if segment_id in self.cards.hidden:
            self.cards.hide(self.cards.hidden - {segment_id})

    def filter_facts(self) -> list[Fact]:
        """What the header says of a filter."""
        if not self.choice:
            return []
        return [
            Fact(self.choice.words, 5),
            Fact(f"{len(self.cards)} of {self.cards.total} shown", 7, "text"),
        ]

    # To one segment

    def action_position(self) -> None:
        """Ask for a position and go there."""
        if not self.cards.total:
            self.say_if_empty()
            return
        self.app.push_screen(
            LineInput(
                "Go to a position",
                placeholder=f"1 to {self.cards.total}",
                check=lambda line: None if _POSITION.fullmatch(line.strip()) else _NO_POSITION,
                accept="go there",
                leave="stay here",
                note="$ is the last, +5 and -5 count from here",
            ),
            self._go_to_position,
        )

    def _go_to_position(self, line: str | None) -> None:
        match = _POSITION.fullmatch(line.strip()) if line is not None else None
        total = self.cards.total
        if match is None or not total:
            return
        if match["last"]:
            wanted = total
        elif match["by"]:
            wanted = self.position + int(match["by"])
        else:
            wanted = int(match["at"])
        there = min(max(wanted, 1), total)
        index = self.cards.nearest(there)
        shown = self.cards.number(index)
        self.timeline.move_cursor(index)
        if shown != there:
            self.notice(f"The filter hides segment {there}.", f"This is segment {shown}", "warning")
        elif wanted != there and not match["by"]:
            which = "last" if there == total else "first"
            self.notice(
                f"There is no segment {wanted}.", f"This is the {which}, {there}", "warning"
            )

    def action_next_without_image(self) -> None:
        """Go to the next segment that has no picture."""
        here = self.cards.id_at(self.timeline.cursor)
        if here is None:
            self.say_if_empty()
            return
        wanted = (
            Filter(ids=frozenset(self.cards.stored(self.cards.shown)))
            if self.cards.is_filtered
            else ALL
        )
        try:
            found = self._next_without_image(here, wanted)
        except StoryflowError as error:
            self.unread(error)
            return
        index = self.cards.index_of(found) if found is not None else None
        if index is None:
            shown = " that is shown" if self.cards.is_filtered else ""
            self.notice(f"Every segment{shown} has a picture")
        elif found == here:
            self.notice(f"Segment {self.position} is the only one without a picture")
        else:
            is_before = index < self.timeline.cursor
            self.timeline.move_cursor(index)
            if is_before:
                self.notice("From the top again", f"Segment {self.position} has no picture")

    def _next_without_image(self, here: int, wanted: Filter) -> int | None:
        finding = self.session.library.finding
        try:
            return finding.next_without_image(here, wanted)
        except NotFoundError:
            # Not in the library, or no more; it may be the story that is gone: this says so.
            above = self.stored_above()
        if above is not None:
            return finding.next_without_image(above.id, wanted)
        # Behind the last one it begins at the first.
        last = self.session.segment_ids(self.project_id)[-1:]
        return finding.next_without_image(last[0], wanted) if last else None
