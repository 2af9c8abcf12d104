"""The process dies at every moment of every operation: the next one finds it done or not begun."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.deaths import deaths
from tests.faults.operations import OPERATIONS

_OFTEN = (
    "attach, same name",
    "undo attach, same name",
    "delete project",
    "undo delete project",
    "redo import",
    "restore a picture",
)
"""Those whose files move in the most telling ways."""


@pytest.mark.parametrize(
    "name",
    [name if name in _OFTEN else pytest.param(name, marks=pytest.mark.long) for name in OPERATIONS],
)
def test_an_operation_that_is_killed_is_done_or_not_begun(
    name: str, base: Path, tmp_path: Path
) -> None:
    died = deaths(name, base, tmp_path)
    assert not died.losses, "\n".join(died.losses)
    operation = OPERATIONS[name]
    if not operation.is_piecemeal and not operation.makes and not operation.opens:
        assert {"before commit", "after commit"} <= set(died.moments)
        assert set(died.sides) == {"before", "after"}
        assert list(died.sides) == sorted(died.sides, reverse=True), "once done it stays done"
