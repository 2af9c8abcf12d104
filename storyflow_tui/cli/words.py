"""Records in words and tables, as people read them. The JSON of the same records is shapes.py's.

Positions are 1-based here; ids are shown beside them, because commands take ids.
"""

from __future__ import annotations

from collections.abc import Sequence

from storyflow_tui.cli.text import columns, count, file_size, length, one_line, when
from storyflow_tui.records import (
    ChangeRecord,
    Finding,
    ProjectRecord,
    SegmentRecord,
    TrashRecord,
    estimated_seconds,
)

_STATES = {"done": "done", "undone": "undone", "set_aside": "set aside"}


def title(project: ProjectRecord) -> str:
    """A project's title as it stands in a sentence."""
    return one_line(project.title)


def counts(project: ProjectRecord, words_per_minute: int) -> str:
    """`12 segments, 11 images, 2 locked, ~1:23`."""
    parts = [count(project.segment_count, "segment"), count(project.image_count, "image")]
    if project.locked_count:
        parts.append(f"{project.locked_count} locked")
    if project.segment_count:
        parts.append(length(project.duration(words_per_minute), project.is_guessed))
    return ", ".join(parts)


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
    rows = [
        (
            str(position),
            str(segment.id),
            segment_length(segment, words_per_minute),
            "image" if segment.image_file else "-",
            "locked" if segment.is_locked else "-",
            one_line(segment.text_content),
        )
        for position, segment in enumerate(segments, start=1)
    ]
    return columns(("#", "ID", "LENGTH", "IMAGE", "LOCK", "NARRATION"), rows, right=(0, 1, 2))


def no_segments(project_id: int) -> str:
    """What is said in place of an empty table, with the way on."""
    return (
        f"Project {project_id} has no segments yet. "
        f"Put a story into it with: storyflow segment insert {project_id} 1 FILE"
    )


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
    return columns(("CHANGE", "WHEN", "STATE", "FILES", "SIZE", "WHAT"), rows, right=(0, 3, 4))


def trash_table(held: Sequence[TrashRecord]) -> list[str]:
    """What the changes hold in the trash."""
    rows = [
        (
            str(record.change_id),
            when(record.created_at),
            str(len(record.files)),
            file_size(record.bytes),
            one_line(record.label),
        )
        for record in held
    ]
    return columns(("CHANGE", "WHEN", "FILES", "SIZE", "WHAT"), rows, right=(0, 2, 3))


def finding_lines(findings: Sequence[Finding]) -> list[str]:
    """What check found, a line each, told apart by the name of the check."""
    return [
        f"{finding.check}: {one_line(finding.subject)}: {one_line(finding.message)}"
        for finding in findings
    ]
