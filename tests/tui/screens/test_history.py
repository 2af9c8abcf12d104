"""History and trash in one view, from the timeline and from the list of stories."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from PIL import Image

from storyflow_tui.config import Settings
from storyflow_tui.errors import DamagedError
from storyflow_tui.library import Library
from storyflow_tui.records import ProjectRecord
from storyflow_tui.story import Story, StorySegment
from storyflow_tui.tui import clipboard
from storyflow_tui.tui.app import StoryflowApp
from storyflow_tui.tui.screens.help import HelpScreen
from storyflow_tui.tui.screens.history import HistoryScreen
from storyflow_tui.tui.screens.projects import ProjectsScreen
from storyflow_tui.tui.screens.timeline import TimelineScreen
from storyflow_tui.tui.widgets.rows import Rows
from storyflow_tui.tui.widgets.sheet import Question
from tests.screens import cell_at
from tests.tui.conftest import Editor, Opener
from tests.tui.screens.conftest import Stage

WIDE, MIDDLE, NARROW = (120, 40), (100, 30), (80, 24)


@pytest.fixture
def lamp(library: Library, tmp_path: Path) -> ProjectRecord:
    """A story of five segments, the first two with pictures, and no change of its own yet."""
    pictures = []
    for name, colour in (("dawn", "red"), ("night", "navy")):
        pictures.append(str(tmp_path / f"{name}.png"))
        Image.new("RGB", (64, 36), colour).save(pictures[-1])
    segments = [
        StorySegment(f"Narration {n}.", f"prompt {n}", pictures[n - 1] if n < 3 else None)
        for n in range(1, 6)
    ]
    return library.projects.import_story(Story("The Lamp", segments))


@pytest.fixture
def ids(library: Library, lamp: ProjectRecord) -> Sequence[int]:
    """The segments of the story, in order."""
    return library.segments.ids(lamp.id)


def screen(editor: Editor) -> HistoryScreen:
    found = editor.app.screen
    assert isinstance(found, HistoryScreen)
    return found


def current(editor: Editor) -> str:
    record = screen(editor).current
    return record.label if record else ""


def labels(library: Library, project_id: int | None) -> list[str]:
    return [change.label for change in library.history.list(project_id)]


def row(editor: Editor, words: str) -> str:
    """The line of the list that has these words; the pane at its right is left out."""
    return next(line[:68] for line in editor.lines if words in line[:68])


async def opened(editor: Editor, *words: str) -> None:
    await editor.press("H")
    await editor.shows("History and trash", *words)


# What is shown


async def test_each_change_has_a_row_with_its_label_and_time_newest_first(
    library: Library, lamp: ProjectRecord, ids: Sequence[int], open_story: Opener
) -> None:
    library.segments.edit(ids[2], text_content="Other.")
    library.segments.move(ids[2], 1)
    async with open_story(project_id=lamp.id) as editor:
        await opened(editor, "2 changes", "trash empty")
        assert editor.lines[0].startswith("  History and trash   The Lamp")
        first, second = [line[:68].split() for line in editor.lines[4:8:2]]
        assert first == ["▌", "Move", "segment", "3", "to", "1", "just", "now"]
        assert second == ["Edit", "narration", "of", "segment", "3", "just", "now"]


async def test_a_row_says_how_many_files_its_change_holds_and_their_size(
    library: Library, lamp: ProjectRecord, ids: Sequence[int], open_story: Opener
) -> None:
    library.segments.remove_image(ids[0])
    library.projects.delete(lamp.id)
    library.history.undo(None)
    async with open_story(project_id=lamp.id) as editor:
        await opened(editor, "trash 1 file, ")
        await editor.until(lambda: " B " in row(editor, "Remove the picture of segment 1"))
    library.projects.delete(lamp.id)
    async with open_story() as editor:
        await editor.press("q")
        await editor.until(lambda: isinstance(editor.app.screen, ProjectsScreen))
        await opened(editor)
        await editor.until(lambda: "1 file" not in row(editor, "Delete “The Lamp”"))
        await editor.until(lambda: " B " in row(editor, "Delete “The Lamp”"))


async def test_what_is_undone_and_what_is_set_aside_has_its_word_and_sign(
    library: Library, lamp: ProjectRecord, ids: Sequence[int], open_story: Opener
) -> None:
    library.segments.edit(ids[0], text_content="One.")
    library.history.undo(lamp.id)
    library.segments.edit(ids[1], text_content="Two.")
    library.segments.edit(ids[2], text_content="Three.")
    library.history.undo(lamp.id)
    async with open_story(project_id=lamp.id) as editor:
        await opened(editor)
        assert row(editor, "segment 3")[1:].startswith("   ← Edit narration of segment 3   undone")
        assert row(editor, "segment 2")[1:].startswith("     Edit narration of segment 2")
        assert "undone" not in row(editor, "segment 2")
        assert row(editor, "segment 1")[1:].startswith("   × Edit narration of segment 1   set as")
        at = editor.lines.index(
            next(line for line in editor.lines if "the story is here now" in line)
        )
        assert "segment 3" in editor.lines[at - 1]
        assert "segment 2" in editor.lines[at + 1]
        muted, plain = (cell_at(editor.app, 8, at + by)[1].color for by in (-1, 1))
        assert muted != plain


@pytest.mark.parametrize("size", [WIDE, MIDDLE, NARROW])
async def test_the_pane_tells_the_change_in_full(
    size: tuple[int, int],
    library: Library,
    lamp: ProjectRecord,
    ids: Sequence[int],
    open_story: Opener,
) -> None:
    library.segments.edit(ids[2], text_content="Narration, but another 3.")
    library.segments.delete(ids[1])
    async with open_story(project_id=lamp.id, size=size) as editor:
        await opened(editor, "Change 3", "It stands and is the newest; u takes it")
        await editor.shows("Took away   1 segment, 1 picture", "In trash    night.png   ")
        await editor.shows("Narration 2.")
        await editor.press("j")
        await editor.shows("Change 2", "It stands; u takes back the newer ones", "at 2 now")
        await editor.shows("Narration 3.", "Narration, but another 3.")
        at = next(at for at, line in enumerate(editor.lines) if ", but another" in line)
        x = editor.lines[at].index("but another")
        assert cell_at(editor.app, x, at)[1].underline
        assert not cell_at(editor.app, editor.lines[at].rindex("3."), at)[1].underline


async def test_a_deleted_story_is_told_with_its_counts(
    library: Library, lamp: ProjectRecord, open_stories: Stage
) -> None:
    library.projects.delete(lamp.id)
    async with open_stories() as editor:
        await opened(editor, "Delete “The Lamp”", "Took away   5 segments, 2 pictures")
        await editor.shows("dawn.png", "night.png", "2 files   ", "enter  brings the story back")
        await editor.until(lambda: "2 files" in row(editor, "Delete “The Lamp”"))


async def test_of_a_long_text_the_part_is_shown_where_it_differs(
    library: Library, lamp: ProjectRecord, ids: Sequence[int], open_story: Opener
) -> None:
    long = "The sea was calm and the ferry late. " * 400
    library.segments.edit(ids[0], text_content=long)
    library.segments.edit(ids[0], text_content=long + "Then the horn.")
    library.segments.edit(ids[0], text_content="Short." + long + "Then the horn.")
    for size in (WIDE, NARROW):
        async with open_story(project_id=lamp.id, size=size) as editor:
            await opened(editor, "Short.")
            await editor.press("j")
            await editor.shows("Then the horn.")
            assert any("…" in line for line in editor.lines)


async def test_a_prompt_that_was_empty_is_called_so(
    library: Library, lamp: ProjectRecord, ids: Sequence[int], open_story: Opener
) -> None:
    library.segments.edit(ids[0], image_prompt="")
    async with open_story(project_id=lamp.id) as editor:
        await opened(editor, "Prompt before", "prompt 1", "Prompt after")
        assert any(line.endswith("empty") for line in editor.lines)


@pytest.mark.parametrize("size", [WIDE, MIDDLE, NARROW])
async def test_odd_text_stays_in_its_cells_and_sends_no_escape(
    size: tuple[int, int], library: Library, lamp: ProjectRecord, open_stories: Stage
) -> None:
    library.projects.rename(lamp.id, "灯台守の物語 🗼 " * 12)
    library.projects.create("A story with a long name " * 7)
    with library._database.writing():
        # Neither of them comes by our doors.
        library._database.execute("UPDATE change SET label = ? WHERE id = 1", ("a\x1b[2Jb\u202ec",))
    async with open_stories(size=size) as editor:
        await opened(editor, "灯台守の物語", "a␛[2Jb·c", "just now")
        await editor.press("j")
        await editor.shows("Change 2")
        width = size[0]
        strips = editor.app.screen._compositor.render_strips()
        assert {strip.cell_length for strip in strips} == {width}
        assert all(ord(c) >= 32 for strip in strips for c in strip.text)


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_a_line_without_changes_says_what_would_be_there(
    size: tuple[int, int], library: Library, lamp: ProjectRecord, open_story: Opener
) -> None:
    async with open_story(project_id=lamp.id, size=size) as editor:
        await opened(editor, "No changes yet", "What you do to this story is listed here")
        await editor.shows("newest first, and can be taken")
        ground = {cell_at(editor.app, x, 10)[1].bgcolor for x in (10, size[0] - 5)}
        assert len(ground) == 1
        await editor.press("enter", "u", "y", "j", "G", "pageup")
        await editor.press("q")
        await editor.until(lambda: isinstance(editor.app.screen, TimelineScreen))
        assert labels(library, lamp.id) == []


async def test_the_first_change_takes_the_place_of_the_empty_list(
    library: Library, lamp: ProjectRecord, ids: Sequence[int], open_story: Opener
) -> None:
    async with open_story(project_id=lamp.id) as editor:
        await opened(editor, "No changes yet")
        with Library.open(library.path) as other:
            other.segments.delete(ids[4])
        await editor.shows("Delete segment 5", "Change 2")
        assert "No changes yet" not in editor.text


# Moving


async def test_the_bar_moves_by_every_key_of_the_table(
    library: Library, lamp: ProjectRecord, ids: Sequence[int], open_story: Opener
) -> None:
    for n in range(1, 41):
        library.segments.edit(ids[0], text_content=f"Version {n}.")
    async with open_story(project_id=lamp.id) as editor:
        await opened(editor, "40 changes", "↓ ")
        for key, place in (
            ("j", 1), ("down", 2), ("k", 1), ("up", 0), ("up", 0), ("G", 39), ("j", 39),
            ("g", 0), ("end", 39), ("home", 0), ("pagedown", 17), ("pageup", 0),
        ):  # fmt: skip
            await editor.press(key)
            assert screen(editor).query_one(Rows).cursor == place, key
        await editor.press("G")
        await editor.shows("↑ 23 more", "Version 1.")


async def test_a_history_of_thousands_reads_what_is_seen_only(
    library: Library, lamp: ProjectRecord, open_story: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    with library._database.writing():
        library._database.execute_many(
            "INSERT INTO change (project_id, label, state, created_at, touched_at, segment_ids, "
            "steps) VALUES (?, ?, 'done', ?, ?, '[]', '[]')",
            [
                (lamp.id, f"Step {n}", "2024-02-15T12:00:00+00:00", "2024-02-15T12:00:00+00:00")
                for n in range(5_000)
            ],
        )
    read: list[int] = []
    many = library.history.many

    def counted(wanted: Sequence[int], **options: bool) -> object:
        read.append(len(wanted))
        return many(wanted, **options)

    monkeypatch.setattr(library.history, "many", counted)
    async with open_story(project_id=lamp.id) as editor:
        await opened(editor, "5000 changes", "Step 4999")
        await editor.press("G", "k", "g", *["j"] * 30)
        await editor.shows("Step 4969")
        assert max(read) < 100
        assert sum(read) < 1000


# Bringing back


async def test_an_older_deletion_is_brought_back_and_the_timeline_goes_there(
    library: Library, lamp: ProjectRecord, ids: Sequence[int], open_story: Opener
) -> None:
    before = library.segments.get(ids[1])
    library.segments.delete(ids[1])
    library.segments.edit(ids[4], text_content="Something else since.")
    async with open_story(project_id=lamp.id) as editor:
        await opened(editor)
        await editor.press("j", "r")
        await editor.shows("Restored segment 2   u takes it back", "Restore segment 2")
        assert current(editor) == "Delete segment 2"
        after = library.segments.get(ids[1])
        assert after._replace(updated_at=before.updated_at) == before
        stored = library.file(after.image_file)
        assert stored is not None
        assert stored.is_file()
        await editor.press("q")
        await editor.until(lambda: isinstance(editor.app.screen, TimelineScreen))
        await editor.until(lambda: editor.cursor == 2)
        await editor.shows("5 segments", "Narration 2.")


async def test_a_replaced_text_is_brought_back_and_u_takes_that_back(
    library: Library, lamp: ProjectRecord, ids: Sequence[int], open_story: Opener
) -> None:
    library.segments.edit(ids[2], text_content="Other.")
    async with open_story(project_id=lamp.id) as editor:
        await opened(editor, "enter  brings the former narration back")
        await editor.press("enter")
        await editor.shows("Restored narration of segment 3")
        assert library.segments.get(ids[2]).text_content == "Narration 3."
        await editor.press("u")
        await editor.shows("Undone: restore narration of segment 3   U does it again")
        assert library.segments.get(ids[2]).text_content == "Other."


async def test_a_change_that_took_nothing_says_so(
    library: Library, lamp: ProjectRecord, ids: Sequence[int], open_story: Opener
) -> None:
    library.segments.move(ids[0], 3)
    async with open_story(project_id=lamp.id) as editor:
        await opened(editor, "There is nothing of it to bring back.")
        await editor.press("enter")
        await editor.shows("! Change 2 took nothing away", "u takes back the newest")
        assert labels(library, lamp.id) == ["Move segment 1 to 3"]


async def test_a_locked_segment_keeps_its_text(
    library: Library, lamp: ProjectRecord, ids: Sequence[int], open_story: Opener
) -> None:
    library.segments.edit(ids[0], text_content="Other.")
    library.segments.edit(ids[0], is_locked=True)
    async with open_story(project_id=lamp.id) as editor:
        await opened(editor)
        await editor.press("enter")
        await editor.shows("! Cannot edit a locked segment. Unlock it first.")
        assert library.segments.get(ids[0]).text_content == "Other."


async def test_a_deleted_story_is_brought_back_and_the_list_goes_there(
    library: Library, lamp: ProjectRecord, sample_story: Callable[..., Story], open_stories: Stage
) -> None:
    for n in range(4):
        library.projects.import_story(sample_story(1, f"Story {n}"))
    pictures = sorted(path.read_bytes() for path in library.media.glob("projects/*/images/*"))
    library.projects.delete(lamp.id)
    library.projects.create("The newest")
    async with open_stories() as editor:
        await opened(editor, "Create “The newest”")
        await editor.press("j", "enter")
        await editor.shows("Restored “The Lamp”   u takes it back")
        back = library.projects.get(lamp.id)
        assert (back.segment_count, back.image_count) == (5, 2)
        found = sorted(path.read_bytes() for path in library.media.glob("projects/*/images/*"))
        assert found == pictures
        await editor.press("escape")
        await editor.until(lambda: isinstance(editor.app.screen, ProjectsScreen))
        await editor.shows("6 stories")
        assert any(line.startswith("▌     The Lamp ") for line in editor.lines)


async def test_u_and_the_redo_keys_go_through_the_line(
    library: Library, lamp: ProjectRecord, ids: Sequence[int], open_story: Opener
) -> None:
    library.segments.edit(ids[3], text_content="One.")
    library.segments.edit(ids[3], text_content="Two.")
    async with open_story(project_id=lamp.id) as editor:
        await opened(editor)
        for key, said, text in (
            ("u", "Undone: edit narration of segment 4", "One."),
            ("u", "Undone: edit narration of segment 4", "Narration 4."),
            ("u", "! Nothing to undo.", "Narration 4."),
            ("U", "Done again: edit narration of segment 4", "One."),
            ("ctrl+r", "Done again: edit narration of segment 4", "Two."),
            ("U", "! Nothing to redo.", "Two."),
            ("u", "Undone: edit narration of segment 4", "One."),
        ):
            await editor.press(key)
            await editor.shows(said)
            assert library.segments.get(ids[3]).text_content == text
        await editor.shows("It is undone; U does it again.", "the story is here now")
        await editor.press("H")
        await editor.until(lambda: isinstance(editor.app.screen, TimelineScreen))
        await editor.until(lambda: editor.cursor == 4)


async def test_undo_of_what_is_not_shown_is_refused_and_then_shown(
    library: Library, lamp: ProjectRecord, ids: Sequence[int], open_story: Opener
) -> None:
    library.segments.edit(ids[0], text_content="One.")
    async with open_story(project_id=lamp.id) as editor:
        await opened(editor)
        view = screen(editor)
        view.standing = view.standing._replace(undo=1)
        await editor.press("u")
        await editor.shows("! Another change came meanwhile.", "u again takes that back")
        assert library.segments.get(ids[0]).text_content == "One."
        await editor.press("u")
        await editor.shows("Undone: edit narration of segment 1")


# Copying


async def test_y_copies_the_text_that_was_replaced_or_deleted(
    library: Library,
    lamp: ProjectRecord,
    ids: Sequence[int],
    open_story: Opener,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    copied: list[str] = []

    def copy(words: str, send: Callable[[str], None]) -> str:
        copied.append(words)
        return clipboard.BY_TMUX

    monkeypatch.setattr(clipboard, "copy", copy)
    library.segments.move(ids[0], 2)
    library.segments.delete(ids[4])
    library.segments.edit(ids[2], text_content="Other.")
    async with open_story(project_id=lamp.id) as editor:
        await opened(editor)
        await editor.press("y")
        await editor.shows("Copied the text that change 4 replaced   by tmux")
        await editor.press("j", "y")
        await editor.shows("Copied the text that change 3 replaced")
        await editor.press("j", "y")
        await editor.shows("Change 2 replaced no text")
        assert copied == ["Narration 3.", "Narration 5."]


# The trash


async def test_emptying_names_the_files_and_the_safe_answer_keeps_them(
    library: Library, lamp: ProjectRecord, ids: Sequence[int], open_story: Opener
) -> None:
    for at in (0, 1):
        library.segments.remove_image(ids[at])
    async with open_story(project_id=lamp.id, size=NARROW) as editor:
        await opened(editor)
        await editor.press("d")
        await editor.until(lambda: isinstance(editor.app.screen, Question))
        await editor.shows(
            "Empty the trash of all stories?", "go for good: night.png and dawn.png."
        )
        await editor.shows("2 files, ", "neither restored nor undone", "n keep it")
        await editor.press("enter")
        await editor.until(lambda: isinstance(editor.app.screen, HistoryScreen))
        assert library.trash.size()[0] == 2
        await editor.press("delete")
        await editor.until(lambda: isinstance(editor.app.screen, Question))
        await editor.press("y")
        await editor.shows("Emptied the trash   2 files, ", "trash empty")
        assert library.trash.size() == (0, 0)
        await editor.until(lambda: " B " not in row(editor, "Remove the picture of segment 2"))
        await editor.press("enter")
        await editor.shows("! Change 3 took nothing away")


async def test_an_empty_trash_asks_nothing(
    library: Library, lamp: ProjectRecord, open_story: Opener
) -> None:
    async with open_story(project_id=lamp.id) as editor:
        await opened(editor, "trash empty")
        assert "empty trash" not in editor.lines[-1]
        await editor.press("d")
        await editor.shows("The trash is empty")
        assert isinstance(editor.app.screen, HistoryScreen)


async def test_of_many_files_the_first_are_named_and_the_rest_counted(
    library: Library, lamp: ProjectRecord, tmp_path: Path, ids: Sequence[int], open_story: Opener
) -> None:
    picture = tmp_path / "dawn.png"
    for n in range(4, 9):
        named = picture.with_name(f"{'long-name-' * 8}{n}.png")
        named.write_bytes(picture.read_bytes())
        library.segments.attach_image(ids[2], named)
        library.segments.remove_image(ids[2])
    async with open_story(project_id=lamp.id, size=NARROW) as editor:
        await opened(editor)
        await editor.press("d")
        await editor.shows("go for good: long-name-", "and 2 more.", "n keep it", "y empty it")


async def test_a_library_that_is_read_only_changes_nothing_and_says_so(
    library: Library, lamp: ProjectRecord, ids: Sequence[int]
) -> None:
    library.segments.remove_image(ids[0])
    library.close()
    with Library.open(library.path, read_only=True) as locked:
        app = StoryflowApp(locked, Settings(), project_id=lamp.id, read_only=True)
        async with app.run_test(size=WIDE) as pilot:
            editor = Editor(app, pilot, locked, lamp.id)
            await editor.shows("The Lamp", "read-only")
            await opened(editor, "1 change", "trash 1 file, ", "read-only")
            for key in ("enter", "u", "d"):
                await editor.press(key)
                await editor.until(lambda: "! " in editor.lines[-1] and "read" in editor.lines[-1])
                await editor.press("j")
            assert locked.trash.size()[0] == 1
            assert labels(locked, lamp.id) == ["Remove the picture of segment 1"]
        assert app.session.finish(5)


# What others do


async def test_a_change_of_another_process_shows_and_the_bar_stays_on_its_change(
    library: Library, lamp: ProjectRecord, ids: Sequence[int], open_story: Opener
) -> None:
    for n in range(1, 41):
        library.segments.edit(ids[n % 4], text_content=f"Version {n}.")
    library.segments.move(ids[0], 3)
    async with open_story(project_id=lamp.id) as editor:
        await opened(editor)
        await editor.press("j", "k")
        with Library.open(library.path) as other:
            other.segments.delete(ids[4])
        await editor.shows("Delete segment 5", "42 changes")
        assert current(editor) == "Move segment 1 to 3"
        await editor.press("G", *"kkkkkkkk")
        shown = [line[:68].rstrip() for line in editor.lines[4:38]]
        with Library.open(library.path) as other:
            other.segments.delete(ids[3])
        await editor.shows("43 changes", "↑ 26 more")
        assert [line[:68].rstrip() for line in editor.lines[4:38]] == shown


async def test_a_story_that_is_deleted_elsewhere_is_left(
    library: Library, lamp: ProjectRecord, ids: Sequence[int], open_story: Opener
) -> None:
    library.segments.delete(ids[0])
    async with open_story(project_id=lamp.id) as editor:
        await opened(editor)
        with Library.open(library.path) as other:
            other.projects.delete(lamp.id)
        await editor.until(lambda: isinstance(editor.app.screen, ProjectsScreen))
        await editor.shows("! Project 1 not found")


async def test_a_story_that_goes_while_a_question_is_asked_is_left_after_it(
    library: Library, lamp: ProjectRecord, ids: Sequence[int], open_story: Opener
) -> None:
    library.segments.remove_image(ids[0])
    async with open_story(project_id=lamp.id) as editor:
        await opened(editor)
        view = screen(editor)
        await editor.press("d")
        await editor.until(lambda: isinstance(editor.app.screen, Question))
        with Library.open(library.path) as other:
            other.projects.delete(lamp.id)
        await editor.until(lambda: view._gone)
        await editor.press("n")
        await editor.until(lambda: isinstance(editor.app.screen, ProjectsScreen))


async def test_who_leaves_before_a_write_is_done_is_told_below_and_brought_there(
    library: Library, lamp: ProjectRecord, ids: Sequence[int], open_story: Opener
) -> None:
    library.segments.edit(ids[3], text_content="Other.")
    async with open_story(project_id=lamp.id) as editor:
        await opened(editor)
        with Library.open(library.path) as other, other._database.writing():
            await editor.pilot.press("enter", "q")
            await editor.until(lambda: isinstance(editor.app.screen, TimelineScreen))
        await editor.shows("Restored narration of segment 4", "Narration 4.")
        await editor.until(lambda: editor.cursor == 4)


async def test_changes_that_cannot_be_read_are_told_once_and_come_with_the_next_look(
    library: Library,
    lamp: ProjectRecord,
    ids: Sequence[int],
    open_story: Opener,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    library.segments.move(ids[0], 2)
    many = library.history.many
    async with open_story(project_id=lamp.id) as editor:

        def broken(wanted: Sequence[int], **options: bool) -> object:
            raise DamagedError("The database cannot be read", {})

        monkeypatch.setattr(library.history, "many", broken)
        await opened(editor, "! The database cannot be read.", "1 change")
        await editor.press("enter", "y", "j")
        monkeypatch.setattr(library.history, "many", many)
        with Library.open(library.path) as other:
            other.segments.move(ids[0], 3)
        await editor.shows("Move segment 2 to 3", "Move segment 1 to 2")


# Around it


async def test_each_key_that_leaves_goes_back_with_the_bar_where_it_was(
    library: Library, lamp: ProjectRecord, open_story: Opener
) -> None:
    async with open_story(project_id=lamp.id) as editor:
        await editor.press("j", "j")
        for key in ("q", "escape", "H"):
            await opened(editor)
            await editor.press(key)
            await editor.until(lambda: isinstance(editor.app.screen, TimelineScreen))
            assert editor.cursor == 3


async def test_help_names_its_keys(
    library: Library, lamp: ProjectRecord, open_story: Opener
) -> None:
    async with open_story(project_id=lamp.id) as editor:
        await opened(editor)
        await editor.press("question_mark")
        await editor.until(lambda: isinstance(editor.app.screen, HelpScreen))
        await editor.shows("restore what it took", "empty the trash …", "enter r", "q esc H")


async def test_the_palette_runs_its_actions_by_name(
    library: Library, lamp: ProjectRecord, ids: Sequence[int], open_story: Opener
) -> None:
    for segment_id in ids[:2]:
        library.segments.remove_image(segment_id)
    async with open_story(project_id=lamp.id) as editor:
        await opened(editor)
        for words, key, shown in (
            ("restore what", "enter", "Restored the picture of segment 2"),
            ("empty the", "enter", "Empty the trash of all stories?"),
        ):
            await editor.press("ctrl+p")
            await editor.shows("a few letters of a command")
            await editor.press(*words)
            await editor.shows(words.capitalize())
            await editor.press(key)
            await editor.shows(shown)


async def test_keys_of_the_settings_hold(
    library: Library, lamp: ProjectRecord, ids: Sequence[int], open_story: Opener
) -> None:
    library.segments.delete(ids[0])
    settings = Settings(keys={"history.restore": "b", "timeline.history": "h"})
    async with open_story(project_id=lamp.id, settings=settings) as editor:
        await editor.press("h")
        await editor.shows("History and trash", "b restore")
        await editor.press("b")
        await editor.shows("Restored segment 1")


async def test_while_a_field_is_open_h_is_a_letter(
    library: Library, lamp: ProjectRecord, open_story: Opener
) -> None:
    async with open_story(project_id=lamp.id) as editor:
        await editor.press("e", "home", "H")
        await editor.shows("HNarration 1.")
        assert isinstance(editor.app.screen, TimelineScreen)
