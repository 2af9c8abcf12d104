from __future__ import annotations

import os
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import pytest
from PIL import Image
from textual import events

from storyflow_tui.config import state_folder
from storyflow_tui.tui.screens.entries import path_end
from storyflow_tui.tui.screens.help import HelpScreen
from storyflow_tui.tui.screens.picker import PickerScreen
from storyflow_tui.tui.screens.preview import examine
from storyflow_tui.tui.widgets.path_line import PathLine
from storyflow_tui.tui.widgets.rows import Rows
from tests.screens import cell_at
from tests.tui.conftest import Editor
from tests.tui.screens.conftest import Stage


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """A folder with pictures good and bad, two folders and files of other kinds."""
    folder = tmp_path / "pictures"
    (folder / "old").mkdir(parents=True)
    (folder / "sketches").mkdir()
    photograph = Image.radial_gradient("L").convert("RGB").resize((64, 36))
    for name in ("scene 10.png", "scene 2.PNG", "dusk.jpg", "fog.webp"):
        photograph.save(folder / name)
    photograph.save(folder / "old" / "older.png")
    (folder / "cut.jpg").write_bytes((folder / "dusk.jpg").read_bytes()[:-200])
    (folder / "empty.png").touch()
    (folder / "notes.txt").write_text("no picture", encoding="utf-8")
    (folder / ".hidden.png").touch()
    return folder


def names(editor: Editor) -> list[str]:
    rows = editor.app.screen.query_one(Rows)
    lines = editor.lines[rows.region.y + 1 : rows.region.bottom - 1]
    shown = [line[6:30].rstrip() for line in lines]
    return [" ".join(name.split("  ")[0].split()) for name in shown if name.strip()]


def barred(editor: Editor) -> str:
    return next((line for line in editor.lines if line.startswith("▌")), "")


async def listed(editor: Editor) -> None:
    await editor.shows("../", "dusk.jpg")


async def test_folders_come_first_then_pictures_in_natural_order(
    pictures: Path, open_stories: Stage
) -> None:
    async with open_stories(PickerScreen("segment 10", pictures)) as editor:
        await listed(editor)
        assert names(editor) == [
            "../",
            "old/",
            "sketches/",
            "cut.jpg",
            "dusk.jpg",
            "empty.png",
            "fog.webp",
            "scene 2.PNG",
            "scene 10.png",
        ]
        await editor.shows("Choose a picture   segment 10", "6 images   2 folders", "1 file")


async def test_typing_filters_and_backspace_widens(pictures: Path, open_stories: Stage) -> None:
    async with open_stories(PickerScreen("segment 10", pictures)) as editor:
        await listed(editor)
        await editor.press(*"SCENE")
        assert names(editor) == ["scene 2.PNG", "scene 10.png"]
        await editor.press("space", "1")
        assert names(editor) == ["scene 10.png"]
        await editor.press("x")
        await editor.shows("Nothing here has “SCENE 1x” in its name.")
        await editor.press(*["backspace"] * 8)
        assert len(names(editor)) == 9


async def test_arrows_and_pages_move_the_bar_and_the_preview_follows(
    pictures: Path, open_stories: Stage
) -> None:
    async with open_stories(PickerScreen("segment 10", pictures)) as editor:
        await listed(editor)
        for keys, name in (
            ("down", "sketches/"),
            ("up", "old/"),
            ("pagedown", "scene 10.png"),
            ("pageup", "../"),
        ):
            await editor.press(keys)
            assert name in barred(editor), keys
        await editor.press("pagedown")
        await editor.shows("Format", "PNG", "64 × 36", "Changed")


async def test_enter_takes_the_image(pictures: Path, open_stories: Stage) -> None:
    answers: list[Any] = []
    async with open_stories(PickerScreen("segment 10", pictures), answers=answers) as editor:
        await listed(editor)
        await editor.press(*"dusk", "enter")
        await editor.until(lambda: answers)
        assert answers == [pictures / "dusk.jpg"]


async def test_enter_opens_a_folder_and_backspace_comes_back_to_it(
    pictures: Path, open_stories: Stage
) -> None:
    async with open_stories(PickerScreen("segment 10", pictures)) as editor:
        await listed(editor)
        assert "old/" in barred(editor)
        await editor.press("enter")
        await editor.shows("older.png")
        await editor.press("backspace")
        await editor.shows("sketches/")
        assert "old/" in barred(editor)
        await editor.press("up", "enter")
        await editor.shows("pictures/")
        assert "pictures/" in barred(editor)


