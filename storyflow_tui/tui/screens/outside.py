"""The narration in the person's own text editor: the terminal is handed over and taken back.

Which editor it is, and its file, is `storyflow_tui.outside`'s.
"""

from __future__ import annotations

import asyncio
import threading
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import Screen
from textual.widgets import Static

from storyflow_tui.errors import InvalidTextError, NoEditorError, StoryflowError
from storyflow_tui.outside import Editor, Note, OutsideText, editor, left_behind
from storyflow_tui.records import SegmentRecord
from storyflow_tui.tui import text
from storyflow_tui.tui.drafts import Draft, Drafts
from storyflow_tui.tui.keymap import Key
from storyflow_tui.tui.screens.editing import SAVE_SECONDS
from storyflow_tui.tui.screens.writing_actions import StoryWriting

if TYPE_CHECKING:
    from subprocess import Popen

    from storyflow_tui.tui.app import StoryflowApp

_STOPS = 0.5
"""Seconds that an editor gets to end when this one is told to."""


@dataclass
class CameBack:
    """What an outside editor left: its file, its exit code, and the text where it is another."""

    outside: OutsideText
    status: int
    written: str | None = None
    refusal: StoryflowError | None = None
    """Why it could not be started or its text not be read."""


class OutsideScreen(Screen[CameBack], inherit_bindings=False):
    """Stands there while another program has the terminal; keys that come to it do nothing."""

    DEFAULT_CSS = """
    OutsideScreen { background: $ground; overflow: hidden; }
    OutsideScreen Static { padding: 1 2; color: $muted; }
    """
    app: StoryflowApp
    KEYS: ClassVar[tuple[Key, ...]] = ()
    HELP_NAME: ClassVar[str] = "outside"
    BINDINGS: ClassVar[list[BindingType]] = []

    def __init__(self, chosen: Editor, outside: OutsideText, drafts: Drafts) -> None:
        super().__init__()
        self._chosen = chosen
        self._outside = outside
        self._drafts = drafts
        self._kept = 0
        self._ends = False

    @property
    def _words(self) -> str:
        return f"Segment {self._outside.note.position} is open in {self._chosen.name} …"

    def compose(self) -> ComposeResult:
        """What is seen for a moment before and after."""
        yield Static(self._words, markup=False)

    def on_mount(self) -> None:
        """Hand the terminal over."""
        self.run_worker(self._wait(), group="outside", exit_on_error=False)

    async def _wait(self) -> None:
        came = CameBack(self._outside, 0)
        with self.app.terminal_handed_over(self._words):
            try:
                self._outside.start(self._chosen)
            except NoEditorError as error:
                came.refusal = error
            else:
                assert self._outside.process is not None
                came.status = await _ended(self._outside.process)
        if self._ends:
            return
        if came.refusal is None:
            try:
                came.written = self._outside.read()
            except InvalidTextError as error:
                came.refusal = error
        self.dismiss(came)

    async def settle_typing(self) -> int:
        """Keep what the editor has saved so far: nobody is there to take it back."""
        return self.keep_typed()

    def keep_typed(self) -> int:
        """End the editor and make a draft of what is in its file; 1 if that is another text.

        The file of an editor that does not end stays: the next open offers what is in it then.
        """
        self._ends = True
        self._outside.stop(_STOPS)
        written = self._outside.read()
        if self._outside.goes_on():
            return int(written is not None)
        if written is not None:
            self._drafts.keep(_draft(self._outside.note, written, uuid.uuid4().hex))
            self._kept = 1
        self._outside.drop()
        return self._kept


