"""Story files on disk: read within a limit, written whole or not at all.

New bytes are complete and on disk under a name of their own before anything appears under the
name that was asked for, and without `force` nothing that exists is ever replaced, also when it
comes into being meanwhile. What is in the files is no concern of this module.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import select
import shutil
import stat
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import BinaryIO

from storyflow_tui.errors import NoSpaceError, NotEmptyError, NotFoundError, ReadOnlyError
from storyflow_tui.formats.reading import unreadable

MAX_BYTES = 256 * 1024 * 1024
"""Bytes that a story file may have: what a memory of a few GiB bears."""

PIPE_SECONDS = 5.0
"""How long a pipe is waited for that nobody has opened for writing."""

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}


def read_file(source: Path) -> bytes:
    """The bytes of a story file (also a pipe); raises NotFoundError, or InvalidStoryError for what
    cannot be read, is larger than MAX_BYTES, or is a pipe into which nobody writes."""
    try:
        # Opening a pipe would wait for somebody who writes into it.
        descriptor = os.open(source, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            is_pipe = stat.S_ISFIFO(os.fstat(descriptor).st_mode)
            begun = _begun(descriptor) if is_pipe else b""
            os.set_blocking(descriptor, True)
            return begun + read_all(file)
    except (FileNotFoundError, NotADirectoryError):
        raise NotFoundError(f"File {source} not found", {"file": str(source)}) from None
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise unreadable("the file", f"{why}") from None


def _begun(pipe: int) -> bytes:
    """Wait a while for somebody to open the other end; a byte, if one was there by then."""
    poll = select.poll()
    poll.register(pipe, select.POLLIN)
    if poll.poll(PIPE_SECONDS * 1000):
        return b""
    try:
        begun = os.read(pipe, 1)
    except BlockingIOError:
        return b""  # somebody holds it, and takes their time
    if not begun:
        raise unreadable("the file", "it is a pipe into which nobody writes")
    return begun


def read_all(stream: BinaryIO) -> bytes:
    """The bytes of an open stream to its end; raises InvalidStoryError at more than MAX_BYTES, so
    that an endless one (a device, a pipe from `yes`) ends before the memory does."""
    data = stream.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise unreadable(
            "the file", f"it has more than {MAX_BYTES // 1024**2} MiB", limit=MAX_BYTES
        )
    return data


def write_file(target: Path, data: bytes, *, force: bool = False) -> None:
    """Put a file at `target`: as before or complete, whatever happens.

    Raises NotEmptyError where something is there (without `force`), NotFoundError for an absent
    folder, ReadOnlyError, NoSpaceError. A pipe or a device is written to.
    """
    with _named_errors(target):
        if _is_stream(target):
            target.write_bytes(data)
            return
        if not force and os.path.lexists(target):
            raise _occupied(target)
        # With force the file behind a link is replaced, not the link.
        final = Path(os.path.realpath(target)) if force else target
        temporary = _beside(final)
        try:
            write_new(temporary, data)
            if force:
                _keep_mode(final, temporary)
                temporary.replace(final)
            else:
                place_new(temporary, final)
            sync_folder(final.parent)
        finally:
            temporary.unlink(missing_ok=True)


def write_folder(target: Path, fill: Callable[[Path], None], *, force: bool = False) -> list[Path]:
    """Put what `fill` writes into an empty folder at `target`; the paths of its files.

    `fill` writes files and folders of files; the top ones appear last. A folder that is absent
    comes into being complete. In one that exists nothing is replaced without `force` (then
    NotEmptyError), and with it only files of the same names; on failure all is put back.
    Further errors as for `write_file`.
    """
    with _named_errors(target):
        there = target.is_dir()
        if not there and os.path.lexists(target):
            raise NotEmptyError(f"{target} is there and is no folder", {"path": str(target)})
        stage = target / _temporary_name() if there else _beside(target)
        stage.mkdir()
        try:
            fill(stage)
            names = _names_within(stage)
            for folder in {stage, *(stage / name.parent for name in names)}:
                sync_folder(folder)
            if there:
                _move_in(stage, target, names, force=force)
            else:
                # Fails where something has come into being meanwhile, but for an empty folder.
                stage.rename(target)
                sync_folder(target.parent)
        finally:
            shutil.rmtree(stage, ignore_errors=True)
    return [target / name for name in names]


def write_new(path: Path, data: bytes) -> None:
    """Write a file that is not there yet, through to the disk."""
    with path.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def place_new(source: Path, target: Path) -> None:
    """Give a finished file its name, unless anything bears it: then FileExistsError."""
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        # A file system without hard links: claim the name first, then replace our own claim.
        with target.open("xb"):
            pass
        source.replace(target)
    else:
        source.unlink()


def sync_folder(folder: Path) -> None:
    """Bring a folder's entries to disk, where the system can."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _move_in(stage: Path, target: Path, names: list[Path], *, force: bool) -> None:
    """Move staged files into a folder that exists, step by step, each with its way back."""
    if not force and (taken := [name for name in names if os.path.lexists(target / name)]):
        raise _occupied(target / taken[-1])
    way_back: list[Callable[[], object]] = []
    former = stage / _temporary_name()
    former.mkdir()
    try:
        for number, name in enumerate(names):
            final = target / name
            if name.parent != Path() and not final.parent.is_dir():
                final.parent.mkdir()
                way_back.append(final.parent.rmdir)
            if force and os.path.lexists(final):
                kept = former / str(number)
                _keep(final, kept)
                (stage / name).replace(final)
                way_back.append(partial(kept.replace, final))
            else:
                try:
                    place_new(stage / name, final)
                except FileExistsError:
                    raise _occupied(final) from None
                way_back.append(final.unlink)
        for folder in {target, *((target / name).parent for name in names)}:
            sync_folder(folder)
    except BaseException:
        for step in reversed(way_back):
            with contextlib.suppress(OSError):
                step()
        raise


