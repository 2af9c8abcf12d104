"""What lies in `media/` beside the projects, and in the trash, and that nothing names."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from storyflow_tui.library import Library
from storyflow_tui.library.disk import Disk
from storyflow_tui.records import Finding


def told(library: Library) -> list[tuple[str, str, bool]]:
    """What check finds: which check, what it is about, and whether it is mended."""
    return [(one.check, one.message, one.can_mend) for one in library.check()]


def test_a_file_beside_the_projects_is_found_and_goes_to_the_trash(full: Library) -> None:
    (full.media / "zz.webp").write_bytes(b"stray")
    assert told(full) == [("unnamed_file", "No segment names zz.webp.", True)]
    assert full.repair().left == []
    assert not (full.media / "zz.webp").exists()
    assert full.check() == []
    full.history.undo()
    assert (full.media / "zz.webp").read_bytes() == b"stray"


def test_a_link_beside_the_projects_goes_as_a_link(full: Library, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "letter.txt").write_text("kept")
    (full.media / "link").symlink_to(tmp_path / "outside")
    assert full.repair().left == []
    assert not (full.media / "link").is_symlink()
    assert (tmp_path / "outside" / "letter.txt").read_text() == "kept"


def test_a_folder_beside_the_projects_is_told_once_and_left_alone(full: Library) -> None:
    for name in ("a", "b"):
        (full.media / "old" / name).mkdir(parents=True)
        (full.media / "old" / name / "x.png").write_bytes(b"stray")
    expected = Finding(
        "unnamed_file",
        "old",
        "No segment names anything in old.",
        can_mend=False,
        why_not="It is left alone; if you put it there, move it out of media/.",
    )
    assert full.check() == full.repair().left == [expected]
    assert (full.media / "old/b/x.png").read_bytes() == b"stray"


def test_a_folder_in_which_a_row_names_something_is_no_stray(
    full: Library, sql: Callable[..., Any]
) -> None:
    (full.media / "old").mkdir()
    picture = full.media / str(full.segments.get(1).image_file)
    picture.rename(full.media / "old" / "1_a.png")
    sql(full, "UPDATE segment SET image_file = 'old/1_a.png' WHERE id = 1")
    assert full.check() == []


def test_what_a_disk_of_its_own_has_is_no_stray(full: Library) -> None:
    (full.media / "lost+found").mkdir()
    assert full.check() == []


@pytest.mark.parametrize("place", [".trash/stray.png", ".trash/99/1-stray.png", ".trash/3/x.png"])
def test_what_no_change_holds_in_the_trash_is_found_and_emptied_with_it(
    full: Library, place: str
) -> None:
    (full.media / place).parent.mkdir(exist_ok=True)
    (full.media / place).write_bytes(b"stray")
    (finding,) = full.check()
    assert finding.message == f"No change holds {place}."
    assert "storyflow trash empty" in finding.why_not
    assert full.repair().left == [finding]
    full.trash.empty()
    assert full.check() == []


def test_a_folder_in_the_trash_that_no_change_holds_is_one_finding(full: Library) -> None:
    (full.media / ".trash/99/4-7/images").mkdir(parents=True)
    for name in ("a", "b"):
        (full.media / ".trash/99/4-7/images" / name).write_bytes(b"stray")
    assert [finding.subject for finding in full.check()] == [".trash/99/4-7"]


def test_a_story_half_out_of_the_trash_is_no_finding(full: Library) -> None:
    class Killed(BaseException):
        pass

    class Dying(Disk):
        def remove_tree(self, folder: Path) -> None:
            if folder.parent.parent.name == ".trash":
                raise Killed
            super().remove_tree(folder)

    with Library.open(full.path, disk=Dying()) as dying, pytest.raises(Killed):
        dying.trash.empty()
    assert any(path.name.startswith(".leaving-") for path in (full.media / ".trash").glob("*/*"))
    assert full.check() == []
    full.trash.empty()
    assert list((full.media / ".trash").iterdir()) == []


def test_what_others_throw_away_during_a_check_is_no_stray(full: Library) -> None:
    class Late(Disk):
        wrote = False

        def scan(self, folder: Path) -> list[tuple[str, str]]:
            # What changes hold is read; now somebody else throws something away.
            if folder.name == ".trash" and not self.wrote:
                self.wrote = True
                full.segments.remove_image(2)
            return super().scan(folder)

    disk = Late()
    with Library.open(full.path, disk=disk) as other:
        assert other.check() == []
    assert disk.wrote


def test_what_waits_to_be_moved_out_of_the_trash_is_no_stray(full: Library, stuck: Library) -> None:
    stuck.history.undo()
    assert [finding.check for finding in stuck.check()] == ["pending_move"]
