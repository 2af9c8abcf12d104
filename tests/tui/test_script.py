from __future__ import annotations

from storyflow_tui.tui.script import Part, read_script


def test_a_good_script_is_read_with_title_and_length() -> None:
    script = read_script("Title: Fog\nText: one two\n---\nText: three", words_per_minute=60)
    assert script.title == "Fog"
    assert script.parts == [Part(1, "one two"), Part(2, "three")]
    assert (script.segment_count, script.seconds, script.is_guessed) == (2, 3.0, True)
    assert not script.troubles


def test_what_can_be_read_is_read_beside_what_cannot() -> None:
    script = read_script("Text: one\n---\nPrompt: two\n---\nText: three")
    assert script.parts == [Part(1, "one"), Part(2, None, "no narration"), Part(3, "three")]
    assert script.segment_count == 2
    (trouble,) = script.troubles
    assert (trouble.line, trouble.last_line) == (3, 3)
    assert trouble.remedy


def test_json_is_told_by_its_brace() -> None:
    script = read_script('\ufeff {"segments": [{"text_content": "one", "audio_duration": 2.5}]}')
    assert (script.format, script.title, script.segment_count) == ("json", None, 1)
    assert (script.seconds, script.is_guessed) == (2.5, False)


def test_json_that_cannot_be_read_is_one_trouble_with_its_place() -> None:
    broken = read_script('{\n"segments": [}')
    assert [trouble.line for trouble in broken.troubles] == [2]
    wrong = read_script('{"segments": [{"text_content": 7}]}')
    assert wrong.troubles[0].line == 1
    assert "segment 1" in wrong.troubles[0].message


def test_nothing_is_no_trouble() -> None:
    script = read_script("")
    assert not script.troubles
    assert not script.part_count
