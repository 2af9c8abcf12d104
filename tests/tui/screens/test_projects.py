from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from textual import events

from storyflow_tui import transfer
from storyflow_tui.config import Settings, state_folder
from storyflow_tui.library import Library
from storyflow_tui.records import ProjectRecord
from storyflow_tui.story import Story
from storyflow_tui.tui.screens.glances import glance_of_project
from storyflow_tui.tui.screens.import_story import ImportScreen
from storyflow_tui.tui.screens.projects import ProjectsScreen
from storyflow_tui.tui.screens.timeline import TimelineScreen
from storyflow_tui.tui.session import Session
from storyflow_tui.tui.widgets.rows import Rows
from storyflow_tui.tui.widgets.sheet import LineInput, Question
from storyflow_tui.tui.widgets.story_pane import Glance
from tests.tui.conftest import Editor
from tests.tui.screens.conftest import Stage

TITLES = ("Ferry Songs", "Night Mail", "The Lamp")


@pytest.fixture
def three(library: Library, sample_story: Callable[..., Story]) -> Library:
    """A library with three stories; the one made last stands first."""
    for count, title in enumerate(TITLES, 1):
        library.projects.import_story(sample_story(count, title))
    return library


def rows(editor: Editor) -> Rows:
    return editor.app.screen_stack[1].query_one(Rows)


def current(editor: Editor) -> str:
    screen = editor.app.screen_stack[1]
    assert isinstance(screen, ProjectsScreen)
    record = screen.current
    return record.title if record else ""


def titles(library: Library) -> list[str]:
    return [record.title for record in library.projects.list()]


async def sheet(editor: Editor, kind: type[LineInput | Question]) -> None:
    await editor.until(lambda: isinstance(editor.app.screen, kind))
    await editor.pilot.pause()


async def test_each_story_has_a_row_with_its_counts(three: Library, open_stories: Stage) -> None:
    async with open_stories() as editor:
        line = next(line for line in editor.lines if "Night Mail" in line)
        assert line[6:66].split() == ["Night", "Mail", "2", "0", "~0:03", "just", "now"]
        assert "3 stories" in editor.lines[0]


async def test_the_bar_moves_by_every_key_of_the_table(three: Library, open_stories: Stage) -> None:
    async with open_stories() as editor:
        for keys, title in (
            ("j", "Night Mail"),
            ("down", "Ferry Songs"),
            ("j", "Ferry Songs"),
            ("k", "Night Mail"),
            ("up", "The Lamp"),
            ("G", "Ferry Songs"),
            ("g", "The Lamp"),
            ("end", "Ferry Songs"),
            ("home", "The Lamp"),
            ("pagedown", "Ferry Songs"),
            ("pageup", "The Lamp"),
        ):
            await editor.press(keys)
            assert current(editor) == title, keys
            assert any(line.startswith("▌") and title in line for line in editor.lines), keys


async def test_enter_opens_the_timeline_and_q_comes_back_to_the_row(
    three: Library, open_stories: Stage
) -> None:
    async with open_stories() as editor:
        await editor.press("j", "enter")
        await editor.until(lambda: isinstance(editor.app.screen, TimelineScreen))
        await editor.shows("Narration of segment 2.")
        await editor.press("q")
        await editor.until(lambda: isinstance(editor.app.screen, ProjectsScreen))
        assert current(editor) == "Night Mail"


async def test_a_new_story_is_made_with_its_title_and_the_bar_goes_there(
    three: Library, open_stories: Stage
) -> None:
    async with open_stories() as editor:
        await editor.press("j", "n")
        await sheet(editor, LineInput)
        await editor.press(*"Fog", "enter")
        await editor.shows("Made “Fog”")
        assert titles(three)[0] == "Fog"
        assert current(editor) == "Fog"


async def test_a_title_that_cannot_be_is_answered_in_the_sheet(
    three: Library, open_stories: Stage
) -> None:
    async with open_stories() as editor:
        await editor.press("n")
        await sheet(editor, LineInput)
        await editor.press("space", "enter")
        await editor.shows("! A title cannot be empty.")
        await editor.press("escape")
        await editor.until(lambda: isinstance(editor.app.screen, ProjectsScreen))
        assert len(titles(three)) == 3


async def test_rename_starts_from_the_old_title(three: Library, open_stories: Stage) -> None:
    async with open_stories() as editor:
        await editor.press("j", "r")
        await sheet(editor, LineInput)
        await editor.press(*" II", "enter")
        await editor.shows("Renamed to “Night Mail II”")
        assert "Night Mail II" in titles(three)
        assert current(editor) == "Night Mail II"


@pytest.mark.parametrize("key", ["d", "delete"])
async def test_delete_names_what_goes_and_enter_keeps_it(
    key: str, three: Library, open_stories: Stage
) -> None:
    async with open_stories(settings=Settings(trash_days=7)) as editor:
        await editor.press("j", key)
        await sheet(editor, Question)
        await editor.shows("Delete “Night Mail”?", "2 segments go to the trash for 7 days")
        await editor.press("enter")
        await editor.until(lambda: isinstance(editor.app.screen, ProjectsScreen))
        assert "Night Mail" in titles(three)


