"""Pictures for many segments, from the timeline: of a folder, or marked in the picker."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from storyflow_tui.records import counted
from storyflow_tui.tui.screens.actions import StoryActions
from storyflow_tui.tui.words import positions

if TYPE_CHECKING:
    from storyflow_tui.tui.screens.pairs_giving import Given
    from storyflow_tui.tui.screens.picker import Picked


class StoryPicturing(StoryActions, inherit_bindings=False):
    """Gives the pictures of a folder to segments."""

    def action_folder(self) -> None:
        """Choose a folder, or some pictures in it, and give them to the segments."""
        if self.current is None:
            self.say_if_empty()
            return
        from storyflow_tui.tui.screens.picker import PickerScreen

        position = self.position
        self.app.push_screen(
            PickerScreen(
                f"for segments from {position} on",
                self.app.last_image_folder,
                self.used_in,
                several=True,
            ),
            partial(self._picked, position),
        )

    def _picked(self, position: int, picked: Picked | None) -> None:
        if picked is not None:
            self.pair_pictures(position, picked if isinstance(picked, tuple) else (picked,))

    def pair_pictures(self, position: int, paths: Sequence[Path]) -> None:
        """Show which picture goes to which segment, from a position on."""
        from storyflow_tui.tui.screens.pairs import PairsScreen

        self.app.last_image_folder = paths[0].parent
        self.app.push_screen(PairsScreen(self.project_id, paths, position), self._given)

    def _given(self, given: Given | None) -> None:
        if given is None:
            return
        what = counted(len(given.segments), "picture")
        self.notice(f"{what} for {positions(given.positions, 30)}", self.TAKE_BACK)
        # After the screen has heard what changed: its own queue comes behind this one.
        self.call_later(self.go_to, (given.segments[0].id,))
