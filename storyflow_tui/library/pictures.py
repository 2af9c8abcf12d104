"""How a picture gets into the library: copied into staging, then looked at there.

The copy is what is looked at, so that a file that changes meanwhile cannot pass for another.
"""

from __future__ import annotations

import errno
from pathlib import Path

from storyflow_tui.errors import InvalidImageError, NoSpaceError
from storyflow_tui.library.media import Staging


def stage_picture(staging: Staging, path: Path) -> Path:
    """Copy a picture into staging and validate the copy; returns where it lies.

    Raises InvalidImageError for anything that is no usable picture, also an absent path, a folder
    or one that cannot be read; NoSpaceError when the copy does not fit.
    """
    # Imported here: commands that touch no picture do not load Pillow.
    from storyflow_tui.library.images import MAX_BYTES, inspect

    inspect(path, decode=False)
    try:
        staged = staging.copy(path, MAX_BYTES)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT) or (
            error.errno == errno.EFBIG and path.stat().st_size <= MAX_BYTES
        ):
            raise NoSpaceError(
                f"No space left to store {path.name}; nothing was changed", {"file": str(path)}
            ) from error
        # It was readable a moment ago; say what it is now.
        inspect(path, decode=False)
        raise InvalidImageError(
            "Invalid image file",
            {"reason": f"It cannot be copied: {error.strerror}.", "file": path.name},
        ) from error
    inspect(staged, name=path.name)
    return staged
