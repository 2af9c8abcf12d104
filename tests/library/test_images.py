from __future__ import annotations

import hashlib
import io
import os
import struct
import threading
import zlib
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from storyflow_tui.errors import InvalidImageError
from storyflow_tui.library import images
from storyflow_tui.library.images import MAX_BYTES, inspect


def noise(width: int = 64, height: int = 48, mode: str = "RGB") -> Image.Image:
    return Image.effect_noise((width, height), 80).convert(mode)


def save(path: Path, image: Image.Image | None = None, **options: Any) -> Path:
    (image or noise()).save(path, **options)
    return path


def reason(path: Path, **options: Any) -> str:
    with pytest.raises(InvalidImageError) as caught:
        inspect(path, **options)
    assert caught.value.message == "Invalid image file"
    assert caught.value.details["file"] == options.get("name", path.name)
    return str(caught.value.details["reason"])


@pytest.mark.parametrize(
    ("name", "kind"),
    [("a.jpg", "JPEG"), ("a.JPEG", "JPEG"), ("a.png", "PNG"), ("a.WebP", "WebP")],
)
def test_the_three_formats_pass_in_any_case_of_ending(tmp_path: Path, name: str, kind: str) -> None:
    path = save(tmp_path / name, format=kind)
    assert inspect(path) == images.ImageFacts(kind, 64, 48, path.stat().st_size)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16", "RGB"])
def test_png_modes_pass(tmp_path: Path, mode: str) -> None:
    image = noise().convert("P") if mode == "P" else Image.new(mode, (9, 9))
    assert inspect(save(tmp_path / "a.png", image)).format == "PNG"


def test_cmyk_and_progressive_jpegs_pass(tmp_path: Path) -> None:
    assert inspect(save(tmp_path / "c.jpg", noise().convert("CMYK"))).width == 64
    assert inspect(save(tmp_path / "p.jpg", progressive=True)).width == 64


def test_one_pixel_passes(tmp_path: Path) -> None:
    for name in ("a.png", "a.jpg", "a.webp"):
        facts = inspect(save(tmp_path / name, Image.new("RGB", (1, 1))))
        assert (facts.width, facts.height) == (1, 1)


def test_a_picture_under_another_formats_name_passes(tmp_path: Path) -> None:
    assert inspect(save(tmp_path / "a.png", format="JPEG")).format == "JPEG"
    assert inspect(save(tmp_path / "a.jpg", format="WEBP")).format == "WebP"


@pytest.mark.parametrize("name", ["a.webp", "a.png"])
def test_animated_pictures_pass(tmp_path: Path, name: str) -> None:
    frames = [noise() for _ in range(3)]
    save(tmp_path / name, frames[0], save_all=True, append_images=frames[1:])
    assert inspect(tmp_path / name).width == 64


def test_exactly_20_mib_pass_and_one_byte_more_fails_with_both_figures(tmp_path: Path) -> None:
    path = save(tmp_path / "a.jpg")
    os.truncate(path, MAX_BYTES)
    assert inspect(path).bytes == MAX_BYTES
    os.truncate(path, MAX_BYTES + 1)
    assert reason(path) == (
        "It is 20,971,521 bytes; a picture may have 20,971,520 (20 MiB) at most."
    )
    os.truncate(path, int(31.4 * 1024 * 1024))
    assert reason(path, decode=False) == "It is 31.4 MiB; a picture may have 20 MiB at most."


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("part", [0.3, 0.6, 0.95])
def test_a_picture_cut_short_is_refused(tmp_path: Path, kind: str, part: float) -> None:
    path = save(tmp_path / f"a.{kind.lower()}", noise(300, 200), format=kind)
    os.truncate(path, int(path.stat().st_size * part))
    assert "cut short" in reason(path)


def test_a_cut_jpeg_names_its_own_size_and_passes_where_only_the_header_is_asked_for(
    tmp_path: Path,
) -> None:
    path = save(tmp_path / "a.jpg", noise(300, 200))
    os.truncate(path, path.stat().st_size // 2)
    assert "300 × 200" in reason(path)
    assert inspect(path, decode=False).height == 200


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"only words\n", "It holds text"),
        (b"GIF89a\1\0\1\0\0\0\0", "It holds a GIF image"),
        (b"BM" + bytes(40), "It holds a BMP image"),
        (bytes(100), "It holds no picture"),
        (b"\xff\xd8\xff\xe0", "It begins like a JPEG"),
        (b"\x89PNG\r\n\x1a\n", "It begins like a PNG"),
        (b"RIFF\4\0\0\0WEBP", "It begins like a WebP"),
        (b"", "It is empty."),
    ],
)
@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.webp"])
def test_other_content_is_refused_by_name(
    tmp_path: Path, content: bytes, says: str, name: str
) -> None:
    (tmp_path / name).write_bytes(content)
    assert reason(tmp_path / name).startswith(says)


def test_another_ending_is_refused_whatever_the_content(tmp_path: Path) -> None:
    path = save(tmp_path / "a.gif", format="PNG")
    assert reason(path) == (
        "Its name ends in .gif; a picture's ends in .jpg, .jpeg, .png or .webp."
    )
    path = save(tmp_path / "picture", format="PNG")
    assert reason(path).startswith("Its name has no ending")


