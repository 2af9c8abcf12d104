"""Which picture goes to which segment: by number, in order, and put right by hand."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from storyflow_tui.errors import NotFoundError, ReadOnlyError
from storyflow_tui.pairing import (
    Pairing,
    likely,
    natural_key,
    numbers,
    open_positions,
    pair,
    picture_names,
)
from storyflow_tui.records import OutlineRecord


def outline(count: int, with_image: Sequence[int] = ()) -> list[OutlineRecord]:
    """Segments with ids from 101, some with an image."""
    return [OutlineRecord(100 + n, n in with_image, False) for n in range(1, count + 1)]


def placed(pairing: Pairing) -> dict[int, str]:
    assert [each.segment_id for each in pairing.pairs] == [
        100 + each.position for each in pairing.pairs
    ]
    return {each.position: each.file for each in pairing.pairs}


def left(pairing: Pairing) -> dict[str, str]:
    return {each.file: each.why for each in pairing.left}


def test_names_are_ordered_as_people_do() -> None:
    names = ["scene 10", "Scene 2", "scene 2b", "10", "9", "a"]
    assert sorted(names, key=natural_key) == ["9", "10", "a", "Scene 2", "scene 2b", "scene 10"]


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (["lamp-01.png", "lamp-02.png", "lamp-10.png"], [1, 2, 10]),
        (["07.jpg"], [7]),
        (["s01e01.png", "s01e02.png", "s01e03.png"], [1, 2, 3]),
        (["01_1920x1080.png", "02_1920x1080.png"], [1, 2]),
        (["2026-05-04 lamp 3.png", "2026-05-04 lamp 4.png"], [3, 4]),
        (["00001-3847239847.png", "00002-1209381029.png"], [1, 2]),
        (["lamp 1.png", "lamp 2 (1).png", "lamp 3.png"], [1, 2, 3]),
        (["take2 lamp 1.png", "lamp 2.png", "take2 lamp 3.png"], [1, 2, 3]),
        (["lamp2-07_4096x4096.png"], [7]),
        (["lamp1 of 9.png", "lamp2 of 9.png"], [1, 2]),
    ],
)
def test_the_number_is_the_one_that_tells_the_names_apart(
    names: list[str], found: list[int]
) -> None:
    assert numbers(names, 60) == dict(zip(names, found, strict=True))


def test_by_number_the_number_is_the_position() -> None:
    pairing = pair(["lamp-3.png", "lamp-1.png"], outline(3), by="number")
    assert placed(pairing) == {1: "lamp-1.png", 3: "lamp-3.png"}
    assert pairing.left == ()


def test_by_number_what_goes_nowhere_is_told_with_its_reason() -> None:
    names = ["l-0.png", "l-1.png", "l-1.jpg", "l-2.png", "l-9.png", "cover.png"]
    pairing = pair(names, outline(3), by="number")
    assert placed(pairing) == {2: "l-2.png"}
    assert left(pairing) == {
        "cover.png": "no number in its name",
        "l-0.png": "no segment 0; there are 3",
        "l-1.jpg": "number 1 is also in l-1.png",
        "l-1.png": "number 1 is also in l-1.jpg",
        "l-9.png": "no segment 9; there are 3",
    }


def test_by_number_from_a_position_and_for_those_without_an_image() -> None:
    names = [f"l{n}.png" for n in range(1, 6)]
    pairing = pair(names, outline(5, with_image=[1, 4]), by="number", start=3, missing=True)
    assert placed(pairing) == {3: "l3.png", 5: "l5.png"}
    assert left(pairing) == {
        "l1.png": "segment 1 stands before 3",
        "l2.png": "segment 2 stands before 3",
        "l4.png": "segment 4 has an image",
    }


def test_in_order_two_comes_before_ten() -> None:
    pairing = pair(["b 10.png", "b 2.png", "a.png"], outline(5), by="order", start=2)
    assert placed(pairing) == {2: "a.png", 3: "b 2.png", 4: "b 10.png"}


def test_in_order_those_with_an_image_are_passed_over() -> None:
    pairing = pair(["a", "b", "c"], outline(4, with_image=[1, 3]), by="order", missing=True)
    assert placed(pairing) == {2: "a", 4: "b"}
    assert left(pairing) == {"c": "no segment is left for it"}


def test_a_pair_is_taken_out_and_the_others_stay() -> None:
    pairing = pair(["a", "b", "c"], outline(3), by="order").without(1)
    assert placed(pairing) == {1: "a", 3: "c"}
    assert left(pairing) == {"b": "taken out"}


def test_files_from_one_on_go_one_segment_on() -> None:
    pairing = pair(["a", "b", "c"], outline(4, with_image=[2]), by="order", missing=True)
    assert placed(pairing) == {1: "a", 3: "b", 4: "c"}
    later = pairing.later(1)
    assert placed(later) == {1: "a", 4: "b"}
    assert left(later) == {"c": "no segment is left for it"}


def test_files_from_one_on_come_back_where_there_is_room() -> None:
    pairing = pair(["a", "b", "c"], outline(5), by="order")
    assert pairing.earlier(0) is pairing, "there is none before the first"
    assert pairing.earlier(1) is pairing, "the one before has a file"
    assert pairing.later(1).earlier(1) == pairing
    assert placed(pairing.without(0).earlier(0)) == {1: "b", 2: "c"}


@pytest.mark.parametrize(
    ("names", "by"),
    [
        (["l1.png", "l2.png"], "number"),
        (["l1.png", "l2.png", "l3.png", "cover.png"], "number"),
        (["l1.png", "l2.png", "cover.png"], "order"),
        (["l1.png"], "order"),
        (["IMG_1034.jpg", "IMG_1035.jpg"], "order"),
        (["dawn.png", "fog.png"], "order"),
        ([], "order"),
    ],
)
def test_numbers_are_taken_where_most_names_have_one_that_fits(names: list[str], by: str) -> None:
    assert likely(names, outline(4)) == by


def test_files_stay_with_their_segments_in_a_story_that_changed() -> None:
    story = outline(4)
    pairing = pair(["a", "b", "c"], story, by="order").without(0)
    changed = [story[3], story[2], story[0]]
    renewed = pairing.renewed(changed, open_positions(changed))
    assert [(each.position, each.segment_id, each.file) for each in renewed.pairs] == [
        (2, 103, "c")
    ]
    assert left(renewed) == {"a": "taken out", "b": "its segment was deleted"}
    assert [each.position for each in renewed.later(0).pairs] == [3]


def test_no_segments_leave_every_file_over() -> None:
    for by in ("number", "order"):
        pairing = pair(["1.png"], [], by=by)
        assert pairing.pairs == ()
        assert len(pairing.left) == 1


def test_a_folder_has_the_names_of_its_pictures_in_order(tmp_path: Path) -> None:
    for name in ("b10.PNG", "b9.jpg", "a.webp", ".hidden.png", "notes.txt"):
        (tmp_path / name).touch()
    (tmp_path / "folder.png").mkdir()
    assert picture_names(tmp_path) == ["a.webp", "b9.jpg", "b10.PNG"]


def test_a_folder_that_is_not_there_is_not_found(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for name in ("absent", "file", "nul\0"):
        with pytest.raises(NotFoundError, match="No folder at"):
            picture_names(tmp_path / name)


def test_a_folder_that_may_not_be_read_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: object) -> object:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(ReadOnlyError, match="cannot be read: Permission denied"):
        picture_names(tmp_path)
