"""A running editor for pilot tests: on a library of its own, opened at a story."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
import textual._wait
from textual.pilot import Pilot

from storyflow_tui.config import Settings
from storyflow_tui.library import Library
from storyflow_tui.records import SegmentRecord
from storyflow_tui.story import Story, StorySegment
from storyflow_tui.tui.app import StoryflowApp
from storyflow_tui.tui.screens.timeline import TimelineScreen
from storyflow_tui.tui.session import Session
from storyflow_tui.tui.widgets import unasked


@pytest.fixture(autouse=True)
def _looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pilot looks every few milliseconds whether the app is idle, and not every twenty.

    After each key it does so twice; what takes longer is waited for by `until` and `shows`.
    """
    monkeypatch.setattr(textual._wait, "SLEEP_GRANULARITY", 0.004)
    monkeypatch.setattr(textual._wait, "SLEEP_IDLE", 0.0005)


@contextmanager
def a_long_write(session: Session) -> Iterator[None]:
    """A write that lasts while the block does; what is asked for in the block waits behind it."""
    over = threading.Event()
    session.write(lambda _: over.wait(20))
    try:
        yield
    finally:
        over.set()


@dataclass
class Editor:
    """The app at the timeline of a story, with what a test asks of it."""

    app: StoryflowApp
    pilot: Pilot[int]
    library: Library
    project_id: int

    @property
    def screen(self) -> TimelineScreen:
        """The timeline; it need not be on top."""
        found = [one for one in self.app.screen_stack if isinstance(one, TimelineScreen)]
        return found[-1]

    @property
    def segments(self) -> list[SegmentRecord]:
        """What is stored."""
        return list(self.library.segments.list(self.project_id))

    @property
    def texts(self) -> list[str]:
        """The narrations that are stored, in order."""
        return [segment.text_content for segment in self.segments]

    @property
    def cursor(self) -> int:
        """The position of the bar, from 1 on."""
        return self.screen.timeline.cursor + 1

    @property
    def lines(self) -> list[str]:
        """What stands on the screen."""
        from textual._context import visible_screen_stack

        visible_screen_stack.set(self.app._background_screens)
        strips = self.app.screen._compositor.render_strips()
        return [strip.text.rstrip() for strip in strips]

    @property
    def text(self) -> str:
        """What stands on the screen, in one piece."""
        return "\n".join(self.lines)

    async def until(self, true: Callable[[], object], tries: int = 400) -> None:
        """Wait until something is so, and say what the screen shows if it never is."""
        for _ in range(tries):
            if true():
                return
            await self.pilot.pause(0.01)
        raise AssertionError(f"it never came to be; the screen shows\n{self.text}")

    async def shows(self, *words: str) -> None:
        """Wait until the screen shows all these words."""
        await self.until(lambda: all(one in self.text for one in words))

    async def press(self, *keys: str) -> None:
        """Press keys, and wait until the writes they caused are done."""
        await self.pilot.press(*keys)
        await self.until(lambda: not self.app.session.pending)
        await self.pilot.pause()


Opener = Callable[..., AbstractAsyncContextManager[Editor]]


@pytest.fixture(autouse=True)
def _keys_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    """A question that opens by itself takes answers at once, unless a test is about that."""
    monkeypatch.setattr(unasked, "RESTS", 0.0)


@pytest.fixture
def open_story(library: Library) -> Opener:
    """Opens the editor at a story of `count` segments, or at `story`."""

    @asynccontextmanager
    async def opened(
        count: int = 12,
        *,
        size: tuple[int, int] = (120, 40),
        story: Story | None = None,
        project_id: int | None = None,
        settings: Settings | None = None,
        ready: bool = True,
        **options: Any,
    ) -> AsyncIterator[Editor]:
        if project_id is None:
            segments = [StorySegment(f"Narration {n}.", f"prompt {n}") for n in range(1, count + 1)]
            project_id = library.projects.import_story(story or Story("The Lamp", segments)).id
        app = StoryflowApp(library, settings or Settings(), project_id=project_id, **options)
        async with app.run_test(size=size) as pilot:
            editor = Editor(app, pilot, library, project_id)
            if ready:
                shown = app.screen_stack
                await editor.until(lambda: any(isinstance(one, TimelineScreen) for one in shown))
                await editor.until(lambda: hasattr(editor.screen, "project"))
                await pilot.pause()
            yield editor
        assert app.session.finish(5)

    return opened
