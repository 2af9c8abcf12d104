"""What somebody could put where a text or a path belongs: one table for all tests.

Marks in the texts tell in what a terminal is sent whether any of it went there as it is.
"""

from __future__ import annotations

import re

ESCAPES = {
    "colour": "\x1b[31mred\x1b[0m",
    "clear": "\x1b[2J\x1b[H",
    "window title": "\x1b]0;EVIL\x07",
    "clipboard": "\x1b]52;c;RVZJTA==\x07",
    "link": "\x1b]8;;http://evil.example\x1b\\here\x1b]8;;\x1b\\",
    "device control": "\x1bP1$r0m\x1b\\",
    "reset": "\x1bc",
    "C1 control sequence": "\x9b31mred\x9b0m",
    "C1 window title": "\x9d0;EVIL\x9c",
    "C1 string": "\x90EVIL\x9c",
    "bell and backspace": "\x07\x07lamp\x08\x08\x08\x08EVIL",
    "overwritten line": "lamp\rEVIL",
    "shift": "\x0e\x0f",
    "delete": "lamp\x7f",
    "turned round": "\u202egnp.pmal\u202c \u2066\u2067\u2068\u2069",
    "line ends": "one\u2028two\u2029three\x85four\x0bfive\x0csix",
}
"""Sequences that a terminal would obey, by what they do."""

TEXT = " ".join(ESCAPES.values())
"""All of them in one text."""

NAME = "".join(ESCAPES.values()).replace("/", "_")[:80]
"""Most of them in what can be the name of a file."""

# What may be neither in a command's output nor in a drawn line.
UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)

LEADING_OUT = {
    "absolute": "{outside}/secret.png",
    "up": "../../outside/secret.png",
    "up from within": "projects/../../../outside/secret.png",
    "link to a file": "projects/1/images/link.png",
    "link to a folder": "projects/1/images/folder/secret.png",
    "the database": "../storyflow.db",
    "the trash": ".trash/1/1-secret.png",
    "the trash in capitals": ".TRASH/1/1-secret.png",
    "the staging": ".staging/1/1",
    "nothing": "",
    "a dot": ".",
    "the root": "/",
    "two dots": "..",
    "NUL": "projects/1/images/\0.png",
    "five thousand letters": "x" * 5000,
    "a thousand folders": "projects/1/images/" + "x/" * 1000 + "x.png",
    "backslashes": "..\\..\\outside\\secret.png",
    "escape": "projects/1/images/\x1b[31m\u202e.png",
    "a folder": "projects/1/images",
    "the story's folder": "projects/1",
    "all stories": "projects",
    "another's folder": "projects/2",
    "a file as a folder": "projects/1/images/2_lamp.png/x.png",
    "two slashes": "projects//1/images/2_lamp.png",
    "a pipe": "projects/1/images/pipe.png",
    "bytes": b"\xff\x1b[31m",
}
"""What a row may name in place of a picture, by what it is. `{outside}` is a folder elsewhere."""
