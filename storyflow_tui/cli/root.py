"""The command `storyflow` itself: its options, and what runs without a command.

The commands are in the modules beside this one, each read when it is called; only the editor's two
are here, with the one import of `tui` that the command line has.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from pathlib import Path

import click

from storyflow_tui import __version__
from storyflow_tui.cli import output
from storyflow_tui.cli.call import Call, Group, as_project_id, common
from storyflow_tui.errors import NoTerminalError

SAMPLE = "the-lamp"

_COMMANDS = {
    "import": "stories.import_stories",
    "export": "stories.export",
    "project": "projects.project",
    "segment": "composing.segment",
    "history": "history.history",
    "undo": "history.undo",
    "redo": "history.redo",
    "check": "upkeep.check",
    "backup": "upkeep.backup",
    "restore": "upkeep.restore",
    "trash": "upkeep.trash",
    "doctor": "doctor.doctor",
    "completion": "completion.completion",
}
"""The commands that other modules hold, in the order in which help lists them."""


class _Storyflow(Group):
    """The commands, of which a call reads the module of its own alone."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of the commands, the usual ones first."""
        return [*super().list_commands(ctx), *_COMMANDS]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """A command by its name, or None."""
        if cmd_name not in _COMMANDS:
            return super().get_command(ctx, cmd_name)
        module, _, name = _COMMANDS[cmd_name].partition(".")
        command = getattr(import_module(f"storyflow_tui.cli.{module}"), name)
        assert isinstance(command, click.Command)
        return command


@click.group(
    cls=_Storyflow,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 96},
    epilog="Without a command, the editor opens where it was left. Each command has a --help "
    "of its own.",
)
@common
@click.option(
    "--read-only",
    is_flag=True,
    help="Change nothing in the library; before the command: storyflow --read-only check.",
)
@click.version_option(__version__, prog_name="storyflow", message="%(prog)s %(version)s")
@click.pass_context
def storyflow(context: click.Context, read_only: bool) -> int:
    """An editor for narrated picture stories, in the terminal.

    A story is imported from a file, shown as a timeline of segments (narration, image prompt,
    picture, lock), polished, and exported again.

    \b
    storyflow demo                    try it on a sample story
    storyflow import script.txt       bring in a story of yours
    storyflow                         open the editor
    """
    call = context.ensure_object(Call)
    call.read_only = call.read_only or read_only
    return _edit(call, None) if context.invoked_subcommand is None else 0


@storyflow.command("open")
@click.argument("project", type=as_project_id, required=False)
@click.option("--read-only", is_flag=True, help="Change nothing in the library.")
@common
@click.pass_obj
def open_editor(call: Call, project: int | None, read_only: bool) -> int:
    """Open the editor where it was left, or at PROJECT.

    \b
    storyflow open
    storyflow open 3 --read-only
    """
    call.read_only = call.read_only or read_only
    return _edit(call, project)


@storyflow.command()
@common
@click.pass_obj
def demo(call: Call) -> int:
    """Open the editor on a sample story.

    The story is in a library of its own, which is thrown away afterwards. Nothing of yours is
    touched.
    """
    _need_terminal()
    import tempfile

    from storyflow_tui.library import Library
    from storyflow_tui.transfer import import_file, sample

    story = sample(SAMPLE)
    with tempfile.TemporaryDirectory(
        prefix="storyflow-demo-", ignore_cleanup_errors=True
    ) as folder:
        path = Path(folder) / "library"
        with Library.open(path) as library:
            project = import_file(library, story).project
        return _run_editor(call, path, project.id, demo=True)


def _edit(call: Call, project: int | None) -> int:
    _need_terminal()
    return _run_editor(call, call.library_path(), project)


def _run_editor(call: Call, path: Path, project: int | None, demo: bool = False) -> int:
    from storyflow_tui.tui import run

    return run(path, project_id=project, demo=demo, read_only=call.read_only)


def _need_terminal() -> None:
    """Raise NoTerminalError unless keys come in and pictures can go out."""
    if not all(output.is_terminal(stream) for stream in (sys.stdin, sys.stdout, sys.stderr)):
        raise NoTerminalError("The editor needs a terminal; the other commands work without one")
    if os.environ.get("TERM") == "dumb":
        raise NoTerminalError("The editor needs a terminal that can draw, and TERM is dumb")
