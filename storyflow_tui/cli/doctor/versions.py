"""The versions of all that the editor is made of, and whether they are those it was made for."""

from __future__ import annotations

import platform
import re
import shlex
import sys
from collections.abc import Iterator
from functools import partial
from importlib import metadata

from storyflow_tui import __version__
from storyflow_tui.cli.doctor.remark import Remark

PACKAGE = "storyflow-tui"

_remark = partial(Remark, "Versions")


def remarks() -> Iterator[Remark]:
    """What there is to say of versions."""
    system = f"{platform.system()} {platform.release()}"
    yield _remark("storyflow", f"{__version__}, Python {platform.python_version()}, {system}")
    for requirement in _requirements():
        yield _package(requirement)
    yield from _decoders()


def _requirements() -> list[str]:
    """What the package says that it needs; from a mere checkout the names alone."""
    try:
        told = metadata.requires(PACKAGE) or []
    except metadata.PackageNotFoundError:
        return ["textual", "peewee", "pillow", "rich-pixels", "click", "platformdirs"]
    return [one for one in told if ";" not in one]


def _package(requirement: str) -> Remark:
    name = re.split(r"[^\w.-]", requirement, maxsplit=1)[0]
    try:
        version = metadata.version(name)
    except metadata.PackageNotFoundError:
        return _remark(name, "not installed", False, "Install it:", (_pip(requirement),))
    if fits(version, requirement.removeprefix(name)):
        return _remark(name, version)
    wanted = requirement.removeprefix(name)
    return _remark(
        name, f"{version}, but {wanted} is wanted", False, "Install that:", (_pip(requirement),)
    )


def fits(version: str, wanted: str) -> bool:
    """Whether a version is within bounds such as `>=8,<9`."""
    has = _numbers(version)
    for sign, bound in re.findall(r"(>=|<)\s*([\d.]+)", wanted):
        number = _numbers(bound)
        if (has < number) if sign == ">=" else (has >= number):
            return False
    return True


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version.split("+")[0])[:3])


def _pip(what: str, *options: str) -> str:
    return shlex.join([sys.executable, "-m", "pip", "install", *options, what])


def _decoders() -> Iterator[Remark]:
    from storyflow_tui.library.survey import missing_decoders, sqlite_version

    try:
        missing = missing_decoders()
    except ImportError as error:
        missing = [str(error)]
    if missing:
        yield _remark(
            "pictures",
            f"Pillow cannot read {', '.join(missing)}",
            False,
            "Install Pillow as it is built for everybody:",
            (_pip("pillow", "--force-reinstall", "--only-binary=:all:"),),
        )
    else:
        yield _remark("pictures", "JPEG, PNG and WebP can be read")
    yield _remark("SQLite", sqlite_version())
