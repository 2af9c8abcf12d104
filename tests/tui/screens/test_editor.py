"""Typing into narration and prompt: autosave, locks, conflicts, drafts, safe and large text."""

from __future__ import annotations

from typing import Any

import pytest

from storyflow_tui.library import Library
from storyflow_tui.story import Story, StorySegment
from storyflow_tui.tui import saving
from storyflow_tui.tui.drafts import Draft, Drafts
from tests.screens import cell_at

Opener = Any
WIDE, NARROW = (120, 40), (80, 24)


@pytest.mark.parametrize("size", [WIDE, NARROW])
@pytest.mark.parametrize("done", ["ctrl+s", "escape"])
async def test_typing_is_saved_and_done_goes_back(open_story: Opener, size: Any, done: str) -> None:
    async with open_story(3, size=size) as editor:
        await editor.press("j", "e", "home", "H", "i", "space")
        assert editor.screen.editing == "text_content"
        await editor.press(done)
        assert editor.screen.editing is None
        await editor.shows("Hi Narration 2.", "e narration", "saved")
        assert editor.texts[1] == "Hi Narration 2."


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_typing_is_saved_half_a_second_after_the_last_key(
    open_story: Opener, size: Any
) -> None:
    async with open_story(3, size=size) as editor:
        await editor.pilot.press("e", "home", "X")
        await editor.shows("saving …")
        await editor.until(lambda: editor.texts[0] == "XNarration 1.")
        await editor.shows("saved")
        assert editor.screen.editing


async def test_enter_edits_the_narration_and_p_the_prompt(open_story: Opener) -> None:
    async with open_story(3) as editor:
        await editor.press("enter", "home", "A", "escape")
        await editor.press("p", "home", "B", "escape")
        assert editor.texts[0] == "ANarration 1."
        assert editor.segments[0].image_prompt == "Bprompt 1"


async def test_typing_goes_on_behind_the_text_and_tab_comes_back_to_where_it_was(
    open_story: Opener,
) -> None:
    story = Story("S", [StorySegment("\n".join(f"Line {n}." for n in range(40)), "fog")])
    async with open_story(story=story) as editor:
        await editor.shows("Line 0.")
        assert "Line 39." not in editor.text
        await editor.press("e", "A")
        await editor.shows("Line 39.A")
        await editor.press("left", "tab", "B", "tab", "C", "ctrl+s")
        assert editor.texts[0].endswith("Line 39.CA")
        assert editor.segments[0].image_prompt == "fogB"
        # It is opened again where it was left.
        await editor.press("enter", "D", "ctrl+s")
        assert editor.texts[0].endswith("Line 39.CDA")


async def test_tab_goes_between_the_fields_and_saves(open_story: Opener) -> None:
    async with open_story(3) as editor:
        await editor.press("e", "home", "A", "tab", "home", "B", "shift+tab", "C", "ctrl+s")
        assert editor.texts[0] == "ACNarration 1."
        assert editor.segments[0].image_prompt == "Bprompt 1"


async def test_one_run_of_typing_is_one_change(open_story: Opener, library: Library) -> None:
    async with open_story(3) as editor:
        await editor.press("e", "home", "A")
        await editor.until(lambda: editor.texts[0] == "ANarration 1.")
        await editor.press("B")
        await editor.until(lambda: editor.texts[0] == "ABNarration 1.")
        await editor.press("escape")
        assert len(library.history.list(editor.project_id)) == 1
        await editor.press("e", "home", "C", "escape")
        assert len(library.history.list(editor.project_id)) == 2
        await editor.press("u", "u")
        assert editor.texts[0] == "Narration 1."
        await editor.until(lambda: editor.lines[21][70:] == "Narration 1.")


async def test_field_undoes_its_own_typing(open_story: Opener) -> None:
    async with open_story(3) as editor:
        await editor.press("e", "home", "A", "enter", "ctrl+z", "ctrl+z")
        assert editor.screen.pane.field("text_content").content == "Narration 1."
        await editor.press("ctrl+y", "escape")
        assert editor.texts[0] == "ANarration 1."


