"""Fixtures of the end-to-end tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.e2e.terminal import Terminal


@pytest.fixture
def terminal() -> Iterator[Callable[..., Terminal]]:
    """A maker of terminals that are all closed after the test."""
    made = []

    def make(columns: int = 120, rows: int = 40) -> Terminal:
        made.append(Terminal(columns, rows))
        return made[-1]

    yield make
    for one in made:
        one.close()
