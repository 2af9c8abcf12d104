"""What a shell may offer in the place of an argument: ids with their titles, formats, files.

A library that is missing, busy or damaged raises; who asks says nothing then.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

import click
from click.shell_completion import CompletionItem

from storyflow_tui.cli.call import Call
from storyflow_tui.cli.text import cut, one_line

_WORDS = 50  # cells of what stands beside an id


def offered(what: str, context: click.Context, incomplete: str) -> list[CompletionItem[str]]:
    """What may stand where `incomplete` has been typed; `what` as `call.Kind` names it."""
    if what in ("file", "dir"):
        return [CompletionItem(incomplete, type=what)]
    if what == "formats":
        from storyflow_tui.formats import FORMATS

        return [CompletionItem(name) for name in FORMATS if name.startswith(incomplete.lower())]
    if what == "options":
        from storyflow_tui.formats import FORMATS

        chosen = {
            f"{option.name}={value}"
            for each in FORMATS.values()
            for option in each.options
            for value in option.values
        }
        return [CompletionItem(one) for one in sorted(chosen) if one.startswith(incomplete.lower())]
    return list(_numbers(what, context.ensure_object(Call), incomplete))


def _numbers(what: str, call: Call, digits: str) -> Iterable[CompletionItem[str]]:
    from storyflow_tui.library.glance import Subject, glance

    for number, words in glance(call.library_path(), cast("Subject", what), digits):
        yield CompletionItem(str(number), help=cut(one_line(words), _WORDS))
