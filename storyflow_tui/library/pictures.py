"""How a picture gets into the library: copied into staging, then looked at there.

The copy is what is looked at, so that a file that changes meanwhile cannot pass for another.
"""

from __future__ import annotations

from pathlib import Path

from storyflow_tui.errors import InvalidImageError, NoSpaceError, StoryflowError
from storyflow_tui.library.disk import as_ours
from storyflow_tui.library.media import Staging


def stage_picture(staging: Staging, path: Path) -> Path:
    """Copy a picture into staging and validate the copy; returns where it lies.

    Raises InvalidImageError for anything that is no usable picture, also an absent path, a folder
    or one that cannot be read; NoSpaceError when the copy does not fit, ReadOnlyError or
    DamagedError when it cannot be written.
    """
    # Imported here: commands that touch no picture do not load Pillow.
    from storyflow_tui.library.images import MAX_BYTES, inspect, inspect_bytes

    inspect(path, decode=False)
    try:
        staged = staging.copy(path, MAX_BYTES)
    except OSError as error:
        if error.filename != str(path):
            raise _not_stored(error, path, staging) from error
        # It was readable a moment ago; say what it is now.
        inspect(path, decode=False)
        raise InvalidImageError(
            "Invalid image file",
            {"reason": f"It cannot be copied: {error.strerror}.", "file": path.name},
        ) from error
    try:
        copied = staged.read_bytes()
    except OSError as error:
        raise _not_stored(error, path, staging) from error
    inspect_bytes(copied, path.name)
    return staged


def _not_stored(error: OSError, path: Path, staging: Staging) -> StoryflowError:
    """The library's own disk failed, not the picture."""
    told = as_ours(error, staging.folder)
    if isinstance(told, NoSpaceError):
        message = f"No space left to store {path.name}; nothing was changed"
        return NoSpaceError(message, {"file": str(path)})
    return told
