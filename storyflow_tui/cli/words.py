"""Records in words and tables, as people read them. The JSON of the same records is shapes.py's.

Positions are 1-based here; ids are shown beside them, because commands take ids.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from storyflow_tui.cli.text import columns, cut, file_size, length, one_line, when
from storyflow_tui.records import (
    ChangeRecord,
    Finding,
    ProjectRecord,
    Repaired,
    SegmentRecord,
    TrashRecord,
    counted,
    estimated_seconds,
)

_UNDONE = "in one change that can be undone"
_NO_CHANGES = {"counts", "pending_move"}
"""Checks whose mending puts right what belongs to no history, and so is no change."""

if TYPE_CHECKING:
    from storyflow_tui.pairing import Pairing

_STORY_WIDTH = 24
_STATES = {"done": "done", "undone": "undone", "set_aside": "set aside"}


def title(project: ProjectRecord) -> str:
    """A project's title as it stands in a sentence."""
    return one_line(project.title)


def counts(project: ProjectRecord, words_per_minute: int) -> str:
    """`12 segments, 11 images, 2 locked, ~1:23`."""
    parts = [counted(project.segment_count, "segment"), counted(project.image_count, "image")]
    if project.locked_count:
        parts.append(f"{project.locked_count} locked")
    if project.segment_count:
        parts.append(length(project.duration(words_per_minute), project.is_guessed))
    if project.target_seconds is not None:
        parts.append(f"target {length(project.target_seconds, False)}")
    return ", ".join(parts)


def against_target(project: ProjectRecord, words_per_minute: int) -> str:
    """`~3:48 of 4:00, 0:12 to go`; `~4:10 of 4:00, 0:10 over`; `~3:48, no target`."""
    seconds = project.duration(words_per_minute)
    whole = length(seconds, project.is_guessed)
    if project.target_seconds is None:
        return f"{whole}, no target"
    left = project.target_seconds - seconds
    rest = "over" if left < 0 else "to go"
    return f"{whole} of {length(project.target_seconds, False)}, {length(abs(left), False)} {rest}"


def project_table(projects: Sequence[ProjectRecord], words_per_minute: int) -> list[str]:
    """The project list."""
    rows = [
        (
            str(project.id),
            str(project.segment_count),
            str(project.image_count),
            length(project.duration(words_per_minute), project.is_guessed),
            when(project.updated_at),
            title(project),
        )
        for project in projects
    ]
    head = ("ID", "SEGMENTS", "IMAGES", "LENGTH", "CHANGED", "TITLE")
    return columns(head, rows, right=(0, 1, 2, 3))


def segment_table(segments: Sequence[SegmentRecord], words_per_minute: int) -> list[str]:
    """The segments of a project in order, each with its position and its id."""
    return placed_table([*enumerate(segments, start=1)], words_per_minute)


def placed_table(segments: Sequence[tuple[int, SegmentRecord]], words_per_minute: int) -> list[str]:
    """Some segments of a project, each with its position in the whole and its id."""
    rows = [
        (
            str(position),
            str(segment.id),
            segment_length(segment, words_per_minute),
            "image" if segment.image_file else "-",
            "locked" if segment.is_locked else "-",
            one_line(segment.text_content),
        )
        for position, segment in segments
    ]
    return columns(("#", "ID", "LENGTH", "IMAGE", "LOCK", "NARRATION"), rows, right=(0, 1, 2))


def pair_table(pairing: Pairing, segments: Sequence[SegmentRecord]) -> list[str]:
    """Which file goes to which of the segments, and what is there now."""
    rows = []
    found = {segment.id: segment for segment in segments}
    for each in pairing.pairs:
        if (segment := found.get(each.segment_id)) is None:
            continue  # deleted by another process meanwhile
        now = [
            *(["image"] if segment.image_file else []),
            *(["locked"] if segment.is_locked else []),
        ]
        rows.append(
            (
                str(each.position),
                str(segment.id),
                one_line(each.file),
                ", ".join(now) or "-",
                one_line(segment.text_content),
            )
        )
    return columns(("#", "ID", "FILE", "NOW", "NARRATION"), rows, right=(0, 1))


def no_segments(project_id: int) -> str:
    """What is said in place of an empty table, with the way on."""
    return (
        f"Project {project_id} has no segments yet. "
        f"Put a story into it with: storyflow segment insert {project_id} 1 FILE"
    )


def no_match(project_id: int, text: str | None, filtered: bool) -> str:
    """What is said where a text or a filter leaves nothing."""
    if text is None:
        return f"No segment of project {project_id} fits"
    fits = " that fits" if filtered else ""
    return f"“{one_line(text, 80)}” is in no segment of project {project_id}{fits}"


