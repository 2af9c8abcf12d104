"""Makes a frozen library in a folder that is given: small, with something of everything in it."""

from __future__ import annotations

import shutil
import sqlite3
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image

from storyflow_tui.library import Library
from storyflow_tui.story import Story, StorySegment


class _Clock:
    def __init__(self) -> None:
        self._moment = datetime(2026, 11, 24, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        self._moment += timedelta(seconds=1)
        return self._moment


def make(folder: Path) -> None:
    """Write the library into a folder that is not there yet."""
    with TemporaryDirectory() as temporary, Library.open(folder, clock=_Clock()) as library:
        pictures = Path(temporary)
        for name, colour in {"lamp.png": "teal", "gull.jpg": "grey", "fog.webp": "white"}.items():
            Image.new("RGB", (8, 6), colour).save(pictures / name)
        lamp = library.projects.import_story(
            Story(
                "The Lamp",
                [
                    StorySegment("Every evening, Tobias Wren lit the lamp.", "a lamp", "lamp.png"),
                    StorySegment("The gulls gave up arguing.", "gulls", is_locked=True),
                    StorySegment("Fog came.\n\nIt stayed.", audio_duration=4.5),
                    StorySegment("灯台の灯。"),
                ],
                pictures,
            )
        )
        first, second, third, fourth = library.segments.ids(lamp.id)
        library.segments.attach_image(first, pictures / "gull.jpg")  # lamp.png goes to the trash
        library.segments.edit(second, is_locked=False)
        library.segments.edit(second, text_content="The gulls fell silent.")
        library.segments.edit(second, is_locked=True)
        library.segments.attach_image(third, pictures / "fog.webp")
        library.segments.move(fourth, 1)
        library.segments.delete(third)  # fog.webp too
        library.projects.rename(lamp.id, "The Lamp at Night")
        library.history.undo()
        gone = library.projects.import_story(
            Story("Gone", [StorySegment("Deleted.", image_file="lamp.png")], pictures)
        )
        library.projects.delete(gone.id)  # the whole folder
        library.projects.set_target(lamp.id, 90)
        library.segments.set_durations({first: 3.5, second: 2.25})
        library.segments.set_durations({second: None})
        aimed = library.projects.import_story(Story("Aimed", [StorySegment("Deleted too.")]))
        library.projects.set_target(aimed.id, 3600)
        library.projects.delete(aimed.id)
        library.projects.create("Empty")
    # One file, also for a program that reads it where nothing can be written.
    with closing(sqlite3.connect(folder / "storyflow.db")) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
        connection.execute("VACUUM")
    shutil.rmtree(folder / "media" / ".staging")


if __name__ == "__main__":
    make(Path(sys.argv[1]))
