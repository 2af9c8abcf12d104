"""Text as a field holds it: line by line, wrapped to cells, every character safe to draw.

Control characters stand in the field as placeholders of one cell each and come back exactly; the
wrapped document is one whose cost at a key does not grow to a freeze with a line of a megabyte.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from typing import overload

from rich.cells import get_character_cell_size
from textual.document._document import Location
from textual.document._wrapped_document import WrappedDocument
from textual.geometry import Offset, clamp

from storyflow_tui.tui.text import safe

# Placeholders lie in the private plane 16. A genuine character from there is kept behind a mark.
_BASE = 0x10E000
_MARK = "\U0010f000"
_HIDDEN = "\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff"
_TO_HIDE = re.compile(f"[{_HIDDEN}]|[\U0010e000-\U0010f000]")
_TO_SHOW = re.compile(f"{_MARK}([\U0010e000-\U0010f000])|[\U0010e000-\U0010f000]")


def hold(text: str) -> str:
    """The text as a field holds it: LF line ends, each control character a placeholder."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _TO_HIDE.sub(_hidden, text) if _TO_HIDE.search(text) else text


def release(held: str) -> str:
    """The text that was held, exactly."""
    return held if held.isascii() else _TO_SHOW.sub(_shown, held)


def drawn(held: str) -> str:
    """Held text as it is drawn: one sign for a placeholder, nothing for what has no shape."""
    if held.isascii():
        return held
    return safe(_TO_SHOW.sub(_sign, held)).replace("\n", " ")


def _hidden(match: re.Match[str]) -> str:
    character = match.group()
    code = ord(character)
    if code >= _BASE:
        return _MARK + character
    if code < 0x100:
        return chr(_BASE + code)
    return chr(_BASE + 0x100 + code - 0x2000) if code < 0xD800 else chr(_BASE + code - 0xD000)


def _shown(match: re.Match[str]) -> str:
    if match.group(1):
        return match.group(1)
    code = ord(match.group()) - _BASE
    if code < 0x100:
        return chr(code)
    if code < 0x800:
        return chr(code - 0x100 + 0x2000)
    return "" if match.group() == _MARK else chr(code + 0xD000)


def _sign(match: re.Match[str]) -> str:
    if match.group(1):
        return "·"
    character = _shown(match)
    if character == "\t":
        return " "
    return safe(character) if character < " " or character == "\x7f" else "·"


def cells(character: str) -> int:
    """Cells that one held character takes when it is drawn."""
    size = _SIZES.get(character)
    if size is None:
        size = 0 if character == _MARK else get_character_cell_size(drawn(character) or "\u200b")
        if len(_SIZES) < 65536:
            _SIZES[character] = size
    return size


_SIZES: dict[str, int] = {}


def line_width(held: str) -> int:
    """Cells that a piece of held text takes."""
    return len(held) if held.isascii() else sum(map(cells, held))


def breaks(line: str, width: int) -> list[int]:
    """Where the line is broken, as indices, so that each part takes at most `width` cells.

    A part ends after a blank, which may stand one cell further out. A word longer than the width
    is cut, and a script without spaces is cut anywhere.
    """
    if width <= 0 or (len(line) <= width and line.isascii()):
        return []
    return _ascii_breaks(line, width) if line.isascii() else _wide_breaks(line, width)


def _ascii_breaks(line: str, width: int) -> list[int]:
    found = []
    start, end = 0, len(line)
    while end - start > width:
        # The blank after a word that ends at the edge hangs in the column of the cursor.
        place = line.rfind(" ", start, start + width + 1) + 1
        if place <= start:
            place = start + width
        found.append(place)
        start = place
    return found


def _wide_breaks(line: str, width: int) -> list[int]:
    found = []
    start = used = 0
    good = used_at_good = 0
    sizes = _SIZES
    for place, character in enumerate(line):
        size = sizes.get(character)
        if size is None:
            size = cells(character)
        if used + size > width and place > start:
            if character == " ":
                found.append(place + 1)
                start = good = place + 1
                used = used_at_good = 0
                continue
            if good > start:
                found.append(good)
                used -= used_at_good
                start = good
            else:
                found.append(place)
                start, used = place, 0
            good, used_at_good = start, 0
        used += size
        if character == " " or size == 2:
            good, used_at_good = place + 1, used
    return found


