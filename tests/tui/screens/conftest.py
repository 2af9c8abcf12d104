"""The app on a fresh library, at the list of stories or with another screen over it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest
from textual.screen import Screen

from storyflow_tui.config import Settings
from storyflow_tui.library import Library
from storyflow_tui.tui.app import StoryflowApp
from tests.tui.conftest import Editor

Stage = Callable[..., AbstractAsyncContextManager[Editor]]


@pytest.fixture
def open_stories(library: Library) -> Stage:
    """Opens the editor at the list; with `over`, at that screen, its answers in `answers`."""

    @asynccontextmanager
    async def opened(
        over: Screen[Any] | None = None,
        *,
        answers: list[Any] | None = None,
        size: tuple[int, int] = (120, 40),
        settings: Settings | None = None,
        **options: Any,
    ) -> AsyncIterator[Editor]:
        app = StoryflowApp(library, settings or Settings(), **options)
        async with app.run_test(size=size) as pilot:
            editor = Editor(app, pilot, library, 0)
            await editor.shows("Stories")
            if over is not None:
                answered = answers if answers is not None else []
                app.push_screen(over, answered.append)
                await editor.until(lambda: app.screen is over and over.is_mounted)
            await pilot.pause()
            yield editor
        assert app.session.finish(5)

    return opened
