"""Image files: which ones are accepted, and small copies of them for the screens.

Files are looked at, never changed. What becomes of an accepted file is not decided here.
"""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from storyflow_tui.library.decoding import (
    FORMATS,
    MAX_BYTES,
    MAX_PIXELS,
    SUFFIXES,
    check_name,
    header,
    load,
    opened,
    quietly,
    refused,
    too_large,
)
from storyflow_tui.library.thumbnails import Thumbnails

__all__ = [
    "MAX_BYTES",
    "MAX_PIXELS",
    "SUFFIXES",
    "ImageFacts",
    "Thumbnails",
    "inspect",
    "inspect_bytes",
]


@dataclass(frozen=True, slots=True)
class ImageFacts:
    """What an image file is: `JPEG`, `PNG` or `WebP`, its size as stored, its bytes."""

    format: str
    width: int
    height: int
    bytes: int


def inspect(path: Path | str, *, name: str | None = None, decode: bool = True) -> ImageFacts:
    """The facts of a usable image file; raises InvalidImageError with `reason` for any other.

    `name` is the name whose ending counts, where the file lies under another one. Without `decode`
    only the header is read, which lets a file pass that is cut short.
    """
    path = Path(path)
    name = path.name if name is None else name
    with opened(path, name) as (file, size):
        return _inspected(file, name, size, decode=decode)


def inspect_bytes(data: bytes, name: str) -> ImageFacts:
    """The same of the content of a file, decoded; `name` is the one whose ending counts."""
    return _inspected(BytesIO(data), name, len(data), decode=True)


def _inspected(file: BinaryIO, name: str, size: int, *, decode: bool) -> ImageFacts:
    check_name(name)
    if size > MAX_BYTES:
        raise refused(name, too_large(size), bytes=size, limit=MAX_BYTES)
    if size == 0:
        raise refused(name, "It is empty.")
    with quietly(), header(file, name) as image:
        width, height = image.size
        facts = ImageFacts(FORMATS[image.format or ""], width, height, size)
        if decode:
            load(image, file, name, 1)
    return facts
