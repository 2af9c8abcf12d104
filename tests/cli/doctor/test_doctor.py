"""The doctor as a whole: what it prints, how it answers, and that it changes nothing."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from storyflow_tui.cli.doctor import lines_of
from storyflow_tui.cli.doctor.remark import Remark
from storyflow_tui.config import config_file
from storyflow_tui.library import Library
from storyflow_tui.tui.choices import remember_theme
from tests.cli.conftest import Outcome, _Stream

Run = Callable[..., Any]


@pytest.fixture(autouse=True)
def _no_tmux(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No tmux of this machine is asked, and the letters are UTF-8 whatever it says."""
    (tmp_path / "none").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "none"))
    monkeypatch.setenv("PYTHONUTF8", "1")


def found(answer: Outcome, part: str, name: str) -> dict[str, Any]:
    """What the doctor said of one thing."""
    (one,) = [
        remark
        for remark in json.loads(answer.out)
        if (remark["part"], remark["name"]) == (part, name)
    ]
    return dict(one)


def test_without_terminal_tmux_and_library_all_is_well_and_nothing_is_made(
    run: Run, place: Path, tmp_path: Path
) -> None:
    before = sorted(tmp_path.rglob("*"))
    answer = run("doctor")
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.endswith("\nAll is well\n")
    assert "nothing there yet; storyflow import FILE makes it" in answer.out
    assert sorted(tmp_path.rglob("*")) == before
    assert not place.exists()


def test_every_part_and_every_version_is_told(run: Run) -> None:
    remarks = run("doctor", "--json").json
    assert list(dict.fromkeys(one["part"] for one in remarks)) == [
        "Terminal",
        "tmux",
        "Clipboard",
        "Library",
        "Folders",
        "Settings",
        "Versions",
    ]
    assert set(remarks[0]) == {"part", "name", "ok", "found", "advice", "paste"}
    names = {one["name"]: one for one in remarks if one["part"] == "Versions"}
    assert {"storyflow", "textual", "peewee", "pillow", "rich-pixels", "SQLite"} <= set(names)
    assert names["SQLite"]["found"] == sqlite3.sqlite_version
    assert names["pictures"]["found"] == "JPEG, PNG and WebP can be read"


def test_what_is_wrong_says_what_to_do_and_the_exit_code_is_1(run: Run) -> None:
    config_file().parent.mkdir(parents=True)
    config_file().write_text('theme = "green"\n[keys]\n"timeline.lok" = "x"\n')
    answer = run("doctor", "--json")
    assert answer.code == 1
    remarks = [one for one in json.loads(answer.out) if one["part"] == "Settings"]
    assert [one["ok"] for one in remarks] == [False, False, True]
    assert "theme must be" in remarks[0]["found"]
    assert "the nearest is timeline.lock" in remarks[1]["found"]
    assert remarks[0]["paste"] == [f"${{EDITOR:-vi}} {config_file()}"]
    shown = run("doctor").out
    assert "  !   config.toml       " in shown
    assert f"\n                          ${{EDITOR:-vi}} {config_file()}\n" in shown
    assert "2 things of" in shown


def test_a_theme_that_was_chosen_in_the_editor_is_told(run: Run) -> None:
    assert found(run("doctor", "--json"), "Settings", "theme")["found"] == "dark"
    remember_theme("light", "dark")
    remark = found(run("doctor", "--json"), "Settings", "theme")
    assert remark["found"] == "light, chosen in the editor in place of dark"


@pytest.mark.parametrize("part", ["Library", "Folders"])
def test_everything_that_is_not_well_has_advice_and_a_line_to_paste(
    run: Run, lamp: int, place: Path, part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (place / "media/projects/1/stray.txt").parent.mkdir(parents=True, exist_ok=True)
    (place / "media/projects/1/stray.txt").write_text("stray")
    (place / "file").write_text("")
    monkeypatch.setenv("XDG_STATE_HOME", str(place / "file"))
    answer = run("doctor", "--json")
    assert answer.code == 1
    wrong = [one for one in json.loads(answer.out) if not one["ok"]]
    assert part in {one["part"] for one in wrong}
    assert all(one["advice"] and one["paste"] for one in wrong)


def test_a_library_is_told_with_its_sizes_and_schema(run: Run, lamp: int, place: Path) -> None:
    answer = run("doctor", "--json")
    assert answer.code == 0
    assert found(answer, "Library", "folder")["found"] == str(place)
    assert found(answer, "Library", "schema")["found"].endswith(", the newest")
    assert found(answer, "Library", "check")["found"].startswith("clean")
    assert "none yet" in found(answer, "Library", "copy")["found"]
    assert "free" in found(answer, "Library", "disk")["found"]


def test_what_a_quick_check_finds_is_counted_with_the_way_to_mend_it(
    run: Run, lamp: int, place: Path
) -> None:
    folder = place / "media" / "projects" / "1"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "stray.txt").write_text("stray")
    remark = found(run("doctor", "--json"), "Library", "check")
    assert remark["found"] == "1 thing out of order"
    assert remark["paste"] == ["storyflow check", "storyflow check --repair"]
    assert (folder / "stray.txt").exists()


