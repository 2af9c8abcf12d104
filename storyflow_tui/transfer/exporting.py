"""Stories on their way out: to nobody, to a file, or to a folder with their pictures.

What will be written can be looked at before: the same rules say where it goes and what stays out.
"""

from __future__ import annotations

import os
import shutil
import stat
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from storyflow_tui import formats
from storyflow_tui.errors import NotFoundError
from storyflow_tui.formats import USUAL, Format, Options, files
from storyflow_tui.records import SegmentRecord, counted
from storyflow_tui.story import Contents, Story, StorySegment, contents_of
from storyflow_tui.transfer.importing import STORY_NAME, Progress, nobody

if TYPE_CHECKING:
    from storyflow_tui.library import Library

PREVIEWED = 24
"""Segments of which a preview shows how they are written."""

_PICTURES = "images"


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export wrote, the story first: `data` where it went to nobody's file."""

    data: bytes | None
    paths: list[Path]
    notes: list[str]


@dataclass(frozen=True, slots=True)
class Preview:
    """What an export would write: how the story begins, which files, what it leaves out.

    `begin` is the whole story where `is_whole`. `names` are the first files, relative to the folder
    that is written (or one alone), of `file_count`; `occupied` is the one of them that is there
    already.
    """

    begin: bytes
    is_whole: bool
    names: tuple[str, ...]
    file_count: int
    notes: list[str]
    occupied: Path | None


def export_project(
    library: Library,
    project_id: int,
    target: Path | str | None,
    *,
    format: str | None = None,  # noqa: A002
    options: Options = USUAL,
    segments: Sequence[int] | None = None,
    force: bool = False,
    progress: Progress = nobody,
) -> Exported:
    """Write a project as a story: to nobody (bytes), to a file, or to a folder with its pictures.

    A folder is one that exists, or a text that ends with a slash. Without `format` a file's ending
    decides (text, where it says nothing); for a folder and for nobody it is JSON. `segments` are
    the ids of those that are wanted, in their order; without them it is all. `progress` counts the
    pictures. Raises NotFoundError, NotEmptyError, ReadOnlyError, NoSpaceError; only with `force` is
    anything replaced.
    """
    way = _way(target, format, options)
    project = library.projects.get(project_id)
    records = _records(library, project_id, segments)
    story = Story(project.title, [_story_segment(record) for record in records])
    sounds = sum(record.audio_file is not None for record in records)
    notes = way.left_out(contents_of(story)._replace(sounds=sounds))
    if way.takes_pictures:
        assert target is not None
        paths = _write_with_pictures(
            library, way, story, records, Path(target), notes, force=force, progress=progress
        )
        return Exported(None, paths, notes)
    progress(0, 1)
    data = way.written(story)
    if target is None:
        return Exported(data, [], notes)
    if not way.to_folder:
        files.write_file(Path(target), data, force=force)
        return Exported(None, [Path(target)], notes)
    paths = files.write_folder(
        Path(target), lambda stage: files.write_new(stage / way.story_name, data), force=force
    )
    return Exported(None, paths, notes)


def preview_export(
    library: Library,
    project_id: int,
    target: Path | str,
    *,
    format: str | None = None,  # noqa: A002
    options: Options = USUAL,
    segments: Sequence[int] | None = None,
) -> Preview:
    """What `export_project` would write; costs the same however long the project is.

    Of the texts only the first segments' are read; the rest is counted. Raises NotFoundError.
    """
    way = _way(target, format, options)
    project = library.projects.get(project_id)
    if segments is None:
        records = library.segments.first(project_id, PREVIEWED)
    else:
        records = _records(library, project_id, segments[:PREVIEWED])
    contents = library.segments.contents(project_id, segments)
    story = Story(project.title, [_story_segment(record) for record in records])
    path = Path(target)
    names: tuple[str, ...] = (path.name,)
    if way.to_folder:
        names = (way.story_name,)
        path = path / way.story_name
    if way.takes_pictures:
        for at, name in _picture_names(records):
            story.segments[at].image_file = name
            names = (*names, name)
    return Preview(
        way.written(story),
        contents.segments <= len(records),
        names,
        1 + (contents.pictures if way.takes_pictures else 0),
        way.left_out(contents),
        path if os.path.lexists(path) else None,
    )


