"""Agents' phones that do not do what phones do: the caller keeps his place and is served by somebody else."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from crm_core.agents import add_agent
from crm_core.queues import Queue, let_serve
from crm_core.users import add_user
from ctiserver.bus import topics
from tests.integration.daemon import RunningCenter, center
from tests.integration.sipp import until

pytestmark = pytest.mark.integration

RING_SECONDS = 2.0
UNREGISTERED = "eve"
PHONE_HERTZ = 700
HOLDING_PHONE = Path(__file__).with_name("holding_phone.xml").resolve()
_ordinals = count(1)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningCenter]:
    """One center for all tests here; eve has a phone that never registered."""
    with center(tmp_path_factory.mktemp("odd"), queue={"ring_seconds": RING_SECONDS}) as started:
        started.store.write(_add_eve)
        started.probe.ask(topics.RELOAD)
        yield started


@pytest.fixture
def c(running: RunningCenter) -> Iterator[RunningCenter]:
    """The center with everybody at home, before and after."""
    yield running
    running.asterisk.wait_quiet()
    until(lambda: not running.view()["contacts"], "the end of all contacts", 10, running.log)
    running.send_home()


def _add_eve(session: Session) -> None:
    add_user(session, login=UNREGISTERED, name="Eve", password="a-good-password", roles={"agent"})
    eve = add_agent(session, login=UNREGISTERED, extension="1003", skills={"billing": 80}, phone_uri=None)
    served = session.query(Queue).filter_by(key="servicio").one()
    let_serve(session, eve, served)


@dataclass(frozen=True)
class OddPhone:
    """What the phone of `agent` does (None: nothing listens), and what shall come of the offer.

    "refused" is the reason where Asterisk itself has nowhere to ring.
    """

    result: str
    reason: str
    agent: str = "ann"
    phone: dict[str, Any] | None = field(default_factory=dict)


ODD_PHONES = {
    "never answers": OddPhone("expired", "missed_offer", phone={"ring_seconds": None}),
    "busy 486": OddPhone("refused", "busy", phone={"ring_seconds": 0.1, "reject_code": 486}),
    "declines 603": OddPhone("refused", "rejected", phone={"ring_seconds": 0.1, "reject_code": 603}),
    "port closed": OddPhone("expired", "unreachable", phone=None),
    "never registered": OddPhone("refused", "refused", agent=UNREGISTERED, phone=None),
}


@pytest.mark.parametrize("odd", ODD_PHONES.values(), ids=ODD_PHONES)
def test_an_agent_whose_phone_fails_is_paused_and_the_caller_is_served_by_the_next(
    c: RunningCenter, odd: OddPhone
) -> None:
    first, second = number(), number()
    with ExitStack() as stack:
        if odd.phone is not None:
            stack.enter_context(c.phone(odd.agent, **odd.phone))
        bob = stack.enter_context(c.phone("bob"))
        one = stack.enter_context(c.call(number=first, keys=[(0.3, "0")]))
        c.wait_stage("queued")
        two = stack.enter_context(c.call(number=second, keys=[(0.3, "0")]))
        c.wait_stage("queued", 2)
        c.set_status(odd.agent, "available")
        until(lambda: c.view()["agents"][odd.agent]["status"] == "pause", "the pause", 20, c.log)
        assert c.view()["agents"][odd.agent]["reason"] == odd.reason
        assert len(c.contacts("queued")) == 2
        c.set_status("bob", "available")
        [talking] = c.wait_stage("talking")
        assert talking["pii_number"] == first, "the caller lost his place"
        c.talk_a_while()
        one.hang_up()
        bob.wait_ended()
        two.hang_up()
        c.wait_activity("bob", "wrapping_up")
        c.dispose("bob")
    record = c.wait_record(first)
    assert [(offer.agent, offer.result) for offer in record.offers] == [
        (odd.agent, odd.result),
        ("bob", "answered"),
    ]
    if odd.result == "refused":
        assert record.offers[0].reason == odd.reason
    assert (record.outcome, record.ended_where, record.ended_by) == ("answered", "talk", "caller")
    [segment] = record.segments
    assert (segment.agent, segment.disposition) == ("bob", "solved")
    other = c.wait_record(second)
    assert (other.outcome, other.ended_where, other.ended_by) == ("abandoned", "queue", "caller")
    assert not other.offers


def test_an_agent_who_answers_and_hangs_up_at_once_is_paused_and_the_caller_keeps_his_place(
    c: RunningCenter,
) -> None:
    first, second = number(), number()
    with (
        c.phone("ann", talk_seconds=0.05),
        c.phone("bob") as bob,
        c.call(number=first, keys=[(0.3, "0")]) as one,
    ):
        c.wait_stage("queued")
        with c.call(number=second, keys=[(0.3, "0")]) as two:
            c.wait_stage("queued", 2)
            c.set_status("ann", "available")
            until(lambda: c.view()["agents"]["ann"]["status"] == "pause", "the pause", 20, c.log)
            assert c.view()["agents"]["ann"]["reason"] == "hung_up_at_once"
            c.wait_stage("queued", 2)
            until(lambda: one.audio.level() > 50, "music again")
            c.set_status("bob", "available")
            [talking] = c.wait_stage("talking")
            assert talking["pii_number"] == first
            c.talk_a_while()
            bob.hang_up()
            c.dispose("bob")
            c.wait_stage("survey")
            one.hang_up()
            two.hang_up()
    record = c.wait_record(first)
    assert record.offers[-1].agent == "bob"
    assert record.segments[-1].agent == "bob"
    assert (record.outcome, record.ended_where) == ("answered", "survey")
    assert c.wait_record(second).outcome == "abandoned"


def test_a_caller_whose_only_agent_fails_waits_for_him_to_come_back(c: RunningCenter) -> None:
    caller_number = number()
    with c.call(number=caller_number, keys=[(0.3, "0")]) as caller:
        c.wait_stage("queued")
        with c.phone("ann", ring_seconds=0.1, reject_code=486):
            c.set_status("ann", "available")
            until(lambda: c.view()["agents"]["ann"]["status"] == "pause", "the pause", 20, c.log)
        with c.phone("ann") as ann:
            c.set_status("ann", "available")
            c.wait_stage("talking")
            c.talk_a_while()
            caller.hang_up()
            ann.wait_ended()
    c.wait_activity("ann", "wrapping_up")
    c.dispose("ann")
    record = c.wait_record(caller_number)
    assert [(offer.agent, offer.result) for offer in record.offers] == [
        ("ann", "refused"),
        ("ann", "answered"),
    ]


def test_a_telephone_that_holds_by_itself_holds_the_call_and_may_transfer_none(c: RunningCenter) -> None:
    caller_number = number()
    with (
        c.phone("ann", scenario=str(HOLDING_PHONE), tone_hertz=PHONE_HERTZ) as ann,
        c.call(number=caller_number, keys=[(0.3, "0")]) as caller,
    ):
        c.set_status("ann", "available")
        c.wait_stage("talking")
        until(lambda: caller.audio.hears(PHONE_HERTZ), "the agent", 20, c.log)
        ann.tell(ann.call_id)
        ann.wait_for("held")
        c.wait_stage("held")
        assert c.view()["agents"]["ann"]["activity"] == "on_hold"
        until(lambda: caller.audio.level() > 50 and not caller.audio.hears(PHONE_HERTZ), "music", 20, c.log)
        ann.tell(ann.call_id)
        ann.wait_for("resumed")
        c.wait_stage("talking")
        until(lambda: caller.audio.hears(PHONE_HERTZ), "the agent again", 20, c.log)
        ann.tell(ann.call_id)
        ann.wait_for("declined")
        assert c.wait_stage("talking"), "the call goes on as it was"
        caller.hang_up()
        ann.wait_ended()
    c.wait_activity("ann", "wrapping_up")
    c.dispose("ann")
    [segment] = c.wait_record(caller_number).segments
    assert (segment.ended_by, segment.transfer) == ("caller", None)


def number() -> str:
    """A caller's number that no other test uses."""
    return f"+569333{next(_ordinals):05}"
