"""The outermost edge: runs the command line, prints what went wrong, and answers the exit code.

0 done, 1 refused, 2 wrong usage, 130 interrupted; a reader who has gone is no error. No command
catches an error to print it: that is done here and nowhere else.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import click

from storyflow_tui.cli import output
from storyflow_tui.cli.call import Call, MissingCommand
from storyflow_tui.cli.refusals import from_system, unexpected
from storyflow_tui.cli.text import safe
from storyflow_tui.errors import JsonValue, StoryflowError

PROGRAM = "storyflow"

COMPLETE = "_STORYFLOW_COMPLETE"
"""The variable by which a shell asks what may follow; see `shells.py`."""

DONE, REFUSED, WRONG_USAGE, INTERRUPTED = 0, 1, 2, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line (of this process, if none is given) and return the exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        output.prepare()
        try:
            if asked := os.environ.get(COMPLETE):
                from storyflow_tui.cli.shells import answer

                return answer(asked)
            return _run(given, Call())
        finally:
            output.finish()
    except KeyboardInterrupt:
        return INTERRUPTED


def _run(arguments: list[str], call: Call) -> int:
    from storyflow_tui.cli.root import storyflow

    try:
        with storyflow.make_context(PROGRAM, arguments, obj=call) as context:
            code = storyflow.invoke(context)
        return code if isinstance(code, int) else DONE
    except click.exceptions.Exit as leave:
        return leave.exit_code
    except click.UsageError as error:
        # The error may have come before --json was reached.
        options = arguments[: arguments.index("--")] if "--" in arguments else arguments
        _wrong_usage(error, as_object=call.json or "--json" in options)
        return WRONG_USAGE
    except StoryflowError as error:
        call.refuse(error)
    except BrokenPipeError:
        output.quieten(sys.stdout)
        return DONE
    except OSError as error:
        call.refuse(from_system(error) or unexpected(error))
    except Exception as error:
        call.refuse(unexpected(error))
    return REFUSED


def _wrong_usage(error: click.UsageError, as_object: bool) -> None:
    message = error.format_message()
    context = error.ctx
    usage = context.get_usage() if context is not None else f"Usage: {PROGRAM} [OPTIONS]"
    if as_object:
        details: dict[str, JsonValue] = {"usage": usage.removeprefix("Usage: ")}
        output.complain(output.as_json({"error": message, "details": details, "code": "usage"}))
        return
    if context is not None:
        if isinstance(error, MissingCommand):
            usage = context.get_help()
        else:
            usage += f"\nTry '{context.command_path} --help' for help."
    output.complain(safe(f"{usage}\n\nError: {message}"))
