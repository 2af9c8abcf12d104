"""Random operations on a library and on its model at once, and a look at what became of both."""

from __future__ import annotations

import hashlib
import os
import random
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple
from unittest import mock

from PIL import Image

from storyflow_tui.errors import StoryflowError
from storyflow_tui.library import Library
from storyflow_tui.library.clock import now
from storyflow_tui.library.retention import Retention
from storyflow_tui.story import Story, StorySegment
from tests.model import Line, Model, Picture, Row, path_of

NAMES = ("a.png", "b.png")
TEXTS = ("a", "b c", "雨が降る", "x\ny", "one two three four", "five " * 300)
PROJECTS, SEGMENTS = 3, 8
"""So many there are at most, so that they meet each other often."""


class Intent(NamedTuple):
    """An operation with what it is given."""

    name: str
    values: tuple[Any, ...] = ()


def draw_pictures(folder: Path, count: int = 120) -> None:
    """Pictures that all differ, each under two names; every tenth is large."""
    noise = random.Random(count)
    for number in range(count):
        place = folder / str(number)
        place.mkdir(parents=True)
        size = (120, 120) if number % 10 == 0 else (9, 7)
        data = noise.randbytes(size[0] * size[1] * 3)
        Image.frombytes("RGB", size, data).save(place / NAMES[0], compress_level=0)
        os.link(place / NAMES[0], place / NAMES[1])


def digests(folder: Path) -> dict[str, int]:
    """Which picture it is, by the digest of its bytes."""
    return {digest(each / NAMES[0]): int(each.name) for each in folder.iterdir()}


def digest(path: Path) -> str:
    """What tells a file's bytes from all others."""
    return hashlib.sha1(path.read_bytes()).hexdigest()


# -- choosing ---------------------------------------------------------------------------------


