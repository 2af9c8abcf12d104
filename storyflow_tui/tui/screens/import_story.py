"""Import: a script pasted, typed or read from a file, with its problems beside it.

The script is read on a worker after each pause; nothing becomes a project until every block can
be read, and the text stays until the screen is left.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.timer import Timer
from textual.widgets import Input
from textual.worker import Worker

from storyflow_tui.errors import InvalidTitleError, StoryflowError
from storyflow_tui.records import counted
from storyflow_tui.story import Story, clean_title
from storyflow_tui.tui import kept_scripts, text
from storyflow_tui.tui.crash import logged
from storyflow_tui.tui.kept_scripts import KeptScript
from storyflow_tui.tui.keymap import IMPORT, Key, bindings
from storyflow_tui.tui.look import SIGNS, Grid, palette
from storyflow_tui.tui.screens.import_files import ImportFiles
from storyflow_tui.tui.screens.import_preview import ImportPreview
from storyflow_tui.tui.screens.report import brief_report, label, report
from storyflow_tui.tui.script import Script as Reading
from storyflow_tui.tui.script import read_script
from storyflow_tui.tui.widgets.header import Fact, Header, State
from storyflow_tui.tui.widgets.hint_line import HintLine
from storyflow_tui.tui.widgets.line import Line
from storyflow_tui.tui.widgets.page import Page
from storyflow_tui.tui.widgets.script import Gutter, Script
from storyflow_tui.tui.widgets.sheet import Question

PAUSE = 0.25
"""Seconds without a key after which the script is read again."""

SAVE_SECONDS = 1.0
"""How long leaving the editor waits for what is typed, and for an import that is under way."""

_UNTITLED = "named by its Title: line, or here"


class ImportScreen(ImportFiles, inherit_bindings=False):
    """Makes a project of a script; answers with it, or with None."""

    CSS_PATH = "import_story.tcss"
    KEYS: ClassVar[Sequence[Key]] = IMPORT
    HELP_NAME: ClassVar[str] = "import"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(IMPORT)]
    AUTO_FOCUS = "Script"

    def __init__(self, start: Path | None = None) -> None:
        """`start` is the folder from which a relative path is taken; the current one if None."""
        super().__init__(start)
        self._reading = Reading()
        self._file: Path | None = None
        self._loaded = ""
        self._kept: Path | None = None
        """The file in which the script is kept, for as long as it is not imported."""
        self._in_library = False
        self._titled = False
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
        """Start empty, or with a script that was kept."""
        self._hint()
        self._show(self._reading)
        self._look_for_kept()

    def on_resize(self) -> None:
        """Beside each other from 100 columns on, else one above the other."""
        grid = Grid.of(*self.size)
        self.set_class(not grid.split, "narrow")
        self.query_one("#titling").display = bool(grid.split) or self.has_class("titling")
        self.query_one("#pane").styles.width = grid.split or self.size.width
        self.query_one("#report", Page).margin_left = 2 if grid.split else 6
        self._label()
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
        self._label()
        self._hint()

    def _label(self) -> None:
        surface = "field" if self.has_class("titling") else "raised"
        line = label("Title", palette(self.app.theme), surface)
        self.query_one("#label", Page).show([line], surface=surface)

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
        self._ask_for("import")

    def action_preview(self) -> None:
        """Show the segments that will be made."""
        self._ask_for("preview")

    def _ask_for(self, what: str) -> None:
        # Letters typed ahead are still in the queue of the field; this comes after them.
        if (field := self.focused) is not None:
            field.call_later(self._begin, what)

    def _begin(self, what: str) -> None:
        if self.making is not None:
            return
        self.wanted = what
        if not self.reading_file:  # else what is read from the file is imported when it is there
            self._read()

    def action_leave(self) -> None:
        """Stop what takes long, or go back to the stories; what was typed is asked about first."""
        content = self._content
        if self.making is not None:
            self.making.stop()
            return
        if self.reading_file:
            self.stop_loading()
            return
        if not self._unsaved:
            self._let_go()
            return
        lines = counted(content.count("\n") + 1, "line")
        self.app.push_screen(
            Question(
                "Leave without importing?",
                [f"The script ({lines}) is not in the library and is gone then."],
                "leave",
                "stay",
            ),
            self._answered,
        )

    def _answered(self, leave: bool | None) -> None:
        if leave:
            self._let_go()

    def _let_go(self) -> None:
        if self._kept is not None:
            kept_scripts.drop(self._kept)
            self._kept = None
        self.dismiss(None)

    # What is typed is not lost

    @property
    def _unsaved(self) -> bool:
        content = self._content
        return bool(content.strip()) and content != self._loaded and not self._in_library

    async def settle_typing(self) -> int:
        """Wait for an import that is under way, else keep the script; how many are kept."""
        loop = asyncio.get_running_loop()
        latest = loop.time() + SAVE_SECONDS
        fields = (self.query_one(Script), self.query_one(Input))
        while any(field.message_queue_size for field in fields) and loop.time() < latest:
            await asyncio.sleep(0)
        if self.making is not None:
            await self.app.session.settled(SAVE_SECONDS)
        return self.keep_typed()

    def keep_typed(self) -> int:
        """Write a script that is not imported to the disk, here and now; 1 if there is one."""
        if not self._unsaved:
            return 0
        title = self._title if self._titled else ""
        script = KeptScript(self._content, title, str(self._file or ""))
        self._kept = kept_scripts.keep(script, self._kept)
        return 1

    @work(thread=True, group="kept", exit_on_error=False)
    def _look_for_kept(self) -> None:
        if waiting := kept_scripts.kept():
            self.back(self._offer, *waiting[0], len(waiting) - 1)

    def _offer(self, path: Path, script: KeptScript, more: int) -> None:
        if self._content_there or self.reading_file or self.making is not None:
            return  # what is typed stays; the script waits for the next time
        self._kept = path
        self._file = Path(script.file) if script.file else None
        self._titled = bool(script.title)
        if script.title:
            with self.prevent(Input.Changed):
                self.query_one(Input).value = script.title
        self._fill(script.text)
        rest = (
            f"{more} more wait for the next times."
            if more
            else "It stays until you import it or leave it with esc."
        )
        self.query_one(HintLine).notice("This script was not imported the last time.", rest)

    # Reading

    @property
    def _content(self) -> str:
        return self.query_one(Script).content

    def _read(self) -> None:
        if self._pause is not None:
            self._pause.stop()
        self._parse(self._content, self.app.session.settings.words_per_minute)

    @work(thread=True, exclusive=True, group="script", exit_on_error=False)
    def _parse(self, content: str, words_per_minute: int) -> None:
        self.back(self._arrive, content, read_script(content, words_per_minute))

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """A fault of ours in reading: it goes to the log, and the script stays."""
        if logged(event):
            self.reading_file, self.wanted = False, ""
            self._facts()
            self.refuse(f"{SIGNS.refused} It could not be read.", "")

    def _arrive(self, content: str, reading: Reading) -> None:
        if content != self._content:
            # Typing went on; the next pause reads it again.
            return
        self._show(reading)
        # Kept here and not handed along: a later reading overtakes an earlier one.
        wanted, self.wanted = self.wanted, ""
        if wanted:
            self._answer(reading, wanted)

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
        where = self._file.name if self._file else "kept" if self._kept else "pasted"
        facts = [Fact(f"{where}, {counted(lines, 'line')}", 1)] if self._content_there else []
        count = len(self._reading.troubles)
        state = State(f"{SIGNS.warn} {counted(count, 'problem')}", "danger") if count else None
        if waiting := self.progress or (f"reading {SIGNS.cut}" if self.reading_file else ""):
            state = State(waiting, "text")
        self.query_one(Header).show("Import a story", facts, state)

    @property
    def _content_there(self) -> bool:
        document = self.query_one(Script).document
        return document.line_count > 1 or bool(document.get_line(0))

    @property
    def _title(self) -> str:
        return self.query_one(Input).value.strip()

    def show_progress(self) -> None:
        """How far it is stands in the header; the one key that acts is hinted at."""
        self._facts()
        self._hint()

    def _hint(self) -> None:
        keys: Sequence[Key] = IMPORT
        if self.making is not None or self.reading_file:
            keys = [replace(key, hint="stop") for key in IMPORT if key.action == "leave"]
        elif self.query_one(Input).has_focus:
            keys = [
                replace(key, hint="script") if key.id == "import.next_field" else key
                for key in IMPORT
            ]
        self.query_one(HintLine).set_keys(keys, "F1 help", replaced=self.app.session.settings.keys)

    # Importing

    def _answer(self, reading: Reading, wanted: str) -> None:
        if reading.troubles:
            first = reading.troubles[0]
            where = f"line {first.line}   " if first.line else ""
            self.refuse(f"{SIGNS.refused} {where}{first.message}", first.remedy)
            return
        if not reading.segment_count:
            self.refuse(
                f"{SIGNS.warn} There is no script yet.",
                "Paste one, or take it from a file with ^O.",
                warn=True,
            )
            return
        story = Story(self._title, reading.segments)
        if wanted == "preview":
            self.app.push_screen(
                ImportPreview(story, reading.seconds, reading.is_guessed, reading.notes),
                lambda answer: self._begin("import") if answer else None,
            )
            return
        try:
            story.title = clean_title(story.title)
        except InvalidTitleError as error:
            self.refuse(f"{SIGNS.warn} {error.message}.", "tab goes to the title", warn=True)
            return

        def made() -> None:
            self._in_library = True
            if self._kept is not None:
                kept_scripts.drop(self._kept)

        self.make(story, reading.notes, made)

    def failed(self, error: StoryflowError) -> None:
        """The text stays, and so does what was asked for of it: nothing."""
        self.reading_file, self.wanted = False, ""
        super().failed(error)

    # From a file

    @property
    def typed_title(self) -> str | None:
        """The title that was typed; None where the story's own is meant."""
        return self._title if self._titled else None

    def loaded_from(self, path: Path, content: str) -> None:
        """A text file was read: put it into the text area."""
        self.reading_file = False
        self._file = path
        self._kept = None  # what was kept is another script, and goes on waiting
        self._fill(content)
        self._loaded = self._content
        self.show_progress()

    def _fill(self, content: str) -> None:
        script = self.query_one(Script)
        script.replace_all(content)
        script.move_cursor((0, 0))
        self._read()
