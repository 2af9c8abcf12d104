"""A field for narration or prompt: Textual's text area, made safe and made fast.

It draws control characters as signs and gives them back exactly, wraps softly, takes a paste of
a megabyte in one step, and when it is read-only lets no letter through to the screen's keys.
"""

from __future__ import annotations

import time
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import ClassVar, NamedTuple

from rich.segment import Segment
from textual import events
from textual.binding import BindingType
from textual.document._document import Document, EditResult, Location
from textual.document._document_navigator import DocumentNavigator
from textual.document._edit import Edit
from textual.message import Message
from textual.strip import Strip
from textual.timer import Timer
from textual.widgets import TextArea

from storyflow_tui.records import SegmentRecord
from storyflow_tui.tui.found import FAR, Found, found_style
from storyflow_tui.tui.keymap import FIELD, bindings
from storyflow_tui.tui.look import palette
from storyflow_tui.tui.widgets.own_keys import run_own_key
from storyflow_tui.tui.widgets.wrapping import Wrapped, drawn, hold, line_width, release

LONG = 20_000
"""Characters from which a text is looked at when typing rests, not with each key."""

REST = 0.3
"""Seconds without a key after which typing in a long text rests."""

LONGEST = 1.0
"""Seconds of typing without a rest after which a long text is looked at all the same."""


class Taken(NamedTuple):
    """Typed text: the record it was typed over, and when its first and last key came.

    Times are of `time.monotonic`.
    """

    owner: SegmentRecord
    text: str
    first_key: float
    last_key: float


