"""Segments out of segments: new ones, copies, one cut in two, two made one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from storyflow_tui.errors import (
    ConflictError,
    InvalidOrderError,
    InvalidTextError,
    LockedError,
    NothingToUndoError,
)
from storyflow_tui.library import Library
from storyflow_tui.library.media import Staging
from storyflow_tui.records import ProjectRecord
from storyflow_tui.story import Story, StorySegment

Paint = Callable[..., Path]
Rows = Callable[[Library], list[Any]]
Files = Callable[[Library], dict[str, bytes]]
Sql = Callable[..., list[tuple[Any, ...]]]


def texts(library: Library, project_id: int = 1) -> list[str]:
    return [segment.text_content for segment in library.segments.list(project_id)]


def picture_of(library: Library, segment_id: int) -> bytes:
    file = library.file(library.segments.get(segment_id).image_file)
    assert file is not None
    return file.read_bytes()


@pytest.fixture
def pair(library: Library) -> Sequence[int]:
    """Two segments with lengths that are known, and a third."""
    story = Story(
        "Pair",
        [
            StorySegment("He came. She left.", "a door", audio_duration=4.0),
            StorySegment("It rained.", "rain", audio_duration=2.5),
            StorySegment("The end."),
        ],
    )
    return library.segments.ids(library.projects.import_story(story).id)


def undo_and_redo(library: Library, rows: Rows, before: list[Any]) -> None:
    after = rows(library)
    library.history.undo(1)
    assert rows(library) == before
    library.history.redo(1)
    assert rows(library) == after
    assert library.check() == []


# -- new --------------------------------------------------------------------------------------


def test_a_new_segment_stands_below_the_one_that_is_named(
    library: Library, ids: Sequence[int]
) -> None:
    made = library.segments.add(1, " New ", "a lamp", below=ids[1])
    assert library.segments.ids(1) == [ids[0], ids[1], made.id, *ids[2:]]
    assert made == library.segments.get(made.id)
    assert (made.text_content, made.image_prompt, made.is_locked) == (" New ", "a lamp", False)
    assert library.history.list(1)[0].label == "Insert segment 3"
    assert library.check() == []


def test_a_new_segment_stands_at_a_position_as_far_as_the_timeline_goes(
    library: Library, ids: Sequence[int]
) -> None:
    first = library.segments.add(1, "first", position=-3)
    last = library.segments.add(1, "last", position=99)
    behind = library.segments.add(1, "behind")
    assert library.segments.ids(1) == [first.id, *ids, last.id, behind.id]


def test_a_new_segment_below_one_that_is_gone_keeps_its_position(
    library: Library, ids: Sequence[int]
) -> None:
    library.segments.delete(ids[1])
    made = library.segments.add(1, "typed meanwhile", position=2, below=ids[1])
    assert library.segments.position(made.id) == 2


def test_a_new_segment_is_never_put_into_another_story(
    library: Library, ids: Sequence[int]
) -> None:
    other = library.projects.create("Other")
    made = library.segments.add(other.id, "mine", below=ids[3])
    assert library.segments.ids(other.id) == [made.id]


def test_a_new_segment_keeps_the_gaps_that_deletions_left(
    library: Library, ids: Sequence[int]
) -> None:
    library.segments.delete(ids[2])
    made = library.segments.add(1, "after the gap", below=ids[1])
    assert library.segments.ids(1) == [ids[0], ids[1], made.id, ids[3], ids[4]]


@pytest.mark.parametrize("text", ["", " \n\u3000", "a\0b"])
def test_a_blank_new_segment_is_refused_and_leaves_nothing(
    library: Library, ids: Sequence[int], rows: Rows, text: str
) -> None:
    before = rows(library)
    with pytest.raises(InvalidTextError):
        library.segments.add(1, text, below=ids[1])
    assert rows(library) == before


def test_a_new_segment_and_the_typing_that_goes_on_are_one_change(
    library: Library, ids: Sequence[int], rows: Rows
) -> None:
    before = rows(library)
    made = library.segments.add(1, "Once", below=ids[0], run="typing")
    library.segments.edit(made.id, text_content="Once upon", run="typing")
    library.segments.edit(made.id, text_content="Once upon a time", run="typing")
    assert [change.label for change in library.history.list(1)] == ["Insert segment 2"]
    undo_and_redo(library, rows, before)
    assert library.segments.get(made.id).text_content == "Once upon a time"


def test_an_edit_after_the_typing_is_a_change_of_its_own(
    library: Library, ids: Sequence[int], advance: Callable[[float], None]
) -> None:
    made = library.segments.add(1, "Once", below=ids[0], run="typing")
    library.segments.edit(made.id, text_content="Once upon", run="another")
    advance(31)
    library.segments.edit(made.id, text_content="Once upon a time", run="another")
    labels = [change.label for change in library.history.list(1)]
    assert labels == ["Edit narration of segment 2"] * 2 + ["Insert segment 2"]


def test_typing_in_one_new_segment_never_joins_another(
    library: Library, ids: Sequence[int]
) -> None:
    library.segments.add(1, "Once", below=ids[0], run="typing")
    library.segments.edit(ids[3], text_content="elsewhere", run="typing")
    assert len(library.history.list(1)) == 2


# -- duplicate --------------------------------------------------------------------------------


def test_a_copy_stands_below_and_has_everything_but_the_lock(
    library: Library, ids: Sequence[int], paint: Paint, tmp_path: Path, rows: Rows
) -> None:
    library.segments.attach_image(ids[1], paint(tmp_path / "lamp.png"))
    library.segments.edit(ids[1], is_locked=True)
    before = rows(library)
    source = library.segments.get(ids[1])
    copy = library.segments.duplicate(ids[1])
    assert library.segments.ids(1) == [ids[0], ids[1], copy.id, *ids[2:]]
    assert copy == library.segments.get(copy.id)
    assert (copy.text_content, copy.image_prompt) == (source.text_content, source.image_prompt)
    assert copy.image_file == f"projects/1/images/{copy.id}_lamp.png"
    assert (copy.is_locked, library.segments.get(ids[1]).is_locked) == (False, True)
    assert copy.created_at == copy.updated_at > source.updated_at
    assert library.history.list(1)[0].label == "Duplicate segment 2"
    undo_and_redo(library, rows, before)


def test_a_copy_has_a_picture_of_its_own(
    library: Library, ids: Sequence[int], paint: Paint, tmp_path: Path
) -> None:
    library.segments.attach_image(ids[0], paint(tmp_path / "a.png"))
    original = picture_of(library, ids[0])
    copy = library.segments.duplicate(ids[0])
    assert picture_of(library, copy.id) == original
    file = library.file(library.segments.get(ids[0]).image_file)
    assert file is not None
    file.write_bytes(b"painted over by another program")
    assert picture_of(library, copy.id) == original
    library.segments.remove_image(ids[0])
    library.segments.delete(ids[0])
    assert picture_of(library, copy.id) == original


def test_a_copy_has_the_length_and_the_sound(
    library: Library, pair: Sequence[int], sql: Sql
) -> None:
    sound = library.media / "projects/1/audio/1_voice.mp3"
    sound.parent.mkdir(parents=True)
    sound.write_bytes(b"voice")
    sql(library, "UPDATE segment SET audio_file = 'projects/1/audio/1_voice.mp3' WHERE id = 1")
    copy = library.segments.duplicate(pair[0])
    assert copy.audio_duration == 4.0
    assert copy.audio_file == f"projects/1/audio/{copy.id}_voice.mp3"
    assert (library.media / copy.audio_file).read_bytes() == b"voice"
    assert library.check() == []


def test_a_copy_of_the_last_one_is_the_last_and_copies_can_be_copied(
    library: Library, ids: Sequence[int]
) -> None:
    copy = library.segments.duplicate(ids[4])
    again = library.segments.duplicate(copy.id)
    assert library.segments.ids(1)[-3:] == [ids[4], copy.id, again.id]


def test_what_is_missing_is_not_copied_and_the_label_says_so(
    library: Library, ids: Sequence[int], paint: Paint, tmp_path: Path
) -> None:
    library.segments.attach_image(ids[0], paint(tmp_path / "a.png"))
    file = library.file(library.segments.get(ids[0]).image_file)
    assert file is not None
    file.unlink()
    assert library.segments.duplicate(ids[0]).image_file is None
    assert library.history.list(1)[0].label == "Duplicate segment 1 without its picture"


def test_a_merge_goes_without_a_picture_that_is_none_and_the_label_says_so(
    library: Library, ids: Sequence[int], paint: Paint, tmp_path: Path
) -> None:
    attached = library.segments.attach_image(ids[1], paint(tmp_path / "a.png"))
    file = library.media / (attached.image_file or "")
    file.unlink()
    file.symlink_to(tmp_path / "a.png")
    assert library.segments.merge(ids[0]).image_file is None
    assert library.history.list(1)[0].label == "Merge segments 1 and 2 without the picture"


def test_a_picture_replaced_while_it_is_copied_is_copied_anew(
    library: Library,
    second: Library,
    ids: Sequence[int],
    paint: Paint,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    library.segments.attach_image(ids[0], paint(tmp_path / "a.png"))
    replaced = paint(tmp_path / "new/a.png", "gold")
    copy = Staging.copy

    def slow(staging: Staging, source: Path, limit: int) -> Path:
        copied = copy(staging, source, limit)
        if source.is_relative_to(library.media):
            monkeypatch.setattr(Staging, "copy", copy)
            second.segments.attach_image(ids[0], replaced)
        return copied

    monkeypatch.setattr(Staging, "copy", slow)
    made = library.segments.duplicate(ids[0])
    assert picture_of(library, made.id) == replaced.read_bytes()
    assert [*(library.media / ".staging").iterdir()] == []


# -- split ------------------------------------------------------------------------------------


def test_a_split_leaves_the_first_what_it_has_and_gives_the_rest_to_a_new_one(
    library: Library, pair: Sequence[int], paint: Paint, tmp_path: Path, rows: Rows
) -> None:
    library.segments.attach_image(pair[0], paint(tmp_path / "a.png"))
    before, image = rows(library), library.segments.get(pair[0]).image_file
    first, second = library.segments.split(pair[0], 8)
    assert texts(library) == ["He came.", "She left.", "It rained.", "The end."]
    assert [first, second] == library.segments.list(1)[:2]
    assert (first.id, first.image_file, first.image_prompt) == (pair[0], image, "a door")
    assert (second.image_file, second.image_prompt, second.is_locked) == (None, "", False)
    assert (first.audio_duration, second.audio_duration) == (None, None)
    assert library.history.list(1)[0].label == "Split segment 1"
    undo_and_redo(library, rows, before)


def test_a_split_counts_characters(library: Library) -> None:
    text = "雨👨\u200d👩\u200d👧e\u0301 が降る"
    library.projects.import_story(Story("T", [StorySegment(text)]))
    first, second = library.segments.split(1, 7)
    assert (first.text_content, second.text_content) == (text[:7], text[7:])


@pytest.mark.parametrize("offset", [0, -1, 18, 99, 10**30, "8", None, 1.5])
def test_a_split_with_nothing_on_one_side_is_refused(
    library: Library, pair: Sequence[int], rows: Rows, offset: Any
) -> None:
    before = rows(library)
    with pytest.raises(InvalidTextError) as caught:
        library.segments.split(pair[0], offset)
    assert "18 characters" in str(caught.value.details["why"])
    assert rows(library) == before


def test_a_split_in_the_white_space_at_an_end_is_refused(library: Library) -> None:
    library.projects.import_story(Story("T", [StorySegment("  word\n ")]))
    for offset in (1, 2, 6, 7):
        with pytest.raises(InvalidTextError):
            library.segments.split(1, offset)


def test_a_split_of_a_text_that_changed_meanwhile_is_a_conflict(
    library: Library, second: Library, pair: Sequence[int]
) -> None:
    seen = library.segments.get(pair[0])
    second.segments.edit(pair[0], text_content="Another text.")
    with pytest.raises(ConflictError):
        library.segments.split(pair[0], 8, based_on=seen)
    assert texts(library)[:1] == ["Another text."]


def test_a_split_where_several_have_one_index_keeps_its_halves_in_order(
    library: Library, pair: Sequence[int], sql: Sql
) -> None:
    sql(library, "UPDATE segment SET sequence_index = 3")
    library.segments.split(pair[0], 8)
    listed = texts(library)
    assert listed.index("He came.") < listed.index("She left.")


# -- merge ------------------------------------------------------------------------------------


def test_a_merge_joins_texts_prompts_and_lengths(
    library: Library, pair: Sequence[int], rows: Rows
) -> None:
    before = rows(library)
    merged = library.segments.merge(pair[0])
    assert merged == library.segments.get(pair[0])
    assert merged.text_content == "He came. She left.\n\nIt rained."
    assert merged.image_prompt == "a door\n\nrain"
    assert merged.audio_duration == 6.5
    assert library.segments.ids(1) == [pair[0], pair[2]]
    assert library.history.list(1)[0].label == "Merge segments 1 and 2"
    undo_and_redo(library, rows, before)


def test_a_length_is_unknown_where_one_of_two_is(library: Library, pair: Sequence[int]) -> None:
    assert library.segments.merge(pair[1]).audio_duration is None


@pytest.mark.parametrize(
    ("first", "second", "joined"),
    [("a", "", "a"), ("", "b", "b"), ("a", "a", "a"), (" ", "b", "b"), ("a", " ", "a")],
)
def test_of_blank_and_equal_prompts_one_is_left(
    library: Library, first: str, second: str, joined: str
) -> None:
    library.projects.import_story(Story("T", [StorySegment("x", first), StorySegment("y", second)]))
    assert library.segments.merge(1).image_prompt == joined


def test_the_image_of_the_first_stays_and_the_other_goes_to_the_trash(
    library: Library, ids: Sequence[int], paint: Paint, tmp_path: Path, rows: Rows, files: Files
) -> None:
    library.segments.attach_image(ids[0], paint(tmp_path / "a.png"))
    library.segments.attach_image(ids[1], paint(tmp_path / "b.png", "red"))
    kept, other = picture_of(library, ids[0]), picture_of(library, ids[1])
    before = rows(library)
    library.segments.merge(ids[0])
    assert picture_of(library, ids[0]) == kept
    [(trashed, found)] = [(k, v) for k, v in files(library).items() if k.startswith(".trash/")]
    assert trashed.endswith("_b.png")
    assert found == other
    undo_and_redo(library, rows, before)
    library.history.undo(1)
    assert picture_of(library, ids[1]) == other


def test_where_the_first_has_no_image_it_takes_that_of_the_other(
    library: Library, ids: Sequence[int], paint: Paint, tmp_path: Path, rows: Rows
) -> None:
    library.segments.attach_image(ids[1], paint(tmp_path / "b.png", "red"))
    before, picture = rows(library), picture_of(library, ids[1])
    merged = library.segments.merge(ids[0])
    assert merged.image_file == f"projects/1/images/{ids[0]}_b.png"
    assert picture_of(library, ids[0]) == picture
    undo_and_redo(library, rows, before)
    assert picture_of(library, ids[0]) == picture
    library.history.undo(1)
    assert picture_of(library, ids[1]) == picture
    assert library.segments.get(ids[0]).image_file is None


def test_what_a_merge_took_can_be_brought_back_later(
    library: Library, pair: Sequence[int], paint: Paint, tmp_path: Path
) -> None:
    library.segments.attach_image(pair[1], paint(tmp_path / "b.png"))
    merge = library.segments.merge(pair[0])
    change = library.history.list(1)[0]
    library.segments.edit(pair[2], text_content="The very end.")
    library.trash.restore(change.id)
    assert texts(library) == ["He came. She left.", "It rained.", "The very end."]
    assert picture_of(library, pair[1]) == picture_of(library, merge.id)
    assert library.check() == []


def test_the_last_one_has_nothing_to_be_merged_with(library: Library, pair: Sequence[int]) -> None:
    with pytest.raises(InvalidOrderError) as caught:
        library.segments.merge(pair[2])
    assert caught.value.message == "There is no next segment to merge with"
    assert len(texts(library)) == 3


def test_the_next_one_is_that_of_the_timeline_also_across_a_gap(
    library: Library, ids: Sequence[int]
) -> None:
    library.segments.move(ids[4], 2)
    library.segments.delete(ids[1])
    library.segments.merge(ids[0])
    library.segments.merge(ids[0])
    assert texts(library)[0] == "\n\n".join(f"Narration of segment {n}." for n in (1, 5, 3))


# -- locks ------------------------------------------------------------------------------------


def test_neither_split_nor_merge_of_a_locked_segment(
    library: Library, pair: Sequence[int], rows: Rows
) -> None:
    library.segments.edit(pair[1], is_locked=True)
    before = rows(library)
    for refused in (
        lambda: library.segments.split(pair[1], 3),
        lambda: library.segments.split(pair[1], 0),
        lambda: library.segments.merge(pair[0]),
        lambda: library.segments.merge(pair[1]),
    ):
        with pytest.raises(LockedError) as caught:
            refused()
        assert caught.value.message == "Cannot edit a locked segment. Unlock it first."
        assert caught.value.details == {"segment_id": pair[1]}
    assert rows(library) == before


def test_a_half_that_was_locked_since_is_not_joined_again_by_undo(
    library: Library, pair: Sequence[int]
) -> None:
    _, second = library.segments.split(pair[0], 8)
    library.segments.edit(second.id, is_locked=True)
    with pytest.raises(LockedError):
        library.history.undo(1)
    assert texts(library)[:2] == ["He came.", "She left."]
    library.segments.edit(second.id, is_locked=False)
    library.history.undo(1)
    assert texts(library)[:1] == ["He came. She left."]


def test_one_that_was_locked_since_is_not_merged_by_redo(
    library: Library, pair: Sequence[int]
) -> None:
    library.segments.merge(pair[0])
    library.history.undo(1)
    library.segments.edit(pair[1], is_locked=True)
    with pytest.raises(LockedError):
        library.history.redo(1)
    assert len(texts(library)) == 3


def test_a_copy_that_was_locked_since_goes_by_undo_as_by_deletion(
    library: Library, pair: Sequence[int]
) -> None:
    copy = library.segments.duplicate(pair[0])
    library.segments.edit(copy.id, is_locked=True)
    library.history.undo(1)
    assert library.segments.ids(1) == pair


# -- cursor -----------------------------------------------------------------------------------


def test_a_change_names_first_the_segment_that_it_made(
    library: Library, pair: Sequence[int]
) -> None:
    copy = library.segments.duplicate(pair[0])
    _, second = library.segments.split(pair[0], 8)
    library.segments.merge(pair[1])
    named = [change.segment_ids for change in library.history.list(1)]
    assert named[:3] == [(pair[1], pair[2]), (second.id, pair[0]), (copy.id, pair[0])]


def test_a_merge_whose_trash_was_emptied_is_not_undone(
    library: Library, pair: Sequence[int], paint: Paint, tmp_path: Path
) -> None:
    library.segments.attach_image(pair[1], paint(tmp_path / "b.png"))
    library.segments.merge(pair[0])
    library.trash.empty()
    with pytest.raises(NothingToUndoError):
        library.history.undo(1)
    assert texts(library) == ["He came. She left.\n\nIt rained.", "The end."]


def test_counts_of_the_story_follow(
    library: Library, project: ProjectRecord, ids: Sequence[int], paint: Paint, tmp_path: Path
) -> None:
    library.segments.attach_image(ids[0], paint(tmp_path / "a.png"))
    library.segments.duplicate(ids[0])
    library.segments.split(ids[1], 9)
    library.segments.merge(ids[2])
    counted = library.projects.get(project.id)
    assert (counted.segment_count, counted.image_count) == (6, 2)
    assert counted.word_count == sum(len(text.split()) for text in texts(library))
