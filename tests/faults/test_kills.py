"""A process is killed in the midst of whatever it does, and the next one finds nothing lost."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

_CHECKOUT = Path(__file__).parents[2]


def _faults(place: Path, *given: str) -> str:
    """What a long run of faults prints; it may lose nothing."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults", *given],
        check=False,
        capture_output=True,
        text=True,
        cwd=_CHECKOUT,
        env={**os.environ, "TMPDIR": str(place)},
        timeout=240,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize(
    "kills", [30, pytest.param(250, marks=pytest.mark.long)], ids=["30", "250"]
)
def test_nothing_is_lost_to_kills(kills: int, tmp_path: Path) -> None:
    told = _faults(tmp_path, "kills", "--kills", str(kills))
    assert f"{kills} kills" in told
    assert ", 0 losses" in told
    assert list(tmp_path.iterdir()) == [], "a sound library is not kept"


@pytest.mark.parametrize(
    ("processes", "seconds"),
    [(4, 1), pytest.param(10, 20, marks=pytest.mark.long)],
    ids=["4 for 1 s", "10 for 20 s"],
)
def test_nobodys_work_is_lost_to_others(processes: int, seconds: int, tmp_path: Path) -> None:
    told = _faults(tmp_path, "crowd", "--processes", str(processes), "--seconds", str(seconds))
    assert "busy 0 times, 0 losses" in told
