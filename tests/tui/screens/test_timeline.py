"""The timeline's keys, with the real library behind them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from storyflow_tui.config import Settings
from storyflow_tui.errors import DamagedError
from storyflow_tui.library import Library
from storyflow_tui.story import Story, StorySegment
from storyflow_tui.tui.session import Session
from storyflow_tui.tui.widgets.header import Header

Opener = Any
WIDE, NARROW = (120, 40), (80, 24)


def picture(path: Path, size: tuple[int, int] = (64, 36)) -> Path:
    """A picture file."""
    Image.linear_gradient("L").resize(size).convert("RGB").save(path)
    return path


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_first_screen_shows_title_counts_and_cards(open_story: Opener, size: Any) -> None:
    async with open_story(12, size=size) as editor:
        await editor.shows("The Lamp", "images 0/12", "saved", "Narration 1.", "› prompt 1")
        where = "1 of 12" if size == NARROW else "12 segments"
        assert where in editor.lines[0]
        assert editor.lines[2].startswith("▌   1")
        assert editor.lines[-1].startswith("  e narration")
        assert editor.lines[-1].endswith("? help")


async def test_pane_stands_where_the_grid_has_it(open_story: Opener) -> None:
    async with open_story(12) as editor:
        await editor.shows("1 of 12", "Narration 1.")
        lines = editor.lines
        assert lines[2][70:77] == "1 of 12"
        assert lines[20][70:79] == "Narration"
        assert lines[20].endswith("2 words")
        assert len(lines[20]) == 118
        assert lines[21][70:82] == "Narration 1."
        assert lines[33][70:76] == "Prompt"
        assert lines[34][70:78] == "prompt 1"


@pytest.mark.parametrize(
    ("keys", "position"),
    [
        (["j"], 2),
        (["down", "j", "k"], 2),
        (["down", "down", "up"], 2),
        (["k"], 1),
        (["G"], 12),
        (["end"], 12),
        (["G", "g"], 1),
        (["end", "home"], 1),
        (["pagedown"], 7),
        (["G", "pageup"], 6),
        (["G", "j"], 12),
    ],
)
async def test_keys_move_the_bar(open_story: Opener, keys: list[str], position: int) -> None:
    async with open_story(12) as editor:
        await editor.press(*keys)
        assert editor.cursor == position
        await editor.until(lambda: f"{position} of 12" in editor.lines[2])


async def test_step_redraws_only_two_gutters(open_story: Opener) -> None:
    async with open_story(12) as editor:
        await editor.press("j")
        regions: list[Any] = []
        timeline = editor.screen.timeline
        refresh = timeline.refresh

        def noted(*given: Any, **options: Any) -> Any:
            regions.extend(given)
            return refresh(*given, **options)

        timeline.refresh = noted
        await editor.press("j")
        assert len(regions) == 2
        assert all(region.x == 0 and region.width == 6 for region in regions)


async def test_moving_changes_places_at_once_and_in_the_library(open_story: Opener) -> None:
    async with open_story(5) as editor:
        await editor.press("J", "J", "K")
        assert editor.cursor == 2
        assert editor.texts[:3] == ["Narration 2.", "Narration 1.", "Narration 3."]
        assert editor.screen.cards.ids == [segment.id for segment in editor.segments]


async def test_moving_beyond_the_ends_does_nothing(open_story: Opener) -> None:
    async with open_story(2) as editor:
        await editor.press("K")
        await editor.press("G", "J")
        assert editor.texts == ["Narration 1.", "Narration 2."]
        assert editor.library.history.next_undo(editor.project_id) is None


async def test_refused_move_is_put_right(open_story: Opener, monkeypatch: Any) -> None:
    from storyflow_tui.errors import BusyError

    async with open_story(3) as editor:

        def busy(*_: object) -> None:
            raise BusyError("The library is busy")

        monkeypatch.setattr(editor.library.segments, "step", busy)
        await editor.press("J")
        await editor.shows("! The library is busy")
        assert editor.cursor == 1
        assert editor.screen.cards.ids == [segment.id for segment in editor.segments]


@pytest.mark.parametrize("key", ["d", "delete"])
async def test_delete_asks_and_the_next_card_is_current(open_story: Opener, key: str) -> None:
    async with open_story(5) as editor:
        await editor.press("j", "j", key)
        await editor.shows("Delete segment 3?", "“Narration 3.”", "n keep it", "y delete")
        await editor.press("y")
        await editor.shows("Deleted segment 3", "u brings it back", "4 segments")
        assert editor.texts == ["Narration 1.", "Narration 2.", "Narration 4.", "Narration 5."]
        assert editor.cursor == 3
        await editor.shows("3 of 4")


@pytest.mark.parametrize("key", ["n", "enter", "escape"])
async def test_delete_keeps_on_the_safe_answers(open_story: Opener, key: str) -> None:
    async with open_story(3) as editor:
        await editor.press("d")
        await editor.shows("Delete segment 1?")
        await editor.press(key)
        assert len(editor.texts) == 3


async def test_delete_of_the_last_card_goes_to_the_one_before(open_story: Opener) -> None:
    async with open_story(3) as editor:
        await editor.press("G", "d")
        await editor.shows("Delete segment 3?")
        await editor.press("y")
        await editor.shows("2 of 2")
        assert editor.cursor == 2


async def test_delete_names_the_picture_and_the_trash(
    open_story: Opener, tmp_path: Path, library: Library
) -> None:
    async with open_story(2) as editor:
        library.segments.attach_image(editor.segments[0].id, picture(tmp_path / "night.png"))
        await editor.shows("images 1/2")
        await editor.press("d")
        await editor.shows("night.png goes to the trash for 30 days; u brings both back.")


async def test_deleting_all_leaves_an_empty_story_that_says_so(open_story: Opener) -> None:
    async with open_story(1) as editor:
        await editor.press("d")
        await editor.shows("Delete segment 1?")
        await editor.press("y")
        await editor.shows("No segments yet", "storyflow segment insert")
        await editor.press("j", "J", "e", "l", "i", "I", "y", "d", "p")
        await editor.press("u")
        await editor.shows("Narration 1.", "1 of 1")


async def test_a_key_that_needs_a_segment_says_in_an_empty_story_that_there_is_none(
    open_story: Opener,
) -> None:
    async with open_story(0) as editor:
        for key in "vt/fF:>epildJKDSMEyYmcI":
            editor.screen.hints.clear_notice()
            await editor.press(key)
            assert "This story has no segments yet.   o writes the first one" in editor.text, key
            assert editor.app.screen is editor.screen, key


async def test_lock_and_unlock(open_story: Opener) -> None:
    async with open_story(3) as editor:
        await editor.press("l")
        await editor.shows("Locked segment 1", "1 locked", "locked · l unlocks")
        assert editor.segments[0].is_locked
        assert editor.lines[3].startswith("▌   ◘")
        await editor.press("l")
        await editor.shows("Unlocked segment 1")
        assert not editor.segments[0].is_locked


async def test_undo_and_redo_name_the_change_and_go_to_its_segment(open_story: Opener) -> None:
    async with open_story(8) as editor:
        await editor.press("j", "J")
        await editor.press("G", "u")
        await editor.shows("Undone: move segment 2 to 3", "U does it again")
        await editor.until(lambda: editor.cursor == 2)
        assert editor.texts[1] == "Narration 2."
        await editor.press("g", "U")
        await editor.shows("Done again: move segment 2 to 3")
        await editor.until(lambda: editor.cursor == 3)
        await editor.press("u")
        await editor.press("ctrl+r")
        assert editor.texts[2] == "Narration 2."


async def test_undo_of_a_deletion_brings_the_bar_to_the_segment(open_story: Opener) -> None:
    async with open_story(8) as editor:
        await editor.press("j", "j", "d")
        await editor.shows("Delete segment 3?")
        await editor.press("y", "G")
        await editor.press("u")
        await editor.until(lambda: editor.cursor == 3)
        assert editor.texts[2] == "Narration 3."
        await editor.shows("3 of 8")


@pytest.mark.parametrize("marked", [False, True])
async def test_redo_of_a_deletion_brings_the_bar_to_where_the_segment_was(
    open_story: Opener, marked: bool
) -> None:
    async with open_story(8) as editor:
        await editor.press("j", "j", *["space", "j", "space"][: 3 * marked], "d", "y")
        await editor.press("u", "G")
        await editor.press("U")
        await editor.shows("Done again: delete", f"3 of {8 - 1 - marked}")
        assert editor.cursor == 3


async def test_a_segment_that_comes_back_elsewhere_leaves_the_bar_where_it_is(
    open_story: Opener, library: Library
) -> None:
    async with open_story(8) as editor:
        await editor.press("j", "d", "y")
        await editor.press("u")
        await editor.press("U", "G")
        with Library.open(library.path) as other:
            other.history.undo(editor.project_id)
        await editor.until(lambda: len(editor.screen.cards) == 8)
        await editor.pilot.pause()
        assert editor.cursor == 8


async def test_undo_with_nothing_to_undo_says_so(open_story: Opener) -> None:
    async with open_story(2) as editor:
        await editor.press("u")
        await editor.shows("! Nothing to undo")


async def test_undo_is_refused_when_another_change_came_meanwhile(
    open_story: Opener, library: Library
) -> None:
    async with open_story(3) as editor:
        await editor.press("J")
        await editor.until(lambda: editor.screen.standing.undo)
        # A change whose message this screen has not got yet.
        library.on_changed = None
        library.segments.edit(editor.segments[2].id, text_content="Other.")
        await editor.press("u")
        await editor.shows("! Another change came meanwhile.")
        assert "Other." in editor.texts


async def test_undo_right_after_ones_own_change_is_no_conflict(open_story: Opener) -> None:
    async with open_story(6) as editor:
        for _ in range(5):
            await editor.pilot.press("J", "u")
        await editor.until(lambda: not editor.app.session.pending)
        assert editor.texts == [f"Narration {n}." for n in range(1, 7)]
        assert "meanwhile" not in editor.text


async def test_redo_is_refused_when_another_change_was_undone_meanwhile(
    open_story: Opener, library: Library
) -> None:
    async with open_story(4) as editor:
        await editor.press("J", "J", "u")
        await editor.shows("Undone: move segment 2 to 3")
        # An undo whose message this screen has not got yet.
        library.on_changed = None
        library.history.undo(editor.project_id)
        await editor.press("U")
        await editor.shows("! Another change came meanwhile.", "U again does that one")
        assert editor.texts[0] == "Narration 1."
        await editor.press("U")
        await editor.shows("Done again: move segment 1 to 2")


async def test_redo_of_what_this_window_has_not_shown_is_refused(
    open_story: Opener, library: Library
) -> None:
    async with open_story(3) as editor:
        await editor.press("J")
        library.on_changed = None
        library.history.undo(editor.project_id)
        await editor.press("U")
        await editor.shows("! Another change came meanwhile.")
        assert editor.texts[0] == "Narration 1."


async def test_picture_is_chosen_shown_and_removed(
    open_story: Opener, tmp_path: Path, monkeypatch: Any
) -> None:
    file = picture(tmp_path / "city.png", (1920, 1080))
    async with open_story(3) as editor:
        await editor.shows("i choose a picture")
        editor.screen._attach_image(editor.segments[0].id, 1, file)
        await editor.shows("city.png is the picture of segment 1", "1920×1080", "images 1/3")
        await editor.until(lambda: "▀" in editor.lines[3] and "▀" in editor.lines[10][70:])
        assert editor.app.last_image_folder == tmp_path
        await editor.press("I")
        await editor.shows("Removed the picture of segment 1", "images 0/3", "i choose a picture")
        await editor.press("I")
        await editor.shows("! No image to remove")
        await editor.press("u")
        await editor.shows("images 1/3", "1920×1080")


async def test_picture_of_a_locked_segment_is_refused_before_it_is_picked(
    open_story: Opener,
) -> None:
    async with open_story(2) as editor:
        await editor.press("l")
        await editor.press("i")
        await editor.shows("! Segment 1 is locked.", "l unlocks it")
        await editor.press("I")
        await editor.shows("! Segment 1 is locked.", "l unlocks it")


async def test_refused_picture_says_why(open_story: Opener, tmp_path: Path) -> None:
    file = tmp_path / "notes.png"
    file.write_text("no picture")
    async with open_story(2) as editor:
        editor.screen._attach_image(editor.segments[0].id, 1, file)
        await editor.shows("! Invalid image file")
        await editor.shows("saved")


async def test_missing_and_broken_pictures_are_signs(
    open_story: Opener, tmp_path: Path, library: Library
) -> None:
    async with open_story(2) as editor:
        first, second = editor.segments
        for segment in (first, second):
            record = library.segments.attach_image(segment.id, picture(tmp_path / "a.png"))
            path = library.file(record.image_file)
            assert path is not None
            if segment is first:
                path.unlink()
            else:
                path.write_bytes(b"x" * 100)
        await editor.shows(
            "! missing", "! broken", "! The picture is missing.", "i chooses another"
        )
        await editor.press("j")
        await editor.shows("! The picture cannot be read.", "I removes it")


async def test_copying_says_which_way(open_story: Opener, monkeypatch: Any) -> None:
    from storyflow_tui.tui import clipboard

    copied: list[str] = []

    def copy(text: str, write: Any) -> str:
        copied.append(text)
        return clipboard.BY_TMUX

    monkeypatch.setattr(clipboard, "copy", copy)
    async with open_story(3) as editor:
        await editor.press("y")
        await editor.shows("Copied the prompt of segment 1   by tmux, to its buffer and your")
        await editor.press("Y")
        await editor.shows("Copied the narration of segment 1")
        assert copied == ["prompt 1", "Narration 1."]


async def test_copying_no_prompt_says_so(open_story: Opener) -> None:
    async with open_story(story=Story("S", [StorySegment("Only text.")])) as editor:
        await editor.press("y")
        await editor.shows("Segment 1 has no prompt")


async def test_change_of_another_process_shows_and_keeps_the_place(
    open_story: Opener, library: Library
) -> None:
    async with open_story(12) as editor:
        await editor.press("j", "j", "j", "j", "j", "j", "j")
        top = editor.screen.timeline.top
        with Library.open(library.path) as other:
            other.segments.edit(editor.segments[7].id, text_content="From elsewhere.")
            await editor.shows("From elsewhere.")
            assert (editor.cursor, editor.screen.timeline.top) == (8, top)
            other.segments.delete(editor.segments[0].id)
            await editor.shows("11 segments")
            assert editor.cursor == 7
            assert editor.screen.timeline.top == top - 1


async def test_a_key_on_a_segment_that_was_just_deleted_says_so_without_its_id(
    open_story: Opener, library: Library
) -> None:
    async with open_story(3) as editor:
        with Library.open(library.path) as other:
            other.segments.delete(editor.segments[0].id)
        await editor.press("l")
        await editor.shows("This segment was deleted meanwhile.")


async def test_story_deleted_by_another_process_goes_back_to_the_list(
    open_story: Opener, library: Library
) -> None:
    async with open_story(3) as editor:
        with Library.open(library.path) as other:
            other.projects.delete(editor.project_id)
        await editor.until(lambda: type(editor.app.screen).__name__ == "ProjectsScreen")


async def test_move_in_a_story_that_was_just_deleted_goes_back_to_the_list(
    open_story: Opener, library: Library
) -> None:
    async with open_story(3) as editor:
        # Word of the deletion has not come yet.
        library.on_changed = None
        library.projects.delete(editor.project_id)
        await editor.pilot.press("J")
        await editor.until(lambda: type(editor.app.screen).__name__ == "ProjectsScreen")
        await editor.shows(f"Project {editor.project_id} not found")
        assert not editor.app.faulted


async def test_order_that_a_worker_cannot_read_is_said(
    open_story: Opener, monkeypatch: Any
) -> None:
    from storyflow_tui.errors import BusyError
    from storyflow_tui.tui.screens import following

    async with open_story(3) as editor:

        def busy(*_: object) -> None:
            raise BusyError("The library is busy")

        monkeypatch.setattr(following, "AT_ONCE", 0)
        monkeypatch.setattr(editor.library.segments, "ids", busy)
        editor.screen.reload_order()
        await editor.shows("! The library is busy")
        assert not editor.app.faulted


async def test_records_that_cannot_be_read_are_said_once_and_read_at_the_next_look(
    open_story: Opener, monkeypatch: Any
) -> None:
    from storyflow_tui.errors import BusyError

    async with open_story(60) as editor:
        said: list[str] = []
        notice = editor.screen.notice

        def noted(first: str, rest: str = "", tone: Any = "accent") -> None:
            said.append(first)
            notice(first, rest, tone)

        def busy(*_: object) -> None:
            raise BusyError("The library is busy")

        monkeypatch.setattr(editor.screen, "notice", noted)
        with monkeypatch.context() as broken:
            broken.setattr(editor.library.segments, "many", busy)
            await editor.press("G")
            await editor.shows("! The library is busy")
            await editor.press("k", "k", "J", "y", "e", "d", "l")
        await editor.press("k", "k")
        await editor.shows("Narration 56.", "56 of 60")
        assert said.count("! The library is busy") == 1
        assert not editor.app.faulted


async def test_file_that_waits_to_be_moved_is_told(
    open_story: Opener, tmp_path: Path, monkeypatch: Any
) -> None:
    from storyflow_tui.library.disk import Disk

    def refuse(*_: object) -> None:
        raise PermissionError

    file = picture(tmp_path / "city.png")
    async with open_story(2) as editor:
        editor.library.segments.attach_image(editor.segments[0].id, file)
        await editor.shows("images 1/2")
        with monkeypatch.context() as stuck:
            stuck.setattr(Disk, "rename", refuse)
            await editor.press("I")
        await editor.shows(
            "! A file still waits to be moved.   The next change tries again", "images 0/2"
        )


@pytest.mark.parametrize("key", ["q", "escape"])
async def test_back_goes_to_the_stories(open_story: Opener, key: str) -> None:
    async with open_story(3) as editor:
        await editor.pilot.press(key)
        await editor.until(lambda: type(editor.app.screen).__name__ == "ProjectsScreen")


@pytest.mark.parametrize("key", ["question_mark", "f1"])
async def test_help_is_of_this_screen(open_story: Opener, key: str) -> None:
    async with open_story(3) as editor:
        await editor.press(key)
        await editor.shows("Help", "edit narration", "save and quit")
        await editor.press("escape")
        await editor.shows("e narration")


async def test_long_story_shows_its_first_page_and_finds_its_end(open_story: Opener) -> None:
    segments = [StorySegment(f"Narration {n}.") for n in range(1, 2501)]
    async with open_story(story=Story("Long", segments)) as editor:
        await editor.shows("Narration 1.", "2500 segments")
        await editor.press("G")
        await editor.shows("Narration 2500.", "2500 of 2500")
        await editor.press("K")
        await editor.until(lambda: editor.screen.cards.complete)
        assert editor.texts[-2:] == ["Narration 2500.", "Narration 2499."]


async def test_control_characters_are_drawn_as_signs(open_story: Opener) -> None:
    story = Story("S", [StorySegment("A \x1b[31mred\x07 \u202eend", "p\x1b]0;x\x07")])
    async with open_story(story=story) as editor:
        await editor.shows("␛[31mred␇")
        assert all(ord(one) >= 32 or one == "\n" for one in editor.text)
        assert "\u202e" not in editor.text


async def test_read_only_library_says_so_and_keeps_its_texts(open_story: Opener) -> None:
    async with open_story(2, read_only=True) as editor:
        await editor.shows("read-only")
        await editor.press("e", "x")
        await editor.shows("! This library is open for reading only.")
        assert editor.texts[0] == "Narration 1."


async def test_header_keeps_the_state_in_its_last_columns(open_story: Opener) -> None:
    async with open_story(2) as editor:
        await editor.shows("saved")
        before = editor.lines[0].index("images")
        editor.screen.writes = 1
        editor.screen.show_state()
        await editor.shows("saving …")
        assert editor.lines[0].index("images") == before
        assert editor.screen.query_one(Header)


async def test_settings_replace_keys(open_story: Opener) -> None:
    settings = Settings(keys={"timeline.lock": "X"})
    async with open_story(2, settings=settings) as editor:
        await editor.press("l")
        assert not editor.segments[0].is_locked
        await editor.press("X")
        assert editor.segments[0].is_locked
        await editor.press("j")
        await editor.shows("X lock")


@pytest.mark.parametrize("key", ["l", "J", "u", "I", "y"])
async def test_leaving_before_an_answer_arrives_harms_nothing(open_story: Opener, key: str) -> None:
    import threading

    gate = threading.Event()
    async with open_story(3) as editor:
        await editor.press("J")
        editor.app.session.write(lambda _: gate.wait(20))
        await editor.pilot.press(key, "q")
        await editor.until(lambda: type(editor.app.screen).__name__ == "ProjectsScreen")
        gate.set()
        await editor.until(lambda: not editor.app.session.pending)
        await editor.pilot.pause()
        assert not editor.app.faulted


async def test_picker_says_where_a_file_is_in_use(
    open_story: Opener, library: Library, tmp_path: Path
) -> None:
    async with open_story(3) as editor:
        file = picture(tmp_path / "sea.png")
        library.segments.attach_image(editor.segments[1].id, file)
        editor.app.last_image_folder = tmp_path
        await editor.press("j", "j", "i")
        await editor.shows("Choose a picture   segment 3", "sea.png")
        await editor.press("down", "down")
        await editor.shows("Used in   segment 2")


async def test_fault_on_a_worker_is_logged_and_ends_nothing(
    open_story: Opener, library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_story(3) as editor:
        library.segments.attach_image(editor.segments[1].id, picture(tmp_path / "sea.png"))

        def fault(*_: Any, **__: Any) -> None:
            raise ZeroDivisionError

        monkeypatch.setattr("storyflow_tui.library.images.inspect", fault)
        await editor.press("j")
        await editor.shows("could not be read")
        await editor.press("k", "j")
        assert not editor.app.faulted


async def test_a_library_that_is_damaged_while_it_is_open_says_what_tells_more(
    open_story: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    def damaged(*_: object) -> None:
        raise DamagedError("The library cannot be read.")

    async with open_story(3, size=(80, 24)) as editor:
        monkeypatch.setattr(Session, "project", damaged)
        editor.screen.post_message(Session.LibraryChanged(None))
        await editor.shows("! The library cannot be read.", "storyflow check tells more")
        monkeypatch.undo()
        await editor.press("j")
        assert editor.cursor == 2
