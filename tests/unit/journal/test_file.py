"""The journal's writer: order, recovery, torn lines, segments and the full disk."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from journal_bench import Bench, SmallDisk

from ctiserver.core.errors import Bug
from ctiserver.journal.errors import JournalDamaged, JournalLocked
from ctiserver.journal.file import Journal
from ctiserver.journal.line import Derived, Entry, Gap, Position, decode, encode
from ctiserver.journal.positions import write_position
from ctiserver.journal.replay import entries_after
from ctiserver.journal.segments import list_segments

REPOSITORY = Path(__file__).parents[3]


def lines_of(bench: Bench) -> list[Entry | Derived | Gap | None]:
    paths = [name.path(bench.directory) for name in list_segments(bench.directory)]
    return [decode(raw) for path in paths for raw in path.read_bytes().splitlines(keepends=True)]


def test_entries_and_their_derived_lines_stand_in_one_order(bench: Bench) -> None:
    journal = bench.open()
    assert journal.append(b'{"a":1}', 10.5) == 1
    journal.append_derived(1, [(1, b"{}"), (3, b"[]")])
    assert journal.append(b'{"a":2}', 11.0) == 2
    assert lines_of(bench) == [
        Entry(1, 1, 10.5, b'{"a":1}'),
        Derived(1, 1, 1, 10.5, b"{}"),
        Derived(1, 3, 1, 10.5, b"[]"),
        Entry(2, 1, 11.0, b'{"a":2}'),
    ]


def test_seq_goes_on_and_the_epoch_rises_at_each_start(bench: Bench) -> None:
    bench.open().append(b"a", 1.0)
    journal = bench.reopen()
    assert (journal.epoch, journal.append(b"b", 2.0)) == (2, 2)
    assert list(bench.reopen().replay(0)) == [Entry(1, 1, 1.0, b"a"), Entry(2, 2, 2.0, b"b")]


def test_replay_begins_behind_the_snapshot_and_gives_entries_only(bench: Bench) -> None:
    journal = bench.open(segment_bytes=60)
    for seq in range(1, 10):
        journal.append(b"%d" % seq, float(seq))
        journal.append_derived(seq, [(1, b"derived")])
    replayed = list(bench.reopen().replay(6))
    assert replayed == [Entry(seq, 1, float(seq), b"%d" % seq) for seq in (7, 8, 9)]


def test_recovery_writes_only_the_derived_lines_that_are_missing(bench: Bench) -> None:
    journal = bench.open()
    journal.append(b"first", 1.0)
    journal.append_derived(1, [(1, b"x")])
    journal.append(b"second", 2.0)
    journal.append_derived(2, [(1, b"y")])
    journal = bench.reopen()
    assert [journal.is_written(2, n) for n in (0, 1, 2)] == [True, True, False]
    for entry in journal.replay(0):
        journal.append_derived(entry.seq, [(1, b"x" if entry.seq == 1 else b"y"), (2, b"z")])
    assert lines_of(bench)[3:] == [Derived(2, 1, 1, 2.0, b"y"), Derived(2, 2, 1, 2.0, b"z")]


def test_a_derived_line_behind_a_newer_entry_is_our_mistake(bench: Bench) -> None:
    journal = bench.open()
    journal.append(b"a", 1.0)
    journal.append(b"b", 1.0)
    with pytest.raises(Bug, match="entry 1 come while entry 2"):
        journal.append_derived(1, [(1, b"x")])
    with pytest.raises(Bug):
        journal.append_derived(3, [(1, b"x")])


LAST_LINE = len(encode(Derived(2, 1, 1, 2.0, b'{"last": true}')))


@pytest.mark.parametrize("kept", range(LAST_LINE))
def test_a_torn_last_line_is_cut(bench: Bench, kept: int) -> None:
    journal = bench.open()
    journal.append(b"first", 1.0)
    journal.append(b"second", 2.0)
    journal.append_derived(2, [(1, b'{"last": true}')])
    bench.close()
    path = bench.only_segment()
    whole = path.read_bytes()
    os.truncate(path, len(whole) - LAST_LINE + kept)
    journal = bench.open()
    assert path.read_bytes() == whole[:-LAST_LINE]
    journal.append_derived(2, [(1, b'{"last": true}')])
    assert path.read_bytes() == whole
    assert journal.append(b"third", 3.0) == 3


@pytest.mark.parametrize("kept", range(len(encode(Entry(1, 1, 1.0, b"first")))))
def test_a_torn_only_line_is_cut(bench: Bench, kept: int) -> None:
    bench.open().append(b"first", 1.0)
    bench.close()
    os.truncate(bench.only_segment(), kept)
    assert bench.open().append(b"again", 2.0) == 1
    assert lines_of(bench) == [Entry(1, 2, 2.0, b"again")]


def test_a_last_line_whose_middle_never_reached_the_disk_is_cut(bench: Bench) -> None:
    journal = bench.open()
    journal.append(b"first", 1.0)
    journal.append(b"second", 2.0)
    bench.close()
    path = bench.only_segment()
    path.write_bytes(path.read_bytes().replace(b"second", bytes(6)))
    assert bench.open().append(b"again", 3.0) == 2


def test_a_bad_line_in_the_middle_refuses_to_start_and_says_what_to_do(bench: Bench) -> None:
    journal = bench.open()
    journal.append(b"first", 1.0)
    journal.append(b"second", 2.0)
    bench.close()
    path = bench.only_segment()
    path.write_bytes(path.read_bytes().replace(b"first", b"fist!"))
    with pytest.raises(JournalDamaged, match=r"damaged at byte 0.*move this file out of the folder"):
        bench.open()
    path.unlink()
    assert bench.open().append(b"first again", 3.0) == 1


def test_a_second_writer_is_refused_and_told_the_pid_of_the_first(bench: Bench) -> None:
    bench.open()
    with pytest.raises(JournalLocked, match=f"in use by process {os.getpid()}") as refusal:
        bench.open()
    assert refusal.value.pid == os.getpid()


def test_the_snapshot_may_be_newer_than_a_journal_that_was_moved_away(bench: Bench) -> None:
    journal = bench.open()
    assert list(journal.replay(500)) == [Gap(501, 1, 0.0, 1, None)]
    assert journal.append(b"a", 1.0) == 502


def test_missing_segments_show_as_a_gap_in_replay(bench: Bench) -> None:
    journal = bench.open(segment_bytes=1)
    for seq in range(1, 5):
        journal.append(b"x", float(seq))
    list_segments(bench.directory)[1].path(bench.directory).unlink()
    assert [(type(line), line.seq) for line in journal.replay(0)] == [
        (Entry, 1),
        (Gap, 2),
        (Entry, 3),
        (Entry, 4),
    ]


def test_a_segment_goes_when_a_snapshot_covers_it_and_every_reader_has_read_it(bench: Bench) -> None:
    journal = bench.open(segment_bytes=1)
    for seq in range(1, 6):
        journal.append(b"x", float(seq))
        journal.append_derived(seq, [(1, b"y")])
    assert journal.remove_covered(5, ["records", "reports"]) == []
    write_position(bench.directory, "records", Position(1, 4, 0))
    assert journal.remove_covered(5, ["records", "reports"]) == []
    write_position(bench.directory, "reports", Position(1, 3, 0))
    assert len(journal.remove_covered(1, ["records", "reports"])) == 1
    written_at = min(path.stat().st_mtime for path in bench.directory.glob("*.journal"))
    assert journal.remove_covered(5, ["records", "reports"], written_at) == []  # young enough to be kept
    assert len(journal.remove_covered(5, ["records", "reports"])) == 1
    assert [name.seq for name in list_segments(bench.directory)] == [3, 4, 5]
    assert len(journal.remove_covered(5, [])) == 2


def test_an_emptied_last_segment_still_tells_the_seq(bench: Bench) -> None:
    journal = bench.open(segment_bytes=1)
    for seq in range(1, 4):
        journal.append(b"x", float(seq))
    journal.remove_covered(3, [])
    bench.close()
    os.truncate(bench.only_segment(), 7)
    assert bench.open().append(b"again", 4.0) == 3


def test_writes_are_synced_in_groups_of_fifty_milliseconds(bench: Bench) -> None:
    journal, done = bench.open(), []
    journal.append(b"a", 1.0)
    journal.append(b"b", 1.0)
    journal.when_synced(lambda: done.append("synced"))
    bench.scheduler.advance(0.049)
    synced_before = bench.disk.synced
    assert not done
    bench.scheduler.advance(0.001)
    assert (bench.disk.synced - synced_before, done) == (1, ["synced"])
    bench.scheduler.advance(10)
    assert bench.disk.synced - synced_before == 1


@pytest.mark.parametrize("room_bytes", range(0, 80, 3))
def test_a_full_disk_never_reaches_the_caller_and_leaves_a_gap(bench: Bench, room_bytes: int) -> None:
    journal = bench.open()
    journal.append(b"kept", 1.0)
    before = bench.only_segment().read_bytes()
    bench.disk.room_bytes = room_bytes
    seqs = [journal.append(b"lost" * 20, 2.0)]
    journal.append_derived(2, [(1, b"lost too")])
    bench.scheduler.advance(20)
    seqs.append(journal.append(b"lost as well", 3.0))
    assert (seqs, journal.degraded, len(bench.alarms), bench.gaps) == ([2, 3], True, 1, [])
    assert bench.only_segment().read_bytes() == before
    bench.disk.room_bytes = 1 << 30
    bench.scheduler.advance(5)
    assert bench.gaps == [Gap(4, 1, 3.0, 2, 3)]
    assert not journal.degraded
    journal.append_derived(3, [(1, b"its entry is lost, so is this")])
    assert journal.append(b"kept again", 4.0) == 5
    history = [Entry(1, 1, 1.0, b"kept"), Gap(4, 1, 3.0, 2, 3), Entry(5, 1, 4.0, b"kept again")]
    assert lines_of(bench) == history
    assert list(bench.reopen().replay(0)) == history


def test_a_disk_with_room_for_a_line_only_is_still_full(bench: Bench) -> None:
    journal = bench.open()
    bench.disk.room_bytes = 10
    journal.append(b"lost", 1.0)
    bench.disk.room_bytes = 2000
    bench.scheduler.advance(5)
    assert journal.degraded
    assert not (bench.directory / ".room").exists()


def test_the_alarm_comes_again_for_the_next_outage(bench: Bench) -> None:
    journal = bench.open()
    for _ in range(2):
        bench.disk.room_bytes = 0
        journal.append(b"lost", 1.0)
        bench.disk.room_bytes = 1 << 30
        bench.scheduler.advance(5)
    assert (len(bench.alarms), len(bench.gaps)) == (2, 2)


def test_a_crash_on_a_full_disk_loses_only_what_was_dropped(bench: Bench) -> None:
    journal = bench.open()
    journal.append(b"kept", 1.0)
    bench.disk.room_bytes, bench.disk.broken = 5, True  # the torn line cannot even be cut
    journal.append(b"lost", 2.0)
    bench.close()
    bench.disk = SmallDisk(room_bytes=0)
    bench.disk.room_bytes = 1 << 30
    assert bench.open().epoch == 2
    assert lines_of(bench) == [Entry(1, 1, 1.0, b"kept")]


def test_a_failed_sync_degrades_and_goes_on_in_a_new_segment(bench: Bench) -> None:
    journal = bench.open()
    journal.append(b"perhaps lost", 1.0)
    bench.disk.broken = True
    bench.scheduler.advance(1)
    assert journal.degraded
    bench.disk.broken = False
    bench.scheduler.advance(5)
    assert bench.gaps == [Gap(2, 1, 1.0, 1, 0)]
    assert len(list_segments(bench.directory)) == 2


def test_the_same_appends_give_the_same_bytes(tmp_path: Path) -> None:
    contents = []
    for name in ("one", "two"):
        bench = Bench(tmp_path / name)
        journal = bench.open(segment_bytes=200)
        for seq in range(1, 20):
            journal.append_derived(journal.append(b"x%d" % seq, seq / 7), [(1, b"a"), (2, b"b")])
        bench.close()
        names = list_segments(bench.directory)
        contents.append([(name, name.path(bench.directory).read_bytes()) for name in names])
    assert contents[0] == contents[1]


WRITER = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from journal_bench import HandDrivenScheduler
from ctiserver.journal.file import Journal
root = Path(sys.argv[1])
journal = Journal.open(root / "journal", epoch_path=root / "epoch", scheduler=HandDrivenScheduler(),
    alarm=print, healed=print, segment_bytes=20_000)
while True:
    seq = journal.append(b'{"some": "input"}', 1.0)
    print(seq, flush=True)
    journal.append_derived(seq, [(n, b'{"some": "event"}') for n in (1, 2, 3)])
"""