def segment_length(segment: SegmentRecord, words_per_minute: int) -> str:
    """The length of the audio, or `~` and a guess from the words."""
    if segment.audio_duration is not None:
        return length(segment.audio_duration, False)
    return length(estimated_seconds(segment.text_content, words_per_minute), True)


def segment_state(segment: SegmentRecord) -> str:
    """`locked, no image`, the way a sentence on a segment ends."""
    lock = "locked" if segment.is_locked else "unlocked"
    return f"{lock}, {'with an image' if segment.image_file else 'no image'}"


def history_table(changes: Sequence[ChangeRecord]) -> list[str]:
    """Changes, the newest first, each with what it holds in the trash."""
    rows = [
        (
            str(change.id),
            when(change.created_at),
            _STATES.get(change.state, change.state),
            str(len(change.files)) if change.files else "-",
            file_size(change.bytes) if change.files else "-",
            one_line(change.label),
        )
        for change in changes
    ]
    # Labels tell segments by their places, as the column # of `segment list` does.
    what = "WHAT" if all(c.project_id is None for c in changes) else "WHAT (SEGMENTS BY #)"
    return columns(("CHANGE", "WHEN", "STATE", "FILES", "SIZE", what), rows, right=(0, 3, 4))


def trash_table(held: Sequence[TrashRecord]) -> list[str]:
    """What the changes hold in the trash."""
    rows = [
        (
            str(record.change_id),
            when(record.created_at),
            str(len(record.files)),
            file_size(record.bytes),
            cut(_story(record), _STORY_WIDTH),
            one_line(record.label),
        )
        for record in held
    ]
    head = ("CHANGE", "WHEN", "FILES", "SIZE", "STORY", "WHAT (SEGMENTS BY #)")
    return columns(head, rows, right=(0, 2, 3))


def _story(record: TrashRecord) -> str:
    if record.project_id is None:
        return "the list of stories"
    return one_line(record.project_title or f"project {record.project_id}, deleted")


def check_lines(findings: Sequence[Finding]) -> list[str]:
    """The table of checks, what was found a line each, and what can be done about it."""
    from storyflow_tui.library.check import CHECKS

    found = Counter(finding.check for finding in findings)
    mendable = Counter(finding.check for finding in findings if finding.can_mend)
    rows = [
        (
            check.words,
            str(found[check.name] or "ok"),
            _mending(check.mending, found[check.name], mendable[check.name]),
        )
        for check in CHECKS
    ]
    lines = columns(("LOOKED FOR", "FOUND", "WHAT --repair DOES"), rows, right=(1,))
    if not findings:
        return [*lines, "", "The library is clean"]
    lines += ["", *map(finding_line, findings)]
    count = mendable.total()
    if count:
        which = f"{count} of {len(findings)}" if count < len(findings) else "this"
        undone = f", {_UNDONE}" if mendable.keys() - _NO_CHANGES else ""
        lines += ["", f"To mend {which}{undone}: storyflow check --repair"]
    return lines


def _mending(mending: str, found: int, mendable: int) -> str:
    """What a repair does about what a check found, or would do."""
    if not found or mendable == found or mending.startswith("no:"):
        return mending
    return f"{mending} ({mendable} of {found})" if mendable else "nothing: see below"


def repair_lines(repaired: Repaired) -> list[str]:
    """The table of checks after a repair, what was mended and what is left, and the way back."""
    from storyflow_tui.library.check import CHECKS

    mended = Counter(finding.check for finding in repaired.mended)
    left = Counter(finding.check for finding in repaired.left)
    rows = [
        (
            check.words,
            str(mended[check.name] + left[check.name] or "ok"),
            str(mended[check.name] or "-"),
            str(left[check.name] or "-"),
        )
        for check in CHECKS
    ]
    lines = columns(("LOOKED FOR", "FOUND", "MENDED", "LEFT"), rows, right=(1, 2))
    if repaired.mended:
        lines += ["", "Mended:", *map(finding_line, repaired.mended)]
    if repaired.left:
        lines += ["", "Left as it is:", *map(finding_line, repaired.left)]
    else:
        lines += ["", "The library is clean now" if repaired.mended else "The library is clean"]
    if repaired.change is not None:
        lines += [f"Done: {one_line(repaired.change.label)}", "To take it back: storyflow undo"]
    return lines


def finding_line(finding: Finding) -> str:
    """What check found in a line, after the name of the check; why it is not mended, if so."""
    return " ".join(
        part
        for part in (f"{finding.check}:", one_line(finding.message), one_line(finding.why_not))
        if part
    )
