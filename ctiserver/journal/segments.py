"""The files of the journal: segments, named by the epoch and seq of their first line.

A segment begins with an entry or a gap, and derived lines stay in the segment of their entry. Only the very
last line of the last segment may be torn: a crash or a full disk does that, and the writer cuts it off before
it writes anything else. A bad line anywhere else is damage.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, Self

from ctiserver.journal.disk import Disk
from ctiserver.journal.errors import JournalDamaged
from ctiserver.journal.line import Line, decode

_NAME = re.compile(r"(\d{8})-(\d{12})\.journal")


class SegmentName(NamedTuple):
    """Epoch and seq of the first line; sorts in the order of writing."""

    epoch: int
    seq: int

    def path(self, directory: Path) -> Path:
        """The file in the journal's folder."""
        return directory / f"{self.epoch:08d}-{self.seq:012d}.journal"


def list_segments(directory: Path) -> list[SegmentName]:
    """The segments of a folder, oldest first; empty when the folder does not exist."""
    try:
        names = os.listdir(directory)
    except FileNotFoundError:
        return []
    matches = (_NAME.fullmatch(name) for name in names)
    return sorted(SegmentName(int(match[1]), int(match[2])) for match in matches if match)


def read_lines(path: Path, *, from_byte: int = 0, may_be_torn: bool) -> Iterator[tuple[Line, int]]:
    """The lines of a segment from a line's beginning on, each with the byte at which it ends.

    Ends before a torn last line when `may_be_torn`. Raises JournalDamaged for any other bad line.
    """
    with path.open("rb") as file:
        file.seek(from_byte)
        end = from_byte
        for raw in file:
            whole = raw.endswith(b"\n")
            line = decode(raw) if whole else None
            if line is None:
                # Half a line was the last at that instant: by now its writer may have finished it.
                if may_be_torn and (not whole or not file.read(1)):
                    return
                raise JournalDamaged(path, end)
            end += len(raw)
            yield line, end


class Segment:
    """A segment open for writing; `size` is where its last whole line ends."""

    def __init__(self, fd: int, size: int, disk: Disk) -> None:
        self.fd = fd
        self.size = size
        self._disk = disk

    @classmethod
    def create(cls, path: Path, disk: Disk) -> Self:
        """A new empty segment. Raises OSError."""
        return cls(disk.create(path), 0, disk)

    @classmethod
    def reopen(cls, path: Path, size: int, disk: Disk) -> Self:
        """The last segment of an earlier run, cut to its whole lines. Raises OSError."""
        segment = cls(disk.reopen(path), size, disk)
        segment.cut_torn_line()
        return segment

    def append(self, data: bytes) -> None:
        """Hand whole lines to the operating system.

        Raises OSError, and then the first lines may be there and stay (somebody may have read them already),
        perhaps with a torn one behind them.
        """
        taken = 0
        try:
            while taken < len(data):
                taken += self._disk.write(self.fd, memoryview(data)[taken:])
        finally:
            self.size += data.rfind(b"\n", 0, taken) + 1

    def cut_torn_line(self) -> None:
        """Take away what a failed or killed write left behind the last whole line. Raises OSError."""
        if os.fstat(self.fd).st_size > self.size:
            self._disk.truncate(self.fd, self.size)

    def close(self) -> None:
        """Give the descriptor back."""
        os.close(self.fd)
