"""A disk without room: what needs none goes on, the rest is refused, and nothing is lost."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from storyflow_tui.errors import NoSpaceError, StoryflowError
from storyflow_tui.library import Library
from tests.faults.full import Limit, SmallDisk, small_disk
from tests.faults.operations import OPERATIONS, library_at
from tests.faults.runs import Runs
from tests.faults.states import shown, state_of

_FRAME = 4120  # bytes of a page in SQLite's log, with what stands before it


@pytest.fixture
def disk(tmp_path: Path) -> Path:
    """The folder of a small disk."""
    folder = tmp_path / "disk"
    folder.mkdir()
    return folder


@pytest.fixture
def full(disk: Path) -> Iterator[SmallDisk]:
    """Fills the small disk to its last byte, while it is entered."""
    with small_disk(disk, 8) as trouble:
        yield trouble


@pytest.fixture
def place(base: Path, disk: Path, full: SmallDisk) -> Path:
    """A library on the small disk, in its `library`."""
    return Path(shutil.copytree(base, disk / "place"))


@pytest.mark.parametrize("name", OPERATIONS)
def test_without_room_an_operation_is_refused_or_done(
    name: str, base: Path, disk: Path, full: SmallDisk
) -> None:
    runs = Runs(OPERATIONS[name], base, disk)
    for trouble in (full(), *(Limit(frames * _FRAME) for frames in (0, 2, 5, 9))):
        runs.at_next()
        assert runs.loss(trouble) == ""


@pytest.mark.parametrize("name", ["attach, same name", "delete project", "retention"])
@pytest.mark.usefixtures("full")
def test_where_the_room_ends_between_commit_and_moves_it_is_done(
    name: str, base: Path, disk: Path
) -> None:
    runs = Runs(OPERATIONS[name], base, disk)
    for frames in range(3, 16):
        runs.at_next()
        assert runs.loss(Limit(frames * _FRAME)) == "", frames


@pytest.mark.long
@pytest.mark.parametrize("name", OPERATIONS)
def test_wherever_the_room_ends_an_operation_is_refused_or_done(
    name: str, base: Path, tmp_path: Path
) -> None:
    runs = Runs(OPERATIONS[name], base, tmp_path)
    for size in range(0, 32 * _FRAME, _FRAME // 4):
        runs.at_next()
        assert runs.loss(Limit(size)) == "", size


def test_a_full_disk_is_called_so_and_after_freeing_room_all_is_well(
    place: Path, full: SmallDisk
) -> None:
    with library_at(place / "library", 3) as library:
        before = shown(library)
        with full():
            for name in ("create", "edit", "lock", "attach", "delete segment", "import", "backup"):
                with pytest.raises(NoSpaceError):
                    OPERATIONS[name].act(library, place)
            assert shown(library) == before
        for name in ("create", "edit", "attach", "import", "backup", "lock", "delete segment"):
            OPERATIONS[name].act(library, place)
    assert state_of(place)


@pytest.mark.parametrize("read_only", [False, True])
def test_a_library_on_a_full_disk_opens_and_is_read(
    place: Path, full: SmallDisk, read_only: bool
) -> None:
    with library_at(place / "library", 3) as library:
        before = shown(library)
    found = []
    with full(), Library.open(place / "library", read_only=read_only) as library:
        reader = threading.Thread(target=lambda: found.append(shown(library)))
        reader.start()
        reader.join()
        assert shown(library) == before
    assert found == [before], "as by the editor's second thread"


def test_the_trash_of_a_full_disk_is_emptied_by_who_opens_it_anew(
    place: Path, full: SmallDisk
) -> None:
    with full(), Library.open(place / "library") as library:
        assert library.trash.empty()[0] == 3
        assert library.trash.list() == []
    with library_at(place / "library", 3) as library:
        with pytest.raises(StoryflowError, match="is in the trash no more"):
            library.history.undo()
        library.trash.empty()
        assert library.check() == []
        library.segments.edit(1, text_content="There is room again")


def test_a_trash_of_which_nothing_can_be_written_down_is_emptied_all_the_same(place: Path) -> None:
    with library_at(place / "library", 3) as library:
        with Limit(_FRAME):
            assert library.trash.empty()[0] == 3
        assert library.trash.list() == []
        with pytest.raises(StoryflowError, match="is in the trash no more"):
            library.history.undo()
        assert library.trash.empty() == (0, 0)
    assert state_of(place)


def test_a_log_that_cannot_be_merged_is_kept_and_read_by_the_next(
    place: Path, full: SmallDisk
) -> None:
    long_text = "x" * 200_000
    with library_at(place / "library", 3) as library:
        for number in (1, 2, 4):
            library.segments.edit(number, text_content=long_text)
    size = (place / "library/storyflow.db").stat().st_size
    # The log has room and the database has not, at its end: as the disk fills while it is open.
    with Limit(size // 2):
        library = library_at(place / "library", 4)
        library._database.value("PRAGMA wal_autocheckpoint = 1")
        for number in range(3):
            library.projects.rename(1, f"Number {number}")
        before = shown(library)
        library.close()
    assert (place / "library/storyflow.db-wal").stat().st_size > 0
    with library_at(place / "library", 5) as library:
        assert shown(library) == before
    assert state_of(place)
