"""Export from the timeline: the screen for it, with what is marked, and what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storyflow_tui.records import counted
from storyflow_tui.tui.folders import short
from storyflow_tui.tui.screens.marking import StoryMarking

if TYPE_CHECKING:
    from storyflow_tui.transfer import Exported


class StoryExporting(StoryMarking, inherit_bindings=False):
    """Writes the story, or the marked segments, to a file or a folder."""

    def action_export(self) -> None:
        """Choose form and target on a screen of its own."""
        from storyflow_tui.tui.screens.export_story import ExportScreen

        marked = self.chosen if self.marks else ()
        project = self.project
        screen = ExportScreen(self.project_id, project.title, project.segment_count, marked)
        self.app.push_screen(screen, self._exported)

    def _exported(self, exported: Exported | None) -> None:
        if exported is None:
            return
        first, *others = exported.paths
        what = first.name
        if others:
            what = f"{first.parent.name}/ with {counted(len(others), 'picture')}"
        folder = first.parent.parent if others else first.parent
        self.notice(f"Exported {what}", " ".join(exported.notes) or f"in {short(folder)}")
