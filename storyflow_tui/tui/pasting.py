"""Bracketed paste taken in one piece, whatever it holds.

Textual's parser looks at a paste character by character, and an escape character inside one
becomes keys that act. Here a paste is cut out before that parser sees it.
"""

from __future__ import annotations

from collections.abc import Iterable

from textual import events
from textual._xterm_parser import (
    BRACKETED_PASTE_END,
    BRACKETED_PASTE_START,
    XTermParser,
)
from textual.message import Message

from storyflow_tui.tui.keyboard import ROUNDS


class PasteParser(XTermParser):
    """Textual's parser for everything but pastes, which it gives as one event each."""

    def __init__(self, debug: bool = False) -> None:
        super().__init__(debug)
        self._pasted: list[str] | None = None
        self._tail = ""

    def tick(self) -> Iterable[Message]:
        """What is due now; the driver asks for it at the end of each round of reading."""
        yield from super().tick()
        ROUNDS.over()

    def feed(self, data: str) -> Iterable[Message]:
        """The messages of this piece of input; markers may be parted between two pieces."""
        if not data:
            yield from super().feed(data)
        while data:
            if self._pasted is None:
                seen = self._tail + data
                start = seen.find(BRACKETED_PASTE_START)
                if start < 0:
                    self._tail = seen[1 - len(BRACKETED_PASTE_START) :]
                    yield from super().feed(data)
                    return
                first = start - len(self._tail)
                data = seen[start + len(BRACKETED_PASTE_START) :]
                if first >= 0:
                    if first:
                        yield from super().feed(seen[len(self._tail) : start])
                else:
                    # The other parser has the beginning of the marker: let it open and close.
                    rest = BRACKETED_PASTE_START[-first:] + BRACKETED_PASTE_END
                    for message in super().feed(rest):
                        if not (isinstance(message, events.Paste) and not message.text):
                            yield message
                self._tail = ""
                self._pasted = []
            else:
                # The end may have begun in the piece before.
                last = self._pasted.pop() if self._pasted else ""
                seen = last[1 - len(BRACKETED_PASTE_END) :] + data
                if kept := last[: 1 - len(BRACKETED_PASTE_END)]:
                    self._pasted.append(kept)
                end = seen.find(BRACKETED_PASTE_END)
                if end < 0:
                    self._pasted.append(seen)
                    return
                data = seen[end + len(BRACKETED_PASTE_END) :]
                text = "".join([*self._pasted, seen[:end]])
                self._pasted = None
                # No text field takes a NUL, and no terminal means one.
                yield events.Paste(text.replace("\0", ""))


def install() -> None:
    """Let the driver of terminals use this parser; it offers no other way to say so."""
    from textual.drivers import linux_driver

    vars(linux_driver)["XTermParser"] = PasteParser
