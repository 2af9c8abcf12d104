"""Rows that another program wrote: paths that lead out, links, moves and values of any kind."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from storyflow_tui.errors import (
    DamagedError,
    ForeignFileError,
    NothingToUndoError,
    ReadOnlyError,
    StoryflowError,
)
from storyflow_tui.library import Library
from storyflow_tui.story import Story, StorySegment
from tests.hostile import LEADING_OUT

Sql = Callable[..., list[tuple[Any, ...]]]
Paint = Callable[..., Path]


@pytest.fixture
def outside(tmp_path: Path, paint: Paint) -> Iterator[Path]:
    """A folder beside the library with files in it, none of which may change or go."""
    folder = tmp_path / "outside"
    paint(folder / "secret.png", "red")
    paint(folder / "a" / "b.png", "red")
    before = seen(folder)
    yield folder
    assert seen(folder) == before


def seen(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture
def lamps(library: Library, tmp_path: Path, paint: Paint) -> Library:
    """Two stories, each of two segments with a picture."""
    story = tmp_path / "story"
    paint(story / "lamp.png", "teal")
    for title in ("One", "Two"):
        segments = [StorySegment(f"n{n}", image_file="lamp.png") for n in (1, 2)]
        library.projects.import_story(Story(title, segments, story))
    return library


@pytest.mark.parametrize("kind", LEADING_OUT)
def test_a_row_that_leads_elsewhere_is_followed_by_nothing(
    lamps: Library, outside: Path, kind: str, sql: Sql, paint: Paint, tmp_path: Path
) -> None:
    images = lamps.media / "projects/1/images"
    (images / "link.png").symlink_to(outside / "secret.png")
    (images / "folder").symlink_to(outside)
    os.mkfifo(images / "pipe.png")
    path = LEADING_OUT[kind]
    if isinstance(path, str):
        path = path.format(outside=outside)
    sql(lamps, "UPDATE segment SET image_file = ?, audio_file = ? WHERE id = 1", path, path)
    others = {name: data for name, data in seen(lamps.media).items() if "/1_" not in name}

    stored = lamps.file(lamps.segments.get(1).image_file)
    assert stored is None or (
        stored.is_relative_to(lamps.media) and stored.resolve().is_relative_to(lamps.media)
    )
    picture = paint(tmp_path / "new.png", "white")
    lamps.segments.attach_image(1, picture)
    lamps.history.undo(1)
    with suppress(StoryflowError):  # an empty name is no picture
        lamps.segments.remove_image(1)
        lamps.history.undo(1)
    lamps.segments.delete(1)
    lamps.history.undo(1)
    lamps.history.redo(1)
    lamps.history.undo(1)
    assert others.items() <= seen(lamps.media).items()
    lamps.projects.delete(1)
    lamps.history.undo()
    lamps.trash.list()
    assert others.items() <= seen(lamps.media).items()
    lamps.projects.delete(1)
    lamps.trash.empty()
    assert (lamps.path / "storyflow.db").is_file()
    assert lamps.pending_moves() == 0
    assert len(lamps.segments.list(2)) == 2
    for segment in lamps.segments.list(2):
        kept = lamps.file(segment.image_file)
        assert kept is not None
        assert kept.is_file()


def test_another_storys_picture_stays_when_a_segment_that_names_it_goes(
    lamps: Library, sql: Sql
) -> None:
    sql(lamps, "UPDATE segment SET image_file = 'projects/2/images/3_lamp.png' WHERE id = 1")
    assert (lamps.media / "projects/2/images/3_lamp.png").is_file()
    lamps.segments.remove_image(1)
    assert (lamps.media / "projects/2/images/3_lamp.png").is_file()
    lamps.history.undo(1)
    lamps.segments.delete(1)
    lamps.history.undo(1)
    lamps.projects.delete(1)
    assert (lamps.media / "projects/2/images/3_lamp.png").is_file()
    lamps.history.undo()
    assert lamps.segments.get(1).image_file == "projects/2/images/3_lamp.png"


@pytest.mark.parametrize("name", ["projects", ".trash", ".staging"])
def test_a_library_one_of_whose_folders_is_a_link_opens_read_only_and_loses_nothing(
    library: Library, outside: Path, name: str
) -> None:
    library.projects.create("The Lamp")
    library.close()
    (library.media / name).rmdir()
    (library.media / name).symlink_to(outside)
    with Library.open(library.path) as opened:
        assert opened.projects.list()[0].title == "The Lamp"
        link = opened.media / name
        assert f"read-only: {link} is a link; put a folder in its place" in opened.notes
        with pytest.raises(ReadOnlyError) as caught:
            opened.projects.create("Another")
        assert caught.value.details["reason"] == f"{link} is a link; put a folder in its place"
        with pytest.raises(ReadOnlyError):
            opened.trash.empty()
        opened.trash.list()
        opened.trash.size()
        opened.check()


@pytest.mark.parametrize("name", ["projects", ".trash", ".staging"])
def test_a_folder_that_becomes_a_link_while_the_library_is_open_is_not_gone_into(
    lamps: Library, outside: Path, name: str, paint: Paint, tmp_path: Path
) -> None:
    lamps.segments.remove_image(1)
    (lamps.media / name).rename(tmp_path / "former")
    (lamps.media / name).symlink_to(outside)
    picture = paint(tmp_path / "new.png")
    for attempt in (
        lambda: lamps.trash.empty(),
        lambda: lamps.trash.size(),
        lambda: lamps.trash.list(),
        lambda: lamps.history.undo(1),
        lambda: lamps.segments.attach_image(2, picture),
        lambda: lamps.projects.delete(1),
        lambda: lamps._journal.sweep(),
    ):
        with suppress(StoryflowError, OSError):
            attempt()
    with suppress(FileNotFoundError):
        (lamps.media / name).unlink()


def test_a_story_whose_folder_is_a_link_takes_no_picture_and_the_rest_goes_on(
    lamps: Library, outside: Path, paint: Paint, tmp_path: Path
) -> None:
    (lamps.media / "projects/1").rename(tmp_path / "former")
    (lamps.media / "projects/1").symlink_to(outside)
    with pytest.raises(DamagedError) as caught:
        lamps.segments.attach_image(1, paint(tmp_path / "new.png"))
    assert "A link stands on the way to" in caught.value.message
    assert lamps.file("projects/1/images/1_lamp.png") is None
    assert lamps.segments.edit(1, text_content="goes on").text_content == "goes on"
    lamps.projects.delete(1)
    lamps.trash.empty()
    assert [project.title for project in lamps.projects.list()] == ["Two"]


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("../../outside/secret.png", "projects/1/images/9_x.png"),
        ("projects/1/images/1_lamp.png", "../../outside/new.png"),
        ("{outside}/secret.png", ".trash/9/1-x.png"),
        ("projects/1/images/folder/secret.png", ".trash/9/1-x.png"),
        ("projects/1/images/1_lamp.png", "projects/1/images/folder/new.png"),
    ],
)
def test_a_listed_move_that_leads_out_is_never_done_and_is_reported(
    lamps: Library, outside: Path, source: str, target: str, sql: Sql
) -> None:
    (lamps.media / "projects/1/images/folder").symlink_to(outside)
    source = source.format(outside=outside)
    sql(
        lamps,
        "INSERT INTO file_move (operation, source, target) VALUES ('evil', ?, ?)",
        source,
        target,
    )
    lamps.segments.edit(3, text_content="goes on")
    with Library.open(lamps.path) as again:
        assert again.pending_moves() == 1
        found = again.file("projects/1/images/9_x.png")
        assert found is None or found.is_relative_to(again.media)
        assert "pending_move" in {finding.check for finding in again.check()}
    assert (lamps.media / "projects/1/images/1_lamp.png").is_file()


@pytest.mark.parametrize("place", ["../../outside/secret.png", "{outside}/secret.png"])
def test_a_place_in_the_trash_that_leads_out_brings_nothing_back(
    lamps: Library, outside: Path, place: str, sql: Sql
) -> None:
    lamps.segments.remove_image(1)
    change = lamps.history.list(1)[0]
    sql(lamps, "UPDATE trashed_file SET place = ?", place.format(outside=outside))
    with pytest.raises(NothingToUndoError):
        lamps.history.undo(1)
    with pytest.raises(NothingToUndoError):
        lamps.trash.restore(change.id)
    assert lamps.trash.list() == []


# -- values -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("segment.text_content", b"\xff\x1b[31m"),
        ("segment.image_prompt", b"\xff"),
        ("segment.image_file", b"\xff"),
        ("segment.audio_duration", float("inf")),
        ("segment.audio_duration", "abc"),
        ("segment.audio_duration", -1.0),
        ("segment.is_locked", "x"),
        ("segment.sequence_index", "abc"),
        ("segment.created_at", "garbage"),
        ("segment.updated_at", b"\xff"),
        ("segment.updated_at", "9999-12-31T23:59:59.999999-12:00"),
        ("segment.updated_at", "0001-01-01T00:00:00+12:00"),
        ("project.title", b"\xff\x1b[31m"),
        ("project.status", b"\xff"),
        ("project.created_at", 5),
        ("change.label", b"\xff"),
        ("change.segment_ids", "garbage"),
        ("change.created_at", "garbage"),
        ("tally.measured_seconds", float("inf")),
    ],
)
def test_a_value_of_another_kind_is_read_as_one_of_the_right_kind(
    lamps: Library, column: str, value: object, sql: Sql
) -> None:
    lamps.segments.edit(2, image_prompt="something to undo")
    table, name = column.split(".")
    where = " WHERE id = 1" if table == "segment" else ""
    sql(lamps, f"UPDATE {table} SET {name} = ?{where}", value)
    for project in lamps.projects.list():
        assert isinstance(project.title, str)
        assert project.duration() >= 0
        project.updated_at.astimezone()
    first = lamps.segments.get(1)
    assert isinstance(first.text_content, str)
    assert first.audio_duration is None or first.audio_duration >= 0
    first.updated_at.astimezone()
    assert all(isinstance(change.label, str) for change in lamps.history.list(1))
    lamps.history.undo(1)
    lamps.segments.delete(1)
    lamps.projects.delete(1)
    lamps.history.undo()


def test_a_place_in_the_trash_that_is_no_text_is_told_and_holds_nothing(
    lamps: Library, sql: Sql
) -> None:
    lamps.segments.remove_image(1)
    sql(lamps, "UPDATE trashed_file SET place = x'ff62'")
    subjects = [(one.check, one.subject) for one in lamps.check() if one.check == "database"]
    assert subjects == [("database", "trashed file 1")]
    assert lamps.trash.list() == []
    with pytest.raises(NothingToUndoError):
        lamps.trash.restore(lamps.history.list(1)[0].id)


def test_moves_that_are_no_text_keep_no_library_closed(lamps: Library, sql: Sql) -> None:
    sql(lamps, "INSERT INTO file_move (operation, source, target) VALUES (x'61', x'62', x'ff')")
    sql(lamps, "INSERT INTO file_move (operation, source, target) VALUES ('a', 'b', 'c')")
    with Library.open(lamps.path) as again:
        again.segments.edit(1, text_content="new")
        assert {one.check for one in again.check()} == {"pending_move"}
        again.repair()
        assert again.check() == []


@pytest.mark.parametrize("steps", ["garbage", "5", "[5]", '[{"kind": "other"}]', "[" * 100_000])
def test_a_history_that_cannot_be_read_is_called_damaged(
    lamps: Library, steps: str, sql: Sql
) -> None:
    lamps.segments.edit(1, text_content="new")
    sql(lamps, "UPDATE change SET steps = ?", steps)
    with pytest.raises(DamagedError, match="history is damaged"):
        lamps.history.undo(1)
    assert lamps.segments.get(1).text_content == "new"


def test_a_text_that_is_no_utf8_is_called_damaged(lamps: Library, sql: Sql) -> None:
    sql(lamps, "UPDATE segment SET text_content = CAST(x'ff1b5b' AS TEXT) WHERE id = 2")
    with pytest.raises(DamagedError, match="cannot be read"):
        lamps.segments.list(1)
    assert lamps.segments.get(1).text_content == "n1"


def test_a_pipe_in_the_place_of_the_database_hangs_nobody(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "storyflow.db")
    for read_only in (True, False):
        with pytest.raises(ForeignFileError, match="no ordinary file"):
            Library.open(tmp_path, read_only=read_only)
