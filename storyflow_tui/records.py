"""What the library hands out: immutable records, without a database behind them.

Screens, commands and scripts know these and never a Peewee row. Times are aware UTC datetimes;
lengths are seconds; paths of files are relative to the library's `media/`, with forward slashes.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import NamedTuple

WORDS_PER_MINUTE = 150
"""The usual pace of a reader aloud; the setting `words_per_minute` replaces it on screen."""

CHARACTERS_PER_MINUTE = 300
"""The pace for scripts without spaces between words (Japanese, Chinese, Thai …)."""


class SegmentRecord(NamedTuple):
    """One narrated scene. The fields are the columns of the table `segment`, in their order."""

    id: int
    project_id: int
    sequence_index: int
    text_content: str
    image_prompt: str
    image_file: str | None
    audio_file: str | None
    audio_duration: float | None
    is_locked: bool
    created_at: datetime
    updated_at: datetime

    @property
    def image_name(self) -> str:
        """The name of the image's file as it was given; empty for none."""
        return given_name(self.image_file)


def given_name(path: str | None) -> str:
    """The name that a stored file had when it was given; empty for none."""
    return _OWN_PREFIX.sub("", path.rpartition("/")[2], count=1) if path else ""


_OWN_PREFIX = re.compile(r"[0-9]+_")


class Filter(NamedTuple):
    """Which segments of a project are wanted; what is set has to hold together.

    `locked` is True for locked ones, False for unlocked ones. `changed_today` is by the clock of
    this computer; what was added today counts. `ids` are those that one has in mind (marked ones).
    """

    without_image: bool = False
    locked: bool | None = None
    changed_today: bool = False
    ids: frozenset[int] | None = None

    def __bool__(self) -> bool:
        """Whether anything is left out."""
        return self != ALL


ALL = Filter()
"""The filter that every segment fits."""


class HitRecord(NamedTuple):
    """A segment in which a text was found: how often in narration, prompt and name of the image.

    The first two fields are the order of the timeline, as (sequence_index, id).
    """

    sequence_index: int
    id: int
    narration: int
    prompt: int
    image: int

    @property
    def times(self) -> int:
        """How often the text was found in this segment."""
        return self.narration + self.prompt + self.image


class LengthRecord(NamedTuple):
    """How long a segment is, in seconds: measured, where it was, and guessed from its words."""

    id: int
    measured: float | None
    estimated: float

    @property
    def seconds(self) -> float:
        """The length that counts."""
        return self.estimated if self.measured is None else self.measured


class PlaceRecord(NamedTuple):
    """Where a segment stands after a reorder."""

    id: int
    sequence_index: int


class OutlineRecord(NamedTuple):
    """What is told of a segment where a whole project is looked over: no text."""

    id: int
    has_image: bool
    is_locked: bool


class ProjectRecord(NamedTuple):
    """A project with the counts that screens show of it.

    `measured_seconds` is the sum of the known audio lengths; `guessed_words` and
    `guessed_characters` count the narration of the segments that have none (a segment counts its
    words, or its characters where its script has no spaces). `target_seconds` is how long it is to
    be, None where that was not said.
    """

    id: int
    title: str
    status: str
    created_at: datetime
    updated_at: datetime
    segment_count: int
    image_count: int
    locked_count: int
    word_count: int
    measured_seconds: float
    guessed_words: int
    guessed_characters: int
    target_seconds: float | None = None

    def duration(self, words_per_minute: int = WORDS_PER_MINUTE) -> float:
        """Length in seconds: what was measured, and an estimate of the rest."""
        return (
            self.measured_seconds
            + self.guessed_words * 60 / words_per_minute
            + self.guessed_characters * 60 / CHARACTERS_PER_MINUTE
        )

    @property
    def is_guessed(self) -> bool:
        """Whether `duration` holds an estimate (screens put `~` before it then)."""
        return bool(self.guessed_words or self.guessed_characters)


