"""Every error that storyflow-tui raises on purpose, and nothing else.

    StoryflowError              message, details, code
    ├── NotFoundError           not_found         no such project, segment, change or file
    ├── LockedError             locked            the segment's content is protected
    ├── InvalidTextError        invalid_text      blank narration, NUL, lone surrogates
    ├── ConflictError           conflict          changed meanwhile by somebody else
    ├── InvalidImageError       invalid_image     a file that is no usable picture
    ├── NoImageError            no_image          nothing to remove
    ├── InvalidOrderError       invalid_order     not a permutation of the project's segments
    ├── InvalidStoryError       invalid_story     a story that could not be read
    ├── InvalidTitleError       invalid_title     blank, too long, more than one line
    ├── InvalidLengthError      invalid_length    no number of seconds that can be a length
    ├── NothingToUndoError      nothing_to_undo   no change that could be taken back (or done again)
    ├── BusyError               busy              another process held the library for too long
    ├── ReadOnlyError           read_only         the library cannot be written
    ├── NoSpaceError            no_space          the disk is full
    ├── DamagedError            damaged           the database or a file of ours cannot be read
    ├── NewerSchemaError        newer_schema      the library was written by a newer version
    ├── ForeignFileError        foreign_file      an SQLite file (or another) that is not ours
    ├── NotEmptyError           not_empty         something stands where we were to write
    ├── NoTerminalError         no_terminal       the editor needs a terminal
    ├── NoEditorError           no_editor         the person's own text editor cannot be started
    └── NotConfirmedError       not_confirmed     a question was not answered with yes

`message` is one sentence for people. `details` holds what a program could want to know about the
case (JSON values only). `code` is stable and stands for the class.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, TypeAlias

JsonValue: TypeAlias = "str | int | float | bool | list[JsonValue] | Mapping[str, JsonValue] | None"


class StoryflowError(Exception):
    """The base: one sentence for people, details and a stable code for programs."""

    code: ClassVar[str] = "error"

    def __init__(self, message: str, details: Mapping[str, JsonValue] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.details: dict[str, JsonValue] = dict(details or {})

    def as_json(self) -> dict[str, JsonValue]:
        """The shape that commands print with `--json`."""
        return {"error": self.message, "details": self.details, "code": self.code}


class NotFoundError(StoryflowError):
    """No such project, segment, change or file."""

    code = "not_found"


class LockedError(StoryflowError):
    """The segment's content is protected by its lock."""

    code = "locked"


class InvalidTextError(StoryflowError):
    """Narration or prompt that cannot be stored."""

    code = "invalid_text"


class ConflictError(StoryflowError):
    """Somebody else changed the same thing since it was read."""

    code = "conflict"


class InvalidImageError(StoryflowError):
    """A file that is no usable picture; `details["reason"]` says why, with the figures."""

    code = "invalid_image"


class NoImageError(StoryflowError):
    """The segment has no image to remove."""

    code = "no_image"


class InvalidOrderError(StoryflowError):
    """An order or a position that does not fit the project's segments."""

    code = "invalid_order"


class InvalidStoryError(StoryflowError):
    """A story that could not be read; `details` name the line or the index, and why."""

    code = "invalid_story"


class InvalidTitleError(StoryflowError):
    """A title that is blank, too long or no single line."""

    code = "invalid_title"


class InvalidLengthError(StoryflowError):
    """A length or a target that is no number of seconds, or out of bounds."""

    code = "invalid_length"


class NothingToUndoError(StoryflowError):
    """No change stands that could be taken back, or none is undone that could be done again."""

    code = "nothing_to_undo"


class BusyError(StoryflowError):
    """Another process held the write lock for longer than the busy timeout."""

    code = "busy"


class ReadOnlyError(StoryflowError):
    """The library is open for reading only, or cannot be written."""

    code = "read_only"


class NoSpaceError(StoryflowError):
    """The disk is full (or a quota or a file-size limit is reached)."""

    code = "no_space"


class DamagedError(StoryflowError):
    """The database, a backup or a file of the library cannot be read."""

    code = "damaged"


class NewerSchemaError(StoryflowError):
    """The library was written by a newer version of this program."""

    code = "newer_schema"


class ForeignFileError(StoryflowError):
    """The file belongs to another application."""

    code = "foreign_file"


class NotEmptyError(StoryflowError):
    """Something stands already where we were to write."""

    code = "not_empty"


class NoTerminalError(StoryflowError):
    """The editor was started without a terminal."""

    code = "no_terminal"


class NoEditorError(StoryflowError):
    """The person's own text editor is not set, not there or cannot be started."""

    code = "no_editor"


class NotConfirmedError(StoryflowError):
    """A question was not answered with yes, or could not be asked."""

    code = "not_confirmed"
