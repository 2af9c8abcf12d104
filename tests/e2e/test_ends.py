"""However the editor ends while somebody types, and whatever bars the way: nothing is lost."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from storyflow_tui import transfer
from tests.e2e.ends import ENDS, STATES, shown_next
from tests.e2e.scene import STORED, TYPED, Scene, group, is_there
from tests.e2e.terminal import Terminal, children, command, long, run, until

Make = Callable[..., Terminal]

_RELAY = [sys.executable, str(Path(__file__).with_name("relay.py"))]
_ALWAYS = [
    ("SIGHUP", "held"),
    ("SIGTERM", "busy"),
    ("SIGINT", "full"),
    ("window", "conflict"),
    ("pane", "blank"),
    ("server", "locked"),
    ("server killed", "deleted"),
    ("terminal gone", "story deleted"),
    ("window", "free"),
]
_OTHERS = [(end, state) for end in ENDS for state in STATES if (end, state) not in _ALWAYS]


@pytest.fixture
def scene(tmp_path: Path, terminal: Make) -> Iterator[Scene]:
    """A story in a library of its own."""
    made = Scene(terminal(), tmp_path)
    with made.after:
        yield made
        made.terminal.close()


@pytest.mark.parametrize(
    ("end", "state"),
    [*_ALWAYS, *(long(*other) for other in _OTHERS)],
)
def test_an_end_loses_nothing_and_the_next_open_offers_it(
    end: str, state: str, scene: Scene, terminal: Make
) -> None:
    if end == "terminal gone":
        scene.through = _RELAY
    with STATES[state](scene):
        editor = scene.process()
        members = os.getpgid(editor)
        ENDS[end](scene)
        until(lambda: not is_there(editor), "the end of the editor")
        assert not [one for one in group(members) if "python" in one.split()[0].lower()]
        until(lambda: scene.typed in scene.kept(), "the text")
    scene.reopen(terminal())
    scene.terminal.wait_for(*shown_next(state))


@pytest.mark.parametrize("answer", [long("m"), long("t"), long("b")])
def test_a_draft_is_taken_refused_or_joined(answer: str, scene: Scene, terminal: Make) -> None:
    with STATES["held"](scene):
        os.kill(scene.process(), signal.SIGTERM)
        scene.terminal.wait_for("ended with 143", "One text is not in the library yet")
    scene.reopen(terminal())
    scene.terminal.wait_for("take the draft")
    scene.terminal.press(answer)
    wanted = {"m": scene.typed, "t": STORED, "b": f"{scene.typed}\n\n{STORED}"}[answer]
    if answer == "t":
        scene.terminal.wait_for("Remove the draft?")
        scene.terminal.press("y")
    else:
        scene.terminal.wait_for("done", TYPED.strip())
        scene.terminal.press("C-s")
    until(lambda: (scene.text(), scene.drafts()) == (wanted, []), "the choice", scene.terminal)


def test_a_draft_of_a_locked_segment_is_taken_once_it_is_unlocked(
    scene: Scene, terminal: Make
) -> None:
    with STATES["locked"](scene):
        os.kill(scene.process(), signal.SIGTERM)
        scene.terminal.wait_for("ended with 143")
    scene.reopen(terminal())
    scene.terminal.wait_for("take the draft")
    scene.terminal.press("m")
    scene.terminal.wait_for("Segment 2 is locked.")
    scene.terminal.press("l")
    scene.terminal.wait_for("take the draft")
    scene.terminal.press("m")
    until(lambda: scene.text() == scene.typed, "the draft", scene.terminal)


def test_where_neither_library_nor_draft_can_be_written_it_says_so(scene: Scene) -> None:
    scene.start("small", "0")
    scene.type()
    scene.terminal.wait_for("! not saved:")
    scene.terminal.press("C-q")
    scene.terminal.wait_for("! Not saved, and no draft:")
    os.kill(scene.process(), signal.SIGTERM)
    shown = scene.terminal.wait_for("ended with 143", "A text is lost:")
    assert "waits as a draft" not in shown
    assert scene.kept() == [STORED]


@pytest.mark.parametrize("end", [long("SIGTERM"), "window"])
def test_a_script_that_is_typed_is_offered_by_the_next_import(
    end: str, scene: Scene, terminal: Make
) -> None:
    scene.terminal.start("--library", str(scene.library))
    scene.terminal.wait_for("Stories", "Fog")
    scene.terminal.press("i")
    scene.terminal.wait_for("Import a story")
    scene.type("Text: typed into the script")
    editor = scene.process()
    ENDS[end](scene)
    until(lambda: not is_there(editor), "the end of the editor")
    scene.reopen(terminal())
    scene.terminal.wait_for("Stories", "Fog")
    scene.terminal.press("i")
    scene.terminal.wait_for("Text: typed into the script", "was not imported the last time")


@pytest.mark.long
def test_a_signal_during_a_long_import_keeps_what_was_typed_beside_it(
    scene: Scene, terminal: Make
) -> None:
    folder = scene.folder / "long"
    (folder / "images").mkdir(parents=True)
    picture = next((transfer.sample_folder() / "the-lamp" / "images").glob("*.png"))
    segments = []
    for number in range(400):
        name = f"images/{number}.png"
        (folder / name).hardlink_to(folder / "images/0.png") if number else shutil.copy(
            picture, folder / name
        )
        segments.append({"text_content": f"Segment {number}.", "image_file": name})
    (folder / "story.json").write_text(json.dumps({"title": "Long", "segments": segments}))
    scene.terminal.start("--library", str(scene.library))
    scene.terminal.wait_for("Stories", "Fog")
    scene.terminal.press("i")
    scene.terminal.wait_for("Import a story")
    scene.type("Text: typed beside it")
    scene.terminal.press("C-o")
    scene.terminal.wait_for("Take a script from a file")
    scene.terminal.write(str(folder / "story.json"))
    scene.terminal.press("Enter")
    scene.terminal.wait_for("Segment 30.", "^S import")
    scene.terminal.press("C-s")
    staging = scene.library / "media" / ".staging"
    until(lambda: len(list(staging.rglob("*"))) > 4, "the import", scene.terminal)
    editor = scene.process()
    os.kill(editor, signal.SIGHUP)
    until(lambda: not is_there(editor), "the end of the editor")
    assert run(scene.library, "check") == []
    assert len(run(scene.library, "project", "list")) == 1
    scene.reopen(terminal())
    scene.terminal.wait_for("Stories", "Fog")
    scene.terminal.press("i")
    scene.terminal.wait_for("Text: typed beside it", "was not imported the last time")


@pytest.mark.parametrize("key", ["n", long("r")])
def test_a_title_that_is_typed_is_there_when_it_is_asked_for_again(
    key: str, scene: Scene, terminal: Make
) -> None:
    title = {"n": "A new story", "r": "FogBound"}[key]
    scene.terminal.start("--library", str(scene.library))
    scene.terminal.wait_for("Stories", "Fog")
    scene.terminal.press(key)
    scene.terminal.wait_for("of 200 characters")
    scene.type(title.removeprefix("Fog"))
    os.kill(scene.process(), signal.SIGHUP)
    scene.terminal.wait_for("ended with 129", "One text is not in the library yet.")
    scene.reopen(terminal())
    scene.terminal.wait_for("Stories", "Fog")
    scene.terminal.press(key)
    scene.terminal.wait_for(title, f"{len(title)} of 200 characters")


def test_an_editor_that_stands_still_keeps_the_text_and_ends(scene: Scene) -> None:
    scene.gate.touch()
    scene.start("stuck")
    scene.terminal.write("Stuck here!")
    until(scene.gate.with_name("gate.reached").exists, "the standstill", scene.terminal)
    os.kill(scene.process(), signal.SIGTERM)
    scene.terminal.wait_for("ended with 143")
    assert [draft.text for draft in scene.drafts()] == ["Stuck here!" + STORED]
    assert is_sane(scene.terminal)


def test_a_fault_keeps_the_text_and_names_its_log(scene: Scene) -> None:
    scene.start("fault")
    scene.terminal.write("Faulty!")
    shown = scene.terminal.wait_for("ended with 1", "The editor met a fault and ended.")
    log = Path("".join(shown.partition("The log is ")[2].split(".log")[0].split()) + ".log")
    assert "a fault made by a test" in log.read_text()
    assert "Faulty!" + STORED in scene.kept()
    assert is_sane(scene.terminal)


@pytest.mark.parametrize("end", [long("SIGHUP"), "SIGTERM", long("SIGINT"), long("quit")])
def test_the_terminal_is_as_it_was_before(end: str, scene: Scene) -> None:
    scene.start()
    scene.type()
    if end == "quit":
        scene.terminal.press("C-q")
    else:
        ENDS[end](scene)
    scene.terminal.wait_for("ended with")
    assert is_sane(scene.terminal)


@pytest.mark.long
def test_stopped_and_continued_it_goes_on(scene: Scene) -> None:
    scene.start()
    scene.type()
    editor = scene.process()
    os.kill(editor, signal.SIGSTOP)
    os.kill(editor, signal.SIGCONT)
    scene.terminal.write("And on. ")
    scene.terminal.wait_for("Typed just now. And on.")
    until(lambda: scene.text() == "Typed just now. And on. " + STORED, "the save", scene.terminal)


@pytest.fixture
def suspended(scene: Scene) -> int:
    """An editor that was sent to the background of a shell right after a key; its process."""
    scene.terminal.start("-i", program=["sh"])
    scene.terminal.write(f"{command()} --library {shlex.quote(str(scene.library))} open 1")
    scene.terminal.press("Enter")
    scene.open_field()
    scene.type()
    (editor,) = children(scene.terminal.process())
    os.kill(editor, signal.SIGTSTP)
    until(lambda: scene.terminal.asked("alternate_on") == "0", "the shell", scene.terminal)
    return editor


def test_in_the_background_of_a_shell_the_terminal_is_sane_and_fg_goes_on(
    suspended: int, scene: Scene
) -> None:
    assert is_sane(scene.terminal)
    scene.terminal.write("fg")
    scene.terminal.press("Enter")
    scene.terminal.wait_for("2 of 3", TYPED + STORED)
    scene.terminal.write("And on. ")
    until(lambda: scene.text() == TYPED + "And on. " + STORED, "the save", scene.terminal)


@pytest.mark.parametrize("end", ["window", long("server killed")])
def test_in_the_background_of_a_shell_that_ends_nothing_is_lost(
    end: str, suspended: int, scene: Scene
) -> None:
    ENDS[end](scene)
    until(lambda: not is_there(suspended), "the end of the editor")
    until(lambda: scene.typed in scene.kept(), "the text")


def is_sane(terminal: Terminal) -> bool:
    """Whether the window is as a shell wants it: its modes off, what is typed is echoed and run."""
    modes = ("alternate_on", "mouse_any_flag", "mouse_all_flag", "mouse_sgr_flag", "cursor_flag")
    shown = {mode: terminal.asked(mode) for mode in modes}
    assert shown == dict.fromkeys(modes, "0") | {"cursor_flag": "1"}
    terminal.write("stty -a; echo said $((6*7))")
    terminal.press("Enter")
    settings = terminal.wait_for("said 42", "echo said")
    wanted = {"icanon", "isig", "iexten", "echo", "ixon", "icrnl", "opost"}
    assert wanted <= set(settings.split())
    return True
