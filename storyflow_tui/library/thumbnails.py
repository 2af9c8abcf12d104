"""Small copies of pictures, kept outside the library and keyed by content.

A copy is made once for all sizes that screens need. Losing them, or having nowhere to keep them,
costs time and nothing else.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from PIL import Image, ImageOps

from storyflow_tui.errors import InvalidImageError
from storyflow_tui.library import decoding

LIMIT = 200 * 1000 * 1000
"""Bytes that the folder may hold at most."""

LONGEST = 320
"""Pixels of the longer side of a copy; smaller pictures keep their size."""

_PIECE = 2048
"""Pixels of the sides of what is converted at a time."""

_VERSION = "2"
_OPAQUE, _WITH_HOLES = "jpg", "png"
_REMEMBERED = 20_000
_TOUCH_AFTER = 3600.0

_Identity = tuple[str, int, int, int]


class Thumbnails:
    """Copies in a folder of at most `limit` bytes, those least recently used leaving first.

    Several threads and several processes may share a folder.
    """

    def __init__(
        self, folder: Path, *, limit: int = LIMIT, clock: Callable[[], float] = time.time
    ) -> None:
        self.folder = folder
        self.limit = limit
        self._clock = clock
        self._lock = threading.Lock()
        self._keys: OrderedDict[_Identity, str | InvalidImageError] = OrderedDict()
        self._held: int | None = None

    def proxy(self, path: Path) -> Image.Image:
        """The picture in RGB, upright, its first frame, at most `LONGEST` pixels long.

        In RGBA where it has transparent parts: what shows through them is for whoever draws it.
        InvalidImageError says why a file has none.
        """
        with decoding.opened(path, path.name) as (file, size):
            status = os.fstat(file.fileno())
            identity = (str(path), size, status.st_mtime_ns, status.st_ino)
            known = self._recall(identity)
            if isinstance(known, InvalidImageError):
                raise InvalidImageError(known.message, known.details)
            key = known or _key(file)
            copy = self._kept(key)
            if copy is None:
                try:
                    copy = _copy(file, path.name, size)
                except InvalidImageError as error:
                    self._remember(identity, error)
                    raise
                self._keep(key, copy)
            self._remember(identity, key)
            return copy

    def _recall(self, identity: _Identity) -> str | InvalidImageError | None:
        with self._lock:
            return self._keys.get(identity)

    def _remember(self, identity: _Identity, outcome: str | InvalidImageError) -> None:
        with self._lock:
            self._keys[identity] = outcome
            self._keys.move_to_end(identity)
            while len(self._keys) > _REMEMBERED:
                self._keys.popitem(last=False)

    def _file(self, key: str, ending: str) -> Path:
        return self.folder / f"{key}.{_VERSION}.{ending}"

    def _kept(self, key: str) -> Image.Image | None:
        for ending, kind, mode in ((_OPAQUE, "JPEG", "RGB"), (_WITH_HOLES, "PNG", "RGBA")):
            copy = self._kept_as(self._file(key, ending), kind, mode)
            if copy is not None:
                return copy
        return None

    def _kept_as(self, path: Path, kind: str, mode: str) -> Image.Image | None:
        try:
            with (
                decoding.opened(path, path.name) as (file, _),
                Image.open(file, formats=(kind,)) as image,
            ):
                if max(image.size) > LONGEST:
                    return None
                image.load()
                copy = image.convert(mode)
            if self._clock() - path.stat().st_mtime > _TOUCH_AFTER:
                os.utime(path, (self._clock(), self._clock()))
        except (InvalidImageError, OSError, ValueError, SyntaxError):
            # Absent, or not what was written: it is made anew.
            return None
        return copy

    def _keep(self, key: str, copy: Image.Image) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            descriptor, name = tempfile.mkstemp(prefix=".new-", dir=self.folder)
            try:
                has_holes = copy.mode == "RGBA"
                with os.fdopen(descriptor, "wb") as file:
                    if has_holes:
                        copy.save(file, "PNG")
                    else:
                        copy.save(file, "JPEG", quality=90, subsampling=0)
                    size = file.tell()
                Path(name).replace(self._file(key, _WITH_HOLES if has_holes else _OPAQUE))
            except OSError:
                Path(name).unlink(missing_ok=True)
                raise
            self._make_room(size)
        except OSError:
            # A full disk or a folder that cannot be written: the copy is shown and not kept.
            return

    def _make_room(self, added: int) -> None:
        with self._lock:
            if self._held is not None:
                self._held += added
            if self._held is not None and self._held <= self.limit:
                return
            held = []
            now = self._clock()
            with os.scandir(self.folder) as entries:
                for entry in entries:
                    try:
                        status = entry.stat(follow_symlinks=False)
                    except FileNotFoundError:
                        continue
                    if entry.name.startswith(".new-") and now - status.st_mtime < _TOUCH_AFTER:
                        continue
                    held.append((status.st_mtime, status.st_size, entry.path))
            total = sum(size for _, size, _ in held)
            if total > self.limit:
                # A tenth more than must be, so that it is not done for each new picture.
                for _, size, path in sorted(held):
                    if total <= self.limit * 9 // 10:
                        break
                    Path(path).unlink(missing_ok=True)
                    total -= size
            self._held = total


def _key(file: BinaryIO) -> str:
    digest = hashlib.blake2b(digest_size=20)
    file.seek(0)
    while block := file.read(1 << 20):
        digest.update(block)
    return digest.hexdigest()


def _copy(file: BinaryIO, name: str, size: int) -> Image.Image:
    file.seek(0)
    with decoding.decoded(file, name, size, longest=LONGEST) as image:
        return _plain(image)


def _plain(image: Image.Image) -> Image.Image:
    """The image upright and small, in RGB, or in RGBA if anything can be seen through it."""
    image = _fewer_pixels(image)
    image.thumbnail((LONGEST, LONGEST), Image.Resampling.LANCZOS, reducing_gap=2.0)
    # A picture whose EXIF cannot be read is shown as it is stored.
    with suppress(*decoding.UNREADABLE):
        image = ImageOps.exif_transpose(image)
    if image.mode == "RGBA" and any(image.getchannel("A").histogram()[:255]):
        # Nothing of it goes into the copy but its pixels.
        return Image.frombytes("RGBA", image.size, image.tobytes())
    return image.convert("RGB")


def _fewer_pixels(image: Image.Image) -> Image.Image:
    """The image in a mode that can be scaled, averaged down to a few times `LONGEST` if larger.

    Piece by piece: converting a picture of 100 megapixels whole takes more than a GiB.
    """
    width, height = image.size
    factor = max(width, height) // (4 * LONGEST)
    if factor < 2:
        return _scalable(image)
    across, down = min(factor, width), min(factor, height)
    wide, high = (step * max(1, _PIECE // step) for step in (across, down))
    small: Image.Image | None = None
    for top in range(0, height, high):
        for left in range(0, width, wide):
            box = (left, top, min(left + wide, width), min(top + high, height))
            piece = _scalable(image.crop(box)).reduce((across, down))
            if small is None:
                small = Image.new(piece.mode, (-(-width // across), -(-height // down)))
            small.paste(piece, (left // across, top // down))
    assert small is not None, "an image has pixels"
    small.info = {key: value for key, value in image.info.items() if key != "transparency"}
    return small


def _scalable(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I"):
        # 16 bits of grey; converting would cut them off at 255.
        return image.convert("I").point(lambda level: level / 256).convert("L")
    if image.mode in ("PA", "LA", "P", "RGBa", "La") or image.has_transparency_data:
        return image.convert("RGBA")
    return image if image.mode in ("RGB", "RGBA", "L") else image.convert("RGB")
