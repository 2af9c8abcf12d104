"""Every binding of every screen has an id, words and a tooltip, and stands in the table."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import shlex
import sys
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path

import pytest
from textual.binding import Binding
from textual.dom import DOMNode
from textual.screen import Screen
from textual.widget import Widget

import storyflow_tui.tui.screens
import storyflow_tui.tui.widgets
from storyflow_tui.tui.app import StoryflowApp
from storyflow_tui.tui.keymap import APP, SCREENS, Key, bindings
from storyflow_tui.tui.screens.conflict import ConflictScreen
from storyflow_tui.tui.screens.pairs import PairsScreen
from storyflow_tui.tui.screens.small import SmallScreen
from storyflow_tui.tui.widgets.sheet import UnaskedQuestion
from tests.tui.conftest import Editor, Opener

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


def focusable(app: StoryflowApp) -> list[Widget]:
    """What may get the focus on the screen that is shown."""
    return [widget for widget in app.screen.query("*") if widget.focusable and widget.display]


def nameless(app: StoryflowApp) -> list[str]:
    """What is bound here without standing in the table: at every node that a key can come to."""
    known = {key.id for key in KEYS}
    found = [(active.node, active.binding) for active in app.screen.active_bindings.values()]
    for node in chain([app.screen, app], *(one.ancestors_with_self for one in focusable(app))):
        found += [(node, binding) for _, binding in node._bindings]
    return [
        f"{type(node).__name__}: {binding.key} does {binding.action}"
        for node, binding in found
        if binding.id not in known or not (binding.description and binding.tooltip)
    ]


async def test_every_key_of_the_running_editor_stands_in_the_table(
    open_story: Opener, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: set[type[Screen[object]]] = set()
    focused: set[str] = set()

    async def look(editor: Editor, screen: str, *keys: str) -> None:
        await editor.press(*keys)
        await editor.until(lambda: type(editor.app.screen).__name__ == screen)
        await editor.until(lambda: editor.app.focused or not focusable(editor.app))
        seen.add(type(editor.app.screen))
        focused.add(type(editor.app.focused).__name__)
        assert nameless(editor.app) == [], screen

    async with open_story(3) as editor:
        app = editor.app
        app.last_image_folder = tmp_path
        assert not any(node._bindings.key_to_bindings for node in app.screen_stack[:1])
        await look(editor, "TimelineScreen")
        await look(editor, "TimelineScreen", "e")
        await look(editor, "TimelineScreen", "tab")
        await look(editor, "HelpScreen", "f1")
        await look(editor, "HelpScreen", "slash")
        await editor.press("escape")
        await look(editor, "TimelineScreen", "escape")
        await look(editor, "Palette", "ctrl+p")
        await look(editor, "TimelineScreen", "escape", "ctrl+s")
        await look(editor, "Question", "d")
        await look(editor, "TimelineScreen", "n")
        await look(editor, "SplitSheet", "S")
        await look(editor, "TimelineScreen", "escape", "slash")
        await look(editor, "FilterSheet", "escape", "f")
        await look(editor, "LineInput", "escape", "colon")
        await look(editor, "TimelineScreen", "escape")
        gate = tmp_path / "gate"
        wait = f"import os, time\nwhile not os.path.exists({str(gate)!r}): time.sleep(0.01)"
        monkeypatch.setenv("VISUAL", shlex.join([sys.executable, "-c", wait]))
        await look(editor, "OutsideScreen", "E")
        gate.touch()
        await look(editor, "TimelineScreen")
        await look(editor, "HistoryScreen", "H")
        await look(editor, "TimelineScreen", "H")
        await look(editor, "ExportScreen", "x")
        await look(editor, "ExportScreen", "tab")
        await look(editor, "TimelineScreen", "escape")
        await look(editor, "OtherStoryScreen", "c")
        await look(editor, "TimelineScreen", "escape")
        await look(editor, "ReadThroughScreen", "v")
        await look(editor, "TimelineScreen", "v")
        await look(editor, "RehearseScreen", "t")
        await look(editor, "TimelineScreen", "q")
        await look(editor, "StoryPage", "P")
        await look(editor, "LengthsScreen", "l")
        await look(editor, "StoryPage", "q")
        await look(editor, "TimelineScreen", "P")
        await look(editor, "PickerScreen", "i")
        await look(editor, "TimelineScreen", "escape")
        app.push_screen(PairsScreen(editor.project_id, [tmp_path / "lamp-1.png"], 1))
        await look(editor, "PairsScreen")
        await look(editor, "TimelineScreen", "escape")
        app.push_screen(
            ConflictScreen("The Lamp", 1, "narration", "mine", "theirs", datetime.now(UTC))
        )
        await look(editor, "ConflictScreen")
        await look(editor, "TimelineScreen", "escape")
        app.push_screen(UnaskedQuestion("Which?"))
        await look(editor, "UnaskedQuestion")
        await look(editor, "TimelineScreen", "escape")
        app.push_screen(SmallScreen())
        await look(editor, "SmallScreen")
        app.pop_screen()
        await look(editor, "ProjectsScreen", "q")
        await look(editor, "HistoryScreen", "H")
        await look(editor, "ProjectsScreen", "q")
        await look(editor, "LineInput", "n")
        await look(editor, "ProjectsScreen", "escape")
        await look(editor, "ImportScreen", "i")
        await look(editor, "ImportScreen", "tab")
        await look(editor, "LineInput", "ctrl+o")
        await look(editor, "ImportScreen", "escape")
        await editor.press("tab", *"Text: on")
        await look(editor, "ImportPreview", "ctrl+l")

    assert {"NoneType", "Field", "FindLine", "Line", "PathLine", "PaletteLine", "Script"} <= focused
    screens = {one for one in ours() if issubclass(one, Screen)}
    bases = {base for one in screens for base in one.__mro__[1:]}
    assert sorted(one.__name__ for one in screens - bases - seen) == []


def test_keys_of_one_screen_do_not_clash() -> None:
    for name, table in SCREENS.items():
        pressed = [one.strip() for key in (*table, *APP) for one in key.keys.split(",")]
        assert len(pressed) == len(set(pressed)), name
