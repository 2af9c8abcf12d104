"""The real editor on a library of hostile texts: what it sends to its terminal, byte by byte."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import select
import signal
import sqlite3
import struct
import termios
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
from PIL import Image

from tests.e2e.terminal import PATIENCE, command, run
from tests.hostile import NAME, TEXT, UNSAFE

# What Textual itself sends: control sequences (cursor, colours, modes), the shape of the pointer,
# and nothing that carries words, such as titles, links or the clipboard.
_SEQUENCE = re.compile(r"\x1b\[[0-9;:?<>=]*[ $]?[A-Za-z]|\x1b\]22;default\x07")


class Pty:
    """The editor on a pty of 120x40; everything that it sends is kept."""

    def __init__(self, *arguments: str) -> None:
        line = [command(), *arguments]
        self.process, self._terminal = pty.fork()
        if self.process == 0:
            os.execve(line[0], line, {**os.environ, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8"})
        size = struct.pack("HHHH", 40, 120, 0, 0)
        fcntl.ioctl(self._terminal, termios.TIOCSWINSZ, size)
        self.sent = ""
        self._bytes = b""
        self._seen = 0

    def press(self, keys: str) -> None:
        """Type keys, as a terminal sends them; what is waited for next comes after them."""
        self._seen = len(self.sent)
        os.write(self._terminal, keys.encode())

    def wait_for(self, words: str) -> None:
        """Wait until these words were drawn since the last key."""
        end = time.monotonic() + PATIENCE
        while words not in _SEQUENCE.sub("", self.sent[self._seen :]):
            assert self._read(end), f"{words} never came:\n{self.sent[self._seen :]!r}"

    def end(self) -> int:
        """Read to the end; the exit code."""
        while self._read(time.monotonic() + PATIENCE):
            pass
        return os.waitstatus_to_exitcode(os.waitpid(self.process, 0)[1])

    def close(self) -> None:
        """Leave nothing behind."""
        with suppress(OSError):
            os.kill(self.process, signal.SIGKILL)
            os.waitpid(self.process, 0)
        os.close(self._terminal)

    def _read(self, end: float) -> bool:
        ready = select.select([self._terminal], [], [], max(0.0, end - time.monotonic()))[0]
        with suppress(OSError):
            piece = os.read(self._terminal, 65536) if ready else b""
            self._bytes += piece
            self.sent = self._bytes.decode("utf-8", "replace")
            return bool(piece)
        return False


@pytest.fixture
def evil(tmp_path: Path) -> Path:
    """A library every text of which is hostile, beside a folder of hostile names."""
    folder = tmp_path / "in"
    folder.mkdir()
    Image.new("RGB", (8, 6), "teal").save(folder / "lamp.png")
    for name in (f"a{NAME}.png", f"b{NAME}.png"):
        (folder / name).write_bytes((folder / "lamp.png").read_bytes())
    (folder / f"broken{NAME}.png").write_bytes(b"\x1b[31m no picture")
    (folder / NAME).mkdir()
    segments = [{"text_content": f"n{n}", "image_prompt": "p"} for n in range(4)]
    segments[0]["image_file"] = f"a{NAME}.png"
    (folder / "story.json").write_text(json.dumps({"title": "The Lamp", "segments": segments}))
    library = tmp_path / "library"
    run(library, "import", str(folder / "story.json"))
    run(library, "segment", "delete", "4", "--yes")
    with closing(sqlite3.connect(library / "storyflow.db")) as database:
        database.execute("UPDATE project SET title = ?, status = ?", (f"A {TEXT}", TEXT))
        database.execute("UPDATE segment SET text_content = ?", (f"N {TEXT}",))
        database.execute("UPDATE segment SET image_prompt = ?", (f"P {TEXT}",))
        database.execute("UPDATE segment SET image_file = ? WHERE id = 2", (f"../{TEXT}",))
        database.execute("UPDATE change SET label = ?", (f"Did {TEXT}",))
        database.commit()
    config = Path(os.environ["XDG_CONFIG_HOME"]) / "storyflow" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text('"\\u001b[2J\\u202e" = 1\ntheme = "\\u009b2J"\n[keys]\n"\\u001b[2J" = "j"\n')
    return library


@pytest.fixture
def editor(evil: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pty]:
    monkeypatch.chdir(tmp_path / "in")
    made = Pty("--library", str(evil))
    yield made
    made.close()


def test_no_screen_sends_the_terminal_what_a_text_or_a_name_holds(editor: Pty) -> None:
    editor.wait_for("Stories")
    for keys, shown in (
        ("\r", "1 of 3"),
        ("j", "2 of 3"),
        ("k", "1 of 3"),
        ("?", "Help"),
        ("\x1b", "1 of 3"),
        ("H", "Did"),
        ("\x1b", "1 of 3"),
        ("i", "lamp.png"),
        ("\x1b[B", "8 × 6"),
        ("\x1b", "1 of 3"),
        ("e", "done"),
        ("X", "X"),
        ("\x13", "? help"),
        ("d", "Delete segment"),
        ("n", "? help"),
        ("l", "locked"),
        ("l", "saved"),
        ("u", "Undone"),
        ("q", "Stories"),
        ("d", "Delete"),
        ("n", "? help"),
        ("r", "Rename"),
    ):
        editor.press(keys)
        editor.wait_for(shown)
    editor.press("\x11")
    assert editor.end() == 0
    rest = _SEQUENCE.sub("", editor.sent).replace("\r\n", "\n")
    assert "EVIL" in rest
    assert UNSAFE.findall(rest) == []
