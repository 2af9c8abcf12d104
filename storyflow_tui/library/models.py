"""The tables as Peewee models. Rows never leave the library: records do (`records.py`).

`project` and `segment` are as given. What goes beyond lives in tables of its own, kept by the one
door in `changes.py`. The models carry no database: every query names the one it runs on, since
several libraries may be open in a process.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache

import peewee

from storyflow_tui.lengths import LONGEST_SECONDS
from storyflow_tui.records import SegmentRecord

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@lru_cache(maxsize=256)  # the rows of an import share one moment
def to_text(moment: datetime) -> str:
    """A UTC time as the tables hold it: ISO 8601, always with microseconds and offset."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


@lru_cache(maxsize=256)
def to_moment(text: str) -> datetime:
    """A stored time; what is none is the epoch, so that the rest of its row can be read."""
    try:
        return read_moment(text)
    except (TypeError, ValueError):
        return _EPOCH


def read_moment(text: str) -> datetime:
    """A stored time; one that came without an offset from elsewhere is taken as UTC.

    Raises ValueError for what is none, or is so early or late that no time zone can show it.
    """
    moment = datetime.fromisoformat(text)
    if not 1 < moment.year < datetime.max.year:
        raise ValueError(text)
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def as_text(value: object) -> str:
    """A stored text; what is none, written by another program, in letters all the same."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return "" if value is None else str(value)


def as_seconds(value: object) -> float | None:
    """A stored length; None for what can be none."""
    is_length = isinstance(value, (int, float)) and 0 <= value <= LONGEST_SECONDS
    return float(value) if is_length and isinstance(value, (int, float)) else None


class Project(peewee.Model):
    """A titled, ordered list of segments."""

    id = peewee.AutoField()
    title = peewee.CharField(max_length=200)
    status = peewee.CharField(max_length=20, default="DRAFT")
    created_at = peewee.TextField()
    updated_at = peewee.TextField()

    class Meta:
        table_name = "project"


class Segment(peewee.Model):
    """One narrated scene; listed by (sequence_index, id)."""

    id = peewee.AutoField()
    project = peewee.ForeignKeyField(Project, on_delete="CASCADE", backref="segments", index=False)
    sequence_index = peewee.IntegerField()
    text_content = peewee.TextField()
    image_prompt = peewee.TextField(default="")
    image_file = peewee.TextField(null=True)
    audio_file = peewee.TextField(null=True)
    audio_duration = peewee.FloatField(null=True)
    is_locked = peewee.BooleanField(default=False)
    created_at = peewee.TextField()
    updated_at = peewee.TextField()

    class Meta:
        table_name = "segment"


class Tally(peewee.Model):
    """The counts that screens show of a project, so that no list has to read its texts."""

    project = peewee.ForeignKeyField(Project, on_delete="CASCADE", primary_key=True)
    segment_count = peewee.IntegerField(default=0)
    image_count = peewee.IntegerField(default=0)
    locked_count = peewee.IntegerField(default=0)
    word_count = peewee.IntegerField(default=0)
    measured_seconds = peewee.FloatField(default=0)
    guessed_words = peewee.IntegerField(default=0)
    guessed_characters = peewee.IntegerField(default=0)

    class Meta:
        table_name = "tally"


class Target(peewee.Model):
    """How long a project is to be; without a row it has no target."""

    project = peewee.ForeignKeyField(Project, on_delete="CASCADE", primary_key=True)
    seconds = peewee.FloatField()

    class Meta:
        table_name = "target"


class Change(peewee.Model):
    """One undoable step. `project_id` is no foreign key: history outlives what it is about.

    `steps` is JSON (see `steps.py`); `state` is done, undone or set_aside; `run` the token of a
    run of typing; `touched_at` its latest key, undo or redo; `segment_ids` JSON, the ones it
    touched (at most a hundred).
    """

    id = peewee.AutoField()
    project_id = peewee.IntegerField(null=True)
    label = peewee.TextField()
    state = peewee.TextField(default="done")
    run = peewee.TextField(null=True)
    created_at = peewee.TextField()
    touched_at = peewee.TextField()
    segment_ids = peewee.TextField(default="[]")
    steps = peewee.TextField()

    class Meta:
        table_name = "change"


class TrashedFile(peewee.Model):
    """A file (or a project's whole folder) that a change holds in the trash.

    `path` is where it was and would go back to, `place` where it lies; both relative to `media/`.
    """

    id = peewee.AutoField()
    # Deferred: a file is put away while its change is being made, before its row is written.
    change = peewee.ForeignKeyField(
        Change, on_delete="CASCADE", deferrable="INITIALLY DEFERRED", index=False
    )
    path = peewee.TextField()
    place = peewee.TextField()

    class Meta:
        table_name = "trashed_file"


class FileMove(peewee.Model):
    """A move of a file that is decided and maybe not yet done: the journal.

    The moves of one operation are done in the order of their ids and struck off together.
    """

    id = peewee.AutoField()
    operation = peewee.TextField()
    source = peewee.TextField()
    target = peewee.TextField()

    class Meta:
        table_name = "file_move"


MODELS: tuple[type[peewee.Model], ...] = (
    Project,
    Segment,
    Tally,
    Target,
    Change,
    TrashedFile,
    FileMove,
)

SEGMENT_COLUMNS = SegmentRecord._fields
"""The columns of `segment`, in the order of the table and of the record."""
PROJECT_COLUMNS = ("id", "title", "status", "created_at", "updated_at")
TALLY_COLUMNS = (
    "segment_count",
    "image_count",
    "locked_count",
    "word_count",
    "measured_seconds",
    "guessed_words",
    "guessed_characters",
)
