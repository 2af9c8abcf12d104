"""Import: a script pasted, typed or read from a file, with its problems beside it.

The script is read on a worker after each pause; nothing becomes a project until every block can
be read, and the text stays until the screen is left.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import Screen
from textual.timer import Timer
from textual.widgets import Input
from textual.worker import get_current_worker

from storyflow_tui import formats, transfer
from storyflow_tui.errors import InvalidTitleError, StoryflowError
from storyflow_tui.formats import files
from storyflow_tui.formats.reading import decode
from storyflow_tui.records import ProjectRecord
from storyflow_tui.story import clean_title
from storyflow_tui.tui import text
from storyflow_tui.tui.folders import typed_path
from storyflow_tui.tui.keymap import IMPORT, Key, bindings
from storyflow_tui.tui.look import SIGNS, Grid, palette
from storyflow_tui.tui.screens.report import brief_report, label, report
from storyflow_tui.tui.script import Script as Reading
from storyflow_tui.tui.script import read_script
from storyflow_tui.tui.widgets.header import Fact, Header, State
from storyflow_tui.tui.widgets.hint_line import HintLine
from storyflow_tui.tui.widgets.line import Line
from storyflow_tui.tui.widgets.page import Page
from storyflow_tui.tui.widgets.script import Gutter, Script
from storyflow_tui.tui.widgets.sheet import LineInput, Question

if TYPE_CHECKING:
    from storyflow_tui.tui.app import StoryflowApp

PAUSE = 0.25
"""Seconds without a key after which the script is read again."""

_UNTITLED = "named by its Title: line, or here"


class ImportScreen(Screen[ProjectRecord | None], inherit_bindings=False):
    """Makes a project of a script; answers with it, or with None."""

    CSS_PATH = "import_story.tcss"
    KEYS: ClassVar[Sequence[Key]] = IMPORT
    HELP_NAME: ClassVar[str] = "import"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(IMPORT)]
    AUTO_FOCUS = "Script"

    app: StoryflowApp

    def __init__(self, start: Path | None = None) -> None:
        """`start` is the folder from which a relative path is taken; the current one if None."""
        super().__init__()
        self.notes: list[str] = []
        self._start = start or Path.cwd()
        self._reading = Reading()
        self._file: Path | None = None
        self._loaded = ""
        self._titled = False
        self._busy = False
        self._loading = False
        self._wanted = False
        """Whether the person asked for the import of what is being read."""
        self._pause: Timer | None = None

    def compose(self) -> ComposeResult:
        """The script at the left, what it amounts to at the right (below, where it is narrow)."""
        script = Script()
        yield Header()
        with Horizontal(id="left"):
            yield Gutter(script)
            yield script
        with Vertical(id="pane"):
            with Vertical(id="titling"):
                yield Page(margin=0, id="label")
                yield Line(placeholder=_UNTITLED)
            yield Page(margin=2, id="report")
        yield HintLine()

    def on_mount(self) -> None:
        """Start empty."""
        self._hint()
        self._show(self._reading)

    def on_resize(self) -> None:
        """Beside each other from 100 columns on, else one above the other."""
        grid = Grid.of(*self.size)
        self.set_class(not grid.split, "narrow")
        self.query_one("#titling").display = bool(grid.split) or self.has_class("titling")
        self.query_one("#pane").styles.width = grid.split or self.size.width
        self.query_one("#report", Page).margin_left = 2 if grid.split else 6
        self._show(self._reading)

    # What is typed

    def on_text_area_changed(self) -> None:
        """Read the script once typing pauses."""
        self.query_one(Gutter).fit()
        self._facts()
        if self._pause is not None:
            self._pause.stop()
        self._pause = self.set_timer(PAUSE, self._read)

    def on_script_scrolled(self) -> None:
        """Keep the numbers beside their lines."""
        self.query_one(Gutter).refresh()

    def on_descendant_focus(self) -> None:
        """The bar shows where typing goes."""
        self.query_one(Gutter).refresh()
        titling = self.query_one(Input).has_focus
        self.set_class(titling, "titling")
        self.query_one("#titling").display = titling or not self.has_class("narrow")
        surface = "field" if titling else "raised"
        line = label("Title", palette(self.app.theme), surface)
        self.query_one("#label", Page).show([line], surface=surface)
        self._hint()

    def on_input_changed(self, event: Input.Changed) -> None:
        """A title that is typed stands before the script's own; an emptied one does not."""
        if self.query_one(Input).has_focus:
            self._titled = bool(event.value.strip())

    # Keys

    def action_next_field(self) -> None:
        """Go from the script to the title and back."""
        if self.query_one(Input).has_focus:
            self.set_focus(self.query_one(Script))
        else:
            # Where it is narrow the title takes the place of the report while it is typed; what
            # is not displayed takes no focus.
            self.query_one("#titling").display = True
            self.set_focus(self.query_one(Input))

    def action_import(self) -> None:
        """Make the story, or say what keeps it from being made."""
        # Letters typed ahead are still in the queue of the field; this comes after them.
        if (field := self.focused) is not None:
            field.call_later(self._begin)

    def _begin(self) -> None:
        if self._busy:
            return
        self._wanted = True
        if not self._loading:  # else what is read from the file is imported when it is there
            self._read()

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

    def action_leave(self) -> None:
        """Back to the stories; what was typed is asked about first."""
        content = self._content
        if self._busy:
            return
        if not content.strip() or content == self._loaded:
            self.dismiss(None)
            return
        lines = _counted(content.count("\n") + 1, "line")
        self.app.push_screen(
            Question(
                "Leave without importing?",
                [f"{lines} of script are not in the library and are gone then."],
                "leave",
                "stay",
            ),
            self._answered,
        )

    def _answered(self, leave: bool | None) -> None:
        if leave:
            self.dismiss(None)

    # Reading

    @property
    def _content(self) -> str:
        return self.query_one(Script).content

    def _read(self) -> None:
        if self._pause is not None:
            self._pause.stop()
        self._parse(self._content, self.app.session.settings.words_per_minute)

    @work(thread=True, exclusive=True, group="script")
    def _parse(self, content: str, words_per_minute: int) -> None:
        worker = get_current_worker()
        reading = read_script(content, words_per_minute)
        if not worker.is_cancelled:
            self.app.call_from_thread(self._arrive, content, reading)

    def _arrive(self, content: str, reading: Reading) -> None:
        if not self.is_attached or content != self._content:
            # Typing went on; the next pause reads it again.
            return
        self._show(reading)
        # Kept here and not handed along: a later reading overtakes an earlier one.
        if self._wanted:
            self._wanted = False
            self._import(reading)

    def _show(self, reading: Reading) -> None:
        self._reading = reading
        script = self.query_one(Script)
        script.mark(
            line
            for trouble in reading.troubles
            for line in range(trouble.line - 1, trouble.last_line)
        )
        self.query_one(Gutter).fit()
        if not self._titled:
            title = self.query_one(Input)
            fallback = self._file.stem if self._file else ""
            with self.prevent(Input.Changed):
                title.value = text.one_line(reading.title or fallback)
        colours = palette(self.app.theme)
        page = self.query_one("#report", Page)
        if self.has_class("narrow"):
            page.show(brief_report(reading, self._title, self.size.width - 8, colours))
        else:
            inner = Grid.of(*self.size).split - 4
            page.show(report(reading, inner, self.size.height - 7, colours))
        self._facts()

    def _facts(self) -> None:
        lines = self.query_one(Script).document.line_count
        where = self._file.name if self._file else "pasted"
        facts = [Fact(f"{where}, {_counted(lines, 'line')}", 1)] if self._content_there else []
        count = len(self._reading.troubles)
        state = State(f"{SIGNS.warn} {_counted(count, 'problem')}", "danger") if count else None
        self.query_one(Header).show("Import a story", facts, state)

    @property
    def _content_there(self) -> bool:
        document = self.query_one(Script).document
        return document.line_count > 1 or bool(document.get_line(0))

    @property
    def _title(self) -> str:
        return self.query_one(Input).value.strip()

    def _hint(self) -> None:
        word = "script" if self.query_one(Input).has_focus else "title"
        keys = [replace(key, hint=word) if key.id == "import.next_field" else key for key in IMPORT]
        self.query_one(HintLine).set_keys(keys, "F1 help", replaced=self.app.session.settings.keys)

    # Importing

    def _import(self, reading: Reading) -> None:
        if reading.troubles:
            first = reading.troubles[0]
            where = f"line {first.line}   " if first.line else ""
            self._refuse(f"{SIGNS.refused} {where}{first.message}", first.remedy)
            return
        if not reading.segment_count:
            self._refuse(
                f"{SIGNS.warn} There is no script yet.",
                "Paste one, or take it from a file with ^O.",
                warn=True,
            )
            return
        try:
            title = clean_title(self._title)
        except InvalidTitleError as error:
            self._refuse(f"{SIGNS.warn} {error.message}.", "tab goes to the title", warn=True)
            return
        data, name = self._content.encode(), reading.format
        self._write(lambda library: transfer.import_bytes(library, data, format=name, title=title))

    def _write(self, operation: Callable[..., transfer.Imported]) -> None:
        self._busy = True
        self.app.session.write(operation, self._imported, self._failed)

    def _imported(self, imported: transfer.Imported) -> None:
        self.notes = imported.notes
        self.dismiss(imported.project)

    def _failed(self, error: StoryflowError) -> None:
        self._busy = self._loading = self._wanted = False
        self._refuse(f"{SIGNS.refused} {error.message}", _why(error))

    def _refuse(self, first: str, rest: str, *, warn: bool = False) -> None:
        self.query_one(HintLine).notice(first, rest, "warning" if warn else "danger")

    # From a file

    def _take(self, typed: str | None) -> None:
        if typed is None:
            return
        path = typed_path(typed.strip(), self._start)
        if path.is_dir() or formats.for_path(path) is formats.JSON:
            # With its pictures, which a text area could not hold.
            title = self._title if self._titled else None
            self._write(lambda library: transfer.import_file(library, path, title=title))
        else:
            self._loading = True
            self._load(path)

    @work(thread=True, exclusive=True, group="file")
    def _load(self, path: Path) -> None:
        try:
            content = decode(files.read_file(path))
        except StoryflowError as error:
            self.app.call_from_thread(self._failed, error)
        else:
            self.app.call_from_thread(self._loaded_from, path, content)

    def _loaded_from(self, path: Path, content: str) -> None:
        script = self.query_one(Script)
        self._loading = False
        self._file = path
        script.replace_all(content)
        script.move_cursor((0, 0))
        self._loaded = self._content
        self._read()


def _why(error: StoryflowError) -> str:
    where, why = error.details.get("where"), error.details.get("why")
    parts = [str(part) for part in (where, why) if part]
    return ": ".join(parts) if parts else str(error.details.get("reason") or "")


def _counted(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"
