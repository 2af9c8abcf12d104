"""Segments and stories in the command palette: by words of theirs, or by a position.

They are looked for on a worker, piece by piece, and the next letter begins anew; at most a handful
is offered, so that a long story costs no more than a short one.
"""

from __future__ import annotations

import asyncio
from functools import partial

from rich.markup import escape
from textual.command import Hit, Hits, Provider
from textual.content import Content

from storyflow_tui.errors import StoryflowError
from storyflow_tui.matching import Needle
from storyflow_tui.records import SegmentRecord, counted
from storyflow_tui.tui import text
from storyflow_tui.tui.found import Found, wrapped
from storyflow_tui.tui.screens.finding import StoryFinding
from storyflow_tui.tui.screens.projects import ProjectsScreen

MOST = 10
"""Segments or stories that are offered."""

_CELLS = 64
_FIRST, _BEHIND = 100.0, 0.001  # above and below what an action may score
_LOOKS = {"plain": "", "found": "$accent underline", "current": "$accent underline"}


class Segments(Provider):
    """Offers segments of the story from whose timeline the palette was called."""

    async def search(self, query: str) -> Hits:
        """The one at this position, and those that have all these words."""
        screen = self.screen
        if not isinstance(screen, StoryFinding) or screen.typed_into_now:
            return
        finding = screen.session.library.finding
        cards = screen.cards
        figures = query.strip()
        try:
            if figures.isdecimal() and len(figures) < 12 and 1 <= int(figures) <= cards.total:
                record = cards.record(cards.ids[int(figures) - 1])
                if record is not None:
                    yield self._hit(record, "", _FIRST)
            if len(figures) < 2 and figures.isascii():
                return
            pieces = finding.some(screen.project_id, query, MOST)
            score = _BEHIND
            while (piece := await asyncio.to_thread(next, pieces, None)) is not None:
                for record in piece:
                    yield self._hit(record, query, score)
                    score -= _BEHIND / (MOST + 1)
        except StoryflowError:
            # The story is gone or away; the timeline finds that out, too, and says so.
            return

    def _hit(self, record: SegmentRecord, query: str, score: float) -> Hit:
        screen = self.screen
        assert isinstance(screen, StoryFinding)
        position = screen.cards.position_of(record.id)
        title = f"Segment {position}"
        words = query.split()
        needle = Needle(words[0] if words else "")
        shown = wrapped(record.text_content, Found(needle), "text_content", _CELLS, 1)
        line = [(piece, _LOOKS[look]) for piece, look in shown[0]] if shown else []
        help_ = text.cut(record.image_prompt, 2 * _CELLS) or "no prompt"
        return Hit(
            score,
            Content.assemble((f"{title}   ", ""), *line),
            partial(screen.go_to, (record.id,)),
            text=f"{title} {record.id}",
            help=escape(help_),
        )


class Stories(Provider):
    """Offers the stories, in the list of them."""

    async def search(self, query: str) -> Hits:
        """Those whose title has all these words."""
        screen = self.screen
        needles = [Needle(word) for word in query.split()]
        if not isinstance(screen, ProjectsScreen) or len(query.strip()) < 2:
            return
        try:
            records = await asyncio.to_thread(screen.session.projects)
        except StoryflowError:
            return
        found = [one for one in records if all(needle.is_in(one.title) for needle in needles)]
        for number, record in enumerate(found[:MOST], 1):
            title = f"Open “{text.cut(record.title, _CELLS)}”"
            yield Hit(
                _BEHIND / number,
                Content(title),
                partial(screen.app.open_story, record.id),
                text=f"{title} {record.id}",
                help=counted(record.segment_count, "segment"),
            )
