"""Odd text in a real tmux: its idea of how wide each line is agrees with the editor's."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from storyflow_tui.tui.text import width
from tests.e2e.terminal import Terminal, long, run

TEXTS = [
    "कहानी एक पहाड़ी गाँव में शुरू होती है, जहाँ नदी चाँदी की तरह चमकती थी और लोग गाते थे।",
    "灯台の光が消えた夜、海は静かだった。誰もいない浜辺に「船」が来た。それから朝まで、何もない。",
    "E\u0301te\u0301: ☁️, a flag 🇩🇪🇫🇷, a family 👨\u200d👩\u200d👧, a thumb 👍🏽 and more of it all",
    "كانت المنارة مظلمة في تلك الليلة، ولم يكن أحد على الشاطئ סיפור קצר עם נִקּוּד בתוכו",
    "அது ஒரு பழைய கதை, தமிழ் நாட்டில் ঢাকা শহরে ခရီးသည် နေရာ ខ្មែរ ស្រី ไทยน้ำตก",
    "tab\there\tand\tthere, " + "x" * 300 + " ☰ ㉈ \u200b\u00ad",
]


@pytest.mark.parametrize(
    ("columns", "rows"), [(120, 40), long(80, 24), long(160, 50), long(100, 30), long(60, 24)]
)
def test_each_line_is_as_wide_for_tmux_as_it_was_drawn(
    tmp_path: Path, columns: int, rows: int
) -> None:
    script = tmp_path / "story.json"
    segments = [{"text_content": text, "image_prompt": text} for text in TEXTS]
    script.write_text(json.dumps({"title": TEXTS[0][:40], "segments": segments}))
    library = tmp_path / "library"
    run(library, "import", str(script))
    terminal = Terminal(columns, rows)

    def agrees() -> None:
        shown = terminal.tmux("capture-pane", "-p", "-N", "-t", "editor").split("\n")[:rows]
        assert [(width(line), line) for line in shown if width(line) != columns] == []

    try:
        terminal.start("--library", str(library), "open", "1")
        terminal.wait_for("1 of 6", "no picture")
        agrees()
        for number in range(1, 7):
            terminal.press("e")
            terminal.wait_for("F1 help")
            agrees()
            terminal.press("C-s")
            terminal.wait_for("? help")
            terminal.press("j")
            terminal.wait_for(f"{min(6, number + 1)} of 6")
            agrees()
        terminal.press("v")
        terminal.wait_for("play")
        agrees()
        terminal.press("q")
        terminal.wait_for("i image")
        terminal.press("q")
        terminal.wait_for("Stories")
        agrees()
    finally:
        terminal.close()
