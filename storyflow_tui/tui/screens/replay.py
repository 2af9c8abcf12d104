"""Undo and redo as every screen does them: the change that it shows, and no other one.

A screen gives what it shows and hears how it went; what it shows then is its own business.
"""

from __future__ import annotations

from collections.abc import Callable

from storyflow_tui.errors import ConflictError, StoryflowError
from storyflow_tui.library import Library
from storyflow_tui.records import ChangeRecord, Standing
from storyflow_tui.tui.look import SIGNS
from storyflow_tui.tui.session import Session
from storyflow_tui.tui.widgets.header import Tone

NONE_SHOWN = Standing(None, None)
"""Where undo and redo stand for a screen that shows no change yet."""

_NONE = 0
"""Stands for no change where one is expected; ids begin at 1, so that any other conflicts."""


def read_standing(library: Library, line: int | None) -> Standing:
    """Where undo and redo stand in a line now; raises StoryflowError."""
    undo, redo = library.history.next_undo(line), library.history.next_redo(line)
    return Standing(undo.id if undo else None, redo.id if redo else None)


def replay(
    session: Session,
    line: int | None,
    shown: Standing,
    *,
    forward: bool,
    notice: Callable[[str, str, Tone], None],
    overtaken: Callable[[], object],
    refused: Callable[[StoryflowError], None],
    done: Callable[[ChangeRecord], None] | None = None,
    origin: object = None,
) -> None:
    """Undo, or redo where `forward`, what is shown or what our own writes have put there since.

    `overtaken` is called when another change came that nobody here has seen; then nothing is done.
    """

    def operation(library: Library) -> ChangeRecord:
        expected = shown[forward]
        own = session.own_standing(line)
        # The library compares again, in its transaction: here it is only chosen between the two.
        if own is not None and read_standing(library, line)[forward] == own[forward]:
            expected = own[forward]
        again = library.history.redo if forward else library.history.undo
        return again(line, expected=expected or _NONE)

    def succeeded(change: ChangeRecord) -> None:
        label = change.label[:1].lower() + change.label[1:]
        if forward:
            notice(f"Done again: {label}", "u takes it back", "accent")
        else:
            notice(f"Undone: {label}", "U does it again", "accent")
        if done is not None:
            done(change)

    def failed(error: StoryflowError) -> None:
        # A step that cannot go is a conflict too, but pressing again would meet the same one.
        if isinstance(error, ConflictError) and "newest" in error.details:
            again = "U again does that one" if forward else "u again takes that back"
            notice(f"{SIGNS.warn} Another change came meanwhile.", again, "warning")
            overtaken()
        else:
            refused(error)

    session.write(operation, succeeded, failed, origin=origin)