async def test_blank_narration_is_not_saved_and_says_so(open_story: Opener) -> None:
    async with open_story(3) as editor:
        await editor.press("e", "f7", "backspace")
        await editor.shows("! Narration cannot be empty.", "! not saved: narration is empty")
        await editor.shows("! not saved")
        await editor.press("escape")
        await editor.shows("The saved text stays until you write another.")
        assert editor.texts[0] == "Narration 1."
        await editor.until(lambda: editor.lines[21][70:] == "Narration 1.")
        assert editor.lines[0].endswith("saved")
        assert "not saved" not in editor.lines[0]


async def test_blank_prompt_is_saved(open_story: Opener) -> None:
    async with open_story(3) as editor:
        await editor.press("p", "f7", "delete", "escape")
        assert editor.segments[0].image_prompt == ""
        await editor.shows("› no prompt")


KEYS = [
    *"jkgGJKldepiIyYuUq",
    *("enter", "delete", "question_mark", "ctrl+r", "home", "end", "pageup", "pagedown"),
]


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_no_key_of_the_timeline_acts_in_a_locked_field(
    open_story: Opener, library: Library, size: Any
) -> None:
    async with open_story(3, size=size) as editor:
        library.segments.edit(editor.segments[1].id, is_locked=True)
        before = editor.segments
        await editor.press("j", "e", "home")
        for key in KEYS:
            await editor.pilot.press(key)
        await editor.pilot.pause()
        assert editor.segments == before
        assert editor.app.screen is editor.screen
        assert editor.screen.editing == "text_content"
        assert editor.cursor == 2
        await editor.press("x")
        await editor.shows("! Segment 2 is locked.", "l unlocks it")


async def test_no_key_of_the_timeline_acts_in_an_open_field(open_story: Opener) -> None:
    async with open_story(3) as editor:
        await editor.press("e", "home", *KEYS, "ctrl+s")
        typed = "jkgGJKldepiIyYuUq\n?"
        assert editor.texts[0].replace(typed[-2:], "") != "Narration 1."
        assert editor.texts[1:] == ["Narration 2.", "Narration 3."]
        assert editor.cursor == 1


async def test_ctrl_c_never_ends_the_editor(open_story: Opener) -> None:
    async with open_story(3) as editor:
        await editor.press("ctrl+c", "e", "home", "ctrl+c", "A", "escape", "ctrl+c")
        assert editor.app.is_running
        assert editor.texts[0] == "ANarration 1."


async def test_narration_keeps_what_cannot_be_drawn(open_story: Opener) -> None:
    text = "Bell \x07, escape \x1b[2J, tab\t, bidi \u202e, line \u2028 end\x0c \U0010e01b."
    async with open_story(story=Story("S", [StorySegment(text)])) as editor:
        await editor.shows("␛[2J")
        await editor.press("e", "A", "escape")
        assert editor.texts[0] == text + "A"
        for line in editor.lines:
            assert "\x1b" not in line
            assert "\u202e" not in line


async def test_megabyte_is_pasted_in_one_step(open_story: Opener) -> None:
    from textual.events import Paste

    text = "word and word " * 75_000
    async with open_story(2) as editor:
        await editor.press("p", "f7")
        editor.screen.pane.field("image_prompt").post_message(Paste(text))
        await editor.until(lambda: editor.segments[0].image_prompt == text)
        await editor.press("x")
        await editor.until(lambda: editor.segments[0].image_prompt == text + "x")
        await editor.press("ctrl+z", "ctrl+z")
        await editor.until(lambda: editor.segments[0].image_prompt == "prompt 1")


async def test_change_of_another_process_shows_in_an_open_field(
    open_story: Opener, library: Library
) -> None:
    async with open_story(2) as editor:
        await editor.press("e", "home")
        with Library.open(library.path) as other:
            other.segments.edit(editor.segments[0].id, text_content="From elsewhere.")
        await editor.until(
            lambda: editor.screen.pane.field("text_content").content == "From elsewhere."
        )
        await editor.press("A", "escape")
        assert editor.texts[0] == "AFrom elsewhere."


async def conflict(editor: Any, library: Library, mine: str = "A") -> None:
    """Type while somebody else changes the same narration."""
    await editor.press("e", "home")
    await editor.pilot.press(mine)
    with Library.open(library.path) as other:
        other.segments.edit(editor.segments[0].id, text_content="Theirs.")
    await editor.until(lambda: type(editor.app.screen).__name__ == "ConflictScreen")
    await editor.shows("Someone else changed this narration while you were typing.", "Theirs.")


