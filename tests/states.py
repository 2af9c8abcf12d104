"""The states of the screens that `tests/pictures.py` draws: what is pressed to come to each.

A state begins at the timeline of the sample story, in a library of its own;
`PREPARED` says what is done to that before.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path

from textual.events import Paste
from textual.pilot import Pilot

from storyflow_tui import transfer
from storyflow_tui.library import Library
from storyflow_tui.tui.app import StoryflowApp
from storyflow_tui.tui.drafts import Draft, Drafts
from storyflow_tui.tui.screens.conflict import ConflictScreen
from tests.screens import screen_text

Editor = tuple[StoryflowApp, Pilot[int]]

_WRONG = "Title: Fog\n\nText: The fog came in.\nPrompt: fog\n---\nPrompt: a horn at night\n"


async def timeline(editor: Editor) -> None:
    """The timeline with the bar on the second card."""
    await press(editor, "j")
    await shows(editor, "2 of 12", "1280×720") if editor[0].size.width >= 100 else None


async def empty_story(editor: Editor) -> None:
    """A story without a segment."""
    await press(editor, "q", "n", *"Fog", "enter")
    await shows(editor, "4 stories")
    await press(editor, "enter")
    await shows(editor, "Fog", "No segments yet")


async def new_segment(editor: Editor) -> None:
    """A new card that waits for its first text."""
    await press(editor, "j", "o")
    await shows(editor, "done")


async def editing(editor: Editor) -> None:
    """The narration open, with something typed."""
    await press(editor, "j", "e", "end")
    await shows(editor, "done")


async def locked(editor: Editor) -> None:
    """What typing into a locked segment says."""
    await press(editor, "e", "x")
    await shows(editor, "is locked.")


async def question(editor: Editor) -> None:
    """The question before a deletion."""
    await press(editor, "j", "j", "j", "d")
    await shows(editor, "Delete segment 4?")


async def notice(editor: Editor) -> None:
    """What is said after an undo."""
    await press(editor, "j", "j", "J", "u")
    await shows(editor, "Undone:")


async def picker(editor: Editor) -> None:
    """Choosing a picture in a folder of the user's."""
    editor[0].last_image_folder = _pictures()
    await press(editor, "j", "i")
    await shows(editor, "Choose a picture", "forest.jpg")
    await press(editor, *["down"] * 6)
    await shows(editor, "Pixels")


async def refused(editor: Editor) -> None:
    """A file that is no picture, seen before it is chosen."""
    editor[0].last_image_folder = _pictures()
    await press(editor, "j", "i")
    await shows(editor, "Choose a picture", "forest.jpg")
    await press(editor, *"aur")
    await shows(editor, "Not usable")


async def marked(editor: Editor) -> None:
    """Three cards marked."""
    await press(editor, "j", "space", "j", "V", "j", "j", "space")
    await shows(editor, "3 marked")


async def delete_marked(editor: Editor) -> None:
    """Three cards marked, and the question before they are deleted."""
    await marked(editor)
    await press(editor, "d")
    await shows(editor, "Delete 3 segments?")


async def line(editor: Editor) -> None:
    """The position that is asked for."""
    await press(editor, "colon", "7")
    await shows(editor, "go there")


async def split(editor: Editor) -> None:
    """Where a narration is cut, both halves shown."""
    await press(editor, "j", "S")
    await shows(editor, "split here")


async def pairs(editor: Editor) -> None:
    """The pictures of a folder, each beside the segment that it goes to."""
    folder = Path.home() / "pictures" / "scenes"
    if not folder.exists():
        folder.mkdir(parents=True)
        images = sorted((transfer.sample_folder() / "the-lamp" / "images").iterdir())
        for number, image in enumerate([*images, images[0]], 1):
            shutil.copy(image, folder / f"scene-{number:02}{image.suffix}")
        shutil.copy(images[2], folder / f"cover{images[2].suffix}")
    editor[0].last_image_folder = folder
    await press(editor, "F")
    await shows(editor, "Choose pictures", "scene-01")
    await press(editor, "enter")
    await shows(editor, "Pictures for segments", "pairs")
    await press(editor, "o", "j", "j")
    await shows(editor, "left over")


