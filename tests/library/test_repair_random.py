"""Damage without a plan: repair loses nothing, and undo brings all of it back."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from storyflow_tui.errors import (
    StoryflowError,
)
from storyflow_tui.library import Library
from storyflow_tui.records import Finding
from tests.library import damage
from tests.library.damage import bytes_anywhere, name, seen, sql


def scribble_at_random(library: Library, random: Random) -> None:
    """Delete, rename, link, cut and renumber without a plan."""
    root = library.media / "projects"
    for _ in range(random.randint(1, 12)):
        entries = sorted(path for path in root.rglob("*") if path.exists() or path.is_symlink())
        path = random.choice(entries) if entries else root
        fresh = path.parent / f"{random.randint(0, 3)}_{random.choice('abAB')}.png"
        match random.randrange(10):
            case 0 if path.is_file() or path.is_symlink():
                path.unlink()
            case 1 if not fresh.exists() and not fresh.is_symlink():
                fresh.write_bytes(random.randbytes(20))
            case 2 if not fresh.exists() and not fresh.is_symlink():
                fresh.symlink_to(random.choice([path, Path("/etc"), Path("nowhere")]))
            case 3 if os.path.lexists(path) and not os.path.lexists(fresh):
                path.rename(fresh)
            case 4 if not fresh.exists() and not fresh.is_symlink():
                fresh.mkdir()
            case 5:
                index = random.randint(-2, 3)
                key = random.randint(1, 8)
                sql(library, "UPDATE segment SET sequence_index = ? WHERE id = ?", index, key)
            case 6:
                column = random.choice(["image_file", "audio_file"])
                odd = ["", ".", "..", "/", "projects", "projects/1", "a//b", ".trash", "/etc/x"]
                near = [str(one.relative_to(library.media)) for one in entries]
                name(library, random.randint(1, 8), random.choice(odd + near), column)
            case 7:
                sql(library, "UPDATE tally SET image_count = ?", random.randint(0, 9))
            case 8:
                key, locked = random.randint(1, 8), random.randint(0, 1)
                sql(library, "UPDATE segment SET is_locked = ? WHERE id = ?", locked, key)
            case 9:
                # What it would damage may be damaged or gone already.
                with suppress(OSError, StoryflowError):
                    random.choice([*damage.MENDABLE])(library)


def locked_content(library: Library) -> list[tuple[Any, ...]]:
    return sql(
        library,
        "SELECT id, text_content, image_prompt, image_file, audio_file, updated_at "
        "FROM segment WHERE is_locked ORDER BY id",
    )


def reached(library: Library, findings: list[Finding]) -> dict[int, bytes]:
    """The picture of every segment that no finding is about."""
    bad = {finding.subject for finding in findings}
    found = {}
    for key, path in sql(library, "SELECT id, image_file FROM segment WHERE image_file != ''"):
        if f"segment {key}" not in bad:
            found[key] = (library.media / path).read_bytes()
    return found


@settings(max_examples=60)
@given(st.integers(0, 2**32))
def test_whatever_was_scribbled_repair_loses_nothing_and_undo_brings_it_back(seed: int) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        Library.open(Path(folder) / "library") as library,
    ):
        damage.illustrated(library, Path(folder) / "pictures")
        scribble_at_random(library, Random(seed))
        findings = library.check()
        damaged, kept = seen(library), bytes_anywhere(library)
        locked, pictures = locked_content(library), reached(library, findings)

        answer = library.repair()
        assert bytes_anywhere(library) == kept
        assert locked_content(library) == locked
        assert reached(library, findings) == pictures
        after = library.check()
        assert not any(finding.can_mend for finding in after)
        assert sorted(after) == sorted(answer.left)
        assert library.repair().change is None
        if answer.change is None:
            return
        library.history.undo()
        brought_back = seen(library)
        # What is derived is right now, whatever it was.
        del damaged["tally"], brought_back["tally"]
        assert brought_back == damaged
        assert bytes_anywhere(library) == kept
        library.history.redo()
        assert not any(finding.can_mend for finding in library.check())
