"""Joins formats and library: stories into projects, projects into files, and what was left out.

The rules for titles, for pictures beside a story and for where an export goes live here. How a
story is written down is the formats' business, how it is kept the library's.
"""

from __future__ import annotations

from storyflow_tui.formats.reading import Reading
from storyflow_tui.samples import sample, sample_folder, samples
from storyflow_tui.transfer.exporting import Exported, Preview, export_project, preview_export
from storyflow_tui.transfer.importing import (
    Imported,
    Progress,
    import_bytes,
    import_file,
    insert_bytes,
    insert_file,
    read_story,
    read_stream,
)

__all__ = [
    "Exported",
    "Imported",
    "Preview",
    "Progress",
    "Reading",
    "export_project",
    "import_bytes",
    "import_file",
    "insert_bytes",
    "insert_file",
    "preview_export",
    "read_story",
    "read_stream",
    "sample",
    "sample_folder",
    "samples",
]
