"""The file calls of this process below one folder, seen one by one: to fail or to record them.

The calls themselves are replaced (`os.open`, `open`, `fcntl.flock` …), not a class of ours, so that
nothing gets past by another door. Python's own files, coverage and SQLite are left alone.
"""

from __future__ import annotations

import builtins
import errno
import fcntl
import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple, Self
from unittest import mock

from storyflow_tui.library.disk import Disk

KINDS = (
    "open",
    "read",
    "write",
    "fsync",
    "rename",
    "link",
    "unlink",
    "mkdir",
    "rmdir",
    "flock",
    "list",
    "stat",
)
"""The kinds of calls that are told apart; `list` reads a folder, `stat` looks at a name."""

LASTING = ("full", "gone")
"""Faults that stay from their N-th call on: no room for anything new; no answer to any call."""

CODES = {errno.ENOSPC: "no_space", errno.EIO: "damaged", errno.EACCES: "read_only"}
"""The errors that calls fail with, and as what an operation is refused then."""

_BY_DESCRIPTOR = ("read", "write", "fsync", "flock")  # the system names no file in their errors
_CLEANS_UP = ("unlink", "rmdir", "list", "stat")
_TAKES_ROOM = ("write", "rename", "link", "mkdir", "create")


_look = os.lstat  # not to be seen by a watch


class Call(NamedTuple):
    """One call: its kind (`create` is an open that makes a file) and the paths that it names."""

    kind: str
    paths: tuple[str, ...]