async def test_conflict_keeps_mine(open_story: Opener, library: Library) -> None:
    async with open_story(2) as editor:
        await conflict(editor, library)
        await editor.press("m")
        await editor.until(lambda: editor.texts[0] == "ANarration 1.")
        labels = [change.label for change in library.history.list(editor.project_id)]
        assert len(labels) == 2


async def test_conflict_takes_theirs(open_story: Opener, library: Library) -> None:
    async with open_story(2) as editor:
        await conflict(editor, library)
        await editor.press("t")
        await editor.until(lambda: editor.screen.pane.field("text_content").content == "Theirs.")
        await editor.until(lambda: not editor.app.session.pending)
        assert editor.texts[0] == "Theirs."
        await editor.until(lambda: editor.lines[0].endswith("saved"))
        assert Drafts(library.path).of(editor.project_id) == []
        # What was typed is in the history.
        library.history.undo(editor.project_id)
        assert editor.texts[0] == "ANarration 1."


async def test_conflict_joins_both_to_be_edited(open_story: Opener, library: Library) -> None:
    async with open_story(2) as editor:
        await conflict(editor, library)
        await editor.press("b")
        await editor.until(lambda: editor.texts[0] == "ANarration 1.\n\nTheirs.")
        assert editor.screen.editing == "text_content"


async def test_conflict_decided_later_stays_unsaved_and_is_asked_again(
    open_story: Opener, library: Library
) -> None:
    async with open_story(2) as editor:
        await conflict(editor, library)
        await editor.press("escape")
        await editor.shows("! changed elsewhere")
        assert editor.texts[0] == "Theirs."
        assert editor.screen.pane.field("text_content").content == "ANarration 1."
        await editor.press("ctrl+s")
        await editor.until(lambda: type(editor.app.screen).__name__ == "ConflictScreen")
        await editor.press("m")
        await editor.until(lambda: editor.texts[0] == "ANarration 1.")


async def test_segment_locked_meanwhile_keeps_the_text_and_saves_it_when_unlocked(
    open_story: Opener, library: Library
) -> None:
    async with open_story(2) as editor:
        await editor.press("e", "home")
        await editor.pilot.press("A")
        library.segments.edit(editor.segments[0].id, is_locked=True)
        await editor.shows("! not saved: segment is locked")
        await editor.press("escape")
        drafts = Drafts(library.path)
        await editor.until(lambda: drafts.of(editor.project_id))
        assert drafts.of(editor.project_id)[0].text == "ANarration 1."
        await editor.press("l")
        await editor.until(lambda: editor.texts[0] == "ANarration 1.")
        await editor.until(lambda: editor.lines[0].endswith("   saved"))
        assert drafts.of(editor.project_id) == []


async def test_lock_that_another_process_takes_off_lets_the_open_field_be_saved(
    open_story: Opener, library: Library
) -> None:
    async with open_story(2) as editor:
        await editor.press("e", "home")
        await editor.pilot.press("A")
        with Library.open(library.path) as other:
            other.segments.edit(editor.segments[0].id, is_locked=True)
            await editor.shows("! not saved: segment is locked")
            other.segments.edit(editor.segments[0].id, is_locked=False)
        await editor.until(lambda: editor.texts[0] == "ANarration 1.")
        await editor.until(lambda: editor.lines[0].endswith("   saved"))


async def test_conflict_that_the_other_took_back_is_over(
    open_story: Opener, library: Library
) -> None:
    async with open_story(2) as editor:
        await conflict(editor, library)
        await editor.press("escape")
        await editor.shows("! changed elsewhere")
        with Library.open(library.path) as other:
            other.history.undo(editor.project_id)
        await editor.until(lambda: editor.texts[0] == "ANarration 1.")
        await editor.until(lambda: editor.lines[0].endswith("   saved"))