async def test_a_refused_file_says_why_before_and_when_it_is_taken(
    pictures: Path, open_stories: Stage
) -> None:
    answers: list[Any] = []
    async with open_stories(PickerScreen("segment 10", pictures), answers=answers) as editor:
        await listed(editor)
        await editor.press(*"empty")
        await editor.shows("× Not usable", "It is empty.")
        assert "×" in barred(editor)
        assert "take it" not in editor.lines[-1]
        await editor.press("enter")
        await editor.until(lambda: "It is empty." in editor.lines[-1])
        assert not answers


async def test_a_picture_that_is_cut_short_is_found_out(
    pictures: Path, open_stories: Stage
) -> None:
    async with open_stories(PickerScreen("segment 10", pictures)) as editor:
        await listed(editor)
        await editor.press(*"cut")
        await editor.shows("× Not usable", "damaged or cut short")
        await editor.press("enter")
        await editor.until(lambda: "cut short" in editor.lines[-1])


async def test_refused_files_are_marked_in_the_list(pictures: Path, open_stories: Stage) -> None:
    async with open_stories(PickerScreen("segment 10", pictures)) as editor:
        await editor.until(lambda: any("×" in x and "empty.png" in x for x in editor.lines))
        row = next(at for at, line in enumerate(editor.lines) if "empty.png" in line)
        assert cell_at(editor.app, 4, row)[0] == "×"


@pytest.mark.parametrize("key", ["escape", "ctrl+c"])
async def test_escape_and_ctrl_c_leave_without_a_picture(
    key: str, pictures: Path, open_stories: Stage
) -> None:
    answers: list[Any] = []
    async with open_stories(PickerScreen("segment 10", pictures), answers=answers) as editor:
        await listed(editor)
        await editor.press("d", key)
        await editor.until(lambda: answers)
        assert answers == [None]
        assert editor.app.is_running


async def test_a_path_that_is_typed_is_opened_taken_or_said_to_be_absent(
    pictures: Path, open_stories: Stage
) -> None:
    answers: list[Any] = []
    async with open_stories(PickerScreen("segment 10", pictures), answers=answers) as editor:
        await listed(editor)
        await editor.press(*"./nowhere", "enter")
        await editor.until(lambda: "There is nothing at this path." in editor.lines[-1])
        assert not barred(editor).startswith("▌     ")
        await editor.press(*["backspace"] * 9, *"./old", "enter")
        await editor.shows("older.png")
        await editor.press(*str(pictures / "fog.webp"), "enter")
        await editor.until(lambda: answers)
        assert answers == [pictures / "fog.webp"]


async def test_a_tilde_is_the_home_folder(pictures: Path, open_stories: Stage) -> None:
    home = Path(os.environ["HOME"])
    shutil.copytree(pictures, home / "lamp")
    async with open_stories(PickerScreen("segment 10", pictures)) as editor:
        await listed(editor)
        await editor.press(*"~/lamp", "enter")
        await editor.until(lambda: editor.lines[0].endswith("~/lamp"))


async def test_hidden_folders_are_reached_by_a_path(pictures: Path, open_stories: Stage) -> None:
    (pictures / ".kept").mkdir()
    shutil.copy(pictures / "fog.webp", pictures / ".kept" / "mist.webp")
    async with open_stories(PickerScreen("segment 10", pictures)) as editor:
        await listed(editor)
        assert ".kept/" not in names(editor)
        await editor.press(*".kept", "enter")
        await editor.shows("mist.webp")


async def test_a_folder_that_is_gone_says_so_and_leads_back(
    pictures: Path, open_stories: Stage
) -> None:
    async with open_stories(PickerScreen("segment 10", pictures / "a" / "b")) as editor:
        await editor.shows("This folder is not there any more.", "Backspace goes")
        await editor.press("backspace")
        await editor.shows("dusk.jpg")


