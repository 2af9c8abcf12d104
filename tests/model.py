"""What a library is after any sequence of operations: lists and dicts, no library in sight.

What can be refused returns the code of the refusal, or None. Of times it knows nothing, and a
picture is never replaced by itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from typing import NamedTuple


class Picture(NamedTuple):
    """A picture of a segment: the name it came under, and which one it is."""

    name: str
    content: int


class Row(NamedTuple):
    """A segment."""

    place: int
    text: str
    prompt: str = ""
    locked: bool = False
    picture: Picture | None = None
    length: float | None = None


Rows = Mapping[int, Row]


class Project(NamedTuple):
    """A project with its segments."""

    title: str
    rows: Rows


class Change(NamedTuple):
    """One change: a project before and after it, None where it is not there."""

    id: int
    label: str
    project_id: int
    before: Project | None
    after: Project | None
    shares: Set[int] = frozenset()
    """The segments whose text came from another or went into one: a lock keeps them."""


class Line:
    """One line of history."""

    def __init__(self, done: Sequence[Change] = ()) -> None:
        self.done = list(done)
        self.undone: list[Change] = []
        self.aside: list[Change] = []

    def copy(self) -> Line:
        other = Line(self.done)
        other.undone, other.aside = list(self.undone), list(self.aside)
        return other

    def add(self, change: Change) -> None:
        self.done.append(change)
        self.aside += self.undone
        self.undone.clear()

    def states(self) -> list[tuple[int, str, str]]:
        """Every change with its label and state, oldest first."""
        named = {"done": self.done, "undone": self.undone, "set_aside": self.aside}
        return sorted((c.id, c.label, state) for state, some in named.items() for c in some)


Files = Mapping[str, int]
"""Pictures by their paths."""


def folder_of(project_id: int) -> str:
    return f"projects/{project_id}"


def path_of(project_id: int, key: int, picture: Picture) -> str:
    return f"{folder_of(project_id)}/images/{key}_{picture.name}"


def files_of(project_id: int, rows: Rows) -> dict[str, int]:
    """The pictures that rows name."""
    return {
        path_of(project_id, key, row.picture): row.picture.content
        for key, row in rows.items()
        if row.picture is not None
    }


def order_of(rows: Rows) -> list[int]:
    return sorted(rows, key=lambda key: (rows[key].place, key))


def _new(texts: Sequence[str], pictures: Sequence[Picture | None]) -> list[Row]:
    there = [*pictures, *[None] * len(texts)]
    return [Row(0, text, picture=there[number]) for number, text in enumerate(texts)]


def _without(missing: int) -> str:
    return f" without {missing} picture{'s' * (missing > 1)}" if missing else ""


class Model:
    """A library as the operations leave it."""

    def __init__(self) -> None:
        self.projects: dict[int, Project] = {}
        self.lines: dict[int | None, Line] = {None: Line()}
        self.held: dict[tuple[int, str], Files | None] = {}
        """What lies in the trash, by change and path; None once it was emptied."""
        self.next_project = self.next_segment = self.next_change = 1

    def copy(self) -> Model:
        """Another one that goes its own way; rows are shared, for they are never altered."""
        other = Model()
        other.projects = dict(self.projects)
        other.lines = {key: line.copy() for key, line in self.lines.items()}
        other.held = dict(self.held)
        other.next_project, other.next_segment = self.next_project, self.next_segment
        other.next_change = self.next_change
        return other

    # -- looking at it ------------------------------------------------------------------------

    def rows(self, project_id: int) -> Rows:
        return self.projects[project_id].rows

    def order(self, project_id: int) -> list[int]:
        """The ids of a project's segments as a timeline lists them."""
        return order_of(self.rows(project_id))

    def position(self, project_id: int, key: int) -> int:
        return self.order(project_id).index(key) + 1

    def states(self, line: int | None) -> list[tuple[int, str, str]]:
        """Every change of a line with its label and state, oldest first."""
        return self.lines[line].states() if line in self.lines else []

    def files(self) -> dict[str, int]:
        """Every picture that a row names."""
        return {
            path: content
            for project_id, project in self.projects.items()
            for path, content in files_of(project_id, project.rows).items()
        }

    def trash(self) -> set[int]:
        """Every picture in the trash."""
        return {content for files in self.held.values() if files for content in files.values()}

    # -- content ------------------------------------------------------------------------------

    def edit(self, project_id: int, key: int, text: str | None, prompt: str | None) -> str | None:
        row = self.rows(project_id)[key]
        if row.locked:
            return "locked"
        new = row._replace(
            text=row.text if text is None else text,
            prompt=row.prompt if prompt is None else prompt,
        )
        pairs = {"narration": row.text != new.text, "prompt": row.prompt != new.prompt}
        names = " and ".join(name for name, differs in pairs.items() if differs)
        self._set(project_id, key, new, f"Edit {names} of segment")
        return None

    def lock(self, project_id: int, key: int, locked: bool) -> None:
        project = self.projects[project_id]
        row = project.rows[key]._replace(locked=locked)
        self.projects[project_id] = project._replace(rows={**project.rows, key: row})

    def attach(self, project_id: int, key: int, picture: Picture) -> str | None:
        row = self.rows(project_id)[key]
        if row.locked:
            return "locked"
        if row.picture is not None:
            self._hold(path_of(project_id, key, row.picture), row.picture.content)
        self._set(project_id, key, row._replace(picture=picture), "Choose a picture for segment")
        return None

    def attach_many(self, project_id: int, pictures: Mapping[int, Picture]) -> str | None:
        rows = self.rows(project_id)
        if any(rows[key].locked for key in pictures):
            return "locked"
        for key in pictures:
            if (gone := rows[key].picture) is not None:
                self._hold(path_of(project_id, key, gone), gone.content)
        what = "a picture" if len(pictures) == 1 else "pictures"
        label = f"Choose {what} for {self._named(project_id, [*pictures])}"
        new = {key: rows[key]._replace(picture=picture) for key, picture in pictures.items()}
        self._changed(project_id, {**rows, **new}, label)
        return None

    def remove(self, project_id: int, key: int) -> str | None:
        row = self.rows(project_id)[key]
        if row.locked:
            return "locked"
        if row.picture is None:
            return "no_image"
        self._hold(path_of(project_id, key, row.picture), row.picture.content)
        self._set(project_id, key, row._replace(picture=None), "Remove the picture of segment")
        return None

    def measure(self, project_id: int, lengths: Mapping[int, float | None]) -> None:
        rows, order = self.rows(project_id), self.order(project_id)
        altered = {key: value for key, value in lengths.items() if rows[key].length != value}
        verb = "Set" if any(value is not None for value in altered.values()) else "Clear"
        label = f"{verb} the lengths of {len(altered)} segments"
        if len(altered) == 1:
            label = f"{verb} the length of segment {order.index(*altered) + 1}"
        measured = {key: rows[key]._replace(length=value) for key, value in altered.items()}
        self._changed(project_id, {**rows, **measured}, label)

    # -- place --------------------------------------------------------------------------------

    def move(self, project_id: int, key: int, position: int) -> None:
        rows, order = self.rows(project_id), self.order(project_id)
        indices = [rows[each].place for each in order]
        label = f"Move segment {order.index(key) + 1} to {position}"
        order.remove(key)
        order.insert(position - 1, key)
        self._arrange(project_id, order, indices, label)

    def move_many(self, project_id: int, keys: Sequence[int], position: int) -> None:
        rows, order = self.rows(project_id), self.order(project_id)
        indices = [rows[each].place for each in order]
        moved = [each for each in order if each in keys]
        label = f"Move {self._named(project_id, moved)} to {position}"
        others = [each for each in order if each not in keys]
        order = [*others[: position - 1], *moved, *others[position - 1 :]]
        self._arrange(project_id, order, indices, label)

    def reorder(self, project_id: int, order: Sequence[int]) -> None:
        self._arrange(project_id, order, range(len(order)), "Reorder the segments")

    def delete(self, project_id: int, key: int) -> None:
        rows = self.rows(project_id)
        for path, content in files_of(project_id, {key: rows[key]}).items():
            self._hold(path, content)
        label = f"Delete segment {self.position(project_id, key)}"
        self._changed(project_id, {k: row for k, row in rows.items() if k != key}, label)

    def delete_many(self, project_id: int, keys: Sequence[int]) -> None:
        rows = self.rows(project_id)
        for path, content in files_of(project_id, {key: rows[key] for key in keys}).items():
            self._hold(path, content)
        label = f"Delete {self._named(project_id, keys)}"
        kept = {key: row for key, row in rows.items() if key not in keys}
        self._changed(project_id, kept, label)

    def copy_many(self, project_id: int, keys: Sequence[int], position: int) -> None:
        """Copies within the project."""
        rows = self.rows(project_id)
        copied = [rows[key]._replace(locked=False) for key in self.order(project_id) if key in keys]
        label = f"Copy {self._named(project_id, keys)}"
        self._put_in(project_id, position, copied, label)

    def insert(
        self,
        project_id: int,
        position: int,
        texts: Sequence[str],
        pictures: Sequence[Picture | None] = (),
    ) -> None:
        label = f"Insert segment {position}"
        if len(texts) > 1:
            label = f"Insert {len(texts)} segments at {position}"
        self._put_in(project_id, position, _new(texts, pictures), label)

    def add(self, project_id: int, position: int, text: str) -> None:
        self.insert(project_id, position, [text])

    def duplicate(self, project_id: int, key: int) -> None:
        row = self.rows(project_id)[key]
        position = self.position(project_id, key)
        rows, start = self._with_room(project_id, position + 1, 1)
        copy = {self._new_id(): row._replace(place=start, locked=False)}
        self._changed(project_id, {**rows, **copy}, f"Duplicate segment {position}")

    def split(self, project_id: int, key: int, offset: int) -> str | None:
        row = self.rows(project_id)[key]
        if row.locked:
            return "locked"
        first, second = row.text[:offset].rstrip(), row.text[offset:].lstrip()
        if not (0 < offset < len(row.text) and first and second):
            return "invalid_text"
        position = self.position(project_id, key)
        rows, start = self._with_room(project_id, position + 1, 1)
        new = self._new_id()
        rows = {**rows, key: row._replace(text=first), new: Row(start, second)}
        self._changed(project_id, rows, f"Split segment {position}", shares={new})
        return None

    def merge(self, project_id: int, key: int) -> str | None:
        rows, order = self.rows(project_id), self.order(project_id)
        position = self.position(project_id, key)
        if position == len(order):
            return "invalid_order"
        other = order[position]
        row, next_row = rows[key], rows[other]
        if row.locked or next_row.locked:
            return "locked"
        prompts = [row.prompt, next_row.prompt]
        if not next_row.prompt.strip() or row.prompt == next_row.prompt:
            prompts = [row.prompt]
        elif not row.prompt.strip():
            prompts = [next_row.prompt]
        for path, content in files_of(project_id, {other: next_row}).items():
            self._hold(path, content)
        merged = row._replace(
            text=f"{row.text}\n\n{next_row.text}",
            prompt="\n\n".join(prompts),
            picture=row.picture or next_row.picture,
        )
        after = {**{k: each for k, each in rows.items() if k != other}, key: merged}
        label = f"Merge segments {position} and {position + 1}"
        self._changed(project_id, after, label, shares={other})
        return None

    # -- projects -----------------------------------------------------------------------------

    def import_story(
        self,
        title: str,
        texts: Sequence[str] = (),
        pictures: Sequence[Picture | None] = (),
        label: str = "Import",
    ) -> int:
        """Returns the id of the project."""
        project = Project(title, self._new_rows(0, _new(texts, pictures)))
        self._listed(f"{label} “{title}”", self.next_project, None, project)
        self.next_project += 1
        return self.next_project - 1

    def rename(self, project_id: int, title: str) -> None:
        before = self.projects[project_id]
        if before.title != title:
            label = f"Rename “{before.title}” to “{title}”"
            self._listed(label, project_id, before, before._replace(title=title))

    def delete_project(self, project_id: int) -> None:
        project = self.projects[project_id]
        self._hold_project(self.next_change, project_id, project)
        self._listed(f"Delete “{project.title}”", project_id, project, None)

    # -- history and trash --------------------------------------------------------------------

    def replay(self, line: int | None, *, forward: bool) -> str | None:
        """Undo or redo."""
        history = self.lines.setdefault(line, Line())
        source, target = history.undone, history.done
        if not forward:
            source, target = target, source
        if not source:
            return "nothing_to_undo"
        change = source[-1]
        there = change.after if forward else change.before
        replayed = self._replay_project if line is None else self._replay_rows
        outcome = replayed(change, there)
        if isinstance(outcome, str):
            return outcome
        source.pop()
        target.append(
            change._replace(before=outcome) if forward else change._replace(after=outcome)
        )
        return None

    def empty(self) -> None:
        """Everything in the trash goes."""
        self.held = dict.fromkeys(self.held)

    def restore(self, change_id: int) -> str | None:
        """Bring back what a change took away, by a new one in the same line."""
        line, change, stands = self._find(change_id)
        here, lost = (change.after, change.before) if stands else (change.before, change.after)
        if line is None:
            if here is not None or lost is None:
                return "nothing_to_undo"
            return self._restore_project(change, lost)
        if line not in self.projects:
            return "not_found"
        assert here is not None
        assert lost is not None
        away = {key: lost.rows[key] for key in lost.rows.keys() - here.rows.keys()}
        altered = [
            key
            for key in order_of({k: row for k, row in lost.rows.items() if k in here.rows})
            if lost.rows[key][1:3] != here.rows[key][1:3]
            or lost.rows[key].picture != here.rows[key].picture
        ]
        if not away and not altered:
            return "nothing_to_undo"
        rows, labels, missing = self.rows(line), [], 0
        for key in altered:
            fields = self._fields_back(change, key, lost.rows[key], here.rows[key])
            if isinstance(fields, str):
                return fields
            if fields is not None:
                what, row = fields
                labels.append(what)
                rows = {**rows, key: row}
        if away:
            segments = self._segments_back(change, away, rows)
            if segments is None:
                return "conflict"
            what, rows, missing = segments
            labels.append(what)
        if not labels:
            return "nothing_to_undo"
        more = f" and {len(labels) - 1} more" if labels[1:] else ""
        for key in altered:
            if (gone := self.rows(line)[key].picture) not in (None, rows[key].picture):
                self._hold(path_of(line, key, gone), gone.content)
        self._changed(line, rows, f"Restore {labels[0]}{more}{_without(missing)}")
        return None

    def retain(self, kept: int, *, orphans: bool = True) -> None:
        """Let the oldest changes of each line go, and those of stories that cannot come back."""
        for line, history in self.lines.items():
            self._forget(line, {key for key, _, _ in history.states()[:-kept]})
        if orphans:
            listed = self.lines[None]
            holding = {
                change.project_id
                for change in (*listed.done, *listed.undone, *listed.aside)
                if change.before is None or change.after is None
            }
            for line in list(self.lines):
                if line is not None and line not in self.projects and line not in holding:
                    self._forget(line, {key for key, _, _ in self.states(line)})

    # -- inside -------------------------------------------------------------------------------

    def _replay_rows(self, change: Change, there: Project | None) -> str | Project:
        """Set the rows to one side; returns what the other side holds from now on."""
        assert there is not None
        project_id, rows = change.project_id, self.rows(change.project_id)
        here = change.after if there is change.before else change.before
        assert here is not None
        for key in here.rows.keys() & there.rows.keys():
            was, will = here.rows[key], there.rows[key]
            if rows[key].locked and (was.text, was.prompt, was.picture) != (
                will.text,
                will.prompt,
                will.picture,
            ):
                return "locked"
        if any(rows[key].locked for key in change.shares - there.rows.keys()):
            return "locked"
        # Locks are no part of a change: those who stay keep theirs, those who come back had one.
        kept = {
            key: row._replace(locked=rows[key].locked if key in rows else row.locked)
            for key, row in there.rows.items()
        }
        swapped = {
            key
            for key in rows.keys() | kept.keys()
            if key not in rows or key not in kept or rows[key].picture != kept[key].picture
        }
        back = [
            path_of(project_id, key, picture)
            for key in swapped & kept.keys()
            if (picture := kept[key].picture) is not None
        ]
        if not self._take_back(change.id, back):
            return "nothing_to_undo"
        for key in swapped & rows.keys():
            if (picture := rows[key].picture) is not None:
                path = path_of(project_id, key, picture)
                self.held[change.id, path] = {path: picture.content}
        gone = {key: row for key, row in rows.items() if key not in there.rows}
        self.projects[project_id] = self.projects[project_id]._replace(rows=kept)
        return here._replace(rows={**here.rows, **gone})

    def _replay_project(self, change: Change, there: Project | None) -> str | Project | None:
        """Set a project to one side; returns what the other side holds from now on."""
        project_id, now = change.project_id, self.projects.get(change.project_id)
        if there is None:
            assert now is not None
            self._hold_project(change.id, project_id, now)
            del self.projects[project_id]
        elif now is None:
            if not self._take_back(change.id, [folder_of(project_id)]):
                return "nothing_to_undo"
            self.projects[project_id] = there
        else:
            self.projects[project_id] = now._replace(title=there.title)
        return now

    def _find(self, change_id: int) -> tuple[int | None, Change, bool]:
        """A change, its line and whether it stands."""
        return next(
            (line, change, some is history.done)
            for line, history in self.lines.items()
            for some in (history.done, history.undone, history.aside)
            for change in some
            if change.id == change_id
        )

    def _forget(self, line: int | None, gone: set[int]) -> None:
        history = self.lines[line]
        for some in (history.done, history.undone, history.aside):
            some[:] = [change for change in some if change.id not in gone]
        self.held = {key: files for key, files in self.held.items() if key[0] not in gone}

    def _restore_project(self, change: Change, lost: Project) -> str | None:
        if change.project_id in self.projects:
            return "conflict"
        rows, missing = dict(lost.rows), 0
        if not self.held.get((change.id, folder_of(change.project_id))):
            rows = {key: row._replace(picture=None) for key, row in rows.items()}
            missing = len(files_of(change.project_id, lost.rows))
        project = lost._replace(rows=rows)
        label = f"Restore “{lost.title}”{_without(missing)}"
        self._listed(label, change.project_id, None, project)
        return None

    def _segments_back(
        self, change: Change, lost: Rows, rows: Rows
    ) -> tuple[str, Rows, int] | None:
        """What comes back, the rows with it, and how many pictures are missing; None: nothing."""
        away = sorted(lost.keys() - rows.keys(), key=lambda key: (lost[key].place, key))
        if not away:
            return None
        back, missing = {}, 0
        for key in away:
            back[key] = row = lost[key]
            if row.picture is not None:
                path = path_of(change.project_id, key, row.picture)
                if not self.held.get((change.id, path)):
                    back[key] = row._replace(picture=None)
                    missing += 1
        first, last = back[away[0]].place, back[away[-1]].place
        if any(first <= row.place <= last for row in rows.values()):
            rows = {
                key: row._replace(place=row.place + len(away) * (row.place >= first))
                for key, row in rows.items()
            }
            back = {key: back[key]._replace(place=first + n) for n, key in enumerate(away)}
        after = {**rows, **back}
        what = f"{len(away)} segments"
        if len(away) == 1:
            what = f"segment {order_of(after).index(away[0]) + 1}"
        return what, after, missing

    def _fields_back(
        self, change: Change, key: int, lost: Row, here: Row
    ) -> str | tuple[str, Row] | None:
        """What comes back and the row with it, None for nothing; or the code of a refusal."""
        project_id = change.project_id
        now = self.rows(project_id).get(key)
        if now is None:
            return "not_found"
        new, names = now, []
        if lost.text not in (here.text, now.text):
            new, names = new._replace(text=lost.text), ["narration"]
        if lost.prompt not in (here.prompt, now.prompt):
            new, names = new._replace(prompt=lost.prompt), [*names, "prompt"]
        if lost.picture not in (None, here.picture, now.picture) and self.held.get(
            (change.id, path_of(project_id, key, lost.picture))
        ):
            new, names = new._replace(picture=lost.picture), [*names, "the picture"]
        if not names:
            return None
        if now.locked:
            return "locked"
        return f"{' and '.join(names)} of segment {self.position(project_id, key)}", new

    def _take_back(self, change_id: int, paths: Sequence[str]) -> bool:
        """Take what a change holds of these out of the trash, if it was not emptied meanwhile."""
        keys = [(change_id, path) for path in paths if (change_id, path) in self.held]
        if any(self.held[key] is None for key in keys):
            return False
        for key in keys:
            del self.held[key]
        return True

    def _hold(self, path: str, content: int) -> None:
        self.held[self.next_change, path] = {path: content}

    def _hold_project(self, change_id: int, project_id: int, project: Project) -> None:
        # Of a folder without a file nothing is held.
        if files := files_of(project_id, project.rows):
            self.held[change_id, folder_of(project_id)] = files

    def _with_room(self, project_id: int, position: int, count: int) -> tuple[Rows, int]:
        """The rows with room for so many from a position on, and the place of the first."""
        rows, order = self.rows(project_id), self.order(project_id)
        if position <= len(order):
            start = rows[order[position - 1]].place
        else:
            start = rows[order[-1]].place + 1 if order else 0
        moved = {
            key: row._replace(place=row.place + count * (row.place >= start))
            for key, row in rows.items()
        }
        return moved, start

    def _new_id(self) -> int:
        self.next_segment += 1
        return self.next_segment - 1

    def _new_rows(self, start: int, new: Sequence[Row]) -> dict[int, Row]:
        return {
            self._new_id(): row._replace(place=start + number) for number, row in enumerate(new)
        }

    def _put_in(self, project_id: int, position: int, new: Sequence[Row], label: str) -> None:
        moved, start = self._with_room(project_id, position, len(new))
        self._changed(project_id, {**moved, **self._new_rows(start, new)}, label)

    def _named(self, project_id: int, keys: Sequence[int]) -> str:
        if len(keys) == 1:
            return f"segment {self.position(project_id, keys[0])}"
        return f"{len(keys)} segments"

    def _set(self, project_id: int, key: int, row: Row, what: str) -> None:
        label = f"{what} {self.position(project_id, key)}"
        self._changed(project_id, {**self.rows(project_id), key: row}, label)

    def _arrange(
        self, project_id: int, order: Sequence[int], indices: Sequence[int], label: str
    ) -> None:
        rows, placed = self.rows(project_id), zip(order, indices, strict=True)
        self._changed(project_id, {k: rows[k]._replace(place=place) for k, place in placed}, label)

    def _changed(
        self, project_id: int, rows: Rows, label: str, *, shares: Set[int] = frozenset()
    ) -> None:
        before = self.projects[project_id]
        after = before._replace(rows=rows)
        if after != before:
            change = Change(self.next_change, label, project_id, before, after, shares)
            self._write(project_id, change)
            self.projects[project_id] = after

    def _listed(
        self, label: str, project_id: int, before: Project | None, after: Project | None
    ) -> None:
        self._write(None, Change(self.next_change, label, project_id, before, after))
        if after is None:
            del self.projects[project_id]
        else:
            self.projects[project_id] = after

    def _write(self, line: int | None, change: Change) -> None:
        self.lines.setdefault(line, Line()).add(change)
        self.next_change += 1
