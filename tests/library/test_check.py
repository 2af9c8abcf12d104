"""Check: what it finds, and that it mends nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from storyflow_tui.library import Library
from storyflow_tui.library.disk import Disk
from storyflow_tui.records import Finding, ProjectRecord


@pytest.fixture
def pictured(
    library: Library,
    project: ProjectRecord,
    ids: Sequence[int],
    paint: Callable[..., Path],
    tmp_path: Path,
) -> Path:
    """The stored picture of the first segment."""
    segment = library.segments.attach_image(ids[0], paint(tmp_path / "a.png"))
    return library.media / str(segment.image_file)


def test_a_sound_library_has_no_findings(library: Library, pictured: Path) -> None:
    library.segments.remove_image(1)
    assert library.check() == []


def test_a_missing_file_is_found(library: Library, pictured: Path) -> None:
    pictured.unlink()
    assert library.check() == [
        Finding(
            "missing_file",
            "segment 1",
            "Segment 1 of project 1 (id 1) names projects/1/images/1_a.png; it is gone.",
            can_mend=True,
        )
    ]


def test_a_segment_is_told_by_its_place_and_its_id(
    library: Library, pictured: Path, ids: Sequence[int]
) -> None:
    library.segments.delete(ids[1])
    library.segments.move(ids[0], 3)
    pictured.unlink()
    (finding,) = library.check()
    assert finding.message.startswith(f"Segment 3 of project 1 (id {ids[0]}) names ")


def test_a_missing_audio_file_is_found(
    library: Library, pictured: Path, sql: Callable[..., Any]
) -> None:
    sql(library, "UPDATE segment SET audio_file = 'projects/1/audio/1_a.mp3' WHERE id = 1")
    assert [finding.check for finding in library.check()] == ["missing_file"]


def test_a_folder_in_a_files_place_is_a_missing_file(library: Library, pictured: Path) -> None:
    pictured.unlink()
    pictured.mkdir()
    assert [finding.check for finding in library.check()] == ["missing_file"]


def test_a_file_that_no_row_names_is_found_and_left(library: Library, pictured: Path) -> None:
    stray = pictured.with_name("stray.png")
    stray.write_bytes(b"stray")
    assert library.check() == [
        Finding(
            "unnamed_file",
            "projects/1/images/stray.png",
            "No segment names projects/1/images/stray.png.",
            can_mend=True,
        )
    ]
    assert stray.read_bytes() == b"stray"


def test_a_link_that_no_row_names_is_found(library: Library, pictured: Path) -> None:
    pictured.with_name("link.png").symlink_to("/")
    assert [finding.check for finding in library.check()] == ["unnamed_file"]


def test_repeated_and_negative_indices_are_found(
    library: Library, project: ProjectRecord, ids: Sequence[int], sql: Callable[..., Any]
) -> None:
    sql(library, "UPDATE segment SET sequence_index = 3 WHERE id = ?", ids[0])
    sql(library, "UPDATE segment SET sequence_index = -1 WHERE id = ?", ids[1])
    assert [finding.check for finding in library.check()] == ["order", "order"]


def test_gaps_are_no_findings(library: Library, ids: Sequence[int]) -> None:
    library.segments.delete(ids[1])
    assert library.check() == []


def test_a_picture_reached_by_a_link_is_damaged(
    library: Library, pictured: Path, tmp_path: Path
) -> None:
    pictured.rename(tmp_path / "moved.png")
    pictured.symlink_to(tmp_path / "moved.png")
    assert "damaged_path" in {finding.check for finding in library.check()}


def test_a_name_in_other_capitals_is_the_same_file_where_capitals_do_not_count(
    library: Library, pictured: Path, sql: Callable[..., Any]
) -> None:
    class Folding(Disk):
        def found(self, path: Path) -> Path:
            if not path.parent.is_dir():
                return path
            names = {entry.name.lower(): entry for entry in path.parent.iterdir()}
            return names.get(path.name.lower(), path)

        def kind(self, path: Path) -> str:
            return super().kind(self.found(path))

        def identity(self, path: Path) -> tuple[int, int] | None:
            return super().identity(self.found(path))

    sql(library, "UPDATE segment SET image_file = 'projects/1/images/1_A.png' WHERE id = 1")
    with Library.open(library.path, disk=Folding()) as folding:
        assert folding.check(pictures=False) == []
    assert [finding.check for finding in library.check()] == ["missing_file", "unnamed_file"]


def test_what_others_write_during_a_check_is_not_taken_for_damage(
    library: Library, pictured: Path, ids: Sequence[int]
) -> None:
    class Late(Disk):
        wrote = False

        def scan(self, folder: Path) -> list[tuple[str, str]]:
            # The rows are read; now somebody else gives one a picture and takes one away.
            if folder.name == "images" and not self.wrote:
                self.wrote = True
                library.segments.attach_image(ids[1], pictured)
                library.segments.remove_image(ids[0])
            return super().scan(folder)

    disk = Late()
    with Library.open(library.path, disk=disk) as other:
        assert other.check() == []
    assert disk.wrote


@pytest.mark.parametrize("cut", [0, 1, 20, 40])
def test_a_picture_that_is_cut_short_is_found(library: Library, pictured: Path, cut: int) -> None:
    pictured.write_bytes(pictured.read_bytes()[:cut])
    (finding,) = library.check()
    assert (finding.check, finding.subject, finding.can_mend) == (
        "broken_image",
        "segment 1",
        False,
    )
    told = "Segment 1 of project 1 (id 1) has a picture, a.png, that cannot be shown. It "
    assert finding.message.startswith(told)
    assert library.check(pictures=False) == []


def test_something_else_under_a_pictures_name_is_found(library: Library, pictured: Path) -> None:
    pictured.write_text("no picture")
    assert [finding.check for finding in library.check()] == ["broken_image"]


def test_a_database_that_cannot_be_read_any_more_is_a_finding(
    library: Library, pictured: Path, sql: Callable[..., Any]
) -> None:
    for number in range(200):
        library.segments.edit(2, text_content=f"{number} " * 200)
    sql(library, "PRAGMA wal_checkpoint(TRUNCATE)")
    library.close()
    file = library.path / "storyflow.db"
    whole = file.read_bytes()
    file.write_bytes(whole[:8192] + b"\xa5" * (len(whole) - 8192))
    with Library.open(library.path) as damaged:
        findings = damaged.check()
        assert findings == damaged.repair().left
    assert {finding.check for finding in findings} == {"database"}
    assert not any(finding.can_mend for finding in findings)


def test_a_check_that_is_wanted_no_more_stops(library: Library, pictured: Path) -> None:
    pictured.unlink()
    assert library.check(wanted=lambda: False) == []


def test_a_move_that_cannot_be_done_is_found(
    library: Library, pictured: Path, sql: Callable[..., Any]
) -> None:
    sql(
        library,
        "INSERT INTO file_move (operation, source, target) VALUES ('x', ?, ?)",
        ".staging/gone/1",
        "projects/1/images/2_b.png",
    )
    assert library.pending_moves() == 1
    assert [(finding.check, finding.subject) for finding in library.check()] == [
        ("pending_move", "projects/1/images/2_b.png")
    ]


def test_staging_that_nobody_holds_is_swept_at_open_and_is_no_finding(library: Library) -> None:
    left = library.media / ".staging/left"
    left.mkdir()
    (left / "1").write_bytes(b"half a picture")
    assert library.check() == []
    Library.open(library.path).close()
    assert not left.exists()


def test_staging_that_is_held_is_not_swept(library: Library) -> None:
    with library._media.staging() as staging:
        Library.open(library.path).close()
        assert staging.folder.is_dir()
    assert not staging.folder.exists()
