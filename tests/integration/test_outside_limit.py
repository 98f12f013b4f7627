"""A limit of calls outside on a real Asterisk: it trips, is lifted for the day, and both outlive kill -9."""

import time
from typing import Any

import pytest
from sqlalchemy.orm import Session

from crm_core.accounts import account
from crm_core.outside_lifts import lifts
from crm_core.outside_rules import OutsideRule
from ctiserver.bus import topics
from ctiserver.core.events import (
    CallOutFailed,
    OutsideAnswered,
    OutsideCapLifted,
    OutsideDialed,
    OutsideEnded,
)
from tests.integration.asterisk import DID_ES
from tests.integration.carrier import FAR, running_carrier, trunk_to
from tests.integration.daemon import RunningCenter, center
from tests.integration.outages import Outages, outages
from tests.integration.sipp import until

pytestmark = pytest.mark.integration
LIMIT_MINOR = 2
"""At 60 a minute, two seconds."""


def test_a_limit_trips_is_lifted_for_the_day_and_trips_again_across_kills(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    behind, here = (
        tmp_path_factory.mktemp(name) for name in ("carrier", "center")
    )  # short: sockets lie in them
    with (
        running_carrier(behind) as carrier,
        center(here, more=trunk_to(carrier, DID_ES, ring_seconds=5), start=False) as c,
        carrier.phone(port=carrier.fallback_port),
    ):
        c.store.write(_limited)
        c.start()
        with outages(c) as test, c.phone("ann"):
            assert "error_id" not in c.set_status("ann", "pause", "lunch")
            _calls_until_it_trips(test, 1)
            test.kill()
            assert _calls(c)["error_id"] == "outside_cap_person"
            lifted = c.probe.request("LiftOutsideCap", account_id=1, agent="ann", reason="a fair day")
            assert "error_id" not in lifted, lifted
            test.kill()
            _calls_until_it_trips(test, 2)
            assert _calls(c)["error_id"] == "outside_cap_person"
            [told] = test.journal.events(OutsideCapLifted)
            assert (told.agent, told.limit_minor, told.spent_minor >= LIMIT_MINOR) == (
                "ann",
                LIMIT_MINOR,
                True,
            )
            until(lambda: c.store.read(_written), "the record of it", 20, test.story)
            assert [row.outcome for row in test.records(2)] == ["answered", "answered"]


def _limited(session: Session) -> None:
    own = account(session, 1)
    own.outside_person_per_day_minor, own.outside_minor_per_minute = LIMIT_MINOR, 60


def _written(session: Session) -> bool:
    return [row.reason for row in lifts(session, 1, from_at=0.0, until_at=1e11)] == ["a fair day"]


def _calls(c: RunningCenter) -> dict[str, Any]:
    return c.probe.request("CallOut", agent="ann", pii_number=FAR)


def _calls_until_it_trips(test: Outages, count: int) -> None:
    """One call that costs what the limit allows."""
    c = test.center
    answer = _calls(c)
    assert "error_id" not in answer, answer
    c.wait_stage("talking")

    answered_at = test.journal.events(OutsideAnswered)[-1].at
    until(lambda: time.time() - answered_at > LIMIT_MINOR, "the seconds that cost it", 10, test.story)
    assert "error_id" not in c.probe.request("HangUp", agent="ann")
    c.wait_activity("ann", "wrapping_up")
    c.dispose("ann")
    until(lambda: len(test.journal.events(OutsideEnded)) == count, "what it cost", 20, test.story)
    assert test.journal.events(OutsideEnded)[-1].cost_minor >= LIMIT_MINOR


def test_a_number_that_is_closed_while_his_own_telephone_rings_is_not_dialled(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    behind, here = (tmp_path_factory.mktemp(name) for name in ("carrier", "center"))
    with (
        running_carrier(behind) as carrier,
        center(here, more=trunk_to(carrier, DID_ES, ring_seconds=5), start=False) as c,
        carrier.phone(port=carrier.fallback_port) as far,
    ):
        c.start()
        with outages(c) as test, c.phone("ann", ring_seconds=None) as ann:
            assert "error_id" not in c.set_status("ann", "pause", "lunch")
            assert "error_id" not in _calls(c)
            ann.wait_ringing()
            c.store.write(_closed)
            c.probe.ask(topics.RELOAD, seconds=30)
            ann.answer()
            until(lambda: test.journal.events(CallOutFailed), "why it is not dialled", 20, test.story)
            assert [one.reason for one in test.journal.events(CallOutFailed)] == ["outside_closed"]
            assert test.journal.events(OutsideDialed) == []
            c.wait_activity("ann", "idle")
            assert far.told("invited") == []


def _closed(session: Session) -> None:
    session.add(OutsideRule(account_id=1, name="closed", prefix=FAR, roles=frozenset(), allowed=False))