class ChangeRecord(NamedTuple):
    """One undoable step. `project_id` is None in the line of the project list.

    `state` is `done` (it stands), `undone` (redo does it again) or `set_aside` (undone, and then
    something else was done: kept to be read, not redoable). `files` are the names of what it holds
    in the trash now, `bytes` their size together; only lists of changes and `history.get` look.
    """

    id: int
    project_id: int | None
    label: str
    state: str
    created_at: datetime
    segment_ids: tuple[int, ...]
    files: tuple[str, ...] = ()
    bytes: int = 0


class TextRecord(NamedTuple):
    """A text that a change set: `field` is the column, `before` what it replaced by `after`."""

    segment_id: int
    field: str
    before: str
    after: str


class Standing(NamedTuple):
    """Where undo and redo stand in a line of changes: the ids of those that each would take."""

    undo: int | None
    redo: int | None


class Changed(NamedTuple):
    """What an operation altered: what the screens redraw, and nothing else.

    `segment_ids` is None when every card of the project may look different (order, insertion).
    `change_id` is None for a lock, which is no undo step. `pending` says that moves of files are
    still to be done; the operation itself has happened. `line` is the project in whose history it
    stands (None for the project list's), and `standing` where undo and redo stand there now; that
    is None where the operation left the history as it was.
    """

    project_id: int
    segment_ids: tuple[int, ...] | None
    order_changed: bool
    projects_changed: bool
    change_id: int | None
    label: str
    pending: bool
    line: int | None = None
    standing: Standing | None = None


class Finding(NamedTuple):
    """One thing that `check` found: which check, what about, and one sentence on it.

    `can_mend` says whether `repair` mends it; where it does not, `why_not` says why, and what to
    do instead.
    """

    check: str
    subject: str
    message: str
    can_mend: bool
    why_not: str = ""


class Repaired(NamedTuple):
    """What a repair did: the change that undo takes back, and the findings mended and left.

    `change` is None where nothing was done that could be taken back.
    """

    change: ChangeRecord | None
    mended: list[Finding]
    left: list[Finding]


class TrashRecord(NamedTuple):
    """The files that one change holds in the trash.

    `project_title` is that of the story that the change is about, also of a deleted one; None in
    the line of the project list, or where nothing knows it any more.
    """

    change_id: int
    project_id: int | None
    label: str
    created_at: datetime
    files: tuple[str, ...]
    bytes: int
    project_title: str | None = None


def counted(count: int, one: str, many: str = "") -> str:
    """`1 story`, `3 stories`; the plural is made with an s where none is given."""
    return f"{count} {one if count == 1 else many or one + 's'}"


# Scripts that put no spaces between words, by their Unicode blocks: Thai, Lao, Myanmar, Khmer,
# CJK radicals and marks, kana, CJK ideographs, half-width katakana, the supplementary ideographs.
_SPACELESS = (
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u2fdf\u3005-\u3007\u3040-\u30ff"
    "\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f"
    "\U00020000-\U0003ffff]"
)
_SAMPLE = 2000  # the script of a text is told by its first characters


def counts_by_characters(text: str) -> bool:
    """Whether the text is in a script without spaces: most of its letters are such."""
    if text.isascii() or re.search(_SPACELESS, text) is None:
        return False
    sample = text[:_SAMPLE]
    letters = sum(map(str.isalpha, sample))
    return len(re.findall(_SPACELESS, sample)) * 2 > letters


def word_count(text: str) -> int:
    """How many words; in a script without spaces, how many characters other than white space."""
    if counts_by_characters(text):
        return sum(not character.isspace() for character in text)
    return len(text.split())


def estimated_seconds(text: str, words_per_minute: int = WORDS_PER_MINUTE) -> float:
    """How long the narration takes to read aloud, guessed from its words."""
    per_minute = CHARACTERS_PER_MINUTE if counts_by_characters(text) else words_per_minute
    return word_count(text) * 60 / per_minute