def test_the_given_name_counts_for_a_staged_copy(tmp_path: Path) -> None:
    path = save(tmp_path / "1-staged", format="PNG")
    assert inspect(path, name="lamp.png").format == "PNG"
    assert "ends in .txt" in reason(path, name="lamp.txt")


def test_absent_folder_pipe_and_unreadable_each_have_their_reason(tmp_path: Path) -> None:
    assert reason(tmp_path / "a.jpg") == "There is no such file."
    assert reason(save(tmp_path / "b.png") / "a.jpg") == "There is no such file."
    (tmp_path / "folder.jpg").mkdir()
    assert reason(tmp_path / "folder.jpg") == "It is a folder."
    os.mkfifo(tmp_path / "pipe.jpg")
    assert reason(tmp_path / "pipe.jpg") == "It is no ordinary file."
    assert reason(Path("/dev/zero")) == "It is no ordinary file."
    assert reason(tmp_path / "a\0.jpg").startswith("It cannot be read")
    (tmp_path / "round.jpg").symlink_to("round.jpg")
    assert reason(tmp_path / "round.jpg").startswith("It cannot be read")


def png_header(width: int, height: int) -> bytes:
    head = b"IHDR" + struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + struct.pack(">I", 13)
        + head
        + struct.pack(">I", zlib.crc32(head))
        + b"\0\0\0\4IDAT"
    )


def test_too_many_pixels_are_refused_from_the_header(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(png_header(13300, 13300))
    assert reason(path) == (
        "It has 176.9 megapixels (13300 × 13300); a picture may have 100 megapixels at most."
    )
    path.write_bytes(png_header(100_000_001, 1))
    assert reason(path).startswith("It has 100,000,001 pixels (100000001 × 1)")
    path.write_bytes(png_header(2**31 - 1, 2**31 - 1))
    assert "megapixels" in reason(path)


@pytest.mark.parametrize(
    "chunk",
    [
        b"VP8X" + struct.pack("<I", 10) + bytes(4) + b"\xff\xff\x00" + b"\xff\xff\x00",
        b"VP8L" + struct.pack("<I", 9) + b"\x2f" + struct.pack("<I", 0x0FFFFFFF) + bytes(4),
        b"VP8 " + struct.pack("<I", 20) + b"\0\0\0\x9d\x01\x2a" + b"\xff\x3f\xff\x3f" + bytes(9),
    ],
)
def test_a_webp_of_too_many_pixels_is_refused_before_it_is_opened(
    tmp_path: Path, chunk: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object, **__: object) -> None:
        raise AssertionError("it was opened")

    path = tmp_path / "a.webp"
    path.write_bytes(b"RIFF" + struct.pack("<I", len(chunk) + 4) + b"WEBP" + chunk)
    monkeypatch.setattr(Image, "open", never)
    assert "megapixels" in reason(path)


def test_a_hundred_megapixels_pass(tmp_path: Path) -> None:
    path = save(tmp_path / "a.png", Image.new("1", (10_000, 10_000)))
    assert inspect(path, decode=False).width == 10_000


def test_exif_that_is_nonsense_neither_warns_nor_refuses(tmp_path: Path) -> None:
    path = save(tmp_path / "a.jpg", exif=b"Exif\0\0II*\0\xff\xff\xff\xff nonsense")
    assert inspect(path).width == 64
    assert images.Thumbnails(tmp_path / "t").proxy(path).size == (64, 48)


# Thumbnails


def test_a_copy_is_small_upright_and_rgb(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    path = save(tmp_path / "a.jpg", noise(800, 400), exif=exif)
    copy = images.Thumbnails(tmp_path / "t").proxy(path)
    assert (copy.size, copy.mode) == ((160, 320), "RGB")


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16", "CMYK"])
def test_every_mode_has_a_copy(tmp_path: Path, mode: str) -> None:
    name = "a.jpg" if mode == "CMYK" else "a.png"
    image = noise().convert("P") if mode == "P" else Image.new(mode, (500, 9))
    copy = images.Thumbnails(tmp_path / "t").proxy(save(tmp_path / name, image))
    assert copy.mode == "RGB"


def test_sixteen_bits_of_grey_keep_their_shades(tmp_path: Path) -> None:
    image = Image.new("I;16", (2, 1))
    image.putpixel((0, 0), 0x4000)
    image.putpixel((1, 0), 0xC000)
    copy = images.Thumbnails(tmp_path / "t").proxy(save(tmp_path / "a.png", image))
    assert abs(copy.convert("L").getpixel((0, 0)) - 0x40) < 24  # type: ignore[operator]
    assert abs(copy.convert("L").getpixel((1, 0)) - 0xC0) < 24  # type: ignore[operator]


def test_transparent_parts_are_neutral_grey(tmp_path: Path) -> None:
    path = save(tmp_path / "a.png", Image.new("RGBA", (8, 8), (255, 0, 0, 0)))
    red, green, blue = images.Thumbnails(tmp_path / "t").proxy(path).getpixel((4, 4))  # type: ignore[misc]
    assert red == green == blue == 128


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
