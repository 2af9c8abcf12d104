"""What leads from the timeline to the story as a whole: read it through, rehearse it, its page."""

from __future__ import annotations

from collections.abc import Mapping

from storyflow_tui.records import counted
from storyflow_tui.tui import kept_rehearsals
from storyflow_tui.tui.kept_rehearsals import KeptRehearsal
from storyflow_tui.tui.look import length
from storyflow_tui.tui.screens.story_screen import StoryScreen
from storyflow_tui.tui.session import READING_ONLY


class StoryReading(StoryScreen, inherit_bindings=False):
    """The actions on the whole story."""

    def action_read_through(self) -> None:
        """Read the story from the current segment on."""
        record = self.to_begin_at
        if record is None:
            self.say_if_empty()
            return
        from storyflow_tui.tui.screens.read_through import ReadThroughScreen

        ids = self.cards.stored(self.cards.ids) if self.cards.complete else ()
        self.app.push_screen(ReadThroughScreen(self.project_id, record.id, ids), self._back_at)

    def action_rehearse(self) -> None:
        """Rehearse from the current segment on; one that waits is gone on with, or thrown away."""
        record = self.to_begin_at
        if record is None:
            self.say_if_empty()
            return
        if self.session.read_only:
            self.notice(READING_ONLY, "", "warning")
            return
        kept = kept_rehearsals.kept(self.session.library.path, self.project_id)
        if kept is None:
            self._rehearse(record.id)
            return
        from storyflow_tui.tui.widgets.sheet import Question

        taken = length(sum(kept.taken.values()), False).strip()

        def answered(thrown_away: bool | None) -> None:
            if thrown_away:
                kept_rehearsals.drop(self.session.library.path, self.project_id)
                self._rehearse(record.id)
            elif thrown_away is not None:
                self._rehearse(kept.next_id or record.id, kept.taken)

        self.app.push_screen(
            Question(
                "Throw the rehearsal away that waits?",
                [
                    f"Of {when_kept(kept)}: {counted(len(kept.taken), 'segment')}, {taken}; the "
                    "lengths are neither kept nor thrown away."
                ],
                "throw it away",
                "go on with it",
            ),
            answered,
        )

    def action_story_page(self) -> None:
        """Show the story itself: title, target, counts, last changes."""
        from storyflow_tui.tui.screens.story_page import StoryPage

        self.app.push_screen(StoryPage(self.project_id))

    def say_rehearsal(self) -> None:
        """Say that a rehearsal waits, if one does and nothing else is said."""
        kept = kept_rehearsals.kept(self.session.library.path, self.project_id)
        if kept is not None and self.app.screen is self and not self.session.read_only:
            what = counted(len(kept.taken), "segment")
            self.notice(f"A rehearsal of {what} waits", "t goes on with it")

    def _rehearse(self, segment_id: int, taken: Mapping[int, float] | None = None) -> None:
        from storyflow_tui.tui.screens.rehearse import RehearseScreen

        self.app.push_screen(RehearseScreen(self.project_id, segment_id, taken), self._back_at)

    def _back_at(self, segment_id: int | None) -> None:
        if segment_id is not None:
            # After the screen has heard what changed, as after an undo.
            self.call_later(self.go_to, (segment_id,))


def when_kept(kept: KeptRehearsal) -> str:
    """When the last length of it was taken, as a person says it: `24 Nov 15:10`."""
    return f"{kept.written_at.day} {kept.written_at:%b %H:%M}"
