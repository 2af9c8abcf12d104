"""A library whose clock is a test's own, and ways to look at it from outside."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from storyflow_tui.library import Library
from storyflow_tui.library.disk import Disk
from storyflow_tui.records import ProjectRecord
from storyflow_tui.story import Story, StorySegment
from tests.library import damage


class FalseClock:
    """A clock that moves by a millisecond a look, and by more when a test says so."""

    def __init__(self) -> None:
        self._moment = datetime(2026, 5, 4, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        self._moment += timedelta(milliseconds=1)
        return self._moment

    def advance(self, seconds: float) -> None:
        self._moment += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> FalseClock:
    """The clock of the library."""
    return FalseClock()


@pytest.fixture
def advance(clock: FalseClock) -> Callable[[float], None]:
    """Lets so many seconds pass."""
    return clock.advance


@pytest.fixture
def library(tmp_path: Path, clock: FalseClock) -> Iterator[Library]:
    """An empty library with a clock of its own."""
    with Library.open(tmp_path / "library", clock=clock, busy=0.1) as opened:
        yield opened


@pytest.fixture
def second(library: Library, clock: FalseClock) -> Iterator[Library]:
    """The same library, opened once more as another process would."""
    with Library.open(library.path, clock=clock, busy=0.1) as opened:
        yield opened


class Stubborn(Disk):
    """A disk on which nothing is moved."""

    def rename(self, source: Path, target: Path) -> None:
        raise OSError(16, "Device or resource busy", str(source))


@pytest.fixture
def stuck(library: Library, clock: FalseClock) -> Iterator[Library]:
    """The same library where every move of a file has to wait."""
    with Library.open(library.path, clock=clock, disk=Stubborn()) as opened:
        yield opened


@pytest.fixture
def project(library: Library, sample_story: Callable[[int], Story]) -> ProjectRecord:
    """A project of five segments."""
    return library.projects.import_story(sample_story(5))


@pytest.fixture
def ids(library: Library, project: ProjectRecord) -> Sequence[int]:
    """The ids of the project's segments, in order."""
    return library.segments.ids(project.id)


@pytest.fixture
def paint() -> Callable[..., Path]:
    """Draws a small picture at a path: `paint(path, colour)`; the ending tells the format."""

    def draw(path: Path, colour: str = "teal", size: tuple[int, int] = (8, 6)) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", size, colour).save(path)
        return path

    return draw


@pytest.fixture
def sql() -> Callable[..., list[tuple[Any, ...]]]:
    """Runs a statement by a connection of its own: `sql(library, statement, *parameters)`."""

    def run(library: Library, statement: str, *parameters: object) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(library.path / "storyflow.db", timeout=0.1)) as connection:
            rows = connection.execute(statement, parameters).fetchall()
            connection.commit()
        return rows

    return run


@pytest.fixture
def rows(sql: Callable[..., list[tuple[Any, ...]]]) -> Callable[[Library], list[Any]]:
    """Every row of `project` and `segment`, as another program reads them."""

    def read(library: Library) -> list[Any]:
        return [
            sql(library, "SELECT * FROM project ORDER BY id"),
            sql(library, "SELECT * FROM segment ORDER BY id"),
        ]

    return read


@pytest.fixture
def files() -> Callable[[Library], dict[str, bytes]]:
    """Every file below `media/` with its bytes, by its path."""

    def read(library: Library) -> dict[str, bytes]:
        return {
            path.relative_to(library.media).as_posix(): path.read_bytes()
            for path in sorted(library.media.rglob("*"))
            if path.is_file()
        }

    return read


@pytest.fixture
def statements(library: Library) -> list[str]:
    """Every statement that this thread sends to SQLite from here on."""
    seen: list[str] = []
    library._database._connection().set_trace_callback(seen.append)
    return seen


@pytest.fixture
def full(
    library: Library,
    project: ProjectRecord,
    ids: Sequence[int],
    paint: Callable[..., Path],
    tmp_path: Path,
) -> Library:
    """A library with pictures, history, and a trash that holds a file and a folder."""
    library.segments.attach_image(ids[0], paint(tmp_path / "a.png"))
    library.segments.attach_image(ids[1], paint(tmp_path / "b.jpg", "red"))
    library.segments.attach_image(ids[0], paint(tmp_path / "new/a.png", "gold"))
    library.segments.edit(ids[2], text_content="edited")
    story = Story("Other", [StorySegment("x", image_file="a.png")], tmp_path)
    library.projects.delete(library.projects.import_story(story).id)
    return library


@pytest.fixture
def archive(full: Library, tmp_path: Path) -> Path:
    """A backup of the full library."""
    return full.backup(tmp_path / "backup.zip")


@pytest.fixture
def whole(library: Library, tmp_path: Path) -> Library:
    """A library with pictures and nothing wrong."""
    damage.illustrated(library, tmp_path / "pictures")
    assert library.check() == []
    return library
