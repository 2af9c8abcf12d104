"""Prints every figure beside a floor measured in the same run: `python -m tests.benchmarks`.

Nothing is asserted: machines differ, the ratio to the floor is what to read. Times are the best of
five runs, ratios are of those.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks import commands, finding, library, screen
from tests.benchmarks.figures import Figure

_PARTS = {
    "library": library.figures,
    "finding": finding.figures,
    "commands": commands.figures,
    "screen": screen.figures,
}


def main() -> None:
    """Measure the parts that are asked for and print a table."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(_PARTS)}")
    chosen = parser.parse_args().parts or list(_PARTS)
    if unknown := set(chosen) - set(_PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    with tempfile.TemporaryDirectory() as folder:
        _own_home(Path(folder))
        print(f"{'what':<52}{'ours':>12}{'floor':>12}{'ratio':>8}   floor is")
        for figure in _figures(chosen, Path(folder)):
            print(figure.line(), flush=True)


def _figures(chosen: list[str], folder: Path) -> Iterator[Figure]:
    for name in chosen:
        (folder / name).mkdir()
        yield from _PARTS[name](folder / name)


def _own_home(folder: Path) -> None:
    os.environ["HOME"] = str(folder)
    for name in ("CONFIG", "DATA", "STATE", "CACHE"):
        os.environ[f"XDG_{name}_HOME"] = str(folder / name.lower())
    os.environ.pop("STORYFLOW_LIBRARY", None)


if __name__ == "__main__":
    main()
