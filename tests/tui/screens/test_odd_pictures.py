"""Pictures of odd kinds in card, pane, read-through and picker: as they should be, or a sign."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import pytest
from PIL import Image
from textual.geometry import Region

from storyflow_tui.library import Library
from storyflow_tui.story import Story, StorySegment
from storyflow_tui.tui import session
from storyflow_tui.tui.folders import read_folder
from storyflow_tui.tui.look import palette
from storyflow_tui.tui.screens import preview_pane
from storyflow_tui.tui.screens.picker import PickerScreen
from storyflow_tui.tui.screens.read_through import ReadThroughScreen
from storyflow_tui.tui.widgets.card import CardShape
from storyflow_tui.tui.widgets.picture import Picture
from tests.odd_pictures import ODD, Pixel, painted
from tests.screens import screen_lines
from tests.tui.conftest import Editor, Opener
from tests.tui.screens.conftest import Stage
from tests.tui.test_pixels import pixels

NEAR = 16


def rgb(colour: str) -> Pixel:
    return tuple(bytes.fromhex(colour[1:]))  # type: ignore[return-value]


def seen(editor: Editor, region: Region) -> list[list[Pixel]]:
    """The pixels in a part of the screen; raises AssertionError where words stand in it."""
    lines = screen_lines(editor.app)[region.y : region.bottom]
    return pixels([line.crop(region.x, region.right) for line in lines])


def quarters(shown: list[list[Pixel]]) -> list[Pixel]:
    """The mean colours of the middles of its quarters."""
    high, wide = len(shown), len(shown[0])
    means = []
    for top in (0, high // 2):
        for left in (0, wide // 2):
            part = [
                shown[y][x]
                for y in range(top + high // 8, top + high // 2 - high // 8)
                for x in range(left + wide // 8, left + wide // 2 - wide // 8)
            ]
            means.append(tuple(sum(pixel[n] for pixel in part) // len(part) for n in range(3)))
    return means  # type: ignore[return-value]


def agree(shown: list[Pixel], wanted: Sequence[Pixel | None], ground: Pixel) -> bool:
    return all(
        abs(a - b) <= NEAR
        for pixel, colour in zip(shown, wanted, strict=True)
        for a, b in zip(pixel, colour or ground, strict=True)
    )


async def comes(
    editor: Editor, where: Callable[[], Region], name: str, ground: str, *, sign: str = ""
) -> None:
    """Wait until a part of the screen shows the odd picture, or its sign."""
    wanted = ODD[name].quarters
    shown: list[object] = []

    def there() -> bool:
        region = where()
        lines = screen_lines(editor.app)[region.y : region.bottom]
        if wanted is None:
            return any(sign in line.crop(region.x, region.right).text for line in lines)
        try:
            found = quarters(seen(editor, region)) if region else []
        except AssertionError:
            return False
        shown[:] = found
        return bool(found) and agree(found, wanted, rgb(ground))

    try:
        await editor.until(there)
    except AssertionError as error:
        told = f"{name}: {shown} is not {wanted} on {rgb(ground)}\n{editor.text}"
        raise AssertionError(told) from error


def in_card(editor: Editor) -> Region:
    """The place of the current card's picture."""
    timeline = editor.screen.timeline
    shape = CardShape.of(timeline.size.width, editor.app.size.height, timeline.count)
    row = timeline.region.y + 1 + (timeline.cursor - timeline.top) * shape.pitch
    return Region(shape.gutter, row, *shape.thumb)


def in_pane(editor: Editor) -> Region:
    """The picture place of the pane of whatever screen is on top."""
    return editor.app.screen.query_one("#pane").query_one(Picture).region


