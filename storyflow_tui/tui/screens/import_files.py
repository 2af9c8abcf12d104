"""Taking a script from a file: into the text area, or past it.

A story with pictures, and one too long to be typed into, is never text: it is shown as it will be
made, and imported as it stands.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from textual import work
from textual.worker import get_current_worker

from storyflow_tui import formats, transfer
from storyflow_tui.errors import StoryflowError
from storyflow_tui.formats import files
from storyflow_tui.formats.reading import decode
from storyflow_tui.tui.folders import is_folder, is_large, typed_path
from storyflow_tui.tui.screens.import_making import ImportMaking
from storyflow_tui.tui.screens.import_preview import ImportPreview, missing_pictures
from storyflow_tui.tui.script import length_of
from storyflow_tui.tui.widgets.sheet import LineInput


class ImportFiles(ImportMaking, inherit_bindings=False):
    """Reads a file on a worker, and takes what it holds."""

    def __init__(self, start: Path | None = None) -> None:
        """`start` is the folder from which a relative path is taken; the current one if None."""
        super().__init__()
        self.start = start or Path.cwd()
        self.reading_file = False
        self.wanted = ""
        """What the person asked for of what is being read: `import`, `preview` or nothing."""

    @property
    def typed_title(self) -> str | None:
        """The title that was typed; None where the story's own is meant."""
        raise NotImplementedError

    def loaded_from(self, path: Path, content: str) -> None:
        """A text file was read: put it into the text area."""
        raise NotImplementedError

    def action_file(self) -> None:
        """Ask for a path and take the script from there."""
        self.app.push_screen(
            LineInput(
                "Take a script from a file",
                placeholder="its path; a .json brings its pictures along",
                check=lambda path: None if path.strip() else "A path is needed.",
                accept="take it",
                leave="leave",
            ),
            self._take,
        )

    def _take(self, typed: str | None) -> None:
        if typed is None:
            return
        self.reading_file = True
        self.show_progress()
        self._load(typed_path(typed.strip(), self.start), self.typed_title)

    def stop_loading(self) -> None:
        """Leave what is being read; the text stays."""
        self.workers.cancel_group(self, "file")
        self.reading_file, self.wanted = False, ""
        self.show_progress()

    @work(thread=True, exclusive=True, group="file", exit_on_error=False)
    def _load(self, path: Path, title: str | None) -> None:
        try:
            if is_folder(path) or formats.for_path(path) is formats.JSON or is_large(path):
                # With its pictures, or so long that no text area could hold it.
                reading = transfer.read_story(path, title=title)
                missing = missing_pictures(reading.story)
                pace = self.app.session.settings.words_per_minute
                seconds, guessed = length_of(reading.story.segments, pace)
                screen = ImportPreview(reading.story, seconds, guessed, reading.notes, missing)
                self.back(self._preview_file, screen, reading)
                return
            content = decode(files.read_file(path))
        except StoryflowError as error:
            self.back(self.failed, error)
        else:
            self.back(self.loaded_from, path, content)

    def _preview_file(self, screen: ImportPreview, reading: transfer.Reading) -> None:
        self.reading_file, self.wanted = False, ""
        self.show_progress()

        def answered(answer: bool | None) -> None:
            if answer:
                self.make(reading.story, reading.notes)

        self.app.push_screen(screen, answered)

    def back(self, callback: Callable[..., None], *arguments: object) -> None:
        """In the UI thread, if neither the worker was overtaken nor the screen left."""
        worker = get_current_worker()

        def arrive() -> None:
            if not worker.is_cancelled and self.is_attached:
                callback(*arguments)

        if not worker.is_cancelled:
            self.app.call_from_thread(arrive)
