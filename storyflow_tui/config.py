"""Folders and settings: where data, caches, drafts and logs lie, and what `config.toml` says.

A wrong value in the file is named with its key and the default is used; nothing here raises for
what a person wrote into it.
"""

from __future__ import annotations

import errno
import fcntl
import os
import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from storyflow_tui.records import WORDS_PER_MINUTE

APPLICATION = "storyflow"
LIBRARY_VARIABLE = "STORYFLOW_LIBRARY"


def default_library() -> Path:
    """The library of `STORYFLOW_LIBRARY`, else the one in the user's data folder."""
    named = os.environ.get(LIBRARY_VARIABLE)
    if named:
        return Path(os.path.expanduser(named))  # noqa: PTH111 - the other one raises for ~nobody
    import platformdirs

    return platformdirs.user_data_path(APPLICATION, appauthor=False)


def config_file() -> Path:
    """The path of `config.toml`; it need not exist."""
    import platformdirs

    return platformdirs.user_config_path(APPLICATION, appauthor=False) / "config.toml"


def cache_folder() -> Path:
    """Where thumbnails are kept, outside any library; it need not exist."""
    import platformdirs

    return platformdirs.user_cache_path(APPLICATION, appauthor=False)


def state_folder() -> Path:
    """Where drafts, logs and the editor's last place are kept; it need not exist."""
    import platformdirs

    return platformdirs.user_state_path(APPLICATION, appauthor=False)


@dataclass(frozen=True, slots=True)
class Settings:
    """What `config.toml` may say, with the defaults; `problems` are sentences for the user."""

    theme: str = "dark"
    words_per_minute: int = WORDS_PER_MINUTE
    trash_days: int = 30
    mouse: bool = True
    signs: str = "auto"
    keys: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[str, ...] = ()


THEMES = ("dark", "light", "high-contrast-dark", "high-contrast-light", "16-colours")
SIGNS = ("auto", "ascii")
_NAMES = ("theme", "words_per_minute", "trash_days", "mouse", "signs", "keys")

_LARGEST = 1 << 30  # a draft may hold a text of hundreds of megabytes


def read_small(path: Path) -> bytes:
    """The bytes of a file of ours outside the library (settings, drafts, places).

    Raises OSError, also for what is no file or far too large: nothing else is read there, so that
    a pipe or a device in the place of one hangs nobody.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "it is no file", str(path))
    with os.fdopen(descriptor, "rb") as file:
        data = file.read(_LARGEST + 1)
    if len(data) > _LARGEST:
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), str(path))
    return data


def is_held(path: Path, *, sweep: bool = False) -> bool:
    """Whether anybody holds a file of ours by flock; one that nobody holds is removed by `sweep`.

    One that cannot be looked at counts as held by nobody, and stays.
    """
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if sweep:
            path.unlink()
    except BlockingIOError:
        return True
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return False


def read_settings(path: Path | None = None) -> Settings:
    """The settings in the file, each wrong value replaced by its default and named."""
    path = path or config_file()
    try:
        text = read_small(path).decode()
        import tomllib  # only where there are settings: most people have none

        values = tomllib.loads(text)
    except FileNotFoundError:
        return Settings()
    except (OSError, ValueError, RecursionError) as error:
        return Settings(problems=(f"{path} {_why(error)}. The defaults are used.",))
    return _settings(values, path)


def _why(error: OSError | ValueError | RecursionError) -> str:
    """What is wrong with the whole file, the place before the explanation."""
    match error:
        case OSError():
            return f"cannot be read: {error.strerror or error}"
        case UnicodeDecodeError():
            return "cannot be read: it is not UTF-8"
        case RecursionError():
            return "cannot be read: it is nested too deep"
    what, _, where = str(error).removesuffix(")").partition(" (at ")
    return f"is no TOML at {where}. {what}"


def _settings(values: dict[str, object], path: Path) -> Settings:
    problems = []
    default = Settings()

    def taken(key: str, fits: bool, wanted: str) -> bool:
        if key in values and not fits:
            problems.append(f"{path}: {key} must be {wanted}. The default is used.")
        return key in values and fits

    theme = values.get("theme")
    words = values.get("words_per_minute")
    days = values.get("trash_days")
    mouse = values.get("mouse")
    signs = values.get("signs")
    keys = values.get("keys")
    for key in values.keys() - set(_NAMES):
        import difflib  # only where something is wrong

        near = difflib.get_close_matches(key, _NAMES, n=1)
        nearest = f"; the nearest is {near[0]}" if near else ""
        problems.append(f"{path}: {key} is no setting{nearest}. It is left out.")
    overrides = {}
    if taken("keys", isinstance(keys, dict), "a table") and isinstance(keys, dict):
        for name, value in keys.items():
            if isinstance(value, str) and value.strip():
                overrides[name] = value
            else:
                problems.append(
                    f"{path}: keys.{name} must be keys such as 'j,down'. The default is used."
                )
    return Settings(
        theme=str(theme) if taken("theme", theme in THEMES, _either(THEMES)) else default.theme,
        words_per_minute=words
        if taken("words_per_minute", _whole(words, 20, 1000), "a whole number from 20 to 1000")
        and isinstance(words, int)
        else default.words_per_minute,
        trash_days=days
        if taken("trash_days", _whole(days, 1, 36500), "a whole number of days from 1 to 36500")
        and isinstance(days, int)
        else default.trash_days,
        mouse=bool(mouse)
        if taken("mouse", isinstance(mouse, bool), "true or false")
        else default.mouse,
        signs=str(signs) if taken("signs", signs in SIGNS, _either(SIGNS)) else default.signs,
        keys=overrides,
        problems=tuple(problems),
    )


def _either(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} or {names[-1]}"


def _whole(value: object, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most
