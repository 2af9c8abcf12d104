"""The rows of the history: what each says of its change, fetched as they come into view.

Labels and times are read on the spot; what a change holds in the trash costs a look at the disk
and is told by whoever looked.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from operator import neg

from rich.segment import Segment

from storyflow_tui.records import ChangeRecord, counted
from storyflow_tui.tui import text
from storyflow_tui.tui.look import SIGNS, Grid, Palette, ago, file_size
from storyflow_tui.tui.widgets.rows import TEXT_COLUMN

AROUND = 16
"""Changes that are fetched before and after those that are asked for."""

STATES = {"done": "", "undone": "undone", "set_aside": "set aside"}
"""The word for each state; what stands needs none."""

_SIGNS = {"done": " ", "undone": SIGNS.undone, "set_aside": SIGNS.refused}
_NUMBER = re.compile(r" segment \d{1,9}$")
_WITH_COUNT = 64
_KEPT = 2000


class ChangeRows:
    """The rows of one line of changes, newest first.

    `fetch` reads changes without their files; `subject` is whose line it is, `story` or `list`.
    """

    def __init__(self, fetch: Callable[[Sequence[int]], Sequence[ChangeRecord]]) -> None:
        self._fetch = fetch
        self._kept: OrderedDict[int, ChangeRecord] = OrderedDict()
        self._held: dict[int, tuple[int, int]] = {}
        self._told: set[int] = set()
        self.ids: Sequence[int] = []
        self.subject = "list"
        self.next_redo: int | None = None
        self.now = datetime.now().astimezone()

    def __len__(self) -> int:
        """How many changes there are."""
        return len(self.ids)

    def renew(self, ids: Sequence[int], next_redo: int | None) -> None:
        """The changes as they are now, newest first; all that was kept may be different.

        `next_redo` is the one that redo does again: below it stands what is now.
        """
        self.ids, self.next_redo = ids, next_redo
        self._kept.clear()
        # What they held is shown until somebody has looked again.
        self._told.clear()

    def index(self, change_id: int | None) -> int | None:
        """Where a change stands in the list; ids fall from the first to the last."""
        if change_id is None:
            return None
        at = bisect_left(self.ids, -change_id, key=neg)
        return at if at < len(self.ids) and self.ids[at] == change_id else None

    def record(self, index: int) -> ChangeRecord | None:
        """The change of a row, without its files; None where there is none."""
        if not 0 <= index < len(self.ids):
            return None
        if self.ids[index] not in self._kept:
            window = self.ids[max(0, index - AROUND) : index + AROUND]
            for record in self._fetch([one for one in window if one not in self._kept]):
                self._kept[record.id] = record
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return self._kept.get(self.ids[index])

    # What the changes hold in the trash

    def unknown(self, seen: range) -> Sequence[int]:
        """Changes in and around these rows of which nobody said what they hold."""
        window = self.ids[max(0, seen.start - AROUND) : seen.stop + AROUND]
        return [change_id for change_id in window if change_id not in self._told]

    def hold(self, records: Iterable[ChangeRecord]) -> Sequence[int]:
        """Take what these changes hold; the rows that say something else now."""
        altered = []
        for record in records:
            held = (len(record.files), record.bytes)
            if held != self._held.get(record.id, (0, 0)):
                altered.append(record.id)
            self._held[record.id] = held
            self._told.add(record.id)
        return [at for change_id in altered if (at := self.index(change_id)) is not None]

    # What is drawn

    def row(self, index: int, width: int, current: bool, colours: Palette) -> Sequence[Segment]:
        """Sign, label, state, what it holds and when it was."""
        record = self.record(index)
        if record is None:
            return []
        files, size = self._held.get(record.id, (0, 0))
        figures = in_columns(
            # The count of one says nothing, and the label needs the room.
            (counted(files, "file") if files > 1 else "", file_size(size) if files else ""),
            ago(record.created_at, self.now),
            width,
        ).lstrip()
        state = STATES.get(record.state, record.state)
        role = "muted" if state else "text"
        beside = f"   {state}" if state else ""
        room = max(1, width - TEXT_COLUMN - Grid.MARGIN - len(beside) - len(figures) - 2)
        label = _cut(record.label, room)
        used = TEXT_COLUMN + text.width(label) + len(beside) + len(figures) + Grid.MARGIN
        muted = colours.style("muted")
        return [
            Segment(f"   {_SIGNS.get(record.state, ' ')} ", muted),
            Segment(label, colours.style(role, bold=current)),
            Segment(beside, muted),
            Segment(
                " " * max(1, width - used) + figures,
                colours.style("text" if current else "muted"),
            ),
        ]

    def below(self, index: int, width: int, colours: Palette) -> Sequence[Segment]:
        """Between what is undone and what stands, a line that says so."""
        if self.next_redo is None or self.ids[index] != self.next_redo:
            return ()
        words = f"{SIGNS.up} undone   the {self.subject} is here now"
        return [Segment(" " * TEXT_COLUMN + words, colours.style("muted"))]


def _cut(label: str, room: int) -> str:
    """The label, which keeps the number of its segment where it has to be cut."""
    ending = _NUMBER.search(label)
    if ending is None or text.width(text.one_line(label)) <= room:
        return text.cut(label, room)
    tail = ending.group()
    return text.cut(label[: ending.start()], max(0, room - len(tail))) + tail


def in_columns(held: tuple[str, str], when: str, width: int) -> str:
    """Files (where there is room), their size and the time, right-aligned in columns."""
    files, size = held
    count = f"{files:>9}" if width >= _WITH_COUNT else ""
    return f"{count}{size:>11}{when:>13}"
