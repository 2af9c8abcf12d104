"""The schema's versions: numbered steps of SQL, each applied in one transaction of its own.

A step is never edited once released; a new one goes to the end of `STEPS`. `user_version` of the
database is the number of steps that it has seen.
"""

from __future__ import annotations

from storyflow_tui.library.migrations import m0001_first, m0002_targets

STEPS: tuple[tuple[str, ...], ...] = (m0001_first.STATEMENTS, m0002_targets.STATEMENTS)

VERSION = len(STEPS)
"""The schema that this version of the program reads and writes."""
