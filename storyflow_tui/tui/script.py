"""What a pasted script amounts to: its title, the segments read so far, and every problem.

Called on a worker after each pause in typing. Whether the story then becomes a project is the
library's to say; nothing here imports it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from storyflow_tui import formats
from storyflow_tui.errors import StoryflowError
from storyflow_tui.formats.json_story import lines_of
from storyflow_tui.formats.text_story import scan
from storyflow_tui.records import WORDS_PER_MINUTE, estimated_seconds
from storyflow_tui.story import StorySegment

_SHOWN = 400


class Trouble(NamedTuple):
    """Why something cannot be read: its lines (1-based, both ends; 0 unknown) and what to do."""

    line: int
    last_line: int
    message: str
    remedy: str


class Part(NamedTuple):
    """One block as far as it was read; `narration` is None where there is none."""

    number: int
    narration: str | None
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Script:
    """A script read to its end. `title` is None where it names none; `parts` are the first few.

    `format` is the name of the format that it is in; `seconds` is the length of what was read.
    `segments` are those that would be made, `notes` say what of the script is left out then.
    """

    format: str = "text"
    title: str | None = None
    troubles: list[Trouble] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    part_count: int = 0
    segment_count: int = 0
    seconds: float = 0.0
    is_guessed: bool = False
    segments: Sequence[StorySegment] = ()
    notes: Sequence[str] = ()


def read_script(text: str, words_per_minute: int = WORDS_PER_MINUTE) -> Script:
    """Read a script, whatever is wrong with it: JSON where it begins with a brace, else text."""
    if text.removeprefix("\ufeff").lstrip().startswith("{"):
        return _read_json(text, words_per_minute)
    draft = scan(text)
    troubles = [
        Trouble(problem.line, problem.last_line, problem.message, problem.remedy)
        for problem in draft.problems
    ]
    parts = [
        Part(block.number, block.segment.text_content)
        if block.segment
        else Part(block.number, None, _short(block.problem.message if block.problem else ""))
        for block in draft.blocks[:_SHOWN]
    ]
    return _script(
        "text", draft.title, troubles, parts, len(draft.blocks), draft.segments, words_per_minute
    )


def _read_json(text: str, words_per_minute: int) -> Script:
    try:
        reading = formats.JSON.read(text.encode("utf-8", "replace"))
    except StoryflowError as error:
        line, index = error.details.get("line"), error.details.get("index")
        number = last = line if isinstance(line, int) else 0
        where = "" if number else str(error.details.get("where") or "")
        if isinstance(index, int) and (lines := lines_of(text.removeprefix("\ufeff"), index)):
            number, last = lines
        why = str(error.details.get("why") or error.message)
        remedy = "Nothing of a JSON story is imported until all of it can be read."
        said = f"{where}: {why}" if where else why[:1].upper() + why[1:]
        return Script("json", troubles=[Trouble(number, last, said, remedy)])
    segments = list(reading.story.segments)
    parts = [Part(at, each.text_content) for at, each in enumerate(segments[:_SHOWN], 1)]
    title = reading.story.title if reading.has_title else None
    read = _script("json", title, [], parts, len(segments), segments, words_per_minute)
    return replace(read, notes=reading.notes)


def _script(
    name: str,
    title: str | None,
    troubles: list[Trouble],
    parts: list[Part],
    count: int,
    segments: list[StorySegment],
    words_per_minute: int,
) -> Script:
    seconds, is_guessed = length_of(segments, words_per_minute)
    return Script(name, title, troubles, parts, count, len(segments), seconds, is_guessed, segments)


def length_of(segments: Sequence[StorySegment], words_per_minute: int) -> tuple[float, bool]:
    """How long these are together, in seconds, and whether any of it is a guess."""
    measured = sum(each.audio_duration or 0.0 for each in segments)
    unmeasured = [each for each in segments if each.audio_duration is None]
    guessed = sum(estimated_seconds(each.text_content, words_per_minute) for each in unmeasured)
    return measured + guessed, bool(unmeasured)


def _short(message: str) -> str:
    # `Block 3 has no narration.` beside its number is `no narration`.
    return message.partition(" has ")[2].rstrip(".") or message.rstrip(".")