class StoryOutside(StoryWriting, inherit_bindings=False):
    """The key that opens the narration in the person's own editor, and what comes of it."""

    async def action_edit_outside(self) -> None:
        """Open the narration of the current segment in `VISUAL` or `EDITOR`."""
        shown, position = self.current, self.position
        if shown is None or self.refuses(shown):
            self.say_if_empty()
            return
        self.saving.save_all()
        await self.session.settled(SAVE_SECONDS)
        unsaved = self.saving.find(shown.id, "text_content")
        if unsaved is not None and unsaved.dirty:
            self.notice(f"! Segment {position} is not saved yet.", unsaved.why, "warning")
            return
        try:
            chosen = editor()
            record = self.session.library.segments.get(shown.id)
            path = str(self.session.library.path)
            note = Note(path, self.project_id, record.id, position, record.text_content)
            outside = OutsideText.begin(note)
        except StoryflowError as error:
            self.refused(error, position)
            return
        except OSError as error:
            self.notice("! No file for the editor could be written:", str(error), "danger")
            return

        def came_back(came: CameBack | None) -> None:
            if came is not None:
                self._came_back(came, record, chosen)

        self.app.push_screen(OutsideScreen(chosen, outside, self.drafts), came_back)

    def open_field(self, name: str) -> None:
        """Open a field; of a script from right to left say what turns it."""
        super().open_field(name)
        shown = self.current
        if name != "text_content" or shown is None or self.pane.is_read_only:
            return
        if text.runs_right_to_left(shown.text_content):
            # Behind the hints of the field, which come with the focus.
            self.call_after_refresh(
                self.notice,
                "Right to left, in logical order.",
                "^S, then E: your own editor",
            )

    def offer_drafts(self) -> None:
        """Offer what earlier runs left, in files of an outside editor too."""
        for outside, written in left_behind(self.session.library.path):
            try:
                self.drafts.keep(_draft(outside.note, written, uuid.uuid4().hex))
            except OSError:
                continue  # it stays in its file for the next time
            outside.drop()
        super().offer_drafts()

    def _came_back(self, came: CameBack, record: SegmentRecord, chosen: Editor) -> None:
        position = came.outside.note.position
        if came.refusal is not None:
            came.outside.goes_on()
            place = came.refusal.details.get("file")
            rest = f"It is in {place}" if place else "The stored narration stays"
            self.notice(f"! {came.refusal.message}.", rest, "warning")
        elif came.written is None:
            self._came_back_unaltered(came, chosen)
        elif came.status:
            self._ask_to_take(came, record, chosen)
        elif not came.written.strip():
            came.outside.drop()
            self.notice(
                "! Narration cannot be empty.", "The saved text stays as it was.", "warning"
            )
        else:
            self._take_from(came, record, f"Saved segment {position} from {chosen.name}")

    def _came_back_unaltered(self, came: CameBack, chosen: Editor) -> None:
        position = came.outside.note.position
        if came.outside.goes_on():
            self.notice(
                f"! {chosen.name} goes on in the background.",
                "Let it wait; what it saves is offered as a draft",
                "warning",
            )
            return
        came.outside.drop()
        if came.status:
            self.notice(f"! {chosen.name} ended with {came.status}.", "Nothing changed", "warning")
        else:
            self.notice(f"Segment {position} is as it was")

    def _ask_to_take(self, came: CameBack, record: SegmentRecord, chosen: Editor) -> None:
        """An editor that failed may have been stopped on purpose, or may have saved before."""
        from storyflow_tui.tui.widgets.sheet import Question

        position = came.outside.note.position
        quoted = text.cut(came.written or "", max(20, self.size.width - 12))

        def answered(answer: bool | None) -> None:
            if answer:
                self._take_from(came, record, f"Saved segment {position} from {chosen.name}")
            else:
                came.outside.drop()

        self.app.push_screen(
            Question(
                f"{chosen.name} ended with {came.status} and left another narration.",
                [f"“{quoted}”", "The stored one is not altered yet."],
                "take it",
                "keep the stored one",
                danger=False,
            ),
            answered,
        )

    def _take_from(self, came: CameBack, record: SegmentRecord, said: str) -> None:
        """Save a text as if it had been typed here: conflicts and drafts as with any other."""
        assert came.written is not None
        entry = self.saving.typed(record, "text_content", came.written)
        self.saving.closed(record.id)
        self.show_pane()

        def settled(_: None) -> None:
            if not entry.dirty:
                self.notice(said, self.TAKE_BACK)
            if not entry.dirty or entry.draft is not None:
                came.outside.drop()
            else:
                came.outside.goes_on()

        # Behind the save: its file goes once the text is anywhere else.
        self.session.write(lambda _: None, settled)


def _draft(note: Note, written: str, token: str) -> Draft:
    return Draft(
        library=note.library,
        project_id=note.project_id,
        segment_id=note.segment_id,
        field="text_content",
        text=written,
        stored=note.stored,
        why="left in an outside editor",
        position=note.position,
        token=token,
    )


async def _ended(process: Popen[bytes]) -> int:
    """Wait for a process without holding the loop, nor the interpreter's end; its exit code."""
    loop = asyncio.get_running_loop()
    status: asyncio.Future[int] = loop.create_future()

    def settle(code: int) -> None:
        if not status.done():
            status.set_result(code)

    def wait() -> None:
        code = process.wait()
        try:
            loop.call_soon_threadsafe(settle, code)
        except RuntimeError:
            return  # the loop is closed: the editor ended before it

    threading.Thread(target=wait, name="storyflow-outside", daemon=True).start()
    return await status
