"""A terminal that stops reading, or goes without a word: the text is kept and the editor ends."""

from __future__ import annotations

import fcntl
import os
import pty
import resource
import select
import signal
import sqlite3
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import cycle
from pathlib import Path

import pytest

from tests.e2e.scene import STORED, Scene
from tests.e2e.terminal import PATIENCE, Terminal, command, long, until

SENTENCE = " A sentence that is typed while nobody reads what is drawn." * 12


class Bare:
    """An editor in a pty that is read only when it is asked; nobody's controlling terminal."""

    def __init__(self, scene: Scene, *, again: bool = False) -> None:
        """Open the story at its second segment: where it was left, if it is opened `again`."""
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
        self.editor = subprocess.Popen(
            [command(), "--library", str(scene.library), "open", "1"],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            env=os.environ | {"TERM": "xterm-256color", "LC_ALL": "C.UTF-8"},
        )
        os.close(slave)
        if not again:
            self.read_until("1 of 3")
            os.write(self.master, b"j")
        self.read_until("2 of 3")
        os.write(self.master, b"e")
        self.read_until("done")

    def read_until(self, text: str) -> None:
        """Read what is drawn until there is a text."""
        seen = b""
        while text.encode() not in seen:
            assert select.select([self.master], [], [], PATIENCE)[0], f"{text} never came"
            seen += os.read(self.master, 65536)

    def fill(self) -> None:
        """Have it draw until the pty takes no more, and then as much as the editor lets wait."""
        left = 25
        before = -1
        for columns in cycle((118, 119, 120)):
            size = struct.pack("HHHH", 40, columns, 0, 0)
            fcntl.ioctl(self.master, termios.TIOCSWINSZ, size)
            os.kill(self.editor.pid, signal.SIGWINCH)
            time.sleep(0.05)
            (waiting,) = struct.unpack("i", fcntl.ioctl(self.master, termios.FIONREAD, bytes(4)))
            left -= waiting == before
            before = waiting
            if not left:
                return

    def close(self) -> None:
        """End what is left."""
        self.editor.kill()
        self.editor.wait()
        try:
            os.close(self.master)
        except OSError:
            return


@pytest.fixture
def scene(tmp_path: Path, terminal: Callable[..., Terminal]) -> Scene:
    """A story in a library of its own."""
    return Scene(terminal(), tmp_path)


@pytest.fixture
def bare(scene: Scene) -> Iterator[Bare]:
    """The editor with a field open."""
    made = Bare(scene)
    yield made
    made.close()


def test_what_is_typed_is_saved_though_the_terminal_does_not_read(scene: Scene, bare: Bare) -> None:
    bare.fill()
    os.write(bare.master, SENTENCE.encode())
    until(lambda: scene.text() == STORED + SENTENCE, "the save")
    bare.read_until("saved")


@pytest.mark.parametrize("number", [long(signal.SIGTERM), signal.SIGHUP])
def test_a_signal_ends_an_editor_whose_terminal_does_not_read(
    number: signal.Signals, scene: Scene, bare: Bare
) -> None:
    # What is left to say at the end, of the draft, waits for the terminal, too.
    with closing(sqlite3.connect(scene.library / "storyflow.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        bare.fill()
        os.write(bare.master, SENTENCE.encode())
        os.kill(bare.editor.pid, number)
        bare.editor.wait(PATIENCE)
    assert [draft.text for draft in scene.drafts()] == [STORED + SENTENCE]


def test_keys_that_came_just_before_a_signal_are_not_lost(scene: Scene, bare: Bare) -> None:
    os.write(bare.master, SENTENCE.encode())
    os.kill(bare.editor.pid, signal.SIGTERM)
    bare.editor.wait(PATIENCE)
    assert STORED + SENTENCE in scene.kept()


def test_a_terminal_that_is_gone_costs_no_more_than_a_signal(scene: Scene) -> None:
    def processor() -> float:
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        return used.ru_utime + used.ru_stime

    used = []
    for gone in (False, True):
        before = processor()
        bare = Bare(scene, again=gone)
        os.write(bare.master, b" Typed.")
        bare.read_until(".")
        if gone:
            os.close(bare.master)
        else:
            os.kill(bare.editor.pid, signal.SIGTERM)
        bare.editor.wait(PATIENCE)
        bare.close()
        used.append(processor() - before)
    assert STORED + " Typed. Typed." in scene.kept()
    assert used[1] < used[0] + 0.5
