"""A table of checks: what should hold of a library and does not. Nothing is mended here."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from storyflow_tui.library.database import Database
from storyflow_tui.library.journal import Journal
from storyflow_tui.library.media import PROJECTS, Media
from storyflow_tui.records import Finding


class Check:
    """Runs every check of the table over one library."""

    def __init__(self, database: Database, media: Media, journal: Journal) -> None:
        self._database = database
        self._media = media
        self._journal = journal

    def run(self) -> list[Finding]:
        """Everything that was found, in the order of the table."""
        return [finding for check in self._table() for finding in check()]

    def _table(self) -> tuple[Callable[[], Iterator[Finding]], ...]:
        return (
            self._database_sound,
            self._damaged_paths,
            self._missing_files,
            self._unnamed_files,
            self._order,
            self._pending_moves,
        )

    def _database_sound(self) -> Iterator[Finding]:
        for (answer,) in self._database.rows("PRAGMA quick_check"):
            if answer != "ok":
                yield Finding("database", str(self._database.path), str(answer))

    def _named(self) -> Iterator[tuple[int, str]]:
        for key, image, audio in self._database.rows(
            "SELECT id, image_file, audio_file FROM segment "
            "WHERE image_file IS NOT NULL OR audio_file IS NOT NULL ORDER BY id"
        ):
            for path in (image, audio):
                if path:
                    yield key, path

    def _damaged_paths(self) -> Iterator[Finding]:
        for key, path in self._named():
            if self._media.path(path) is None:
                yield Finding(
                    "damaged_path",
                    f"segment {key}",
                    f"Segment {key} names {path}, which leads out of the library.",
                )

    def _missing_files(self) -> Iterator[Finding]:
        for key, path in self._named():
            if self._media.path(path) is None:
                continue
            if not (self._media.folder / self._journal.locate(path)).is_file():
                yield Finding(
                    "missing_file", f"segment {key}", f"Segment {key} names {path}; it is gone."
                )

    def _unnamed_files(self) -> Iterator[Finding]:
        # With moves pending a file stands at its source for a while; the moves are told instead.
        waiting = [path for move in self._journal.pending() for path in (move.source, move.target)]
        named = {path for _, path in self._named()}
        for file in sorted(self._media.disk.files_below(self._media.folder / PROJECTS)):
            path = file.relative_to(self._media.folder).as_posix()
            if path in named or any(path == w or path.startswith(w + "/") for w in waiting):
                continue
            yield Finding("unnamed_file", path, f"No segment names {path}.")

    def _order(self) -> Iterator[Finding]:
        for project_id, index, times in self._database.rows(
            "SELECT project_id, sequence_index, COUNT(*) FROM segment "
            "GROUP BY project_id, sequence_index HAVING COUNT(*) > 1 OR sequence_index < 0"
        ):
            yield Finding(
                "order",
                f"project {project_id}",
                f"{times} segments of project {project_id} have the index {index}.",
            )

    def _pending_moves(self) -> Iterator[Finding]:
        for move in self._journal.pending():
            yield Finding(
                "pending_move",
                move.target,
                f"{move.source} still waits to be moved to {move.target}.",
            )
