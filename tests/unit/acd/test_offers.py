import pytest
from company import AVAILABLE, LOGGED_OUT, PAUSE, queue
from driven_acd import Driven, names, offered

from ctiserver.core.commands import Arrange, CancelTimer, DialLeg, DropLeg, SetFuse, StartTimer
from ctiserver.core.events import (
    AgentReleased,
    AgentReserved,
    AgentStatusChanged,
    ContactEnded,
    ContactRequeued,
    DecisionMade,
    Head,
    OfferAccepted,
    OfferExpired,
    OfferMade,
    OfferRefused,
    OfferRinging,
    OfferWithdrawn,
    PlaceTold,
)
from ctiserver.core.inputs import LegAnswered, LegEnded
from ctiserver.core.topology import Conversation, Kind

HOLD = Arrange(contact="c1", conversations=(Conversation(id="t2-1", kind=Kind.HOLD, legs=("leg-c1",)),))
FUSE = SetFuse(leg="leg-c1", seconds=60.0, refresh_seconds=20.0)


def test_a_caller_whom_nobody_can_serve_hears_music_and_soon_his_place() -> None:
    assert Driven().queue("c1") == [HOLD, FUSE, StartTimer(timer="acd:place:c1", due_at=14.0)]


def test_a_caller_rings_at_a_free_agent_at_once() -> None:
    acd = Driven("ann")
    said = acd.queue("c1", value_class="A")
    assert said[2:] == [
        DecisionMade(
            at=10.0,
            contact="c1",
            agent="ann",
            queue="service",
            rule="only",
            heads=(
                Head(
                    queue="service",
                    contact="c1",
                    value_class="A",
                    score_seconds=120.0,
                    emergency=False,
                    preference=0,
                    waited_seconds=0.0,
                ),
            ),
            idle_agents=1,
            excluded={"logged_out": 3},
        ),
        AgentReserved(at=10.0, agent="ann", contact="c1"),
        OfferMade(at=10.0, contact="c1", agent="ann", queue="service", leg="t3-2"),
        DialLeg(
            leg="t3-2",
            contact="c1",
            endpoint="PJSIP/ann",
            ring_seconds=20.0,
            caller_number="+56221234567",
            caller_name="Rosa",
        ),
        StartTimer(timer="acd:ring:t3-2", due_at=25.0),
    ]


def test_the_screen_pops_once_however_often_the_phone_says_that_it_rings() -> None:
    acd = Driven("ann")
    acd.queue("c1")
    assert acd.rings("c1") == [OfferRinging(at=12.0, contact="c1", agent="ann")]
    assert acd.rings("c1", at=13.0) == []


@pytest.mark.parametrize("rings", [True, False])
def test_an_answered_offer_joins_the_two(rings: bool) -> None:
    acd = Driven("ann")
    acd.queue("c1")
    if rings:
        acd.rings("c1")
    leg = acd.agent_leg("c1")
    said = acd.answers("c1")
    talk = acd.contact("c1").talk
    assert said == [
        OfferAccepted(at=14.0, contact="c1", agent="ann"),
        CancelTimer(timer=f"acd:ring:{leg}"),
        CancelTimer(timer="acd:place:c1"),
        Arrange(contact="c1", conversations=(Conversation(id=talk, kind=Kind.TALK, legs=("leg-c1", leg)),)),
        SetFuse(leg="leg-c1", seconds=14_400.0),
        SetFuse(leg=leg, seconds=14_400.0),
    ]
    assert acd.answers("c1") == []


def test_an_offer_that_nobody_answers_pauses_the_agent_and_goes_to_the_next() -> None:
    acd = Driven("ann", "bob")
    acd.queue("c1")
    acd.rings("c1")
    leg = acd.agent_leg("c1")
    said = acd.fires(f"acd:ring:{leg}", at=25.0)
    assert said[:6] == [
        OfferExpired(at=25.0, contact="c1", agent="ann"),
        CancelTimer(timer=f"acd:ring:{leg}"),
        DropLeg(leg=leg),
        AgentStatusChanged(at=25.0, agent="ann", status=PAUSE, reason="missed_offer", by="center"),
        AgentReleased(at=25.0, agent="ann", contact="c1"),
        ContactRequeued(at=25.0, contact="c1", queue="service", reason="missed_offer"),
    ]
    assert offered(said) == [("c1", "bob", "only")]
    assert acd.fires(f"acd:ring:{leg}", at=26.0) == []


