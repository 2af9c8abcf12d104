"""What a change did, written down so that it can be taken back and done again exactly.

A change is a list of steps; each is JSON in the history and knows how to go both ways. Going back
takes the steps in reverse. Files follow from the rows: what a row names no longer goes to the
trash, what it names again comes back from there.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar, TypeAlias, get_args

from storyflow_tui.errors import ConflictError, DamagedError, LockedError, NotFoundError
from storyflow_tui.library.database import Database
from storyflow_tui.library.files import FilePlan
from storyflow_tui.library.media import project_folder
from storyflow_tui.library.rows import (
    ProjectRow,
    Rows,
    find_project,
    find_segment,
    find_target,
    named_among,
    segment_record,
    segment_row,
)
from storyflow_tui.records import SegmentRecord

LOCKED_TEXT = "Cannot edit a locked segment. Unlock it first."
LOCKED_IMAGE = "Cannot modify a locked segment."

TEXT_COLUMNS = ("text_content", "image_prompt")
FILE_COLUMNS = ("image_file", "audio_file")


@dataclass(slots=True)
class Fields:
    """Content of one segment was set: `before` and `after` hold the columns, with its time."""

    kind: ClassVar[str] = "fields"
    segment_id: int
    before: dict[str, Any]
    after: dict[str, Any]

    def go(self, work: Work, *, forward: bool) -> None:
        """Set the columns to one side; a lock or a foreign edit in between refuses it."""
        here, there = (self.before, self.after) if forward else (self.after, self.before)
        segment = _still_there(work.database, self.segment_id)
        if segment.is_locked:
            message = LOCKED_IMAGE if "image_file" in here else LOCKED_TEXT
            raise LockedError(message, {"segment_id": segment.id})
        now = dict(zip(segment._fields, segment_row(segment), strict=True))
        if any(now[column] != value for column, value in here.items() if column != "updated_at"):
            raise ConflictError(
                f"Segment {segment.id} was changed meanwhile", {"segment_id": segment.id}
            )
        for column in FILE_COLUMNS:
            if column in here:
                # Nothing is held the first time, nor of a file that was gone before the row let go.
                place = work.files.held(there[column]) if there[column] else None
                if here[column]:
                    work.files.put_away_file(here[column], segment.project_id)
                if place is not None:
                    work.files.bring_back(there[column], place)
        work.rows.set_segment(segment, there, guard={})
        work.touch(segment.project_id, segment.id)


@dataclass(slots=True)
class Segments:
    """Segments came into being (`appear`) or went; the rows are held while they are away."""

    kind: ClassVar[str] = "segments"
    project_id: int
    appear: bool
    ids: list[int]
    rows: list[list[Any]] | None = None
    shares: bool = False
    """Whether what they say came from another segment or goes into one: then a lock keeps them."""

    def go(self, work: Work, *, forward: bool) -> None:
        """Make them come or go."""
        work.order_changed = True
        if self.appear == forward:
            segments = [segment_record(row) for row in self.rows or []]
            # The story may have been brought back as it was before this change.
            for there in work.rows.some_segments([segment.id for segment in segments])[:1]:
                raise ConflictError(
                    f"Segment {there.id} is in the story already", {"segment_id": there.id}
                )
            self.rows = None
            work.rows.insert_segments(segments)
            for path in files_of(segments):
                if (place := work.files.held(path)) is not None:
                    work.files.bring_back(path, place)
        else:
            segments = work.rows.some_segments(self.ids)
            if len(segments) != len(self.ids):
                raise ConflictError(
                    "Not all of these segments are in the story any more",
                    {"project_id": self.project_id, "segment_ids": [*self.ids]},
                )
            for locked in (each for each in segments if self.shares and each.is_locked):
                raise LockedError(LOCKED_TEXT, {"segment_id": locked.id})
            self.rows = [segment_row(segment) for segment in segments]
            for path in files_of(segments):
                work.files.put_away_file(path, self.project_id)
            work.rows.delete_segments(segments)
        work.touch(self.project_id, *(segment.id for segment in segments))


@dataclass(slots=True)
class WholeProject:
    """A project came into being (`appear`) or went, with all its segments and its folder."""

    kind: ClassVar[str] = "project"
    project_id: int
    appear: bool
    project: list[Any] | None = None
    rows: list[list[Any]] | None = None
    target: float | None = None

    def go(self, work: Work, *, forward: bool) -> None:
        """Make it come or go."""
        work.order_changed = work.projects_changed = True
        work.subjects[self.project_id] = None
        folder = project_folder(self.project_id)
        if self.appear == forward:
            assert self.project is not None
            segments = [segment_record(row) for row in self.rows or []]
            work.rows.insert_project(ProjectRow(*self.project))
            work.rows.insert_segments(segments)
            work.rows.set_target(self.project_id, self.target)
            self.project = self.rows = self.target = None
            for path in [folder, *_outside(folder, segments)]:
                if (place := work.files.held(path)) is not None:
                    work.files.bring_back(path, place)
        else:
            self.project = list(find_project(work.database, self.project_id))
            segments = work.rows.segments(self.project_id)
            self.rows = [segment_row(segment) for segment in segments]
            self.target = find_target(work.database, self.project_id)
            work.rows.delete_project(self.project_id)
            for path in _outside(folder, segments):
                work.files.put_away_file(path, self.project_id)
            work.files.put_away(folder)


@dataclass(slots=True)
class Title:
    """A project was renamed."""

    kind: ClassVar[str] = "title"
    project_id: int
    before: str
    after: str

    def go(self, work: Work, *, forward: bool) -> None:
        """Set the title to one side."""
        find_project(work.database, self.project_id)
        work.projects_changed = True
        work.touch(self.project_id)
        work.rows.set_project(self.project_id, {"title": self.after if forward else self.before})


@dataclass(slots=True)
class Target:
    """It was said how long a project is to be, in seconds; None: that it has no target."""

    kind: ClassVar[str] = "target"
    project_id: int
    before: float | None
    after: float | None

    def go(self, work: Work, *, forward: bool) -> None:
        """Set the target to one side."""
        here, there = (self.before, self.after) if forward else (self.after, self.before)
        if find_target(work.database, self.project_id) != here:
            raise ConflictError(
                f"The target of project {self.project_id} was changed meanwhile",
                {"project_id": self.project_id},
            )
        work.projects_changed = True
        work.touch(self.project_id)
        work.rows.set_target(self.project_id, there)


@dataclass(slots=True)
class Lengths:
    """Segments got other lengths of sound, in seconds or None: the three lists run side by side.

    No content in the sense of the lock, so that it is not asked for, and no time of theirs moves.
    """

    kind: ClassVar[str] = "lengths"
    project_id: int
    ids: list[int]
    before: list[float | None]
    after: list[float | None]

    def go(self, work: Work, *, forward: bool) -> None:
        """Set the lengths to one side; one that is another by now refuses it."""
        here, there = (self.before, self.after) if forward else (self.after, self.before)
        found = {segment.id: segment for segment in work.rows.some_segments(self.ids)}
        segments = [found[key] for key in self.ids if key in found]
        if [segment.audio_duration for segment in segments] != here:
            raise ConflictError(
                f"The lengths of project {self.project_id} were changed meanwhile",
                {"project_id": self.project_id},
            )
        work.rows.set_lengths([*zip(segments, there, strict=True)])
        work.touch(self.project_id, *self.ids)


@dataclass(slots=True)
class Order:
    """Segments got other indices: the three lists run side by side."""

    kind: ClassVar[str] = "order"
    project_id: int
    ids: list[int]
    before: list[int]
    after: list[int]
    moved: list[int] = field(default_factory=list)

    def go(self, work: Work, *, forward: bool) -> None:
        """Set the indices to one side."""
        work.order_changed = True
        here, there = (self.before, self.after) if forward else (self.after, self.before)
        if work.rows.exchange_order(zip(self.ids, here, there, strict=True)) != len(self.ids):
            raise ConflictError(
                f"The order of project {self.project_id} was changed meanwhile",
                {"project_id": self.project_id},
            )
        work.touch(self.project_id, *(self.moved or self.ids))


@dataclass(slots=True)
class Numbered:
    """Segments of a damaged order were numbered anew: the three lists run side by side.

    It stands in the line of the project list, so that others may have moved them meanwhile.
    """

    kind: ClassVar[str] = "numbered"
    project_id: int
    ids: list[int]
    before: list[int]
    after: list[int]

    def go(self, work: Work, *, forward: bool) -> None:
        """Set the indices to one side; a segment that stands elsewhere by now refuses it."""
        here, there = (self.before, self.after) if forward else (self.after, self.before)
        find_project(work.database, self.project_id)
        work.order_changed = True
        set_now = work.rows.exchange_order(zip(self.ids, here, there, strict=True))
        if set_now != len(self.ids) or (forward and work.rows.repeats_index(self.project_id)):
            raise ConflictError(
                f"The order of project {self.project_id} was changed meanwhile",
                {"project_id": self.project_id},
            )
        work.touch(self.project_id, *self.ids)


@dataclass(slots=True)
class Strays:
    """Files that no row named went to the trash, with links and whatever else lay among them."""

    kind: ClassVar[str] = "strays"
    paths: list[str]

    def go(self, work: Work, *, forward: bool) -> None:
        """Take them away, or bring them back; one that a row names by now refuses it."""
        if (named := named_among(work.database, self.paths)) is not None:
            raise ConflictError(f"{named} is in use meanwhile", {"file": named})
        for path in self.paths:
            if forward:
                work.files.put_away_stray(path)
            elif (place := work.files.held(path)) is not None:
                work.files.bring_back(path, place)


@dataclass(slots=True)
class Shift:
    """Every index from `start` on grew by `by`, to make room."""

    kind: ClassVar[str] = "shift"
    project_id: int
    start: int
    by: int

    def go(self, work: Work, *, forward: bool) -> None:
        """Make room, or close it."""
        work.order_changed = True
        if forward:
            work.rows.shift(self.project_id, self.start, self.by)
        else:
            work.rows.shift(self.project_id, self.start + self.by, -self.by)


@dataclass(slots=True)
class Touched:
    """The project's `updated_at` moved with the change; it goes back if nothing else moved it."""

    kind: ClassVar[str] = "touched"
    project_id: int
    before: str
    after: str

    def go(self, work: Work, *, forward: bool) -> None:
        """Set the time to one side, or to now where something else happened since."""
        here, there = (self.before, self.after) if forward else (self.after, self.before)
        now = find_project(work.database, self.project_id).updated_at
        work.rows.set_project(self.project_id, {"updated_at": there if now == here else work.at})


