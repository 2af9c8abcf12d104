from __future__ import annotations

from pathlib import Path

from storyflow_tui.config import state_folder
from storyflow_tui.tui.kept_scripts import KeptScript, drop, keep, kept


def test_a_script_comes_back_as_it_was_typed() -> None:
    script = KeptScript("Text: a\x1b\n\n  ü 灯", "The Lamp", "/a/b.txt")
    path = keep(script)
    assert kept() == [(path, script)]
    assert path.parent.stat().st_mode & 0o077 == 0


def test_keeping_again_replaces_and_another_one_stands_beside_it() -> None:
    path = keep(KeptScript("one"))
    assert keep(KeptScript("one more"), path) == path
    keep(KeptScript("two"))
    assert sorted(script.text for _, script in kept()) == ["one more", "two"]
    drop(path)
    drop(path)
    assert [script.text for _, script in kept()] == ["two"]


def test_what_cannot_be_read_is_left_out() -> None:
    assert kept() == []
    folder: Path = state_folder() / "scripts"
    folder.mkdir(parents=True)
    for number, text in enumerate(("[1", "[]", '{"text": 3}', '{"no": "text"}')):
        (folder / f"{number}.json").write_text(text, encoding="utf-8")
    assert kept() == []
