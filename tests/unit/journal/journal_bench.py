"""A disk that fails on demand and a scheduler driven by hand."""

import errno
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from ctiserver.journal.disk import Disk
from ctiserver.journal.file import Journal
from ctiserver.journal.line import Gap


class HandDrivenScheduler:
    """Time passes when the test says so; threads are the caller's own."""

    def __init__(self) -> None:
        self.now = 0.0
        self._calls: list[tuple[float, int, Callable[[], None]]] = []
        self._count = 0

    def call_later(self, seconds: float, call: Callable[[], None]) -> Callable[[], object]:
        self._count += 1
        entry = (self.now + seconds, self._count, call)
        self._calls.append(entry)
        return lambda: self._calls.remove(entry)

    def in_thread(self, work: Callable[[], None], done: Callable[[Exception | None], None]) -> None:
        try:
            work()
        except Exception as error:
            done(error)
        else:
            done(None)

    def advance(self, seconds: float) -> None:
        until = self.now + seconds
        while due := sorted(call for call in self._calls if call[0] <= until):
            self._calls.remove(due[0])
            self.now = due[0][0]
            due[0][2]()
        self.now = until


@dataclass
class SmallDisk(Disk):
    """Takes `room_bytes` more bytes, then says that it is full; other calls fail while `broken`."""

    room_bytes: int = 1 << 40
    broken: bool = False
    synced: int = 0

    def write(self, fd: int, data: bytes | memoryview) -> int:
        taken = min(len(data), self.room_bytes)
        if not taken:
            raise OSError(errno.ENOSPC, "No space left on device")
        self.room_bytes -= taken
        return super().write(fd, bytes(data)[:taken])

    def truncate(self, fd: int, size: int) -> None:
        self._check()
        super().truncate(fd, size)

    def sync(self, fd: int) -> None:
        self._check()
        self.synced += 1

    def sync_directory(self, directory: Path) -> None:
        self._check()

    def _check(self) -> None:
        if self.broken:
            raise OSError(errno.EIO, "Input/output error")


@dataclass
class Bench:
    """Opens journals of one folder and keeps what they report."""

    root: Path
    scheduler: HandDrivenScheduler = field(default_factory=HandDrivenScheduler)
    disk: SmallDisk = field(default_factory=SmallDisk)
    alarms: list[OSError] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    _open: list[Journal] = field(default_factory=list)

    @property
    def directory(self) -> Path:
        return self.root / "journal"

    def open(self, *, segment_bytes: int = 1 << 20) -> Journal:
        journal = Journal.open(
            self.directory,
            epoch_path=self.root / "epoch",
            scheduler=self.scheduler,
            alarm=self.alarms.append,
            healed=self.gaps.append,
            segment_bytes=segment_bytes,
            disk=self.disk,
        )
        self._open.append(journal)
        return journal

    def close(self) -> None:
        while self._open:
            self._open.pop().close()

    def reopen(self, *, segment_bytes: int = 1 << 20) -> Journal:
        """As after a restart."""
        self.close()
        return self.open(segment_bytes=segment_bytes)

    def only_segment(self) -> Path:
        (path,) = self.directory.glob("*.journal")
        return path
