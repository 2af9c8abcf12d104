"""The guard of the tests sees what is written outside."""

from __future__ import annotations

from pathlib import Path

from tests.guard import Guard


def test_a_write_into_the_checkout_or_a_home_is_seen_and_one_into_a_temporary_place_is_not(
    tmp_path: Path,
) -> None:
    guard = Guard()
    (tmp_path / "fine.txt").write_text("fine")
    assert not guard.seen
    guard._judge("open", Path(__file__).parents[1] / "stray.txt")
    guard._judge("os.mkdir", "/var/lib/storyflow")
    assert [one.split()[0] for one in guard.seen] == ["open", "os.mkdir"]
