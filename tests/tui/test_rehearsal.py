"""The clocks of a rehearsal and of a story that plays, and what is kept of a rehearsal."""

from __future__ import annotations

from pathlib import Path

import pytest

from storyflow_tui.config import state_folder
from storyflow_tui.tui import kept_rehearsals
from storyflow_tui.tui.playing import SPEEDS, Player
from storyflow_tui.tui.rehearsal import STEP, Rehearsal


class HandClock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


# -- a rehearsal ------------------------------------------------------------------------------


def test_nothing_runs_before_the_first_key(clock: HandClock) -> None:
    rehearsal = Rehearsal(clock)
    clock.now += 60
    assert (rehearsal.elapsed, rehearsal.runs, rehearsal.begun) == (0, False, False)


def test_a_cut_takes_the_length_and_begins_the_next_at_that_moment(clock: HandClock) -> None:
    rehearsal = Rehearsal(clock)
    rehearsal.run()
    clock.now += 4.256
    assert rehearsal.cut(7) == 4.26
    clock.now += 2
    rehearsal.cut(8)
    assert rehearsal.taken == {7: 4.26, 8: 2}
    assert rehearsal.total == pytest.approx(6.26)


def test_pauses_do_not_count(clock: HandClock) -> None:
    rehearsal = Rehearsal(clock)
    rehearsal.run()
    clock.now += 3
    rehearsal.pause()
    clock.now += 60
    assert rehearsal.begun
    rehearsal.run()
    clock.now += 1
    assert rehearsal.elapsed == 4
    assert rehearsal.cut(7) == 4


def test_a_segment_that_is_read_again_begins_at_nothing(clock: HandClock) -> None:
    rehearsal = Rehearsal(clock)
    rehearsal.run()
    clock.now += 3
    rehearsal.reset()
    assert (rehearsal.elapsed, rehearsal.begun) == (0, False)
    rehearsal.run()
    clock.now += 1
    assert rehearsal.cut(7) == 1


def test_a_clock_that_stands_takes_a_length_all_the_same(clock: HandClock) -> None:
    rehearsal = Rehearsal(clock)
    rehearsal.run()
    assert rehearsal.cut(7) == STEP


def test_a_later_cut_replaces_an_earlier_one_and_can_be_forgotten(clock: HandClock) -> None:
    rehearsal = Rehearsal(clock, {7: 3.0})
    rehearsal.run()
    clock.now += 5
    rehearsal.cut(7)
    assert rehearsal.taken == {7: 5}


# -- playing ----------------------------------------------------------------------------------


def test_a_player_goes_on_at_its_speed(clock: HandClock) -> None:
    player = Player(clock)
    player.play()
    clock.now += 2
    player.hasten(1)
    clock.now += 4
    assert (player.speed, player.elapsed) == (1.25, 7)
    player.hasten(-2)
    clock.now += 4
    assert (player.speed, player.elapsed) == (0.75, 10)


def test_speeds_have_ends(clock: HandClock) -> None:
    player = Player(clock)
    player.hasten(50)
    assert player.speed == SPEEDS[-1]
    player.hasten(-50)
    assert player.speed == SPEEDS[0]


def test_a_player_that_pauses_stands_still(clock: HandClock) -> None:
    player = Player(clock)
    player.play()
    clock.now += 2
    player.pause()
    clock.now += 60
    assert (player.plays, player.elapsed) == (False, 2)
    player.play()
    clock.now += 1
    assert player.elapsed == 3


@pytest.mark.parametrize("plays", [True, False])
def test_another_segment_begins_at_nothing_and_plays_as_before(
    clock: HandClock, plays: bool
) -> None:
    player = Player(clock)
    player.play()
    clock.now += 2
    if not plays:
        player.pause()
    player.begin()
    assert (player.plays, player.elapsed) == (plays, 0)


# -- what is kept -----------------------------------------------------------------------------


def test_a_rehearsal_that_waits_is_there_again(tmp_path: Path) -> None:
    kept_rehearsals.keep(tmp_path, 3, {7: 4.25, 8: 1 / 3}, 9)
    found = kept_rehearsals.kept(tmp_path, 3)
    assert found is not None
    assert (found.taken, found.next_id) == ({7: 4.25, 8: 1 / 3}, 9)
    assert found.written_at.tzinfo is not None
    assert kept_rehearsals.kept(tmp_path, 4) is None
    assert kept_rehearsals.kept(tmp_path / "other", 3) is None
    kept_rehearsals.drop(tmp_path, 3)
    assert kept_rehearsals.kept(tmp_path, 3) is None


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"nonsense",
        b"[]",
        b"[" * 100_000,
        b'{"taken": [], "next": 1, "written_at": "2026-01-01T00:00:00+00:00"}',
        b'{"taken": [[1, "x"]], "next": 1, "written_at": "2026-01-01T00:00:00+00:00"}',
        b'{"taken": [[1, 1e999]], "next": 1, "written_at": "2026-01-01T00:00:00+00:00"}',
        b'{"taken": [[1, NaN]], "next": 1, "written_at": "2026-01-01T00:00:00+00:00"}',
        b'{"taken": [[1, -1]], "next": 1, "written_at": "2026-01-01T00:00:00+00:00"}',
        b'{"taken": [1], "next": 1, "written_at": "2026-01-01T00:00:00+00:00"}',
        b'{"taken": [[1, 2]], "next": 1, "written_at": "soon"}',
    ],
)
def test_a_file_that_holds_no_rehearsal_is_none(tmp_path: Path, data: bytes) -> None:
    kept_rehearsals.keep(tmp_path, 3, {7: 1.0}, 9)
    (file,) = (state_folder() / "lines").iterdir()
    file.write_bytes(data)
    assert kept_rehearsals.kept(tmp_path, 3) is None
