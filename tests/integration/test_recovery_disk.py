"""Disks and databases that fail: calls go on, records catch up, the journal says what it could not keep."""

import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from ctiserver.core.events import ContactConnected
from ctiserver.journal.line import Gap
from ctiserver.journal.readers import JournalReader
from ctiserver.process import folders
from tests.contract.postgres import running_postgres
from tests.integration.daemon import ORDINARY, VALUABLE, RunningCenter, center
from tests.integration.journal_probe import JournalProbe
from tests.integration.outages import outages
from tests.integration.screen import Screen
from tests.integration.sipp import until

pytestmark = pytest.mark.integration

OPERATOR = [(0.3, "0")]
CALLER_TONE, AGENT_TONE = 500, 700
JOURNAL_KIB = 1024
RECORDING_KIB = 32
"""Two seconds of a talk."""
MUSIC_LEVEL = 50


@contextmanager
def small_disk(folder: Path, kib: int) -> Iterator[None]:
    """A file system of its own, gone at the end even if somebody still has a file open there."""
    folder.mkdir(parents=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={kib}k", "tmpfs", str(folder)], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(file: Path) -> None:
    """Writes until the disk is full."""
    with file.open("wb", buffering=0) as filler:
        try:
            while True:
                filler.write(bytes(4096))
        except OSError:
            return


def _is_alarmed_by_more(c: RunningCenter) -> bool:
    """Whether the journal could not take a further entry; what is left of its last page may hold some."""
    c.set_status("ann", "available")
    return not c.view()["journal_ok"]


def newest_segment(c: RunningCenter) -> Path:
    """The file that the journal is being written to."""
    return max(folders.journal_dir(c.asterisk.config).glob("*.journal"))


def cut_last_line(file: Path) -> None:
    """Leaves the first half of it."""
    whole = file.read_bytes()
    length = len(whole) - 1 - whole.rfind(b"\n", 0, -1)
    file.write_bytes(whole[: -(length // 2)])


def test_a_torn_last_line_is_cut_and_calls_go_on(tmp_path: Path) -> None:
    with (
        center(tmp_path, queue={"survey": None}) as c,
        outages(c) as test,
        c.phone("ann", ring_seconds=0.1, tone_hertz=AGENT_TONE),
        c.call(number=VALUABLE, keys=OPERATOR, tone_hertz=CALLER_TONE) as talking,
    ):
        c.set_status("ann", "available")
        c.wait_stage("talking")
        with c.call(number=ORDINARY, keys=OPERATOR) as waiting:
            c.wait_stage("queued")
            assert c.process
            c.process.kill()  # the whole server, its readers too: only a power failure takes a line once read
            c.process.wait()
            cut_last_line(newest_segment(c))
            test.journal = JournalProbe(c.asterisk.config)
            epoch = test.journal.epoch
            c.start()
            until(lambda: test.journal.synced_at(epoch + 1), "a comparison", 15, c.log)
            assert [it["stage"] for it in c.view()["contacts"].values()] == ["talking", "queued"]
            until(lambda: talking.audio.hears(AGENT_TONE), "the agent's tone")
            until(lambda: waiting.audio.level() > MUSIC_LEVEL, "music")
            waiting.hang_up()
        talking.hang_up()
        c.wait_activity("ann", "wrapping_up")
        c.dispose("ann")
        first, second = test.records(2)
        assert (first.outcome, second.outcome) == ("answered", "abandoned")
        assert (first.incomplete, second.incomplete) == (False, False)


def test_calls_go_on_while_the_disks_of_the_journal_and_of_the_recordings_are_full(tmp_path: Path) -> None:
    journal_folder = tmp_path / "state" / "journal"
    with (
        small_disk(journal_folder, JOURNAL_KIB),
        small_disk(tmp_path / "state" / "asterisk" / "spool" / "recording", RECORDING_KIB),
        center(tmp_path, queue={"survey": None}) as c,
        c.phone("ann", ring_seconds=0.1, tone_hertz=AGENT_TONE),
        c.call(number=VALUABLE, keys=OPERATOR, tone_hertz=CALLER_TONE) as before,
    ):
        screen = Screen(c.probe)
        c.set_status("ann", "available")
        c.wait_stage("talking")
        fill(journal_folder / "filler")
        with c.call(number=ORDINARY, keys=OPERATOR) as during:
            c.wait_stage("queued")
            until(lambda: _is_alarmed_by_more(c), "the alarm in the live view", 10, c.log)
            until(lambda: not screen.view()["journal_ok"], "the alarm on the screens")
            before.hang_up()
            c.wait_activity("ann", "wrapping_up")
            c.dispose("ann")
            c.wait_stage("talking")
            until(lambda: during.audio.hears(AGENT_TONE), "the agent's tone while the disk is full")
            snapshots = folders.snapshot_dir(c.asterisk.config)
            assert not list(snapshots.glob("*.gz"))
            (journal_folder / "filler").unlink()
            freed_at = time.monotonic()
            until(lambda: c.view()["journal_ok"], "a journal that is written again", 20, c.log)
            print(f"written again {time.monotonic() - freed_at:.1f} s after there was room")
            until(lambda: list(snapshots.glob("*.gz")), "a snapshot behind the gap", 10, c.log)
            screen.wait_true()
            c.kill_calls()
            [talking] = c.wait_stage("talking")
            assert talking["pii_number"] == ORDINARY
            until(lambda: during.audio.hears(AGENT_TONE), "the agent's tone after a restart behind the gap")
            during.hang_up()
        c.wait_activity("ann", "wrapping_up")
        c.dispose("ann")
        c.set_status("ann", "logged_out")
        with c.call(number=ORDINARY, keys=OPERATOR) as after:
            c.wait_stage("queued")
            after.hang_up()
        until(lambda: len(c.interactions()) == 3 and c.interactions()[-1].ended_at, "records", 20, c.log)
        gaps = [line for line in JournalReader(journal_folder).read(100_000) if isinstance(line, Gap)]
        assert len(gaps) == 1
        assert gaps[0].lost_lines
        # What the disk refused is lost for the records, and they say so: never wrong, only incomplete.
        known, lost, whole = c.interactions()
        assert known.connected_at
        assert (lost.incomplete, lost.outcome) == (True, "answered")
        assert [segment.disposition for segment in lost.segments] == ["solved"]
        assert (whole.incomplete, whole.outcome) == (False, "abandoned")
        assert c.view()["contacts"] == {}


def calls_while_the_database_is_away(c: RunningCenter, back: Callable[[], None]) -> None:
    """Two calls, one of them with an agent; their records are there once the database is `back`."""
    with outages(c) as test, c.phone("ann", ring_seconds=0.1, tone_hertz=AGENT_TONE):
        c.set_status("ann", "available")
        with c.call(number=VALUABLE, keys=OPERATOR) as talking:
            c.wait_stage("talking")
            until(lambda: talking.audio.hears(AGENT_TONE), "the agent's tone without a database")
            with c.call(number=ORDINARY, keys=OPERATOR) as waiting:
                c.wait_stage("queued")
                waiting.hang_up()
            talking.hang_up()
        c.wait_activity("ann", "wrapping_up")
        c.dispose("ann")
        until(lambda: "records wait for the database" in c.log(), "jobs that wait", 20, c.log)
        assert len(test.journal.events(ContactConnected)) == 1
        back()
        first, second = test.records(2)
        assert (first.outcome, second.outcome) == ("answered", "abandoned")
        assert [segment.disposition for segment in first.segments] == ["solved"]


def test_records_wait_for_a_locked_sqlite_database_and_catch_up(tmp_path: Path) -> None:
    with center(tmp_path) as c:
        until(lambda: "phones are set up" in c.log(), "phones that Asterisk knows", 30, c.log)
        file = c.asterisk.config.database.url.partition("///")[2]
        with closing(sqlite3.connect(file, isolation_level=None)) as intruder:
            intruder.execute("BEGIN EXCLUSIVE")
            calls_while_the_database_is_away(c, lambda: intruder.execute("ROLLBACK"))


def test_records_wait_for_a_postgresql_server_that_is_down_and_catch_up(tmp_path: Path) -> None:
    with running_postgres() as server:
        more = f'[database]\nurl = "{server.new_database()}"'
        first = server.process

        def start_again() -> None:
            quiet = subprocess.DEVNULL
            server.process = subprocess.Popen(first.args, stdout=quiet, stderr=quiet)
            server.wait_until_ready()

        try:
            with center(tmp_path, more=more) as c:
                until(lambda: "phones are set up" in c.log(), "phones that Asterisk knows", 30, c.log)
                first.send_signal(signal.SIGINT)
                first.wait(30)
                calls_while_the_database_is_away(c, start_again)
        finally:
            server.process.send_signal(signal.SIGINT)
            server.process.wait(30)
