"""Each key of each screen's table: on the way there, and what is seen once it is pressed.

A table is walked from the start of a story of twelve segments, among four other stories; that of
`field` from one segment of many lines.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from textual.events import Paste
from textual.widgets import Input, TextArea

from storyflow_tui.tui import rehearsal
from storyflow_tui.tui.screens.conflict import ConflictScreen
from storyflow_tui.tui.screens.rehearse import RehearseScreen
from tests.tui.conftest import Editor
from tests.tui.effects import (
    Effect,
    Step,
    at,
    bar,
    copied,
    cursor,
    field,
    first,
    focused,
    gone,
    highlighted,
    leaves,
    line,
    moves,
    opened,
    other,
    reads,
    row,
    scrolled,
    scrolls,
    selected,
    stored,
    text,
)

BACK = ("escape",)
ONE, TWO, THREE = (f"Narration {n}." for n in (1, 2, 3))
_LETTERS = "".join(f"\n{letter * 3}" for letter in "abcdefghijklmnopqrstuvwxyz")
FIELDS = f"One two three\nFour five six{_LETTERS}"

LONG = f"Narration 12. One two three. Four, five. Six. {'Word and word again. ' * 150}"
SCRIPT = "Title: Parts\n" + "---\n".join(f"Text: Part {n}.\n" for n in range(1, 61))
ANSWERS: list[object] = []
MEASURED = stored(lambda found: found[0].audio_duration == 4)

LEFT = opened("TimelineScreen")


def idle(editor: Editor) -> bool:
    """Nothing is typed into."""
    return not isinstance(editor.app.focused, TextArea | Input)


def pasted(script: str) -> Effect:
    """Paste into what has the focus."""
    return lambda editor: editor.app.screen.post_message(Paste(script))


def passed(seconds: float) -> Effect:
    """Let time pass on the clock of rehearsals."""

    def pass_(editor: Editor) -> bool:
        rehearsal.CLOCK.pass_(seconds)  # type: ignore[attr-defined]
        return True

    return pass_


def in_conflict(editor: Editor) -> bool:
    """Two long texts that differ at their end are shown."""
    lines = "\n".join(f"Line {number} of it." for number in range(60))
    ANSWERS.clear()
    screen = ConflictScreen("Fog", 1, "text_content", lines, f"{lines} Yes.", datetime.now())
    editor.app.push_screen(screen, ANSWERS.append)
    return True


def answered(word: str | None) -> Effect:
    """The conflict was answered so."""
    return lambda editor: [word] == ANSWERS


def stories(count: int) -> Effect:
    """There are this many stories."""
    return lambda editor: len(editor.library.projects.list()) == count


CONFLICT = (in_conflict, text("Line 0 of it.", "take theirs"))
HISTORY = ("H", opened("HistoryScreen"), text("Change "))
IMPORT = ("i", opened("ImportScreen"), pasted(SCRIPT), text("60 segments"))
PREVIEW = (*IMPORT, "ctrl+l", opened("ImportPreview"))
LENGTHS = ("P", opened("StoryPage"), "l", opened("LengthsScreen"))
FOUND = ("ctrl+p", *"mark all", gone("Mark up to"))
PAIRS = ("F", text("take all"), "enter", opened("PairsScreen"), text("5 pairs"))
PICKER = ("i", text("lamp-5.png"))
TAKEN = ("t", "space", passed(4), "space", "q", text("1 length was taken"))

TABLES: dict[str, list[Step]] = {
    "everywhere": [
        Step("question_mark", opened("HelpScreen"), (), BACK),
        Step("f1", opened("HelpScreen"), (), BACK),
        Step("ctrl+p", opened("Palette"), (), BACK),
        Step("ctrl+q", lambda editor: editor.app._exit),
    ],
    "timeline": [
        Step("j", at(2)),
        Step("down", at(3)),
        Step("k", at(2)),
        Step("up", at(1)),
        Step("G", at(12)),
        Step("g", at(1)),
        Step("end", at(12)),
        Step("home", at(1)),
        Step("pagedown", lambda editor: 1 < editor.cursor < 12),
        Step("pageup", at(1)),
        Step("e", text("^S done"), (), BACK),
        Step("enter", text("^S done"), (), BACK),
        Step("p", text("^S done"), (), BACK),
        Step("E", first("Written outside."), (), ("u",)),
        Step("i", text("Choose a picture"), (), BACK),
        Step("F", text("Choose pictures"), (), BACK),
        Step("l", stored(lambda found: found[0].is_locked), (), ("l",)),
        Step("d", text("Delete segment 1?"), (), ("n",)),
        Step("delete", text("Delete segment 1?"), (), ("n",)),
        Step("J", first(TWO, ONE)),
        Step("K", first(ONE, TWO)),
        Step("u", first(TWO, ONE)),
        Step("U", first(ONE, TWO)),
        Step("ctrl+r", first(TWO, ONE), ("u", "u"), ("u",)),
        Step("D", first(ONE, ONE, TWO), (), ("u",)),
        Step("M", first(f"{ONE}\n\n{TWO}"), (), ("u",)),
        Step("S", text("Split segment 1?"), (), BACK),
        Step("o", text("^S done"), (), BACK),
        Step("O", text("^S done"), (), BACK),
        Step("space", text("1 marked"), ("g",)),
        Step("V", text("3 marked"), ("j", "j")),
        Step("A", text("12 marked")),
        Step("escape", gone("marked"), (), ("g",)),
        Step("y", copied("prompt 1")),
        Step("Y", copied(ONE)),
        Step("m", opened("LineInput"), (), BACK),
        Step("c", opened("OtherStoryScreen"), (), BACK),
        Step("I", stored(lambda found: found[0].image_file is None), (), ("u",)),
        Step("x", opened("ExportScreen"), (), BACK),
        Step("H", opened("HistoryScreen"), (), BACK),
        Step("v", opened("ReadThroughScreen"), (), BACK),
        Step("t", opened("RehearseScreen"), (), BACK),
        Step("P", opened("StoryPage"), (), BACK),
        Step("slash", focused("FindLine"), (), (*"prompt 1", text("1 of 4"), "enter")),
        Step("n", at(10)),
        Step("N", at(1), (), BACK),
        Step("f", opened("FilterSheet"), (), BACK),
        Step("greater_than_sign", at(2)),
        Step("colon", opened("LineInput"), (), BACK),
        Step("q", opened("ProjectsScreen")),
    ],
    "editor": [
        Step("tab", lambda editor: field(editor).text == "prompt 1", ("e",)),
        Step("shift+tab", lambda editor: field(editor).text == ONE),
        Step("ctrl+z", line(0, ONE), ("end", "x")),
        Step("ctrl+y", line(0, f"{ONE}x")),
        Step("ctrl+t", first("Narration", "1.x"), ("home", "ctrl+right", "right")),
        Step("ctrl+s", idle),
        Step("escape", idle, ("e",)),
    ],
    "field": [
        Step("down", cursor(1, 0), ("e", *["pageup"] * 9, "home")),
        Step("up", cursor(0, 0)),
        Step("right", cursor(0, 1)),
        Step("left", cursor(0, 0)),
        Step("ctrl+right", cursor(0, 3)),
        Step("ctrl+left", cursor(0, 0)),
        Step("alt+f", cursor(0, 3)),
        Step("alt+b", cursor(0, 0)),
        Step("end", cursor(0, 13)),
        Step("home", cursor(0, 0)),
        Step("ctrl+e", cursor(0, 13)),
        Step("ctrl+a", cursor(0, 0)),
        Step("pagedown", lambda editor: field(editor).cursor_location[0] > 4),
        Step("pageup", lambda editor: field(editor).cursor_location[0] == 0),
        Step("shift+down", selected("One two three\n"), ("home",)),
        Step("shift+up", selected("One two three\n"), ("left", "down")),
        Step("shift+right", selected("O"), ("left", "home")),
        Step("shift+left", selected("O"), ("left", "right")),
        Step("shift+end", selected("One two three"), ("left", "home")),
        Step("shift+home", selected("One two three"), ("left", "end")),
        Step("f7", selected(FIELDS)),
        Step("ctrl+c", copied("One"), ("left", "home", *["shift+right"] * 3)),
        Step("ctrl+x", line(0, " two three")),
        Step("ctrl+v", line(0, "One two three")),
        Step("backspace", line(0, "On two three")),
        Step("delete", line(0, "Ontwo three")),
        Step("ctrl+d", line(0, "Onwo three")),
        Step("ctrl+w", line(0, "wo three")),
        Step("alt+d", line(0, " three")),
        Step("alt+delete", line(0, "")),
        Step("alt+backspace", line(1, "Four five "), ("down", "end")),
        Step("ctrl+u", line(1, "")),
        Step("ctrl+k", line(1, "aaa")),
    ],
    "stories": [
        *moves("q", opened("ProjectsScreen")),
        Step("enter", LEFT, (), ("q",)),
        Step("n", opened("LineInput"), (), BACK),
        Step("i", opened("ImportScreen"), (), BACK),
        Step("r", opened("LineInput"), (), BACK),
        Step("d", opened("Question"), (), ("n",)),
        Step("delete", opened("Question"), (), ("n",)),
        Step("s", stories(6)),
        Step("u", stories(5)),
        Step("U", stories(6)),
        Step("ctrl+r", stories(6), ("u", stories(5))),
        Step("H", opened("HistoryScreen"), (), ("q",)),
        Step("P", opened("StoryPage"), (), ("q",)),
        Step("slash", focused("FindLine"), (), BACK),
        Step("q", lambda editor: editor.app._exit),
    ],
    "picker": [
        Step("down", row(2), PICKER),
        Step("up", row(1)),
        Step("pagedown", row(-1)),
        Step("pageup", row(0)),
        Step("backspace", bar("pictures/"), (), ("enter", text("lamp-5.png"))),
        *leaves(["escape"]),
        *leaves(["ctrl+c"], *PICKER),
        Step("tab", text("■"), (*PICKER, "pagedown"), BACK),
        Step(
            "enter",
            stored(lambda found: str(found[0].image_file).endswith("lamp-5.png")),
            (*PICKER, "pagedown"),
        ),
        Step("ctrl+o", opened("PairsScreen"), PICKER),
    ],
    "import": [
        Step("tab", focused("Line"), ("q", *IMPORT), ("tab",)),
        Step("ctrl+o", opened("LineInput"), (), BACK),
        Step("ctrl+l", opened("ImportPreview"), (), BACK),
        Step("ctrl+s", stories(6)),
        Step("escape", opened("ProjectsScreen"), ("i", opened("ImportScreen"))),
    ],
    "preview": [
        *moves("q", *PREVIEW),
        Step("escape", opened("ImportScreen")),
        *leaves(["q", "ctrl+l", "ctrl+c"], "ctrl+l", opened("ImportPreview"), to="ImportScreen"),
        Step("enter", stories(6), ("ctrl+l", opened("ImportPreview"))),
        Step(
            "ctrl+s",
            stories(7),
            (opened("ProjectsScreen"), *PREVIEW),
        ),
    ],
    "export": [
        Step("down", text("the-lamp.txt"), ("x", text("Goes to"))),
        Step("up", gone("the-lamp.txt"), (), ("down",)),
        Step("tab", focused("choices")),
        Step("right", reads("■ without")),
        Step("left", reads("■ with without")),
        Step("shift+tab", focused("forms")),
        Step("enter", lambda editor: Path("the-lamp.txt").exists(), (), (LEFT,)),
        Step(
            "ctrl+s",
            lambda editor: Path("the-lamp/story.json").exists(),
            ("x", text("Goes to")),
            (LEFT,),
        ),
        *leaves(["escape", "ctrl+c"], "x", text("Goes to")),
    ],
    "conflict": [
        Step("j", gone("Line 0 of it."), CONFLICT),
        Step("k", text("Line 0 of it.")),
        Step("down", gone("Line 0 of it.")),
        Step("up", text("Line 0 of it.")),
        Step("b", answered("both")),
        Step("m", answered("mine"), CONFLICT),
        Step("t", answered("theirs"), CONFLICT),
        Step("escape", answered(None), CONFLICT),
    ],
    "history": [
        *moves("J", "J", "e", "home", "x", "escape", "d", "y", *HISTORY),
        Step("d", opened("Question"), (), ("n",)),
        Step("delete", opened("Question"), (), ("n",)),
        Step("enter", stored(lambda found: len(found) == 12)),
        Step("u", stored(lambda found: len(found) == 11)),
        Step("U", stored(lambda found: len(found) == 12), (), ("u",)),
        Step("ctrl+r", stored(lambda found: len(found) == 12), (), ("u",)),
        Step("r", stored(lambda found: len(found) == 12), ("g", "j")),
        Step("y", copied(f"x{ONE}")),
        *leaves(["q"]),
        *leaves(["escape", "H"], *HISTORY),
    ],
    "pairs": [
        *moves(*PAIRS),
        Step("x", text("1 left over")),
        Step("u", gone("left over")),
        Step("delete", text("1 left over"), (), ("u", "g")),
        Step("J", bar("2 lamp-1.png")),
        Step("K", bar("1 lamp-1.png")),
        Step("o", text("in order")),
        Step("m", gone("replaces"), (), ("m",)),
        *leaves(["escape"]),
        *leaves(["q", "ctrl+c"], *PAIRS),
        Step("s", bar("1 lamp-1.png"), ("j", "j", *PAIRS, "o", bar("3 lamp-1.png"))),
        Step("enter", stored(lambda found: all(one.image_file for one in found[:5]))),
    ],
    "other story": [
        *moves("c", opened("OtherStoryScreen")),
        *leaves(["q"]),
        *leaves(["escape", "ctrl+c"], "c", opened("OtherStoryScreen")),
        Step(
            "enter",
            lambda editor: sum(one.segment_count for one in editor.library.projects.list()) == 17,
            ("c", opened("OtherStoryScreen")),
        ),
    ],
    "read": [
        Step("j", text("2 of 12"), ("v",)),
        Step("down", text("3 of 12")),
        Step("right", text("4 of 12")),
        Step("k", text("3 of 12")),
        Step("up", text("2 of 12")),
        Step("left", text("1 of 12")),
        Step("space", text("2 of 12")),
        Step("pagedown", text("3 of 12")),
        Step("pageup", text("2 of 12")),
        Step("G", text("12 of 12")),
        Step("g", text("1 of 12")),
        Step("end", text("12 of 12")),
        Step("home", text("1 of 12")),
        Step("p", text("prompt 1")),
        Step("plus", other()),
        Step("equals_sign", other()),
        Step("minus", other()),
        Step("enter", other(), (), ("enter",)),
        *leaves(["q"]),
        *leaves(["escape", "v"], "v", opened("ReadThroughScreen")),
    ],
    "rehearse": [
        Step("space", other(), ("t", opened("RehearseScreen"))),
        Step("enter", text("2 of 12"), (passed(3),)),
        Step("p", text("paused"), (passed(1),), ("p",)),
        Step("r", other(), (passed(3), reads("0:04 of"))),
        Step("b", text("1 of 12")),
        Step("n", text("2 of 12")),
        Step("k", text("1 of 12")),
        Step("j", text("2 of 12")),
        Step("up", text("1 of 12")),
        Step("down", text("2 of 12")),
        Step("backspace", text("1 of 12")),
        Step("home", text("1 of 12"), ("n", text("2 of 12"))),
        Step("g", text("1 of 12"), ("n", text("2 of 12"))),
        Step(
            "q",
            lambda editor: not isinstance(editor.app.screen, RehearseScreen),
            (),
            (opened("LengthsScreen"), "q", "y", LEFT),
        ),
        Step("pagedown", other(), ("G", "t", opened("RehearseScreen"))),
        Step("pageup", other()),
        *leaves(["t"]),
        *leaves(["escape"], "t", opened("RehearseScreen")),
    ],
    "lengths": [
        *moves(*LENGTHS),
        Step("e", opened("LineInput"), (), BACK),
        Step("t", opened("RehearseScreen"), (), ("q",)),
        *leaves(["q"], opened("LengthsScreen"), to="StoryPage"),
        Step("escape", opened("StoryPage"), ("l", opened("LengthsScreen")), BACK),
        Step("enter", MEASURED, (LEFT, *TAKEN)),
        Step("u", lambda editor: not MEASURED(editor), LENGTHS),
        Step("U", MEASURED),
        Step("ctrl+r", MEASURED, ("u",)),
    ],
    "page": [
        *scrolls("J", "P", opened("StoryPage")),
        Step("r", opened("LineInput"), (), BACK),
        Step("t", opened("LineInput"), (), BACK),
        Step("l", opened("LengthsScreen"), (), ("q",)),
        Step("H", opened("HistoryScreen"), (), ("q",)),
        Step("u", first(ONE, TWO)),
        Step("U", first(TWO, ONE)),
        Step("ctrl+r", first(TWO, ONE), ("u",)),
        *leaves(["q"]),
        *leaves(["escape", "P"], "P", opened("StoryPage")),
    ],
    "help": [
        *scrolls("question_mark", opened("HelpScreen")),
        Step("pagedown", scrolled(True)),
        Step("pageup", scrolled(False)),
        Step("G", gone("move segment down")),
        Step("g", text("move segment down")),
        Step("end", gone("move segment down")),
        Step("home", text("move segment down")),
        Step("slash", focused("FindLine"), (), BACK),
        *leaves(["q"]),
        *leaves(["escape"], "question_mark", opened("HelpScreen")),
    ],
    "help_find": [
        Step("down", scrolled(True), ("question_mark", "slash", "m", text("esc shows all"))),
        Step("up", scrolled(False)),
        Step("pagedown", scrolled(True)),
        Step("pageup", scrolled(False)),
        Step("enter", idle),
        Step("escape", gone("esc shows all"), ("slash", focused("FindLine"))),
        Step("ctrl+c", gone("esc shows all"), ("slash", "m", text("esc shows all"))),
    ],
    "question": [
        *leaves(["n", "escape", "enter"], "d", opened("Question")),
        Step("y", stored(lambda found: len(found) == 11), ("d", opened("Question"))),
    ],
    "split": [
        Step("right", other(), ("G", "S", opened("SplitSheet"))),
        *[Step(key, other()) for key in ("left", "l", "h", "up", "down", "k", "j")],
        *leaves(["escape"]),
        *leaves(["q", "ctrl+c"], "S", opened("SplitSheet")),
        Step("enter", stored(lambda found: len(found) == 13), ("S", opened("SplitSheet"))),
    ],
    "line": [
        Step("enter", at(7), ("colon", opened("LineInput"), "7")),
        *leaves(["escape", "ctrl+c"], "colon", opened("LineInput")),
    ],
    "find": [
        Step("down", at(10), ("slash", *"prompt 1", text("1 of 4"))),
        Step("up", at(1)),
        Step("enter", idle),
        Step("escape", at(1), ("slash", text("1 of 4"), "down", at(10))),
        Step("ctrl+c", at(1), ("slash", *"prompt 1", text("1 of 4"), "down", at(10))),
    ],
    "filter": [
        Step("l", reads("l ■ locked"), ("space", "f", opened("FilterSheet"))),
        Step("u", reads("u ■ not locked")),
        Step("m", reads("m ■ marked")),
        Step("t", reads("t ■ changed today")),
        Step("i", reads("i ■ without a picture")),
        *leaves(["escape"]),
        *leaves(["q", "ctrl+c"], "f", opened("FilterSheet")),
        Step("enter", text("11 of 12 shown"), ("f", "i", text("11 of 12 segments"))),
        Step("a", gone("shown"), ("f", opened("FilterSheet"))),
        Step("f", text("1 of 12 shown"), ("f", "m", text("1 of 12 segments"))),
    ],
    "palette": [
        Step("down", highlighted(1), ("ctrl+p", opened("Palette"), highlighted(0))),
        Step("up", highlighted(0)),
        Step("ctrl+end", highlighted(-1)),
        Step("ctrl+home", highlighted(0)),
        Step("pagedown", lambda editor: not highlighted(0)(editor)),
        Step("pageup", highlighted(0)),
        *leaves(["escape"]),
        Step("enter", text("12 marked"), (*FOUND, highlighted(0))),
    ],
}

SIZES = {"page": (60, 16), "help": (60, 16), "help_find": (60, 16)}
"""Of the tables whose keys scroll."""
