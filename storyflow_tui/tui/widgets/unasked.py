"""Questions that open by themselves, while keys may be on their way to the screen below.

Such a key is no answer: until the keys rest, none is taken and none is offered.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from textual import events

if TYPE_CHECKING:
    from textual.screen import Screen

    _Screen = Screen[Any]
else:
    # Textual takes the style of a class from the first of its bases that is a widget: this one is
    # none, so that a question that is `Unasked` looks as every question does.
    _Screen = object

RESTS = 0.5
"""Seconds without a key, since the question was shown, after which one is its answer."""

clock = time.monotonic
"""Replaced by tests."""


class Unasked(_Screen):
    """Has a screen take no key as its answer before the person can have seen it."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._rests_at = clock() + RESTS

    @property
    def takes_answers(self) -> bool:
        """Whether a key is an answer now; none is shown before that."""
        return clock() >= self._rests_at

    def show_answers(self) -> None:
        """Keys are answers from now on: show which."""
        raise NotImplementedError

    def on_mount(self) -> None:
        """Wait until the keys rest."""
        self._rests_at = clock() + RESTS
        self._wait()

    def _wait(self) -> None:
        # A timer of no time at all is a division by zero.
        self.set_timer(max(0.01, self._rests_at - clock()), self._look)

    def _look(self) -> None:
        if self.takes_answers:
            self.show_answers()
        else:
            self._wait()

    def on_key(self, event: events.Key) -> None:
        """A key that was meant for the screen below does nothing here."""
        if not self.takes_answers:
            event.stop()
            self._rests_at = clock() + RESTS

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """No action of this screen before the keys rest."""
        return self.takes_answers
