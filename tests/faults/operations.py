"""One table of everything that writes: a new operation is one line here.

Each line names the public method that it goes through, what it does on the library that `prepared`
makes, and the line of history from which it can be taken back; undo and redo follow from that.
"""

from __future__ import annotations

import errno
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest import mock

from PIL import Image

from storyflow_tui.library import Library, retention
from storyflow_tui.library.clock import Clock
from storyflow_tui.library.disk import Disk
from storyflow_tui.library.media import TRASH
from storyflow_tui.story import Story, StorySegment

Act = Callable[[Library, Path], object]

PROJECTS = None
"""The line of history of the list of projects."""


@dataclass(frozen=True)
class Operation:
    """One way to write. `act` gets the library, open, and the folder that it stands in."""

    method: str
    name: str
    act: Act
    line: int | str | None = ""
    """The line of history that takes it back; none by default."""
    before: tuple[Act, ...] = ()
    """What was done already when it begins."""
    is_piecemeal: bool = False
    """Whether, refused, it may have done a part: what the trash holds goes one by one, and a
    library that was begun is made whole by the next who opens it."""
    mends: bool = False
    """Whether it begins with a damaged library; else before and after are sound."""
    makes: bool = False
    """Whether it makes a file or a folder of its own, which a disk that is gone does not let it
    take back."""
    opens: bool = False
    """Whether it opens or makes a library itself; else it finds the prepared one open."""


def _story(place: Path, *names: str) -> Story:
    segments = [StorySegment(f"From {name}", "a prompt", name) for name in names]
    return Story("Three", [*segments, StorySegment("Without a picture")], place / "pictures")


def _attach(segment: int, name: str) -> Act:
    return lambda library, place: library.segments.attach_image(segment, place / "pictures" / name)


def _pairs(place: Path) -> list[tuple[int, Path]]:
    """One segment gets its first picture, one another, one another under the same name."""
    names = {1: "lamp.png", 2: "other.png", 4: "lamp.png"}
    return [(key, place / "pictures" / name) for key, name in names.items()]


def _attach_many(library: Library, place: Path) -> object:
    return library.segments.attach_images(_pairs(place))


def _attach_in_two(library: Library, place: Path) -> object:
    with library.segments.stage_images(_pairs(place)) as attach:
        return attach()


def _copy_in_two(library: Library, _: Path) -> object:
    with library.segments.stage_copy([1, 2, 4], 1, 2) as copy:
        return copy()


def _open(name: str) -> Act:
    def act(_: Library, place: Path) -> None:
        library_at(place / name, 3).close()

    return act


def _restore(name: str, *, replace: bool = False) -> Act:
    def act(_: Library, place: Path) -> object:
        return Library.restore(place / "shelf/kept.zip", place / "shelf" / name, replace=replace)

    return act


def _begin_day(library: Library, _: Path) -> None:
    with mock.patch.object(retention, "KEPT", 1):
        library.begin_day(0)


def _let_go(library: Library, _: Path) -> None:
    with mock.patch.object(retention, "KEPT", 1):
        library.let_go(0)


def _damage(library: Library, place: Path) -> None:
    """A picture is gone, another is nobody's, and two segments have one index."""
    folder = library.media / "projects/1/images"
    (folder / "1_lamp.png").rename(folder / "9_lamp.png")
    with library._database.writing():
        library._database.execute("UPDATE segment SET sequence_index = 0 WHERE id = 2")


def _left_waiting(library: Library, place: Path) -> None:
    """Leave what a process leaves that was killed: moves to be done, and staging nobody holds."""
    left = library.media / ".staging" / ("0" * 32)
    left.mkdir()
    (left / "1").write_bytes(b"cut sho")
    with mock.patch("os.rename", side_effect=OSError(errno.EBUSY, "busy")):
        library.segments.remove_image(1)
        library.segments.attach_image(2, place / "pictures/other.png")
    assert library.pending_moves() == 3


def _left_done(library: Library, place: Path) -> None:
    """Leave a replacement under the same name of which all moves are done, and still listed."""
    sync = Disk.sync

    def fail(disk: Disk, folder: Path) -> None:
        if folder.parts[-2] == TRASH:
            raise OSError(errno.EIO, "Input/output error")
        sync(disk, folder)

    with mock.patch.object(Disk, "sync", fail):
        library.segments.attach_image(1, place / "pictures/lamp.png")
    assert library.pending_moves() == 2


