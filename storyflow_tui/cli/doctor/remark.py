"""What the doctor says of one thing."""

from __future__ import annotations

from typing import NamedTuple

from storyflow_tui.errors import JsonValue


class Remark(NamedTuple):
    """One thing that was looked at. Where it is not well, `advice` says what to do."""

    part: str
    """The heading, such as `Terminal`."""
    name: str
    found: str
    is_well: bool = True
    advice: str = ""
    paste: tuple[str, ...] = ()
    """Lines to paste, as they are, where the advice says."""

    def as_json(self) -> dict[str, JsonValue]:
        """The remark as JSON has it."""
        return {
            "part": self.part,
            "name": self.name,
            "ok": self.is_well,
            "found": self.found,
            "advice": self.advice,
            "paste": list(self.paste),
        }
