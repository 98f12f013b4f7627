from typing import Any

import pytest
from company import AVAILABLE, LOGGED_OUT
from driven_acd import Driven, names, only

from ctiserver.core.commands import CancelTimer, DropLeg, StartTimer
from ctiserver.core.errors import Refusal
from ctiserver.core.events import (
    AbuseReported,
    AgentStatusChanged,
    HandLowered,
    HandRaised,
    SupervisorAsked,
    TalkEnded,
)
from ctiserver.core.inputs import LegAnswered
from ctiserver.core.requests import LowerHand, MergeParties, RaiseHand, ReportAbuse, StartConsult, TakeMinute

ASKED: dict[str, Any] = {"request_id": "r", "by": "ann", "agent": "ann"}


@pytest.fixture
def talking() -> Driven:
    acd = Driven("ann")
    acd.queue("c1")
    acd.talks("c1")
    return acd


def test_a_hand_goes_up_once_with_the_contact_it_is_about_and_a_supervisor_lowers_it(talking: Driven) -> None:
    said = talking.say(RaiseHand(at=20.0, **ASKED))
    assert [(it.why, it.contact) for it in only(said, HandRaised)] == [("help", "c1")]
    assert only(said, SupervisorAsked)[0].contact == "c1"
    assert talking.say(RaiseHand(at=21.0, **ASKED)) == []
    lowered = LowerHand(at=22.0, **{**ASKED, "by": "sofia"})
    assert [it.by for it in only(talking.say(lowered), HandLowered)] == ["sofia"]
    assert talking.say(lowered) == []


def test_a_hand_without_a_contact_is_up_too_and_comes_down_when_the_agent_goes_home() -> None:
    acd = Driven("ann")
    assert names(acd.say(RaiseHand(at=20.0, **ASKED))) == ["HandRaised"]
    assert "HandLowered" in names(acd.status("ann", LOGGED_OUT, at=30.0))


def test_an_insulting_caller_is_the_ivrs_and_his_agent_wraps_up_with_a_raised_hand(talking: Driven) -> None:
    leg = talking.agent_leg("c1")
    said = talking.say(ReportAbuse(at=20.0, **ASKED))
    assert DropLeg(leg=leg) in said
    assert [(it.by, it.caller_stays) for it in only(said, TalkEnded)] == [("agent", False)]
    assert [(it.agent, it.segment) for it in only(said, AbuseReported)] == [("ann", 1)]
    assert only(said, HandRaised)[0].why == "abuse"
    assert "WrapUpStarted" in names(said)
    assert not talking.acd.floor.ledger.contacts


def test_an_insult_in_a_conference_is_told_of_the_part_of_whom_it_hit() -> None:
    acd = Driven("ann", "bob")
    acd.queue("c1")
    acd.talks("c1")
    acd.say(StartConsult(at=16.0, **ASKED, to="bob"))  # type: ignore[arg-type]
    [party] = acd.contact("c1").parties
    acd.say(LegAnswered(at=17.0, leg=party.leg))
    acd.say(MergeParties(at=18.0, **ASKED))
    said = acd.say(ReportAbuse(at=20.0, **ASKED))
    assert [(it.agent, it.segment) for it in only(said, AbuseReported)] == [("ann", 1)]


def test_without_a_call_nobody_insults() -> None:
    with pytest.raises(Refusal) as refused:
        Driven("ann").say(ReportAbuse(at=20.0, **ASKED))
    assert refused.value.error_id == "no_call"


def test_a_minute_ends_by_itself_and_the_next_caller_is_offered() -> None:
    acd = Driven("ann")
    said = acd.say(TakeMinute(at=20.0, **ASKED))
    [changed] = only(said, AgentStatusChanged)
    assert (changed.status, changed.reason, changed.until) == ("pause", "minute", 80.0)
    assert StartTimer(timer="acd:minute:ann", due_at=80.0) in said  # type: ignore[arg-type]
    acd.queue("c1", at=30.0)
    assert {"AgentStatusChanged", "OfferMade"} <= set(names(acd.fires("acd:minute:ann", 80.0)))


def test_a_minute_in_a_talk_begins_after_the_wrap_up(talking: Driven) -> None:
    assert names(talking.say(TakeMinute(at=20.0, **ASKED))) == ["NextStatusChosen"]
    talking.caller_hangs_up("c1", at=60.0)
    said = talking.dispose("ann", "c1", at=70.0)
    assert only(said, AgentStatusChanged)[0].until == 130.0


def test_after_his_minute_who_owes_how_the_contact_ended_gets_no_other_before_he_says_it(
    talking: Driven,
) -> None:
    talking.say(TakeMinute(at=20.0, **ASKED))
    talking.caller_hangs_up("c1", at=60.0)
    talking.fires("acd:wrap_up:ann", 180.0)
    talking.queue("c2", at=200.0)
    said = talking.fires("acd:minute:ann", 240.0)
    assert [(it.status, it.reason) for it in only(said, AgentStatusChanged)] == [
        ("pause", "disposition_owed")
    ]
    assert "OfferMade" not in names(said)
    assert {"AgentStatusChanged", "OfferMade"} <= set(names(talking.dispose("ann", "c1", at=250.0)))


def test_who_says_during_his_minute_how_the_contact_ended_is_available_after_it(talking: Driven) -> None:
    talking.say(TakeMinute(at=20.0, **ASKED))
    talking.caller_hangs_up("c1", at=60.0)
    talking.fires("acd:wrap_up:ann", 180.0)
    assert "AgentStatusChanged" not in names(talking.dispose("ann", "c1", at=190.0))
    assert [it.status for it in only(talking.fires("acd:minute:ann", 240.0), AgentStatusChanged)] == [
        "available"
    ]


def test_who_comes_back_before_his_minute_is_over_is_not_woken_later() -> None:
    acd = Driven("ann")
    acd.say(TakeMinute(at=20.0, **ASKED))
    assert CancelTimer(timer="acd:minute:ann") in acd.status("ann", AVAILABLE, at=40.0)  # type: ignore[arg-type]
    assert acd.fires("acd:minute:ann", 80.0) == []


def test_who_is_on_a_break_has_no_use_for_a_minute() -> None:
    acd = Driven("ann")
    acd.say(TakeMinute(at=20.0, **ASKED))
    with pytest.raises(Refusal) as refused:
        acd.say(TakeMinute(at=21.0, **ASKED))
    assert refused.value.error_id == "on_break"
