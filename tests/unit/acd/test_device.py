from typing import Any

import pytest
from company import AVAILABLE, PAUSE, agent, configured
from driven_acd import Driven, names, only

from ctiserver.core.commands import Arrange, DialLeg, DropLeg
from ctiserver.core.events import AgentAway, AgentBack, ContactRequeued, OfferRefused
from ctiserver.core.inputs import AgentLost, AgentPresent, LegAnswered, LegEnded, LegFailed, LegJoined
from ctiserver.core.requests import HangUp, TransferBlind
from ctiserver.core.topology import Kind

ANN: Any = "ann"
BROWSER = (agent("ann", "service", browser_phone=True, skills={"billing": 99}),)


def lost(acd: Driven, at: float) -> list[Any]:
    return acd.say(AgentLost(at=at, agent=ANN))


def back(acd: Driven, at: float) -> list[Any]:
    return acd.say(AgentPresent(at=at, agent=ANN))


@pytest.fixture
def talking() -> Driven:
    acd = Driven("ann", agents=BROWSER)
    acd.queue("c1")
    acd.talks("c1")
    return acd


def conversations(said: list[Any]) -> list[Any]:
    return [it for command in only(said, Arrange) for it in command.conversations]  # type: ignore[arg-type]


def test_a_browser_that_goes_away_in_a_talk_leaves_the_caller_with_music(talking: Driven) -> None:
    leg = talking.agent_leg("c1")
    said = lost(talking, 30.0)
    assert AgentAway(at=30.0, contact="c1", agent=ANN) in said
    assert DropLeg(leg=leg) in said
    [music] = conversations(said)
    assert (music.kind, music.legs) == (Kind.HOLD, ("leg-c1",))


def test_a_page_that_goes_before_the_two_are_joined_has_not_answered_and_he_waits_on() -> None:
    acd = Driven("ann", agents=BROWSER)
    acd.queue("c1")
    leg = acd.agent_leg("c1")
    acd.answers("c1")
    said = lost(acd, 14.5)
    assert only(said, OfferRefused)[0].reason == "device_lost"
    assert DropLeg(leg=leg) in said
    assert (acd.contact("c1").stage, acd.agent("ann").reason) == ("waiting", "device_lost")
    assert names(acd.caller_hangs_up("c1", at=20.0))[-1] == "ContactEnded"
    assert acd.agent("ann").contact is None  # nothing to wrap up, and nothing that she could not dispose of


def test_a_browser_that_comes_back_is_rung_and_the_two_go_on(talking: Driven) -> None:
    lost(talking, 30.0)
    [rings] = only(back(talking, 33.0), DialLeg)  # type: ignore[arg-type]
    said = talking.say(LegAnswered(at=34.0, leg=rings.leg))
    assert AgentBack(at=34.0, contact="c1", agent=ANN) in said
    [talk] = conversations(said)
    assert (talk.kind, talk.legs) == (Kind.TALK, ("leg-c1", rings.leg))
    assert names(talking.say(LegJoined(at=34.1, leg=rings.leg, conversation=talk.id))) == []
    assert talking.contact("c1").segments == 1
    assert "TalkEnded" in names(talking.agent_hangs_up("c1", at=60.0))


@pytest.mark.parametrize("rings", [True, False])
def test_who_hangs_up_while_his_telephone_is_away_is_not_rung_again(talking: Driven, rings: bool) -> None:
    lost(talking, 30.0)
    legs = [one.leg for one in only(back(talking, 33.0), DialLeg)] if rings else []  # type: ignore[arg-type]
    said = talking.say(HangUp(at=34.0, request_id="r", by="ann", agent=ANN))
    assert "TalkEnded" in names(said)
    assert [one.leg for one in only(said, DropLeg)] == legs  # type: ignore[arg-type]
    assert only(back(talking, 36.0), DialLeg) == []  # type: ignore[arg-type]


def test_a_browser_that_says_twice_that_it_is_there_keeps_the_time_after_which_the_caller_is_given_back(
    talking: Driven,
) -> None:
    lost(talking, 30.0)
    back(talking, 33.0)
    assert back(talking, 34.0) == [], "the timer of the ringing telephone goes on"


def test_a_browser_that_is_rung_and_gone_again_may_come_back_once_more(talking: Driven) -> None:
    lost(talking, 30.0)
    [rings] = only(back(talking, 33.0), DialLeg)  # type: ignore[arg-type]
    talking.say(LegFailed(at=34.0, leg=rings.leg, reason="unreachable"))
    assert only(back(talking, 36.0), DialLeg)  # type: ignore[arg-type]


