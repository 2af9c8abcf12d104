"""How much work a JPEG asks of its decoder, told from its markers and without decoding it.

A progressive JPEG may go over all of its pixels once more with every few bytes, so that a small
file keeps a decoder busy for hours. What is refused, and in which words, is `decoding`'s.
"""

from __future__ import annotations

import re

MAX_SCANS = 64
"""Passes over a picture that its file may ask for; encoders write about ten."""

# Within the data of a scan 0xFF is followed by a zero or by a restart marker, which are no marker
# of their own. Filling before a marker is any number of 0xFF.
_MARKER = re.compile(rb"\xff++([^\x00\xd0-\xd7])", re.DOTALL)
_BARE = (0x01, 0xD8)  # markers without a length behind them
_SCAN = 0xDA
_END = 0xD9


def scan_count(data: bytes) -> int:
    """How many scans the first picture in these bytes has; counts no further than one too many."""
    found = 0
    place = 2
    while found <= MAX_SCANS and (marker := _MARKER.search(data, place)):
        code = marker[1][0]
        place = marker.end()
        if code == _END:
            break
        if code not in _BARE:
            found += code == _SCAN
            place += int.from_bytes(data[place : place + 2], "big")
    return found
