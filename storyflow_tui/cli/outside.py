"""`segment edit --editor`: the narration in the person's own text editor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storyflow_tui.cli.call import Call, segment_named
from storyflow_tui.errors import NoEditorError, ReadOnlyError, StoryflowError
from storyflow_tui.records import SegmentRecord

if TYPE_CHECKING:
    from storyflow_tui.outside import OutsideText


def edit_outside(call: Call, segment_id: int) -> tuple[SegmentRecord, str]:
    """Have a narration edited in `VISUAL` or `EDITOR` and save it; the segment and a sentence.

    What cannot be saved is left in its file, and a note on stderr says where. Raises NoEditorError
    and what `segments.edit` raises, a lock before the editor is started.
    """
    from storyflow_tui.outside import Note, OutsideText, editor, keys_for_the_editor

    chosen = editor()
    with call.opened() as library:
        record = library.segments.get(segment_id)
        name = segment_named(library, segment_id)
        # Alters nothing: what would be refused afterwards is refused now.
        library.segments.edit(segment_id, text_content=record.text_content)
        note = Note(
            str(library.path),
            record.project_id,
            segment_id,
            library.segments.position(segment_id),
            record.text_content,
        )
        try:
            text = OutsideText.begin(note)
        except OSError as error:
            why = f"No file for {chosen.name} could be written: {error.strerror}"
            raise ReadOnlyError(why, {"path": str(error.filename)}) from error
        try:
            with keys_for_the_editor():
                text.start(chosen)
                assert text.process is not None
                status = text.process.wait()
            if status:
                raise NoEditorError(f"{chosen.name} ended with {status}; nothing was saved", {})
            written = text.read()
            if written is None:
                text.drop()
                return record, f"{name[0].upper()}{name[1:]} is as it was"
            after = library.segments.edit(segment_id, text_content=written, based_on=record)
        except StoryflowError:
            _say_where(call, text)
            raise
        text.drop()
    return after, f"Saved {name} from {chosen.name}"


def _say_where(call: Call, text: OutsideText) -> None:
    """Where the file is, if it holds anything that the library does not."""
    try:
        altered = text.read()
    except StoryflowError:
        call.show_notes([f"what was written is in {text.path}"])
        return
    if altered is None:
        text.drop()
    else:
        call.show_notes([f"what was written is in {text.path}; the editor offers it as a draft"])
