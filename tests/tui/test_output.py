"""What goes to a terminal that stops reading, or is gone: the editor waits for neither."""

from __future__ import annotations

import os
import pty
import select
import threading
import tty
from collections.abc import Iterator
from typing import NamedTuple

import pytest

from storyflow_tui.tui import output
from storyflow_tui.tui.output import Writer


class Pty(NamedTuple):
    """Both ends of a terminal."""

    master: int
    slave: int


@pytest.fixture
def ends() -> Iterator[Pty]:
    """A terminal that hands on what is written to it as it is."""
    made = Pty(*pty.openpty())
    tty.setraw(made.slave)
    yield made
    for descriptor in made:
        try:
            os.close(descriptor)
        except OSError:
            continue


def test_all_is_written_in_order(ends: Pty) -> None:
    with open(ends.slave, "w", encoding="ascii", errors="backslashreplace", closefd=False) as file:
        writer = Writer(file)
        writer.start()
        for number in range(100):
            writer.write(f"{number},")
        writer.write("é")
        writer.stop()
        writer.join(10)
    assert not writer.is_alive()
    wanted = "".join(f"{number}," for number in range(100)) + "\\xe9"
    read = b""
    while len(read) < len(wanted):
        read += os.read(ends.master, 4096)
    assert read.decode() == wanted


def test_a_signal_in_the_midst_of_a_write_still_has_its_last_words_written(ends: Pty) -> None:
    with open(ends.slave, "w", encoding="ascii", closefd=False) as file:
        writer = Writer(file)
        writer.start()
        # As the signal's handler finds it: the lock is held by the write that it interrupted.
        with writer._changed:
            writer.write("the screen as it was")
            writer.stop()
            assert select.select([ends.master], [], [], 0)[0], "it is written when stop returns"
    assert os.read(ends.master, 4096) == b"the screen as it was"


def test_a_terminal_that_does_not_read_holds_up_neither_the_editor_nor_its_end(
    ends: Pty, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(output, "MOST", 500_000)
    behind = threading.Event()
    with open(ends.slave, "w", encoding="utf-8", closefd=False) as file:
        writer = Writer(file, behind=behind.set)
        writer.start()
        for _ in range(2000):
            writer.write("x" * 1000)
        writer.stop()
        assert writer.is_alive()
        assert not behind.is_set()
        # It reads again: what it missed is drawn anew.
        while select.select([ends.master], [], [], 2)[0]:
            os.read(ends.master, 65536)
        assert behind.wait(10)
        writer.join(10)
        assert not writer.is_alive()


def test_a_terminal_that_is_gone_is_told_of_once(ends: Pty) -> None:
    gone: list[None] = []
    os.close(ends.master)
    with open(ends.slave, "w", encoding="utf-8", closefd=False) as file:
        writer = Writer(file, gone=lambda: gone.append(None))
        writer.start()
        for _ in range(200):
            writer.write("x")
        writer.join(10)
        assert not writer.is_alive()
        writer.write("x")
        writer.stop()
    assert gone == [None]
