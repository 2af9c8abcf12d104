"""Operations on projects: create, rename, list, get, delete, import a story, insert one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

from storyflow_tui.errors import InvalidImageError, InvalidStoryError
from storyflow_tui.library import media
from storyflow_tui.library.changes import Door, Writing
from storyflow_tui.library.copying import Progress
from storyflow_tui.library.database import Database, Row
from storyflow_tui.library.measuring import set_target
from storyflow_tui.library.media import Media, Staging
from storyflow_tui.library.models import (
    PROJECT_COLUMNS,
    TALLY_COLUMNS,
    as_seconds,
    as_text,
    to_moment,
)
from storyflow_tui.library.order import make_room
from storyflow_tui.library.pictures import stage_picture
from storyflow_tui.library.rows import ProjectRow, find_project
from storyflow_tui.library.steps import Segments, Title, WholeProject
from storyflow_tui.records import ProjectRecord, SegmentRecord
from storyflow_tui.story import STORY_UNREADABLE, Story, clean_story, clean_title, picture_path

_SELECT = (
    f"SELECT {', '.join('project.' + column for column in PROJECT_COLUMNS)}, "
    f"{', '.join(TALLY_COLUMNS)}, target.seconds FROM project "
    "JOIN tally ON tally.project_id = project.id "
    "LEFT JOIN target ON target.project_id = project.id"
)


class Projects:
    """The projects of one library. Ids that are not there raise NotFoundError everywhere."""

    def __init__(self, database: Database, media: Media, door: Door) -> None:
        self._database = database
        self._media = media
        self._door = door

    def list(self) -> list[ProjectRecord]:
        """All projects, the one that changed last first."""
        rows = self._database.rows(f"{_SELECT} ORDER BY project.updated_at DESC, project.id DESC")
        return [_record(row) for row in rows]

    def get(self, project_id: int) -> ProjectRecord:
        """One project."""
        find_project(self._database, project_id)
        row = self._database.row(f"{_SELECT} WHERE project.id = ?", (project_id,))
        assert row is not None, "every project has its tally"
        return _record(row)

    def create(self, title: str) -> ProjectRecord:
        """Make an empty project; raises InvalidTitleError."""
        return self.import_story(Story(title), label="Create")

    def rename(self, project_id: int, title: str) -> ProjectRecord:
        """Give a project another title; raises InvalidTitleError."""
        title = clean_title(title)
        with self._door.change(None) as change:
            before = find_project(self._database, project_id).title
            if before != title:
                change.label = f"Rename “{before}” to “{title}”"
                change.do(Title(project_id, before, title))
        return self.get(project_id)

    def set_target(self, project_id: int, seconds: float | None) -> ProjectRecord:
        """Say how long a project is to be, None: it has no target; a change in its own line.

        Raises InvalidLengthError for what is no length, or 0.
        """
        set_target(self._database, self._door, project_id, seconds)
        return self.get(project_id)

    def delete(self, project_id: int) -> None:
        """Move a project with all its segments and files to the trash."""
        with self._door.change(None) as change:
            title = find_project(self._database, project_id).title
            change.label = f"Delete “{title}”"
            change.do(WholeProject(project_id, appear=False))

    def import_story(
        self,
        story: Story,
        *,
        label: str = "Import",
        progress: Progress = lambda done, total: None,
    ) -> ProjectRecord:
        """Make a project of a story, all of it or nothing.

        `progress` is called before each picture and at the end of them; what it raises ends the
        work, and nothing has happened. Raises InvalidTitleError, or InvalidStoryError naming the
        segment and why.
        """
        story = clean_story(story)
        with (
            self._staged(story, progress) as (staged, staging),
            self._door.change(None, staging=staging) as change,
        ):
            project_id = self._database.next_id("project")
            change.label = f"{label} “{story.title}”"
            change.rows.insert_project(
                ProjectRow(project_id, story.title, "DRAFT", change.at, change.at)
            )
            segments = self._new_segments(change, story, staged, project_id, 0)
            change.rows.insert_segments(segments)
            change.note(WholeProject(project_id, appear=True))
            change.order_changed = change.projects_changed = True
            change.subjects[project_id] = None
        return self.get(project_id)

    def insert(self, project_id: int, position: int, story: Story) -> ProjectRecord:
        """Put a story's segments at a position of a project; the others make room.

        `position` is from 1 to one behind the last. The story's title is not looked at. Raises
        InvalidOrderError for the position, InvalidStoryError naming the segment and why.
        """
        project = self.get(project_id)
        story = clean_story(Story(project.title, story.segments, story.folder))
        with (
            self._staged(story) as (staged, staging),
            self._door.change(project_id, staging=staging) as change,
        ):
            find_project(self._database, project_id)
            start = make_room(change, project_id, position, len(story.segments))
            if story.segments:
                number = len(story.segments)
                change.label = (
                    f"Insert segment {position}"
                    if number == 1
                    else f"Insert {number} segments at {position}"
                )
                segments = self._new_segments(change, story, staged, project_id, start)
                change.rows.insert_segments(segments)
                change.note(Segments(project_id, appear=True, ids=[s.id for s in segments]))
                change.touch(project_id, *(segment.id for segment in segments))
        return self.get(project_id)

    def _new_segments(
        self,
        change: Writing,
        story: Story,
        staged: dict[int, tuple[Path, str]],
        project_id: int,
        start: int,
    ) -> Sequence[SegmentRecord]:
        first = self._database.next_id("segment")
        made = change.moment
        segments = []
        for number, segment in enumerate(story.segments):
            image = None
            if number in staged:
                path, name = staged[number]
                image = media.image_path(project_id, first + number, name)
                change.files.bring_in(path, image)
            segments.append(
                SegmentRecord(
                    first + number,
                    project_id,
                    start + number,
                    segment.text_content,
                    segment.image_prompt,
                    image,
                    None,
                    segment.audio_duration,
                    segment.is_locked,
                    made,
                    made,
                )
            )
        return segments

    def _staged(
        self, story: Story, progress: Progress = lambda done, total: None
    ) -> _StagedPictures:
        return _StagedPictures(self._media, story, progress)


class _StagedPictures:
    """The pictures of a story, copied into staging and looked at, before any lock is held."""

    def __init__(self, media: Media, story: Story, progress: Progress) -> None:
        self._story = story
        self._count = sum(segment.image_file is not None for segment in story.segments)
        self._staging = media.staging() if self._count else None
        self._progress = progress

    def __enter__(self) -> tuple[dict[int, tuple[Path, str]], Staging | None]:
        if self._staging is None:
            return {}, None
        staging = self._staging.__enter__()
        try:
            staged: dict[int, tuple[Path, str]] = {}
            for index in range(len(self._story.segments)):
                path = picture_path(self._story, index)
                if path is not None:
                    self._progress(len(staged), self._count)
                    staged[index] = (self._stage(staging, path, index), path.name)
            staging.seal()
            self._progress(self._count, self._count)
        except BaseException as error:
            self._staging.__exit__(type(error), error, error.__traceback__)
            raise
        return staged, staging

    def __exit__(self, *raised: object) -> None:
        if self._staging is not None:
            self._staging.__exit__(*raised)  # type: ignore[arg-type]  # passed on as they came

    def _stage(self, staging: Staging, path: Path, index: int) -> Path:
        try:
            return stage_picture(staging, path)
        except InvalidImageError as error:
            name = self._story.segments[index].image_file
            raise InvalidStoryError(
                STORY_UNREADABLE,
                {
                    "where": f"segment {index + 1}, image_file",
                    "index": index,
                    "field": "image_file",
                    "why": f"{name}: {error.details.get('reason', error.message)}",
                },
            ) from error


def _record(row: Row) -> ProjectRecord:
    key, title, status, created, updated, *counts = row
    counts[-1] = as_seconds(counts[-1])  # the target stands last
    record = ProjectRecord(
        key,
        as_text(title),
        as_text(status),
        to_moment(created),
        to_moment(updated),
        *counts,
    )
    if math.isfinite(record.measured_seconds):
        return record
    return record._replace(measured_seconds=0.0)
