"""The keys of the settings: what holds, and what is named with its id and left as it was."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import chain
from pathlib import Path

import pytest
from PIL import Image

from storyflow_tui.config import Settings
from storyflow_tui.tui.keymap import APP, BESIDE, SCREENS, TYPED_INTO, key_name
from storyflow_tui.tui.overrides import Overrides, canonical, travels
from storyflow_tui.tui.screens.conflict import ConflictScreen
from storyflow_tui.tui.screens.pairs import PairsScreen
from tests.tui.conftest import Opener

TABLE_KEYS = {
    name for key in chain(APP, *SCREENS.values()) for name in key.names if name != "ctrl+home"
}


def problems(**keys: str) -> tuple[str, ...]:
    """What is said of some keys, given with `__` for the dot of the id."""
    return Overrides.of({name.replace("__", "."): value for name, value in keys.items()}).problems


def test_nothing_given_is_nothing_wrong() -> None:
    assert Overrides.of({}) == Overrides({}, ())


def test_free_keys_take_the_place_of_the_tables() -> None:
    found = Overrides.of({"timeline.lock": "L, f5"})
    assert found == Overrides({"timeline.lock": "L,f5"}, ())


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("j", "j"),
        ("J", "J"),
        ("?", "question_mark"),
        (">", "greater_than_sign"),
        ("Esc", "escape"),
        ("Return", "enter"),
        ("PgDn", "pagedown"),
        ("F5", "f5"),
        ("^S", "ctrl+s"),
        ("Ctrl+S", "ctrl+s"),
        ("control+s", "ctrl+s"),
        ("shift+j", "J"),
        ("shift+ctrl+left", "ctrl+shift+left"),
        ("alt+b", "alt+b"),
        ("ctrl++", "ctrl+plus"),
        ("minus", "minus"),
        ("é", "é"),
    ],
)
def test_a_key_may_be_written_as_people_write_it(written: str, name: str) -> None:
    assert canonical(written) == name


@pytest.mark.parametrize("written", ["foo", "f99", "hypr+x", "ctrl+foo", "\x1b", "ctrl+", "+x"])
def test_what_is_no_key_is_none(written: str) -> None:
    assert canonical(written) is None


@pytest.mark.parametrize("name", sorted(TABLE_KEYS))
def test_every_key_of_the_tables_is_known_by_its_name(name: str) -> None:
    assert canonical(name) == name


def test_an_unknown_id_is_named_with_the_nearest() -> None:
    assert problems(timeline__lok="x") == (
        "keys.timeline.lok: no action has this id; the nearest is timeline.lock. It is left out.",
    )
    assert "the nearest is timeline.lock" in problems(lock="x")[0]
    assert problems(qqqqqq="x") == ("keys.qqqqqq: no action has this id. It is left out.",)


def test_a_key_that_textual_does_not_know_is_named_and_the_default_kept() -> None:
    found = Overrides.of({"timeline.delete": "entr"})
    assert found.keys == {}
    assert found.problems == (
        "keys.timeline.delete: entr is no key; the nearest is enter. The default is kept: d del.",
    )
    assert Overrides.of({"timeline.lock": "blah,L"}).keys == {"timeline.lock": "L"}


@pytest.mark.parametrize(
    "key",
    ["shift+enter", "ctrl+enter", "ctrl+shift+x", "alt+enter", "ctrl+i", "ctrl+m", "ctrl+h",
     "ctrl+b", "f12", "super+s", "ctrl+1", "shift+f5", "ctrl+space", "shift+space"],
)  # fmt: skip
def test_a_key_that_does_not_come_through_is_taken_and_warned_of(key: str) -> None:
    found = Overrides.of({"editor.done": key})
    assert found.keys == {"editor.done": canonical(key)}
    assert len(found.problems) == 1
    assert found.problems[0].startswith(f"keys.editor.done: {key} ")


@pytest.mark.parametrize(
    "key", ["j", "J", "ctrl+s", "f1", "f11", "escape", "delete", "space", "shift+tab", "pageup"]
)
def test_the_keys_that_come_through_everywhere_are_not_warned_of(key: str) -> None:
    assert travels(key) is None


def test_no_key_of_the_tables_fails_to_come_through() -> None:
    odd = {"ctrl+home", "ctrl+end", "ctrl+left", "ctrl+right", "alt+backspace", "alt+delete"}
    for name in TABLE_KEYS - odd:
        assert travels(name) is None, name


def test_a_clash_is_named_with_both_ids_and_the_default_kept() -> None:
    found = Overrides.of({"timeline.lock": "d"})
    assert found.keys == {}
    assert found.problems == (
        "keys.timeline.lock: timeline: d is already timeline.delete’s there, which is "
        "“delete …”. The default is kept: l.",
    )


def test_of_two_settings_that_clash_the_later_keeps_its_default() -> None:
    found = Overrides.of({"timeline.delete": "X", "timeline.lock": "X"})
    assert found.keys == {"timeline.delete": "X"}
    assert "keys.timeline.lock: timeline: X is already timeline.delete’s" in found.problems[0]
    assert Overrides.of({"timeline.lock": "X", "timeline.delete": "X"}).keys == {
        "timeline.lock": "X"
    }


def test_two_actions_may_change_places() -> None:
    given = {"timeline.lock": "d,delete", "timeline.delete": "l"}
    assert Overrides.of(given) == Overrides(given, ())


def test_what_falls_back_may_push_out_another() -> None:
    # y is not free once the copying of prompts has fallen back to it.
    found = Overrides.of({"timeline.lock": "y", "timeline.copy_prompt": "u"})
    assert found.keys == {}
    assert [one.partition(":")[0] for one in found.problems] == [
        "keys.timeline.copy_prompt",
        "keys.timeline.lock",
    ]


def test_a_key_of_everywhere_clashes_with_those_of_a_screen() -> None:
    (problem,) = problems(app__help="n")
    assert problem.startswith("keys.app.help: stories: n is already projects.new’s there")


def test_a_key_of_the_editor_clashes_with_those_of_its_fields() -> None:
    (problem,) = problems(editor__done="ctrl+w")
    assert "field.delete_word_left" in problem


def test_the_same_key_on_two_screens_is_no_clash() -> None:
    assert problems(timeline__lock="L", projects__new="L") == ()


@pytest.mark.parametrize("name", ["editor.done", "app.quit", "line.leave", "picker.down"])
def test_no_letter_can_stand_for_what_is_there_while_somebody_types(name: str) -> None:
    found = Overrides.of({name: "x"})
    assert found.keys == {}
    assert f"keys.{name}: x is typed into a field there" in found.problems[0]
    assert "The default is kept" in found.problems[0]


def test_every_screen_with_a_field_is_known_as_one() -> None:
    for name in BESIDE:
        assert {key.id for key in SCREENS[name]} <= TYPED_INTO


def test_no_key_at_all_keeps_the_default() -> None:
    assert problems(timeline__lock=",,") == (
        "keys.timeline.lock: no key stands there. The default is kept: l.",
    )


def test_keys_have_the_names_that_people_use() -> None:
    shown = {"comma": ",", "full_stop": ".", "ctrl+s": "^S", "ctrl+left": "ctrl+←", "J": "J"}
    assert {key: key_name(key) for key in shown} == shown


async def test_a_replaced_key_acts_and_the_former_does_not(open_story: Opener) -> None:
    settings = Settings(keys={"timeline.lock": "L", "timeline.delete": "ctrl+d"})
    async with open_story(3, settings=settings) as editor:
        await editor.shows("L lock", "^D delete")
        await editor.press("l", "d")
        assert [one.is_locked for one in editor.segments] == [False] * 3
        await editor.press("L")
        assert [one.is_locked for one in editor.segments] == [True, False, False]


async def test_what_is_wrong_with_the_keys_is_said_at_the_start(open_story: Opener) -> None:
    settings = Settings(keys={"timeline.lock": "d", "timeline.lok": "x"})
    async with open_story(3, settings=settings) as editor:
        await editor.shows("! keys.timeline.lok: no action has this id", "and 1 more")
        await editor.press("d")
        await editor.shows("Delete segment 1?")


async def test_questions_lines_and_conflicts_show_the_keys_that_hold(open_story: Opener) -> None:
    keys = {"question.no": "x", "question.yes": "o", "line.leave": "f5", "conflict.mine": "w"}
    async with open_story(3, settings=Settings(keys=keys)) as editor:
        await editor.press("d")
        await editor.shows(" x keep it", "o delete")
        assert "enter keeps" not in editor.text
        await editor.press("y", "n")
        await editor.shows(" x keep it")
        await editor.press("x")
        editor.app.push_screen(
            ConflictScreen("The Lamp", 1, "narration", "mine", "theirs", datetime.now(UTC))
        )
        await editor.shows("w  keep mine", "t  take theirs")
        await editor.press("escape", "q", "n")
        await editor.shows("enter", "F5 ")


async def test_hints_show_the_keys_that_hold_on_screens_that_say_nothing_of_them(
    open_story: Opener, tmp_path: Path
) -> None:
    async with open_story(3, settings=Settings(keys={"picker.leave": "f6"})) as editor:
        editor.app.last_image_folder = tmp_path
        await editor.press("i")
        await editor.shows("F6 leave")
        await editor.press("escape", "f6")
        await editor.shows("J K reorder")
        await editor.press("S")
        await editor.shows("enter split here", "← → word", "esc leave it whole")


async def test_notices_and_questions_name_the_keys_that_hold(open_story: Opener) -> None:
    keys = {"timeline.undo": "ctrl+t", "timeline.lock": "u", "question.no": "x"}
    async with open_story(3, settings=Settings(keys=keys)) as editor:
        await editor.press("u")
        await editor.shows("Locked segment 1", "u takes it back")
        await editor.press("u", "d")
        await editor.shows("^T brings it back.")
        await editor.press("y")
        await editor.shows("Deleted segment 1", "^T brings it back")
        await editor.press("ctrl+t")
        await editor.shows("U does it again")


async def test_what_stands_in_an_empty_story_names_the_keys_that_hold(open_story: Opener) -> None:
    keys = {"timeline.new_below": "f7", "projects.import": "f8"}
    async with open_story(0, settings=Settings(keys=keys)) as editor:
        await editor.shows("F7 writes the first one", "F8 imports a script as")


async def test_pairs_of_none_name_the_keys_that_hold(open_story: Opener, tmp_path: Path) -> None:
    keys = {"pairs.by": "f7", "pairs.start": "f8"}
    async with open_story(1, settings=Settings(keys=keys)) as editor:
        Image.new("RGB", (8, 6)).save(tmp_path / "lamp-7.png")
        await editor.app.push_screen(PairsScreen(editor.project_id, [tmp_path / "lamp-7.png"], 1))
        await editor.shows("in order", "1 pair")
        await editor.press("f7")
        await editor.shows("by number", "F7 pairs in order, F8 from the")


async def test_the_page_of_a_story_names_the_keys_that_hold(open_story: Opener) -> None:
    keys = {"page.target": "f7", "projects.undo": "f8"}
    async with open_story(1, settings=Settings(keys=keys)) as editor:
        await editor.press("P")
        await editor.shows("no target; F7 sets one")
        await editor.press("r", "X", "enter")
        await editor.shows("F8 in the list of stories takes it back")


async def test_a_copy_into_another_story_names_the_keys_that_hold(open_story: Opener) -> None:
    keys = {"timeline.undo": "f7", "projects.new": "f8"}
    async with open_story(1, settings=Settings(keys=keys)) as editor:
        await editor.press("c")
        await editor.shows("In the list of stories F8 makes one.")
        editor.library.projects.create("Harbour")
        await editor.press("escape", "c")
        await editor.shows("1 story")
        await editor.press("enter")
        await editor.shows("F7 in that story undoes it")


async def test_a_locked_segment_and_its_picture_name_the_keys_that_hold(
    open_story: Opener, tmp_path: Path
) -> None:
    keys = {"timeline.lock": "f7", "timeline.choose_image": "f8", "timeline.remove_image": "f9"}
    async with open_story(1, settings=Settings(keys=keys)) as editor:
        Image.new("RGB", (8, 6)).save(tmp_path / "a.png")
        (segment,) = editor.segments
        given = editor.library.segments.attach_image(segment.id, tmp_path / "a.png")
        (editor.library.media / str(given.image_file)).unlink()
        await editor.press("f7")
        await editor.shows("F7 unlocks", "F8 chooses another, F9 removes it")
        await editor.press("v")
        await editor.shows("F8 in the timeline chooses another")
