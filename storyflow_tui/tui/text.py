"""Text made fit for cells: safe to send, measured, cut and wrapped to a width.

Everything a screen draws that came from a person or a file goes through `safe`. Widths are those
of Rich; what Rich and terminals measure differently is taken out of the drawn text (never of the
stored one), so that a line is never wider than it was measured.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from rich.cells import cell_len, get_character_cell_size

from storyflow_tui.tui.cell_widths import as_terminals_do

# Whoever measures does it with what stands here: nothing is measured before.
as_terminals_do()

REACH = 4096
"""Characters of a text that `wrap`, `one_line` and `cut` look at, at most."""

_MARKS = 8
"""Combining marks that one character keeps; more are dropped."""

_TAB = "    "

# Joiners, variation selectors, skin tones, tags and other characters without a shape: terminals
# disagree about the width of the sequences they make, so each part is drawn on its own.
_DROPPED = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200d-\u200f\u2060-\u2065\u206a-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U0001f3fb-\U0001f3ff\U000e0000-\U000e0fff"
)
# Of one cell or two by the version of Unicode that a terminal knows.
_UNSURE = (
    "\u2630-\u2637\u268a-\u268f\u302e\u302f\u3248-\u324f\U00016ff0\U00016ff1\U0001d300-\U0001d376"
)
# Controls, the Unicode line ends, what turns the direction of a line, halves of surrogate pairs.
_CONTROLS = "\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff"
_ODD = re.compile(f"[{_DROPPED}{_CONTROLS}{_UNSURE}]")
_DROP = re.compile(f"[{_DROPPED}]")
_SIGNS = re.compile(f"[\n{_CONTROLS}]")
_SURPLUS = re.compile(
    f"([\u0300-\u036f\u0483-\u0489\u0591-\u05c7\u0610-\u065f\u1ab0-\u1aff\u1dc0-\u1dff"
    f"\u20d0-\u20ff\ufe20-\ufe2f]{{{_MARKS}}})"
    "[\u0300-\u036f\u0483-\u0489\u0591-\u05c7\u0610-\u065f\u1ab0-\u1aff\u1dc0-\u1dff"
    "\u20d0-\u20ff\ufe20-\ufe2f]+"
)


def safe(text: str) -> str:
    """The text as it may be sent to a terminal: no control character, no change of direction.

    Such characters become one visible sign each (`␛`, `·`), tabs become spaces, the line ends of
    any system become `\\n`. Characters without a shape and without a width are left out. Costs
    grow with the text: give it what is shown, or use `one_line` and `wrap`.
    """
    if text.isascii() and text.isprintable():
        return text
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = _ODD.sub(_sign, text)
    return text if text.isascii() else _SURPLUS.sub(r"\1", text)


def printable(text: str) -> str:
    """The text without the characters that `safe` shows as signs: for lines that are typed."""
    return _SIGNS.sub("", text)


def _sign(match: re.Match[str]) -> str:
    character = match.group()
    code = ord(character)
    if character == "\t":
        return _TAB
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "␡"
    if code in (0x2028, 0x2029):
        return "\n"
    return "" if _DROP.match(character) else "·"


def runs_right_to_left(text: str) -> bool:
    """Whether most letters at the beginning of a text are of such a script."""
    if text.isascii():
        return False
    ways = [unicodedata.bidirectional(character) for character in text[:400]]
    return ways.count("R") + ways.count("AL") > ways.count("L")


def one_line(text: str) -> str:
    """The beginning of the text as one safe line: white space, line ends too, becomes one space."""
    return " ".join(safe(text[:REACH]).split())


def width(text: str) -> int:
    """Cells that a safe text takes."""
    return len(text) if text.isascii() else cell_len(text)


def cut(text: str, cells: int, sign: str = "…") -> str:
    """The text as one safe line of at most `cells` cells, cut at the cell with the sign."""
    line = one_line(text)
    if len(text) <= REACH and width(line) <= cells:
        return line
    room = cells - len(sign)
    if room < 0:
        return sign[: max(0, cells)]
    return _head(line, room).rstrip() + sign


def pad(text: str, cells: int, *, right: bool = False) -> str:
    """A safe text of at most `cells` cells filled up with blanks, at the left if `right`."""
    blanks = " " * (cells - width(text))
    return blanks + text if right else text + blanks


def wrap(text: str, cells: int, max_lines: int, sign: str = "…") -> list[str]:
    """The text as safe lines of at most `cells` cells, `max_lines` at most, cut at a word.

    White space counts as one space; line ends are not kept. Scripts without spaces break between
    characters. Costs are bounded by `REACH`, however long the text is.
    """
    if cells <= 0 or max_lines <= 0:
        return []
    reach = min(REACH, 4 * cells * max_lines + 64)
    more = len(text) > reach
    lines: list[str] = []
    line = ""
    used = 0
    for piece, spaced in _pieces(one_line(text[:reach])):
        size = width(piece)
        if used and used + spaced + size <= cells:
            line += " " * spaced + piece
            used += spaced + size
            continue
        if used:
            lines.append(line)
            line, used = "", 0
        while size > cells and len(lines) <= max_lines:
            head = _head(piece, cells) or piece[:1]
            lines.append(head if width(head) <= cells else "·")
            piece = piece[len(head) :]
            size = width(piece)
        line, used = piece, size
        if len(lines) > max_lines:
            break
    if line:
        lines.append(line)
    if len(lines) > max_lines or (more and lines):
        lines = lines[:max_lines]
        lines[-1] = _ended(lines[-1], cells, sign)
    return lines


def _ended(line: str, cells: int, sign: str) -> str:
    """The line with the sign of a cut at its end, shortened by whole words where it must be."""
    room = cells - len(sign)
    if room < 1:
        return sign[:cells]
    while width(line) > room:
        shorter, blank, _ = line.rpartition(" ")
        if not blank or width(shorter) * 2 < room:
            line = _head(line, room)
            break
        line = shorter
    return line.rstrip(" .,;:–—-、。，") + sign


def _pieces(line: str) -> Iterator[tuple[str, int]]:
    """What may not be broken, each with the blanks (0 or 1) that part it from the one before."""
    for number, word in enumerate(line.split(" ")):
        spaced = 1 if number else 0
        if word.isascii():
            yield word, spaced
            continue
        start = 0
        for place in range(1, len(word)):
            if may_break(word[place - 1], word[place]):
                yield word[start:place], spaced
                start, spaced = place, 0
        yield word[start:], spaced


# No line begins with these, and none ends with those.
_CLOSING = frozenset(
    "、。，．・：；？！」』）】〕〉》〗〙〟’”…‥ーぁぃぅぇぉっゃゅょゎ"
    "ァィゥェォッャュョヮ々ゝゞヽヾ)]}%"
)
_OPENING = frozenset("「『（【〔〈《〖〘〝‘“([{")


def may_break(before: str, after: str) -> bool:
    """Whether a line may end between two characters that no space parts."""
    if after in _CLOSING or before in _OPENING:
        return False
    if not get_character_cell_size(after):
        return False
    return _ideographic(before) or _ideographic(after)


@lru_cache(maxsize=4096)
def _ideographic(character: str) -> bool:
    # Hangul is wide but has spaces between its words.
    return (
        get_character_cell_size(character) == 2
        and not unicodedata.name(character, "").startswith("HANGUL")
        and not "\U0001f1e6" <= character <= "\U0001f1ff"
    )


def _head(text: str, cells: int) -> str:
    """As much of the beginning as fits; marks stay with what they stand on."""
    used = 0
    for place, character in enumerate(text):
        used += get_character_cell_size(character)
        if used > cells:
            return text[:place]
    return text
