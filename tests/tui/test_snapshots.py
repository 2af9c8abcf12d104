"""A few screens as text, whole: what moves on one of them is seen at a glance.

After a wanted change: `pytest tests/tui/test_snapshots.py --snapshot-update`, then read the diff.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image
from syrupy.assertion import SnapshotAssertion
from textual import events

from storyflow_tui.library import Library
from storyflow_tui.story import Story, StorySegment
from storyflow_tui.tui import rehearsal
from storyflow_tui.tui.screens.conflict import ConflictScreen
from storyflow_tui.tui.widgets.hint_line import HintLine
from tests.screens import screen_text
from tests.tui.conftest import Editor, Opener
from tests.tui.screens.hand_clock import HandClock

WIDE, NARROW = (120, 40), (80, 24)
_START = datetime(2024, 2, 15, 12, tzinfo=UTC)
_LONG_AGO = _START.timestamp()

SCRIPT = """\
Title: The Ferry

Text: The ferry was late, and nobody minded.
Prompt: a ferry in fog
---
Prompt: a horn, far out
"""


@pytest.fixture
def library() -> Iterator[Library]:
    """A library in the home, whose clock ticks by a minute from one day of 2024 on."""
    # So long ago that it is told as a month, today and in years.
    moments = (_START + timedelta(minutes=n) for n in range(9999))
    with Library.open(Path.home() / "stories", clock=lambda: next(moments)) as opened:
        yield opened


@pytest.fixture
def in_utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Times to the minute are told in the zone of the place: here it is UTC."""
    with monkeypatch.context() as here:
        here.setenv("TZ", "UTC")
        time.tzset()
        yield
    time.tzset()


def picture(path: Path, colour: str, kibibytes: int) -> Path:
    """A picture of one colour; filled up, so that its size is the same with every Pillow."""
    path.parent.mkdir(exist_ok=True)
    Image.new("RGB", (64, 36), colour).save(path, "PNG")
    path.write_bytes(path.read_bytes().ljust(kibibytes * 1024, b"\0"))
    return path


@pytest.fixture
def project_id(library: Library, tmp_path: Path) -> int:
    """A story that has every kind of card, and two stories beside it."""
    folder = tmp_path / "drawn"
    names = ("harbour", "gone", "broken", "night")
    files = [str(picture(folder / f"{name}.png", "#306080", n)) for n, name in enumerate(names, 2)]
    harbour, gone, broken, night = files
    long = (
        "The harbour woke late that winter. The boats lay under a skin of ice as thin as paper, "
        "and the gulls walked about on it as if they had paid for it. "
    )
    story = Story(
        "The Harbour Clock",
        [
            StorySegment(long * 2, "a small harbour under thin ice, gulls, morning", harbour, True),
            StorySegment(long, "the tower and its clock, stopped", gone),
            StorySegment("No prompt, and no picture yet."),
            StorySegment(
                "時計は三時で止まっていた。だれも直そうとしなかった。", "止まった時計", night
            ),
            StorySegment("This one was measured.", "a broken file", broken, audio_duration=7.4),
            *[StorySegment(f"{long}Part {n}.", f"part {n}", None, n == 8) for n in range(6, 10)],
        ],
    )
    library.projects.create("An empty one")
    segments = [StorySegment("Der Nebel kam in großen Stücken.", "Nebel, fürs Erste")]
    library.projects.import_story(Story("Nebel · 霧", segments))
    made = library.projects.import_story(story).id
    records = library.segments.list(made)
    lost, damaged = library.file(records[1].image_file), library.file(records[4].image_file)
    assert lost is not None
    assert damaged is not None
    lost.unlink()
    damaged.write_bytes(b"no picture")
    return made


async def seen(editor: Editor, *words: str) -> str:
    """The screen once it shows these words and nothing is on its way any more."""
    await editor.shows(*words)
    await editor.until(lambda: all(worker.is_finished for worker in editor.app.workers))
    await editor.pilot.pause()
    text = "\n".join(line.rstrip() for line in screen_text(editor.app))
    assert str(Path.home()) not in text
    return text


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["120x40", "80x24"])
async def test_timeline(
    open_story: Opener, project_id: int, size: tuple[int, int], snapshot: SnapshotAssertion
) -> None:
    async with open_story(project_id=project_id, size=size) as editor:
        facts = ("64×36   2 KiB", "! broken") if size == WIDE else ()
        assert await seen(editor, "! missing", *facts) == snapshot


