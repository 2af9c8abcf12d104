"""The settings: the file, and what in it is not as it should be."""

from __future__ import annotations

import shlex
from functools import partial
from pathlib import Path

from storyflow_tui.cli.doctor.remark import Remark
from storyflow_tui.config import Settings, config_file, read_settings

_remark = partial(Remark, "Settings")


def remarks() -> list[Remark]:
    """What there is to say of the settings; of keys also which clash."""
    path = config_file()
    settings = read_settings(path)
    return [*_of_the_file(path, settings), _theme(settings)]


def _of_the_file(path: Path, settings: Settings) -> list[Remark]:
    problems = [*settings.problems, *(f"{path}: {one}" for one in _wrong_keys(settings))]
    if not problems:
        is_there = path.exists()
        return [_remark("config.toml", str(path) if is_there else f"{path}: none; the defaults")]
    return [
        _remark(
            "config.toml",
            problem,
            False,
            "Mend it, or take that line out:",
            (f"${{EDITOR:-vi}} {shlex.quote(str(path))}",),
        )
        for problem in problems
    ]


def _theme(settings: Settings) -> Remark:
    try:
        from storyflow_tui.tui import chosen_theme

        chosen = chosen_theme(settings.theme)
    except ImportError:  # what is not installed the versions say
        chosen = settings.theme
    if chosen == settings.theme:
        return _remark("theme", chosen)
    return _remark("theme", f"{chosen}, chosen in the editor in place of {settings.theme}")


def _wrong_keys(settings: Settings) -> list[str]:
    try:
        from storyflow_tui.tui import key_problems

        return key_problems(settings.keys)
    except ImportError:  # what is not installed the versions say
        return []
