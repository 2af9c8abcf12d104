"""Where a narration may be cut in two: between words, between sentences, near the middle.

A cut is the place of the first character of the second half, and leaves neither half blank. Only
the neighbourhood of a place is looked at, so that costs do not grow with the text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from storyflow_tui.tui.text import may_break

REACH = 4000
"""Characters that are looked at in one go."""

FARTHEST = 50
"""How often, at most, before a cut is given up that is farther away."""

_WORDS = re.compile(r"\S")
_SPACE = re.compile(r"\s+(?=\S)")
_SENTENCE = re.compile("[.!?…。！？．｡][\"'”’»›)\\]」』）】]*\\s*$")
_PARAGRAPH = re.compile(r"\n\s*\n\s*$")
_LOOK_BACK = 40


def next_word(text: str, place: int) -> int | None:
    """The first cut behind a place; None where there is none."""
    return _behind(text, place, lambda _: True)


def previous_word(text: str, place: int) -> int | None:
    """The last cut before a place."""
    return _before(text, place, lambda _: True)


def next_sentence(text: str, place: int) -> int | None:
    """The first cut behind a place at which a sentence begins."""
    return _behind(text, place, lambda cut: _begins_sentence(text, cut))


def previous_sentence(text: str, place: int) -> int | None:
    """The last cut before a place at which a sentence begins."""
    return _before(text, place, lambda cut: _begins_sentence(text, cut))


def middle(text: str) -> int | None:
    """The best cut near the middle: a paragraph's, else a sentence's, else a word's.

    A paragraph's counts only in the inner half. None for a text that is a single word.
    """
    half = len(text) // 2
    near = list(_cuts(text, half - REACH, half + REACH))
    inner = range(len(text) // 4, len(text) - len(text) // 4 + 1)
    for some in (
        [cut for cut in near if cut in inner and _PARAGRAPH.search(text, cut - _LOOK_BACK, cut)],
        [cut for cut in near if _begins_sentence(text, cut)],
        near,
    ):
        if some:
            return _nearest(some, half)
    far = [cut for cut in (previous_word(text, half), next_word(text, half)) if cut is not None]
    return _nearest(far, half) if far else None


def _nearest(cuts: Iterable[int], place: int) -> int:
    return min(cuts, key=lambda cut: abs(cut - place))


def fits(text: str, place: int) -> bool:
    """Whether a cut at a place leaves neither half blank."""
    first = _WORDS.search(text)
    return first is not None and first.start() < place and bool(_WORDS.search(text, place))


def _behind(text: str, place: int, wanted: Callable[[int], bool]) -> int | None:
    for number in range(FARTHEST):
        start = place + number * REACH
        if start >= len(text):
            return None
        for cut in _cuts(text, start, start + REACH):
            if cut > place and wanted(cut):
                return cut
    return None


def _before(text: str, place: int, wanted: Callable[[int], bool]) -> int | None:
    for number in range(FARTHEST):
        stop = place - number * REACH
        if stop <= 0:
            return None
        for cut in reversed(list(_cuts(text, stop - REACH, stop))):
            if cut < place and wanted(cut):
                return cut
    return None


def _cuts(text: str, start: int, stop: int) -> Iterator[int]:
    """Every cut from one place up to another, in order."""
    start, stop = max(start, 1), min(stop, len(text) - 1)
    piece = text[start - 1 : stop + 1]
    places = {start - 1 + match.end() for match in _SPACE.finditer(piece)}
    if not piece.isascii():
        places.update(
            start + number
            for number in range(len(piece) - 1)
            if not piece[number + 1].isspace() and may_break(piece[number], piece[number + 1])
        )
    first = _WORDS.search(text)
    return (cut for cut in sorted(places) if first is not None and cut > first.start())


def _begins_sentence(text: str, cut: int) -> bool:
    before = text[max(0, cut - _LOOK_BACK) : cut]
    return "\n" in before[len(before.rstrip()) :] or _SENTENCE.search(before) is not None
