"""What comes from the terminal, as text: in its encoding, and no byte ends the editor.

Textual's driver takes UTF-8 and gives up at the first byte that is none. What the text means is
its parser's business, and ours for pastes.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable
from functools import partial


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

    vars(linux_driver)["getincrementaldecoder"] = lambda _: decoder(encoding)
