"""An agent calls: whom he may call, and what becomes of it at each step."""

from typing import Any

import msgspec
import pytest
from company import AVAILABLE, LOGGED_OUT, PAUSE, agent, configured, queue
from driven_acd import Driven, names, only

from ctiserver.core import commands as c
from ctiserver.core import events as e
from ctiserver.core import requests as r
from ctiserver.core.customers import Candidate
from ctiserver.core.errors import Refusal
from ctiserver.core.inputs import (
    AgentLost,
    AgentPresent,
    LegAnswered,
    LegEnded,
    LegFailed,
    LegJoined,
    LegRinging,
)
from ctiserver.core.message import Message
from ctiserver.core.outside import Outside, OutsideLimits, OutsideRule
from ctiserver.core.permit import Channel, Permit, Purpose
from ctiserver.core.topology import Kind, Mode
from ctiserver.core.turn import Turn

NUMBER = "+56971884213"
ROSA = Candidate(customer_id=3, pii_name="Rosa", value_class="A")
PERMIT = Permit(
    permit_id=7,
    account_id=1,
    customer_id=3,
    pii_address=NUMBER,
    channel=Channel.PHONE,
    purpose=Purpose.SERVICE,
    expires_at=500.0,
)
AGENTS = (
    agent("ann", "service", "technical", name="Ann", extension="101", browser_phone=True),
    agent("bob", "service", name="Bob", extension="102"),
)
OUTSIDE = Outside(trunks=("pstn",), caller_number="+56221230000")


@pytest.fixture
def acd() -> Driven:
    queues = (queue("service"), queue("technical", caller_number="+56229990000"))
    return Driven("ann", "bob", agents=AGENTS, queues=queues, outside=OUTSIDE)


def calls(
    acd: Driven, who: Any = "ann", at: float = 10.0, number: str = NUMBER, **more: Any
) -> list[Message]:
    return acd.say(r.CallOut(at=at, request_id="r", by=who, agent=who, pii_number=number, **more))


def rings_up(acd: Driven, to: Any = "bob", who: Any = "ann", at: float = 10.0) -> list[Message]:
    return acd.say(r.CallColleague(at=at, request_id="r", by=who, agent=who, to=to))


def hangs_up(acd: Driven, who: Any) -> list[Message]:
    return acd.say(r.HangUp(at=30.0, request_id="h", by=who, agent=who))


def test_whoever_has_answered_is_hers_although_her_page_goes_before_the_two_are_joined(acd: Driven) -> None:
    calls(acd)
    [call] = acd.acd.floor.ledger.own_calls.values()
    acd.say(LegAnswered(at=12.0, leg=call.agent_leg))
    acd.say(LegAnswered(at=20.0, leg=call.leg, trunk="pstn"))
    assert acd.contact(call.id).stage == "joining"
    ann: Any = "ann"
    said = acd.say(AgentLost(at=20.1, agent=ann))
    assert [(it.segment, it.began) for it in only(said, e.ContactConnected)] == [(1, "called")]
    ended = only(acd.say(LegEnded(at=25.0, leg=call.leg, by="caller")), e.TalkEnded)
    assert [it.segment for it in ended] == [1]
    assert only(acd.dispose("ann", call.id, at=30.0), e.Disposed)


def refusal(acd: Driven, request: Any, *args: Any, **more: Any) -> str:
    before = acd.acd.state()
    with pytest.raises(Refusal) as caught:
        request(acd, *args, **more)
    assert acd.acd.state() == before
    return caught.value.error_id


def the_call(acd: Driven) -> Any:
    [call] = acd.acd.floor.ledger.own_calls.values()
    return call


def answers(acd: Driven, leg: Any, at: float = 12.0) -> list[Message]:
    return acd.say(LegAnswered(at=at, leg=leg))


def talks(acd: Driven, **more: Any) -> Any:
    """The contact of a call outside that was answered."""
    calls(acd, **more)
    call = the_call(acd)
    answers(acd, call.agent_leg)
    answers(acd, call.leg, 20.0)
    acd.joins(call.id, 21.0)
    return acd.contact(call.id)


def over(said: list[Message]) -> list[str]:
    return [one.reason for one in only(said, e.OwnCallOver)]


# Outside


