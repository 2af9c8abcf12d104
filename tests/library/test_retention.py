"""Old changes leave with their files, under a false clock: which go, which stay, and when."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from storyflow_tui.errors import NotFoundError, NothingToUndoError
from storyflow_tui.library import Library, retention
from storyflow_tui.story import Story, StorySegment

Paint = Callable[..., Path]
Files = Callable[[Library], dict[str, bytes]]

START = datetime(2026, 3, 1, 9, tzinfo=UTC)


class Calendar:
    """A clock that is set by hand; each look at it is a millisecond later."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        self.now += timedelta(milliseconds=1)
        return self.now

    def pass_days(self, days: float) -> None:
        self.now += timedelta(days=days)


@pytest.fixture
def calendar() -> Calendar:
    return Calendar()


@pytest.fixture
def aging(tmp_path: Path, calendar: Calendar) -> Iterator[Library]:
    """A library under the false clock: one story of three segments, the first with a picture."""
    with Library.open(tmp_path / "aging", clock=calendar) as library:
        library.projects.import_story(Story("The Lamp", [StorySegment(f"{n}") for n in range(3)]))
        yield library


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> int:
    """Only the last five changes of a line stay whatever their age; a thousand take seconds."""
    monkeypatch.setattr(retention, "KEPT", 5)
    return 5


def edit(library: Library, times: int, segment_id: int = 2) -> None:
    for number in range(times):
        library.segments.edit(segment_id, text_content=f"Text {number}, {library._clock()}")


def held(files: Files, library: Library) -> list[str]:
    return [path for path in files(library) if path.startswith((".trash", ".staging"))]


def test_young_changes_stay_however_many(
    aging: Library, calendar: Calendar, few: int, paint: Paint, tmp_path: Path, files: Files
) -> None:
    aging.segments.attach_image(1, paint(tmp_path / "a.png"))
    aging.segments.remove_image(1)
    edit(aging, few * 2)
    calendar.pass_days(29.9)
    assert aging.begin_day(30) == 0
    assert len(aging.history.list(1)) == few * 2 + 2
    assert len(held(files, aging)) == 1


def test_the_last_changes_of_a_line_stay_however_old(
    aging: Library, calendar: Calendar, few: int, paint: Paint, tmp_path: Path
) -> None:
    edit(aging, few - 1)
    aging.segments.attach_image(1, paint(tmp_path / "a.png"))
    calendar.pass_days(80)
    assert aging.begin_day(30) == 0
    assert len(aging.history.list(1)) == few
    aging.history.undo(1)
    assert aging.segments.get(1).image_file is None


def test_old_changes_go_with_their_files_and_the_oldest_first(
    aging: Library, calendar: Calendar, few: int, paint: Paint, tmp_path: Path, files: Files
) -> None:
    aging.segments.attach_image(1, paint(tmp_path / "a.png"))
    aging.segments.remove_image(1)
    aging.segments.attach_image(1, paint(tmp_path / "b.png"))
    calendar.pass_days(20)
    edit(aging, few)
    labels = [change.label for change in aging.history.list(1)]
    calendar.pass_days(15)
    assert aging.begin_day(30) == 3
    assert [change.label for change in aging.history.list(1)] == labels[:few]
    assert held(files, aging) == []
    assert aging.segments.get(1).image_file == "projects/1/images/1_b.png"
    assert aging.check() == []


def test_what_is_left_can_still_be_undone_to_its_beginning(
    aging: Library, calendar: Calendar, few: int
) -> None:
    edit(aging, 3)
    calendar.pass_days(20)
    text = aging.segments.get(2).text_content
    edit(aging, few)
    calendar.pass_days(15)
    aging.begin_day(30)
    for _ in range(few):
        aging.history.undo(1)
    assert aging.segments.get(2).text_content == text
    with pytest.raises(NothingToUndoError):
        aging.history.undo(1)


def test_each_line_keeps_its_own_last_changes(aging: Library, calendar: Calendar, few: int) -> None:
    other = aging.projects.import_story(Story("Other", [StorySegment("One")]))
    edit(aging, few + 3)
    edit(aging, 2, aging.segments.ids(other.id)[0])
    calendar.pass_days(40)
    assert aging.begin_day(30) == 3
    assert len(aging.history.list(1)) == few
    assert len(aging.history.list(other.id)) == 2
    assert len(aging.history.list()) == 2


