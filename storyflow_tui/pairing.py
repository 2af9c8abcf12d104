"""Which picture of a folder goes to which segment: by the number in its name, or in order.

Knows names and positions, and no library: what comes out is looked at, corrected and then given
to `segments.attach_images`.
"""

from __future__ import annotations

import errno
import os
import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple, TypeAlias

from storyflow_tui.errors import NotFoundError, ReadOnlyError, StoryflowError
from storyflow_tui.records import OutlineRecord

SUFFIXES = (".jpg", ".jpeg", ".png", ".webp")
"""Endings of the files that can be pictures, in any case."""

By: TypeAlias = Literal["number", "order"]

NO_SEGMENT = "its segment was deleted"
NO_SEGMENT_LEFT = "no segment is left for it"
TAKEN_OUT = "taken out"

_DIGITS = re.compile(r"([0-9]+)")


class Pair(NamedTuple):
    """A file and the segment that it is for, by its position and its id."""

    position: int
    segment_id: int
    file: str


class Left(NamedTuple):
    """A file that goes to no segment, and why."""

    file: str
    why: str


@dataclass(frozen=True, slots=True)
class Pairing:
    """Pairs by position, the files that are left over, and the positions that can be given one."""

    pairs: tuple[Pair, ...]
    left: tuple[Left, ...]
    positions: Sequence[int]
    outline: Sequence[OutlineRecord]

    def without(self, row: int) -> Pairing:
        """The same with one pair taken out: its segment gets nothing, the others stay."""
        pair = self.pairs[row]
        pairs = (*self.pairs[:row], *self.pairs[row + 1 :])
        return self._with(pairs, [*self.left, Left(pair.file, TAKEN_OUT)])

    def later(self, row: int) -> Pairing:
        """The same with the files from one pair on each at the next segment.

        The last one may be left over.
        """
        moved: list[Pair] = []
        left = list(self.left)
        for pair in self.pairs[row:]:
            at = bisect_right(self.positions, pair.position)
            if at < len(self.positions):
                moved.append(self._pair(self.positions[at], pair.file))
            else:
                left.append(Left(pair.file, NO_SEGMENT_LEFT))
        return self._with((*self.pairs[:row], *moved), left)

    def earlier(self, row: int) -> Pairing:
        """The same with the files from one pair on each at the segment before.

        Nothing is altered where that segment has a file, or where there is none.
        """
        before = bisect_left(self.positions, self.pairs[row].position) - 1
        if before < 0 or (row and self.pairs[row - 1].position == self.positions[before]):
            return self
        moved = [
            self._pair(self.positions[bisect_left(self.positions, pair.position) - 1], pair.file)
            for pair in self.pairs[row:]
        ]
        return self._with((*self.pairs[:row], *moved), self.left)

    def renewed(self, outline: Sequence[OutlineRecord], positions: Sequence[int]) -> Pairing:
        """The same in a story that was changed meanwhile: each file stays with its segment."""
        places = {each.id: place for place, each in enumerate(outline, 1)}
        moved = [
            pair._replace(position=places[pair.segment_id])
            for pair in self.pairs
            if pair.segment_id in places
        ]
        gone = [Left(each.file, NO_SEGMENT) for each in self.pairs if each.segment_id not in places]
        renewed = Pairing((), (), positions, outline)
        return renewed._with(tuple(sorted(moved)), [*self.left, *gone])

    def _pair(self, position: int, file: str) -> Pair:
        return Pair(position, self.outline[position - 1].id, file)

    def _with(self, pairs: tuple[Pair, ...], left: Iterable[Left]) -> Pairing:
        ordered = tuple(sorted(left, key=lambda each: natural_key(each.file)))
        return Pairing(pairs, ordered, self.positions, self.outline)


def pair(
    files: Iterable[str],
    outline: Sequence[OutlineRecord],
    *,
    by: By,
    start: int = 1,
    missing: bool = False,
) -> Pairing:
    """Pair the names of files with the segments of a project.

    Only segments from the position `start` on are given one; with `missing` only those without
    an image. In order, `scene 2` stands before `scene 10`.
    """
    names = sorted(files, key=natural_key)
    positions = open_positions(outline, start=start, missing=missing)
    found: dict[int, str]
    if by == "order":
        found = dict(zip(positions, names, strict=False))
        left = [Left(name, NO_SEGMENT_LEFT) for name in names[len(positions) :]]
    else:
        found, left = _by_number(names, outline, start, missing)
    pairs = tuple(Pair(at, outline[at - 1].id, found[at]) for at in sorted(found))
    return Pairing(pairs, tuple(left), positions, outline)