def test_his_own_telephone_rings_first_and_answers_by_itself(acd: Driven) -> None:
    said = calls(acd, customer=ROSA, permit=PERMIT)
    [own] = [one for one in said if isinstance(one, c.DialLeg)]
    assert (own.endpoint, own.auto_answer, own.caller_name) == ("PJSIP/ann", True, "Rosa")
    [arrived] = only(said, e.ContactArrived)
    assert (arrived.channel, arrived.pii_number) == ("outbound", NUMBER)
    [who] = only(said, e.CallerIdentified)
    assert (who.candidates, who.value_class) == ((ROSA,), "A")
    [begun] = only(said, e.CallOutBegun)
    assert (begun.queue, begun.purpose) == ("service", "service")
    assert not [one for one in said if isinstance(one, c.DialOutside)]


def test_then_the_number_rings_by_its_permit_and_he_hears_that_it_does(acd: Driven) -> None:
    calls(acd, customer=ROSA, permit=PERMIT, queue="technical")
    call = the_call(acd)
    said = answers(acd, call.agent_leg)
    [dial] = [one for one in said if isinstance(one, c.DialOutside)]
    assert (dial.leg, dial.permit, dial.route.caller_number) == (call.leg, PERMIT, "+56229990000")
    [tone] = [one for one in said if isinstance(one, c.Play)]
    assert (tone.leg, tone.says) == (call.agent_leg, ("tone:ring",))
    assert answers(acd, call.agent_leg) == []
    assert names(acd.say(LegRinging(at=14.0, leg=call.leg))) == ["OwnCallRinging"]


def test_who_answers_is_a_contact_in_his_hand_recorded_and_wrapped_up_like_any_other(acd: Driven) -> None:
    contact = talks(acd, customer=ROSA, permit=PERMIT)
    assert (contact.stage, contact.agent, contact.called) == ("talking", "ann", True)
    assert contact.recording is not None
    assert acd.acd.floor.ledger.own_calls == {}
    said = acd.agent_hangs_up(contact.id, at=22.0)  # at once: he is not paused for it, and nobody waits again
    assert [one.caller_stays for one in only(said, e.TalkEnded)] == [True]
    assert acd.agent("ann").activity == "wrapping_up"
    acd.dispose("ann", contact.id)
    assert (acd.agent("ann").activity, acd.agent("ann").status) == ("idle", AVAILABLE)


def test_the_segment_says_that_it_was_he_who_called(acd: Driven) -> None:
    calls(acd)
    call = the_call(acd)
    answers(acd, call.agent_leg)
    said = answers(acd, call.leg, 20.0)
    [reached] = only(said, e.CallOutReached)
    assert (reached.leg, reached.queue, reached.customer_id) == (call.leg, "service", None)
    [begun] = only(acd.joins(call.id, 21.0), e.ContactConnected)
    assert (begun.began, begun.agent, begun.segment) == ("called", "ann", 1)


@pytest.mark.parametrize("reason", ["busy", "no_answer", "rejected", "unreachable", "not_permitted"])
def test_who_does_not_answer_is_told_and_he_is_what_he_was(acd: Driven, reason: Any) -> None:
    acd.status("ann", PAUSE)
    calls(acd)
    call = the_call(acd)
    answers(acd, call.agent_leg)
    said = acd.say(LegFailed(at=40.0, leg=call.leg, reason=reason))
    assert over(said) == [reason]
    assert [one.reason for one in only(said, e.CallOutFailed)] == [reason]
    assert [one.where for one in only(said, e.ContactEnded)] == ["offer"]
    assert [one.leg for one in said if isinstance(one, c.DropLeg)] == [call.agent_leg]
    assert (acd.agent("ann").activity, acd.agent("ann").status) == ("idle", PAUSE)


def test_his_own_telephone_that_does_not_answer_ends_it_before_anything_rings_outside(acd: Driven) -> None:
    calls(acd, customer=ROSA, permit=PERMIT)
    said = acd.say(LegFailed(at=31.0, leg=the_call(acd).agent_leg, reason="no_answer"))
    assert over(said) == ["own_phone"]
    assert [one.permit for one in only(said, e.CallOutFailed)] == [PERMIT.permit_id]
    assert not [one for one in said if isinstance(one, c.DropLeg)]
    assert acd.agent("ann").status == AVAILABLE