_DIRECT: tuple[Operation, ...] = (
    Operation("open", "open a new library", _open("new"), opens=True, is_piecemeal=True),
    Operation("open", "open a library", _open("library"), opens=True),
    Operation(
        "open", "open what was left waiting", _open("library"), before=(_left_waiting,), opens=True
    ),
    Operation(
        "open",
        "open what was done and not struck off",
        _open("library"),
        before=(_left_done,),
        opens=True,
    ),
    Operation("projects.create", "create", lambda lib, _: lib.projects.create("New"), PROJECTS),
    Operation(
        "projects.rename", "rename", lambda lib, _: lib.projects.rename(1, "Other"), PROJECTS
    ),
    Operation("projects.delete", "delete project", lambda lib, _: lib.projects.delete(1), PROJECTS),
    Operation(
        "projects.import_story",
        "import",
        lambda lib, place: lib.projects.import_story(_story(place, "lamp.png", "other.png")),
        PROJECTS,
    ),
    Operation(
        "projects.insert",
        "insert",
        lambda lib, place: lib.projects.insert(1, 2, _story(place, "lamp.png")),
        1,
    ),
    Operation(
        "segments.edit",
        "edit",
        lambda lib, _: lib.segments.edit(1, text_content="Another text", image_prompt="x"),
        1,
    ),
    Operation("segments.edit", "lock", lambda lib, _: lib.segments.edit(1, is_locked=True)),
    Operation("segments.edit", "unlock", lambda lib, _: lib.segments.edit(3, is_locked=False)),
    Operation("segments.attach_image", "attach", _attach(4, "lamp.png"), 1),
    Operation("segments.attach_image", "attach, same name", _attach(1, "lamp.png"), 1),
    Operation("segments.attach_image", "attach, other name", _attach(1, "other.png"), 1),
    Operation(
        "segments.remove_image", "remove image", lambda lib, _: lib.segments.remove_image(1), 1
    ),
    Operation("segments.delete", "delete segment", lambda lib, _: lib.segments.delete(1), 1),
    Operation("segments.lock", "lock many", lambda lib, _: lib.segments.lock([1, 2, 4])),
    Operation(
        "segments.delete_many", "delete many", lambda lib, _: lib.segments.delete_many([1, 2, 3]), 1
    ),
    Operation(
        "segments.move_many", "move many", lambda lib, _: lib.segments.move_many([1, 3], 3), 1
    ),
    Operation("segments.copy", "copy many", lambda lib, _: lib.segments.copy([1, 2, 4], 1, 2), 1),
    Operation("segments.stage_copy", "copy many, in two", _copy_in_two, 1),
    Operation("segments.attach_images", "attach many", _attach_many, 1),
    Operation("segments.stage_images", "attach many, in two", _attach_in_two, 1),
    Operation(
        "segments.reorder", "reorder", lambda lib, _: lib.segments.reorder(1, [4, 3, 2, 1]), 1
    ),
    Operation(
        "segments.set_durations",
        "set lengths",
        lambda lib, _: lib.segments.set_durations({1: 2.5, 3: 1.25, 4: None}),
        1,
    ),
    Operation(
        "projects.set_target", "set the target", lambda lib, _: lib.projects.set_target(1, 90), 1
    ),
    Operation("segments.move", "move", lambda lib, _: lib.segments.move(1, 3), 1),
    Operation("segments.step", "step", lambda lib, _: lib.segments.step(1, 1), 1),
    Operation("segments.add", "add", lambda lib, _: lib.segments.add(1, "New", below=1), 1),
    Operation("segments.duplicate", "duplicate", lambda lib, _: lib.segments.duplicate(1), 1),
    Operation("segments.split", "split", lambda lib, _: lib.segments.split(1, 4), 1),
    Operation("segments.merge", "merge", lambda lib, _: lib.segments.merge(1), 1),
    Operation(
        "segments.merge",
        "merge, the image of the next",
        lambda lib, _: lib.segments.merge(1),
        1,
        before=(lambda lib, _: lib.segments.remove_image(1),),
    ),
    Operation(
        "trash.empty", "empty the trash", lambda lib, _: lib.trash.empty(), is_piecemeal=True
    ),
    Operation("trash.restore", "restore a picture", lambda lib, _: lib.trash.restore(4), 1),
    Operation("trash.restore", "restore a story", lambda lib, _: lib.trash.restore(6), PROJECTS),
    Operation(
        "repair", "repair", lambda lib, _: lib.repair(), PROJECTS, before=(_damage,), mends=True
    ),
    Operation("copy_today", "copy of the database", lambda lib, _: lib.copy_today(), makes=True),
    Operation("begin_day", "begin a day", _begin_day, is_piecemeal=True),
    Operation("let_go", "retention", _let_go),
    Operation(
        "backup", "backup", lambda lib, place: lib.backup(place / "shelf/new.zip"), makes=True
    ),
    Operation(
        "backup",
        "backup over another",
        lambda lib, place: lib.backup(place / "shelf/kept.zip", force=True),
        before=(lambda lib, _: lib.segments.edit(4, image_prompt="Since the backup"),),
        makes=True,
    ),
    Operation("restore", "restore", _restore("restored"), opens=True, makes=True),
    Operation(
        "restore", "restore --replace", _restore("used", replace=True), opens=True, makes=True
    ),
)


