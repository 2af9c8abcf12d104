"""The trash: which change holds which files there, and emptying it."""

from __future__ import annotations

import stat
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from storyflow_tui.errors import ReadOnlyError, StoryflowError
from storyflow_tui.library.database import Database
from storyflow_tui.library.journal import Journal
from storyflow_tui.library.media import TRASH, Media, original_name
from storyflow_tui.library.models import to_moment
from storyflow_tui.records import TrashRecord


class Trash:
    """The trash of one library."""

    def __init__(self, database: Database, media: Media, journal: Journal) -> None:
        self._database = database
        self._media = media
        self._journal = journal

    def list(self) -> Sequence[TrashRecord]:
        """What every change holds in the trash, newest first; emptied ones are left out."""
        rows = self._database.rows(
            "SELECT change.id, change.project_id, label, created_at, path, place "
            "FROM trashed_file JOIN change ON change.id = change_id "
            "WHERE place != '' ORDER BY change.id DESC, trashed_file.id"
        )
        held: dict[int, TrashRecord] = {}
        for change_id, project_id, label, created, path, place in rows:
            files = [
                file
                for root in [self._media.folder / self._journal.locate(place)]
                for file in _files(self._media, root)
            ]
            if not files:
                continue
            size = sum(_size(file) for file in files)
            names = tuple(
                original_name(path or place) if len(files) == 1 else original_name(file.name)
                for file in files
            )
            before = held.get(change_id)
            held[change_id] = TrashRecord(
                change_id,
                project_id,
                label,
                to_moment(created),
                (*before.files, *names) if before else names,
                size + (before.bytes if before else 0),
            )
        return list(held.values())

    def empty(self) -> tuple[int, int]:
        """Remove everything in the trash for good; returns how many files and bytes went.

        The files go before the database is written, so that it works on a full disk. What a
        pending move names stays. The changes that held them can be undone no more.
        """
        root = self._media.folder / TRASH
        files = size = 0
        with suppress(StoryflowError):
            self._journal.finish()
        with self._database.writing():
            kept = {path for move in self._journal.pending() for path in (move.source, move.target)}
            emptied = []
            for file in sorted(self._media.disk.files_below(root)):
                relative = file.relative_to(self._media.folder).as_posix()
                if any(relative == path or relative.startswith(path + "/") for path in kept):
                    continue
                bytes_of_file = _size(file)
                try:
                    self._media.disk.unlink(file)
                except OSError as error:
                    raise ReadOnlyError(
                        f"{file} cannot be removed: {error.strerror}", {"file": str(file)}
                    ) from error
                files += 1
                size += bytes_of_file
                emptied.append(relative)
            self._remove_empty_folders(root)
            # A file may be the place itself or lie in the folder of a deleted project.
            places = {"/".join(relative.split("/")[:3]) for relative in emptied}
            self._database.execute_many(
                "UPDATE trashed_file SET place = '' WHERE place = ?", [(p,) for p in places]
            )
        return files, size

    def _remove_empty_folders(self, root: Path) -> None:
        folders = [path for path in root.rglob("*") if path.is_dir() and not path.is_symlink()]
        for folder in sorted(folders, key=lambda folder: len(folder.parts), reverse=True):
            with suppress(OSError):  # not empty, or somebody else's: then it stays
                self._media.disk.remove_folder(folder)


def _files(media: Media, root: Path) -> Sequence[Path]:
    if root.is_dir() and not root.is_symlink():
        return sorted(media.disk.files_below(root))
    return [root] if media.disk.exists(root) else []


def _size(file: Path) -> int:
    try:
        status = file.lstat()
    except OSError:
        return 0
    return status.st_size if stat.S_ISREG(status.st_mode) else 0
