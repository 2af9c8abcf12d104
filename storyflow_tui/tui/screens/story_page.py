"""The story itself on one page: title, length against its target, counts, the last changes.

Everything on it is told by the record of the project and its history; no text is read for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import ClassVar

from rich.segment import Segment
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal

from storyflow_tui.errors import InvalidLengthError, NotFoundError, StoryflowError
from storyflow_tui.lengths import NONE, WAYS, clean_target, clock, read_length
from storyflow_tui.library import Library
from storyflow_tui.records import ChangeRecord, ProjectRecord
from storyflow_tui.story import TITLE_LENGTH
from storyflow_tui.tui import text
from storyflow_tui.tui.keymap import STORY_PAGE, Key, bindings
from storyflow_tui.tui.look import SIGNS, Grid, Palette, ago, length, minute, palette
from storyflow_tui.tui.overrides import key_of
from storyflow_tui.tui.screens.change_rows import STATES
from storyflow_tui.tui.screens.one_story import OneStory
from storyflow_tui.tui.screens.stories_actions import title_problem
from storyflow_tui.tui.widgets.header import Header, State
from storyflow_tui.tui.widgets.hint_line import HintLine
from storyflow_tui.tui.widgets.page import Line, Page
from storyflow_tui.tui.widgets.sheet import LineInput

_MINUTE = 60.0
_LABEL = 11
_BAR = 30
_WHEN = 12
_LAST = 30
_ROOMY = 30
_GROUPS = ("Length", "Segments", "Made")


class StoryPage(OneStory[None], inherit_bindings=False):
    """One story as a whole."""

    CSS_PATH = "story_page.tcss"
    KEYS: ClassVar[Sequence[Key]] = STORY_PAGE
    HELP_NAME: ClassVar[str] = "story"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(STORY_PAGE, first=True)]

    def __init__(self, project_id: int) -> None:
        super().__init__(project_id)
        self._changes: Sequence[ChangeRecord] = ()

    def compose(self) -> ComposeResult:
        """Facts and, beside or below them, the last changes."""
        yield Header()
        with Horizontal():
            yield Page(surface="ground", id="facts")
            yield Page(surface="raised", margin=Grid.MARGIN, id="changes")
        yield HintLine()

    def on_mount(self) -> None:
        """Read the story."""
        self.query_one(HintLine).set_keys(STORY_PAGE, replaced=self.session.settings.keys)
        self.set_interval(_MINUTE, self.show_story)
        if self.read_story():
            self.show_story()

    def on_resize(self) -> None:
        """The changes beside the facts, or below them."""
        if hasattr(self, "project"):
            self.show_story()

    def leave(self) -> None:
        """Back to where P was pressed."""
        if self.app.screen is self:
            self.dismiss(None)

    def read_story(self) -> bool:
        """Read the last changes, too."""
        history = self.session.library.history
        try:
            ids = history.ids(self.project_id)[:_LAST]
            self._changes = history.many(ids, files=False)
        except NotFoundError:
            pass  # told below
        except StoryflowError as error:
            self.refused(error)
            return False
        return super().read_story()

    def read_lengths(self) -> None:
        """No single length is shown here."""

    # What is shown

    def show_story(self) -> None:
        """Write the page anew."""
        grid, width = Grid.of(*self.size), self.size.width
        colours = palette(self.app.theme)
        now = datetime.now().astimezone()
        facts, changes = self.query_one("#facts", Page), self.query_one("#changes", Page)
        changes.display = bool(grid.split)
        changes.styles.width = grid.split or 1
        room = width - grid.split - Grid.TEXT_COLUMN - Grid.MARGIN
        roomy = bool(grid.split) and self.size.height >= _ROOMY
        set_target = key_of(self.app, "page.target")
        lines = facts_of(self.project, self.pace, room, colours, now, set_target, roomy=roomy)
        if grid.split:
            inner = grid.split - 2 * Grid.MARGIN
            above: list[Line] = [()] if roomy else []
            changes.show(above + self._last(inner, colours, now, "raised", self.size.height - 5))
        else:
            left = max(3, self.size.height - 4 - len(lines))
            lines = [*lines, *self._last(room, colours, now, "ground", left)]
        facts.show([(), *lines] if roomy else lines)
        state = State("read-only", "warning") if self.session.read_only else None
        self.query_one(Header).show(self.project.title, (), state, subtitle="the story itself")

    def _last(
        self, width: int, colours: Palette, now: datetime, surface: str, most: int
    ) -> list[Line]:
        muted = colours.style("muted", surface)
        lines: list[Line] = [
            (),
            [Segment("Last changes", colours.style("muted", surface, bold=True))],
        ]
        for change in self._changes[: max(1, most - 2)]:
            state = STATES.get(change.state, change.state)
            beside = f"   {state}" if state else ""
            label = text.cut(change.label, max(1, width - _WHEN - len(beside)))
            role = "muted" if state else "text"
            lines.append(
                [
                    Segment(text.pad(ago(change.created_at, now), _WHEN), muted),
                    Segment(label, colours.style(role, surface)),
                    Segment(beside, muted),
                ]
            )
        if not self._changes:
            lines.append([Segment("Nothing was changed yet.", muted)])
        return lines

    # Keys

    def action_back(self) -> None:
        """Back to where P was pressed."""
        self.leave()

    def action_scroll(self, by: int) -> None:
        """Scroll what is longer than the screen."""
        for page in self.query(Page):
            page.scroll_lines(by)

    async def action_rename(self) -> None:
        """Ask for another title."""
        if self.is_refused():
            return
        await self.app.push_screen(
            LineInput(
                "Rename the story",
                self.project.title,
                check=title_problem,
                accept="rename",
                limit=TITLE_LENGTH,
                kept_as=f"title {self.project_id} {self.session.library.path}",
            ),
            self._rename,
        )

    def _rename(self, title: str | None) -> None:
        if title is not None and title.strip() != self.project.title:
            undo = key_of(self.app, "projects.undo")
            self.write(
                lambda library: library.projects.rename(self.project_id, title),
                lambda after: self.notice(
                    f"Renamed to “{after.title}”", f"{undo} in the list of stories takes it back"
                ),
            )

    async def action_target(self) -> None:
        """Ask how long the story is to be."""
        if self.is_refused():
            return
        target = self.project.target_seconds
        await self.app.push_screen(
            LineInput(
                "How long the story is to be",
                "" if target is None else clock(target),
                check=_target_problem,
                accept="set it",
                note=f"{WAYS}; {NONE}: no target",
            ),
            self._set_target,
        )

    def _set_target(self, written: str | None) -> None:
        if written is None:
            return
        seconds = read_length(written.strip() or NONE)
        before = self.project.target_seconds
        if before is not None and seconds is not None and clock(before) == clock(seconds):
            return  # shown to the second, it may be more exact than what stands in the line

        def done(after: ProjectRecord) -> None:
            if after.target_seconds is None:
                self.notice("No target any more", "u takes it back")
            else:
                self.notice(f"The target is {clock(after.target_seconds)}", "u takes it back")

        self.write(partial(_with_target, self.project_id, seconds), done)

    def action_lengths(self) -> None:
        """Show the length of every segment."""
        if not self.project.segment_count:
            self.notice("No segments yet", "so there are no lengths to show")
            return
        from storyflow_tui.tui.screens.lengths import LengthsScreen

        self.app.push_screen(LengthsScreen(self.project_id, None))

    def action_history(self) -> None:
        """Show every change of the story."""
        from storyflow_tui.tui.screens.history import HistoryScreen

        self.app.push_screen(HistoryScreen(self.project_id))


def facts_of(
    project: ProjectRecord,
    pace: int,
    width: int,
    colours: Palette,
    now: datetime,
    set_target: str,
    *,
    roomy: bool = False,
) -> list[Line]:
    """Title, length against the target, counts and times; `roomy` parts them by blank lines.

    `set_target` is the key that sets one.
    """
    cells = max(1, width - _LABEL)
    count = project.segment_count
    without = count - project.image_count
    images = f"{project.image_count} of {count}" if count else "0"
    rows: list[tuple[str, Sequence[str]]] = [
        ("Title", text.wrap(project.title, cells, 3)),
        ("Length", _length(project, pace, cells, set_target)),
        ("Segments", [str(count)]),
        ("Words", [str(project.word_count)]),
        ("Images", [f"{images}   {without} missing" if without else images]),
        ("Locked", [str(project.locked_count)]),
        ("Made", [minute(project.created_at, now)]),
        ("Changed", [ago(project.updated_at, now)]),
    ]
    lines: list[Line] = [()]
    for label, said in rows:
        if roomy and label in _GROUPS:
            lines.append(())
        for at, words in enumerate(said):
            role = "text" if not at else "muted"
            strong = label == "Title"
            lines.append(
                [
                    Segment(text.pad("" if at else label, _LABEL), colours.style("muted")),
                    Segment(words, colours.style("text" if strong else role, bold=strong)),
                ]
            )
    return lines


def _length(project: ProjectRecord, pace: int, cells: int, set_target: str) -> list[str]:
    """The length and what is left of the target, a bar of it, and where the figures are from."""
    seconds, target = project.duration(pace), project.target_seconds
    whole = length(seconds, project.is_guessed).strip()
    if target is None:
        lines = [whole, f"no target; {set_target} sets one"]
    else:
        rest = "over" if seconds > target else "to go"
        lines = [f"{whole} of {clock(target)}   {clock(abs(target - seconds))} {rest}"]
        share = seconds / target
        width = min(_BAR, max(1, cells - 9))
        full = min(width, int(share * width + 0.5))
        lines.append(f"{SIGNS.marked * full}{SIGNS.dot * (width - full)}   {min(share, 99.99):.0%}")
    measured = clock(project.measured_seconds)
    if project.is_guessed:
        lines.append(f"{measured} measured, the rest guessed from the words")
    elif project.segment_count:
        lines.append("all of it measured")
    return lines


def _with_target(project_id: int, seconds: float | None, library: Library) -> ProjectRecord:
    return library.projects.set_target(project_id, seconds)


def _target_problem(written: str) -> str | None:
    try:
        clean_target(read_length(written.strip() or NONE))
    except InvalidLengthError as error:
        why = str(error.details["why"])
        return f"{why[:1].upper()}{why[1:]}."
    return None
