"""Processes that hang instead of dying, and servers started twice: nobody is stranded, nobody fights."""

import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from crm_core.interactions import Interaction
from ctiserver.app.child import REFUSED_EXIT_STATUS, REPLACED_EXIT_STATUS
from ctiserver.asterisk.passwords import passwords
from ctiserver.core.events import ContactArrived, ContactConnected, ContactMissed
from tests.integration.bus_probe import BusProbe
from tests.integration.daemon import ORDINARY, VALUABLE, RunningCenter, center
from tests.integration.journal_probe import JournalProbe
from tests.integration.outages import outages
from tests.integration.sipp import PATIENCE, Caller, until

pytestmark = pytest.mark.integration

OPERATOR = [(0.3, "0")]
CALLER_TONE, AGENT_TONE, FALLBACK_TONE = 500, 700, 900
MUSIC_LEVEL = 50
WAITS_IN_VAIN, COMES_MEANWHILE = "+56922220011", "+56922220012"
FUSE_SECONDS, STOPPED_SECONDS = 4, 7.0
SHORT_FUSE = {"waiting_fuse_seconds": FUSE_SECONDS, "fuse_refresh_seconds": 1}
"""The usual 60 and 20 s go the same way (`unit/app/test_engine_tables`), which would take two minutes to see."""


@contextmanager
def stopped(*pids: int) -> Iterator[None]:
    """The processes hang while the block runs."""
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


def in_the_fallback(c: RunningCenter, number: str) -> float | None:
    """When a caller came to the dialplan's fallback, in UTC epoch seconds."""
    told = [e for e in c.asterisk.cel() if e["eventtype"] == "FALLBACK" and e["userfield"] == number]
    return float(told[0]["eventtime"]) if told else None


def by_number(rows: list[Interaction], number: str) -> Interaction:
    [row] = [row for row in rows if row.ani == number]
    return row


def test_a_calls_process_that_hangs_is_replaced_and_nobody_moves(tmp_path: Path) -> None:
    with (
        center(tmp_path, queue={"survey": None}) as c,
        outages(c) as test,
        c.phone("ann", ring_seconds=0.1, tone_hertz=AGENT_TONE) as ann,
        c.call(number=VALUABLE, keys=OPERATOR, tone_hertz=CALLER_TONE) as talking,
    ):
        c.set_status("ann", "available")
        c.wait_stage("talking")
        with c.call(number=ORDINARY, keys=OPERATOR) as waiting:
            c.wait_stage("queued")
            hung, epoch, hung_at = c.calls_pid, test.journal.epoch, time.time()
            os.kill(hung, signal.SIGSTOP)
            test.wait_recovered(epoch, hung_at)
            assert c.calls_pid != hung
            assert "hung, killing it" in c.log()
            assert [it["stage"] for it in c.view()["contacts"].values()] == ["talking", "queued"]
            until(lambda: talking.audio.hears(AGENT_TONE) and ann.audio.hears(CALLER_TONE), "both tones")
            until(lambda: waiting.audio.level() > MUSIC_LEVEL, "music")
            assert in_the_fallback(c, ORDINARY) is None
            waiting.hang_up()
        talking.hang_up()
        c.wait_activity("ann", "wrapping_up")
        c.dispose("ann")
        first, second = test.records(2)
        assert (first.outcome, second.outcome) == ("answered", "abandoned")
        assert len(test.journal.events(ContactConnected)) == 1


def test_when_parent_and_calls_hang_who_waits_reaches_the_fallback(tmp_path: Path) -> None:
    with (
        center(tmp_path, queue={"survey": None}, asterisk=SHORT_FUSE) as c,
        outages(c) as test,
        c.phone("ann", ring_seconds=0.1, tone_hertz=AGENT_TONE) as ann,
        c.asterisk.phone(port=c.asterisk.fallback_port, tone_hertz=FALLBACK_TONE),
        c.call(number=VALUABLE, keys=OPERATOR, tone_hertz=CALLER_TONE) as talking,
    ):
        c.set_status("ann", "available")
        c.wait_stage("talking")
        with c.call(number=WAITS_IN_VAIN, keys=OPERATOR) as waiting:
            c.wait_stage("queued")
            assert c.process
            calls, stopped_at = c.calls_pid, time.time()
            with stopped(c.process.pid, calls), c.call(number=COMES_MEANWHILE, answer_seconds=150) as fresh:
                fell_at = _talk_in_the_fallback(c, WAITS_IN_VAIN, waiting)
                fresh_fell_at = _talk_in_the_fallback(c, COMES_MEANWHILE, fresh)
                until(
                    lambda: time.time() > stopped_at + STOPPED_SECONDS, "the end of the hang", STOPPED_SECONDS
                )
                until(lambda: talking.audio.hears(AGENT_TONE) and ann.audio.hears(CALLER_TONE), "both tones")
            print(f"after {fell_at - stopped_at:.1f} s of a hang he who waited was in the fallback")
            c.wait_live()
            c.wait_records(2)
        talking.hang_up()
        c.wait_activity("ann", "wrapping_up")
        c.dispose("ann")
        test.records(3)
        test.kill()  # the CEL is read anew, and tells of nobody a second time
        rows = test.records(3)
        for number, at in ((WAITS_IN_VAIN, fell_at), (COMES_MEANWHILE, fresh_fell_at)):
            row = by_number(rows, number)
            assert (row.outcome, row.ended_by, row.to_call_back) == ("disconnected", "fallback", True)
            assert row.ended_at is not None
            assert abs(row.ended_at - at) < 1.0
        assert by_number(rows, WAITS_IN_VAIN).ended_where == "queue"
        assert by_number(rows, COMES_MEANWHILE).ended_where == "ivr"
        assert by_number(rows, VALUABLE).outcome == "answered"
        assert len(test.journal.events(ContactArrived)) == 3
        assert not test.journal.events(ContactMissed)


