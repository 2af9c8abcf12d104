"""The editor with one thing in its way, as a program: `hindered.py HINDRANCE ARGUMENT COMMAND…`.

Only what no other process can do to an editor from outside is done here.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from storyflow_tui.__main__ import main
from storyflow_tui.tui import saving
from storyflow_tui.tui.session import Session
from storyflow_tui.tui.widgets.field import Field

_start: Callable[[Any], None] = Session.start
_edit: Callable[..., Any] = Field.edit


def held(gate: str) -> None:
    """A write that goes on for as long as the file `gate` is there, and others queue behind it."""

    def start(session: Session) -> None:
        _start(session)
        session.write(lambda _: _while(gate))

    _put(Session, start=start)


def restless(gate: str) -> None:
    """As `held`, and the person's typing never rests."""
    saving.RESTS = 3600.0
    held(gate)


def small(limit: str) -> None:
    """From the start on no file can become longer than `limit` bytes, as on a full disk."""

    def start(session: Session) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), resource.RLIM_INFINITY))
        _start(session)

    _put(Session, start=start)


def stuck(gate: str) -> None:
    """The loop stands still from the first `!` that is typed, for as long as `gate` is there."""

    def edit(field: Field, change: Any) -> Any:
        result = _edit(field, change)
        if "!" in change.text:
            _while(gate)
        return result

    _put(Field, edit=edit)


def fault(_: str) -> None:
    """The first `!` that is typed meets a fault of the editor's own."""

    def edit(field: Field, change: Any) -> Any:
        result = _edit(field, change)
        if "!" in change.text:
            raise ZeroDivisionError("a fault made by a test")
        return result

    _put(Field, edit=edit)


def _put(owner: type, **methods: Callable[..., Any]) -> None:
    """Put methods into a class."""
    for name, method in methods.items():
        setattr(owner, name, method)


def _while(gate: str) -> None:
    Path(f"{gate}.reached").touch()
    while Path(gate).exists():
        time.sleep(0.01)


if __name__ == "__main__":
    _, name, argument, *command = sys.argv
    makers = {"held": held, "restless": restless, "small": small, "stuck": stuck, "fault": fault}
    makers[name](argument)
    sys.argv = ["storyflow", *command]
    sys.exit(main())
