"""Draws the pictures of the README anew: `python -m tests.pictures [FOLDER]`.

The real editor on the sample story, in a home of its own; one SVG a screen, size and theme, cell
by cell (`tests/screens.py`).
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from textual.pilot import Pilot

from storyflow_tui import transfer
from storyflow_tui.config import Settings
from storyflow_tui.library import Library
from storyflow_tui.tui.app import StoryflowApp
from tests.screens import screen_text, write_svg

WIDE, MIDDLE, NARROW = (120, 40), (100, 30), (80, 24)

Editor = tuple[StoryflowApp, Pilot[int]]


async def timeline(editor: Editor) -> None:
    """The timeline with the bar on the second card."""
    await _press(editor, "j")
    await _shows(editor, "2 of 12", "1280×720") if editor[0].size.width >= 100 else None


async def editing(editor: Editor) -> None:
    """The narration open, with something typed."""
    await _press(editor, "j", "e", "end")
    await _shows(editor, "done")


async def question(editor: Editor) -> None:
    """The question before a deletion."""
    await _press(editor, "j", "j", "j", "d")
    await _shows(editor, "Delete segment 4?")


async def picker(editor: Editor) -> None:
    """Choosing a picture in a folder of the user's."""
    folder = Path.home() / "pictures" / "lamp"
    if not folder.exists():
        shutil.copytree(transfer.sample_folder() / "the-lamp" / "images", folder)
        (folder / "sketches").mkdir()
        (folder / "aurora.png").write_bytes(b"no picture")
        for file in folder.iterdir():  # "3 d ago", whenever this is drawn
            os.utime(file, (time.time() - 3 * 86400,) * 2)
    editor[0].last_image_folder = folder
    await _press(editor, "j", "i")
    await _shows(editor, "Choose a picture", "forest.jpg")
    await _press(editor, *["down"] * 6)
    await _shows(editor, "Pixels")


async def marked(editor: Editor) -> None:
    """Three cards marked, and the question before they are deleted."""
    await _press(editor, "j", "space", "j", "V", "j", "j", "space", "d")
    await _shows(editor, "Delete 3 segments?")


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
    await _press(editor, "F")
    await _shows(editor, "Choose pictures", "scene-01")
    await _press(editor, "enter")
    await _shows(editor, "Pictures for segments", "pairs")
    await _press(editor, "o", "j", "j")
    await _shows(editor, "left over")


async def stories(editor: Editor) -> None:
    """The list of stories."""
    await _press(editor, "q")
    await _shows(editor, "Stories", "Night Mail")


async def importing(editor: Editor) -> None:
    """A pasted script with a mistake in it."""
    await _press(editor, "q", "i")
    await _shows(editor, "Import a story")
    script = "Title: Fog\n\nText: The fog came in.\nPrompt: fog\n---\nPrompt: a horn at night\n"
    from textual.events import Paste

    editor[0].screen.focused.post_message(Paste(script))  # type: ignore[union-attr]
    await _shows(editor, "problem")


async def import_preview(editor: Editor) -> None:
    """The segments of a story with pictures, before they are made."""
    await _press(editor, "q", "i", "ctrl+o")
    await _shows(editor, "Take a script from a file")
    from textual.events import Paste

    focused = editor[0].screen.focused
    assert focused is not None
    focused.post_message(Paste(str(transfer.sample("the-lamp"))))
    await _press(editor, "enter")
    await _shows(editor, "as it will be made")


async def exporting(editor: Editor) -> None:
    """What an export as text will write, and what it leaves out."""
    editor[0].last_export_folder = Path.home()
    await _press(editor, "space", "j", "space", "x")
    await _shows(editor, "Goes to", "Nothing is left out.")
    await _press(editor, "down")
    await _shows(editor, "Title: The Lamp")


async def reading(editor: Editor) -> None:
    """The story read through, with the prompt of the third segment."""
    await _press(editor, "j", "j", "v", "p")
    await _shows(editor, "3 of 12", "mint-green light")


async def rehearsing(editor: Editor) -> None:
    """A rehearsal, paused in its second segment."""
    await _measured(editor)
    await _press(editor, "j", "t", "space", "p")
    await _shows(editor, "2 of 12", "waits")


async def lengths(editor: Editor) -> None:
    """The lengths of the segments against the target."""
    await _measured(editor)
    await _press(editor, "P", "l")
    await _shows(editor, "4 of 12 measured", "over")


async def story_page(editor: Editor) -> None:
    """The story itself."""
    await _measured(editor)
    await _press(editor, "P")
    await _shows(editor, "of 4:00", "Last changes")


async def _measured(editor: Editor) -> None:
    """Give the story a target and its first segments lengths, once."""
    library = editor[0].session.library
    lamp = next(one.id for one in library.projects.list() if one.title == "The Lamp")
    library.projects.set_target(lamp, 240)
    taken = zip(library.segments.ids(lamp), (21.5, 19.25, 24.5), strict=False)
    library.segments.set_durations(dict(taken))
    await _shows(editor, "of 4:00")