async def test_a_folder_that_may_not_be_read_says_so_and_what_to_do(
    pictures: Path, open_stories: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    scandir = os.scandir

    def kept(path: Any) -> Any:
        if Path(path) == pictures / "old":
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", kept)
    async with open_stories(PickerScreen("segment 10", pictures / "old"), size=(80, 24)) as editor:
        await editor.shows("This folder may not be read by", "Backspace goes")
        await editor.press("backspace")
        await editor.shows("dusk.jpg")


def test_of_a_long_path_the_end_is_shown_in_cells() -> None:
    assert path_end("~/pictures", 10) == "~/pictures"
    assert path_end("~/pictures/lamp", 10) == "…ures/lamp"
    assert path_end("~/写真/灯台の夜", 10) == "…/灯台の夜"
    assert path_end("~/写真/灯台の夜x", 10) == "…灯台の夜x"


async def test_an_empty_folder_says_so(pictures: Path, open_stories: Stage) -> None:
    async with open_stories(PickerScreen("segment 10", pictures / "sketches")) as editor:
        await editor.shows("No folders and no pictures here")
        assert names(editor)[0] == "../"


async def test_it_tells_where_a_picture_is_used(pictures: Path, open_stories: Stage) -> None:
    def used_in(path: Path, size: int) -> str | None:
        return "segment 3" if path.name == "fog.webp" and size else None

    async with open_stories(PickerScreen("segment 10", pictures, used_in)) as editor:
        await listed(editor)
        await editor.press(*"fog")
        await editor.shows("Used in", "segment 3")


async def test_a_folder_of_ten_thousand_is_listed_by_what_is_seen(
    tmp_path: Path, open_stories: Stage
) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(10_000):
        (folder / f"{number}.png").touch()
    async with open_stories(PickerScreen("segment 10", folder), size=(80, 24)) as editor:
        await editor.shows("10000 images", "↓ 9983 more")
        await editor.press("pagedown")
        await editor.shows("0 B")
        screen = editor.app.screen
        assert isinstance(screen, PickerScreen)
        assert len(screen._entries.verdicts) < 100


async def test_names_with_control_characters_are_drawn_as_signs(
    pictures: Path, open_stories: Stage
) -> None:
    shutil.copy(pictures / "fog.webp", pictures / "a\x1b[31m[red]\n.webp")
    async with open_stories(PickerScreen("segment 10", pictures)) as editor:
        await editor.shows("a␛[31m[red]")
        await editor.press(*"31m")
        await editor.shows("WebP")


async def test_a_narrow_screen_has_list_and_preview(pictures: Path, open_stories: Stage) -> None:
    async with open_stories(PickerScreen("segment 10", pictures), size=(80, 24)) as editor:
        await listed(editor)
        await editor.press(*"fog")
        await editor.shows("WebP", "64 × 36")
        assert any(line[44:].startswith("fog.webp") for line in editor.lines)


async def test_help_opens_with_f1_and_a_question_mark_is_typed(
    pictures: Path, open_stories: Stage
) -> None:
    async with open_stories(PickerScreen("segment 10", pictures)) as editor:
        await listed(editor)
        await editor.press("question_mark")
        await editor.shows("Nothing here has “?”")
        await editor.press("f1")
        await editor.until(lambda: isinstance(editor.app.screen, HelpScreen))
        await editor.shows("parent folder")


async def test_what_is_typed_ahead_of_a_folder_is_meant_for_it(
    pictures: Path, open_stories: Stage
) -> None:
    answers: list[Any] = []
    async with open_stories(PickerScreen("segment 10", pictures), answers=answers) as editor:
        for key in (*"old", "enter", *"older", "enter"):
            character = key if len(key) == 1 else None
            editor.app.post_message(events.Key(key, character))
        await editor.until(lambda: answers)
        assert answers == [pictures / "old" / "older.png"]


@pytest.mark.parametrize("error", [PermissionError(13, "Permission denied"), None])
async def test_a_path_that_cannot_be_looked_at_is_refused_and_the_picker_stays(
    error: OSError | None,
    pictures: Path,
    open_stories: Stage,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    typed = "./" + ("far" if error else "x" * 300)
    real = os.stat

    def stat(path: Any, *arguments: Any, **options: Any) -> os.stat_result:
        if error is not None and str(path).endswith("far"):
            raise error
        return real(path, *arguments, **options)

    monkeypatch.setattr(os, "stat", stat)
    why = "Permission denied" if error else "File name too long"
    async with open_stories(PickerScreen("segment 10", pictures)) as editor:
        await listed(editor)
        editor.app.screen.query_one(PathLine).post_message(events.Paste(typed))
        await editor.shows("Not usable", why)
        await editor.press("enter")
        await editor.until(lambda: why in editor.lines[-1])
        assert editor.app.is_running
        assert not editor.app.faulted


async def test_a_fault_in_looking_goes_to_the_log_and_the_picker_stays(
    pictures: Path, open_stories: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fault(*arguments: Any, **options: Any) -> None:
        raise ZeroDivisionError

    answers: list[Any] = []
    async with open_stories(PickerScreen("segment 10", pictures), answers=answers) as editor:
        await listed(editor)
        with monkeypatch.context() as patched:
            for name in ("picker.examine", "picker.glance", "preview_pane.examine"):
                patched.setattr(f"storyflow_tui.tui.screens.{name}", fault)
            await editor.press(*"fog")
            # In the pane; the hint line says it too, until the next key.
            await editor.until(lambda: "It could not be looked at." in editor.text)
            await editor.press("enter")
            await editor.until(lambda: "It could not be looked at." in editor.lines[-1])
        await editor.press("enter")
        await editor.until(lambda: answers)
        assert answers == [pictures / "fog.webp"]
    (log, *_) = (state_folder() / "logs").iterdir()
    assert "ZeroDivisionError" in log.read_text(encoding="utf-8")


async def test_pipes_devices_and_links_in_circles_are_refused_by_name(
    pictures: Path, open_stories: Stage
) -> None:
    os.mkfifo(pictures / "pipe.png")
    (pictures / "null.png").symlink_to("/dev/null")
    (pictures / "circle.png").symlink_to("circle.png")
    async with open_stories(PickerScreen("segment 10", pictures)) as editor:
        await listed(editor)
        for name in ("pipe.png", "null.png", "circle.png"):
            await editor.press(*name)
            await editor.shows("Not usable")
            await editor.press("enter")
            await editor.until(lambda: "Not usable" in editor.lines[-1])
            assert names(editor) == [name]
            assert isinstance(editor.app.screen, PickerScreen)
            await editor.press(*["backspace"] * len(name))
            await listed(editor)


async def test_a_file_replaced_while_it_is_seen_is_judged_anew(
    pictures: Path, open_stories: Stage
) -> None:
    answers: list[Any] = []
    async with open_stories(PickerScreen("segment 10", pictures), answers=answers) as editor:
        await listed(editor)
        await editor.press(*"fog")
        await editor.shows("64 × 36")
        (pictures / "new").write_bytes(b"no picture at all")
        (pictures / "new").replace(pictures / "fog.webp")
        await editor.press("enter")
        await editor.until(lambda: "Not usable" in editor.lines[-1])
        assert not answers


async def test_a_folder_that_vanishes_while_it_is_seen_leads_back(
    pictures: Path, open_stories: Stage
) -> None:
    async with open_stories(PickerScreen("segment 10", pictures / "old")) as editor:
        await editor.shows("older.png")
        shutil.rmtree(pictures / "old")
        await editor.press(*"older", "enter")
        await editor.until(lambda: "There is nothing at this path." in editor.lines[-1])
        await editor.press(*["backspace"] * 6)
        await editor.shows("dusk.jpg")


async def test_a_folder_with_control_characters_in_its_name_is_drawn_as_signs(
    pictures: Path, open_stories: Stage
) -> None:
    odd = pictures / "a\n\x1b[31mb"
    odd.mkdir()
    shutil.copy(pictures / "fog.webp", odd)
    async with open_stories(PickerScreen("segment 10", odd)) as editor:
        await editor.shows("fog.webp", "␛[31mb")
        await editor.press(*"./none", "enter")
        await editor.until(lambda: "There is nothing at this path." in editor.lines[-1])
        assert not any("\x1b" in line or "\n" in line for line in editor.lines)


def test_a_file_of_an_impossible_time_has_no_time(
    pictures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = (pictures / "fog.webp").stat()
    status = SimpleNamespace(
        st_mode=real.st_mode, st_size=real.st_size, st_mtime=4e11, st_mtime_ns=4 * 10**20
    )
    monkeypatch.setattr(Path, "stat", Mock(return_value=status))
    verdict = examine(pictures / "fog.webp")
    assert (verdict.changed, verdict.pixels) == (None, "64 × 36")
