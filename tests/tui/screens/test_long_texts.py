"""A narration of tens of megabytes, in one line or in millions of words."""

from __future__ import annotations

import pytest

from storyflow_tui.story import Story, StorySegment
from tests.tui.conftest import Opener


@pytest.mark.long
@pytest.mark.parametrize("text", ["a" * 50_000_000, "word " * 10_000_000], ids=["line", "words"])
async def test_a_narration_of_fifty_megabytes_is_shown_passed_and_typed_into(
    open_story: Opener, text: str
) -> None:
    story = Story("The Lamp", [StorySegment("before"), StorySegment(text), StorySegment("after")])
    async with open_story(story=story) as editor:
        await editor.shows("before", text[:4], "after")
        await editor.press("j", "j", "k")
        await editor.press("e", "X")
        await editor.press("ctrl+s")
        await editor.until(lambda: editor.texts[1] == text + "X")
        await editor.press("j")
        assert editor.cursor == 3
