"""The last row of every screen: the keys that act here, or one notice.

Hints are made from the tables of keys and shown whole or not at all; the one for help always
stands at the right margin. One line speaks at a time: a notice takes the row for a while.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.segment import Segment
from textual.geometry import Region
from textual.strip import Strip
from textual.timer import Timer
from textual.widget import Widget

from storyflow_tui.tui import text
from storyflow_tui.tui.keymap import Key, key_name
from storyflow_tui.tui.look import SIGNS, Grid, Palette, palette
from storyflow_tui.tui.overrides import in_words, settings_keys
from storyflow_tui.tui.strips import PackedStrip, drawn
from storyflow_tui.tui.widgets.header import Tone

NOTICE_SECONDS = 4.0
"""How long a notice stays when no key is pressed."""

_MARGIN = 2


def hint_of(key: Key, keys: str | None = None) -> tuple[str, str]:
    """Key and word of a hint; `keys` are those that the settings put in place of the table's."""
    if keys is not None:
        return key_name(keys.split(",")[0].strip()), key.hint or ""
    if key.hint_keys is not None:
        return key.hint_keys, key.hint or ""
    if key.label is not None:
        return key.label.split()[0], key.hint or ""
    return key_name(key.names[0]), key.hint or ""


def hints_of(keys: Sequence[Key], replaced: Mapping[str, str]) -> list[tuple[str, str]]:
    """The hints of a table in its order; `replaced` are the settings' keys by binding id."""
    hints = []
    for place, key in enumerate(keys):
        if not key.hint:
            continue
        # One hint may stand for several keys, of which the settings may have replaced any.
        together = keys[place : place + len((key.hint_keys or "").split())]
        if any(one.id in replaced for one in together):
            names = [hint_of(one, replaced.get(one.id, one.keys))[0] for one in together]
            hints.append((" ".join(names), key.hint))
        else:
            hints.append(hint_of(key, replaced.get(key.id)))
    return hints


def help_hint(label: str, replaced: Mapping[str, str]) -> str:
    """The hint at the help, with the settings' key; none where that would be typed into a field.

    `label` is the table's: `? help`, or `F1 help` where letters are typed.
    """
    keys = replaced.get("app.help")
    if keys is None or not label:
        return label
    first, _, word = label.partition(" ")
    names = [key_name(name) for name in keys.split(",")]
    fitting = [name for name in names if len(first) == 1 or len(name) > 1]
    return f"{fitting[0]} {word}" if fitting else ""


class HintLine(Widget):
    """One row at the bottom: hints in the order of their table, or a notice."""

    DEFAULT_CSS = """
    HintLine { dock: bottom; height: 1; background: $ground; }
    """

    def __init__(
        self,
        keys: Sequence[Key] = (),
        help_label: str = "? help",
        *,
        id: str | None = None,  # noqa: A002
    ) -> None:
        super().__init__(id=id)
        self._hints = hints_of(keys, {})
        self._help = help_label
        self._notice: tuple[str, str, Tone] | None = None
        self._timer: Timer | None = None

    def set_keys(
        self,
        keys: Sequence[Key],
        help_label: str = "? help",
        *,
        replaced: Mapping[str, str] | None = None,
    ) -> None:
        """Hint at these keys, in their order.

        `replaced` are keys in place of the tables', by binding id; else those of the settings.
        """
        replaced = settings_keys(self.app) if replaced is None else replaced
        self._hints = hints_of(keys, replaced)
        self._help = help_hint(help_label, replaced)
        self.refresh()

    def notice(self, first: str, rest: str = "", tone: Tone = "accent") -> None:
        """Say something in place of the hints: the first phrase bold, the rest muted.

        It stays until `clear_notice`, the next notice, or `NOTICE_SECONDS`.
        """
        self._stop_timer()
        rest = in_words(self.app, rest) if self.is_mounted else rest
        self._notice = (text.one_line(first), text.one_line(rest), tone)
        if self.is_mounted:
            self._timer = self.set_timer(NOTICE_SECONDS, self.clear_notice)
        self.refresh()

    @property
    def speaks(self) -> bool:
        """Whether a notice stands in place of the hints."""
        return self._notice is not None

    def clear_notice(self) -> None:
        """Show the hints again; a screen calls this on each key."""
        self._stop_timer()
        if self._notice is not None:
            self._notice = None
            self.refresh()

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None

    def render_lines(self, crop: Region) -> list[Strip]:
        """The row."""
        colours = palette(self.app.theme)
        if self._notice is None:
            line = hint_row(self.size.width, colours, self._hints, self._help)
        else:
            line = notice_row(self.size.width, colours, *self._notice, help_label=self._help)
        return drawn(self, [line], crop, colours.ground)


def hint_row(
    width: int, colours: Palette, hints: Sequence[tuple[str, str]], help_label: str
) -> PackedStrip:
    """The hints that fit, whole, in their order; help at the right margin."""
    gap = Grid.of(width, 24).gap
    room = width - 2 * _MARGIN - (gap + text.width(help_label) if help_label else 0)
    segments = [Segment(" " * _MARGIN, colours.style("text"))]
    used = 0
    for key, word in hints:
        cells = gap * bool(used) + text.width(key) + 1 + text.width(word)
        if used + cells > room:
            break
        segments.append(Segment(" " * gap * bool(used), colours.style("text")))
        segments.append(Segment(key, colours.style("text", bold=True)))
        segments.append(Segment(f" {word}", colours.style("muted")))
        used += cells
    return _closed(segments, width, colours, help_label)


def notice_row(
    width: int, colours: Palette, first: str, rest: str, tone: Tone, *, help_label: str
) -> PackedStrip:
    """A bar, the first phrase, the rest; help stays where there is room for it."""
    room = width - 2 * _MARGIN
    first = text.cut(first, room)
    left = room - text.width(first) - 3
    rest = text.cut(rest, left) if left > 8 else ""
    used = text.width(first) + (3 + text.width(rest) if rest else 0)
    if used + 3 + text.width(help_label) > room:
        help_label = ""
    first_tone = "text" if tone in ("accent", "text", "muted") else tone
    segments = [
        Segment(SIGNS.here, colours.style(tone)),
        Segment(" ", colours.style("text")),
        Segment(first, colours.style(first_tone, bold=True)),
        Segment(f"   {rest}" if rest else "", colours.style("muted")),
    ]
    return _closed(segments, width, colours, help_label)


def _closed(segments: list[Segment], width: int, colours: Palette, help_label: str) -> PackedStrip:
    used = sum(text.width(segment.text) for segment in segments)
    key, _, word = help_label.partition(" ")
    blanks = width - _MARGIN - used - text.width(help_label)
    segments.append(Segment(" " * max(0, blanks), colours.style("text")))
    if help_label and blanks >= 0:
        segments.append(Segment(key, colours.style("text", bold=True)))
        segments.append(Segment(f" {word}", colours.style("muted")))
    line = Strip([one for one in segments if one.text])
    line = line.adjust_cell_length(width, colours.style("text"))
    return PackedStrip(list(line), width)
