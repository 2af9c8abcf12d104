"""What there is to know of one change: read on a worker, then written as lines for the pane.

The texts that it replaced stand with their differences marked; of long ones the part is shown
where they begin to differ.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from rich.segment import Segment

from storyflow_tui.errors import NotFoundError
from storyflow_tui.library import Library
from storyflow_tui.records import ChangeRecord, SegmentRecord, Standing, TextRecord, counted
from storyflow_tui.tui import text
from storyflow_tui.tui.difference import Row, Span, differences, segments_of, wrapped
from storyflow_tui.tui.look import SIGNS, Palette, file_size, minute
from storyflow_tui.tui.widgets.page import Line

_LABEL = 12
_ROOMY = 22
_PLACES = 6
_FILES = 5
_TEXTS = 2
_NAMES = {"text_content": "Narration", "image_prompt": "Prompt"}


class Glance(NamedTuple):
    """One change in full.

    `places` are positions of the segments that it touched, as far as they are there; `away` tells
    how many are not. `taken` are the segments that it took away and that are away still.
    """

    record: ChangeRecord
    places: Sequence[int]
    away: int
    more: int
    taken: Sequence[SegmentRecord]
    texts: Sequence[TextRecord]


def glance_of_change(library: Library, change_id: int) -> Glance:
    """Read it; raises NotFoundError when it is gone meanwhile."""
    record = library.history.get(change_id)
    places = []
    away = 0
    for segment_id in record.segment_ids[:_PLACES]:
        try:
            places.append(library.segments.position(segment_id))
        except NotFoundError:
            away += 1
    return Glance(
        record,
        sorted(places),
        away,
        len(record.segment_ids[_PLACES:]),
        library.history.segments(change_id),
        library.history.texts(change_id),
    )


def lines_of(
    glance: Glance, standing: Standing, width: int, height: int, colours: Palette, now: datetime
) -> list[Line]:
    """The pane, `width` cells wide; in few lines what the list says, too, is left out."""
    record = glance.record
    brief = height < _ROOMY
    strong = colours.style("text", "raised", bold=True)
    plain, muted = colours.style("text", "raised"), colours.style("muted", "raised")
    when = minute(record.created_at, now)
    name = text.cut(f"Change {record.id}", max(1, width - len(when) - 3))
    blanks = " " * max(1, width - len(name) - len(when))
    lines: list[Line] = [()]
    lines.append([Segment(name, strong), Segment(blanks + when, muted)])
    if not brief:
        lines.append(())
        lines += [[Segment(line, plain)] for line in text.wrap(record.label, width, 4)]
    state = text.wrap(state_words(record, standing), width, 1 if brief else 3)
    lines += [[Segment(line, muted)] for line in state]
    facts = _facts(glance, width - _LABEL, brief)
    if facts and not brief:
        lines.append(())
    for label, value in facts:
        lines.append([Segment(text.pad(label, _LABEL), muted), Segment(value, plain)])
    ending = _ending(glance, width, colours) if not brief else []
    room = height - len(lines) - len(ending) - 1
    return [*lines, *_texts(glance, width, room, brief, colours), *ending]


def state_words(record: ChangeRecord, standing: Standing) -> str:
    """How a change stands, and what undo and redo would do about it."""
    if record.state == "done":
        if record.id == standing.undo:
            return "It stands and is the newest; u takes it back."
        return "It stands; u takes back the newer ones first."
    if record.state == "undone":
        if record.id == standing.redo:
            return "It is undone; U does it again."
        return "It is undone; U does the older ones again first."
    return "It is set aside: it was undone, and then something else was done."


def takes_back(glance: Glance) -> str:
    """What restoring it would bring back, in a few words; empty if it took nothing away."""
    record = glance.record
    if record.project_id is None and (glance.taken or record.files):
        return "brings the story back"
    if glance.taken:
        count = len(glance.taken)
        return f"brings the {'segment' if count == 1 else f'{count} segments'} back"
    if record.files:
        return "brings the picture back" if len(record.files) == 1 else "brings the files back"
    if glance.texts:
        which = "former" if record.state == "done" else "undone"
        names = {_NAMES.get(one.field, one.field).lower() for one in glance.texts}
        return f"brings the {which} {'texts' if len(names) > 1 else names.pop()} back"
    return ""


def old_text(glance: Glance) -> str:
    """The texts that it replaced or deleted, parted by blank lines; empty where there is none."""
    texts = [one.before for one in glance.texts] or [one.text_content for one in glance.taken]
    return "\n\n".join(one for one in texts if one.strip())


def _facts(glance: Glance, width: int, brief: bool) -> list[tuple[str, str]]:
    record = glance.record
    facts = []
    if glance.taken:
        facts.append(("Took away", text.cut(_took(glance.taken), width)))
    elif places := _places(glance):
        label = "Segment" if len(record.segment_ids) == 1 else "Segments"
        facts.append((label, text.cut(places, width)))
    if not record.files:
        return facts
    size = file_size(record.bytes)
    if brief or len(record.files) == 1:
        rest = f" and {len(record.files) - 1} more" if len(record.files) > 1 else ""
        tail = f"{rest}   {size}"
        name = text.cut(record.files[0], max(1, width - len(tail)))
        return [*facts, ("In trash", name + tail)]
    shown = record.files if len(record.files) <= _FILES else record.files[: _FILES - 1]
    names = [text.cut(one, width) for one in shown]
    if len(shown) < len(record.files):
        names.append(f"and {len(record.files) - len(shown)} more")
    names.append(f"{counted(len(record.files), 'file')}   {size}")
    return [*facts, *((("In trash", "")[bool(at)], one) for at, one in enumerate(names))]


def _places(glance: Glance) -> str:
    """Where the segments stand by now, since the label tells where they stood then."""
    said = ""
    if glance.places:
        more = f" and {glance.more} more" if glance.more else ""
        said = f"at {', '.join(map(str, glance.places))}{more} now"
    if not glance.away:
        return said
    return f"{said}, {glance.away} not there" if said else "not in the story now"


def _took(taken: Sequence[SegmentRecord]) -> str:
    pictures = sum(bool(one.image_file) for one in taken)
    parts = [_counted_segments(taken)]
    if pictures:
        parts.append(counted(pictures, "picture"))
    return ", ".join(parts)


def _counted_segments(taken: Sequence[SegmentRecord]) -> str:
    return counted(len(taken), "segment")


def _ending(glance: Glance, width: int, colours: Palette) -> list[Line]:
    words = takes_back(glance)
    muted = colours.style("muted", "raised")
    if not words:
        return [(), [Segment(text.cut("There is nothing of it to bring back.", width), muted)]]
    return [
        (),
        [
            Segment("enter", colours.style("text", "raised", bold=True)),
            Segment("  " + text.cut(words, width - 7), muted),
        ],
    ]


# The texts


class _Block(NamedTuple):
    """One text under its label, in rows; `begun` when it does not begin at its beginning."""

    label: str
    words: str
    rows: Sequence[Row]
    begun: bool


def _texts(glance: Glance, width: int, room: int, brief: bool, colours: Palette) -> list[Line]:
    cells = width - _LABEL if brief else width
    blocks = _blocks(glance, cells, max(1, room), brief)
    around = 0 if brief else 2
    limits = shares([len(block.rows) for block in blocks], room - around * len(blocks))
    lines: list[Line] = []
    for block, limit in zip(blocks, limits, strict=True):
        if not limit:
            continue
        rows = _shown(block, limit, colours)
        muted = colours.style("muted", "raised", bold=not brief)
        if brief:
            label = text.pad(block.label, _LABEL)
            lines += [
                [Segment(label if not at else " " * _LABEL, muted), *row]
                for at, row in enumerate(rows)
            ]
        else:
            lines += [(), [Segment(block.label, muted)], *rows]
    return lines


def _blocks(glance: Glance, cells: int, most: int, brief: bool) -> list[_Block]:
    blocks = []
    for one in glance.texts[: 1 if brief else _TEXTS]:
        before, after = text.safe(one.before), text.safe(one.after)
        marks = differences(before, after)
        name = _NAMES.get(one.field, one.field)
        for when, words, marked in zip(("before", "after"), (before, after), marks, strict=True):
            label = when.capitalize() if brief else f"{name} {when}"
            blocks.append(_excerpt(label, words, marked, cells, most))
    if not blocks and glance.taken:
        words = text.safe(glance.taken[0].text_content[: text.REACH])
        blocks.append(_excerpt("Narration", words, [], cells, most))
    return blocks


def _excerpt(label: str, words: str, marks: Sequence[Span], cells: int, most: int) -> _Block:
    """The rows of a text up to `most` and more, about the place where its first mark is."""
    # A cell at each end is kept for the sign of a cut.
    cells = max(4, cells - 2)
    reach = 2 * cells * (most + 1)
    begin = 0
    if marks and marks[0][0] > reach // 2:
        begin = marks[0][0] - cells
        begin = words.find(" ", begin, marks[0][0]) + 1 or begin
    window = words[begin : begin + reach]
    inside = [
        (max(low - begin, 0), min(high - begin, len(window)))
        for low, high in marks
        if high > begin and low < begin + reach
    ]
    return _Block(label, window, wrapped(window, cells, inside), begin > 0)


def _shown(block: _Block, limit: int, colours: Palette) -> list[Line]:
    plain, muted = colours.style("text", "raised"), colours.style("muted", "raised")
    found = colours.style("accent", "raised", bold=True, underline=True)
    if not block.words.strip():
        return [[Segment("empty", muted)]]
    first = next((at for at, row in enumerate(block.rows) if row.marks), 0)
    start = max(0, min(first - 1, len(block.rows) - limit)) if first >= limit else 0
    lines: list[Line] = []
    for at, row in enumerate(block.rows[start : start + limit], start):
        line = [
            Segment(block.words[low:high], found if marked else plain)
            for low, high, marked in segments_of(row)
        ]
        if at == start and (start or block.begun):
            line.insert(0, Segment(SIGNS.cut, muted))
        if at == start + limit - 1 and at < len(block.rows) - 1:
            line.append(Segment(SIGNS.cut, muted))
        lines.append(line)
    return lines


def shares(wants: Sequence[int], room: int) -> list[int]:
    """How much of `room` each gets: no more than it wants, and the short leave it to the long."""
    given = [0] * len(wants)
    left = max(0, room)
    for done, (want, at) in enumerate(sorted((want, at) for at, want in enumerate(wants))):
        given[at] = min(want, left // (len(wants) - done))
        left -= given[at]
    return given
