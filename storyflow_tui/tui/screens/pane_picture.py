"""The picture of the current segment, large, in the pane: found, looked at and drawn.

Its file is looked at on a worker; how pixels become cells is the business of the widget.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from storyflow_tui.errors import StoryflowError
from storyflow_tui.records import SegmentRecord
from storyflow_tui.tui.overrides import in_words
from storyflow_tui.tui.screens.actions import file_name
from storyflow_tui.tui.screens.story_screen import StoryScreen
from storyflow_tui.tui.session import Session
from storyflow_tui.tui.widgets.picture import Picture

if TYPE_CHECKING:
    from PIL.Image import Image

_HELP = "i chooses another, I removes it"


class _File(NamedTuple):
    """What a worker found out about the current picture."""

    segment_id: int
    path: Path | None
    key: tuple[object, ...]
    pixels: tuple[int, int] | None
    bytes: int | None


class StoryPicture(StoryScreen, inherit_bindings=False):
    """Shows the picture of a segment, or a sign for one that is missing or broken."""

    def __init__(self) -> None:
        super().__init__()
        self._pictured: tuple[object, ...] = ()

    def show_picture(self, record: SegmentRecord | None) -> None:
        """Show the picture of this segment; of none or without one, what can be done."""
        picture = self.pane.picture
        if record is None or not record.image_file:
            self._pictured = ()
            self.pane.show_file(None)
            fixed = self.session.read_only or (record is not None and record.is_locked)
            picture.empty(
                "" if record is None else "no picture" if fixed else "i  choose a picture"
            )
            return
        if self._pictured[:2] != (record.id, record.image_file):
            self._pictured = (record.id, record.image_file)
            picture.empty()
            self.pane.show_file(file_name(record))
        self.aside(lambda: self._look_at_file(record), "picture-file")

    def _look_at_file(self, record: SegmentRecord) -> None:
        """On a worker: what the current picture is, from its header."""
        from storyflow_tui.library.images import inspect

        found = _File(record.id, None, (record.id, record.image_file), None, None)
        try:
            path = self.session.file(record.image_file)
            facts = path.stat() if path else None
            if path and facts:
                key = (*found.key, facts.st_size, facts.st_mtime_ns, facts.st_ino)
                found = found._replace(path=path, key=key, bytes=facts.st_size)
                image = inspect(path, decode=False)
                found = found._replace(pixels=(image.width, image.height))
        except (OSError, StoryflowError):
            pass
        self.app.call_later(self._file_found, found)

    def _file_found(self, found: _File) -> None:
        record = self.pane.record
        if record is None or (record.id, record.image_file) != found.key[:2]:
            return
        picture = self.pane.picture
        self.pane.show_file(file_name(record), found.pixels, found.bytes)
        if found.path is None:
            # The same file may come back.
            self._pictured = found.key[:2]
            picture.say("! The picture is missing.", self._picture_help)
        elif self._pictured != found.key:
            self._pictured = found.key
            picture.show(found.path, found.key)

    def on_picture_failed(self, event: Picture.Failed) -> None:
        """Say what can be done about a broken picture."""
        self.pane.picture.say("! The picture cannot be read.", self._picture_help)

    @property
    def _picture_help(self) -> str:
        return "" if self.session.read_only else in_words(self.app, _HELP)


class Proxies:
    """The session's thumbnails, so that Pillow is imported on a worker and not at the start."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def proxy(self, path: Path) -> Image:
        """The small copy of a picture; see `Thumbnails.proxy`."""
        return self._session.thumbnails.proxy(path)
