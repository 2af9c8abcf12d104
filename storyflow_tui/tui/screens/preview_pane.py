"""The picker's pane: one file as a picture, or the reason why it cannot be used, and its facts.

Looking closely runs on a worker that the next file overtakes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from rich.segment import Segment
from textual import work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.worker import Worker, get_current_worker

from storyflow_tui.tui import text
from storyflow_tui.tui.crash import logged
from storyflow_tui.tui.look import SIGNS, Grid, ago, file_size, palette
from storyflow_tui.tui.screens.preview import Verdict, examine, stamp_of
from storyflow_tui.tui.widgets.page import Line, Page
from storyflow_tui.tui.widgets.picture import Picture, Proxies

LOOK_EVERY = 1.0
"""Seconds between two looks at the file that is shown."""

_LABEL = 10
_NARROW_ROWS = 10


class PreviewPane(Vertical):
    """Name, picture and facts of a file; `used_in` tells by path and bytes where it is in use."""

    DEFAULT_CSS = """
    PreviewPane { background: $raised; }
    PreviewPane > #preview-name { height: 3; }
    PreviewPane > Picture { width: 1fr; margin: 0 2; }
    """

    @dataclass
    class Examined(Message):
        """A file was looked at closely."""

        path: Path
        verdict: Verdict

    def __init__(
        self, proxies: Proxies | None, used_in: Callable[[Path, int], str | None] | None
    ) -> None:
        super().__init__(id="pane")
        self._proxies = proxies
        self._used_in = used_in
        self._split = True
        self._path: Path | None = None
        self._stamp: tuple[int, int] | None = None

    def compose(self) -> ComposeResult:
        """Every part, in its place whatever it says."""
        yield Page(margin=2, id="preview-name")
        yield Picture(self._proxies)
        yield Page(margin=2, id="preview-facts")

    def lay_out(self, grid: Grid, width: int) -> None:
        """Take this width; on narrow screens the name stands below the picture."""
        self._split = bool(grid.split)
        self.styles.width = width
        self.query_one(Picture).styles.height = grid.picture[3] if grid.split else _NARROW_ROWS
        self.query_one("#preview-name").styles.height = 3 if grid.split else 2

    def on_mount(self) -> None:
        """Look now and then whether what is shown is another file by now."""
        self.set_interval(LOOK_EVERY, self._look_again)

    def show(self, path: Path | None) -> None:
        """Look at a file or folder and show it; None shows nothing."""
        self._path, self._stamp = path, None
        if path is None:
            self.workers.cancel_group(self, "preview")
            self._show(Path(), None)
        else:
            self._examine(path)

    @work(thread=True, exclusive=True, group="preview", exit_on_error=False)
    def _examine(self, path: Path) -> None:
        worker = get_current_worker()
        verdict = examine(path)
        if self._used_in is not None and verdict.stamp is not None:
            verdict = replace(verdict, used=self._used_in(path, verdict.bytes) or "")

        def arrive() -> None:
            if not worker.is_cancelled and self.is_attached:
                self._stamp = verdict.stamp
                self._show(path, verdict)
                self.post_message(self.Examined(path, verdict))

        if not worker.is_cancelled:
            self.app.call_from_thread(arrive)

    def _look_again(self) -> None:
        if self._path is not None and self._stamp is not None:
            self._compare(self._path, self._stamp)

    @work(thread=True, exclusive=True, group="stamp", exit_on_error=False)
    def _compare(self, path: Path, stamp: tuple[int, int]) -> None:
        def arrive() -> None:
            if self.is_attached and (self._path, self._stamp) == (path, stamp):
                self._examine(path)

        if stamp_of(path) != stamp:
            self.app.call_from_thread(arrive)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """A fault of ours in looking: it goes to the log, and the pane says so."""
        if logged(event):
            self._show(Path(), Verdict(False, problem="It could not be looked at."))

    def _show(self, path: Path, verdict: Verdict | None) -> None:
        colours = palette(self.app.theme)
        picture = self.query_one(Picture)
        inner = max(1, self.size.width - 2 * Grid.MARGIN)
        name: list[Line] = []
        facts: list[Line] = []
        picture.visible = verdict is not None and not verdict.is_folder
        if verdict is None or verdict.is_folder:
            picture.empty()
        elif verdict.problem:
            picture.say(f"{SIGNS.refused} Not usable", verdict.problem, "danger")
        else:
            picture.show(path, (path, verdict.stamp))
        if verdict is not None:
            strong = colours.style("text", "raised", bold=True)
            name = [[Segment(text.cut(path.name or str(path), inner), strong)]]
            facts = [
                [
                    Segment(text.pad(words, _LABEL), colours.style("muted", "raised")),
                    Segment(text.cut(value, inner - _LABEL), colours.style("text", "raised")),
                ]
                for words, value in self._facts(path, verdict)
            ]
        self.query_one("#preview-name", Page).show([(), *name] if self._split else [])
        self.query_one("#preview-facts", Page).show([(), *([] if self._split else name), *facts])

    def _facts(self, path: Path, verdict: Verdict) -> list[tuple[str, str]]:
        if verdict.is_folder:
            return [("Folder", verdict.problem or verdict.size)]
        if verdict.stamp is None:
            return []
        now = datetime.now().astimezone()
        facts = [
            ("Format", verdict.format),
            ("Size", file_size(verdict.bytes)),
            ("Pixels", verdict.pixels),
            ("Changed", ago(verdict.changed, now) if verdict.changed else ""),
            ("Used in", verdict.used),
        ]
        return [(words, value) for words, value in facts if value]
