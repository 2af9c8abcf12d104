"""Pastes: one event each, whole, wherever the input is cut."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from textual import events

from storyflow_tui.tui.pasting import PasteParser

START, END = "\x1b[200~", "\x1b[201~"


def fed(pieces: list[str]) -> tuple[list[str], list[str]]:
    """The texts that were pasted, and the keys that were pressed."""
    parser = PasteParser()
    messages = [message for piece in pieces for message in parser.feed(piece)]
    messages += parser.feed("\x1b[A")
    pasted = [one.text for one in messages if isinstance(one, events.Paste)]
    return pasted, [one.key for one in messages if isinstance(one, events.Key)]


def test_paste_with_escape_sequences_is_text_and_no_key() -> None:
    assert fed([f"a{START}d\x1b[31m y\x1b q{END}b"]) == (["d\x1b[31m y\x1b q"], ["a", "b", "up"])


@given(
    st.text("ab\x1b[2~01\n", max_size=30).filter(lambda text: END not in text + END[:-1]),
    st.lists(st.integers(0, 60), max_size=6),
)
def test_paste_is_whole_wherever_the_input_is_cut(text: str, cuts: list[int]) -> None:
    data = f"x{START}{text}{END}y{START}second{END}z"
    places = sorted({0, len(data), *(min(cut, len(data)) for cut in cuts)})
    pieces = [data[a:b] for a, b in pairwise(places) if a < b]
    assert fed(pieces) == ([text, "second"], ["x", "y", "z", "up"])


def test_keys_are_keys() -> None:
    assert fed(["j", "\x1b[B", "q"]) == ([], ["j", "down", "q", "up"])
