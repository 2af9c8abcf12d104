"""Sheets: a question or a line of input that rises from the hint line over the screen below.

The screen below stays in sight and is not dimmed. The safe answer is reversed and first.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container

from storyflow_tui.tui import kept_lines, text
from storyflow_tui.tui.keymap import LINE, QUESTION, bindings
from storyflow_tui.tui.look import Grid
from storyflow_tui.tui.overrides import in_words, key_of, settings_keys
from storyflow_tui.tui.widgets.header import Tone
from storyflow_tui.tui.widgets.line import Line
from storyflow_tui.tui.widgets.paper import Paper, Sheet
from storyflow_tui.tui.widgets.unasked import Unasked

_LINES = 3
"""Lines that one paragraph of a question may take."""


class Question(Sheet[bool]):
    """A question with a safe answer (False: `n`, Enter, Escape) and another (True: `y`)."""

    KEYS: ClassVar = QUESTION
    HELP_NAME: ClassVar = "Question"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(QUESTION)]

    def __init__(
        self,
        title: str,
        lines: Sequence[str] = (),
        yes_word: str = "yes",
        no_word: str = "keep it",
        *,
        danger: bool = True,
    ) -> None:
        """Ask `title`; `lines` say what it is about: a quotation in text colour, facts muted.

        The words are those of the answers, such as `delete` and `keep it`.
        """
        super().__init__()
        self._question = title
        self._paragraphs = tuple(lines)
        self._answers = (no_word, yes_word)
        self._tone: Tone = "danger" if danger else "accent"

    def compose(self) -> ComposeResult:
        """The sheet."""
        with Container():
            yield Paper()

    def on_mount(self) -> None:
        """Write the sheet."""
        self._write()

    def on_resize(self) -> None:
        """Write it anew for another width."""
        self._write()

    def _write(self) -> None:
        width = self.app.size.width - Grid.TEXT_COLUMN - Grid.MARGIN
        no_word, yes_word = self._answers
        rows: list[list[tuple[str, str]]] = [
            [(line, "text bold")] for line in text.wrap(self._question, width, 2)
        ]
        for paragraph in self._paragraphs:
            role = "text" if paragraph.startswith("“") else "muted"
            if role == "muted":  # a quotation is the story's own words
                paragraph = in_words(self.app, paragraph)
            rows += [[(line, role)] for line in text.wrap(paragraph, width, _LINES)]
        rows.append([])
        answers = [
            (f" {key_of(self.app, 'question.no')} {no_word} ", "answer"),
            ("   ", "text"),
            (key_of(self.app, "question.yes"), "text bold"),
            (f" {yes_word}", "text"),
        ]
        if "question.no" not in settings_keys(self.app):
            answers.append((f"enter {_third_person(no_word)}", "aside"))
        rows.append(answers if self.takes_answers else [])
        self.rise(rows, self._tone)

    @property
    def takes_answers(self) -> bool:
        """Whether a key is an answer now."""
        return True

    def on_click(self, event: events.Click) -> None:
        """A click on the screen below is the safe answer."""
        if event.screen_y < self.query_one(Paper).region.y:
            self.dismiss(False)

    def action_no(self) -> None:
        """The safe answer."""
        self.dismiss(False)

    def action_yes(self) -> None:
        """Do it."""
        self.dismiss(True)


class UnaskedQuestion(Unasked, Question, inherit_bindings=False):
    """A question that nobody called by a key."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(QUESTION)]

    def show_answers(self) -> None:
        """Write the sheet anew, with them."""
        self._write()


def _third_person(words: str) -> str:
    """What Enter does, from the words of the safe answer: `keep it` is `keeps`."""
    verb = words.split(" ")[0]
    return verb + ("es" if verb.endswith(("o", "s", "x", "z", "ch", "sh")) else "s")


