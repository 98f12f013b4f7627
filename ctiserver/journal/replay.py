"""Reading one's own journal at a start: where it ends, and the entries behind a snapshot."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from ctiserver.journal.line import BEGINNING, Entry, Gap, Position
from ctiserver.journal.segments import SegmentName, list_segments, read_lines


@dataclass(frozen=True, slots=True)
class LastLines:
    """Where a journal ends: its last line, its last entry if that is what the last line belongs to."""

    position: Position = BEGINNING
    at: float = 0.0
    entry: Entry | None = None
    segment: SegmentName | None = None
    segment_size: int = 0


def last_lines(directory: Path) -> LastLines:
    """Where the journal of a folder ends, a torn last line left out. Raises JournalDamaged.

    Verifies the last segment and, while those hold no whole line, the ones before it.
    """
    segments = list_segments(directory)
    if not segments:
        return LastLines()
    newest = segments[-1]
    size = 0
    for name in reversed(segments):
        last = _last_of(directory, name, may_be_torn=name == newest)
        if name == newest:
            size = last.segment_size
        if last.position != BEGINNING:
            return replace(last, segment=newest, segment_size=size)
    return LastLines(Position(newest.epoch, newest.seq - 1, 0), segment=newest, segment_size=size)


def _last_of(directory: Path, name: SegmentName, *, may_be_torn: bool) -> LastLines:
    position, at, entry, size = BEGINNING, 0.0, None, 0
    for line, size in read_lines(name.path(directory), may_be_torn=may_be_torn):  # noqa: B007
        position, at = line.position, line.at
        match line:
            case Entry():
                entry = line
            case Gap():
                entry = None
    return LastLines(position, at, entry, segment_size=size)


def entries_after(directory: Path, after_seq: int, *, until_seq: int) -> Iterator[Entry | Gap]:
    """The entries of `after_seq` < seq <= `until_seq` in order, and a Gap wherever seqs are missing.

    Raises JournalDamaged.
    """
    segments = list_segments(directory)
    if not segments:
        return
    needed = [
        name
        for name, following in zip(segments, [*segments[1:], None], strict=True)
        if following is None or following.seq > after_seq + 1
    ]
    expected = after_seq + 1
    for name in needed:
        for line, _ in read_lines(name.path(directory), may_be_torn=name == segments[-1]):
            if not isinstance(line, Entry | Gap) or line.seq <= after_seq:
                continue
            if line.seq > until_seq:
                return
            if isinstance(line, Entry) and line.seq != expected:
                yield Gap(line.seq - 1, line.epoch, line.at, expected, None)
            yield line
            expected = line.seq + 1
