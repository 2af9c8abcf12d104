"""The commands `import` and `export`: stories from files and standard input, and back."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from storyflow_tui.cli import output, shapes, words
from storyflow_tui.cli.call import (
    Call,
    Command,
    as_file,
    as_format,
    as_option,
    as_places,
    as_project_id,
    common,
)
from storyflow_tui.cli.text import safe
from storyflow_tui.errors import (
    InvalidOrderError,
    InvalidStoryError,
    InvalidTitleError,
    NotFoundError,
    StoryflowError,
)
from storyflow_tui.records import counted

if TYPE_CHECKING:
    from storyflow_tui.library import Library
    from storyflow_tui.transfer import Imported

_format_option = click.option(
    "--format",
    "format_name",
    metavar="NAME",
    type=as_format,
    help="The form of the story, json or text; without it, as the ending of the file says.",
)

# Errors that are about one file; the next one may well be in order.
_OF_ONE_FILE = (InvalidStoryError, InvalidTitleError, NotFoundError)


@click.command("import", cls=Command)
@click.argument("files", metavar="FILE...", type=as_file, nargs=-1, required=True)
@click.option("--title", metavar="T", help="The project's title, instead of the story's own.")
@_format_option
@common
@click.pass_obj
def import_stories(
    call: Call, files: tuple[str, ...], title: str | None, format_name: str | None
) -> int:
    """Import stories, each as a new project.

    FILE is a story in JSON (with its pictures beside it) or in the text form, up to 256 MiB; -
    reads standard input. Of several files each is imported whole or not at all.

    \b
    storyflow import the-lamp/story.json
    storyflow import chapter-*.txt
    some-program | storyflow import - --title "The Lamp"

    \b
    The text form:
      Title: The Lamp
      Text: first line of narration
      Prompt: a lamp in fog
      ---
      Text: the next segment
    """
    if title is not None and len(files) > 1:
        raise click.UsageError("--title is for one file; there are several.")
    if output.STREAM in files and len(files) > 1:
        raise click.UsageError("- (standard input) goes with no other file.")
    shown: list[shapes.Shape] = []
    refused: StoryflowError | None = None
    with call.opened() as library:
        words_per_minute = call.settings().words_per_minute
        for name in files:
            try:
                imported = _import_one(call, library, name, title, format_name)
            except StoryflowError as error:
                if len(files) == 1:
                    raise
                refused = error
                error.details.setdefault("file", name)
                call.refuse(error)
                if not isinstance(error, _OF_ONE_FILE):
                    break
                continue
            call.show_notes(_named(imported.notes, name, len(files)))
            project = imported.project
            if call.json:
                shown.append(shapes.project_whole(project, imported.segments))
            else:
                counts = words.counts(project, words_per_minute)
                output.lines([f"Imported {words.title(project)} as project {project.id}: {counts}"])
    if call.json:
        output.result([*shown] if len(files) > 1 else shown[0])
    return 1 if refused else 0


@click.command(cls=Command)
@click.argument("project", type=as_project_id)
@click.argument("file", type=as_file, required=False)
@_format_option
@click.option(
    "--segments",
    metavar="PLACES",
    type=as_places,
    help="Only those at these positions, such as 1-5,8.",
)
@click.option(
    "--option",
    "options",
    metavar="NAME=VALUE",
    type=as_option,
    multiple=True,
    help="An option of the form; text has prompts=without.",
)
@click.option("--force", is_flag=True, help="Write over a file that is there.")
@common
@click.pass_obj
def export(
    call: Call,
    project: int,
    file: str | None,
    format_name: str | None,
    segments: list[tuple[int, int]] | None,
    options: tuple[tuple[str, str], ...],
    force: bool,
) -> None:
    """Export a project as a story.

    Without FILE the story is printed. Into a folder, JSON is written as story.json with the
    pictures in images/ beside it; into a file it is the story alone. What the form cannot hold
    is said.

    \b
    storyflow export 3 the-lamp/
    storyflow export 3 the-lamp.txt
    storyflow export 3 --format text | less
    storyflow export 3 aloud.txt --segments 1-5,8 --option prompts=without
    """
    from storyflow_tui.transfer import export_project

    target = None if file == output.STREAM else file
    with call.opened(create=False) as library:
        ids = None if segments is None else _at(library.segments.ids(project), segments)
        with output.progress("Exporting", call.json) as progress:
            exported = export_project(
                library,
                project,
                target,
                format=format_name,
                options=dict(options),
                segments=ids,
                force=force,
                progress=progress,
            )
        name = words.title(library.projects.get(project))
    call.show_notes(exported.notes)
    if exported.data is not None:
        _print(call, project, exported.data)
        return
    paths = [str(path) for path in exported.paths]
    if call.json:
        output.result({"project_id": project, "files": list(paths)})
        return
    pictures = f", with {counted(len(paths) - 1, 'picture')}" if len(paths) > 1 else ""
    output.lines([f"Exported {name} to {paths[0]}{pictures}"])


def _import_one(
    call: Call, library: Library, name: str, title: str | None, format_name: str | None
) -> Imported:
    from storyflow_tui.transfer import import_bytes, import_file

    if name != output.STREAM:
        with output.progress("Importing", call.json) as progress:
            return import_file(
                library, Path(name), format=format_name, title=title, progress=progress
            )
    return import_bytes(library, output.standard_input(), format=format_name, title=title)


def _at(ids: Sequence[int], spans: list[tuple[int, int]]) -> list[int]:
    """The segments at these positions, in the order of the story, each once."""
    last = max(end for _, end in spans)
    if last > len(ids):
        raise InvalidOrderError(
            f"There is no segment {last}; the story has {counted(len(ids), 'segment')}",
            {"position": last},
        )
    wanted = {place for first, end in spans for place in range(first, end + 1)}
    return [ids[place - 1] for place in sorted(wanted)]


def _named(notes: list[str], name: str, files: int) -> list[str]:
    """The notes, with the file they are about where there are several."""
    return [f"{name}: {note}" for note in notes] if files > 1 else notes


def _print(call: Call, project: int, data: bytes) -> None:
    """Print a story as it is; one that is no JSON as JSON's text where JSON was asked for.

    On a terminal, where nobody but a person reads it, control characters are shown as signs.
    """
    if call.json and not data.lstrip().startswith(b"{"):
        output.result({"project_id": project, "text": data.decode()})
    elif output.is_terminal(sys.stdout):
        output.raw(safe(data.decode()).encode(errors="backslashreplace"))
    else:
        output.raw(data)
