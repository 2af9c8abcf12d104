"""The segments of a story one after the other: records by windows, pictures decoded ahead.

For screens that show one segment at a time. Records are read on the spot; `picture` is for
workers, and what was decoded for the next segment is there when its turn comes.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple

from storyflow_tui.errors import StoryflowError
from storyflow_tui.records import SegmentRecord
from storyflow_tui.tui.session import Session

if TYPE_CHECKING:
    from PIL.Image import Image

_AROUND = 4
"""Records that are fetched before and after the one that is asked for."""

_RECORDS = 200
_PICTURES = 4


class Shown(NamedTuple):
    """A picture for the box: decoded, or why there is none. `key` stands for its content."""

    key: Hashable
    image: Image | None
    state: Literal["ok", "missing", "broken"]


class Reel:
    """The segments of one story in their order."""

    def __init__(self, session: Session, ids: Sequence[int]) -> None:
        self._session = session
        self.ids = ids
        self._records: OrderedDict[int, SegmentRecord] = OrderedDict()
        self._pictures: OrderedDict[Hashable, Image] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self.ids)

    def record(self, place: int) -> SegmentRecord | None:
        """The segment at a place, None if it is there no more; raises StoryflowError."""
        if not 0 <= place < len(self.ids):
            return None
        if self.ids[place] not in self._records:
            window = self.ids[max(0, place - _AROUND) : place + _AROUND + 1]
            wanted = [one for one in window if one not in self._records]
            for record in self._session.segments(wanted):
                self._records[record.id] = record
            while len(self._records) > _RECORDS:
                self._records.popitem(last=False)
        return self._records.get(self.ids[place])

    def forget(self) -> None:
        """Any record may be different by now."""
        self._records.clear()

    def picture(self, file: str) -> Shown:
        """On a worker: the picture of a file of the library, decoded now or before."""
        try:
            path = self._session.file(file)
            if path is None:
                return Shown((file,), None, "broken")
            facts = path.stat()
            look = (facts.st_size, facts.st_mtime_ns, facts.st_ino)
            key = (file, *look)
            self._session.shown_files.drawn(file, look)
            with self._lock:
                image = self._pictures.get(key)
            if image is None:
                image = self._session.thumbnails.proxy(path)
        except FileNotFoundError:
            return Shown((file,), None, "missing")
        except (OSError, StoryflowError):
            return Shown((file,), None, "broken")
        with self._lock:
            self._pictures[key] = image
            self._pictures.move_to_end(key)
            while len(self._pictures) > _PICTURES:
                self._pictures.popitem(last=False)
        return Shown(key, image, "ok")
