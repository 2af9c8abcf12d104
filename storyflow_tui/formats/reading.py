"""What reading a story file yields, and what all formats share: decoding and the shape of errors.

No format's own rules in here, and no disk: bytes come in, text and errors go out.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from storyflow_tui.errors import InvalidStoryError, JsonValue
from storyflow_tui.story import STORY_UNREADABLE, Story


@dataclass(frozen=True, slots=True)
class Reading:
    """A story as it was read, and sentences on what was left out of it.

    Where the file has no title, `has_title` is False and `story.title` is empty; a title that is
    there but blank is empty too, with `has_title` True.
    """

    story: Story
    notes: list[str] = field(default_factory=list)
    has_title: bool = True


def decode(data: bytes) -> str:
    """The text of a file in UTF-8, a BOM taken off; raises InvalidStoryError naming the line."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = line_number(error.object[: error.start].decode("utf-8", "replace"))
        why = f"byte 0x{error.object[error.start]:02x} is not UTF-8"
        if b"\0" in data[:200]:
            why += "; it looks like UTF-16 or a binary file"
        raise unreadable(
            f"line {line}", f"{why}. A story is text saved as UTF-8.", line=line
        ) from None


def line_number(before: str) -> int:
    """The number (1-based) of the line that follows this text; LF, CRLF and CR end a line."""
    return before.count("\n") + before.count("\r") - before.count("\r\n") + 1


def unreadable(where: str, why: str, **details: JsonValue) -> InvalidStoryError:
    """The error for a story that cannot be read: where (for people), why, and details."""
    return InvalidStoryError(STORY_UNREADABLE, {"where": where, **details, "why": why})


def listed(parts: list[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join(filter(None, [", ".join(parts[:-1]), *parts[-1:]]))
