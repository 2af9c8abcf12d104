"""Any sequence with pictures comes out the same whether moves of files are done or have to wait."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from storyflow_tui.errors import StoryflowError
from storyflow_tui.library import Library
from storyflow_tui.library.disk import Disk
from storyflow_tui.story import Story, StorySegment

COLOURS = ("red", "green", "blue")
SEGMENTS = st.integers(1, 3)
OPERATIONS = st.one_of(
    st.tuples(st.just("attach"), SEGMENTS, st.sampled_from(COLOURS), st.sampled_from("ab")),
    st.tuples(st.just("attach"), SEGMENTS, st.sampled_from(COLOURS), st.sampled_from("ab")),
    st.tuples(st.just("remove"), SEGMENTS),
    st.tuples(st.just("delete"), SEGMENTS),
    st.tuples(st.just("insert"), st.sampled_from(COLOURS)),
    st.tuples(st.sampled_from(["undo", "undo", "redo"])),
    st.tuples(st.sampled_from(["delete project", "undo project", "redo project"])),
)


class Moody(Disk):
    """A disk that moves nothing while it is stuck."""

    is_stuck = False

    def rename(self, source: Path, target: Path) -> None:
        if self.is_stuck:
            raise OSError(16, "Device or resource busy", str(source))
        super().rename(source, target)


def act(library: Library, pictures: Path, name: str, *values: Any) -> str | None:
    """Do one operation; returns the code of its refusal, if it was refused."""
    history = library.history
    try:
        match name, values:
            case "attach", (key, colour, stem):
                library.segments.attach_image(key, pictures / colour / f"{stem}.png")
            case "remove", (key,):
                library.segments.remove_image(key)
            case "delete", (key,):
                library.segments.delete(key)
            case "insert", (colour,):
                story = Story("", [StorySegment("x", image_file=f"{colour}/a.png")], pictures)
                library.projects.insert(1, 1, story)
            case "delete project", ():
                library.projects.delete(1)
            case (("undo" | "redo"), ()):
                (history.undo if name == "undo" else history.redo)(1)
            case _:
                (history.undo if name == "undo project" else history.redo)()
    except StoryflowError as error:
        return error.code
    return None


def seen(library: Library) -> dict[int, bytes | None]:
    """The picture of every segment, as a screen would find it."""
    found: dict[int, bytes | None] = {}
    for project in library.projects.list():
        for segment in library.segments.list(project.id):
            file = library.file(segment.image_file)
            found[segment.id] = None if file is None else file.read_bytes()
    return found


def stored(library: Library) -> dict[str, bytes]:
    """Every file of the library with its bytes."""
    return {
        path.relative_to(library.media).as_posix(): path.read_bytes()
        for path in library.media.rglob("*")
        if path.is_file()
    }


@contextmanager
def begun(folder: Path, disk: Disk) -> Iterator[Library]:
    with Library.open(folder, disk=disk) as library:
        library.projects.import_story(Story("T", [StorySegment(text) for text in "abc"]))
        yield library


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(OPERATIONS, st.booleans()), max_size=14))
def test_moves_that_wait_change_nothing_in_the_end(
    operations: list[tuple[tuple[Any, ...], bool]],
) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder, disk = Path(name), Moody()
        for number, colour in enumerate(COLOURS):
            (folder / colour).mkdir()
            for stem in "ab":
                Image.new("RGB", (4 + number, 4), colour).save(folder / colour / f"{stem}.png")
        with (
            begun(folder / "calm", Disk()) as calm,
            begun(folder / "moody", disk) as moody,
        ):
            for operation, is_stuck in operations:
                disk.is_stuck = is_stuck
                assert act(moody, folder, *operation) == act(calm, folder, *operation)
                assert seen(moody) == seen(calm)
            disk.is_stuck = False
            for library in (moody, calm):
                library.projects.create("The next writer does what is pending")
                assert library.pending_moves() == 0
                assert library.check() == []
            assert seen(moody) == seen(calm)
            assert sorted(stored(moody).values()) == sorted(stored(calm).values())
            with suppress(StoryflowError):
                while True:
                    calm.history.undo(1)
                    moody.history.undo(1)
                    assert seen(moody) == seen(calm)
            assert moody.check() == calm.check() == []
