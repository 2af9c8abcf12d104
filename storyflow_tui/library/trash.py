"""The trash: which change holds which files there, and emptying it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from storyflow_tui.errors import ReadOnlyError, StoryflowError
from storyflow_tui.library.database import Database
from storyflow_tui.library.holdings import holdings, size_of
from storyflow_tui.library.journal import Journal
from storyflow_tui.library.media import TRASH, Media
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
        held = holdings(self._database, self._media, self._journal)
        rows = self._database.rows(
            "SELECT id, project_id, label, created_at FROM change "
            "WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id DESC",
            (json.dumps(list(held)),),
        )
        return [
            TrashRecord(change_id, project_id, label, to_moment(created), *held[change_id])
            for change_id, project_id, label, created in rows
        ]

    def size(self) -> tuple[int, int]:
        """How many files wait in the trash, and their bytes together."""
        files = list(self._media.disk.files_below(self._media.folder / TRASH))
        return len(files), sum(map(size_of, files))

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
                bytes_of_file = size_of(file)
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
