"""The one door to the file system for everything in `media/`: copies, moves, folders, barriers.

Nothing else in the library renames, unlinks, makes or syncs; a test replaces this class to make
the N-th call fail. Database files are SQLite's own business.
"""

from __future__ import annotations

import errno
import fcntl
import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from storyflow_tui.errors import (
    DamagedError,
    NoSpaceError,
    NotFoundError,
    ReadOnlyError,
    StoryflowError,
)

_CHUNK = 1 << 20

# The answers that say for certain that nothing has such a name.
_NOT_THERE = (errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG, errno.ELOOP)

# What a file system answers that has no hard links, or no more of them for this file.
_NO_LINKS = (errno.EPERM, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK)


class Disk:
    """File calls, each with the durability that the journal of file moves relies on."""

    def exists(self, path: Path) -> bool:
        """Whether anything is there; a link counts as itself and is not followed.

        Raises OSError where that cannot be told: what is taken for gone may be written over.
        """
        try:
            path.lstat()
        except OSError as error:
            if error.errno not in _NOT_THERE:
                raise
            return False
        return True

    def make_folder(self, path: Path) -> None:
        """Make the folder and its parents, each new one made durable in its parent."""
        missing = []
        while not path.is_dir():
            missing.append(path)
            path = path.parent
        for folder in reversed(missing):
            self.mkdir(folder)
            try:
                self.sync(folder.parent)
            except BaseException:
                # The next try would find it there and not make it durable.
                with suppress(OSError):
                    self.remove_folder(folder)
                raise

    def mkdir(self, path: Path) -> None:
        """Make one folder; one that is there already is fine. A file there is ENOTDIR."""
        try:
            path.mkdir()
        except FileExistsError:
            if not path.is_dir():
                raise OSError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(path)) from None

    def copy(self, source: Path, target: Path, limit: int) -> int:
        """Copy a regular file and sync the copy; returns its bytes.

        Raises OSError: what reading and writing raise, with the name of the one that failed; of
        the source ENXIO for what is no regular file, EFBIG for more than `limit` bytes. A partial
        copy is left where it is (staging is swept).
        """
        # O_NONBLOCK so that a FIFO under a picture's name cannot hang us.
        source_fd = os.open(source, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            if not stat.S_ISREG(os.fstat(source_fd).st_mode):
                raise OSError(errno.ENXIO, "no regular file", str(source))
            with _named(target), target.open("xb", buffering=0) as writer:
                copied = 0
                while chunk := self._read(source_fd, source):
                    copied += len(chunk)
                    if copied > limit:
                        raise OSError(errno.EFBIG, "file too large", str(source))
                    self.write(writer.fileno(), chunk)
                self.sync_file(writer.fileno())
        finally:
            os.close(source_fd)
        return copied

    def _read(self, descriptor: int, path: Path) -> bytes:
        with _named(path):
            return os.read(descriptor, _CHUNK)

    def create(self, path: Path) -> int:
        """Make a new file and open it for writing; returns its descriptor."""
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)

    def write(self, descriptor: int, data: bytes) -> None:
        """Write all of the data."""
        view = memoryview(data)
        while view:
            view = view[os.write(descriptor, view) :]

    def sync_file(self, descriptor: int) -> None:
        """Make an open file durable."""
        os.fsync(descriptor)

    def sync_written(self, path: Path) -> None:
        """Make a file durable that somebody else wrote, such as SQLite."""
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            self.sync_file(descriptor)
        finally:
            os.close(descriptor)

    def sync(self, folder: Path) -> None:
        """Make the names in a folder durable."""
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            self.sync_file(descriptor)
        except OSError as error:
            # Some file systems cannot sync a folder and say so; there is no more to be had there.
            if error.errno not in (errno.EINVAL, errno.ENOTSUP):
                raise
        finally:
            os.close(descriptor)

    def rename(self, source: Path, target: Path) -> None:
        """Move a file or a folder within one device."""
        os.rename(source, target)  # noqa: PTH104 - the plain call that the fault tests count

    def link(self, source: Path, target: Path) -> None:
        """Give a file a second name; a synced copy where the file system has no hard links."""
        if not self.try_link(source, target):
            self.copy(source, target, sys.maxsize)

    def try_link(self, source: Path, target: Path) -> bool:
        """Give a file a second name; False where the file system has no hard links."""
        try:
            os.link(source, target)
        except OSError as error:
            if error.errno not in (*_NO_LINKS, errno.EXDEV):
                raise
            return False
        return True

    def give_name(self, finished: Path, target: Path) -> None:
        """Move a finished file durably to a name that nothing has yet; raises FileExistsError else.

        After any failure nothing of ours has the name.
        """
        try:
            os.link(finished, target)
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            # Without hard links nothing moves and looks in one step; who comes in between has
            # written the same thing.
            if self.exists(target):
                raise FileExistsError(errno.EEXIST, "is there already", str(target)) from None
            self.rename(finished, target)
        try:
            self.sync(target.parent)
        except BaseException:
            with suppress(OSError):
                self.unlink(target)
            raise
        with suppress(OSError):  # it takes no room of its own, and goes with its folder
            self.unlink(finished)

    def replace(self, finished: Path, target: Path) -> None:
        """Move a finished file durably over another; after any failure that one is there still."""
        former = finished.with_name(f"{finished.name}.former")
        is_kept = self.try_link(target, former)
        self.rename(finished, target)
        try:
            self.sync(target.parent)
        except BaseException:
            if is_kept:
                with suppress(OSError):
                    self.rename(former, target)
            raise

    def exchange(self, first: Path, second: Path) -> bool:
        """Let two names change places in one step; False where the system cannot.

        Linux' renameat2, RENAME_EXCHANGE: https://man7.org/linux/man-pages/man2/rename.2.html
        """
        import ctypes

        try:
            call = ctypes.CDLL(None, use_errno=True).renameat2
        except (OSError, AttributeError):
            return False
        here, exchanged = -100, 2  # AT_FDCWD, RENAME_EXCHANGE
        done = call(here, os.fsencode(first), here, os.fsencode(second), exchanged)
        return bool(done == 0)

    def unlink(self, path: Path) -> None:
        """Remove a file; one that is gone already is fine."""
        path.unlink(missing_ok=True)

    def remove_folder(self, path: Path) -> None:
        """Remove an empty folder."""
        path.rmdir()

    def remove_tree(self, path: Path) -> None:
        """Remove a folder with all in it, or a file; links are removed, not followed."""
        if path.is_dir() and not path.is_symlink():
            with suppress(FileNotFoundError):
                for entry in list(path.iterdir()):
                    self.remove_tree(entry)
                self.remove_folder(path)
        else:
            self.unlink(path)

    def lock(self, folder: Path, *, wait: bool) -> int | None:
        """Hold a folder by flock; returns the descriptor that holds it.

        None when somebody else holds it (`wait` false) or the folder is gone or was replaced.
        """
        try:
            descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except FileNotFoundError:
            return None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
            there = folder.stat()
            if (there.st_dev, there.st_ino) == _identity(descriptor):
                return descriptor
        except (BlockingIOError, FileNotFoundError):
            pass
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)
        return None

    def unlock(self, descriptor: int) -> None:
        """Let go of a folder held by `lock`."""
        os.close(descriptor)

    def kind(self, path: Path) -> str:
        """What is at a path, links not followed: `file`, `link`, `folder` or `other`.

        Raises OSError, for what is not there too.
        """
        mode = path.lstat().st_mode
        kinds = {stat.S_IFREG: "file", stat.S_IFLNK: "link", stat.S_IFDIR: "folder"}
        return kinds.get(stat.S_IFMT(mode), "other")

    def identity(self, path: Path) -> tuple[int, int] | None:
        """What tells two names of one file, links not followed; None: nothing is there."""
        try:
            status = path.lstat()
        except OSError:
            return None
        return status.st_dev, status.st_ino

    def scan(self, folder: Path) -> list[tuple[str, str]]:
        """Names in a folder, sorted, each with its kind as `kind` tells it. Raises OSError."""
        found = []
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_symlink():
                    kind = "link"
                elif entry.is_dir(follow_symlinks=False):
                    kind = "folder"
                else:
                    kind = "file" if entry.is_file(follow_symlinks=False) else "other"
                found.append((entry.name, kind))
        return sorted(found)

    def may_move(self, folder: Path, to: Path) -> bool:
        """Whether what lies in one folder can be moved to another, by rights and by device."""
        try:
            return (
                os.access(folder, os.W_OK | os.X_OK)
                and os.access(to, os.W_OK | os.X_OK)
                and folder.stat().st_dev == to.stat().st_dev
            )
        except OSError:
            return False

    def files_below(self, folder: Path) -> Iterator[Path]:
        """Every file and link below a folder, in no order; links are not followed."""
        pending = [] if folder.is_symlink() else [folder]
        while pending:
            try:
                entries = list(os.scandir(pending.pop()))
            except (FileNotFoundError, NotADirectoryError):
                continue
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    pending.append(Path(entry.path))
                else:
                    yield Path(entry.path)


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """Give a failed call on a descriptor the name of its file, which the system does not tell."""
    try:
        yield
    except OSError as error:
        error.filename = error.filename or str(path)
        raise


def _identity(descriptor: int) -> tuple[int, int]:
    status = os.fstat(descriptor)
    return status.st_dev, status.st_ino


@contextmanager
def failures_told(place: Path) -> Iterator[None]:
    """Turn a failed file call into one of our errors, naming the place."""
    try:
        yield
    except OSError as error:
        raise as_ours(error, place) from error


def as_ours(error: OSError, place: Path) -> StoryflowError:
    """A failed file call as one of our errors, told by its number."""
    details = {"file": str(error.filename or place)}
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return NoSpaceError(f"No space left in {place}; nothing was changed", details)
    if error.errno == errno.ENOTDIR:
        return NotFoundError(f"{error.filename or place} is no folder", details)
    if error.errno == errno.ENOENT:
        return NotFoundError(f"{error.filename or place} is not there", details)
    if error.errno == errno.EIO:
        message = f"{error.filename or place} cannot be read or written: {error.strerror}"
        return DamagedError(message, details)
    return ReadOnlyError(f"No access to {error.filename or place}: {error.strerror}", details)
