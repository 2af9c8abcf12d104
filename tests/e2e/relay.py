"""A terminal inside the terminal: `relay.py COMMAND…` runs a command in a pty of its own.

When this process is killed, the other end of that pty is closed, and as it is nobody's
controlling terminal, no signal tells the command so.
"""

from __future__ import annotations

import fcntl
import os
import pty
import select
import subprocess
import sys
import termios
import tty


def relay(command: list[str]) -> int:
    """Run the command and hand on what is typed and what is shown; its exit code."""
    master, slave = pty.openpty()
    size = fcntl.ioctl(0, termios.TIOCGWINSZ, bytes(8))
    fcntl.ioctl(slave, termios.TIOCSWINSZ, size)
    child = subprocess.Popen(
        command, stdin=slave, stdout=slave, stderr=slave, start_new_session=True
    )
    os.close(slave)
    tty.setraw(0)
    while child.poll() is None:
        for source, target in ((0, master), (master, 1)):
            if select.select([source], [], [], 0.01)[0]:
                try:
                    os.write(target, os.read(source, 65536))
                except OSError:
                    break
    return child.returncode


if __name__ == "__main__":
    sys.exit(relay(sys.argv[1:]))