async def test_editor(open_story: Opener, project_id: int, snapshot: SnapshotAssertion) -> None:
    async with open_story(project_id=project_id, size=NARROW) as editor:
        await editor.press("j", "j", "j", "e")
        assert await seen(editor, "^S done", "64×36   5 KiB") == snapshot


async def test_delete_question(
    open_story: Opener, project_id: int, snapshot: SnapshotAssertion
) -> None:
    async with open_story(project_id=project_id, size=NARROW) as editor:
        await editor.press("d")
        assert await seen(editor, "Delete segment 1?", "! missing") == snapshot


async def test_stories(open_story: Opener, project_id: int, snapshot: SnapshotAssertion) -> None:
    async with open_story(project_id=project_id, size=NARROW) as editor:
        await editor.press("q")
        assert await seen(editor, "Stories", "An empty one", "Feb 2024") == snapshot


async def test_picker_with_a_refused_file(
    open_story: Opener, project_id: int, snapshot: SnapshotAssertion
) -> None:
    folder = Path.home() / "pictures"
    picture(folder / "harbour.png", "#306080", 3)
    picture(folder / "tower.png", "#806030", 40)
    (folder / "notes.png").write_text("not a picture at all")
    (folder / "sketches").mkdir()
    for file in folder.glob("*.png"):
        os.utime(file, (_LONG_AGO, _LONG_AGO))
    async with open_story(project_id=project_id, size=NARROW) as editor:
        editor.app.last_image_folder = folder
        await editor.press("j", "i")
        await editor.shows("tower.png", "3 KiB", "40 KiB", "0 files")
        await editor.press("down", "down")
        assert await seen(editor, "× Not usable", "20 B") == snapshot


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["120x40", "80x24"])
async def test_pairs_of_pictures_and_segments(
    open_story: Opener, project_id: int, size: tuple[int, int], snapshot: SnapshotAssertion
) -> None:
    folder = Path.home() / "pictures"
    for number, kibibytes in enumerate((3, 40, 7, 5), 1):
        file = picture(folder / f"harbour-{number:02}.png", "#306080", kibibytes)
        os.utime(file, (_LONG_AGO, _LONG_AGO))
    (folder / "harbour-03.png").write_text("not a picture at all")
    picture(folder / "cover.png", "#806030", 3)
    async with open_story(project_id=project_id, size=size) as editor:
        editor.app.last_image_folder = folder
        await editor.press("F")
        await editor.shows("take all")
        await editor.press("enter")
        words = ("1 left over", "1 not usable", *(["64 × 36"] if size == WIDE else []))
        assert await seen(editor, *words) == snapshot


async def test_import_with_a_problem(
    open_story: Opener, project_id: int, snapshot: SnapshotAssertion
) -> None:
    async with open_story(project_id=project_id, size=WIDE) as editor:
        await editor.press("q", "i")
        await editor.shows("Import a story")
        editor.app.screen.post_message(events.Paste(SCRIPT))
        assert await seen(editor, "1 problem") == snapshot


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["120x40", "80x24"])
async def test_export_of_marks_as_text(
    open_story: Opener, project_id: int, snapshot: SnapshotAssertion, size: tuple[int, int]
) -> None:
    async with open_story(project_id=project_id, size=size) as editor:
        editor.app.last_export_folder = Path.home()
        await editor.press("space", "j", "space", "x")
        await editor.shows("Nothing is left out.")
        await editor.press("down")
        assert await seen(editor, "Left out", "Title: ", "2 marked") == snapshot


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["120x40", "80x24"])
async def test_segments_before_an_import(
    open_story: Opener, project_id: int, snapshot: SnapshotAssertion, size: tuple[int, int]
) -> None:
    async with open_story(project_id=project_id, size=size) as editor:
        await editor.press("q", "i")
        await editor.shows("Import a story")
        script = SCRIPT.replace("Prompt: a horn", "Text: A horn")
        editor.app.screen.focused.post_message(events.Paste(script))  # type: ignore[union-attr]
        await editor.shows("2 segments")
        await editor.press("ctrl+l")
        assert await seen(editor, "as it will be made", "~0:0") == snapshot


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["120x40", "80x24"])
async def test_find(
    open_story: Opener, project_id: int, size: tuple[int, int], snapshot: SnapshotAssertion
) -> None:
    async with open_story(project_id=project_id, size=size) as editor:
        await editor.press("slash", *"gulls")
        assert await seen(editor, "/ gulls", "1 of 8") == snapshot


