"""What there is to say of a database that is damaged, also one that no library can be opened on.

Never mended: a copy of the database or a backup is put in its place, by hand.
"""

from __future__ import annotations

from pathlib import Path

from storyflow_tui.errors import DamagedError, ForeignFileError, NotFoundError, StoryflowError
from storyflow_tui.library.copies import newest_copy
from storyflow_tui.library.database import DATABASE
from storyflow_tui.library.disk import Disk
from storyflow_tui.library.header import is_database
from storyflow_tui.library.media import MEDIA, Media
from storyflow_tui.records import Finding


def unreadable(database: Path, error: StoryflowError) -> Finding:
    """The finding for a database that cannot be read at all."""
    return of_database(database, error.message)


def closed(library: Path, error: StoryflowError) -> Finding | None:
    """What there is to find of a library that could not be opened for an error.

    None where the error is not about a damaged database of ours. One that is gone, or is no
    database at all, may never have been ours: what lies beside it tells.
    """
    database = library / DATABASE
    if isinstance(error, DamagedError):
        return unreadable(database, error)
    if not isinstance(error, (ForeignFileError, NotFoundError)) or is_database(database):
        return None
    if (
        newest_copy(library) is None
        and not Media((library / MEDIA).resolve(), Disk()).holds_files()
    ):
        return None
    state = "is no database" if isinstance(error, ForeignFileError) else "is gone"
    return of_database(database, f"{database} {state}, but files of its library are there.")


def of_database(database: Path, message: str, subject: str = "") -> Finding:
    """A finding about the database, or about a subject in it, with what to do instead."""
    copy = newest_copy(database.parent)
    instead = (
        f"With every editor closed, move {database.name} aside, with its -wal and -shm, and copy "
        f"{copy} to its place; or bring"
        if copy
        else "Bring"
    )
    return Finding(
        "database",
        subject or str(database),
        message,
        can_mend=False,
        why_not=f"{instead} back a backup: storyflow restore FILE --replace",
    )
