"""Campaigns on the live engines: the limit is never broken, nobody is dialled twice, nobody is lost."""

import math
from typing import Any

import msgspec
import pytest
from campaign_world import CAMPAIGN, CampaignWorld, campaign, tables
from company import AVAILABLE, LOGGED_OUT, PAUSE
from hypothesis import given, settings
from hypothesis import strategies as st

from ctiserver.core import commands as c
from ctiserver.core import events as e
from ctiserver.core.inputs import DigitPressed
from ctiserver.core.message import Message
from ctiserver.core.requests import DialLead, PreviewLead, SkipLead


def said(world: CampaignWorld, kind: type[Message]) -> list[Message]:
    """Everything of one kind that was said."""
    return [one for turn in world.turns for one in turn.said if isinstance(one, kind)]


def test_a_progressive_campaign_dials_one_line_for_each_idle_agent() -> None:
    world = CampaignWorld(1, tables(3, campaign(mode="progressive")))
    world.odds = {"rings": 1.0}
    world.all_available()
    world.run(1.0)
    assert len(world.dialled) == 3
    [claim, *_] = said(world, c.ClaimLeads)
    assert isinstance(claim, c.ClaimLeads)
    assert (claim.kind, claim.campaign, claim.limit) == ("campaign", CAMPAIGN, 1)
    rung = said(world, c.DialCustomer)[0]
    assert isinstance(rung, c.DialCustomer)
    assert (rung.trunk, rung.ring_seconds, rung.caller_number) == ("pstn", 15.0, "+56220000000")
    world.run(20.0)
    assert len(world.dialled) == 6
    world.end()
    assert world.beyond == 0


def test_who_answers_speaks_at_once_with_an_agent_whose_phone_answers_by_itself() -> None:
    world = CampaignWorld(2, tables(2, campaign(mode="progressive", caller_number="+56227777777")))
    world.odds = {"answers": 1.0}
    world.all_available()
    world.work(60.0)
    connected = said(world, e.LeadConnected)
    assert len(connected) >= 4
    assert world.lost == world.lost_by_leaving == 0
    assert {one.caller_number for one in said(world, c.DialCustomer)} == {"+56227777777"}  # type: ignore[attr-defined]
    assert all(one.auto_answer for one in said(world, c.DialLeg))  # type: ignore[attr-defined]
    arranged = [one for one in said(world, c.Arrange) if isinstance(one, c.Arrange) and one.conversations]
    assert {conversation.kind for one in arranged for conversation in one.conversations} == {"talk"}
    world.end()
    results = {result for result in world.leads.attempts.values() if result != "withdrawn"}
    assert results == {"connected"}
    world.replayed()


def test_who_finds_nobody_in_time_hears_who_called_and_is_offered_to_nobody() -> None:
    world = CampaignWorld(3, tables(1, campaign(mode="progressive")))
    world.odds = {"answers": 1.0}
    world.all_available()
    world.run(0.5)
    world.choose("a0", PAUSE)  # his customer's telephone rings
    world.run(9.0)
    [gone] = said(world, e.LeadAbandoned)
    assert isinstance(gone, e.LeadAbandoned)
    assert (gone.flow, gone.by_leaving) == ("message", True)
    [reached] = said(world, e.LeadReached)
    assert gone.at == pytest.approx(reached.at + 2.0)  # type: ignore[attr-defined]
    assert said(world, e.FlowEntered)
    assert world.ledger.abandons == 0
    assert world.ledger.abandons_by_leaving == 1
    world.end()
    assert "abandoned" in world.leads.attempts.values()
    world.replayed()


def test_an_agents_phone_that_never_answers_loses_one_customer_and_no_other() -> None:
    world = CampaignWorld(4, tables(1, campaign(mode="progressive")))
    world.slow, world.phones["a0"], world.odds = True, "never", {"answers": 1.0}
    world.all_available()
    world.run(30.0)
    assert (len(said(world, e.LeadAbandoned)), len(said(world, e.OfferExpired))) == (1, 1)
    assert (world.agents["a0"].status, world.agents["a0"].reason) == (PAUSE, "missed_offer")
    assert len(world.dialled) == 1
    assert world.ledger.abandons == 1, "our fault, whoever caused it"


