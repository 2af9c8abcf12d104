"""The commands `history`, `undo` and `redo`, of a project or of the project list."""

from __future__ import annotations

import click

from storyflow_tui.cli import output, shapes, words
from storyflow_tui.cli.call import Call, Command, as_project_id, common
from storyflow_tui.cli.text import one_line


@click.command(cls=Command)
@click.argument("project_id", metavar="[PROJECT]", type=as_project_id, required=False)
@common
@click.pass_obj
def history(call: Call, project_id: int | None) -> None:
    """List changes, the newest first.

    Those of PROJECT; without one, those of the project list: create, rename, import, delete.
    FILES and SIZE tell what a change holds in the trash.
    """
    with call.opened(create=False) as library:
        if project_id is not None:
            library.projects.get(project_id)
        changes = library.history.list(project_id)
    if call.json:
        output.result([shapes.change(change) for change in changes])
    elif changes:
        output.lines(words.history_table(changes))
    else:
        output.lines(["No changes yet"])


@click.command(cls=Command)
@click.argument("project_id", metavar="[PROJECT]", type=as_project_id, required=False)
@common
@click.pass_obj
def undo(call: Call, project_id: int | None) -> None:
    """Take back the newest change.

    That of PROJECT; without one, that of the project list: create, rename, import, delete.
    """
    with call.opened() as library:
        change = library.history.undo(project_id)
    if call.json:
        output.result(shapes.change(change))
        return
    again = "storyflow redo" if project_id is None else f"storyflow redo {project_id}"
    output.lines([f"Undone: {one_line(change.label)}", f"To do it again: {again}"])


@click.command(cls=Command)
@click.argument("project_id", metavar="[PROJECT]", type=as_project_id, required=False)
@common
@click.pass_obj
def redo(call: Call, project_id: int | None) -> None:
    """Do again what was undone last.

    In PROJECT; without one, in the project list.
    """
    with call.opened() as library:
        change = library.history.redo(project_id)
    if call.json:
        output.result(shapes.change(change))
    else:
        output.lines([f"Done again: {one_line(change.label)}"])
