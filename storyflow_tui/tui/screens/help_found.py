"""What is found in the help: the keys that have some words, each match marked, and their ids.

A key is found by its description, its tooltip, its heading, its id and its own name; of several
words each has to be somewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from rich.segment import Segment
from rich.style import Style

from storyflow_tui.tui import text
from storyflow_tui.tui.keymap import Key
from storyflow_tui.tui.look import Palette
from storyflow_tui.tui.widgets.page import Line

KEYS_WIDTH = 11
_DESCRIPTION = 34


def matches(key: Key, shown: str, query: str) -> bool:
    """Whether a key, shown by this name, has every word of what is looked for."""
    words = f"{shown} {key.description} {key.tooltip} {key.group} {key.id}".lower()
    return all(word in words or word == shown for word in _words(query))


def found_lines(
    keys: Sequence[Key], shown: Mapping[str, str], query: str, room: int, colours: Palette
) -> list[Line]:
    """The keys that match, under their headings: keys, words and id, and the tooltip below."""
    lines: list[Line] = []
    matching = [key for key in keys if matches(key, shown[key.id], query)]
    # A heading stands once, though its keys need not stand together in the table.
    order = {key.group: place for place, key in reversed([*enumerate(keys)])}
    matching.sort(key=lambda key: order[key.group])
    for group, under in groupby(matching, key=lambda key: key.group):
        lines += [()] if lines else []
        heading = colours.style("muted", "raised", bold=True)
        lines.append(list(marked(group, query, heading, colours)))
        for key in under:
            lines += _key_lines(key, shown[key.id], query, room, colours)
    return lines


def _key_lines(
    key: Key, shown: str, query: str, room: int, colours: Palette
) -> Iterator[list[Segment]]:
    strong = colours.style("text", "raised", bold=True)
    plain = colours.style("text", "raised")
    muted = colours.style("muted", "raised")
    shown = text.cut(shown, room // 2)
    first = max(KEYS_WIDTH, text.width(shown) + 2)
    description = text.cut(key.description, room - first)
    line = [*marked(shown, query, strong, colours), _blank(first - text.width(shown))]
    line += marked(description, query, plain, colours)
    used = first + text.width(description)
    beside = max(first + _DESCRIPTION, used + 2)
    if beside + text.width(key.id) <= room:
        line += [_blank(beside - used), *marked(key.id, query, muted, colours)]
    yield line
    for words in text.wrap(key.tooltip, room - first, 3):
        yield [_blank(first), *marked(words, query, muted, colours)]


def marked(words: str, query: str, style: Style, colours: Palette) -> Iterator[Segment]:
    """The words in a style, with every match of what is looked for underlined in accent."""
    found = "|".join(re.escape(word) for word in sorted(_words(query), key=len, reverse=True))
    mark = style + colours.style("accent", "raised", underline=True)
    start = 0
    for match in re.finditer(found, words, re.IGNORECASE) if found else ():
        if match.start() > start:
            yield Segment(words[start : match.start()], style)
        yield Segment(match[0], mark)
        start = match.end()
    if start < len(words):
        yield Segment(words[start:], style)


def _words(query: str) -> list[str]:
    return query.lower().split()


def _blank(cells: int) -> Segment:
    return Segment(" " * cells)
