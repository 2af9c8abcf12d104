"""What an import will make, before it is made: the segments in a list, and what is left out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import Screen

from storyflow_tui.records import counted, estimated_seconds
from storyflow_tui.story import Story, StorySegment, picture_path
from storyflow_tui.tui import text
from storyflow_tui.tui.keymap import IMPORT_PREVIEW, Key, bindings
from storyflow_tui.tui.look import SIGNS, Grid, Palette, length
from storyflow_tui.tui.widgets.header import Fact, Header, State
from storyflow_tui.tui.widgets.hint_line import HintLine
from storyflow_tui.tui.widgets.rows import Rows

if TYPE_CHECKING:
    from storyflow_tui.tui.app import StoryflowApp

_STATE = 11
"""Cells for what is told of a segment's picture."""

_LENGTH = 8


class MadeRows:
    """A line a segment: number, the beginning of the narration, the prompt, picture and length."""

    def __init__(self, segments: Sequence[StorySegment], missing: frozenset[int]) -> None:
        self.words_per_minute = 0
        self._segments = segments
        self._missing = missing

    def __len__(self) -> int:
        """How many segments."""
        return len(self._segments)

    def row(self, index: int, width: int, current: bool, colours: Palette) -> Sequence[Segment]:
        """One of them."""
        segment = self._segments[index]
        digits = max(3, len(str(len(self._segments))))
        room = width - digits - 3 - _STATE - _LENGTH - Grid.MARGIN
        prompt_room = room * 2 // 5 if width >= 100 else 0
        narration = text.cut(segment.text_content, room - prompt_room - 2)
        line = [
            Segment(f" {index + 1:>{digits}} ", colours.style("muted", bold=current)),
            Segment(text.pad(narration, room - prompt_room), colours.style("text", bold=current)),
        ]
        if prompt_room:
            prompt = f"{SIGNS.prompt} {segment.image_prompt}" if segment.image_prompt else ""
            shown = text.pad(text.cut(prompt, prompt_room - 2), prompt_room)
            line.append(Segment(shown, colours.style("muted")))
        state, role = "", "muted"
        if index in self._missing:
            state, role = f"{SIGNS.warn} missing", "danger"
        elif segment.image_file is not None:
            state = "picture"
        # The lock has its cell in every row, so that the words stand below each other.
        state = f"{SIGNS.locked if segment.is_locked else ' '} {state}"
        seconds = segment.audio_duration
        guessed = seconds is None
        if seconds is None:
            seconds = estimated_seconds(segment.text_content, self.words_per_minute)
        line.append(Segment(text.pad(state, _STATE), colours.style(role)))
        line.append(
            Segment(text.pad(length(seconds, guessed), _LENGTH, right=True), colours.style("muted"))
        )
        return line


def missing_pictures(story: Story) -> frozenset[int]:
    """The segments (from 0 on) whose pictures are not where the story says; looks at the disk.

    Raises InvalidStoryError for a path that no picture may have.
    """
    missing = set()
    for index in range(len(story.segments)):
        path = picture_path(story, index)
        try:
            if path is not None and not path.is_file():
                missing.add(index)
        except OSError:
            missing.add(index)
    return frozenset(missing)


class ImportPreview(Screen[bool], inherit_bindings=False):
    """Shows what will be made; answers whether it is to be."""

    DEFAULT_CSS = """
    ImportPreview { background: $ground; }
    """
    KEYS: ClassVar[Sequence[Key]] = IMPORT_PREVIEW
    HELP_NAME: ClassVar[str] = "preview"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(IMPORT_PREVIEW, first=True)]
    AUTO_FOCUS = "Rows"

    app: StoryflowApp

    def __init__(
        self,
        story: Story,
        seconds: float,
        is_guessed: bool,
        notes: Sequence[str] = (),
        missing: frozenset[int] = frozenset(),
    ) -> None:
        """The story with the title it will have, and its length; `notes` say what is left out."""
        super().__init__()
        self._story = story
        self._length = length(seconds, is_guessed).strip()
        self._notes = notes
        self._missing = missing
        self._rows = MadeRows(story.segments, missing)

    def compose(self) -> ComposeResult:
        """Header, list, hint line."""
        yield Header()
        yield Rows(self._rows)
        yield HintLine()

    def on_mount(self) -> None:
        """Show it all."""
        settings = self.app.session.settings
        self._rows.words_per_minute = settings.words_per_minute
        segments = self._story.segments
        pictures = sum(each.image_file is not None for each in segments)
        locked = sum(each.is_locked for each in segments)
        facts = [Fact(counted(len(segments), "segment"), 4), Fact(self._length, 3)]
        if pictures:
            facts.append(Fact(counted(pictures, "picture"), 2))
        if locked:
            facts.append(Fact(f"{locked} locked", 1))
        state = None
        if self._missing:
            count = counted(len(self._missing), "picture")
            state = State(f"{SIGNS.warn} {count} missing", "danger")
        title = self._story.title or "Without a title"
        self.query_one(Header).show(title, facts, state, subtitle="as it will be made")
        self.query_one(HintLine).set_keys(IMPORT_PREVIEW, replaced=settings.keys)
        rows = self.query_one(Rows)
        rows.note(" ".join(self._notes) if segments else "There are no segments in it.")
        rows.reset(0)

    def action_make(self) -> None:
        """Make it."""
        self.dismiss(True)

    def action_leave(self) -> None:
        """Back to the script."""
        self.dismiss(False)

    def action_cursor(self, by: int) -> None:
        """Move the bar."""
        rows = self.query_one(Rows)
        rows.move_cursor(rows.cursor + by)

    def action_page(self, by: int) -> None:
        """Move the bar by a screen."""
        self.query_one(Rows).page(by)

    def action_first(self) -> None:
        """Move the bar to the first segment."""
        self.query_one(Rows).move_cursor(0)

    def action_last(self) -> None:
        """Move the bar to the last segment."""
        rows = self.query_one(Rows)
        rows.move_cursor(rows.count - 1)
