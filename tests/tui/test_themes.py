"""Themes in the running editor: taken at once on every screen, and remembered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest
from rich.color import Color, ColorType
from rich.style import Style

from storyflow_tui.config import Settings, config_file, state_folder
from storyflow_tui.story import Story, StorySegment
from storyflow_tui.tui.choices import recall_theme, remember_theme
from storyflow_tui.tui.palettes import THEMES, Palette, palette
from tests.screens import screen_lines
from tests.tui.conftest import Editor, Opener


def styles(editor: Editor) -> Iterator[Style]:
    """The styles of all cells that are shown; of blanks the background is all that is seen."""
    for strip in screen_lines(editor.app):
        for text, style, _ in strip:
            if style is not None:
                yield style if text.strip() else Style(bgcolor=style.bgcolor, reverse=style.reverse)


def colours(editor: Editor) -> set[str]:
    """The colours of all cells that are shown: `#rrggbb`, or numbers of the terminal's own."""
    return {
        colour.triplet.hex if colour.triplet else str(colour.number)
        for style in styles(editor)
        for colour in (style.color, style.bgcolor)
        if colour is not None
    }


def own(theme: str) -> set[str]:
    """The colours of a theme."""
    found = [Color.parse(getattr(palette(theme), field.name)) for field in fields(Palette)]
    return {one.triplet.hex if one.triplet else str(one.number) for one in found}


SCREENS = {
    "the timeline": [],
    "a field": ["e"],
    "the help": ["f1"],
    "the field again": ["escape"],
    "a question": ["ctrl+s", "d"],
    "the history": ["n", "H"],
    "the picker": ["q", "i"],
    "the stories": ["escape", "q"],
    "a line": ["n"],
    "the import": ["escape", "i"],
}


@pytest.mark.long
async def test_every_screen_takes_every_theme_at_once(open_story: Opener, tmp_path: Path) -> None:
    async with open_story(3) as editor:
        editor.app.last_image_folder = tmp_path
        wrong = []
        for name, keys in SCREENS.items():
            await editor.press(*keys)
            await editor.pilot.pause()
            for theme in ("high-contrast-light", "16-colours", "light", "dark"):
                editor.app.theme = theme
                for _ in range(20):
                    if colours(editor) <= own(theme):
                        break
                    await editor.pilot.pause(0.01)
                if others := colours(editor) - own(theme):
                    wrong.append((name, theme, others))
        assert wrong == []


@pytest.mark.parametrize("theme", ["high-contrast-light", "16-colours"])
async def test_the_palette_is_in_the_colours_of_the_theme(open_story: Opener, theme: str) -> None:
    async with open_story(1, settings=Settings(theme=theme)) as editor:
        await editor.press("ctrl+p", *"theme")
        await editor.shows("Theme: dark")
        assert colours(editor) <= own(theme)
        assert theme.replace("-", " ") not in editor.text


async def test_in_16_colours_the_cursor_and_the_safe_answer_can_be_seen(
    open_story: Opener,
) -> None:
    async with open_story(3, settings=Settings(theme="16-colours")) as editor:
        await editor.press("d")
        await editor.shows("n keep it")
        assert any(style.reverse for style in styles(editor))
        await editor.press("n")
        assert not any(style.reverse for style in styles(editor))
        await editor.press("e")
        await editor.until(lambda: any(style.reverse for style in styles(editor)))
        await editor.press("escape", "q", "n")
        await editor.shows("Title")
        await editor.until(lambda: any(style.reverse for style in styles(editor)))


@pytest.mark.parametrize("theme", [one.name for one in THEMES])
async def test_every_theme_may_be_named_by_the_settings(open_story: Opener, theme: str) -> None:
    async with open_story(1, settings=Settings(theme=theme)) as editor:
        assert editor.app.theme == theme
        assert editor.app.native_ansi_color is (theme == "16-colours")


async def test_without_colour_16_colours_has_none(
    open_story: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with open_story(3, settings=Settings(theme="16-colours")) as editor:
        await editor.press("d")
        await editor.shows("Delete segment 1?")
        for style in styles(editor):
            for colour in (style.color, style.bgcolor):
                assert colour is None or _is_grey(colour.type, colour.triplet)


def _is_grey(kind: ColorType, triplet: tuple[int, int, int] | None) -> bool:
    return kind is ColorType.DEFAULT or (triplet is not None and len(set(triplet)) == 1)


async def test_the_palette_offers_the_other_themes_and_keeps_the_choice(
    open_story: Opener,
) -> None:
    config_file().parent.mkdir(parents=True)
    config_file().write_text('# mine\ntheme = "light"\n')
    async with open_story(1, settings=Settings(theme="light")) as editor:
        await editor.press("ctrl+p", *"contrast dark")
        await editor.shows("Theme: high contrast dark")
        await editor.press("enter")
        await editor.until(lambda: editor.app.theme == "high-contrast-dark")
        await editor.shows("Theme: high contrast dark", "kept for the next time")
    assert recall_theme("light") == "high-contrast-dark"
    assert config_file().read_text() == '# mine\ntheme = "light"\n'


async def test_a_demo_leaves_no_trace_of_the_choice(open_story: Opener) -> None:
    async with open_story(1, demo=True) as editor:
        editor.app.take_theme("light")
        await editor.shows("Theme: light")
    assert not state_folder().exists()


async def test_a_choice_that_cannot_be_kept_holds_and_says_so(
    open_story: Opener, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    async with open_story(1) as editor:
        editor.app.take_theme("light")
        await editor.shows("! Theme: light", "it could not be kept")
        assert editor.app.theme == "light"


def test_a_choice_holds_until_the_setting_is_changed(tmp_path: Path) -> None:
    file = tmp_path / "choices.json"
    assert recall_theme("dark", file) == "dark"
    assert remember_theme("light", "dark", file)
    assert recall_theme("dark", file) == "light"
    assert recall_theme("16-colours", file) == "16-colours"


def test_choosing_what_the_settings_name_forgets_the_choice(tmp_path: Path) -> None:
    file = tmp_path / "choices.json"
    remember_theme("light", "dark", file)
    remember_theme("dark", "dark", file)
    assert not file.exists()


@pytest.mark.parametrize("data", [b"", b"[]", b"{", b'{"theme": 3, "instead_of": "dark"}', b"\xff"])
def test_a_damaged_choice_is_none(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "choices.json"
    file.write_bytes(data)
    assert recall_theme("dark", file) == "dark"


async def test_plain_signs_are_a_setting_and_leave_the_texts_alone(open_story: Opener) -> None:
    story = Story("Die Möwe", [StorySegment("Über dem Wasser 灯.", "nachts")])
    async with open_story(story=story, settings=Settings(signs="ascii")) as editor:
        await editor.press("l")
        await editor.shows("Die Möwe", "Über dem Wasser 灯.", "> nachts", "   L")
        assert not set(editor.text) & {"◘", "▌", "›", "·", "…"}