async def test_quitting_with_a_blank_narration_leaves_a_draft_that_is_offered(
    open_story: Opener, library: Library
) -> None:
    async with open_story(3) as editor:
        project_id = editor.project_id
        await editor.press("j", "e", "f7", "backspace")
        await editor.pilot.press("ctrl+q")
        await editor.until(lambda: not editor.app.is_running)
        assert editor.app.drafted == 1
    assert [one.text for one in Drafts(library.path).of(project_id)] == [""]
    async with open_story(project_id=project_id) as editor:
        await editor.until(lambda: editor.app.screen is not editor.screen)
        await editor.press("t")
        await editor.until(lambda: editor.app.screen is editor.screen)
        assert Drafts(library.path).of(project_id) == []


def waiting(
    library: Library, project_id: int, text: str, field: str = "text_content", token: str = "a"
) -> None:
    """A draft of an earlier run for the second segment."""
    segment = library.segments.list(project_id)[1]
    Drafts(library.path).keep(
        Draft(str(library.path), project_id, segment.id, field, text, "old", "busy", 2, "", token)
    )


async def test_draft_is_offered_beside_the_stored_text_and_taken(
    open_story: Opener, library: Library, sample_story: Any
) -> None:
    project_id = library.projects.import_story(sample_story(3)).id
    waiting(library, project_id, "From the draft.")
    async with open_story(project_id=project_id) as editor:
        await editor.shows("From the draft.", "Narration of segment 2.")
        await editor.press("m")
        await editor.until(lambda: editor.texts[1] == "From the draft.")
        assert editor.cursor == 2
        await editor.until(lambda: not Drafts(library.path).of(project_id))


async def test_a_draft_goes_only_after_a_question(
    open_story: Opener, library: Library, sample_story: Any
) -> None:
    project_id = library.projects.import_story(sample_story(3)).id
    for answer, left in (("enter", 1), ("y", 0)):
        waiting(library, project_id, "From the draft.")
        async with open_story(project_id=project_id) as editor:
            await editor.shows("keep the stored text")
            await editor.press("t")
            await editor.shows("Remove the draft?", "kept nowhere else")
            await editor.press(answer)
            await editor.until(lambda editor=editor: editor.app.screen is editor.screen)
        assert len(Drafts(library.path).of(project_id)) == left
        assert library.segments.list(project_id)[1].text_content == "Narration of segment 2."


async def test_draft_put_off_is_offered_again(
    open_story: Opener, library: Library, sample_story: Any
) -> None:
    project_id = library.projects.import_story(sample_story(3)).id
    waiting(library, project_id, "From the draft.")
    async with open_story(project_id=project_id) as editor:
        await editor.shows("From the draft.")
        await editor.press("escape")
        await editor.until(lambda: editor.app.screen is editor.screen)
    assert len(Drafts(library.path).of(project_id)) == 1


async def test_draft_put_off_stays_beside_a_newer_one_and_outlives_it(
    open_story: Opener, library: Library, sample_story: Any
) -> None:
    project_id = library.projects.import_story(sample_story(3)).id
    waiting(library, project_id, "From the draft.")
    drafts = Drafts(library.path)
    async with open_story(project_id=project_id) as editor:
        await editor.shows("From the draft.")
        await editor.press("escape")
        await editor.until(lambda: editor.app.screen is editor.screen)
        await editor.press("e", "home")
        await editor.pilot.press("A")
        library.segments.edit(editor.segments[1].id, is_locked=True)
        await editor.press("escape")
        await editor.until(lambda: len(drafts.of(project_id)) == 2)
        await editor.press("l")
        await editor.until(lambda: len(drafts.of(project_id)) == 1)
        assert editor.texts[1] == "ANarration of segment 2."
        assert drafts.of(project_id)[0].text == "From the draft."


@pytest.mark.parametrize("answer", ["m", "b"])
async def test_next_draft_is_offered_when_the_field_of_the_first_is_left(
    open_story: Opener, library: Library, sample_story: Any, answer: str
) -> None:
    project_id = library.projects.import_story(sample_story(3)).id
    waiting(library, project_id, "The first.", "image_prompt")
    waiting(library, project_id, "The second.")
    async with open_story(project_id=project_id) as editor:
        await editor.shows("The first.")
        await editor.press(answer)
        await editor.until(lambda: editor.screen.editing == "image_prompt")
        await editor.press("escape")
        await editor.shows("The second.", "Draft")
        await editor.press("m")
        await editor.until(lambda: editor.texts[1] == "The second.")
        await editor.press("escape")
        await editor.until(lambda: not Drafts(library.path).of(project_id))
        assert editor.app.screen is editor.screen


