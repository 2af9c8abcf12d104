"""Every command with hostile texts in the library, in names and in arguments, on a terminal."""

from __future__ import annotations

import json
import os
import pty
import re
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import click
import pytest

from storyflow_tui.cli.root import storyflow
from tests.hostile import ESCAPES, NAME, TEXT, UNSAFE

Run = Callable[..., Any]


def unsafe(data: str) -> list[str]:
    """What of it a terminal would not just show; the terminal's own line ends aside."""
    return sorted({hex(ord(found)) for found in UNSAFE.findall(data.replace("\r\n", "\n"))})


@pytest.fixture
def evil(run: Run, place: Path, tmp_path: Path, picture: Path) -> Path:
    """A library every text of which is hostile; answers a folder of hostile files."""
    folder = tmp_path / NAME
    folder.mkdir()
    (folder / "lamp.png").write_bytes(picture.read_bytes())
    (folder / f"{NAME}.png").write_bytes(picture.read_bytes())
    (folder / f"broken{NAME}.png").write_bytes(b"\x1b[31m no picture")
    segments = [{"text_content": "one", "image_file": "lamp.png"}, {"text_content": "two"}]
    good = {"title": "The Lamp", TEXT: 1, "segments": [{**segments[0], TEXT: 1}, segments[1]]}
    (folder / f"good{NAME}.json").write_text(json.dumps(good))
    (folder / f"title{NAME}.json").write_text(json.dumps({"title": TEXT, "segments": []}))
    (folder / f"odd{NAME}.json").write_text('{"title": "\x1b[31m"}')
    (folder / f"text{NAME}.txt").write_text(f"Text: {TEXT}\nPrompt: {TEXT}\n", newline="")
    (folder / f"prose{NAME}.txt").write_text(f"{TEXT}\n", newline="")
    assert run("import", folder / f"good{NAME}.json").code == 0
    assert run("segment", "remove-image", 1).code == 0
    assert run("undo", 1).code == 0
    with closing(sqlite3.connect(place / "storyflow.db")) as database:
        database.execute("UPDATE project SET title = ?, status = ?", (TEXT, TEXT))
        database.execute("UPDATE segment SET text_content = ?, image_prompt = ?", (TEXT, TEXT))
        database.execute("UPDATE segment SET image_file = ? WHERE id = 2", (f"../{TEXT}",))
        database.execute("UPDATE segment SET audio_file = ?", (f"/{TEXT}",))
        database.execute("UPDATE change SET label = ?", (TEXT,))
        database.commit()
    config = Path(os.environ["XDG_CONFIG_HOME"]) / "storyflow" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text('"\\u001b[31m\\u202e" = 1\ntheme = "\\u009b2J"\n[keys]\n"\\u001b[2J" = 1\n')
    return folder


def commands(evil: Path) -> Iterator[tuple[object, ...]]:
    good, text = evil / f"good{NAME}.json", evil / f"text{NAME}.txt"
    elsewhere = ("--library", evil / "elsewhere")
    yield from [
        ("project", "list"),
        ("project", "show", 1),
        ("segment", "list", 1),
        ("segment", "show", 1),
        ("segment", "show", 2),
        ("history", 1),
        ("history",),
        ("trash", "list"),
        ("check",),
        ("export", 1),
        ("export", 1, "--format", "text"),
        ("export", 1, evil / "out.txt"),
        ("export", 1, evil / "out.txt"),
        ("export", 1, evil / "none" / "out.txt"),
        ("export", 1, f"{evil}/folder/"),
        ("export", 1, good / "out.txt"),
        ("segment", "edit", 1, "--text", TEXT, "--prompt", TEXT + "."),
        ("segment", "attach-image", 1, evil / f"{NAME}.png"),
        ("segment", "attach-image", 1, evil / f"broken{NAME}.png"),
        ("segment", "attach-image", 1, evil / "none.png"),
        ("segment", "attach-image", 1, evil),
        ("segment", "remove-image", 1),
        ("segment", "set-length", 1, 3),
        ("segment", "set-length", 1, TEXT),
        ("project", "target", 1, "4:00"),
        ("project", "target", 1, TEXT),
        ("segment", "move", 1, 2),
        ("segment", "reorder", 1, 1, 2),
        ("segment", "insert", 1, 1, text),
        ("segment", "insert", 1, 1, evil),
        ("segment", "new", 1, "--text", TEXT),
        ("segment", "duplicate", 1),
        ("segment", "split", 1, 3),
        ("segment", "split", 1, 0),
        ("segment", "merge", 1),
        ("segment", "lock", 1, 2),
        ("segment", "attach-images", 1, evil, "--by", "order"),
        ("segment", "unlock", 1, 2),
        ("segment", "copy", 1, "--to", 1),
        ("segment", "attach-images", 1, evil, "--by", "order", "--dry-run"),
        ("segment", "attach-images", 1, evil, "--by", "number"),
        ("segment", "attach-images", 1, good, "--by", "order"),
        ("completion", "bash"),
        ("undo", 1),
        ("redo", 1),
        ("trash", "restore", 2),
        ("import", good),
        ("import", text),
        ("import", evil / f"title{NAME}.json"),
        ("import", evil / f"odd{NAME}.json"),
        ("import", evil / f"prose{NAME}.txt"),
        ("import", evil / "none", evil / f"odd{NAME}.json", good),
        ("import", "-", "--title", TEXT),
        ("project", "new", TEXT),
        ("project", "rename", 1, TEXT),
        ("backup", evil / "all.zip"),
        ("backup", evil / "all.zip"),
        ("restore", evil / "all.zip"),
        ("restore", good),
        (*elsewhere, "restore", evil / "all.zip"),
        (*elsewhere, "check"),
        (*elsewhere, "doctor"),
        ("doctor",),
        ("--library", evil / "nowhere", "project", "list"),
        ("--library", good, "project", "list"),
        ("--library", good / "below", "project", "new", "x"),
        ("check", "--repair"),
        ("segment", "delete", 2),
        ("segment", "delete", 2, "--yes"),
        ("project", "delete", 1),
        ("project", "delete", 1, "--yes"),
        ("undo",),
        ("trash", "empty"),
        ("trash", "empty", "--yes"),
        # Wrong usage is told with the arguments in it.
        (TEXT,),
        ("completion", TEXT),
        ("segment", TEXT),
        ("segment", "show", TEXT),
        ("segment", "move", 1, TEXT),
        ("export", 1, "--format", TEXT),
        (f"--{TEXT}",),
        ("project", "list", TEXT),
        ("open", TEXT),
        ("demo", TEXT),
    ]


