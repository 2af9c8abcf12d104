"""One long session by keys: from a script to the finished story, and all of it taken back."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.e2e.terminal import Terminal, run, until

Make = Callable[..., Terminal]

SCENES = 60
PRESSED = {
    "import": 15,  # with the ten letters of the file's name
    "sixty pictures": 7,
    "a typo in segment 40": 7,
    "a word replaced where it is found": 12,
    "12 after 30": 8,
    "split 5": 5,
    "merge 7 with 8": 4,
    "lock the first ten": 9,
    "rehearse 3 segments": 7,
    "export": 2,
    "all taken back": 18,
}
"""The keys of each job, letters of what is typed included."""

KEPT = "id, title, status, created_at"
"""What undo brings back of a project; its `updated_at` moves with any change, also with that."""


class Session:
    """The keys that were pressed, counted by the job that they were pressed for."""

    def __init__(self, screen: Terminal, library: Path) -> None:
        self.screen = screen
        self.library = library
        self.counts: dict[str, int] = {}
        self._job = ""

    def job(self, name: str) -> None:
        """What the keys from here on are for."""
        self._job = name
        self.counts.setdefault(name, 0)

    def press(self, *keys: str) -> None:
        """Press keys by tmux's names; each counts."""
        self.counts[self._job] += len(keys)
        self.screen.press(*keys)

    def write(self, text: str) -> None:
        """Type a text; each letter counts."""
        self.counts[self._job] += len(text)
        self.screen.write(text)

    def position(self, position: int) -> None:
        """Go to a segment by its position."""
        self.press(":")
        self.screen.wait_for("Go to a position")
        self.write(str(position))
        self.press("Enter")
        self.screen.wait_until(
            lambda screen: f"{position} of " in screen and "Go to" not in screen, f"{position}"
        )

    def rows(self, columns: str = "*", table: str = "segment") -> list[Any]:
        """Rows of the database, in order."""
        order = "sequence_index, id" if table == "segment" else "id"
        with sqlite3.connect(self.library / "storyflow.db") as connection:
            query = f"SELECT {columns} FROM {table} ORDER BY {order}"
            return connection.execute(query).fetchall()

    def until(self, holds: Callable[[], bool], what: str) -> None:
        """Wait until something holds of the database or of files."""
        until(holds, what, self.screen)

    def texts(self) -> list[str]:
        """The narrations as they are stored, in order."""
        return [text for (text,) in self.rows("text_content")]

    def pictures(self) -> list[str]:
        """The files below `media/projects/`."""
        folder = self.library / "media" / "projects"
        return sorted(path.name for path in folder.rglob("*") if path.is_file())


@pytest.fixture
def session(tmp_path: Path, terminal: Make, monkeypatch: pytest.MonkeyPatch) -> Session:
    """An editor without a story, in a folder with a script and a folder of pictures."""
    blocks = [
        f"Text: Scene {n} begins. It ends with number {n}.\nPrompt: a lamp, seen {n} times"
        for n in range(1, SCENES + 1)
    ]
    blocks[22] = "Text: Far out at sea an owl\nPrompt: an unlikely bird"
    blocks[39] = "Text: The fortieth has a typoo\nPrompt: a mistake"
    script = "Title: Sixty Lamps\n\n" + "\n---\n".join(blocks) + "\n"
    (tmp_path / "script.txt").write_text(script, encoding="utf-8")
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number in range(1, SCENES + 1):
        image = Image.new("RGB", (32, 18), (4 * number, 90, 255 - 4 * number))
        image.save(folder / f"lamp-{number:02}.png")
    monkeypatch.chdir(tmp_path)
    screen = terminal()
    library = tmp_path / "library"
    screen.start("--library", str(library))
    screen.wait_for("No stories yet")
    return Session(screen, library)


