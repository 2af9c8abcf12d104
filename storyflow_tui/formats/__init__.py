"""Story files: which formats there are and which one a file is in.

A format turns bytes into a story and back. It knows no database; of the disk, `files` knows how
to read and write without ever leaving half a file.
"""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from storyflow_tui.errors import NotFoundError
from storyflow_tui.formats.json_story import JsonFormat
from storyflow_tui.formats.options import USUAL, Option, Options, chosen_options
from storyflow_tui.formats.reading import Reading
from storyflow_tui.formats.text_story import TextFormat
from storyflow_tui.story import Contents, Story


class Format(Protocol):
    """A way to write a story down. `endings` are lower case, the first is for new files.

    `about` says in a few words what it is for. Where `holds_pictures`, a folder is written with
    the pictures in it, and the story names them by their paths there. Whoever offers the format to
    people makes what they show of these, so that a new one needs no more than its place in
    `FORMATS`.
    """

    name: str
    about: str
    endings: tuple[str, ...]
    holds_pictures: bool
    options: tuple[Option, ...]

    def read(self, data: bytes, *, folder: Path | None = None) -> Reading:
        """The story in these bytes; raises InvalidStoryError. `folder` is the story's own."""
        ...

    def write(self, story: Story, options: Options = USUAL) -> bytes:
        """The story as the whole content of a file; `options` are values by their names."""
        ...

    def left_out(self, contents: Contents, options: Options = USUAL) -> list[str]:
        """Sentences on what of a story that holds this the format does not hold.

        Where pictures go is for the caller to say, and sounds go nowhere.
        """
        ...


JSON: Format = JsonFormat()
TEXT: Format = TextFormat()
FORMATS: dict[str, Format] = {each.name: each for each in (JSON, TEXT)}
"""Every format by its name, as `--format` takes it."""


def options_for(chosen: Format, given: Options) -> Options:
    """The values of a format's options; raises NotFoundError for one that it does not have."""
    return chosen_options(chosen.name, chosen.options, given)


def named(name: str) -> Format:
    """The format of this name; raises NotFoundError."""
    try:
        return FORMATS[name]
    except KeyError:
        raise NotFoundError(f"Format {name!r} not found", {"formats": list(FORMATS)}) from None


def for_path(path: Path) -> Format:
    """The format that a file name stands for: text, unless the ending is another's."""
    ending = path.suffix.lower()
    return next((each for each in FORMATS.values() if ending in each.endings), TEXT)


def for_data(data: bytes) -> Format:
    """The format of bytes without a name: JSON where they begin with a brace, else text."""
    return JSON if data[:4096].removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{") else TEXT


__all__ = [
    "FORMATS",
    "JSON",
    "TEXT",
    "USUAL",
    "Format",
    "Option",
    "Options",
    "Reading",
    "for_data",
    "for_path",
    "named",
    "options_for",
]
