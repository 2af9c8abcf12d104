"""The commands that look after a library: check, backup, restore, trash."""

from __future__ import annotations

from pathlib import Path

import click

from storyflow_tui.cli import output, shapes, words
from storyflow_tui.cli.call import Call, Command, Group, as_change_id, as_file, common
from storyflow_tui.cli.text import file_size, one_line
from storyflow_tui.errors import ReadOnlyError, StoryflowError
from storyflow_tui.records import Repaired, counted


@click.command(cls=Command)
@click.option("--repair", is_flag=True, help="Mend what can be mended safely.")
@common
@click.pass_obj
def check(call: Call, repair: bool) -> int:
    """Look for what is missing or out of order, and mend it.

    Files that are missing or that nothing names, paths that lead out, order, cut pictures, counts,
    moves that were not done, the database itself. Exits with 0 when the library is clean and
    with 1 when something was found; after a repair, when something is left.

    --repair moves files nowhere but into the trash, touches no locked segment and is one change
    of the project list: undo takes it back, but for counts made anew and moves given up. Without
    it nothing is changed.
    """
    from storyflow_tui.library import Library

    try:
        with call.opened(create=False) as library:
            repaired = library.repair() if repair else Repaired(None, [], library.check())
    except StoryflowError as error:
        found = Library.closed(call.library_path(), error)
        if found is None:
            raise
        repaired = Repaired(None, [], [found])
    if call.json and repair:
        output.result(shapes.repaired(repaired))
    elif call.json:
        output.result([shapes.finding(finding) for finding in repaired.left])
    else:
        output.lines(words.repair_lines(repaired) if repair else words.check_lines(repaired.left))
    return 1 if repaired.left else 0


@click.command(cls=Command)
@click.argument("file", type=as_file)
@common
@click.pass_obj
def backup(call: Call, file: str) -> None:
    """Write the library into a zip archive.

    It holds the database, every picture and the trash, as of one moment; others may go on
    working meanwhile. The copies in backups/ are not in it.

    \b
    storyflow backup ~/storyflow-2026-11-23.zip
    """
    if file == output.STREAM:
        raise click.BadParameter("a backup needs a file; a zip archive is not for a terminal.")
    with (
        call.opened(create=False) as library,
        output.progress("Backing up", call.json) as progress,
    ):
        written = library.backup(Path(file), progress=progress)
    size = written.stat().st_size
    if call.json:
        output.result({"file": str(written), "bytes": size})
    else:
        output.lines([f"Backed up to {written} ({file_size(size)})"])


@click.command(cls=Command)
@click.argument("file", type=as_file)
@click.option("--replace", is_flag=True, help="Put it in the place of a library that is there.")
@common
@click.pass_obj
def restore(call: Call, file: str, replace: bool) -> None:
    """Bring back a library from a backup.

    The whole of FILE is verified first. A library that is there is not touched without
    --replace, and with it is set aside, not deleted; it must not be open elsewhere.

    \b
    storyflow restore ~/storyflow-2026-11-23.zip --library ~/restored
    """
    from storyflow_tui.library import Library

    path = call.library_path()
    if call.read_only:
        raise ReadOnlyError("--read-only and restore don't go together", {"library": str(path)})
    if file == output.STREAM:
        raise click.BadParameter("a backup is read from a file.")
    with output.progress("Restoring", call.json) as progress:
        former = Library.restore(Path(file), path, replace=replace, progress=progress)
    if call.json:
        output.result({"library": str(path), "former": str(former) if former else None})
        return
    kept = [f"The former library is kept in {former}"] if former else []
    output.lines([f"Restored to {path}", *kept])


@click.group(cls=Group)
@common
def trash() -> None:
    """List the trash, bring back what is in it, or empty it.

    Replaced, removed and deleted files wait in it for their undo."""


@trash.command("list")
@common
@click.pass_obj
def list_trash(call: Call) -> None:
    """List the changes that hold files."""
    with call.opened(create=False) as library:
        held = library.trash.list()
    if call.json:
        output.result([shapes.trash(record) for record in held])
    elif held:
        output.lines(words.trash_table(held))
    else:
        output.lines(["The trash is empty"])


@trash.command("restore")
@click.argument("change_id", metavar="CHANGE", type=as_change_id)
@common
@click.pass_obj
def restore_change(call: Call, change_id: int) -> None:
    """Bring back what CHANGE took away.

    A deleted story or segment, a replaced or removed picture, a replaced text, though other
    changes came after it. CHANGE is the number that `trash list` and `history` show. It is a
    change of its own: undo takes it back.

    \b
    storyflow trash list
    storyflow trash restore 17
    """
    with call.opened() as library:
        change = library.trash.restore(change_id)
    if call.json:
        output.result(shapes.change(change))
        return
    back = "storyflow undo" if change.project_id is None else f"storyflow undo {change.project_id}"
    output.lines([f"Done: {one_line(change.label)}", f"To take it back: {back}"])


@trash.command("empty")
@click.option("--yes", is_flag=True, help="Do not ask.")
@common
@click.pass_obj
def empty_trash(call: Call, yes: bool) -> None:
    """Delete the files in the trash for good.

    The changes that hold them can then not be undone."""
    with call.opened() as library:
        files, weight = library.trash.size()
        size = file_size(weight)
        output.confirm(f"Delete {counted(files, 'file')} ({size}) in the trash for good?", yes)
        gone, freed = library.trash.empty()
    if call.json:
        output.result({"files": gone, "bytes": freed})
    else:
        output.lines([f"Deleted {counted(gone, 'file')}, {file_size(freed)}"])
