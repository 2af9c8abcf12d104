"""Children that are forked from a warm server: nothing is imported anew, so that one costs little.

The server has never opened a library; whoever opens one does so in a child of its own.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

PATIENCE = 30.0
"""Seconds after which a child that says nothing is taken for stuck."""

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(
    [
        "tests.faults.kills",
        "tests.faults.crowd",
        "tests.faults.deaths",
        # What the library itself imports only when it must.
        "storyflow_tui.library.backup",
        "storyflow_tui.library.images",
        "storyflow_tui.library.repair",
        "storyflow_tui.library.retention",
    ]
)


@contextmanager
def child(
    target: Callable[..., object], *given: object
) -> Iterator[tuple[BaseProcess, Connection]]:
    """A child that runs `target(pipe, *given)`, and our end of the pipe; killed in the end."""
    ours, theirs = _FORKS.Pipe()
    with ours:
        process = _FORKS.Process(target=target, args=(theirs, *given))
        process.start()
        theirs.close()
        try:
            yield process, ours
        finally:
            process.kill()
            process.join()


def word(pipe: Connection) -> Any:
    """The next word of a child; AssertionError when none comes, EOFError when it is gone."""
    assert pipe.poll(PATIENCE), "a child is stuck"
    return pipe.recv()