class Chooser:
    """Chooses what to do next, from a seed and from what is there."""

    def __init__(self, model: Model, seed: object, pictures: int) -> None:
        self._model = model
        self._random = random.Random(repr(seed))
        self._pictures = pictures

    def next(self) -> Intent:
        """An operation that the model knows the outcome of; now and then a refused one."""
        names = list(_WEIGHTS)
        while True:
            (name,) = self._random.choices(names, _WEIGHTS.values())  # type: ignore[arg-type]
            values = getattr(self, f"_{name}")()
            if values is not None and stays_straight(self._model, Intent(name, values)):
                return Intent(name, values)

    def _project(self) -> int | None:
        return self._random.choice(sorted(self._model.projects)) if self._model.projects else None

    def _segment(self) -> tuple[int, int] | None:
        project_id = self._project()
        if project_id is None or not self._model.rows(project_id):
            return None
        return project_id, self._random.choice(self._model.order(project_id))

    def _project_with_room(self) -> int | None:
        project_id = self._project()
        if project_id is None or len(self._model.rows(project_id)) >= SEGMENTS:
            return None
        return project_id

    def _picture(self) -> Picture:
        return Picture(self._random.choice(NAMES), self._random.randrange(self._pictures))

    def _some_story(self, most: int) -> tuple[Sequence[str], Sequence[Picture | None]]:
        count = self._random.randint(1, most)
        texts = [self._random.choice(TEXTS) for _ in range(count)]
        return texts, [self._picture() if self._random.random() < 0.6 else None for _ in texts]

    def _title(self) -> str:
        return self._random.choice(("The Lamp", "Night Mail", "Fog", "雨"))

    def _create(self) -> tuple[Any, ...] | None:
        return (self._title(),) if len(self._model.projects) < PROJECTS else None

    def _import(self) -> tuple[Any, ...] | None:
        if len(self._model.projects) >= PROJECTS:
            return None
        return self._title(), *self._some_story(4)

    def _rename(self) -> tuple[Any, ...] | None:
        project_id = self._project()
        return project_id and (project_id, self._title())  # type: ignore[return-value]

    def _delete_project(self) -> tuple[Any, ...] | None:
        project_id = self._project()
        return project_id and (project_id,)  # type: ignore[return-value]

    def _insert(self) -> tuple[Any, ...] | None:
        if (project_id := self._project_with_room()) is None:
            return None
        position = self._random.randint(1, len(self._model.rows(project_id)) + 1)
        return project_id, position, *self._some_story(2)

    def _edit(self) -> tuple[Any, ...] | None:
        found = self._segment()
        texts = (self._random.choice(TEXTS), None, self._random.choice(TEXTS))
        start = self._random.randint(0, 1)
        return found and (*found, texts[start], texts[start + 1])

    def _lock(self) -> tuple[Any, ...] | None:
        found = self._segment()
        return found and (*found, self._random.random() < 0.3)

    def _attach(self) -> tuple[Any, ...] | None:
        found = self._segment()
        if found is None:
            return None
        picture, now = self._picture(), self._model.rows(found[0])[found[1]].picture
        return None if picture == now else (*found, picture)

    def _some(self) -> tuple[int, list[int]] | None:
        """Some segments of a project, in the order of its timeline."""
        found = self._segment()
        if found is None:
            return None
        order = self._model.order(found[0])
        some = {found[1], *self._random.choices(order, k=2)}
        return found[0], [key for key in order if key in some]

    def _attach_many(self) -> tuple[Any, ...] | None:
        if (found := self._some()) is None:
            return None
        project_id, keys = found
        rows = self._model.rows(project_id)
        pictures = {key: self._picture() for key in keys}
        if any(rows[key].picture == picture for key, picture in pictures.items()):
            return None
        return project_id, pictures

    def _delete_many(self) -> tuple[Any, ...] | None:
        return self._some()

    def _move_many(self) -> tuple[Any, ...] | None:
        if (found := self._some()) is None:
            return None
        room = len(self._model.rows(found[0])) - len(found[1]) + 1
        return (*found, self._random.randint(1, room))

    def _copy_many(self) -> tuple[Any, ...] | None:
        found = self._some()
        if found is None or len(self._model.rows(found[0])) >= SEGMENTS:
            return None
        return (*found, self._random.randint(1, len(self._model.rows(found[0])) + 1))

    def _remove(self) -> tuple[Any, ...] | None:
        return self._segment()

    def _delete(self) -> tuple[Any, ...] | None:
        return self._segment()

    def _move(self) -> tuple[Any, ...] | None:
        found = self._segment()
        return found and (*found, self._random.randint(1, len(self._model.rows(found[0]))))

    def _reorder(self) -> tuple[Any, ...] | None:
        found = self._segment()
        if found is None:
            return None
        order = self._model.order(found[0])
        self._random.shuffle(order)
        return found[0], order

    def _add(self) -> tuple[Any, ...] | None:
        if (project_id := self._project_with_room()) is None:
            return None
        position = self._random.randint(1, len(self._model.rows(project_id)) + 1)
        return project_id, position, self._random.choice(TEXTS)

    def _duplicate(self) -> tuple[Any, ...] | None:
        found = self._segment()
        return found if found and len(self._model.rows(found[0])) < SEGMENTS else None

    def _split(self) -> tuple[Any, ...] | None:
        found = self._duplicate()
        return found and (*found, self._random.randint(0, 8))

    def _merge(self) -> tuple[Any, ...] | None:
        return self._segment()

    def _undo(self) -> tuple[Any, ...] | None:
        return (self._project() if self._random.random() < 0.7 else None,)

    _redo = _undo

    def _restore(self) -> tuple[Any, ...] | None:
        ids = [key for line in self._model.lines for key, _, _ in self._model.states(line)]
        if not ids:
            return None
        change_id = self._random.choice(sorted(ids)[-12:])  # of the older ones most is there
        return (change_id,)

    def _retain(self) -> tuple[Any, ...]:
        return (self._random.randint(20, 40),)

    def _empty(self) -> tuple[Any, ...]:
        return ()

    _backup = _repair = _empty


def stays_straight(model: Model, intent: Intent) -> bool:
    """Whether a story that the operation brings back is what its own history ends with.

    One that comes back as it was earlier, or without some pictures, is not: undo of what it knows
    nothing of is a conflict then, which is beyond the model.
    """
    if intent.name not in ("undo", "redo", "restore"):
        return True
    trial = model.copy()
    foretell(trial, intent)
    back = trial.projects.keys() - model.projects.keys()
    return all(_goes_on(trial, project_id) for project_id in back)