class Watch:
    """While it is entered, every call below `root` passes `before` and, done, `after`."""

    def __init__(self, root: Path) -> None:
        self._root = os.path.realpath(root)
        self._open: dict[int, str] = {}
        self._patches: list[Any] = []

    def before(self, call: Call) -> None:
        """A call is about to be made; an OSError from here is the call's own."""

    def after(self, call: Call) -> None:
        """A call was made and has succeeded."""

    def leaves_out(self, call: Call) -> bool:
        """Whether the call is passed over in silence, as if it had been made."""
        return False

    def __enter__(self) -> Self:
        named: list[tuple[Any, str, Callable[..., Any]]] = [
            (os, "open", self._os_open),
            (os, "close", self._close),
            (os, "read", self._on_descriptor("read", os.read)),
            (os, "write", self._write),
            (os, "fsync", self._on_descriptor("fsync", os.fsync)),
            (os, "fdatasync", self._on_descriptor("fsync", getattr(os, "fdatasync", os.fsync))),
            (os, "sendfile", self._on_descriptor("write", getattr(os, "sendfile", os.write))),
            (os, "rename", self._on_two("rename", os.rename)),
            (os, "replace", self._on_two("rename", os.replace)),
            (os, "link", self._on_two("link", os.link)),
            (os, "unlink", self._on_path("unlink", os.unlink)),
            (os, "remove", self._on_path("unlink", os.remove)),
            (os, "mkdir", self._on_path("mkdir", os.mkdir)),
            (os, "rmdir", self._on_path("rmdir", os.rmdir)),
            (os, "scandir", self._on_path("list", os.scandir)),
            (os, "listdir", self._on_path("list", os.listdir)),
            (os, "stat", self._on_path("stat", os.stat)),
            (os, "lstat", self._on_path("stat", os.lstat)),
            (Disk, "exchange", self._exchange(Disk.exchange)),
            (fcntl, "flock", self._on_descriptor("flock", fcntl.flock)),
            (io, "open", self._open_file(io.open)),
            (builtins, "open", self._open_file(io.open)),
        ]
        for module, name, call in named:
            if hasattr(module, name):
                patch = mock.patch.object(module, name, call)
                patch.start()
                self._patches.append(patch)
        return self

    def __exit__(self, *raised: object) -> None:
        while self._patches:
            self._patches.pop().stop()

    def _place(self, path: object, folder: int | None = None) -> str | None:
        """Where a path lies, if below the root; of a descriptor what it was opened for."""
        if isinstance(path, int):
            return self._open.get(path)
        if not isinstance(path, str | bytes | os.PathLike):
            return None
        name = os.fsdecode(path)
        if folder is not None and not name.startswith("/"):
            within = self._open.get(folder)
            if within is None:
                return None
            name = f"{within}/{name}"
        name = os.path.normpath(os.path.join(os.getcwd(), name))  # noqa: PTH109, PTH118 - links stay
        return name if name == self._root or name.startswith(self._root + "/") else None

    def _made(self, call: Call | None, real: Callable[[], Any]) -> Any:
        if call is None:
            return real()
        self.before(call)
        if self.leaves_out(call):
            return None
        result = real()
        self.after(call)
        return result

    def _on_path(self, kind: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def made(path: Any = ".", *given: Any, **named: Any) -> Any:
            place = self._place(path, named.get("dir_fd"))
            call = Call(kind, (place,)) if place else None
            return self._made(call, lambda: real(path, *given, **named))

        return made

    def _on_two(self, kind: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def made(source: Any, target: Any, *given: Any, **named: Any) -> Any:
            places = (
                self._place(source, named.get("src_dir_fd")),
                self._place(target, named.get("dst_dir_fd")),
            )
            call = Call(kind, tuple(filter(None, places))) if all(places) else None
            return self._made(call, lambda: real(source, target, *given, **named))

        return made

    def _exchange(self, real: Callable[..., bool]) -> Callable[..., bool]:
        """Of two names by the system's own call, which answers with its success."""

        def made(disk: Disk, first: Path, second: Path) -> bool:
            places = self._place(first), self._place(second)
            if not all(places):
                return real(disk, first, second)
            try:
                self.before(Call("rename", (str(first), str(second))))
            except OSError:
                return False
            is_done = real(disk, first, second)
            if is_done:
                self.after(Call("exchange", (str(first), str(second))))
            return is_done

        return made

    def _on_descriptor(self, kind: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def made(descriptor: Any, *given: Any, **named: Any) -> Any:
            number = descriptor if isinstance(descriptor, int) else descriptor.fileno()
            place = self._open.get(number)
            call = Call(kind, (place,)) if place else None
            return self._made(call, lambda: real(descriptor, *given, **named))

        return made

    def _write(self, descriptor: int, data: Any, *, real: Callable[..., int] = os.write) -> int:
        place = self._open.get(descriptor)
        if place is None:
            return real(descriptor, data)
        call = Call("write", (place,))
        try:
            self.before(call)
        except OSError:
            real(descriptor, memoryview(data)[: len(data) // 2])  # a disk fills in the middle
            raise
        written = real(descriptor, data)
        self.after(call)
        return written

    def _os_open(
        self,
        path: Any,
        flags: int,
        mode: int = 0o777,
        *,
        dir_fd: int | None = None,
        real: Callable[..., int] = os.open,
    ) -> int:
        place = self._place(path, dir_fd)
        if place is None:
            return real(path, flags, mode, dir_fd=dir_fd)
        is_new = bool(flags & os.O_CREAT) and not _is_there(place)
        call = Call("create" if is_new else "open", (place,))
        descriptor: int = self._made(call, lambda: real(path, flags, mode, dir_fd=dir_fd))
        self._open[descriptor] = place
        return descriptor

    def _close(self, descriptor: int, *, real: Callable[[int], None] = os.close) -> None:
        self._open.pop(descriptor, None)
        real(descriptor)

    def _open_file(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def made(
            file: Any,
            mode: str = "r",
            buffering: int = -1,
            encoding: str | None = None,
            errors: str | None = None,
            newline: str | None = None,
            closefd: bool = True,
            opener: Any = None,
        ) -> Any:
            place = self._place(file)
            if place is None or opener is not None:
                return real(file, mode, buffering, encoding, errors, newline, closefd, opener)
            plain = mode.replace("b", "").replace("t", "")
            if isinstance(file, int):
                raw = _File(self, place, file, plain, closefd)
            else:
                is_new = not plain.startswith("r") and not _is_there(place)
                call = Call("create" if is_new else "open", (place,))
                raw = self._made(call, lambda: _File(self, place, file, plain, closefd))
                self._open[raw.fileno()] = place
            if buffering == 0:
                return raw
            buffered: Any
            if "+" in plain:
                buffered = io.BufferedRandom(raw)
            elif plain == "r":
                buffered = io.BufferedReader(raw)
            else:
                buffered = io.BufferedWriter(raw)
            if "b" in mode:
                return buffered
            return io.TextIOWrapper(buffered, encoding, errors, newline)

        return made


def _is_there(path: str) -> bool:
    try:
        _look(path)
    except OSError:
        return False
    return True


class _File(io.FileIO):
    """An open file whose reads and writes are seen."""

    def __init__(self, watch: Watch, place: str, file: Any, mode: str, closefd: bool) -> None:
        super().__init__(file, mode, closefd)
        self._watch = watch
        self._place = place

    def write(self, data: Any, /) -> int:
        call = Call("write", (self._place,))
        try:
            self._watch.before(call)
        except OSError:
            super().write(memoryview(data)[: len(data) // 2])
            raise
        written = super().write(data)
        self._watch.after(call)
        return written

    def readinto(self, buffer: Any, /) -> int:
        self._watch.before(Call("read", (self._place,)))
        return super().readinto(buffer)

    def readall(self) -> bytes:
        self._watch.before(Call("read", (self._place,)))
        return super().readall()

    def close(self) -> None:
        if not self.closed:
            self._watch._open.pop(self.fileno(), None)
        super().close()


class Counting(Watch):
    """Counts the calls by their kinds."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.calls: list[Call] = []

    def before(self, call: Call) -> None:
        self.calls.append(call)

    def count(self, kind: str) -> int:
        """How many calls a fault of this kind could strike."""
        return sum(_strikes(kind, call) for call in self.calls)


class Failing(Watch):
    """Makes the N-th call of a kind fail once, or of a lasting kind every call from there on."""

    def __init__(self, root: Path, kind: str, number: int, error: int) -> None:
        super().__init__(root)
        self._kind = kind
        self._left = number
        self.is_lasting = kind in LASTING
        self.error = errno.ENOSPC if kind == "full" else errno.EIO if kind == "gone" else error
        self.struck: Call | None = None
        """The call that failed (first)."""

    def before(self, call: Call) -> None:
        if not _strikes(self._kind, call):
            return
        self._left -= 1
        if self._left == 0 or (self._left < 0 and self.is_lasting):
            self.struck = self.struck or call
            named = () if call.kind in _BY_DESCRIPTOR else call.paths[:1]
            raise OSError(self.error, os.strerror(self.error), *named)

    def fits(self, code: str) -> bool:
        """Whether a refusal tells what failed; the user's picture may be called unusable."""
        is_given = self.struck is not None and "/library/" not in f"{self.struck.paths[0]}/"
        return code == CODES[self.error] or (
            is_given and code in ("invalid_image", "invalid_story")
        )

    @property
    def keeps_strays(self) -> bool:
        """Whether it is the very removing of what is left that fails, or all after a failure."""
        removes = self.struck is not None and self.struck.kind in _CLEANS_UP
        return self.is_lasting or removes

    def leaves_out(self, call: Call) -> bool:
        """Nobody cuts the power here: barriers that don't fail need not be waited for."""
        return call.kind == "fsync"


def _strikes(kind: str, call: Call) -> bool:
    if kind == "gone":
        return True
    if kind == "full":
        return call.kind in _TAKES_ROOM
    return kind == ("open" if call.kind == "create" else call.kind)
