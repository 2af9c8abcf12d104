"""Every binding of every screen has an id, words and a tooltip, and stands in the table."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from itertools import chain

import pytest
from textual.binding import Binding
from textual.dom import DOMNode
from textual.screen import Screen

import storyflow_tui.tui.screens
import storyflow_tui.tui.widgets
from storyflow_tui.tui.app import StoryflowApp
from storyflow_tui.tui.keymap import APP, SCREENS, Key, bindings, clashes

KEYS = [*APP, *chain.from_iterable(SCREENS.values())]


def ours() -> list[type[DOMNode]]:
    """All classes of ours that can hold bindings."""
    found: set[type[DOMNode]] = {StoryflowApp}
    for package in (storyflow_tui.tui.screens, storyflow_tui.tui.widgets):
        for module in pkgutil.iter_modules(package.__path__, package.__name__ + "."):
            for _, thing in inspect.getmembers(importlib.import_module(module.name)):
                module_name = str(getattr(thing, "__module__", ""))
                if module_name.startswith("storyflow_tui") and inspect.isclass(thing):
                    found.update({thing} if issubclass(thing, DOMNode) else ())
    return sorted(found, key=lambda one: one.__name__)


def test_ids_are_used_once() -> None:
    ids = [key.id for key in KEYS]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.id)
def test_key_has_id_description_and_tooltip(key: Key) -> None:
    (binding,) = bindings([key])
    assert "." in (binding.id or "")
    assert binding.description.strip()
    assert binding.tooltip.strip().endswith(".")
    assert key.group


@pytest.mark.parametrize("owner", ours(), ids=lambda owner: owner.__name__)
def test_own_bindings_come_from_the_table(owner: type[DOMNode]) -> None:
    known = {key.id for key in KEYS}
    for binding in owner.__dict__.get("BINDINGS", []):
        assert isinstance(binding, Binding)
        assert binding.id in known
        assert binding.description
        assert binding.tooltip


@pytest.mark.parametrize(
    "owner",
    [one for one in ours() if issubclass(one, (Screen, StoryflowApp))],
    ids=lambda owner: owner.__name__,
)
def test_no_screen_has_a_binding_of_textual_without_words(owner: type[DOMNode]) -> None:
    merged = owner._merge_bindings()
    for binding in chain.from_iterable(merged.key_to_bindings.values()):
        assert binding.id, f"{owner.__name__}: {binding.key} does {binding.action}"
        assert binding.description
        assert binding.tooltip


def test_keys_of_one_screen_do_not_clash() -> None:
    for name, table in SCREENS.items():
        pressed = [one.strip() for key in (*table, *APP) for one in key.keys.split(",")]
        assert len(pressed) == len(set(pressed)), name


def test_keys_given_twice_by_the_settings_are_named() -> None:
    assert clashes({}) == []
    assert clashes({"timeline.lock": "x"}) == []
    assert clashes({"timeline.lock": "d"}) == [
        "The key d is given to timeline.lock and to timeline.delete."
    ]