def test_it_is_applied_once_a_day_at_most(aging: Library, calendar: Calendar, few: int) -> None:
    edit(aging, few + 1)
    calendar.pass_days(40)
    assert aging.begin_day(30) == 1
    edit(aging, 1)
    assert aging.begin_day(1) is None
    assert len(aging.history.list(1)) == few + 1


@pytest.mark.parametrize("days", [-1, 90.1, 4000])
def test_a_clock_that_cannot_be_believed_removes_nothing(
    aging: Library, calendar: Calendar, few: int, days: float
) -> None:
    edit(aging, few)
    calendar.pass_days(60)
    edit(aging, few)
    calendar.pass_days(days)
    assert aging.begin_day(30) == 0
    assert len(aging.history.list(1)) == few * 2


def test_the_days_are_those_of_the_settings(aging: Library, calendar: Calendar, few: int) -> None:
    edit(aging, few * 2)
    calendar.pass_days(10)
    assert aging.begin_day(30) == 0
    calendar.pass_days(1)
    assert aging.begin_day(7) == few


def test_undo_and_redo_make_an_old_change_young_again(
    aging: Library, calendar: Calendar, few: int, paint: Paint, tmp_path: Path, files: Files
) -> None:
    aging.segments.attach_image(1, paint(tmp_path / "a.png"))
    aging.segments.remove_image(1)
    calendar.pass_days(25)
    aging.history.undo(1)
    aging.history.redo(1)
    edit(aging, few)
    calendar.pass_days(10)
    aging.begin_day(30)
    assert "Remove the picture of segment 1" in [c.label for c in aging.history.list(1)]
    assert len(held(files, aging)) == 1


def test_a_deleted_story_that_leaves_takes_its_own_line_along(
    aging: Library, calendar: Calendar, few: int, paint: Paint, tmp_path: Path, files: Files
) -> None:
    aging.segments.attach_image(1, paint(tmp_path / "a.png"))
    aging.segments.attach_image(1, paint(tmp_path / "b.png"))
    aging.projects.delete(1)
    for number in range(few):
        aging.projects.create(f"Story {number}")
    calendar.pass_days(40)
    # Its import and its deletion, and the two changes of its line.
    assert aging.begin_day(30) == 4
    assert held(files, aging) == []
    assert aging.check() == []


def test_a_deleted_story_that_can_come_back_keeps_its_line(
    aging: Library, calendar: Calendar, few: int, paint: Paint, tmp_path: Path
) -> None:
    aging.segments.attach_image(1, paint(tmp_path / "a.png"))
    aging.projects.delete(1)
    calendar.pass_days(40)
    assert aging.begin_day(30) == 0
    aging.history.undo()
    assert len(aging.history.list(1)) == 1
    aging.history.undo(1)
    assert aging.check() == []


def test_a_thousand_changes_are_kept_by_the_program_itself(
    aging: Library, calendar: Calendar
) -> None:
    assert retention.KEPT == 1000
    edit(aging, 1003)
    calendar.pass_days(40)
    assert aging.begin_day(30) == 3
    assert len(aging.history.ids(1)) == 1000


def test_what_a_restoration_shares_with_the_trash_outlives_it(
    aging: Library, calendar: Calendar, few: int, paint: Paint, tmp_path: Path, files: Files
) -> None:
    picture = paint(tmp_path / "a.png").read_bytes()
    aging.segments.attach_image(1, tmp_path / "a.png")
    aging.segments.remove_image(1)
    aging.trash.restore(aging.history.ids(1)[0])
    edit(aging, few)
    calendar.pass_days(40)
    assert aging.begin_day(30) == 3
    assert files(aging) == {"projects/1/images/1_a.png": picture}
    assert aging.check() == []


def test_a_reader_lets_nothing_go(aging: Library, calendar: Calendar, few: int) -> None:
    edit(aging, few + 1)
    calendar.pass_days(40)
    aging.close()
    with Library.open(aging.path, read_only=True, clock=calendar) as reader:
        assert reader.begin_day(30) is None
        assert len(reader.history.list(1)) == few + 1


def test_a_change_that_left_is_not_found(aging: Library, calendar: Calendar, few: int) -> None:
    edit(aging, few + 1)
    oldest = aging.history.ids(1)[-1]
    calendar.pass_days(40)
    aging.begin_day(30)
    with pytest.raises(NotFoundError):
        aging.trash.restore(oldest)
