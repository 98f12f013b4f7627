"""The journal's writer: entries in one total order, each handed to the operating system before it is handled.

- `append` gives an entry the next `seq` and writes it; `append_derived` writes the messages derived from the
  newest entry behind it, all in one write. A killed process has lost nothing that was appended.
- Recovery replays entries. The engine derives their messages again and hands them to `append_derived` as it
  did the first time; those that are already there are passed over, so only the missing ones are written.
- Calls before guarantees: when the disk refuses, the journal raises the alarm once, drops lines and tries
  again every few seconds. Seqs go on rising meanwhile. With room again it opens a new segment with a gap
  line and says `healed`; its owner takes a snapshot at once, because replay cannot make up for the gap.
- A segment goes when a snapshot covers it and every durable reader has read it.
- The module sees no clock, loop or thread: a `Scheduler` is passed in. Call it from one thread only.
"""

import contextlib
import math
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Self

from ctiserver.core.errors import Bug
from ctiserver.journal.disk import Disk, write_all
from ctiserver.journal.epoch_file import next_epoch
from ctiserver.journal.group_sync import GroupSync, Scheduler
from ctiserver.journal.line import BEGINNING, Derived, Entry, Gap, Line, Position, encode
from ctiserver.journal.lock import lock_folder
from ctiserver.journal.positions import read_position
from ctiserver.journal.replay import entries_after, last_lines
from ctiserver.journal.segments import Segment, SegmentName, list_segments

_ROOM_BYTES = 256 * 1024
"""How much must fit on the disk before a degraded journal goes on, lest it fill up again at once."""


@dataclass(slots=True)
class _Outage:
    """Since when the disk refuses, and what that has cost."""

    first_lost_seq: int
    lost_lines: int = 0


