"""A library with pictures, ways to damage it by hand, and all that can be seen of it."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from sqlite3 import connect
from typing import Any

from PIL import Image

from storyflow_tui.library import Library
from storyflow_tui.story import Story, StorySegment

Seen = dict[str, Any]

SECRET = b"kept outside of the library"


def illustrated(library: Library, pictures: Path) -> None:
    """Two projects of four segments: segments 1 to 3 have pictures, 3 is locked; 5 and 6 have."""
    for name, colour in (("a", "teal"), ("b", "orange"), ("c", "navy")):
        pictures.mkdir(exist_ok=True)
        Image.new("RGB", (8, 6), colour).save(pictures / f"{name}.png")
    for title in ("The Lamp", "The Train"):
        library.projects.import_story(
            Story(title, [StorySegment(f"Narration {number}.") for number in range(4)])
        )
    for key, name in ((1, "a"), (2, "b"), (3, "c"), (5, "a"), (6, "b")):
        library.segments.attach_image(key, pictures / f"{name}.png")
    library.segments.edit(3, is_locked=True)


def sql(library: Library, statement: str, *parameters: object) -> list[tuple[Any, ...]]:
    """A statement by a connection of its own, without a look at foreign keys."""
    with closing(connect(library.path / "storyflow.db", timeout=5)) as connection:
        rows = connection.execute(statement, parameters).fetchall()
        connection.commit()
    return rows


def seen(library: Library) -> Seen:
    """Every row and every entry below `media/projects`, with what is in it; folders left out."""
    found: Seen = {
        table: sql(library, f"SELECT * FROM {table} ORDER BY 1")
        for table in ("project", "segment", "tally")
    }
    root = library.media / "projects"
    for folder, folders, names in os.walk(root):
        for name in [*folders, *names]:
            path = Path(folder, name)
            mode = path.lstat().st_mode
            if stat.S_ISDIR(mode):
                continue
            content: object = stat.S_IFMT(mode)
            if stat.S_ISLNK(mode):
                content = path.readlink()
            elif stat.S_ISREG(mode):
                content = path.read_bytes()
            found[str(path.relative_to(root))] = content
    return found


def bytes_anywhere(library: Library) -> list[bytes]:
    """The bytes of every ordinary file of the library, wherever it lies."""
    return sorted(
        path.read_bytes()
        for path in library.media.rglob("*")
        if path.is_file() and not path.is_symlink()
    )


def checks(library: Library) -> list[str]:
    """The names of the checks that find something."""
    return sorted({finding.check for finding in library.check()})


def image(library: Library, segment_id: int) -> Path:
    """Where the picture of a segment lies; raises OSError where that is not in the library.

    One damage may come on top of another: the file of an absolute path is nobody's to damage.
    """
    path = library.media / str(library.segments.get(segment_id).image_file)
    if not path.is_relative_to(library.media) or ".." in path.parts:
        raise PermissionError(errno.EPERM, "Not in the library", str(path))
    return path


def name(library: Library, segment_id: int, path: str, column: str = "image_file") -> None:
    """Have the row of a segment name something else."""
    sql(library, f"UPDATE segment SET {column} = ? WHERE id = ?", path, segment_id)


Damage = Callable[[Library], None]


def loses_a_picture(library: Library) -> None:
    image(library, 1).unlink()


def loses_all_pictures_of_a_project(library: Library) -> None:
    image(library, 5).unlink()
    image(library, 6).unlink()


def loses_an_audio_file(library: Library) -> None:
    name(library, 2, "projects/1/audio/2_b.mp3", "audio_file")


def loses_picture_and_audio_of_one_segment(library: Library) -> None:
    image(library, 2).unlink()
    name(library, 2, "projects/1/audio/2_b.mp3", "audio_file")


def has_a_folder_in_a_pictures_place(library: Library) -> None:
    picture = image(library, 1)
    picture.unlink()
    picture.mkdir()


def has_a_full_folder_in_a_pictures_place(library: Library) -> None:
    has_a_folder_in_a_pictures_place(library)
    (library.media / "projects/1/images/1_a.png/inner.png").write_bytes(b"inner")


def has_a_pipe_in_a_pictures_place(library: Library) -> None:
    picture = image(library, 1)
    picture.unlink()
    os.mkfifo(picture)


def names_a_folder(library: Library) -> None:
    name(library, 1, "projects/2/images")


def names_a_whole_project(library: Library) -> None:
    name(library, 1, "projects/2")


def names_an_absolute_path(library: Library) -> None:
    name(library, 1, "/etc/hostname")


def names_its_own_picture_by_an_absolute_path(library: Library) -> None:
    name(library, 1, str(image(library, 1)))


def names_what_leads_out(library: Library) -> None:
    name(library, 1, "../../outside.png")


def names_the_trash(library: Library) -> None:
    name(library, 1, ".trash/1/1-a.png")


def names_a_path_that_is_too_long(library: Library) -> None:
    name(library, 1, f"projects/1/images/{'x' * 300}.png")


def names_it_in_other_capitals(library: Library) -> None:
    name(library, 1, "projects/1/images/1_A.png")


def names_a_link(library: Library) -> None:
    outside = library.path.with_name("outside.png")
    outside.write_bytes(SECRET)
    picture = image(library, 1)
    picture.unlink()
    picture.symlink_to(outside)


def reaches_pictures_by_a_linked_folder(library: Library) -> None:
    folder = library.media / "projects/2/images"
    moved = library.path.with_name("images elsewhere")
    folder.rename(moved)
    folder.symlink_to(moved)


def has_a_stray_file(library: Library) -> None:
    (library.media / "projects/1/images/stray.png").write_bytes(b"stray")


def has_strays_everywhere(library: Library) -> None:
    root = library.media / "projects"
    for place in ("stray", "1/stray", "1/audio/deep/er/stray.mp3", "01/stray", "x y\nz/stray"):
        (root / place).parent.mkdir(parents=True, exist_ok=True)
        (root / place).write_bytes(place.encode())


def has_strays_with_awkward_names(library: Library) -> None:
    folder = library.media / "projects/1/images"
    for stray in ("a\nb.png", "\x1b[31mred.png", "x" * 255, "é" * 127, " ", "-rf", "'; --"):
        (folder / stray).write_bytes(stray.encode())


def has_a_stray_link(library: Library) -> None:
    outside = library.path.with_name("outside")
    outside.mkdir()
    (outside / "secret").write_bytes(SECRET)
    (library.media / "projects/1/images/link.png").symlink_to(outside / "secret")
    (library.media / "projects/1/folder").symlink_to(outside)
    (library.media / "projects/nowhere").symlink_to("/does/not/exist")


def has_a_stray_pipe(library: Library) -> None:
    os.mkfifo(library.media / "projects/1/images/pipe.png")


def has_the_folder_of_a_project_that_is_not_there(library: Library) -> None:
    folder = library.media / "projects/99/images"
    folder.mkdir(parents=True)
    (folder / "500_a.png").write_bytes(b"of nobody")


def has_leftovers_of_a_deleted_project(library: Library) -> None:
    library.projects.delete(2)
    has = library.media / "projects/2/images"
    has.mkdir(parents=True)
    (has / "5_a.png").write_bytes(b"left over")


def has_a_file_in_a_folders_place(library: Library) -> None:
    folder = library.media / "projects/2/images"
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()
    folder.write_bytes(b"no folder")


def has_no_folder_of_projects(library: Library) -> None:
    sql(library, "UPDATE segment SET is_locked = 0")
    sql(library, "UPDATE tally SET locked_count = 0")
    (library.media / "projects").rename(library.path.with_name("projects elsewhere"))
    (library.media / "projects").mkdir()


def has_no_trash(library: Library) -> None:
    (library.media / "projects/1/images/stray.png").write_bytes(b"stray")
    (library.media / ".trash").rmdir()


def has_repeated_indices(library: Library) -> None:
    sql(library, "UPDATE segment SET sequence_index = 2 WHERE id IN (1, 2, 3)")


def has_negative_indices(library: Library) -> None:
    sql(library, "UPDATE segment SET sequence_index = -id WHERE project_id = 2")


def has_everything_at_once(library: Library) -> None:
    loses_a_picture(library)
    names_an_absolute_path_in_segment_2(library)
    loses_all_pictures_of_a_project(library)
    has_strays_everywhere(library)
    has_a_stray_link(library)
    has_repeated_indices(library)
    has_negative_indices(library)


def names_an_absolute_path_in_segment_2(library: Library) -> None:
    name(library, 2, "/etc/hostname")


MENDABLE: dict[Damage, list[str]] = {
    loses_a_picture: ["missing_file"],
    loses_all_pictures_of_a_project: ["missing_file"],
    loses_an_audio_file: ["missing_file"],
    loses_picture_and_audio_of_one_segment: ["missing_file"],
    has_a_folder_in_a_pictures_place: ["missing_file"],
    has_a_full_folder_in_a_pictures_place: ["missing_file", "unnamed_file"],
    has_a_pipe_in_a_pictures_place: ["missing_file"],
    names_a_folder: ["missing_file", "unnamed_file"],
    names_a_whole_project: ["missing_file", "unnamed_file"],
    names_an_absolute_path: ["damaged_path", "unnamed_file"],
    names_its_own_picture_by_an_absolute_path: ["damaged_path"],
    names_what_leads_out: ["damaged_path", "unnamed_file"],
    names_the_trash: ["damaged_path", "unnamed_file"],
    names_a_path_that_is_too_long: ["missing_file", "unnamed_file"],
    names_it_in_other_capitals: ["missing_file", "unnamed_file"],
    names_a_link: ["damaged_path"],
    reaches_pictures_by_a_linked_folder: ["damaged_path"],
    has_a_stray_file: ["unnamed_file"],
    has_strays_everywhere: ["unnamed_file"],
    has_strays_with_awkward_names: ["unnamed_file"],
    has_a_stray_link: ["unnamed_file"],
    has_a_stray_pipe: ["unnamed_file"],
    has_the_folder_of_a_project_that_is_not_there: ["unnamed_file"],
    has_leftovers_of_a_deleted_project: ["unnamed_file"],
    has_a_file_in_a_folders_place: ["missing_file", "unnamed_file"],
    has_no_folder_of_projects: ["missing_file"],
    has_no_trash: ["unnamed_file"],
    has_repeated_indices: ["order"],
    has_negative_indices: ["order"],
    has_everything_at_once: ["damaged_path", "missing_file", "order", "unnamed_file"],
}
"""Every damage that repair mends whole, with the checks that find it."""
