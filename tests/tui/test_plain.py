"""Without UTF-8 and without colours: plain signs everywhere, and every state can still be told."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.color import Color

from storyflow_tui.config import Settings
from storyflow_tui.story import Story, StorySegment
from storyflow_tui.tui.plain import Plain, plain_filters, terminal_encoding
from storyflow_tui.tui.screens.conflict import ConflictScreen
from tests.screens import cell_at, screen_text
from tests.tui.conftest import Editor, Opener

BLACK = Color(0, 0, 0)
FOREIGN = "Ein Füllhorn – “灯台守の夜”, e\u0301 and 🔥 · done…"


def plain(*texts: str, encoding: str = "ascii") -> str:
    style = Style(color="#ffffff", bgcolor="#000000")
    done = Plain(encoding).apply([Segment(text, style) for text in texts], BLACK)
    return "".join(segment.text for segment in done)


def test_signs_are_those_of_the_ascii_column() -> None:
    assert plain("▌■ ◘ › × ↑ ↓ ~ ! ·") == "|* L > x ^ v ~ ! -"


@pytest.mark.parametrize(
    ("drawn", "shown"),
    [
        ("the whole…  ", "the whole..."),
        ("saving …   saved", "saving ... saved"),
        ("“he trimmed…”   ", '"he trimmed..." '),
        ("   …/pictures", " .../pictures"),
        ("no room…", "no room."),
        ("wait… and go  ", "wait. and go  "),
    ],
)
def test_a_cut_takes_its_dots_from_the_blanks_beside_it(drawn: str, shown: str) -> None:
    assert plain(drawn) == shown


def test_a_cut_takes_no_blank_of_another_ground() -> None:
    line = [Segment("cut…", Style(bgcolor="#111111")), Segment("  ", Style(bgcolor="#222222"))]
    assert "".join(one.text for one in Plain("ascii").apply(line, BLACK)) == "cut.  "


@pytest.mark.parametrize("text", [FOREIGN, "日本", "\u202eabc", "العربية"])
@pytest.mark.parametrize("encoding", ["ascii", "iso-8859-1", "koi8-r", "euc-jp", "no-such"])
def test_a_line_keeps_its_width_and_can_be_encoded(text: str, encoding: str) -> None:
    shown = plain(text, encoding=encoding)
    assert cell_len(shown) == cell_len(text)
    shown.encode("ascii" if encoding == "no-such" else encoding)


def test_letters_that_the_terminal_has_stay() -> None:
    assert plain("Füllhorn 灯 ×", encoding="iso-8859-1") == "Füllhorn ?? x"


def test_half_cells_become_blanks_on_the_colour_of_the_lower_pixel() -> None:
    style = Style(color="#ff0000", bgcolor="#0000ff")
    assert Plain("ascii").apply([Segment("▀▀", style)], BLACK) == [Segment("  ", style)]


@pytest.mark.parametrize(
    ("locale", "settings", "expected"),
    [
        ("ANSI_X3.4-1968", {}, "ANSI_X3.4-1968"),
        ("ANSI_X3.4-1968", {"PYTHONUTF8": "1"}, "stream"),
        ("UTF-8", {"PYTHONIOENCODING": "latin-1"}, "stream"),
        ("UTF-8", {}, "UTF-8"),
    ],
)
def test_the_locale_is_believed_unless_python_was_told_otherwise(
    locale: str, settings: dict[str, str], expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Stream:
        encoding = "stream"

    for name in ("PYTHONUTF8", "PYTHONIOENCODING"):
        monkeypatch.delenv(name, raising=False)
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("locale.getencoding", lambda: locale)
    monkeypatch.setattr("sys.__stderr__", Stream())
    assert terminal_encoding() == expected


def test_utf8_goes_through_nothing() -> None:
    assert plain_filters("utf-8") == plain_filters("UTF-8") == []
    assert len(plain_filters("ANSI_X3.4-1968")) == 1


@pytest.fixture
def story(tmp_path: Path) -> Story:
    """Four segments with a picture and a lock, and more letters than ASCII has."""
    Image.new("RGB", (64, 36), "#3070a0").save(tmp_path / "blue.png")
    long = f"{FOREIGN} " * 12
    return Story(
        "Die Türmerin · 灯",
        [
            StorySegment(long, "ein › Prompt", str(tmp_path / "blue.png"), True),
            *[StorySegment(f"{number} {long}", long) for number in range(2, 9)],
        ],
    )


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_every_screen_is_ascii_where_the_terminal_is(
    open_story: Opener, story: Story, size: tuple[int, int], tmp_path: Path
) -> None:
    (tmp_path / "käse.png").write_bytes(b"no picture")

    async def look(editor: Editor, *keys: str, shows: str) -> None:
        await editor.press(*keys)
        await editor.shows(shows)
        await editor.pilot.pause()
        text = "\n".join(screen_text(editor.app))
        assert text.isascii(), [character for character in text if not character.isascii()]
        assert {cell_len(line) for line in text.split("\n")} == {size[0]}

    async with open_story(story=story, size=size, encoding="ascii") as editor:
        editor.app.last_image_folder = tmp_path
        await look(editor, shows="|   1 ")
        assert editor.lines[3].startswith("|   L ")
        await look(editor, shows="> ein > Prompt")
        await look(editor, shows="v ")
        await look(editor, "end", shows="^ ")
        await look(editor, "home", "d", shows="Delete segment 1?")
        await look(editor, "n", "e", shows="F1 help")
        await look(editor, "f1", shows="you are here")
        await look(editor, "escape", "ctrl+p", shows="a few letters")
        await look(editor, "escape", "ctrl+s", "l", "i", shows="k?se.png")
        await look(editor, "end", "down", "down", "down", shows="x ")
        await look(editor, "escape", shows="1 of 8")
        both = (FOREIGN, FOREIGN + " ja")
        when = datetime(2026, 1, 2, tzinfo=UTC)
        editor.app.push_screen(ConflictScreen("灯", 1, "text_content", *both, when))
        await look(editor, shows="keep mine")
        await look(editor, "escape", "q", shows="Stories")
        await look(editor, "r", shows="Rename")
        await look(editor, "escape", "i", shows="Import a story")
        editor.app.post_message(events.Paste("Title: ×…\nnö"))
        await look(editor, shows="x  2 n?")


@pytest.mark.parametrize("theme", ["dark", "light"])
async def test_without_colours_every_state_can_be_told(
    open_story: Opener, story: Story, theme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")

    def seen(editor: Editor, column: int, row: int) -> Style:
        _, style = cell_at(editor.app, column, row)
        assert style.color is not None
        assert style.bgcolor is not None
        ink, ground = style.color.get_truecolor(), style.bgcolor.get_truecolor()
        assert len(set(ink)) == len(set(ground)) == 1, "colours were asked not to be sent"
        assert abs(ink[0] - ground[0]) > 80, "it cannot be read"
        return style

    def place(editor: Editor, words: str) -> tuple[int, int]:
        row = next(at for at, line in enumerate(editor.lines) if words in line)
        return editor.lines[row].index(words), row

    async with open_story(story=story, settings=Settings(theme=theme), size=(80, 24)) as editor:
        # Where you are, and the lock: signs and a word; the current number is bold.
        assert editor.lines[2].startswith("▌   1 ")
        assert editor.lines[3].startswith("▌   ◘ ")
        assert "locked" in editor.text
        seen(editor, 0, 2)
        assert seen(editor, 4, 2).bold
        # The safe answer is reversed.
        await editor.press("d")
        await editor.shows("keep it")
        safe = seen(editor, *place(editor, "keep it"))
        other = seen(editor, *place(editor, "delete"))
        assert safe.bgcolor == other.color
        assert safe.color == other.bgcolor
        # So is the cursor in a text.
        await editor.press("n", "j", "e", *["up"] * 30, "home")
        await editor.shows("F1 help")
        column, row = place(editor, "2 Ein")
        cursor, text = seen(editor, column, row), seen(editor, column + 1, row)
        assert cursor.bgcolor == text.color
        assert cursor.color == text.bgcolor
        assert editor.lines[row][column - 2] == "▌"
        # What cannot be saved is said in words.
        await editor.press("f7", "delete")
        await editor.shows("! not saved")
        seen(editor, *place(editor, "! not saved"))
