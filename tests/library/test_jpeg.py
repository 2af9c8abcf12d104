from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from storyflow_tui.errors import InvalidImageError
from storyflow_tui.library import images
from storyflow_tui.library.jpeg import MAX_SCANS, scan_count
from tests.library.test_images import noise, reason, save


def progressive(scans: int) -> bytes:
    """A progressive JPEG whose last scan stands in it so often that it has so many."""
    target = io.BytesIO()
    noise().save(target, "JPEG", progressive=True)
    data = target.getvalue()
    last = data[data.rindex(b"\xff\xda") : -2]
    return data[:-2] + last * (scans - scan_count(data)) + data[-2:]


def test_the_scans_of_usual_jpegs_are_few(tmp_path: Path) -> None:
    assert scan_count(save(tmp_path / "a.jpg").read_bytes()) == 1
    assert scan_count(save(tmp_path / "b.jpg", progressive=True).read_bytes()) == 10


def test_what_lies_in_a_header_or_behind_the_end_is_no_scan(tmp_path: Path) -> None:
    data = save(tmp_path / "a.jpg", comment=b"\xff\xda\0\0" * 100).read_bytes()
    assert scan_count(data + b"\xff\xda\0\2" * 100) == 1


def test_filling_before_a_marker_and_bytes_after_the_cut_change_nothing() -> None:
    data = progressive(12)
    assert scan_count(data.replace(b"\xff\xda", b"\xff\xff\xff\xda")) == 12
    assert scan_count(data[: data.rindex(b"\xff\xda") + 1]) == 11


def test_a_jpeg_that_goes_over_its_pixels_without_end_is_refused_before_it_is_decoded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "bomb.jpg"
    path.write_bytes(progressive(MAX_SCANS + 1))

    def never(*_: object, **__: object) -> None:
        raise AssertionError("it was decoded")

    monkeypatch.setattr(Image.Image, "load", never)
    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", never)
    assert reason(path) == "It goes over its pixels more than 64 times; no picture has to."
    with pytest.raises(InvalidImageError, match="Invalid image file"):
        images.Thumbnails(tmp_path / "t").proxy(path)


def test_as_many_scans_as_are_allowed_pass(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(progressive(MAX_SCANS))
    assert images.inspect(path).width == 64
    assert images.Thumbnails(tmp_path / "t").proxy(path).size == (64, 48)