class Sections(Sequence[str]):
    """The parts of one wrapped line, cut out when they are asked for."""

    def __init__(self, line: str, offsets: list[int]) -> None:
        self._line = line
        self._offsets = offsets

    def __len__(self) -> int:
        return len(self._offsets) + 1

    @overload
    def __getitem__(self, index: int) -> str: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[str]: ...

    def __getitem__(self, index: int | slice) -> str | Sequence[str]:
        if isinstance(index, slice):
            return [self[number] for number in range(*index.indices(len(self)))]
        if index < 0:
            index += len(self)
        start = self._offsets[index - 1] if index else 0
        end = self._offsets[index] if index < len(self._offsets) else len(self._line)
        return self._line[start:end]


class Wrapped(WrappedDocument):
    """A document wrapped by `breaks`, without tabs (they are held as placeholders)."""

    def wrap(self, width: int, tab_width: int | None = None) -> None:
        """Wrap every line anew to `width` cells; 0 does not wrap."""
        self._width = width
        self._wrap_offsets = [breaks(line, width) for line in self.document.lines]
        self._number_from(0)

    def wrap_range(self, start: Location, old_end: Location, new_end: Location) -> None:
        """Wrap anew what an edit from `start` touched: up to `old_end` before, `new_end` now."""
        last = len(self._wrap_offsets) - 1
        top = clamp(min(start[0], old_end[0]), 0, last)
        old_bottom = clamp(max(start[0], old_end[0]), 0, last)
        new_bottom = clamp(max(start[0], new_end[0]), 0, self.document.line_count - 1)
        lines = self.document.lines[top : new_bottom + 1]
        renewed = [breaks(line, self._width) for line in lines]
        before = self._wrap_offsets[top : old_bottom + 1]
        self._wrap_offsets[top : old_bottom + 1] = renewed
        if [len(offsets) for offsets in before] != [len(offsets) for offsets in renewed]:
            self._number_from(top)

    def _number_from(self, top: int) -> None:
        """Tell rows and lines of each other again, from a line to the end."""
        first = self._line_index_to_offsets[top][0] if top < len(self._line_index_to_offsets) else 0
        rows = self._offset_to_line_info[:first] if top else []
        numbers = self._line_index_to_offsets[:top] if top else []
        row = first if top else 0
        for line in range(top, len(self._wrap_offsets)):
            count = len(self._wrap_offsets[line]) + 1
            numbers.append(list(range(row, row + count)))
            rows.extend((line, section) for section in range(count))
            row += count
        self._offset_to_line_info = rows
        self._line_index_to_offsets = numbers
        self._tab_width_cache = []

    @property
    def height(self) -> int:
        """Rows of the wrapped document."""
        return len(self._offset_to_line_info)

    def get_sections(self, line_index: int) -> Sequence[str]:  # type: ignore[override]
        """The parts of a line; a list in the original, which costs as much as the line is long."""
        return Sections(self.document[line_index], self._wrap_offsets[line_index])

    def get_tab_widths(self, line_index: int) -> list[int]:
        """None: a field holds no tab."""
        return []

    def location_to_offset(self, location: Location) -> Offset:
        """The cell of a place in the text."""
        line, column = location
        line = clamp(line, 0, len(self._wrap_offsets) - 1)
        offsets = self._wrap_offsets[line]
        section = bisect_right(offsets, column)
        start = offsets[section - 1] if section else 0
        x = line_width(self.document[line][start:column])
        return Offset(x, self._line_index_to_offsets[line][section])

    def get_target_document_column(self, line_index: int, x_offset: int, y_offset: int) -> int:
        """The place in a line that a cell of one of its parts shows."""
        if line_index < 0:
            line_index += len(self._wrap_offsets)
        offsets = self._wrap_offsets[line_index]
        if y_offset < 0:
            y_offset += len(offsets) + 1
        y_offset = clamp(y_offset, 0, len(offsets))
        start = offsets[y_offset - 1] if y_offset else 0
        section = self.get_sections(line_index)[y_offset]
        used = 0
        column = len(section)
        for number, character in enumerate(section):
            used += cells(character)
            if used > x_offset:
                column = number
                break
        # Only at the end of the whole line may the cursor rest behind the last character.
        if y_offset < len(offsets):
            column = min(column, len(section) - 1)
        return start + max(0, column)
