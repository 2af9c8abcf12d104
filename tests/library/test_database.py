"""Opening: new, shared, busy, for reading only, and what is refused and left as it is."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from storyflow_tui.errors import (
    BusyError,
    DamagedError,
    ForeignFileError,
    NewerSchemaError,
    NoSpaceError,
    NotFoundError,
    ReadOnlyError,
    StoryflowError,
)
from storyflow_tui.library import Library, database
from storyflow_tui.library.disk import Disk
from storyflow_tui.library.header import APPLICATION_ID
from storyflow_tui.library.migrations import VERSION
from storyflow_tui.records import ProjectRecord

Sql = Callable[..., list[tuple[Any, ...]]]


def contents(folder: Path) -> dict[str, bytes | None]:
    """Everything in a folder, with the bytes of its files."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() if path.is_file() else None
        for path in sorted(folder.rglob("*"))
    }


# -- opening ----------------------------------------------------------------------------------


def test_a_new_library_is_made_where_none_is(tmp_path: Path) -> None:
    with Library.open(tmp_path / "new" / "library") as library:
        assert library.projects.list() == []
        assert library.media == tmp_path / "new" / "library" / "media"
        assert (library.read_only, library.notes, library.check()) == (False, [], [])
    assert {path.name for path in (tmp_path / "new/library/media").iterdir()} == {
        "projects",
        ".trash",
        ".staging",
    }


def test_an_absent_library_is_not_made_where_that_is_not_wanted(tmp_path: Path) -> None:
    openings: list[Callable[[], object]] = [
        lambda: Library.open(tmp_path / "absent", create=False),
        lambda: Library.open(tmp_path / "absent", read_only=True),
    ]
    for opening in openings:
        with pytest.raises(NotFoundError, match="No library at"):
            opening()
    assert list(tmp_path.iterdir()) == []


def test_the_file_is_known_as_ours(library: Library, sql: Sql) -> None:
    assert sql(library, "PRAGMA application_id") == [(APPLICATION_ID,)]
    assert sql(library, "PRAGMA user_version") == [(VERSION,)]
    assert sql(library, "PRAGMA journal_mode") == [("wal",)]


@pytest.mark.durable
def test_every_connection_is_durable_and_keeps_foreign_keys(library: Library) -> None:
    assert library._database.value("PRAGMA synchronous") == 2
    assert library._database.value("PRAGMA foreign_keys") == 1
    assert library._database.value("PRAGMA trusted_schema") == 0


def test_the_tables_are_as_given(library: Library, sql: Sql) -> None:
    def columns(table: str) -> list[str]:
        return [row[1] for row in sql(library, f"PRAGMA table_info({table})")]

    assert columns("project") == ["id", "title", "status", "created_at", "updated_at"]
    assert columns("segment") == [
        "id",
        "project_id",
        "sequence_index",
        "text_content",
        "image_prompt",
        "image_file",
        "audio_file",
        "audio_duration",
        "is_locked",
        "created_at",
        "updated_at",
    ]


def test_times_are_stored_in_utc_with_microseconds(
    library: Library, project: ProjectRecord, sql: Sql
) -> None:
    assert sql(library, "SELECT created_at FROM project") == [("2026-05-04T12:00:00.001000+00:00",)]


def test_rows_of_a_project_go_with_it_in_any_program(
    library: Library, project: ProjectRecord, sql: Sql
) -> None:
    with closing(sqlite3.connect(library.path / "storyflow.db")) as connection:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("DELETE FROM project")
        connection.commit()
    assert sql(library, "SELECT * FROM segment") == []


def test_a_library_is_reached_by_links(library: Library, tmp_path: Path) -> None:
    library.close()
    (library.path / "media").rename(tmp_path / "elsewhere")
    (library.path / "media").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "link").symlink_to(library.path)
    with Library.open(tmp_path / "link") as linked:
        assert linked.media == tmp_path / "elsewhere"
        assert linked.path == library.path


@pytest.mark.parametrize("name", ["100%", "a?b#c", "a b&c=d", "ラ", "file:x?mode=ro"])
def test_a_librarys_folder_may_have_any_name(tmp_path: Path, name: str) -> None:
    for _ in range(2):
        with Library.open(tmp_path / name) as library:
            library.projects.create("T")
    with Library.open(tmp_path / name, read_only=True) as reading:
        assert len(reading.projects.list()) == 2
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_an_empty_file_becomes_a_library(tmp_path: Path) -> None:
    (tmp_path / "storyflow.db").touch()
    with pytest.raises(NotFoundError):
        Library.open(tmp_path, read_only=True)
    assert contents(tmp_path) == {"storyflow.db": b""}
    with Library.open(tmp_path) as library:
        library.projects.create("T")


