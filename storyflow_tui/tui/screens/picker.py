"""The image picker: folders and the pictures in them, with a preview before one is chosen.

The line is focused all the time: what is typed filters the folder or is a path. Folders, sizes
and pictures are read on workers; a file that would be refused says why before it is taken.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, TypeAlias

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import Screen
from textual.timer import Timer
from textual.widgets import Input
from textual.worker import Worker, get_current_worker

from storyflow_tui.records import counted
from storyflow_tui.tui import folders
from storyflow_tui.tui.crash import logged
from storyflow_tui.tui.folders import PARENT, Entry, Listing
from storyflow_tui.tui.keymap import PICKER, Key, bindings
from storyflow_tui.tui.look import SIGNS, Grid
from storyflow_tui.tui.screens.entries import Entries, path_end, why_so_few
from storyflow_tui.tui.screens.preview import Verdict, examine, glance
from storyflow_tui.tui.screens.preview_pane import PreviewPane
from storyflow_tui.tui.widgets.header import Fact, Header
from storyflow_tui.tui.widgets.hint_line import HintLine
from storyflow_tui.tui.widgets.path_line import PathLine
from storyflow_tui.tui.widgets.picture import Proxies
from storyflow_tui.tui.widgets.rows import Rows

if TYPE_CHECKING:
    from storyflow_tui.tui.app import StoryflowApp

REST = 0.12
"""Seconds without a key after which the cursor rests: sizes and preview are looked up then."""

_NARROW_PANE = 38
_AT_ONCE = 8
_PLACEHOLDER = "filter, or a path from / ~ ."


Picked: TypeAlias = Path | tuple[Path, ...]
"""One picture, or several of one folder."""


class PickerScreen(Screen["Picked | None"], inherit_bindings=False):
    """Asks for a picture, or for several of a folder; answers with their paths, or None.

    `label` says for what (`segment 10`), `start` is the folder it opens, `used_in` tells by a
    file's path and bytes where it is in use already; it is called on a worker. With `several`
    Enter on a picture takes all that are shown.
    """

    CSS_PATH = "picker.tcss"
    KEYS: ClassVar[Sequence[Key]] = PICKER
    HELP_NAME: ClassVar[str] = "picker"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(PICKER)]
    AUTO_FOCUS = "PathLine"

    app: StoryflowApp

    def __init__(
        self,
        label: str,
        start: Path,
        used_in: Callable[[Path, int], str | None] | None = None,
        *,
        proxies: Proxies | None = None,
        several: bool = False,
    ) -> None:
        super().__init__()
        self._several = several
        self._label = label
        self._used_in = used_in
        self._proxies = proxies
        self._listing = Listing(start.expanduser())
        self._entries = Entries()
        self._opening = False
        self._take_next = False
        self._asked = ""
        self._resting: Timer | None = None

    def compose(self) -> ComposeResult:
        """Line and list at the left, preview at the right."""
        yield Header()
        with Horizontal():
            with Vertical(id="list"):
                yield PathLine(placeholder=_PLACEHOLDER)
                yield Rows(self._entries, focusable=False)
            yield PreviewPane(self._proxies or self.app.session.thumbnails, self._used_in)
        yield HintLine()

    def on_mount(self) -> None:
        """List the folder."""
        self._show_listing(self._listing, None)
        self._go(self._listing.folder)

    def on_resize(self) -> None:
        """Share the width between list and preview."""
        grid = Grid.of(*self.size)
        narrow = min(_NARROW_PANE, self.size.width // 2)
        self.query_one(PreviewPane).lay_out(grid, grid.split or narrow)
        self._preview()

    # Keys

    def action_cursor(self, by: int) -> None:
        """Move the bar."""
        self.query_one(PathLine).call_later(self._move, by, False)

    def action_page(self, by: int) -> None:
        """Move the bar by a screen."""
        self.query_one(PathLine).call_later(self._move, by, True)

    def action_take(self) -> None:
        """Open the folder or take the image: the one typed, else the one under the bar."""
        # Letters typed ahead are still in the line's own queue; this comes after them.
        self.query_one(PathLine).call_later(self._take)

    def _take(self) -> None:
        if self._opening:
            # Typed ahead of a folder that is still being read: meant for what stands there.
            self._take_next = True
        elif path := self._typed_path():
            self._go(path)
        elif self._entries.marked:
            self._take_many([one for one in self._pictures if one in self._entries.marked])
        elif entry := self._current():
            if entry.name == PARENT:
                self.action_parent()
            elif self._several and not entry.is_folder:
                self._take_all()
            else:
                if entry.is_folder:
                    self._clear()
                self._go(self._listing.folder / entry.name)

    def action_take_all(self) -> None:
        """Take all images that are shown."""
        self.query_one(PathLine).call_later(self._take_all)

    def _take_all(self) -> None:
        shown = [entry.name for entry in self._entries.shown if not entry.is_folder]
        if shown and not self._typed_path():
            self._take_many(shown)

    def _take_many(self, names: Sequence[str]) -> None:
        self.dismiss(tuple(self._listing.folder / name for name in names))

    @property
    def _pictures(self) -> Sequence[str]:
        return [entry.name for entry in self._listing.entries if not entry.is_folder]

    def action_mark(self) -> None:
        """Mark the image under the bar, or take its mark away, and go on to the next."""
        self.query_one(PathLine).call_later(self._mark)

    def _mark(self) -> None:
        entry = self._current()
        if entry is None or entry.is_folder or self._typed_path():
            return
        self._entries.marked ^= {entry.name}
        rows = self.query_one(Rows)
        rows.redraw(rows.cursor)
        rows.move_cursor(rows.cursor + 1)
        self._show_facts()
        self._hint()

    def _move(self, by: int, page: bool) -> None:
        rows = self.query_one(Rows)
        if self._typed_path():
            return
        if page:
            rows.page(by)
        else:
            rows.move_cursor(rows.cursor + by)

    def action_parent(self) -> None:
        """Go to the folder above, with the bar on the one that was left."""
        folder = self._listing.folder
        if folder.parent != folder:
            self._clear()
            self._go(folder.parent, folder.name)

    def action_leave(self) -> None:
        """Go back without a picture."""
        self.dismiss(None)

    def on_path_line_at_start(self) -> None:
        """Backspace on an empty line."""
        self.action_parent()

    def on_input_changed(self) -> None:
        """Filter, or wait for the end of a path; an emptied line keeps the bar where it is."""
        entry = self._current()
        emptied = not self.query_one(PathLine).value
        self._filter(entry.name if emptied and entry else None)

    def on_rows_moved(self) -> None:
        """Look closer once the bar rests."""
        self._hint()
        self._rest()

    def on_rows_opened(self) -> None:
        """A click on the current row is Enter."""
        self.action_take()

    # Folders

    def _go(self, path: Path, left: str | None = None) -> None:
        """Go to a folder, with the bar on the entry `left`; a file is taken."""
        self._opening = True
        self._asked = self.query_one(PathLine).value
        self._open(path, left)

    def _gone(self) -> None:
        self._opening = False
        if self._take_next:
            self._take_next = False
            self._take()

    def _clear(self) -> None:
        line = self.query_one(PathLine)
        with self.prevent(Input.Changed):
            line.value = ""

    @work(thread=True, exclusive=True, group="directory", exit_on_error=False)
    def _open(self, path: Path, left: str | None) -> None:
        worker = get_current_worker()
        if path == self._listing.folder or folders.is_folder(path):
            self._call(worker, self._arrive, folders.read_folder(path), left)
        elif left is not None:
            # The way up from a folder that is gone leads to the nearest one that is there.
            while not folders.is_folder(path) and path.parent != path:
                path = path.parent
            self._call(worker, self._arrive, folders.read_folder(path), None)
        elif (verdict := examine(path)).is_absent:
            self._call(worker, self._absent, path)
        else:
            self._call(worker, self._decide, path, verdict)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """A fault of ours in looking at files: it goes to the log, and the picker stays."""
        if logged(event):
            self._refuse("It could not be looked at.")

    def _decide(self, path: Path, verdict: Verdict) -> None:
        self._opening = self._take_next = False
        if not verdict.problem:
            self.dismiss(path)
            return
        if path.parent == self._listing.folder:
            self._know({path.name: verdict})
            self._preview()
        self._refuse(verdict.problem)

    def _refuse(self, problem: str) -> None:
        self._opening = self._take_next = False
        self.query_one(HintLine).notice(f"{SIGNS.refused} Not usable", problem, "danger")

    def _absent(self, path: Path) -> None:
        self._opening = self._take_next = False
        self.query_one(HintLine).notice(
            f"{SIGNS.warn} There is nothing at this path.", folders.short(path), "warning"
        )

    def _show_listing(self, listing: Listing, left: str | None) -> None:
        self._listing = listing
        self._entries.verdicts = {}
        self._entries.marked = set()
        self._show_facts()
        # A path has done its work; what was typed since is a filter for what is here now.
        line = self.query_one(PathLine)
        if folders.is_path(self._asked) and line.value.startswith(self._asked):
            with self.prevent(Input.Changed):
                line.value = line.value.removeprefix(self._asked)
        self._filter(left)

    def _show_facts(self) -> None:
        listing, marked = self._listing, len(self._entries.marked)
        self.query_one(Header).show(
            "Choose pictures" if self._several else "Choose a picture",
            [
                Fact(f"{marked} marked" if marked else "", 4, "text"),
                Fact(counted(listing.image_count, "image"), 1),
                Fact(counted(listing.folder_count, "folder"), 2),
                Fact(path_end(folders.short(listing.folder), self.size.width // 3), 3),
            ],
            subtitle=self._label,
        )

    def _arrive(self, listing: Listing, left: str | None) -> None:
        self._show_listing(listing, left)
        self._gone()

    def _filter(self, keep: str | None) -> None:
        """Show what the line lets through, the bar on the entry `keep` or the first."""
        listing = self._listing
        typed = self.query_one(PathLine).value
        path = self._typed_path()
        words = "" if path else typed
        shown = listing.matching(words)
        first = 0
        if not words and listing.folder.parent != listing.folder:
            shown = (Entry(PARENT, True), *shown)
            first = 1
        names = [entry.name for entry in shown] if keep is not None else []
        cursor = names.index(keep) if keep in names else first
        self._entries.shown = shown
        rows = self.query_one(Rows)
        rows.show_bar(path is None)
        rows.note(why_so_few(listing, words, len(shown)))
        rows.reset(cursor, 0)

    def _typed_path(self) -> Path | None:
        typed = self.query_one(PathLine).value
        if not folders.is_path(typed):
            return None
        return folders.typed_path(typed, self._listing.folder)

    def _current(self) -> Entry | None:
        cursor = self.query_one(Rows).cursor
        return self._entries.shown[cursor] if cursor < len(self._entries.shown) else None

    # What stands in the files

    def _rest(self) -> None:
        if self._resting is not None:
            self._resting.stop()
        self._resting = self.set_timer(REST, self._rested)

    def _rested(self) -> None:
        seen = self.query_one(Rows).seen
        unknown = [
            entry
            for entry in self._entries.shown[seen.start : seen.stop]
            if entry.name not in self._entries.verdicts and entry.name != PARENT
        ]
        if unknown:
            self._glance(self._listing.folder, unknown)
        self._preview()

    @work(thread=True, exclusive=True, group="sizes", exit_on_error=False)
    def _glance(self, folder: Path, entries: Sequence[Entry]) -> None:
        worker = get_current_worker()
        for start in range(0, len(entries), _AT_ONCE):
            some = entries[start : start + _AT_ONCE]
            found = {entry.name: glance(folder / entry.name, entry.is_folder) for entry in some}
            if worker.is_cancelled:
                return
            self._call(worker, self._know_in, folder, found)

    def _know_in(self, folder: Path, found: dict[str, Verdict]) -> None:
        if folder == self._listing.folder:
            # What a closer look has found out stays.
            self._know({name: found[name] for name in found if name not in self._entries.verdicts})

    def _know(self, found: dict[str, Verdict]) -> None:
        self._entries.verdicts.update(found)
        rows = self.query_one(Rows)
        for index in rows.seen:
            if self._entries.shown[index].name in found:
                rows.redraw(index)
        self._hint()

    def _preview(self) -> None:
        path = self._typed_path()
        entry = self._current()
        if path is None and entry is not None and entry.name != PARENT:
            path = self._listing.folder / entry.name
        self.query_one(PreviewPane).show(path)

    def on_preview_pane_examined(self, event: PreviewPane.Examined) -> None:
        """What a closer look has found out is known in the list, too."""
        if not event.verdict.is_folder and event.path.parent == self._listing.folder:
            self._know({event.path.name: event.verdict})

    def _hint(self) -> None:
        entry = None if self._typed_path() else self._current()
        keys = self._entries.hinted(entry, is_path=bool(self._typed_path()), several=self._several)
        self.query_one(HintLine).set_keys(keys, "F1 help")

    def _call(self, worker: object, callback: Callable[..., None], *arguments: object) -> None:
        """In the UI thread, if neither the worker was overtaken nor the screen left."""

        def back() -> None:
            if not getattr(worker, "is_cancelled", False) and self.is_attached:
                callback(*arguments)

        self.app.call_from_thread(back)
