"""One writer per journal: an exclusive flock on a file in its folder that also tells the holder's pid.

The kernel drops the lock when the process dies in whatever way, so a crash never leaves a stale one.
"""

import contextlib
import fcntl
import os
from pathlib import Path

from ctiserver.journal.errors import JournalLocked

_PID_WIDTH = 12


def lock_folder(directory: Path) -> int:
    """A descriptor that holds the lock until it is closed. Raises JournalLocked with the holder's pid."""
    fd = os.open(directory / "lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o640)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        digits = os.pread(fd, _PID_WIDTH, 0).strip()
        os.close(fd)
        raise JournalLocked(directory, int(digits) if digits.isdigit() else None) from None
    with contextlib.suppress(OSError):  # on a full disk the lock still holds, only nameless
        os.pwrite(fd, b"%-*d\n" % (_PID_WIDTH - 1, os.getpid()), 0)
    return fd
