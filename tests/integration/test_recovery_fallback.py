"""Calls that come while no daemon runs: the dialplan's fallback answers, and the records know of them later."""

from pathlib import Path

import pytest

from ctiserver.core.events import ContactMissed
from tests.integration.asterisk import DID_EMERGENCY, DID_ES
from tests.integration.daemon import ORDINARY, VALUABLE, RunningCenter, center
from tests.integration.outages import outages
from tests.integration.sipp import until

pytestmark = pytest.mark.integration

FALLBACK_TONE, EMERGENCY_TONE = 900, 1100
PRESSES_THE_KEY, DIALS_THE_LINE, STILL_THERE = "+56922220021", "+56922220022", "+56922220023"


def span(c: RunningCenter, number: str) -> tuple[float, float]:
    """When a caller's channel began and ended, by Asterisk's own log; waits for the end."""

    def times(kind: str) -> list[float]:
        calls = {e["uniqueid"] for e in c.asterisk.cel() if e["userfield"] == number}
        found = [e for e in c.asterisk.cel() if e["eventtype"] == kind and e["uniqueid"] in calls]
        return [float(e["eventtime"]) for e in found]

    until(lambda: times("CHAN_END"), "the end in the log")
    return times("CHAN_START")[0], times("CHAN_END")[0]


def test_calls_without_a_daemon_are_answered_by_the_fallback_and_recorded_later(tmp_path: Path) -> None:
    with center(tmp_path, start=False) as c:
        with (
            c.asterisk.phone(port=c.asterisk.fallback_port, tone_hertz=FALLBACK_TONE),
            c.call(number=VALUABLE) as served,
        ):
            until(lambda: served.audio.hears(FALLBACK_TONE), "the phone of the fallback", 20)
            served.hang_up()
        with c.call(number=ORDINARY) as alone:
            until(lambda: alone.wait_answered().audio.level() > 50, "an announcement")
            alone.hang_up()
        with c.asterisk.phone(port=c.asterisk.emergency_port, tone_hertz=EMERGENCY_TONE) as emergency:
            with c.call(number=PRESSES_THE_KEY) as pressing:
                pressing.wait_answered()
                pressing.press("9")
                until(lambda: pressing.audio.hears(EMERGENCY_TONE), "the emergency service", 20)
                pressing.hang_up()
                emergency.wait_ended()
            with c.call(did=DID_EMERGENCY, number=DIALS_THE_LINE) as dialling:
                until(lambda: dialling.audio.hears(EMERGENCY_TONE), "the emergency service", 20)
                dialling.hang_up()
        spans = [span(c, number) for number in (VALUABLE, ORDINARY, PRESSES_THE_KEY, DIALS_THE_LINE)]
        with c.call(number=STILL_THERE) as still_there:
            still_there.wait_answered()
            c.start()
            with outages(c) as test:
                test.began_at = spans[0][0] - 1
                test.records(4)
                assert c.view()["contacts"] == {}
                if (
                    still_there.talking
                ):  # the fallback lets him go after half a minute: a slow start takes longer
                    still_there.hang_up()
                spans.append(span(c, STILL_THERE))
                test.kill()  # compares anew; else it would look every half minute
                rows = test.records(5)
                missed = [event.pii_number for event in test.journal.events(ContactMissed)]
                assert missed.count(STILL_THERE) == 1
                assert len(set(missed)) == len(missed)  # those from before may have come before the probe
    expected = [
        (VALUABLE, DID_ES, "answered_by_fallback", False, False),
        (ORDINARY, DID_ES, "missed", True, False),
        (PRESSES_THE_KEY, DID_ES, "answered_by_fallback", False, True),
        (DIALS_THE_LINE, DID_EMERGENCY, "answered_by_fallback", False, True),
        (STILL_THERE, DID_ES, "missed", True, False),
    ]
    assert [(row.ani, row.did, row.outcome, row.to_call_back, row.emergency) for row in rows] == expected
    for row, (began_at, ended_at) in zip(rows, spans, strict=True):
        assert row.ended_at is not None
        assert (abs(row.arrived_at - began_at) < 0.1, abs(row.ended_at - ended_at) < 0.5) == (True, True)
        assert row.ended_where == "fallback"
    assert [row.value_class for row in rows][:2] == ["A", "C"]
