"""Pictures for many segments at once: all of them or none, and one change."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from storyflow_tui.errors import InvalidImageError, InvalidOrderError, LockedError
from storyflow_tui.library import Library
from storyflow_tui.records import ProjectRecord

Paint = Callable[..., Path]
Files = Callable[[Library], dict[str, bytes]]


@pytest.fixture
def pictures(paint: Paint, tmp_path: Path) -> Sequence[Path]:
    """Three pictures."""
    return [
        paint(tmp_path / f"{number}.png", colour)
        for number, colour in enumerate(("red", "green", "blue"))
    ]


def test_each_gets_its_picture_in_one_change(
    library: Library,
    project: ProjectRecord,
    ids: Sequence[int],
    pictures: Sequence[Path],
    rows: Callable[[Library], Any],
    files: Files,
) -> None:
    before = rows(library)
    attached = library.segments.attach_images(zip(reversed(ids[:3]), pictures, strict=True))
    assert [segment.id for segment in attached] == list(ids[:3])
    for segment, picture in zip(attached, reversed(pictures), strict=True):
        assert segment.image_file == f"projects/1/images/{segment.id}_{picture.name}"
        assert (library.media / segment.image_file).read_bytes() == picture.read_bytes()
    assert library.projects.get(project.id).image_count == 3
    assert [change.label for change in library.history.list(project.id)] == [
        "Choose pictures for 3 segments"
    ]
    library.history.undo(project.id)
    assert rows(library) == before
    assert not any("/images/" in path for path in files(library))
    library.history.redo(project.id)
    assert library.segments.list(project.id)[:3] == list(attached)
    assert library.check() == []


def test_former_pictures_go_to_the_trash_also_under_the_same_name(
    library: Library,
    project: ProjectRecord,
    ids: Sequence[int],
    pictures: Sequence[Path],
    paint: Paint,
    tmp_path: Path,
) -> None:
    former = paint(tmp_path / "former/1.png", "gold").read_bytes()
    for key in ids[:2]:
        library.segments.attach_image(key, tmp_path / "former/1.png")
    library.segments.attach_images(zip(ids[:3], pictures, strict=True))
    assert library.trash.list()[0].files == ("1.png", "1.png")
    assert library.check() == []
    library.history.undo(project.id)
    for segment in library.segments.many(ids[:2]):
        assert (library.media / (segment.image_file or "")).read_bytes() == former


def test_a_locked_one_refuses_all_with_its_position(
    library: Library, ids: Sequence[int], pictures: Sequence[Path], files: Files
) -> None:
    library.segments.delete(ids[0])
    library.segments.lock([ids[2]])
    with pytest.raises(LockedError) as caught:
        library.segments.attach_images(zip(ids[1:4], pictures, strict=True))
    assert caught.value.message == "Cannot modify locked segment 2. Unlock it first."
    assert caught.value.details == {"segment_ids": [ids[2]], "positions": [2]}
    library.segments.lock([ids[1]])
    with pytest.raises(LockedError, match=r"locked segments 1, 2\. Unlock them first\."):
        # Before any file is looked at.
        library.segments.attach_images([(key, "absent.png") for key in ids[1:4]])
    assert files(library) == {}


def test_one_locked_while_pictures_are_copied_refuses_all(
    library: Library,
    second: Library,
    ids: Sequence[int],
    pictures: Sequence[Path],
    files: Files,
    rows: Callable[[Library], Any],
) -> None:
    with library.segments.stage_images(zip(ids, pictures, strict=False)) as attach:
        second.segments.lock([ids[1]])
        before = rows(library)
        with pytest.raises(LockedError, match="locked segment 2"):
            attach()
    assert (rows(library), files(library)) == (before, {})


def test_one_that_is_no_picture_refuses_all_by_its_name(
    library: Library,
    project: ProjectRecord,
    ids: Sequence[int],
    pictures: Sequence[Path],
    files: Files,
    tmp_path: Path,
) -> None:
    (tmp_path / "cut.png").write_bytes(pictures[0].read_bytes()[:-30])
    with pytest.raises(InvalidImageError) as caught:
        library.segments.attach_images(
            [(ids[0], pictures[0]), (ids[1], tmp_path / "cut.png"), (ids[2], pictures[2])]
        )
    assert caught.value.details["file"] == "cut.png"
    assert files(library) == {}
    assert library.history.list(project.id) == []
    assert list((library.media / ".staging").iterdir()) == []


def test_a_segment_that_is_named_twice_is_refused(
    library: Library, ids: Sequence[int], pictures: Sequence[Path]
) -> None:
    with pytest.raises(InvalidOrderError) as caught:
        library.segments.attach_images([(ids[0], pictures[0]), (ids[0], pictures[1])])
    assert caught.value.details["repeated"] == [ids[0]]


def test_one_picture_may_go_to_many(
    library: Library, ids: Sequence[int], pictures: Sequence[Path]
) -> None:
    attached = library.segments.attach_images([(key, pictures[0]) for key in ids])
    assert len({segment.image_file for segment in attached}) == 5


def test_progress_is_told_and_may_end_the_work(
    library: Library,
    project: ProjectRecord,
    ids: Sequence[int],
    pictures: Sequence[Path],
    files: Files,
) -> None:
    told: list[tuple[int, int]] = []
    library.segments.attach_images(
        zip(ids, pictures, strict=False), lambda done, total: told.append((done, total))
    )
    assert told == [(0, 3), (1, 3), (2, 3), (3, 3)]
    library.history.undo(project.id)
    before = files(library)

    def stop(done: int, total: int) -> None:
        if done == 2:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        library.segments.attach_images(zip(ids, pictures, strict=False), stop)
    assert files(library) == before
    assert library.projects.get(project.id).image_count == 0


def test_the_write_lock_is_free_while_pictures_are_copied(
    library: Library, second: Library, ids: Sequence[int], pictures: Sequence[Path]
) -> None:
    def write(done: int, total: int) -> None:
        second.segments.edit(ids[4], text_content=f"written at {done}")

    library.segments.attach_images(zip(ids, pictures, strict=False), write)
    assert library.segments.get(ids[4]).text_content == "written at 3"


def test_pictures_for_many_cost_no_more_each_the_more_there_are(
    library: Library,
    sample_story: Callable[[int], Any],
    pictures: Sequence[Path],
    statements: list[str],
) -> None:
    project = library.projects.import_story(sample_story(80))
    ids = library.segments.ids(project.id)
    costs = []
    for count in (20, 80, 80):  # the last of them replace others
        library.segments.attach_images([(key, pictures[0]) for key in ids[:20]])
        statements.clear()
        library.segments.attach_images([(key, pictures[1]) for key in ids[:count]])
        costs.append(len(statements))
    assert costs[1] < costs[0] * 4 < costs[2] * 8
    assert costs[2] < costs[0] * 5


def test_files_are_looked_at_no_more_often_the_more_there_are(
    library: Library,
    sample_story: Callable[[int], Any],
    pictures: Sequence[Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ids = library.segments.ids(library.projects.import_story(sample_story(60)).id)
    looks, stat = [0], Path.stat

    def counted(path: Path, **options: Any) -> Any:
        looks[0] += 1
        return stat(path, **options)

    monkeypatch.setattr(Path, "stat", counted)
    costs = []
    for count in (15, 60):
        for picture in (pictures[0], pictures[0]):  # the second replaces the first, by its name
            looks[0] = 0
            library.segments.attach_images([(key, picture) for key in ids[:count]])
        costs.append(looks[0])
    assert costs[1] < costs[0] * 5
