"""Reads what Asterisk's channel event log (CEL) gained since the last time.

One JSON object per line. A line without its end is still being written and is left for the next time; a line
that is no record is skipped. A new file in the old one's place (another inode, or shorter) is read from its
beginning, after the rest of the one that was put aside. Asterisk opens the file anew for each record, so it may be
put aside at any time.
"""

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import msgspec

_LONGEST_READ_BYTES = 4 << 20


class CelRecord(msgspec.Struct, frozen=True):
    """One event of a channel; `at` is in UTC epoch seconds. See asterisk_config/cel_custom.conf.j2.

    `userfield`: the caller's number, digits and + alone, once the dialplan has set it.
    """

    eventtype: str
    eventtime: str
    uniqueid: str
    linkedid: str = ""
    userfield: str = ""
    exten: str = ""
    context: str = ""
    channame: str = ""
    appname: str = ""
    appdata: str = ""
    eventextra: str = ""

    @property
    def at(self) -> float:
        return float(self.eventtime)

    @property
    def extra(self) -> dict[str, Any]:
        """What the kind of event adds: a hang-up's cause and source, a user event's text."""
        try:
            extra = msgspec.json.decode(self.eventextra)
        except msgspec.DecodeError:
            return {}
        return extra if isinstance(extra, dict) else {}


Offset = Annotated[int, "bytes"]


@dataclass(frozen=True, slots=True)
class CelPart:
    """Records with the offset where each begins, and where to read on."""

    records: tuple[tuple[Offset, CelRecord], ...] = ()
    inode: int = 0
    offset: Offset = 0


_decoder = msgspec.json.Decoder(CelRecord)


def put_aside(path: Path, inode: int) -> None:
    """Let Asterisk begin a new file in place of this one; the one before goes."""
    with suppress(OSError):  # a full disk, or somebody else's doing: it will be tried again
        if path.stat().st_ino == inode:
            path.replace(_aside(path))


def _aside(path: Path) -> Path:
    return path.with_name(f"{path.name}.1")


def read(path: Path, inode: int, offset: Offset) -> CelPart:
    """The records after `offset`, at most 4 MiB of them; a missing file has none."""
    aside = _aside(path)
    if inode and aside.exists() and aside.stat().st_ino == inode:
        rest = _read(aside, inode, offset)
        if rest.offset > offset:  # else nothing but a line that was never ended
            return rest
    return _read(path, inode, offset)


def _read(path: Path, inode: int, offset: Offset) -> CelPart:
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return CelPart()
    with file:
        status = os.fstat(file.fileno())
        start = offset if (status.st_ino == inode and status.st_size >= offset) else 0
        file.seek(start)
        chunk = file.read(_LONGEST_READ_BYTES)
    whole = chunk[: chunk.rfind(b"\n") + 1]
    return CelPart(tuple(_records(whole, start)), status.st_ino, start + len(whole))


def read_all(path: Path, inode: int, offset: Offset) -> CelPart:
    """All records after `offset`."""
    records: list[tuple[Offset, CelRecord]] = []
    while True:
        part = read(path, inode, offset)
        records += part.records
        if (part.inode, part.offset) == (inode, offset) or not part.inode:
            return CelPart(tuple(records), part.inode, part.offset)
        inode, offset = part.inode, part.offset


def _records(whole: bytes, start: Offset) -> list[tuple[Offset, CelRecord]]:
    found = []
    for line in whole.splitlines(keepends=True):
        try:
            record = _decoder.decode(line)
            float(record.eventtime)
        except (msgspec.DecodeError, ValueError):
            pass
        else:
            found.append((start, record))
        start += len(line)
    return found
