"""The keys that the settings put in place of the tables': which of them hold, and what is wrong.

Whatever is wrong is named with its id, and the table's keys are kept for it: no setting makes an
action unreachable, or two actions of one moment the same key.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any, NamedTuple

from textual.app import App
from textual.keys import Keys, _character_to_key

from storyflow_tui.tui.keymap import APP, BESIDE, SCREENS, TYPED_INTO, Key, key_name

_TABLES = {**SCREENS, "app": APP}
_KEYS = {key.id: key for key in chain.from_iterable(_TABLES.values())}

_MODIFIERS = ("ctrl", "alt", "shift", "super", "hyper", "meta")  # in Textual's order
_CALLED = {
    "esc": "escape",
    "return": "enter",
    "del": "delete",
    "pgup": "pageup",
    "pgdn": "pagedown",
    "page_up": "pageup",
    "page_down": "pagedown",
    "backspc": "backspace",
    "spacebar": "space",
    "control": "ctrl",
    "option": "alt",
    "cmd": "super",
    "ins": "insert",
}
_NAMED = {name.value for name in Keys if name.value[:1].isalpha() and "+" not in name.value}
_PRINTED = {_character_to_key(chr(code)) for code in range(32, 127)}
_NAMED = (_NAMED - {"return", "ctrl-at"}) | _PRINTED

# What arrives under another name, whatever the keyboard says: a terminal sends the same byte.
_SAME = {
    "ctrl+i": "Tab",
    "ctrl+m": "Enter",
    "ctrl+h": "Backspace",
    "ctrl+left_square_bracket": "Escape",
}
_ARROWS = {"up", "down", "left", "right", "home", "end"}
_GOOD = "letters, Ctrl and a letter, and F1 to F11 do"


class Problem(NamedTuple):
    """Something wrong with the keys of one binding, in a sentence."""

    id: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Overrides:
    """The keys that hold, by the id of their binding and by Textual's names; and what is wrong."""

    keys: Mapping[str, str]
    problems: tuple[str, ...]

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Overrides:
        """What the `[keys]` of the settings come to; the later of two that clash gives way."""
        problems: list[Problem] = []
        names: dict[str, tuple[str, ...]] = {}
        for name, keys in given.items():
            if name not in _KEYS:
                problems.append(_unknown(name))
                continue
            known, wrong = _read(name, keys)
            problems += wrong
            if known:
                names[name] = tuple(known)
        while clash := _clash(names):
            problems.append(clash)
            del names[clash.id]
        told = dict.fromkeys(f"keys.{one.id}: {one.sentence}" for one in problems)
        return cls({name: ",".join(keys) for name, keys in names.items()}, tuple(told))


def settings_keys(app: App[Any]) -> Mapping[str, str]:
    """The keys that hold in place of the tables' in an app, by the id of the binding."""
    session = getattr(app, "session", None)
    return {} if session is None else session.settings.keys


def key_of(app: App[Any], name: str) -> str:
    """The first key of a binding as people read it: the settings', else the table's."""
    keys = settings_keys(app).get(name, _KEYS[name].keys)
    return key_name(keys.split(",")[0].strip())


def in_words(app: App[Any], words: str) -> str:
    """A sentence of ours with the keys that hold: of `u takes it back` the `u`.

    A key is a letter that stands alone before a verb; which action it is for, the topmost screen
    that has one of this letter says.
    """
    replaced = settings_keys(app)
    letters: dict[str, str] = {}
    for screen in reversed(app.screen_stack) if replaced else ():
        for key in getattr(screen, "KEYS", ()):
            if len(key.names[0]) == 1:
                letters.setdefault(key.names[0], key_of(app, key.id))
    if not letters:
        return words
    found = rf"(?<!\w)({'|'.join(map(re.escape, letters))})(?= \w+s\b)"
    return re.sub(found, lambda match: letters[match[1]], words)


def canonical(key: str) -> str | None:
    """Textual's name of a key as a person writes it; None for none that there is.

    `?` is `question_mark`, `^S` is `ctrl+s`, `Esc` is `escape`, `shift+j` is `J`.
    """
    if len(key) == 1:
        return _character_to_key(key) if key.isprintable() else None
    if key.startswith("^") and len(key) == 2:
        key = f"ctrl+{key[1:]}"
    *before, last = key.removesuffix("++").split("+") if key.endswith("++") else key.split("+")
    if key.endswith("++"):
        before, last = [*before, last], "plus"
    lowered = [one.strip().lower() for one in before]
    modifiers = {_CALLED.get(one, one) for one in lowered}
    if modifiers - set(_MODIFIERS):
        return None
    last = last.strip()
    if len(last) == 1 and modifiers == {"shift"} and last.isalpha():
        return last.upper()
    if len(last) == 1:
        last = _character_to_key(last.lower() if modifiers else last)
    else:
        last = _CALLED.get(last.lower(), last.lower())
        if last not in _NAMED:
            return None
    return "+".join([*sorted(modifiers, key=_MODIFIERS.index), last])


