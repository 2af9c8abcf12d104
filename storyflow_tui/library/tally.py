"""The counts of a project, as sums over its segments: what one segment adds to each.

The door adds and takes away these as rows come, go and change, so that screens and lists never
read a project's texts to count them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from storyflow_tui.records import SegmentRecord, counts_by_characters, word_count


class Counts(NamedTuple):
    """Columns of the table `tally`, in its order; lengths in seconds."""

    segment_count: int = 0
    image_count: int = 0
    locked_count: int = 0
    word_count: int = 0
    measured_seconds: float = 0.0
    guessed_words: int = 0
    guessed_characters: int = 0

    def plus(self, others: Iterable[Counts], sign: int = 1) -> Counts:
        """These counts with others added (`sign` 1) or taken away (`sign` -1)."""
        columns = list(zip(*others, strict=True)) or [()] * len(self)  # no others: nothing to add
        return Counts._make(
            mine + sign * sum(theirs) for mine, theirs in zip(self, columns, strict=True)
        )


def counts_of(segment: SegmentRecord) -> Counts:
    """What one segment adds to the counts of its project."""
    spoken = spoken_words(segment.text_content)
    guessed = segment.audio_duration is None
    return Counts(
        segment_count=1,
        image_count=int(bool(segment.image_file)),
        locked_count=int(segment.is_locked),
        word_count=abs(spoken),
        measured_seconds=segment.audio_duration or 0.0,
        guessed_words=spoken if guessed and spoken > 0 else 0,
        guessed_characters=-spoken if guessed and spoken < 0 else 0,
    )


def spoken_words(text: object) -> int:
    """How many words; of a text in a script without spaces its characters, below zero."""
    if not isinstance(text, str):
        return 0
    words = word_count(text)
    return -words if counts_by_characters(text) else words
