import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from twisted.internet.task import Clock

from ctiserver.app.snapshots import DURABLE_READERS, Snapshots
from ctiserver.core.config import Journal as Policy
from ctiserver.journal.snapshot import Snapshot, SnapshotStore

POLICY = Policy(snapshot_seconds=60, snapshot_entries=100)


class PretendJournal:
    """Counts entries; says that they are on the disk when the test does."""

    def __init__(self) -> None:
        self.last_seq, self.degraded = 0, False
        self.covered: list[int] = []
        self.kept_from: list[float] = []
        self._waiting: list[Callable[[], None]] = []

    def when_synced(self, call: Callable[[], None]) -> None:
        self._waiting.append(call)

    def sync(self) -> None:
        waiting, self._waiting = self._waiting, []
        for call in waiting:
            call()

    def remove_covered(self, covered_seq: int, readers: object, written_before: float = math.inf) -> None:
        assert readers == DURABLE_READERS
        self.covered.append(covered_seq)
        self.kept_from.append(written_before)


class Bench:
    """Snapshots of a runtime whose state is only its seq; work in the thread is done when the test says so."""

    def __init__(self, folder: Path) -> None:
        self.time, self.journal = Clock(), PretendJournal()
        self.store = SnapshotStore(folder, schema=1, upgrades={})
        self.folder = folder
        self._work: list[tuple[Callable[[], None], Callable[[Exception | None], None]]] = []
        here: Any = self
        self.snapshots = Snapshots(
            runtime=here,
            journal=here.journal,
            store=self.store,
            policy=POLICY,
            clock=here,
            scheduler=here,
        )
        self.snapshots.start()

    def now(self) -> float:
        return self.time.seconds()

    def call_later(self, seconds: float, call: Callable[[], None]) -> None:
        self.time.callLater(seconds, call)

    def in_thread(self, work: Callable[[], None], done: Callable[[Exception | None], None]) -> None:
        self._work.append((work, done))

    def state(self) -> Snapshot:
        return Snapshot(self.journal.last_seq, 1, self.now(), {"seq": self.journal.last_seq})

    def pass_seconds(self, seconds: int) -> None:
        """Time goes by; the disk and the thread do all that is waiting."""
        for _ in range(seconds):
            self.time.advance(1)
            self.write()

    def write(self) -> None:
        self.journal.sync()
        work, self._work = self._work, []
        for do, done in work:
            error: Exception | None = None
            try:
                do()
            except Exception as raised:
                error = raised
            done(error)

    def written(self) -> list[int]:
        """The seqs of the snapshots on the disk."""
        return sorted(int(path.name.split("-")[1]) for path in self.folder.glob("*.gz"))


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_a_snapshot_is_taken_after_its_time_if_anything_happened(bench: Bench) -> None:
    bench.pass_seconds(200)
    assert bench.written() == []
    bench.journal.last_seq = 1
    bench.pass_seconds(1)
    assert bench.written() == [1]
    bench.journal.last_seq = 2
    bench.pass_seconds(59)
    assert bench.written() == [1]
    bench.pass_seconds(1)
    assert bench.written() == [1, 2]


def test_many_entries_make_it_due_before_its_time(bench: Bench) -> None:
    bench.journal.last_seq = 99
    bench.pass_seconds(2)
    assert bench.written() == []
    bench.journal.last_seq = 100
    bench.pass_seconds(1)
    assert bench.written() == [100]


def test_it_is_written_only_when_its_entries_are_on_the_disk(bench: Bench) -> None:
    bench.journal.last_seq = 5
    bench.snapshots.take()
    bench.journal.last_seq = 6
    assert bench.written() == []
    bench.write()
    assert bench.written() == [5]


def test_one_that_is_asked_for_while_one_is_being_written_comes_behind_it(bench: Bench) -> None:
    bench.journal.last_seq = 5
    bench.snapshots.take()
    bench.journal.last_seq = 6
    bench.snapshots.take()
    bench.snapshots.take()
    bench.write()
    assert bench.written() == [5]
    bench.pass_seconds(2)
    assert bench.written() == [5, 6]
    assert bench.journal.covered == [0, 5]


def test_an_orderly_end_leaves_nothing_to_replay(bench: Bench) -> None:
    bench.journal.last_seq = 7
    bench.snapshots.take_last()
    assert bench.written() == [7]


def test_an_end_while_the_journal_cannot_be_written_leaves_the_snapshots_as_they_are(bench: Bench) -> None:
    bench.journal.last_seq, bench.journal.degraded = 7, True
    bench.snapshots.take_last()
    assert bench.written() == []


def test_the_journal_forgets_what_the_older_of_two_covers(bench: Bench) -> None:
    for seq in (5, 9):
        bench.journal.last_seq = seq
        bench.snapshots.take()
        bench.write()
    assert bench.journal.covered == [0, 5]


def test_while_the_journal_cannot_be_written_none_is_taken(bench: Bench) -> None:
    bench.journal.last_seq, bench.journal.degraded = 500, True
    bench.pass_seconds(120)
    assert bench.written() == []
    bench.journal.degraded = False
    bench.pass_seconds(1)
    assert bench.written() == [500]


def test_a_snapshot_that_cannot_be_written_costs_nothing_and_the_next_one_is_tried(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_snapshot: object) -> None:
        raise OSError("no space")

    bench.journal.last_seq = 5
    with monkeypatch.context() as patch:
        patch.setattr(bench.store, "write", refuse)
        bench.snapshots.take()
        bench.write()
    assert bench.journal.covered == []
    bench.journal.last_seq = 6
    bench.snapshots.take()
    bench.write()
    assert bench.written() == [6]
