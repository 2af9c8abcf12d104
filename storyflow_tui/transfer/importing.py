"""Stories on their way in: which title one has, what it is named by, and a project made of it."""

from __future__ import annotations

import contextlib
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from storyflow_tui import formats
from storyflow_tui.errors import InvalidStoryError, InvalidTitleError, NotFoundError
from storyflow_tui.formats import files
from storyflow_tui.formats.reading import Reading
from storyflow_tui.records import ProjectRecord, SegmentRecord
from storyflow_tui.story import TITLE_LENGTH, clean_title

if TYPE_CHECKING:
    from storyflow_tui.library import Library

Progress: TypeAlias = Callable[[int, int], None]
"""Called with what is done and how much there is in all; what it raises ends the work."""

STORY_NAME = "story"
"""What the story file in a folder is called, before its ending."""

_STANDARD_INPUT = "standard input"
_UNUSED_TITLE = "Inserted"
_NO_LETTERS = ("Cc", "Cs", "Zl", "Zp")  # controls, half surrogates, line and paragraph separators


def nobody(done: int, total: int) -> None:
    """Progress that nobody asked for."""


@dataclass(frozen=True, slots=True)
class Imported:
    """A project as it is after an import or an insertion, and what was left out."""

    project: ProjectRecord
    segments: list[SegmentRecord]
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
    progress: Progress = nobody,
) -> Imported:
    """Make a project of the story in a file: all of it or nothing.

    `progress` counts the pictures.
    """
    with _naming(source):
        return _imported(library, read_story(source, format=format, title=title), progress)


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


def _story_within(source: Path) -> Path:
    """The story file that is meant by a folder that an export made."""
    try:
        if not source.is_dir():
            return source
    except OSError:
        return source  # it cannot be looked at; reading it says why
    inside = source / f"{STORY_NAME}.json"
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


def _imported(library: Library, reading: Reading, progress: Progress = nobody) -> Imported:
    project = library.projects.import_story(reading.story, progress=progress)
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
