"""The commands `segment new`, `duplicate`, `split` and `merge`: segments out of segments.

They join the group of `segments`, which is whole once this module is read.
"""

from __future__ import annotations

import click

from storyflow_tui.cli import output, shapes
from storyflow_tui.cli.call import (
    Call,
    Command,
    as_project_id,
    as_segment_id,
    as_whole,
    common,
    segment_named,
)
from storyflow_tui.cli.segments import say, segment, way_back


@click.command("new", cls=Command)
@click.argument("project_id", metavar="PROJECT", type=as_project_id)
@click.option("--text", metavar="T", required=True, help="The narration.")
@click.option("--prompt", metavar="P", default="", help="The image prompt.")
@click.option("--at", "position", metavar="POSITION", type=as_whole, help="Where; else the end.")
@common
@click.pass_obj
def new_segment(call: Call, project_id: int, text: str, prompt: str, position: int | None) -> None:
    """Write a new segment.

    The first POSITION is 1; those from there on make room.

    \b
    storyflow segment new 1 --text "The lamp goes out." --at 3
    """
    with call.opened() as library:
        record = library.segments.add(project_id, text, prompt, position=position)
        name = segment_named(library, record.id)
    say(call, record, f"Made {name}")


@click.command("duplicate", cls=Command)
@click.argument("segment_id", metavar="ID", type=as_segment_id)
@common
@click.pass_obj
def duplicate_segment(call: Call, segment_id: int) -> None:
    """Put a copy of a segment below it.

    The copy is unlocked and has a picture of its own."""
    with call.opened() as library:
        record = library.segments.duplicate(segment_id)
        first, copy = (segment_named(library, key) for key in (segment_id, record.id))
    say(call, record, f"Copied {first} to {copy}")


@click.command("split", cls=Command)
@click.argument("segment_id", metavar="ID", type=as_segment_id)
@click.argument("offset", type=as_whole)
@common
@click.pass_obj
def split_segment(call: Call, segment_id: int, offset: int) -> None:
    """Cut a segment in two.

    OFFSET counts the characters of the narration that stay; the rest becomes a new segment below.
    The picture stays with the first. With --json both are printed, as an array.

    \b
    storyflow segment split 7 120
    """
    with call.opened() as library:
        halves = library.segments.split(segment_id, offset)
        first, rest = (segment_named(library, half.id) for half in halves)
    if call.json:
        output.result([shapes.segment(half) for half in halves])
    else:
        output.lines([f"Split {first}: the rest is {rest}"])


@click.command("merge", cls=Command)
@click.argument("segment_id", metavar="ID", type=as_segment_id)
@common
@click.pass_obj
def merge_segment(call: Call, segment_id: int) -> None:
    """Merge a segment with the next one.

    The texts are joined by a blank line. The first picture stays, the other goes to the trash."""
    with call.opened() as library:
        record = library.segments.merge(segment_id)
        name = segment_named(library, record.id)
    say(call, record, f"Merged the next segment into {name}. {way_back(record)}")


for _command in (new_segment, duplicate_segment, split_segment, merge_segment):
    segment.add_command(_command)
