"""Names of stored files: always safe, short and legible; and folders that links cannot leave."""

from __future__ import annotations

import errno
import os
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storyflow_tui.errors import ReadOnlyError
from storyflow_tui.library import Library
from storyflow_tui.library.disk import Disk
from storyflow_tui.library.media import (
    NAME_BYTES,
    Media,
    image_path,
    is_inside,
    original_name,
    safe_name,
    stored_name,
)
from storyflow_tui.story import Story, StorySegment

NAMES = st.one_of(
    st.text(),
    st.text(st.characters(categories=["Cs", "Cc", "Cf", "Zl", "Zp", "Mn", "Lu"])),
    st.text("ab./\\ ~\0\n\u202e\u200fé\u0301ラ", max_size=300),
    st.builds("{}.{}".format, st.text(min_size=1, max_size=400), st.sampled_from(["png", "JPEG"])),
    st.text("👩\u200dé\u0301", min_size=100, max_size=300),
)


def is_safe(name: str) -> bool:
    """What every name that we store under must be."""
    return (
        0 < len(name.encode()) <= NAME_BYTES
        and name not in (".", "..")
        and not set(name) & set("/\\")
        and not any(unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") for c in name)
        and unicodedata.is_normalized("NFC", name)
    )


@settings(deadline=None)
@given(NAMES)
def test_any_name_is_made_safe(name: str) -> None:
    assert is_safe(safe_name(name))


@settings(deadline=None)
@given(NAMES, st.integers(1, 2**63 - 1))
def test_any_stored_name_is_safe_and_tells_its_segment(name: str, key: int) -> None:
    stored = stored_name(str(key), name)
    assert is_safe(stored)
    assert stored.startswith(f"{key}_")
    assert original_name(f"projects/1/images/{stored}") == stored.removeprefix(f"{key}_")


@settings(deadline=None)
@given(NAMES, st.integers(1, 2**63 - 1), st.integers(1, 2**63 - 1))
def test_any_stored_path_stays_in_its_folder(name: str, project: int, segment: int) -> None:
    path = image_path(project, segment, name)
    assert path.startswith(f"projects/{project}/images/{segment}_")
    assert path.count("/") == 3
    assert is_inside(path)


@settings(deadline=None)
@given(
    st.text(st.characters(exclude_characters="/\\", exclude_categories=["Cs", "Cc"]), min_size=1),
    st.sampled_from([".png", ".jpg", ".JPEG", ".webp"]),
    st.integers(1, 2**63 - 1),
)
def test_the_ending_of_a_picture_is_kept(stem: str, ending: str, key: int) -> None:
    assert safe_name(stem + ending).endswith(ending)
    assert stored_name(str(key), stem * 50 + ending).endswith(ending)


@settings(max_examples=30, deadline=None)
@given(NAMES)
def test_any_stored_name_can_be_written(
    tmp_path_factory: pytest.TempPathFactory, name: str
) -> None:
    folder = tmp_path_factory.mktemp("names")
    (folder / stored_name("1", name)).touch()
    assert os.listdir(folder) == [stored_name("1", name)]  # noqa: PTH208 - names as stored


@pytest.mark.parametrize(
    ("given_name", "stored"),
    [
        ("a.png", "a.png"),
        ("Ein Bild.JPG", "Ein Bild.JPG"),
        ("ランプ.webp", "ランプ.webp"),
        ("/etc/passwd.png", "passwd.png"),
        ("..\\..\\a.png", "a.png"),
        ("a\0b\n\x1b.png", "ab.png"),
        ("e\u0301.png", "é.png"),
        ("gnp\u202egpj.png", "gnpgpj.png"),
        (".png", "image.png"),
        ("..", "image"),
        ("", "image"),
        ("dir/", "image"),
        (".hidden.png", ".hidden.png"),
        ("a.b.c.png", "a.b.c.png"),
        ("\udcff.png", "?.png"),
    ],
)
def test_what_becomes_of_names(given_name: str, stored: str) -> None:
    assert safe_name(given_name) == stored


def test_a_long_name_is_cut_at_a_whole_character() -> None:
    name = stored_name("7", "ラ" * 100 + ".jpeg")
    assert name == "7_" + "ラ" * 64 + ".jpeg"
    assert len(name.encode()) == 199


@pytest.mark.parametrize(
    ("stored", "original"),
    [
        ("projects/1/images/7_a.png", "a.png"),
        ("projects/1/images/7_8_a.png", "8_a.png"),
        ("projects/1/images/a_b.png", "a_b.png"),
        ("projects/1/images/7_", "7_"),
        ("a.png", "a.png"),
    ],
)
def test_the_name_that_a_file_came_with(stored: str, original: str) -> None:
    assert original_name(stored) == original


@pytest.mark.parametrize("path", ["projects/1/images/1_a.png", "a.png", "projects/1/..a/b"])
def test_a_path_inside_is_followed(tmp_path: Path, path: str) -> None:
    assert Media(tmp_path, Disk()).path(path) == tmp_path / path


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "/a",
        "..",
        "../a",
        "a/../b",
        "a/..",
        "./a",
        "a//b",
        "a/",
        ".trash/a",
        ".staging/a",
        "\0",
    ],
)
def test_a_path_outside_is_not(tmp_path: Path, path: str) -> None:
    assert Media(tmp_path, Disk()).path(path) is None


def test_no_link_is_followed_below_the_media_folder(tmp_path: Path) -> None:
    (tmp_path / "media").mkdir()
    (tmp_path / "media/link").symlink_to(tmp_path)
    (tmp_path / "link").symlink_to(tmp_path / "media")
    media = Media((tmp_path / "link").resolve(), Disk())
    assert media.path("link") is None
    assert media.path("link/a.png") is None
    assert media.path("a.png") == tmp_path / "media/a.png"


def test_what_was_staged_goes_when_the_operation_fails(tmp_path: Path) -> None:
    media = Media(tmp_path, Disk())
    media.make_folders()
    (tmp_path / "a").write_bytes(b"a")

    def fail() -> None:
        with media.staging() as staging:
            staging.copy(tmp_path / "a", 1)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert list((tmp_path / ".staging").iterdir()) == []


def test_a_library_open_for_reading_stages_nothing(
    library: Library, tmp_path: Path, paint: Callable[..., Path]
) -> None:
    library.projects.import_story(Story("The Lamp", [StorySegment("One")]))
    library.segments.attach_image(1, paint(tmp_path / "a.png"))
    library.segments.remove_image(1)
    with Library.open(library.path, read_only=True) as reader:
        # Made by nobody: were it touched, it would have to be made anew.
        (library.media / ".staging").rmdir()
        with pytest.raises(ReadOnlyError, match="open for reading only"):
            reader.segments.attach_image(1, tmp_path / "a.png")
        with pytest.raises(ReadOnlyError, match="open for reading only"):
            reader.trash.restore(reader.history.ids(1)[0])
        assert not (library.media / ".staging").exists()


def test_staging_that_cannot_be_swept_keeps_no_other(library: Library) -> None:
    class Clinging(Disk):
        def unlink(self, path: Path) -> None:
            if path.parent.name == "a":
                raise OSError(errno.EACCES, "Permission denied", str(path))
            super().unlink(path)

    for name in ("a", "b"):
        (library.media / ".staging" / name).mkdir()
        (library.media / ".staging" / name / "1").touch()
    Library.open(library.path, disk=Clinging()).close()
    assert [path.name for path in (library.media / ".staging").iterdir()] == ["a"]
