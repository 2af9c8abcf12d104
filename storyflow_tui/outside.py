"""The person's own text editor on one text: which one it is, its file, and what it left there.

The file lies in a private folder under the state folder and is held as long as anybody works on
it. What is done with the text, and what becomes of the terminal meanwhile, is not decided here.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import shlex
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from storyflow_tui.config import is_held, read_small, state_folder
from storyflow_tui.errors import InvalidTextError, NoEditorError

VARIABLES = ("VISUAL", "EDITOR")
"""Where the person says which editor it is; the first that is not blank counts."""

USUAL = ("vi", "nano")
"""What is taken where neither says anything."""

_TEXT, _NOTE, _HELD = "narration.txt", "note.json", ".held"

_SETTLED = 60
"""Seconds after which a folder without a note is none that is just being made."""


class Editor(NamedTuple):
    """A command with its arguments, the name it has in a sentence, and who named it."""

    command: tuple[str, ...]
    name: str
    variable: str
    """`VISUAL` or `EDITOR`; empty where neither is set."""


class Note(NamedTuple):
    """Whose text it is: what a draft of it has to know, should nobody be there to take it back."""

    library: str
    project_id: int
    segment_id: int
    position: int
    stored: str


def editor() -> Editor:
    """The editor that `VISUAL` or `EDITOR` names, else a usual one; raises NoEditorError."""
    for variable in VARIABLES:
        value = os.environ.get(variable, "")
        if not value.strip():
            continue
        try:
            command, *arguments = shlex.split(value)
        except ValueError as error:
            raise NoEditorError(
                f"{variable} cannot be read as a command: {error}", {"variable": variable}
            ) from None
        return _found((os.path.expanduser(command), *arguments), variable)  # noqa: PTH111 - as above
    for name in USUAL:
        if shutil.which(name):
            return Editor((name,), name, "")
    raise NoEditorError("No editor is set; set EDITOR, such as EDITOR=nano", {})


def _found(command: tuple[str, ...], variable: str) -> Editor:
    if not shutil.which(command[0]):
        raise NoEditorError(
            f"{command[0]} is no program here; {variable} names it", {"variable": variable}
        )
    return Editor(command, Path(command[0]).name, variable)


@dataclass
class OutsideText:
    """One text in the file of an outside editor. Where files fail, OSError is raised."""

    folder: Path
    note: Note
    _lock: int | None = None
    process: subprocess.Popen[bytes] | None = None

    @classmethod
    def begin(cls, note: Note) -> OutsideText:
        """Write a text into a file of its own, in a folder that nobody else can look into."""
        folder = _root() / secrets.token_hex(8)
        folder.mkdir(parents=True, mode=0o700)
        text = cls(folder, note)
        try:
            text._hold()
            text._write(_NOTE, json.dumps(note._asdict()))
            # Editors end a text with a line end; theirs is taken off again.
            text._write(_TEXT, f"{note.stored}\n")
        except BaseException:
            text.drop()
            raise
        return text

    @property
    def path(self) -> Path:
        """The file that the editor gets."""
        return self.folder / _TEXT

    def start(self, chosen: Editor) -> None:
        """Start the editor on the file, in the terminal that is here; raises NoEditorError."""
        assert self._lock is not None
        try:
            # It holds the folder too: if we are killed and it goes on, nobody takes the text from
            # under it.
            self.process = subprocess.Popen(
                [*chosen.command, str(self.path)], pass_fds=[self._lock]
            )
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or str(error)
            raise NoEditorError(
                f"{chosen.name} could not be started: {why}", {"variable": chosen.variable}
            ) from error

    def read(self) -> str | None:
        """The text as it is in the file now; None where it is the one that was given.

        Raises InvalidTextError for what is no UTF-8 or cannot be read (details: file).
        """
        try:
            data = read_small(self.path)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise InvalidTextError(
                f"What the editor left cannot be read: {error.strerror}", {"file": str(self.path)}
            ) from error
        try:
            text = data.decode()
        except UnicodeDecodeError as error:
            raise InvalidTextError(
                "What the editor left is not UTF-8",
                {"file": str(self.path), "offset": error.start},
            ) from None
        text = text.replace("\r\n", "\n").removesuffix("\n")
        return None if text == self.note.stored else text

    def goes_on(self) -> bool:
        """Let the folder go; whether an editor still runs or holds it, in the background."""
        self._let_go()
        # Its process too: there are editors that close what they inherit.
        runs = self.process is not None and self.process.poll() is None
        return runs or is_held(self.folder / _HELD)

    def stop(self, patience: float) -> None:
        """Ask the editor to end, and wait so many seconds for it."""
        if self.process is not None and self.process.poll() is None:
            with suppress(OSError):
                self.process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(patience)

    def drop(self) -> None:
        """Forget the text, with what the editor made beside it: a backup holds it too."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self._let_go()

    def _hold(self) -> None:
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
        self._lock = os.open(self.folder / _HELD, flags, 0o600)
        fcntl.flock(self._lock, fcntl.LOCK_EX)

    def _let_go(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _write(self, name: str, text: str) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        descriptor = os.open(self.folder / name, flags, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(text.encode("utf-8", "surrogatepass"))
            file.flush()
            os.fsync(file.fileno())


@contextmanager
def keys_for_the_editor() -> Iterator[None]:
    """What Ctrl+C and Ctrl+\\ send to everybody at this terminal is meant for the editor alone."""
    # Handlers and not SIG_IGN, which the editor would inherit.
    before = {number: signal.signal(number, _unheard) for number in (signal.SIGINT, signal.SIGQUIT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _unheard(number: int, frame: object) -> None:
    """Nothing is done."""


def left_behind(library: Path) -> list[tuple[OutsideText, str]]:
    """The altered texts of a library that nobody works on any more; unaltered ones are dropped.

    So is what a forgotten text of any library left. What cannot be read stays where it is.
    """
    found = []
    try:
        folders = sorted(_root().iterdir())
    except OSError:
        return []
    for folder in folders:
        if _is_left_over(folder):
            shutil.rmtree(folder, ignore_errors=True)
        note = _note_in(folder)
        if note is None or note.library != str(library) or is_held(folder / _HELD):
            continue
        text = OutsideText(folder, note)
        with suppress(InvalidTextError):
            altered = text.read()
            if altered is None:
                text.drop()
            else:
                found.append((text, altered))
    return found


def _root() -> Path:
    return state_folder() / "outside"


def _is_left_over(folder: Path) -> bool:
    """Whether it says nothing of whose text it holds, and nobody is about to write that."""
    try:
        is_old = time.time() - folder.lstat().st_mtime > _SETTLED
    except OSError:
        return False
    is_folder = folder.is_dir() and not folder.is_symlink()
    return (
        is_old and is_folder and not os.path.lexists(folder / _NOTE) and not is_held(folder / _HELD)
    )


def _note_in(folder: Path) -> Note | None:
    try:
        values: Mapping[str, object] = json.loads(read_small(folder / _NOTE))
        note = Note(**values)  # type: ignore[arg-type]  # looked at below
    except (OSError, ValueError, TypeError, RecursionError):
        return None
    texts, numbers = (note.library, note.stored), (note.project_id, note.segment_id, note.position)
    fits = all(isinstance(text, str) for text in texts) and all(
        isinstance(number, int) for number in numbers
    )
    return note if fits else None
