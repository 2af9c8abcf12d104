"""Mending what the checks found, where that is safe: one change, which undo takes back.

Rows let go of files that are not there, files that no row names go to the trash, a damaged order
is numbered anew, counts are made again, moves that cannot be done are given up. Nothing else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Set
from typing import Any

from storyflow_tui.errors import ReadOnlyError
from storyflow_tui.library.changes import Door, Writing
from storyflow_tui.library.check import Checks, Problem
from storyflow_tui.library.database import Database
from storyflow_tui.library.history import REPAIR, History
from storyflow_tui.library.inventory import Named, Stray
from storyflow_tui.library.journal import Journal, Move
from storyflow_tui.library.media import READ_ONLY
from storyflow_tui.library.models import to_text
from storyflow_tui.library.rows import IN_ORDER, find_segment
from storyflow_tui.library.steps import Fields, Numbered, Strays
from storyflow_tui.records import Repaired, counted

_IN_LABEL = {
    "damaged_path": ("damaged path", ""),
    "missing_file": ("missing file", ""),
    "unnamed_file": ("stray file", ""),
    "order": ("damaged order", ""),
}


class Repair:
    """One repair of one library."""

    def __init__(
        self,
        database: Database,
        journal: Journal,
        door: Door,
        history: History,
        checks: Checks,
    ) -> None:
        self._database = database
        self._journal = journal
        self._door = door
        self._history = history
        self._checks = checks

    def run(self) -> Repaired:
        """Mend what can be mended; raises ReadOnlyError, and what any change raises."""
        if self._database.read_only:
            raise ReadOnlyError(READ_ONLY, {"library": str(self._database.path.parent)})
        found = self._checks.problems()
        if not any(problem.finding.can_mend for problem in found):
            return Repaired(None, [], [problem.finding for problem in found])
        with self._door.change(None) as change:
            # Again under the write lock, when nobody else can write: what is found now is mended.
            mended, left = self._mend(change)
        broken = [problem for problem in found if problem.finding.check == "broken_image"]
        waiting = [*self._checks.pending_moves()]
        targets = {problem.finding.subject for problem in waiting}
        mended = [
            problem
            for problem in mended
            if problem.finding.check != "pending_move" or problem.finding.subject not in targets
        ]
        left = [problem for problem in left if problem.finding.check != "pending_move"]
        left += [*broken, *waiting]
        return Repaired(
            self._history.get(change.change_id) if change.steps else None,
            [problem.finding for problem in mended],
            [problem.finding for problem in left],
        )

    def _mend(self, change: Writing) -> tuple[list[Problem], list[Problem]]:
        misfits = [*self._checks.misfits()]
        problems = self._look()
        mended = [*self._give_up_moves(change, problems)]
        rows = [*self._let_go(change, problems)]
        if rows:
            change.rows.write_tallies()
            # What only a row now mended led to is named by nobody any more; of that, what the row
            # itself named is put away already.
            problems = [*_beyond(change.files.taken(), self._look())]
        mended += rows
        mended += self._put_away(change, problems)
        mended += self._number(change, problems)
        change.label = _label(mended)
        mended += self._count(change, problems)
        done = {id(problem) for problem in mended}
        return mended, misfits + [problem for problem in problems if id(problem) not in done]

    def _look(self) -> list[Problem]:
        return [*self._checks.others(pictures=False)]

    def _give_up_moves(self, change: Writing, problems: Iterable[Problem]) -> Iterator[Problem]:
        given_up = [*_mendable(problems, "pending_move")]
        moves = [problem.subject for problem in given_up if isinstance(problem.subject, Move)]
        if moves:
            self._journal.strike_off(moves)
            change.frees_moves = True
            yield from given_up

    def _let_go(self, change: Writing, problems: Iterable[Problem]) -> Iterator[Problem]:
        by_segment: dict[int, list[Named]] = {}
        for problem in _mendable(problems, "damaged_path", "missing_file"):
            if isinstance(problem.subject, Named):
                by_segment.setdefault(problem.subject.segment_id, []).append(problem.subject)
                yield problem
        for segment_id, rows in by_segment.items():
            segment = find_segment(self._database, segment_id)
            before: dict[str, Any] = {row.column: row.path for row in rows}
            after: dict[str, Any] = dict.fromkeys(before)
            change.do(
                Fields(
                    segment_id,
                    before | {"updated_at": to_text(segment.updated_at)},
                    after | {"updated_at": change.at},
                )
            )

    def _put_away(self, change: Writing, problems: Iterable[Problem]) -> Iterator[Problem]:
        strays = [*_mendable(problems, "unnamed_file")]
        if strays:
            change.do(Strays([problem.finding.subject for problem in strays]))
            yield from strays

    def _number(self, change: Writing, problems: Iterable[Problem]) -> Iterator[Problem]:
        numbered: set[int] = set()
        for problem in _mendable(problems, "order"):
            project_id = problem.subject
            assert isinstance(project_id, int)
            if project_id not in numbered:
                numbered.add(project_id)
                rows = self._database.rows(
                    f"SELECT id, sequence_index FROM segment WHERE project_id = ? {IN_ORDER}",
                    (project_id,),
                )
                altered = [(key, old, new) for new, (key, old) in enumerate(rows) if old != new]
                change.do(Numbered(project_id, *map(list, zip(*altered, strict=True))))
            yield problem

    def _count(self, change: Writing, problems: Iterable[Problem]) -> Iterator[Problem]:
        wrong = [*_mendable(problems, "counts")]
        if wrong:
            ids = [problem.subject for problem in wrong if isinstance(problem.subject, int)]
            change.rows.set_tallies(ids, self._checks.recount.sums(ids))
            change.projects_changed = True
            change.subjects.update(dict.fromkeys(ids))
            yield from wrong


def _mendable(problems: Iterable[Problem], *checks: str) -> Iterator[Problem]:
    for problem in problems:
        if problem.finding.can_mend and problem.finding.check in checks:
            yield problem


def _beyond(taken: Set[str], problems: Iterable[Problem]) -> Iterator[Problem]:
    for problem in problems:
        if not (isinstance(problem.subject, Stray) and problem.subject.path in taken):
            yield problem


def _label(mended: Iterable[Problem]) -> str:
    times = Counter(problem.finding.check for problem in mended)
    parts = [counted(times[check], *words) for check, words in _IN_LABEL.items() if times[check]]
    return f"{REPAIR}: {', '.join(parts)}" if parts else REPAIR
