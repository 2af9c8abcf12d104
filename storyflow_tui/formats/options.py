"""What may be chosen when a story is written in a format: options with a few values each.

A format declares them; commands and screens offer what is declared and know none by name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple, TypeAlias

from storyflow_tui.errors import NotFoundError

Options: TypeAlias = Mapping[str, str]
"""A value by the name of each option."""


USUAL: Options = MappingProxyType({})
"""No value given: every option has its usual one."""


class Option(NamedTuple):
    """A choice among a few values, of which the first is the usual one; `about` is its label."""

    name: str
    about: str
    values: tuple[str, ...]


def chosen_options(format_name: str, options: Sequence[Option], given: Options) -> Options:
    """The value of every option, the usual one where none is given; raises NotFoundError."""
    known = {option.name: option for option in options}
    for name, value in given.items():
        if name not in known:
            raise NotFoundError(
                f"The {format_name} form has no option {name!r}", {"options": [*known]}
            )
        values = known[name].values
        if value not in values:
            raise NotFoundError(
                f"The option {name} is {' or '.join(values)}, not {value!r}",
                {"option": name, "values": [*values]},
            )
    return {option.name: given.get(option.name, option.values[0]) for option in options}
