"""A narration to be read aloud: a page that puts a text into rows, a long one on a worker."""

from __future__ import annotations

from textual import work
from textual.worker import Worker, get_current_worker

from storyflow_tui.tui import narration
from storyflow_tui.tui.crash import logged
from storyflow_tui.tui.look import palette
from storyflow_tui.tui.widgets.page import Line, Page


class Narration(Page):
    """One text in the middle of the screen; its beginning where another one is shown."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  (Textual's own name)
        super().__init__(surface="ground", id=id)
        self._text: str | None = None

    def read(self, text: str, width: int) -> None:
        """Show a text on a screen of this width, from its beginning if it is another one."""
        self.margin_left, cells = narration.measure(width)
        if text != self._text:
            self._text, self.top = text, 0
        if len(text) <= narration.AT_ONCE:
            style = palette(self.app.theme).style("text")
            self.show(narration.rows_of(text, cells, style))
        else:
            self.show([])
            self._wrap(text, cells)

    @work(thread=True, exclusive=True, group="narration", exit_on_error=False)
    def _wrap(self, text: str, cells: int) -> None:
        worker = get_current_worker()
        rows = narration.rows_of(text, cells, palette(self.app.theme).style("text"))
        if not worker.is_cancelled:
            self.app.call_later(self._wrapped, text, rows)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """A fault of ours in wrapping goes to the log."""
        logged(event)

    def _wrapped(self, text: str, rows: list[Line]) -> None:
        # A shorter text that came meanwhile was shown at once, without another worker.
        if text == self._text and self.is_attached:
            self.show(rows)
