"""The one door to the time, so that a test can set it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Gives the time now, aware and in UTC."""


def now() -> datetime:
    """The machine's time in UTC."""
    return datetime.now(UTC)
