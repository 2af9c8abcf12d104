"""The command `doctor`: looks at all that the editor stands on, and says what to change and how.

Each module here looks at one part and answers with remarks; none changes anything.
"""

from __future__ import annotations

import os
import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby

import click

from storyflow_tui.cli import output
from storyflow_tui.cli.call import Call, Command, common
from storyflow_tui.cli.doctor.remark import Remark
from storyflow_tui.cli.text import one_line, screen_width
from storyflow_tui.records import counted

_NAMES = 16  # columns of the names of what was looked at


@click.command(cls=Command)
@click.option("--copy", is_flag=True, help="Copy a sentence to your clipboard, to see it arrive.")
@common
@click.pass_obj
def doctor(call: Call, copy: bool) -> int:
    """Look at all that the editor stands on.

    Terminal, colours, tmux, clipboard, library, folders, settings, versions: each is ok or
    marked with !, and then it says what to change, with the line to paste. Exits with 0 when all
    is well and with 1 when something is not. Nothing is changed; without --copy the clipboard
    isn't touched either.
    """
    remarks: list[Remark] = []
    for look in _parts(call, copy):
        remarks += look()
    if call.json:
        output.result([remark.as_json() for remark in remarks])
    else:
        output.lines(lines_of(remarks))
    return 0 if all(remark.is_well for remark in remarks) else 1


def _parts(call: Call, copy: bool) -> Sequence[Callable[[], Iterable[Remark]]]:
    from storyflow_tui.cli.doctor import clipboard, library, settings, terminal, tmux, versions
    from storyflow_tui.cli.doctor.asking import Surroundings

    here = Surroundings.of(os.environ, (sys.stdin, sys.stdout, sys.stderr))
    return (
        lambda: terminal.remarks(here),
        lambda: tmux.remarks(here),
        lambda: clipboard.remarks(here, copy=copy),
        lambda: library.remarks(call.library_path()),
        settings.remarks,
        versions.remarks,
    )


def _wrapped(first: str, text: str) -> Iterator[str]:
    room = max(screen_width() - len(first), 30)
    lines = textwrap.wrap(one_line(text), room, break_on_hyphens=False, break_long_words=False)
    for place, line in enumerate(lines):
        yield (first if not place else " " * len(first)) + line


def lines_of(remarks: Sequence[Remark]) -> Iterator[str]:
    """The remarks for people: a heading a part, a line a remark, under a `!` what to do."""
    for part, found in groupby(remarks, key=lambda remark: remark.part):
        yield part
        for remark in found:
            first = f"  {'ok' if remark.is_well else '! '}  {remark.name:<{_NAMES}}  "
            yield from _wrapped(first, remark.found)
            if remark.advice:
                yield from _wrapped(" " * len(first), remark.advice)
            # Never broken, so that they can be copied.
            yield from (f"{'':<{len(first) + 2}}{line}" for line in remark.paste)
        yield ""
    wrong = sum(not remark.is_well for remark in remarks)
    if wrong:
        yield f"{counted(wrong, 'thing')} of {len(remarks)} marked with ! can be better"
    else:
        yield "All is well"
