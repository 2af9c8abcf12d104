"""The files of segments that are copied: staged before the write lock, compared under it.

What lies in a file's place and is none is left out, and the label of the change says so. Where the
copies go is decided by the operations.
"""

from __future__ import annotations

import errno
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from storyflow_tui.errors import ConflictError
from storyflow_tui.library.disk import failures_told
from storyflow_tui.library.journal import Journal
from storyflow_tui.library.media import Media, Staging
from storyflow_tui.records import SegmentRecord

_Answer = TypeVar("_Answer")

Progress = Callable[[int, int], None]
"""Told how many are done, and how many there are in all."""

Copies = Mapping[int, Mapping[str, Path]]
"""Where the copies of files lie in staging, by segment and column; what is not there has none."""

_NO_FILE = (errno.ENOENT, errno.ENOTDIR, errno.ENXIO, errno.ELOOP, errno.ENAMETOOLONG)
"""What opening says of a file that is gone, or of something else under its name."""


class ReplacedError(ConflictError):
    """A file of a segment is another since it was copied."""


def named_files(segment: SegmentRecord) -> Mapping[str, str]:
    """The stored paths that a segment names, by column."""
    named = {"image_file": segment.image_file, "audio_file": segment.audio_file}
    return {column: path for column, path in named.items() if path}


@contextmanager
def copied(
    media_folder: Media,
    journal: Journal,
    segments: Sequence[SegmentRecord],
    columns: Sequence[str] = ("image_file", "audio_file"),
    progress: Progress = lambda done, total: None,
) -> Iterator[tuple[Copies, Staging | None]]:
    """Copies of the files that segments name in these columns, those there are.

    `progress` is called before each segment where any names a file, and at the end.
    """
    named = {
        segment.id: {
            column: path for column, path in named_files(segment).items() if column in columns
        }
        for segment in segments
    }
    if not any(named.values()):
        progress(len(named), len(named))
        yield {key: {} for key in named}, None
        return
    with media_folder.staging() as staging:
        copies: dict[int, dict[str, Path]] = {}
        for number, (key, files) in enumerate(named.items()):
            progress(number, len(named))
            copies[key] = {}
            for column, path in files.items():
                with failures_told(media_folder.folder):
                    copy = _copy(media_folder, journal, staging, path)
                if copy is not None:
                    copies[key][column] = copy
        staging.seal()
        progress(len(named), len(named))
        yield copies, staging


def _copy(media_folder: Media, journal: Journal, staging: Staging, path: str) -> Path | None:
    if media_folder.path(path) is None:
        return None
    source = media_folder.folder / journal.locate(path)
    try:
        # As large as it is: it was weighed when it came, and is the library's own since.
        return staging.copy(source, sys.maxsize)
    except OSError as error:
        if error.errno in _NO_FILE and error.filename == str(source):
            return None
        raise


def demand_same_files(now: Iterable[SegmentRecord], before: Iterable[SegmentRecord]) -> None:
    """Raise ReplacedError where segments may have other files than those that were copied."""
    former = {segment.id: segment for segment in before}
    for segment in now:
        was, files = former.get(segment.id), named_files(segment)
        # Also the time: a picture may have been replaced by another under the same name.
        if (
            was is None
            or files != named_files(was)
            or (files and segment.updated_at != was.updated_at)
        ):
            raise ReplacedError(
                f"Segment {segment.id} was changed meanwhile", {"segment_id": segment.id}
            )


def until_steady(attempt: Callable[[], _Answer]) -> _Answer:
    """Try anew while others replace the very files that were copied."""
    while True:
        try:
            return attempt()
        except ReplacedError:
            continue