def test_a_caller_goes_before_whom_we_called_and_before_dialling() -> None:
    world = CampaignWorld(5, tables(1, campaign(mode="progressive")))
    world.odds = {"answers": 1.0}
    world.all_available()
    world.run(0.4)
    assert len(world.dialled) == 1
    leg = world.call()
    world.run(3.0)
    world.press(leg, "0")
    world.run(3.0)
    taken = [it for it in world.contacts.values() if it.agent == "a0"]
    assert [it.leg for it in taken] == [leg]
    world.run(8.0)
    assert world.lost == 0
    assert world.lost_by_leaving <= 1
    world.hang_up(leg)
    world.end()


def test_pausing_acts_at_once_and_gives_back_what_was_asked_for() -> None:
    world = CampaignWorld(6, tables(3))
    world.all_available()
    for message in (tables(3, campaign(running=False)), tables(3)):
        world.put(msgspec.structs.replace(message, at=world.at, version=str(world.seq)))
        dialled = len(world.dialled)
        world.work(20.0)
        paused = not world.dialer.book.campaigns[CAMPAIGN].table.running
        assert (len(world.dialled) == dialled) == paused
    # What the store gave before it knew is not dialled.
    assert "withdrawn" in world.leads.attempts.values()
    assert world.view.campaigns[CAMPAIGN].held == ""
    world.put(msgspec.structs.replace(tables(3, campaign(id=8)), at=world.at, version="other"))
    world.work(60.0)
    assert set(world.view.campaigns) == {8}


def test_a_machine_is_left_the_campaigns_message_or_nothing() -> None:
    for flow, result in (("message", "message_left"), (None, "machine")):
        world = CampaignWorld(
            7, tables(3, campaign(mode="progressive", detect_machines=True, machine_flow=flow))
        )
        world.odds = {"answers": 1.0}
        world.all_available()
        world.work(60.0)
        judged = {one.answered_by for one in said(world, e.LeadReached)}  # type: ignore[attr-defined]
        assert judged == {"live", "machine"}
        world.end()
        results = set(world.leads.attempts.values()) - {"withdrawn", "hung_up"}
        assert results - {"machine"} == {"connected", result} - {"machine"}
        assert result in results


def test_a_predictive_campaign_dials_beyond_its_idle_agents_until_its_limit_says_no() -> None:
    world = CampaignWorld(11, tables(8, campaign(abandon_limit=0.03)), leads=300, theta=math.log(0.4))
    world.all_available()
    world.work(240.0)
    assert world.beyond > 20
    assert world.ledger.refused > 0
    assert world.view.campaigns[CAMPAIGN].guarded > 0
    assert len(said(world, e.LeadConnected)) > 20
    dialled = len(world.dialled)
    world.kill()
    world.work(30.0)
    assert len(world.dialled) > dialled
    world.replayed()
    world.end()


def test_no_more_lines_are_in_use_than_its_limits_allow() -> None:
    world = CampaignWorld(8, tables(6, campaign(mode="progressive"), lines=4, caller_lines_per_second=2))
    world.odds = {"rings": 1.0}
    world.all_available()
    begun: list[float] = []
    for _ in range(60):
        world.run(0.2)
        begun += [world.at] * (len(world.dialled) - len(begun))
        assert len([leg for leg in world.legs if leg in world.dialled]) <= 4
        assert sum(at > world.at - 0.9 for at in begun) <= 2
    assert len(begun) == 4


def test_several_campaigns_share_agents_by_weight() -> None:
    both = (campaign(mode="progressive", weight=3.0), campaign(id=8, key="oil", mode="progressive"))
    world = CampaignWorld(9, tables(4, *both), leads=400)
    world.odds = {"answers": 1.0}
    world.all_available()
    world.work(300.0)
    connected = [one.campaign for one in said(world, e.LeadConnected) if isinstance(one, e.LeadConnected)]
    assert connected.count(CAMPAIGN) / connected.count(8) == pytest.approx(3.0, rel=0.25)
    assert world.lost == world.lost_by_leaving == 0


