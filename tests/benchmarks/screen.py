"""The editor in a pty: time to the first card, and the bytes that a key costs at 120x40."""

from __future__ import annotations

import statistics
import sys
from collections.abc import Iterator
from pathlib import Path

from storyflow_tui import transfer
from storyflow_tui.library import Library
from storyflow_tui.story import Story, StorySegment
from tests.benchmarks.figures import Figure
from tests.benchmarks.library import story
from tests.benchmarks.terminal import Answer, Terminal

_BLANK = """
from textual.app import App
from textual.widgets import Static
class Blank(App):
    def compose(self):
        yield Static("first card")
Blank().run()
"""
_RUNS = 5
_ALL_DRAWN = 28_500  # a whole 120x40 screen of photo cards drawn anew, see the design notes


def figures(folder: Path) -> Iterator[Figure]:
    """All figures of this part."""
    blank = [sys.executable, "-c", _BLANK]
    floor = min(_first(blank, b"first card") for _ in range(_RUNS))
    for count in (10, 10_000, 100_000):
        editor = _editor(folder / str(count), count)
        ours = min(_first(editor, b"1. The lamp") for _ in range(_RUNS))
        yield Figure(f"start to the first card, {count:,}", ours, floor, "ms", "blank Textual app")
    for count in (60, 10_000):
        yield from _keys(_with_pictures(folder / f"pictures{count}", count), count)


def _keys(editor: list[str], count: int) -> Iterator[Figure]:
    with Terminal(editor) as terminal:
        terminal.wait_for(b"The lamp")
        terminal.settle()
        terminal.press(b"jj")
        steps = [terminal.press(key) for key in (b"j", b"k", b"j", b"k", b"j")]
        yield _figure(f"a step, first 100 ms, {count:,} with pictures", steps, 684, early=True)
        yield _figure(f"a step, with the pane's picture, {count:,}", steps, 12_000)
        terminal.press(b"jjjj")
        scrolls = [terminal.press(b"j") for _ in range(5)]
        yield _figure(f"a scrolling step, first 100 ms, {count:,}", scrolls, _ALL_DRAWN, early=True)
        pages = [terminal.press(b"\x1b[6~") for _ in range(5)]
        yield _figure(f"a page, first 100 ms, {count:,}", pages, _ALL_DRAWN, early=True)
        first = statistics.median(answer.first_ms for answer in steps)
        yield Figure(f"a step, to its first byte, {count:,}", first, None, "ms", "")


def _figure(what: str, answers: list[Answer], floor: float, *, early: bool = False) -> Figure:
    ours = statistics.median(answer.early if early else answer.total for answer in answers)
    return Figure(what, ours, floor, "B", "the design's figure")


def _first(command: list[str], text: bytes) -> float:
    with Terminal(command) as terminal:
        return terminal.wait_for(text)


def _editor(folder: Path, count: int) -> list[str]:
    with Library.open(folder) as library:
        library.projects.import_story(story(count))
    return [sys.executable, "-m", "storyflow_tui", "--library", str(folder), "open", "1"]


def _with_pictures(folder: Path, count: int) -> list[str]:
    """A long story whose cards show the photos of the sample, over and over."""
    sample = transfer.read_story(transfer.sample_folder() / "the-lamp" / "story.json").story
    pictures = [segment.image_file for segment in sample.segments]
    long = story(count)
    some = [
        StorySegment(segment.text_content, segment.image_prompt, pictures[n % len(pictures)])
        for n, segment in enumerate(long.segments[:60])
    ]
    with Library.open(folder) as library:
        library.projects.import_story(
            Story("Long", [*some, *long.segments[60:]], folder=sample.folder or None)
        )
    return [sys.executable, "-m", "storyflow_tui", "--library", str(folder), "open", "1"]
