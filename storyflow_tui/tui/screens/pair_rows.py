"""The rows of the screen that pairs pictures with segments: the pairs, then what is left over.

What a pair shows of its segment is fetched as it comes into view.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rich.segment import Segment

from storyflow_tui.pairing import Left, Pair, Pairing
from storyflow_tui.records import SegmentRecord
from storyflow_tui.tui import text
from storyflow_tui.tui.look import SIGNS, Grid, Palette
from storyflow_tui.tui.widgets.rows import TEXT_COLUMN

_AHEAD = 40
_NAME = 26
_NOTE = 8  # the longest is `replaces`


class PairRows:
    """Pairs by position, then files without a segment; `fetch` reads segments by their ids."""

    def __init__(self, fetch: Callable[[Sequence[int]], Sequence[SegmentRecord]]) -> None:
        self._fetch = fetch
        self._kept: dict[int, SegmentRecord] = {}
        self.pairing = Pairing((), (), (), ())
        self.problems: dict[str, str] = {}
        """Why which files cannot be used."""

    def __len__(self) -> int:
        """How many rows there are."""
        return len(self.pairing.pairs) + len(self.pairing.left)

    def forget(self) -> None:
        """The segments may be others now."""
        self._kept.clear()

    def pair(self, index: int) -> Pair | None:
        """The pair of a row; None for one that is left over, or for none."""
        pairs = self.pairing.pairs
        return pairs[index] if 0 <= index < len(pairs) else None

    def file(self, index: int) -> str | None:
        """The file of a row."""
        pair, left = self.pair(index), self._left(index)
        return pair.file if pair is not None else left.file if left is not None else None

    def index(self, file: str | None) -> int | None:
        """The row of a file."""
        files = [row.file for some in (self.pairing.pairs, self.pairing.left) for row in some]
        return files.index(file) if file in files else None

    def row(self, index: int, width: int, current: bool, colours: Palette) -> Sequence[Segment]:
        """Position, file, what is there now and how the narration begins; or why it is left."""
        pair = self.pair(index)
        left = self._left(index)
        muted, bold = colours.style("muted"), colours.style("text", bold=current)
        if pair is None:
            assert left is not None
            return [
                Segment(f"   {SIGNS.refused} ", muted),
                Segment(_named(left.file), muted if not current else bold),
                Segment(text.cut(left.why, _room(width) + _NOTE + 2), muted),
            ]
        number = f"{pair.position:>4} "
        problem = self.problems.get(pair.file)
        sign = Segment(number, bold if current else muted)
        name = Segment(_named(pair.file), bold)
        if problem:
            why = text.cut(f"{SIGNS.refused} {problem}", _room(width) + _NOTE + 2)
            return [sign, name, Segment(why, colours.style("danger"))]
        segment = self._segment(index)
        note, role = "", "muted"
        if segment is not None and segment.is_locked:
            note, role = "locked", "warning"
        elif segment is not None and segment.image_file:
            note = "replaces"
        words = text.wrap(segment.text_content, _room(width), 1, SIGNS.cut) if segment else []
        return [
            sign,
            name,
            Segment(f"{note:<{_NOTE}}  ", colours.style(role)),
            Segment(words[0] if words else "", colours.style("text" if current else "muted")),
        ]

    def _left(self, index: int) -> Left | None:
        at = index - len(self.pairing.pairs)
        return self.pairing.left[at] if 0 <= at < len(self.pairing.left) else None

    def _segment(self, index: int) -> SegmentRecord | None:
        key = self.pairing.pairs[index].segment_id
        if key not in self._kept:
            window = self.pairing.pairs[max(0, index - _AHEAD) : index + _AHEAD]
            missing = [each.segment_id for each in window if each.segment_id not in self._kept]
            self._kept |= {record.id: record for record in self._fetch(missing)}
        return self._kept.get(key)


def _named(file: str) -> str:
    return text.pad(text.cut(file, _NAME), _NAME + 2)


def _room(width: int) -> int:
    return max(1, width - TEXT_COLUMN - _NAME - _NOTE - 4 - Grid.MARGIN)