async def test_delete_undo_and_redo_say_what_they_did(three: Library, open_stories: Stage) -> None:
    async with open_stories() as editor:
        await editor.press("j", "d")
        await sheet(editor, Question)
        await editor.press("y")
        await editor.shows("Deleted “Night Mail”")
        assert titles(three) == ["The Lamp", "Ferry Songs"]
        await editor.press("u")
        await editor.shows("Undone: delete “Night Mail”")
        assert current(editor) == "Night Mail"
        for key in ("U", "ctrl+r"):
            await editor.press(key)
            await editor.shows("Done again: delete “Night Mail”")
            assert "Night Mail" not in titles(three)
            await editor.press("u")
            await editor.until(lambda: "Night Mail" in titles(three))


async def test_undo_with_nothing_to_undo_says_so(library: Library, open_stories: Stage) -> None:
    async with open_stories() as editor:
        await editor.press("u")
        await editor.shows("! Nothing to undo.")


async def test_undo_is_refused_when_another_change_came_that_was_not_shown(
    three: Library, open_stories: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_stories() as editor:
        # The word of the change is still on its way when the key is pressed.
        monkeypatch.setattr(ProjectsScreen, "reload", lambda self: None)
        three.projects.create("From another window")
        await editor.press("u")
        await editor.shows("! Another change came meanwhile.")
        assert "From another window" in titles(three)


async def test_changes_of_another_process_show_with_the_cursor_kept(
    three: Library, open_stories: Stage
) -> None:
    async with open_stories() as editor:
        await editor.press("j")
        with Library.open(three.path) as other:
            other.projects.create("From another window")
        await editor.shows("From another window")
        assert current(editor) == "Night Mail"
        assert rows(editor).cursor == 2


async def test_the_pane_shows_the_story_under_the_bar(three: Library, open_stories: Stage) -> None:
    async with open_stories() as editor:
        await editor.shows("Narration of segment 1.", "0 of 3", "Locked", "not yet")
        await editor.press("j")
        await editor.shows("0 of 2")


async def test_the_pane_never_holds_the_list_up(
    three: Library, open_stories: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = threading.Event()
    asked: list[str] = []

    def slow(session: Session, record: ProjectRecord, now: datetime) -> Glance | None:
        asked.append(record.title)
        gate.wait(20)
        return glance_of_project(session, record, now)

    monkeypatch.setattr("storyflow_tui.tui.screens.projects.glance_of_project", slow)
    async with open_stories() as editor:
        await editor.until(lambda: "The Lamp" in asked)
        await editor.press("j")
        await editor.until(lambda: "Night Mail" in asked)
        assert current(editor) == "Night Mail"
        gate.set()
        # The one that was overtaken never shows.
        await editor.shows("0 of 2")


async def test_a_fault_in_looking_at_a_story_goes_to_the_log(
    three: Library, open_stories: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fault(*arguments: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("storyflow_tui.tui.screens.projects.glance_of_project", fault)
    async with open_stories() as editor:
        await editor.until((state_folder() / "logs").exists)
        await editor.press("j")
        assert current(editor) == "Night Mail"


async def test_a_narrow_screen_has_no_pane_and_all_columns(
    three: Library, open_stories: Stage
) -> None:
    async with open_stories(size=(80, 24)) as editor:
        heading = editor.lines[2]
        assert heading.split() == ["Title", "Segments", "Images", "Length", "Changed"]
        assert heading.endswith("Changed")
        assert len(heading) == 78
        assert "Narration of segment" not in editor.text


async def test_thousands_of_stories_scroll_and_say_how_many_more(
    library: Library, open_stories: Stage
) -> None:
    for number in range(300):
        library.projects.create(f"Story {number}")
    async with open_stories(size=(80, 24)) as editor:
        await editor.shows("↓ 291 more")
        await editor.press("G")
        await editor.shows("↑ 291 more", "Story 0")


async def test_an_empty_list_offers_three_ways_to_begin(open_stories: Stage) -> None:
    async with open_stories() as editor:
        await editor.shows("No stories yet", "Import a script", "a sample")
        await editor.press("j")
        assert any(line.startswith("▌") and "empty story" in line for line in editor.lines)
        await editor.press("enter")
        await sheet(editor, LineInput)
        await editor.press("escape")
        await editor.until(lambda: isinstance(editor.app.screen, ProjectsScreen))
        await editor.press("k", "enter")
        await editor.until(lambda: isinstance(editor.app.screen, ImportScreen))


async def test_the_sample_comes_with_its_pictures_and_u_takes_it_back(
    library: Library, open_stories: Stage
) -> None:
    async with open_stories() as editor:
        await editor.press("s")
        await editor.until(lambda: library.projects.list())
        (record,) = library.projects.list()
        story = transfer.read_story(transfer.sample("the-lamp")).story
        assert (record.title, record.image_count) == (story.title, len(story.segments))
        await editor.shows(f"Imported “{story.title}”")
        await editor.press("u")
        await editor.shows("No stories yet")


async def test_i_imports_and_the_bar_goes_to_the_story(
    three: Library, open_stories: Stage, tmp_path: Path
) -> None:
    script = tmp_path / "fog.txt"
    script.write_text("Title: Fog\nText: A horn sounds.\n", encoding="utf-8")
    async with open_stories() as editor:
        await editor.press("j", "i")
        await editor.until(lambda: isinstance(editor.app.screen, ImportScreen))
        await editor.press("ctrl+o")
        await sheet(editor, LineInput)
        await editor.press(*str(script), "enter")
        await editor.shows("A horn sounds.", "~0:01")
        await editor.press("ctrl+s")
        await editor.shows("Imported “Fog”")
        assert current(editor) == "Fog"


async def test_escape_does_not_quit_and_q_does(three: Library, open_stories: Stage) -> None:
    async with open_stories() as editor:
        await editor.press("escape")
        assert editor.app.is_running
        assert isinstance(editor.app.screen, ProjectsScreen)
        await editor.pilot.press("q")
        await editor.until(lambda: editor.app.return_code == 0)


async def test_a_title_with_control_characters_and_markup_is_drawn_as_signs(
    library: Library, open_stories: Stage
) -> None:
    library.projects.create("[red]not \u202e markup[/red]")
    async with open_stories() as editor:
        await editor.shows("[red]not · markup[/red]")
        await editor.press("d")
        await sheet(editor, Question)
        await editor.shows("Delete “[red]not · markup[/red]”?")


async def test_read_only_says_so_and_refuses_in_words(three: Library, open_stories: Stage) -> None:
    three.close()
    with Library.open(three.path, read_only=True) as library:
        from storyflow_tui.tui.app import StoryflowApp

        app = StoryflowApp(library, Settings(), read_only=True)
        async with app.run_test(size=(120, 40)) as pilot:
            editor = Editor(app, pilot, library, 0)
            await editor.shows("The Lamp", "read-only")
            for key in ("d", "n", "i", "s", "r", "u", "U"):
                await editor.press(key)
                await editor.shows("! This library is open for reading only.")
                assert not app.screen.is_modal
            assert len(library.projects.list()) == 3
        assert app.session.finish(5)


async def test_a_click_selects_and_the_wheel_scrolls(library: Library, open_stories: Stage) -> None:
    for number in range(40):
        library.projects.create(f"Story {number}")
    async with open_stories(size=(80, 24)) as editor:
        await editor.pilot.click(Rows, offset=(10, 3))
        assert rows(editor).cursor == 1
        rows(editor).on_mouse_scroll_down(_Wheel())  # type: ignore[arg-type]  # all it needs
        await editor.shows("↑ 1 more")
        await editor.pilot.click(Rows, offset=(10, 1))
        await editor.until(lambda: isinstance(editor.app.screen, TimelineScreen))


class _Wheel:
    def stop(self) -> None:
        pass


async def test_what_is_typed_ahead_of_the_sheet_arrives_there(
    three: Library, open_stories: Stage
) -> None:
    async with open_stories() as editor:
        for key in ("n", "F", "o", "g", "enter"):
            character = key if len(key) == 1 else None
            editor.app.post_message(events.Key(key, character))
        await editor.shows("Made “Fog”")
        assert len(titles(three)) == 4


async def test_a_story_is_found_by_its_title_as_it_is_typed(
    open_stories: Stage, library: Library
) -> None:
    for title in ("Night Ferry", "The Lamp", "Day", "Night Train"):
        library.projects.create(title)
    async with open_stories() as editor:  # newest first: Night Train, Day, The Lamp, Night Ferry
        rows = editor.app.screen.query_one(Rows)
        await editor.press("j", "slash", *"NIGHT")
        await editor.shows("/ NIGHT", "2 of 2")
        assert rows.cursor == 3
        await editor.press("down")
        await editor.shows("1 of 2")
        assert rows.cursor == 0
        await editor.press("x")
        await editor.shows("“NIGHTx” is in no title.", "Your place is kept")
        assert rows.cursor == 1
        await editor.press("escape")
        assert (rows.cursor, "open" in editor.lines[-1]) == (1, True)
        await editor.press("slash", *"ferry", "enter", "enter")
        await editor.shows("No segments yet", "Night Ferry")


async def test_letters_in_the_bar_of_the_list_do_nothing_to_the_stories(
    open_stories: Stage, library: Library
) -> None:
    library.projects.create("The Lamp")
    async with open_stories() as editor:
        await editor.press("slash", *"nisrduUqjkgGHP?")
        await editor.shows("/ nisrduUqjkgGHP?")
        await editor.press("ctrl+c")
        assert [one.title for one in library.projects.list()] == ["The Lamp"]
