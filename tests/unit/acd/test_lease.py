"""Any one event may get lost: every agent is free again within his lease."""

from collections.abc import Callable
from typing import Any

import pytest
from company import AVAILABLE, agent, queue
from driven_acd import Driven

from acd.agent_state import Activity
from acd.lease import KEPT_SECONDS, LOOK, LOOK_SECONDS, SLACK_SECONDS
from ctiserver.core import inputs as i
from ctiserver.core.commands import CancelTimer, DropLeg, StartTimer
from ctiserver.core.events import MessageLeft
from ctiserver.core.message import Message
from ctiserver.core.outside import Outside, OutsideRule
from ctiserver.core.requests import CallOut, TransferBlind

TALK_FUSE_SECONDS = 14_400.0


class Lossy:
    """One agent, one caller, and a clock that fires what is due; the event with the number `loses` never comes."""

    def __init__(self, loses: int | None = None) -> None:
        self.acd = Driven(agents=(agent("ann", "service"),))
        self.at, self.heard, self.loses, self.lost = 10.0, 0, loses, ""
        self.due: dict[str, float] = {}
        self.looks_at: float | None = None
        self.took(self.acd.status("ann", AVAILABLE, at=self.at))
        self.took(self.acd.queue("c1", at=self.at))

    def took(self, said: list[Message]) -> None:
        for it in said:
            if isinstance(it, StartTimer):
                self.due[it.timer] = it.due_at
            elif isinstance(it, CancelTimer):
                self.due.pop(it.timer, None)
        if self.looks_at != (again := self.acd.acd.floor.ledger.looks_at):
            self.looks_at = again
            if again is not None:
                self.due[LOOK] = again

    def hears(self, message: Any) -> None:
        self.heard += 1
        if self.heard == self.loses:
            self.lost = type(message).__name__
        else:
            self.took(self.acd.say(message))

    def passes(self, until: float) -> None:
        while self.due and min(self.due.values()) <= until:
            timer = min(self.due, key=lambda one: (self.due[one], one))
            self.at = self.due.pop(timer)
            self.hears(i.TimerFired(at=self.at, timer=timer, due_at=self.at))  # type: ignore[arg-type]
        self.at = until

    def leg(self, kind: Any, leg: Any, **more: Any) -> None:
        self.passes(self.at + 2.0)
        if leg:
            self.hears(kind(at=self.at, leg=leg, **more))

    @property
    def ann(self) -> Any:
        return self.acd.agent("ann")

    def contact(self) -> Any:
        return self.acd.acd.floor.ledger.contacts.get("c1")  # type: ignore[call-overload]


def talk(one: Lossy, ends: Callable[[Lossy], None]) -> None:
    """Her phone rings, is answered, the two are joined and talk for a minute; she never says how it ended."""
    leg = one.contact().agent_leg
    one.leg(i.LegRinging, leg)
    one.leg(i.LegAnswered, leg)
    for joins in (leg, "leg-c1"):
        it = one.contact()
        one.leg(i.LegJoined, joins, conversation=it.talk if it else "none")
    one.passes(one.at + 60.0)
    ends(one)


def she_does_not_answer(one: Lossy) -> None:
    one.leg(i.LegRinging, one.contact().agent_leg)
    one.passes(one.at + 60.0)
    if one.contact():
        one.leg(i.LegEnded, "leg-c1", by="caller", q850=16)


def caller_ends(one: Lossy) -> None:
    one.leg(i.LegEnded, "leg-c1", by="caller", q850=16)


def she_ends(one: Lossy) -> None:
    it = one.contact()
    one.leg(i.LegEnded, it.agent_leg if it else None, by="agent", q850=16)


LIVES: dict[str, Callable[[Lossy], None]] = {
    "the caller ends": lambda one: talk(one, caller_ends),
    "she ends": lambda one: talk(one, she_ends),
    "she does not answer": she_does_not_answer,
}


@pytest.mark.parametrize("life", LIVES)
def test_whatever_event_is_lost_she_is_free_again_within_the_lease(life: str) -> None:
    whole = Lossy()
    LIVES[life](whole)
    whole.passes(whole.at + 3600.0)
    lost = set()
    for number in range(1, whole.heard + 1):
        one = Lossy(number)
        LIVES[life](one)
        lost.add(one.lost)
        talking = one.ann.activity is Activity.TALKING
        bound = TALK_FUSE_SECONDS if talking else 120.0 + 15.0  # her wrap-up, or a phone that rings
        one.passes(one.at + bound + SLACK_SECONDS + 3 * LOOK_SECONDS + 60.0)
        others = one.contact() is not None and one.contact().agent == "ann"
        assert one.ann.activity is Activity.IDLE or others, (life, number, one.lost, one.ann)
        if one.ann.activity is not Activity.IDLE:  # he who waits on was given to her again
            one.passes(one.at + 300.0)
        assert one.contact() is None or one.contact().stage in ("waiting", "offered"), (
            life,
            number,
            one.lost,
        )
    assert {"TimerFired"} <= lost


