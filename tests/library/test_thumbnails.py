from __future__ import annotations

import hashlib
import io
import os
import threading
from pathlib import Path

import pytest
from PIL import Image

from storyflow_tui.errors import InvalidImageError
from storyflow_tui.library import images
from tests.library.test_images import noise, save


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.webp"])
def test_a_copy_is_small_upright_and_rgb(tmp_path: Path, name: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    path = save(tmp_path / name, noise(800, 400), exif=exif)
    copy = images.Thumbnails(tmp_path / "t").proxy(path)
    assert (copy.size, copy.mode) == ((160, 320), "RGB")


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16", "CMYK"])
def test_every_mode_has_a_copy(tmp_path: Path, mode: str) -> None:
    name = "a.jpg" if mode == "CMYK" else "a.png"
    image = noise().convert("P") if mode == "P" else Image.new(mode, (500, 9))
    copy = images.Thumbnails(tmp_path / "t").proxy(save(tmp_path / name, image))
    assert copy.mode == ("RGBA" if mode in ("LA", "RGBA") else "RGB")


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
@pytest.mark.parametrize("size", [(2603, 2101), (1, 9000), (9000, 1)])
def test_a_large_picture_is_taken_piece_by_piece_and_loses_no_part(
    tmp_path: Path, mode: str, size: tuple[int, int]
) -> None:
    light: dict[str, float | tuple[float, ...]] = {
        "LA": (240, 255),
        "RGB": (240, 240, 240),
        "RGBA": (240, 240, 240, 255),
        "I;16": 0xF000,
    }
    image = Image.new(mode, size, 0)
    middle = (size[0] // 2, size[1] // 2)
    if mode == "P":
        image.putpalette([level for level in range(256) for _ in range(3)])
    rest = (size[0] - middle[0], size[1] - middle[1])
    image.paste(Image.new(mode, rest, light.get(mode, 240)), middle)
    copy = images.Thumbnails(tmp_path / "t").proxy(save(tmp_path / "a.png", image)).convert("L")
    longest = max(size)
    assert copy.size == tuple(max(1, round(side * 320 / longest)) for side in size)
    wide, high = copy.size
    shades = copy.tobytes()
    assert shades[-1] >= 230
    assert shades[high * 3 // 4 * wide + wide * 3 // 4] >= 230
    assert shades[0] <= 130  # black, or the grey below what is transparent


def test_sixteen_bits_of_grey_keep_their_shades(tmp_path: Path) -> None:
    image = Image.new("I;16", (2, 1))
    image.putpixel((0, 0), 0x4000)
    image.putpixel((1, 0), 0xC000)
    copy = images.Thumbnails(tmp_path / "t").proxy(save(tmp_path / "a.png", image))
    assert abs(copy.convert("L").getpixel((0, 0)) - 0x40) < 24  # type: ignore[operator]
    assert abs(copy.convert("L").getpixel((1, 0)) - 0xC0) < 24  # type: ignore[operator]


@pytest.mark.parametrize("name", ["a.png", "a.webp"])
def test_transparent_parts_stay_transparent_also_from_the_kept_copy(
    tmp_path: Path, name: str
) -> None:
    image = Image.new("RGBA", (8, 8), (255, 0, 0, 0))
    image.paste((0, 0, 255, 255), (0, 0, 4, 8))
    path = save(tmp_path / name, image, **({"lossless": True} if name == "a.webp" else {}))
    for _ in range(2):
        copy = images.Thumbnails(tmp_path / "t").proxy(path)
        assert copy.mode == "RGBA"
        assert copy.getpixel((0, 4)) == (0, 0, 255, 255)
        assert copy.getpixel((7, 4))[3] == 0  # type: ignore[index]
    assert len(list((tmp_path / "t").iterdir())) == 1


def test_a_picture_that_nothing_is_seen_through_is_kept_small(tmp_path: Path) -> None:
    path = save(tmp_path / "a.png", noise(mode="RGBA"))
    assert images.Thumbnails(tmp_path / "t").proxy(path).mode == "RGB"
    assert next((tmp_path / "t").iterdir()).suffix == ".jpg"


def test_the_first_frame_is_shown(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (20, 20), name) for name in ("red", "blue")]
    frames[0].save(tmp_path / "a.webp", save_all=True, append_images=frames[1:])
    red, _, blue = images.Thumbnails(tmp_path / "t").proxy(tmp_path / "a.webp").getpixel((9, 9))  # type: ignore[misc]
    assert red > 200 > blue


def test_a_picture_of_the_same_content_is_decoded_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = save(tmp_path / "a.png")
    (tmp_path / "b.png").write_bytes(path.read_bytes())
    first = images.Thumbnails(tmp_path / "t").proxy(path)
    monkeypatch.setattr("storyflow_tui.library.decoding.load", None)
    second = images.Thumbnails(tmp_path / "t").proxy(tmp_path / "b.png")
    assert first.size == second.size
    assert len(list((tmp_path / "t").iterdir())) == 1


def test_an_unchanged_file_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = save(tmp_path / "a.png")
    copies = images.Thumbnails(tmp_path / "t")
    copies.proxy(path)
    monkeypatch.setattr("storyflow_tui.library.thumbnails._key", None)
    copies.proxy(path)


def test_a_file_that_changed_has_another_copy(tmp_path: Path) -> None:
    copies = images.Thumbnails(tmp_path / "t")
    path = save(tmp_path / "a.png", Image.new("RGB", (9, 9), "red"))
    copies.proxy(path)
    path.unlink()
    save(path, Image.new("RGB", (9, 9), "blue"))
    assert copies.proxy(path).getpixel((4, 4))[2] > 200  # type: ignore[index]


def test_a_broken_or_missing_file_says_why_each_time(tmp_path: Path) -> None:
    copies = images.Thumbnails(tmp_path / "t")
    path = save(tmp_path / "a.jpg", noise(300, 200))
    os.truncate(path, path.stat().st_size // 2)
    for _ in range(2):
        with pytest.raises(InvalidImageError) as caught:
            copies.proxy(path)
        assert "cut short" in str(caught.value.details["reason"])
    with pytest.raises(InvalidImageError):
        copies.proxy(tmp_path / "gone.png")


def test_the_folder_is_kept_below_its_limit_and_what_was_used_last_stays(tmp_path: Path) -> None:
    now = [1_000_000_000.0]
    copies = images.Thumbnails(tmp_path / "t", limit=60_000, clock=lambda: now[0])
    paths = [save(tmp_path / f"{n}.png", noise(200, 100)) for n in range(12)]
    for place, path in enumerate(paths):
        copies.proxy(path)
        for held in (tmp_path / "t").iterdir():
            if held.stat().st_mtime > 1_100_000_000:
                os.utime(held, (now[0], now[0]))
        now[0] += 10_000
        if place:
            copies.proxy(paths[0])
    sizes = [kept.stat().st_size for kept in (tmp_path / "t").iterdir()]
    assert sum(sizes) <= 60_000
    assert 0 < len(sizes) < 12
    key = hashlib.blake2b(paths[0].read_bytes(), digest_size=20).hexdigest()
    assert [kept for kept in (tmp_path / "t").iterdir() if kept.name.startswith(key)]


def test_a_folder_that_cannot_be_written_costs_nothing_but_time(tmp_path: Path) -> None:
    (tmp_path / "t").write_text("in the way")
    copies = images.Thumbnails(tmp_path / "t")
    assert copies.proxy(save(tmp_path / "a.png")).size == (64, 48)


def test_a_damaged_copy_is_made_anew(tmp_path: Path) -> None:
    path = save(tmp_path / "a.png")
    images.Thumbnails(tmp_path / "t").proxy(path)
    for kept in (tmp_path / "t").iterdir():
        kept.write_bytes(b"nonsense")
    assert images.Thumbnails(tmp_path / "t").proxy(path).size == (64, 48)
    with Image.open(io.BytesIO(next((tmp_path / "t").iterdir()).read_bytes())) as kept_image:
        kept_image.load()


def test_several_threads_may_ask_for_the_same_pictures(tmp_path: Path) -> None:
    copies = images.Thumbnails(tmp_path / "t")
    paths = [save(tmp_path / f"{n}.jpg", noise(400, 300)) for n in range(4)]
    sizes: list[tuple[int, int]] = []

    def ask() -> None:
        sizes.extend(copies.proxy(path).size for path in paths)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sizes == [(320, 240)] * 16


@pytest.mark.parametrize("kind", ["pipe", "large", "folder"])
def test_what_is_no_copy_of_ours_in_the_cache_is_passed_over(tmp_path: Path, kind: str) -> None:
    path = save(tmp_path / "a.png")
    thumbnails = images.Thumbnails(tmp_path / "t")
    thumbnails.proxy(path)
    (kept,) = (tmp_path / "t").iterdir()
    kept.unlink()
    if kind == "pipe":
        os.mkfifo(kept)
    elif kind == "folder":
        kept.mkdir()
    else:
        save(kept, noise(4000, 300), format="JPEG")
    assert images.Thumbnails(tmp_path / "t").proxy(path).size == (64, 48)
