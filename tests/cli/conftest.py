"""A small runner: the command line within this process, or as a process of its own."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from storyflow_tui.cli import main

Run = Callable[..., Any]


@dataclass
class Outcome:
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The result that a program would read."""
        assert self.code == 0, self.err
        return json.loads(self.out)

    @property
    def refusal(self) -> Any:
        """The error that a program would read."""
        assert self.out == ""
        assert self.err.count("\n") == 1
        answer = json.loads(self.err)
        assert set(answer) == {"error", "details", "code"}
        return answer


class _Stream(io.TextIOWrapper):
    """A standard stream in memory that may say it is a terminal."""

    def __init__(self, data: bytes, terminal: bool, encoding: str = "utf-8") -> None:
        self._bytes = io.BytesIO(data)
        super().__init__(self._bytes, encoding=encoding)
        self._terminal = terminal

    def isatty(self) -> bool:
        return self._terminal

    def text(self) -> str:
        self.flush()
        return self._bytes.getvalue().decode(self.encoding)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the library of the commands is; nothing is there yet. The working folder is beside."""
    path = tmp_path / "library"
    monkeypatch.setenv("STORYFLOW_LIBRARY", str(path))
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(tmp_path)
    return path


@pytest.fixture
def run(place: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command in this process: `run("project", "list", stdin=b"", terminal=False)`."""

    def call(
        *arguments: object,
        stdin: bytes = b"",
        terminal: bool = False,
        encoding: str = "utf-8",
    ) -> Outcome:
        out = _Stream(b"", terminal, encoding)
        err = _Stream(b"", terminal, encoding)
        with monkeypatch.context() as patch:
            patch.setattr(sys, "stdin", _Stream(stdin, terminal))
            patch.setattr(sys, "stdout", out)
            patch.setattr(sys, "stderr", err)
            code = main([str(argument) for argument in arguments])
        return Outcome(code, out.text(), err.text())

    return call


@pytest.fixture
def start(place: Path) -> Callable[..., subprocess.Popen[bytes]]:
    """Start a command as a process of its own, its three streams pipes."""

    def call(*arguments: object, **environment: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "storyflow_tui", *map(str, arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), **environment},
        )

    return call


@pytest.fixture
def lamp(run: Run, tmp_path: Path) -> int:
    """A project of three segments; answers its id. The segments' ids are 1, 2 and 3."""
    story = tmp_path / "lamp.txt"
    story.write_text(
        "Title: The Lamp\nText: One lamp.\nPrompt: a lamp in fog\n---\nText: Two lamps.\n---\n"
        "Text: Three lamps.\n"
    )
    project = run("import", story, "--json").json
    assert [segment["id"] for segment in project["segments"]] == [1, 2, 3]
    return int(project["id"])


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """A small picture."""
    path = tmp_path / "lamp.png"
    Image.new("RGB", (8, 6), "orange").save(path)
    return path
