"""How image files are opened and decoded: by what rules one is refused, and with which words.

The only place that lets Pillow near a file. `images` is the face that the rest of the library
uses; the small copies are made in `thumbnails`.
"""

from __future__ import annotations

import os
import stat
import struct
import threading
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, BinaryIO, cast

from PIL import Image, features

from storyflow_tui.errors import InvalidImageError
from storyflow_tui.library.jpeg import MAX_SCANS, scan_count

MAX_BYTES = 20 * 1024 * 1024
"""The size that an image file may have at most."""

MAX_PIXELS = 100_000_000
"""The pixels that an image may have at most, as its header says."""

MAX_HEIGHT = 1_000_000
"""The rows of pixels that an image may have at most: each costs memory of its own."""

_MAX_READS = 100_000
"""Pieces in which a header may be read; the longest of real ones take some thousand."""

SUFFIXES = (".jpg", ".jpeg", ".png", ".webp")
"""The endings that the name of an image file may have, in any case."""

# The limit is ours and is looked at before anything is decoded; Pillow's own is lower and warns.
Image.MAX_IMAGE_PIXELS = None

FORMATS = {"JPEG": "JPEG", "MPO": "JPEG", "PNG": "PNG", "WEBP": "WebP"}
"""What people call the formats that are accepted, by Pillow's names."""

_CODECS = {"JPEG": "jpg", "PNG": "zlib", "WebP": "webp"}

UNREADABLE = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    EOFError,
    LookupError,
    ArithmeticError,
    AttributeError,
    MemoryError,
    struct.error,
    zlib.error,
)
"""What Pillow raises for files that are not what they say, by experience."""

# `catch_warnings` changes what holds for the whole process, so one thread at a time may be in it.
_quiet = threading.RLock()


def missing_decoders() -> list[str]:
    """The formats that Pillow was built without; their files are refused."""
    return [name for name, codec in _CODECS.items() if not features.check(codec)]


@contextmanager
def opened(path: Path, name: str) -> Iterator[tuple[BinaryIO, int]]:
    """The file open for reading and its size in bytes; InvalidImageError where it cannot be.

    Neither waits for a pipe nor wakes a device.
    """
    try:
        _check_kind(path.stat().st_mode, name)
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError):
        raise refused(name, "There is no such file.") from None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise refused(name, f"It cannot be read: {why.lower()}.") from None
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        _check_kind(status.st_mode, name)
        yield file, status.st_size


@contextmanager
def decoded(file: BinaryIO, name: str, size: int, *, longest: int) -> Iterator[Image.Image]:
    """The first frame of an open image file, decoded; JPEGs no larger than a copy needs.

    `longest` is the longer side in pixels that is wanted of it. Raises InvalidImageError.
    """
    if size > MAX_BYTES:
        raise refused(name, too_large(size), bytes=size, limit=MAX_BYTES)
    with quietly(), header(file, name) as image:
        load(image, file, name, 2 * longest)
        yield image


@contextmanager
def quietly() -> Iterator[None]:
    """Keep Pillow from warning about what is refused, or shown, anyway."""
    with _quiet, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


class _Patient:
    """An image file whose header is read in no more than so many pieces.

    Pillow takes a header apart byte by byte where it must; one of millions of parts keeps it busy.
    """

    def __init__(self, file: BinaryIO, name: str) -> None:
        self._file = file
        self._name = name
        self._left: float = _MAX_READS
        self.seek = file.seek
        self.tell = file.tell

    def read(self, size: int = -1) -> bytes:
        """The next bytes; InvalidImageError where it was asked too often."""
        self._left -= 1
        if self._left < 0:
            raise refused(self._name, "Its header has too many parts for a picture's.")
        return self._file.read(size)

    def is_read(self) -> None:
        """The header is at its end: what is read from now on is not counted."""
        self._left = float("inf")


@contextmanager
def header(file: BinaryIO, name: str) -> Iterator[Image.Image]:
    """The image with only its header read, of no more than MAX_PIXELS."""
    patient = _Patient(file, name)
    try:
        head = file.read(64)
        file.seek(0)
        canvas = _webp_canvas(head)
        if canvas is not None:
            # Opening a WebP takes memory for all its pixels at once.
            _check_pixels(*canvas, name)
        image = Image.open(cast(IO[bytes], patient), formats=("JPEG", "PNG", "WEBP"))
        patient.is_read()
    except OSError as error:
        if error.errno is not None:
            raise refused(name, f"It cannot be read: {error.strerror}.") from None
        raise refused(name, _content(head)) from None
    except UNREADABLE:
        raise refused(name, _content(head)) from None
    with image:
        _check_pixels(*image.size, name)
        yield image


