"""Making a story of what was read: one write that counts its pictures and can be stopped.

What is read, and how it is shown, is `import_story`.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from textual.screen import Screen

from storyflow_tui.errors import StoryflowError
from storyflow_tui.library import Library
from storyflow_tui.records import ProjectRecord
from storyflow_tui.story import Story
from storyflow_tui.tui.long_work import LongWork, StoppedError
from storyflow_tui.tui.look import SIGNS
from storyflow_tui.tui.widgets.hint_line import HintLine

if TYPE_CHECKING:
    from storyflow_tui.tui.app import StoryflowApp


class ImportMaking(Screen[ProjectRecord | None], inherit_bindings=False):
    """Makes a project of a story; answers with it, or says why there is none."""

    app: StoryflowApp

    def __init__(self) -> None:
        super().__init__()
        self.notes: list[str] = []
        self.making: LongWork | None = None
        """What is being made, until it is."""
        self.progress = ""
        """How far it is, in words."""

    def show_progress(self) -> None:
        """Show how far it is, and which keys act."""
        raise NotImplementedError

    def keep_typed(self) -> int:
        """Keep what is typed and in no library; how many texts."""
        raise NotImplementedError

    def make(
        self, story: Story, notes: Sequence[str], made: Callable[[], None] = lambda: None
    ) -> None:
        """Make it; `made` is called in the thread that knows it first: the editor may be ending."""
        job = self.making = LongWork(
            lambda done, total: self.app.call_later(self._told, done, total)
        )
        self.progress = f"importing {SIGNS.cut}"
        self.show_progress()

        def operation(library: Library) -> ProjectRecord:
            job.step(0, 1)
            project = library.projects.import_story(story, progress=job.step)
            made()
            return project

        self.app.session.write(operation, partial(self._made, notes), self.failed)

    def _told(self, done: int, total: int) -> None:
        if self.making is not None and self.is_attached:
            self.progress = f"importing {SIGNS.cut}"
            if total > 1:
                self.progress = f"picture {done} of {total} {SIGNS.cut}"
            self.show_progress()

    def _made(self, notes: Sequence[str], project: ProjectRecord) -> None:
        self.notes = [*notes]
        with contextlib.suppress(OSError, StoryflowError):
            self.keep_typed()  # what was typed beside a file that was imported as it stands
        self.dismiss(project)

    def failed(self, error: StoryflowError) -> None:
        """It was not made, or could not be read: say why; the text stays."""
        self.making, self.progress = None, ""
        self.show_progress()
        if isinstance(error, StoppedError):
            self.query_one(HintLine).notice("Stopped; nothing was imported", "^S begins again")
            return
        self.refuse(f"{SIGNS.refused} {error.message}", _why(error))

    def refuse(self, first: str, rest: str, *, warn: bool = False) -> None:
        """Say what keeps it from being made."""
        self.query_one(HintLine).notice(first, rest, "warning" if warn else "danger")


def _why(error: StoryflowError) -> str:
    where, why = error.details.get("where"), error.details.get("why")
    parts = [str(part) for part in (where, why) if part]
    return ": ".join(parts) if parts else str(error.details.get("reason") or "")