def _goes_on(model: Model, project_id: int) -> bool:
    line = model.lines.get(project_id, Line())
    ends = [change.after for change in line.done[-1:]]
    ends += [change.before for change in line.undone[-1:]]

    def unlocked(rows: Mapping[int, Row]) -> dict[int, Row]:
        return {key: row._replace(locked=False) for key, row in rows.items()}

    now = unlocked(model.rows(project_id))
    return all(end is not None and unlocked(end.rows) == now for end in ends)


_WEIGHTS = {
    "create": 1,
    "import": 4,
    "rename": 2,
    "delete_project": 2,
    "insert": 4,
    "edit": 6,
    "lock": 2,
    "attach": 12,
    "attach_many": 5,
    "delete_many": 2,
    "move_many": 2,
    "copy_many": 2,
    "remove": 5,
    "delete": 4,
    "move": 3,
    "reorder": 2,
    "add": 2,
    "duplicate": 4,
    "split": 4,
    "merge": 4,
    "undo": 12,
    "redo": 8,
    "restore": 6,
    "retain": 0.5,
    "empty": 0.5,
    "backup": 0.5,
    "repair": 0.3,
}


# -- doing ------------------------------------------------------------------------------------


def foretell(model: Model, intent: Intent) -> str | None:
    """Do the operation on the model; returns the code of its refusal, if any."""
    match intent.name, intent.values:
        case "create", (title,):
            model.import_story(title, label="Create")
        case "import", values:
            model.import_story(*values)
        case "undo" | "redo", (line,):
            return model.replay(line, forward=intent.name == "redo")
        case (("backup" | "repair"), ()):
            pass
        case name, values:
            answer = getattr(model, name)(*values)
            return answer if isinstance(answer, str) else None
    return None


def perform(library: Library, pictures: Path, intent: Intent) -> str | None:
    """Do the operation on the library; returns the code of its refusal, if any."""
    try:
        _perform(library, pictures, intent)
    except StoryflowError as error:
        return error.code
    return None


def _perform(library: Library, pictures: Path, intent: Intent) -> None:
    projects, segments, history = library.projects, library.segments, library.history
    match intent.name, intent.values:
        case "create", (title,):
            projects.create(title)
        case "import", (title, texts, chosen):
            projects.import_story(_story(title, texts, chosen, pictures))
        case "rename", (project_id, title):
            projects.rename(project_id, title)
        case "delete_project", (project_id,):
            projects.delete(project_id)
        case "insert", (project_id, position, texts, chosen):
            projects.insert(project_id, position, _story("", texts, chosen, pictures))
        case "edit", (_, key, text, prompt):
            segments.edit(key, text_content=text, image_prompt=prompt)
        case "lock", (_, key, locked):
            segments.edit(key, is_locked=locked)
        case "attach", (_, key, picture):
            segments.attach_image(key, pictures / str(picture.content) / picture.name)
        case "attach_many", (_, chosen):
            named = {key: f"{picture.content}/{picture.name}" for key, picture in chosen.items()}
            segments.attach_images([(key, pictures / name) for key, name in named.items()])
        case "delete_many", (_, keys):
            segments.delete_many(keys)
        case "move_many", (_, keys, position):
            segments.move_many(keys, position)
        case "copy_many", (project_id, keys, position):
            segments.copy(keys, project_id, position)
        case "remove", (_, key):
            segments.remove_image(key)
        case "delete", (_, key):
            segments.delete(key)
        case "move", (_, key, position):
            segments.move(key, position)
        case "reorder", (project_id, order):
            segments.reorder(project_id, order)
        case "add", (project_id, position, text):
            segments.add(project_id, text, position=position)
        case "duplicate", (_, key):
            segments.duplicate(key)
        case "split", (_, key, offset):
            segments.split(key, offset)
        case "merge", (_, key):
            segments.merge(key)
        case "undo", (line,):
            history.undo(line)
        case "redo", (line,):
            history.redo(line)
        case "restore", (change_id,):
            library.trash.restore(change_id)
        case "retain", (kept,):
            retention = Retention(library._database, library._media, library._journal, now)
            with mock.patch("storyflow_tui.library.retention.KEPT", kept):
                retention.apply(0)
        case "empty", ():
            library.trash.empty()
        case "repair", ():
            library.repair()
        case "backup", ():
            library.backup(library.path.parent / "backup.zip", force=True)
        case name, _:
            raise AssertionError(name)


