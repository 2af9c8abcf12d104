"""Backups that were tampered with, and that a restore refuses them and leaves nothing."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from storyflow_tui.errors import StoryflowError
from storyflow_tui.library import Library

PICTURE = "media/projects/1/images/1_a.png"


def altered(
    archive: Path,
    change: Callable[[dict[str, bytes], dict[str, Any]], None],
) -> Path:
    """The backup written anew with its files and its list changed."""
    with zipfile.ZipFile(archive) as opened:
        contents = {name: opened.read(name) for name in opened.namelist()}
    listed = json.loads(contents.pop("manifest.json"))
    change(contents, listed)
    target = archive.with_name("altered.zip")
    with zipfile.ZipFile(target, "w") as writer:
        for name, data in contents.items():
            writer.writestr(name, data)
        if listed:
            writer.writestr("manifest.json", json.dumps(listed))
    return target


def refused(archive: Path, kind: type[StoryflowError], replace: bool = False) -> StoryflowError:
    """Restore must refuse, and leave nothing beside the archive."""
    folder = archive.parent / "target"
    folder.mkdir()
    with pytest.raises(kind) as caught:
        Library.restore(archive, folder / "restored", replace=replace)
    assert list(folder.iterdir()) == []
    folder.rmdir()
    return caught.value