async def test_draft_of_a_deleted_segment_can_be_copied(
    open_story: Opener, library: Library, sample_story: Any, monkeypatch: Any
) -> None:
    from storyflow_tui.tui import clipboard

    copied: list[str] = []

    def copy(text: str, write: Any) -> str:
        copied.append(text)
        return clipboard.BY_TMUX

    monkeypatch.setattr(clipboard, "copy", copy)
    project_id = library.projects.import_story(sample_story(3)).id
    waiting(library, project_id, "From the draft.")
    library.segments.delete(library.segments.list(project_id)[1].id)
    async with open_story(project_id=project_id) as editor:
        await editor.shows("segment that was deleted", "“From the draft.”")
        await editor.press("y")
        await editor.until(lambda: copied == ["From the draft."])
        assert Drafts(library.path).of(project_id) == []


async def test_draft_that_was_saved_after_all_is_not_offered(
    open_story: Opener, library: Library, sample_story: Any
) -> None:
    project_id = library.projects.import_story(sample_story(3)).id
    waiting(library, project_id, "Narration of segment 2.")
    async with open_story(project_id=project_id) as editor:
        await editor.until(lambda: not Drafts(library.path).of(project_id))
        assert editor.app.screen is editor.screen


async def test_editor_over_the_timeline_has_its_places(open_story: Opener) -> None:
    async with open_story(5, size=NARROW) as editor:
        await editor.press("j", "e", "home")
        lines = editor.lines
        assert lines[0].startswith("  The Lamp   2 of 5")
        assert lines[2][30:41] == "▌ Narration"
        assert lines[3][32:44] == "Narration 2."
        assert lines[15][32:38] == "Prompt"
        assert lines[16][32:40] == "prompt 2"
        assert lines[12].startswith("  Length    ~0:01")
        assert lines[-1].startswith("  ^S done  tab next field")
        assert lines[-1].endswith("F1 help")


async def test_keys_typed_ahead_go_where_they_are_meant(open_story: Opener) -> None:
    from textual.events import Key

    async with open_story(3) as editor:
        for key in ["j", "e", "home", *"Hello", "tab", "home", *"There", "escape", "j", "d"]:
            editor.app.post_message(Key(key, key if len(key) == 1 else None))
        await editor.shows("Delete segment 3?")
        await editor.press("n")
        await editor.until(lambda: editor.texts[1] == "HelloNarration 2.")
        await editor.until(lambda: editor.segments[1].image_prompt == "Thereprompt 2")


async def test_going_back_to_the_stories_with_unsaved_text_leaves_a_draft(
    open_story: Opener, library: Library
) -> None:
    async with open_story(2) as editor:
        await conflict(editor, library)
        await editor.press("escape")
        await editor.shows("! changed elsewhere")
        # Asked again on leaving the field; put off once more, and then back to the timeline.
        editor.screen.leave_segment()
        await editor.pilot.press("q")
        await editor.until(lambda: type(editor.app.screen).__name__ == "ProjectsScreen")
        assert Drafts(library.path).of(editor.project_id)[0].text == "ANarration 1."
        await editor.shows("! One text could not be saved.")


async def test_quitting_in_an_undecided_conflict_keeps_a_draft_and_asks_nothing(
    open_story: Opener, library: Library
) -> None:
    async with open_story(2) as editor:
        project_id = editor.project_id
        await editor.press("e", "home")
        await editor.pilot.press("A")
        library.segments.edit(editor.segments[0].id, text_content="Theirs.")
        await editor.pilot.press("ctrl+q")
        await editor.until(lambda: not editor.app.is_running)
        assert not editor.app.faulted
        assert editor.app.drafted == 1
    assert [one.text for one in Drafts(library.path).of(project_id)] == ["ANarration 1."]
    assert library.segments.list(project_id)[0].text_content == "Theirs."


