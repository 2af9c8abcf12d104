"""Pictures for many segments: which goes to which, corrected by keys, then done in one step.

How files and segments are paired is `pairing`'s business, what the rows look like `pair_rows`',
and how it is done `pairs_giving`'s.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.timer import Timer
from textual.worker import get_current_worker

from storyflow_tui.errors import NotFoundError, StoryflowError
from storyflow_tui.pairing import By, Pairing, likely, open_positions, pair
from storyflow_tui.records import OutlineRecord, counted
from storyflow_tui.tui.keymap import PAIRS, Key, bindings
from storyflow_tui.tui.look import Grid
from storyflow_tui.tui.overrides import key_of
from storyflow_tui.tui.screens.pairs_giving import PairGiving
from storyflow_tui.tui.screens.preview import glance
from storyflow_tui.tui.screens.preview_pane import PreviewPane
from storyflow_tui.tui.session import Session
from storyflow_tui.tui.widgets.header import Fact, Header, State
from storyflow_tui.tui.widgets.hint_line import HintLine
from storyflow_tui.tui.widgets.rows import Rows

REST = 0.12
"""Seconds without a key after which the picture under the bar is shown."""

_AT_ONCE = 8
_TITLE = "Pictures for segments"


class PairsScreen(PairGiving, inherit_bindings=False):
    """Pairs files of one folder with the segments of a story; answers with what it did."""

    DEFAULT_CSS = """
    PairsScreen { background: $ground; }
    PairsScreen Rows { width: 1fr; }
    """
    KEYS: ClassVar[Sequence[Key]] = PAIRS
    HELP_NAME: ClassVar[str] = "pairs"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(PAIRS, first=True)]
    AUTO_FOCUS = "Rows"

    def __init__(self, project_id: int, paths: Sequence[Path], here: int) -> None:
        """`here` is the position of the current segment, from which files go in order."""
        super().__init__(project_id, paths)
        self._here = here
        self._by: By = "order"
        self._from_here = True
        self._missing = False
        self._facts: list[Fact] = []
        self._former: list[Pairing] = []
        self._resting: Timer | None = None

    def compose(self) -> ComposeResult:
        """List at the left, the picture under the bar at the right."""
        yield Header()
        with Horizontal():
            yield Rows(self.pairs)
            yield PreviewPane(self.app.session.thumbnails, None)
        yield HintLine()

    def on_mount(self) -> None:
        """Read the story, and look at the files."""
        self.show()
        self.read_story()

    def on_resize(self) -> None:
        """The pane stands beside the list where there is room for both."""
        grid = Grid.of(*self.size)
        pane = self.query_one(PreviewPane)
        pane.display = bool(grid.split)
        pane.lay_out(grid, grid.split)

    # The story

    @work(thread=True, exclusive=True, group="outline", exit_on_error=False)
    def read_story(self) -> None:
        """Read the segments of the story again."""
        worker = get_current_worker()
        try:
            outline = self.app.session.library.segments.outline(self.project_id)
        except StoryflowError as error:
            self.call(worker, self._unread, error)
        else:
            self.call(worker, self._know_story, outline)

    def _unread(self, error: StoryflowError) -> None:
        if isinstance(error, NotFoundError):
            self.dismiss(None)  # the timeline below finds that out too, and says so
        else:
            self.app.refused(error)

    def _know_story(self, outline: Sequence[OutlineRecord]) -> None:
        is_first = self.outline is None
        self.outline = outline
        self.pairs.forget()
        if is_first:
            self._by = likely(self.paths, outline)
            self._from_here = self._by == "order"
            self._pair_anew()
            self._look()
            return
        positions = open_positions(outline, start=self._start, missing=self._missing)
        self._former.clear()
        self._put(self.pairs.pairing.renewed(outline, positions))

    def on_session_library_changed(self, event: Session.LibraryChanged) -> None:
        """Somebody else changed the story: each file stays with its segment."""
        if not self.working and self.outline is not None:
            self.read_story()

    # The pairs

    @property
    def _start(self) -> int:
        return self._here if self._from_here else 1

    def _pair_anew(self) -> None:
        if self.outline is None:
            return
        pairing = pair(
            self.paths, self.outline, by=self._by, start=self._start, missing=self._missing
        )
        self._former.clear()
        self.pairs.pairing = pairing
        self.query_one(Rows).reset(0, 0)
        self._count()

    def _put(self, pairing: Pairing) -> None:
        """Show these pairs, the bar on the same file."""
        rows = self.query_one(Rows)
        file = self.pairs.file(rows.cursor)
        self.pairs.pairing = pairing
        at = self.pairs.index(file)
        rows.reset(rows.cursor if at is None else at)
        self._count()

    def _correct(self, pairing: Pairing) -> None:
        if pairing != self.pairs.pairing:
            self._former.append(self.pairs.pairing)
            self._put(pairing)

    def show(self) -> None:
        """Facts, progress, hints; costs the same however many pairs there are."""
        state = State(self.working, "text") if self.working else None
        self.query_one(Header).show(_TITLE, self._facts, state)
        keys = [key for key in PAIRS if not self.working or key.action == "leave"]
        self.query_one(HintLine).set_keys(keys, replaced=self.app.session.settings.keys)

    def _count(self) -> None:
        """Tell how many there are of each kind, and show it."""
        pairing, problems = self.pairs.pairing, self.pairs.problems
        outline = self.outline or ()
        used = [outline[each.position - 1] for each in pairing.pairs]
        locked = sum(each.is_locked for each in used)
        refused = sum(each.file in problems for each in pairing.pairs)
        replaced = sum(each.has_image for each in used)
        how = "by number" if self._by == "number" else "in order"
        how += f" from {self._start} on" if self._start > 1 else ""
        facts = [Fact(f"{how}, only missing" if self._missing else how, 5)]
        facts += [Fact(counted(len(pairing.pairs), "pair"), 4, "text")]
        facts += [Fact(f"{replaced} replaced", 1)] if replaced else []
        facts += [Fact(f"{len(pairing.left)} left over", 3, "warning")] if pairing.left else []
        facts += [Fact(f"{locked} locked", 2, "warning")] if locked else []
        facts += [Fact(f"{refused} not usable", 2, "danger")] if refused else []
        self._facts = facts
        none = ""
        if self.outline is not None and not pairing.pairs:
            order, first = key_of(self.app, "pairs.by"), key_of(self.app, "pairs.start")
            none = f"No picture goes to a segment. {order} pairs in order, {first} from the first "
            none += "segment on."
        self.query_one(Rows).note(none)
        self.show()

    # The files

    @work(thread=True, exclusive=True, group="files", exit_on_error=False)
    def _look(self) -> None:
        """Read the header of every file, and say which cannot be used."""
        worker = get_current_worker()
        paths = list(self.paths.values())
        for start in range(0, len(paths), _AT_ONCE):
            if worker.is_cancelled:
                return
            verdicts = [(path.name, glance(path, False)) for path in paths[start:][:_AT_ONCE]]
            found = {name: verdict.problem for name, verdict in verdicts if verdict.problem}
            if found:
                self.call(worker, self._know_files, found)

    def _know_files(self, found: dict[str, str]) -> None:
        self.pairs.problems |= found
        self.query_one(Rows).refresh()
        self._count()

    def on_rows_moved(self) -> None:
        """Show the picture once the bar rests."""
        if self._resting is not None:
            self._resting.stop()
        self._resting = self.set_timer(REST, self._preview)

    def _preview(self) -> None:
        file = self.pairs.file(self.query_one(Rows).cursor)
        pane = self.query_one(PreviewPane)
        if pane.display:
            pane.show(self.paths.get(file) if file else None)

    # Keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While pictures are copied there is nothing to do but to stop."""
        return not self.working or action == "leave"

    def action_cursor(self, by: int) -> None:
        """Move the bar."""
        rows = self.query_one(Rows)
        rows.move_cursor(rows.cursor + by)

    def action_page(self, by: int) -> None:
        """Move the bar by a screen."""
        self.query_one(Rows).page(by)

    def action_first(self) -> None:
        """Move the bar to the first pair."""
        self.query_one(Rows).move_cursor(0)

    def action_last(self) -> None:
        """Move the bar to the last row."""
        self.query_one(Rows).move_cursor(len(self.pairs) - 1)

    def action_take_out(self) -> None:
        """Leave the picture under the bar over; the bar goes on to the next."""
        cursor = self.query_one(Rows).cursor
        if self.pairs.pair(cursor) is not None:
            following = self.pairs.file(cursor + 1)
            self._correct(self.pairs.pairing.without(cursor))
            self.query_one(Rows).move_cursor(self.pairs.index(following) or 0)

    def action_shift(self, by: int) -> None:
        """Put the pictures from the bar on each at the next segment, or at the one before."""
        cursor, pairing = self.query_one(Rows).cursor, self.pairs.pairing
        if self.pairs.pair(cursor) is None:
            return
        if by > 0:
            self._correct(pairing.later(cursor))
        elif (earlier := pairing.earlier(cursor)) is not pairing:
            self._correct(earlier)
        else:
            self.say("There is no room before this one.", "x takes a pair out", "warning")

    def action_by(self) -> None:
        """Pair by number, or in order."""
        self._by = "order" if self._by == "number" else "number"
        self._from_here = self._by == "order"
        self._pair_anew()

    def action_missing(self) -> None:
        """Pair with those without a picture only, or with all."""
        self._missing = not self._missing
        self._pair_anew()

    def action_start(self) -> None:
        """Pair from the current segment on, or from the first."""
        self._from_here = not self._from_here
        self._pair_anew()

    def action_undo(self) -> None:
        """Take the last correction back."""
        if self._former:
            self._put(self._former.pop())
        else:
            self.say("No correction to take back", "")

    def action_leave(self) -> None:
        """Stop what is going on, or leave."""
        if not self.working:
            self.dismiss(None)
        else:
            self.stopping = True

    def on_rows_opened(self) -> None:
        """A click selects and does no more: what Enter does is for all."""
