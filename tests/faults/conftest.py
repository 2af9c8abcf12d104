"""The beginning that all operations share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.operations import prepared


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What every operation begins with; copied, never written to."""
    place = tmp_path_factory.mktemp("base")
    prepared(place)
    return place