def test_two_who_are_never_joined_are_told_apart_and_he_is_offered_again() -> None:
    one = Lossy()
    leg = one.contact().agent_leg
    one.leg(i.LegRinging, leg)
    one.leg(i.LegAnswered, leg)
    assert one.contact().stage == "joining"
    said: list[Message] = []
    one.took = said.extend  # type: ignore[method-assign]
    for at in (40.0, 70.0):
        said += one.acd.fires("acd:leases:", at=at)
    assert DropLeg(leg=leg) in said
    assert one.contact().agent_leg != leg


def test_a_call_back_from_a_message_that_nothing_is_heard_of_again_ends_and_the_message_stays() -> None:
    one = Lossy()
    one.acd = Driven("ann", agents=(agent("ann", "service"),), outside=Outside(trunks=("pstn",)))
    told: Any = {"contact": "c1", "account_id": 1, "queue": "service", "recording": "r", "seconds": 8.0}
    number: Any = {"pii_number": "+56221234567", "language": "es", "value_class": "B"}
    one.took(one.acd.say(MessageLeft(at=one.at, **told, **number)))
    call: Any = {"request_id": "r", "by": "ann", "agent": "ann", "pii_number": "2 2123 4567"}
    one.took(one.acd.say(CallOut(at=one.at, **call)))
    assert one.acd.acd.floor.ledger.own_calls
    one.passes(one.at + KEPT_SECONDS + 3 * LOOK_SECONDS)
    assert one.acd.acd.floor.ledger.own_calls == {}
    [message] = one.acd.acd.floor.ledger.contacts.values()
    assert (message.stage, message.agent, one.ann.contact) == ("message", "ann", message.id)


@pytest.mark.parametrize("answers", [True, False])
def test_a_number_outside_of_which_nothing_is_heard_again_costs_nothing_any_more(answers: bool) -> None:
    one = Lossy()
    rules = Outside(trunks=("pstn",), rules=(OutsideRule(account_id=1, prefix="+56", minor_per_minute=60),))
    one.acd = Driven("ann", agents=(agent("ann", "service"),), outside=rules)
    one.due, one.looks_at = {}, None
    one.took(
        one.acd.say(
            CallOut(at=one.at, request_id="r", by="ann", agent="ann", pii_number="+56221234567")  # type: ignore[arg-type]
        )
    )
    ledger = one.acd.acd.floor.ledger
    [call] = ledger.own_calls.values()
    one.leg(i.LegAnswered, call.agent_leg)
    if answers:
        one.leg(i.LegAnswered, call.leg, trunk="pstn")
        for leg in (call.leg, call.agent_leg):
            one.leg(i.LegJoined, leg, conversation=ledger.contacts[call.id].talk)
    one.passes(one.at + TALK_FUSE_SECONDS + 5 * LOOK_SECONDS)
    assert ledger.outside.calls == {}
    spent = [ledger.outside.spent(1, None, one.at + more, "UTC").account_minor for more in (0.0, 3600.0)]
    assert spent[0] == spent[1]
    assert bool(spent[0]) is answers


def test_nobody_is_looked_at_while_all_are_idle() -> None:
    acd = Driven("ann")
    assert acd.acd.floor.ledger.looks_at is None
    acd.queue("c1", at=10.0)
    assert acd.acd.floor.ledger.looks_at == 40.0
    acd.caller_hangs_up("c1", at=12.0)
    assert acd.acd.floor.ledger.looks_at is None


def test_she_wraps_up_for_as_long_as_she_was_given_whatever_queue_her_caller_waits_in_by_then() -> None:
    queues = (queue("service", wrap_up_seconds=300.0), queue("other", wrap_up_seconds=15.0))
    acd = Driven("ann", queues=queues, agents=(agent("ann", "service"), agent("bob", "other")))
    acd.queue("c1")
    acd.talks("c1")
    passed: Any = {"agent": "ann", "queue": "other", "by": "ann"}
    acd.say(TransferBlind(at=40.0, request_id="r", **passed))
    for at in range(70, 370, 30):
        acd.fires(LOOK, at=float(at))
        assert acd.agent("ann").activity is Activity.WRAPPING_UP, at
    acd.fires(LOOK, at=340.0 + SLACK_SECONDS)
    assert acd.agent("ann").activity is Activity.IDLE