def in_reading(editor: Editor) -> Region:
    """Where a picture of 16 to 9 stands when a story is read through."""
    box = editor.app.screen.query_one(Picture).region
    wide = min(box.width, round(box.height * 32 / 9))
    return Region(box.x + (box.width - wide) // 2, box.y, wide, box.height)


@pytest.fixture(autouse=True)
def _looks_at_files_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "LOOK_EVERY", 0.05)
    monkeypatch.setattr(session, "LOOK_AT_FILES_EVERY", 0.05)
    monkeypatch.setattr(preview_pane, "LOOK_EVERY", 0.05)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A file of each kind, named by it."""
    made = tmp_path / "odd"
    made.mkdir()
    for name, odd in ODD.items():
        odd.write(made / f"{name}.{odd.ending}")
    return made


@pytest.fixture
def project_id(library: Library, folder: Path) -> int:
    """A story with a segment for each."""
    story = Story("Odd", [StorySegment(f"{name}.", "") for name in ODD])
    project = library.projects.import_story(story)
    for record, (name, odd) in zip(library.segments.list(project.id), ODD.items(), strict=True):
        good = folder.parent / f"good.{odd.ending}"
        painted().save(good)
        file = library.file(library.segments.attach_image(record.id, good).image_file)
        assert file is not None
        shutil.copy(folder / f"{name}.{odd.ending}", file)
    return project.id


@pytest.mark.parametrize("theme", ["dark", pytest.param("light", marks=pytest.mark.long)])
async def test_card_pane_and_read_through_show_each_as_it_is_or_its_sign(
    project_id: int, open_story: Opener, theme: str
) -> None:
    async with open_story(project_id=project_id) as editor:
        editor.app.theme = theme
        colours = palette(theme)
        for number, name in enumerate(ODD):
            if number:
                await editor.press("j")
            await editor.until(lambda at=number: editor.cursor == at + 1)  # type: ignore[misc]
            card = partial(in_card, editor)
            await comes(editor, card, name, colours.raised, sign="! broken")
            pane = partial(in_pane, editor)
            await comes(editor, pane, name, colours.well, sign="! The picture cannot be read.")
        await editor.press("g", "v")
        await editor.until(lambda: isinstance(editor.app.screen, ReadThroughScreen))
        for number, name in enumerate(ODD):
            if number:
                await editor.press("j")
            await editor.shows(f"{number + 1} of {len(ODD)}")
            box = partial(in_reading, editor)
            await comes(editor, box, name, colours.ground, sign="! The picture cannot be read.")


@pytest.mark.long
async def test_the_picker_shows_each_as_it_is_or_why_it_cannot_be_used(
    folder: Path, open_stories: Stage
) -> None:
    async with open_stories(PickerScreen("segment 1", folder)) as editor:
        await editor.shows("../", "cmyk.jpg")
        names = [entry.name for entry in read_folder(folder).entries]
        for name in names:
            if name != names[0]:
                await editor.press("down")
            await editor.until(lambda at=name: at in editor.lines[2][68:])  # type: ignore[misc]
            box = partial(in_pane, editor)
            odd = name.rpartition(".")[0]
            await comes(editor, box, odd, palette("dark").well, sign="× Not usable")


async def test_another_theme_shows_through_the_holes_at_once(
    library: Library, folder: Path, open_story: Opener
) -> None:
    story = Story("Odd", [StorySegment("One.", "", "transparent.png")], folder)
    project = library.projects.import_story(story)
    async with open_story(project_id=project.id) as editor:
        for theme in ("dark", "light", "high-contrast-dark"):
            editor.app.theme = theme
            colours = palette(theme)
            await comes(editor, partial(in_card, editor), "transparent", colours.raised)
            await comes(editor, partial(in_pane, editor), "transparent", colours.well)


@pytest.mark.parametrize("size", [(1, 1), (10_000, 10), (10, 10_000)])
async def test_a_picture_of_a_pixel_and_one_of_a_line_are_seen(
    library: Library, open_story: Opener, tmp_path: Path, size: tuple[int, int]
) -> None:
    Image.new("RGB", size, "#c82828").save(tmp_path / "a.png")
    project = library.projects.import_story(
        Story("Odd", [StorySegment("One.", "", "a.png")], tmp_path)
    )
    async with open_story(project_id=project.id) as editor:

        def reds(where: Region) -> int:
            try:
                rows = seen(editor, where)
            except AssertionError:
                return 0
            return sum(pixel == (200, 40, 40) for row in rows for pixel in row)

        large = editor.screen.pane.picture.region
        await editor.until(lambda: reds(in_card(editor)) == 180)
        wanted = {1: 28 * 28, 10_000: 48, 10: 28}[size[0]]
        await editor.until(lambda: reds(large) == wanted)


async def test_a_picture_replaced_removed_and_put_back_from_outside_is_shown_as_it_is(
    library: Library, open_story: Opener, tmp_path: Path
) -> None:
    painted().save(tmp_path / "a.png")
    story = Story("Odd", [StorySegment("One.", "", "a.png"), StorySegment("Two.")], tmp_path)
    project = library.projects.import_story(story)
    file = library.file(library.segments.list(project.id)[0].image_file)
    assert file is not None
    kept = file.with_name("kept.png")
    async with open_story(project_id=project.id) as editor:
        colours = palette("dark")

        async def come(name: str, sign: str = "", words: str = "") -> None:
            await comes(editor, partial(in_card, editor), name, colours.raised, sign=sign)
            await comes(editor, partial(in_pane, editor), name, colours.well, sign=words)

        await come("palette")
        other = tmp_path / "other.png"
        ODD["grey"].write(other)
        other.replace(file)
        await come("grey")
        file.rename(kept)
        await come("nonsense", "! missing", "! The picture is missing.")
        kept.rename(file)
        await come("grey")
        file.write_bytes(b"no picture")
        await come("nonsense", "! broken", "! The picture cannot be read.")
        painted().save(file)
        await come("palette")


async def test_a_picture_replaced_while_it_is_read_through_or_picked_is_shown_as_it_is(
    library: Library, open_story: Opener, tmp_path: Path
) -> None:
    painted().save(tmp_path / "a.png")
    story = Story("Odd", [StorySegment("One.", "", "a.png")], tmp_path)
    project = library.projects.import_story(story)
    file = library.file(library.segments.list(project.id)[0].image_file)
    assert file is not None
    async with open_story(project_id=project.id) as editor:
        await editor.press("v")
        await editor.until(lambda: isinstance(editor.app.screen, ReadThroughScreen))
        inner = partial(in_reading, editor)
        await comes(editor, inner, "palette", palette("dark").ground)
        ODD["grey"].write(file)
        await comes(editor, inner, "grey", palette("dark").ground)
        await editor.press("q")
        editor.app.last_image_folder = tmp_path
        await editor.press("i")
        await editor.shows("Choose a picture", "a.png")
        await editor.press("down")
        await editor.shows("Pixels")
        box = partial(in_pane, editor)
        await comes(editor, box, "palette", palette("dark").well)
        ODD["grey"].write(tmp_path / "a.png")
        await comes(editor, box, "grey", palette("dark").well)


@pytest.mark.long
async def test_a_progressive_picture_of_24_megapixels_takes_little_memory(
    library: Library, open_story: Opener, tmp_path: Path
) -> None:
    large = Image.effect_noise((1500, 1000), 40).resize((6000, 4000)).convert("RGB")
    large.save(tmp_path / "a.jpg", progressive=True)
    asked = (
        "import resource, sys; from pathlib import Path; from storyflow_tui.library import images\n"
        "with_modules = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "image = images.Thumbnails(Path(sys.argv[2])).proxy(Path(sys.argv[1]))\n"
        "peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "unit = 1024**2 if sys.platform == 'darwin' else 1024\n"
        "print(*image.size, (peak - with_modules) // unit)"
    )
    # By way of a shell: a process starts with the peak of the one that it was made from.
    line = shlex.join([sys.executable, "-c", asked, str(tmp_path / "a.jpg"), str(tmp_path / "t")])
    told = subprocess.run(["sh", "-c", f"{line}; true"], check=True, capture_output=True, text=True)
    width, height, mebibytes = map(int, told.stdout.split())
    assert (width, height) == (320, 213)
    assert mebibytes < 150, "its coefficients are 72 MiB; its pixels would be 69 more"
    story = Story("Odd", [StorySegment("One.", "", "a.jpg")], tmp_path)
    project = library.projects.import_story(story)
    async with open_story(project_id=project.id) as editor:
        await editor.shows("6000×4000")
        await editor.until(lambda: bool(seen(editor, in_pane(editor))))


async def test_a_picture_replaced_while_its_card_is_out_of_view_is_shown_as_it_is(
    library: Library, open_story: Opener, tmp_path: Path
) -> None:
    for number in range(40):
        painted(size=(64 + number, 36)).save(tmp_path / f"{number}.png")
    segments = [StorySegment(f"{number}.", "", f"{number}.png") for number in range(40)]
    project = library.projects.import_story(Story("Odd", segments, tmp_path))
    file = library.file(library.segments.list(project.id)[0].image_file)
    assert file is not None
    async with open_story(project_id=project.id) as editor:
        card = partial(in_card, editor)
        await comes(editor, card, "palette", palette("dark").raised)
        for _ in range(8):
            await editor.press("pagedown")
            await comes(editor, card, "palette", palette("dark").raised)
        ODD["grey"].write(file)
        await editor.press("g")
        await comes(editor, card, "grey", palette("dark").raised)
