"""Finding in a story: the bar, the hits and where one is among them, n and N.

A find goes through the story on a worker, piece by piece, and the next key begins another; its
hits stay marked until Escape. What a hit is, is the library's and `matching`'s business.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from textual import events
from textual.timer import Timer
from textual.worker import get_current_worker

from storyflow_tui.errors import NotFoundError, StoryflowError
from storyflow_tui.matching import Needle
from storyflow_tui.records import HitRecord, SegmentRecord, counted
from storyflow_tui.tui import text
from storyflow_tui.tui.found import FAR, Found
from storyflow_tui.tui.hits import Hit, Hits, hit_of
from storyflow_tui.tui.keymap import FIND
from storyflow_tui.tui.screens.story_screen import StoryScreen
from storyflow_tui.tui.widgets.find_bar import FindBar, FindLine
from storyflow_tui.tui.widgets.header import Fact
from storyflow_tui.tui.widgets.hint_line import HintLine, hints_of

AGAIN = 0.3
"""Seconds after a change until the hits are looked for again; more changes make one look."""

WAIT = 3.0
"""Seconds that n and Enter wait for a find that is still going on."""

_SHORT = 24  # cells of a text in the header


class _Began(NamedTuple):
    """Where a find began, and what was found before it."""

    segment_id: int | None
    top: int
    needle: Needle | None
    hit: Hit | None


class StoryFinding(StoryScreen, inherit_bindings=False):
    """Finds a text in the story that is shown."""

    hints: HintLine

    def __init__(self) -> None:
        super().__init__()
        self.needle: Needle | None = None
        """What is looked for; its hits are marked."""
        self.hit: Hit | None = None
        """The hit that one is on."""
        self.hits: Hits | None = None
        """All of them; None while they are being looked for."""
        self.finding = False
        """Whether the bar is open: no key of the timeline acts then."""
        self._began = _Began(None, 0, None, None)
        self._done: asyncio.Future[Callable[[], None]] | None = None
        """Will be how to show what the find that is going on has found."""
        self._again: Timer | None = None

    # The bar

    def action_find(self) -> None:
        """Open the bar; what was looked for last stands in it and is typed over."""
        if not len(self.cards):
            self.say_if_empty()
            return
        self._began = _Began(
            self.cards.id_at(self.timeline.cursor), self.timeline.top, self.needle, self.hit
        )
        self.finding = True
        bar = self.query_one(FindBar)
        hints = hints_of(FIND, self.session.settings.keys)
        if self.size.width >= 100:
            words = ("next, previous", "stay here", f"back to segment {self.position}")
            hints = [(key, word) for (key, _), word in zip(hints, words, strict=True)]
        self.hints.display = False
        bar.open(self.needle.text if self.needle else "", hints)
        # Not `Widget.focus`, which waits: letters typed ahead would go to the timeline.
        self.set_focus(bar.line)
        self.refresh_bindings()
        self.show_found()
        self.show_state()

    def on_input_changed(self, event: FindLine.Changed) -> None:
        """What is typed is looked for, from where the find began."""
        if isinstance(event.input, FindLine) and self.finding:
            event.stop()
            # What stands there now: letters typed ahead may have been looked for already.
            self._look_for(event.input.value)

    def _look_for(self, wanted: str) -> None:
        if self.needle is not None and self.needle.text == wanted:
            return
        needle = Needle(wanted)
        if needle:
            self.look_for(needle, self._began.segment_id)
        else:
            self._forget()
            self._go_back()
            self.show_found()

    async def _typed(self) -> None:
        """Wait for the letters that were typed ahead, and look for what they make."""
        line = self.query_one(FindBar).line
        while line.message_queue_size:
            await asyncio.sleep(0)
        await asyncio.sleep(0)
        self._look_for(line.value)

    def action_find_move(self, by: int) -> None:
        """From the bar: the next or the previous hit."""
        self._step(by)

    async def action_find_accept(self) -> None:
        """Close the bar and stay; the hits stay marked."""
        await self._typed()
        await self._found()
        found = self.needle is not None and bool(self.hits is None or len(self.hits))
        wanted = self.needle
        if not found:
            self._forget()
        self._close()
        if wanted is not None and not found:
            self._say_nowhere(wanted)

    async def action_find_leave(self) -> None:
        """Close the bar and go back to where the find began."""
        before = self._began
        self._go_back()
        self._forget()
        if before.needle is not None:
            self.look_for(before.needle, None)
            self.hit = before.hit
        self._close()

    def _go_back(self) -> None:
        began = self._began
        index = self.cards.index_of(began.segment_id) if began.segment_id is not None else None
        if index is not None and (index, began.top) != (self.timeline.cursor, self.timeline.top):
            self.timeline.reset(index, began.top)

    def _close(self) -> None:
        if not self.finding:
            return
        self.finding = False
        self.query_one(FindBar).close()
        self.hints.display = True
        if self.focused is not self.timeline:
            self.set_focus(self.timeline)
        self.refresh_bindings()
        self.show_found()
        self.show_state()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """A click on a card while the bar is open: the find stays, the bar goes."""
        if self.finding and self.focused is self.timeline:
            self._close()

    # Looking

    def look_for(self, needle: Needle, start: int | None) -> None:
        """Look for a text; with a segment to start from, go to the first hit in it or behind it."""
        self.needle, self.hits, self.hit = needle, None, None
        self._look(needle, start)
        self.show_found()

    def look_again(self) -> None:
        """Something in the story is different: so may be what is found."""
        if self.needle is not None and self._again is None:
            self._again = self.set_timer(AGAIN, self._looked_again)

    def _looked_again(self) -> None:
        self._again = None
        if self.needle is not None:
            self._look(self.needle, None)

    def _look(self, needle: Needle, start: int | None) -> None:
        hidden = self.cards.hidden
        loop = asyncio.get_running_loop()
        done: asyncio.Future[Callable[[], None]] = loop.create_future()
        if self._done is not None and not self._done.done():
            self._done.set_result(lambda: None)  # whoever waits for it waits for this one now
        self._done = done

        def resolve(show: Callable[[], None]) -> None:
            if not done.done():
                done.set_result(show)

        def finish(show: Callable[[], None]) -> None:
            def once() -> None:
                if self._done is done and needle is self.needle:
                    self._done = None
                    show()

            # Twice: whoever waits with a key cannot wait for the app's queue behind that key.
            with contextlib.suppress(RuntimeError):  # the editor has ended
                loop.call_soon_threadsafe(resolve, once)
            self.app.call_later(once)

        if start is not None and self.cards.index_of(start) is None:
            start = self.cards.id_at(0)
        self.aside(partial(self._search, needle, start, hidden, finish), "find")

    def _search(
        self,
        needle: Needle,
        start: int | None,
        hidden: frozenset[int],
        finish: Callable[[Callable[[], None]], None],
    ) -> None:
        """On a worker: all hits; the first is told as soon as it is known."""
        worker = get_current_worker()
        first: HitRecord | None = None
        found: list[HitRecord] = []
        finding = self.session.library.finding
        try:
            for piece in finding.hits(self.project_id, needle.text, start=start):
                if worker.is_cancelled:
                    return
                some = [hit for hit in piece if hit.id not in hidden] if hidden else piece
                if some and first is None and start is not None:
                    first = some[0]
                    self.app.call_later(self._first_found, needle, first)
                found += some
        except StoryflowError as error:
            if start is not None and isinstance(error, NotFoundError):
                # The one it began with was deleted meanwhile; so it may be the story.
                self._search(needle, None, hidden, finish)
            else:
                finish(partial(self._unsearched, needle, error))
            return
        finish(partial(self._all_found, needle, first, Hits(found), start is not None))

    def _is_about(self, needle: Needle) -> bool:
        """Whether what a worker found is still asked for; the story may have been left."""
        return needle is self.needle and self in self.app.screen_stack

    def _unsearched(self, needle: Needle, error: StoryflowError) -> None:
        if self._is_about(needle):
            self.unread(error)

    def _first_found(self, needle: Needle, record: HitRecord) -> None:
        if self._is_about(needle) and self.hit is None:
            self._go_to_hit(hit_of(record))

    def _all_found(self, needle: Needle, first: HitRecord | None, hits: Hits, went: bool) -> None:
        if not self._is_about(needle):
            return
        self.hits = hits
        if first is not None:
            self._first_found(needle, first)
        if went and not len(hits):
            self._go_back()
        self.show_found()
        self.show_state()

    async def _found(self) -> None:
        """Wait until it is known what is found: what is typed behind it is about that."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(WAIT):
                while self._done is not None:
                    (await asyncio.shield(self._done))()

    def _forget(self) -> None:
        self.needle = self.hits = self.hit = self._done = None

    # Going from hit to hit

    async def action_find_step(self, by: int) -> None:
        """Go to the next or the previous hit."""
        if self.needle is None:
            self.notice("Nothing is looked for.", "/ finds a text")
            return
        await self._found()
        self._step(by)

    def _step(self, by: int) -> None:
        hits, needle = self.hits, self.needle
        if hits is None or needle is None:
            return
        if not len(hits):
            self._say_nowhere(needle)
            return
        number = self._number_from_here(hits, by)
        if number is None:
            return
        wrapped = not 0 <= number < len(hits)
        self._go_to_hit(hits[number % len(hits)])
        if wrapped:
            first = "From the first hit again" if by > 0 else "From the last hit again"
            self.show_found(first)
            if not self.finding:
                self.notice(first, self._which())

    def _number_from_here(self, hits: Hits, by: int) -> int | None:
        here = self.cards.id_at(self.timeline.cursor)
        if self.hit is not None and self.hit.segment_id == here:
            number = hits.number(self.hit)
            if number is not None:
                return number + by
        if here is None:
            return None
        try:
            before = self._hits_before(hits, here)
        except StoryflowError as error:
            self.unread(error)
            return None
        return before if by > 0 else before - 1

    def _hits_before(self, hits: Hits, segment_id: int) -> int:
        try:
            record = self.session.library.segments.get(segment_id)
        except NotFoundError:
            # Not in the library, or no more; it may be the story that is gone: this says so.
            above = self.stored_above()
            return 0 if above is None else hits.before(above.sequence_index, above.id + 1)
        return hits.before(record.sequence_index, record.id)

    def _go_to_hit(self, hit: Hit) -> None:
        self.hit = hit
        index = self.cards.index_of(hit.segment_id)
        if index is not None:
            self.timeline.move_cursor(index)
        self.show_found()
        self.show_state()
        self.rest_soon()

    # What is shown of it

    def found_on(self, record: SegmentRecord) -> Found | None:
        """What is marked on a card; None where nothing of it is found."""
        needle = self.needle
        if needle is None:
            return None
        texts = (record.text_content[:FAR], record.image_prompt[:FAR], record.image_name)
        if not any(needle.is_in(one) for one in texts):
            return None
        if self.hit is not None and self.hit.segment_id == record.id:
            return Found(needle, self.hit.field, self.hit.number)
        return Found(needle)

    def show_found(self, instead: str = "") -> None:
        """Mark the hits on the cards, and say in the bar which it is of how many."""
        self.timeline.redraw_changed()
        if not self.finding:
            return
        bar, needle, hits = self.query_one(FindBar), self.needle, self.hits
        if needle is None:
            bar.say("", "in narrations, prompts and names of pictures")
        elif hits is not None and not len(hits):
            bar.say(_nowhere(needle), "Your place is kept")
        elif hits is None or (self.size.width < 100 and not instead):
            bar.say(self._which())
        else:
            bar.say(self._which(), instead or f"in {counted(hits.segments, 'segment')}")

    def find_facts(self) -> list[Fact]:
        """What the header says of a find whose bar is closed."""
        if self.needle is None or self.finding:
            return []
        wanted = text.cut(self.needle.text, _SHORT)
        return [Fact(f"“{wanted}” {self._which()}", 6, "text")]

    def _which(self) -> str:
        """`3 of 17`; `17 hits` where one is on none of them."""
        if self.hits is None:
            return "counting …"
        number = self.hits.number(self.hit) if self.hit is not None else None
        if number is None:
            return counted(len(self.hits), "hit")
        return f"{number + 1} of {len(self.hits)}"

    def _say_nowhere(self, needle: Needle) -> None:
        self.notice(_nowhere(needle), "Your place is kept")

    def clear_find(self) -> bool:
        """Mark nothing any more; False where nothing was looked for."""
        if self.needle is None:
            return False
        self._forget()
        self.show_found()
        self.show_state()
        self.rest_soon()
        return True


def _nowhere(needle: Needle) -> str:
    return f"“{text.cut(needle.text, 40)}” is in no segment."
