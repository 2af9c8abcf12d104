"""What a story holds, counted in the database as it would be in memory."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from storyflow_tui.errors import NotFoundError
from storyflow_tui.library import Library
from storyflow_tui.story import Contents, Story, StorySegment, contents_of

BLANKS = "".join(filter(str.isspace, map(chr, range(0x3001))))


@pytest.fixture
def story(tmp_path: Path) -> Story:
    """One of everything that is counted, with every character that is white space."""
    Image.new("RGB", (4, 4)).save(tmp_path / "lamp.png")
    return Story(
        "T",
        [
            StorySegment("a", "p", str(tmp_path / "lamp.png"), True, 2.0),
            StorySegment("b\u3000", BLANKS),
            *(StorySegment(f"{blank}c", f"q{blank}") for blank in BLANKS if blank != "\r"),
            StorySegment("\u200bd\ufeff", "\u2060"),
        ],
    )


def test_contents_are_counted_as_in_memory(library: Library, story: Story) -> None:
    project = library.projects.import_story(story)
    assert library.segments.contents(project.id) == contents_of(story)


def test_contents_of_some_are_of_those_and_of_this_project(library: Library, story: Story) -> None:
    project = library.projects.import_story(story)
    other = library.projects.import_story(Story("U", [StorySegment("x", "y")]))
    first, *_ = library.segments.ids(project.id)
    ids = [first, *library.segments.ids(other.id)]
    assert library.segments.contents(project.id, ids) == Contents(1, 1, 1, 1, 1)
    assert library.segments.contents(project.id, []) == Contents()
    with pytest.raises(NotFoundError):
        library.segments.contents(99)