class Field(TextArea, inherit_bindings=False):
    """A text area for one text of a segment; `name` is the record's field that it shows."""

    DEFAULT_CSS = """
    Field {
        border: none; padding: 0 1 0 0; background: $raised; color: $text;
        scrollbar-size: 0 0;
        &:focus { border: none; background: $field; }
        & .text-area--selection { background: $line; color: $ground; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(FIELD)]

    @dataclass
    class Typed(Message):
        """The person altered the text; `take` of the field says to what.

        Of a long text it comes when typing rests.
        """

        field: Field

        @property
        def control(self) -> Field:
            """The field."""
            return self.field

    @dataclass
    class Refused(Message):
        """A key or a paste came to a read-only field."""

        field: Field

        @property
        def control(self) -> Field:
            """The field."""
            return self.field

    @dataclass
    class Entered(Message):
        """The field got the focus."""

        field: Field

    @dataclass
    class Left(Message):
        """The field lost the focus."""

        field: Field

    def __init__(self, name: str, id: str) -> None:  # noqa: A002
        super().__init__(name=name, id=id, highlight_cursor_line=False)
        self.cursor_blink = False
        self.match_cursor_bracket = False
        self.owner: SegmentRecord | None = None
        """The record that the text is of."""
        self._begun = False
        self._typed: dict[int, Taken] = {}
        self._keys: tuple[float, float] | None = None
        """When the first and the last key came that are in the text and not in `_typed`."""
        self._resting: Timer | None = None
        self._found: Found | None = None
        self._marks: dict[int, list[tuple[int, int, bool]]] = {}
        """Where hits of a find are: by line of the text its columns, and which is the current."""

    @property
    def content(self) -> str:
        """The text, exactly as it was given or typed."""
        return release(self.text)

    @property
    def place_in_text(self) -> int:
        """The place of the cursor in `content`, in characters."""
        line, column = self.cursor_location
        lines = self.document.lines
        return sum(len(release(one)) + 1 for one in lines[:line]) + len(
            release(lines[line][:column])
        )

    def show(self, owner: SegmentRecord | None, text: str) -> None:
        """Take the text of a segment; typing before it can't be undone any more.

        The cursor stays where it is as far as it can, if the segment is the same.
        """
        self._fetch()
        same = owner is not None and self.owner is not None and owner.id == self.owner.id
        self._begun = self._begun and same
        self.owner = owner
        if text == self.content:
            if not same:
                self.history.clear()
                self.move_cursor((0, 0))
            return
        place = self.cursor_location
        self.load_text(hold(text))
        if same:
            self.move_cursor(self.clamp_visitable(place))

    def mark_hits(self, found: Found | None) -> None:
        """Mark the hits of a find, and bring the current one into view; None marks nothing.

        Nothing is marked while the field is typed into.
        """
        self._found = found
        self._marks = {}
        if found is not None:
            self._find(found)
        self.refresh()

    def _find(self, found: Found) -> None:
        current = found.current_in(str(self.name))
        starts = list(accumulate((len(line) + 1 for line in self.document.lines), initial=0))
        for number, (start, stop) in enumerate(found.needle.spans(self.text[:FAR])):
            first, last = bisect_right(starts, start) - 1, bisect_right(starts, stop - 1) - 1
            for line in range(first, last + 1):
                columns = (max(0, start - starts[line]), stop - starts[line])
                self._marks.setdefault(line, []).append((*columns, number == current))
            if number == current and not self.has_focus:
                place = self.wrapped_document.location_to_offset((first, start - starts[first]))
                if not 0 <= place.y - self.scroll_offset.y < self.size.height:
                    self.scroll_to(y=max(0, place.y - self.size.height // 2), animate=False)

    def take(self) -> list[Taken]:
        """What was typed since the last time."""
        self._fetch()
        typed, self._typed = list(self._typed.values()), {}
        return typed

    def renew(self, record: SegmentRecord, was: int | None = None) -> None:
        """The text of this field was saved: what is typed on is based on the saved record.

        `was` is the id that the segment had until now, if that was another.
        """
        before = record.id if was is None else was
        if self.owner is not None and self.owner.id == before:
            self.owner = record
        if before in self._typed:
            self._typed[record.id] = self._typed.pop(before)._replace(owner=record)

    def begin(self) -> None:
        """The field is opened: type on behind the text; what can't be typed into begins above."""
        if not (self._begun or self.read_only):
            self.move_cursor(self.document.end)
        self._begun = True

    def replace_all(self, text: str) -> None:
        """Take another text as one step of typing, which Ctrl+Z takes back."""
        self.replace(hold(text), (0, 0), self.document.end, maintain_selection_offset=False)

    def _set_document(self, text: str, language: str | None) -> None:
        # Overridden for the wrapped document; a field never has a language.
        self.document = Document(text)
        self.wrapped_document = Wrapped(self.document)
        self.navigator = DocumentNavigator(self.wrapped_document)
        self._build_highlight_map()
        self.move_cursor((0, 0))
        self._rewrap_and_refresh_virtual_size()

    def find_matching_bracket(self, bracket: str, search_from: Location) -> Location | None:
        """None: prose has no brackets to match, and the search costs as much as the text."""
        return None

    def render_line(self, y: int) -> Strip:
        """One row: safe text, selection, cursor."""
        base = self.rich_style
        width = self.scrollable_content_region.width
        row = y + self.scroll_offset.y
        rows = self.wrapped_document._offset_to_line_info
        if row >= len(rows):
            return Strip.blank(width, base)
        line, section = rows[row]
        offsets = self.wrapped_document.get_offsets(line)
        start = offsets[section - 1] if section else 0
        end = offsets[section] if section < len(offsets) else len(self.document[line])
        text = self.document[line][start:end]
        last = section == len(offsets)
        marks = {0, len(text)}
        first, final = sorted(self.selection)
        chosen = (0, 0)
        if first != final and first[0] <= line <= final[0]:
            low = first[1] if first[0] == line else 0
            high = final[1] if final[0] == line else end + 1
            chosen = (max(0, low - start), min(len(text), max(0, high - start)))
            marks.update(chosen)
        cursor = -1
        cursor_line, cursor_column = self.selection.end
        if self.has_focus and cursor_line == line and start <= cursor_column <= end:
            cursor = cursor_column - start
            if cursor == len(text) and not last:
                cursor = -1
            behind = cursor + 1
            while cursor >= 0 and behind < len(text) and not line_width(text[cursor:behind]):
                behind += 1  # it stands on nothing that is seen: the next that is shows it
            if last and cursor >= 0 and not line_width(text[cursor:]):
                cursor = len(text)
            marks.update((cursor, behind))
        hits: list[tuple[int, int, bool]] = []
        if not self.has_focus and line in self._marks:
            hits = [
                (left - start, right - start, current)
                for left, right, current in self._marks[line]
                if right > start and left < end
            ]
            marks.update(place for left, right, _ in hits for place in (left, right))
        selection = self.get_component_rich_style("text-area--selection")
        colours = palette(self.app.theme)
        reverse = colours.cursor(base)
        segments = []
        used = 0
        places = sorted(mark for mark in marks if 0 <= mark <= len(text))
        for left, right in pairwise(places):
            piece = text[left:right]
            style = base
            if chosen[0] <= left < chosen[1]:
                style = base + selection
            for from_, to, current in hits:
                if from_ <= left < to:
                    style = found_style(colours, "current" if current else "found", "raised")
            if left == cursor:
                style = reverse
            segments.append(Segment(drawn(piece), style))
            used += line_width(piece)
        if cursor == len(text):
            segments.append(Segment(" ", reverse))
            used += 1
        return Strip(segments, used).adjust_cell_length(width, base)

    async def _on_key(self, event: events.Key) -> None:
        if self.read_only and (event.is_printable or event.key in ("enter", "backspace", "delete")):
            # Left alone it would reach the screen's bindings: J would move, d would delete.
            event.stop()
            event.prevent_default()
            self.post_message(self.Refused(self))
            return
        if not await run_own_key(self, event):
            await super()._on_key(event)

    async def _on_paste(self, event: events.Paste) -> None:
        event.stop()
        event.prevent_default()
        if self.read_only:
            self.post_message(self.Refused(self))
        elif result := self._replace_via_keyboard(hold(event.text), *self.selection):
            self.move_cursor(result.end_location)

    def action_paste(self) -> None:
        """Put in what was copied or cut last inside the editor."""
        clipboard = hold(self.app.clipboard)
        if clipboard and (result := self._replace_via_keyboard(clipboard, *self.selection)):
            self.move_cursor(result.end_location)

    def action_copy(self) -> None:
        """Copy what is selected; nothing selected, nothing happens."""
        if self.selected_text:
            self.app.copy_to_clipboard(release(self.selected_text))

    def action_cut(self) -> None:
        """Cut what is selected; nothing selected, nothing happens."""
        if not self.read_only and self.selected_text:
            text = release(self.selected_text)
            self._delete_via_keyboard(*self.selection)
            self.app.copy_to_clipboard(text)

    def edit(self, edit: Edit) -> EditResult:
        """Every key that alters the text comes through here, a paste too."""
        result = super().edit(edit)
        self._tell()
        return result

    def _undo_batch(self, edits: Sequence[Edit]) -> None:
        super()._undo_batch(edits)
        self._tell()

    def _redo_batch(self, edits: Sequence[Edit]) -> None:
        super()._redo_batch(edits)
        self._tell()

    def _tell(self) -> None:
        # The text is kept here and not in the message: whoever looks first takes the newest, and
        # a message that comes late finds nothing and cannot bring back an older text.
        if self.owner is None:
            return
        now = time.monotonic()
        first = now if self._keys is None else self._keys[0]
        self._keys = (first, now)
        if self._resting is not None:
            self._resting.stop()
            self._resting = None
        if sum(map(len, self.document.lines)) < LONG:
            self._rested()
        else:
            # To fetch a megabyte, to compare it and to count its words takes longer than a key may.
            wait = max(0.0, min(REST, first + LONGEST - now))
            self._resting = self.set_timer(wait, self._rested)

    def _rested(self) -> None:
        self.post_message(self.Typed(self))

    def _fetch(self) -> None:
        """Take the text out of the document, while the owner is still that of the typing."""
        if self._keys is None or self.owner is None:
            return
        keys, self._keys = self._keys, None
        before = self._typed.get(self.owner.id)
        first = before.first_key if before else keys[0]
        self._typed[self.owner.id] = Taken(self.owner, self.content, first, keys[1])

    def _on_focus(self, event: events.Focus) -> None:
        super()._on_focus(event)
        self.post_message(self.Entered(self))

    def _on_blur(self, event: events.Blur) -> None:
        super()._on_blur(event)
        self.history.checkpoint()
        self.post_message(self.Left(self))
