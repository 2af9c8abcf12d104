"""tmux, where the terminal is one of its panes: its version and the options that matter here."""

from __future__ import annotations

import re
import shutil
from functools import partial

from storyflow_tui.cli.doctor.asking import Surroundings
from storyflow_tui.cli.doctor.remark import Remark

_CONF = "In ~/.tmux.conf, which tmux source-file ~/.tmux.conf reads again:"
_QUICK = 100
"""Milliseconds of `escape-time` from which on Escape is felt to be late."""

_remark = partial(Remark, "tmux")


def remarks(here: Surroundings) -> list[Remark]:
    """What there is to say of tmux."""
    if not here.in_tmux:
        there = shutil.which("tmux", path=here.environment.get("PATH"))
        version = here.tmux("-V") if there else None
        return [_remark("tmux", f"{version}, not used here" if version else "not used here")]
    version = here.tmux("-V")
    if version is None:
        return [
            _remark(
                "tmux",
                "this is a pane of tmux, but the command tmux does not run",
                False,
                "Put it on your PATH, in your shell's own file:",
                ('export PATH="$PATH:/usr/local/bin:/opt/homebrew/bin"',),
            )
        ]
    return [
        _version(version),
        _colours(here, version),
        _escape_time(here),
        _default_terminal(here),
        _prefix(here),
        *_harmless(here),
    ]


def number_of(version: str) -> tuple[int, int]:
    """The number in what `tmux -V` says: `tmux 3.3a` is (3, 3); one made from source is new."""
    found = re.search(r"(\d+)\.(\d+)", version)
    return (int(found[1]), int(found[2])) if found else (99, 0)


def _version(version: str) -> Remark:
    if number_of(version) >= (3, 2):
        return _remark("version", version)
    return _remark(
        "version",
        f"{version}: before 3.2 what is copied reaches tmux's buffer, not your clipboard",
        False,
        "Install a newer one, such as by",
        ("sudo apt install tmux", "brew upgrade tmux"),
    )


def outer(here: Surroundings) -> tuple[str, frozenset[str]]:
    """The terminal that shows this pane, by its name, and the capabilities that tmux gives it.

    No name where nobody is attached.
    """
    asked = here.tmux("display-message", "-p", "#{client_termname} #{client_name}") or ""
    name, _, client = asked.partition(" ")
    known: set[str] = set()
    told = (here.tmux("show-messages", "-T") or "") if name else ""
    for block in re.split(r"^(?=Terminal \d+:)", told, flags=re.MULTILINE):
        if f" for {client}," in block.partition("\n")[0]:
            known.update(
                re.findall(r"^ *\d+: (\w+): \((?:string|flag)\) (?!false)", block, re.MULTILINE)
            )
    return name, frozenset(known)


def _colours(here: Surroundings, version: str) -> Remark:
    name, known = outer(here)
    if not name:
        return _remark("colours", "nobody is attached, so it cannot be told what goes out")
    if known & {"RGB", "Tc", "setrgbf"}:
        return _remark("colours", f"all go out to {name}")
    line = (
        f'set -as terminal-features ",{name}:RGB"'
        if number_of(version) >= (3, 2)
        else f'set -ga terminal-overrides ",{name}:Tc"'
    )
    return _remark(
        "colours",
        f"256 go out to {name}: pictures are coarse",
        False,
        f"In ~/.tmux.conf, if {name} shows all colours, as nearly every one does; then attach anew",
        (line,),
    )


def _escape_time(here: Surroundings) -> Remark:
    found = here.tmux("show-options", "-sv", "escape-time") or ""
    if not found.isdigit() or int(found) <= _QUICK:
        return _remark("escape-time", f"{found} ms" if found else "not told")
    return _remark(
        "escape-time",
        f"{found} ms, which Escape is late by",
        False,
        _CONF,
        ("set -sg escape-time 10",),
    )


def _default_terminal(here: Surroundings) -> Remark:
    found = here.tmux("show-options", "-sv", "default-terminal") or ""
    if not found or (found.startswith(("tmux", "screen")) and found.endswith("256color")):
        return _remark("default-terminal", found or "not told")
    return _remark(
        "default-terminal",
        f"{found}, which does not say what tmux can show",
        False,
        "In ~/.tmux.conf, and then new windows:",
        ('set -g default-terminal "tmux-256color"',),
    )


def _prefix(here: Surroundings) -> Remark:
    found = here.tmux("show-options", "-gv", "prefix") or ""
    letter = found[2:].lower() if found.startswith("C-") else ""
    if letter not in _control_keys():
        return _remark("prefix", found or "not told")
    return _remark(
        "prefix",
        f"{found}, so that the editor's ^{letter.upper()} does not reach it: {found} twice does",
        False,
        "In ~/.tmux.conf, another such as",
        (
            "set -g prefix C-b",
            "bind C-b send-prefix",
        ),
    )


def _harmless(here: Surroundings) -> list[Remark]:
    focus = here.tmux("show-options", "-sv", "focus-events") or "not told"
    mouse = here.tmux("show-options", "-gv", "mouse") or "not told"
    return [
        _remark("focus-events", f"{focus}; the editor needs none"),
        _remark("mouse", f"{mouse}; clicks reach the editor either way"),
    ]


def _control_keys() -> frozenset[str]:
    try:
        from storyflow_tui.tui import control_keys

        return control_keys()
    except ImportError:  # what is not installed the versions say
        return frozenset()
