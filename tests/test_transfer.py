"""Stories into the real library and out of it again: titles, pictures, targets, notes."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from storyflow_tui import transfer
from storyflow_tui.errors import (
    InvalidOrderError,
    InvalidStoryError,
    InvalidTitleError,
    NotEmptyError,
    NotFoundError,
    ReadOnlyError,
)
from storyflow_tui.library import Library
from storyflow_tui.story import Story, StorySegment
from storyflow_tui.transfer.exporting import PREVIEWED


def picture(colour: str, kind: str = "PNG") -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (8, 6), colour).save(file, kind)
    return file.getvalue()


def tree(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.fixture
def illustrated(tmp_path: Path) -> Path:
    """A story in a folder of its own: three pictures, two of one name, a lock, a length."""
    folder = tmp_path / "in"
    for name, data in {
        "images/lamp.png": picture("red"),
        "other/LAMP.png": picture("blue"),
        "images/été 夜.JPG": picture("green", "JPEG"),
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    segments = [
        {"text_content": "one\n", "image_prompt": "p", "image_file": "images/lamp.png"},
        {"text_content": "two", "image_file": "other/LAMP.png", "is_locked": True},
        {"text_content": "three", "audio_duration": 2.5},
        {"text_content": "four", "image_file": "images/été 夜.JPG"},
    ]
    story = folder / "story.json"
    story.write_text(json.dumps({"title": "The Lamp", "segments": segments}), encoding="utf-8")
    return story


def text_file(folder: Path, text: str, name: str = "the lamp.txt") -> Path:
    path = folder / name
    path.write_bytes(text.encode())
    return path


def test_a_text_becomes_a_project(library: Library, tmp_path: Path) -> None:
    source = text_file(tmp_path, "Title: T\nText: a\nPrompt: p\n---\nText: b\n")
    imported = transfer.import_file(library, source)
    assert imported.project == library.projects.get(imported.project.id)
    assert imported.project.title == "T"
    assert imported.segments == library.segments.list(project_id=imported.project.id)
    assert [(each.text_content, each.image_prompt) for each in imported.segments] == [
        ("a", "p"),
        ("b", ""),
    ]
    assert imported.notes == []


def test_json_with_pictures_becomes_a_project(library: Library, illustrated: Path) -> None:
    imported = transfer.import_file(library, illustrated)
    stored = [library.file(each.image_file) for each in imported.segments]
    assert [path and path.read_bytes() for path in stored] == [
        picture("red"),
        picture("blue"),
        None,
        picture("green", "JPEG"),
    ]
    assert [each.is_locked for each in imported.segments] == [False, True, False, False]
    assert imported.segments[2].audio_duration == 2.5
    assert library.check() == []


def test_a_folder_stands_for_the_story_in_it(library: Library, illustrated: Path) -> None:
    assert transfer.import_file(library, illustrated.parent).project.title == "The Lamp"
    with pytest.raises(NotFoundError, match="without a story"):
        transfer.import_file(library, illustrated.parent / "images")


def test_the_title_is_the_given_one_else_the_storys_else_the_files(tmp_path: Path) -> None:
    titled = text_file(tmp_path, "Title: T\nText: a", "titled.txt")
    bare = text_file(tmp_path, "Text: a", "by its.name.txt")
    null = text_file(tmp_path, '{"title": null, "segments": []}', "null.json")
    assert transfer.read_story(titled, title=" Given ").story.title == "Given"
    assert transfer.read_story(titled).story.title == "T"
    assert transfer.read_story(bare).story.title == "by its.name"
    assert transfer.read_story(null).story.title == "null"


@pytest.mark.parametrize("text", ["Title:\nText: a", "Title: " + "x" * 201 + "\nText: a"])
def test_a_title_of_its_own_that_cannot_be_is_refused(
    library: Library, tmp_path: Path, text: str
) -> None:
    source = text_file(tmp_path, text)
    with pytest.raises(InvalidTitleError) as caught:
        transfer.import_file(library, source)
    assert caught.value.details["file"] == str(source)
    assert library.projects.list() == []
    assert transfer.import_file(library, source, title="T").project.title == "T"


def test_a_blank_given_title_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidTitleError):
        transfer.read_story(text_file(tmp_path, "Title: T\nText: a"), title=" ")


def test_standard_input_needs_a_title(library: Library) -> None:
    with pytest.raises(InvalidTitleError, match="--title"):
        transfer.import_bytes(library, b"Text: a")
    assert transfer.import_bytes(library, b"Text: a", title="T").project.title == "T"
    assert transfer.import_bytes(library, b"Title: U\nText: a").project.title == "U"


def test_standard_input_is_json_when_it_begins_with_a_brace(library: Library) -> None:
    data = b'\n {"title": "T", "segments": [{"text_content": "a"}]}'
    assert transfer.import_bytes(library, data).segments[0].text_content == "a"
    with pytest.raises(InvalidStoryError):
        transfer.read_stream(data, format="text")


def test_standard_input_has_no_folder_for_pictures(
    library: Library, illustrated: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(illustrated.parent)
    with pytest.raises(InvalidStoryError) as caught:
        transfer.import_bytes(library, illustrated.read_bytes())
    assert (caught.value.details["index"], caught.value.details["field"]) == (0, "image_file")
    assert caught.value.details["file"] == "standard input"


def test_a_format_can_be_named(tmp_path: Path) -> None:
    source = text_file(tmp_path, '{"segments": []}', "story.txt")
    assert transfer.read_story(source, format="json").story.segments == []
    with pytest.raises(NotFoundError, match="yaml"):
        transfer.read_story(source, format="yaml")


def test_what_cannot_be_read_names_its_file_and_leaves_nothing(
    library: Library, tmp_path: Path
) -> None:
    source = text_file(tmp_path, "Text: a\n---\nPrompt: b")
    with pytest.raises(InvalidStoryError) as caught:
        transfer.import_file(library, source)
    assert caught.value.details["file"] == str(source)
    assert caught.value.details["line"] == 3
    with pytest.raises(NotFoundError):
        transfer.import_file(library, tmp_path / "absent.txt")
    assert library.projects.list() == []


@pytest.mark.parametrize("fault", ["absent", "broken", "outside"])
def test_a_picture_that_cannot_be_taken_refuses_the_whole_story(
    library: Library, illustrated: Path, tmp_path: Path, fault: str
) -> None:
    lamp = illustrated.parent / "other" / "LAMP.png"
    if fault == "broken":
        lamp.write_bytes(picture("blue")[:45])
    else:
        lamp.unlink()
    if fault == "outside":
        (tmp_path / "victim.png").write_bytes(picture("blue"))
        lamp.symlink_to(tmp_path / "victim.png")
    with pytest.raises(InvalidStoryError) as caught:
        transfer.import_file(library, illustrated)
    assert (caught.value.details["index"], caught.value.details["field"]) == (1, "image_file")
    assert "LAMP.png" in str(caught.value.details["why"])
    assert caught.value.details["file"] == str(illustrated)
    assert library.projects.list() == []
    assert library.check() == []


def test_unknown_keys_are_noted(library: Library) -> None:
    data = b'{"title": "T", "author": "A", "segments": [{"text_content": "a", "scene": 1}]}'
    assert transfer.import_bytes(library, data).notes == [
        "Left out of the story: unknown key 'author'.",
        "Left out of the segments: unknown key 'scene' (1 time).",
    ]


def test_a_story_is_inserted_whatever_its_title(
    library: Library, tmp_path: Path, sample_story: Callable[[int], Story]
) -> None:
    project = library.projects.import_story(sample_story(2))
    source = text_file(tmp_path, "Title:\nText: new\nText: one")
    inserted = transfer.insert_file(library, project.id, 2, source)
    assert inserted.project.title == project.title
    assert inserted.segments == library.segments.list(project_id=project.id)
    assert inserted.segments[1].text_content == "new one"
    inserted = transfer.insert_bytes(library, project.id, 4, b"Text: last")
    assert inserted.segments[3].text_content == "last"
    with pytest.raises(InvalidOrderError):
        transfer.insert_bytes(library, project.id, 6, b"Text: too far")
    with pytest.raises(InvalidStoryError):
        transfer.insert_bytes(library, project.id, 1, b"too far")


def test_nobodys_export_is_json_with_what_is_left_out(library: Library, illustrated: Path) -> None:
    project = transfer.import_file(library, illustrated).project
    exported = transfer.export_project(library, project.id, None)
    assert exported.paths == []
    assert exported.notes == ["Left out: 3 pictures. An export to a folder takes them along."]
    again = transfer.import_bytes(library, exported.data or b"")
    assert [(each.text_content, each.is_locked) for each in again.segments] == [
        ("one\n", False),
        ("two", True),
        ("three", False),
        ("four", False),
    ]


def test_a_text_export_says_what_it_leaves_out(library: Library, illustrated: Path) -> None:
    project = transfer.import_file(library, illustrated).project
    exported = transfer.export_project(library, project.id, None, format="text")
    assert exported.notes == [
        "Left out: 3 pictures, 1 lock and 1 audio length. The text form holds narrations and"
        " prompts.",
        "Left out: the white space around 1 text.",
    ]
    assert transfer.read_stream(exported.data or b"").story == Story(
        "The Lamp",
        [StorySegment("one", "p"), *map(StorySegment, ("two", "three", "four"))],
    )


def test_an_empty_project_goes_out_and_in(library: Library) -> None:
    project = library.projects.create("Empty")
    for name in ("text", "json"):
        exported = transfer.export_project(library, project.id, None, format=name)
        assert exported.notes == []
        again = transfer.import_bytes(library, exported.data or b"", format=name)
        assert (again.project.title, again.segments) == ("Empty", [])


def test_the_ending_of_a_file_decides(library: Library, tmp_path: Path) -> None:
    project = transfer.import_bytes(library, b"Title: T\nText: a").project
    for name, start in {"a.json": b"{", "a.txt": b"Title: T", "a": b"Title: T"}.items():
        exported = transfer.export_project(library, project.id, tmp_path / name)
        assert (exported.data, exported.paths) == (None, [tmp_path / name])
        assert (tmp_path / name).read_bytes().startswith(start)
    transfer.export_project(library, project.id, tmp_path / "b.txt", format="json")
    assert (tmp_path / "b.txt").read_bytes() == (tmp_path / "a.json").read_bytes()


def test_a_file_is_replaced_with_force_only(library: Library, tmp_path: Path) -> None:
    project = transfer.import_bytes(library, b"Title: T\nText: a").project
    target = text_file(tmp_path, "mine")
    with pytest.raises(NotEmptyError):
        transfer.export_project(library, project.id, target)
    assert target.read_text() == "mine"
    transfer.export_project(library, project.id, target, force=True)
    assert target.read_text() == "Title: T\n\nText: a\n"


def test_an_absent_project_writes_nothing(library: Library, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="Project 7 not found"):
        transfer.export_project(library, 7, tmp_path / "out.txt")
    assert not (tmp_path / "out.txt").exists()


@pytest.mark.parametrize("there", [False, True])
def test_a_folder_takes_the_pictures_and_comes_back_the_same(
    library: Library, illustrated: Path, tmp_path: Path, there: bool
) -> None:
    first = transfer.import_file(library, illustrated)
    out = tmp_path / "out"
    if there:
        out.mkdir()
    exported = transfer.export_project(library, first.project.id, out if there else f"{out}/")
    assert exported.notes == []
    assert [path.relative_to(out).as_posix() for path in exported.paths] == sorted(
        tree(out), key=lambda name: (name != "story.json", name)
    )
    written = tree(out)
    assert set(written) == {
        "story.json",
        "images/lamp.png",
        "images/LAMP-2.png",
        "images/été 夜.JPG",
    }
    second = transfer.import_file(library, out)

    def plain(imported: transfer.Imported) -> list[tuple[object, ...]]:
        return [
            (
                each.text_content,
                each.image_prompt,
                (file := library.file(each.image_file)) and file.read_bytes(),
                each.is_locked,
                each.audio_duration,
            )
            for each in imported.segments
        ]

    assert plain(second) == plain(first)
    transfer.export_project(library, second.project.id, f"{tmp_path}/again/")
    assert tree(tmp_path / "again") == written


def test_a_folder_with_a_story_is_refused_and_replaced_with_force(
    library: Library, illustrated: Path, tmp_path: Path
) -> None:
    project = transfer.import_file(library, illustrated).project
    transfer.export_project(library, project.id, f"{tmp_path}/out/")
    before = tree(tmp_path / "out")
    (segment, *_) = library.segments.list(project_id=project.id)
    library.segments.edit(segment.id, text_content="changed")
    with pytest.raises(NotEmptyError, match=r"story\.json"):
        transfer.export_project(library, project.id, tmp_path / "out")
    assert tree(tmp_path / "out") == before
    transfer.export_project(library, project.id, tmp_path / "out", force=True)
    after = tree(tmp_path / "out")
    assert b"changed" in after.pop("story.json")
    assert after == {name: data for name, data in before.items() if name != "story.json"}


def test_a_missing_picture_is_left_out_and_said(
    library: Library, illustrated: Path, tmp_path: Path
) -> None:
    imported = transfer.import_file(library, illustrated)
    missing = library.file(imported.segments[1].image_file)
    assert missing is not None
    missing.unlink()
    missing.symlink_to(illustrated.parent / "images" / "lamp.png")
    exported = transfer.export_project(library, imported.project.id, f"{tmp_path}/out/")
    (note,) = exported.notes
    assert note.startswith("Left out: the picture of segment 2;")
    assert set(tree(tmp_path / "out" / "images")) == {"lamp.png", "été 夜.JPG"}
    assert transfer.read_story(tmp_path / "out").story.segments[1].image_file is None


def test_text_to_a_folder_is_a_file_in_it(library: Library, tmp_path: Path) -> None:
    project = transfer.import_bytes(library, b"Title: T\nText: a").project
    exported = transfer.export_project(library, project.id, f"{tmp_path}/out/", format="text")
    assert exported.paths == [tmp_path / "out" / "story.txt"]
    assert tree(tmp_path / "out") == {"story.txt": b"Title: T\n\nText: a\n"}


def test_an_export_changes_nothing_in_the_library(
    library: Library, illustrated: Path, tmp_path: Path
) -> None:
    project = transfer.import_file(library, illustrated).project
    before = (library.projects.list(), library.segments.list(project_id=project.id))
    media = tree(library.media)
    transfer.export_project(library, project.id, f"{tmp_path}/out/")
    assert (library.projects.list(), library.segments.list(project_id=project.id)) == before
    assert tree(library.media) == media


def test_every_sample_comes_back_the_same(library: Library, tmp_path: Path) -> None:
    for number, path in enumerate(transfer.samples()):
        imported = transfer.import_file(library, path)
        assert imported.notes == []
        out = tmp_path / str(number)
        transfer.export_project(library, imported.project.id, f"{out}/")
        given = transfer.read_story(path).story
        again = transfer.read_story(out).story
        assert (given.title, len(given.segments)) == (again.title, len(again.segments))
        for one, other in zip(given.segments, again.segments, strict=True):
            assert (one.text_content, one.image_prompt, one.is_locked, one.audio_duration) == (
                other.text_content,
                other.image_prompt,
                other.is_locked,
                other.audio_duration,
            )
            assert (one.image_file is None) == (other.image_file is None)
            if one.image_file and other.image_file:
                copy = out / other.image_file
                assert copy.read_bytes() == (path.parent / one.image_file).read_bytes()


def test_ten_thousand_segments_go_in_and_out(
    library: Library, sample_story: Callable[[int], Story]
) -> None:
    project = library.projects.import_story(sample_story(10_000))
    exported = transfer.export_project(library, project.id, None, format="text")
    again = transfer.import_bytes(library, exported.data or b"")
    assert len(again.segments) == 10_000
    assert again.segments[-1].text_content == "Narration of segment 10000."


@pytest.mark.parametrize("ending", [".json", ".txt"])
def test_path_that_cannot_be_looked_at_is_refused(ending: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidStoryError) as refused:
        transfer.read_story(tmp_path / ("x" * 300 + ending))
    assert "File name too long" in str(refused.value.details)


@pytest.mark.parametrize(
    ("name", "title"),
    [
        (b"\x1b[31mlamp\x07.txt", "[31mlamp"),
        (b"\xff\xfe.txt", "??"),
        (b"\x1b\x07.txt", "Untitled"),
        (("x" * 240 + ".txt").encode(), "x" * 200),
        ("one\u2028two\x9b.txt".encode(), "onetwo"),
    ],
)
def test_a_story_in_a_file_of_any_name_has_a_title(
    tmp_path: Path, library: Library, name: bytes, title: str
) -> None:
    path = tmp_path / os.fsdecode(name)
    path.write_text("Text: a")
    assert transfer.import_file(library, path).project.title == title


class GivenUpError(Exception):
    """Whoever waits has had enough."""


def give_up_after(count: int) -> Callable[[int, int], None]:
    def tell(done: int, total: int) -> None:
        if done == count:
            raise GivenUpError

    return tell


@pytest.mark.parametrize("after", [0, 2, 3])
def test_an_import_that_is_given_up_leaves_nothing(
    library: Library, illustrated: Path, after: int
) -> None:
    with pytest.raises(GivenUpError):
        transfer.import_file(library, illustrated, progress=give_up_after(after))
    assert library.projects.list() == []
    assert library.check() == []
    assert not [*(library.media / ".staging").iterdir()]


@pytest.mark.parametrize("there", [False, True])
@pytest.mark.parametrize("after", [0, 2, 3])
def test_an_export_that_is_given_up_leaves_nothing(
    library: Library, illustrated: Path, tmp_path: Path, after: int, there: bool
) -> None:
    project = transfer.import_file(library, illustrated).project
    out = tmp_path / "here"
    if there:
        out.mkdir()
    with pytest.raises(GivenUpError):
        transfer.export_project(library, project.id, f"{out}/", progress=give_up_after(after))
    assert out.exists() == there
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []
    assert not there or not [*out.iterdir()]


def test_progress_counts_the_pictures(library: Library, illustrated: Path, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []

    def tell(done: int, total: int) -> None:
        told.append((done, total))

    project = transfer.import_file(library, illustrated, progress=tell).project
    assert told == [(0, 3), (1, 3), (2, 3), (3, 3)]
    told.clear()
    transfer.export_project(library, project.id, f"{tmp_path}/out/", progress=tell)
    assert told == [(0, 3), (1, 3), (2, 3), (3, 3)]


def test_some_segments_go_out_with_their_pictures_only(
    library: Library, illustrated: Path, tmp_path: Path
) -> None:
    imported = transfer.import_file(library, illustrated)
    ids = [imported.segments[1].id, imported.segments[2].id]
    transfer.export_project(library, imported.project.id, f"{tmp_path}/out/", segments=ids)
    assert set(tree(tmp_path / "out")) == {"story.json", "images/LAMP.png"}
    again = transfer.read_story(tmp_path / "out").story
    assert [each.text_content for each in again.segments] == ["two", "three"]
    other = library.projects.create("Other")
    with pytest.raises(NotFoundError, match=f"Segment {ids[0]} not found"):
        transfer.export_project(library, other.id, None, segments=ids)


@pytest.mark.parametrize(
    ("target", "format_name"),
    [("out/", "json"), ("out/", "text"), ("out.txt", None), ("out.json", None), ("out", "json")],
)
@pytest.mark.parametrize("some", [False, True])
def test_a_preview_says_what_the_export_then_writes(
    library: Library, illustrated: Path, tmp_path: Path, target: str, format_name: str, some: bool
) -> None:
    imported = transfer.import_file(library, illustrated)
    ids = [each.id for each in imported.segments[1:]] if some else None
    given = {"format": format_name, "segments": ids}
    where = f"{tmp_path}/{target}"
    preview = transfer.preview_export(library, imported.project.id, where, **given)  # type: ignore[arg-type]
    assert preview.occupied is None
    exported = transfer.export_project(library, imported.project.id, where, **given)  # type: ignore[arg-type]
    root = tmp_path / "out" if target == "out/" else tmp_path
    written = [path.relative_to(root).as_posix() for path in exported.paths]
    assert sorted(preview.names) == sorted(written)
    assert preview.file_count == len(written)
    assert (preview.notes, preview.is_whole) == (exported.notes, True)
    assert preview.begin == exported.paths[0].read_bytes()
    after = transfer.preview_export(library, imported.project.id, where, **given)  # type: ignore[arg-type]
    assert after.occupied == exported.paths[0]


def test_a_preview_of_a_long_story_reads_its_first_segments_and_counts_the_rest(
    library: Library, sample_story: Callable[[int], Story], monkeypatch: pytest.MonkeyPatch
) -> None:
    project = library.projects.import_story(sample_story(300))
    monkeypatch.setattr(type(library.segments), "list", None)
    preview = transfer.preview_export(
        library, project.id, "out.txt", options={"prompts": "without"}
    )
    assert not preview.is_whole
    assert preview.begin.count(b"Text:") == PREVIEWED
    assert preview.notes[0].startswith("Left out: 300 prompts")


@pytest.mark.parametrize("name", ["x" * 300, "x" * 300 + "/", "x" * 300 + "/out.txt"])
def test_a_target_that_no_disk_takes_is_refused(
    library: Library, tmp_path: Path, name: str
) -> None:
    project = transfer.import_bytes(library, b"Title: T\nText: a").project
    assert transfer.preview_export(library, project.id, f"{tmp_path}/{name}").occupied is None
    with pytest.raises((ReadOnlyError, NotFoundError)):
        transfer.export_project(library, project.id, f"{tmp_path}/{name}")
