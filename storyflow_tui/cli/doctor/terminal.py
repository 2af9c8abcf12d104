"""The terminal: what it is called, how large it is, its colours and its letters."""

from __future__ import annotations

import locale
import sys
from functools import partial

from storyflow_tui.cli.doctor.asking import Surroundings
from storyflow_tui.cli.doctor.remark import Remark

LEAST = (60, 16)
"""Columns and rows that the editor needs; below them it shows a sentence."""

USUAL = (80, 24)
_PROFILE = "In ~/.profile, or your shell's own file:"
_ALL_COLOURS = ("truecolor", "24bit")

_remark = partial(Remark, "Terminal")


def remarks(here: Surroundings) -> list[Remark]:
    """What there is to say of the terminal."""
    return [_kind(here), _size(here), _colours(here), _letters(here)]


def _kind(here: Surroundings) -> Remark:
    term = here.says("TERM")
    program = here.says("TERM_PROGRAM")
    over = " over SSH" if here.says("SSH_CONNECTION") else ""
    if here.size is None and not term:
        return _remark("TERM", "no terminal here; the commands need none")
    if term in ("", "dumb", "unknown"):
        return _remark(
            "TERM",
            f"{term or 'not set'}: a terminal that cannot draw",
            False,
            f"{_PROFILE} what your terminal is; most are",
            ("export TERM=xterm-256color",),
        )
    if here.in_tmux and not term.startswith(("tmux", "screen")):
        return _remark(
            "TERM",
            f"{term}, though this is tmux, which is drawn to in another way",
            False,
            "Take the line that sets TERM out of your shell's file; tmux sets it, by ~/.tmux.conf:",
            ('set -g default-terminal "tmux-256color"',),
        )
    named = f" ({program})" if program and program != "tmux" else ""
    return _remark("TERM", f"{term}{named}{over}")


def _size(here: Surroundings) -> Remark:
    if here.size is None:
        return _remark("size", "no terminal here")
    columns, rows = here.size
    size = f"{columns} columns, {rows} rows"
    if columns >= LEAST[0] and rows >= LEAST[1]:
        return _remark("size", size)
    return _remark(
        "size",
        f"{size}; the editor takes {LEAST[0]} and {LEAST[1]}",
        False,
        f"Make the window larger, or its letters smaller; to {USUAL[0]} and {USUAL[1]}:",
        (
            f"tmux resize-window -x {USUAL[0]} -y {USUAL[1]}"
            if here.in_tmux
            else f"printf '\\033[8;{USUAL[1]};{USUAL[0]}t'",
        ),
    )


def _colours(here: Surroundings) -> Remark:
    term = here.says("TERM")
    if "NO_COLOR" in here.environment:
        return _remark("colours", "greys, since NO_COLOR is set")
    if here.says("COLORTERM").lower() in _ALL_COLOURS:
        return _remark("colours", f"all (COLORTERM={here.says('COLORTERM')})")
    if here.size is None:
        return _remark("colours", "no terminal here")
    if here.says("TERM_PROGRAM") == "Apple_Terminal":
        return _remark("colours", "256, which is what this terminal has")
    if term in ("linux", "xterm", "vt100", "vt220", "ansi"):
        return _remark("colours", "16; the theme 16-colours leaves them to the terminal")
    if here.in_tmux:
        return _remark(
            "colours",
            "256: COLORTERM is not set, so pictures are coarse",
            False,
            "In ~/.tmux.conf, and then new windows:",
            ("set-environment -g COLORTERM truecolor",),
        )
    return _remark(
        "colours",
        "256: COLORTERM is not set, so pictures are coarse",
        False,
        f"{_PROFILE} if it shows all colours, as nearly every one does"
        + (" (ssh does not hand it on)" if here.says("SSH_CONNECTION") else ""),
        ("export COLORTERM=truecolor",),
    )


def _letters(here: Surroundings) -> Remark:
    # As the editor takes it: the locale is believed, unless Python's own settings say otherwise.
    named = here.says("PYTHONIOENCODING") or here.says("PYTHONUTF8") == "1"
    stream = sys.__stdout__
    encoding = stream.encoding if named and stream is not None else locale.getencoding()
    if encoding.lower().replace("-", "") == "utf8":
        return _remark("letters", "UTF-8")
    wanted = "en_US.UTF-8" if sys.platform == "darwin" else "C.UTF-8"
    return _remark(
        "letters",
        f"{encoding}: signs are plain, other scripts are drawn as ?",
        False,
        _PROFILE,
        (f"export LC_ALL={wanted}",),
    )
