"""What the pending moves will come to, told before they are done."""

from __future__ import annotations

import pytest

from storyflow_tui.library.journal import Move
from storyflow_tui.library.waiting import Waiting


def waiting(moves: str, there: str, unknown: str = "") -> Waiting:
    """Moves such as `a>b c>a` with these paths on the disk."""
    pairs = [move.split(">") for move in moves.split()]
    listed = [Move(number, "x", *pair) for number, pair in enumerate(pairs)]
    known = {**dict.fromkeys(there.split(), True), **dict.fromkeys(unknown.split())}
    return Waiting(listed, lambda path: known.get(path, False))


def told(one: Waiting) -> tuple[str, str]:
    return (
        " ".join(f"{move.source}>{move.target}" for move in one.left),
        " ".join(f"{move.source}>{move.target}" for move in one.impossible),
    )


@pytest.mark.parametrize(
    ("moves", "there", "left", "impossible"),
    [
        ("a>b", "a", "a>b", ""),
        ("a>b", "b", "", ""),
        ("a>b", "a b", "", ""),
        ("a>b", "", "", "a>b"),
        # A replacement under the same name: nothing is done, the first is, both are.
        ("a>t s>a", "a s", "a>t s>a", ""),
        ("a>t s>a", "t s", "s>a", ""),
        ("a>t s>a", "t a", "", ""),
        ("a>t s>a", "a", "a>t", "s>a"),
        ("a>t s>a", "s", "s>a", "a>t"),
        # What one brings, the next may take on.
        ("a>b b>c", "a", "a>b b>c", ""),
        ("a>b b>c", "", "", "a>b b>c"),
    ],
)
def test_moves_are_followed_in_their_order(
    moves: str, there: str, left: str, impossible: str
) -> None:
    assert told(waiting(moves, there)) == (left, impossible)


def test_what_is_out_of_reach_is_not_given_up() -> None:
    assert told(waiting("a>b", "", unknown="a")) == ("a>b", "")
    assert told(waiting("a>b", "", unknown="b")) == ("a>b", "")


def test_a_file_is_found_where_it_lies_now() -> None:
    one = waiting("p/1>t/9 s/1>p/1/a", "p/1 s/1")
    assert one.origin("p/1/a") == "s/1"
    assert one.origin("t/9/a") == "p/1/a"
    assert one.origin("p/1/b") is None
    assert one.origin("p/2") == "p/2"
    assert one.touches("p/1/images/x")
    assert not one.touches("p/2")