def test_he_may_hang_up_before_anybody_answers(acd: Driven) -> None:
    calls(acd)
    call = the_call(acd)
    answers(acd, call.agent_leg)
    said = hangs_up(acd, "ann")
    assert over(said) == ["given_up"]
    assert {one.leg for one in said if isinstance(one, c.DropLeg)} == {call.agent_leg, call.leg}
    assert acd.say(LegFailed(at=31.0, leg=call.leg, reason="no_answer")) != []  # the ledger of outside calls
    assert acd.acd.floor.ledger.outside.calls == {}


def test_nobody_is_given_to_him_meanwhile_and_who_waits_is_given_to_him_afterwards(acd: Driven) -> None:
    acd.status("bob", LOGGED_OUT)
    calls(acd)
    assert only(acd.queue("c1"), e.OfferMade) == []
    said = hangs_up(acd, "ann")
    assert [(one.contact, one.agent) for one in only(said, e.OfferMade)] == [("c1", "ann")]


def away_and_back(acd: Driven) -> Any:
    """The page is reloaded; the leg on which its phone is rung again."""
    said = acd.say(AgentLost(at=12.0, agent="ann"))  # type: ignore[arg-type]
    assert (over(said), len(only(said, c.DropLeg))) == ([], 1)  # type: ignore[arg-type]
    assert acd.say(LegEnded(at=12.5, leg=the_call(acd).agent_leg, by="center")) == []
    said = acd.say(AgentPresent(at=14.0, agent="ann"))  # type: ignore[arg-type]
    [dial] = [one for one in said if isinstance(one, c.DialLeg)]
    assert (dial.auto_answer, dial.leg) == (True, the_call(acd).agent_leg)
    assert not [it for it in acd.say(AgentPresent(at=14.1, agent="ann")) if isinstance(it, c.DialLeg)]  # type: ignore[arg-type]
    return dial.leg


def test_a_page_that_is_reloaded_before_the_own_telephone_answers_is_rung_again(acd: Driven) -> None:
    calls(acd)
    said = answers(acd, away_and_back(acd))
    assert len([one for one in said if isinstance(one, c.DialOutside)]) == 1


def test_a_page_that_is_reloaded_while_the_number_rings_hears_it_ring_on(acd: Driven) -> None:
    calls(acd)
    answers(acd, the_call(acd).agent_leg)
    leg = away_and_back(acd)
    said = answers(acd, leg)
    assert [type(one).__name__ for one in said] == ["SetFuse", "Play"]
    answers(acd, the_call(acd).leg, 20.0)
    [contact] = acd.acd.floor.ledger.contacts.values()
    assert (contact.stage, contact.agent_leg) == ("joining", leg)


def test_who_answers_while_the_page_is_away_hears_music_until_it_is_back(acd: Driven) -> None:
    for who, begin in (("outside", calls), ("bob", rings_up)):
        begin(acd)
        call = the_call(acd)
        answers(acd, call.agent_leg)
        acd.say(LegEnded(at=13.0, leg=call.agent_leg, by="switch"))  # before the page itself is missed
        [hold] = [one for one in answers(acd, call.leg, 13.5) if isinstance(one, c.Arrange)]
        assert [(one.kind, one.legs) for one in hold.conversations] == [(Kind.HOLD, (call.leg,))]
        acd.say(AgentPresent(at=14.0, agent="ann"))  # type: ignore[arg-type]
        said = answers(acd, call.agent_leg, 15.0)
        [talk] = [one for one in said if isinstance(one, c.Arrange)]
        assert [(one.kind, set(one.legs)) for one in talk.conversations] == [
            (Kind.TALK, {call.leg, call.agent_leg})
        ]
        if who == "outside":
            acd.joins(call.id, 21.0)
            acd.agent_hangs_up(call.id, at=60.0)
            acd.dispose("ann", call.id)


def test_a_page_that_stays_away_ends_it_and_so_does_the_other(acd: Driven) -> None:
    calls(acd)
    call = the_call(acd)
    answers(acd, call.agent_leg)
    acd.say(AgentLost(at=12.0, agent="ann"))  # type: ignore[arg-type]
    answers(acd, call.leg, 13.0)
    said = acd.fires("acd:away:ann", 42.0)
    assert over(said) == ["device_lost"]
    assert [one.conversations for one in said if isinstance(one, c.Arrange)] == [()]
    assert call.leg in [one.leg for one in said if isinstance(one, c.DropLeg)]
    acd.status("ann", AVAILABLE)
    calls(acd)
    call = the_call(acd)
    answers(acd, call.agent_leg)
    acd.say(AgentLost(at=12.0, agent="ann"))  # type: ignore[arg-type]
    assert over(acd.say(LegFailed(at=40.0, leg=call.leg, reason="busy"))) == ["busy"]


