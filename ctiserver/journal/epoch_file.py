"""The epoch: a number that rises at each start and makes ids unique whatever the journal has lost.

It lives outside the journal's folder in a file of two slots, made once and then only rewritten in place,
which needs no space: the epoch rises on a full disk too. A start writes the slot that does not hold the
newest number, so a torn write leaves the other one readable. The slots lie in disk sectors of their own.
"""

import os
from pathlib import Path
from zlib import crc32

from ctiserver.journal.disk import Disk, replace_file
from ctiserver.journal.errors import JournalError

_SLOT_BYTES = 512
_SLOTS = 2


def next_epoch(path: Path, *, above: int, disk: Disk) -> int:
    """The number of this run, already on the disk; greater than every earlier one and than `above`.

    `above` is the newest epoch that the journal has seen, in case the file was deleted.
    Raises JournalError when both slots are damaged, OSError when the file cannot be made or written.
    """
    if not path.exists():
        replace_file(disk, path, _slot(0) + _slot(0))
    fd = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    try:
        known = [_read_slot(os.pread(fd, _SLOT_BYTES, i * _SLOT_BYTES)) for i in range(_SLOTS)]
        if not any(number is not None for number in known):
            raise JournalError(
                f"{path} is damaged: delete it if the journal's folder is intact (the epoch then goes on "
                "from the journal's), else restore it from a backup, so that no id is given twice."
            )
        readable = [-1 if number is None else number for number in known]
        epoch = max(*readable, above) + 1
        os.pwrite(fd, _slot(epoch), readable.index(min(readable)) * _SLOT_BYTES)
        os.fsync(fd)
    finally:
        os.close(fd)
    return epoch


def _slot(epoch: int) -> bytes:
    digits = b"%d" % epoch
    return (b"%08x %s\n" % (crc32(digits), digits)).ljust(_SLOT_BYTES)


def _read_slot(slot: bytes) -> int | None:
    crc, _, digits = slot.strip().partition(b" ")
    return int(digits) if crc == b"%08x" % crc32(digits) and digits.isdigit() else None
