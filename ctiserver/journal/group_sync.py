"""Syncs written segments to the disk in groups, in a thread, so that neither calls nor the loop wait for it.

The first write after a quiet moment starts a group that closes `group_seconds` later; what is written while
a group is being synced goes with the next one. A killed process loses nothing anyway (the operating system
holds the lines); what a power failure may take is the last group.
"""

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from ctiserver.journal.disk import Disk
from ctiserver.journal.segments import Segment


class Scheduler(Protocol):
    """The journal's only access to time and threads. In production: the reactor and one worker thread."""

    def call_later(self, seconds: float, call: Callable[[], None], /) -> Callable[[], object]:
        """Call once on the loop after `seconds`; the result cancels that."""
        ...

    def in_thread(self, work: Callable[[], None], done: Callable[[Exception | None], None], /) -> None:
        """Run `work` off the loop, then `done` on the loop with what it raised or None."""
        ...


class GroupSync:
    """At most one sync is under way or awaited at any time, and every written segment gets into one."""

    def __init__(
        self,
        directory: Path,
        *,
        scheduler: Scheduler,
        disk: Disk,
        group_seconds: float,
        failed: Callable[[OSError], None],
    ) -> None:
        self._directory = directory
        self._scheduler = scheduler
        self._disk = disk
        self._group_seconds = group_seconds
        self._failed = failed
        self._written: dict[Segment, None] = {}  # an ordered set
        self._retired: list[Segment] = []
        self._waiting: list[Callable[[], None]] = []
        self._busy = False
        self._names_changed = True

    def written(self, segment: Segment) -> None:
        """Lines were handed to the operating system."""
        self._written[segment] = None
        self._wake()

    def created(self) -> None:
        """The folder has a new name that has to reach the disk too."""
        self._names_changed = True

    def retire(self, segment: Segment) -> None:
        """Nothing more will be written to it: sync it with the next group, then close it."""
        self._written[segment] = None
        self._retired.append(segment)
        self._wake()

    def when_synced(self, call: Callable[[], None]) -> None:
        """Call on the loop when all that was written up to now is on the disk, or once that has failed."""
        self._waiting.append(call)
        self._wake()

    def sync_now(self) -> None:
        """Sync and close what is left, in the calling thread; for the end of the process. Raises OSError."""
        work = self._group()
        work()

    def _wake(self) -> None:
        if not self._busy:
            self._busy = True
            self._scheduler.call_later(self._group_seconds, self._start)

    def _start(self) -> None:
        waiting, self._waiting = self._waiting, []
        self._scheduler.in_thread(self._group(), lambda error: self._finish(error, waiting))

    def _group(self) -> Callable[[], None]:
        written, self._written = self._written, {}
        retired, self._retired = self._retired, []
        names_changed, self._names_changed = self._names_changed, False

        def sync() -> None:
            with contextlib.ExitStack() as closing:
                for segment in retired:
                    closing.callback(segment.close)
                for segment in written:
                    self._disk.sync(segment.fd)
                if names_changed:
                    self._disk.sync_directory(self._directory)

        return sync

    def _finish(self, error: Exception | None, waiting: list[Callable[[], None]]) -> None:
        self._busy = False
        if self._written or self._waiting:
            self._wake()
        if isinstance(error, OSError):
            self._failed(error)
        elif error is not None:
            raise error
        for call in waiting:
            call()
