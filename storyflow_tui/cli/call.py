"""One call of the command line: its library, its options, and the types of its arguments.

`common` puts `--library` and `--json` on every group and command, so that they may stand
anywhere. Opening the library is here; what is done with it is the commands' business.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from storyflow_tui.cli import output
from storyflow_tui.cli.refusals import sentence
from storyflow_tui.cli.text import one_line
from storyflow_tui.errors import InvalidLengthError, NotFoundError, StoryflowError

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from storyflow_tui.config import Settings
    from storyflow_tui.library import Library
    from storyflow_tui.records import Changed

    _Type = click.ParamType[Any]
else:
    _Type = click.ParamType  # which is generic from click 8.3 on

_Decorated = TypeVar("_Decorated", bound=Callable[..., Any])

_SPAN = re.compile(r"([0-9]{1,12})(?:\s*-\s*([0-9]{1,12}))?")
_WHOLE = re.compile(r"[+-]?[0-9]+")
_NEGATIVE = re.compile(r"-[0-9]+")
_LARGEST_ID = 2**63 - 1  # what SQLite can hold


@dataclass
class Call:
    """What the options said. The object of every click context."""

    library: Path | None = None
    json: bool = False
    read_only: bool = False
    _notes: list[str] = field(default_factory=list)

    def library_path(self) -> Path:
        """The folder of the library: the option, the environment, the user's data folder."""
        if self.library is not None:
            return self.library
        from storyflow_tui.config import default_library

        return default_library()

    @contextmanager
    def opened(self, *, create: bool = True) -> Iterator[Library]:
        """The library, open for one command; a reading one says `create=False`."""
        from storyflow_tui.library import Library

        path = self.library_path()
        with Library.open(path, create=create, read_only=self.read_only) as library:
            library.on_changed = self._changed
            yield library
        self.show_notes([*library.notes, *self._notes])
        self._notes.clear()

    def settings(self) -> Settings:
        """The user's settings; what is wrong in them is said on stderr."""
        from storyflow_tui.config import read_settings

        settings = read_settings()
        self.show_notes(settings.problems)
        return settings

    def show_notes(self, texts: list[str] | tuple[str, ...]) -> None:
        """Say on stderr what the caller should know beside the result."""
        output.notes(texts, self.json)

    def refuse(self, error: StoryflowError) -> None:
        """Say on stderr what was refused and why."""
        as_object = output.as_json(error.as_json())
        output.complain(as_object if self.json else f"Error: {sentence(error)}")

    def _changed(self, changed: Changed) -> None:
        if changed.pending:
            self._notes.append(
                "it is done, but its files could not be moved yet; the next change tries again"
            )


def segment_named(library: Library, segment_id: int) -> str:
    """`segment 3 (id 7)`: by its place, which people see, and its id, which commands take."""
    return f"segment {library.segments.position(segment_id)} (id {segment_id})"


class MissingCommand(click.UsageError):
    """A group was named and none of its commands."""


class Command(click.Command):
    """A command whose arguments may be negative numbers (click takes them for options)."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the arguments; see `click.Command.parse_args`."""
        if any(_NEGATIVE.fullmatch(argument) for argument in args):
            ctx.ignore_unknown_options = True
        return super().parse_args(ctx, args)


class Group(click.Group):
    """A group that lists its commands in the order in which they were added."""

    command_class = Command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the arguments; raises MissingCommand where the group cannot do without."""
        # (A shell that asks what may follow has not said it yet.)
        if not args and not (self.invoke_without_command or ctx.resilient_parsing):
            raise MissingCommand("Missing command.", ctx)
        return super().parse_args(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of the commands, the usual ones first."""
        return list(self.commands)


class Kind(_Type):
    """The type of an argument: a function that reads it, and what a shell may offer for it.

    `offers` names a function of `offers.py`, which is imported when a shell asks; `file` and
    `dir` leave it to the shell.
    """

    def __init__(self, read: Callable[[str], Any], name: str, offers: str = "") -> None:
        self.name = name
        self._read = read
        self._offers = offers

    def convert(
        self, value: Any, param: click.Parameter | None, context: click.Context | None
    ) -> Any:
        """What the function reads of the value; see `click.ParamType.convert`."""
        return self._read(value)

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem[str]]:
        """What may stand in this place; see `click.ParamType.shell_complete`."""
        if not self._offers:
            return []
        from storyflow_tui.cli import offers

        return offers.offered(self._offers, ctx, incomplete)


