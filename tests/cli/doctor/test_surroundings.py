"""Terminal, tmux, clipboard and versions, each in surroundings that are made for the test."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from storyflow_tui.cli.doctor import clipboard, terminal, tmux, versions
from storyflow_tui.cli.doctor.asking import Surroundings
from storyflow_tui.cli.doctor.remark import Remark
from storyflow_tui.cli.doctor.tmux import number_of
from storyflow_tui.cli.doctor.versions import fits

Here = Callable[..., Surroundings]

_TMUX = """#!/bin/sh
case "$*" in
    -V) echo "tmux @version@" ;;
    "display-message -p #{client_termname} #{client_name}") echo "@client@" ;;
    "show-messages -T") cat "$0.terminals" ;;
    "load-buffer -b storyflow-doctor -") cat > "$0.buffer" ;;
    "show-buffer -b storyflow-doctor") @show@ ;;
    "delete-buffer -b storyflow-doctor") rm "$0.buffer" ;;
    "load-buffer -w -") cat > "$0.copied" ;;
    show-buffer) cat "$0.copied" ;;
    "show-options -sv escape-time") echo "@escape_time@" ;;
    "show-options -sv default-terminal") echo "@default_terminal@" ;;
    "show-options -sv set-clipboard") echo external ;;
    "show-options -sv focus-events") echo off ;;
    "show-options -gv mouse") echo off ;;
    "show-options -gv prefix") echo "@prefix@" ;;
    *) exit 1 ;;
esac
"""
_TERMINALS = """Terminal 0: xterm-kitty for /dev/pts/9, flags=0x0:
 192: Ms: (string) \\033]52;
 197: RGB: (flag) true
Terminal 1: @name@ for /dev/pts/5, flags=0x20:
 192: Ms: @ms@
 197: RGB: @rgb@
 223: Tc: [missing]