async def copy_to_story(editor: Editor) -> None:
    """The story that marked segments are copied to."""
    await press(editor, "j", "space", "j", "space", "c")
    await shows(editor, "Night Mail")


async def find(editor: Editor) -> None:
    """A text looked for, every hit marked."""
    await press(editor, "slash", *"lamp")
    await shows(editor, "1 of ")


async def filtering(editor: Editor) -> None:
    """What may be left out of the timeline."""
    await press(editor, "f", "u")
    await shows(editor, "show these")


async def filtered(editor: Editor) -> None:
    """The timeline with some of its cards."""
    await press(editor, "f", "l", "enter")
    await rest(editor)


async def palette(editor: Editor) -> None:
    """Actions and segments found by a few letters."""
    await press(editor, "ctrl+p", *"pict")
    await shows(editor, "Choose a picture")


async def read_through(editor: Editor) -> None:
    """One segment a screen, its prompt shown."""
    await press(editor, "v", "j", "p")
    await shows(editor, "2 of 12")


async def rehearse(editor: Editor) -> None:
    """A rehearsal that has begun."""
    await press(editor, "j", "t", "space", "p")
    await shows(editor, "paused")


async def lengths(editor: Editor) -> None:
    """The lengths of a story against its target."""
    library = editor[0].session.library
    (lamp,) = (one.id for one in library.projects.list() if one.title == "The Lamp")
    library.projects.set_target(lamp, 240)
    ids = library.segments.ids(lamp)
    library.segments.set_durations({ids[1]: 24.4, ids[2]: 31.0, ids[3]: 12.8})
    await press(editor, "P", "l")
    await shows(editor, "of 4:00")
    await press(editor, "j")


async def story_page(editor: Editor) -> None:
    """The story itself: counts, its length against the target, last changes."""
    library = editor[0].session.library
    (lamp,) = (one.id for one in library.projects.list() if one.title == "The Lamp")
    library.projects.set_target(lamp, 240)
    await press(editor, "P")
    await shows(editor, "of 4:00")


async def stories(editor: Editor) -> None:
    """The list of stories."""
    await press(editor, "q")
    await shows(editor, "Stories", "Night Mail")


async def empty_list(editor: Editor) -> None:
    """A library without a story."""
    await shows(editor, "No stories yet")


async def importing(editor: Editor) -> None:
    """A pasted script with a mistake in it."""
    await _paste(editor, _WRONG)
    await shows(editor, "problem")


async def import_preview(editor: Editor) -> None:
    """The segments of a story with pictures, before they are made."""
    await press(editor, "q", "i", "ctrl+o")
    await shows(editor, "Take a script from a file")
    focused = editor[0].screen.focused
    assert focused is not None
    focused.post_message(Paste(str(transfer.sample("the-lamp"))))
    await press(editor, "enter")
    await shows(editor, "as it will be made")


async def exporting(editor: Editor) -> None:
    """What an export as text will write, and what it leaves out."""
    editor[0].last_export_folder = Path.home()
    await press(editor, "space", "j", "space", "x")
    await shows(editor, "Goes to", "Nothing is left out.")
    await press(editor, "down")
    await shows(editor, "Title: The Lamp")


async def conflict(editor: Editor) -> None:
    """Two texts of one narration, the differences marked."""
    mine = (
        "The sun went down that October as if paid by the hour, and Tobias counted the sails "
        "coming home: eleven, and one that he did not know."
    )
    theirs = (
        "The sun went down that October as if paid by the hour, and he counted the sails "
        "coming home: eleven."
    )
    saved_at = datetime.now().replace(hour=9, minute=30)
    editor[0].push_screen(ConflictScreen("The Lamp", 2, "text_content", mine, theirs, saved_at))
    await shows(editor, "keep mine", "take theirs")


async def draft(editor: Editor) -> None:
    """A text that could not be saved, offered at the next start."""
    await shows(editor, "draft")


async def help_page(editor: Editor) -> None:
    """The keys of the timeline."""
    await press(editor, "question_mark")
    await shows(editor, "Help")


async def help_find(editor: Editor) -> None:
    """The keys whose words are looked for."""
    await press(editor, "question_mark", "slash", *"mark")
    await shows(editor, "mark or unmark")


