"""The sample stories are found wherever the package stands, and they can be read."""

from __future__ import annotations

from pathlib import Path

import pytest

from storyflow_tui import samples
from storyflow_tui.errors import NotFoundError
from storyflow_tui.transfer import read_story


def test_in_a_checkout_the_samples_lie_beside_the_package() -> None:
    assert samples.sample_folder() == Path(__file__).resolve().parents[1] / "sample_projects"
    assert [samples.sample(name) for name in ("the-lamp", "voices")] == [
        samples.sample_folder() / "the-lamp" / "story.json",
        samples.sample_folder() / "voices" / "story.json",
    ]


def test_every_sample_can_be_read() -> None:
    for path in samples.samples():
        reading = read_story(path)
        assert reading.story.title
        assert reading.story.segments
        assert reading.notes == []


def test_when_installed_the_samples_lie_in_the_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "site-packages" / "storyflow_tui"
    monkeypatch.setattr(samples, "__file__", str(package / "samples.py"))
    with pytest.raises(NotFoundError, match="not installed"):
        samples.sample_folder()
    (package / "sample_projects" / "one").mkdir(parents=True)
    (package.parent / "sample_projects").mkdir()
    assert samples.sample_folder() == package.resolve() / "sample_projects"
    (package / "sample_projects" / "one" / "story.json").touch()
    (package / "sample_projects" / "two.txt").touch()
    assert [path.name for path in samples.samples()] == ["story.json", "two.txt"]


def test_a_sample_that_is_not_there_is_told_with_those_that_are() -> None:
    with pytest.raises(NotFoundError) as caught:
        samples.sample("nowhere")
    assert "the-lamp" in str(caught.value.details["samples"])
