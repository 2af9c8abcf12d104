"""Segments are copied into another story: their files beside the queue of writes, and stopped."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from PIL import Image

from storyflow_tui.library import Library
from storyflow_tui.library.media import Staging
from storyflow_tui.records import ProjectRecord
from tests.tui.conftest import Editor

Opener = Any


@pytest.fixture
def target(library: Library) -> ProjectRecord:
    """The story into which is copied."""
    return library.projects.create("Harbour")


@contextmanager
def held(patch: pytest.MonkeyPatch, editor: Editor, folder: Path) -> Iterator[None]:
    """Gives three segments a picture; the copying of the second waits until this is left."""
    paths = [folder / f"lamp-{number}.png" for number in (1, 2, 3)]
    for path in paths:
        Image.new("RGB", (8, 6)).save(path)
    ids = editor.library.segments.ids(editor.project_id)
    editor.library.segments.attach_images(zip(ids, paths, strict=True))
    copy, goes_on = Staging.copy, Event()

    def copied(staging: Staging, source: Path, limit: int) -> Path:
        if source.name.endswith("lamp-2.png"):
            goes_on.wait(20)
        return copy(staging, source, limit)

    patch.setattr(Staging, "copy", copied)
    try:
        yield
    finally:
        goes_on.set()


async def test_other_writes_go_on_while_files_are_copied(
    open_story: Opener,
    library: Library,
    target: ProjectRecord,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    async with open_story(3) as editor:
        with held(monkeypatch, editor, tmp_path):
            await editor.pilot.press("A", "c")
            await editor.shows("Copy 3 segments", "Harbour")
            await editor.pilot.press("enter")
            await editor.shows(" of 3 …", "q stop")
            await editor.until(lambda: not editor.app.session.pending)
            saved: list[object] = []
            editor.app.session.write(
                lambda library: library.projects.rename(editor.project_id, "Saved"), saved.append
            )
            await editor.until(lambda: saved)
            assert " of 3 …" in editor.text
        await editor.shows("Copied 3 segments into “Harbour”")
    copies = library.segments.list(target.id)
    assert all(copy.image_file for copy in copies)
    assert len(copies) == 3


async def test_escape_stops_a_copy_and_other_keys_do_nothing_meanwhile(
    open_story: Opener,
    library: Library,
    target: ProjectRecord,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    async with open_story(3) as editor:
        with held(monkeypatch, editor, tmp_path):
            await editor.pilot.press("A", "c")
            await editor.shows("Copy 3 segments")
            await editor.pilot.press("enter")
            await editor.shows(" of 3 …")
            assert "enter this one" not in editor.text
            await editor.pilot.press("enter", "escape")
        await editor.shows("Stopped; nothing was copied", "enter begins again")
        assert library.segments.ids(target.id) == []
        assert list((library.media / ".staging").iterdir()) == []
        await editor.press("enter")
        await editor.shows("Copied 3 segments into “Harbour”")
    assert len(library.segments.ids(target.id)) == 3


async def test_help_that_is_read_while_files_are_copied_stays_until_it_is_left(
    open_story: Opener,
    library: Library,
    target: ProjectRecord,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    async with open_story(3) as editor:
        with held(monkeypatch, editor, tmp_path):
            await editor.pilot.press("A", "c")
            await editor.shows("Copy 3 segments")
            await editor.pilot.press("enter")
            await editor.shows(" of 3 …")
            await editor.pilot.press("f1")
            await editor.shows("leave, or stop")
        await editor.until(lambda: library.segments.ids(target.id))
        await editor.until(lambda: not editor.app.session.pending)
        assert "leave, or stop" in editor.text
        await editor.press("escape")
        await editor.shows("Copied 3 segments into “Harbour”")


async def test_a_fault_while_files_are_copied_is_said_and_changes_nothing(
    open_story: Opener,
    library: Library,
    target: ProjectRecord,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    async with open_story(3) as editor:
        with held(monkeypatch, editor, tmp_path):
            pass
        with monkeypatch.context() as patch:
            patch.setattr(Staging, "copy", None)
            await editor.press("c", "enter")
            await editor.shows("! An unexpected fault; nothing was copied.", "It is in the log")
        assert library.segments.ids(target.id) == []
        await editor.press("enter")
        await editor.shows("Copied segment 1 into “Harbour”")


async def test_a_copy_that_waits_for_its_turn_to_be_written_can_still_be_stopped(
    open_story: Opener,
    library: Library,
    target: ProjectRecord,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    async with open_story(3) as editor:
        turn = Event()
        with held(monkeypatch, editor, tmp_path):
            await editor.pilot.press("A", "c")
            await editor.shows("Copy 3 segments")
            await editor.pilot.press("enter")
            await editor.shows(" of 3 …")
            await editor.until(lambda: not editor.app.session.pending)
            editor.app.session.write(lambda _: turn.wait(20))
        await editor.until(lambda: editor.app.session.pending == 2)
        await editor.pilot.press("escape")
        turn.set()
        await editor.shows("Stopped; nothing was copied")
    assert library.segments.ids(target.id) == []