def test_an_agent_whose_phone_never_rang_is_out_of_reach_and_missed_nothing() -> None:
    acd = Driven("ann")
    acd.queue("c1")
    said = acd.fires(f"acd:ring:{acd.agent_leg('c1')}", at=25.0)
    assert OfferExpired(at=25.0, contact="c1", agent="ann") in said
    pause = AgentStatusChanged(at=25.0, agent="ann", status=PAUSE, reason="unreachable", by="center")
    assert pause in said


@pytest.mark.parametrize("reason", ["busy", "rejected", "unreachable", "no_answer"])
def test_a_phone_that_says_no_pauses_its_agent_and_the_caller_keeps_his_place(reason: str) -> None:
    acd = Driven("ann")
    acd.queue("c1")
    leg = acd.agent_leg("c1")
    assert acd.phone_fails("c1", reason) == [
        OfferRefused(at=13.0, contact="c1", agent="ann", reason=reason),
        CancelTimer(timer=f"acd:ring:{leg}"),
        AgentStatusChanged(at=13.0, agent="ann", status=PAUSE, reason=reason, by="center"),
        AgentReleased(at=13.0, agent="ann", contact="c1"),
        ContactRequeued(at=13.0, contact="c1", queue="service", reason=reason),
        StartTimer(timer="acd:place:c1", due_at=17.0),
    ]
    acd.queue("c2", at=20.0)
    assert [who[:2] for who in offered(acd.status("ann", AVAILABLE, at=21.0))] == [("c1", "ann")]


def test_who_missed_an_offer_is_paused_even_if_he_had_chosen_to_be_available() -> None:
    acd = Driven("ann")
    acd.queue("c1")
    acd.status("ann", AVAILABLE, at=11.0)
    assert offered(acd.phone_fails("c1", "rejected")) == []
    assert (acd.agent("ann").status, acd.agent("ann").next_status) == (PAUSE, None)


def test_who_chose_to_log_out_while_his_phone_rang_is_logged_out_not_paused() -> None:
    acd = Driven("ann")
    acd.queue("c1")
    acd.status("ann", LOGGED_OUT, at=11.0)
    acd.phone_fails("c1", "rejected")
    assert acd.agent("ann").status is LOGGED_OUT


def test_an_agent_who_answers_and_hangs_up_at_once_leaves_the_caller_on_hold_again() -> None:
    acd = Driven("ann")
    acd.queue("c1")
    acd.answers("c1")
    leg = acd.agent_leg("c1")
    said = acd.agent_hangs_up("c1", at=14.1)
    hold = acd.contact("c1").hold
    assert said == [
        OfferRefused(at=14.1, contact="c1", agent="ann", reason="hung_up_at_once"),
        CancelTimer(timer=f"acd:ring:{leg}"),
        AgentStatusChanged(at=14.1, agent="ann", status=PAUSE, reason="hung_up_at_once", by="center"),
        AgentReleased(at=14.1, agent="ann", contact="c1"),
        ContactRequeued(at=14.1, contact="c1", queue="service", reason="hung_up_at_once"),
        Arrange(contact="c1", conversations=(Conversation(id=hold, kind=Kind.HOLD, legs=("leg-c1",)),)),
        FUSE,
        StartTimer(timer="acd:place:c1", due_at=18.1),
    ]


def test_a_caller_who_leaves_while_waiting_is_an_abandoned_contact() -> None:
    acd = Driven()
    acd.queue("c1")
    assert acd.caller_hangs_up("c1", at=30.0) == [
        CancelTimer(timer="acd:place:c1"),
        Arrange(contact="c1"),
        ContactEnded(at=30.0, contact="c1", where="queue", by="caller", q850=16),
    ]
    assert offered(acd.status("ann", AVAILABLE, at=31.0)) == []


