"""The text form of a story: `Title:`, `Text:` and `Prompt:` lines, blocks parted by `---`.

`scan` reads everything that can be read and lists every problem, for a screen that shows both;
`TextFormat` is what files and commands go through. Pictures, locks and lengths have no place here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from storyflow_tui.formats.options import USUAL, Option, Options
from storyflow_tui.formats.reading import Reading, decode, listed, unreadable
from storyflow_tui.records import counted
from storyflow_tui.story import Contents, Story, StorySegment

# Lines end at LF, CRLF and CR only: U+2028, form feeds and their like are text within a line.
_LINE_END = re.compile(r"\r\n|\r|\n")
# What begins a line of its own kind. Quantifiers are possessive: a hostile line costs its length.
_LABEL = r"(?ai:text|prompt):"
_RULE = r"-{3,}+\s*+\Z"
_SPECIAL = re.compile(
    rf"\s*+(?:(?P<rule>{_RULE})|(?P<label>(?ai:title|text|prompt)):"
    rf"|(?P<escape>\\)(?=\\*+(?:{_LABEL}|{_RULE})))"
)
_TAKEN_FOR_MORE = re.compile(rf"\s*+(?=\\*+(?:{_LABEL}|{_RULE}))")
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


class Problem(NamedTuple):
    """Why a block cannot be read: its lines (1-based, both ends), its number, what to do."""

    line: int
    last_line: int
    block: int
    message: str
    remedy: str


class Block(NamedTuple):
    """A block that is not empty: its number and lines, and either its segment or its problem."""

    number: int
    line: int
    last_line: int
    segment: StorySegment | None
    problem: Problem | None


@dataclass(frozen=True, slots=True)
class Draft:
    """A text read as far as it can be. `title` is None where there is no `Title:` line."""

    title: str | None
    blocks: list[Block]

    @property
    def problems(self) -> list[Problem]:
        """All problems, in the order of their lines."""
        return [block.problem for block in self.blocks if block.problem]

    @property
    def segments(self) -> list[StorySegment]:
        """The segments that could be read, in order."""
        return [block.segment for block in self.blocks if block.segment]


@dataclass(slots=True)
class _OpenBlock:
    # Each field is a list of pieces (one a label), each piece a list of lines.
    fields: dict[str, list[list[str]]] = field(default_factory=dict)
    piece: list[str] | None = None
    first: int = 0
    last: int = 0
    stray: int = 0
    unstorable: tuple[int, str] | None = None

    def value(self, name: str) -> str:
        pieces = ("\n".join(piece).strip() for piece in self.fields.get(name, ()))
        return " ".join(piece for piece in pieces if piece)


def scan(text: str) -> Draft:
    """Read a text to its end, whatever is wrong with it."""
    title: list[str] | None = None
    blocks: list[Block] = []
    block = _OpenBlock()
    rule_above = 0
    suspect = _UNSTORABLE.search(text) is not None
    for number, line in enumerate(_LINE_END.split(text.removeprefix("\ufeff")), 1):
        special = _SPECIAL.match(line)
        kind = special.lastgroup if special else None
        if special and kind == "rule":
            _close(block, blocks, rule_above)
            block, rule_above = _OpenBlock(), number
            continue
        label = special["label"].lower() if special and kind == "label" else ""
        if special and label == "title" and not blocks and not block.first:
            title = [*(title or ()), line[special.end() :].strip()]
            continue
        if suspect and block.unstorable is None and (bad := _UNSTORABLE.search(line)):
            block.unstorable = number, bad[0]
        if special and label in ("text", "prompt"):
            block.piece = [line[special.end() :]]
            block.fields.setdefault(label, []).append(block.piece)
        elif not line or line.isspace():
            if block.piece is not None:
                block.piece.append(line)
            continue
        elif block.piece is None:
            block.stray = block.stray or number
        elif special and kind == "escape":
            block.piece.append(line[: special.end() - 1] + line[special.end() :])
        else:
            block.piece.append(line)
        block.first, block.last = block.first or number, number
    _close(block, blocks, rule_above)
    return Draft(None if title is None else " ".join(filter(None, title)), blocks)


def problems(text: str) -> list[Problem]:
    """Everything that keeps a text from being read as a story."""
    return scan(text).problems


class TextFormat:
    """Narrations and prompts as plain text that people write by hand."""

    name = "text"
    about = "narrations and prompts, to read and to edit"
    endings: tuple[str, ...] = (".txt", ".md")
    holds_pictures = False
    options: tuple[Option, ...] = (Option("prompts", "Prompts", ("with", "without")),)

    def read(self, data: bytes, *, folder: Path | None = None) -> Reading:
        """The story in these bytes; raises InvalidStoryError with line and block of the first
        problem. `folder` is not looked at: the text form names no pictures."""
        text = decode(data)
        draft = scan(text)
        if draft.problems:
            first = draft.problems[0]
            remedy = first.remedy
            if text.lstrip().startswith("{"):
                remedy = "It looks like JSON, not like the text form."
            raise unreadable(
                f"line {first.line}",
                f"{first.message} {remedy}",
                line=first.line,
                block=first.block,
                problems=len(draft.problems),
            )
        if draft.title is None and not draft.blocks:
            raise unreadable("line 1", "There is no text in it.", line=1)
        story = Story(draft.title or "", draft.segments, folder)
        return Reading(story, [], draft.title is not None)

    def write(self, story: Story, options: Options = USUAL) -> bytes:
        """The story as text in UTF-8; reading it gives every narration and prompt again, without
        the white space around them."""
        parts = []
        title = _LINE_END.sub(" ", story.title).strip()
        if title:
            parts.append(f"Title: {title}\n\n")
        for index, segment in enumerate(story.segments):
            if index:
                parts.append("---\n")
            parts.append(_field("Text", segment.text_content))
            if segment.image_prompt.strip() and _with_prompts(options):
                parts.append(_field("Prompt", segment.image_prompt))
        return "".join(parts).encode()

    def left_out(self, contents: Contents, options: Options = USUAL) -> list[str]:
        """Sentences on what of such a story the text form does not hold."""
        whole = _with_prompts(options)
        lost = {
            "prompt": 0 if whole else contents.prompts,
            "picture": contents.pictures,
            "lock": contents.locks,
            "audio length": contents.lengths,
        }
        notes = []
        if any(lost.values()):
            parts = [counted(count, noun) for noun, count in lost.items() if count]
            held = "narrations and prompts" if whole else "narrations where it has no prompts"
            notes.append(f"Left out: {listed(parts)}. The text form holds {held}.")
        padded = contents.padded_narrations + (contents.padded_prompts if whole else 0)
        if padded:
            notes.append(f"Left out: the white space around {counted(padded, 'text')}.")
        return notes


def _with_prompts(options: Options) -> bool:
    return options.get("prompts") != "without"


def _field(label: str, text: str) -> str:
    first, *rest = _LINE_END.split(text.strip())
    return "".join([f"{label}: {first}\n", *(f"{_escaped(line)}\n" for line in rest)])


def _escaped(line: str) -> str:
    found = _TAKEN_FOR_MORE.match(line)
    return f"{line[: found.end()]}\\{line[found.end() :]}" if found else line


def _close(block: _OpenBlock, blocks: list[Block], rule_above: int) -> None:
    """Number the block and add it, if there is anything in it."""
    if not block.first:
        return
    number = len(blocks) + 1
    narration, prompt = block.value("text"), block.value("prompt")
    problem = segment = None
    if block.stray:
        problem = Problem(
            block.stray,
            block.stray,
            number,
            f"Block {number} has text before its first label.",
            "Write Text: or Prompt: before it.",
        )
    elif block.unstorable:
        line, character = block.unstorable
        what = "a NUL character" if character == "\0" else "half a surrogate pair"
        problem = Problem(line, line, number, f"Block {number} holds {what}.", "Take it out.")
    elif not narration:
        remedy = "Write a line that starts with Text:"
        if "text" in block.fields:
            remedy = "Write the narration after Text:"
        if blocks and prompt and rule_above:
            remedy += f", or join the prompt to the block above by taking out line {rule_above}"
        problem = Problem(
            block.first, block.last, number, f"Block {number} has no narration.", f"{remedy}."
        )
    else:
        segment = StorySegment(narration, prompt)
    blocks.append(Block(number, block.first, block.last, segment, problem))
