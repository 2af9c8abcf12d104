"""A draft of an earlier run, offered beside the text that is stored: take it, or let it go."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from storyflow_tui.records import SegmentRecord
from storyflow_tui.tui import text
from storyflow_tui.tui.drafts import Draft, Drafts
from storyflow_tui.tui.typed import NEW

if TYPE_CHECKING:
    from storyflow_tui.tui.app import StoryflowApp
    from storyflow_tui.tui.screens.editing import StoryEditing

_NAMES = {"text_content": "narration", "image_prompt": "prompt"}


def offer(screen: StoryEditing, draft: Draft, record: SegmentRecord | None) -> None:
    """Ask about a draft; the answer goes to `screen.draft_answered`.

    `record` is the segment as it is stored; without it only the typed text is left, to be copied.
    """
    if record is None:
        if draft.segment_id == NEW and draft.field == "text_content":
            _offer_new(screen, draft)
        else:
            _offer_copy(screen, draft)
        return
    from storyflow_tui.tui.screens.conflict import ConflictScreen, ConflictWords

    class DraftScreen(ConflictScreen):
        """Shows both texts as a conflict does; the draft is `mine`, the stored one `theirs`."""

        WORDS = ConflictWords(
            state="! not saved: a draft",
            title="This {name} was typed in an earlier run and could not be saved.",
            rest="esc leaves it for the next time; keeping the stored text asks once more.",
            mine=("Draft", f"typed {when(draft)}, not saved", "take the draft"),
            theirs=("Stored", "saved {saved}", "keep the stored text"),
        )

    def answered(answer: str | None) -> None:
        if answer == "theirs" and draft.text.strip():
            _ask_to_drop(screen, draft, record)
        else:
            screen.draft_answered(draft, record, answer)

    screen.app.push_screen(
        DraftScreen(
            screen.project.title,
            screen.position_of(record.id),
            draft.field,
            draft.text,
            str(getattr(record, draft.field)),
            record.updated_at,
        ),
        answered,
    )


def _ask_to_drop(screen: StoryEditing, draft: Draft, record: SegmentRecord) -> None:
    """The draft is the only copy of its text: ask once more before it goes."""
    from storyflow_tui.tui.widgets.sheet import Question

    def answered(answer: bool | None) -> None:
        screen.draft_answered(draft, record, "theirs" if answer else None)

    quoted = text.cut(draft.text, max(20, screen.app.size.width - 12))
    screen.app.push_screen(
        Question(
            "Remove the draft?",
            [f"“{quoted}”", "This text is kept nowhere else."],
            "remove it",
            "keep the draft",
        ),
        answered,
    )


def _offer_copy(screen: StoryEditing, draft: Draft) -> None:
    def answered(copied: bool) -> None:
        screen.draft_answered(draft, None, "theirs" if copied else None)

    never = "new segment that was never saved"
    whose = never if draft.segment_id == NEW else "segment that was deleted"
    _ask_to_copy(screen.app, draft, whose, answered)


def _offer_new(screen: StoryEditing, draft: Draft) -> None:
    """A new segment that was typed and not saved: ask whether to make it."""
    from storyflow_tui.tui.widgets.sheet import UnaskedQuestion

    def answered(answer: bool | None) -> None:
        if answer:
            screen.make_of_draft(draft)
        else:
            screen.draft_answered(draft, None, None)

    quoted = text.cut(draft.text, max(20, screen.app.size.width - 12))
    screen.app.push_screen(
        UnaskedQuestion(
            f"A new segment was typed {when(draft)} and could not be saved.",
            [f"“{quoted}”", f"It was to be segment {draft.position}."],
            "make it now",
            "keep the draft",
            danger=False,
        ),
        answered,
    )


def drafts_wait(count: int) -> tuple[str, str]:
    """What is said of drafts where none can be taken: the library is open for reading only."""
    if count == 1:
        return "! A draft waits.", "It is offered when the library can be written."
    return f"! {count} drafts wait.", "They are offered when the library can be written."


def offer_of_deleted(app: StoryflowApp, drafts: Drafts, project_ids: Collection[int]) -> None:
    """Offer the drafts of stories that are not among these, to be copied, one after the other."""
    left = drafts.without(project_ids)

    def offer_next() -> None:
        if not left or app.is_leaving:
            return
        draft = left.pop(0)

        def answered(copied: bool) -> None:
            if copied:
                drafts.drop(draft)
            offer_next()

        _ask_to_copy(app, draft, "story that was deleted", answered)

    offer_next()


def _ask_to_copy(app: StoryflowApp, draft: Draft, whose: str, then: Callable[[bool], None]) -> None:
    from storyflow_tui.tui.widgets.sheet import UnaskedQuestion

    name = _NAMES.get(draft.field, draft.field)
    quoted = text.cut(draft.text, max(20, app.size.width - 12))

    def answered(answer: bool | None) -> None:
        if answer:
            app.copy_text(draft.text, f"the {name} of a {whose}")
        then(bool(answer))

    app.push_screen(
        UnaskedQuestion(
            f"A draft of {when(draft)} belongs to a {whose}.",
            [f"“{quoted}”", f"Its {name} was typed and could not be saved."],
            "copy it and forget the draft",
            "keep the draft",
            danger=False,
        ),
        answered,
    )


def when(draft: Draft) -> str:
    """When the draft was written, in the time of this place."""
    try:
        written = datetime.fromisoformat(draft.written_at)
    except ValueError:
        return "an earlier run"
    if written.tzinfo is None:
        written = written.replace(tzinfo=UTC)
    return written.astimezone().strftime("%d %b %H:%M")
