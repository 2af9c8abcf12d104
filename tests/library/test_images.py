from __future__ import annotations

import io
import os
import struct
import tempfile
import zlib
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
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


def test_a_picture_of_a_pixel_by_a_hundred_million_is_refused_from_the_header(
    tmp_path: Path,
) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(png_header(1, 100_000_000))
    assert reason(path) == (
        "It is 100,000,000 pixels high; a picture may have 1,000,000 rows at most."
    )


def test_a_header_of_endless_parts_is_refused_before_it_is_read_to_its_end(
    tmp_path: Path,
) -> None:
    jpeg = save(tmp_path / "a.jpg").read_bytes()
    comment = b"\0\0\0\3tEXtk\0v" + struct.pack(">I", zlib.crc32(b"tEXtk\0v"))
    for name, content in {
        "comments.jpg": jpeg[:2] + b"\xff\xfe\0\2" * 40_000 + jpeg[2:],
        "filling.jpg": jpeg[:2] + b"\xff" * 101_000 + jpeg[2:],
        "texts.png": png_header(8, 8)[:33] + comment * 34_000 + png_header(8, 8)[33:],
    }.items():
        (tmp_path / name).write_bytes(content)
        for decode in (True, False):
            says = reason(tmp_path / name, decode=decode)
            assert says == "Its header has too many parts for a picture's."


def test_the_long_header_of_a_camera_passes(tmp_path: Path) -> None:
    jpeg = save(tmp_path / "a.jpg").read_bytes()
    profile = b"\xff\xe2\xff\xffICC_PROFILE\0\1\xff" + bytes(0xFFFF - 16)
    (tmp_path / "b.jpg").write_bytes(jpeg[:2] + profile * 255 + jpeg[2:])
    assert inspect(tmp_path / "b.jpg").width == 64


@pytest.mark.parametrize("kind", [b"zTXt", b"iTXt", b"iCCP"])
def test_a_picture_that_unpacks_to_megabytes_of_words_is_refused(
    tmp_path: Path, kind: bytes
) -> None:
    body = b"k\0" + (b"\1\0\0\0" if kind == b"iTXt" else b"\0") + zlib.compress(bytes(10_000_000))
    chunk = struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    (tmp_path / "a.png").write_bytes(png_header(8, 8)[:33] + chunk + png_header(8, 8)[33:])
    assert reason(tmp_path / "a.png", decode=False).startswith("It begins like a PNG")


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


places = st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), min_size=1, max_size=4)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(["JPEG", "PNG", "WEBP"]), places)
def test_damaged_bytes_never_raise_anything_else(kind: str, damage: list[tuple[int, int]]) -> None:
    target = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.radial_gradient("L").resize((40, 30)).save(target, kind, exif=exif)
    content = bytearray(target.getvalue())
    for place, value in damage:
        content[place % len(content)] = value
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.png"
        path.write_bytes(content)
        for look in (inspect, images.Thumbnails(Path(folder) / "t").proxy):
            with suppress(InvalidImageError):
                look(path)
