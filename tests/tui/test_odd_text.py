"""Odd texts on every screen of the running editor: each line is as wide as the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image

from storyflow_tui.library import Library
from storyflow_tui.story import Story, StorySegment
from storyflow_tui.tui.look import Grid, palette
from storyflow_tui.tui.screens.conflict import ConflictScreen
from storyflow_tui.tui.widgets.field import Field
from tests.odd_texts import ODD_TEXTS, terminal_width
from tests.screens import cell_at, screen_lines
from tests.tui.conftest import Editor, Opener


def each_long(*values: object) -> list[object]:
    """Each of these for the long tests only."""
    return [pytest.param(value, marks=pytest.mark.long) for value in values]


SCREENS: dict[str, tuple[str, Sequence[str]]] = {
    "the timeline": ("TimelineScreen", []),
    "its end": ("TimelineScreen", ["G"]),
    "marks": ("TimelineScreen", ["space", "k", "space"]),
    "a question": ("Question", ["d"]),
    "a position": ("LineInput", ["escape", "escape", "colon", "3"]),
    "the filters": ("FilterSheet", ["escape", "f"]),
    "the find bar": ("TimelineScreen", ["escape", "slash", "漢"]),
    "what was found": ("TimelineScreen", ["enter"]),
    "the narration": ("TimelineScreen", ["escape", "g", "e"]),
    "the prompt": ("TimelineScreen", ["tab"]),
    "the help": ("HelpScreen", ["f1"]),
    "the history": ("HistoryScreen", ["escape", "ctrl+s", "H"]),
    "a change": ("HistoryScreen", ["j", "j"]),
    "the export": ("ExportScreen", ["escape", "x"]),
    "the picker": ("PickerScreen", ["escape", "i"]),
    "a refused file": ("PickerScreen", ["down"]),
    "the pairs": ("PairsScreen", ["escape", "F", "enter"]),
    "reading through": ("ReadThroughScreen", ["escape", "v"]),
    "its prompt": ("ReadThroughScreen", ["p"]),
    "a rehearsal": ("RehearseScreen", ["q", "t"]),
    "the story itself": ("StoryPage", ["q", "P"]),
    "the lengths": ("LengthsScreen", ["l"]),
    "another story": ("OtherStoryScreen", ["q", "q", "c"]),
    "the palette": ("Palette", ["escape", "ctrl+p", "霧"]),
    "the stories": ("ProjectsScreen", ["escape", "q"]),
    "renaming": ("LineInput", ["r"]),
    "the import": ("ImportScreen", ["escape", "i"]),
}
"""By name: the screen on top, and the keys that lead there from the one before."""

SIZES = ((120, 40), (80, 24))
MORE = ((60, 24), (80, 40), (100, 24), (100, 40), (120, 24), (160, 24), (160, 50))


def misaligned(editor: Editor) -> list[str]:
    """The lines that a terminal would draw wider or narrower than it is."""
    width = editor.app.size.width
    return [
        f"{terminal_width(line.text)}: {line.text}"
        for line in screen_lines(editor.app)
        if terminal_width(line.text) != width or line.cell_length != width
    ]


def measure(editor: Editor) -> tuple[int, int]:
    """Columns of the first line and number of lines."""
    lines = screen_lines(editor.app)
    return (lines[0].cell_length if lines else 0, len(lines))


async def fits(editor: Editor, sizes: Sequence[tuple[int, int]], name: str) -> None:
    for size in sizes:
        if editor.app.size != size:
            await editor.pilot.resize_terminal(*size)
        await editor.until(lambda at=size: measure(editor) == at)  # type: ignore[misc]
        await editor.pilot.pause()
        assert misaligned(editor) == [], f"{name} at {size}"


@pytest.fixture
def odd_story(tmp_path: Path) -> Story:
    """A segment for each odd text, which is its prompt too; one with a picture of an odd name."""
    folder = tmp_path / "霧の夜 e\u0301 🇩🇪"
    folder.mkdir()
    Image.new("RGB", (64, 36), "#c82828").save(folder / "霧🇩🇪e\u0301م.png")
    (folder / "霧の中の灯台はとても静かで誰もそこに行かない夜が続く.png").write_bytes(b"no")
    segments = [StorySegment(text, text[:5000]) for text in ODD_TEXTS.values()]
    segments[0] = StorySegment(segments[0].text_content, "霧", "霧🇩🇪e\u0301م.png")
    return Story("灯台 e\u0301 👨\u200d👩\u200d👧 🇩🇪 مرحبا कहानी " * 4, segments, folder)


@pytest.mark.parametrize("sizes", [SIZES, pytest.param(MORE, marks=pytest.mark.long)])
async def test_every_line_of_every_screen_is_as_wide_as_the_terminal(
    library: Library,
    open_story: Opener,
    odd_story: Story,
    sizes: Sequence[tuple[int, int]],
) -> None:
    project = library.projects.import_story(odd_story)
    for record in library.segments.list(project.id)[1:4]:
        library.segments.edit(record.id, text_content=f"霧{record.text_content}"[:2000])
    async with open_story(project_id=project.id) as editor:
        assert odd_story.folder is not None
        editor.app.last_image_folder = odd_story.folder
        for name, (screen, keys) in SCREENS.items():
            for key in keys:
                await editor.press(key)
            await editor.until(lambda at=screen: type(editor.app.screen).__name__ == at)  # type: ignore[misc]
            await fits(editor, sizes, name)


@pytest.mark.parametrize(
    "name", ["emoji", "indic", *each_long(*sorted(ODD_TEXTS.keys() - {"emoji", "indic"}))]
)
async def test_a_conflict_of_odd_texts_is_as_wide_as_the_terminal(
    open_story: Opener, name: str
) -> None:
    mine, theirs = ODD_TEXTS[name][:3000], f"霧 {ODD_TEXTS[name][:3000]} あ"
    async with open_story(1) as editor:
        screen = ConflictScreen(mine[:40], 1, "narration", mine, theirs, datetime.now(UTC))
        editor.app.push_screen(screen)
        await editor.until(lambda: screen.is_mounted and editor.app.screen is screen)
        await fits(editor, SIZES, name)


@pytest.mark.parametrize("size", [(100, 30), *each_long((120, 40), (160, 50))])
async def test_the_pane_stands_in_its_columns_beside_every_odd_text(
    library: Library, open_story: Opener, odd_story: Story, size: tuple[int, int]
) -> None:
    project = library.projects.import_story(odd_story)
    colours = palette("dark")
    async with open_story(project_id=project.id, size=size) as editor:
        left = Grid.of(*size).list_width
        for number in range(len(ODD_TEXTS)):
            if number:
                await editor.press("j")
            await editor.shows(f"{number + 1} of {len(ODD_TEXTS)}")
            for row in range(1, size[1] - 1):
                before, first = (cell_at(editor.app, at, row)[1] for at in (left - 1, left))
                assert before.bgcolor is not None
                assert first.bgcolor is not None
                assert before.bgcolor.name.upper() == colours.ground
                assert first.bgcolor.name.upper() != colours.ground


@pytest.mark.parametrize(
    "name",
    ["cjk", "indic", *each_long("korean", "marks", "emoji", "flags", "rtl", "controls", "full")],
)
async def test_letters_typed_amid_odd_text_are_where_the_cursor_is(
    open_story: Opener, name: str
) -> None:
    text = ODD_TEXTS[name]
    story = Story("Odd", [StorySegment(text)])
    async with open_story(story=story, size=(80, 24)) as editor:
        await editor.press("e", "up", "home", *["right"] * 9, "Q")
        field = editor.app.focused
        x, y = field.cursor_screen_offset  # type: ignore[union-attr]
        line = screen_lines(editor.app)[y]
        assert misaligned(editor) == []
        assert line.crop(x - 1, x).text == "Q"
        await editor.press("backspace", "ctrl+s")
        assert editor.texts == [text.replace("\r\n", "\n").replace("\r", "\n")]


@pytest.mark.parametrize("name", ["emoji", *each_long("marks", "flags", "controls")])
async def test_the_cursor_is_seen_at_every_place_of_odd_text(open_story: Opener, name: str) -> None:
    story = Story("Odd", [StorySegment(f"{ODD_TEXTS[name][:30]}\u200d")])
    async with open_story(story=story, size=(80, 24)) as editor:
        await editor.press("e")
        field = editor.app.focused
        assert isinstance(field, Field)
        cursor = palette("dark").cursor(field.rich_style)
        for _ in range(31):
            row = field.cursor_screen_offset.y - field.region.y
            seen = [one.text for one in field.render_line(row) if one.style == cursor]
            assert len(seen) == 1
            assert terminal_width(seen[0]) in (1, 2)
            await editor.pilot.press("left")


async def test_a_script_from_right_to_left_is_offered_the_persons_own_editor(
    open_story: Opener,
) -> None:
    story = Story("Odd", [StorySegment("שלום עולם, lamp"), StorySegment("lamp שלום and fog")])
    async with open_story(story=story, size=(80, 24)) as editor:
        await editor.press("e")
        await editor.shows("in logical order", "then E: your own editor")
        await editor.press("ctrl+s", "j", "e")
        assert "logical order" not in editor.text
