"""A story: a project as plain data on its way in or out of a file, and the rules it must meet.

No database and no file format in sight. What a story must be is checked here and nowhere else,
so that import, insert and the Python face refuse the same things with the same words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from storyflow_tui.errors import (
    InvalidLengthError,
    InvalidStoryError,
    InvalidTextError,
    InvalidTitleError,
)
from storyflow_tui.lengths import clean_length

TITLE_LENGTH = 200
"""Characters that a title may have at most."""

BLANK_NARRATION = "Narration text cannot be empty"
STORY_UNREADABLE = "Story could not be read"


@dataclass(slots=True)
class StorySegment:
    """One segment of a story.

    `image_file` is the path of a picture: absolute, or relative to the folder of the story
    (`Story.folder`). `audio_duration` is in seconds.
    """

    text_content: str
    image_prompt: str = ""
    image_file: str | None = None
    is_locked: bool = False
    audio_duration: float | None = None


@dataclass(slots=True)
class Story:
    """A title and its segments in order. `folder` is where relative pictures are looked for."""

    title: str
    segments: Sequence[StorySegment] = field(default_factory=list)
    folder: Path | None = None


class Contents(NamedTuple):
    """What a story holds, counted: enough to say what a file leaves out of it.

    Sounds are audio files, lengths are known ones. Padded texts have white space around them.
    """

    segments: int = 0
    prompts: int = 0
    pictures: int = 0
    locks: int = 0
    lengths: int = 0
    sounds: int = 0
    padded_narrations: int = 0
    padded_prompts: int = 0


def contents_of(story: Story) -> Contents:
    """The contents of a story in memory; it has no sounds."""
    segments = story.segments
    return Contents(
        segments=len(segments),
        prompts=sum(bool(each.image_prompt.strip()) for each in segments),
        pictures=sum(each.image_file is not None for each in segments),
        locks=sum(each.is_locked for each in segments),
        lengths=sum(each.audio_duration is not None for each in segments),
        padded_narrations=sum(each.text_content != each.text_content.strip() for each in segments),
        padded_prompts=sum(each.image_prompt != each.image_prompt.strip() for each in segments),
    )


def clean_title(title: object) -> str:
    """The title trimmed; raises InvalidTitleError for one that cannot be a title."""
    if not isinstance(title, str):
        raise InvalidTitleError("A title must be text", {"title": repr(title)})
    trimmed = title.strip()
    if not trimmed:
        raise InvalidTitleError("A title cannot be empty", {"length": 0, "limit": TITLE_LENGTH})
    if len(trimmed) > TITLE_LENGTH:
        raise InvalidTitleError(
            f"A title may have {TITLE_LENGTH} characters; this one has {len(trimmed)}",
            {"length": len(trimmed), "limit": TITLE_LENGTH},
        )
    if any(_is_control(character) for character in trimmed):
        raise InvalidTitleError("A title is one line without control characters", {})
    return trimmed


def clean_narration(text: object) -> str:
    """The narration as it is stored; raises InvalidTextError for one that cannot be."""
    cleaned = _clean_text(text, "Narration text", "text_content")
    if not cleaned.strip():
        raise InvalidTextError(BLANK_NARRATION, {"field": "text_content"})
    return cleaned


def clean_prompt(text: object) -> str:
    """The image prompt as it is stored; raises InvalidTextError for one that cannot be."""
    return _clean_text(text, "Image prompt", "image_prompt")


def clean_story(story: Story) -> Story:
    """A copy of the story as it is stored.

    Raises InvalidTitleError, or InvalidStoryError naming the index of the segment (0-based) and
    the field that is wrong.
    """
    title = clean_title(story.title)
    segments = [clean_segment(index, segment) for index, segment in enumerate(story.segments)]
    return Story(title, segments, story.folder)


def clean_segment(index: int, segment: StorySegment) -> StorySegment:
    """A copy of one segment as it is stored; raises InvalidStoryError naming index and field."""
    if not isinstance(segment, StorySegment):
        raise _wrong(index, None, f"it is a {type(segment).__name__}, not a segment")
    try:
        narration = clean_narration(segment.text_content)
        prompt = clean_prompt(segment.image_prompt)
    except InvalidTextError as error:
        field_name = str(error.details.get("field", ""))
        raise _wrong(index, field_name, error.message) from None
    if segment.image_file is not None and not isinstance(segment.image_file, str):
        raise _wrong(index, "image_file", "it must be a path as text, or null")
    if not isinstance(segment.is_locked, bool):
        raise _wrong(index, "is_locked", "it must be true or false")
    duration = clean_duration(index, segment.audio_duration)
    return StorySegment(narration, prompt, segment.image_file, segment.is_locked, duration)


def picture_path(story: Story, index: int) -> Path | None:
    """Where the picture of a segment lies, or None where it has none.

    With a folder the picture must lie inside it, links followed; raises InvalidStoryError
    otherwise. Without one the path is taken as it is. Whether the file is there and usable is not
    looked at here.
    """
    name = story.segments[index].image_file
    if name is None:
        return None
    if not name.strip() or "\0" in name:
        raise _wrong(index, "image_file", f"{name!r} is no path of a picture")
    if story.folder is None:
        return Path(name)
    folder = story.folder.resolve()
    try:
        path = (folder / name).resolve()
    except (OSError, ValueError, RuntimeError) as error:
        raise _wrong(index, "image_file", f"{name!r} cannot be followed: {error}") from None
    if Path(name).is_absolute() or not path.is_relative_to(folder):
        raise _wrong(index, "image_file", f"{name!r} lies outside the story's own folder")
    return path


def clean_duration(index: int, duration: object) -> float | None:
    """The length in seconds as it is stored; raises InvalidStoryError naming the segment."""
    try:
        return clean_length(duration)
    except InvalidLengthError as error:
        raise _wrong(index, "audio_duration", str(error.details["why"])) from None


def _wrong(index: int, field_name: str | None, why: str) -> InvalidStoryError:
    where = f"segment {index + 1}" + (f", {field_name}" if field_name else "")
    return InvalidStoryError(
        STORY_UNREADABLE, {"where": where, "index": index, "field": field_name, "why": why}
    )


def _clean_text(text: object, name: str, field_name: str) -> str:
    if not isinstance(text, str):
        raise InvalidTextError(
            f"{name} must be text, not {type(text).__name__}", {"field": field_name}
        )
    if "\0" in text:
        raise InvalidTextError(
            f"{name} cannot hold a NUL character",
            {"field": field_name, "offset": text.index("\0")},
        )
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise InvalidTextError(
                f"{name} cannot hold half a surrogate pair",
                {"field": field_name, "offset": error.start},
            ) from None
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _is_control(character: str) -> bool:
    # C0, DEL, C1, the Unicode line and paragraph separators, and lone surrogates.
    code = ord(character)
    return code < 32 or 127 <= code < 160 or code in (0x2028, 0x2029) or 0xD800 <= code < 0xE000
