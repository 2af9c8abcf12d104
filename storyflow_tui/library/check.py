"""A table of checks: what should hold of a library and does not. Nothing is mended here.

What each check finds is told in a sentence, with what `repair` needs to mend it. How rows and
files are compared is in `inventory`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple, TypeAlias

from storyflow_tui.errors import (
    DamagedError,
    InvalidImageError,
)
from storyflow_tui.lengths import LONGEST_SECONDS
from storyflow_tui.library.database import Database
from storyflow_tui.library.inventory import Found, Inventory, Named, Stray
from storyflow_tui.library.journal import Journal, Move
from storyflow_tui.library.media import MEDIA, PROJECTS, STAGING, TRASH, Media, original_name
from storyflow_tui.library.models import read_moment
from storyflow_tui.library.recount import Recount
from storyflow_tui.library.rows import IN_ORDER
from storyflow_tui.library.unreadable import of_database, unreadable
from storyflow_tui.library.waiting import upwards
from storyflow_tui.records import Finding


class Check(NamedTuple):
    """One row of the table: a stable name, what it looks for, and how that is mended."""

    name: str
    words: str
    mending: str


CHECKS = (
    Check("database", "damage in the database", "no: put a copy or a backup in its place"),
    Check("damaged_path", "paths that lead out", "the segment lets go of the path"),
    Check("missing_file", "missing files", "the segment lets go of the file"),
    Check("unnamed_file", "files that nothing names", "put into the trash"),
    Check("unreadable_folder", "folders out of reach", "no: give access to them"),
    Check("order", "repeated or negative places", "numbered anew"),
    Check("broken_image", "cut or broken pictures", "no: choose the picture again"),
    Check("counts", "wrong counts", "counted anew"),
    Check("pending_move", "files not moved yet", "given up where nothing is left to move"),
)
"""The table, in the order in which it is shown."""

Subject: TypeAlias = Named | Stray | Move | int | None
"""What a finding is about, as repair takes it; a number is a project's id."""


class Problem(NamedTuple):
    """A finding, and what it is about."""

    finding: Finding
    subject: Subject = None


_UNSOUND = "The database comes first."
_NO_TIME = "NOT is_time(created_at) OR NOT is_time(updated_at)"


