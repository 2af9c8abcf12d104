"""Which folders lie on a network, where locks and shared memory are not to be trusted.

What follows from that is for who asks: `database` keeps no log there.
"""

from __future__ import annotations

from pathlib import Path

_NETWORK = ("nfs", "cifs", "smb", "9p", "afs", "ceph", "fuse.sshfs", "fuse.glusterfs", "davfs")


def on_network(folder: Path) -> bool:
    """Whether the folder lies on a network file system, where a WAL is not safe to share.

    Told by Linux' table of mounts; elsewhere the answer is no.
    """
    best, kind = "", ""
    try:
        mounts = Path("/proc/self/mounts").read_text(errors="surrogateescape").splitlines()
    except OSError:
        return False
    for line in mounts:
        place, file_system = line.split(" ")[1:3]
        place = place.replace("\\040", " ")
        if len(place) >= len(best) and folder.is_relative_to(place):
            best, kind = place, file_system
    return kind.startswith(_NETWORK)
