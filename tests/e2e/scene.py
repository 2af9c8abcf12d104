"""A scene of the end-to-end tests: a story, an editor with a field open in it, and what is left.

The segment that is typed into is the second of three.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from storyflow_tui.errors import NotFoundError
from storyflow_tui.library import Library
from storyflow_tui.records import SegmentRecord
from storyflow_tui.story import Story, StorySegment
from storyflow_tui.tui.drafts import Draft, Drafts
from tests.e2e.terminal import Terminal, children, command

_HERE = Path(__file__).parent
TYPED = "Typed just now. "
STORED = "Second."


class Scene:
    """One library with the story `Fog`, and the editor on it in a terminal."""

    def __init__(self, terminal: Terminal, folder: Path) -> None:
        self.terminal = terminal
        self.folder = folder
        self.gate = folder / "gate"
        self.library = folder / "library"
        self.after = ExitStack()
        """What has to be put away when the scene is over."""
        self.through: Sequence[str] = ()
        """What the editor is started by: nothing, or a terminal inside the terminal."""
        self.typed = TYPED + STORED
        with Library.open(self.library) as library:
            story = Story("Fog", [StorySegment(text) for text in ("First.", STORED, "Third.")])
            library.projects.import_story(story)

    def start(self, hindrance: str = "", argument: str = "") -> None:
        """Start the editor, with something in its way or without, and open the field."""
        program = [*self.through]
        if hindrance in ("held", "restless"):
            self.gate.touch()
        if hindrance:
            hindered = str(_HERE / "hindered.py")
            program += [sys.executable, hindered, hindrance, argument or str(self.gate)]
        else:
            program += [command()]
        self.terminal.start("--library", str(self.library), "open", "1", program=program)
        self.open_field()

    def open_field(self) -> None:
        """Put the cursor into the narration of the second segment."""
        self.terminal.wait_for("Fog", "1 of 3")
        self.terminal.press("j", "e", "Home")
        self.terminal.wait_for("2 of 3", "done")

    def type(self, text: str = TYPED) -> None:
        """Type before what is there, and wait until it shows."""
        self.terminal.write(text)
        self.terminal.wait_for(text.strip())

    def process(self) -> int:
        """The editor's process id."""
        process = self.terminal.process()
        return children(process)[0] if self.through else process

    def segment(self) -> SegmentRecord | None:
        """The segment as it is in the library; None if it was deleted."""
        with Library.open(self.library, read_only=True) as library:
            try:
                return library.segments.get(2)
            except NotFoundError:
                return None

    def text(self) -> str:
        """Its narration."""
        record = self.segment()
        return "" if record is None else record.text_content

    def drafts(self) -> list[Draft]:
        """What waits to be offered when no editor holds it."""
        return Drafts(self.library.resolve()).of(1)

    def kept(self) -> list[str]:
        """The texts that are in the library or in drafts."""
        return [self.text(), *(draft.text for draft in self.drafts())]

    def reopen(self, terminal: Terminal) -> None:
        """Open the editor again where it was, in another terminal."""
        self.terminal.close()
        self.terminal = terminal
        terminal.start("--library", str(self.library))


def is_there(process: int) -> bool:
    """Whether a process is there and has not ended; its threads may go a moment later."""
    listed = subprocess.run(
        ["ps", "-o", "stat=", "-p", str(process)], check=False, capture_output=True, text=True
    )
    return bool(listed.stdout.strip()) and not listed.stdout.startswith("Z")


def group(process: int) -> list[str]:
    """The commands of a process's group that are still there."""
    listed = subprocess.run(
        ["ps", "-A", "-o", "pgid=,stat=,command="], check=True, capture_output=True, text=True
    )
    rows = [line.split(maxsplit=2) for line in listed.stdout.splitlines()]
    wanted = str(process)
    return [row[2] for row in rows if row[0] == wanted and not row[1].startswith("Z")]
