"""The process dies before and after each file call of a replacement under the same name."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from storyflow_tui.library import Library
from storyflow_tui.story import Story, StorySegment
from tests.faults.dying import picture

_CHILD = """
import sys
from pathlib import Path
from storyflow_tui.library import Library
from tests.faults.dying import DyingDisk

folder, number, after, operation = sys.argv[1:]
disk = DyingDisk(0, after=after == "after")
with Library.open(Path(folder) / "library", disk=disk) as library:
    disk._left = int(number)
    if operation == "replace":
        library.segments.attach_image(1, Path(folder) / "new" / "lamp.png")
    else:
        library.history.undo(1)
"""


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("operation", ["replace", "undo"])
def test_a_killed_replacement_is_as_before_or_as_after(
    moment: str, operation: str, tmp_path: Path
) -> None:
    pictures = {
        "old": picture(tmp_path / "old" / "lamp.png", "red").read_bytes(),
        "new": picture(tmp_path / "new" / "lamp.png", "blue").read_bytes(),
    }
    deaths = 0
    seen = set()
    for number in range(1, 60):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / "new").symlink_to(tmp_path / "new")
        with Library.open(folder / "library") as library:
            library.projects.import_story(Story("The Lamp", [StorySegment("One")]))
            library.segments.attach_image(1, tmp_path / "old" / "lamp.png")
            if operation == "undo":
                library.segments.attach_image(1, tmp_path / "new" / "lamp.png")
        child = subprocess.run(
            [sys.executable, "-c", _CHILD, str(folder), str(number), moment, operation],
            check=False,
            capture_output=True,
            text=True,
            cwd=Path(__file__).parents[2],
        )
        with Library.open(folder / "library") as library:
            assert library.pending_moves() == 0
            assert library.check() == []
            shown = library.file(library.segments.get(1).image_file)
            assert shown is not None
            content = shown.read_bytes()
            assert content in pictures.values(), "one of the two pictures, whole"
            assert list((library.media / ".staging").iterdir()) == []
            trashed = [p.read_bytes() for p in (library.media / ".trash").rglob("*.png")]
            known = {content, *trashed}
            is_after = library.history.list(1)[0].state != "done" or content == pictures["new"]
            seen.add(content)
            if operation == "undo" or is_after:
                assert known == set(pictures.values()), "no picture is lost"
        if child.returncode == 0:
            break
        assert child.returncode == -signal.SIGKILL, child.stderr
        deaths += 1
    else:
        pytest.fail("the replacement never passed untouched")
    assert deaths >= {"replace": 12, "undo": 5}[operation], deaths
    if operation == "replace":  # an undo needs no file call before its commit
        assert seen == set(pictures.values()), "both sides of the commit were met"