def test_what_an_open_library_would_sweep_is_left_there(run: Run, lamp: int, place: Path) -> None:
    left = place / "media" / ".staging" / "of-a-killed-process"
    left.mkdir(parents=True)
    assert run("doctor").code == 0
    assert left.exists()


def test_another_library_is_named_in_the_lines_to_paste(
    run: Run, tmp_path: Path, lamp: int
) -> None:
    other = tmp_path / "other place"
    assert run("--library", other, "project", "new", "Elsewhere").code == 0
    (other / "media" / "projects" / "9").mkdir()
    (other / "media" / "projects" / "9" / "stray.txt").write_text("stray")
    remark = found(run("--library", other, "doctor", "--json"), "Library", "check")
    assert remark["paste"][0] == f"storyflow check --library '{other}'"


@pytest.mark.parametrize(
    ("data", "paste"),
    [
        (b"SQLite format 3\0", "storyflow check"),
        (b"a text", 'export STORYFLOW_LIBRARY="$HOME/stories"'),
    ],
)
def test_a_library_that_does_not_open_says_why_and_stays_as_it_is(
    run: Run, place: Path, data: bytes, paste: str
) -> None:
    place.mkdir()
    (place / "storyflow.db").write_bytes(data)
    remark = found(run("doctor", "--json"), "Library", "opens")
    assert not remark["ok"]
    assert remark["paste"] == [paste]
    assert [path.name for path in place.iterdir()] == ["storyflow.db"]
    assert (place / "storyflow.db").read_bytes() == data


def test_a_library_of_a_newer_version_names_the_way_to_get_it(
    run: Run, lamp: int, place: Path
) -> None:
    with closing(sqlite3.connect(place / "storyflow.db")) as database:
        database.execute("PRAGMA user_version = 99")
        database.commit()
    remark = found(run("doctor", "--json"), "Library", "opens")
    assert remark["paste"] == ["pipx upgrade storyflow-tui"]


def test_a_library_of_an_older_version_is_told_and_left_as_it_is(
    run: Run, lamp: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    from storyflow_tui.library import migrations

    now = migrations.VERSION
    monkeypatch.setattr(migrations, "VERSION", now + 1)
    answer = run("doctor", "--json")
    assert answer.code == 0
    assert found(answer, "Library", "schema")["found"].startswith(f"{now}; the next command")


def test_who_has_the_library_open_is_told_and_is_no_trouble(
    run: Run, lamp: int, place: Path
) -> None:
    code = (
        "import sys; from storyflow_tui.library import Library\n"
        "with Library.open(sys.argv[1]) as library:\n"
        "    library.projects.list(); print('open', flush=True); input()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(place)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "open\n"
        answer = run("doctor", "--json")
        other.communicate("\n")
    assert answer.code == 0
    assert found(answer, "Library", "in use")["found"] == f"by process {other.pid}, which may go on"


def test_work_without_a_copy_for_a_week_asks_for_one(run: Run, lamp: int, place: Path) -> None:
    with Library.open(place) as library:
        copy = library.copy_today()
    assert copy is not None
    assert "database of" in found(run("doctor", "--json"), "Library", "copy")["found"]
    old = copy.stat().st_mtime - 9 * 86400
    os.utime(copy, (old, old))
    remark = found(run("doctor", "--json"), "Library", "copy")
    assert not remark["ok"]
    assert remark["paste"][0].startswith("storyflow backup ~/storyflow-")


def test_a_full_disk_names_the_trash(run: Run, lamp: int, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage("/")._replace(free=1024 * 1024)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    remark = found(run("doctor", "--json"), "Library", "disk")
    assert remark["found"] == "1.0 MiB free, which a few pictures fill"
    assert remark["paste"] == ["storyflow trash empty"]


def test_control_characters_of_what_is_found_are_no_more_than_text() -> None:
    remark = Remark("Terminal", "TERM", "\x1b[31m\nx", False, "do", ("export TERM=x",))
    (heading, line, *_rest) = lines_of([remark])
    assert heading == "Terminal"
    assert "\x1b" not in line
    assert "\n" not in line


def test_it_knows_the_terminal_it_runs_in(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_Stream, "fileno", lambda _: 1)
    monkeypatch.setattr(os, "get_terminal_size", lambda _: os.terminal_size((50, 12)))
    remark = found(run("doctor", "--json", terminal=True), "Terminal", "size")
    assert remark["found"] == "50 columns, 12 rows; the editor takes 60 and 16"
    assert remark["paste"] == ["printf '\\033[8;24;80t'"]