def _talk_in_the_fallback(c: RunningCenter, number: str, caller: Caller) -> float:
    """When the caller's fuse had burnt down; he then talks with the phone of the fallback, and hangs up."""
    seconds = 2.0 * FUSE_SECONDS + 20
    until(lambda: in_the_fallback(c, number), f"{number} in the fallback", seconds, c.asterisk.log)
    until(lambda: caller.audio.hears(FALLBACK_TONE), "the phone of the fallback", 20, caller.story)
    caller.hang_up()
    fell_at = in_the_fallback(c, number)
    assert fell_at is not None
    return fell_at


def serve(config_file: Path, log: Path, **environment: str) -> subprocess.Popen[bytes]:
    """Another `ctiserver serve`."""
    with log.open("ab") as output:
        return subprocess.Popen(
            [sys.executable, "-m", "ctiserver.app", "--config", str(config_file), "serve"],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            env=os.environ | environment,
        )


def test_a_second_server_on_the_same_directory_is_refused_and_the_first_untouched(tmp_path: Path) -> None:
    with center(tmp_path) as c, c.call(keys=OPERATOR) as waiting:
        c.wait_stage("queued")
        children, log = c.children(), tmp_path / "second.log"
        with closing_process(serve(c.config_file, log)) as second:
            assert second.wait(30 * PATIENCE) == REFUSED_EXIT_STATUS
        [sentence] = log.read_text().splitlines()
        assert c.process
        assert re.fullmatch(
            rf"ctiserver: installation.state_dir: \S+ is in use by process {c.process.pid}: stop .*", sentence
        )
        assert c.children() == children
        assert [it["stage"] for it in c.view()["contacts"].values()] == ["queued"]
        waiting.hang_up()
        [record] = c.wait_records()
        assert record.outcome == "abandoned"


@contextmanager
def closing_process(process: subprocess.Popen[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    """The process, ended at the end in any case."""
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
        process.wait(60)


def another_installation(c: RunningCenter, folder: Path) -> Path:
    """The config file of a server with its own directories that claims the same calls by mistake."""
    state = folder / "another"
    state.mkdir()
    with (
        closing(sqlite3.connect(c.asterisk.config.database.url.partition("///")[2])) as one,
        closing(sqlite3.connect(state / "database.sqlite")) as other,
    ):
        one.backup(other)
    text = re.sub(r"(?m)^state_dir = .*$", f'state_dir = "{state}"', c.config_file.read_text())
    file = folder / "another.toml"
    file.write_text(f'{text}\n[database]\nurl = "sqlite:///{state}/database.sqlite"\n')
    return file


def test_a_server_that_takes_over_the_same_calls_ends_the_first_for_good(tmp_path: Path) -> None:
    with center(tmp_path) as c, c.call(number=ORDINARY, keys=OPERATOR) as waiting:
        c.wait_stage("queued")
        assert c.process
        first, log = c.process, tmp_path / "another.log"
        secret = passwords(c.asterisk.config).ari
        file = another_installation(c, tmp_path)
        with (
            closing_process(serve(file, log, CTI_ARI_PASSWORD=secret)),
            bus_probe_of(tmp_path / "another", c.asterisk.config.installation.name) as probe,
        ):
            assert first.wait(30 * PATIENCE) == REPLACED_EXIT_STATUS
            assert "another daemon took over this Asterisk's calls" in c.log()
            until(lambda: "ari_up" in log.read_text(), "the other server", 20, log.read_text)
            until(lambda: len(probe.snapshot()["contacts"]) == 1, "the caller, taken over", 20, log.read_text)
        journal = JournalProbe(c.asterisk.config)
        epoch = journal.epoch
        c.start()
        until(lambda: journal.synced_at(epoch + 1), "a comparison", 15, c.log)
        [contact] = c.wait_stage("queued")
        assert contact["pii_number"] == ORDINARY
        until(lambda: waiting.audio.level() > MUSIC_LEVEL, "music again")
        waiting.hang_up()
        [record] = c.wait_records()
        assert (record.outcome, record.ended_by) == ("abandoned", "caller")


@contextmanager
def bus_probe_of(state: Path, name: str) -> Iterator[BusProbe]:
    """What the server of another state directory says."""
    probe = BusProbe(f"unix://{state}/redis/redis.sock", prefix=f"{name}:")
    try:
        yield probe
    finally:
        probe.close()
