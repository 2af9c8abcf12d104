"""The trash: which change holds which files there, bringing them back, and emptying it."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from storyflow_tui.errors import ConflictError, NotFoundError, StoryflowError
from storyflow_tui.library.changes import Door
from storyflow_tui.library.database import Database
from storyflow_tui.library.disk import as_ours, failures_told
from storyflow_tui.library.history import History
from storyflow_tui.library.holdings import files_at, holdings, size_of
from storyflow_tui.library.journal import Journal, touch
from storyflow_tui.library.media import LEAVING, STAGING, TRASH, Media, Staging
from storyflow_tui.library.models import as_text, to_moment
from storyflow_tui.library.rows import find_project
from storyflow_tui.library.steps import Step, WholeProject, from_json
from storyflow_tui.records import ChangeRecord, TrashRecord, counted


class Trash:
    """The trash of one library."""

    def __init__(
        self, database: Database, media: Media, journal: Journal, door: Door, history: History
    ) -> None:
        self._database = database
        self._media = media
        self._journal = journal
        self._door = door
        self._history = history

    def list(self) -> Sequence[TrashRecord]:
        """What every change holds in the trash, newest first; emptied ones are left out."""
        held = holdings(self._database, self._media, self._journal)
        rows = self._database.rows(
            "SELECT id, project_id, label, created_at FROM change "
            "WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id DESC",
            (json.dumps(list(held)),),
        )
        titles = self._titles({row[1] for row in rows} - {None})
        return [
            TrashRecord(
                change_id,
                project_id,
                as_text(label),
                to_moment(created),
                *held[change_id],
                titles.get(project_id),
            )
            for change_id, project_id, label, created in rows
        ]

    def _titles(self, project_ids: Collection[int]) -> dict[int, str]:
        """The titles of stories, also of those that are in the trash."""
        rows = self._database.rows(
            "SELECT id, title FROM project WHERE id IN (SELECT value FROM json_each(?))",
            (json.dumps(list(project_ids)),),
        )
        titles = {key: as_text(title) for key, title in rows}
        if titles.keys() < set(project_ids):
            deleted = {key: title for key, (_, title) in self._deleted().items()}
            titles = deleted | titles
        return titles

    def _deleted(self) -> dict[int, tuple[int, str]]:
        """The stories that changes hold, each with the newest change that does, and its title."""
        rows = self._database.rows(
            "SELECT step.value ->> '$.project_id', change.id, step.value ->> '$.project[1]' "
            "FROM change, json_each(iif(json_valid(steps), steps, '[]')) AS step "
            "WHERE change.project_id IS NULL AND step.value ->> '$.kind' = ? "
            "AND json_type(step.value, '$.project') = 'array' ORDER BY change.id",
            (WholeProject.kind,),
        )
        return {project_id: (change_id, as_text(title)) for project_id, change_id, title in rows}

    def size(self) -> tuple[int, int]:
        """How many files wait in the trash, and their bytes together.

        A file that was brought back and has a name outside is none of them; one of several names
        is one file. Raises ReadOnlyError, DamagedError where the trash cannot be looked into.
        """
        root = self._media.folder / TRASH
        with failures_told(root):
            sizes = _Weights(self._media).of(self._media.disk.files_below(root))
        return len(sizes), sum(sizes)

    def restore(self, change_id: int) -> ChangeRecord:
        """Bring back what a change took away, by a new change in the same line; returns that.

        Segments, stories and pictures come back, of an edit the text that it replaced (or, of one
        that was undone, the text that was taken back). The trash keeps what it has, so that undo
        of the former change goes on working. What cannot come back for an emptied trash is left
        out: the label says so.

        Raises NotFoundError (also for what was in a story that is deleted itself; it says which
        change brings that back), NothingToUndoError (it took nothing, or the trash has it no more),
        LockedError, ConflictError (it is there already, or the change was undone meanwhile).
        """
        # Imported here: no other method has a use for it.
        from storyflow_tui.library.restoring import Restoration

        former = self._history.get(change_id)
        self._demand_story(former)
        with self._media.staging() as staging:
            with failures_told(self._media.folder):
                staged = self._stage(staging, change_id)
            staging.seal()
            with self._door.change(former.project_id, staging=staging) as change:
                state, steps = self._state(change_id)
                if state != former.state:
                    again = "undone" if former.state == "done" else "done again"
                    raise ConflictError(
                        f"Change {change_id} was {again} meanwhile", {"change": change_id}
                    )
                restoration = Restoration(change, self._media, self._journal, staged)
                restoration.bring_back(change_id, steps, stands=state == "done")
                new_id = change.change_id
        return self._history.get(new_id)

    def _demand_story(self, change: ChangeRecord) -> None:
        """Raise NotFoundError where the story of a change is deleted, saying how it comes back."""
        if change.project_id is None:
            return
        try:
            find_project(self._database, change.project_id)
        except NotFoundError as error:
            if (holder := self._deleted().get(change.project_id)) is None:
                raise
            raise NotFoundError(
                f"Change {change.id} is of “{holder[1]}”, which is deleted; bring that back first: "
                f"storyflow trash restore {holder[0]}",
                {"change": change.id, "project_id": change.project_id, "holder": holder[0]},
            ) from error

    def _state(self, change_id: int) -> tuple[str, Sequence[Step]]:
        row = self._database.row("SELECT state, steps FROM change WHERE id = ?", (change_id,))
        if row is None:
            raise NotFoundError(f"Change {change_id} not found", {"change": change_id})
        return row[0], from_json(row[1])

    def _stage(self, staging: Staging, change_id: int) -> dict[str, Path]:
        staged: dict[str, Path] = {}
        locate = self._journal.locator()
        for path, place in self._database.rows(
            "SELECT path, place FROM trashed_file WHERE change_id = ? AND path != '' "
            "AND place != '' AND typeof(place) = 'text'",
            (change_id,),
        ):
            source = self._media.place(locate(place))
            if source is not None and source.exists() and not source.is_symlink():
                staged[path] = staging.link(source)
        return staged

    def empty(self) -> tuple[int, int]:
        """Remove everything in the trash for good; returns how many files and bytes went.

        The files go before the database is written, so that it works on a full disk. What a
        pending move names stays. The changes that held them can be undone no more. What a change
        holds goes as a whole or not at all, and what cannot be removed keeps nothing else back;
        it is told by ReadOnlyError or DamagedError then.
        """
        root = self._media.folder / TRASH
        gone: dict[str, Sequence[int]] = {}
        weights = _Weights(self._media)
        is_removed = False
        failures: list[OSError] = []
        with suppress(StoryflowError):
            self._journal.finish()
        try:
            with failures_told(root), self._database.writing():
                waiting = {
                    path for move in self._journal.pending() for path in (move.source, move.target)
                }
                for place in _places(root, failures):
                    relative = place.relative_to(self._media.folder).as_posix()
                    if any(touch(relative, path) for path in waiting):
                        continue
                    sizes = weights.of(files_at(self._media, place))
                    try:
                        self._remove(place)
                    except OSError as error:
                        failures.append(error)
                    with suppress(OSError):
                        if not self._media.disk.exists(place):
                            gone[relative] = sizes
                self._remove_empty_folders(root)
                is_removed = True
                self._write_down(waiting)
        except StoryflowError:
            # Without room to write it down the next time does: what is not there is taken for
            # emptied by all.
            if not (is_removed and gone):
                raise
        if failures:
            raise _left(failures, root, bool(gone)) from failures[0]
        return sum(map(len, gone.values())), sum(map(sum, gone.values()))

    def _write_down(self, waiting: Collection[str]) -> None:
        """Note of everything that the trash should hold and does not that it was emptied."""
        emptied = [
            (key,)
            for key, place in self._database.rows(
                "SELECT id, place FROM trashed_file WHERE place != ''"
            )
            if isinstance(place, str)  # else it is damaged, and names nothing
            and not any(touch(place, path) for path in waiting)
            and not self._media.disk.exists(self._media.folder / place)
        ]
        self._database.execute_many("UPDATE trashed_file SET place = '' WHERE id = ?", emptied)

    def _remove(self, place: Path) -> None:
        disk = self._media.disk
        if place.is_dir() and not place.is_symlink():
            # Renamed first: a story that lost some of its files must not come back without them.
            nobodys = place.with_name(LEAVING + os.urandom(16).hex())
            disk.rename(place, nobodys)
            disk.remove_tree(nobodys)
        else:
            disk.unlink(place)

    def _remove_empty_folders(self, root: Path) -> None:
        with suppress(OSError):
            for folder in root.iterdir():
                with suppress(OSError):  # not empty, or somebody else's: then it stays
                    self._media.disk.remove_folder(folder)


def _places(root: Path, failures: list[OSError]) -> Iterator[Path]:
    """Everything that the trash holds, each as what a change would bring back at once."""
    if root.is_symlink():  # what it leads to is not ours
        return
    for entry in sorted(root.iterdir()):
        if entry.is_symlink() or not entry.is_dir():
            yield entry  # nobody's
            continue
        try:
            yield from sorted(entry.iterdir())
        except OSError as error:
            failures.append(error)


def _left(failures: Sequence[OSError], root: Path, is_partly: bool) -> StoryflowError:
    error = failures[0]
    kind = type(as_ours(error, root))
    file = str(error.filename or root)
    message = f"{file} cannot be removed: {error.strerror}"
    if len(failures) > 1:
        message += f"; nor can {counted(len(failures) - 1, 'other')}"
    rest = "the rest of the trash is empty" if is_partly else "nothing was removed"
    return kind(f"{message}; {rest}", {"file": file})


class _Weights:
    """How much files in the trash take: each once, and none that has a name outside too."""

    def __init__(self, media: Media) -> None:
        self._names: Counter[tuple[int, int]] = Counter()
        self._seen: set[tuple[int, int]] = set()
        # A backup gives every file a second name in staging for a while.
        for folder in (TRASH, STAGING):
            with suppress(OSError):
                for file in media.disk.files_below(media.folder / folder):
                    with suppress(OSError):
                        self._names[_identity(file.lstat())] += 1

    def of(self, files: Iterable[Path]) -> Sequence[int]:
        """The bytes of each of these that waits in the trash and was not weighed before."""
        sizes = []
        for file in files:
            try:
                status = file.lstat()
            except OSError:
                sizes.append(0)
                continue
            key = _identity(status)
            if key not in self._seen and self._names[key] >= status.st_nlink:
                self._seen.add(key)
                sizes.append(size_of(file))
        return sizes


def _identity(status: os.stat_result) -> tuple[int, int]:
    return status.st_dev, status.st_ino