def test_a_restored_acd_goes_on_with_the_same_leg_so_that_nobody_is_rung_twice(acd: Driven) -> None:
    calls(acd, customer=ROSA, permit=PERMIT)
    call = the_call(acd)
    acd.acd.restore(msgspec.json.decode(msgspec.json.encode(acd.acd.state())))
    [dial] = [one for one in answers(acd, call.agent_leg) if isinstance(one, c.DialOutside)]
    assert (dial.leg, dial.permit) == (call.leg, PERMIT)


def test_a_queue_taken_away_meanwhile_serves_the_call_still(acd: Driven) -> None:
    calls(acd, queue="technical")
    call = the_call(acd)
    acd.say(configured(agents=AGENTS, queues=(queue("service"),), outside=OUTSIDE))
    answers(acd, call.agent_leg)
    answers(acd, call.leg, 20.0)
    assert acd.contact(call.id).queue == "technical"


def test_who_was_removed_meanwhile_calls_nobody(acd: Driven) -> None:
    calls(acd)
    call = the_call(acd)
    acd.say(configured(agents=AGENTS[1:], outside=OUTSIDE))
    assert over(answers(acd, call.agent_leg)) == ["gone"]


def test_who_has_something_in_hand_owes_something_or_is_logged_out_calls_nobody(acd: Driven) -> None:
    calls(acd)
    assert refusal(acd, calls) == "call_in_hand"
    hangs_up(acd, "ann")
    contact = talks(acd)
    acd.agent_hangs_up(contact.id)
    assert refusal(acd, calls) == "call_in_hand"
    acd.fires("acd:wrap_up:ann", 500.0)
    assert refusal(acd, calls) == "disposition_owed"
    acd.dispose("ann", contact.id)
    acd.status("ann", LOGGED_OUT)
    assert refusal(acd, calls) == "log_in_first"
    assert refusal(acd, calls, who="zoe") == "unknown_agent"


def test_a_number_that_the_rules_refuse_is_told_of_with_its_reason_and_what_is_no_number_is_not(
    acd: Driven,
) -> None:
    def told(number: str) -> list[tuple[str, str, str]]:
        turn = Turn(name="r1", at=10.0)
        with pytest.raises(Refusal):
            acd.acd.handle(
                r.CallOut(at=10.0, request_id="r", by="ann", agent="ann", pii_number=number),  # type: ignore[arg-type]
                turn,
            )
        refused = [one for one in turn.said if isinstance(one, e.OutsideRefused)]
        return [(one.agent, one.pii_number, one.reason) for one in refused]

    assert told("hello") == []
    assert told("+1 212 555 0123") == [("ann", "+12125550123", "outside_closed")]


def test_rules_queues_and_permits_are_kept_to(acd: Driven) -> None:
    assert refusal(acd, calls, number="+12125550123") == "outside_closed"
    assert refusal(acd, calls, number="hello") == "not_a_number"
    assert refusal(acd, calls, who="bob", queue="technical") == "queue_not_served"
    assert refusal(acd, calls, number="+56971884214", permit=PERMIT) == "permit_other_address"


def limited(**limits: Any) -> Any:
    return configured(
        agents=AGENTS,
        queues=(queue("service"), queue("technical")),
        outside=msgspec.structs.replace(OUTSIDE, **limits),
    )


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"rules": (OutsideRule(account_id=1, prefix="+569", allowed=False),)}, "outside_closed"),
        ({"limits": (OutsideLimits(account_id=1, person_per_day_minor=0),)}, "outside_cap_person"),
        ({"trunks": ()}, "no_trunk"),
    ],
)
def test_what_was_closed_while_his_own_telephone_rang_is_not_dialled(
    acd: Driven, changed: dict[str, Any], reason: str
) -> None:
    calls(acd, customer=ROSA, permit=PERMIT)
    call = the_call(acd)
    acd.say(limited(**changed))
    said = answers(acd, call.agent_leg)
    assert not [one for one in said if isinstance(one, c.DialOutside)]
    assert (over(said), [one.reason for one in only(said, e.CallOutFailed)]) == ([reason], [reason])
    assert [one.leg for one in said if isinstance(one, c.DropLeg)] == [call.agent_leg]
    assert len(only(said, e.OutsideRefused)) == (reason != "no_trunk")
    assert acd.agent("ann").activity == "idle"
    assert acd.acd.floor.ledger.outside.calls == {}


