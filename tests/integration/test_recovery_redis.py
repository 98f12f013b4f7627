"""Redis dies: calls do not notice, screens heal."""

import os
import signal
import time
from pathlib import Path

import pytest

from ctiserver.core.events import ContactConnected, ContactQueued
from tests.integration.daemon import ORDINARY, VALUABLE, center
from tests.integration.outages import outages
from tests.integration.screen import Screen
from tests.integration.sipp import until

pytestmark = pytest.mark.integration

OPERATOR = [(0.3, "0")]
CALLER_TONE, AGENT_TONE = 500, 700


def test_redis_dies_and_calls_go_on_and_screens_heal(tmp_path: Path) -> None:
    with (
        center(tmp_path, queue={"survey": None}) as c,
        outages(c) as test,
        c.phone("ann", ring_seconds=0.1, tone_hertz=AGENT_TONE) as ann,
        c.call(number=VALUABLE, keys=OPERATOR, tone_hertz=CALLER_TONE) as first,
    ):
        screen, journal, calls = Screen(c.probe), test.journal, c.calls_pid
        c.set_status("ann", "available")
        c.wait_stage("talking")
        assert c.process
        redis, connections = c.children()["redis"], c.probe.connections
        c.process.send_signal(signal.SIGSTOP)  # so that nobody starts it again too soon
        try:
            os.kill(redis, signal.SIGKILL)
            with c.call(number=ORDINARY, keys=OPERATOR, tone_hertz=CALLER_TONE) as second:
                until(lambda: len(journal.events(ContactQueued)) == 2, "a queued caller without Redis", 15)
                first.hang_up()
                back_at = time.monotonic()
                c.process.send_signal(signal.SIGCONT)
                until(lambda: c.probe.connections > connections, "the bus", 15, c.log)
                c.wait_live()
                print(f"screens are served {time.monotonic() - back_at:.2f} s after the parent could act")
                screen.wait_true()
                assert [it["stage"] for it in screen.view()["contacts"].values()] == ["queued"]
                assert screen.view()["agents"]["ann"]["activity"] == "wrapping_up"
                c.dispose("ann")
                c.wait_stage("talking")
                screen.wait_true()
                until(lambda: second.audio.hears(AGENT_TONE) and ann.audio.hears(CALLER_TONE), "both tones")
                second.hang_up()
        finally:
            c.process.send_signal(signal.SIGCONT)
        c.wait_activity("ann", "wrapping_up")
        c.dispose("ann")
        rows = test.records(2)
        assert [row.outcome for row in rows] == ["answered", "answered"]
        assert len(journal.events(ContactConnected)) == 2
        assert c.calls_pid == calls
        screen.wait_true()