class Journal:
    """What was appended is with the operating system, or the journal is degraded and has said so."""

    def __init__(
        self,
        directory: Path,
        *,
        epoch: int,
        lock: int,
        scheduler: Scheduler,
        disk: Disk,
        alarm: Callable[[OSError], None],
        healed: Callable[[Gap], None],
        fsync_milliseconds: int,
        segment_bytes: int,
        retry_seconds: float,
    ) -> None:
        self.epoch = epoch
        self._directory = directory
        self._lock = lock
        self._scheduler = scheduler
        self._disk = disk
        self._alarm = alarm
        self._healed = healed
        self._segment_bytes = segment_bytes
        self._retry_seconds = retry_seconds
        self._sync = GroupSync(
            directory,
            scheduler=scheduler,
            disk=disk,
            group_seconds=fsync_milliseconds / 1000,
            failed=lambda error: self._degrade(error, self._last.seq, 0),
        )
        self._segment: Segment | None = None
        self._last: Position = BEGINNING
        self._last_at = 0.0
        self._entry: Entry | None = None
        self._appending = False
        self._outage: _Outage | None = None
        self._closed = False

    @classmethod
    def open(
        cls,
        directory: Path,
        *,
        epoch_path: Path,
        scheduler: Scheduler,
        alarm: Callable[[OSError], None],
        healed: Callable[[Gap], None],
        fsync_milliseconds: int = 50,
        segment_bytes: int = 16 * 1024 * 1024,
        retry_seconds: float = 5.0,
        disk: Disk | None = None,
    ) -> Self:
        """The journal of a folder, locked, its torn last line cut, in a new epoch.

        `alarm` is called once when the disk begins to refuse, `healed` when lines are written again; at most
        `fsync_milliseconds` of lines are at risk in a power failure. The last segment is verified here, what
        is replayed by `replay`. Raises JournalLocked, JournalDamaged, JournalError (epoch file), OSError.
        """
        disk = disk or Disk()
        directory.mkdir(parents=True, exist_ok=True)
        lock = lock_folder(directory)
        try:
            last = last_lines(directory)
            journal = cls(
                directory,
                epoch=next_epoch(epoch_path, above=last.position.epoch, disk=disk),
                lock=lock,
                scheduler=scheduler,
                disk=disk,
                alarm=alarm,
                healed=healed,
                fsync_milliseconds=fsync_milliseconds,
                segment_bytes=segment_bytes,
                retry_seconds=retry_seconds,
            )
            if last.segment:
                path = last.segment.path(directory)
                journal._segment = Segment.reopen(path, last.segment_size, disk)
            journal._last, journal._last_at, journal._entry = last.position, last.at, last.entry
        except BaseException:
            os.close(lock)
            raise
        return journal

    @property
    def last_seq(self) -> int:
        """The seq of the newest entry or gap, lost ones included; 0 for an empty journal."""
        return self._last.seq

    @property
    def degraded(self) -> bool:
        """Whether the disk refuses and lines are being dropped."""
        return self._outage is not None

    def append(self, body: bytes, at: float) -> int:
        """The seq of an entry that is now written, or dropped when degraded; `at` is UTC epoch seconds.

        Never raises for a disk's sake. Raises Bug when the body holds a line end.
        """
        entry = Entry(self._last.seq + 1, self.epoch, at, body)
        self._appending = True
        self._entry = entry
        self._write([entry], may_rotate=True)
        return entry.seq

    def append_derived(self, seq: int, messages: Iterable[tuple[int, bytes]]) -> None:
        """Write the messages `(n, body)`, n rising from 1, derived from entry `seq`, unless they are there.

        In replay `seq` may be any replayed entry; afterwards only the newest one, else Bug: handle an entry
        to its end before the next is appended. Never raises for a disk's sake.
        """
        if seq > self._last.seq or (self._appending and self._entry and seq < self._entry.seq):
            raise Bug(f"derived lines of entry {seq} come while entry {self._last.seq} is the newest")
        entry = self._entry
        if entry is None or entry.seq != seq:
            return
        lines = [
            Derived(seq, n, entry.epoch, entry.at, body)
            for n, body in messages
            if Position(entry.epoch, seq, n) > self._last
        ]
        if lines:
            self._write(lines, may_rotate=False)

    def is_written(self, seq: int, n: int) -> bool:
        """Whether message n derived from entry `seq` needs no writing any more (0: the entry itself)."""
        return (seq, n) <= (self._last.seq, self._last.n)

    def replay(self, after_seq: int) -> Iterator[Entry | Gap]:
        """The entries behind `after_seq` (the snapshot's, or 0) in order, and a Gap where some are missing.

        When the snapshot knows of more than the journal (files were lost), the journal goes on behind it.
        The iterator raises JournalDamaged.
        """
        if after_seq > self._last.seq:
            first_lost_seq = self._last.seq + 1
            self._last = Position(self.epoch, after_seq, 0)
            self._entry = None
            self._write(
                [Gap(after_seq + 1, self.epoch, self._last_at, first_lost_seq, None)], may_rotate=True
            )
        return entries_after(self._directory, after_seq, until_seq=self._last.seq)

    def when_synced(self, call: Callable[[], None]) -> None:
        """Call on the loop once all that was appended up to now is on the disk, or was refused by it."""
        self._sync.when_synced(call)

    def remove_covered(
        self, covered_seq: int, durable_readers: Sequence[str], written_before: float = math.inf
    ) -> list[Path]:
        """Delete the segments that neither recovery nor a reader needs, and tell which.

        `covered_seq` is SnapshotStore.covered_seq(); a named reader that never told its position needs all. What was
        written at `written_before` (epoch seconds, by the file's own time) or later stays.
        """
        read = min((read_position(self._directory, name) for name in durable_readers), default=None)
        segments = list_segments(self._directory)
        removed = []
        for name, following in pairwise(segments):
            begins = Position(following.epoch, following.seq, 0)
            if following.seq - 1 > covered_seq or (read is not None and read < begins):
                break
            path = name.path(self._directory)
            if path.stat().st_mtime >= written_before:
                break
            path.unlink()
            removed.append(path)
        return removed

    def close(self) -> None:
        """Sync what is written and release the lock; nothing may be appended afterwards."""
        self._closed = True
        if self._segment:
            self._sync.retire(self._segment)
            self._segment = None
        with contextlib.suppress(OSError):
            self._sync.sync_now()
        os.close(self._lock)

    def _write(self, lines: Sequence[Line], *, may_rotate: bool) -> None:
        encoded = [encode(line) for line in lines]
        self._last, self._last_at = lines[-1].position, lines[-1].at
        if self._outage:
            self._outage.lost_lines += len(lines)
            return
        segment = self._segment
        before = segment.size if segment else 0
        try:
            if segment is None or (may_rotate and before >= self._segment_bytes):
                before, segment = 0, self._rotate(lines[0])
            segment.append(b"".join(encoded))
            self._sync.written(segment)
        except OSError as error:
            kept_bytes = segment.size - before if segment else 0
            lost = sum(end > kept_bytes for end in accumulate(map(len, encoded)))
            self._degrade(error, lines[0].seq, lost)

    def _rotate(self, first: Line) -> Segment:
        path = SegmentName(first.epoch, first.seq).path(self._directory)
        segment = Segment.create(path, self._disk)
        if self._segment:
            self._sync.retire(self._segment)
        self._segment = segment
        self._sync.created()
        return segment

    def _degrade(self, error: OSError, first_lost_seq: int, lost_lines: int) -> None:
        if self._outage or self._closed:
            return
        self._outage = _Outage(first_lost_seq, lost_lines)
        if self._segment:
            with contextlib.suppress(OSError):  # else _make_room cuts it
                self._segment.cut_torn_line()
        self._try_again_later()
        self._alarm(error)

    def _try_again_later(self) -> None:
        self._scheduler.call_later(self._retry_seconds, self._try_again)

    def _try_again(self) -> None:
        if not self._closed:
            self._scheduler.in_thread(self._make_room, self._room_made)

    def _make_room(self) -> None:
        if self._segment:
            self._segment.cut_torn_line()
        path = self._directory / ".room"
        fd = self._disk.create(path)
        try:
            write_all(self._disk, fd, bytes(_ROOM_BYTES))
            self._disk.sync(fd)
        finally:
            os.close(fd)
            path.unlink()

    def _room_made(self, error: Exception | None) -> None:
        if self._closed or self._outage is None:
            return
        if error is not None and not isinstance(error, OSError):
            raise error
        outage = self._outage
        gap = Gap(self._last.seq + 1, self.epoch, self._last_at, outage.first_lost_seq, outage.lost_lines)
        try:
            if error:
                raise error
            segment = self._rotate(gap)
            segment.append(encode(gap))
        except OSError:
            self._try_again_later()
            return
        self._last, self._outage = gap.position, None
        self._sync.written(segment)
        self._healed(gap)
