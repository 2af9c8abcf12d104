"""Database files that are not opened: newer, foreign, damaged; each left exactly as it is."""

from __future__ import annotations

import gc
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from storyflow_tui.cli import main
from storyflow_tui.errors import (
    DamagedError,
    ForeignFileError,
    NewerSchemaError,
    NotFoundError,
    ReadOnlyError,
    StoryflowError,
)
from storyflow_tui.library import Library
from storyflow_tui.library.database import Database
from storyflow_tui.library.migrations import VERSION

FROZEN = Path(__file__).parent / "frozen" / "schema-2"
PAGE = 4096


def as_it_is(folder: Path) -> dict[str, tuple[bytes | None, int]]:
    """Everything in a folder with its bytes and when it was last changed."""
    return {
        path.relative_to(folder).as_posix(): (
            path.read_bytes() if path.is_file() else None,
            path.stat().st_mtime_ns,
        )
        for path in [folder, *sorted(folder.rglob("*"))]
    }


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A library's folder, closed and without a log."""
    return Path(shutil.copytree(FROZEN, tmp_path / "library"))


def ask(file: Path, *statements: str) -> None:
    with closing(sqlite3.connect(file)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def with_its_log(file: Path, *statements: str) -> None:
    """Do so in WAL mode and leave the log beside the file, as a killed process does."""
    ask(file, "PRAGMA journal_mode = WAL")
    with closing(sqlite3.connect(file)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()
        for ending in ("", "-wal"):
            shutil.copy(f"{file}{ending}", f"{file}{ending}.kept")
    for ending in ("", "-wal"):
        Path(f"{file}{ending}.kept").replace(f"{file}{ending}")
    file.with_name(file.name + "-shm").unlink(missing_ok=True)


def patched(file: Path, place: int, data: bytes) -> None:
    with file.open("r+b") as opened:
        opened.seek(place)
        opened.write(data)


def cut(file: Path, size: int) -> None:
    with file.open("r+b") as opened:
        opened.truncate(size)


def newer(file: Path) -> None:
    ask(file, f"PRAGMA user_version = {VERSION + 1}")


def newer_in_wal_mode(file: Path) -> None:
    ask(file, "PRAGMA journal_mode = WAL", f"PRAGMA user_version = {VERSION + 1}")


def newer_in_its_log(file: Path) -> None:
    with_its_log(file, f"PRAGMA user_version = {VERSION + 1}")
    assert int.from_bytes(file.read_bytes()[60:64], "big") == VERSION


def newer_in_a_long_log(file: Path) -> None:
    upgrade = [f"PRAGMA user_version = {VERSION + 1}"]
    with_its_log(file, *upgrade, *["UPDATE project SET title = title || 'x'"] * 20)


def foreign(file: Path) -> None:
    file.unlink()
    ask(file, "CREATE TABLE recipe (id)", "INSERT INTO recipe VALUES (1)")


def foreign_in_wal_mode(file: Path) -> None:
    file.unlink()
    ask(file, "PRAGMA journal_mode = WAL", "CREATE TABLE recipe (id)")


def foreign_with_its_log(file: Path) -> None:
    file.unlink()
    with_its_log(file, "CREATE TABLE recipe (id)")


def foreign_by_its_id(file: Path) -> None:
    ask(file, "PRAGMA application_id = 1")


def foreign_by_its_id_with_its_log(file: Path) -> None:
    ask(file, "PRAGMA application_id = 1")
    with_its_log(file, "UPDATE project SET title = 'x'")


def foreign_with_our_tables(file: Path) -> None:
    ask(file, "PRAGMA application_id = 0")


def foreign_and_damaged(file: Path) -> None:
    foreign(file)
    patched(file, 100, b"\xff" * 200)


def text(file: Path) -> None:
    file.write_text("Title: no database\n" * 50)


def folder_of_that_name(file: Path) -> None:
    file.unlink()
    file.mkdir()


def emptied(file: Path) -> None:
    cut(file, 0)


def cut_in_its_header(file: Path) -> None:
    cut(file, 60)


def cut_in_its_first_page(file: Path) -> None:
    cut(file, 1000)


def cut_by_a_page(file: Path) -> None:
    cut(file, file.stat().st_size - PAGE)


def cut_by_a_byte(file: Path) -> None:
    cut(file, file.stat().st_size - 1)


def without_its_schema(file: Path) -> None:
    patched(file, 100, b"\xff" * 100)


def without_its_version(file: Path) -> None:
    ask(file, "PRAGMA user_version = 0")


def with_a_version_below_nothing(file: Path) -> None:
    ask(file, "PRAGMA user_version = -1")


REFUSED: dict[type[StoryflowError], list[Callable[[Path], None]]] = {
    NewerSchemaError: [newer, newer_in_wal_mode, newer_in_its_log, newer_in_a_long_log],
    ForeignFileError: [
        foreign,
        foreign_in_wal_mode,
        foreign_with_its_log,
        foreign_by_its_id,
        foreign_by_its_id_with_its_log,
        foreign_with_our_tables,
        foreign_and_damaged,
        text,
        folder_of_that_name,
    ],
    DamagedError: [
        emptied,
        cut_in_its_header,
        cut_in_its_first_page,
        cut_by_a_page,
        cut_by_a_byte,
        without_its_schema,
        without_its_version,
        with_a_version_below_nothing,
    ],
}
CASES = [
    pytest.param(make, kind, id=make.__name__) for kind, makes in REFUSED.items() for make in makes
]


@pytest.mark.parametrize("read_only", [False, True])
@pytest.mark.parametrize(("make", "kind"), CASES)
def test_such_a_file_is_refused_by_name_and_left_exactly_as_it_is(
    folder: Path, make: Callable[[Path], None], kind: type[StoryflowError], read_only: bool
) -> None:
    make(folder / "storyflow.db")
    before = as_it_is(folder)
    with pytest.raises(kind) as caught:
        Library.open(folder, read_only=read_only)
    assert str(folder / "storyflow.db") in caught.value.message
    assert as_it_is(folder) == before


COMMANDS = (
    ("project", "list"),
    ("project", "new", "T"),
    ("segment", "edit", "1", "--text", "x"),
    ("history",),
    ("undo", "1"),
    ("backup", "backup.zip"),
    ("trash", "empty", "--yes"),
    ("export", "1"),
    ("import", "story.txt"),
)


@pytest.mark.parametrize(("make", "kind"), CASES)
def test_every_command_refuses_such_a_file(
    folder: Path,
    make: Callable[[Path], None],
    kind: type[StoryflowError],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(folder.parent)
    (folder.parent / "story.txt").write_text("Text: x\n")
    make(folder / "storyflow.db")
    before = as_it_is(folder)
    for command in COMMANDS:
        assert main(["--json", "--library", str(folder), *command]) == 1
        answer = capsys.readouterr()
        assert f'"code": "{kind.code}"' in answer.err, (command, answer.err)
        assert answer.out == ""
        assert as_it_is(folder) == before, command
    assert not (folder.parent / "backup.zip").exists()


@pytest.mark.parametrize(("make", "kind"), CASES)
def test_check_finds_a_damaged_file_and_refuses_another(
    folder: Path,
    make: Callable[[Path], None],
    kind: type[StoryflowError],
    capsys: pytest.CaptureFixture[str],
) -> None:
    make(folder / "storyflow.db")
    before = as_it_is(folder)
    # One that is no database at all, among the pictures of a library, was one once.
    is_found = kind is DamagedError or make in (text, folder_of_that_name)
    for options in ((), ("--repair",)):
        assert main(["--json", "--library", str(folder), "check", *options]) == 1
        answer = capsys.readouterr()
        said = ('"check": "database"' in answer.out, f'"code": "{kind.code}"' in answer.err)
        assert said == (is_found, not is_found), (make, answer)
        assert as_it_is(folder) == before


@pytest.mark.parametrize(("make", "kind"), CASES)
def test_the_editor_refuses_such_a_file(
    folder: Path,
    make: Callable[[Path], None],
    kind: type[StoryflowError],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from storyflow_tui import tui

    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    make(folder / "storyflow.db")
    before = as_it_is(folder)
    with pytest.raises(kind):
        tui.run(folder)
    assert as_it_is(folder) == before


# -- flipped bits -----------------------------------------------------------------------------


def used(folder: Path) -> str:
    """Open the library, read all of it; what came of it, one word."""
    try:
        with Library.open(folder) as library:
            for project in library.projects.list():
                library.segments.list(project.id)
                library.history.list(project.id)
            library.trash.list()
            found = library.check()
    except StoryflowError as error:
        return error.code
    return "reported" if found else "unseen"


@pytest.mark.parametrize(
    ("mask", "places"), [(0xFF, range(100)), (0x01, range(3, 100, 4))], ids=["all", "lowest"]
)
def test_a_flipped_byte_in_the_header_is_refused_or_does_no_harm(
    folder: Path, mask: int, places: range
) -> None:
    whole = (folder / "storyflow.db").read_bytes()
    codes = set()
    for place in places:
        file = folder / "storyflow.db"
        file.write_bytes(whole)
        patched(file, place, bytes([whole[place] ^ mask]))
        before = file.read_bytes()
        code = used(folder)
        codes.add(code)
        assert code in ("damaged", "foreign_file", "newer_schema", "reported", "unseen"), place
        if code in ("damaged", "foreign_file", "newer_schema"):
            assert file.read_bytes() == before, place
            assert {path.name for path in folder.iterdir()} == {"storyflow.db", "media"}, place
    assert "foreign_file" in codes


def test_a_page_of_noise_is_reported_and_stays_as_it_is(folder: Path) -> None:
    whole = (folder / "storyflow.db").read_bytes()
    file = folder / "storyflow.db"
    for number in range(1, len(whole) // PAGE):
        file.write_bytes(whole)
        gc.collect()  # a cursor that failed holds its connection until then
        ask(file, "PRAGMA journal_mode = WAL")
        patched(file, number * PAGE, bytes(range(255, -1, -1)) * 16)
        before = file.read_bytes()
        # A page that nothing uses may well hold noise.
        assert used(folder) in ("damaged", "reported"), number
        assert file.read_bytes() == before, number


def test_noise_in_the_log_costs_at_most_what_was_in_the_log(folder: Path) -> None:
    with_its_log(folder / "storyflow.db", "UPDATE project SET title = 'Later' WHERE id = 1")
    log = folder / "storyflow.db-wal"
    whole = log.read_bytes()
    database = (folder / "storyflow.db").read_bytes()
    titles = set()
    for place in [0, 3, 8, 16, 24, 31, 32, 36, 40, 48, 56, 100, 500, len(whole) - 1]:
        (folder / "storyflow.db").write_bytes(database)
        (folder / "storyflow.db-shm").unlink(missing_ok=True)
        log.write_bytes(whole)
        patched(log, place, bytes([whole[place] ^ 0xFF]))
        with Library.open(folder) as library:
            assert library.check() == []
            titles.add(library.projects.get(1).title)
    assert titles <= {"The Lamp", "Later"}
    assert "The Lamp" in titles


# -- what was lost ----------------------------------------------------------------------------


def test_no_new_database_is_made_beside_the_files_of_one_that_is_gone(folder: Path) -> None:
    (folder / "storyflow.db").unlink()
    before = as_it_is(folder)
    with pytest.raises(DamagedError, match="is gone, but files of its library are there"):
        Library.open(folder)
    assert as_it_is(folder) == before
    with pytest.raises(NotFoundError):
        Library.open(folder, create=False)


@pytest.mark.parametrize("is_empty", [True, False])
def test_a_database_that_was_lost_is_looked_for_among_the_copies(
    folder: Path, is_empty: bool
) -> None:
    with Library.open(folder) as library:
        copy = library.copy_today()
    assert copy is not None
    shutil.rmtree(folder / "media")
    (folder / "storyflow.db").unlink()
    if is_empty:
        (folder / "storyflow.db").touch()
    with pytest.raises(DamagedError) as caught:
        Library.open(folder)
    assert str(copy) in caught.value.message
    shutil.copy(copy, folder / "storyflow.db")
    with Library.open(folder) as library:
        assert len(library.projects.list()) == 2


# -- a file that is another by now ------------------------------------------------------------


@pytest.mark.parametrize("another", [True, False])
def test_nothing_is_written_into_a_library_that_was_moved_away_while_open(
    folder: Path, tmp_path: Path, another: bool
) -> None:
    with Library.open(folder) as library:
        folder.rename(tmp_path / "moved")
        if another:
            shutil.copytree(FROZEN, folder)
        with pytest.raises(ReadOnlyError, match="moved, replaced or removed"):
            library.projects.create("Lost")
        assert len(library.projects.list()) == 2
    with Library.open(tmp_path / "moved") as moved:
        assert len(moved.projects.list()) == 2
        assert moved.check() == []


def test_a_library_that_is_replaced_while_it_is_opened_is_not_opened(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare = Database._prepare

    def slow(self: Database) -> None:
        prepare(self)
        folder.rename(tmp_path / "moved")
        shutil.copytree(FROZEN, folder)

    monkeypatch.setattr(Database, "_prepare", slow)
    with pytest.raises(ReadOnlyError, match="open it again"):
        Database(folder / "storyflow.db")


def test_a_thread_that_comes_later_does_not_read_another_library(
    folder: Path, tmp_path: Path
) -> None:
    with Library.open(folder) as library:
        folder.rename(tmp_path / "moved")
        shutil.copytree(FROZEN, folder)
        with ThreadPoolExecutor(1) as pool, pytest.raises(ReadOnlyError):
            pool.submit(library.projects.list).result()


_LEAVING = """
import sys
from pathlib import Path
from storyflow_tui.library import Library
from storyflow_tui.library.database import Database
library = Library.open(sys.argv[1])
library.projects.create("Open")
print("open", flush=True)
sys.stdin.readline()
library.close()
"""

_KILLED = """
import os, signal, sys
from storyflow_tui.library import Library
from storyflow_tui.library.database import Database
library = Library.open(sys.argv[1])
library.projects.create("In the log only")
print("written", flush=True)
sys.stdin.readline()
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_closing_a_library_that_was_moved_takes_no_log_from_another_in_its_place(
    folder: Path, tmp_path: Path
) -> None:
    def start(script: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-c", script, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        )

    leaving = start(_LEAVING)
    assert leaving.stdout is not None
    assert leaving.stdout.readline() == "open\n"
    folder.rename(tmp_path / "moved")
    killed = start(_KILLED)
    assert killed.stdout is not None
    assert killed.stdout.readline() == "written\n"
    leaving.communicate("leave\n", timeout=60)
    assert leaving.returncode == 0
    killed.communicate("die\n", timeout=60)
    with Library.open(folder) as library:
        assert [one.title for one in library.projects.list()] == ["In the log only"]
    with Library.open(tmp_path / "moved") as moved:
        assert len(moved.projects.list()) == 3