async def help_page(editor: Editor) -> None:
    """The keys of the timeline."""
    await _press(editor, "question_mark")
    await _shows(editor, "Help")


async def history(editor: Editor) -> None:
    """History and trash; the last of all, since it changes the story."""
    library = editor[0].session.library
    lamp = next(one.id for one in library.projects.list() if one.title == "The Lamp")
    while library.history.next_undo(lamp):
        library.history.undo(lamp)
    _, second, third, fourth, *_ = library.segments.list(lamp)
    library.segments.remove_image(third.id)
    library.segments.move(third.id, 5)
    text = f"Nobody saw it. {second.text_content}".replace(" the ", " an old ", 1)
    library.segments.edit(second.id, text_content=text)
    library.segments.delete(fourth.id)
    library.segments.edit(second.id, image_prompt="a lamp seen from far out at sea")
    library.history.undo(lamp)
    await _press(editor, "H")
    await _shows(editor, "History and trash", "2 files")
    await _press(editor, "j", "j")
    await _shows(editor, "Nobody saw it.")


SCREENS: dict[str, Callable[[Editor], Awaitable[None]]] = {
    "timeline": timeline,
    "editing": editing,
    "delete": question,
    "marked": marked,
    "picker": picker,
    "pairs": pairs,
    "stories": stories,
    "import": importing,
    "made": import_preview,
    "export": exporting,
    "read": reading,
    "rehearse": rehearsing,
    "lengths": lengths,
    "page": story_page,
    "help": help_page,
    "history": history,
}
SIZES = {"120x40": WIDE, "100x30": MIDDLE, "80x24": NARROW}
THEMES = ("dark", "light")

KEPT = (
    ("timeline", "120x40", "dark"),
    ("timeline", "120x40", "light"),
    ("timeline", "80x24", "dark"),
    ("picker", "120x40", "dark"),
    ("stories", "120x40", "dark"),
)
"""What lies in `.github/screens/`."""


def main() -> None:
    """Draw the README's pictures, or with --all every screen in every size and theme."""
    parser = argparse.ArgumentParser(prog="python -m tests.pictures", description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=Path(".github/screens"))
    parser.add_argument("--all", action="store_true", help="every screen, size and theme")
    parser.add_argument("--only", default="", help="screens whose name starts like this")
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    every = [(screen, size, theme) for screen in SCREENS for size in SIZES for theme in THEMES]
    with tempfile.TemporaryDirectory() as home:
        os.environ["HOME"] = home
        for name in ("CONFIG", "DATA", "STATE", "CACHE"):
            os.environ[f"XDG_{name}_HOME"] = str(Path(home) / name.lower())
        os.environ.pop("NO_COLOR", None)
        os.environ["COLORTERM"] = "truecolor"
        for screen, size, theme in every if given.all else KEPT:
            if screen.startswith(given.only):
                target = given.folder / f"{screen}-{size}-{theme}.svg"
                asyncio.run(_draw(screen, size, theme, Path(home) / "stories", target))


async def _draw(screen: str, size: str, theme: str, library: Path, target: Path) -> None:
    async with _editor(library, SIZES[size], theme) as editor:
        await SCREENS[screen](editor)
        await _rest(editor)
        write_svg(editor[0], target)
        print(target)


@asynccontextmanager
async def _editor(folder: Path, size: tuple[int, int], theme: str) -> AsyncIterator[Editor]:
    is_new = not folder.exists()
    with Library.open(folder) as library:
        if is_new:
            samples = sorted(transfer.samples(), key=lambda path: path.parent.name == "the-lamp")
            for sample in samples:
                transfer.import_file(library, sample)
        lamp = next(one for one in library.projects.list() if one.title == "The Lamp")
        app = StoryflowApp(library, Settings(theme=theme), project_id=lamp.id)
        async with app.run_test(size=size) as pilot:
            await _shows((app, pilot), "The Lamp")
            yield app, pilot


async def _press(editor: Editor, *keys: str) -> None:
    await editor[1].press(*keys)


async def _shows(editor: Editor, *words: str) -> None:
    for _ in range(500):
        text = "\n".join(screen_text(editor[0]))
        if all(word in text for word in words):
            return
        await editor[1].pause(0.02)
    raise AssertionError(f"{words} never came:\n{screen_text(editor[0])}")


async def _rest(editor: Editor) -> None:
    """Until nothing is on its way any more: the screen stays as it is for half a second."""
    before, same = "", 0
    while same < 25:
        await editor[1].pause(0.02)
        now = "\n".join(screen_text(editor[0]))
        before, same = now, same + 1 if now == before else 0


if __name__ == "__main__":
    main()
