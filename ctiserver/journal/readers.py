"""Reading the journal from other processes: derived lines in order, once, however often one starts again.

A reader follows the segments by looking again; it takes no lock and changes nothing. It begins behind the
position that it committed together with its effects in its own database. A line whose end is not there yet
is still being written, or will be cut by recovery: it is left for the next look. Positions rise from line to
line through restarts (the epoch comes first), so "behind my position" is all that exactly-once needs.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from ctiserver.journal.disk import Disk
from ctiserver.journal.line import BEGINNING, Entry, Gap, Line, Position
from ctiserver.journal.positions import write_position
from ctiserver.journal.segments import SegmentName, list_segments, read_lines


class _Place(NamedTuple):
    """The next byte to read."""

    segment: SegmentName
    byte: int


class JournalReader:
    """Gives every line behind `after` exactly once, in the order of the journal."""

    def __init__(self, directory: Path, *, after: Position = BEGINNING, entries: bool = False) -> None:
        self.position = after
        self._directory = directory
        self._entries = entries
        self._place: _Place | None = None

    def read(self, at_most: int = 500) -> list[Line]:
        """The next lines that are there, at most so many; empty when the writer has to write first.

        Derived lines, also entries if asked for, and always a Gap where lines are missing. `position` is
        behind the last of them afterwards. Raises JournalDamaged.
        """
        found: list[Line] = []
        segments = list_segments(self._directory)  # first: what is not the last by now gets no more lines
        if segments and self._place is None:
            self._place = self._first_place(segments)
        while self._place and len(found) < at_most:
            is_last = self._place.segment >= segments[-1]
            try:
                self._read_segment(found, at_most, may_be_torn=is_last)
            except FileNotFoundError:  # taken away under a reader that the writer does not wait for
                self._place = None
                break
            if is_last or len(found) >= at_most:
                break
            following = next(name for name in segments if name > self._place.segment)
            self._place = _Place(following, 0)
        return found

    def tell(self, name: str, disk: Disk | None = None) -> None:
        """Let the writer know, once `position` is committed, that this durable reader needs nothing up to it.

        Raises OSError (a full disk: tell again later, the segments wait).
        """
        write_position(self._directory, name, self.position, disk)

    def _first_place(self, segments: list[SegmentName]) -> _Place:
        before = [name for name in segments if name <= (self.position.epoch, self.position.seq)]
        return _Place(before[-1] if before else segments[0], 0)

    def _read_segment(self, found: list[Line], at_most: int, *, may_be_torn: bool) -> None:
        assert self._place
        segment, byte = self._place
        path = segment.path(self._directory)
        for line, end in read_lines(path, from_byte=byte, may_be_torn=may_be_torn):
            if len(found) >= at_most:
                return
            self._place = _Place(segment, end)
            if line.position > self.position:
                found.extend(self._wanted(line))
                self.position = line.position

    def _wanted(self, line: Line) -> Iterator[Line]:
        expected = self.position.seq + 1
        if isinstance(line, Entry) and self.position != BEGINNING and line.seq > expected:
            yield Gap(line.seq - 1, line.epoch, line.at, expected, None)
        if self._entries or not isinstance(line, Entry):
            yield line
