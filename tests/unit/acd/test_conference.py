"""Three in one talk, and whoever leaves it."""

from typing import Any

import pytest
from company import agent
from driven_acd import Driven, only

from ctiserver.core.commands import Arrange, StartRecording, StopRecording
from ctiserver.core.errors import Refusal
from ctiserver.core.events import (
    ContactConnected,
    PartyLeft,
    RecordingStarted,
    TalkEnded,
    TransferCompleted,
    WrapUpStarted,
)
from ctiserver.core.inputs import AgentLost, LegAnswered, LegEnded
from ctiserver.core.requests import HangUp, Hold, MergeParties, RemoveParty, Resume, StartConsult

ASKED: dict[str, Any] = {"request_id": "r", "by": "ann", "agent": "ann"}
BOB: dict[str, Any] = {"request_id": "r", "by": "bob", "agent": "bob"}
TWO = (
    agent("ann", "service", browser_phone=True),
    agent("bob", "technical", skills={"gas": 80}),
)


def conference(**whom: Any) -> Driven:
    """C1, Ann, and whom she took in."""
    acd = Driven("ann", "bob", agents=TWO)
    acd.queue("c1")
    acd.talks("c1")
    acd.say(StartConsult(at=60.0, **ASKED, **whom or {"to": "bob"}))
    acd.say(LegAnswered(at=62.0, leg=third(acd).leg))
    acd.say(MergeParties(at=63.0, **ASKED))
    return acd


def third(acd: Driven) -> Any:
    [party] = acd.contact("c1").parties
    return party


def together(said: list[Any]) -> list[tuple[str, ...]]:
    return [it.legs for it in [it for it in said if isinstance(it, Arrange)][-1].conversations]


def test_all_three_hear_each_other_and_the_third_has_a_segment_of_his_own() -> None:
    acd = conference()
    it = acd.contact("c1")
    assert (it.stage, it.agent, third(acd).role) == ("talking", "ann", "colleague")
    assert (acd.agent("ann").segment, acd.agent("bob").segment) == (1, 2)


def test_on_hold_the_two_agents_go_on_without_the_caller() -> None:
    acd = conference()
    legs = acd.agent_leg("c1"), third(acd).leg
    assert together(acd.say(Hold(at=64.0, **ASKED))) == [("leg-c1",), legs]
    assert together(acd.say(Resume(at=65.0, **ASKED))) == [("leg-c1", *legs)]


@pytest.mark.parametrize("on_hold", [False, True])
def test_who_took_him_in_leaves_and_the_third_has_the_caller_and_the_recording(on_hold: bool) -> None:
    acd = conference()
    leg = third(acd).leg
    if on_hold:
        acd.say(Hold(at=64.0, **ASKED))
    said = acd.say(HangUp(at=70.0, **ASKED))
    assert [(it.kind, it.to) for it in only(said, TransferCompleted)] == [("conference", "bob")]
    assert [(it.agent, it.segment) for it in only(said, TalkEnded)] == [("ann", 1)]
    assert [(it.agent, it.segment) for it in only(said, WrapUpStarted)] == [("ann", 1)]
    assert only(said, ContactConnected) == []
    assert [it.segment for it in only(said, RecordingStarted)] == [2]
    assert sum(isinstance(it, StopRecording | StartRecording) for it in said) == 2
    assert together(said) == [("leg-c1", leg)]
    it = acd.contact("c1")
    assert (it.stage, it.agent, it.agent_leg, it.parties) == ("talking", "bob", leg, [])


@pytest.mark.parametrize("how", ["button", "telephone", "sent out", "browser"])
def test_whoever_else_leaves_the_caller_and_his_agent_go_on(how: str) -> None:
    acd = conference()
    leg = third(acd).leg
    outs: dict[str, Any] = {
        "button": HangUp(at=70.0, **BOB),
        "telephone": LegEnded(at=70.0, leg=leg, by="agent"),
        "sent out": RemoveParty(at=70.0, **ASKED),
        "browser": LegEnded(at=70.0, leg=leg, by="switch"),
    }
    said = acd.say(outs[how])
    expected = {"sent out": "removed", "browser": "lost"}.get(how, "hung_up")
    assert [it.outcome for it in only(said, PartyLeft)] == [expected]
    assert [(it.agent, it.segment) for it in only(said, WrapUpStarted)] == [("bob", 2)]
    assert together(said) == [("leg-c1", acd.agent_leg("c1"))]
    assert acd.agent("bob").activity == "wrapping_up"


def test_a_page_that_goes_away_in_a_conference_has_left_it() -> None:
    acd = conference()
    said = acd.say(AgentLost(at=70.0, agent="ann"))  # type: ignore[arg-type]
    assert [it.to for it in only(said, TransferCompleted)] == ["bob"]
    assert (acd.contact("c1").agent, acd.agent("ann").activity) == ("bob", "wrapping_up")


def test_when_the_caller_hangs_up_both_agents_wrap_up_their_own_part() -> None:
    acd = conference()
    said = acd.caller_hangs_up("c1", 70.0)
    assert sorted((it.agent, it.segment) for it in only(said, WrapUpStarted)) == [("ann", 1), ("bob", 2)]
    acd.dispose("bob", "c1")
    assert (acd.agent("ann").activity, acd.agent("bob").activity) == ("wrapping_up", "idle")


def test_a_number_outside_goes_on_with_the_caller_alone_and_hands_him_back() -> None:
    acd = conference(pii_number="2 2345 6789")
    leg = third(acd).leg
    said = acd.say(HangUp(at=70.0, **ASKED))
    assert together(said) == [("leg-c1", leg)]
    assert (acd.contact("c1").stage, acd.contact("c1").agent) == ("outside", None)
    said = acd.say(LegEnded(at=80.0, leg=leg, by="agent"))
    assert [it.caller_stays for it in only(said, PartyLeft)] == [True]
    assert "c1" not in acd.acd.floor.ledger.contacts


def test_who_is_in_no_conference_sends_nobody_out() -> None:
    acd = Driven("ann", "bob", agents=TWO)
    acd.queue("c1")
    acd.talks("c1")
    for request, error_id in ((RemoveParty, "no_conference"), (MergeParties, "no_call")):
        with pytest.raises(Refusal) as caught:
            acd.say(request(at=60.0, **ASKED))
        assert caught.value.error_id == error_id
