"""Repair: what is safe is mended in one change that undo takes back, and nothing is destroyed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from storyflow_tui.errors import (
    NoSpaceError,
    ReadOnlyError,
)
from storyflow_tui.library import Library
from storyflow_tui.library.disk import Disk
from storyflow_tui.records import Changed
from tests.library import damage
from tests.library.damage import Damage, bytes_anywhere, checks, image, name, seen, sql


@pytest.mark.parametrize("scribble", damage.MENDABLE, ids=lambda one: one.__name__)
def test_a_library_that(whole: Library, scribble: Damage) -> None:
    """… is damaged is mended by one change, which undo takes back exactly and redo does again."""
    scribble(whole)
    damaged, kept = seen(whole), bytes_anywhere(whole)
    changes = len(whole.history.list())
    assert checks(whole) == damage.MENDABLE[scribble]

    answer = whole.repair()
    assert answer.left == []
    assert {finding.check for finding in answer.mended} >= set(damage.MENDABLE[scribble])
    assert answer.change is not None
    assert answer.change.label.startswith("Repair the library: ")
    assert (checks(whole), bytes_anywhere(whole)) == ([], kept)
    assert len(whole.history.list()) == changes + 1

    mended = seen(whole)
    assert whole.history.undo() == answer.change._replace(state="undone", files=(), bytes=0)
    assert (seen(whole), bytes_anywhere(whole)) == (damaged, kept)
    whole.history.redo()
    assert (seen(whole), bytes_anywhere(whole), checks(whole)) == (mended, kept, [])
    whole.history.undo()
    assert (seen(whole), bytes_anywhere(whole)) == (damaged, kept)
    assert whole.repair().left == []


def test_a_sound_library_is_not_written(whole: Library, statements: list[str]) -> None:
    assert whole.repair() == (None, [], [])
    assert not any(one.startswith("BEGIN IMMEDIATE") for one in statements)


def test_a_second_repair_finds_nothing_and_is_no_change(whole: Library) -> None:
    damage.has_everything_at_once(whole)
    whole.repair()
    before = seen(whole), whole.history.list()
    assert whole.repair() == (None, [], [])
    assert (seen(whole), whole.history.list()) == before


def test_the_label_says_what_was_mended(whole: Library) -> None:
    image(whole, 1).unlink()
    image(whole, 2).unlink()
    damage.has_a_stray_file(whole)
    change = whole.repair().change
    assert change is not None
    assert (change.project_id, change.state) == (None, "done")
    assert change.label == "Repair the library: 2 missing files, 1 stray file"
    assert change.files == ("stray.png",)


def test_the_times_of_what_is_not_mended_stay(whole: Library) -> None:
    image(whole, 1).unlink()
    before = whole.projects.get(2), whole.segments.get(2)
    whole.repair()
    assert (whole.projects.get(2), whole.segments.get(2)) == before


def test_the_repair_is_told_to_the_screens(whole: Library) -> None:
    image(whole, 1).unlink()
    damage.has_negative_indices(whole)
    told: list[Changed] = []
    whole.on_changed = told.append
    change = whole.repair().change
    assert change is not None
    assert {(one.project_id, one.change_id, one.order_changed) for one in told} == {
        (1, change.id, True),
        (2, change.id, True),
    }


# -- what stays as it is --------------------------------------------------------------------------


LOCKED = "It is locked; unlock it first:"


def left(library: Library) -> list[tuple[str, str, str]]:
    return [(one.check, one.subject, one.why_not) for one in library.repair().left]


def test_a_locked_segment_is_not_touched(whole: Library) -> None:
    image(whole, 3).unlink()
    before = seen(whole)
    told = [("missing_file", "segment 3", f"{LOCKED} storyflow segment edit 3 --unlock")]
    assert left(whole) == told
    assert seen(whole) == before
    assert [(one.check, one.subject, one.why_not) for one in whole.check()] == told
    whole.segments.edit(3, is_locked=False)
    assert left(whole) == []
    assert whole.check() == []


def test_a_segment_locked_between_the_look_and_the_repair_is_not_touched(
    whole: Library, second: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    image(whole, 1).unlink()
    change = whole._door.change

    def late(*arguments: Any, **options: Any) -> Any:
        second.segments.edit(1, is_locked=True)
        return change(*arguments, **options)

    monkeypatch.setattr(whole._door, "change", late)
    assert left(whole) == [
        ("missing_file", "segment 1", f"{LOCKED} storyflow segment edit 1 --unlock")
    ]
    assert whole.segments.get(1).image_file is not None


def test_what_a_locked_segment_means_is_not_taken_away(whole: Library) -> None:
    picture = image(whole, 3)
    name(whole, 3, str(picture))
    assert [one[0] for one in left(whole)] == ["damaged_path"]
    assert picture.is_file()


def test_a_link_that_leads_a_locked_segment_to_its_picture_stays(whole: Library) -> None:
    folder = whole.media / "projects/1/images"
    moved = whole.path.with_name("moved")
    folder.rename(moved)
    folder.symlink_to(moved)
    answer = whole.repair()
    assert [one.subject for one in answer.mended] == ["segment 1", "segment 2"]
    assert [one.subject for one in answer.left] == ["segment 3"]
    assert folder.is_symlink()


def test_a_cut_picture_stays_and_is_told(whole: Library) -> None:
    picture = image(whole, 2)
    picture.write_bytes(picture.read_bytes()[:50])
    damage.has_a_stray_file(whole)
    cut = picture.read_bytes()
    answer = whole.repair()
    assert [one.check for one in answer.mended] == ["unnamed_file"]
    assert [(one.check, one.subject, one.can_mend) for one in answer.left] == [
        ("broken_image", "segment 2", False)
    ]
    assert "segment attach-image 2 FILE" in answer.left[0].why_not
    assert picture.read_bytes() == cut


def test_a_folder_out_of_reach_is_no_loss(whole: Library) -> None:
    class Blind(Disk):
        def scan(self, folder: Path) -> list[tuple[str, str]]:
            if folder.name == "images":
                raise PermissionError(13, "Permission denied", str(folder))
            return super().scan(folder)

        def kind(self, path: Path) -> str:
            if "images/" in str(path):
                raise PermissionError(13, "Permission denied", str(path))
            return super().kind(path)

    before = seen(whole)
    with Library.open(whole.path, disk=Blind()) as blind:
        assert [(one[0], one[1]) for one in left(blind)] == [
            ("unreadable_folder", "projects/1/images"),
            ("unreadable_folder", "projects/2/images"),
        ]
    assert (seen(whole), whole.check()) == (before, [])


def test_a_stray_that_cannot_be_moved_stays(whole: Library) -> None:
    class Fixed(Disk):
        def may_move(self, folder: Path, to: Path) -> bool:
            return "/projects/1/" not in str(folder)

    damage.has_a_stray_file(whole)
    damage.has_the_folder_of_a_project_that_is_not_there(whole)
    with Library.open(whole.path, disk=Fixed()) as library:
        assert [one[:2] for one in left(library)] == [
            ("unnamed_file", "projects/1/images/stray.png")
        ]
        assert library.pending_moves() == 0
    assert [one.subject for one in whole.check()] == ["projects/1/images/stray.png"]


def test_a_name_that_no_list_can_hold_stays(whole: Library) -> None:
    damage.has_a_stray_file(whole)
    odd = whole.media / "projects/1/images/\udcff.png"
    odd.write_bytes(b"odd")
    answer = whole.repair()
    assert [one.subject for one in answer.mended] == ["projects/1/images/stray.png"]
    assert [(one.subject, one.can_mend) for one in answer.left] == [
        ("projects/1/images/\udcff.png", False)
    ]
    assert odd.read_bytes() == b"odd"


@pytest.mark.parametrize("folder", ["projects", ".trash"])
def test_a_linked_folder_of_the_library_is_not_gone_through(whole: Library, folder: str) -> None:
    damage.has_a_stray_file(whole)
    moved = whole.path.with_name("elsewhere")
    (whole.media / folder).rename(moved)
    (whole.media / folder).symlink_to(moved)
    before, outside = seen(whole), sorted(moved.rglob("*"))
    answer = whole.repair()
    assert answer.change is None
    assert answer.left[0].subject == folder
    assert not any(one.can_mend for one in answer.left)
    assert (seen(whole), sorted(moved.rglob("*"))) == (before, outside)


def test_a_file_in_place_of_all_projects_is_told(whole: Library) -> None:
    (whole.media / "projects").rename(whole.path.with_name("elsewhere"))
    (whole.media / "projects").write_bytes(b"no folder")
    with Library.open(whole.path) as library:
        assert library.read_only
        assert [(one.check, one.subject) for one in library.check()] == [
            ("damaged_path", "projects")
        ]


def test_rows_of_no_project_stay_and_their_pictures_with_them(whole: Library) -> None:
    picture = image(whole, 5)
    sql(whole, "DELETE FROM tally WHERE project_id = 2")
    sql(whole, "DELETE FROM project WHERE id = 2")
    image(whole, 6).unlink()
    sql(whole, "UPDATE segment SET sequence_index = 7 WHERE project_id = 2")
    damage.has_a_stray_file(whole)
    answer = whole.repair()
    assert [one.check for one in answer.mended] == ["unnamed_file"]
    assert {one.check for one in answer.left} == {"database", "missing_file", "order"}
    assert picture.is_file()
    assert {one.check for one in whole.check()} == {"database", "missing_file", "order"}


def test_a_row_without_a_time_is_told_and_not_touched(whole: Library) -> None:
    image(whole, 1).unlink()
    image(whole, 2).unlink()
    sql(whole, "UPDATE segment SET updated_at = 'soon' WHERE id = 1")
    answer = whole.repair()
    assert [(one.check, one.subject) for one in answer.left] == [
        ("database", "segment 1"),
        ("missing_file", "segment 1"),
    ]
    assert [one.subject for one in answer.mended] == ["segment 2"]


def test_in_a_damaged_database_nothing_is_mended(
    whole: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    damage.has_everything_at_once(whole)
    rows = whole._database.rows

    def damaged(query: str, *parameters: Any) -> Any:
        return [("row 3 missing",)] if "quick_check" in query else rows(query, *parameters)

    monkeypatch.setattr(whole._database, "rows", damaged)
    before = seen(whole)
    answer = whole.repair()
    assert (answer.change, answer.mended) == (None, [])
    assert answer.left[0].check == "database"
    assert not any(one.can_mend for one in answer.left)
    assert seen(whole) == before


def test_a_library_for_reading_only_is_checked_and_not_repaired(whole: Library) -> None:
    with Library.open(whole.path, read_only=True) as library, pytest.raises(ReadOnlyError):
        library.repair()
    damage.loses_a_picture(whole)
    with Library.open(whole.path, read_only=True) as library:
        assert checks(library) == ["missing_file"]
        with pytest.raises(ReadOnlyError):
            library.repair()


# -- counts and moves -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "scribble",
    [
        "UPDATE tally SET word_count = 5000",
        "UPDATE tally SET image_count = image_count + 1 WHERE project_id = 2",
        "UPDATE tally SET locked_count = -1 WHERE project_id = 1",
        "DELETE FROM tally WHERE project_id = 1",
        "INSERT INTO tally (project_id) VALUES (77)",
    ],
)
def test_wrong_counts_are_counted_anew_and_are_no_change(whole: Library, scribble: str) -> None:
    before = seen(whole)
    changes = whole.history.list()
    sql(whole, scribble)
    assert checks(whole) == ["counts"]
    answer = whole.repair()
    assert answer.change is None
    assert {one.check for one in answer.mended} == {"counts"}
    assert answer.left == []
    assert (seen(whole), whole.check(), whole.history.list()) == (before, [], changes)


def test_counts_are_right_after_other_mends_and_after_their_undo(whole: Library) -> None:
    image(whole, 1).unlink()
    sql(whole, "UPDATE tally SET image_count = 40, word_count = 1")
    answer = whole.repair()
    assert {one.check for one in answer.mended} == {"counts", "missing_file"}
    assert whole.check() == []
    assert whole.projects.get(1).image_count == 2
    whole.history.undo()
    assert checks(whole) == ["missing_file"]
    assert whole.projects.get(1).image_count == 3


def test_a_move_that_cannot_be_done_is_given_up_and_the_rest_of_its_list_is_done(
    whole: Library,
) -> None:
    (whole.media / ".staging/here").mkdir()
    (whole.media / ".staging/here/2").write_bytes(image(whole, 1).read_bytes())
    for source, target in (
        (".staging/here/1", "projects/1/images/1_gone.png"),
        (".staging/here/2", "projects/1/images/4_new.png"),
    ):
        sql(
            whole,
            "INSERT INTO file_move (operation, source, target) VALUES ('x', ?, ?)",
            source,
            target,
        )
    name(whole, 4, "projects/1/images/4_new.png")
    sql(whole, "UPDATE tally SET image_count = 4 WHERE project_id = 1")
    assert [(one.check, one.can_mend) for one in whole.check()] == [("pending_move", True)] * 2
    changes = whole.history.list()
    answer = whole.repair()
    assert [one.check for one in answer.mended] == ["pending_move"] * 2
    assert (answer.change, answer.left) == (None, [])
    assert (whole.pending_moves(), whole.check(), whole.history.list()) == (0, [], changes)
    assert image(whole, 4).is_file()


def test_a_row_whose_file_a_hopeless_move_was_to_bring_lets_go_of_it(whole: Library) -> None:
    sql(
        whole,
        "INSERT INTO file_move (operation, source, target) VALUES ('x', ?, ?)",
        ".staging/gone/1",
        "projects/1/images/4_new.png",
    )
    name(whole, 4, "projects/1/images/4_new.png")
    sql(whole, "UPDATE tally SET image_count = 4 WHERE project_id = 1")
    answer = whole.repair()
    assert sorted(one.check for one in answer.mended) == ["missing_file", "pending_move"]
    assert (answer.left, whole.check()) == ([], [])
    assert whole.segments.get(4).image_file is None


def test_a_move_that_the_disk_refuses_stays_with_its_reason(whole: Library, stuck: Library) -> None:
    stuck.segments.remove_image(1)
    answer = stuck.repair()
    assert (answer.change, answer.mended) == (None, [])
    (waiting,) = answer.left
    assert (waiting.check, waiting.can_mend) == ("pending_move", False)
    assert "Device or resource busy" in waiting.message
    whole.projects.create("The next writer does it")
    assert whole.check() == []


def test_a_move_whose_source_is_out_of_reach_is_not_given_up(whole: Library) -> None:
    class Blind(Disk):
        def rename(self, source: Path, target: Path) -> None:
            raise PermissionError(13, "Permission denied", str(source))

        def kind(self, path: Path) -> str:
            if ".staging/" in str(path):
                raise PermissionError(13, "Permission denied", str(path))
            return super().kind(path)

    picture = whole.path.with_name("pictures") / "c.png"
    with Library.open(whole.path, disk=Blind()) as blind:
        blind.segments.attach_image(4, picture)
        damage.has_a_stray_file(blind)
        blind.repair()
    whole.projects.create("The next writer does it")
    assert image(whole, 4).read_bytes() == picture.read_bytes()
    assert whole.check() == []


def test_a_repair_whose_files_cannot_be_moved_yet_has_happened(
    whole: Library, stuck: Library
) -> None:
    damage.has_a_stray_file(stuck)
    answer = stuck.repair()
    assert answer.change is not None
    assert [one.check for one in answer.left] == ["pending_move"]
    whole.projects.create("The next writer does it")
    assert whole.check() == []


# -- folders in a file's place --------------------------------------------------------------------


def test_a_segment_that_names_a_folder_takes_nobodys_files_with_it(whole: Library) -> None:
    name(whole, 1, "projects/2/images")
    whole.segments.remove_image(1)
    name(whole, 2, "projects/2")
    whole.segments.delete(2)
    assert image(whole, 5).is_file()
    assert image(whole, 6).is_file()


def test_a_project_that_names_anothers_folder_does_not_take_it_along(whole: Library) -> None:
    name(whole, 1, "projects/2/images")
    whole.projects.delete(1)
    assert image(whole, 5).is_file()


# -- faults ---------------------------------------------------------------------------------------


def test_a_full_disk_leaves_the_damage_as_it_is(whole: Library) -> None:
    class Full(Disk):
        def mkdir(self, path: Path) -> None:
            raise OSError(28, "No space left on device", str(path))

    damage.has_everything_at_once(whole)
    before = seen(whole)
    with Library.open(whole.path, disk=Full()) as full, pytest.raises(NoSpaceError):
        full.repair()
    assert seen(whole) == before
    assert whole.history.list()[0].label == "Import “The Train”"