def test_a_price_that_changed_while_his_own_telephone_rang_is_the_one_that_counts(acd: Driven) -> None:
    calls(acd)
    call = the_call(acd)
    acd.say(limited(limits=(OutsideLimits(account_id=1, usual_minor_per_minute=99),)))
    [dial] = [one for one in answers(acd, call.agent_leg) if isinstance(one, c.DialOutside)]
    assert dial.route.minor_per_minute == 99


# From a message in hand


def has_message(acd: Driven, at: float = 5.0) -> Any:
    """The contact of a message that Ann has in hand."""
    acd.status("bob", LOGGED_OUT)
    told: dict[str, Any] = {"contact": "c1", "account_id": 1, "queue": "technical", "recording": "r1"}
    more = {"seconds": 8.0, "pii_number": NUMBER, "language": "es", "value_class": "B"}
    [given] = only(acd.say(e.MessageLeft(at=at, **told, **more)), e.MessageGiven)
    assert given.agent == "ann"
    return given.contact


def test_who_left_a_message_is_called_for_its_queue_and_it_is_done_once_he_answers(acd: Driven) -> None:
    message = has_message(acd)
    said = calls(acd)
    [begun] = only(said, e.CallOutBegun)
    assert (begun.message, begun.queue) == (message, "technical")
    assert only(said, e.AgentReserved) == []
    assert acd.contact(message).stage == "message"
    assert refusal(acd, calls) == "call_in_hand"
    call = the_call(acd)
    answers(acd, call.agent_leg)
    said = answers(acd, call.leg, 20.0)
    assert [(one.contact, one.call) for one in only(said, e.MessageAnswered)] == [(message, call.id)]
    assert [(one.contact, one.where, one.by) for one in only(said, e.ContactEnded)] == [
        (message, "talk", "agent")
    ]
    assert f"acd:message:{message}" in [one.timer for one in said if isinstance(one, c.CancelTimer)]
    acd.joins(call.id, 21.0)
    acd.agent_hangs_up(call.id, at=60.0)
    assert (acd.agent("ann").activity, acd.agent("ann").contact) == ("wrapping_up", call.id)


def test_a_message_whose_caller_does_not_answer_is_in_hand_still_and_she_may_try_again(acd: Driven) -> None:
    message = has_message(acd)
    for _ in range(2):
        calls(acd)
        call = the_call(acd)
        answers(acd, call.agent_leg)
        said = acd.say(LegFailed(at=40.0, leg=call.leg, reason="busy"))
        assert (over(said), only(said, e.AgentReleased)) == (["busy"], [])
        assert (acd.agent("ann").activity, acd.agent("ann").contact) == ("talking", message)
    calls(acd)
    assert over(hangs_up(acd, "ann")) == ["given_up"]
    [ended] = only(hangs_up(acd, "ann"), e.ContactEnded)
    assert ended.contact == message


def test_a_message_that_is_taken_away_takes_the_call_with_it_and_the_time_for_it_waits(acd: Driven) -> None:
    message = has_message(acd)
    calls(acd)
    said = acd.fires(f"acd:message:{message}", 1900.0)
    assert [(one.timer, one.due_at) for one in said if isinstance(one, c.StartTimer)] == [
        (f"acd:message:{message}", 1960.0)
    ]
    said = acd.say(
        r.EndContact(at=1910.0, request_id="e", by="sue", contact=message, reason="dealt with by mail")
    )
    assert over(said) == ["taken_back"]
    assert [one.contact for one in only(said, e.WrapUpStarted)] == [message]


# Colleagues