async def small(editor: Editor) -> None:
    """A terminal with too little room."""
    await editor[1].resize_terminal(50, 12)
    await shows(editor, "60")


async def history(editor: Editor) -> None:
    """History and trash, with a change undone."""
    library = editor[0].session.library
    lamp = next(one.id for one in library.projects.list() if one.title == "The Lamp")
    _, second, third, fourth, *_ = library.segments.list(lamp)
    library.segments.remove_image(third.id)
    library.segments.move(third.id, 5)
    text = f"Nobody saw it. {second.text_content}".replace(" the ", " an old ", 1)
    library.segments.edit(second.id, text_content=text)
    library.segments.delete(fourth.id)
    library.segments.edit(second.id, image_prompt="a lamp seen from far out at sea")
    library.history.undo(lamp)
    await press(editor, "H")
    await shows(editor, "History and trash", "2 files")
    await press(editor, "j", "j")
    await shows(editor, "Nobody saw it.")


SCREENS: dict[str, Callable[[Editor], Awaitable[None]]] = {
    "timeline": timeline,
    "empty-story": empty_story,
    "new-segment": new_segment,
    "editing": editing,
    "locked": locked,
    "delete": question,
    "notice": notice,
    "marked": marked,
    "delete-marked": delete_marked,
    "line": line,
    "split": split,
    "picker": picker,
    "refused": refused,
    "pairs": pairs,
    "copy-to-story": copy_to_story,
    "find": find,
    "filter": filtering,
    "filtered": filtered,
    "palette": palette,
    "read-through": read_through,
    "rehearse": rehearse,
    "lengths": lengths,
    "story-page": story_page,
    "stories": stories,
    "empty-list": empty_list,
    "import": importing,
    "import-preview": import_preview,
    "export": exporting,
    "conflict": conflict,
    "draft": draft,
    "history": history,
    "help": help_page,
    "help-find": help_find,
    "small": small,
}
"""Every state by the name of its picture."""


def no_stories(library: Library) -> None:
    """Take all stories out."""
    for project in library.projects.list():
        library.projects.delete(project.id)


def kept_draft(library: Library) -> None:
    """Keep a text that was typed into the second segment and not saved."""
    (lamp,) = (one.id for one in library.projects.list() if one.title == "The Lamp")
    second = library.segments.list(lamp)[1]
    drafts = Drafts(library.path)
    text = f"{second.text_content} Nobody saw it but the gulls."
    drafts.keep(
        Draft(
            drafts.library,
            lamp,
            second.id,
            "text_content",
            text,
            second.text_content,
            "the library was busy",
            2,
        )
    )


PREPARED: dict[str, Callable[[Library], None]] = {"empty-list": no_stories, "draft": kept_draft}
"""What is done to the library before the editor opens."""


async def press(editor: Editor, *keys: str) -> None:
    """Press keys, one after the other."""
    await editor[1].press(*keys)


async def shows(editor: Editor, *words: str) -> None:
    """Wait until the screen shows all of the words."""
    text = ""
    for _ in range(500):
        text = "\n".join(screen_text(editor[0]))
        if all(word in text for word in words):
            return
        await editor[1].pause(0.02)
    raise AssertionError(f"{words} never came:\n{text}")


async def rest(editor: Editor) -> None:
    """Until nothing is on its way any more: the screen stays as it is for half a second."""
    before, same = "", 0
    while same < 25:
        await editor[1].pause(0.02)
        now = "\n".join(screen_text(editor[0]))
        before, same = now, same + 1 if now == before else 0


async def _paste(editor: Editor, script: str) -> None:
    await press(editor, "q", "i")
    await shows(editor, "Import a story")
    editor[0].screen.focused.post_message(Paste(script))  # type: ignore[union-attr]


def _pictures() -> Path:
    """A folder with the sample's pictures, a folder and a file that is no picture."""
    folder = Path.home() / "pictures" / "lamp"
    if not folder.exists():
        shutil.copytree(transfer.sample_folder() / "the-lamp" / "images", folder)
        (folder / "sketches").mkdir()
        (folder / "aurora.png").write_bytes(b"no picture")
        for file in folder.iterdir():  # "3 d ago", whenever this is drawn
            os.utime(file, (time.time() - 3 * 86400,) * 2)
    return folder
