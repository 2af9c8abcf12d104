"""The clipboard: by which way a copied text leaves, and whether it arrives where that can be seen.

Your clipboard is not touched unless `--copy` asks for it: tmux is tried with a buffer of its own.
"""

from __future__ import annotations

import base64
import secrets
import sys
from functools import partial

from storyflow_tui.cli.doctor.asking import Surroundings
from storyflow_tui.cli.doctor.remark import Remark
from storyflow_tui.cli.doctor.tmux import outer

_BUFFER = "storyflow-doctor"

_remark = partial(Remark, "Clipboard")


def remarks(here: Surroundings, *, copy: bool) -> list[Remark]:
    """What there is to say of copying; with `copy` a sentence is copied."""
    found = [_buffer(here), _outside(here)] if here.in_tmux else [_by_the_terminal(here)]
    return [*found, _copied(here)] if copy else found


def _buffer(here: Surroundings) -> Remark:
    sent = f"storyflow {secrets.token_hex(8)} ◘"
    loaded = here.tmux("load-buffer", "-b", _BUFFER, "-", given=sent.encode())
    read = here.tmux("show-buffer", "-b", _BUFFER)
    here.tmux("delete-buffer", "-b", _BUFFER)
    if loaded is not None and read == sent:
        return _remark("tmux's buffer", "a text went into it and came back")
    return _remark(
        "tmux's buffer",
        "a text that went into it did not come back",
        False,
        "See what tmux says to",
        ("echo test | tmux load-buffer - && tmux show-buffer",),
    )


def _outside(here: Surroundings) -> Remark:
    name, known = outer(here)
    if not name:
        return _remark("your clipboard", "nobody is attached, so it cannot be told")
    if "Ms" in known:
        # Measured: `load-buffer -w` reaches the terminal with set-clipboard off, too.
        setting = here.tmux("show-options", "-sv", "set-clipboard") or "not told"
        way = f"tmux hands it on to {name} (set-clipboard is {setting}; either will do)"
        return _remark("your clipboard", _unseen(way))
    return _remark(
        "your clipboard",
        f"tmux does not know how to hand a text on to {name}: it stays in tmux's buffer",
        False,
        f"In ~/.tmux.conf, if {name} takes OSC 52; then attach anew:",
        (f'set -as terminal-features ",{name}:clipboard"',),
    )


def _by_the_terminal(here: Surroundings) -> Remark:
    if here.size is None:
        return _remark("your clipboard", "no terminal here")
    return _remark("your clipboard", _unseen("by the terminal (OSC 52), if it allows it"))


def _unseen(way: str) -> str:
    test = "it cannot be read back: storyflow doctor --copy sends a sentence to paste"
    return f"{way}; {test}" if way else test


def _copied(here: Surroundings) -> Remark:
    text = f"storyflow doctor {secrets.token_hex(2)}"
    if here.in_tmux and here.tmux("load-buffer", "-w", "-", given=text.encode()) is not None:
        read = here.tmux("show-buffer")
        way = "through tmux" if read == text else "through tmux, whose buffer has another text"
    elif here.size is not None and _send(
        f"\x1b]52;c;{base64.b64encode(text.encode()).decode()}\x07"
    ):
        way = "by OSC 52"
    else:
        return _remark("copied", "nothing: there is no terminal to copy by")
    return _remark("copied", f"“{text}” {way}: paste it somewhere to see whether it arrived")


def _send(sequence: str) -> bool:
    for stream in (sys.stdout, sys.stderr):
        if stream is not None and stream.isatty():
            stream.write(sequence)
            stream.flush()
            return True
    return False
