"""Where the sample stories lie: inside the package when installed, beside it in a checkout.

Only their files are found here; reading them is `transfer`'s business.
"""

from __future__ import annotations

from pathlib import Path

from storyflow_tui.errors import NotFoundError

_FOLDER = "sample_projects"
_STORY = "story"


def sample_folder() -> Path:
    """The folder of the sample stories; raises NotFoundError where there is none."""
    package = Path(__file__).resolve().parent
    for folder in (package / _FOLDER, package.parent / _FOLDER):
        if folder.is_dir():
            return folder
    raise NotFoundError("The sample stories are not installed", {"folder": str(package / _FOLDER)})


def samples() -> list[Path]:
    """The files of the sample stories, in the order of their names."""
    folder = sample_folder()
    found = [*folder.glob(f"*/{_STORY}.json"), *folder.glob("*.txt"), *folder.glob("*.json")]
    return sorted(found, key=_name)


def sample(name: str) -> Path:
    """The file of one sample: by the name of its folder, or its own without the ending."""
    found = {_name(path): path for path in samples()}
    if name not in found:
        raise NotFoundError(f"Sample {name} not found", {"samples": list(found)})
    return found[name]


def _name(path: Path) -> str:
    return path.parent.name if path.stem == _STORY else path.stem
