"""A stage for widgets alone: an app of our themes that counts what it sends, and made-up cards."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from PIL import Image
from textual._compositor import CompositorUpdate
from textual.app import App, ComposeResult
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

from storyflow_tui.records import SegmentRecord
from storyflow_tui.tui import pixels
from storyflow_tui.tui.look import THEMES
from storyflow_tui.tui.widgets.card import CardState

WHEN = datetime(2025, 1, 1, tzinfo=UTC)


class Stage(App[None]):
    """Some widgets, a theme, and how many bytes they cost."""

    def __init__(self, *widgets: Widget, theme: str = "dark") -> None:
        super().__init__()
        self.widgets = widgets
        for one in THEMES:
            self.register_theme(one)
        self.theme = theme
        self.sent = 0
        self.heard: list[object] = []

    def compose(self) -> ComposeResult:
        yield from self.widgets

    def _display(self, screen: Screen[Any], renderable: Any) -> None:
        if isinstance(renderable, CompositorUpdate):
            self.sent += len(renderable.render_segments(self.console))
        super()._display(screen, renderable)


def segment(number: int, **fields: object) -> SegmentRecord:
    """A record; its id is 100 more than its number."""
    values: dict[str, object] = {
        "id": number + 100,
        "project_id": 1,
        "sequence_index": number - 1,
        "text_content": f"Narration of segment {number}, of some length, so that it is cut "
        "somewhere at a word and goes on after that for a while, then for another while.",
        "image_prompt": f"prompt {number}",
        "image_file": None,
        "audio_file": None,
        "audio_duration": None,
        "is_locked": False,
        "created_at": WHEN,
        "updated_at": WHEN,
    } | fields
    return SegmentRecord(**values)  # type: ignore[arg-type]


class Cards:
    """A source of made-up cards that remembers what it was asked."""

    def __init__(self, count: int, *, pictures: bool = False) -> None:
        self.segments = {n: segment(n + 1) for n in range(min(count, 2000))}
        self.count = count
        self.pictures = pictures
        self.states: dict[int, CardState] = {}
        self.asked: list[tuple[int, int]] = []
        self.thumbnails: dict[tuple[int, int, int], list[Strip]] = {}
        self.on_their_way = False

    def __len__(self) -> int:
        return self.count

    @property
    def total(self) -> int:
        return self.count

    def number(self, index: int) -> int:
        return index + 1

    def records(self, start: int, stop: int) -> Sequence[SegmentRecord]:
        self.asked.append((start, stop))
        return [
            self.segments.get(index) or segment(index + 1)
            for index in range(start, min(stop, self.count))
        ]

    def state(self, record: SegmentRecord) -> CardState:
        found = self.states.get(record.id)
        if found is not None:
            return found
        return CardState(locked=record.is_locked, picture="ok" if self.pictures else "none")

    def thumbnail(self, record: SegmentRecord, width: int, height: int) -> list[Strip] | None:
        if self.on_their_way:
            return None
        key = (record.id % 7, width, height)
        if key not in self.thumbnails:
            self.thumbnails[key] = pixels.cover(photograph(key[0]), width, height)
        return self.thumbnails[key]


def photograph(number: int) -> Image.Image:
    """A picture without two pixels alike: the worst that a camera could do."""
    flat = Image.radial_gradient("L").resize((192, 108)).rotate(number * 30)
    noise = Image.effect_noise((192, 108), 60)
    return Image.merge("RGB", (flat, noise, flat.transpose(Image.Transpose.ROTATE_180)))
