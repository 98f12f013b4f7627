"""One line of the journal.

    crc32 id epoch at body\\n        e433af5f 1042 7 1763800000.25 {}

`crc32` is eight hexadecimal digits (zlib.crc32) over everything between the blank behind it and the line's
end. `id` is `1042` for an entry (an input or a request), `1042.3` for the third message derived from it, and
`1042!` for a gap: a place where the disk was full and lines were lost. `epoch` is that of the entry, also on
lines that a later epoch adds behind it in recovery. `at` is UTC epoch seconds. The body is one JSON document
without a line end; only a gap's body belongs to the journal, the others are opaque here.
"""

import json
from dataclasses import dataclass
from typing import NamedTuple
from zlib import crc32

from ctiserver.core.errors import Bug


class Position(NamedTuple):
    """The place of a line; rises from line to line, also where a power failure took some seqs back."""

    epoch: int
    seq: int
    n: int


BEGINNING = Position(0, 0, 0)


@dataclass(frozen=True, slots=True)
class Entry:
    """An input or request as it was handed to the operating system before it was handled."""

    seq: int
    epoch: int
    at: float
    body: bytes

    @property
    def position(self) -> Position:
        """Where it stands: before its derived lines."""
        return Position(self.epoch, self.seq, 0)


@dataclass(frozen=True, slots=True)
class Derived:
    """A message that an engine derived from the entry `seq`; `n` rises from 1."""

    seq: int
    n: int
    epoch: int
    at: float
    body: bytes

    @property
    def position(self) -> Position:
        """Where it stands: behind its entry."""
        return Position(self.epoch, self.seq, self.n)


@dataclass(frozen=True, slots=True)
class Gap:
    """History is incomplete before this line: something of `first_lost_seq` and what followed is missing.

    `lost_lines` is None when nobody counted them (segments missing, a snapshot newer than the journal).
    """

    seq: int
    epoch: int
    at: float
    first_lost_seq: int
    lost_lines: int | None

    @property
    def position(self) -> Position:
        """Where it stands: it takes a seq of its own."""
        return Position(self.epoch, self.seq, 0)


Line = Entry | Derived | Gap


def encode(line: Line) -> bytes:
    """The bytes of a line, its end included. Raises Bug when the body holds a line end."""
    match line:
        case Entry(seq=seq, body=body):
            mark = b"%d" % seq
        case Derived(seq=seq, n=n, body=body):
            mark = b"%d.%d" % (seq, n)
        case Gap(seq=seq):
            mark = b"%d!" % seq
            body = json.dumps({"first_lost_seq": line.first_lost_seq, "lost_lines": line.lost_lines}).encode()
    if b"\n" in body:
        raise Bug(f"the body of journal line {mark.decode()} holds a line end")
    rest = b"%s %d %r %s" % (mark, line.epoch, line.at, body)
    return b"%08x %s\n" % (crc32(rest), rest)


def decode(raw: bytes) -> Line | None:
    """The line that these bytes (the line end may be missing) are; None when the checksum does not match."""
    crc, _, rest = raw.removesuffix(b"\n").partition(b" ")
    if crc != b"%08x" % crc32(rest):
        return None
    mark, epoch, at, body = rest.split(b" ", 3)
    if mark.endswith(b"!"):
        return Gap(int(mark[:-1]), int(epoch), float(at), **json.loads(body))
    seq, _, n = mark.partition(b".")
    if n:
        return Derived(int(seq), int(n), int(epoch), float(at), body)
    return Entry(int(seq), int(epoch), float(at), body)