@pytest.mark.parametrize("as_json", [False, True], ids=["words", "json"])
def test_no_command_sends_the_terminal_what_it_would_obey(
    evil: Path, run: Run, as_json: bool
) -> None:
    option = ("--json",) if as_json else ()
    tried: set[str] = set()
    for command in commands(evil):
        answer = run(*command, *option, terminal=True, stdin=b"n\n")
        assert unsafe(answer.out + answer.err) == [], command
        assert answer.out + answer.err, command
        assert "should not have happened" not in answer.err, (command, answer.err)
        assert answer.code in (0, 1, 2), command
        tried.update(str(word) for word in command[:2])
    if not as_json:
        assert named(storyflow) <= tried


def named(group: click.Group) -> set[str]:
    """Every command and every group of commands."""
    context = click.Context(group)
    names = set(group.list_commands(context))
    for command in [group.get_command(context, name) for name in names]:
        if isinstance(command, click.Group):
            names |= named(command)
    return names


def test_where_nobody_looks_the_exported_story_is_byte_for_byte_what_is_stored(
    evil: Path, run: Run
) -> None:
    exported = run("export", 1, terminal=False)
    assert json.loads(exported.out)["title"] == TEXT


@pytest.mark.parametrize("kind", ESCAPES)
def test_a_real_terminal_gets_no_escape_of_a_title(run: Run, place: Path, kind: str) -> None:
    run("project", "new", "The Lamp")
    with closing(sqlite3.connect(place / "storyflow.db")) as database:
        database.execute("UPDATE project SET title = ?", (ESCAPES[kind],))
        database.commit()
    assert unsafe(on_a_terminal("project", "list")) == []


def test_arguments_that_are_no_utf8_are_told_and_end_nothing(run: Run) -> None:
    run("project", "new", "The Lamp")
    for arguments in (
        ("import", b"/nowhere/\xff\x1b[31m.txt"),
        ("segment", "show", b"\xff\x9b"),
        (b"\xff\x1b[31m",),
        ("project", "new", b"\xff"),
        ("--library", b"\xff\xfe", "project", "list"),
    ):
        said = on_a_terminal(*arguments)
        assert unsafe(said) == []
        assert "Error: " in said
        assert "should not have happened" not in said


def on_a_terminal(*arguments: str | bytes) -> str:
    """What a command of its own process sends to a pty."""
    line = [sys.executable.encode(), b"-m", b"storyflow_tui", *map(os.fsencode, arguments)]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "TERM": "xterm"}
    process, terminal = pty.fork()
    if process == 0:
        os.execve(line[0], line, environment)
    sent = b""
    with suppress(OSError):  # the end of a terminal, as Linux tells it
        while piece := os.read(terminal, 65536):
            sent += piece
    os.close(terminal)
    os.waitpid(process, 0)
    text = sent.decode("utf-8", "surrogateescape")
    return re.sub(r"\A\^D\x08\x08", "", text)
