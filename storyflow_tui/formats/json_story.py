"""The JSON form of a story: everything but the sound itself, pictures by their path.

Values are checked by the rules of `story`, so that an error names the segment's index and field.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import cast

from storyflow_tui.errors import JsonValue
from storyflow_tui.formats.options import USUAL, Option, Options
from storyflow_tui.formats.reading import Reading, decode, line_number, listed, unreadable
from storyflow_tui.records import counted
from storyflow_tui.story import Contents, Story, StorySegment, clean_segment

_STORY_KEYS = ("title", "segments")
_SEGMENT_KEYS = ("text_content", "image_prompt", "image_file", "is_locked", "audio_duration")
_SEGMENTS = re.compile(r'"segments"\s*+:\s*+\[')
_GAP = re.compile(r"[\s,]*+")
_DIGITS = 1000
_NAMED = 8


class _Object(dict[str, object]):
    """A JSON object that remembers which of its keys stood in it more than once."""

    def __init__(self, pairs: list[tuple[str, object]]) -> None:
        super().__init__(pairs)
        self.repeated: frozenset[str] = frozenset()
        if len(self) < len(pairs):
            counts = Counter(key for key, _ in pairs)
            self.repeated = frozenset(key for key, count in counts.items() if count > 1)


class JsonFormat:
    """`{"title", "segments": [{"text_content", …}]}` with pictures by path."""

    name = "json"
    about = "everything; in a folder with its pictures"
    endings: tuple[str, ...] = (".json",)
    holds_pictures = True
    options: tuple[Option, ...] = ()

    def read(self, data: bytes, *, folder: Path | None = None) -> Reading:
        """The story in these bytes; raises InvalidStoryError with line, or with index and field.

        `folder` is the story's own: pictures are looked for there. Without one (standard input,
        a paste) a story that names pictures is refused.
        """
        story = _parsed(decode(data))
        segments = story.get("segments")
        if "segments" not in story:
            raise unreadable("segments", "the story has no segments", field="segments")
        if not isinstance(segments, list):
            raise unreadable(
                "segments", f"it must be a list, not {_kind(segments)}", field="segments"
            )
        title = story.get("title")
        if title is not None and not isinstance(title, str):
            raise unreadable("title", f"it must be text, not {_kind(title)}", field="title")
        _refuse_repeated(story, _STORY_KEYS, "the story")
        unknown: Counter[str] = Counter()
        cleaned = []
        for index, segment in enumerate(segments):
            cleaned.append(_segment(index, segment, folder))
            unknown.update(key for key in segment if key not in _SEGMENT_KEYS)
        notes = []
        if strangers := [key for key in story if key not in _STORY_KEYS]:
            notes.append(f"Left out of the story: {_keys(strangers)}.")
        if unknown:
            notes.append(f"Left out of the segments: {_keys(list(unknown), unknown)}.")
        return Reading(Story(title or "", cleaned, folder), notes, title is not None)

    def write(self, story: Story, options: Options = USUAL) -> bytes:
        """The story as JSON in UTF-8, a key only where it says more than its default."""
        value = {"title": story.title, "segments": [_written(each) for each in story.segments]}
        return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()

    def left_out(self, contents: Contents, options: Options = USUAL) -> list[str]:
        """JSON holds all that a story has; where its pictures go is for the caller to say."""
        return []


def lines_of(text: str, index: int) -> tuple[int, int] | None:
    """The first and the last line (1-based) of a segment in a JSON text that can be parsed.

    None where that cannot be told.
    """
    found = _SEGMENTS.search(text)
    if found is None:
        return None
    decoder, place = json.JSONDecoder(parse_int=_number), found.end()
    try:
        for number in range(index + 1):
            gap = _GAP.match(text, place)
            start = gap.end() if gap else place
            _, place = decoder.raw_decode(text, start)
            if number == index:
                return line_number(text[:start]), line_number(text[:place])
    except (ValueError, RecursionError):
        pass
    return None


def _parsed(text: str) -> _Object:
    try:
        value = json.loads(text, object_pairs_hook=_Object, parse_int=_number)
    except json.JSONDecodeError as error:
        line = line_number(text[: error.pos])
        before = max(text.rfind("\n", 0, error.pos), text.rfind("\r", 0, error.pos))
        column = error.pos - before
        why = "the file is empty" if not text.strip() else error.msg.removesuffix(" at")
        raise unreadable(f"line {line}, column {column}", why, line=line, column=column) from None
    except RecursionError:
        raise unreadable("the file", "lists or objects in it are nested too deeply") from None
    if not isinstance(value, _Object):
        raise unreadable(
            "line 1",
            f"a story is an object with title and segments, not {_kind(value)}",
            line=1,
        )
    return value


def _number(digits: str) -> int | float:
    # Python refuses to turn thousands of digits into an int, and does not say where they stood.
    return int(digits) if len(digits) <= _DIGITS else math.inf


def _segment(index: int, value: object, folder: Path | None) -> StorySegment:
    where = f"segment {index + 1}"
    if not isinstance(value, _Object):
        raise unreadable(where, f"it must be an object, not {_kind(value)}", index=index)
    _refuse_repeated(value, _SEGMENT_KEYS, where, index=index)
    if "text_content" not in value:
        raise unreadable(
            f"{where}, text_content", "it is missing", index=index, field="text_content"
        )
    prompt, image = value.get("image_prompt"), value.get("image_file")
    segment = clean_segment(
        index,
        StorySegment(
            _text(index, "text_content", value["text_content"]),
            "" if prompt is None else _text(index, "image_prompt", prompt),
            None if image is None else _text(index, "image_file", image),
            cast(bool, value.get("is_locked", False)),
            cast("float | None", value.get("audio_duration")),
        ),
    )
    if segment.image_file is not None and folder is None:
        raise unreadable(
            f"{where}, image_file",
            f"{segment.image_file!r} cannot be found: only a story in a file has a folder",
            index=index,
            field="image_file",
        )
    return segment


def _text(index: int, key: str, value: object) -> str:
    if isinstance(value, str):
        return value
    raise unreadable(
        f"segment {index + 1}, {key}",
        f"it must be text, not {_kind(value)}",
        index=index,
        field=key,
    )


def _refuse_repeated(
    value: _Object, known: tuple[str, ...], where: str, **details: JsonValue
) -> None:
    # Which of two values is meant cannot be told; unknown keys are left out however often.
    for key in known:
        if key in value.repeated:
            raise unreadable(f"{where}, {key}", "it is there more than once", **details, field=key)


def _written(segment: StorySegment) -> dict[str, object]:
    written: dict[str, object] = {"text_content": segment.text_content}
    if segment.image_prompt:
        written["image_prompt"] = segment.image_prompt
    if segment.image_file is not None:
        written["image_file"] = segment.image_file
    if segment.is_locked:
        written["is_locked"] = True
    if segment.audio_duration is not None and math.isfinite(segment.audio_duration):
        written["audio_duration"] = segment.audio_duration
    return written


def _keys(names: list[str], counts: Mapping[str, int] | None = None) -> str:
    """`unknown key 'scene' (12 times)`; many are not all named. repr keeps screens safe."""
    named = []
    for name in names[:_NAMED]:
        shown = repr(name if len(name) <= 40 else name[:39] + "…")
        named.append(f"{shown} ({counted(counts[name], 'time')})" if counts else shown)
    if len(names) > _NAMED:
        named.append(f"{len(names) - _NAMED} more")
    return f"unknown {'key' if len(names) == 1 else 'keys'} {listed(named)}"


def _kind(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    for types, kind in (
        ((int, float), "a number"),
        (str, "text"),
        (list, "a list"),
        (dict, "an object"),
    ):
        if isinstance(value, types):
            return kind
    return type(value).__name__