def test_kill_9_in_the_middle_of_appends_loses_nothing(bench: Bench) -> None:
    command = [sys.executable, "-c", WRITER, str(bench.root), str(Path(__file__).parent)]
    acknowledged = 0
    for _ in range(3):
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=REPOSITORY) as writer:
            assert writer.stdout
            for _ in range(700):
                acknowledged = int(writer.stdout.readline())
            writer.send_signal(signal.SIGKILL)
            rest = writer.stdout.read().splitlines(keepends=True)
        acknowledged = max([acknowledged, *(int(line) for line in rest if line.endswith("\n"))])
        journal = bench.open()
        assert journal.last_seq in (acknowledged, acknowledged + 1)
        for entry in journal.replay(0):
            journal.append_derived(entry.seq, [(n, b'{"some": "event"}') for n in (1, 2, 3)])
        bench.close()
    ids = [line.position[1:] for line in lines_of(bench) if line]
    assert ids == [(seq, n) for seq in range(1, journal.last_seq + 1) for n in range(4)]


def test_a_journal_is_open_in_one_place_only_also_between_processes(bench: Bench) -> None:
    command = [sys.executable, "-c", WRITER, str(bench.root), str(Path(__file__).parent)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=REPOSITORY) as writer:
        assert writer.stdout
        writer.stdout.readline()
        with pytest.raises(JournalLocked) as refusal:
            bench.open()
        assert refusal.value.pid == writer.pid
        writer.kill()
        writer.stdout.read()
    assert isinstance(bench.open(), Journal)


def test_an_empty_folder_has_nothing_to_replay(tmp_path: Path) -> None:
    assert list(entries_after(tmp_path, 0, until_seq=0)) == []