def load(image: Image.Image, file: BinaryIO, name: str, longest: int) -> None:
    """Decode the first frame to its last row; InvalidImageError where that cannot be done.

    A JPEG is reduced while it is read, to no less than `longest` pixels: it is read to its end
    all the same, in a quarter of the time. `file` is what the image was opened from.
    """
    width, height = image.size
    if FORMATS.get(image.format or "") == "JPEG":
        _check_scans(file, name)
    image.draft("RGB", (longest, longest))
    try:
        image.load()
    except UNREADABLE:
        raise refused(
            name,
            f"It is damaged or cut short: not all of its {width} × {height} pixels can be read.",
            width=width,
            height=height,
        ) from None


def _check_kind(mode: int, name: str) -> None:
    if stat.S_ISDIR(mode):
        raise refused(name, "It is a folder.")
    if not stat.S_ISREG(mode):
        raise refused(name, "It is no ordinary file.")


def _check_scans(file: BinaryIO, name: str) -> None:
    place = file.tell()
    file.seek(0)
    scans = scan_count(file.read(MAX_BYTES))
    file.seek(place)
    if scans > MAX_SCANS:
        reason = f"It goes over its pixels more than {MAX_SCANS} times; no picture has to."
        raise refused(name, reason, limit=MAX_SCANS)


def check_name(name: str) -> None:
    """Refuse a name whose ending is no picture\'s."""
    ending = Path(name).suffix.lower()
    if ending in SUFFIXES:
        return
    has = f"ends in {Path(name).suffix}" if ending else "has no ending"
    raise refused(name, f"Its name {has}; a picture's ends in .jpg, .jpeg, .png or .webp.")


def _check_pixels(width: int, height: int, name: str) -> None:
    pixels = width * height
    if pixels > MAX_PIXELS:
        many = f"{pixels / 1e6:.1f} megapixels" if pixels >= 100_050_000 else f"{pixels:,} pixels"
        raise refused(
            name,
            f"It has {many} ({width} × {height}); a picture may have 100 megapixels at most.",
            width=width,
            height=height,
            limit=MAX_PIXELS,
        )
    if height > MAX_HEIGHT:
        raise refused(
            name,
            f"It is {height:,} pixels high; a picture may have {MAX_HEIGHT:,} rows at most.",
            width=width,
            height=height,
            limit=MAX_HEIGHT,
        )


def too_large(size: int) -> str:
    """A sentence on a file of too many bytes."""
    mebibytes = size / (1024 * 1024)
    if mebibytes < 20.05:
        return f"It is {size:,} bytes; a picture may have {MAX_BYTES:,} (20 MiB) at most."
    return f"It is {mebibytes:.1f} MiB; a picture may have 20 MiB at most."


def _webp_canvas(head: bytes) -> tuple[int, int] | None:
    """Width and height from the first bytes of a WebP; None for anything else."""
    if len(head) < 25 or head[:4] != b"RIFF" or head[8:12] != b"WEBP":
        return None
    kind = head[12:16]
    if kind == b"VP8X":
        return (
            1 + int.from_bytes(head[24:27], "little"),
            1 + int.from_bytes(head[27:30], "little"),
        )
    if kind == b"VP8L":
        bits = int.from_bytes(head[21:25], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if kind == b"VP8 ":
        width = int.from_bytes(head[26:28], "little") & 0x3FFF
        height = int.from_bytes(head[28:30], "little") & 0x3FFF
        return width, height
    return None


_KNOWN = (
    (0, b"GIF8", "a GIF image"),
    (0, b"BM", "a BMP image"),
    (0, b"II*\0", "a TIFF image"),
    (0, b"MM\0*", "a TIFF image"),
    (4, b"ftypavif", "an AVIF image"),
    (4, b"ftyphei", "a HEIC image"),
    (4, b"ftypmif", "a HEIC image"),
    (0, b"<svg", "an SVG drawing"),
    (0, b"%PDF", "a PDF document"),
    (0, b"PK\x03\x04", "a ZIP archive"),
    (0, b"8BPS", "a Photoshop document"),
)
_WANTED = ((0, b"\xff\xd8\xff", "JPEG"), (0, b"\x89PNG", "PNG"), (8, b"WEBP", "WebP"))


def _content(head: bytes) -> str:
    """A sentence on a file that could not be opened as an image, from its first bytes."""
    for place, mark, what in _WANTED:
        if head[place : place + len(mark)] == mark:
            return f"It begins like a {what} but is damaged or cut short."
    for place, mark, what in _KNOWN:
        if head[place : place + len(mark)] == mark:
            return f"It holds {what}; a picture is a JPEG, PNG or WebP."
    if b"\0" not in head and all(byte >= 32 or byte in b"\t\n\f\r\x1b" for byte in head):
        return "It holds text; a picture is a JPEG, PNG or WebP."
    return "It holds no picture that can be read; a picture is a JPEG, PNG or WebP."


def refused(name: str, reason: str, **figures: int) -> InvalidImageError:
    """The error for a file of this name; `figures` are added to its details."""
    return InvalidImageError("Invalid image file", {"reason": reason, "file": name, **figures})