async def test_filter(open_story: Opener, project_id: int, snapshot: SnapshotAssertion) -> None:
    async with open_story(project_id=project_id, size=NARROW) as editor:
        await editor.press("f", "l")
        assert await seen(editor, "Show only segments", "2 of 9 segments") == snapshot


async def test_help(open_story: Opener, project_id: int, snapshot: SnapshotAssertion) -> None:
    async with open_story(project_id=project_id, size=NARROW) as editor:
        await editor.press("question_mark")
        assert await seen(editor, "Help", "made from the bindings") == snapshot


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["120x40", "80x24"])
async def test_history(
    open_story: Opener,
    library: Library,
    project_id: int,
    size: tuple[int, int],
    snapshot: SnapshotAssertion,
    in_utc: None,
) -> None:
    ids = library.segments.ids(project_id)
    library.segments.edit(ids[2], text_content="No prompt yet, but a picture is on its way.")
    library.segments.delete(ids[3])
    library.segments.edit(ids[1], image_prompt="another tower")
    library.history.undo(project_id)
    library.segments.move(ids[2], 6)
    library.segments.edit(ids[8], text_content="The last one.")
    library.history.undo(project_id)
    async with open_story(project_id=project_id, size=size) as editor:
        await editor.press("H", "G")
        await editor.shows("trash 1 file, 5 KiB", "Change 4")
        assert await seen(editor, "before" if size == WIDE else "Before") == snapshot


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["120x40", "80x24"])
async def test_read_through(
    open_story: Opener, project_id: int, size: tuple[int, int], snapshot: SnapshotAssertion
) -> None:
    async with open_story(project_id=project_id, size=size) as editor:
        await editor.press("v", "j", "p")
        assert await seen(editor, "! The picture is missing.", "the tower and its") == snapshot


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["120x40", "80x24"])
async def test_rehearse_and_lengths(
    open_story: Opener,
    library: Library,
    project_id: int,
    size: tuple[int, int],
    snapshot: SnapshotAssertion,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = HandClock()
    monkeypatch.setattr(rehearsal, "CLOCK", clock)
    library.projects.set_target(project_id, 60)
    async with open_story(project_id=project_id, size=size) as editor:
        await editor.press("j", "t", "space")
        clock.pass_(11.5)
        await editor.press("space", "p")
        editor.app.screen.query_one(HintLine).clear_notice()
        assert await seen(editor, "3 of 9", "the clock waits") == snapshot
        await editor.press("q")
        assert await seen(editor, "1 length was taken", "! ") == snapshot


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["120x40", "80x24"])
async def test_story_page(
    open_story: Opener,
    library: Library,
    project_id: int,
    size: tuple[int, int],
    snapshot: SnapshotAssertion,
    in_utc: None,
) -> None:
    library.segments.edit(library.segments.ids(project_id)[2], image_prompt="fog")
    library.projects.set_target(project_id, 240)
    async with open_story(project_id=project_id, size=size) as editor:
        await editor.press("P")
        assert await seen(editor, "Set the target to 4:00", "Feb 2024") == snapshot


async def test_conflict(open_story: Opener, project_id: int, snapshot: SnapshotAssertion) -> None:
    mine = "She read it twice, under the arcade, and put it away."
    theirs = "She read it under the arcade, and left."
    # A time without a zone is one of this place, wherever the test runs.
    saved_at = datetime(2024, 2, 15, 9, 30)
    async with open_story(project_id=project_id, size=WIDE) as editor:
        editor.app.push_screen(
            ConflictScreen("The Harbour Clock", 3, "text_content", mine, theirs, saved_at)
        )
        assert await seen(editor, "keep mine", "take theirs") == snapshot
