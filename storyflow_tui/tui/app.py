"""The app: wiring only. Theme, keys, screens, the session, and how the editor ends.

However it ends (a key, a signal, a fault), typed text is saved or becomes a draft, and the
terminal is put right.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, cast, runtime_checkable

from textual import events, work
from textual.app import App
from textual.binding import BindingType
from textual.filter import LineFilter
from textual.screen import Screen
from textual.widget import Widget

from storyflow_tui.config import Settings
from storyflow_tui.errors import StoryflowError
from storyflow_tui.library import Library
from storyflow_tui.tui.crash import write_log
from storyflow_tui.tui.keyboard import ROUNDS
from storyflow_tui.tui.keymap import APP, SCREENS, bindings, clashes
from storyflow_tui.tui.look import INK, PAPER
from storyflow_tui.tui.output import say
from storyflow_tui.tui.place import remember
from storyflow_tui.tui.plain import plain_filters
from storyflow_tui.tui.session import Session
from storyflow_tui.tui.signals import Signals
from storyflow_tui.tui.upkeep import BEGINS, Upkeep
from storyflow_tui.tui.widgets.header import Tone
from storyflow_tui.tui.widgets.hint_line import HintLine

if TYPE_CHECKING:
    from storyflow_tui.tui.screens.timeline import TimelineScreen

_RESTORE = (
    "\x1b[?2004l\x1b[?7h\x1b[?2048l\x1b[?1000l\x1b[?1003l\x1b[?1015l\x1b[?1006l\x1b[?1016l"
    "\x1b[<u\x1b[?1049l\x1b[?25h\x1b[?1004l\x1b[0m"
)
"""What puts a terminal right that Textual had: its modes off, the first screen, the cursor."""


_CALM = 5
"""Turns of the loop without a message on its way, after which none is left."""


@runtime_checkable
class HoldsTyped(Protocol):
    """A screen that holds typed text; however the editor ends, it is asked to keep it."""

    async def settle_typing(self) -> int:
        """Save within a second what can be saved, keep the rest; how many texts were kept."""

    def keep_typed(self) -> int:
        """Write what is not saved to the disk, here and now, in any thread; how many texts."""


@runtime_checkable
class ShowsFacts(Protocol):
    """A screen whose header tells facts of the whole library."""

    def show_facts(self) -> None:
        """Show them again; some are others now."""


class _Bottom(Screen[None], inherit_bindings=False):
    """The screen below all others, which nobody sees."""


class StoryflowApp(App[int], inherit_bindings=False):
    """The editor on one library."""

    TITLE = "storyflow"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(APP)]
    ESCAPE_TO_MINIMIZE = False
    CSS = """
    Screen { background: $ground; color: $text; overflow: hidden; }
    ModalScreen { background: transparent; }
    """

    def __init__(
        self,
        library: Library,
        settings: Settings,
        *,
        project_id: int | None = None,
        segment_id: int | None = None,
        demo: bool = False,
        read_only: bool = False,
        handle_signals: bool = False,
        look_after: bool = False,
        encoding: str = "utf-8",
    ) -> None:
        """`encoding` is what the terminal takes: not UTF-8 means plain signs everywhere.

        With `look_after` the library's upkeep begins once the first screen stands.
        """
        self._plain = plain_filters(encoding)
        super().__init__()
        self.animation_level = "none"
        self.register_theme(INK)
        self.register_theme(PAPER)
        self.theme = settings.theme
        self.session = Session(self, library, settings, read_only=read_only)
        self.session.refused = self.refused
        self.demo = demo
        self.last_image_folder = Path.cwd()
        self.drafted = 0
        """How many texts could not be saved and wait as drafts; known when the app has ended."""
        self.lost = ""
        """Why a text could be neither saved nor kept; empty if none had to be given up."""
        self.fault_log: Path | None = None
        self.faulted = False
        self._start = (project_id, segment_id)
        self._handle_signals = handle_signals
        self._has_upkeep = look_after
        self._upkeep: Upkeep | None = None
        self.out_of_order = 0
        """How many things a check at the start found; `storyflow check` names them."""
        self._signals: Signals | None = None
        self._leaving = False
        self._warned = False

    def get_line_filters(self) -> Sequence[LineFilter]:
        """What every drawn line goes through on its way to the terminal."""
        return [*super().get_line_filters(), *self._plain]

    # Beginning

    def on_mount(self) -> None:
        """Start the writer and show the first screen."""
        self.session.start()
        self.screen_change_signal.subscribe(self, self.session.catch_up)
        if self._handle_signals:
            self._signals = Signals(self._signal_arrived, self._last_resort)
            self._signals.install(asyncio.get_running_loop())
        self.set_keymap(self.session.settings.keys)
        project_id, segment_id = self._start
        if project_id is None:
            self.push_screen(self._stories())
        else:
            self.open_story(project_id, segment_id)
        self.call_after_refresh(self._say_problems)
        if self._has_upkeep:
            self.set_timer(BEGINS, self._look_after)

    def _look_after(self) -> None:
        """Begin with what is done once a day and once a start."""

        def say(first: str, rest: str) -> None:
            if not self._leaving:
                self.call_later(self.say, first, rest, "warning")

        def found(count: int) -> None:
            self.call_later(self._out_of_order, count)

        self._upkeep = Upkeep(
            self.session.library,
            self.session.settings.trash_days,
            say,
            found,
            lambda: not self._leaving,
        )
        self._upkeep.start()

    def _out_of_order(self, count: int) -> None:
        """Say what the check at the start found; the list of stories goes on saying it."""
        known, self.out_of_order = self.out_of_order, count
        if count and count != known:
            one = count == 1
            things = (
                "One thing in this library is" if one else f"{count} things in this library are"
            )
            names = f"storyflow check names {'it' if one else 'them'}"
            self.say(f"! {things} out of order", names, "warning")
        for screen in self.screen_stack:
            if isinstance(screen, ShowsFacts):
                screen.show_facts()

    def look_again(self) -> None:
        """Somebody else wrote: what was found out of order may be mended."""
        if self._upkeep is not None and self.out_of_order:
            self._upkeep.look_again()

    def _stories(self) -> Screen[Any]:
        from storyflow_tui.tui.screens.projects import ProjectsScreen

        return ProjectsScreen()

    def open_story(self, project_id: int, segment_id: int | None = None) -> None:
        """Show the timeline of a story over the screen that is there."""
        from storyflow_tui.tui.screens.timeline import TimelineScreen

        self.push_screen(TimelineScreen(project_id, segment_id))

    def show_stories(self, error: StoryflowError | None = None) -> None:
        """Leave a timeline for the list of stories; say why if it was not the person's wish."""
        while len(self.screen_stack) > 2 and not self._is_timeline(self.screen):
            self.pop_screen()
        if len(self.screen_stack) > 2:
            self.pop_screen()
        else:
            self.switch_screen(self._stories())
        if error is not None:
            self.call_after_refresh(self.refused, error)

    @staticmethod
    def _is_timeline(screen: Screen[Any]) -> bool:
        return type(screen).__name__ == "TimelineScreen"

    def _timelines(self) -> list[TimelineScreen]:
        # Not by isinstance: the class is imported when it is first shown.
        shown = cast("list[TimelineScreen]", [*filter(self._is_timeline, self.screen_stack)])
        return [screen for screen in shown if hasattr(screen, "saving")]

    def _holding(self) -> list[HoldsTyped]:
        return [
            screen
            for screen in self.screen_stack
            if isinstance(screen, HoldsTyped) and screen.is_mounted
        ]

    def _say_problems(self) -> None:
        problems = [*self.session.settings.problems]
        known = {key.id for table in (*SCREENS.values(), APP) for key in table}
        unknown = sorted(set(self.session.settings.keys) - known)
        problems += [f"keys.{name} names no binding. It is left out." for name in unknown]
        problems += clashes(self.session.settings.keys)
        if problems:
            more = f"and {len(problems) - 1} more" if len(problems) > 1 else ""
            self.say(f"! {problems[0]}", more, "warning")

    # Keys

    def get_default_screen(self) -> Screen[Any]:
        """What lies below all screens; Textual's has bindings without words."""
        return _Bottom(id="_default")

    async def on_event(self, event: events.Event) -> None:
        """A key takes a notice away; in a terminal that became too small typing goes on."""
        if isinstance(event, events.Key | events.Paste) and not event.is_forwarded:
            for hints in self.screen.query(HintLine):
                hints.clear_notice()
            field: Widget | None = getattr(self.screen, "typed_into", None)
            if field is not None:
                key = getattr(event, "key", None)
                if key is None or not await self._check_bindings(key, priority=True):
                    field._forward_event(event)
                return
        await super().on_event(event)

    async def run_action(self, *arguments: Any, **options: Any) -> bool:
        """Do what a key is for; keys typed behind the one that ends the editor do nothing."""
        return not self._leaving and await super().run_action(*arguments, **options)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Help and palette need a screen that has keys."""
        if action in ("help", "command_palette"):
            return bool(getattr(self.screen, "KEYS", ()))
        return True

    def action_help(self) -> None:
        """Show every key of the screen."""
        from storyflow_tui.tui.screens.help import HelpScreen

        screen = self.screen
        if hasattr(screen, "action_help"):
            screen.action_help()
            return
        topic = getattr(screen, "help_topic", None)
        name, keys = (
            topic() if topic else (getattr(screen, "HELP_NAME", ""), getattr(screen, "KEYS", ()))
        )
        self.push_screen(HelpScreen(name, keys))

    def action_command_palette(self) -> None:
        """Show every action by name."""
        from storyflow_tui.tui.screens.palette import Palette

        if not isinstance(self.screen, Palette):
            self.push_screen(Palette())

    def on_resize(self, event: events.Resize) -> None:
        """Below the least size a sentence stands in place of everything."""
        from storyflow_tui.tui.screens.small import LEAST, SmallScreen

        small = event.size.width < LEAST.width or event.size.height < LEAST.height
        shown = bool(self.screen_stack) and isinstance(self.screen, SmallScreen)
        if small and not shown:
            self.push_screen(SmallScreen())
        elif shown and not small:
            self.pop_screen()

    # What is said

    def say(self, first: str, rest: str = "", tone: Tone = "accent") -> None:
        """A notice in the hint line of the screen that is shown."""
        for screen in reversed(self.screen_stack):
            for hints in screen.query(HintLine):
                hints.notice(first, rest, tone)
                return

    def refused(self, error: StoryflowError) -> None:
        """Say why something was not done."""
        self.say(f"! {error.message}", str(error.details.get("reason") or ""), "warning")

    def notify(self, message: str, **options: Any) -> None:
        """What Textual itself would put into a toast goes to the hint line."""
        self.say(message)

    # Copying

    def copy_text(self, text: str, what: str) -> None:
        """Copy to the clipboard of the person at the other end, and say by which way."""
        self._clipboard = text
        self._copy(text, what)

    def copy_to_clipboard(self, text: str) -> None:
        """Copy what was selected in a field."""
        self.copy_text(text, "what was selected")

    @work(thread=True, group="copy", exit_on_error=False)
    def _copy(self, text: str, what: str) -> None:
        from storyflow_tui.tui import clipboard

        way = clipboard.copy(text, lambda data: self.call_from_thread(self._send, data))
        self.call_from_thread(self.say, f"Copied {what}", way)

    def _send(self, data: str) -> None:
        if self._driver is not None:
            self._driver.write(data)
            self._driver.flush()

    # Ending

    async def action_save_and_quit(self) -> None:
        """Save what is typed and leave, from anywhere."""
        await self.leave(0)

    @property
    def is_leaving(self) -> bool:
        """Whether the end has begun: nothing is asked any more, what is unsaved becomes a draft."""
        return self._leaving

    async def leave(self, return_code: int) -> None:
        """Save, or keep as drafts what can't be saved within a second, and end.

        A person who leaves is told once, and stays, if a text could not be kept either.
        """
        if self._leaving:
            return
        self._leaving = True
        lost: Exception | None = None
        for screen in self._holding():
            try:
                self.drafted += await screen.settle_typing()
            except Exception as error:  # what one cannot keep must not cost the others theirs
                write_log(error)
                lost = error
        if lost is not None and return_code == 0 and not self._warned:
            self._warned, self._leaving, self.drafted = True, False, 0
            rest = f"{_why(lost)}. ^Q again leaves without it."
            # Behind what the failed save has to say, which is on its way.
            self.call_later(self.say, "! Not saved, and no draft:", rest, "danger")
            return
        self.lost = "" if lost is None else _why(lost)
        self._remember_place()
        self.exit(return_code, return_code=return_code)

    def _remember_place(self) -> None:
        if self.demo:
            return
        screens = self._timelines()
        remember(self.session.library.path, screens[-1].place if screens else None)

    def _signal_arrived(self, number: int) -> None:
        # The drafts first: whatever happens to the rest, the text is on the disk.
        self._keep_typed()
        self.run_worker(self._told_to_leave(128 + number), group="leave", exit_on_error=False)

    async def _told_to_leave(self, return_code: int) -> None:
        await self._all_arrived()
        await self.leave(return_code)

    async def _all_arrived(self) -> None:
        """Wait until every key that was pressed before has arrived where it acts (1 s at most)."""
        loop = asyncio.get_running_loop()
        latest = loop.time() + 1
        reads = getattr(self._driver, "_key_thread", None)
        before = ROUNDS.quiet
        while ROUNDS.quiet == before and reads and reads.is_alive() and loop.time() < latest:
            await asyncio.sleep(0.01)
        calm = 0
        while calm < _CALM and loop.time() < latest:
            pumps = {self, *self.screen_stack, *(self.screen.focus_chain)}
            calm = 0 if any(pump.message_queue_size for pump in pumps) else calm + 1
            await asyncio.sleep(0)

    def _keep_typed(self) -> int:
        """Have every screen write its unsaved text to the disk; how many texts there are."""
        kept = 0
        for screen in self._holding():
            try:
                kept += screen.keep_typed()
            except Exception as error:  # as in `leave`
                write_log(error)
                self.lost = _why(error)
        return kept

    def terminal_gone(self) -> None:
        """The terminal is gone, with or without a signal; in any thread."""
        if self._signals is not None:
            self._signals.hang_up()

    def draw_anew(self) -> None:
        """The terminal reads again and has not had all that was drawn; in any thread."""
        with contextlib.suppress(Exception):  # the editor may be ending
            self.call_later(self.screen.refresh)

    def _last_resort(self, number: int) -> None:
        """The loop is stuck: save the text, put the terminal right and end, from a thread."""
        with contextlib.suppress(Exception):
            self._keep_typed()
        driver = self._driver
        attributes = getattr(driver, "attrs_before", None)
        if driver is not None and attributes is not None:
            import termios

            with contextlib.suppress(termios.error, OSError):
                termios.tcsetattr(getattr(driver, "fileno", 0), termios.TCSANOW, attributes)
            say(_RESTORE)
        os._exit(128 + number)

    def _handle_exception(self, error: Exception) -> None:
        """A fault of ours: text to drafts, traceback to a log, and the app ends."""
        self._return_code = 1
        if self._exception is None:
            self._exception = error
            self._exception_event.set()
        if not self.faulted:
            self.faulted = True
            self.fault_log = write_log(error)
            with contextlib.suppress(Exception):
                self.drafted = self._keep_typed()
        self._close_messages_no_wait()

    def panic(self, *renderables: Any) -> None:
        """Textual's way to die, of its input thread for one: ours, without the traceback."""
        if self._signals is not None and not os.isatty(getattr(self._driver, "fileno", 0)):
            self.terminal_gone()
            return
        self._handle_exception(RuntimeError("Textual gave up: " + " ".join(map(repr, renderables))))

    def release_signals(self) -> None:
        """Let the signals go; until then one that comes ends even an end that takes too long."""
        if self._signals is not None:
            self._signals.release()


def _why(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or error)
