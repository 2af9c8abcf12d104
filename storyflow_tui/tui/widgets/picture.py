"""One large picture in a box of cells, or a sign and a sentence in its place.

Decoding runs on a worker that the next picture overtakes; while a picture is on its way the box
is empty. Where proxies come from is given from outside.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from rich.segment import Segment
from textual import work
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget
from textual.worker import get_current_worker

from storyflow_tui.errors import StoryflowError
from storyflow_tui.tui import text
from storyflow_tui.tui.look import Palette, palette
from storyflow_tui.tui.strips import PackedStrip, blank_line, drawn
from storyflow_tui.tui.widgets.header import Tone

if TYPE_CHECKING:
    from PIL.Image import Image

    from storyflow_tui.tui.pixels import Colours


class Proxies(Protocol):
    """Where small copies of pictures come from."""

    def proxy(self, path: Path) -> Image:
        """The picture upright, in RGB, some hundred pixels; InvalidImageError says why not."""
        ...


class Picture(Widget):
    """A box that shows a picture, words, or nothing, on a surface named by its role."""

    DEFAULT_CSS = """
    Picture { width: 1fr; height: 1fr; background: $well; }
    """

    @dataclass
    class Failed(Message):
        """The picture cannot be shown; `reason` is a sentence."""

        picture: Picture
        key: Hashable
        reason: str

        @property
        def control(self) -> Picture:
            """The box that sent this."""
            return self.picture

    def __init__(
        self,
        proxies: Proxies | None = None,
        *,
        surface: str = "well",
        id: str | None = None,  # noqa: A002
    ) -> None:
        super().__init__(id=id)
        self.proxies = proxies
        self._surface = surface
        self._key: Hashable = None
        self._image: Image | None = None
        self._words: tuple[str, str, Tone] | None = None
        self._lines: list[Strip] | None = None
        self._drawn_for: tuple[object, ...] = ()

    def show(self, path: Path | None, key: Hashable = None) -> None:
        """Show the picture of this file; nothing happens if `key` is the one that is shown.

        `key` stands for the content (a path is taken as its own key). None clears the box.
        """
        key = path if key is None else key
        if path is None:
            self.empty()
        elif key != self._key:
            self._set(key=key)
            self._decode(path, key)

    def put(self, image: Image, key: Hashable) -> None:
        """Show a picture that was decoded already: at once, with no empty box before it."""
        self._set(key=key)
        self._image = image

    @property
    def key(self) -> Hashable:
        """What stands for the picture that is shown; None for none."""
        return self._key

    def say(self, title: str, rest: str = "", tone: Tone = "warning") -> None:
        """Show words in place of a picture: a title in its tone, and what can be done about it."""
        self._set(words=(title, rest, tone))

    def empty(self, words: str = "") -> None:
        """Show no picture, and muted words about it if there are any."""
        self._set(words=("", words, "muted") if words else None)

    def _set(self, *, key: Hashable = None, words: tuple[str, str, Tone] | None = None) -> None:
        self._key = key
        self._image = None
        self._words = words
        self._redraw()

    def _redraw(self) -> None:
        self._lines = None
        self.refresh()

    @work(thread=True, exclusive=True, group="picture", exit_on_error=False)
    def _decode(self, path: Path, key: Hashable) -> None:
        worker = get_current_worker()
        if self.proxies is None or worker.is_cancelled:
            return
        try:
            image = self.proxies.proxy(path)
        except StoryflowError as error:
            reason = str(error.details.get("reason", error.message))
            self.app.call_from_thread(self._fail, key, reason)
        else:
            self.app.call_from_thread(self._arrive, key, image)

    def _arrive(self, key: Hashable, image: Image) -> None:
        if key == self._key:
            self._image = image
            self._redraw()

    def _fail(self, key: Hashable, reason: str) -> None:
        if key == self._key:
            self.say("! The picture cannot be read.", reason)
            self._key = key
            self.post_message(self.Failed(self, key, reason))

    def render_lines(self, crop: Region) -> list[Strip]:
        """The lines of the box."""
        colours = palette(self.app.theme)
        wanted = (self.size, colours, self.app.console.color_system)
        if self._lines is None or self._drawn_for != wanted:
            self._drawn_for = wanted
            self._lines = self._draw(colours)
        return drawn(self, self._lines, crop, self._ground(colours))

    def _draw(self, colours: Palette) -> list[Strip]:
        width, height = self.size
        if self._image is not None and width and height:
            from storyflow_tui.tui.pixels import fit

            return fit(
                self._image,
                width,
                height,
                background=self._ground(colours),
                colours=colours_of(self),
            )
        if self._words is not None:
            return words_in_box(*self._words, colours, width, height, self._surface)
        return []

    def _ground(self, colours: Palette) -> str:
        return str(getattr(colours, self._surface))


def colours_of(widget: Widget) -> Colours:
    """What the terminal of this widget can show."""
    return "256" if widget.app.console.color_system == "256" else "truecolor"


def words_in_box(
    title: str,
    rest: str,
    tone: Tone,
    colours: Palette,
    width: int,
    height: int,
    surface: str = "well",
) -> list[Strip]:
    """A title and its explanation in the middle of a box, the sign of the title hanging left."""
    room = max(1, width - 6)
    sign, blank, phrase = title.partition(" ") if title[:1] in "!×" else ("", "", title)
    lead = sign + blank
    room -= len(lead)
    first = text.wrap(phrase, room, 3)
    then = text.wrap(rest, room, 6)
    rows = [(line, colours.style(tone, surface, bold=True)) for line in first]
    follow = "text" if tone == "danger" else "muted"
    rows += [(line, colours.style(follow, surface)) for line in then]
    widest = max((text.width(line) for line, _ in rows), default=0) + len(lead)
    left = max(0, (width - widest) // 2)
    above = max(0, (height - len(rows)) // 2)
    strips: list[Strip] = [blank_line(width, getattr(colours, surface))] * above
    plain = colours.style("text", surface)
    for number, (line, style) in enumerate(rows[: height - above]):
        before = lead if number == 0 else " " * len(lead)
        pieces = Strip([Segment(" " * left, plain), Segment(before + line, style)])
        strips.append(PackedStrip(list(pieces.adjust_cell_length(width, plain)), width))
    return strips
