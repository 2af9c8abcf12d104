"""Folders that may not be looked into or written, odd paths, and streams that take nothing."""

from __future__ import annotations

import ctypes
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Outcome

Run = Callable[..., Any]


def as_anybody() -> None:
    """In a child: give up root's right to pass over permissions, where it has that right.

    Who is not root has none to give up, and the calls then fail without harm.
    https://man7.org/linux/man-pages/man2/prctl.2.html (PR_CAPBSET_DROP)
    """
    if sys.platform == "linux":
        library = ctypes.CDLL(None)
        for capability in (0, 1, 2, 3):  # chown, to override, read and search, owner
            library.prctl(24, capability, 0, 0, 0)


def storyflow(*arguments: object, **environment: str) -> Outcome:
    """A command of its own process, without root's rights."""
    done = subprocess.run(
        [sys.executable, "-m", "storyflow_tui", *map(str, arguments)],
        check=False,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        preexec_fn=as_anybody,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), **environment},
    )
    return Outcome(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def closed() -> Iterator[Callable[[Path, int], None]]:
    """Takes rights from a path, until the test is over."""
    paths: list[Path] = []

    def close(path: Path, mode: int) -> None:
        paths.append(path)
        path.chmod(mode)

    yield close
    for path in paths:
        path.chmod(0o755)


@pytest.fixture
def illustrated(lamp: int, run: Run, picture: Path) -> int:
    """The project with a picture at its first segment."""
    assert run("segment", "attach-image", 1, picture).code == 0
    return lamp


def test_where_pictures_may_not_be_looked_at_the_texts_are_read_and_nothing_is_let_go(
    illustrated: int, place: Path, closed: Callable[[Path, int], None], run: Run, tmp_path: Path
) -> None:
    closed(place / "media/projects/1/images", 0)
    shown = storyflow("segment", "show", 1)
    assert (shown.code, "(missing)" in shown.out) == (0, True)
    assert storyflow("segment", "edit", 1, "--text", "goes on").code == 0
    exported = storyflow("export", 1, f"{tmp_path}/out/")
    assert exported.code == 0
    assert "Left out: the picture of segment 1" in exported.err
    for command in (("segment", "remove-image", 1), ("project", "delete", 1, "--yes")):
        refused = storyflow(*command, "--json")
        assert refused.code == 1
        assert refused.refusal["code"] == "read_only"
        assert "Permission denied" in refused.refusal["error"]
    (place / "media/projects/1/images").chmod(0o755)
    assert run("segment", "show", 1, "--json").json["image_file"] == "projects/1/images/1_lamp.png"
    assert run("check").code == 0


@pytest.mark.parametrize("name", ["", "media"])
def test_a_library_that_may_not_be_written_is_read_and_says_why_it_refuses(
    illustrated: int, place: Path, closed: Callable[[Path, int], None], name: str
) -> None:
    closed(place / name, 0o500 if not name else 0)
    listed = storyflow("segment", "list", 1)
    assert (listed.code, "Two lamps." in listed.out) == (0, True)
    assert listed.err == "Note: read-only: this library cannot be written\n"
    refused = storyflow("segment", "edit", 1, "--text", "x", "--json").refusal
    assert refused["code"] == "read_only"
    assert refused["details"]["reason"]


def test_a_home_that_may_not_be_written_or_is_no_folder_keeps_nobody_from_a_library(
    illustrated: int, tmp_path: Path, closed: Callable[[Path, int], None]
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    closed(home, 0o500)
    names = ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME")
    for where in (home / "none", tmp_path / "lamp.txt"):
        answer = storyflow("segment", "list", 1, HOME=str(home), **dict.fromkeys(names, str(where)))
        assert (answer.code, "Two lamps." in answer.out) == (0, True)


@pytest.mark.parametrize(
    "name",
    ["a b", "new\nline", "quo'te\"", "100%", "a#b", "a?b=c&d", "file:x?mode=ro", "%41", "é夜",
     "back\\slash", "~x", "x" * 255, "\x1b[31m\u202e"],
)  # fmt: skip
def test_a_library_may_have_any_path(run: Run, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    assert run("--library", path, "project", "new", "The Lamp").code == 0
    assert [one["title"] for one in run("--library", path, "project", "list", "--json").json] == [
        "The Lamp"
    ]
    assert (path / "storyflow.db").is_file()
    assert run("--library", path, "check").code == 0


def test_a_path_that_is_too_long_is_refused_in_one_sentence(run: Run, tmp_path: Path) -> None:
    for name in ("y" * 256, "/".join(["z" * 200] * 30)):
        answer = run("--library", tmp_path / name, "project", "new", "The Lamp")
        assert answer.code == 1
        assert "File name too long" in answer.err
        assert answer.err.count("\n") == 1


@pytest.mark.parametrize("arguments", [("--help",), ("project", "--help"), ("--version",)])
def test_help_for_a_full_disk_is_refused_in_one_sentence(arguments: tuple[str, ...]) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "storyflow_tui", *arguments],
            check=False,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        )
    assert done.returncode == 1
    assert done.stderr == "Error: The output could not be written: the disk is full\n"


def test_a_clock_before_all_and_one_after_all_are_shown(run: Run, lamp: int, place: Path) -> None:
    for moment in ("1970-01-01T00:00:00+00:00", "2100-01-01T00:00:00+00:00", "0001-01-01"):
        with closing(sqlite3.connect(place / "storyflow.db")) as database:
            database.execute("UPDATE project SET updated_at = ?, created_at = ?", (moment, moment))
            database.commit()
        assert "The Lamp" in run("project", "list").out
        assert json.loads(run("project", "list", "--json").out)[0]["title"] == "The Lamp"
        assert run("segment", "edit", 1, "--text", moment).code == 0
