"""A card: one segment as lines of cells, in two sizes.

Pure functions of a record, its state and a width. A card comes in two parts, so that a step of
the cursor repaints the gutter alone: the gutter (bar, mark, number, lock) and the body.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, NamedTuple

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from storyflow_tui.records import WORDS_PER_MINUTE, SegmentRecord, estimated_seconds
from storyflow_tui.tui import found, text
from storyflow_tui.tui.found import Found
from storyflow_tui.tui.look import SIGNS, Grid, Palette, Signs, length

Saving = Literal["", "saving", "not_saved", "changed"]
Picture = Literal["none", "waiting", "ok", "missing", "broken"]
Bar = Literal["", "accent", "line"]


class CardState(NamedTuple):
    """What a card shows beyond its record."""

    marked: bool = False
    locked: bool = False
    saving: Saving = ""
    picture: Picture = "none"
    found: Found | None = None


@dataclass(frozen=True, slots=True)
class CardShape:
    """The measures of all cards of a timeline; columns count from its left edge."""

    width: int
    tall: bool
    digits: int

    @classmethod
    def of(cls, width: int, rows: int, count: int) -> CardShape:
        """For a timeline of `width` columns in a terminal of `rows` rows, with `count` cards."""
        return cls(width, rows >= 32 and width >= 64, max(3, len(str(count))))

    @property
    def lines(self) -> int:
        """Lines of a card, without the blank one below it."""
        return 5 if self.tall else 4

    @property
    def pitch(self) -> int:
        """Lines from one card to the next."""
        return self.lines + 1

    @property
    def gutter(self) -> int:
        """Columns of the gutter: bar, mark, number, blank."""
        return 3 + self.digits

    @property
    def thumb(self) -> tuple[int, int]:
        """Columns and lines of the thumbnail, which stands right of the gutter."""
        return (18, 5) if self.tall else (14, 4)

    @property
    def text_x(self) -> int:
        """The first column of the text."""
        return self.gutter + self.thumb[0] + 2

    @property
    def text_width(self) -> int:
        """Columns of the text."""
        return max(1, self.width - self.text_x - Grid.MARGIN)


@lru_cache(maxsize=4096)
def gutter(
    number: int,
    shape: CardShape,
    colours: Palette,
    bar: Bar,
    marked: bool,
    locked: bool,
    signs: Signs = SIGNS,
) -> tuple[tuple[Segment, ...], ...]:
    """The gutter of the card at position `number` (from 1), line by line, without the blank one.

    `bar` is the role of its colour; the number of a card with a bar is bold.
    """
    plain = colours.style("text")
    muted = colours.style("muted")
    rows = []
    for line in range(shape.lines):
        segments = [Segment(signs.here, colours.style(bar)) if bar else Segment(" ", plain)]
        if line == 0:
            segments.append(Segment(signs.marked if marked else " ", plain))
            figures = f"{number:>{shape.digits}} "
            style = colours.style("text", bold=True) if bar else muted
            segments.append(Segment(figures, style))
        elif line == 1 and locked:
            segments.append(Segment(f"{signs.locked:>{shape.digits + 1}} ", muted))
        else:
            segments.append(Segment(" " * (shape.gutter - 1), plain))
        rows.append(tuple(segments))
    return tuple(rows)


def body(
    record: SegmentRecord,
    state: CardState,
    shape: CardShape,
    colours: Palette,
    thumbnail: Sequence[Strip] | None = None,
    *,
    words_per_minute: int = WORDS_PER_MINUTE,
    signs: Signs = SIGNS,
) -> list[list[Segment]]:
    """Everything right of the gutter, line by line, each of `shape.width - shape.gutter` cells.

    `thumbnail` has the size `shape.thumb`; without it the place shows what is the matter.
    """
    wide = shape.text_width
    plain = colours.style("text")
    room = shape.lines - 2
    lines: list[list[Segment]]
    if state.found is None:
        narration = text.wrap(record.text_content, wide, room, signs.cut)
        lines = [[Segment(line, plain)] for line in narration]
    else:
        pieces = found.wrapped(
            record.text_content, state.found, "text_content", wide, room, signs.cut
        )
        lines = [found.segments(line, colours) for line in pieces]
    lines += [[] for _ in range(room - len(lines))]
    lines.append(_prompt(record.image_prompt, state.found, wide, colours, signs))
    lines.append(_facts(record, state, wide, colours, words_per_minute))
    place = _place(state, shape, colours, thumbnail, signs)
    return [
        [*left, Segment("  ", plain), *_filled(right, wide + Grid.MARGIN, plain)]
        for left, right in zip(place, lines, strict=True)
    ]


def _prompt(
    prompt: str, looked_for: Found | None, wide: int, colours: Palette, signs: Signs
) -> list[Segment]:
    muted = colours.style("muted")
    if looked_for is None or not prompt.strip():
        lines = text.wrap(prompt, wide - 2, 1, signs.cut)
        return [Segment(f"{signs.prompt} {lines[0] if lines else 'no prompt'}", muted)]
    pieces = found.wrapped(prompt, looked_for, "image_prompt", wide - 2, 1, signs.cut)
    return [Segment(f"{signs.prompt} ", muted), *found.segments(pieces[0], colours, "muted")]


_STATES = {
    "saving": ("saving …", "text"),
    "not_saved": ("! not saved", "danger"),
    "changed": ("! changed elsewhere", "danger"),
}


def _facts(
    record: SegmentRecord, state: CardState, wide: int, colours: Palette, words_per_minute: int
) -> list[Segment]:
    guessed = record.audio_duration is None
    seconds = record.audio_duration
    if seconds is None:
        seconds = estimated_seconds(record.text_content, words_per_minute)
    segments = [Segment(length(seconds, guessed), colours.style("muted"))]
    if state.found is not None and state.found.needle.count(record.image_name):
        # Elsewhere the name of the image is not on the card.
        name = text.one_line(record.image_name)
        segments.append(Segment("   ", colours.style("muted")))
        segments += found.segments(found.marked(name, state.found, "image_file"), colours, "muted")
    if state.locked:
        segments.append(Segment("   locked", colours.style("muted")))
    if state.saving:
        words, role = _STATES[state.saving]
        segments += [Segment("   ", colours.style("text")), Segment(words, colours.style(role))]
    return list(Strip(segments).crop(0, wide))


_WORDS = {"none": ("no picture", "muted"), "missing": ("! missing", "warning")}
_WORDS["broken"] = ("! broken", "warning")


def _place(
    state: CardState,
    shape: CardShape,
    colours: Palette,
    thumbnail: Sequence[Strip] | None,
    signs: Signs,
) -> list[list[Segment]]:
    """The place of the thumbnail: the picture, a word on a raised ground, or the ground alone."""
    columns, rows = shape.thumb
    if thumbnail is not None and state.picture == "ok":
        return [list(strip) for strip in thumbnail]
    blank = Segment(" " * columns, colours.style("text", "raised"))
    lines = [[blank] for _ in range(rows)]
    words, role = _WORDS.get(state.picture, ("", "muted"))
    if words:
        middle = (rows - 1) // 2
        # Signs hang to the left of their word, so that words stand in the middle.
        left = (columns - len(words) + 1) // 2
        line = f"{' ' * left}{words}".ljust(columns)
        lines[middle] = [Segment(line, colours.style(role, "raised"))]
    return lines


def _filled(segments: list[Segment], cells: int, style: Style) -> list[Segment]:
    used = sum(text.width(segment.text) for segment in segments)
    return [*segments, Segment(" " * (cells - used), style)] if used < cells else segments
