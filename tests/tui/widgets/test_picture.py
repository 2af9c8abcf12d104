from __future__ import annotations

import threading
from pathlib import Path

from PIL import Image
from textual.pilot import Pilot

from storyflow_tui.errors import InvalidImageError
from storyflow_tui.tui.look import palette
from storyflow_tui.tui.widgets.picture import Picture, words_in_box
from tests.screens import cell_at, screen_text
from tests.tui.widgets.stage import Stage, photograph

INK = palette("dark")


class Proxies:
    """Pictures from nowhere; `gate` holds them back, names that start with `bad` are refused."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.gate.set()
        self.asked: list[str] = []

    def proxy(self, path: Path) -> Image.Image:
        self.asked.append(path.name)
        assert self.gate.wait(10)
        if path.name.startswith("bad"):
            raise InvalidImageError("Invalid image file", {"reason": "It is cut short."})
        return photograph(len(path.name))


class Alone(Stage):
    def __init__(self) -> None:
        self.proxies = Proxies()
        self.picture = Picture(self.proxies)
        super().__init__(self.picture)

    def on_picture_failed(self, message: Picture.Failed) -> None:
        assert message.control is self.picture
        self.heard.append((message.key, message.reason))


async def settled(pilot: Pilot[None]) -> None:
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()
    await pilot.pause()


def blocks(app: Alone) -> int:
    return sum(row.count("▀") for row in screen_text(app))


async def test_a_picture_fills_the_box_once_it_is_decoded() -> None:
    app = Alone()
    async with app.run_test(size=(48, 14)) as pilot:
        app.proxies.gate.clear()
        app.picture.show(Path("lamp.jpg"))
        await pilot.pause()
        assert blocks(app) == 0
        app.proxies.gate.set()
        await settled(pilot)
        assert blocks(app) > 400


async def test_the_same_key_is_shown_once() -> None:
    app = Alone()
    async with app.run_test(size=(48, 14)) as pilot:
        app.picture.show(Path("lamp.jpg"), "lamp 1")
        await settled(pilot)
        app.sent = 0
        app.picture.show(Path("lamp.jpg"), "lamp 1")
        await settled(pilot)
        assert app.proxies.asked == ["lamp.jpg"]
        assert app.sent == 0
        app.picture.show(Path("lamp.jpg"), "lamp 2")
        await settled(pilot)
        assert app.proxies.asked == ["lamp.jpg"] * 2


async def test_the_picture_asked_for_last_is_shown_whatever_comes_first() -> None:
    app = Alone()
    async with app.run_test(size=(48, 14)) as pilot:
        app.proxies.gate.clear()
        app.picture.show(Path("bad.jpg"))
        await pilot.pause()
        app.picture.show(Path("lamp.jpg"))
        await pilot.pause()
        app.proxies.gate.set()
        await settled(pilot)
        assert blocks(app) > 400
        assert app.heard == []


async def test_a_picture_that_cannot_be_read_says_so_and_tells() -> None:
    app = Alone()
    async with app.run_test(size=(48, 14)) as pilot:
        app.picture.show(Path("bad.jpg"), 7)
        await settled(pilot)
        text = "\n".join(screen_text(app))
        assert "! The picture cannot be read." in text
        assert "It is cut short." in text
        assert app.heard == [(7, "It is cut short.")]


async def test_words_take_the_place_of_a_picture() -> None:
    app = Alone()
    async with app.run_test(size=(48, 14)) as pilot:
        app.picture.show(Path("lamp.jpg"))
        await settled(pilot)
        app.picture.say("! The picture cannot be read.", "i chooses another, I removes it")
        await pilot.pause()
        rows = [row.rstrip() for row in screen_text(app)]
        assert rows[6:8] == [
            "       ! The picture cannot be read.",
            "         i chooses another, I removes it",
        ]
        _, style = cell_at(app, 9, 6)
        assert style == INK.style("warning", "well", bold=True)
        app.picture.empty("i  choose a picture")
        await pilot.pause()
        assert any("i  choose a picture" in row for row in screen_text(app)) or any(
            "i choose a picture" in row for row in screen_text(app)
        )
        app.picture.show(None)
        await pilot.pause()
        assert not any(row.strip() for row in screen_text(app))


async def test_another_size_and_theme_draw_it_anew_without_decoding() -> None:
    app = Alone()
    async with app.run_test(size=(48, 14)) as pilot:
        app.picture.show(Path("lamp.jpg"))
        await settled(pilot)
        await pilot.resize_terminal(30, 10)
        await settled(pilot)
        assert blocks(app) > 200
        app.theme = "light"
        await settled(pilot)
        assert blocks(app) > 200
        assert app.proxies.asked == ["lamp.jpg"]


def test_words_fit_any_box() -> None:
    for width in range(1, 70, 3):
        for height in (0, 1, 3, 10):
            lines = words_in_box(
                "× Not usable",
                "It is 31.4 MiB; a picture may have 20 MiB at most.",
                "danger",
                INK,
                width,
                height,
            )
            assert len(lines) <= height
            assert all(line.cell_length == width for line in lines)


def test_a_refusal_hangs_its_sign_to_the_left_of_its_words() -> None:
    lines = words_in_box(
        "× Not usable", "It is 31.4 MiB; a picture may have 20 MiB at most.", "danger", INK, 34, 10
    )
    assert [line.text.rstrip() for line in lines][3:6] == [
        "   × Not usable",
        "     It is 31.4 MiB; a picture",
        "     may have 20 MiB at most.",
    ]
