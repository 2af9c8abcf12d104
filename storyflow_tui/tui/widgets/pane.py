"""The pane: the current segment in full, its picture, its facts and the two fields.

Beside the timeline where there is room, over it elsewhere. It shows what it is given and posts
what is typed (`Field.Typed`); saving and reading are not its business.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container
from textual.widget import Widget

from storyflow_tui.records import (
    SegmentRecord,
    counts_by_characters,
    estimated_seconds,
    word_count,
)
from storyflow_tui.tui.found import Found
from storyflow_tui.tui.keymap import EDITOR, bindings
from storyflow_tui.tui.look import SIGNS, Grid, file_size, length
from storyflow_tui.tui.overrides import key_of
from storyflow_tui.tui.widgets.field import Field
from storyflow_tui.tui.widgets.pane_line import PaneLine, Words
from storyflow_tui.tui.widgets.picture import Picture

FIELDS = {"text_content": "Narration", "image_prompt": "Prompt"}
"""The fields of a segment that are typed into, with the names that people know."""

_LABEL = 7


class Pane(Container):
    """One segment: heading, picture, file, narration, prompt."""

    DEFAULT_CSS = """
    Pane {
        width: 1fr; height: 1fr; background: $raised;
        & > * { position: absolute; }
        .box {
            border-left: blank; padding: 0 1 0 1; background: $raised;
            &:focus-within { border-left: outer $accent; background: $field; }
        }
        .box PaneLine { margin-right: 1; }
        &:focus-within .box:focus-within Field { background: $field; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(EDITOR)]

    def __init__(
        self,
        picture: Picture,
        *,
        words_per_minute: int,
        done: Callable[[], Awaitable[None]],
        id: str,  # noqa: A002
    ) -> None:
        """`done` is awaited when the person is done in the fields.

        Not a message: the next key must find the fields closed already.
        """
        super().__init__(id=id)
        self.picture = picture
        self._done = done
        self.record: SegmentRecord | None = None
        self.is_read_only = True
        """Whether the fields cannot be typed into."""
        self._words_per_minute = words_per_minute
        self._over = False
        self._found: Found | None = None
        self._shown_file: tuple[str | None, list[Words]] = (None, [])
        # Kept and not asked for: what a worker found may arrive while the screen is coming down.
        self._heading = PaneLine(id="heading")
        self._file = PaneLine(id="file")
        self._file_facts = PaneLine(id="file-facts")
        self._facts = {name: PaneLine(id=f"fact-{name}") for name in ("length", "audio", "lock")}
        self._labels = {name: PaneLine(id=f"label-{name}") for name in FIELDS}
        self._fields = {name: Field(name, id=f"field-{name}") for name in FIELDS}
        self._boxes = {name: Container(classes="box", id=f"box-{name}") for name in FIELDS}

    def compose(self) -> ComposeResult:
        """Every part; `lay_out` puts them in their places."""
        yield self._heading
        yield self.picture
        yield self._file
        yield self._file_facts
        yield from self._facts.values()
        for name in FIELDS:
            with self._boxes[name]:
                yield self._labels[name]
                yield self._fields[name]

    @property
    def fields(self) -> list[Field]:
        """Narration and prompt, in this order."""
        return list(self._fields.values())

    def field(self, name: str) -> Field:
        """The field of one text."""
        return self._fields[name]

    def lay_out(self, grid: Grid, *, over: bool) -> None:
        """Put every part where the grid has it."""
        self._over = over
        left = 0 if over else grid.pane_x

        def put(part: Widget, x: int, y: int, width: int, height: int = 1) -> None:
            part.styles.offset = (x - left, y - 1)
            part.styles.width, part.styles.height = width, max(1, height)

        x, inner = grid.pane_text
        put(self._heading, x, 2, inner)
        picture_x, picture_y, picture_width, picture_height = grid.picture
        put(self.picture, picture_x, picture_y, picture_width, picture_height)
        put(self._file, picture_x, grid.file_row, picture_width)
        put(self._file_facts, picture_x, grid.file_row + 1, picture_width)
        for number, line in enumerate(self._facts.values()):
            put(line, picture_x, grid.file_row + 3 + number, picture_width)
        for name, place in (("text_content", grid.narration), ("image_prompt", grid.prompt)):
            box_x, box_y, box_width, box_height = place
            put(self._boxes[name], box_x - 2, box_y - 1, box_width + 4, box_height + 1)
        self._heading.display = not over
        for line in (self._file_facts, *self._facts.values()):
            line.display = over

    def show(
        self,
        record: SegmentRecord | None,
        position: int,
        count: int,
        text: Callable[[SegmentRecord, str], str],
        *,
        read_only: bool = False,
    ) -> None:
        """Show a segment, the `position`-th of `count`; `text` says what its fields hold.

        `read_only` is for a locked segment, too.
        """
        self.record = record
        self.is_read_only = record is None or read_only
        for field in self.fields:
            field.can_focus = record is not None
            field.read_only = self.is_read_only
            field.show(record, text(record, str(field.name)) if record else "")
        if record is None:
            self._heading.show([])
        else:
            self._heading.show(
                [Words(f"{position} of {count}", "text", bold=True)],
                [self._length(record)]
                if not record.is_locked
                else [Words(f"locked {SIGNS.dot} {key_of(self.app, 'timeline.lock')} unlocks")],
            )
        self._show_facts(record)
        self.label()

    def mark(self, found: Found | None) -> None:
        """Mark the hits of a find in narration, prompt and name of the picture."""
        if found != self._found:
            self._found = found
            for field in self.fields:
                field.mark_hits(found)
            self._show_file()

    def label(self) -> None:
        """Count the words of the narration anew."""
        narration, prompt = self.fields
        text = narration.content
        count = word_count(text)
        unit = "character" if counts_by_characters(text) else "word"
        words = [Words(f"{count} {unit}{'' if count == 1 else 's'}")] if self.record else []
        for field, right in ((narration, words), (prompt, [])):
            role = "text" if field.has_focus else "muted"
            label = Words(FIELDS[str(field.name)], role, bold=True)
            self._labels[str(field.name)].show([label], right)

    def show_file(
        self, name: str | None, size: tuple[int, int] | None = None, count: int | None = None
    ) -> None:
        """Name, dimensions in pixels and bytes of the picture's file, as far as they are known."""
        facts = []
        if size:
            facts.append(Words(f"{size[0]}×{size[1]}"))
        if count is not None:
            facts.append(Words(file_size(count)))
        self._shown_file = (name, facts)
        self._show_file()

    def _show_file(self) -> None:
        name, facts = self._shown_file
        first = [Words(name, "text", found=self._found)] if name else []
        if self._over:
            self._file.show(first)
            self._file_facts.show(facts)
        else:
            self._file.show([*first, *facts])

    async def drained(self) -> None:
        """Wait until every key that was sent to a field has arrived in its text (1 s at most)."""
        loop = asyncio.get_running_loop()
        latest = loop.time() + 1
        while any(field.message_queue_size for field in self.fields) and loop.time() < latest:
            await asyncio.sleep(0)
        await asyncio.sleep(0)

    async def action_done(self) -> None:
        """Back to the timeline."""
        await self._done()

    async def action_next_field(self) -> None:
        """From narration to prompt and back, behind the keys that are on their way."""
        await self.drained()
        first, second = self.fields
        other = first if second is self.screen.focused else second
        self.screen.set_focus(other)
        other.begin()

    action_previous_field = action_next_field

    def action_undo_typing(self) -> None:
        """Take back typing in the field that has the focus."""
        for field in self.fields:
            if field.has_focus and not field.read_only:
                field.undo()

    def action_redo_typing(self) -> None:
        """Do typing again in the field that has the focus."""
        for field in self.fields:
            if field.has_focus and not field.read_only:
                field.redo()

    def _show_facts(self, record: SegmentRecord | None) -> None:
        for name, words in (
            ("length", self._length(record).text if record else ""),
            ("audio", self._audio(record)),
            ("lock", "on" if record and record.is_locked else "off"),
        ):
            label = Words(name.capitalize(), cells=_LABEL)
            self._facts[name].show([label, Words(words, "text")] if record else [])

    def length_of(self, record: SegmentRecord) -> str:
        """The length of a segment as words."""
        return self._length(record).text.strip()

    def _length(self, record: SegmentRecord) -> Words:
        if record.audio_duration is not None:
            return Words(length(record.audio_duration, False))
        return Words(length(estimated_seconds(record.text_content, self._words_per_minute), True))

    @staticmethod
    def _audio(record: SegmentRecord | None) -> str:
        if record is None or not record.audio_file:
            return "none"
        return record.audio_file.rpartition("/")[2].removeprefix(f"{record.id}_")
