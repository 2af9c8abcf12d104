"""The commands: click on the outside, one library call on the inside.

`main(arguments)` is all that others need. Importing this package reads neither Textual, Pillow
nor Peewee: each command imports what it needs when it runs.
"""

from __future__ import annotations

from storyflow_tui.cli.edge import main

__all__ = ["main"]
