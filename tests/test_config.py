"""Folders and settings: defaults, what is wrong by its key, and nothing raised."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

import pytest

from storyflow_tui import config
from storyflow_tui.config import Settings, read_settings


def settings(tmp_path: Path, text: str) -> Settings:
    path = tmp_path / "config.toml"
    path.write_text(text, encoding="utf-8")
    return read_settings(path)


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    assert read_settings(tmp_path / "absent.toml") == Settings()
    assert read_settings() == Settings()
    assert Settings() == Settings("dark", 150, 30, True, "auto", {}, ())


def test_an_empty_file_holds_the_defaults(tmp_path: Path) -> None:
    assert settings(tmp_path, "") == Settings()


def test_every_setting_is_read(tmp_path: Path) -> None:
    text = """
    theme = "light"
    words_per_minute = 180
    trash_days = 7
    mouse = false
    signs = "ascii"
    [keys]
    "timeline.next" = "n"
    """
    assert settings(tmp_path, text) == Settings(
        "light", 180, 7, False, "ascii", {"timeline.next": "n"}
    )


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ('theme = "green"', "dark, light, high-contrast-dark, high-contrast-light or 16-colours"),
        ("theme = 1", "dark, light, high-contrast-dark, high-contrast-light or 16-colours"),
        ("words_per_minute = 19", "a whole number from 20 to 1000"),
        ("words_per_minute = 1001", "a whole number from 20 to 1000"),
        ("words_per_minute = 150.5", "a whole number from 20 to 1000"),
        ("words_per_minute = true", "a whole number from 20 to 1000"),
        ('words_per_minute = "150"', "a whole number from 20 to 1000"),
        ("trash_days = 0", "a whole number of days from 1 to 36500"),
        ("trash_days = -5", "a whole number of days from 1 to 36500"),
        ("trash_days = 36501", "a whole number of days from 1 to 36500"),
        ("mouse = 1", "true or false"),
        ('mouse = "no"', "true or false"),
        ('signs = "plain"', "auto or ascii"),
        ("keys = 3", "a table"),
    ],
)
def test_a_wrong_value_is_named_with_its_key_and_the_default_used(
    tmp_path: Path, line: str, wanted: str
) -> None:
    key = line.partition(" ")[0]
    path = tmp_path / "config.toml"
    read = settings(tmp_path, line)
    assert read == Settings(problems=(f"{path}: {key} must be {wanted}. The default is used.",))


def test_one_wrong_value_leaves_the_others(tmp_path: Path) -> None:
    read = settings(tmp_path, 'theme = "light"\ntrash_days = 0\nmouse = false\n')
    assert (read.theme, read.trash_days, read.mouse) == ("light", 30, False)
    assert len(read.problems) == 1


def test_an_unknown_key_is_named(tmp_path: Path) -> None:
    read = settings(tmp_path, "colour = 1")
    assert read == Settings(
        problems=(f"{tmp_path / 'config.toml'}: colour is no setting. It is left out.",)
    )


def test_an_unknown_key_is_named_with_the_nearest(tmp_path: Path) -> None:
    (problem,) = settings(tmp_path, 'them = "light"').problems
    assert problem.endswith(": them is no setting; the nearest is theme. It is left out.")


@pytest.mark.parametrize("value", ["3", '""', '" "', '["j"]', "true"])
def test_wrong_keys_are_named_and_the_right_ones_kept(tmp_path: Path, value: str) -> None:
    read = settings(tmp_path, f'[keys]\n"timeline.next" = {value}\n"timeline.last" = "G"\n')
    assert read.keys == {"timeline.last": "G"}
    assert len(read.problems) == 1
    assert "keys.timeline.next must be keys such as" in read.problems[0]


@pytest.mark.parametrize("data", [b"theme = ", b"\xff\xfe", b"a = 1\na = 2", b"[" * 5000])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(data)
    read = read_settings(path)
    assert read == Settings(problems=read.problems)
    assert len(read.problems) == 1
    assert str(path) in read.problems[0]


def test_a_folder_in_the_files_place_is_named(tmp_path: Path) -> None:
    assert str(tmp_path) in read_settings(tmp_path).problems[0]


def test_the_library_of_the_environment_comes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert config.default_library().is_relative_to(os.environ["HOME"])
    assert config.default_library().name == "storyflow"
    monkeypatch.setenv("STORYFLOW_LIBRARY", str(tmp_path / "mine"))
    assert config.default_library() == tmp_path / "mine"
    monkeypatch.setenv("STORYFLOW_LIBRARY", "~/mine")
    assert config.default_library() == Path(os.environ["HOME"]) / "mine"
    monkeypatch.setenv("STORYFLOW_LIBRARY", "")
    assert config.default_library().name == "storyflow"


def test_every_folder_is_the_users_own_and_another() -> None:
    folders = [
        config.default_library(),
        config.config_file().parent,
        config.cache_folder(),
        config.state_folder(),
    ]
    assert all(folder.is_relative_to(os.environ["HOME"]) for folder in folders)
    assert config.config_file().name == "config.toml"
    assert not any(folder.exists() for folder in folders)
    assert config.cache_folder() != config.default_library() != config.state_folder()


@pytest.mark.parametrize("kind", ["pipe", "device", "folder", "nest", "bytes"])
def test_what_is_no_file_of_settings_hangs_nobody_and_is_named(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "config.toml"
    match kind:
        case "pipe":
            os.mkfifo(path)
        case "device":
            path.symlink_to("/dev/zero")
        case "folder":
            path.mkdir()
        case "nest":
            path.write_text("a = " + "[" * 100_000)
        case "bytes":
            path.write_bytes(b"theme = '\xff'")
    found = read_settings(path)
    assert found == Settings(problems=found.problems)
    assert len(found.problems) == 1
    assert found.problems[0].startswith(f"{path} cannot be read: ")


def test_a_folder_in_the_place_of_a_file_is_refused_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="it is no file") as caught:
        config.read_small(tmp_path)
    assert caught.value.filename == str(tmp_path)


def test_a_file_is_held_as_long_as_it_is_open_and_swept_only_then(tmp_path: Path) -> None:
    path = tmp_path / ".held"
    assert not config.is_held(path)
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert config.is_held(path)
        assert config.is_held(path, sweep=True)
        assert path.exists()
    assert not config.is_held(path)
    assert path.exists()
    assert not config.is_held(path, sweep=True)
    assert not path.exists()


def test_the_library_of_a_user_who_does_not_exist_is_a_folder_of_that_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(config.LIBRARY_VARIABLE, "~nobody-of-this-name/library")
    assert config.default_library() == Path("~nobody-of-this-name/library")