@dataclass(frozen=True, slots=True)
class _Way:
    """How a story is written: in which format, with which options, and whether into a folder."""

    format: Format
    options: Options
    to_folder: bool

    @property
    def takes_pictures(self) -> bool:
        return self.to_folder and self.format.holds_pictures

    @property
    def story_name(self) -> str:
        """The name of the story file in a folder."""
        return STORY_NAME + self.format.endings[0]

    def left_out(self, contents: Contents) -> list[str]:
        notes = self.format.left_out(contents, self.options)
        if contents.sounds:
            notes.append(f"Left out: the audio of {counted(contents.sounds, 'segment')}.")
        if contents.pictures and self.format.holds_pictures and not self.to_folder:
            pictures = counted(contents.pictures, "picture")
            notes.append(f"Left out: {pictures}. An export to a folder takes them along.")
        return notes

    def written(self, story: Story) -> bytes:
        if not self.takes_pictures:
            bare = [replace(segment, image_file=None) for segment in story.segments]
            story = replace(story, segments=bare)
        return self.format.write(story, self.options)


def _way(target: Path | str | None, format_name: str | None, options: Options) -> _Way:
    to_folder = target is not None and (_ends_with_slash(target) or _is_folder(target))
    if format_name or target is None or to_folder:
        chosen = formats.named(format_name) if format_name else formats.JSON
    else:
        chosen = formats.for_path(Path(target))
    return _Way(chosen, formats.options_for(chosen, options), to_folder)


def _records(
    library: Library, project_id: int, segments: Sequence[int] | None
) -> Sequence[SegmentRecord]:
    if segments is None:
        return library.segments.list(project_id=project_id)
    found = library.segments.many(segments)
    there = {record.id for record in found if record.project_id == project_id}
    for segment_id in segments:
        if segment_id not in there:
            raise NotFoundError(f"Segment {segment_id} not found", {"id": segment_id})
    return found


def _ends_with_slash(target: Path | str) -> bool:
    # A Path has forgotten its last slash; a caller that knows of one hands the text on.
    return isinstance(target, str) and target.endswith(("/", os.sep))


def _is_folder(target: Path | str) -> bool:
    try:
        return Path(target).is_dir()
    except (OSError, ValueError):
        return False  # it cannot be looked at; writing it says why


def _story_segment(record: SegmentRecord) -> StorySegment:
    return StorySegment(
        record.text_content,
        record.image_prompt,
        record.image_file,
        record.is_locked,
        record.audio_duration,
    )


def _write_with_pictures(
    library: Library,
    way: _Way,
    story: Story,
    records: Sequence[SegmentRecord],
    target: Path,
    notes: list[str],
    *,
    force: bool,
    progress: Progress,
) -> list[Path]:
    pictures = dict(_picture_names(records))

    def fill(stage: Path) -> None:
        for done, (at, name) in enumerate(pictures.items()):
            progress(done, len(pictures))
            image_file = str(records[at].image_file)
            stored = library.file(image_file)
            if stored is not None and _copy_picture(stored, stage / name):
                story.segments[at].image_file = name
            else:
                story.segments[at].image_file = None
                notes.append(
                    f"Left out: the picture of segment {at + 1}; {image_file!r} is"
                    " missing or cannot be read."
                )
        progress(len(pictures), len(pictures))
        files.write_new(stage / way.story_name, way.written(story))

    paths = files.write_folder(target, fill, force=force)
    return sorted(paths, key=lambda path: (path.parent != target, path))


def _picture_names(records: Sequence[SegmentRecord]) -> Iterator[tuple[int, str]]:
    """The segments (from 0 on) that have a picture, and the name of each in the story's folder."""
    taken: set[str] = set()
    for at, record in enumerate(records):
        if record.image_file is not None:
            yield at, f"{_PICTURES}/{_free_name(_original_name(record), taken)}"


def _copy_picture(stored: Path, copy: Path) -> bool:
    """Copy a picture through to the disk; False where there is no such file (links are none)."""
    try:
        if not stat.S_ISREG(stored.lstat().st_mode):
            return False
        source = stored.open("rb")
    except OSError:
        return False
    with source:
        copy.parent.mkdir(exist_ok=True)
        with copy.open("xb") as file:
            shutil.copyfileobj(source, file, 1024 * 1024)
            file.flush()
            os.fsync(file.fileno())
    return True


def _original_name(record: SegmentRecord) -> str:
    """The name that a picture came with: as it is stored, without the segment's id before it."""
    name = (record.image_file or "").rpartition("/")[2].removeprefix(f"{record.id}_")
    return name if name.strip(". ") else "picture"


def _free_name(name: str, taken: set[str]) -> str:
    """The name, numbered where another differs from it in case or composition only."""
    stem, suffix = Path(name).stem, Path(name).suffix
    free, number = name, 1
    while (key := unicodedata.normalize("NFC", free).casefold()) in taken:
        number += 1
        free = f"{stem}-{number}{suffix}"
    taken.add(key)
    return free
