"""The scripts by which a shell completes commands, and the answers to them.

click does the work; here are the scripts where they can do better than click's own, and the rule
that a completion never says anything but what may follow.
"""

from __future__ import annotations

import click
from click.shell_completion import (
    BashComplete,
    CompletionItem,
    FishComplete,
    ShellComplete,
    ZshComplete,
)

from storyflow_tui.cli import output
from storyflow_tui.cli.call import Call
from storyflow_tui.cli.edge import COMPLETE, PROGRAM

OTHER_NAME = "storyflow-tui"

# As click's, but that titles stand beside the ids wherever bash lists (COMP_TYPE 63, 33 and 64)
# instead of inserting; of a single one only the id is inserted.
_BASH = """\
%(complete_func)s() {
    local kind value words
    local -a values=() shown=()
    COMPREPLY=()
    while IFS=$'\\t' read -r kind value words; do
        case $kind in
            dir) compopt -o dirnames; return 0 ;;
            file) compopt -o default; return 0 ;;
            plain) values+=("$value"); shown+=("$value${words:+  ($words)}") ;;
        esac
    done < <(env COMP_WORDS="$(IFS=$'\\n'; echo "${COMP_WORDS[*]}")" COMP_CWORD="$COMP_CWORD" \
%(complete_var)s=bash_complete "$1" 2>/dev/null)
    case ${#values[@]}/$COMP_TYPE in
        0/* | 1/*) COMPREPLY=("${values[@]}") ;;
        */63 | */33 | */64) COMPREPLY=("${shown[@]}") ;;
        *) COMPREPLY=("${values[@]}") ;;
    esac
    return 0
}

complete -o nosort -F %(complete_func)s %(prog_name)s %(other_name)s
"""


class _Bash(BashComplete):
    source_template = _BASH

    def format_completion(self, item: CompletionItem[str]) -> str:
        return f"{item.type}\t{item.value}\t{item.help or ''}"


class _Zsh(ZshComplete):
    source_template = ZshComplete.source_template.replace(
        "compdef %(complete_func)s %(prog_name)s",
        "compdef %(complete_func)s %(prog_name)s %(other_name)s",
    )


class _Fish(FishComplete):
    # click's cuts a title at its first comma.
    source_template = (
        FishComplete.source_template.replace('string split ","', 'string split -m 1 ","')
        + "complete --command %(other_name)s --wraps %(prog_name)s\n"
    )


_SHELLS: dict[str, type[ShellComplete]] = {"bash": _Bash, "zsh": _Zsh, "fish": _Fish}


def script_for(shell: str) -> str:
    """The script that a shell reads once, to ask for completions from then on."""
    complete = _complete(shell, click.Group())
    return complete.source_template % {**complete.source_vars(), "other_name": OTHER_NAME}


def answer(instruction: str) -> int:
    """Print what may follow, for the script of a shell; the exit code.

    Whatever goes wrong meanwhile, the person who pressed Tab is in the midst of a line.
    """
    from storyflow_tui.cli.root import storyflow

    shell, _, _ = instruction.partition("_")
    if shell not in _SHELLS:
        return 1
    try:
        found = _complete(shell, storyflow).complete()
    except Exception:
        return 0
    output.raw(f"{found}\n".encode(errors="replace") if found else b"")
    return 0


def _complete(shell: str, command: click.Command) -> ShellComplete:
    return _SHELLS[shell](command, {"obj": Call()}, PROGRAM, COMPLETE)
