"""Pictures of a folder for many segments: paired, corrected, given in one step."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from PIL import Image

from storyflow_tui.library import Library
from storyflow_tui.library.media import Staging
from storyflow_tui.tui.screens.pairs import PairsScreen
from tests.tui.conftest import Editor

Opener = Any


@pytest.fixture
def folder(tmp_path: Path) -> Callable[..., Path]:
    """Makes a folder `pictures` with pictures of these names."""

    def make(*names: str) -> Path:
        path = tmp_path / "shelf" / "pictures"
        path.mkdir(parents=True)
        for number, name in enumerate(names):
            Image.new("RGB", (8, 6), (number % 256, 99, 9)).save(path / name)
        return path

    return make


def numbered(count: int) -> list[str]:
    return [f"lamp-{number:02}.png" for number in range(1, count + 1)]


def stored(editor: Editor) -> list[str | None]:
    """The file that each segment got, by the name that it came with."""
    return [
        segment.image_file.partition("_")[2] if segment.image_file else None
        for segment in editor.segments
    ]


def rows(editor: Editor) -> list[list[str]]:
    """Number and file of every row."""
    width = 68 if editor.app.size.width == 120 else editor.app.size.width
    found = [line[1:width].split() for line in editor.lines[2:-2]]
    return [words[:2] for words in found if words and any("." in word for word in words[:2])]


async def open_folder(editor: Editor, folder: Path, *keys: str) -> None:
    """Open the screen on all pictures of a folder."""
    editor.app.last_image_folder = folder
    await editor.press(*keys, "F")
    await editor.shows("Choose pictures", "take all")
    await editor.press("enter")
    await editor.shows("Pictures for segments", "pair")


async def test_sixty_pictures_take_fewer_than_ten_keys(
    open_story: Opener, folder: Callable[..., Path]
) -> None:
    names = numbered(60)
    async with open_story(60) as editor:
        editor.app.last_image_folder = folder(*names).parent
        keys = ["F", "p", "i", "enter"]
        await editor.press(*keys)
        await editor.shows("60 images", "take all")
        await editor.press("enter")
        await editor.shows("by number", "60 pairs")
        await editor.press("enter")
        await editor.shows("60 pictures for segments 1–60", "u takes it back", "images 60/60")
        assert stored(editor) == names
        assert len([*keys, "enter", "enter"]) < 10
        await editor.press("u")
        await editor.shows("images 0/60")
        assert editor.library.history.next_undo(editor.project_id) is None


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_pairs_show_number_file_and_narration(
    open_story: Opener, folder: Callable[..., Path], size: Any
) -> None:
    async with open_story(4, size=size) as editor:
        await open_folder(editor, folder("lamp-1.png", "lamp-2.png", "lamp-3.png"))
        await editor.shows("Narration 3.", "3 pairs", "enter give them")
        assert rows(editor) == [["1", "lamp-1.png"], ["2", "lamp-2.png"], ["3", "lamp-3.png"]]
        assert editor.lines[2].startswith("▌   1 lamp-1.png")
        if size == (120, 40):
            await editor.shows("8 × 6")


async def test_names_without_numbers_go_in_order_from_the_current_card_on(
    open_story: Opener, folder: Callable[..., Path]
) -> None:
    async with open_story(4) as editor:
        await open_folder(editor, folder("sea10.png", "sea2.png", "fog.png", "x.png"), "j")
        await editor.shows("in order from 2 on", "3 pairs", "1 left over")
        assert rows(editor)[:3] == [["2", "fog.png"], ["3", "sea2.png"], ["4", "sea10.png"]]
        await editor.shows("no segment is left for it")
        await editor.press("s")
        await editor.shows("4 pairs")
        assert rows(editor)[0] == ["1", "fog.png"]
        await editor.press("enter")
        await editor.shows("4 pictures for segments 1–4")
        assert stored(editor) == ["fog.png", "sea2.png", "sea10.png", "x.png"]


async def test_what_is_left_over_says_why(open_story: Opener, folder: Callable[..., Path]) -> None:
    async with open_story(3) as editor:
        await open_folder(editor, folder("lamp-1.png", "lamp-9.png", "cover.png"))
        await editor.press("o")
        await editor.shows("by number", "1 pair", "2 left over")
        await editor.shows("no number in its name", "no segment 9; there are 3")


async def test_only_those_without_a_picture(
    open_story: Opener, folder: Callable[..., Path], library: Library
) -> None:
    path = folder("a.png", "b.png")
    async with open_story(4) as editor:
        library.segments.attach_image(editor.segments[0].id, path / "b.png")
        await editor.shows("images 1/4")
        await open_folder(editor, path)
        await editor.shows("replaces", "1 replaced")
        await editor.press("m")
        await editor.shows("only missing")
        assert rows(editor) == [["2", "a.png"], ["3", "b.png"]]
        await editor.press("enter")
        await editor.shows("2 pictures for segments 2–3")
        assert stored(editor) == ["b.png", "a.png", "b.png", None]


async def test_pairs_are_corrected_by_keys_and_corrections_taken_back(
    open_story: Opener, folder: Callable[..., Path]
) -> None:
    async with open_story(5) as editor:
        await open_folder(editor, folder(*numbered(4)))
        await editor.press("j", "x")
        await editor.shows("1 left over", "taken out")
        assert rows(editor)[:3] == [
            ["1", "lamp-01.png"],
            ["3", "lamp-03.png"],
            ["4", "lamp-04.png"],
        ]
        await editor.press("J")
        assert rows(editor)[:3] == [
            ["1", "lamp-01.png"],
            ["4", "lamp-03.png"],
            ["5", "lamp-04.png"],
        ]
        await editor.press("K", "K")
        assert rows(editor)[1] == ["2", "lamp-03.png"]
        await editor.press("K")
        await editor.shows("There is no room before this one.")
        await editor.press("u", "u", "u", "u")
        assert rows(editor) == [[str(n), f"lamp-0{n}.png"] for n in range(1, 5)]
        await editor.press("u")
        await editor.shows("No correction to take back")


async def test_a_locked_segment_is_told_by_its_number_and_nothing_is_given(
    open_story: Opener, folder: Callable[..., Path], library: Library
) -> None:
    async with open_story(4) as editor:
        library.segments.lock([editor.segments[1].id, editor.segments[2].id])
        await editor.shows("2 locked")
        await open_folder(editor, folder(*numbered(3)))
        await editor.shows("locked", "2 locked")
        await editor.press("enter")
        await editor.shows("! Segments 2, 3 are locked.", "x takes a pair out")
        assert stored(editor) == [None] * 4
        await editor.press("x", "x", "enter")
        await editor.shows("1 picture for segment 1")
        assert stored(editor) == ["lamp-01.png", None, None, None]


async def test_one_locked_by_another_process_meanwhile_refuses_all(
    open_story: Opener, folder: Callable[..., Path], library: Library, monkeypatch: Any
) -> None:
    path = folder(*numbered(2))
    async with open_story(3) as editor:
        await open_folder(editor, path)
        seal = Staging.seal

        def sealed(staging: Staging) -> None:
            seal(staging)
            with Library.open(library.path) as other:
                other.segments.lock([2])

        monkeypatch.setattr(Staging, "seal", sealed)
        await editor.press("enter")
        await editor.shows("! Cannot modify locked segment 2. Unlock it first.")
        assert stored(editor) == [None] * 3
        await editor.shows("1 locked")


async def test_a_file_that_is_no_picture_is_told_before_and_refuses_all(
    open_story: Opener, folder: Callable[..., Path], monkeypatch: Any
) -> None:
    path = folder(*numbered(3))
    (path / "lamp-02.png").write_text("words")
    async with open_story(3) as editor:
        await open_folder(editor, path)
        await editor.shows("1 not usable", "× ")
        with monkeypatch.context() as patch:
            patch.setattr(Staging, "copy", None)  # no file is copied for it
            await editor.press("enter")
            await editor.shows("× lamp-02.png")
        assert stored(editor) == [None] * 3
        await editor.press("x", "enter")
        await editor.shows("2 pictures for segments 1 and 3")


async def test_a_picture_that_is_cut_short_refuses_all_by_its_name(
    open_story: Opener, folder: Callable[..., Path]
) -> None:
    path = folder(*numbered(3))
    Image.effect_noise((60, 60), 80).save(path / "lamp-02.png")
    whole = (path / "lamp-02.png").read_bytes()
    (path / "lamp-02.png").write_bytes(whole[: len(whole) // 2])
    async with open_story(3) as editor:
        await open_folder(editor, path)
        await editor.press("enter")
        await editor.shows("× lamp-02.png", "1 not usable")
        assert stored(editor) == [None] * 3
        assert list((editor.library.media / ".staging").iterdir()) == []
        await editor.press("x", "enter")
        await editor.shows("2 pictures")


async def test_escape_stops_while_pictures_are_copied(
    open_story: Opener, folder: Callable[..., Path], monkeypatch: Any
) -> None:
    path = folder(*numbered(4))
    async with open_story(4) as editor:
        await open_folder(editor, path)
        copy = Staging.copy
        screen = editor.app.screen
        assert isinstance(screen, PairsScreen)

        def copied(staging: Staging, source: Path, limit: int) -> Path:
            if source.name == "lamp-02.png":
                editor.app.call_from_thread(screen.action_leave)
            return copy(staging, source, limit)

        monkeypatch.setattr(Staging, "copy", copied)
        await editor.press("enter")
        await editor.shows("Stopped; nothing was changed")
        assert stored(editor) == [None] * 4
        assert list((editor.library.media / ".staging").iterdir()) == []
        monkeypatch.setattr(Staging, "copy", copy)
        await editor.press("enter")
        await editor.shows("4 pictures for segments 1–4")


async def test_progress_is_shown_and_no_other_key_acts_meanwhile(
    open_story: Opener, folder: Callable[..., Path], monkeypatch: Any
) -> None:
    path = folder(*numbered(3))
    async with open_story(3) as editor:
        await open_folder(editor, path)
        copy, goes_on = Staging.copy, Event()

        def copied(staging: Staging, source: Path, limit: int) -> Path:
            if source.name == "lamp-02.png":
                goes_on.wait(20)
            return copy(staging, source, limit)

        monkeypatch.setattr(Staging, "copy", copied)
        await editor.pilot.press("enter")
        await editor.shows("1 of 3 …")
        await editor.pilot.press("x", "J", "q")
        goes_on.set()
        await editor.until(lambda: editor.app.screen is editor.screen or "Stopped" in editor.text)
        assert "Stopped" in editor.text, "q stops"
        assert rows(editor) == [[str(n), f"lamp-0{n}.png"] for n in range(1, 4)]


async def test_a_fault_in_looking_at_files_leaves_the_copying_as_it_goes(
    open_story: Opener, folder: Callable[..., Path], monkeypatch: Any
) -> None:
    path = folder(*numbered(3))
    copy, copying, goes_on, fails = Staging.copy, Event(), Event(), Event()

    def copied(staging: Staging, source: Path, limit: int) -> Path:
        if source.name == "lamp-02.png":
            copying.set()
            goes_on.wait(20)
        return copy(staging, source, limit)

    def looked(*_: object) -> None:
        fails.wait(20)
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr(Staging, "copy", copied)
    monkeypatch.setattr("storyflow_tui.tui.screens.pairs.glance", looked)
    async with open_story(3) as editor:
        await open_folder(editor, path)
        await editor.pilot.press("enter")
        await editor.until(copying.is_set)
        fails.set()
        await editor.shows("It is in the log")
        assert "nothing was changed" not in editor.text
        assert "1 of 3 …" in editor.text
        await editor.pilot.press("x")
        assert rows(editor) == [[str(n), f"lamp-0{n}.png"] for n in range(1, 4)]
        goes_on.set()
        await editor.shows("3 pictures for segments 1–3")


async def test_pairs_stay_with_their_segments_when_others_move_them(
    open_story: Opener, folder: Callable[..., Path], library: Library
) -> None:
    async with open_story(4) as editor:
        await open_folder(editor, folder(*numbered(3)))
        ids = [segment.id for segment in editor.segments]
        with Library.open(library.path) as other:
            other.segments.move(ids[3], 1)
            other.segments.delete(ids[1])
        await editor.shows("its segment was deleted")
        assert rows(editor)[:2] == [["2", "lamp-01.png"], ["3", "lamp-03.png"]]
        await editor.press("enter")
        await editor.shows("2 pictures for segments 2–3")
        assert stored(editor) == [None, "lamp-01.png", "lamp-03.png"]


async def test_a_story_that_goes_meanwhile_is_left(
    open_story: Opener, folder: Callable[..., Path], library: Library
) -> None:
    async with open_story(3) as editor:
        await open_folder(editor, folder(*numbered(3)))
        with Library.open(library.path) as other:
            other.projects.delete(editor.project_id)
        await editor.shows("Stories")


@pytest.mark.parametrize("key", ["escape", "q", "ctrl+c"])
async def test_leaving_changes_nothing(
    open_story: Opener, folder: Callable[..., Path], key: str
) -> None:
    async with open_story(3) as editor:
        await open_folder(editor, folder(*numbered(3)))
        await editor.press(key)
        await editor.until(lambda: editor.app.screen is editor.screen)
        assert stored(editor) == [None] * 3


async def test_keys_move_the_bar_among_pairs(
    open_story: Opener, folder: Callable[..., Path]
) -> None:
    async with open_story(60) as editor:
        await open_folder(editor, folder(*numbered(60)))

        def bar() -> str:
            return str(next(line for line in editor.lines if line.startswith("▌")).split()[1])

        for key, number in (
            ("j", "2"),
            ("k", "1"),
            ("down", "2"),
            ("up", "1"),
            ("G", "60"),
            ("g", "1"),
            ("end", "60"),
            ("home", "1"),
        ):
            await editor.press(key)
            assert bar() == number
        await editor.press("pagedown")
        assert int(bar()) > 20
        await editor.press("pageup")
        assert bar() == "1"


async def test_delete_takes_out_as_x_does(open_story: Opener, folder: Callable[..., Path]) -> None:
    async with open_story(3) as editor:
        await open_folder(editor, folder(*numbered(3)))
        await editor.press("delete", "delete", "delete", "delete")
        await editor.shows("0 pairs", "3 left over")
        await editor.press("J", "K", "enter")
        assert stored(editor) == [None] * 3


async def test_marked_files_of_the_picker_are_paired(
    open_story: Opener, folder: Callable[..., Path]
) -> None:
    async with open_story(5) as editor:
        editor.app.last_image_folder = folder("a.png", "b.png", "c.png", "d.png")
        await editor.press("j", "i")
        await editor.shows("a.png", "tab mark")
        await editor.press("tab", "down", "tab")
        await editor.shows("2 marked", "take 2")
        assert [line[1] for line in editor.lines if ".png" in line[:30]] == ["■", " ", "■", " "]
        await editor.press("enter")
        await editor.shows("in order from 2 on", "2 pairs")
        await editor.press("enter")
        await editor.shows("2 pictures for segments 2–3")
        assert stored(editor) == [None, "a.png", "c.png", None, None]
        assert editor.cursor == 2


async def test_a_mark_is_taken_away_and_none_survives_another_folder(
    open_story: Opener, folder: Callable[..., Path]
) -> None:
    async with open_story(2) as editor:
        editor.app.last_image_folder = folder("a.png", "b.png")
        await editor.press("i")
        await editor.shows("a.png", "tab mark")
        await editor.press("tab", "up", "tab")
        await editor.until(lambda: "marked" not in editor.lines[0])
        await editor.press("tab")
        await editor.shows("1 marked")
        await editor.press("backspace")
        await editor.shows("pictures/")
        assert "marked" not in editor.lines[0]


async def test_all_images_that_are_shown_are_taken_at_once(
    open_story: Opener, folder: Callable[..., Path]
) -> None:
    async with open_story(4) as editor:
        editor.app.last_image_folder = folder("a1.png", "b1.png", "a2.png")
        await editor.press("i")
        await editor.shows("b1.png", "^O all here")
        await editor.press("a", "ctrl+o")
        await editor.shows("Pictures for segments", "2 pairs")
        assert rows(editor) == [["1", "a1.png"], ["2", "a2.png"]]


async def test_enter_on_a_marked_one_among_folders_takes_the_marked(
    open_story: Opener, folder: Callable[..., Path]
) -> None:
    async with open_story(3) as editor:
        path = folder("a.png")
        (path / "sub").mkdir()
        editor.app.last_image_folder = path
        await editor.press("F")
        await editor.shows("sub/", "open")
        await editor.press("tab")
        assert "1 marked" not in editor.lines[0], "folders are not marked"
        await editor.press("down", "tab", "enter")
        await editor.shows("Pictures for segments", "1 pair")


async def test_a_library_for_reading_offers_no_pictures_of_a_folder(open_story: Opener) -> None:
    async with open_story(3, read_only=True) as editor:
        await editor.press("F")
        await editor.shows("! This library is open for reading only.")
        assert editor.app.screen is editor.screen
