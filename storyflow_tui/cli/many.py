"""The commands `segment ...` that take one segment or many: lock, unlock, delete, move, copy, and
the pictures of a folder.

One id is answered as a segment, several as an array; several are one change, or nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from storyflow_tui.cli import output, shapes, words
from storyflow_tui.cli.call import (
    Call,
    Command,
    as_folder,
    as_project_id,
    as_segment_id,
    as_whole,
    common,
    segment_named,
)
from storyflow_tui.cli.text import cut, one_line
from storyflow_tui.errors import InvalidImageError, InvalidOrderError, NotFoundError
from storyflow_tui.records import SegmentRecord, counted

if TYPE_CHECKING:
    from storyflow_tui.library import Library
    from storyflow_tui.pairing import By, Pairing

_NAMED = 12  # ids and files that a sentence names

Ids = tuple[int, ...]

_IDS = click.argument("ids", metavar="ID...", type=as_segment_id, nargs=-1, required=True)


@click.command("lock", cls=Command)
@_IDS
@common
@click.pass_obj
def lock_segments(call: Call, ids: Ids) -> None:
    """Protect segments: narration, prompt and image.

    \b
    storyflow segment lock 7 8 9
    """
    _lock(call, ids, True)


@click.command("unlock", cls=Command)
@_IDS
@common
@click.pass_obj
def unlock_segments(call: Call, ids: Ids) -> None:
    """Take the lock from segments."""
    _lock(call, ids, False)


@click.command("delete", cls=Command)
@_IDS
@click.option("--yes", is_flag=True, help="Do not ask.")
@common
@click.pass_obj
def delete_segments(call: Call, ids: Ids, yes: bool) -> None:
    """Delete segments, locked or not.

    Their files go to the trash. Several go in one change.

    \b
    storyflow segment delete 7 8 9
    """
    with call.opened() as library:
        records = [library.segments.get(key) for key in dict.fromkeys(ids)]
        name = _named(library, ids)
        output.confirm(_question(records, name), yes)
        library.segments.delete_many(ids)
    if call.json:
        gone: list[shapes.Shape] = [{"id": record.id} for record in records]
        output.result(gone[0] if len(ids) == 1 else [*gone])
    else:
        back = "it" if len(records) == 1 else "them"
        way = f"To bring {back} back: storyflow undo {records[0].project_id}"
        output.lines([f"Deleted {name}. {way}"])


@click.command("move", cls=Command)
@_IDS
@click.argument("position", type=as_whole)
@common
@click.pass_obj
def move_segments(call: Call, ids: Ids, position: int) -> None:
    """Move segments within their project.

    The first POSITION is 1. Several stand side by side then, in the order in which they stood.

    \b
    storyflow segment move 7 1
    """
    with call.opened() as library:
        name = _named(library, ids)
        records = library.segments.move_many(ids, position)
    _say(call, ids, records, f"Moved {name} to position {position}")


@click.command("copy", cls=Command)
@_IDS
@click.option("--to", "project_id", metavar="PROJECT", type=as_project_id, required=True)
@click.option("--at", "position", metavar="POSITION", type=as_whole, help="Else at the end.")
@common
@click.pass_obj
def copy_segments(call: Call, ids: Ids, project_id: int, position: int | None) -> None:
    """Copy segments with their pictures into a project.

    The copies are not locked.

    \b
    storyflow segment copy 7 8 9 --to 2
    """
    with call.opened() as library:
        name = _named(library, ids)
        records = library.segments.copy(ids, project_id, position)
        project = library.projects.get(project_id)
    _say(call, ids, records, f"Copied {name} into {words.title(project)}")


@click.command("attach-images", cls=Command)
@click.argument("project_id", metavar="PROJECT", type=as_project_id)
@click.argument("folder", metavar="DIR", type=as_folder)
@click.option(
    "--by",
    type=click.Choice(["number", "order"]),
    required=True,
    help="The number in a file's name is the position, or files are taken in order.",
)
@click.option("--from", "start", metavar="POSITION", type=as_whole, default="1", help="Begin here.")
@click.option("--missing", is_flag=True, help="Only segments without an image.")
@click.option("--dry-run", is_flag=True, help="Show the pairs, and change nothing.")
@common
@click.pass_obj
def attach_images(
    call: Call, project_id: int, folder: str, by: By, start: int, missing: bool, dry_run: bool
) -> None:
    """Give a folder's pictures to segments.

    By number, lamp-07.png goes to segment 7; where a name has several numbers, it is the one
    that tells the files apart. By order, scene 2 comes before scene 10. All of them in one
    change, or none.

    \b
    storyflow segment attach-images 1 ~/pictures/lamp --by number --dry-run
    """
    from storyflow_tui.pairing import pair, picture_names

    with call.opened(create=not dry_run) as library:
        outline = library.segments.outline(project_id)
        if not 1 <= start <= max(len(outline), 1):
            raise InvalidOrderError(
                f"Position must be from 1 to {max(len(outline), 1)}", {"position": start}
            )
        names = picture_names(Path(folder))
        if not names:
            raise NotFoundError(f"No picture in {folder}", {"folder": folder})
        pairing = pair(names, outline, by=by, start=start, missing=missing)
        segments = library.segments.many(each.segment_id for each in pairing.pairs)
        with output.progress("Looking at pictures" if dry_run else "Attaching", call.json) as tell:
            if dry_run:
                problems = _problems(Path(folder), pairing, tell)
            elif pairing.pairs:
                records = library.segments.attach_images(
                    [(each.segment_id, Path(folder, each.file)) for each in pairing.pairs], tell
                )
    if dry_run:
        _show(call, pairing, segments, problems)
        return
    if not pairing.pairs:
        raise NotFoundError(
            f"No picture in {folder} goes to a segment",
            {"folder": folder, "why": _left_out(pairing)[0]},
        )
    call.show_notes(_left_out(pairing))
    if call.json:
        output.result([shapes.segment(record) for record in records])
    else:
        what = f"{counted(len(records), 'picture')} to {_positions(pairing)}"
        output.lines([f"Attached {what}. To take it back: storyflow undo {project_id}"])


COMMANDS = (
    lock_segments,
    unlock_segments,
    delete_segments,
    move_segments,
    copy_segments,
    attach_images,
)
"""All of them, in the order in which help lists them."""


def _lock(call: Call, ids: Ids, locked: bool) -> None:
    with call.opened() as library:
        name = _named(library, ids)
        records = library.segments.lock(ids, locked)
    _say(call, ids, records, f"{'Locked' if locked else 'Unlocked'} {name}")


def _say(call: Call, ids: Ids, records: Sequence[SegmentRecord], sentence: str) -> None:
    if not call.json:
        output.lines([sentence])
    elif len(ids) == 1:
        output.result(shapes.segment(records[0]))
    else:
        output.result([shapes.segment(record) for record in records])


def _named(library: Library, ids: Ids) -> str:
    """`segment 3 (id 7)`, or `3 segments`."""
    count = len(set(ids))
    return segment_named(library, ids[0]) if count == 1 else counted(count, "segment")


def _question(records: Sequence[SegmentRecord], name: str) -> str:
    locked = sum(record.is_locked for record in records)
    if len(records) == 1:
        start = cut(one_line(records[0].text_content), 40)
        return f"Delete {name}{', locked' if locked else ''}: “{start}”?"
    ids = ", ".join(str(record.id) for record in records[:_NAMED])
    more = f" and {len(records) - _NAMED} more" if len(records) > _NAMED else ""
    return (
        f"Delete {len(records)} segments{f', {locked} locked' if locked else ''} (ids {ids}{more})?"
    )


def _positions(pairing: Pairing) -> str:
    first, last = pairing.pairs[0].position, pairing.pairs[-1].position
    if first == last:
        return f"segment {first}"
    whole = last - first + 1 == len(pairing.pairs)
    return f"segments {first} to {last}" if whole else f"segments between {first} and {last}"


def _problems(folder: Path, pairing: Pairing, tell: Callable[[int, int], None]) -> dict[str, str]:
    """Why which pictures would be refused."""
    from storyflow_tui.library.images import inspect

    problems = {}
    for number, each in enumerate(pairing.pairs):
        tell(number, len(pairing.pairs))
        try:
            inspect(folder / each.file)
        except InvalidImageError as error:
            problems[each.file] = str(error.details.get("reason") or error.message)
    return problems


def _show(
    call: Call, pairing: Pairing, segments: Sequence[SegmentRecord], problems: dict[str, str]
) -> None:
    """The pairs, each with what is at its place now, and what is left over."""
    if call.json:
        output.result(
            {
                "pairs": [
                    {
                        "position": each.position,
                        "id": each.segment_id,
                        "file": each.file,
                        "has_image": pairing.outline[each.position - 1].has_image,
                        "is_locked": pairing.outline[each.position - 1].is_locked,
                        "problem": problems.get(each.file),
                    }
                    for each in pairing.pairs
                ],
                "left_out": [{"file": left.file, "why": left.why} for left in pairing.left],
            }
        )
        return
    output.lines(words.pair_table(pairing, segments))
    output.lines(f"{file} cannot be used: {why}" for file, why in problems.items())
    output.lines(_left_out(pairing))
    output.lines(["Nothing was changed; without --dry-run it is done"])


def _left_out(pairing: Pairing) -> list[str]:
    lines = [f"{left.file} is left out: {left.why}" for left in pairing.left[:_NAMED]]
    more = len(pairing.left) - _NAMED
    return [*lines, f"{counted(more, 'more file')} left out"] if more > 0 else lines
