"""The schema: a frozen library of each, upgrades whole or not at all, and older programs."""

from __future__ import annotations

import hashlib
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from storyflow_tui.errors import (
    DamagedError,
    NewerSchemaError,
    ReadOnlyError,
    StoryflowError,
)
from storyflow_tui.library import Library, migrations
from storyflow_tui.library.database import Database
from storyflow_tui.story import Story, StorySegment

FROZEN = Path(__file__).parent / "frozen"
DIGESTS = {
    "schema-1": "99625a96ece312d197970c2564071463f41a6501d9248c32e6c922e0849c0217",
    "schema-2": "dd8fde633985b85d6350b3b6dc0fcdf234cbed7593f8345a1dc884a48d90a27e",
}
"""Each schema, by what its library was when it was frozen."""
ROOT = Path(__file__).parents[2]
INVENTED = (
    "ALTER TABLE project ADD COLUMN colour TEXT NOT NULL DEFAULT 'teal'",
    "CREATE TABLE mood (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, name TEXT NOT NULL)",
    "INSERT INTO mood (name) SELECT title FROM project",
)
"""An invented step: it adds to a table, makes one, and writes rows."""


@pytest.fixture(params=DIGESTS)
def each(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The folder of a copy of the library that a schema left, for every schema in turn."""
    return Path(shutil.copytree(FROZEN / request.param, tmp_path / "each"))


@pytest.fixture
def frozen(tmp_path: Path) -> Path:
    """The folder of a copy of the library that today's schema left."""
    return Path(shutil.copytree(FROZEN / [*DIGESTS][-1], tmp_path / "frozen"))


@pytest.fixture
def first(tmp_path: Path) -> Path:
    """The folder of a copy of the library that schema 1 left."""
    return Path(shutil.copytree(FROZEN / "schema-1", tmp_path / "first"))


def use(monkeypatch: pytest.MonkeyPatch, *steps: tuple[str, ...]) -> None:
    """Be a program whose schema has these steps beyond today's."""
    monkeypatch.setattr(migrations, "STEPS", (*migrations.STEPS, *steps))
    monkeypatch.setattr(migrations, "VERSION", len(migrations.STEPS))


def ask(folder: Path, statement: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(folder / "storyflow.db")) as connection:
        return connection.execute(statement).fetchall()


def schema(folder: Path) -> set[tuple[Any, ...]]:
    """Every table and index with the words that made it, however they are spaced."""
    found = ask(folder, "SELECT type, name, tbl_name, sql FROM sqlite_master")
    return {(kind, name, table, " ".join((sql or "").split())) for kind, name, table, sql in found}


def rows(folder: Path) -> list[Any]:
    """Every row of the tables that schema 1 knows, in its columns."""
    tables = {
        "project": "id, title, status, created_at, updated_at",
        "segment": "*",
        "tally": "*",
        "change": "*",
        "trashed_file": "*",
        "file_move": "*",
    }
    return [ask(folder, f"SELECT {columns} FROM {table}") for table, columns in tables.items()]


def version(folder: Path) -> int:
    return int(ask(folder, "PRAGMA user_version")[0][0])


# -- a frozen library -------------------------------------------------------------------------


@pytest.mark.parametrize("name", DIGESTS)
def test_a_frozen_library_is_the_one_that_was_frozen(name: str) -> None:
    digest = hashlib.sha256()
    folder = FROZEN / name
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(f"{path.relative_to(folder).as_posix()}\0".encode() + path.read_bytes())
    assert digest.hexdigest() == DIGESTS[name]


def test_every_schema_has_its_frozen_library() -> None:
    headers = [(FROZEN / name / "storyflow.db").read_bytes()[:64] for name in DIGESTS]
    versions = [int.from_bytes(header[60:], "big") for header in headers]
    assert versions == [*range(1, migrations.VERSION + 1)]


def test_a_frozen_library_shows_all_that_was_in_it(each: Path) -> None:
    picture_was = (each / "media/projects/1/images/1_gull.jpg").read_bytes()
    with Library.open(each) as library:
        assert library.check() == []
        assert library.notes == []
        empty, lamp = sorted(library.projects.list(), key=lambda project: project.title)
        assert (lamp.title, empty.title) == ("The Lamp", "Empty")
        assert [(s.id, s.text_content, s.is_locked) for s in library.segments.list(lamp.id)] == [
            (4, "灯台の灯。", False),
            (1, "Every evening, Tobias Wren lit the lamp.", False),
            (2, "The gulls fell silent.", True),
        ]
        picture = library.file(library.segments.get(1).image_file)
        assert picture is not None
        assert picture.read_bytes() == picture_was
        assert [len(held.files) for held in library.trash.list()] == [1, 1, 1]
        assert {change.state for change in library.history.list()} == {"done", "set_aside"}


def test_a_library_of_schema_2_knows_its_targets_and_lengths(frozen: Path) -> None:
    with Library.open(frozen) as library:
        assert library.projects.get(1).target_seconds == 90
        assert library.segments.get(1).audio_duration == 3.5
        for _ in range(2):  # the empty story, and the deletion of one with a target
            library.history.undo()
        assert [each.target_seconds for each in library.projects.list()] == [3600, 90]


def test_a_library_of_schema_1_gets_targets_and_keeps_every_row(first: Path) -> None:
    before = rows(first)
    with Library.open(first) as library:
        assert [project.target_seconds for project in library.projects.list()] == [None, None]
    assert version(first) == migrations.VERSION
    assert rows(first) == before
    with Library.open(first) as library:
        assert library.projects.set_target(1, 60).target_seconds == 60
        library.projects.delete(1)
        library.history.undo()
        assert library.projects.get(1).target_seconds == 60
        assert library.check() == []
    (copy,) = (first / "backups").iterdir()
    assert copy.name.startswith("storyflow-schema-1-")


def test_what_schema_1_deleted_comes_back_without_a_target(first: Path) -> None:
    with Library.open(first) as library:
        library.history.undo()
        library.history.undo()
        assert library.history.next_redo() is not None
        (gone,) = [each for each in library.projects.list() if each.title == "Gone"]
        assert gone.target_seconds is None
        library.history.redo()
        library.history.undo()
        assert library.check() == []


def _a_picture(folder: Path) -> Path:
    path = folder / "new.png"
    Image.new("RGB", (8, 6), "gold").save(path)
    return path


OPERATIONS: dict[str, Callable[[Library, Path], object]] = {
    "create": lambda library, _: library.projects.create("New"),
    "rename": lambda library, _: library.projects.rename(1, "New"),
    "delete project": lambda library, _: library.projects.delete(1),
    "import": lambda library, folder: library.projects.import_story(
        Story("New", [StorySegment("x", image_file=_a_picture(folder).name)], folder)
    ),
    "insert": lambda library, _: library.projects.insert(1, 2, Story("", [StorySegment("x")])),
    "edit": lambda library, _: library.segments.edit(1, text_content="x", image_prompt="y"),
    "lock": lambda library, _: library.segments.edit(1, is_locked=True),
    "attach": lambda library, folder: library.segments.attach_image(1, _a_picture(folder)),
    "remove image": lambda library, _: library.segments.remove_image(1),
    "delete segment": lambda library, _: library.segments.delete(1),
    "set lengths": lambda library, _: library.segments.set_durations({1: 2.5, 2: 1.25}),
    "set the target": lambda library, _: library.projects.set_target(1, 600),
    "reorder": lambda library, _: library.segments.reorder(1, [2, 1, 4]),
    "move": lambda library, _: library.segments.move(2, 1),
    "undo": lambda library, _: library.history.undo(1),
    "undo everything": lambda library, _: [
        library.segments.edit(2, is_locked=False),
        *(library.history.undo(1) for _ in range(5)),
    ],
    "undo of a delete": lambda library, _: [library.history.undo() for _ in range(2)],
    "undo, redo": lambda library, _: (library.history.undo(1), library.history.redo(1)),
    "restore from the trash": lambda library, _: library.trash.restore(9),
    "empty the trash": lambda library, _: library.trash.empty(),
    "copy": lambda library, _: library.copy_today(),
    "backup": lambda library, folder: Library.restore(
        library.backup(folder / "backup.zip"), folder / "restored"
    ),
}


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_operation_works_on_a_frozen_library(each: Path, tmp_path: Path, name: str) -> None:
    with Library.open(each) as library:
        OPERATIONS[name](library, tmp_path)
        assert library.pending_moves() == 0
        assert library.check() == []
    with Library.open(each) as library:
        assert library.check() == []


def test_a_new_library_has_the_schema_of_an_upgraded_one(each: Path, library: Library) -> None:
    Library.open(each).close()
    assert schema(library.path) == schema(each)
    assert version(library.path) == version(each) == migrations.VERSION


# -- upgrades ---------------------------------------------------------------------------------


def test_an_upgrade_adds_its_step_and_keeps_every_row(
    frozen: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = rows(frozen)
    use(monkeypatch, INVENTED)
    with Library.open(frozen) as library:
        assert library.check() == []
        library.projects.rename(1, "Upgraded")
        library.history.undo()
    assert version(frozen) == migrations.VERSION
    assert ask(frozen, "SELECT name FROM mood") == [("The Lamp",), ("Empty",)]
    assert ask(frozen, "SELECT colour FROM project") == [("teal",), ("teal",)]
    assert rows(frozen)[1] == before[1]
    Library.open(tmp_path / "new").close()
    assert schema(tmp_path / "new") == schema(frozen)
    (copy,) = (frozen / "backups").iterdir()
    (tmp_path / "copy").mkdir()
    copy.rename(tmp_path / "copy" / "storyflow.db")
    assert rows(tmp_path / "copy") == before


@pytest.mark.parametrize("mode", ["delete", "wal"])
@pytest.mark.parametrize(
    "steps",
    [
        (INVENTED, ("CREATE TABLE other (id)", "INSERT INTO absent VALUES (1)")),
        ((*INVENTED, "nonsense"),),
        ((*INVENTED, "CREATE TABLE project (id)"),),
    ],
)
def test_an_upgrade_that_fails_leaves_the_older_schema_and_a_usable_library(
    frozen: Path, steps: tuple[tuple[str, ...], ...], mode: str
) -> None:
    ask(frozen, f"PRAGMA journal_mode = {mode}")
    before = rows(frozen), schema(frozen), version(frozen)
    with pytest.MonkeyPatch.context() as newer:
        use(newer, *steps)
        with pytest.raises(DamagedError):
            Library.open(frozen)
    assert (rows(frozen), schema(frozen), version(frozen)) == before
    with Library.open(frozen) as library:
        assert library.check() == []
        library.projects.rename(1, "Still here")


_CHILD = f"""
import os, signal, sys, time
from pathlib import Path
from storyflow_tui.library import Library, migrations
from storyflow_tui.library.database import Database

folder, dies_at, gate = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])
migrations.STEPS += ({INVENTED!r},)
migrations.VERSION += 1
real, left = Database.execute, dies_at

def execute(self, sql, parameters=()):
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return real(self, sql, parameters)

Database.execute = execute
print("ready", flush=True)
while not gate.exists():
    time.sleep(0.001)
Library.open(folder).close()
"""


def upgrading(folder: Path, gate: Path, dies_at: int = 0) -> subprocess.Popen[str]:
    """A newer program in a process of its own, that opens the library once the gate is there."""
    return subprocess.Popen(
        [sys.executable, "-c", _CHILD, str(folder), str(dies_at), str(gate)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )


@pytest.mark.parametrize("mode", ["delete", "wal"])
def test_a_program_killed_while_it_upgrades_leaves_the_older_schema(
    frozen: Path, tmp_path: Path, mode: str
) -> None:
    ask(frozen, f"PRAGMA journal_mode = {mode}")
    before = rows(frozen), schema(frozen)
    (tmp_path / "gate").touch()
    # The application id, the three statements of the step, the version; then it is done.
    for number in range(1, 7):
        child = upgrading(frozen, tmp_path / "gate", dies_at=number)
        _, errors = child.communicate(timeout=60)
        if child.returncode == 0:
            break
        assert child.returncode == -signal.SIGKILL, errors
        with Library.open(frozen) as library:
            assert library.check() == []
        assert (rows(frozen), schema(frozen)) == before
        assert version(frozen) == migrations.VERSION
        if mode == "delete":
            ask(frozen, "PRAGMA journal_mode = delete")
    assert number == 6
    assert version(frozen) == migrations.VERSION + 1


def test_two_programs_upgrade_at_once(frozen: Path, tmp_path: Path) -> None:
    children = [upgrading(frozen, tmp_path / "gate") for _ in range(2)]
    for child in children:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
    (tmp_path / "gate").touch()
    for child in children:
        _, errors = child.communicate(timeout=60)
        assert child.returncode == 0, errors
    assert version(frozen) == migrations.VERSION + 1
    assert len(ask(frozen, "SELECT * FROM mood")) == 2
    assert len(list((frozen / "backups").iterdir())) == 1


def test_an_upgrade_that_another_was_faster_with_is_not_done_twice(
    frozen: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, INVENTED)
    upgrade = Database._upgrade

    def late(self: Database) -> None:
        monkeypatch.setattr(Database, "_upgrade", upgrade)
        Database(frozen / "storyflow.db").close()
        upgrade(self)

    monkeypatch.setattr(Database, "_upgrade", late)
    with Library.open(frozen) as library:
        assert library.check() == []
    assert len(ask(frozen, "SELECT * FROM mood")) == 2
    assert not (frozen / "backups").exists(), "no copy of what was upgraded already"


def test_an_upgrade_waits_for_whoever_writes(frozen: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = rows(frozen)
    with closing(sqlite3.connect(frozen / "storyflow.db", isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        with pytest.MonkeyPatch.context() as newer:
            use(newer, INVENTED)
            with pytest.raises(StoryflowError) as caught:
                Library.open(frozen, busy=0.1)
        assert caught.value.code == "busy"
        writer.rollback()
    assert rows(frozen) == before
    assert version(frozen) == migrations.VERSION


def test_an_older_library_that_is_only_to_be_read_says_so_and_is_left(
    frozen: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = (frozen / "storyflow.db").read_bytes()
    use(monkeypatch, INVENTED)
    with pytest.raises(ReadOnlyError, match="older version"):
        Library.open(frozen, read_only=True)
    assert (frozen / "storyflow.db").read_bytes() == before
    assert not (frozen / "backups").exists()


@pytest.mark.parametrize("number", [0, -1])
def test_a_library_that_does_not_say_its_version_is_damaged(frozen: Path, number: int) -> None:
    ask(frozen, f"PRAGMA user_version = {number}")
    before = (frozen / "storyflow.db").read_bytes()
    with pytest.raises(DamagedError):
        Library.open(frozen)
    assert (frozen / "storyflow.db").read_bytes() == before
    assert {path.name for path in frozen.iterdir()} == {"storyflow.db", "media"}


# -- older programs that meet an upgraded library ---------------------------------------------

CHANGED = (
    "ALTER TABLE segment RENAME COLUMN text_content TO narration",
    "ALTER TABLE project RENAME COLUMN title TO name",
    "ALTER TABLE change RENAME TO changes",
    "DROP TABLE trashed_file",
)
"""A step after which nothing is where an older program looks for it."""


@pytest.fixture
def older(frozen: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A library of today's program, open while a newer one upgrades it."""
    with Library.open(frozen) as library:
        library.projects.list()
        with pytest.MonkeyPatch.context() as newer:
            use(newer, CHANGED)
            Database(frozen / "storyflow.db").close()
        yield library


@pytest.mark.parametrize("name", [name for name in OPERATIONS if name not in ("copy", "backup")])
def test_an_older_program_refuses_every_write(older: Library, tmp_path: Path, name: str) -> None:
    before = ask(older.path, "SELECT * FROM segment"), ask(older.path, "SELECT * FROM changes")
    with pytest.raises(NewerSchemaError) as caught:
        OPERATIONS[name](older, tmp_path)
    assert str(older.path / "storyflow.db") in caught.value.message
    after = ask(older.path, "SELECT * FROM segment"), ask(older.path, "SELECT * FROM changes")
    assert after == before
    assert {path.name for path in (older.media / "projects").iterdir()} == {"1"}
    assert len([path for path in (older.media / ".trash").rglob("*") if path.is_file()]) == 3


READS: dict[str, Callable[[Library], object]] = {
    "projects": lambda library: library.projects.list(),
    "project": lambda library: library.projects.get(1),
    "segments": lambda library: library.segments.list(1),
    "segment": lambda library: library.segments.get(1),
    "some segments": lambda library: library.segments.many([1, 2]),
    "history": lambda library: library.history.list(1),
    "next undo": lambda library: library.history.next_undo(1),
    "trash": lambda library: library.trash.list(),
    "check": lambda library: [library.check(), library.history.list()],
}


@pytest.mark.parametrize("name", READS)
def test_an_older_program_that_reads_says_what_has_happened(older: Library, name: str) -> None:
    with pytest.raises(NewerSchemaError):
        READS[name](older)


def test_an_older_program_still_sees_that_something_happened(older: Library) -> None:
    assert older.data_version()


def test_an_older_program_makes_no_backup_of_what_it_does_not_know(
    older: Library, tmp_path: Path
) -> None:
    with pytest.raises(NewerSchemaError):
        older.backup(tmp_path / "backup.zip")
    assert not (tmp_path / "backup.zip").exists()
