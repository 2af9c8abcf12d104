"""Backup and restore of large libraries: in bounded memory, of one moment, while others write."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from storyflow_tui.library import Library
from storyflow_tui.story import Story, StorySegment

ROOT = Path(__file__).parents[2]

_CHILD = """
import json, resource, sys, time
from storyflow_tui.library import Library
from storyflow_tui.library import backup, restore

def peak():
    # Not ru_maxrss where that can be helped: a child inherits its parent's.
    try:
        with open("/proc/self/status") as status:
            (line,) = [line for line in status if line.startswith("VmHWM:")]
        return int(line.split()[1]) * 1024
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

what, source, target = sys.argv[1:]
idle, began = peak(), time.monotonic()
assert idle < 60_000_000, idle
if what == "backup":
    with Library.open(source) as library:
        library.backup(target)
else:
    Library.restore(source, target)
print(json.dumps({"grown": peak() - idle, "seconds": time.monotonic() - began}))
"""


def fill(folder: Path, count: int, size: int) -> int:
    """Make a library of so many segments, each with a picture of so many bytes."""
    picture = BytesIO()
    Image.new("RGB", (8, 6), "teal").save(picture, "PNG")
    with Library.open(folder) as library:
        story = Story("Long", [StorySegment(f"text {n}", "a lamp " * 20) for n in range(count)])
        project = library.projects.import_story(story)
        images = library.media / "projects" / str(project.id) / "images"
        images.mkdir(parents=True)
        for number in library.segments.ids(project.id):
            with (images / f"{number}_a.png").open("wb") as file:
                file.write(picture.getvalue() + b"picture %d" % number)
                file.truncate(size)  # a hole: read as any file, written in no time
    with closing(sqlite3.connect(folder / "storyflow.db")) as connection:
        connection.execute(
            "UPDATE segment SET image_file = 'projects/' || project_id || '/images/' || id "
            "|| '_a.png'"
        )
        connection.execute("UPDATE tally SET image_count = segment_count")
        connection.commit()
    return project.id


def child(*arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", _CHILD, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )


def answer(process: subprocess.Popen[str]) -> dict[str, Any]:
    out, errors = process.communicate(timeout=600)
    assert process.returncode == 0, errors
    return dict(json.loads(out))


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Path]:
    """A folder that is emptied at once: what lies in it is large."""
    folder = tmp_path / "large"
    folder.mkdir()
    yield folder
    shutil.rmtree(folder)


@pytest.mark.parametrize(
    ("count", "size"),
    [
        (300, 200_000),
        pytest.param(10_000, 200_000, marks=pytest.mark.long),
    ],
)
def test_a_large_library_is_backed_up_and_restored_in_little_memory_while_others_write(
    place: Path, count: int, size: int
) -> None:
    needed = 2 * count * size  # the archive, and what comes of it
    if shutil.disk_usage(place).free < needed:
        pytest.fail(f"this test needs {needed:,} bytes of free space in {place}")
    project_id = fill(place / "library", count, size)
    archive, restored = place / "backup.zip", place / "restored"
    waits: list[float] = []

    def at_once(write: Callable[..., object], *given: object, **named: object) -> None:
        began = time.monotonic()
        write(*given, **named)  # none of these is refused, or this test ends here
        waits.append(time.monotonic() - began)

    process = child("backup", place / "library", archive)
    with Library.open(place / "library", busy=2) as library:
        ids = library.segments.ids(project_id)
        edits = 0
        while process.poll() is None:
            edits += 1
            at_once(library.segments.edit, ids[edits % 50], text_content=f"edit {edits}")
            if edits % 5 == 0 and edits < count:
                at_once(library.segments.remove_image, ids[-edits])
    assert edits
    backup = answer(process)
    restore = answer(child("restore", archive, restored))
    figures = {
        "edits meanwhile": edits,
        "longest wait (s)": round(max(waits), 3),
        "backup (s)": round(backup["seconds"], 1),
        "backup (MB)": backup["grown"] // 1_000_000,
        "restore (s)": round(restore["seconds"], 1),
        "restore (MB)": restore["grown"] // 1_000_000,
        "archive (MB)": archive.stat().st_size // 1_000_000,
    }
    print(figures)  # pytest -rP shows them
    assert backup["grown"] < 60_000_000, figures
    assert restore["grown"] < 60_000_000, figures
    with Library.open(restored) as library:
        assert library.check() == []
        # Of one moment: the texts and the pictures are as far as the history.
        labels = [change.label for change in library.history.list(project_id)]
        segments = library.segments.list(project_id)
        numbers = [int(s.text_content[5:]) for s in segments if s.text_content.startswith("edit ")]
        assert max(numbers, default=0) == sum("narration" in label for label in labels)
        removed = sum("emove" in label for label in labels)
        assert sum(bool(s.image_file) for s in segments) == count - removed
        segment = next(segment for segment in segments if segment.image_file)
        picture = library.file(segment.image_file)
        assert picture is not None
        assert picture.read_bytes().rstrip(b"\0").endswith(b"picture %d" % segment.id)
        assert picture.stat().st_size == size
