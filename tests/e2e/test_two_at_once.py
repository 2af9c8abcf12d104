"""Two editors on one segment, and commands while an editor is open: nobody's text is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e.scene import STORED, TYPED, Scene
from tests.e2e.terminal import Terminal, long, run, until

Make = Callable[..., Terminal]
THEIRS = "From the other window. "


@pytest.fixture
def scene(tmp_path: Path, terminal: Make) -> Iterator[Scene]:
    """A story in a library of its own."""
    made = Scene(terminal(), tmp_path)
    with made.after:
        yield made
        made.terminal.close()


@pytest.mark.parametrize("answer", [long("m"), "t", long("b")])
def test_both_texts_of_two_editors_are_shown_and_the_choice_is_kept(
    answer: str, scene: Scene, terminal: Make
) -> None:
    other = terminal()
    scene.start("held")
    scene.type()
    other.start("--library", str(scene.library), "open", "1")
    other.wait_for("1 of 3")
    other.press("j", "e", "Home")
    other.wait_for("2 of 3", "done")
    other.write(THEIRS)
    other.press("C-s")
    until(lambda: scene.text() == THEIRS + STORED, "the other's save", other)
    scene.gate.unlink()
    scene.terminal.wait_for("Someone else changed this narration", TYPED + STORED, THEIRS + STORED)
    scene.terminal.wait_for("keep mine", "take theirs")
    scene.terminal.press(answer)
    mine, theirs = TYPED + STORED, THEIRS + STORED
    wanted = {"m": mine, "t": theirs, "b": f"{mine}\n\n{theirs}"}[answer]
    scene.terminal.wait_for("done")
    scene.terminal.press("C-s")
    until(lambda: scene.text() == wanted, "the choice", scene.terminal)
    other.wait_for(*wanted.split("\n\n"))
    # What was not taken is one undo away.
    if answer != "b":
        changes = 2 if answer == "m" else 3
        until(lambda: len(run(scene.library, "history", "1")) == changes, "the history")
        run(scene.library, "undo", "1")
        assert scene.text() == (theirs if answer == "m" else mine)


@pytest.mark.parametrize(
    ("command", "shown"),
    [
        (("segment", "edit", "2", "--prompt", "a lamp in fog"), "a lamp in fog"),
        long(("segment", "move", "2", "1"), "1 of 3"),
        (("segment", "delete", "1", "--yes"), "1 of 2"),
        long(("undo", "1"), "2 of 3"),
    ],
    ids=lambda value: value[-2] if isinstance(value, tuple) else "",
)
def test_a_command_shows_in_an_open_editor_and_takes_no_key(
    command: tuple[str, ...], shown: str, scene: Scene
) -> None:
    if command[0] == "undo":
        run(scene.library, "segment", "edit", "3", "--text", "Third, once more.")
    scene.start()
    scene.type()
    run(scene.library, *command)
    scene.terminal.wait_for(shown, TYPED + STORED, "done")
    scene.terminal.write("And more. ")
    scene.terminal.wait_for(TYPED + "And more. " + STORED)
    until(lambda: scene.text() == TYPED + "And more. " + STORED, "the save", scene.terminal)


def test_a_segment_that_another_editor_deletes_gives_its_text_to_a_draft(
    scene: Scene, terminal: Make
) -> None:
    other = terminal()
    scene.start()
    scene.type()
    until(lambda: scene.text() == TYPED + STORED, "the save", scene.terminal)
    other.start("--library", str(scene.library), "open", "1")
    other.wait_for("1 of 3")
    other.press("j", "d")
    other.wait_for("Delete segment 2?")
    other.press("y")
    scene.terminal.wait_for("This segment was deleted in another window.")
    scene.terminal.write("Still here. ")
    scene.terminal.wait_for("Still here.")
    scene.terminal.press("C-s")
    scene.terminal.wait_for("2 segments", "e narration")
    scene.terminal.press("C-q")
    scene.terminal.wait_for("ended with 0")
    assert [draft.text for draft in scene.drafts()] == [TYPED + "Still here. " + STORED]


def test_a_field_whose_segment_comes_back_types_into_its_own_and_not_into_the_neighbour(
    scene: Scene,
) -> None:
    scene.start()
    scene.type()
    until(lambda: scene.text() == TYPED + STORED, "the save", scene.terminal)
    run(scene.library, "segment", "delete", "2", "--yes")
    scene.terminal.wait_for("This segment was deleted in another window.")
    scene.terminal.write("Away. ")
    scene.terminal.wait_for("Away.")
    run(scene.library, "undo", "1")
    away = TYPED + "Away. "
    until(lambda: scene.text() == away + STORED, "the text typed meanwhile", scene.terminal)
    scene.terminal.write("Back. ")
    until(lambda: scene.text() == away + "Back. " + STORED, "the save", scene.terminal)
    texts = [segment["text_content"] for segment in run(scene.library, "segment", "list", "1")]
    assert texts == ["First.", away + "Back. " + STORED, "Third."]
    scene.terminal.press("C-s")
    scene.terminal.wait_for("2 of 3", "e narration")


@pytest.mark.parametrize("way", ["later", long("m")])
def test_a_field_in_conflict_whose_segment_is_deleted_is_left_and_its_text_offered(
    way: str, scene: Scene, terminal: Make
) -> None:
    scene.start("held")
    scene.type()
    run(scene.library, "segment", "edit", "2", "--text", THEIRS)
    scene.gate.unlink()
    scene.terminal.wait_for("Someone else changed this narration", "keep mine")
    run(scene.library, "segment", "delete", "2", "--yes")
    scene.terminal.press("Escape" if way == "later" else way)
    scene.terminal.wait_for("not saved: segment was deleted", "2 of 3", TYPED.strip())
    scene.terminal.press("C-s")
    scene.terminal.wait_for("2 of 2", "Third.")
    scene.terminal.press("C-q")
    scene.terminal.wait_for("ended with 0")
    assert [draft.text for draft in scene.drafts()] == [TYPED + STORED]
    scene.reopen(terminal())
    scene.terminal.wait_for("belongs to a segment that was deleted", TYPED + STORED)


def test_a_conflict_is_not_asked_about_while_somebody_types(scene: Scene) -> None:
    scene.start("restless")
    scene.type()
    run(scene.library, "segment", "edit", "2", "--text", THEIRS)
    scene.gate.unlink()
    scene.terminal.wait_for("! changed elsewhere")
    typed = "m t b tomb. " * 20
    scene.terminal.write(typed)
    scene.terminal.press("C-s")
    scene.terminal.wait_for("Someone else changed this narration", "keep mine", "take theirs")
    assert scene.text() == THEIRS
    scene.terminal.press("m")
    until(lambda: scene.text() == TYPED + typed + STORED, "the whole text", scene.terminal)