def _story(
    title: str, texts: Sequence[str], chosen: Sequence[Picture | None], pictures: Path
) -> Story:
    named = [picture and f"{picture.content}/{picture.name}" for picture in chosen]
    segments = [
        StorySegment(text, image_file=name) for text, name in zip(texts, named, strict=True)
    ]
    return Story(title, segments, pictures)


# -- looking ----------------------------------------------------------------------------------

View = dict[str, Any]


def expected(model: Model) -> View:
    """What there is to see of a library that is as the model says."""
    return {
        "projects": {
            project_id: (project.title, dict(project.rows))
            for project_id, project in model.projects.items()
        },
        "files": model.files(),
        "trash": model.trash(),
        "history": {line: states for line in model.lines if (states := model.states(line))},
        "wrong": [],
    }


def seen(library: Library, known: Mapping[str, int]) -> View:
    """What there is to see of a library, its pictures told by their digests."""
    projects = {
        project.id: (
            project.title,
            {row.id: _row(row, library, known) for row in library.segments.list(project.id)},
        )
        for project in library.projects.list()
    }
    files = {
        path.relative_to(library.media).as_posix(): known.get(digest(path), -1)
        for path in library.media.rglob("*")
        if path.is_file()
    }
    places = tuple(place for _, _, place in held(library))
    staging = [entry.name for entry in (library.media / ".staging").iterdir()]
    waiting = library.pending_moves()
    return {
        "projects": projects,
        "files": {name: which for name, which in files.items() if name.startswith("projects/")},
        "trash": {
            which
            for name, which in files.items()
            if name in places or name.startswith(tuple(place + "/" for place in places))
        },
        "history": _history(library),
        "wrong": [
            *library.check(),
            *([f"{waiting} moves wait"] if waiting else []),
            *(f"{name} is left in staging" for name in staging),
        ],
    }


def _row(record: Any, library: Library, known: Mapping[str, int]) -> Row:
    picture = None
    if record.image_file is not None:
        name = record.image_file.rsplit("/", 1)[-1].partition("_")[2]
        file = library.file(record.image_file)
        which = known.get(digest(file), -1) if file is not None and file.is_file() else -2
        picture = Picture(name, which)
        if record.image_file != path_of(record.project_id, record.id, picture):
            picture = Picture(record.image_file, which)
    return Row(
        record.sequence_index, record.text_content, record.image_prompt, record.is_locked, picture
    )


def _history(library: Library) -> dict[int | None, list[tuple[int, str, str]]]:
    # Read past the library, which tells nothing of the changes inside a story that is deleted.
    lines: dict[int | None, list[tuple[int, str, str]]] = {}
    with closing(sqlite3.connect(library.path / "storyflow.db")) as connection:
        for line, *told in connection.execute(
            "SELECT project_id, id, label, state FROM change ORDER BY id"
        ):
            lines.setdefault(line, []).append(tuple(told))
    return lines


def partly_emptied(model: Model, library: Library) -> Model:
    """The model after an emptying that was cut short: what is gone from the trash is gone."""
    cut = model.copy()
    for change_id, path, place in held(library):
        # Of a folder all is there or nothing: half a story must not come back.
        if not (library.media / place).exists():
            cut.held[change_id, path] = None
    return cut


def held(library: Library) -> list[tuple[int, str, str]]:
    """What the changes hold in the trash: change, path and place."""
    with closing(sqlite3.connect(library.path / "storyflow.db")) as connection:
        return connection.execute(
            "SELECT change_id, path, place FROM trashed_file WHERE path != '' AND place != ''"
        ).fetchall()


def difference(expectation: View, view: View) -> str:
    """What is seen otherwise than it should be, in a line a part; empty: nothing."""
    return "\n".join(
        f"{part}: {view[part]!r} and not {expectation[part]!r}"
        for part in expectation
        if view[part] != expectation[part]
    )
