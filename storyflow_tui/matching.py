"""What it means that one text is found in another: the same rule for the library and the screens.

Case does not matter, in any script, nor how an accented letter is put together, and ß is ss.
Everything else is text: no wildcards. Nothing here reads rows or draws.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

_PARTS = re.compile(r"(?P<space>\s+)|(?P<sharp>[sS]{2}|[ßẞ])|(?P<plain>[!-~])|(?P<other>.)", re.S)
# A letter that has a mark put on it is another letter, whichever way it is stored.
_NO_MARK = "(?![\u0300-\u036f\u3099\u309a])"

_STRETCH = 100_000
"""Characters that are looked through at a time; between two stretches other threads get on."""


class Needle:
    """A text that is looked for. White space in it stands for any white space."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._reach = 64 + 4 * len(text)
        self._plain = text.lower() if text.isascii() and not re.search(r"\s", text) else None
        self._has_other = False
        pattern, runs, run = "", [], ""
        for part in _PARTS.finditer(unicodedata.normalize("NFC", text)):
            piece = part.group()
            if part.lastgroup == "plain":
                run += piece
                continue
            if run:
                pattern += _plain(run)
                runs.append(run)
                run = ""
            if part.lastgroup == "space":
                pattern += r"\s+"
            elif part.lastgroup == "sharp":
                pattern += "(?:(?ai:ss)|[ßẞ])"
            else:
                self._has_other = True
                ways = dict.fromkeys((piece, unicodedata.normalize("NFD", piece)))
                pattern += f"(?i:{'|'.join(map(re.escape, ways))})"
        if run:
            pattern += _plain(run)
            runs.append(run)
        self._pattern = re.compile(pattern + ("" if text[-1:].isspace() else _NO_MARK))
        self.run = max(runs, key=len, default="")
        """ASCII that every text has, in any case, in which this is found; may be empty."""

    def __bool__(self) -> bool:
        """Whether there is anything to look for."""
        return bool(self.text.strip())

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Start and end of every place in a text where this is found, in order."""
        if self._has_other and text.isascii():
            return
        place, stop = 0, 0
        while self and place < len(text):
            stop = min(stop + _STRETCH, len(text))
            while place < stop:
                match = self._pattern.search(text, place, stop + self._reach)
                if match is None or match.start() >= stop:
                    break
                yield match.span()
                place = match.end()
            place = max(place, stop)

    def is_in(self, text: str) -> bool:
        """Whether this is found in a text."""
        return next(self.spans(text), None) is not None

    def count(self, text: str) -> int:
        """How often this is found in a text."""
        if self._plain and text.isascii():
            return text.lower().count(self._plain)
        return sum(1 for _ in self.spans(text))


def _plain(run: str) -> str:
    return f"(?ai:{re.escape(run)})"