def test_a_colleague_is_kept_rung_and_talks_in_private(acd: Driven) -> None:
    said = rings_up(acd)
    assert [one.agent for one in only(said, e.AgentReserved)] == ["ann", "bob"]
    assert not only(said, e.ContactArrived)
    call = the_call(acd)
    said = answers(acd, call.agent_leg)
    [his] = [one for one in said if isinstance(one, c.DialLeg)]
    assert (his.endpoint, his.caller_name, his.caller_number, his.auto_answer) == (
        "PJSIP/bob",
        "Ann",
        "101",
        False,
    )
    acd.say(LegRinging(at=13.0, leg=call.leg))
    assert acd.agent("bob").activity == "ringing"
    said = answers(acd, call.leg, 15.0)
    [wanted] = [one for one in said if isinstance(one, c.Arrange)]
    [both] = wanted.conversations
    assert (both.kind, both.legs) == (Kind.TALK, (call.agent_leg, call.leg))
    assert acd.say(LegJoined(at=16.0, leg=call.leg, conversation=both.id)) == []
    assert [acd.agent(one).activity for one in ("ann", "bob")] == ["talking", "talking"]
    assert only(acd.queue("c1"), e.OfferMade) == []


def test_a_ring_that_is_told_late_changes_nothing(acd: Driven) -> None:
    rings_up(acd)
    call = the_call(acd)
    answers(acd, call.agent_leg)
    answers(acd, call.leg, 15.0)
    assert acd.say(LegRinging(at=15.0, leg=call.leg)) == []


def test_each_of_two_colleagues_may_mute_himself_once_they_talk(acd: Driven) -> None:
    def mutes(who: Any, muted: bool = True) -> list[Message]:
        return acd.say(r.Mute(at=20.0, request_id="m", by=who, agent=who, muted=muted))

    rings_up(acd)
    call = the_call(acd)
    answers(acd, call.agent_leg)
    assert refusal(acd, mutes, "ann") == "no_call"
    answers(acd, call.leg, 15.0)
    [arranged, told] = mutes("bob")
    assert arranged.conversations[0].modes == {call.leg: Mode.MUTED}  # type: ignore[attr-defined]
    assert told == e.AgentMuted(at=20.0, contact=call.id, agent="bob", muted=True)  # type: ignore[arg-type]
    assert mutes("bob") == []
    [both] = only(mutes("ann"), c.Arrange)
    assert set(both.conversations[0].modes) == {call.agent_leg, call.leg}
    [back] = only(mutes("bob", muted=False), c.Arrange)
    assert set(back.conversations[0].modes) == {call.agent_leg}


@pytest.mark.parametrize("who", ["ann", "bob"])
def test_either_colleague_ends_it_and_both_are_free_with_nothing_to_wrap_up(acd: Driven, who: str) -> None:
    rings_up(acd)
    call = the_call(acd)
    answers(acd, call.agent_leg)
    answers(acd, call.leg, 15.0)
    acd.queue("c1")
    acd.queue("c2")
    leg = call.agent_leg if who == "ann" else call.leg
    said = hangs_up(acd, who) if who == "ann" else acd.say(LegEnded(at=30.0, leg=leg, by="agent"))
    assert over(said) == ["hung_up"]
    assert only(said, e.WrapUpStarted) == []
    assert sorted(one.agent for one in only(said, e.OfferMade)) == ["ann", "bob"]


def test_a_colleague_who_says_no_or_does_not_answer_is_not_paused(acd: Driven) -> None:
    rings_up(acd)
    call = the_call(acd)
    answers(acd, call.agent_leg)
    assert over(acd.say(LegFailed(at=40.0, leg=call.leg, reason="no_answer"))) == ["no_answer"]
    assert [acd.agent(one).status for one in ("ann", "bob")] == [AVAILABLE, AVAILABLE]
    rings_up(acd)
    answers(acd, the_call(acd).agent_leg)
    assert over(hangs_up(acd, "bob")) == ["rejected"]


def test_nobody_calls_himself_who_is_out_on_a_break_or_busy(acd: Driven) -> None:
    assert refusal(acd, rings_up, to="ann") == "call_to_self"
    assert refusal(acd, rings_up, to="zoe") == "unknown_agent"
    acd.queue("c1")
    busy = next(key for key in ("ann", "bob") if acd.agent(key).activity != "idle")
    idle: Any = "bob" if busy == "ann" else "ann"
    assert refusal(acd, rings_up, to=busy, who=idle) == "colleague_busy"
    acd.status("bob", LOGGED_OUT)
    acd.caller_hangs_up("c1")
    assert refusal(acd, rings_up) == "agent_logged_out"
    acd.status("bob", PAUSE)
    assert refusal(acd, rings_up) == "agent_on_break"
