"""The commands `project ...`: list, show, new, rename, target, delete."""

from __future__ import annotations

import click

from storyflow_tui.cli import output, shapes, words
from storyflow_tui.cli.call import Call, Group, as_project_id, common, length_in
from storyflow_tui.records import counted


@click.group(cls=Group)
@common
def project() -> None:
    """List, show, create, rename and delete projects."""


@project.command("list")
@common
@click.pass_obj
def list_projects(call: Call) -> None:
    """List all projects."""
    with call.opened(create=False) as library:
        records = library.projects.list()
    pace = call.settings().words_per_minute
    if call.json:
        output.result([shapes.project_counted(record, pace) for record in records])
    elif records:
        output.lines(words.project_table(records, pace))
    else:
        output.lines(
            [
                "No projects yet. Import a story with: storyflow import FILE",
                "or try the editor on a sample with: storyflow demo",
            ]
        )


@project.command("show")
@click.argument("project_id", metavar="ID", type=as_project_id)
@common
@click.pass_obj
def show_project(call: Call, project_id: int) -> None:
    """Show a project with its segments in order."""
    with call.opened(create=False) as library:
        record = library.projects.get(project_id)
        segments = library.segments.list(project_id)
    if call.json:
        output.result(shapes.project_whole(record, segments))
        return
    pace = call.settings().words_per_minute
    output.lines([words.title(record), f"Project {record.id}: {words.counts(record, pace)}", ""])
    if segments:
        output.lines(words.segment_table(segments, pace))
    else:
        output.lines([words.no_segments(record.id)])


@project.command("new")
@click.argument("title")
@common
@click.pass_obj
def new_project(call: Call, title: str) -> None:
    """Create an empty project.

    \b
    storyflow project new "The Lamp"
    """
    with call.opened() as library:
        record = library.projects.create(title)
    if call.json:
        output.result(shapes.project_whole(record, []))
        return
    output.lines(
        [
            f"Created {words.title(record)} as project {record.id}",
            f"Put a story into it with: storyflow segment insert {record.id} 1 FILE",
        ]
    )


@project.command("rename")
@click.argument("project_id", metavar="ID", type=as_project_id)
@click.argument("title")
@common
@click.pass_obj
def rename_project(call: Call, project_id: int, title: str) -> None:
    """Give a project another title."""
    with call.opened() as library:
        record = library.projects.rename(project_id, title)
    if call.json:
        output.result(shapes.project(record))
    else:
        output.lines([f"Renamed project {record.id} to {words.title(record)}"])


@project.command("target")
@click.argument("project_id", metavar="ID", type=as_project_id)
@click.argument("target", metavar="[LENGTH|none]", required=False)
@common
@click.pass_obj
def target_of_project(call: Call, project_id: int, target: str | None) -> None:
    """Show or set how long a project is to be.

    LENGTH is in seconds, or as 1:30 or 5m; 'none' takes the target away.

    \b
    storyflow project target 1 4:00
    storyflow project target 1
    """
    if target is None:
        with call.opened(create=False) as library:
            record = library.projects.get(project_id)
    else:
        seconds = length_in(target)
        with call.opened() as library:
            record = library.projects.set_target(project_id, seconds)
    pace = call.settings().words_per_minute
    if call.json:
        output.result(shapes.project_with_target(record, pace))
    else:
        output.lines([f"{words.title(record)}: {words.against_target(record, pace)}"])


@project.command("delete")
@click.argument("project_id", metavar="ID", type=as_project_id)
@click.option("--yes", is_flag=True, help="Do not ask.")
@common
@click.pass_obj
def delete_project(call: Call, project_id: int, yes: bool) -> None:
    """Delete a project with its segments and files.

    All of it waits in the trash: 'storyflow undo' (without a project) brings it back, and
    'storyflow trash restore' does so after other changes.
    """
    with call.opened() as library:
        record = library.projects.get(project_id)
        segments = counted(record.segment_count, "segment")
        output.confirm(f"Delete {words.title(record)} (project {project_id}, {segments})?", yes)
        library.projects.delete(project_id)
    if call.json:
        output.result({"id": project_id})
    else:
        output.lines(
            [
                f"Deleted {words.title(record)}",
                "To bring it back: storyflow undo; after other changes: storyflow trash restore",
            ]
        )
