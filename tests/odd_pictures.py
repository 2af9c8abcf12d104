"""Pictures of every odd kind, painted in four quarters so that a test can tell what is where.

Each is written by its own function and comes with the colours that its quarters should have.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from PIL import Image

Pixel = tuple[int, int, int]

RED, GREEN, BLUE, YELLOW = (200, 40, 40), (40, 160, 60), (40, 60, 200), (220, 200, 60)
WHITE, BLACK = (255, 255, 255), (0, 0, 0)
QUARTERS = (RED, GREEN, BLUE, YELLOW)
"""Upper left, upper right, lower left, lower right."""

Write = Callable[[Path], None]


class Odd(NamedTuple):
    """A kind of picture: the ending of its file, how it is written, and what is to be seen.

    A quarter that is None shows what is behind the picture; without quarters it cannot be shown.
    """

    ending: str
    write: Write
    quarters: tuple[Pixel | None, ...] | None = QUARTERS


def painted(
    quarters: Sequence[Any] = QUARTERS, size: tuple[int, int] = (64, 36), mode: str = "RGB"
) -> Image.Image:
    """An image of four quarters."""
    width, height = size
    image = Image.new(mode, size, quarters[0])
    for number, colour in enumerate(quarters[1:], 1):
        left, top = number % 2 * (width // 2), number // 2 * (height // 2)
        image.paste(colour, (left, top, left + -(-width // 2), top + -(-height // 2)))
    return image


def grey(colour: Pixel) -> Pixel:
    """The same shade without a colour."""
    level = Image.new("RGB", (1, 1), colour).convert("L").getpixel((0, 0))
    return (level, level, level)  # type: ignore[return-value]


def png(path: Path, size: tuple[int, int], kind: int, rows: Sequence[bytes]) -> None:
    """A PNG of 16 bits a channel, which Pillow does not write in colour."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    head = struct.pack(">IIBBBBB", *size, 16, kind, 0, 0, 0)
    data = zlib.compress(b"".join(b"\0" + row for row in rows))
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")
    )


def _sixteen(kind: int) -> Write:
    def write(path: Path) -> None:
        image = painted()
        if kind in (0, 4):
            image = image.convert("L").convert("RGB")
        rows = []
        for y in range(36):
            row = b""
            for x in range(64):
                levels = list(image.getpixel((x, y)))[: 3 if kind in (2, 6) else 1]  # type: ignore[arg-type]
                if kind in (4, 6):
                    levels.append(255 if x >= 32 or y >= 18 else 0)
                row += b"".join(struct.pack(">H", 257 * level) for level in levels)
            rows.append(row)
        png(path, (64, 36), kind, rows)

    return write


def _turned(orientation: int, **options: Any) -> Write:
    turns = Image.Transpose
    back = {
        2: turns.FLIP_LEFT_RIGHT,
        3: turns.ROTATE_180,
        4: turns.FLIP_TOP_BOTTOM,
        5: turns.TRANSPOSE,
        6: turns.ROTATE_90,
        7: turns.TRANSVERSE,
        8: turns.ROTATE_270,
    }

    def write(path: Path) -> None:
        image = painted()
        if orientation in back:
            image = image.transpose(back[orientation])
        exif = Image.Exif()
        exif[0x0112] = orientation
        image.save(path, exif=exif, **options)

    return write


def _saved(image: Image.Image, **options: Any) -> Write:
    return lambda path: image.save(path, **options)


def _palette(path: Path) -> None:
    image = painted().quantize(8)
    clear = image.getpixel((0, 0))
    image.save(path, transparency=clear)


def _animated(path: Path) -> None:
    rest = [Image.new("RGB", (64, 36), BLACK)]
    painted().save(path, save_all=True, append_images=rest, duration=100)


def _cut(path: Path) -> None:
    noise = Image.effect_noise((300, 200), 80)
    noise.save(path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _nonsense(path: Path) -> None:
    path.write_bytes(b"no picture")


_CLEAR = (*RED, 0)
_SOLID = tuple((*colour, 255) for colour in QUARTERS[1:])
_HOLE = (None, *QUARTERS[1:])
_GREYS = tuple(map(grey, QUARTERS))

ODD: dict[str, Odd] = {
    "transparent": Odd("png", _saved(painted((_CLEAR, *_SOLID), mode="RGBA")), _HOLE),
    "transparent webp": Odd(
        "webp", _saved(painted((_CLEAR, *_SOLID), mode="RGBA"), lossless=True), _HOLE
    ),
    "all transparent": Odd("png", _saved(Image.new("RGBA", (64, 36), _CLEAR)), (None,) * 4),
    "one colour transparent": Odd("png", _saved(painted(), transparency=RED), _HOLE),
    "palette": Odd("png", _saved(painted().quantize(8))),
    "palette transparent": Odd("png", _palette, _HOLE),
    "cmyk": Odd("jpg", _saved(painted().convert("CMYK"), quality=95)),
    "grey": Odd("png", _saved(painted().convert("L")), _GREYS),
    "grey jpeg": Odd("jpg", _saved(painted().convert("L")), _GREYS),
    "grey transparent": Odd(
        "png", _saved(painted((_CLEAR, *_SOLID), mode="RGBA").convert("LA")), (None, *_GREYS[1:])
    ),
    "one bit": Odd(
        "png", _saved(painted((255, 0, 0, 255), mode="1")), (WHITE, BLACK, BLACK, WHITE)
    ),
    "16 bit grey": Odd("png", _sixteen(0), _GREYS),
    "16 bit colour": Odd("png", _sixteen(2)),
    "16 bit grey transparent": Odd("png", _sixteen(4), (None, *_GREYS[1:])),
    "16 bit transparent": Odd("png", _sixteen(6), _HOLE),
    "animated webp": Odd("webp", _animated),
    "animated png": Odd("png", _animated),
    "progressive": Odd("jpg", _saved(painted(), progressive=True, quality=95)),
    **{f"turned {n}": Odd("jpg", _turned(n, quality=95)) for n in range(1, 9)},
    "turned png": Odd("png", _turned(6)),
    "turned webp": Odd("webp", _turned(8, lossless=True)),
    "nonsense": Odd("png", _nonsense, None),
    "cut": Odd("jpg", _cut, None),
}
"""By name; those of the shape of a picture place, 16 to 9."""
