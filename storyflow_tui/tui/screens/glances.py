"""What the pane of the list says of a story: from a few reads, whatever the story's size."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from storyflow_tui import transfer
from storyflow_tui.errors import StoryflowError
from storyflow_tui.records import ProjectRecord, counted, estimated_seconds
from storyflow_tui.story import picture_path
from storyflow_tui.tui.look import ago, length
from storyflow_tui.tui.widgets.story_pane import Glance

if TYPE_CHECKING:
    from storyflow_tui.tui.session import Session

_FIRST = 12
_PICTURES = 4


def glance_of_project(session: Session, record: ProjectRecord, now: datetime) -> Glance | None:
    """A story of the library; None when it is gone meanwhile."""
    try:
        first = session.library.segments.first(record.id, _FIRST)
        files = [session.file(segment.image_file) for segment in first]
    except StoryflowError:
        return None
    pace = session.settings.words_per_minute
    seconds = length(record.duration(pace), record.is_guessed).strip()
    segments = counted(record.segment_count, "segment")
    return Glance(
        record.title,
        (segments, seconds) if record.segment_count else (segments,),
        first[0].text_content if first else "Nothing is in it yet.",
        [file for file in files if file is not None][:_PICTURES],
        [
            ("Pictures", f"{record.image_count} of {record.segment_count}"),
            ("Locked", counted(record.locked_count, "segment") if record.locked_count else "none"),
            ("Narrated", _narrated(record, seconds)),
            ("Made", ago(record.created_at, now)),
        ],
    )


@lru_cache(maxsize=4)
def glance_of_sample(name: str, words_per_minute: int) -> Glance | None:
    """A sample story, for the empty list; None where the samples are not installed."""
    try:
        story = transfer.read_story(transfer.sample(name)).story
        files = [picture_path(story, index) for index in range(min(len(story.segments), _FIRST))]
    except StoryflowError:
        return None
    seconds = sum(
        each.audio_duration or estimated_seconds(each.text_content, words_per_minute)
        for each in story.segments
    )
    return Glance(
        story.title,
        ("a sample", counted(len(story.segments), "segment"), length(seconds, True).strip()),
        story.segments[0].text_content if story.segments else "",
        [file for file in files if file is not None][:_PICTURES],
        key="s",
        words="imports it with its pictures; u takes it back",
    )


def _narrated(record: ProjectRecord, seconds: str) -> str:
    if not record.measured_seconds:
        return "not yet"
    if not record.is_guessed:
        return "all of it"
    return f"{length(record.measured_seconds, False).strip()} of {seconds}"
