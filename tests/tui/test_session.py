"""The session: writes in order on one thread, word of changes, faults that end nothing."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from storyflow_tui.config import state_folder
from storyflow_tui.errors import BusyError, StoryflowError
from storyflow_tui.library import Library
from storyflow_tui.tui.session import Session

Opener = Any


async def test_writes_are_done_in_order_on_one_thread(open_story: Opener) -> None:
    async with open_story(2) as editor:
        session = editor.app.session
        seen: list[tuple[int, int]] = []
        for number in range(20):
            session.write(lambda _, number=number: seen.append((number, threading.get_ident())))
        await editor.until(lambda: len(seen) == 20)
        assert [number for number, _ in seen] == list(range(20))
        threads = {thread for _, thread in seen}
        assert len(threads) == 1
        assert threads != {threading.get_ident()}


async def test_answers_arrive_in_the_thread_of_the_screens(open_story: Opener) -> None:
    async with open_story(2) as editor:
        answers: list[tuple[object, int]] = []

        def noted(answer: object) -> None:
            answers.append((answer, threading.get_ident()))

        def busy(_: Library) -> None:
            raise BusyError("The library is busy")

        editor.app.session.write(lambda library: library.segments.ids(1), noted)
        editor.app.session.write(busy, None, noted)
        await editor.until(lambda: len(answers) == 2)
        assert {thread for _, thread in answers} == {threading.get_ident()}
        assert isinstance(answers[1][0], BusyError)


async def test_fault_in_a_write_is_logged_and_the_queue_goes_on(open_story: Opener) -> None:
    async with open_story(2) as editor:
        failed: list[StoryflowError] = []
        done: list[int] = []
        editor.app.session.write(lambda _: 1 // 0, None, failed.append)
        editor.app.session.write(lambda _: 7, done.append)
        await editor.until(lambda: done == [7])
        log = next((state_folder() / "logs").iterdir())
        assert str(log) in failed[0].message
        assert "ZeroDivisionError" in log.read_text()


async def test_failure_without_an_answer_of_its_own_is_said(open_story: Opener) -> None:
    async with open_story(2) as editor:

        def busy(_: Library) -> None:
            raise BusyError("The library is busy")

        editor.app.session.write(busy)
        await editor.shows("! The library is busy")


async def heard(editor: Any, monkeypatch: pytest.MonkeyPatch) -> list[Session.LibraryChanged]:
    events: list[Session.LibraryChanged] = []
    session = editor.app.session
    announce = session._announce

    def noted(changed: Any, origin: object) -> None:
        events.append(Session.LibraryChanged(changed, origin))
        announce(changed, origin)

    monkeypatch.setattr(session, "_announce", noted)
    return events


async def test_own_commits_are_told_apart_from_others(
    open_story: Opener, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_story(3) as editor:
        events = await heard(editor, monkeypatch)
        first = editor.segments[0].id
        editor.app.session.write(
            lambda library: library.segments.edit(first, text_content="Ours."), origin="me"
        )
        await editor.until(lambda: events)
        assert events[0].changed is not None
        assert events[0].changed.segment_ids == (first,)
        assert events[0].origin == "me"
        with Library.open(library.path) as other:
            other.segments.edit(first, text_content="Theirs.")
        await editor.until(lambda: len(events) > 1)
        assert [event.changed for event in events[1:]] == [None]


async def test_covered_screen_hears_of_a_change_when_it_comes_to_light(
    open_story: Opener, library: Library
) -> None:
    async with open_story(3) as editor:
        await editor.press("question_mark")
        await editor.shows("Help")
        with Library.open(library.path) as other:
            other.segments.edit(editor.segments[0].id, text_content="Theirs.")
        await editor.until(lambda: editor.screen in editor.app.session._behind)
        await editor.press("escape")
        await editor.shows("Theirs.")


async def test_settled_waits_for_what_is_in_the_queue(open_story: Opener) -> None:
    async with open_story(2) as editor:
        gate = threading.Event()
        editor.app.session.write(lambda _: gate.wait(10))
        assert not await editor.app.session.settled(0.01)
        gate.set()
        assert await editor.app.session.settled(10)
        await editor.until(lambda: not editor.app.session.pending)


async def test_others_are_heard_while_own_writes_come_without_a_pause(
    open_story: Opener, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_story(3) as editor:
        events = await heard(editor, monkeypatch)

        def again(_: object) -> None:
            if not events:
                editor.app.session.write(lambda _: None, again)

        again(None)
        with Library.open(library.path) as other:
            other.segments.edit(editor.segments[0].id, text_content="Theirs.")
        await editor.until(lambda: events)
        assert [event.changed for event in events] == [None]


async def test_write_is_pending_until_the_screen_has_heard_of_its_change(
    open_story: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_story(3) as editor:
        session, screen = editor.app.session, editor.screen
        pending: list[int] = []
        show = type(screen).on_session_library_changed

        def noted(screen: Any, event: Session.LibraryChanged) -> None:
            pending.append(session.pending)
            show(screen, event)

        monkeypatch.setattr(type(screen), "on_session_library_changed", noted)
        first = editor.segments[0].id
        session.write(lambda library: library.segments.edit(first, text_content="Ours."))
        await editor.until(lambda: pending and not session.pending)
        assert pending == [1]
        newest = editor.library.history.next_undo(editor.project_id)
        assert newest is not None
        assert screen.standing.undo == newest.id
