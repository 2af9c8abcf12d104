"""The queue of writers: in the order they came, and never in the way of who could write."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from pathlib import Path

import pytest

from storyflow_tui.errors import BusyError
from storyflow_tui.library import Library, database
from storyflow_tui.library.turn import MOST_WAITING, turn


def _wait_for(seen: Callable[[], bool]) -> None:
    for _ in range(2000):
        if seen():
            return
        time.sleep(0.005)
    raise AssertionError("it never came")


def _waiting() -> int:
    return sum(thread.name == "storyflow-turn" for thread in threading.enumerate())


def test_a_turn_that_never_comes_keeps_nobody_longer_than_the_patience(tmp_path: Path) -> None:
    with turn(tmp_path, 10), turn(tmp_path, 0.05) as left:
        assert left == 0
    _wait_for(lambda: _waiting() == 0)
    with turn(tmp_path, 10) as left:
        assert left == 10, "who gave up has let go"


def test_a_folder_that_is_gone_has_no_queue(tmp_path: Path) -> None:
    with turn(tmp_path / "gone", 10) as left:
        assert left == 10


def test_a_writer_whose_turn_never_comes_writes_where_the_library_is_free(
    library: Library, ids: Sequence[int]
) -> None:
    with turn(library.path, 10):
        library.segments.edit(ids[0], text_content="new")
    assert library.segments.get(ids[0]).text_content == "new"


def test_the_wait_for_the_turn_counts_as_wait_for_the_lock(
    library: Library, ids: Sequence[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    library._database._connection().set_trace_callback(asked.append)
    with closing(sqlite3.connect(library.path / "storyflow.db")) as holder, turn(library.path, 10):
        holder.execute("BEGIN IMMEDIATE")
        with pytest.raises(BusyError):
            library.segments.edit(ids[0], text_content="new")
        holder.rollback()
    timeouts = [statement for statement in asked if "busy_timeout" in statement]
    assert timeouts == ["PRAGMA busy_timeout = 0", "PRAGMA busy_timeout = 100"]


def test_a_network_folder_has_no_queue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "on_network", lambda folder: True)
    with Library.open(tmp_path / "library") as library, turn(library.path, 10):
        began = _waiting()
        library.projects.create("T")
        assert _waiting() == began


def test_none_of_ten_who_write_without_pause_is_overtaken_for_long(tmp_path: Path) -> None:
    served: list[int] = []
    left = threading.Event()

    def write(number: int) -> None:
        with suppress(BusyError):
            while not left.is_set():
                with turn(tmp_path, 10):
                    served.append(number)
                    time.sleep(0.001)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(10)]
    for thread in threads:
        thread.start()
    _wait_for(lambda: len(served) > 300)
    left.set()
    for thread in threads:
        thread.join()
    gaps = [
        max(b - a for a, b in zip([0, *at], [*at, len(served)], strict=True))
        for number in range(10)
        for at in [[i for i, who in enumerate(served) if who == number]]
    ]
    assert max(gaps) < 100


def test_who_gives_up_again_and_again_leaves_no_more_than_a_few_waiting(tmp_path: Path) -> None:
    before = threading.active_count()
    with turn(tmp_path, 10):
        for _ in range(MOST_WAITING * 5):
            with turn(tmp_path, 0.001):
                pass
        assert threading.active_count() <= before + MOST_WAITING
    _wait_for(lambda: threading.active_count() <= before)
    with turn(tmp_path, 10) as left:
        assert left == 10