@pytest.mark.long
def test_a_long_session_and_all_of_it_taken_back(session: Session, tmp_path: Path) -> None:
    screen = session.screen

    session.job("import")
    session.press("i")
    screen.wait_for("Import a story")
    session.press("C-o")
    screen.wait_for("Take a script from a file")
    session.write("script.txt")
    session.press("Enter")
    screen.wait_for("60 segments")
    session.press("C-s")
    screen.wait_for("Imported “Sixty Lamps”")
    session.press("Enter")
    screen.wait_for("1 of 60")
    project, first = session.rows(KEPT, "project"), session.rows()
    assert len(first) == SCENES

    session.job("sixty pictures")
    session.press("F")
    screen.wait_for("Choose pictures", "pictures/")
    session.write("pic")
    screen.wait_until(lambda shown: "library/" not in shown, "the folder alone")
    session.press("Enter")
    screen.wait_for("lamp-01.png")
    session.press("Enter")
    screen.wait_for("60 pairs", "by number")
    session.press("Enter")
    session.until(lambda: all(image for (image,) in session.rows("image_file")), "the pictures")
    session.until(lambda: len(session.pictures()) == SCENES, "the files")
    screen.wait_for("images 60/60")
    assert session.counts["sixty pictures"] < 10
    for number, (image,) in enumerate(session.rows("image_file"), 1):
        assert image.endswith(f"_lamp-{number:02}.png")

    session.job("a typo in segment 40")
    session.position(40)
    session.press("e")
    screen.wait_for("^S done")
    session.press("BSpace", "C-s")
    session.until(lambda: session.texts()[39] == "The fortieth has a typo", "the letter gone")

    session.job("a word replaced where it is found")
    session.press("/")
    screen.wait_for("▌ /")
    session.write("owl")
    screen.wait_for("1 of 1", "23 of 60", "stay here")
    session.press("Enter", "e")
    screen.wait_for("^S done")
    session.press("C-w")
    session.write("elk")
    session.press("C-s")
    session.until(lambda: session.texts()[22] == "Far out at sea an elk", "the other word")
    screen.wait_until(lambda shown: "^S done" not in shown, "the timeline")
    session.press("Escape")
    screen.wait_until(lambda shown: "“owl”" not in shown, "no find")

    session.job("12 after 30")
    session.position(12)
    session.press("m")
    screen.wait_for("Move segment 12")
    session.write("30")
    session.press("Enter")
    session.until(lambda: session.texts()[29].startswith("Scene 12 "), "the move")

    session.job("split 5")
    session.position(5)
    session.press("S")
    screen.wait_for("Split segment 5?")
    session.press("Enter")
    session.until(
        lambda: session.texts()[4:6] == ["Scene 5 begins.", "It ends with number 5."], "the halves"
    )

    session.job("merge 7 with 8")
    session.position(7)
    session.press("M")
    session.until(lambda: len(session.rows()) == SCENES, "one less")
    joined = session.texts()[6]
    assert joined.startswith("Scene 6 ")
    assert joined.partition("\n\n")[2].startswith("Scene 7 ")

    session.job("lock the first ten")
    session.press("g", "Space")
    screen.wait_for("1 marked")
    session.position(10)
    session.press("V")
    screen.wait_for("10 marked")
    session.press("l")
    session.until(lambda: [bool(x) for (x,) in session.rows("is_locked")].count(True) == 10, "ten")
    session.press("Escape")
    screen.wait_until(lambda shown: "marked" not in shown, "no marks")

    session.job("rehearse 3 segments")
    session.press("t", "Space")
    for position in (10, 11, 12):
        screen.wait_for(f"{position} of 60", "runs", "0:01   of")
        session.press("Space")
    screen.wait_for("13 of 60", "runs")
    session.press("q")
    screen.wait_for("3 lengths were taken")
    session.press("Enter")
    session.until(
        lambda: (
            [n for n, (taken,) in enumerate(session.rows("audio_duration"), 1) if taken]
            == [10, 11, 12]
        ),
        "the lengths",
    )

    session.job("export")
    session.press("x")
    screen.wait_for("Goes to", "story.json")
    session.press("Enter")
    screen.wait_for("Exported")
    assert (tmp_path / "sixty-lamps" / "story.json").is_file()

    session.job("all taken back")
    session.press("g", "Space")
    session.position(10)
    session.press("V", "l")
    session.until(lambda: not any(x for (x,) in session.rows("is_locked")), "unlocked")
    session.press("Escape")
    screen.wait_until(lambda shown: "marked" not in shown, "no marks")
    session.press(*"uuuuuuuu")
    screen.wait_for("Nothing to undo")
    session.until(lambda: session.pictures() == [], "the pictures in the trash")
    assert session.rows() == first
    assert session.rows(KEPT, "project") == project
    assert run(session.library, "check") == []
    session.press("C-q")
    screen.wait_for("ended with 0")
    assert session.counts == PRESSED
