"""The entry of `storyflow`, `storyflow-tui` and `python -m storyflow_tui`; nothing else."""

from __future__ import annotations

import sys


def main() -> int:
    """Run the command line of this process and return its exit code."""
    try:
        from storyflow_tui.cli import main as run
    except KeyboardInterrupt:  # Ctrl+C while the modules are still being read
        return 130
    return run()


if __name__ == "__main__":
    sys.exit(main())
