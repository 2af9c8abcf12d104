"""Export: in which form a story is written, where to, and what will be written before it is.

Forms and their options come from the registry of formats; a new one needs nothing here. The
preview is made on a worker and bounded; the export itself can be stopped until it is done.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.timer import Timer
from textual.widgets import Input

from storyflow_tui import formats, transfer
from storyflow_tui.errors import StoryflowError
from storyflow_tui.formats import Format
from storyflow_tui.records import counted
from storyflow_tui.tui import targets, text
from storyflow_tui.tui.keymap import EXPORT, Key, bindings
from storyflow_tui.tui.look import Grid, palette
from storyflow_tui.tui.screens.export_report import beginning, report
from storyflow_tui.tui.screens.export_rows import Choice, ChoiceRows, FormRows
from storyflow_tui.tui.screens.export_writing import ExportWriting, Wanted
from storyflow_tui.tui.screens.report import label
from storyflow_tui.tui.session import Session
from storyflow_tui.tui.widgets.header import Fact, Header, State
from storyflow_tui.tui.widgets.hint_line import HintLine
from storyflow_tui.tui.widgets.line import Line
from storyflow_tui.tui.widgets.page import Page
from storyflow_tui.tui.widgets.rows import Rows

if TYPE_CHECKING:
    pass

REST = 0.12
"""Seconds without a key after which the preview is made."""

_ALL = ""
"""The name of the choice between all segments and the marked ones; no option is called so."""


class ExportScreen(ExportWriting, inherit_bindings=False):
    """Writes a story to a file or a folder; answers with what was written, or None."""

    CSS_PATH = "export_story.tcss"
    KEYS: ClassVar[Sequence[Key]] = EXPORT
    HELP_NAME: ClassVar[str] = "export"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(EXPORT)]
    AUTO_FOCUS = "#forms"

    def __init__(self, project_id: int, title: str, count: int, marked: Sequence[int] = ()) -> None:
        """The story, its title and number of segments; `marked` are offered in place of all."""
        super().__init__(project_id)
        self._title = title
        self._count = count
        self._marked = tuple(marked)
        self._forms = FormRows([*formats.FORMATS.values()])
        self._choices = ChoiceRows()
        self._chosen: dict[tuple[str, str], int] = {}
        """What was chosen, by form and name of the choice."""
        self._previewed: tuple[Wanted, transfer.Preview] | None = None
        self._begin: Sequence[str] | None = None
        self._standing = ("", "muted")
        self._problem = ""
        self._resting: Timer | None = None

    def compose(self) -> ComposeResult:
        """What is chosen at the left, what comes of it at the right (below, where it is narrow)."""
        yield Header()
        with Vertical(id="left"):
            yield Page(surface="ground", id="form-label")
            yield Rows(self._forms, id="forms")
            yield Rows(self._choices, id="choices")
            with Vertical(id="targeting"):
                yield Page(margin=5, id="target-label")
                yield Line(id="target")
            yield Page(surface="ground", id="standing")
        with Vertical(id="pane"):
            yield Page(margin=2, id="report")
        yield HintLine()

    def on_mount(self) -> None:
        """Begin with the first form, in the folder where the last export went."""
        line = self.query_one(Line)
        folder = self.app.last_export_folder
        line.suggester = targets.FolderSuggester(folder)
        with self.prevent(Input.Changed):
            line.value = targets.suggested(folder, self._title, self._form)
        line.cursor_position = len(line.value)
        self._offer()
        self._show()
        self.look()

    def on_resize(self) -> None:
        """Beside each other from 100 columns on, else one above the other."""
        grid = Grid.of(*self.size)
        self.set_class(not grid.split, "narrow")
        self.query_one("#pane").styles.width = grid.split or self.size.width
        self.query_one("#report", Page).margin_left = 2 if grid.split else 6
        self._lay_out()
        self._show()

    def _lay_out(self) -> None:
        most = 6 if self.has_class("narrow") else max(6, self.size.height - 18)
        self.query_one("#forms").styles.height = min(len(self._forms) + 2, most)
        choices = self.query_one("#choices")
        choices.display = bool(len(self._choices))
        choices.styles.height = len(self._choices) + 2

    # What is chosen

    @property
    def _form(self) -> Format:
        return self._forms.forms[self._forms.chosen]

    @property
    def _wanted(self) -> Wanted:
        values = {choice.name: choice.value for choice in self._choices.choices}
        every = values.pop(_ALL, "") in ("", self._all_words)
        path = targets.full_path(self.query_one(Line).value, self.app.last_export_folder)
        return Wanted(self._form.name, values, path, None if every else self._marked)

    @property
    def _all_words(self) -> str:
        return f"all {self._count}"

    def _offer(self) -> None:
        """Offer what may be chosen for this form."""
        form = self._form
        choices = [Choice(each.name, each.about, each.values) for each in form.options]
        if self._marked:
            values = (f"{len(self._marked)} marked", self._all_words)
            choices.insert(0, Choice(_ALL, "Segments", values))
        for choice in choices:
            # Which segments are meant does not change with the form.
            choice.at = self._chosen.get((form.name if choice.name else "", choice.name), 0)
        self._choices.choices = choices
        self._lay_out()
        self.query_one("#choices", Rows).reset(0, 0)

    def action_cursor(self, by: int) -> None:
        """The next form; or the next choice, where the bar is there."""
        choices = self.query_one("#choices", Rows)
        if choices.has_focus:
            choices.move_cursor(choices.cursor + by)
            return
        self._take_form(self.query_one("#forms", Rows).cursor + by)

    def _take_form(self, index: int) -> None:
        rows = self.query_one("#forms", Rows)
        before = self._form
        index = max(0, min(index, len(self._forms) - 1))
        if self.writing is not None or index == self._forms.chosen:
            return
        self._forms.chosen = index
        rows.move_cursor(index)
        rows.refresh()
        line = self.query_one(Line)
        with self.prevent(Input.Changed):
            line.value = targets.in_form(line.value, before, self._form)
        line.cursor_position = len(line.value)
        self._offer()
        self._changed()

    def on_rows_moved(self, event: Rows.Moved) -> None:
        """A click chooses a form."""
        if event.rows.id == "forms":
            self._take_form(event.index)

    def action_value(self, by: int) -> None:
        """The next value of the choice under the bar."""
        rows = self.query_one("#choices", Rows)
        if not rows.has_focus or self.writing is not None:
            return
        choice = self._choices.choices[rows.cursor]
        choice.at = (choice.at + by) % len(choice.values)
        form = self._form.name if choice.name else ""
        self._chosen[form, choice.name] = choice.at
        rows.redraw(rows.cursor)
        self._changed()

    def on_rows_opened(self, event: Rows.Opened) -> None:
        """A click on the choice under the bar takes the next value."""
        if event.rows.id == "choices":
            self.action_value(1)

    def on_input_changed(self) -> None:
        """Another target."""
        self._changed()

    def action_next(self, by: int) -> None:
        """Go from the forms to what may be chosen, to the target, and around."""
        places = [self.query_one("#forms"), self.query_one("#choices"), self.query_one(Line)]
        places = [place for place in places if place.display]
        at = next((n for n, place in enumerate(places) if place.has_focus), 0)
        self.set_focus(places[(at + by) % len(places)])

    def on_descendant_focus(self) -> None:
        """The bar shows where the keys act."""
        for name in ("#forms", "#choices"):
            rows = self.query_one(name, Rows)
            rows.show_bar(rows.has_focus)
        self.set_class(self.query_one(Line).has_focus, "typing")
        self._show_labels()
        self._hint()

    # What will be written

    def on_session_library_changed(self, event: Session.LibraryChanged) -> None:
        """The story may be another now."""
        self.look()

    def _changed(self) -> None:
        if self._resting is not None:
            self._resting.stop()
        self._resting = self.set_timer(REST, self.look)

    def look(self) -> None:
        """Make the preview of what is wanted now."""
        if self.writing is None:
            self._preview(self._wanted)

    @work(thread=True, exclusive=True, group="preview", exit_on_error=False)
    def _preview(self, wanted: Wanted) -> None:
        try:
            preview = transfer.preview_export(
                self.app.session.library,
                self.project_id,
                wanted.path,
                format=wanted.form,
                options=wanted.options,
                segments=wanted.segments,
            )
        except StoryflowError as error:
            self.back(self._arrive, wanted, None, None, ("", "muted"), error.message)
            return
        standing = targets.standing(wanted.path, preview.occupied)
        self.back(self._arrive, wanted, preview, beginning(preview.begin), standing, "")

    def _arrive(
        self,
        wanted: Wanted,
        preview: transfer.Preview | None,
        begin: Sequence[str] | None,
        standing: tuple[str, str],
        problem: str,
    ) -> None:
        self._previewed = None if preview is None else (wanted, preview)
        self._begin, self._standing, self._problem = begin, standing, problem
        self._show()

    def _show(self) -> None:
        colours = palette(self.app.theme)
        grid = Grid.of(*self.size)
        page = self.query_one("#report", Page)
        if self._problem:
            danger = colours.style("danger", "raised")
            page.show([(), [Segment(text.one_line(f"! {self._problem}"), danger)]])
        elif self._previewed is not None:
            width = grid.split - 4 if grid.split else self.size.width - 8
            height = max(4, page.size.height - 1)
            page.show([(), *report(self._previewed[1], self._begin, width, height, colours)])
        self._show_labels()
        self.show_progress()

    def _show_labels(self) -> None:
        colours = palette(self.app.theme)
        surface = "field" if self.has_class("typing") else "ground"
        self.query_one("#form-label", Page).show([label("Form", colours, "ground")])
        target = self.query_one("#target-label", Page)
        target.show([label("Goes to", colours, surface)], surface=surface)
        words, role = self._standing
        shown = text.wrap(words, self.query_one("#standing").size.width - 8, 2)
        lines = [[Segment(line, colours.style(role))] for line in shown]
        self.query_one("#standing", Page).show(lines)

    def show_progress(self) -> None:
        """Facts, how far the writing is, and the keys that act."""
        facts = [Fact(counted(self._count, "segment"), 2)]
        if self._marked:
            facts.append(Fact(f"{len(self._marked)} marked", 3, "text"))
        state = State(self.progress, "text") if self.progress else None
        self.query_one(Header).show("Export", facts, state, subtitle=self._title)
        self._hint()

    def _hint(self) -> None:
        keys: Sequence[Key] = EXPORT
        if self.writing is not None:
            keys = [replace(key, hint="stop") for key in EXPORT if key.action == "leave"]
        elif self.query_one("#choices").has_focus:
            keys = [
                replace(key, hint="choose", hint_keys="→ ←") if key.id == "export.right" else key
                for key in EXPORT
            ]
        settings = self.app.session.settings
        self.query_one(HintLine).set_keys(keys, "F1 help", replaced=settings.keys)

    # Writing it

    def action_export(self) -> None:
        """Write the story, or say what keeps it from being written."""
        # Letters typed ahead are still in the line's own queue; this comes after them.
        self.query_one(Line).call_later(self._start)

    def _start(self) -> None:
        if self.writing is not None:
            return
        if not self.query_one(Line).value.strip():
            self.say("! There is no target.", "Type where the story goes", "warning")
            return
        wanted = self._wanted
        if self._previewed is not None and self._previewed[0] == wanted:
            occupied = self._previewed[1].occupied
            if occupied is not None:
                self.ask(wanted, str(occupied))
                return
        self.write_story(wanted, force=False)

    def action_leave(self) -> None:
        """Stop what is being written, or go back to the story."""
        if self.writing is not None:
            self.writing.stop()
        else:
            self.dismiss(None)