class LineInput(Sheet["str | None"]):
    """One line to type; the text when it is accepted, None when it is left."""

    DEFAULT_CSS = """
    LineInput Paper { layer: below; position: absolute; }
    LineInput Container { layers: below above; }
    LineInput Input {
        layer: above; position: absolute; offset: 6 2; width: 100%; height: 1;
        border: none; padding: 0 8 0 0; background: $sheet; color: $foreground;
    }
    LineInput Input:focus { border: none; background: $sheet; background-tint: $sheet 0%; }
    LineInput Input .input--placeholder { color: $muted; }
    LineInput Input .input--cursor { background: $foreground; color: $ground; text-style: none; }
    """
    KEYS: ClassVar = LINE
    HELP_NAME: ClassVar = "Line"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(LINE)]

    def __init__(
        self,
        title: str,
        value: str = "",
        placeholder: str = "",
        check: Callable[[str], str | None] | None = None,
        *,
        accept: str = "accept",
        leave: str = "leave it as it was",
        limit: int | None = None,
        note: str = "",
        kept_as: str = "",
    ) -> None:
        """Ask for a line under `title`.

        `check` gives a sentence on what is wrong with a text, or None. `limit` shows how many
        characters of it are used; `note` is shown where neither has anything to say. `accept` and
        `leave` are the words of the two answers. With `kept_as`, what is typed outlives the
        editor's end and is there when the same is asked for again.
        """
        super().__init__()
        self._question = title
        self._value = value
        self._placeholder = placeholder
        self._check = check
        self._words = (accept, leave)
        self._limit = limit
        self._note = note
        self._kept_as = kept_as
        self._refused: str | None = None

    def compose(self) -> ComposeResult:
        """The sheet and its line."""
        with Container():
            yield Paper()
            yield Line(self._value, placeholder=self._placeholder)

    def on_mount(self) -> None:
        """Start typing at the end of the line."""
        line = self.query_one(Line)
        if self._kept_as and (kept := kept_lines.kept(self._kept_as)):
            line.value = kept
        self.set_focus(line)
        line.cursor_position = len(line.value)
        self._write()

    def on_resize(self) -> None:
        """Write the sheet anew for another width."""
        self._write()

    def on_input_changed(self) -> None:
        """Count, and take back what was said about the text before."""
        # Word of what was typed may come after the Enter behind it: that text is refused still.
        if self.query_one(Line).value != self._refused:
            self._refused = None
        self._write()

    def _write(self) -> None:
        width = self.app.size.width - Grid.TEXT_COLUMN - Grid.MARGIN
        value = self.query_one(Line).value
        problem = self._check(value) if self._check is not None else None
        tone: Tone = "accent"
        said = [(text.cut(self._note, width), "muted")]
        if self._limit is not None:
            said = [(f"{len(value)} of {self._limit} characters", "muted")]
            if len(value) > self._limit:
                said = [(said[0][0], "danger")]
        if problem and value == self._refused:
            tone = "danger"
            said = [(text.cut(f"! {problem}", width), "danger")]
        accept, leave = self._words
        rows = [
            [(text.cut(self._question, width), "text bold")],
            [],
            said,
            [],
            [
                (key_of(self.app, "line.accept"), "text bold"),
                (f" {accept}   ", "muted"),
                (key_of(self.app, "line.leave"), "text bold"),
                (f" {leave}", "muted"),
            ],
        ]
        self.rise(rows, tone)

    def action_accept(self) -> None:
        """Take the line, or say what is wrong with it."""
        # Letters typed ahead are still in the line's own queue; this comes after them.
        self.query_one(Line).call_later(self._accept)

    def _accept(self) -> None:
        value = self.query_one(Line).value
        if self._check is not None and self._check(value):
            self._refused = value
            self._write()
        else:
            self._answer(value)

    def action_leave(self) -> None:
        """Leave without a change."""
        self._answer(None)

    def _answer(self, value: str | None) -> None:
        if self._kept_as:
            kept_lines.drop(self._kept_as)
        self.dismiss(value)

    async def settle_typing(self) -> int:
        """Keep the line: nobody has accepted it yet."""
        return self.keep_typed()

    def keep_typed(self) -> int:
        """Write what is typed to the disk, here and now; 1 if there is something."""
        value = self.query_one(Line).value
        if not self._kept_as or not value.strip() or value == self._value:
            return 0
        kept_lines.keep(self._kept_as, value)
        return 1
