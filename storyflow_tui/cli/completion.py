"""The command `completion`: the script that lets a shell complete the others."""

from __future__ import annotations

import click

from storyflow_tui.cli import output
from storyflow_tui.cli.call import Call, Command, common


@click.command(cls=Command)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@common
@click.pass_obj
def completion(call: Call, shell: str) -> None:
    """Print a script that completes commands in a shell.

    It completes commands, options, files, and the ids of projects, segments and changes with
    what they stand for. Put the line of your shell into its file and open a new shell:

    \b
    ~/.bashrc  eval "$(storyflow completion bash)"
    ~/.zshrc   eval "$(storyflow completion zsh)"      (after compinit)
    for fish, once:
      storyflow completion fish > ~/.config/fish/completions/storyflow.fish
    """
    from storyflow_tui.cli.shells import script_for

    script = script_for(shell)
    if call.json:
        output.result({"shell": shell, "script": script})
    else:
        output.raw(script.encode())
