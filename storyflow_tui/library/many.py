"""Operations on many segments of one project: each is all or nothing, and one change.

What they cost under the write lock is a few statements, however many there are; files are copied
and looked at before it. `segments.py` has the operations on one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from storyflow_tui.errors import (
    InvalidOrderError,
    LockedError,
)
from storyflow_tui.library import media, steps
from storyflow_tui.library.changes import Door, Writing
from storyflow_tui.library.copying import (
    Copies,
    Progress,
    copied,
    demand_same_files,
    named_files,
    until_steady,
)
from storyflow_tui.library.database import Database
from storyflow_tui.library.journal import Journal
from storyflow_tui.library.media import Media, Staging
from storyflow_tui.library.models import to_text
from storyflow_tui.library.order import (
    demand_position,
    make_room,
    move_together,
    position_of,
    segment_count,
)
from storyflow_tui.library.pictures import stage_picture
from storyflow_tui.library.rows import (
    find_project,
    find_segment,
    find_together,
)
from storyflow_tui.records import SegmentRecord, counted

_NUMBERS_SAID = 12  # positions that a refusal names


class ManySegments:
    """Operations on many segments. Ids may come in any order; one that comes twice counts once.

    All must be of one project, else InvalidOrderError (details: not_in_project).
    """

    def __init__(
        self, database: Database, media_folder: Media, journal: Journal, door: Door
    ) -> None:
        self._database = database
        self._media = media_folder
        self._journal = journal
        self._door = door

    def lock(self, ids: Iterable[int], locked: bool = True) -> Sequence[SegmentRecord]:
        """Lock or unlock segments; returns them in order. Like every lock, it is no undo step."""
        segments = self._together(ids)
        if not segments:
            return []
        wanted = [segment.id for segment in segments]
        with self._door.change(segments[0].project_id) as change:
            now = self._together(wanted)
            others = [segment for segment in now if segment.is_locked != locked]
            if others:
                change.rows.set_locks(others, locked)
                change.touch(others[0].project_id, *(segment.id for segment in others))
            return [segment._replace(is_locked=locked) for segment in now]

    def delete_many(self, ids: Iterable[int]) -> None:
        """Delete segments, locked or not; their images and audio go to the trash."""
        segments = self._together(ids)
        if not segments:
            return
        wanted = [segment.id for segment in segments]
        with self._door.change(segments[0].project_id) as change:
            now = self._together(wanted)
            change.label = f"Delete {self._named(now)}"
            change.do(steps.Segments(now[0].project_id, appear=False, ids=wanted))

    def move_many(self, ids: Iterable[int], position: int) -> Sequence[SegmentRecord]:
        """Let segments stand side by side, the first at a position; they keep their own order.

        Those between make room. Returns them. Raises InvalidOrderError for a position at which
        they have no room.
        """
        segments = self._together(ids)
        if not segments:
            return []
        wanted = [segment.id for segment in segments]
        with self._door.change(segments[0].project_id) as change:
            now = self._together(wanted)
            count = segment_count(self._database, now[0].project_id)
            demand_position(position, count - len(now) + 1)
            label = f"Move {self._named(now)} to {position}"
            move_together(change, label, now, position, count)
            return self._together(wanted)

    def copy(
        self,
        ids: Iterable[int],
        project_id: int,
        position: int | None = None,
        progress: Progress = lambda done, total: None,
    ) -> Sequence[SegmentRecord]:
        """Copy segments into a project, at a position or behind its last; returns the copies.

        A copy is not locked, and has its own copy of the image and of the audio. A picture that
        is missing is not copied, and the label of the change says so; one that is replaced
        meanwhile is copied anew. `progress` is called before each segment whose files are copied
        and at the end; what it raises ends the work, and nothing has happened. Raises
        InvalidOrderError for the position.
        """
        wanted = list(ids)

        def attempt() -> Sequence[SegmentRecord]:
            with self.stage_copy(wanted, project_id, position, progress) as copy:
                return copy()

        return until_steady(attempt)

    @contextmanager
    def stage_copy(
        self,
        ids: Iterable[int],
        project_id: int,
        position: int | None = None,
        progress: Progress = lambda done, total: None,
    ) -> Iterator[Callable[[], Sequence[SegmentRecord]]]:
        """`copy` in two: the files now, and what it yields to write the copies at once.

        That raises ConflictError where a segment changed while its files were copied.
        """
        segments = self._together(ids)
        find_project(self._database, project_id)
        if not segments:
            yield list
            return
        with copied(self._media, self._journal, segments, progress=progress) as (copies, staging):

            def copy() -> Sequence[SegmentRecord]:
                with self._door.change(project_id, staging=staging) as change:
                    now = self._together(segment.id for segment in segments)
                    demand_same_files(now, segments)
                    return self._insert_copies(change, now, copies, project_id, position)

            yield copy

    def attach_images(
        self,
        pairs: Iterable[tuple[int, Path | str]],
        progress: Progress = lambda done, total: None,
    ) -> Sequence[SegmentRecord]:
        """Give many segments an image each, as (id, path): all of them, or none where one fails.

        Former images go to the trash. `progress` is called before each file and at the end; what
        it raises ends the work, and nothing has happened. Returns the segments in order. Raises
        LockedError (looked at first) naming the positions, InvalidImageError naming the file,
        InvalidOrderError for an id that comes twice.
        """
        with self.stage_images(pairs, progress) as attach:
            return attach()

    @contextmanager
    def stage_images(
        self,
        pairs: Iterable[tuple[int, Path | str]],
        progress: Progress = lambda done, total: None,
    ) -> Iterator[Callable[[], Sequence[SegmentRecord]]]:
        """`attach_images` in two: the slow part now, and what it yields to attach them at once.

        So that a program may copy and look at pictures in one thread, and write in another.
        """
        paths = _as_paths(pairs)
        segments = self._together(paths)
        self._demand_unlocked(segments)
        if not segments:
            yield list
            return
        with self._media.staging() as staging:
            staged: dict[int, Path] = {}
            for number, segment in enumerate(segments):
                progress(number, len(segments))
                staged[segment.id] = stage_picture(staging, paths[segment.id])
            staging.seal()
            progress(len(segments), len(segments))
            yield lambda: self._attach(staging, staged, paths)

    def _attach(
        self, staging: Staging, staged: Mapping[int, Path], paths: Mapping[int, Path]
    ) -> Sequence[SegmentRecord]:
        (first, *_) = staged
        line = find_segment(self._database, first).project_id
        with self._door.change(line, staging=staging) as change:
            now = self._together(staged)
            self._demand_unlocked(now)
            what = self._named(now)
            change.label = f"Choose {'a picture' if len(now) == 1 else 'pictures'} for {what}"
            for segment in now:
                image = media.image_path(segment.project_id, segment.id, paths[segment.id].name)
                set_image(change, segment, image)
                change.files.bring_in(staged[segment.id], image)
            return self._together(staged)

    # -- inside -------------------------------------------------------------------------------

    def _together(self, ids: Iterable[int]) -> list[SegmentRecord]:
        return find_together(self._database, ids)

    def _named(self, segments: Sequence[SegmentRecord]) -> str:
        """`segment 3`, by its position, or `3 segments`."""
        if len(segments) == 1:
            return f"segment {position_of(self._database, segments[0])}"
        return counted(len(segments), "segment")

    def _demand_unlocked(self, segments: Sequence[SegmentRecord]) -> None:
        locked = [segment for segment in segments if segment.is_locked]
        if not locked:
            return
        positions = [position_of(self._database, each) for each in locked[:_NUMBERS_SAID]]
        numbers = ", ".join(map(str, positions))
        more = len(locked) - len(positions)
        raise LockedError(
            f"Cannot modify locked segment {numbers}. Unlock it first."
            if len(locked) == 1
            else f"Cannot modify locked segments {numbers}{f' and {more} more' if more else ''}. "
            "Unlock them first.",
            {"segment_ids": [segment.id for segment in locked], "positions": [*positions]},
        )

    def _insert_copies(
        self,
        change: Writing,
        segments: Sequence[SegmentRecord],
        staged: Copies,
        project_id: int,
        position: int | None,
    ) -> Sequence[SegmentRecord]:
        find_project(self._database, project_id)
        source = find_project(self._database, segments[0].project_id)
        change.label = f"Copy {self._named(segments)}"
        if source.id != project_id:
            change.label += f" from “{source.title}”"
        lost = sum(staged[each.id].keys() != named_files(each).keys() for each in segments)
        if lost:
            pictures = "its picture" if len(segments) == 1 else counted(lost, "picture")
            change.label += f" without {pictures}"
        if position is None:
            position = segment_count(self._database, project_id) + 1
        start = make_room(change, project_id, position, len(segments))
        first = self._database.next_id("segment")
        copies = []
        for number, segment in enumerate(segments):
            key = first + number
            files = {
                column: media.file_path(column, project_id, key, path)
                for column, path in named_files(segment).items()
                if column in staged[segment.id]
            }
            for column, path in files.items():
                change.files.bring_in(staged[segment.id][column], path)
            copies.append(
                segment._replace(
                    id=key,
                    project_id=project_id,
                    sequence_index=start + number,
                    image_file=files.get("image_file"),
                    audio_file=files.get("audio_file"),
                    is_locked=False,
                    created_at=change.moment,
                    updated_at=change.moment,
                )
            )
        change.rows.insert_segments(copies)
        change.note(steps.Segments(project_id, appear=True, ids=[copy.id for copy in copies]))
        change.touch(project_id, *(copy.id for copy in copies))
        return copies


def set_image(change: Writing, segment: SegmentRecord, image: str | None) -> None:
    """Let a segment name another image, or none; a former file goes to the trash."""
    change.do(
        steps.Fields(
            segment.id,
            {"image_file": segment.image_file, "updated_at": to_text(segment.updated_at)},
            {"image_file": image, "updated_at": change.at},
        )
    )


def _as_paths(pairs: Iterable[tuple[int, Path | str]]) -> dict[int, Path]:
    listed = [(key, Path(path)) for key, path in pairs]
    repeated = [key for key, times in Counter(key for key, _ in listed).items() if times > 1]
    if repeated:
        raise InvalidOrderError("Invalid segment IDs", {"repeated": [*sorted(repeated)]})
    return dict(listed)
