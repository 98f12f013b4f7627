"""The link to Asterisk is cut; Asterisk itself dies."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ctiserver.core.events import (
    ContactArrived,
    ContactConnected,
    ContactEnded,
    ContactQueued,
    SwitchStateChanged,
)
from ctiserver.core.inputs import LegEnded, SwitchSynced
from tests.integration.ari_proxy import AriProxy
from tests.integration.daemon import ORDINARY, VALUABLE, RunningCenter, center
from tests.integration.outages import outages
from tests.integration.screen import Screen
from tests.integration.sipp import until

pytestmark = pytest.mark.integration

OPERATOR = [(0.3, "0")]
CALLER_TONE, AGENT_TONE = 500, 700
CUT_SECONDS = 5.0
LEAVES = "+56922220009"
MUSIC_LEVEL = 50


@contextmanager
def center_behind_a_proxy(folder: Path) -> Iterator[tuple[RunningCenter, AriProxy]]:
    """The daemon reaches Asterisk through a proxy that can cut the link."""
    with (
        center(folder, queue={"survey": None}, start=False) as c,
        AriProxy(c.asterisk.config.asterisk.http_port) as proxy,
    ):
        text = c.config_file.read_text()
        section = f'[asterisk]\nari_url = "{proxy.url}"'
        c.config_file.write_text(re.sub(r"(?m)^\[asterisk\]$", section, text, count=1))
        c.start()
        yield c, proxy
        c.stop()


def test_a_link_cut_for_five_seconds_is_felt_by_nobody(tmp_path: Path) -> None:
    with (
        center_behind_a_proxy(tmp_path) as (c, proxy),
        outages(c) as test,
        c.phone("ann", ring_seconds=0.1, tone_hertz=AGENT_TONE) as ann,
        c.call(number=VALUABLE, keys=OPERATOR, tone_hertz=CALLER_TONE) as talking,
    ):
        journal, screen = test.journal, Screen(c.probe)
        c.set_status("ann", "available")
        c.wait_stage("talking")
        with (
            c.call(number=ORDINARY, keys=OPERATOR) as waiting,
            c.call(number=LEAVES, keys=OPERATOR) as leaver,
        ):
            c.wait_stage("queued", 2)
            began = time.monotonic()
            proxy.cut(CUT_SECONDS)
            until(lambda: not c.view()["switch_up"], "the alarm on the screens")
            left_at = time.time()
            leaver.hang_up()
            for look_at in (began + 1, began + 2, began + 3, began + 4, began + CUT_SECONDS):
                until(lambda look_at=look_at: time.monotonic() > look_at, "the next look")  # type: ignore[misc]
                until(
                    lambda: talking.audio.hears(AGENT_TONE) and ann.audio.hears(CALLER_TONE), "both tones", 2
                )
                until(lambda: waiting.audio.level() > MUSIC_LEVEL, "music", 2)
            unseen_until = time.time()
            c.wait_live()
            until(lambda: journal.inputs(SwitchSynced)[-1].at > left_at, "a comparison", 15, c.log)
            print(f"the link stood again {time.monotonic() - began - CUT_SECONDS:.2f} s after it could")
            assert [event.up for event in journal.events(SwitchStateChanged)][-2:] == [False, True]
            screen.wait_true()
            assert [it["stage"] for it in c.view()["contacts"].values()] == ["talking", "queued"]
            until(lambda: talking.audio.hears(AGENT_TONE), "the agent, as before")
            ann.hang_up()
            c.dispose("ann")
            c.wait_stage("talking")
            until(lambda: waiting.audio.hears(AGENT_TONE), "the agent's tone at the one who waited")
            waiting.hang_up()
            c.wait_activity("ann", "wrapping_up")
            c.dispose("ann")
        rows = {row.ani: row for row in test.records(3)}
        screen.wait_true()
        for kind, count in (
            (ContactArrived, 3),
            (ContactQueued, 3),
            (ContactConnected, 2),
            (ContactEnded, 3),
        ):
            assert len(journal.events(kind)) == count, kind
    left = rows.pop(LEAVES)
    assert (left.outcome, left.ended_by, left.ended_where) == ("abandoned", "caller", "queue")
    assert left.ended_at is not None
    assert left_at < left.ended_at < unseen_until
    assert {number: row.outcome for number, row in rows.items()} == {
        VALUABLE: "answered",
        ORDINARY: "answered",
    }
    assert [(s.disposition, s.ended_by) for number in rows for s in rows[number].segments] == [
        ("solved", "agent"),
        ("solved", "caller"),
    ]


def test_when_asterisk_is_killed_calls_end_and_new_ones_work_when_it_is_back(tmp_path: Path) -> None:
    with (
        center(tmp_path, queue={"survey": None}) as c,
        outages(c) as test,
        c.phone("ann", ring_seconds=0.1) as ann,
        c.phone("bob", ring_seconds=0.1, tone_hertz=AGENT_TONE) as bob,
    ):
        journal, screen = test.journal, Screen(c.probe)
        c.set_status("ann", "available")
        with c.call(number=VALUABLE, keys=OPERATOR) as talking:
            c.wait_stage("talking")
            with c.call(number=ORDINARY, keys=OPERATOR) as waiting:
                c.wait_stage("queued")
                for caller in (talking, waiting):
                    caller.wait_answered()
                killed_at = time.time()
                c.asterisk.process.process.kill()
                until(lambda: not c.view()["switch_up"], "the alarm on the screens")
                c.set_status("bob", "available")  # his phone must be known before he is rung
                c.asterisk.restart()
                back_at = time.time()
                c.wait_live()
                until(lambda: len(journal.events(ContactEnded)) == 2, "the end of both calls", 15, c.log)
                print(f"in reach again {time.time() - back_at:.2f} s after Asterisk took calls")
        c.wait_activity("ann", "wrapping_up")
        c.dispose("ann")
        c.set_status("ann", "logged_out")
        with c.call(number=ORDINARY, keys=OPERATOR) as fresh:
            c.wait_stage("talking")
            until(lambda: fresh.audio.hears(AGENT_TONE), "the agent's tone: his phone is known again")
            fresh.hang_up()
            c.wait_activity("bob", "wrapping_up")
            c.dispose("bob")
        ended = journal.inputs(LegEnded, resync=True)
        first, second, third = test.records(3)
        screen.wait_true()
        ann.close()
        bob.close()
    assert len(ended) == 3
    assert [row.outcome for row in (first, second, third)] == ["answered", "disconnected", "answered"]
    assert [(row.ended_by, row.to_call_back) for row in (first, second)] == [
        ("switch", False),
        ("switch", True),
    ]
    assert all(row.ended_at and killed_at - 1 < row.ended_at < back_at + 15 for row in (first, second))
