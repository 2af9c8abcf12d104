"""The app: wiring only. Theme, keys, screens, the session; how it ends is in `ending`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, cast, runtime_checkable

from textual import events, work
from textual.binding import BindingType
from textual.filter import LineFilter
from textual.screen import Screen
from textual.widget import Widget

from storyflow_tui.config import Settings, config_file
from storyflow_tui.errors import StoryflowError
from storyflow_tui.library import Library
from storyflow_tui.tui.choices import remember_theme
from storyflow_tui.tui.ending import EndingApp
from storyflow_tui.tui.keymap import APP, WRITING, bindings
from storyflow_tui.tui.look import THEMES
from storyflow_tui.tui.overrides import Overrides
from storyflow_tui.tui.place import Place, recall_story, remember, remember_story
from storyflow_tui.tui.plain import plain_filters
from storyflow_tui.tui.session import READING_ONLY, Session
from storyflow_tui.tui.upkeep import BEGINS, Upkeep, told
from storyflow_tui.tui.widgets.header import Tone
from storyflow_tui.tui.widgets.hint_line import HintLine
from storyflow_tui.tui.words import refusal

if TYPE_CHECKING:
    from storyflow_tui.tui.screens.timeline import TimelineScreen


@runtime_checkable
class ShowsFacts(Protocol):
    """A screen whose header tells facts of the whole library."""

    def show_facts(self) -> None:
        """Show them again; some are others now."""


class _Bottom(Screen[None], inherit_bindings=False):
    """The screen below all others, which nobody sees."""


class StoryflowApp(EndingApp, inherit_bindings=False):
    """The editor on one library."""

    TITLE = "storyflow"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(APP)]
    ESCAPE_TO_MINIMIZE = False
    CSS = """
    Screen { background: $ground; color: $text; overflow: hidden; }
    ModalScreen { background: transparent; }
    StoryflowApp:ansi {
        .input--cursor, .input--selection, .text-area--selection {
            background: ansi_default !important;
            color: ansi_default !important;
            text-style: reverse !important;
        }
        .input--placeholder { text-style: none !important; }
        .option-list--option-highlighted { text-style: bold reverse !important; }
    }
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
        theme_name: str | None = None,
    ) -> None:
        """`encoding` is what the terminal takes: not UTF-8 means plain signs everywhere.

        With `look_after` the library's upkeep begins once the first screen stands. `theme_name`
        takes the place of the theme of the settings.
        """
        self._plain = plain_filters(encoding, plain_signs=settings.signs == "ascii")
        super().__init__()
        self.animation_level = "none"
        for theme in THEMES:
            self.register_theme(theme)
        self.configured_theme = settings.theme
        self.theme = theme_name or settings.theme
        overrides = Overrides.of(settings.keys)
        settings = replace(
            settings, keys=overrides.keys, problems=(*settings.problems, *overrides.problems)
        )
        self.session = Session(self, library, settings, read_only=read_only)
        self.session.refused = self.refused
        self.demo = demo
        self.last_image_folder = Path.cwd()
        self.last_export_folder = Path.cwd()
        self._start = (project_id, segment_id)
        self._handle_signals = handle_signals
        self._has_upkeep = look_after
        self._upkeep: Upkeep | None = None
        self.out_of_order = 0
        """How many things a check at the start found; `storyflow check` names them."""

    def get_line_filters(self) -> Sequence[LineFilter]:
        """What every drawn line goes through on its way to the terminal."""
        return [*super().get_line_filters(), *self._plain]

    # Beginning

    def on_mount(self) -> None:
        """Start the writer and show the first screen."""
        self.session.start()
        self.screen_change_signal.subscribe(self, self.session.catch_up)
        if self._handle_signals:
            self.take_signals()
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
            self.say(*told(count), "warning")
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
        """Show the timeline of a story over the screen that is there, where the story was left."""
        from storyflow_tui.tui.screens.timeline import TimelineScreen

        above = 0
        left = None if self.demo else recall_story(self.session.library.path, project_id)
        if left is not None and segment_id in (None, left.segment_id):
            _, segment_id, above = left
        if not self.demo:
            # Now already: who is killed comes back to this story, too.
            at = left or Place(project_id, None)
            self.run_worker(partial(remember, self.session.library.path, at), thread=True)
        self.push_screen(TimelineScreen(project_id, segment_id, above))

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

    def _say_problems(self) -> None:
        problems = self.session.settings.problems
        if problems:
            # The folder is the same for everybody; with it the sentence would not fit.
            path = config_file()
            first, *rest = problems[0].replace(str(path), path.name).removesuffix(".").split(". ")
            last = f"{rest[-1]}." if rest else ""
            more = f"and {len(problems) - 1} more" if len(problems) > 1 else last
            self.say(f"! {first}.", more, "warning")

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

    async def run_action(self, action: Any, *arguments: Any, **options: Any) -> bool:
        """Do what a key is for; keys typed behind the one that ends the editor do nothing."""
        if self.is_leaving:
            return False
        if self.session.read_only and action in WRITING:
            # Before a question is asked or a screen is opened that could lead to nothing.
            self.say(READING_ONLY, "", "warning")
            return True
        return await super().run_action(action, *arguments, **options)

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

    def take_theme(self, name: str) -> None:
        """Show a theme at once, and at the next start too."""
        self.theme = name
        kept = self.demo or remember_theme(name, self.configured_theme)
        words = f"Theme: {name.replace('-', ' ')}"
        if kept:
            self.say(
                words, "" if self.demo else "kept for the next time; config.toml stays as it is"
            )
        else:
            self.say(f"! {words}", "it could not be kept for the next time", "warning")

    def watch_theme(self) -> None:
        """Have every screen laid out anew: much is drawn once a size, in the colours of then."""
        for screen in self.screen_stack if self.is_running else ():
            for node in (screen, *screen.query("*")):
                node.post_message(events.Resize(node.size, node.virtual_size, node.container_size))

    # What is said

    def say(self, first: str, rest: str = "", tone: Tone = "accent") -> None:
        """A notice in the hint line of the screen that is shown."""
        for screen in reversed(self.screen_stack):
            for hints in screen.query(HintLine):
                hints.notice(first, rest, tone)
                return

    def refused(self, error: StoryflowError) -> None:
        """Say why something was not done."""
        self.say(f"! {refusal(error)}", str(error.details.get("reason") or ""), "warning")

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

    def leave_story(self, place: Place) -> None:
        """Back to the list of stories; the story opens again where it is left."""
        if not self.demo:
            remember_story(self.session.library.path, place)
        self.show_stories()

    def remember_place(self) -> None:
        """Note where the editor is left."""
        if self.demo:
            return
        screens = self._timelines()
        remember(self.session.library.path, screens[-1].place if screens else None)