async def test_message_that_comes_late_brings_back_no_older_text(open_story: Opener) -> None:
    async with open_story(2) as editor:
        await editor.press("e", "home", "A", "B", "ctrl+s")
        assert editor.texts[0] == "ABNarration 1."
        field = editor.screen.pane.field("text_content")
        field.post_message(field.Typed(field))
        await editor.press("u")
        field.post_message(field.Typed(field))
        await editor.press("j", "k")
        assert editor.texts[0] == "Narration 1."
        assert not editor.screen.saving.unsaved()


async def test_typing_in_one_field_leaves_what_another_wrote_into_the_other(
    open_story: Opener, library: Library
) -> None:
    async with open_story(2) as editor:
        segment = editor.segments[0].id
        await editor.press("e", "home")
        await editor.pilot.press("A")
        library.segments.edit(segment, image_prompt="Theirs.")
        await editor.pilot.press("B")
        await editor.press("tab", "ctrl+s")
        assert editor.texts[0] == "ABNarration 1."
        assert editor.segments[0].image_prompt == "Theirs."
        await editor.shows("Theirs.")


async def test_keys_that_come_in_one_piece_act_in_their_order(open_story: Opener) -> None:
    from textual import events

    async with open_story(2) as editor:
        await editor.press("e", "f7", "backspace")
        for key in ("a", "b", "home", "c", "end", "d", "left", "e", "backspace", "f"):
            editor.app.post_message(events.Key(key, key if len(key) == 1 else None))
        await editor.until(lambda: editor.texts[0] == "cabfd")


async def test_long_text_is_fetched_when_typing_rests_and_not_with_each_key(
    open_story: Opener, monkeypatch: Any
) -> None:
    from storyflow_tui.tui.widgets import field as fields
    from storyflow_tui.tui.widgets.wrapping import release

    # As long as it takes: nothing rests here but by what the test does.
    monkeypatch.setattr(fields, "REST", 1000.0)
    monkeypatch.setattr(fields, "LONGEST", 1000.0)
    text = "word and word " * 10_000
    async with open_story(story=Story("S", [StorySegment(text), StorySegment("b")])) as editor:
        await editor.press("e")
        released: list[int] = []

        def noted(held: str) -> str:
            released.append(len(held))
            return release(held)

        monkeypatch.setattr(fields, "release", noted)
        for key in "Hello":
            await editor.pilot.press(key)
        assert not released
        await editor.shows("Hello")
        await editor.press("escape")
        assert editor.texts[0] == text + "Hello"


async def test_long_text_is_saved_and_counted_when_typing_rests(open_story: Opener) -> None:
    text = "word and word " * 10_000
    async with open_story(story=Story("S", [StorySegment(text)])) as editor:
        await editor.press("e", "A", "space")
        await editor.until(lambda: editor.texts[0] == text + "A ")
        await editor.shows("30001 words")


async def test_long_text_typed_as_the_segment_changes_stays_with_its_own(
    open_story: Opener,
) -> None:
    text = "word and word " * 10_000
    async with open_story(story=Story("S", [StorySegment(text), StorySegment("b")])) as editor:
        await editor.press("e")
        await editor.pilot.press("A")
        editor.screen.go_to((editor.segments[1].id,))
        await editor.until(lambda: editor.texts == [text + "A", "b"])


async def test_short_text_is_counted_with_each_key(open_story: Opener) -> None:
    async with open_story(2) as editor:
        await editor.press("e", "home")
        await editor.pilot.press("A", "space")
        assert "3 words" in editor.text


async def test_typing_on_when_the_segment_was_deleted_elsewhere_reaches_no_other(
    open_story: Opener, library: Library
) -> None:
    async with open_story(3) as editor:
        gone = editor.segments[1].id
        await editor.press("j", "e", "home", "A")
        await editor.until(lambda: editor.texts[1] == "ANarration 2.")
        library.segments.delete(gone)
        await editor.shows("This segment was deleted in another window.")
        await editor.pilot.press("d", "y", "J")
        assert editor.screen.editing == "text_content"
        await editor.shows("AdyJNarration 2.")
        await editor.press("ctrl+s")
        assert editor.screen.editing is None
        assert editor.texts == ["Narration 1.", "Narration 3."]
        drafts = Drafts(library.path)
        await editor.until(lambda: drafts.of(editor.project_id))
        assert drafts.of(editor.project_id)[0].text == "AdyJNarration 2."


