"""Figures and refusals as words: lengths, sizes, times and errors as the screens write them.

Pure functions of their arguments; the clock is given, never asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from storyflow_tui.errors import NotFoundError, StoryflowError
from storyflow_tui.lengths import clock

_KIB = 1024
_MIB = 1024 * 1024
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def refusal(error: StoryflowError) -> str:
    """The message of an error, without the id of a segment, which no screen shows."""
    name = f"Segment {error.details.get('segment_id')}"
    if not error.message.startswith(f"{name} "):
        return error.message
    if isinstance(error, NotFoundError):
        return "This segment was deleted meanwhile."
    return f"This segment{error.message.removeprefix(name)}"


def length(seconds: float, guessed: bool) -> str:
    """A length such as `~0:09`, ` 0:07`, ` 1:02:03`: at least 5 wide, with `~` for a guess.

    A measured one has a blank where the sign would stand, so that digits align.
    """
    return ("~" if guessed else " ") + clock(seconds)


def file_size(count: int, *, brief: bool = False) -> str:
    """A number of bytes as `812 B`, `455 KiB` or `2.1 MiB`; brief drops the tenths from 10 on."""
    if count < _KIB:
        return f"{count} B"
    if round(count / _KIB) < _KIB:
        return f"{round(count / _KIB)} KiB"
    mebibytes = count / _MIB
    if brief and mebibytes >= 9.95:
        return f"{round(mebibytes)} MiB"
    return f"{mebibytes:.1f} MiB"


def ago(when: datetime, now: datetime) -> str:
    """How long ago, at most 10 wide: `just now`, `5 min ago`, `yesterday`, `18 Nov`, `Nov 2024`.

    Both times are aware; days are told in the time zone of `now`.
    """
    when = when.astimezone(now.tzinfo)
    seconds = (now - when).total_seconds()
    days = (now.date() - when.date()).days
    if seconds < 60:
        return "just now"
    if seconds < 3600:
        return f"{int(seconds // 60)} min ago"
    if days <= 0:
        return f"{int(seconds // 3600)} h ago"
    if days == 1:
        return f"{int(seconds // 3600)} h ago" if seconds < 6 * 3600 else "yesterday"
    if days < 7:
        return f"{days} d ago"
    if days < 330:
        return f"{when.day} {_MONTHS[when.month - 1]}"
    return f"{_MONTHS[when.month - 1]} {when.year}"


def minute(when: datetime, now: datetime) -> str:
    """A time to the minute, such as `15 Feb 2024  09:30`, in the time zone of `now`."""
    when = when.astimezone(now.tzinfo)
    return f"{when.day} {_MONTHS[when.month - 1]} {when.year}  {when.hour:02}:{when.minute:02}"


def positions(places: Sequence[int], cells: int) -> str:
    """`segments 2, 4–7 and 9`: positions in order, those in a row together, cut where it must."""
    spans: list[list[int]] = []
    for place in places:
        if spans and spans[-1][1] == place - 1:
            spans[-1][1] = place
        else:
            spans.append([place, place])
    words: list[str] = []
    for first, last in spans:
        words.append(str(first) if first == last else f"{first}–{last}")
        if sum(map(len, words)) + 2 * len(words) > cells:
            words[-1] = "…"
            break
    start = ", ".join(words[:-1])
    end = words[-1] if not start else f", {words[-1]}" if words[-1] == "…" else f" and {words[-1]}"
    return f"segment{'s' if len(places) > 1 else ''} {start}{end}"
