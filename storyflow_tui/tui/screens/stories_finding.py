"""Finding a story in the list by its title, as it is typed.

The whole list is in memory, so that it is gone through on the spot.
"""

from __future__ import annotations

import asyncio

from storyflow_tui.matching import Needle
from storyflow_tui.records import counted
from storyflow_tui.tui import text
from storyflow_tui.tui.found import Found
from storyflow_tui.tui.keymap import FIND
from storyflow_tui.tui.screens.stories_actions import StoriesActions
from storyflow_tui.tui.screens.story_rows import StoryRows
from storyflow_tui.tui.widgets.find_bar import FindBar, FindLine
from storyflow_tui.tui.widgets.hint_line import HintLine, hints_of
from storyflow_tui.tui.widgets.rows import Rows


class StoriesFinding(StoriesActions, inherit_bindings=False):
    """The bar of the list: which titles have the text, and the way from one to the other."""

    stories: StoryRows

    def __init__(self) -> None:
        super().__init__()
        self.finding = False
        """Whether the bar is open: no key of the list acts then."""
        self._began = (0, 0)
        self._found: list[int] = []

    def action_find(self) -> None:
        """Open the bar."""
        rows = self.query_one(Rows)
        if not len(self.stories):
            return
        self._began = (rows.cursor, rows.top)
        self.finding = True
        self.query_one(HintLine).display = False
        bar = self.query_one(FindBar)
        bar.open("", hints_of(FIND, self.session.settings.keys))
        # Not `Widget.focus`, which waits: letters typed ahead would go to the list.
        self.set_focus(bar.line)
        self.refresh_bindings()
        self._look_for("")

    def on_input_changed(self, event: FindLine.Changed) -> None:
        """What is typed is looked for, from where the find began."""
        if isinstance(event.input, FindLine) and self.finding:
            event.stop()
            self._look_for(event.value)

    def _look_for(self, wanted: str) -> None:
        needle, rows = Needle(wanted), self.query_one(Rows)
        began, top = self._began
        self.stories.found = Found(needle) if needle else None
        titles = [record.title for record in self.stories.records]
        self._found = [at for at, title in enumerate(titles) if needle.is_in(title)]
        if self._found:
            rows.move_cursor(next((at for at in self._found if at >= began), self._found[0]))
        else:
            rows.reset(began, top)
        rows.refresh()
        self._say(needle)

    def _say(self, needle: Needle) -> None:
        bar, here = self.query_one(FindBar), self.query_one(Rows).cursor
        if not needle:
            bar.say("", "in the titles of all stories")
        elif not self._found:
            nowhere = f"“{text.cut(needle.text, 40)}” is in no title."
            bar.say(nowhere, "Your place is kept")
        elif here in self._found:
            bar.say(f"{self._found.index(here) + 1} of {len(self._found)}")
        else:
            bar.say(counted(len(self._found), "story", "stories"))

    def action_find_move(self, by: int) -> None:
        """The next or the previous story that is found."""
        if not self._found or self.stories.found is None:
            return
        rows = self.query_one(Rows)
        if by > 0:
            there = next((at for at in self._found if at > rows.cursor), self._found[0])
        else:
            there = next((at for at in self._found[::-1] if at < rows.cursor), self._found[-1])
        rows.move_cursor(there)
        self._say(self.stories.found.needle)

    async def action_find_accept(self) -> None:
        """Close the bar and stay."""
        line = self.query_one(FindBar).line
        while line.message_queue_size:
            await asyncio.sleep(0)
        await asyncio.sleep(0)
        self._look_for(line.value)
        self._close()

    def action_find_leave(self) -> None:
        """Close the bar and go back to where the find began."""
        self.query_one(Rows).reset(*self._began)
        self._close()

    def on_descendant_focus(self) -> None:
        """A click on a row while the bar is open: the bar goes."""
        if self.finding and self.focused is self.query_one(Rows):
            self._close()

    def _close(self) -> None:
        self.finding = False
        self.stories.found = None
        self.query_one(FindBar).close()
        self.query_one(HintLine).display = True
        rows = self.query_one(Rows)
        if self.focused is not rows:
            self.set_focus(rows)
        rows.refresh()
        self.refresh_bindings()