def test_a_browser_that_stays_away_gives_the_caller_back_to_his_place(talking: Driven) -> None:
    place = talking.contact("c1").virtual_arrival
    lost(talking, 30.0)
    said = talking.fires("acd:away:ann", 50.0)
    assert only(said, ContactRequeued)[0].reason == "device_lost"
    assert talking.contact("c1").virtual_arrival == place
    assert (talking.agent("ann").status, talking.agent("ann").reason) == (PAUSE, "device_lost")


def test_a_caller_who_hangs_up_while_the_browser_is_away_leaves_a_contact_to_wrap_up(
    talking: Driven,
) -> None:
    lost(talking, 30.0)
    said = talking.caller_hangs_up("c1", at=35.0)
    assert {"TalkEnded", "WrapUpStarted", "ContactEnded"} <= set(names(said))


def test_a_browser_that_goes_away_while_it_rings_costs_the_caller_nothing() -> None:
    acd = Driven("ann", agents=BROWSER)
    acd.queue("c1")
    leg = acd.agent_leg("c1")
    said = lost(acd, 12.0)
    assert OfferRefused(at=12.0, contact="c1", agent=ANN, reason="device_lost") in said
    assert DropLeg(leg=leg) in said
    assert acd.agent("ann").status is PAUSE


def test_an_idle_agent_is_paused_only_if_his_browser_stays_away() -> None:
    acd = Driven("ann", agents=BROWSER)
    lost(acd, 5.0)
    back(acd, 7.0)
    assert acd.agent("ann").status is AVAILABLE
    lost(acd, 10.0)
    acd.fires("acd:away:ann", 30.0)
    assert acd.agent("ann").status is PAUSE


def test_a_leg_of_a_browser_that_the_switch_lost_is_a_browser_that_went_away(talking: Driven) -> None:
    said = talking.say(LegEnded(at=30.0, leg=talking.agent_leg("c1"), by="switch"))
    assert only(said, AgentAway)


def test_a_phone_on_the_desk_stays_when_the_page_goes() -> None:
    acd = Driven("ann")
    acd.queue("c1")
    acd.talks("c1")
    assert lost(acd, 30.0) == []


@pytest.mark.parametrize("reason", ["busy", "rejected"])
def test_a_page_that_says_no_is_there_and_its_agent_is_paused_for_that(reason: Any) -> None:
    acd = Driven("ann", agents=BROWSER)
    acd.queue("c1")
    said = acd.phone_fails("c1", reason)
    assert only(said, OfferRefused)[0].reason == reason
    assert (acd.agent("ann").status, acd.agent("ann").reason) == ("pause", reason)


@pytest.mark.parametrize("answers", [True, False])
def test_a_page_that_goes_away_in_the_wrap_up_leaves_the_colleague_who_has_the_caller_now_in_peace(
    answers: bool,
) -> None:
    acd = Driven("ann", "bob", agents=(*BROWSER, agent("bob", "technical", skills={"gas": 80})))
    acd.queue("c1")
    acd.talks("c1")
    acd.say(TransferBlind(at=60.0, queue="technical", request_id="r", by="ann", agent=ANN))  # type: ignore[arg-type]
    if answers:
        acd.talks("c1", at=70.0)
    stage, holder = acd.contact("c1").stage, acd.contact("c1").agent
    assert (acd.agent("ann").contact, holder) == ("c1", "bob")
    assert names(lost(acd, 80.0)) == ["StartTimer"]
    assert (acd.contact("c1").stage, acd.contact("c1").agent) == (stage, "bob")
    acd.fires("acd:away:ann", 100.0)
    assert (acd.contact("c1").stage, acd.contact("c1").agent) == (stage, "bob")
    assert names(back(acd, 110.0)) == ["CancelTimer"]


def test_a_phone_that_rings_for_a_browser_that_came_back_is_left_alone_when_its_time_is_over(
    talking: Driven,
) -> None:
    lost(talking, 30.0)
    [rings] = only(back(talking, 33.0), DialLeg)  # type: ignore[arg-type]
    said = talking.fires("acd:away:ann", 53.0)
    assert DropLeg(leg=rings.leg) in said
    assert only(said, ContactRequeued)[0].reason == "device_lost"


def test_who_is_taken_from_the_roster_while_his_browser_is_away_gives_his_caller_back_in_time(
    talking: Driven,
) -> None:
    lost(talking, 30.0)
    talking.say(configured(at=31.0, version="2", agents=()))
    assert names(back(talking, 33.0)) == []
    assert only(talking.fires("acd:away:ann", 50.0), ContactRequeued)
