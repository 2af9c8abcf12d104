"""A library as one zip file, and back: written from a moment at rest, verified before it is used.

Only while the files are hard-linked aside and the database is copied is the write lock held; the
zip is made after that. Restoring unpacks into a folder beside the target and looks at everything
there; the target comes into being, or is replaced, by a rename.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import stat
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from storyflow_tui.errors import (
    DamagedError,
    ForeignFileError,
    NotEmptyError,
    NotFoundError,
)
from storyflow_tui.library import migrations
from storyflow_tui.library.clock import Clock
from storyflow_tui.library.database import DATABASE, Database
from storyflow_tui.library.disk import exchange, failures_told
from storyflow_tui.library.journal import Journal
from storyflow_tui.library.media import MEDIA, Media, is_inside

_MANIFEST = "manifest.json"
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
_MANIFEST_BYTES = 64 * 1024 * 1024  # a manifest of a million files; more is no backup of ours


def backup(
    database: Database, media: Media, journal: Journal, file: Path, *, force: bool = False
) -> Path:
    """Write the library into a zip file: the database, every file a row names, and the trash.

    Raises NotEmptyError when the file is there (unless `force`), NoSpaceError, ReadOnlyError,
    DamagedError when moves of files are pending that cannot be done.
    """
    if file.exists() and not force:
        raise NotEmptyError(f"{file} is there already; choose another name", {"file": str(file)})
    if not file.absolute().parent.is_dir():
        raise NotFoundError(f"{file.absolute().parent} is not there", {"file": str(file)})
    with failures_told(file), _at_rest(database, media, journal) as folder:
        temporary = file.with_name(f".{file.name}.{os.getpid()}.tmp")
        try:
            _write_zip(temporary, folder)
            if force:
                temporary.replace(file)
            else:
                os.link(temporary, file)
        except FileExistsError:
            raise NotEmptyError(f"{file} is there already", {"file": str(file)}) from None
        finally:
            temporary.unlink(missing_ok=True)
        media.disk.sync(file.absolute().parent)
    return file


@contextmanager
def _at_rest(database: Database, media: Media, journal: Journal) -> Iterator[Path]:
    """A folder with a copy of the database and links to all files, from one moment.

    A library that cannot be written is copied to a temporary folder instead: nobody moves its
    files while it is read-only to all, and links cannot be made in it.
    """
    if database.read_only:
        _demand_rest(database, journal)
        with tempfile.TemporaryDirectory(prefix="storyflow-backup-") as temporary:
            _gather(database, media, Path(temporary), shutil.copyfile)
            yield Path(temporary)
        return
    with media.staging() as staging:
        journal.finish()
        with database.writing():
            _demand_rest(database, journal)
            _gather(database, media, staging.folder, media.disk.link)
        yield staging.folder
        media.disk.remove_tree(staging.folder)


def _demand_rest(database: Database, journal: Journal) -> None:
    if journal.is_pending():
        raise DamagedError(
            "Files of this library still wait to be moved; storyflow check tells which",
            {"library": str(database.path.parent)},
        )


def _gather(
    database: Database, media: Media, folder: Path, take: Callable[[Path, Path], object]
) -> None:
    database.copy_to(folder / DATABASE)
    for relative in _named(database):
        _take(media, relative, folder / MEDIA, take)


def restore(file: Path, library: Path, clock: Clock, *, replace: bool = False) -> Path | None:
    """Make a library of a backup; returns where the former one was put aside, if there was one.

    Everything is verified first. Raises NotFoundError, ForeignFileError (no backup of ours),
    DamagedError (wrong checksums, unsafe names), NotEmptyError when something stands at the
    target and `replace` is not given, NoSpaceError, ReadOnlyError.
    """
    if not replace and _is_used(library):
        raise NotEmptyError(
            f"{library} holds a library already; choose another folder, or replace it",
            {"library": str(library)},
        )
    library = library.resolve()
    with failures_told(library):
        library.parent.mkdir(parents=True, exist_ok=True)
        unpacked = Path(tempfile.mkdtemp(prefix=f".{library.name}.", dir=library.parent))
        try:
            _unpack(file, unpacked)
            Database(unpacked / DATABASE).close()
            (unpacked / MEDIA).mkdir(exist_ok=True)
            _sync_tree(unpacked)
            # Looked at again: while this was unpacked somebody may have begun to write there.
            if not replace and _is_used(library):
                raise NotEmptyError(f"{library} is in use now", {"library": str(library)})
            unpacked.chmod(0o755)
            aside = _aside(library, clock) if _is_used(library) else None
            if aside is not None:
                _take_place(unpacked, library, aside)
            else:
                if library.exists():
                    library.rmdir()
                unpacked.rename(library)
            _sync(library.parent)
        finally:
            if unpacked.exists():
                shutil.rmtree(unpacked, ignore_errors=True)
    return aside


def _take_place(new: Path, library: Path, aside: Path) -> None:
    """Put the new library where the former one stands, and that one aside.

    Where the system can exchange two folders there is no moment without a library; elsewhere a
    failure puts the former one back.
    """
    if exchange(new, library):
        new.rename(aside)
        return
    library.rename(aside)
    try:
        new.rename(library)
    except BaseException:
        aside.rename(library)
        raise


def _named(database: Database) -> Iterator[str]:
    for image, audio in database.rows("SELECT image_file, audio_file FROM segment"):
        yield from (path for path in (image, audio) if path)
    for (place,) in database.rows("SELECT place FROM trashed_file WHERE place != ''"):
        yield place


def _take(media: Media, relative: str, folder: Path, take: Callable[[Path, Path], object]) -> None:
    source = media.folder / relative
    if not relative.startswith(".trash/") and media.path(relative) is None:
        return  # damaged: reported by check, never followed
    if source.is_symlink() or not source.exists():
        return
    files = media.disk.files_below(source) if source.is_dir() else [source]
    for path in files:
        if path.is_symlink():
            continue
        target = folder / path.relative_to(media.folder)
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists():
            take(path, target)


def _write_zip(target: Path, folder: Path) -> None:
    sums: dict[str, dict[str, str | int]] = {}
    with zipfile.ZipFile(target, "x", allowZip64=True) as archive:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            name = path.relative_to(folder).as_posix()
            # Pictures are compressed already.
            kind = zipfile.ZIP_DEFLATED if name == DATABASE else zipfile.ZIP_STORED
            entry = zipfile.ZipInfo(name)
            entry.compress_type = kind
            entry.file_size = path.stat().st_size
            digest, size = hashlib.sha256(), 0
            with path.open("rb") as reader, archive.open(entry, "w") as writer:
                while chunk := reader.read(_CHUNK):
                    digest.update(chunk)
                    size += len(chunk)
                    writer.write(chunk)
            sums[name] = {"sha256": digest.hexdigest(), "bytes": size}
        manifest = {"format": _FORMAT, "schema": migrations.VERSION, "files": sums}
        archive.writestr(_MANIFEST, json.dumps(manifest), zipfile.ZIP_DEFLATED)
    with target.open("rb") as written:
        os.fsync(written.fileno())


def _unpack(file: Path, folder: Path) -> None:
    try:
        with zipfile.ZipFile(file) as archive:
            expected = _manifest(archive, file)
            names = [entry.filename for entry in archive.infolist()]
            if sorted(names) != sorted([*expected, _MANIFEST]):
                raise DamagedError(f"{file} does not hold what its list says", {"file": str(file)})
            for name, (digest, size) in expected.items():
                try:
                    _unpack_one(archive, file, name, folder / name, digest, size)
                except _BROKEN as error:
                    raise DamagedError(
                        f"{name} in {file} cannot be read: {error}", {"file": str(file)}
                    ) from error
    except FileNotFoundError:
        raise NotFoundError(f"{file} is not there", {"file": str(file)}) from None
    except IsADirectoryError:
        raise ForeignFileError(f"{file} is a folder", {"file": str(file)}) from None
    except _BROKEN as error:
        raise ForeignFileError(
            f"{file} is no backup of a library: {error}", {"file": str(file)}
        ) from error


def _manifest(archive: zipfile.ZipFile, file: Path) -> dict[str, tuple[str, int]]:
    try:
        entry = archive.getinfo(_MANIFEST)
        if entry.file_size > _MANIFEST_BYTES or entry.compress_type not in _KINDS:
            raise ValueError("its list is not one of ours")
        manifest = json.loads(archive.read(entry))
        if manifest["format"] != _FORMAT:
            raise ValueError("its list is of another format")
        expected = {
            str(name): (str(facts["sha256"]), int(facts["bytes"]))
            for name, facts in manifest["files"].items()
        }
    except (KeyError, TypeError, AttributeError) as error:
        raise ForeignFileError(
            f"{file} is no backup of a library: its list is not one of ours", {"file": str(file)}
        ) from error
    if DATABASE not in expected:
        raise DamagedError(f"{file} holds no database", {"file": str(file)})
    for name in expected:
        if name != DATABASE and not _is_safe(name):
            raise DamagedError(f"{file} holds an unsafe name: {name!r}", {"file": str(file)})
    return expected


def _is_safe(name: str) -> bool:
    head, _, rest = name.partition("/")
    parts = rest.split("/")
    trashed = parts[0] == ".trash" and len(parts) > 2 and is_inside("/".join(parts[1:]))
    return head == MEDIA and (trashed or is_inside(rest))


def _unpack_one(
    archive: zipfile.ZipFile, file: Path, name: str, target: Path, digest: str, size: int
) -> None:
    entry = archive.getinfo(name)
    mode = entry.external_attr >> 16
    # The size is looked at before and while unpacking, so that a bomb never fills the disk.
    is_file = stat.S_IFMT(mode) in (0, stat.S_IFREG)
    if entry.file_size != size or entry.compress_type not in _KINDS or not is_file:
        raise DamagedError(f"{name} in {file} is not what its list says", {"file": str(file)})
    target.parent.mkdir(parents=True, exist_ok=True)
    found, count = hashlib.sha256(), 0
    with archive.open(entry) as reader, target.open("xb") as writer:
        while chunk := reader.read(_CHUNK):
            count += len(chunk)
            if count > size:
                break
            found.update(chunk)
            writer.write(chunk)
    if count != size or found.hexdigest() != digest:
        raise DamagedError(f"{name} in {file} has a wrong checksum", {"file": str(file)})


def _is_used(library: Path) -> bool:
    """Whether anything stands at the target that a restore must not write over."""
    try:
        return any(library.iterdir())
    except FileNotFoundError:
        return False
    except OSError:
        return True


def _aside(library: Path, clock: Clock) -> Path:
    moment = clock().strftime("%Y%m%d-%H%M%S")
    number = 1
    while True:
        aside = library.with_name(
            f"{library.name}.before-{moment}" + (f"-{number}" if number > 1 else "")
        )
        if not os.path.lexists(aside):
            return aside
        number += 1


def _sync_tree(folder: Path) -> None:
    for path in [folder, *folder.rglob("*")]:
        _sync(path)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