Step: TypeAlias = (
    Fields
    | Segments
    | WholeProject
    | Title
    | Target
    | Lengths
    | Order
    | Numbered
    | Shift
    | Strays
    | Touched
)

_KINDS: dict[str, type[Any]] = {step.kind: step for step in get_args(Step)}


class Work:
    """What the steps of one change work on, and what they touched."""

    def __init__(self, database: Database, files: Callable[[], FilePlan], at: str) -> None:
        self.database = database
        self.rows = Rows(database)
        self._make_files = files
        self.at = at
        self.touched: dict[int, None] = {}
        """Projects that something in them changed: their `updated_at` moves."""
        self.subjects: dict[int, None] = {}
        """Projects that screens must look at again."""
        self.segment_ids: dict[int, None] = {}
        self.order_changed = False
        self.projects_changed = False

    @cached_property
    def files(self) -> FilePlan:
        """What the change does with files; planned only where it has to do with any."""
        return self._make_files()

    def touch(self, project_id: int, *segment_ids: int) -> None:
        """Note what was touched, for the screens and for the cursor."""
        self.touched[project_id] = self.subjects[project_id] = None
        self.segment_ids.update(dict.fromkeys(segment_ids))


def to_json(steps: Iterable[Step]) -> str:
    """The steps as the history holds them."""
    # Not `asdict`, which copies every list of ids a level deep.
    written = [
        {"kind": step.kind, **{name: getattr(step, name) for name in step.__slots__}}
        for step in steps
    ]
    return json.dumps(written, ensure_ascii=False)


def beginning(kind: str, project_id: int) -> str:
    """How the steps of a kind that are about a project begin in the history, to search for."""
    return json.dumps({"kind": kind, "project_id": project_id}).removesuffix("}") + ","


def from_json(text: str) -> list[Step]:
    """The steps that the history holds; raises DamagedError for what is none."""
    try:
        return [_KINDS[step.pop("kind")](**step) for step in json.loads(text)]
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
        raise DamagedError("The history is damaged: a change cannot be read") from None


def files_of(segments: Iterable[SegmentRecord]) -> list[str]:
    """The files that these segments name."""
    return [
        path for segment in segments for path in (segment.image_file, segment.audio_file) if path
    ]


def _still_there(database: Database, segment_id: int) -> SegmentRecord:
    try:
        return find_segment(database, segment_id)
    except NotFoundError:
        raise ConflictError(
            f"Segment {segment_id} was deleted meanwhile", {"segment_id": segment_id}
        ) from None


def _outside(folder: str, segments: Iterable[SegmentRecord]) -> list[str]:
    """Files of a project that do not lie in its folder, and so do not go with it by themselves."""
    return [path for path in files_of(segments) if not path.startswith(folder + "/")]
