"""When snapshots are taken: every so many seconds or entries, after a gap in the journal, at an orderly end.

The last one leaves nothing to replay: whoever starts next, perhaps a newer version whose engines would decide
otherwise, goes on from what was decided. What a snapshot covers is kept for some days, so that a day can be rehearsed;
on a full disk it goes at once.
"""

import structlog

from ctiserver.app.loop import LoopScheduler
from ctiserver.app.runtime import Runtime
from ctiserver.asterisk.clock import Clock
from ctiserver.core.config import Journal as Policy
from ctiserver.journal.errors import JournalError
from ctiserver.journal.file import Journal
from ctiserver.journal.snapshot import EncodedSnapshot, SnapshotStore

_log = structlog.get_logger()
_LOOK_SECONDS = 1.0
_DAY_SECONDS = 86_400.0
DURABLE_READERS = ("interactions",)


class Snapshots:
    """At most one is being written at a time."""

    def __init__(
        self,
        *,
        runtime: Runtime,
        journal: Journal,
        store: SnapshotStore,
        policy: Policy,
        clock: Clock,
        scheduler: LoopScheduler,
    ) -> None:
        self._runtime, self._journal, self._store = runtime, journal, store
        self._policy, self._clock, self._scheduler = policy, clock, scheduler
        self._taken_at, self._taken_seq = clock.now(), journal.last_seq
        self._writing = self._once_more = False

    def start(self) -> None:
        """Look every second whether one is due."""
        self._clock.call_later(_LOOK_SECONDS, self._look)

    def _look(self) -> None:
        self.start()
        new_entries = self._journal.last_seq - self._taken_seq
        waited = self._clock.now() - self._taken_at
        if new_entries >= self._policy.snapshot_entries or (
            new_entries and waited >= self._policy.snapshot_seconds
        ):
            self.take()

    def take(self) -> None:
        """Take one now, or as soon as the one that is being written is done."""
        if self._journal.degraded:
            self._journal.remove_covered(
                self._store.covered_seq(), DURABLE_READERS
            )  # what is kept makes room
            return
        if self._writing:
            self._once_more = True
            return
        self._writing = True
        self._taken_at, self._taken_seq = self._clock.now(), self._journal.last_seq
        encoded = self._store.encode(self._runtime.state())
        self._journal.when_synced(lambda: self._write(encoded))

    def take_last(self) -> None:
        """Take one in the calling thread, once the journal and its worker thread are closed."""
        if self._journal.degraded:
            return
        try:
            self._store.write(self._store.encode(self._runtime.state()))
        except JournalError as error:
            _log.error("no snapshot could be written", error=str(error))

    def _write(self, encoded: EncodedSnapshot) -> None:
        self._scheduler.in_thread(lambda: self._store.write(encoded), self._written)

    def _written(self, error: Exception | None) -> None:
        self._writing = False
        if error:
            _log.error("no snapshot could be written", error=str(error))
        else:
            kept_seconds = _DAY_SECONDS * self._policy.keep_days
            self._journal.remove_covered(
                self._store.covered_seq(), DURABLE_READERS, self._clock.now() - kept_seconds
            )
        if self._once_more:
            self._once_more = False
            self.take()