@pytest.mark.parametrize("how_far", ["dialled", "ringing", "answered"])
def test_a_caller_who_leaves_before_the_talk_stops_the_ringing_and_frees_a_blameless_agent(
    how_far: str,
) -> None:
    acd = Driven("ann")
    acd.queue("c1")
    acd.queue("c2", at=11.0)
    if how_far != "dialled":
        acd.rings("c1")
    if how_far == "answered":
        acd.answers("c1")
    leg = acd.agent_leg("c1")
    said = acd.caller_hangs_up("c1", at=16.0)
    assert said[:6] == [
        CancelTimer(timer="acd:place:c1"),
        OfferWithdrawn(at=16.0, contact="c1", agent="ann"),
        CancelTimer(timer=f"acd:ring:{leg}"),
        DropLeg(leg=leg),
        AgentReleased(at=16.0, agent="ann", contact="c1"),
        Arrange(contact="c1"),
    ]
    assert said[6] == ContactEnded(at=16.0, contact="c1", where="offer", by="caller", q850=16)
    assert offered(said) == [("c2", "ann", "only")]
    assert acd.agent("ann").status is AVAILABLE
    assert acd.say(LegEnded(at=17.0, leg=leg, by="center")) == []


def test_the_place_is_told_soon_and_then_at_intervals_but_not_while_a_phone_rings() -> None:
    acd = Driven()
    acd.queue("c1")
    acd.queue("c2", at=11.0)
    assert acd.fires("acd:place:c2", at=15.0) == [
        PlaceTold(at=15.0, contact="c2", place=2, language="es"),
        StartTimer(timer="acd:place:c2", due_at=45.0),
    ]
    acd.status("ann", AVAILABLE, at=20.0)
    assert acd.fires("acd:place:c1", at=44.0) == [StartTimer(timer="acd:place:c1", due_at=74.0)]
    assert acd.fires("acd:place:c2", at=45.0)[0] == PlaceTold(at=45.0, contact="c2", place=1, language="es")


def test_a_waiting_caller_with_an_emergency_is_served_before_those_who_came_first() -> None:
    acd = Driven()
    for at, contact in enumerate(("c1", "c2", "c3"), start=10):
        acd.queue(contact, at=at, queue="technical", value_class="A")
    acd.queue("c3", at=50.0, queue="emergency")
    said = acd.status("eve", AVAILABLE, at=51.0)
    assert offered(said) == [("c3", "eve", "emergency")]


def test_an_emergency_while_an_agents_phone_rings_takes_the_caller_where_he_must_go() -> None:
    acd = Driven("ann", "eve")
    acd.queue("c1")
    acd.queue("c2", at=11.0, queue="technical")
    acd.queue("c3", at=12.0)
    ann, eve = acd.agent_leg("c1"), acd.agent_leg("c2")
    said = acd.queue("c1", at=13.0, queue="emergency")
    assert DropLeg(leg=ann) in said
    assert StartTimer(timer="acd:place:c1", due_at=17.0) in said
    assert offered(said) == [("c3", "ann", "only")]
    assert acd.contact("c1").arrived_at == 10.0
    assert acd.agent_leg("c2") == eve


def test_nobody_is_moved_who_talks() -> None:
    acd = Driven("ann")
    acd.queue("c1")
    acd.answers("c1")
    assert acd.queue("c1", at=15.0, queue="emergency") == []
    acd.joins("c1")
    assert acd.queue("c1", at=16.0, queue="emergency") == []


def test_what_concerns_unknown_legs_and_timers_changes_nothing() -> None:
    acd = Driven("ann", queues=(queue("service"),))
    for timer in ("acd:ring:x", "acd:place:x", "acd:wrap_up:x", "acd:", "ivr:key:x", "x"):
        assert acd.fires(timer, at=5.0) == []
    assert acd.say(LegEnded(at=5.0, leg="x", by="agent")) == []
    assert names(acd.queue("c1")) == [
        "Arrange",
        "SetFuse",
        "DecisionMade",
        "AgentReserved",
        "OfferMade",
        "DialLeg",
        "StartTimer",
    ]


def test_an_offer_whose_leg_the_switch_lost_is_made_again_to_a_blameless_agent() -> None:
    acd = Driven("ann")
    acd.queue("c1")
    lost = acd.agent_leg("c1")
    acd.say(LegAnswered(at=11.0, leg=lost))
    said = acd.say(LegEnded(at=12.0, leg=lost, by="switch"))
    assert acd.agent("ann").status is AVAILABLE
    assert OfferRefused(at=12.0, contact="c1", agent="ann", reason="switch") in said
    assert acd.agent_leg("c1") not in (None, lost)