def _backwards(operation: Operation) -> tuple[Operation, Operation]:
    line = operation.line
    assert not isinstance(line, str)
    undo, redo = (lambda lib, _: lib.history.undo(line)), (lambda lib, _: lib.history.redo(line))
    done = (*operation.before, operation.act)
    return (
        Operation(
            "history.undo", f"undo {operation.name}", undo, before=done, mends=operation.mends
        ),
        Operation(
            "history.redo",
            f"redo {operation.name}",
            redo,
            before=(*done, undo),
            mends=operation.mends,
        ),
    )


OPERATIONS: dict[str, Operation] = {
    each.name: each
    for direct in _DIRECT
    for each in (direct, *(() if isinstance(direct.line, str) else _backwards(direct)))
}
"""Every operation by its name, with the undo and the redo of each."""

READING = {
    "projects": {"list", "get"},
    "segments": {
        "list",
        "contents",
        "get",
        "ids",
        "many",
        "first",
        "last",
        "with_image",
        "position",
        "outline",
        "lengths",
    },
    "history": {"list", "ids", "many", "get", "texts", "segments", "next_undo", "next_redo"},
    "trash": {"list", "size"},
    "": {"data_version", "file", "pending_moves", "check", "closed", "close"},
}
"""The public methods that write nothing, by the part of the library that they belong to."""


def clock_at(minutes: int) -> Clock:
    """A clock that stands still, so that every run writes the same times."""
    moment = datetime(2026, 5, 4, 12, tzinfo=UTC) + timedelta(minutes=minutes)
    return lambda: moment


def library_at(folder: Path, minutes: int, *, busy: float = 0.02) -> Library:
    """The library in a folder, opened at that minute."""
    library = Library.open(folder, clock=clock_at(minutes), busy=busy)
    # What SQLite syncs is its own business, and costs most of the time of these tests.
    library._database.value("PRAGMA synchronous = OFF")
    return library


def prepared(place: Path) -> None:
    """Make what every operation begins with: stories, pictures, history, a trash, a backup."""
    for colour, name in (("red", "old/lamp"), ("blue", "lamp"), ("green", "other")):
        picture(place / f"pictures/{name}.png", colour)
    with library_at(place / "library", 1) as library:
        texts = [StorySegment(f"Segment {number}", is_locked=number == 3) for number in range(1, 5)]
        library.projects.import_story(Story("The Lamp", texts))
        library.segments.attach_image(1, place / "pictures/old/lamp.png")
        library.segments.attach_image(2, place / "pictures/other.png")
        library.segments.attach_image(2, place / "pictures/old/lamp.png")
        library.projects.import_story(_story(place, "lamp.png", "other.png"))
        library.projects.delete(2)
        library.projects.create("Undone")
        library.history.undo()
        (place / "shelf").mkdir()
        library.backup(place / "shelf/kept.zip")
    Library.restore(place / "shelf/kept.zip", place / "shelf/used")
    with library_at(place / "shelf/used", 1) as library:
        library.segments.edit(1, text_content="Not in the backup")


def begin(operation: Operation, base: Path, place: Path) -> None:
    """Make a folder in which the operation can begin, from a prepared one."""
    shutil.copytree(base, place, symlinks=True)
    if operation.before:
        with library_at(place / "library", 2) as library:
            for act in operation.before:
                act(library, place)


def picture(path: Path, colour: str) -> Path:
    """A small PNG in one colour."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (8, 6), colour).save(path)
    return path