def open_positions(
    outline: Sequence[OutlineRecord], *, start: int = 1, missing: bool = False
) -> Sequence[int]:
    """The positions that can be given a file, in order; see `pair`."""
    positions = range(max(start, 1), len(outline) + 1)
    if missing:
        return [at for at in positions if not outline[at - 1].has_image]
    return positions


def likely(files: Iterable[str], outline: Sequence[OutlineRecord]) -> By:
    """By number, where three in four of several names have one of their own that fits."""
    names = [*files]
    paired = len(pair(names, outline, by="number").pairs)
    return "number" if len(names) > 1 and 4 * paired >= 3 * len(names) else "order"


def numbers(names: Sequence[str], last: int) -> Mapping[str, int | None]:
    """The number of each name; None where it has none.

    Of several groups of digits it is the one that tells the names apart: the one that gives most
    different numbers from 1 to `last`, then most different ones, then the one furthest right.
    Groups are counted from the left, and from the right where that tells more.
    """
    groups = {name: [int(part) for part in _DIGITS.findall(_stem(name))] for name in names}
    most = max(map(len, groups.values()), default=0)
    best: tuple[tuple[int, int, int], Mapping[str, int | None]] | None = None
    for index in (*range(most), *range(-1, -most - 1, -1)):
        found = {
            name: some[index] if -len(some) <= index < len(some) else None
            for name, some in groups.items()
        }
        different = {number for number in found.values() if number is not None}
        usable = sum(1 <= number <= last for number in different)
        score = (usable, len(different), index if index >= 0 else most + index)
        if best is None or score > best[0]:
            best = score, found
    return best[1] if best else dict.fromkeys(names)


def _by_number(
    names: Sequence[str], outline: Sequence[OutlineRecord], start: int, missing: bool
) -> tuple[dict[int, str], list[Left]]:
    found: dict[int, list[str]] = defaultdict(list)
    left = []
    for name, number in numbers(names, len(outline)).items():
        if number is None:
            left.append(Left(name, "no number in its name"))
        elif not 1 <= number <= len(outline):
            there = "there is 1" if len(outline) == 1 else f"there are {len(outline)}"
            left.append(Left(name, f"no segment {number}; {there}"))
        elif number < start:
            left.append(Left(name, f"segment {number} stands before {start}"))
        elif missing and outline[number - 1].has_image:
            left.append(Left(name, f"segment {number} has an image"))
        else:
            found[number].append(name)
    for number, some in found.items():
        if len(some) > 1:
            left += [
                Left(name, f"number {number} is also in {_another(some, name)}") for name in some
            ]
    left.sort(key=lambda each: natural_key(each.file))
    return {number: some[0] for number, some in found.items() if len(some) == 1}, left


def _another(names: Sequence[str], name: str) -> str:
    return next(each for each in names if each != name)


def _stem(name: str) -> str:
    return name.rpartition(".")[0] or name


def natural_key(name: str) -> tuple[list[str | int], str]:
    """Orders names as people do: `scene 2` before `scene 10`, case aside."""
    parts = _DIGITS.split(name.casefold())
    return [int(part) if at % 2 else part for at, part in enumerate(parts)], name


def is_picture_name(name: str) -> bool:
    """Whether a file of this name can be a picture; hidden ones are none."""
    return name.lower().endswith(SUFFIXES) and not name.startswith(".")


def picture_names(folder: Path) -> list[str]:
    """The names of a folder's files that can be pictures, in order.

    Raises NotFoundError, ReadOnlyError (it may not be read) or StoryflowError, naming the folder.
    """
    details = {"folder": str(folder)}
    try:
        with os.scandir(folder) as found:
            names = [
                each.name for each in found if is_picture_name(each.name) and not each.is_dir()
            ]
    except (FileNotFoundError, NotADirectoryError, ValueError) as error:
        raise NotFoundError(f"No folder at {folder}", details) from error
    except OSError as error:
        kind = ReadOnlyError if error.errno in (errno.EACCES, errno.EPERM) else StoryflowError
        raise kind(f"{folder} cannot be read: {error.strerror}", details) from error
    return sorted(names, key=natural_key)
