"""The zip file of a backup: its names, its list with the checksums, writing and reading it.

    media/…         every file, under its path in the library, as it is
    storyflow.db    the database, compressed
    manifest.json   {"format", "schema", "files": {path: {"sha256", "bytes"}}}

A path that zip cannot hold as a name lies under another, which the list names as "entry". Reading
trusts nothing: what the file says of itself is looked at before and while it is unpacked.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from storyflow_tui.errors import DamagedError, ForeignFileError, NotFoundError
from storyflow_tui.library import migrations
from storyflow_tui.library.database import DATABASE
from storyflow_tui.library.disk import Disk
from storyflow_tui.library.media import MEDIA, TRASH, is_inside

Progress = Callable[[int, int], None]
"""Called now and then with the bytes that are done and the bytes in all."""

_MANIFEST = "manifest.json"
_UNNAMED = "unnamed/"  # no path of a library begins so
_FORMAT = "storyflow-backup-1"
_CHUNK = 1 << 20
_KINDS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
# What `zipfile` raises for broken archives: nearly anything, RuntimeError also for encrypted ones.
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    RuntimeError,
    ValueError,
    OverflowError,
)
# A backup of a million files has a list and a directory of this size; more is no backup of ours.
_LIST_BYTES = 256 * 1024 * 1024
# A picture is compressed already; what shrinks to less than a hundredth is none.
_RATIO = 100


class Listed(NamedTuple):
    """One file of a backup."""

    path: str
    """Relative to the library."""
    entry: str
    sha256: str
    bytes: int


def is_safe(path: str) -> bool:
    """Whether a path of the list stays where files of a library lie."""
    head, _, rest = path.partition("/")
    return path == DATABASE or (head == MEDIA and (is_inside(rest) or is_trashed(rest)))


def is_trashed(relative: object) -> bool:
    """Whether a path relative to `media/` is one in the trash: `.trash/{change}/{name}…`."""
    if not isinstance(relative, str):  # a value that another program wrote
        return False
    head, _, rest = relative.partition("/")
    return head == TRASH and "/" in rest and is_inside(rest)


# -- writing ----------------------------------------------------------------------------------


def write_archive(
    disk: Disk, target: Path, files: Iterable[tuple[str, Path]], progress: Progress
) -> None:
    """Write a new zip file of files, each with its path in the library, and make it durable.

    One that is gone is left out. Raises OSError.
    """
    found = []
    for path, source in files:
        try:
            status = source.lstat()
        except FileNotFoundError:
            continue
        if stat.S_ISREG(status.st_mode):
            found.append((path, source, status.st_size))
    total, done = sum(size for _, _, size in found), 0
    sums: dict[str, dict[str, str | int]] = {}
    with _Sink(disk, target) as sink, zipfile.ZipFile(sink, "w", allowZip64=True) as archive:
        for number, (path, source, size) in enumerate(found):
            entry = zipfile.ZipInfo(_entry_name(path, number))
            entry.compress_type = zipfile.ZIP_DEFLATED if path == DATABASE else zipfile.ZIP_STORED
            entry.file_size = size
            digest, count = hashlib.sha256(), 0
            with source.open("rb") as reader, archive.open(entry, "w") as writer:
                while chunk := reader.read(_CHUNK):
                    digest.update(chunk)
                    count += len(chunk)
                    writer.write(chunk)
                    progress(min(done + count, total), total)
            done += size
            sums[path] = {"sha256": digest.hexdigest(), "bytes": count}
            if entry.filename != path:
                sums[path]["entry"] = entry.filename
        manifest = {"format": _FORMAT, "schema": migrations.VERSION, "files": sums}
        archive.writestr(_MANIFEST, json.dumps(manifest), zipfile.ZIP_DEFLATED)
    disk.sync_written(target)


def _entry_name(path: str, number: int) -> str:
    try:
        path.encode()
    except UnicodeEncodeError:  # a file's name on disk may be any bytes
        return f"{_UNNAMED}{number}"
    return path


class _Sink(io.RawIOBase):
    """A new file that is written through the disk."""

    def __init__(self, disk: Disk, path: Path) -> None:
        self._disk = disk
        self._descriptor = disk.create(path)

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, place: int, whence: int = 0) -> int:
        return os.lseek(self._descriptor, place, whence)

    def tell(self) -> int:
        return os.lseek(self._descriptor, 0, os.SEEK_CUR)

    def write(self, data: object) -> int:
        view = memoryview(data)  # type: ignore[arg-type]  # what io promises is a buffer
        self._disk.write(self._descriptor, bytes(view))
        return view.nbytes

    def close(self) -> None:
        if not self.closed:
            super().close()
            os.close(self._descriptor)


# -- reading ----------------------------------------------------------------------------------


class Archive:
    """A zip file that says it is a backup, open for reading."""

    def __init__(self, file: Path, archive: zipfile.ZipFile) -> None:
        self._file = file
        self._archive = archive
        self.files = self._list()

    @property
    def size(self) -> int:
        """What everything in it takes when it is unpacked."""
        return sum(listed.bytes for listed in self.files)

    def unpack(self, disk: Disk, folder: Path, progress: Progress) -> None:
        """Write every file below a folder, each verified.

        Raises DamagedError for whatever is not as the list says, and OSError.
        """
        total, done = self.size, 0
        for listed in self.files:
            target = folder / listed.path
            try:
                disk.make_folder(target.parent)
                descriptor = disk.create(target)
            except (FileExistsError, NotADirectoryError) as error:
                # Where case or composition make no difference, two names may be one.
                raise self._damaged(f"{listed.path!r} stands twice in {self._file}") from error
            try:
                for chunk in self._read(listed):
                    disk.write(descriptor, chunk)
                    done += len(chunk)
                    progress(done, total)
            except _BROKEN as error:
                raise self._damaged(
                    f"{listed.path} in {self._file} cannot be read: {error}"
                ) from error
            finally:
                os.close(descriptor)

    def _read(self, listed: Listed) -> Iterator[bytes]:
        found, count = hashlib.sha256(), 0
        with self._archive.open(listed.entry) as reader:
            while chunk := reader.read(_CHUNK):
                count += len(chunk)
                if count > listed.bytes:
                    break
                found.update(chunk)
                yield chunk
        if count != listed.bytes or found.hexdigest() != listed.sha256:
            raise self._damaged(f"{listed.path} in {self._file} has a wrong checksum")

    def _list(self) -> list[Listed]:
        entries = {entry.filename: entry for entry in self._archive.infolist()}
        listed = self._manifest(entries)
        for one in listed:
            if not is_safe(one.path):
                raise self._damaged(f"{self._file} holds an unsafe name: {one.path!r}")
        names = sorted(entry.filename for entry in self._archive.infolist())
        if names != sorted([*(one.entry for one in listed), _MANIFEST]):
            raise self._damaged(f"{self._file} does not hold what its list says")
        if not any(one.path == DATABASE for one in listed):
            raise self._damaged(f"{self._file} holds no database")
        packed = sum(entry.compress_size for entry in entries.values())
        if packed > self._file.stat().st_size:
            raise self._damaged(f"{self._file} says that it holds more than it can")
        for one in listed:
            entry = entries[one.entry]
            kind = stat.S_IFMT(entry.external_attr >> 16)
            is_bomb = one.path != DATABASE and one.bytes > _CHUNK + _RATIO * entry.compress_size
            if (
                entry.file_size != one.bytes
                or entry.compress_type not in _KINDS
                or kind not in (0, stat.S_IFREG)
                or entry.flag_bits & 1  # encrypted
                or is_bomb
            ):
                raise self._damaged(f"{one.path} in {self._file} is not what its list says")
        return sorted(listed)

    def _manifest(self, entries: dict[str, zipfile.ZipInfo]) -> list[Listed]:
        try:
            entry = entries[_MANIFEST]
            # At most twelve characters for each of a name, and the figures.
            names = (len(name) + 4096 * name.startswith(_UNNAMED) for name in entries)
            most = 4096 + sum(200 + 12 * length for length in names)
            if entry.file_size > min(most, _LIST_BYTES) or entry.compress_type not in _KINDS:
                raise ValueError("its list is not one of ours")
            manifest = json.loads(self._archive.read(entry))
            if manifest["format"] != _FORMAT:
                raise ValueError("its list is of another format")
            return [
                Listed(
                    str(path),
                    str(facts.get("entry", path)),
                    str(facts["sha256"]),
                    int(facts["bytes"]),
                )
                for path, facts in manifest["files"].items()
            ]
        except (KeyError, TypeError, AttributeError) as error:
            raise ForeignFileError(
                f"{self._file} is no backup of a library: its list is not one of ours",
                {"file": str(self._file)},
            ) from error

    def _damaged(self, message: str) -> DamagedError:
        return DamagedError(message, {"file": str(self._file)})


@contextmanager
def open_archive(file: Path) -> Iterator[Archive]:
    """Open a backup and look at its list.

    Raises NotFoundError, ForeignFileError (no backup of ours), DamagedError, and OSError.
    """
    try:
        if not stat.S_ISREG(file.stat().st_mode):  # a pipe would keep us waiting
            what = "a folder" if file.is_dir() else "no file"
            raise ForeignFileError(f"{file} is {what}", {"file": str(file)})
        with file.open("rb") as opened:
            start = opened.read(64)
            if _directory_bytes(opened) > _LIST_BYTES:
                raise ValueError("its directory is too large")
            opened.seek(0)
            with zipfile.ZipFile(opened) as archive:
                yield Archive(file, archive)
    except FileNotFoundError:
        if file.exists():
            raise
        raise NotFoundError(f"{file} is not there", {"file": str(file)}) from None
    except _BROKEN as error:
        is_ours = start.startswith(b"PK\3\4") and start[30:].startswith(
            (b"media/", DATABASE.encode())
        )
        if is_ours and isinstance(error, zipfile.BadZipFile):
            raise DamagedError(
                f"{file} is damaged or cut short: {error}", {"file": str(file)}
            ) from error
        raise ForeignFileError(
            f"{file} is no backup of a library: {error}", {"file": str(file)}
        ) from error


def _directory_bytes(opened: io.BufferedReader) -> int:
    """How large the zip's directory says it is: `zipfile` reads all of it into memory.

    https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, 4.3.14 and 4.3.16.
    """
    size = opened.seek(0, os.SEEK_END)
    opened.seek(max(0, size - 65_536 - 98))
    end = opened.read()
    place = end.rfind(b"PK\5\6")
    if place < 0 or len(end) - place < 22:
        return 0
    told = int.from_bytes(end[place + 12 : place + 16], "little")
    large = end.rfind(b"PK\6\6", 0, place)
    if told == 0xFFFFFFFF and large >= 0:
        told = int.from_bytes(end[large + 40 : large + 48], "little")
    return told
