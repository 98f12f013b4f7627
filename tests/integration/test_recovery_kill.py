"""kill -9 of the calls process before anybody talks: in the greeting, in the queue, while a phone rings."""

import os
import signal
import time
from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from crm_core.customers import add_customer
from crm_core.phone_numbers import normalise
from ctiserver.core.events import (
    ContactAnswered,
    ContactConnected,
    ContactQueued,
    NodeEntered,
    OfferRinging,
)
from ctiserver.core.inputs import PromptEnded, PromptStarted
from tests.integration.daemon import RunningCenter, center
from tests.integration.outages import Outages, outages
from tests.integration.sipp import Caller, until

pytestmark = pytest.mark.integration

OPERATOR = [(0.3, "0")]


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningCenter]:
    with center(tmp_path_factory.mktemp("center"), queue={"survey": None}) as running:
        yield running


@pytest.fixture
def test(shared: RunningCenter) -> Iterator[Outages]:
    with outages(shared) as running:
        yield running


def test_a_caller_killed_in_his_greeting_hears_it_on_and_chooses(test: Outages) -> None:
    c, journal = test.center, test.journal
    with c.call() as caller:
        until(lambda: journal.inputs(PromptStarted), "the greeting")
        assert not journal.inputs(PromptEnded)
        test.kill()
        until(lambda: journal.events(NodeEntered, node="main"), "the menu", 15, test.story)
        caller.press("1")
        until(lambda: journal.events(NodeEntered, node="invoices"), "the second menu", 15, test.story)
        caller.press("1")
        c.wait_stage("queued")
        caller.hang_up()
    [record] = test.records()
    assert [step["node"] for step in record.menu_path] == ["welcome", "main", "invoices", "balance"]
    assert (record.outcome, record.ended_where, record.ended_by) == ("abandoned", "queue", "caller")
    assert record.answered_by_ivr_at


def test_ten_who_wait_keep_their_order(test: Outages) -> None:
    c, journal = test.center, test.journal
    classes = {f"+5692333000{n}": "CBA"[n % 3] for n in range(10)}
    c.store.write(_customers, classes)
    callers: dict[str, Caller] = {}
    try:
        for number in classes:
            callers[number] = c.call(number=number, keys=OPERATOR)
        c.wait_stage("queued", 10, 30)
        assert {it["pii_number"]: it["value_class"] for it in c.contacts("queued")} == classes
        test.kill()
        head_start = c.asterisk.config.classes.head_start_seconds
        arrived = journal.events(ContactQueued)
        queued = sorted(arrived, key=lambda event: event.at - head_start.get(event.value_class, 0.0))
        assert queued != arrived
        served = _serve(test, callers)
    finally:
        for caller in callers.values():
            caller.close()
    assert served == [event.contact for event in queued]
    records = test.records(10)
    assert {record.outcome for record in records} == {"answered"}
    assert all(len(record.segments) == 1 for record in records)


def _customers(session: Session, classes: dict[str, str]) -> None:
    for number, value_class in classes.items():
        phone = normalise(number, "CL")
        assert phone
        add_customer(session, 1, phones=[phone], name=number, value_class=value_class, now=0.0)


def _serve(test: Outages, callers: dict[str, Caller]) -> list[str]:
    """Ann takes one after the other, each hangs up; the contacts in the order of their talks."""
    c = test.center
    with c.phone("ann", ring_seconds=0.05):
        c.set_status("ann", "available")
        for count in range(1, len(callers) + 1):
            _wait_talks(test, count)
            [talking] = c.wait_stage("talking")
            callers[talking["pii_number"]].hang_up()
            c.wait_activity("ann", "wrapping_up")
            if count == len(callers):
                c.set_status("ann", "pause", "lunch")
            c.dispose("ann")
    return [event.contact for event in test.journal.events(ContactConnected)]


def _wait_talks(test: Outages, count: int) -> None:
    talks = f"{count} talks so far"
    until(lambda: len(test.journal.events(ContactConnected)) == count, talks, 20, test.story)


def test_a_phone_that_rings_goes_on_ringing_and_is_answered_once(test: Outages) -> None:
    c, journal = test.center, test.journal
    with c.phone("ann", ring_seconds=None) as ann, c.call(keys=OPERATOR) as caller:
        c.set_status("ann", "available")
        until(lambda: journal.events(OfferRinging), "a ringing phone", 15, test.story)
        test.kill()
        assert not ann.told("cancelled")
        ann.answer()
        c.wait_stage("talking")
        assert len(ann.told("invited")) == 1
        caller.hang_up()
        ann.wait_ended()
        c.dispose("ann")
    [record] = test.records()
    assert [offer.result for offer in record.offers] == ["answered"]
    assert len(record.segments) == 1


def test_a_phone_answered_while_nobody_listens_rings_again_and_is_answered_once(test: Outages) -> None:
    """Asterisk ends a leg that comes up for an application that is gone; the agent is not to blame."""
    c, journal = test.center, test.journal
    with (
        c.phone("ann", ring_seconds=None, tone_hertz=700) as ann,
        c.call(keys=OPERATOR, tone_hertz=500) as caller,
    ):
        c.set_status("ann", "available")
        until(lambda: journal.events(OfferRinging), "a ringing phone", 15, test.story)
        with test.outage():
            # The one with channels stays listed when its socket is gone, those of the other sockets vanish.
            until(lambda: c.asterisk.applications() == [c.asterisk.config.asterisk.app], "no listener")
            ann.answer()
            ann.wait_ended()
        ann.wait_ringing(count=2)
        ann.answer()
        c.wait_stage("talking")
        until(lambda: caller.audio.hears(700), "the agent's tone at the caller")
        until(lambda: ann.audio.hears(500), "the caller's tone at the agent")
        caller.hang_up()
        ann.wait_ended(count=2)
        c.dispose("ann")
    [record] = test.records()
    assert [(offer.result, offer.reason) for offer in record.offers] == [
        ("refused", "switch"),
        ("answered", ""),
    ]
    assert len(record.segments) == 1
    assert c.view()["agents"]["ann"]["status"] == "available"


def test_two_kills_within_two_seconds_lose_nobody(test: Outages) -> None:
    """The second one while the successor replays or compares itself with Asterisk."""
    c, journal = test.center, test.journal
    with c.call(keys=OPERATOR) as waiting, c.phone("ann", ring_seconds=None) as ann:
        c.wait_stage("queued")
        with c.call(number="+56933334444") as new:
            until(lambda: len(journal.events(ContactAnswered)) == 2, "an answer", 15, test.story)
            first_epoch, first_at = journal.epoch, time.time()
            os.kill(c.calls_pid, signal.SIGKILL)
            until(lambda: journal.epoch > first_epoch or time.time() > first_at + 1.5, "a successor at work")
            second_at = time.time()
            os.kill(c.calls_pid, signal.SIGKILL)
            print(f"second kill {second_at - first_at:.2f} s after the first")
            assert second_at - first_at < 2
            test.wait_recovered(journal.epoch, second_at)
            new.press("0")
            c.wait_stage("queued", 2)
            c.set_status("ann", "available")
            ann.wait_ringing()
            new.hang_up()
        c.set_status("ann", "pause", "lunch")
        waiting.hang_up()
    assert [record.outcome for record in test.records(2)] == ["abandoned", "abandoned"]
