"""What can end an editor or get in the way of its saving, one function each.

A state is a context: in it the text is typed and the way is barred; the end comes then; behind
it the way is free again.
"""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from storyflow_tui.library import Library
from tests.e2e.scene import STORED, TYPED, Scene


def _signal(number: signal.Signals) -> Callable[[Scene], None]:
    def end(scene: Scene) -> None:
        os.kill(scene.process(), number)

    return end


def _tmux(name: str) -> Callable[[Scene], None]:
    def end(scene: Scene) -> None:
        scene.terminal.tmux(name)

    return end


def _server_dies(scene: Scene) -> None:
    os.kill(int(scene.terminal.asked("pid")), signal.SIGKILL)


def _terminal_goes(scene: Scene) -> None:
    os.kill(scene.terminal.process(), signal.SIGKILL)


ENDS: dict[str, Callable[[Scene], None]] = {
    "SIGHUP": _signal(signal.SIGHUP),
    "SIGTERM": _signal(signal.SIGTERM),
    "SIGINT": _signal(signal.SIGINT),
    "window": _tmux("kill-window"),
    "pane": _tmux("kill-pane"),
    "server": _tmux("kill-server"),
    "server killed": _server_dies,
    "terminal gone": _terminal_goes,
}


@contextmanager
def _free(scene: Scene) -> Iterator[None]:
    scene.start()
    scene.type()
    yield


@contextmanager
def _held(scene: Scene) -> Iterator[None]:
    scene.start("held")
    scene.type()
    yield
    scene.gate.unlink()


@contextmanager
def _busy(scene: Scene) -> Iterator[None]:
    scene.start()
    connection = sqlite3.connect(scene.library / "storyflow.db", isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    scene.type()
    yield
    connection.rollback()
    connection.close()


@contextmanager
def _full(scene: Scene) -> Iterator[None]:
    disk = scene.after.enter_context(_small_disk(scene.folder))
    if disk is None:
        scene.start("small", "4000")
        scene.type()
        scene.terminal.wait_for("not saved")
        yield
        return
    shutil.move(scene.library, disk / "library")
    scene.library = disk / "library"
    scene.start()
    _fill(disk)
    scene.type()
    scene.terminal.wait_for("not saved: disk full")
    yield
    (disk / "filling").unlink()


@contextmanager
def _conflict(scene: Scene) -> Iterator[None]:
    with _meanwhile(scene) as library:
        library.segments.edit(2, text_content="Written elsewhere.")
    scene.terminal.wait_for("Someone else changed this narration")
    yield
    assert scene.text() == "Written elsewhere."


@contextmanager
def _blank(scene: Scene) -> Iterator[None]:
    scene.start()
    scene.terminal.press("End", *["BSpace"] * len(STORED), "Space")
    scene.typed = " "
    scene.terminal.wait_for("! not saved: narration is empty")
    yield
    assert scene.text() == STORED


@contextmanager
def _locked(scene: Scene) -> Iterator[None]:
    with _meanwhile(scene) as library:
        library.segments.edit(2, is_locked=True)
    scene.terminal.wait_for("! not saved: segment is locked")
    yield
    assert scene.text() == STORED


@contextmanager
def _deleted(scene: Scene) -> Iterator[None]:
    with _meanwhile(scene) as library:
        library.segments.delete(2)
    scene.terminal.wait_for("was deleted in another window")
    yield


@contextmanager
def _story_deleted(scene: Scene) -> Iterator[None]:
    with _meanwhile(scene) as library:
        library.projects.delete(1)
    scene.terminal.wait_for("was deleted in another window")
    yield


_BESIDE = ("was typed in an earlier run", "take the draft")

OFFERS: dict[str, tuple[str, ...]] = {
    "free": ("2 of 3", TYPED.strip()),
    "blank": ("was typed in an earlier run", "It is blank."),
    "deleted": (TYPED.strip(), "belongs to a segment that was deleted"),
    "story deleted": (TYPED.strip(), "belongs to a story that was deleted"),
}
"""What the next open shows; where nothing is said, the draft beside the stored text."""


def shown_next(state: str) -> tuple[str, ...]:
    """What the next open shows."""
    return OFFERS.get(state, _BESIDE)


STATES = {
    "free": _free,
    "held": _held,
    "busy": _busy,
    "full": _full,
    "conflict": _conflict,
    "blank": _blank,
    "locked": _locked,
    "deleted": _deleted,
    "story deleted": _story_deleted,
}


@contextmanager
def _meanwhile(scene: Scene) -> Iterator[Library]:
    """Typed text waits in the queue while another process changes something."""
    scene.start("held")
    scene.type()
    with Library.open(scene.library) as library:
        yield library
    scene.gate.unlink()


@contextmanager
def _small_disk(folder: Path) -> Iterator[Path | None]:
    """A disk of three megabytes; None where this user may make none."""
    disk = folder / "disk"
    disk.mkdir()
    options = ["-t", "tmpfs", "-o", "size=3m", "tmpfs", str(disk)]
    try:
        made = subprocess.run(["mount", *options], check=False, capture_output=True)
    except OSError:
        yield None
        return
    if made.returncode:
        yield None
        return
    try:
        yield disk
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=False)


def _fill(disk: Path) -> None:
    with (disk / "filling").open("wb", buffering=0) as file:
        try:
            while file.write(bytes(4096)):
                pass
        except OSError:
            pass
