"""Joins formats and library: stories into projects, projects into files, and what was left out.

The rules for titles, for pictures beside a story and for where an export goes live here. How a
story is written down is the formats' business, how it is kept the library's.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from storyflow_tui import formats
from storyflow_tui.errors import InvalidStoryError, InvalidTitleError, NotFoundError
from storyflow_tui.formats import files
from storyflow_tui.formats.reading import Reading
from storyflow_tui.records import ProjectRecord, SegmentRecord, counted
from storyflow_tui.samples import sample, sample_folder, samples
from storyflow_tui.story import TITLE_LENGTH, Story, StorySegment, clean_title

if TYPE_CHECKING:
    from storyflow_tui.library import Library

__all__ = [
    "Exported",
    "Imported",
    "Reading",
    "export_project",
    "import_bytes",
    "import_file",
    "insert_bytes",
    "insert_file",
    "read_story",
    "read_stream",
    "sample",
    "sample_folder",
    "samples",
]

_STORY_NAME = "story"
_PICTURES = "images"
_STANDARD_INPUT = "standard input"
_UNUSED_TITLE = "Inserted"
_NO_LETTERS = ("Cc", "Cs", "Zl", "Zp")  # controls, half surrogates, line and paragraph separators


@dataclass(frozen=True, slots=True)
class Imported:
    """A project as it is after an import or an insertion, and what was left out."""

    project: ProjectRecord
    segments: list[SegmentRecord]
    notes: list[str]


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export wrote, the story first: `data` where it went to nobody's file."""

    data: bytes | None
    paths: list[Path]
    notes: list[str]


def read_story(source: Path, *, format: str | None = None, title: str | None = None) -> Reading:  # noqa: A002
    """The story in a file (or the `story.json` in a folder), with the title it is to have.

    That is `title`, else the story's own, else the file's name without its ending. Raises
    NotFoundError, InvalidStoryError and InvalidTitleError; their details name the file.
    """
    source = _story_within(source)
    chosen = formats.named(format) if format else formats.for_path(source)
    with _naming(source):
        reading = chosen.read(files.read_file(source), folder=source.parent)
        return _titled(reading, title, _title_from(source.stem))


def read_stream(data: bytes, *, format: str | None = None, title: str | None = None) -> Reading:  # noqa: A002
    """The story in bytes that have no file; it needs a title of its own or a given one."""
    chosen = formats.named(format) if format else formats.for_data(data)
    with _naming(_STANDARD_INPUT):
        return _titled(chosen.read(data), title, None)


def import_file(
    library: Library,
    source: Path,
    *,
    format: str | None = None,  # noqa: A002
    title: str | None = None,
) -> Imported:
    """Make a project of the story in a file: all of it or nothing."""
    with _naming(source):
        return _imported(library, read_story(source, format=format, title=title))


def import_bytes(
    library: Library,
    data: bytes,
    *,
    format: str | None = None,  # noqa: A002
    title: str | None = None,
) -> Imported:
    """Make a project of a story that came by standard input or a paste."""
    with _naming(_STANDARD_INPUT):
        return _imported(library, read_stream(data, format=format, title=title))


def insert_file(
    library: Library,
    project_id: int,
    position: int,
    source: Path,
    *,
    format: str | None = None,  # noqa: A002
) -> Imported:
    """Put a file's segments at a position (1-based) of a project; its title is not used."""
    with _naming(source):
        reading = read_story(source, format=format, title=_UNUSED_TITLE)
        return _inserted(library, project_id, position, reading)


def insert_bytes(
    library: Library,
    project_id: int,
    position: int,
    data: bytes,
    *,
    format: str | None = None,  # noqa: A002
) -> Imported:
    """Like `insert_file`, for a story without a file."""
    with _naming(_STANDARD_INPUT):
        reading = read_stream(data, format=format, title=_UNUSED_TITLE)
        return _inserted(library, project_id, position, reading)


