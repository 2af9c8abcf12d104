"""What every test stands on: a home of its own, a fresh library, small stories."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import pytest
from hypothesis.database import InMemoryExampleDatabase

from storyflow_tui.library import Library, database
from storyflow_tui.story import Story, StorySegment
from tests.guard import Guard

_GUARD = Guard()

# Machines differ in speed, and no test leaves anything in the checkout.
hypothesis.settings.register_profile(
    "storyflow",
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
    database=InMemoryExampleDatabase(),
)
hypothesis.settings.load_profile("storyflow")


@pytest.fixture(autouse=True)
def _nothing_outside() -> Iterator[None]:
    """Every test fails that writes outside its temporary places."""
    _GUARD.seen.clear()
    yield
    assert not _GUARD.seen, f"written outside the temporary places: {_GUARD.seen[:5]}"


@pytest.fixture(autouse=True)
def _own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """HOME and the XDG folders lie in a temporary place for every test."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(home))
    for name, folder in {
        "XDG_CONFIG_HOME": "config",
        "XDG_DATA_HOME": "data",
        "XDG_STATE_HOME": "state",
        "XDG_CACHE_HOME": "cache",
    }.items():
        monkeypatch.setenv(name, str(home / folder))
    for name in ("STORYFLOW_LIBRARY", "TMUX", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    # What a screen sends depends on the terminal; here it is one with all colours.
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLORTERM", "truecolor")


@pytest.fixture(autouse=True)
def _nobody_waits_for_the_disk(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody cuts the power here: what is made durable need not get there before a test goes on.

    A test of durability itself is marked `durable`; processes of their own wait as they always do.
    """
    if request.node.get_closest_marker("durable"):
        return
    connect = database._Peewee._connect

    def connect_at_ease(self: database._Peewee) -> sqlite3.Connection:
        connection = connect(self)
        connection.execute("PRAGMA synchronous = OFF")
        return connection

    monkeypatch.setattr(database._Peewee, "_connect", connect_at_ease)
    # A descriptor that is not open is an error all the same.
    monkeypatch.setattr(os, "fsync", os.fstat)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    """An empty library."""
    with Library.open(tmp_path / "library") as opened:
        yield opened


@pytest.fixture
def sample_story() -> Callable[[int], Story]:
    """A maker of stories of `count` segments without pictures."""

    def make(count: int, title: str = "The Lamp") -> Story:
        return Story(
            title,
            [
                StorySegment(f"Narration of segment {n}.", f"prompt {n}")
                for n in range(1, count + 1)
            ],
        )

    return make