def is_typed(key: str) -> bool:
    """Whether a key, by Textual's name, puts a character into a field."""
    return "+" not in key and (len(key) == 1 or key in _PRINTED)


def travels(key: str) -> str | None:
    """Why a key does not come through every terminal, SSH and tmux; None: it does."""
    if key in _SAME:
        return f"arrives as {_SAME[key]} in every terminal"
    if key == "ctrl+b":
        return "is tmux's own key and stays there"
    *modifiers, last = key.split("+")
    lost = (
        {"super", "hyper", "meta"} & set(modifiers)
        or len(modifiers) > 1
        or (
            modifiers and last in ("enter", "space", "escape", "backspace") and modifiers != ["alt"]
        )
        or (modifiers == ["alt"] and last in ("enter", "space"))
        or (modifiers == ["shift"] and last not in {*_ARROWS, "tab", "pageup", "pagedown"})
        or (
            modifiers == ["ctrl"]
            and not (last.isalpha() and len(last) == 1)
            and last not in _ARROWS
        )
        or (last[0] == "f" and last[1:].isdigit() and (modifiers or int(last[1:]) > 11))
    )
    return f"does not come through SSH and tmux; {_GOOD}" if lost else None


def _unknown(name: str) -> Problem:
    near = difflib.get_close_matches(name, _KEYS, n=1, cutoff=0.5)
    # The last part alone, too: `lock` is meant for `timeline.lock`.
    near = near or [one for one in _KEYS if one.partition(".")[2] == name.rpartition(".")[2]]
    nearest = f"; the nearest is {near[0]}" if near else ""
    return Problem(name, f"no action has this id{nearest}. It is left out.")


def _read(name: str, keys: str) -> tuple[list[str], list[Problem]]:
    """The names of the keys that can be taken, and what is wrong with the others."""
    known: list[str] = []
    problems = []
    for one in [keys] if keys.strip() == "," else keys.split(","):
        wanted = one.strip() or (" " if one else "")
        if not wanted:
            continue
        key = canonical(wanted)
        if key is None:
            problems.append(Problem(name, _no_key(wanted)))
        elif is_typed(key) and name in TYPED_INTO:
            problems.append(
                Problem(name, f"{key_name(key)} is typed into a field there, so it cannot act too.")
            )
        else:
            if why := travels(key):
                problems.append(Problem(name, f"{wanted} {why}."))
            known.append(key)
    if not known:
        problems = [Problem(name, f"{one.sentence} {_kept(name)}") for one in problems] or [
            Problem(name, f"no key stands there. {_kept(name)}")
        ]
    return list(dict.fromkeys(known)), problems


def _no_key(wanted: str) -> str:
    near = difflib.get_close_matches(wanted.lower(), sorted(_NAMED), n=1, cutoff=0.6)
    nearest = f"; the nearest is {near[0]}" if near else ""
    return f"{wanted} is no key{nearest}."


def _kept(name: str) -> str:
    return f"The default is kept: {shown(_KEYS[name].names)}."


def shown(names: Iterable[str]) -> str:
    """Keys as people read them, parted by blanks."""
    return " ".join(map(key_name, names))


def _clash(names: Mapping[str, tuple[str, ...]]) -> Problem | None:
    """The first two actions that have one key at the same moment; of them the later gives way."""
    order = list(names)
    for place, together in _moments():
        owners: dict[str, Key] = {}
        for key in together:
            for one in names.get(key.id, key.names):
                first = owners.setdefault(one, key)
                if first is key or _is_meant(first, key, one):
                    continue
                # The one that the settings name last, or name at all.
                later, other = sorted(
                    (first, key), key=lambda each: order.index(each.id) if each.id in names else -1
                )[::-1]
                where = f"{place}: " if place else ""
                return Problem(
                    later.id,
                    f"{where}{key_name(one)} is already {other.id}’s there, which is "
                    f"“{other.description}”. {_kept(later.id)}",
                )
    return None


def _is_meant(first: Key, second: Key, key: str) -> bool:
    """Whether the tables themselves give both this key: one then acts where the other does not."""
    return first.id == second.id or (key in first.names and key in second.names)


def _moments() -> Iterator[tuple[str, list[Key]]]:
    """All bindings that are active at one moment, by the name of the screen."""
    for name, table in SCREENS.items():
        yield name, [*table, *BESIDE.get(name, ()), *APP]
