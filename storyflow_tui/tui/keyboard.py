"""What comes from the terminal, as text: in its encoding, and no byte ends the editor.

Textual's driver takes UTF-8 and gives up at the first byte that is none, and of a terminal that is
gone it reads nothing, again and again. What the text means is its parser's business, and ours for
pastes.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable
from functools import partial


class Rounds:
    """Counts the rounds of waiting for a key in which none came; the driver's thread counts."""

    def __init__(self) -> None:
        self.quiet = 0
        self._heard = False

    def heard(self) -> None:
        """Keys came."""
        self._heard = True

    def over(self) -> None:
        """A round is over: its keys, if any, are on their way to where they act."""
        if not self._heard:
            self.quiet += 1
        self._heard = False


ROUNDS = Rounds()


class _Decoder:
    """Decodes what was read; reading nothing means that the terminal is gone."""

    def __init__(self, inner: codecs.IncrementalDecoder) -> None:
        self._inner = inner

    def decode(self, data: bytes, final: bool = False) -> str:
        """The text of some bytes; raises EOFError, which ends the reading."""
        if not data and not final:
            raise EOFError("the terminal is gone")
        ROUNDS.heard()
        return self._inner.decode(data, final)


def decoder(encoding: str) -> Callable[[], codecs.IncrementalDecoder]:
    """A maker of decoders of what is typed; a byte that means nothing is typed as `�`.

    Whatever a terminal of plain ASCII sends beyond it is more likely UTF-8 than anything else.
    """
    try:
        name = codecs.lookup(encoding).name
    except LookupError:
        name = "ascii"
    return partial(codecs.getincrementaldecoder("utf-8" if name == "ascii" else name), "replace")


def install(encoding: str) -> None:
    """Let the driver of terminals decode so; it offers no other way to say it."""
    from textual.drivers import linux_driver

    vars(linux_driver)["getincrementaldecoder"] = lambda _: lambda: _Decoder(decoder(encoding)())