"""
_WELL = {
    "version": "3.3a",
    "client": "xterm-256color /dev/pts/5",
    "show": 'cat "$0.buffer"',
    "escape_time": "10",
    "default_terminal": "tmux-256color",
    "prefix": "C-b",
    "name": "xterm-256color",
    "ms": "(string) \\033]52;%p1%s;%p2%s\\a",
    "rgb": "(flag) true",
}


@pytest.fixture
def here() -> Here:
    """Surroundings of a good terminal of 120x40 without tmux, but for what the test says."""

    def made(size: tuple[int, int] | None = (120, 40), **environment: str) -> Surroundings:
        variables = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "PYTHONUTF8": "1"}
        variables |= environment
        return Surroundings({name: value for name, value in variables.items() if value}, size)

    return made


@pytest.fixture
def in_tmux(here: Here, tmp_path: Path) -> Here:
    """Surroundings of a pane of a tmux that answers well, but for what the test says."""

    def made(**answers: str) -> Surroundings:
        program = tmp_path / "tmux"
        wanted = {**_WELL, **answers}
        for file, text in ((program, _TMUX), (Path(f"{program}.terminals"), _TERMINALS)):
            for name, answer in wanted.items():
                text = text.replace(f"@{name}@", answer)
            file.write_text(text)
        program.chmod(0o755)
        path = f"{tmp_path}:/usr/bin:/bin"
        return here(TMUX="/tmp/tmux-0/default,1,0", PATH=path, TERM="tmux-256color")

    return made


def one(remarks: Sequence[Remark], name: str) -> Remark:
    """The remark of a name."""
    (found,) = [remark for remark in remarks if remark.name == name]
    return found


def wrong(remarks: Sequence[Remark]) -> list[str]:
    """The names of what is not well; each has advice and a line to paste."""
    assert all(remark.is_well or (remark.advice and remark.paste) for remark in remarks)
    return [remark.name for remark in remarks if not remark.is_well]


def test_a_good_terminal_is_well(here: Here) -> None:
    remarks = terminal.remarks(here(TERM_PROGRAM="iTerm.app", SSH_CONNECTION="1 2 3 4"))
    assert wrong(remarks) == []
    assert one(remarks, "TERM").found == "xterm-256color (iTerm.app) over SSH"
    assert one(remarks, "size").found == "120 columns, 40 rows"


@pytest.mark.parametrize(
    ("environment", "name", "paste"),
    [
        ({"TERM": ""}, "TERM", "export TERM=xterm-256color"),
        ({"TERM": "dumb"}, "TERM", "export TERM=xterm-256color"),
        ({"TMUX": "x"}, "TERM", 'set -g default-terminal "tmux-256color"'),
        ({"COLORTERM": ""}, "colours", "export COLORTERM=truecolor"),
        (
            {"COLORTERM": "", "TMUX": "x", "TERM": "tmux-256color"},
            "colours",
            "set-environment -g COLORTERM truecolor",
        ),
    ],
)
def test_what_the_environment_says_wrong_has_its_line(
    here: Here, environment: dict[str, str], name: str, paste: str
) -> None:
    remarks = terminal.remarks(here(**environment))
    assert wrong(remarks) == [name]
    assert one(remarks, name).paste == (paste,)


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"NO_COLOR": "1"}, "greys"),
        ({"COLORTERM": "", "TERM_PROGRAM": "Apple_Terminal"}, "256"),
        ({"COLORTERM": "", "TERM": "linux"}, "16"),
    ],
)
def test_fewer_colours_that_are_meant_are_well(
    here: Here, environment: dict[str, str], said: str
) -> None:
    remarks = terminal.remarks(here(**environment))
    assert wrong(remarks) == []
    assert one(remarks, "colours").found.startswith(said)


def test_no_terminal_is_nothing_wrong(here: Here) -> None:
    assert wrong(terminal.remarks(here(None, TERM="", COLORTERM=""))) == []
    assert wrong(clipboard.remarks(here(None), copy=False)) == []


@pytest.mark.parametrize("size", [(59, 40), (120, 15)])
def test_a_terminal_that_is_too_small_is_told(here: Here, size: tuple[int, int]) -> None:
    assert wrong(terminal.remarks(here(size))) == ["size"]


def test_letters_that_are_not_utf_8_are_told(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("locale.getencoding", lambda: "ANSI_X3.4-1968")
    remarks = terminal.remarks(here(PYTHONUTF8=""))
    assert wrong(remarks) == ["letters"]
    assert one(remarks, "letters").paste[0].startswith("export LC_ALL=")


def test_a_good_tmux_is_well(in_tmux: Here) -> None:
    around = in_tmux()
    remarks = [*tmux.remarks(around), *clipboard.remarks(around, copy=False)]
    assert wrong(remarks) == []
    assert one(remarks, "version").found == "tmux 3.3a"
    assert one(remarks, "colours").found == "all go out to xterm-256color"
    assert one(remarks, "tmux's buffer").found == "a text went into it and came back"
    assert "cannot be read back" in one(remarks, "your clipboard").found


@pytest.mark.parametrize(
    ("answers", "name", "paste"),
    [
        ({"version": "3.1c"}, "version", "sudo apt install tmux"),
        ({"rgb": "[missing]"}, "colours", 'set -as terminal-features ",xterm-256color:RGB"'),
        ({"escape_time": "500"}, "escape-time", "set -sg escape-time 10"),
        (
            {"default_terminal": "xterm"},
            "default-terminal",
            'set -g default-terminal "tmux-256color"',
        ),
        ({"prefix": "C-s"}, "prefix", "set -g prefix C-b"),
        (
            {"show": "echo other"},
            "tmux's buffer",
            "echo test | tmux load-buffer - && tmux show-buffer",
        ),
        (
            {"ms": "[missing]"},
            "your clipboard",
            'set -as terminal-features ",xterm-256color:clipboard"',
        ),
    ],
)
def test_what_tmux_has_wrong_has_its_line(
    in_tmux: Here, answers: dict[str, str], name: str, paste: str
) -> None:
    around = in_tmux(**answers)
    remarks = [*tmux.remarks(around), *clipboard.remarks(around, copy=False)]
    assert wrong(remarks) == [name]
    assert one(remarks, name).paste[0] == paste


def test_an_old_tmux_is_told_of_colours_in_its_own_words(in_tmux: Here) -> None:
    remarks = tmux.remarks(in_tmux(version="2.9", rgb="[missing]"))
    paste = one(remarks, "colours").paste[0]
    assert paste == 'set -ga terminal-overrides ",xterm-256color:Tc"'


def test_a_tmux_that_nobody_is_attached_to_is_well(in_tmux: Here) -> None:
    around = in_tmux(client=" ")
    assert wrong([*tmux.remarks(around), *clipboard.remarks(around, copy=False)]) == []


def test_a_tmux_that_does_not_run_is_told(here: Here, tmp_path: Path) -> None:
    remarks = tmux.remarks(here(TMUX="x", PATH=str(tmp_path)))
    assert wrong(remarks) == ["tmux"]


def test_the_buffer_of_the_round_trip_is_gone_afterwards(in_tmux: Here, tmp_path: Path) -> None:
    clipboard.remarks(in_tmux(), copy=False)
    assert not (tmp_path / "tmux.buffer").exists()
    assert not (tmp_path / "tmux.copied").exists()


def test_a_sentence_is_copied_when_it_is_asked_for(in_tmux: Here, tmp_path: Path) -> None:
    remark = one(clipboard.remarks(in_tmux(), copy=True), "copied")
    copied = (tmp_path / "tmux.copied").read_text()
    assert copied.startswith("storyflow doctor ")
    assert f"“{copied}” through tmux" in remark.found


def test_outside_tmux_a_sentence_goes_by_the_terminal(
    here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[str] = []

    def send(sequence: str) -> bool:
        sent.append(sequence)
        return True

    monkeypatch.setattr(clipboard, "_send", send)
    assert "by OSC 52" in one(clipboard.remarks(here(), copy=True), "copied").found
    assert sent[0].startswith("\x1b]52;c;")


@pytest.mark.parametrize(
    ("said", "number"),
    [("tmux 3.3a", (3, 3)), ("tmux next-3.6", (3, 6)), ("tmux master", (99, 0))],
)
def test_versions_of_tmux_are_read(said: str, number: tuple[int, int]) -> None:
    assert number_of(said) == number


@pytest.mark.parametrize(
    ("version", "wanted", "does"),
    [
        ("8.2.8", ">=8,<9", True),
        ("9.0", ">=8,<9", False),
        ("7.9.9", ">=8,<9", False),
        ("8.0.0rc1", ">=8", True),
        ("13.0.0", ">=11", True),
        ("8.5.1", ">=8.1", True),
        ("8.0", ">=8.1", False),
    ],
)
def test_versions_fit_their_bounds(version: str, wanted: str, does: bool) -> None:
    assert fits(version, wanted) is does


def test_a_package_that_is_missing_or_of_another_version_has_its_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from importlib import metadata

    real = metadata.version

    def version(name: str) -> str:
        if name == "peewee":
            raise metadata.PackageNotFoundError(name)
        return "9.1.0" if name == "textual" else real(name)

    monkeypatch.setattr(metadata, "version", version)
    remarks = list(versions.remarks())
    assert sorted(wrong(remarks)) == ["peewee", "textual"]
    assert "-m pip install 'peewee" in one(remarks, "peewee").paste[0]


def test_a_pillow_without_a_decoder_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("PIL.features.check", lambda name: name != "webp")
    remark = one(list(versions.remarks()), "pictures")
    assert remark.found == "Pillow cannot read WebP"
    assert "--force-reinstall" in remark.paste[0]
