"""Who imports whom, read from the source: the layers of the house, and what stays lazy."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

import storyflow_tui

PACKAGE = "storyflow_tui"
ROOT = Path(storyflow_tui.__file__).parent


class Import(NamedTuple):
    """One import: what it names, and when it happens."""

    name: str
    is_lazy: bool
    is_for_types: bool


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_name(path): path for path in sorted(ROOT.rglob("*.py"))}


def _is_for_types(test: ast.expr) -> bool:
    return ast.unparse(test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING")


def _found(node: ast.AST, module: str, lazy: bool, types: bool) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            for alias in child.names:
                yield Import(alias.name, lazy, types)
        elif isinstance(child, ast.ImportFrom):
            base = child.module or ""
            if child.level:
                package = module if MODULES[module].name == "__init__.py" else _parent(module)
                above = package.split(".")[: len(package.split(".")) - child.level + 1]
                base = ".".join([*above, *base.split(".")]).rstrip(".")
            for alias in child.names:
                whole = f"{base}.{alias.name}"
                yield Import(whole if whole in MODULES else base, lazy, types)
        elif isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            yield from _found(child, module, True, types)
        elif isinstance(child, ast.If) and _is_for_types(child.test):
            yield from _found(child, module, lazy, True)
        else:
            yield from _found(child, module, lazy, types)


def _parent(module: str) -> str:
    return module.rpartition(".")[0]


@cache
def imports(module: str) -> tuple[Import, ...]:
    """All imports of a module, wherever they stand in it."""
    tree = ast.parse(MODULES[module].read_text(encoding="utf-8"))
    return tuple(_found(tree, module, lazy=False, types=False))


def belongs(name: str, *packages: str) -> bool:
    """Whether a module is one of these or lies in one of them."""
    return any(name == package or name.startswith(package + ".") for package in packages)


def layer(module: str) -> str:
    """The part of the house that a module belongs to: `library`, `story`, … or `` for the top."""
    return module.split(".")[1] if "." in module else ""


LOWER: dict[str, set[str]] = {
    "errors": set(),
    "config": {"errors", "records"},
    "records": {"errors"},
    "matching": set(),
    "lengths": {"errors"},
    "pairing": {"records", "errors"},
    "story": {"errors", "records", "lengths"},
    "formats": {"story", "records", "config", "errors"},
    "library": {"story", "records", "matching", "lengths", "config", "errors"},
    "samples": {"errors"},
    "outside": {"config", "errors"},
    "transfer": {"library", "formats", "samples", "story", "records", "config", "errors", ""},
    "tui": {"transfer", "library", "formats", "samples", "story", "records", "config", "errors"},
    "cli": {"transfer", "library", "formats", "samples", "story", "records", "config", "errors"},
    "__main__": {"cli"},
    "": set(),
}
LOWER["tui"] |= {"", "lengths", "matching", "outside", "pairing"}
# The version; and the editor, by one lazy import.
LOWER["cli"] |= {"", "tui", "lengths", "outside", "pairing"}


def test_every_module_belongs_to_a_layer() -> None:
    assert {layer(module) for module in MODULES} <= set(LOWER)


def test_a_module_imports_its_own_layer_and_lower_ones() -> None:
    wrong = {
        (module, each.name)
        for module in MODULES
        for each in imports(module)
        if belongs(each.name, PACKAGE)
        and layer(each.name) not in LOWER[layer(module)] | {layer(module)}
    }
    assert wrong == set()


@pytest.mark.parametrize(
    ("library", "places"),
    [
        ("textual", ["tui"]),
        ("rich", ["tui"]),
        ("rich_pixels", ["tui"]),
        ("peewee", ["library"]),
        ("PIL", ["library", "tui"]),
        ("click", ["cli"]),
        ("platformdirs", ["config"]),
        ("sqlite3", ["library"]),
    ],
)
def test_a_dependency_is_named_only_where_it_belongs(library: str, places: list[str]) -> None:
    users = {
        layer(module)
        for module in MODULES
        for each in imports(module)
        if belongs(each.name, library)
    }
    assert users <= set(places)


def test_only_those_who_look_at_pictures_import_pillow() -> None:
    users = {
        module
        for module in MODULES
        for each in imports(module)
        if belongs(each.name, "PIL") and not each.is_for_types
    }
    assert users == {
        "storyflow_tui.library.decoding",
        "storyflow_tui.library.thumbnails",
        "storyflow_tui.tui.pixels",
    }


def test_widgets_know_records_and_messages_and_no_library() -> None:
    forbidden = [f"{PACKAGE}.{part}" for part in ("library", "transfer", "formats", "cli")]
    forbidden += [f"{PACKAGE}.tui.{part}" for part in ("session", "app", "screens")]
    wrong = {
        (module, each.name)
        for module in MODULES
        if belongs(module, f"{PACKAGE}.tui.widgets")
        for each in imports(module)
        if belongs(each.name, *forbidden)
    }
    assert wrong == set()


def test_the_command_line_reaches_the_editor_by_one_lazy_import() -> None:
    reached = [
        each
        for module in MODULES
        if belongs(module, f"{PACKAGE}.cli")
        for each in imports(module)
        if belongs(each.name, f"{PACKAGE}.tui")
    ]
    assert reached
    assert {each.name for each in reached} == {f"{PACKAGE}.tui"}
    assert all(each.is_lazy for each in reached)


def loaded(module: str) -> set[str]:
    """What importing a module imports at once, down to packages that are not ours."""
    seen: set[str] = set()
    pending = [module]
    while pending:
        name = pending.pop()
        if name in seen:
            continue
        seen.add(name)
        if name not in MODULES:
            continue
        pending += [_parent(name)] if "." in name else []
        pending += [
            each.name for each in imports(name) if not each.is_lazy and not each.is_for_types
        ]
    return {name.split(".")[0] if name not in MODULES else name for name in seen}


def test_the_command_line_loads_no_screens_pictures_or_database() -> None:
    for module in ("__main__", "cli", "cli.root"):
        assert not loaded(f"{PACKAGE}.{module}") & {"textual", "rich", "PIL", "peewee"}


def test_the_library_loads_no_pictures_until_it_must() -> None:
    assert not loaded(f"{PACKAGE}.library") & {"textual", "rich", "PIL"}
    assert not loaded(f"{PACKAGE}.transfer") & {"textual", "rich", "PIL"}


def test_only_the_one_door_to_the_disk_moves_and_removes_files_of_the_library() -> None:
    """Backup and restore work outside `media/`, thumbnails in the cache."""
    allowed = {"disk", "backup", "thumbnails"}
    calls = {"rename", "replace", "unlink", "rmtree", "remove", "rmdir", "mkdir", "link", "move"}
    wrong = []
    for module, path in MODULES.items():
        if not belongs(module, f"{PACKAGE}.library") or module.split(".")[-1] in allowed:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                owner = ast.unparse(node.func.value)
                if node.func.attr in calls and owner in ("os", "shutil", "path", "file"):
                    wrong.append((module, ast.unparse(node)))
    assert wrong == []


def test_what_a_library_for_reading_refuses_is_worded_once_in_each_layer() -> None:
    wording = "This library is open for reading only"
    places = [name for name, path in MODULES.items() if wording in path.read_text(encoding="utf-8")]
    assert places == ["storyflow_tui.library.media", "storyflow_tui.tui.session"]
