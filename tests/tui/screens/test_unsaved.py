"""Typing that meets an obstacle: a held library, a lock on its way, too little room, no story."""

from __future__ import annotations

import errno
import threading
from typing import Any

import pytest
from textual import events

from storyflow_tui.errors import NoSpaceError
from storyflow_tui.library import Library
from storyflow_tui.story import Story, StorySegment
from storyflow_tui.tui import saving
from storyflow_tui.tui.drafts import Draft, Drafts
from storyflow_tui.tui.session import Session
from storyflow_tui.tui.widgets import unasked

Opener = Any


async def test_e_right_after_l_opens_the_field_as_it_will_be(
    open_story: Opener, library: Library
) -> None:
    gate = threading.Event()
    async with open_story(3) as editor:
        editor.app.session.write(lambda _: gate.wait(20))
        await editor.pilot.press("l", "e", "home", "A")
        await editor.shows("! Segment 1 is locked.", "l unlocks it")
        gate.set()
        await editor.until(lambda: editor.segments[0].is_locked)
        await editor.press("escape")
        gate.clear()
        editor.app.session.write(lambda _: gate.wait(20))
        await editor.pilot.press("l", "e", "home", "A", "ctrl+s")
        gate.set()
        await editor.until(lambda: editor.texts[0] == "ANarration 1.")
        assert not editor.segments[0].is_locked
        assert Drafts(library.path).of(editor.project_id) == []


@pytest.mark.parametrize("paste", [False, True])
async def test_typing_goes_on_while_the_terminal_is_too_small(
    open_story: Opener, paste: bool
) -> None:
    async with open_story(3) as editor:
        await editor.pilot.press("e", "home", "A")
        await editor.pilot.resize_terminal(50, 12)
        await editor.shows("This terminal has 50 columns")
        if paste:
            editor.app.post_message(events.Paste("BC"))
        else:
            await editor.pilot.press("B", "X", "backspace", "C")
        await editor.until(lambda: editor.texts[0] == "ABCNarration 1.")
        await editor.pilot.resize_terminal(120, 40)
        await editor.shows("ABCNarration 1.", "^S done")


async def test_no_key_of_the_timeline_acts_while_the_terminal_is_too_small(
    open_story: Opener,
) -> None:
    async with open_story(3) as editor:
        await editor.pilot.resize_terminal(50, 12)
        await editor.shows("This terminal has 50 columns")
        await editor.pilot.press("d", "y", "J")
        await editor.pilot.resize_terminal(120, 40)
        await editor.shows("1 of 3")
        assert editor.texts == ["Narration 1.", "Narration 2.", "Narration 3."]


async def test_what_saving_does_not_bring_to_the_disk_is_soon_a_draft(
    open_story: Opener, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(saving, "BARE", 0.05)
    gate = threading.Event()
    async with open_story(3) as editor:
        editor.app.session.write(lambda _: gate.wait(20))
        await editor.pilot.press("e", "home", "A")

        def drafts() -> list[str]:
            return [draft.text for draft in Drafts(library.path).of(editor.project_id)]

        await editor.until(lambda: drafts() == ["ANarration 1."])
        await editor.pilot.press("B")
        await editor.until(lambda: drafts() == ["ABNarration 1."])
        gate.set()
        await editor.until(lambda: editor.texts[0] == "ABNarration 1." and not drafts())


@pytest.mark.parametrize(("answer", "kept"), [("n", True), ("y", False)])
async def test_the_list_of_stories_offers_the_draft_of_a_deleted_story(
    answer: str, kept: bool, open_story: Opener, library: Library
) -> None:
    drafts = Drafts(library.path)
    drafts.keep(Draft(drafts.library, 7, 9, "text_content", "Typed and lost?", "", "", 1))
    async with open_story(3) as editor:
        await editor.press("q")
        await editor.shows("“Typed and lost?”", "belongs to a story that was deleted")
        await editor.press(answer)
        await editor.until(lambda: bool(drafts.of(7)) == kept)
        assert editor.app.clipboard == ("" if kept else "Typed and lost?")


async def test_a_key_pressed_as_a_draft_is_offered_to_be_copied_forgets_none(
    open_story: Opener, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    drafts = Drafts(library.path)
    drafts.keep(Draft(drafts.library, 7, 9, "text_content", "Typed and lost?", "", "", 1))
    async with open_story(3) as editor:
        monkeypatch.setattr(unasked, "RESTS", 3600.0)
        await editor.press("q")
        await editor.shows("“Typed and lost?”")
        await editor.press("y")
        assert "forget the draft" not in editor.text
        assert len(drafts.of(7)) == 1
        assert editor.app.clipboard == ""


async def test_a_lock_holds_in_the_field_before_the_screen_has_heard_of_it(
    open_story: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Session, "_announce", lambda *_: None)
    async with open_story(3) as editor:
        await editor.press("l")
        await editor.shows("Locked segment 1")
        await editor.press("e", "x")
        await editor.shows("! Segment 1 is locked.")
        assert editor.screen.pane.field("text_content").content == "Narration 1."


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_a_full_disk_says_what_became_of_the_text(
    size: tuple[int, int], open_story: Opener, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise NoSpaceError(f"No space left for {library.path}/storyflow.db; nothing was changed")

    def full_too(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(library.segments, "edit", full)
    async with open_story(3, size=size) as editor:
        await editor.press("e", "A")
        await editor.shows("! Not saved: disk full.   It is kept as a draft.")
        kept = [draft.text for draft in Drafts(library.path).of(editor.project_id)]
        assert kept == ["Narration 1.A"]
        monkeypatch.setattr(Drafts, "keep", full_too)
        await editor.press("B")
        await editor.shows(
            "! Not saved: disk full, and no draft: disk full.   It stays in the field."
        )
        await editor.press("ctrl+q")
        await editor.shows("! Not saved, and no draft:   disk full. ^Q again leaves without it.")
        await editor.press("ctrl+q")


async def test_a_long_draft_says_in_the_hint_line_what_is_taken_and_what_is_kept(
    open_story: Opener, library: Library
) -> None:
    text = "A long narration, and more of it. " * 40
    project = library.projects.import_story(Story("The Lamp", [StorySegment(text)]))
    (record,) = library.segments.list(project.id)
    drafts = Drafts(library.path)
    drafts.keep(
        Draft(drafts.library, project.id, record.id, "text_content", f"{text}End.", text, "", 1)
    )
    async with open_story(project_id=project.id, size=(80, 24)) as editor:
        await editor.shows("m take the draft", "t keep the stored text", "b edit both", "esc later")
        assert max(map(len, editor.lines)) <= 78