def _keep(path: Path, kept: Path) -> None:
    """A second name for a file that is about to be replaced, or a copy where links fail."""
    if path.is_dir():
        raise _occupied(path)
    try:
        os.link(path, kept, follow_symlinks=False)
    except OSError:
        shutil.copy2(path, kept, follow_symlinks=False)


def _names_within(folder: Path) -> list[Path]:
    """The files in a folder and its folders, relative to it, those of folders first."""
    names = [path.relative_to(folder) for path in folder.rglob("*") if not path.is_dir()]
    return sorted(names, key=lambda name: (-len(name.parts), name))


@contextlib.contextmanager
def _named_errors(target: Path) -> Iterator[None]:
    """Turn what the system says about a path into our errors."""
    details = {"path": str(target)}
    if "\0" in str(target):
        raise NotFoundError(f"{str(target)!r} is no path of a file", details)
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise NoSpaceError(f"No space is left to write {target}", details) from error
        if error.errno in (errno.ENOENT, errno.ENOTDIR):
            fault = "is no folder" if target.parent.exists() else "is not there"
            raise NotFoundError(f"{target.parent} {fault}", details) from error
        if error.errno in (errno.EEXIST, errno.ENOTEMPTY, errno.EISDIR):
            raise _occupied(target) from error
        raise ReadOnlyError(f"{target} cannot be written: {error.strerror}", details) from error


def _occupied(path: Path) -> NotEmptyError:
    if path.is_dir():
        return NotEmptyError(f"{path} is there already, as a folder", {"path": str(path)})
    return NotEmptyError(f"{path} is there already; --force replaces it", {"path": str(path)})


def _is_stream(path: Path) -> bool:
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    return not stat.S_ISREG(mode) and not stat.S_ISDIR(mode)


def _keep_mode(former: Path, new: Path) -> None:
    with contextlib.suppress(FileNotFoundError):
        new.chmod(stat.S_IMODE(former.stat().st_mode))


def _beside(path: Path) -> Path:
    return path.parent / _temporary_name()


def _temporary_name() -> str:
    return f".storyflow-{secrets.token_hex(6)}"