def _whole(value: str) -> int:
    if not _WHOLE.fullmatch(value):
        raise click.BadParameter(f"{one_line(value, 80)!r} is not a valid integer.")
    # int() refuses thousands of digits; no library holds such a number anyway.
    return int(value[:100])


def _file(value: str) -> str:
    if not value:
        raise click.BadParameter("a file has a name.")
    return value


def _format(value: str) -> str:
    from storyflow_tui.formats import FORMATS

    if value.lower() not in FORMATS:
        names = ", ".join(FORMATS)
        raise click.BadParameter(f"{one_line(value, 80)!r} is no format; there are {names}.")
    return value.lower()


def _id(value: str, noun: str) -> int:
    number = _whole(value)
    if abs(number) > _LARGEST_ID:
        # The database could not even be asked for it.
        raise NotFoundError(f"{noun} {number} not found", {"id": number})
    return number


as_whole = Kind(_whole, "whole number")
"""An argument that is a whole number, of any size; else wrong usage."""

as_project_id = Kind(lambda value: _id(value, "Project"), "project", "projects")
"""An argument that is a project's id."""

as_segment_id = Kind(lambda value: _id(value, "Segment"), "segment", "segments")
"""An argument that is a segment's id."""

as_change_id = Kind(lambda value: _id(value, "Change"), "change", "changes")
"""An argument that is the id of a change that holds files."""

as_file = Kind(_file, "file", "file")
"""An argument that names a file or `-`: anything but nothing."""

as_folder = Kind(str, "folder", "dir")
"""An argument that names a folder."""

as_format = Kind(_format, "format", "formats")
"""The name of a format, in any case."""


def _places(value: str) -> list[tuple[int, int]]:
    """`1-5,8` as spans of positions; else wrong usage."""
    spans = []
    for part in value.split(","):
        found = _SPAN.fullmatch(part.strip())
        if found is None:
            raise click.BadParameter(
                f"{one_line(value, 80)!r} is no list of positions; write it like 1-5,8."
            )
        first, last = int(found[1]), int(found[2] or found[1])
        if not 0 < first <= last:
            raise click.BadParameter(f"{one_line(part, 80)!r} does not count up from 1.")
        spans.append((first, last))
    return spans


def _option(value: str) -> tuple[str, str]:
    name, is_there, chosen = value.partition("=")
    if not is_there:
        raise click.BadParameter(f"{one_line(value, 80)!r} is not written as NAME=VALUE.")
    return name.strip().lower(), chosen.strip().lower()


as_places = Kind(_places, "positions")
"""Positions in a timeline, as spans from 1 on, such as `1-5,8`."""

as_option = Kind(_option, "option", "options")
"""An option of a format with its value, as `NAME=VALUE`."""

as_segment_and_length = Kind(str, "segment and length", "segments")
"""One of several that are read in pairs: a segment's id, or the length behind it."""


def length_in(value: str) -> float | None:
    """What an argument that is a length says, None for `none`; else wrong usage."""
    from storyflow_tui.lengths import read_length

    try:
        return read_length(value)
    except InvalidLengthError as error:
        raise click.BadParameter(f"{one_line(value, 80)!r}: {error.details['why']}.") from None


def common(command: _Decorated) -> _Decorated:
    """Add `--library` and `--json`; they go into the Call, not to the function."""
    with_json = click.option(
        "--json",
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=_take_json,
        help="Print results and errors as JSON.",
    )
    with_library = click.option(
        "--library",
        metavar="DIR",
        type=as_folder,
        is_eager=True,
        expose_value=False,
        callback=_take_library,
        help="The library's folder, instead of STORYFLOW_LIBRARY or the user's data folder.",
    )
    return with_library(with_json(command))


def _take_json(context: click.Context, _option: click.Parameter, value: bool) -> None:
    if value:
        context.ensure_object(Call).json = True


def _take_library(context: click.Context, _option: click.Parameter, value: str | None) -> None:
    if value is None:
        return
    if not value:
        raise click.UsageError("--library needs the name of a folder.", context)
    context.ensure_object(Call).library = Path(os.path.expanduser(value))  # noqa: PTH111
    # (Path.expanduser raises for a user who does not exist; a folder may well be called ~x.)
