"""Lengths of time: which can be one, and how people write and read them (`1:30`, `90`, `5 min`).

What a segment or a story lasts is not decided here; records tell that.
"""

from __future__ import annotations

import math
import re

from storyflow_tui.errors import InvalidLengthError

LONGEST_SECONDS = 1e9
"""How long the sound of a segment can be: thirty years, so that no sum leaves the numbers."""

NONE = "none"
"""What stands for no length where one can be written."""

WAYS = "90, 1:30, 1:02:03 or 5 min"
"""How a length can be written, for those who are asked for one."""

_CLOCK = re.compile(r"(?:([0-9]+):(?=[0-9]{2}:))?([0-9]+):([0-9]{2}(?:\.[0-9]+)?)")
_UNITS = re.compile(
    r"(?:([0-9]+)\s*h)?\s*(?:([0-9]+(?:\.[0-9]+)?)\s*m(?:in)?)?\s*(?:([0-9]+(?:\.[0-9]+)?)\s*s?)?"
)
_LONGEST_SHOWN = 1e12  # a sum of lengths from elsewhere may be no number at all


def clean_length(length: object) -> float | None:
    """The length in seconds as it is stored, None for none; raises InvalidLengthError."""
    if length is None:
        return None
    if isinstance(length, bool) or not isinstance(length, (int, float)):
        raise _wrong("it must be a number of seconds, or null")
    try:
        seconds = float(length)
    except OverflowError:
        seconds = math.inf
    if not math.isfinite(seconds) or seconds < 0:
        raise _wrong("it must be a finite number of seconds, 0 or more")
    if seconds > LONGEST_SECONDS:
        raise _wrong(f"it may be {LONGEST_SECONDS:,.0f} seconds at most")
    return seconds


def clean_target(length: object) -> float | None:
    """How long a story is to be, as it is stored; raises InvalidLengthError, also for 0."""
    target = clean_length(length)
    if target == 0:
        raise _wrong("a target is more than 0 seconds")
    return target


def read_length(text: str) -> float | None:
    """A length as people write it, in seconds; None for `none`. Raises InvalidLengthError."""
    text = text.strip().lower()
    if text == NONE:
        return None
    clock, units = _CLOCK.fullmatch(text), _UNITS.fullmatch(text)
    found = clock or units
    if found is None or not any(found.groups()) or len(text) > 40:
        raise _wrong(f"it is written as {WAYS}")
    hours, minutes, seconds = (float(part or 0) for part in found.groups())
    if clock and (seconds >= 60 or (clock[1] and minutes >= 60)):
        raise _wrong("seconds and minutes behind a colon are below 60")
    return clean_length(hours * 3600 + minutes * 60 + seconds)


def clock(seconds: float) -> str:
    """A length as people read it: `0:07`, `1:02:03`, to the second."""
    whole = int(min(max(0.0, seconds), _LONGEST_SHOWN) + 0.5)
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _wrong(why: str) -> InvalidLengthError:
    return InvalidLengthError(f"This can be no length: {why}", {"why": why})