class Checks:
    """Runs the table over one library."""

    def __init__(self, database: Database, media: Media, journal: Journal) -> None:
        self._database = database
        self._media = media
        self._journal = journal
        self._inventory = Inventory(database, media, journal)
        self.recount = Recount(database)
        self._places: dict[int, dict[int, int]] = {}
        self._unfit: set[int] = set()
        """Segments whose rows no mend may touch: they are damaged, or of no project."""

    def problems(
        self, *, pictures: bool = True, wanted: Callable[[], bool] = lambda: True
    ) -> list[Problem]:
        """Everything that was found, in the order of the table.

        Without `pictures` none is decoded. Stops, with what it has, when it is `wanted` no more.
        """
        try:
            unsound = [*self._unsound()]
            problems = [*unsound, *self.misfits(), *self.others(pictures=pictures, wanted=wanted)]
        except DamagedError as error:
            # Deeper than the quick check reaches, or so deep that not even that could be run.
            return [Problem(unreadable(self._database.path, error))]
        if unsound:
            problems = [Problem(_unmendable(one.finding), one.subject) for one in problems]
        return problems

    def others(
        self, *, pictures: bool, wanted: Callable[[], bool] = lambda: True
    ) -> Iterator[Problem]:
        """What is found beyond the database itself, where that is sound."""
        self._places.clear()
        roots = [*self._roots()]
        has_projects = not any(problem.finding.subject == PROJECTS for problem in roots)
        found = self._inventory.compare(wanted) if has_projects else Found()
        found.add(self._inventory.outside())
        yield from roots
        yield from self._damaged_paths(found.damaged)
        yield from self._missing_files(found.missing)
        yield from self._unnamed_files(found.strays)
        yield from self._unreadable_folders(found.unreadable)
        if not wanted():
            return
        yield from self._order()
        if pictures and has_projects:
            yield from self._broken_images(found, wanted)
        if wanted():
            yield from self._counts()
        yield from self.pending_moves()

    # -- the database -------------------------------------------------------------------------

    def _unsound(self) -> Iterator[Problem]:
        for (answer,) in self._database.rows("PRAGMA quick_check"):
            if answer != "ok":
                why = f"{self._database.path} is damaged: {answer}"
                yield Problem(of_database(self._database.path, why))

    def misfits(self) -> Iterator[Problem]:
        """Rows that lead nowhere, or hold what their columns do not hold."""
        self._unfit.clear()
        self._database.define("is_time", _is_time)
        for table, key, parent, _ in self._database.rows("PRAGMA foreign_key_check"):
            if table == "segment":
                self._unfit.add(key)
            if table != "tally":  # derived: `counts` tells of it
                yield self._misfit(f"{table} {key}", f"belongs to a {parent} that is not there")
        for (key,) in self._database.rows(
            "SELECT id FROM segment WHERE typeof(sequence_index) != 'integer' "
            "OR typeof(text_content) != 'text' OR typeof(image_prompt) != 'text' "
            "OR typeof(image_file) NOT IN ('text', 'null') "
            "OR typeof(audio_file) NOT IN ('text', 'null') "
            "OR typeof(audio_duration) NOT IN ('real', 'integer', 'null') "
            f"OR typeof(is_locked) != 'integer' OR {_NO_TIME}"
        ):
            self._unfit.add(key)
            yield self._misfit(f"segment {key}", "holds what is no text, number or time")
        for (key,) in self._database.rows(
            f"SELECT id FROM project WHERE typeof(title) != 'text' OR {_NO_TIME}"
        ):
            yield self._misfit(f"project {key}", "holds what is no text or time")
        for (key,) in self._database.rows(
            "SELECT id FROM trashed_file WHERE typeof(path) != 'text' OR typeof(place) != 'text'"
        ):
            yield self._misfit(f"trashed file {key}", "is noted with a place that is no text")
        for (key,) in self._database.rows(
            f"SELECT project_id FROM target WHERE NOT coalesce(typeof(seconds) IN ('real', "
            f"'integer') AND seconds BETWEEN 0 AND {LONGEST_SECONDS:.0f}, 0)"
        ):
            yield self._misfit(f"target {key}", "holds what is no length")

    def _misfit(self, subject: str, what: str) -> Problem:
        message = f"{subject[0].upper()}{subject[1:]} {what}."
        return Problem(of_database(self._database.path, message, subject))

    # -- rows and files -----------------------------------------------------------------------

    def _roots(self) -> Iterator[Problem]:
        for name in (PROJECTS, TRASH, STAGING):
            try:
                kind = self._media.disk.kind(self._media.folder / name)
            except OSError:
                continue  # absent: the next open that can write makes it
            if kind != "folder":
                what = "a link" if kind == "link" else "no folder"
                yield Problem(
                    Finding(
                        "damaged_path",
                        name,
                        f"{MEDIA}/{name} is {what}; nothing that it leads to is part of this "
                        "library.",
                        can_mend=False,
                        why_not=f"Put the folder itself in its place; {MEDIA} as a whole may be "
                        "a link.",
                    )
                )

    def _damaged_paths(self, rows: Iterable[Named]) -> Iterator[Problem]:
        for row in rows:
            message = f"{self._segment(row)} names {row.path}, which leads out of the library."
            yield self._of_row("damaged_path", row, message)

    def _missing_files(self, rows: Iterable[Named]) -> Iterator[Problem]:
        for row in rows:
            message = f"{self._segment(row)} names {row.path}; it is gone."
            yield self._of_row("missing_file", row, message)

    def _of_row(self, check: str, row: Named, message: str) -> Problem:
        why_not = ""
        if row.segment_id in self._unfit:
            why_not = "The row of this segment is damaged."
        elif row.is_locked:
            why_not = (
                f"It is locked; unlock it first: storyflow segment edit {row.segment_id} --unlock"
            )
        subject = f"segment {row.segment_id}"
        return Problem(Finding(check, subject, message, not why_not, why_not), row)

    def _segment(self, row: Named) -> str:
        """A segment as people see it, by its place, and as commands take it, by its id."""
        if row.project_id not in self._places:
            ids = self._database.rows(
                f"SELECT id FROM segment WHERE project_id = ? {IN_ORDER}", (row.project_id,)
            )
            self._places[row.project_id] = {key: place for place, (key,) in enumerate(ids, 1)}
        place = self._places[row.project_id].get(row.segment_id)
        if place is None:  # deleted meanwhile
            return f"A segment (id {row.segment_id})"
        return f"Segment {place} of project {row.project_id} (id {row.segment_id})"

    def _unnamed_files(self, strays: Iterable[Stray]) -> Iterator[Problem]:
        for stray in strays:
            names = "change holds" if stray.path.startswith(TRASH + "/") else "segment names"
            inside = "anything in " if stray.is_folder else ""
            message = f"No {names} {inside}{stray.path}."
            yield Problem(
                Finding("unnamed_file", stray.path, message, not stray.stays, stray.stays), stray
            )

    def _unreadable_folders(self, folders: dict[str, str]) -> Iterator[Problem]:
        for folder, why in folders.items():
            yield Problem(
                Finding(
                    "unreadable_folder",
                    folder,
                    f"{MEDIA}/{folder}".removesuffix("/.") + f" cannot be looked into: {why}.",
                    can_mend=False,
                    why_not="Give yourself access to it and check again; what is in it stays.",
                )
            )

    def _broken_images(self, found: Found, wanted: Callable[[], bool]) -> Iterator[Problem]:
        told = {row.path for row in (*found.damaged, *found.missing)}
        waiting = self._inventory.waiting()
        for (project_id,) in self._database.rows(
            "SELECT DISTINCT project_id FROM segment WHERE image_file IS NOT NULL"
        ):
            for row in self._inventory.named(project_id):
                if not wanted():
                    return
                out_of_reach = any(above in found.unreadable for above in upwards(row.path))
                if row.column != "image_file" or row.path in told or out_of_reach:
                    continue
                if (reason := self._why_broken(row, waiting.origin(row.path))) is not None:
                    yield self._broken(row, reason)

    def _why_broken(self, row: Named, origin: str | None) -> str | None:
        from storyflow_tui.library.images import inspect  # Pillow, where there are pictures

        reason = None
        for place in dict.fromkeys((origin, row.path)):
            if place is None or self._media.path(row.path) is None:
                continue
            try:
                inspect(self._media.folder / place, name=row.path.rpartition("/")[2])
            except InvalidImageError as error:
                reason = str(error.details["reason"])
            else:
                return None
        # Taken away, or put somewhere else, since the rows were read: no finding of this check.
        now = self._database.value("SELECT image_file FROM segment WHERE id = ?", (row.segment_id,))
        return reason if now == row.path else None

    def _broken(self, row: Named, reason: str) -> Problem:
        return Problem(
            Finding(
                "broken_image",
                f"segment {row.segment_id}",
                f"{self._segment(row)} has a picture, {original_name(row.path)}, that cannot be "
                f"shown. {reason}",
                can_mend=False,
                why_not="Choose it again (storyflow segment attach-image "
                f"{row.segment_id} FILE), or take it from a backup.",
            )
        )

    # -- order and counts ---------------------------------------------------------------------

    def _order(self) -> Iterator[Problem]:
        unfit = self._projects_of(self._unfit)
        for project_id, index, times in self._database.rows(
            "SELECT project_id, sequence_index, COUNT(*) FROM segment "
            "GROUP BY project_id, sequence_index HAVING COUNT(*) > 1 OR sequence_index < 0"
        ):
            segments = "A segment" if times == 1 else f"{times} segments"
            verb = "has" if times == 1 else "have"
            yield Problem(
                Finding(
                    "order",
                    f"project {project_id}",
                    f"{segments} of project {project_id} {verb} the index {index}.",
                    can_mend=project_id not in unfit,
                    why_not=_UNSOUND if project_id in unfit else "",
                ),
                project_id,
            )

    def _projects_of(self, segment_ids: Iterable[int]) -> set[int]:
        rows = self._database.rows(
            "SELECT DISTINCT project_id FROM segment WHERE id IN (SELECT value FROM json_each(?))",
            (json.dumps([*segment_ids]),),
        )
        return {row[0] for row in rows}

    def _counts(self) -> Iterator[Problem]:
        for project_id in self.recount.miscounted():
            yield Problem(
                Finding(
                    "counts",
                    f"project {project_id}",
                    f"The counts of project {project_id} are not those of its segments.",
                    can_mend=True,
                ),
                project_id,
            )

    # -- moves --------------------------------------------------------------------------------

    def pending_moves(self) -> Iterator[Problem]:
        """The moves that were decided and are not done."""
        pending = self._journal.pending()
        if not pending:
            return
        waiting = self._inventory.waiting()
        impossible = {move.id for move in waiting.impossible}
        left = {move.id for move in waiting.left}
        for move in pending:
            if move.id in impossible:
                message = (
                    f"{move.source} cannot be moved to {move.target}: neither of the two is there."
                )
                yield Problem(Finding("pending_move", move.target, message, can_mend=True), move)
            elif move.id in left or not (left or impossible):
                yield self._waiting_move(move, bool(impossible))

    def _waiting_move(self, move: Move, behind: bool) -> Problem:
        reason = self._journal.reasons.get(move.operation)
        if self._database.read_only:
            reason = "this library is open for reading only"
        message = f"{move.source} still waits to be moved to {move.target}"
        message += f": {reason}." if reason else "."
        why_not = "The next change tries again; give access or make room first."
        can_mend = behind and not reason
        return Problem(
            Finding("pending_move", move.target, message, can_mend, "" if can_mend else why_not)
        )


def _is_time(value: object) -> bool:
    try:
        return isinstance(value, str) and bool(read_moment(value))
    except (ValueError, OverflowError):
        return False


def _unmendable(finding: Finding) -> Finding:
    if not finding.can_mend:
        return finding
    return finding._replace(can_mend=False, why_not=_UNSOUND)
