"""Drafts: text that was typed and could not be saved, one small file each, outside the library.

Written by the UI thread itself (write, fsync, rename), so that it needs neither the library nor
another thread. A draft goes only when it was saved, taken or refused.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import json
import os
import uuid
from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from storyflow_tui.config import is_held, read_small, state_folder


@dataclass(frozen=True, slots=True)
class Draft:
    """One text that waits: which field of which segment, what was typed, and why it waits.

    `stored` is the text that the typing began from; `position` is the place in the timeline then
    (1-based), for the sentence that offers the draft. `token` tells the drafts of one field apart,
    `holder` the process that wrote it, which may still have the text in a field.
    """

    library: str
    project_id: int
    segment_id: int
    field: str
    text: str
    stored: str
    why: str
    position: int
    written_at: str = ""
    token: str = ""
    holder: str = ""


_HOLDER = uuid.uuid4().hex
"""This process, as the holder of drafts."""

_held: dict[Path, int] = {}
"""The files that this process holds by flock for as long as it lives, one a folder of drafts."""


class Drafts:
    """The drafts of one library."""

    def __init__(self, library: Path, folder: Path | None = None) -> None:
        self.library = str(library)
        # A library is known by its path; the folder's name must be short and safe.
        name = hashlib.blake2b(self.library.encode("utf-8", "replace"), digest_size=8).hexdigest()
        self.folder = (folder or state_folder() / "drafts") / name

    def keep(self, draft: Draft) -> Path:
        """Write the draft so that it survives a crash; raises OSError where it can't be written.

        It takes the place of an earlier one of the same field and token, and of no other.
        """
        path = self._path(draft)
        values = asdict(draft) | {
            "library": self.library,
            "written_at": draft.written_at or datetime.now(UTC).isoformat(),
        }
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._hold()
        data = json.dumps(values | {"holder": _HOLDER}).encode()
        partial = path.with_name(f".{path.name}.{_HOLDER}")
        try:
            descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            partial.replace(path)
        except OSError:
            with contextlib.suppress(OSError):
                partial.unlink()
            raise
        with contextlib.suppress(OSError):
            opened = os.open(self.folder, os.O_RDONLY)
            try:
                os.fsync(opened)
            finally:
                os.close(opened)
        return path

    def of(self, project_id: int) -> list[Draft]:
        """The drafts of a project, by their places in the timeline; of one field, oldest first."""
        mine = [draft for draft in self._all() if draft.project_id == project_id]
        return sorted(
            mine,
            key=lambda draft: (draft.position, draft.segment_id, draft.field, draft.written_at),
        )

    def without(self, project_ids: Collection[int]) -> list[Draft]:
        """The drafts of projects that are not among these, oldest first."""
        left = [draft for draft in self._all() if draft.project_id not in project_ids]
        return sorted(left, key=lambda draft: draft.written_at)

    def _all(self) -> list[Draft]:
        """Those that no other process holds; that one offers or saves its own itself."""
        try:
            names = sorted(path for path in self.folder.iterdir() if path.suffix == ".json")
        except OSError:
            return []
        self._sweep()
        return [
            draft
            for path in names
            if (draft := _read(path)) is not None
            and draft.library == self.library
            # What is dropped later is this file and no other, whatever the text in it says.
            and self._path(draft) == path
            and not self._is_held(draft.holder)
        ]

    def _hold(self) -> None:
        path = self._holding(_HOLDER)
        if path in _held:
            return
        # Without the lock a draft is offered while its text is still in a field: that can be borne.
        with contextlib.suppress(OSError):
            while path not in _held:
                descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
                fcntl.flock(descriptor, fcntl.LOCK_EX)
                if path.exists() and os.path.samestat(os.fstat(descriptor), path.stat()):
                    _held[path] = descriptor
                else:  # swept by another between the two calls
                    os.close(descriptor)

    def _is_held(self, holder: str) -> bool:
        path = self._holding(holder)
        if not holder.isalnum() or path in _held:
            return False
        return is_held(path, sweep=True)

    def _sweep(self) -> None:
        """Remove what editors that are gone held or had half written."""
        with contextlib.suppress(OSError):
            for path in list(self.folder.glob(".*.json.*")):
                holder = path.suffix.removeprefix(".")
                if holder != _HOLDER and not self._is_held(holder):
                    path.unlink()
            for path in list(self.folder.glob(".*.held")):
                self._is_held(path.name.removeprefix(".").removesuffix(".held"))

    def _holding(self, holder: str) -> Path:
        return self.folder / f".{holder}.held"

    def drop(self, draft: Draft) -> None:
        """Forget a draft: it was saved, taken or refused. Without one, nothing happens."""
        with contextlib.suppress(OSError):
            self._path(draft).unlink()

    def _path(self, draft: Draft) -> Path:
        token = f"-{draft.token}" if draft.token else ""
        return self.folder / f"{draft.segment_id}-{draft.field}{token}.json"


def why_not(error: Exception) -> str:
    """Why a draft could not be written, in few words."""
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return "disk full"
    return str(getattr(error, "strerror", None) or error)


def _read(path: Path) -> Draft | None:
    try:
        values = json.loads(read_small(path))
        draft = Draft(**values)
    except (OSError, ValueError, TypeError, RecursionError):
        return None
    texts = (
        *(draft.library, draft.field, draft.text, draft.stored),
        *(draft.why, draft.written_at, draft.token, draft.holder),
    )
    numbers = (draft.project_id, draft.segment_id, draft.position)
    fits = all(isinstance(text, str) for text in texts) and all(
        isinstance(number, int) for number in numbers
    )
    return draft if fits else None
