"""What the timeline draws its cards from: the order of one story, records and thumbnails.

Records are fetched a window at a time and kept; thumbnails are made on a worker, the one asked
for last first. Nothing here draws or saves.
"""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from storyflow_tui.errors import StoryflowError
from storyflow_tui.records import SegmentRecord
from storyflow_tui.tui.found import Found
from storyflow_tui.tui.session import Session
from storyflow_tui.tui.shown_files import Look
from storyflow_tui.tui.widgets.card import CardState, Picture

if TYPE_CHECKING:
    from textual.strip import Strip

    from storyflow_tui.tui.pixels import Colours

T = TypeVar("T")

AROUND = 8
"""Records that are fetched before and after those that are asked for."""

_RECORDS = 2000
_THUMBNAILS = 600
_IN_VIEW = 24
_WAITING = 48


class Wanted(NamedTuple):
    """One thumbnail: a file of the library in this many cells, and whose card it is for."""

    file: str
    width: int
    height: int
    segment_id: int


class _Made(NamedTuple):
    strips: list[Strip] | None
    picture: Picture
    seen: Look
    ground: str | None = None
    """The colour that shows through it; None for a picture without holes."""


class StoryCards:
    """The cards of one story, as `Timeline` asks for them.

    `work` runs a function on a worker; `told` is called in the UI thread with the id of a segment
    whose card may look different now; `saving` says its save state, `marked` whether it is, and
    `found` which hits are shown on it. A read that fails is told to `unread`, once until one
    succeeds; what was read before is what there is then, and the next look tries again.
    """

    def __init__(
        self,
        session: Session,
        project_id: int,
        *,
        work: Callable[[Callable[[], None]], object],
        tell: Callable[..., object],
        told: Callable[[int], None],
        unread: Callable[[StoryflowError], object],
        saving: Callable[[int], str],
        marked: Callable[[int], bool],
        found: Callable[[SegmentRecord], Found | None],
        colours: Callable[[], Colours],
        ground: Callable[[], str],
    ) -> None:
        self._session = session
        self._project_id = project_id
        self._work = work
        self._tell = tell
        self._told = told
        self._unread = unread
        self.unreadable = False
        """Whether the last read failed."""
        self._saving = saving
        self._marked = marked
        self._found = found
        self._colours = colours
        self._ground = ground
        self.new: SegmentRecord | None = None
        """A segment that is being written: a card at its place, and nothing in the library."""
        self._new_below: int | None = None
        self._new_index = 0
        self._ids: list[int] = []
        self._count = 0
        self.hidden: frozenset[int] = frozenset()
        """What a filter leaves out of what is shown."""
        self._shown: list[int] | None = None
        self._places: list[int] = []
        self._kept: OrderedDict[int, SegmentRecord] = OrderedDict()
        self._made: OrderedDict[tuple[str, int, int], _Made] = OrderedDict()
        self._pictures: dict[str, Picture] = {}
        self._stale: set[str] = set()
        self._in_view: OrderedDict[str, None] = OrderedDict()
        self._seen: dict[str, Look] = {}
        self._waiting: OrderedDict[tuple[str, int, int], Wanted] = OrderedDict()
        self._lock = threading.Lock()
        self._working = False

    # The order

    def begin(self, first: Sequence[SegmentRecord], count: int) -> None:
        """Start with the first records of a story of `count` segments; the order may follow."""
        self._ids = [record.id for record in first]
        self._count = max(count, len(first))
        self._keep(first)

    @property
    def complete(self) -> bool:
        """Whether the whole order is known."""
        return len(self._ids) >= self._count

    def order(self, ids: list[int]) -> None:
        """The whole order, as it is in the library now; a new card keeps its place in it."""
        self._ids = ids
        if self.new is not None:
            below = self._new_below
            index = min(self._new_index, len(ids))
            if below is not None and below in ids:
                index = ids.index(below) + 1
            self._new_index = index
            self._ids = [*ids[:index], self.new.id, *ids[index:]]
        self._count = len(self._ids)
        self._arrange()

    @property
    def ids(self) -> list[int]:
        """The ids of all in order; loads them on the spot if they are still on their way."""
        if not self.complete:
            found = self._read(lambda: self._session.segment_ids(self._project_id))
            if found is not None:
                self.order(list(found))
        return self._ids

    def stored(self, ids: Sequence[int]) -> Sequence[int]:
        """These without the card that is only being written, which the library knows nothing of."""
        new = self.new
        return ids if new is None else [each for each in ids if each != new.id]

    @property
    def total(self) -> int:
        """How many segments the story has, shown or not."""
        return self._count

    def position_of(self, segment_id: int) -> int:
        """The position of a segment in the whole story, from 1 on; 0 if it is there no more."""
        return self._place_of(segment_id) + 1

    def _place_of(self, segment_id: int) -> int:
        """The 0-based place of a segment in the whole story; -1 if it is there no more."""
        place = _find(self._ids, segment_id)
        # What was read before the order was known is found without it.
        return place if place >= 0 or self.complete else _find(self.ids, segment_id)

    def step(self, segment_id: int, by: int) -> int | None:
        """Move a segment by one place in the whole story, before the library does it too.

        Answers with the one that it changes places with, shown or not; None where there is none.
        """
        here = self._place_of(segment_id)
        ids = self.ids
        there = here + by
        if here < 0 or not 0 <= there < len(ids):
            return None
        other = ids[there]
        ids[here], ids[there] = other, segment_id
        if self._shown is not None:
            place = bisect_left(self._places, here)
            if other in self.hidden:
                self._places[place] = there
            else:
                self._shown[place], self._shown[place + by] = other, segment_id
        return other

    def remove(self, *segment_ids: int) -> None:
        """Segments were deleted."""
        gone = frozenset(segment_ids)
        self.order([each for each in self.stored(self.ids) if each not in gone])
        for segment_id in segment_ids:
            self._kept.pop(segment_id, None)

    def put_in(self, record: SegmentRecord, below: int) -> None:
        """A segment came into being below another one, as the library has it by now."""
        place = self._place_of(below)
        if place >= 0 and record.id not in self._ids[place + 1 : place + 2]:
            self._ids.insert(place + 1, record.id)
            self._count = len(self._ids)
            self._arrange()
        self._keep([record])

    # What is shown of it

    def hide(self, segment_ids: frozenset[int] | None) -> None:
        """Filter: leave these out of what is shown; whatever comes later is shown. None: no filter.

        A filter by which nothing is shown any more, since the last of it was deleted, is none.
        """
        self._places, self._shown = [], None if segment_ids is None else []
        self.hidden = segment_ids or frozenset()
        self._arrange()

    @property
    def is_filtered(self) -> bool:
        """Whether a filter is set, also one that every segment fits."""
        return self._shown is not None

    @property
    def shown(self) -> Sequence[int]:
        """The ids of those that are shown, in order."""
        return self.ids if self._shown is None else self._shown

    def id_at(self, index: int) -> int | None:
        """The segment at a 0-based place among those that are shown."""
        shown = self.shown if self._shown is not None or index >= len(self._ids) else self._ids
        return shown[index] if 0 <= index < len(shown) else None

    def index_of(self, segment_id: int) -> int | None:
        """The 0-based place of a segment among those that are shown."""
        shown = self._shown
        place = self._place_of(segment_id) if shown is None else _find(shown, segment_id)
        return None if place < 0 else place

    def nearest(self, position: int) -> int:
        """The place of the card that is shown at a position, or of the next one that is."""
        if self._shown is None:
            return position - 1
        return min(bisect_left(self._places, position - 1), max(0, len(self._shown) - 1))

    def number(self, index: int) -> int:
        """The position of the card at a place, in the whole story, from 1 on."""
        return (self._places[index] if self._shown is not None else index) + 1

    def _arrange(self) -> None:
        if self._shown is None:
            return
        hidden = self.hidden
        self._places = [place for place, one in enumerate(self.ids) if one not in hidden]
        self._shown = [self._ids[place] for place in self._places]
        if not self._shown:
            self.hide(None)

    # A new card

    def open_new(self, record: SegmentRecord, below: int | None) -> None:
        """A segment is being written below another one, or before all."""
        ids = list(self.ids)
        self.new, self._new_below, self._new_index = record, below, 0
        self._keep([record])
        self.order(ids)

    def close_new(self) -> None:
        """Nothing came of it."""
        if self.new is not None:
            gone, self.new = self.new.id, None
            self.remove(gone)

    def became(self, record: SegmentRecord) -> None:
        """The new card is a segment of the library now."""
        if self.new is None:
            return
        gone, self.new = self.new.id, None
        is_there = record.id in self._ids
        self._ids = [
            record.id if each == gone else each
            for each in self._ids
            if not (is_there and each == gone)
        ]
        self._count = len(self._ids)
        self._arrange()
        self._kept.pop(gone, None)
        self._keep([record])

    # What the timeline asks for

    def __len__(self) -> int:
        return self._count if self._shown is None else len(self._shown)

    def records(self, start: int, stop: int) -> Sequence[SegmentRecord]:
        """The records of these places, up to the first that is there no more."""
        shown = self._ids if self._shown is None else self._shown
        if stop > len(shown):
            shown = self.ids if self._shown is None else self._shown
        wanted = shown[start:stop]
        if any(segment_id not in self._kept for segment_id in wanted):
            window = shown[max(0, start - AROUND) : stop + AROUND]
            missing = [segment_id for segment_id in window if segment_id not in self._kept]
            self._fetch(missing)
        found = []
        for segment_id in wanted:
            record = self._kept.get(segment_id)
            if record is None:
                break
            found.append(record)
        return found

    def record(self, segment_id: int) -> SegmentRecord | None:
        """One record, from those kept or from the library; None if it is there no more."""
        if segment_id not in self._kept:
            self._fetch([segment_id])
        return self._kept.get(segment_id)

    def state(self, record: SegmentRecord) -> CardState:
        """Lock, save state and how the picture is."""
        picture: Picture = "none"
        if record.image_file:
            picture = self._pictures.get(record.image_file, "waiting")
            self._is_in_view(record.image_file)
        marked, saving = self._marked(record.id), self._saving(record.id)
        found = self._found(record)
        return CardState(marked, record.is_locked, saving, picture, found)  # type: ignore[arg-type]

    def thumbnail(self, record: SegmentRecord, width: int, height: int) -> list[Strip] | None:
        """The picture in cells; asked for if it is not there, and looked at again if stale."""
        if not record.image_file:
            return None
        key = (record.image_file, width, height)
        made = self._made.get(key)
        through = made is not None and made.ground not in (None, self._ground())
        if made is None or through or record.image_file in self._stale:
            self._want(Wanted(record.image_file, width, height, record.id))
        if made is None:
            return None
        self._made.move_to_end(key)
        return made.strips

    # What becomes old

    def renew(self, record: SegmentRecord) -> None:
        """A record as it is in the library now."""
        self._keep([record])

    def forget(self, segment_ids: Iterable[int] | None = None) -> None:
        """These segments (None: all) may be different in the library; so may their files."""
        if segment_ids is None:
            self._stale.update(self._pictures)
            self._pictures = {
                file: picture for file, picture in self._pictures.items() if picture == "ok"
            }
            self._kept.clear()
            return
        for segment_id in segment_ids:
            record = self._kept.pop(segment_id, None)
            if record is not None and record.image_file:
                self._stale.add(record.image_file)
                if self._pictures.get(record.image_file) != "ok":
                    self._pictures.pop(record.image_file, None)

    def look_again(self, files: Collection[str]) -> list[int]:
        """These files are others now; the segments that show them."""
        self._stale.update(files)
        for file in files:
            if self._pictures.get(file) != "ok":
                self._pictures.pop(file, None)
        return [record.id for record in self._kept.values() if record.image_file in files]

    def _is_in_view(self, file: str) -> None:
        if file not in self._in_view:
            self._in_view[file] = None
            while len(self._in_view) > _IN_VIEW:
                self._in_view.popitem(last=False)
            self._session.shown_files.watch("cards", list(self._in_view))
            if file in self._seen:
                # Also what was done to it while it was out of view.
                self._session.shown_files.drawn(file, self._seen[file])
        self._in_view.move_to_end(file)

    def recolour(self) -> None:
        """The terminal's colours are others: make every thumbnail again."""
        self._made.clear()
        self._pictures.clear()

    def _keep(self, records: Iterable[SegmentRecord]) -> None:
        for record in records:
            self._kept[record.id] = record
            self._kept.move_to_end(record.id)
        while len(self._kept) > _RECORDS:
            self._kept.popitem(last=False)

    def _fetch(self, segment_ids: Sequence[int]) -> None:
        found = self._read(lambda: self._session.segments(segment_ids))
        if found is not None:
            self._keep(found)
        if self.new is not None and self.new.id in segment_ids:
            self._keep([self.new])

    def _read(self, read: Callable[[], T]) -> T | None:
        """What `read` answers; None if it fails."""
        try:
            found = read()
        except StoryflowError as error:
            if not self.unreadable:
                self.unreadable = True
                self._unread(error)
            return None
        self.unreadable = False
        return found

    # Thumbnails, on a worker

    def _want(self, wanted: Wanted) -> None:
        with self._lock:
            self._waiting[wanted[:3]] = wanted
            self._waiting.move_to_end(wanted[:3])
            while len(self._waiting) > _WAITING:
                # Scrolled past; it is asked for again when it comes back into view.
                self._waiting.popitem(last=False)
            if self._working:
                return
            self._working = True
        self._work(self._make_all)

    def _next(self) -> Wanted | None:
        with self._lock:
            if not self._waiting:
                self._working = False
                return None
            return self._waiting.popitem(last=True)[1]

    def _make_all(self) -> None:
        while (wanted := self._next()) is not None:
            self._tell(self._arrived, wanted, self._make(wanted))

    def _make(self, wanted: Wanted) -> _Made:
        key = wanted[:3]
        seen: Look = None
        try:
            path = self._session.file(wanted.file)
            if path is None:
                return _Made(None, "broken", None)
            facts = path.stat()
            seen = (facts.st_size, facts.st_mtime_ns, facts.st_ino)
            before, ground = self._made.get(key), self._ground()
            if before is not None and before.seen == seen and before.ground in (None, ground):
                return before
            from storyflow_tui.tui.pixels import cover

            image = self._session.thumbnails.proxy(path)
            strips = cover(
                image, wanted.width, wanted.height, background=ground, colours=self._colours()
            )
        except FileNotFoundError:
            return _Made(None, "missing", None)
        except (OSError, StoryflowError):
            return _Made(None, "broken", seen)
        return _Made(strips, "ok", seen, ground if image.mode == "RGBA" else None)

    def _arrived(self, wanted: Wanted, made: _Made) -> None:
        key = wanted[:3]
        self._stale.discard(wanted.file)
        self._seen[wanted.file] = made.seen
        self._session.shown_files.drawn(wanted.file, made.seen)
        if self._made.get(key) is made:
            return
        self._made[key] = made
        self._pictures[wanted.file] = made.picture
        while len(self._made) > _THUMBNAILS:
            self._made.popitem(last=False)
        self._told(wanted.segment_id)


def _find(ids: list[int], segment_id: int) -> int:
    """The place of an id in a list; -1 for none."""
    try:
        return ids.index(segment_id)
    except ValueError:
        return -1
