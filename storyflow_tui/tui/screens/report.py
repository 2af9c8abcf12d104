"""What the import screen says of a script: its problems with what to do, and what was read.

Pure functions that make lines for a page; the screen decides which of them fits.
"""

from __future__ import annotations

from collections.abc import Iterator

from rich.segment import Segment

from storyflow_tui.records import counted
from storyflow_tui.tui import text
from storyflow_tui.tui.look import SIGNS, Palette, length
from storyflow_tui.tui.script import Script, Trouble
from storyflow_tui.tui.widgets.page import Line

_WHERE = 12
_LONGEST = 4
_UNTIL = "Nothing is imported until every block can be read. Your text stays here until you leave."
_HOW = (
    "Paste a script, or take one from a file with ^O. A line Text: begins the narration, a line "
    "Prompt: what its picture shows, and --- parts one block from the next."
)


def label(words: str, colours: Palette, surface: str = "raised") -> Line:
    """A field's label."""
    return [Segment(words, colours.style("muted", surface, bold=True))]


def report(script: Script, width: int, height: int, colours: Palette) -> list[Line]:
    """Problems, then what was read so far, in at most `height` lines of `width` cells."""
    lines: list[Line] = [(), ()]
    muted = colours.style("muted", "raised")
    if script.troubles:
        lines.append([_count(script, colours)])
        room = max(4, height // 2 - 3)
        said: list[Line] = []
        told = 0
        for trouble in script.troubles:
            more = list(_trouble(trouble, width, colours, _LONGEST))
            if said and len(said) + len(more) > room:
                break
            said += more
            told += 1
        lines += said
        if told < len(script.troubles):
            rest = f"{SIGNS.down} {len(script.troubles) - told} more"
            lines.append([Segment(" " * _WHERE + rest, muted)])
        lines += [(), ()]
    if not script.part_count:
        return [*lines, *_how(width, colours)] if not script.troubles else lines
    end: list[Line] = []
    if script.troubles:
        end = [(), *([Segment(line, muted)] for line in text.wrap(_UNTIL, width, 3))]
    facts = _facts(script)
    heading = "Read so far" if script.troubles else "Read"
    lines.append(
        [
            *label(heading, colours),
            Segment(" " * max(1, width - len(heading) - text.width(facts)) + facts, muted),
        ]
    )
    room = max(1, height - len(lines) - len(end))
    shown = script.parts
    if script.part_count > room:
        shown = shown[: room - 1]
    for part in shown:
        number = f"{part.number:>3}  "
        if part.narration is None:
            bad = colours.style("danger", "raised")
            lines.append(
                [
                    Segment(number, colours.style("danger", "raised", bold=True)),
                    Segment(text.cut(f"{SIGNS.refused} {part.trouble}", width - len(number)), bad),
                ]
            )
        else:
            lines.append(
                [
                    Segment(number, muted),
                    Segment(
                        text.cut(part.narration, width - len(number)),
                        colours.style("text", "raised"),
                    ),
                ]
            )
    if hidden := script.part_count - len(shown):
        lines.append([Segment(f"     {SIGNS.down} {hidden} more", muted)])
    return [*lines, *end]


def brief_report(script: Script, title: str, width: int, colours: Palette) -> list[Line]:
    """The same in four lines, for a narrow screen: the first problem, else what was read."""
    if script.troubles:
        first, *_ = script.troubles
        return [[_count(script, colours)], *_trouble(first, width, colours, 2)][:4]
    if not script.part_count:
        return _how(width, colours)[:3]
    named = text.cut(title, width - 8) if title else f"{SIGNS.warn} none yet; tab goes there"
    role = "text" if title else "warning"
    return [
        [*label("Title   ", colours), Segment(named, colours.style(role, "raised"))],
        [*label("Read    ", colours), Segment(_facts(script), colours.style("text", "raised"))],
    ]


def _facts(script: Script) -> str:
    segments = counted(script.segment_count, "segment")
    return f"{segments}   {length(script.seconds, script.is_guessed).strip()}"


def _count(script: Script, colours: Palette) -> Segment:
    count = len(script.troubles)
    words = "1 problem" if count == 1 else f"{count} problems"
    return Segment(words, colours.style("danger", "raised", bold=True))


def _trouble(trouble: Trouble, width: int, colours: Palette, longest: int) -> Iterator[Line]:
    where = f"line {trouble.line}" if trouble.line else "story"
    room = max(10, width - _WHERE)
    plain, muted = colours.style("text", "raised"), colours.style("muted", "raised")
    for at, line in enumerate(text.wrap(trouble.message, room, longest)):
        if at:
            yield [Segment(" " * _WHERE), Segment(line, plain)]
        else:
            yield [
                Segment(f"{SIGNS.refused} ", colours.style("danger", "raised")),
                Segment(text.pad(where, _WHERE - 2), colours.style("text", "raised", bold=True)),
                Segment(line, plain),
            ]
    for line in text.wrap(trouble.remedy, room, longest):
        yield [Segment(" " * _WHERE), Segment(line, muted)]


def _how(width: int, colours: Palette) -> list[Line]:
    # What a script looks like, while there is none.
    muted = colours.style("muted", "raised")
    return [[Segment(line, muted)] for line in text.wrap(_HOW, width, 6)]