def test_outside_of_its_time_or_where_only_clicks_dial_nobody_is_dialled() -> None:
    for message, held in (
        (tables(2, campaign(starts_at=1e9)), "closed"),
        (tables(2, campaign(), clicks_only=True), "by_click"),
        (tables(2, campaign(mode="manual")), "by_click"),
    ):
        world = CampaignWorld(10, message)
        world.all_available()
        world.run(20.0)
        assert world.dialled == {}
        assert world.view.campaigns[CAMPAIGN].held == held


_STEPS = [
    "work",
    "work",
    "work",
    "pause",
    "back",
    "leave",
    "call",
    "hang_up",
    "stop",
    "start",
    "kill",
    "odds",
    "preview",
    "click",
    "skip",
]
STEPS = st.lists(
    st.tuples(st.sampled_from(_STEPS), st.integers(0, 10_000)),
    min_size=5,
    max_size=40,
)


@settings(max_examples=15, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    agents=st.integers(2, 8),
    beta=st.floats(2e-4, 0.5),
    alpha=st.sampled_from([0.02, 0.1, 0.3]),
    detects=st.booleans(),
    steps=STEPS,
)
def test_whatever_happens_the_limit_holds_and_each_lead_is_dialled_once_and_ends_once(
    seed: int, agents: int, beta: float, alpha: float, detects: bool, steps: list[tuple[str, int]]
) -> None:
    """Agents, answers, breaks, callers, pauses of the campaign, and snapshots taken up in between."""
    of: dict[str, Any] = {"abandon_limit": alpha, "detect_machines": detects}
    world = CampaignWorld(seed, tables(agents, campaign(**of)), theta=math.log(beta), leads=80)
    world.all_available()
    for step, number in steps:
        if step in ("stop", "start"):
            of["running"] = step == "start"
            _change(world, agents, of)
        else:
            _do(world, step, number, f"a{number % agents}")
    world.replayed()
    for leg in [key for key, leg in world.legs.items() if leg.agent is None]:
        world.hang_up(leg)
    _change(world, agents, of | {"running": False})
    world.work(90.0)
    world.finish_quietly()


def _change(world: CampaignWorld, agents: int, of: dict[str, Any]) -> None:
    world.put(msgspec.structs.replace(tables(agents, campaign(**of)), at=world.at, version=f"v{world.seq}"))


def _do(world: CampaignWorld, step: str, number: int, key: str) -> None:
    match step:
        case "work":
            world.work(1 + number % 20)
        case "pause" | "leave":
            world.choose(key, PAUSE if step == "pause" else LOGGED_OUT)
        case "back" if not world.agents[key].owes:
            world.choose(key, AVAILABLE)
        case "call":
            leg = world.call()
            world.run(4.0)
            if leg in world.legs:
                world.press(leg, "0")
        case "hang_up" if legs := sorted(world.legs):
            world.hang_up(legs[number % len(legs)])
        case "kill":
            world.kill()
        case "preview" | "click" | "skip":
            _by_hand(world, step, key)
        case "odds":
            world.odds = {"answers": number % 10 + 0.1, "rings": number % 7 + 0.1, "busy": 1.0}


def _by_hand(world: CampaignWorld, step: str, key: str) -> None:
    """The agent asks for somebody whom he may call, or decides about the one before him, if he may."""
    row = world.view.agents[key]  # type: ignore[index]
    if step == "preview":
        world.asks(PreviewLead, key, campaign=CAMPAIGN)
    elif row.lead is not None:
        world.asks(DialLead if step == "click" else SkipLead, key, attempt=row.lead.attempt)


def test_a_machine_that_presses_a_key_was_a_person_and_counts_as_abandoned() -> None:
    of = campaign(mode="progressive", detect_machines=True, machine_flow="message")
    world = CampaignWorld(7, tables(3, of))
    world.odds = {"answers": 1.0}
    world.all_available()
    for _ in range(200):
        world.run(0.3)
        if taken := [it for it in world.dialer.book.leads.values() if it.stage == "machine" and it.opened]:
            break
    leg = taken[0].lead.attempt
    before = world.ledger.abandons
    for key in "95":
        world.put(DigitPressed(at=world.at, leg=leg, pii_digit=key))
    [told] = said(world, e.LeadAbandoned)
    assert told.attempt == leg  # type: ignore[attr-defined]
    assert world.ledger.abandons == before + 1
    world.end()
    assert world.leads.attempts[leg] == "abandoned"
