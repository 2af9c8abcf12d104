"""Bytes from the terminal become text, whatever they are."""

from __future__ import annotations

from typing import Any

import pytest
from textual.drivers import linux_driver

from storyflow_tui.tui import keyboard


@pytest.mark.parametrize(
    ("encoding", "pieces", "text"),
    [
        ("utf-8", [b"\xc3", b"\xa9"], "é"),
        ("utf-8", [b"a\xe9b", b"c"], "a�bc"),
        ("ANSI_X3.4-1968", ["é".encode(), b"\xff"], "é�"),
        ("iso-8859-1", [b"\xe9\x1b[A"], "é\x1b[A"),
        ("no-such", ["灯".encode()], "灯"),
    ],
)
def test_no_byte_raises(encoding: str, pieces: list[bytes], text: str) -> None:
    decode = keyboard.decoder(encoding)().decode
    assert "".join(decode(piece) for piece in pieces) == text


def test_the_driver_decodes_so(monkeypatch: pytest.MonkeyPatch) -> None:
    names: dict[str, Any] = vars(linux_driver)
    monkeypatch.setitem(names, "getincrementaldecoder", names["getincrementaldecoder"])
    keyboard.install("utf-8")
    assert names["getincrementaldecoder"]("utf-8")().decode(b"\xe9A") == "�A"


def test_reading_nothing_means_that_the_terminal_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    names: dict[str, Any] = vars(linux_driver)
    monkeypatch.setitem(names, "getincrementaldecoder", names["getincrementaldecoder"])
    keyboard.install("utf-8")
    with pytest.raises(EOFError):
        names["getincrementaldecoder"]("utf-8")().decode(b"")
