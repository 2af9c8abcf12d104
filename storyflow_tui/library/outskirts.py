"""What lies in `media/` outside of the projects' folder, where rows name nothing. Looks only.

Each folder is listed once: `media/` itself, whose folders are not gone into, and the trash as
deep as changes name what they hold. What is in the projects' folder is `inventory`'s.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from storyflow_tui.library.database import Database
from storyflow_tui.library.media import LEAVING, PROJECTS, STAGING, TRASH, Media
from storyflow_tui.library.waiting import Waiting

_SYSTEM = "lost+found"  # where media/ is a disk of its own


def beside(media: Media, named: Collection[str]) -> Iterator[tuple[str, str]]:
    """What is in `media/` and is no folder of ours, each with its kind; raises OSError.

    Folders in which rows name something are left out, though no row should.
    """
    # By their identity: where capitals don't count, `Projects` may be the name on disk.
    ours = {media.disk.identity(media.folder / name) for name in (PROJECTS, TRASH, STAGING)}
    for name, kind in media.disk.scan(media.folder):
        if name in (PROJECTS, TRASH, STAGING, _SYSTEM):
            continue  # a link in their place is told by another check
        if media.disk.identity(media.folder / name) in ours:
            continue
        if kind != "folder" or not any(path.startswith(name + "/") for path in named):
            yield name, kind


def in_trash(
    database: Database, media: Media, waiting: Waiting, unreadable: dict[str, OSError]
) -> Iterator[str]:
    """What is in the trash and no change holds, nor any pending move touches.

    Folders that cannot be looked into are added to `unreadable`.
    """
    held = {place for (place,) in database.rows("SELECT place FROM trashed_file")}
    for entry, kind in _entries(media, TRASH, unreadable):
        places = [entry]
        if kind == "folder":
            places = [place for place, _ in _entries(media, entry, unreadable)]
        for place in places:
            is_leaving = place.rpartition("/")[2].startswith(LEAVING)
            if not (place in held or is_leaving or waiting.touches(place)):
                yield place


def _entries(
    media: Media, folder: str, unreadable: dict[str, OSError]
) -> Iterator[tuple[str, str]]:
    try:
        if media.disk.kind(media.folder / folder) != "folder":
            return  # a link, which another check tells of
        found = media.disk.scan(media.folder / folder)
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as error:
        unreadable[folder] = error
        return
    for name, kind in found:
        yield f"{folder}/{name}", kind
