"""A conflict: the text typed here and the one saved meanwhile, side by side, and who is kept.

It only asks; what the answer does is for the screen that asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import ClassVar, Literal, NamedTuple

from rich.segment import Segment
from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Vertical
from textual.screen import Screen
from textual.worker import get_current_worker

from storyflow_tui.tui.difference import Row, Span, differences, segments_of, wrapped
from storyflow_tui.tui.keymap import CONFLICT, Key, bindings
from storyflow_tui.tui.look import Palette, palette
from storyflow_tui.tui.overrides import key_of
from storyflow_tui.tui.text import safe
from storyflow_tui.tui.widgets.header import Header, State
from storyflow_tui.tui.widgets.hint_line import HintLine
from storyflow_tui.tui.widgets.page import Line, Page
from storyflow_tui.tui.widgets.unasked import Unasked

Answer = Literal["mine", "theirs", "both"]

_SIDE_BY_SIDE = 100
_FIXED = 3
_NAMES = {"text_content": "narration", "image_prompt": "image prompt"}


class Half(NamedTuple):
    """One text as it is drawn: its rows, with the stretches that the other does not have."""

    text: str
    rows: Sequence[Row]


class ConflictWords(NamedTuple):
    """What the screen says; `{name}` is the field and `{saved}` the time of the other text."""

    state: str = "! not saved: changed elsewhere"
    title: str = "Someone else changed this {name} while you were typing."
    rest: str = "Nothing is lost: the text you do not take stays in the history."
    mine: tuple[str, str, str] = ("Yours", "typed here, not saved", "keep mine")
    theirs: tuple[str, str, str] = ("Theirs", "saved {saved} from another window", "take theirs")


class ConflictScreen(Unasked, Screen["str | None"], inherit_bindings=False):
    """Asks which text stays: answers "mine", "theirs" or "both"; None is later.

    `field` is the record's field, `saved_at` when the other text was saved (aware).
    """

    CSS_PATH = "conflict.tcss"
    KEYS: ClassVar[Sequence[Key]] = CONFLICT
    HELP_NAME: ClassVar[str] = "conflict"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(CONFLICT, first=True)]
    WORDS: ClassVar[ConflictWords] = ConflictWords()

    def __init__(
        self,
        project_title: str,
        position: int,
        field: str,
        mine: str,
        theirs: str,
        saved_at: datetime,
    ) -> None:
        super().__init__()
        self._project_title = project_title
        self._position = position
        self._name = _NAMES.get(field, field)
        self._mine, self._theirs = safe(mine), safe(theirs)
        self._saved_at = saved_at
        self._marks: tuple[list[Span], list[Span]] | None = None
        self._halves: tuple[Half, Half] | None = None

    def compose(self) -> ComposeResult:
        """Header, what happened, both texts, hint line."""
        yield Header()
        with Vertical():
            yield Page(surface="ground", margin=6, id="what")
            with Container(id="both"):
                yield Page(surface="ground", margin=6, id="mine")
                yield Page(surface="raised", margin=2, id="theirs")
        yield HintLine()

    def on_mount(self) -> None:
        """Say what happened."""
        colours = palette(self.app.theme)
        self.query_one(Header).show(
            self._project_title,
            state=State(self.WORDS.state, "danger"),
            subtitle=f"segment {self._position}",
        )
        self.query_one("#what", Page).show(
            [
                [
                    Segment(
                        self.WORDS.title.format(name=self._name),
                        colours.style("text", bold=True),
                    )
                ],
                [
                    Segment(
                        self.WORDS.rest,
                        colours.style("muted"),
                    )
                ],
            ]
        )

    def show_answers(self) -> None:
        """Show the keys, where the texts leave room for them."""
        if self._marks is not None and self._halves is not None:
            self._show(self._marks, self._halves)

    def on_resize(self) -> None:
        """Both halves beside each other where there is room, else one above the other."""
        beside = self.size.width >= _SIDE_BY_SIDE
        self.set_class(beside, "beside")
        self.query_one("#theirs", Page).margin_left = 2 if beside else 6
        self._compare(*self._widths())

    def action_mine(self) -> None:
        """Keep the text typed here."""
        self.dismiss("mine")

    def action_theirs(self) -> None:
        """Take the text saved meanwhile."""
        self.dismiss("theirs")

    def action_both(self) -> None:
        """Take both, joined, into the editor."""
        self.dismiss("both")

    def action_later(self) -> None:
        """Leave it undecided."""
        self.dismiss(None)

    def action_scroll(self, by: int) -> None:
        """Scroll both texts by a line."""
        for page in ("#mine", "#theirs"):
            self.query_one(page, Page).scroll_lines(by)

    def _widths(self) -> tuple[int, int]:
        width = self.size.width
        if width < _SIDE_BY_SIDE:
            return width - 8, width - 8
        return width // 2 - 8, width - width // 2 - 4

    @work(thread=True, exclusive=True, group="compare", exit_on_error=True)
    def _compare(self, mine_width: int, theirs_width: int) -> None:
        # Texts may be long: neither comparing nor wrapping may hold up the screen.
        worker = get_current_worker()
        marks = self._marks or differences(self._mine, self._theirs)
        halves = (
            Half(self._mine, wrapped(self._mine, mine_width, marks[0])),
            Half(self._theirs, wrapped(self._theirs, theirs_width, marks[1])),
        )
        if not worker.is_cancelled:
            self.app.call_from_thread(self._show, marks, halves)

    def _show(self, marks: tuple[list[Span], list[Span]], halves: tuple[Half, Half]) -> None:
        if not self.is_attached:
            return
        self._marks, self._halves = marks, halves
        colours = palette(self.app.theme)
        saved = self._saved_at.astimezone().strftime("%H:%M")
        mine_name, mine_where, mine_key = self.WORDS.mine
        theirs_name, theirs_where, theirs_key = self.WORDS.theirs
        ours = _lines(halves[0], mine_name, mine_where, "ground", colours)
        others = _lines(halves[1], theirs_name, theirs_where.format(saved=saved), "raised", colours)
        mine, theirs = self.query_one("#mine", Page), self.query_one("#theirs", Page)
        # The keys stand under the texts while there is room for both, else in the hint line.
        under = len(ours) + 2 <= mine.size.height and len(others) + 2 <= theirs.size.height
        if under and self.takes_answers:
            ours += _key(key_of(self.app, "conflict.mine"), mine_key, "ground", colours)
            others += _key(key_of(self.app, "conflict.theirs"), theirs_key, "raised", colours)
        mine.show(ours, fixed=_FIXED)
        theirs.show(others, fixed=_FIXED)
        if self.takes_answers:
            self.query_one(HintLine).set_keys(CONFLICT if under else _hinted(mine_key, theirs_key))


def _hinted(mine: str, theirs: str) -> list[Key]:
    # For long texts: all answers in the hint line, in the order in which one would weigh them.
    words = {"mine": mine, "theirs": theirs, "both": "edit both", "later": "later"}
    order = {"mine": 0, "theirs": 1, "both": 2, "later": 3, "scroll(1)": 4}
    keys = [
        replace(key, hint=words.get(key.action, "scroll"))
        for key in CONFLICT
        if key.action in order
    ]
    return sorted(keys, key=lambda key: order[key.action])


def _lines(half: Half, name: str, where: str, surface: str, colours: Palette) -> list[Line]:
    plain = colours.style("text", surface)
    found = colours.style("accent", surface, bold=True, underline=True)
    lines: list[Line] = [
        (),
        [
            Segment(name, colours.style("text", surface, bold=True)),
            Segment(f"   {where}", colours.style("muted", surface)),
        ],
        (),
    ]
    for row in half.rows:
        lines.append(
            [
                Segment(half.text[start:end], found if marked else plain)
                for start, end, marked in segments_of(row)
            ]
        )
    if not half.text.strip():
        lines[-1] = [Segment("It is blank.", colours.style("muted", surface))]
    return lines


def _key(key: str, words: str, surface: str, colours: Palette) -> list[Line]:
    return [
        (),
        [
            Segment(key, colours.style("text", surface, bold=True)),
            Segment(f"  {words}", colours.style("muted", surface)),
        ],
    ]