async def test_typing_on_when_the_only_segment_was_deleted_keeps_the_field_open(
    open_story: Opener, library: Library
) -> None:
    async with open_story(1, size=NARROW) as editor:
        await editor.press("e", "home")
        library.segments.delete(editor.segments[0].id)
        await editor.shows("This segment was deleted in another window.")
        await editor.pilot.press("d", "y")
        await editor.shows("dyNarration 1.")
        await editor.press("escape")
        await editor.shows("No segments yet")


async def test_typing_on_when_the_story_was_deleted_elsewhere_is_kept_and_runs_no_command(
    open_story: Opener, library: Library
) -> None:
    other = library.projects.import_story(Story("Other", [StorySegment("Stays.")])).id
    async with open_story(2) as editor:
        project_id = editor.project_id
        await editor.press("e", "home")
        await editor.pilot.press("A")
        library.projects.delete(project_id)
        await editor.shows("This story was deleted in another window.")
        await editor.pilot.press("d", "y", "q")
        await editor.shows("AdyqNarration 1.")
        await editor.press("ctrl+s")
        await editor.shows("Stories", "Other")
        texts = [one.text for one in Drafts(library.path).of(project_id)]
        assert texts == ["AdyqNarration 1."]
        assert [one.id for one in library.projects.list()] == [other]


async def test_a_field_whose_segment_comes_back_is_its_own_again(
    open_story: Opener, library: Library
) -> None:
    async with open_story(3) as editor:
        owner, neighbour = editor.segments[1], editor.segments[2]
        await editor.press("j", "e", "home", "A")
        await editor.until(lambda: editor.texts[1] == "ANarration 2.")
        library.segments.delete(owner.id)
        await editor.shows("This segment was deleted in another window.")
        await editor.pilot.press("B")
        library.history.undo(editor.project_id)
        await editor.until(lambda: not editor.screen.orphaned)
        await editor.pilot.press("C")
        await editor.until(lambda: library.segments.get(owner.id).text_content[:3] == "ABC")
        assert library.segments.get(neighbour.id).text_content == neighbour.text_content
        assert editor.cursor == 2


async def test_a_field_can_be_left_whose_segment_was_deleted_under_a_conflict(
    open_story: Opener, library: Library
) -> None:
    async with open_story(3) as editor:
        owner = editor.segments[0]
        await conflict(editor, library)
        with Library.open(library.path) as other:
            other.segments.delete(owner.id)
        await editor.press("m")
        await editor.shows("segment was deleted")
        await editor.press("ctrl+s")
        assert editor.screen.editing is None
        (draft,) = Drafts(library.path).of(editor.project_id)
        assert draft.text == "ANarration 1."


async def test_a_conflict_is_not_asked_about_in_the_midst_of_typing(
    open_story: Opener, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_story(3) as editor:
        monkeypatch.setattr(saving, "RESTS", 3600.0)
        owner = editor.segments[0]
        await editor.press("e", "home")
        await editor.pilot.press("t", "o")
        with Library.open(library.path) as other:
            other.segments.edit(owner.id, text_content="Theirs.")
        await editor.shows("changed elsewhere")
        await editor.pilot.press("m", "b")
        await editor.shows("tombNarration 1.")
        assert editor.app.screen is editor.screen
        assert library.segments.get(owner.id).text_content == "Theirs."
        await editor.press("ctrl+s")
        await editor.shows("Someone else changed this narration", "tombNarration 1.")


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_the_label_of_the_field_that_is_open_is_in_full_colour(
    size: tuple[int, int], open_story: Opener
) -> None:
    async with open_story(3, size=size) as editor:
        await editor.press("e")
        await editor.shows("^S done")

        def colour(word: str) -> object:
            row = next(at for at, line in enumerate(editor.lines) if word in line[31:])
            _, style = cell_at(editor.app, editor.lines[row].index(word, 31), row)
            return style.color

        await editor.until(lambda: colour("Narration  ") != colour("Prompt"))
        narration, prompt = colour("Narration  "), colour("Prompt")
        await editor.press("tab")
        await editor.until(lambda: (colour("Narration  "), colour("Prompt")) == (prompt, narration))