def export_project(
    library: Library,
    project_id: int,
    target: Path | str | None,
    *,
    format: str | None = None,  # noqa: A002
    force: bool = False,
) -> Exported:
    """Write a project as a story: to nobody (bytes), to a file, or to a folder with its pictures.

    A folder is one that exists, or a text that ends with a slash. Without `format` a file's ending
    decides (text, where it says nothing); for a folder and for nobody it is JSON. Raises
    NotFoundError, NotEmptyError, ReadOnlyError, NoSpaceError; only with `force` is anything
    replaced.
    """
    project = library.projects.get(project_id)
    records = library.segments.list(project_id=project_id)
    to_folder = target is not None and (_ends_with_slash(target) or Path(target).is_dir())
    if format or target is None or to_folder:
        chosen = formats.named(format) if format else formats.JSON
    else:
        chosen = formats.for_path(Path(target))
    story = Story(project.title, [_story_segment(record) for record in records])
    notes = chosen.left_out(story)
    if sounds := sum(record.audio_file is not None for record in records):
        notes.append(f"Left out: the audio of {counted(sounds, 'segment')}.")
    if target is not None and to_folder and chosen is formats.JSON:
        paths = _write_with_pictures(library, story, records, Path(target), notes, force=force)
        return Exported(None, paths, notes)
    pictures = sum(record.image_file is not None for record in records)
    if chosen is formats.JSON and pictures:
        for segment in story.segments:
            segment.image_file = None
        notes.append(
            f"Left out: {counted(pictures, 'picture')}. An export to a folder takes them along."
        )
    data = chosen.write(story)
    if target is None:
        return Exported(data, [], notes)
    if not to_folder:
        files.write_file(Path(target), data, force=force)
        return Exported(None, [Path(target)], notes)
    name = _STORY_NAME + chosen.endings[0]
    paths = files.write_folder(
        Path(target), lambda stage: files.write_new(stage / name, data), force=force
    )
    return Exported(None, paths, notes)


def _story_within(source: Path) -> Path:
    """The story file that is meant by a folder that an export made."""
    try:
        if not source.is_dir():
            return source
    except OSError:
        return source  # it cannot be looked at; reading it says why
    inside = source / f"{_STORY_NAME}.json"
    if not inside.is_file():
        raise NotFoundError(f"{source} is a folder without a story.json", {"file": str(source)})
    return inside


def _title_from(stem: str) -> str:
    """The name of a file as a title, without what no title may hold; safe however it came."""
    letters = stem.encode("utf-8", "replace").decode()
    kept = "".join(letter for letter in letters if unicodedata.category(letter) not in _NO_LETTERS)
    return kept.strip()[:TITLE_LENGTH].strip() or "Untitled"


def _titled(reading: Reading, title: str | None, file_name: str | None) -> Reading:
    if title is None and reading.has_title:
        title = reading.story.title
    if title is None:
        title = file_name
    if title is None:
        raise InvalidTitleError("A story without a file needs a title; give one with --title")
    return replace(reading, story=replace(reading.story, title=clean_title(title)))


def _imported(library: Library, reading: Reading) -> Imported:
    project = library.projects.import_story(reading.story)
    return Imported(project, library.segments.list(project_id=project.id), reading.notes)


def _inserted(library: Library, project_id: int, position: int, reading: Reading) -> Imported:
    project = library.projects.insert(project_id, position, reading.story)
    return Imported(project, library.segments.list(project_id=project.id), reading.notes)


@contextlib.contextmanager
def _naming(source: Path | str) -> Iterator[None]:
    """Add the file to what the errors about a story tell."""
    try:
        yield
    except (InvalidStoryError, InvalidTitleError) as error:
        error.details.setdefault("file", str(source))
        raise


def _ends_with_slash(target: Path | str) -> bool:
    # A Path has forgotten its last slash; a caller that knows of one hands the text on.
    return isinstance(target, str) and target.endswith(("/", os.sep))


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
    story: Story,
    records: list[SegmentRecord],
    target: Path,
    notes: list[str],
    *,
    force: bool,
) -> list[Path]:
    def fill(stage: Path) -> None:
        taken: set[str] = set()
        for position, (record, segment) in enumerate(zip(records, story.segments, strict=True), 1):
            if record.image_file is None:
                continue
            segment.image_file = None
            stored = library.file(record.image_file)
            name = _free_name(_original_name(record), taken)
            if stored is not None and _copy_picture(stored, stage / _PICTURES / name):
                segment.image_file = f"{_PICTURES}/{name}"
            else:
                notes.append(
                    f"Left out: the picture of segment {position}; {record.image_file!r} is"
                    " missing or cannot be read."
                )
        files.write_new(stage / f"{_STORY_NAME}.json", formats.JSON.write(story))

    paths = files.write_folder(target, fill, force=force)
    return sorted(paths, key=lambda path: (path.parent != target, path))


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
