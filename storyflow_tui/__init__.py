"""storyflow-tui: a keyboard-driven editor for narrated picture stories, in the terminal."""

__version__ = "0.1.0"