def test_what_a_thread_writes_every_other_sees(library: Library) -> None:
    def write() -> None:
        library.projects.create("By another thread")

    before = library.data_version()
    thread = threading.Thread(target=write)
    thread.start()
    thread.join()
    assert library.data_version() != before
    assert [project.title for project in library.projects.list()] == ["By another thread"]


# -- refused ----------------------------------------------------------------------------------


def foreign(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE recipe (id)")
        connection.commit()


def foreign_in_wal_mode(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE recipe (id)")
        connection.commit()


def foreign_with_a_log_beside_it(path: Path) -> None:
    other = path.with_name("other.db")
    with closing(sqlite3.connect(other)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE recipe (id)")
        connection.commit()
        shutil.copy(other, path)
        shutil.copy(f"{other}-wal", f"{path}-wal")


def foreign_with_an_application_id(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA application_id = 1")
        connection.commit()


def garbage(path: Path) -> None:
    path.write_bytes(b"no database at all" * 100)


def short_garbage(path: Path) -> None:
    path.write_bytes(b"x")


def garbage_behind_a_header(path: Path) -> None:
    path.write_bytes(b"SQLite format 3\0" + bytes(range(256)) * 16)


def folder(path: Path) -> None:
    path.mkdir()


@pytest.mark.parametrize("read_only", [False, True])
@pytest.mark.parametrize(
    "make",
    [
        foreign,
        foreign_in_wal_mode,
        foreign_with_a_log_beside_it,
        foreign_with_an_application_id,
        garbage,
        short_garbage,
        garbage_behind_a_header,
        folder,
    ],
)
def test_a_foreign_file_is_refused_by_name_and_left_as_it_is(
    tmp_path: Path, make: Callable[[Path], None], read_only: bool
) -> None:
    make(tmp_path / "storyflow.db")
    before = contents(tmp_path)
    with pytest.raises(ForeignFileError) as caught:
        Library.open(tmp_path, read_only=read_only)
    assert str(tmp_path / "storyflow.db") in caught.value.message
    assert caught.value.code == "foreign_file"
    assert contents(tmp_path) == before


@pytest.mark.parametrize("read_only", [False, True])
@pytest.mark.parametrize("mode", ["delete", "wal"])
def test_a_newer_library_is_refused_by_name_and_left_as_it_is(
    library: Library, sql: Sql, read_only: bool, mode: str
) -> None:
    library.close()
    sql(library, f"PRAGMA journal_mode = {mode}")
    sql(library, f"PRAGMA user_version = {VERSION + 1}")
    before = contents(library.path)
    with pytest.raises(NewerSchemaError) as caught:
        Library.open(library.path, read_only=read_only)
    assert str(library.path / "storyflow.db") in caught.value.message
    assert caught.value.code == "newer_schema"
    assert contents(library.path) == before


def test_a_newer_library_whose_log_was_left_behind_is_refused_and_left(
    library: Library, tmp_path: Path
) -> None:
    library.close()
    other = tmp_path / "other"
    shutil.copytree(library.path, other)
    with closing(sqlite3.connect(library.path / "storyflow.db")) as connection:
        connection.execute(f"PRAGMA user_version = {VERSION + 1}")
        for end in ("", "-wal"):
            shutil.copy(library.path / f"storyflow.db{end}", other / f"storyflow.db{end}")
    before = contents(other)
    with pytest.raises(NewerSchemaError):
        Library.open(other)
    after = contents(other)
    assert {name: after[name] for name in before} == before


def test_a_library_that_was_upgraded_while_open_refuses_to_write(
    library: Library, project: ProjectRecord, sql: Sql
) -> None:
    sql(library, f"PRAGMA user_version = {VERSION + 1}")
    with pytest.raises(NewerSchemaError):
        library.projects.create("T")
    assert library.projects.list() == [project]


@pytest.mark.parametrize("size", [50, 99, 5000])
def test_a_library_cut_short_is_damaged_and_left(library: Library, size: int) -> None:
    library.close()
    file = library.path / "storyflow.db"
    with file.open("r+b") as cut:
        cut.truncate(size)
    before = file.read_bytes()
    with pytest.raises(DamagedError) as caught:
        Library.open(library.path).check()
    assert caught.value.code == "damaged"
    assert file.read_bytes() == before


def test_a_file_in_the_librarys_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "library").write_text("kept")
    with pytest.raises(StoryflowError):
        Library.open(tmp_path / "library")
    assert contents(tmp_path) == {"library": b"kept"}


# -- reading only -----------------------------------------------------------------------------


@pytest.fixture
def reading(library: Library, project: ProjectRecord) -> Iterator[Library]:
    """The library with the project in it, open for reading only."""
    with Library.open(library.path, read_only=True) as opened:
        yield opened


def test_a_library_open_for_reading_is_read(
    reading: Library, project: ProjectRecord, library: Library
) -> None:
    assert reading.read_only
    assert reading.projects.list() == [project]
    assert reading.segments.list(project.id) == library.segments.list(project.id)
    assert reading.check() == []
    library.projects.rename(project.id, "Other")
    assert reading.projects.get(project.id).title == "Other"


def test_a_library_open_for_reading_refuses_every_write(
    reading: Library, project: ProjectRecord, paint: Callable[..., Path], tmp_path: Path
) -> None:
    picture = paint(tmp_path / "a.png")
    before = contents(reading.media)
    operations: list[Callable[[], object]] = [
        lambda: reading.projects.create("T"),
        lambda: reading.projects.delete(project.id),
        lambda: reading.segments.edit(1, text_content="x"),
        lambda: reading.segments.edit(1, is_locked=True),
        lambda: reading.segments.attach_image(1, picture),
        lambda: reading.segments.move(1, 2),
        lambda: reading.segments.delete(1),
        lambda: reading.history.undo(),
        lambda: reading.trash.empty(),
    ]
    for operation in operations:
        with pytest.raises(ReadOnlyError) as caught:
            operation()
        assert caught.value.code == "read_only"
    assert contents(reading.media) == before


class WriteProtected(Disk):
    """A disk on which nothing can be made."""

    def make_folder(self, path: Path) -> None:
        raise OSError(30, "Read-only file system", str(path))


def test_a_library_that_cannot_be_written_opens_for_reading_and_says_so(
    library: Library, project: ProjectRecord
) -> None:
    with Library.open(library.path, disk=WriteProtected()) as protected:
        assert protected.read_only
        assert protected.notes == ["read-only: this library cannot be written"]
        assert protected.projects.list() == [project]


def test_a_library_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReadOnlyError):
        Library.open(tmp_path / "library", disk=WriteProtected())
    assert list(tmp_path.iterdir()) == []


# -- shared -----------------------------------------------------------------------------------


def test_two_open_libraries_see_each_others_changes(
    library: Library, second: Library, project: ProjectRecord, ids: Sequence[int]
) -> None:
    seen = second.data_version()
    assert second.data_version() == seen
    library.segments.edit(ids[0], text_content="new")
    assert second.data_version() != seen
    assert second.segments.get(ids[0]).text_content == "new"


def test_ones_own_writes_leave_the_version(library: Library) -> None:
    before = library.data_version()
    library.projects.create("T")
    assert library.data_version() == before


def test_a_writer_that_waits_too_long_is_told_that_the_library_is_busy(
    library: Library, project: ProjectRecord, ids: Sequence[int]
) -> None:
    with closing(sqlite3.connect(library.path / "storyflow.db")) as holder:
        holder.execute("BEGIN IMMEDIATE")
        with pytest.raises(BusyError) as caught:
            library.segments.edit(ids[0], text_content="new")
        assert caught.value.code == "busy"
        assert library.segments.get(ids[0]).text_content == "Narration of segment 1."
        with Library.open(library.path, busy=0.1) as other:
            assert other.projects.list() == [project]
        holder.rollback()
    assert library.segments.edit(ids[0], text_content="new").text_content == "new"


def test_a_change_holds_the_write_lock_from_its_first_moment(library: Library) -> None:
    with closing(sqlite3.connect(library.path / "storyflow.db", timeout=0)) as other:
        with library._database.writing(), pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
        other.execute("BEGIN IMMEDIATE")
        other.rollback()


def test_files_are_moved_only_by_who_holds_the_write_lock(
    library: Library, stuck: Library, ids: Sequence[int], paint: Callable[..., Path], tmp_path: Path
) -> None:
    library.segments.attach_image(ids[0], paint(tmp_path / "a.png"))
    picture = library.file(library.segments.get(ids[0]).image_file)
    assert picture is not None
    stuck.segments.remove_image(ids[0])
    with closing(sqlite3.connect(library.path / "storyflow.db")) as holder:
        holder.execute("BEGIN IMMEDIATE")
        with Library.open(library.path, busy=0.05) as opened:
            assert picture.exists()
            assert opened.pending_moves() == 1
        holder.rollback()
    with Library.open(library.path) as opened:
        assert not picture.exists()
        assert opened.pending_moves() == 0


def test_a_picture_that_waits_in_staging_is_not_swept(
    library: Library, stuck: Library, ids: Sequence[int], paint: Callable[..., Path], tmp_path: Path
) -> None:
    picture = paint(tmp_path / "a.png")
    stuck.segments.attach_image(ids[0], picture)
    with Library.open(library.path, disk=stuck._media.disk) as opened:  # sweeps, and moves nothing
        assert opened.pending_moves() == 1
    with Library.open(library.path) as opened:
        stored = opened.file(opened.segments.get(ids[0]).image_file)
        assert stored is not None
        assert stored.read_bytes() == picture.read_bytes()
        assert opened.check() == []


def test_a_picture_that_could_not_be_attached_for_a_busy_library_leaves_nothing(
    library: Library,
    ids: Sequence[int],
    paint: Callable[..., Path],
    tmp_path: Path,
) -> None:
    picture = paint(tmp_path / "a.png")
    with closing(sqlite3.connect(library.path / "storyflow.db")) as holder:
        holder.execute("BEGIN IMMEDIATE")
        with pytest.raises(BusyError):
            library.segments.attach_image(ids[0], picture)
    assert list((library.media / ".staging").iterdir()) == []


def test_many_threads_write_one_after_the_other(
    library: Library, project: ProjectRecord, ids: Sequence[int]
) -> None:
    with Library.open(library.path) as patient:

        def write(key: int) -> None:
            for n in range(5):
                patient.segments.edit(key, text_content=f"text {n}")

        threads = [threading.Thread(target=write, args=(key,)) for key in ids]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(library.history.list(project.id)) == 25
    assert {s.text_content for s in library.segments.list(project.id)} == {"text 4"}


# -- network folders --------------------------------------------------------------------------


def test_a_network_folder_is_used_without_a_log_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sql: Sql
) -> None:
    monkeypatch.setattr(database, "on_network", lambda folder: True)
    with Library.open(tmp_path / "library") as library:
        assert library.notes == ["network folder: one computer at a time"]
        assert library._database.value("PRAGMA journal_mode") == "delete"
        library.projects.create("T")


def test_a_library_that_came_to_a_network_folder_gives_up_its_log(
    library: Library, project: ProjectRecord, monkeypatch: pytest.MonkeyPatch, sql: Sql
) -> None:
    library.close()
    monkeypatch.setattr(database, "on_network", lambda folder: True)
    with Library.open(library.path) as moved:
        assert moved.projects.list() == [project]
        assert moved._database.value("PRAGMA journal_mode") == "delete"


def test_a_full_disk_is_called_so_and_nothing_is_changed(
    library: Library, ids: Sequence[int]
) -> None:
    pages = library._database.value("PRAGMA page_count")
    library._database.value(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(NoSpaceError, match="No space left"):
        library.segments.edit(ids[0], text_content="long " * 100_000)
    assert library.segments.get(ids[0]).text_content != "long " * 100_000
    library._database.value("PRAGMA max_page_count = 100000")
    library.segments.edit(ids[0], text_content="long " * 100_000)


def test_a_moment_stays_what_it_was_while_others_write(
    library: Library, second: Library, project: ProjectRecord, tmp_path: Path
) -> None:
    with library._database.moment() as moment:
        second.projects.create("Later")
        assert moment.rows("SELECT title FROM project") == [(project.title,)]
        moment.copy_to(tmp_path / "copy.db")
    with closing(sqlite3.connect(tmp_path / "copy.db")) as connection:
        assert connection.execute("SELECT title FROM project").fetchall() == [(project.title,)]
    assert len(library.projects.list()) == 2


_LEAVES = """
import random, sys, threading
from contextlib import suppress
from pathlib import Path
from storyflow_tui.errors import StoryflowError
from storyflow_tui.library import Library
from storyflow_tui.story import Story, StorySegment

path = Path(sys.argv[1])
with Library.open(path) as library:
    library.projects.import_story(Story("T", [StorySegment(f"Text {n}") for n in range(3000)]))
for _ in range(25):
    library, began, closed = Library.open(path), threading.Event(), threading.Event()

    def read(library=library, began=began, closed=closed):
        while not closed.is_set():
            began.set()
            with suppress(StoryflowError):
                library.check(pictures=False)

    thread = threading.Thread(target=read)
    thread.start()
    began.wait()
    threading.Event().wait(random.random() / 50)
    library.close()
    closed.set()
    thread.join()
print("left")
"""


def test_closing_while_another_thread_reads_ends_the_reading_and_not_the_process(
    tmp_path: Path,
) -> None:
    command = [sys.executable, "-c", _LEAVES, str(tmp_path / "library")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert (done.returncode, done.stdout) == (0, "left\n"), done.stderr


def test_a_database_that_may_not_be_written_opens_for_reading_and_says_so(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As on a disk that is mounted for reading only; SQLite opens it for writing all the same.
    real = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: not mode & os.W_OK and real(path, mode))
    with Library.open(library.path) as reader:
        assert reader.read_only
        assert any("read-only" in note for note in reader.notes)
        with pytest.raises(ReadOnlyError):
            reader.projects.create("T")
