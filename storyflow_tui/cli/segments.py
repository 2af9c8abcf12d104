"""The commands `segment ...`: list, show, edit, a picture, order, insert, lengths.

Those that take many segments are many.py's.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TypedDict

import click

from storyflow_tui.cli import many, output, shapes, words
from storyflow_tui.cli.call import (
    Call,
    Group,
    as_file,
    as_project_id,
    as_segment_and_length,
    as_segment_id,
    as_whole,
    common,
    length_in,
    segment_named,
)
from storyflow_tui.cli.outside import edit_outside
from storyflow_tui.cli.text import one_line, when
from storyflow_tui.records import Filter, SegmentRecord, counted


class Edits(TypedDict, total=False):
    """The fields that an edit names; the others stay as they are."""

    text_content: str
    image_prompt: str
    is_locked: bool


@click.group(cls=Group)
@common
def segment() -> None:
    """List, show, edit, illustrate, order and delete segments."""


@segment.command("list")
@click.argument("project_id", metavar="[PROJECT]", type=as_project_id, required=False)
@click.option("--find", "text", metavar="TEXT", help="In narration, prompt or the image's name.")
@click.option("--without-image", is_flag=True, help="Those that have no image.")
@click.option("--locked", is_flag=True, help="Those that are locked.")
@click.option("--unlocked", is_flag=True, help="Those that are not locked.")
@click.option("--changed-today", is_flag=True, help="Those that were changed or added today.")
@common
@click.pass_obj
def list_segments(
    call: Call,
    project_id: int | None,
    text: str | None,
    without_image: bool,
    locked: bool,
    unlocked: bool,
    changed_today: bool,
) -> None:
    """List the segments of a project in order.

    Without a project there is nothing to list. Of several options all have to hold. What --find
    looks for is plain text; upper and lower case are the same to it.

    \b
    storyflow segment list 1 --without-image
    storyflow segment list 1 --find lamp --unlocked
    """
    if locked and unlocked:
        raise click.UsageError("Either --locked or --unlocked.")
    if text is not None and not text.strip():
        raise click.UsageError("--find needs a text.")
    wanted = Filter(without_image, locked if locked or unlocked else None, changed_today)
    with call.opened(create=False) as library:
        if project_id is None:
            placed = []
        elif wanted or text is not None:
            placed = library.finding.select(project_id, wanted, text)
        else:
            placed = [*enumerate(library.segments.list(project_id), start=1)]
    if call.json:
        output.result([shapes.segment(record) for _, record in placed])
    elif placed:
        output.lines(words.placed_table(placed, call.settings().words_per_minute))
    elif project_id is None:
        output.lines(["No project was named. Their ids: storyflow project list"])
    elif wanted or text is not None:
        output.lines([words.no_match(project_id, text, bool(wanted))])
    else:
        output.lines([words.no_segments(project_id)])


@segment.command("show")
@click.argument("segment_id", metavar="ID", type=as_segment_id)
@common
@click.pass_obj
def show_segment(call: Call, segment_id: int) -> None:
    """Show a segment with all of its text."""
    with call.opened(create=False) as library:
        record = library.segments.get(segment_id)
        if not call.json:
            project = library.projects.get(record.project_id)
            position = library.segments.position(segment_id)
            picture = library.file(record.image_file)
    if call.json:
        output.result(shapes.segment(record))
        return
    image = "none"
    if record.image_file is not None:
        # Not by Path's method, which raises for a name that is too long or out of reach.
        there = picture is not None and os.path.isfile(picture)  # noqa: PTH113
        image = f"{picture or record.image_file}{'' if there else ' (missing)'}"
    name = f"Segment {position} of {project.segment_count} in {words.title(project)}"
    output.lines(
        [
            f"{name} (id {record.id}, project {project.id})",
            f"Length   {words.segment_length(record, call.settings().words_per_minute)}",
            f"Lock     {'locked' if record.is_locked else 'unlocked'}",
            f"Image    {one_line(image)}",
            f"Audio    {one_line(record.audio_file or 'none')}",
            f"Changed  {when(record.updated_at)}",
            "",
            "Narration",
            record.text_content,
            "",
            "Image prompt",
            record.image_prompt or "none",
        ]
    )


@segment.command("edit")
@click.argument("segment_id", metavar="ID", type=as_segment_id)
@click.option("--text", metavar="T", help="The narration.")
@click.option("--prompt", metavar="P", help="The image prompt; '' clears it.")
@click.option("--lock", is_flag=True, help="Protect narration, prompt and image.")
@click.option("--unlock", is_flag=True, help="Take the lock away.")
@click.option("--editor", is_flag=True, help="Write the narration in $VISUAL or $EDITOR.")
@common
@click.pass_obj
def edit_segment(
    call: Call,
    segment_id: int,
    text: str | None,
    prompt: str | None,
    lock: bool,
    unlock: bool,
    editor: bool,
) -> None:
    """Change narration, image prompt or lock.

    A locked segment takes nothing but --unlock, and that alone.

    \b
    storyflow segment edit 7 --text "The lamp goes out." --prompt "a dark room"
    storyflow segment edit 7 --lock
    storyflow segment edit 7 --editor
    """
    if editor:
        if text is not None or prompt is not None or lock or unlock:
            raise click.UsageError("--editor goes alone.")
        record, said = edit_outside(call, segment_id)
        say(call, record, said)
        return
    if lock and unlock:
        raise click.UsageError("Either --lock or --unlock.")
    if text is None and prompt is None and not (lock or unlock):
        raise click.UsageError(
            "Nothing to change: give --text, --prompt, --lock, --unlock or --editor."
        )
    fields: Edits = {}
    if text is not None:
        fields["text_content"] = text
    if prompt is not None:
        fields["image_prompt"] = prompt
    if lock or unlock:
        fields["is_locked"] = lock
    with call.opened() as library:
        name = segment_named(library, segment_id)
        record = library.segments.edit(segment_id, **fields)
    say(call, record, f"Saved {name}: {words.segment_state(record)}")


@segment.command("attach-image")
@click.argument("segment_id", metavar="ID", type=as_segment_id)
@click.argument("file", type=as_file)
@common
@click.pass_obj
def attach_image(call: Call, segment_id: int, file: str) -> None:
    """Give a segment a picture.

    JPEG, PNG or WebP, up to 20 MiB and 100 megapixels. The file is copied byte for byte. A
    former picture goes to the trash.

    \b
    storyflow segment attach-image 7 ~/pictures/lamp.png
    """
    with call.opened() as library:
        name = segment_named(library, segment_id)
        record = library.segments.attach_image(segment_id, Path(file))
    say(call, record, f"Attached {Path(file).name} to {name}")


@segment.command("remove-image")
@click.argument("segment_id", metavar="ID", type=as_segment_id)
@common
@click.pass_obj
def remove_image(call: Call, segment_id: int) -> None:
    """Take the picture from a segment.

    The file goes to the trash."""
    with call.opened() as library:
        name = segment_named(library, segment_id)
        record = library.segments.remove_image(segment_id)
    say(call, record, f"Removed the image of {name}. {way_back(record)}")


for _command in many.COMMANDS:
    segment.add_command(_command)


@segment.command("reorder")
@click.argument("project_id", metavar="PROJECT", type=as_project_id)
@click.argument("segment_ids", metavar="ID...", nargs=-1, type=as_whole)
@common
@click.pass_obj
def reorder_segments(call: Call, project_id: int, segment_ids: tuple[int, ...]) -> None:
    """Put a project's segments in a new order.

    Give the ids of all of them.

    \b
    storyflow segment reorder 1 3 1 2
    """
    with call.opened() as library:
        records = library.segments.reorder(project_id, list(segment_ids))
    if call.json:
        output.result(shapes.order(records))
    else:
        what = counted(len(records), "segment")
        output.lines([f"Put {what} of project {project_id} in the new order"])


@segment.command("insert")
@click.argument("project_id", metavar="PROJECT", type=as_project_id)
@click.argument("position", type=as_whole)
@click.argument("file", type=as_file)
@common
@click.pass_obj
def insert_story(call: Call, project_id: int, position: int, file: str) -> None:
    """Insert a story's segments into a project.

    The segments from POSITION on make room for those of FILE; one position past the last appends.

    \b
    storyflow segment insert 1 3 more.txt
    """
    from storyflow_tui.transfer import insert_bytes, insert_file

    with call.opened() as library:
        before = library.projects.get(project_id).segment_count
        if file == output.STREAM:
            imported = insert_bytes(library, project_id, position, output.standard_input())
        else:
            imported = insert_file(library, project_id, position, Path(file))
    record = imported.project
    call.show_notes(imported.notes)
    if call.json:
        output.result(shapes.project_whole(record, imported.segments))
    else:
        what = counted(record.segment_count - before, "segment")
        output.lines([f"Inserted {what} at position {position} of {words.title(record)}"])


@segment.command("set-length")
@click.argument(
    "pairs", metavar="ID LENGTH [ID LENGTH]...", nargs=-1, required=True, type=as_segment_and_length
)
@common
@click.pass_obj
def set_length(call: Call, pairs: tuple[str, ...]) -> None:
    """Set how long segments are read or sound.

    LENGTH is in seconds, or as 1:30, or 'none' for the estimate from the words. All of them are
    segments of one project; it is one change. A lock does not matter here.

    \b
    storyflow segment set-length 7 4.5
    storyflow segment set-length 7 0:04 8 0:12 9 none
    """
    if len(pairs) % 2:
        raise click.UsageError("Each ID needs a LENGTH behind it.")
    ids = [as_segment_id.convert(value, None, None) for value in pairs[::2]]
    if len({*ids}) < len(ids):
        raise click.UsageError("A segment is named twice.")
    lengths = dict(zip(ids, map(length_in, pairs[1::2]), strict=True))
    with call.opened() as library:
        records = library.segments.set_durations(lengths)
        names = [segment_named(library, record.id) for record in records]
    if call.json:
        if len(records) == 1:
            output.result(shapes.segment(records[0]))
        else:
            output.result([shapes.segment(record) for record in records])
        return
    pace = call.settings().words_per_minute
    output.lines(
        f"The length of {name} is {words.segment_length(record, pace)}"
        for name, record in zip(names, records, strict=True)
    )


def say(call: Call, record: SegmentRecord, sentence: str) -> None:
    """Print a segment, or for people a sentence on it."""
    if call.json:
        output.result(shapes.segment(record))
    else:
        output.lines([sentence])


def way_back(record: SegmentRecord) -> str:
    """How a sentence ends on what can be taken back."""
    return f"To bring it back: storyflow undo {record.project_id}"
