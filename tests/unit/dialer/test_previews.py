"""Agents who choose whom to call: they see him, dial or pass, and are kept for him while his telephone rings."""

from campaign_world import CAMPAIGN, CampaignWorld, campaign, tables
from company import AVAILABLE, PAUSE

from ctiserver.core import commands as c
from ctiserver.core import events as e
from ctiserver.core.requests import DialLead, HangUp, PreviewLead


def _world(agents: int = 2, leads: int = 5, **changes: object) -> CampaignWorld:
    world = CampaignWorld(1, tables(agents, campaign(mode="preview", **changes)), leads=leads)
    world.odds = {"answers": 1.0}
    world.all_available()
    return world


def test_a_click_dials_and_the_agent_is_kept_while_it_rings() -> None:
    world = _world()
    lead = world.preview("a0")
    assert (lead.customer.pii_name, lead.until, lead.ordinal) == ("Ana", None, 1)
    assert world.dialled == {}
    assert world.click("a0") == ""
    assert (world.agents["a0"].activity, world.view.agents["a0"].lead_stage) == ("reserved", "dialed")  # type: ignore[index]
    caller = world.call()
    world.run(0.4)
    world.press(caller, "0")
    assert world.agents["a0"].contact != world.center._ivr.desk.legs[caller]
    world.run(9.5)
    [connected] = [one for turn in world.turns for one in turn.said if isinstance(one, e.LeadConnected)]
    assert connected.agent == "a0"
    assert world.view.agents["a0"].lead is None  # type: ignore[index]
    assert world.asks(HangUp, "a0") == ""
    world.work(10.0)
    assert world.agents["a0"].activity == "idle"
    world.hang_up(caller)
    world.end()
    world.replayed()


def test_who_is_not_reached_sets_the_agent_free() -> None:
    world = _world()
    world.odds = {"busy": 1.0}
    world.preview("a0")
    world.click("a0")
    world.run(5.0)
    assert (world.agents["a0"].activity, world.view.agents["a0"].lead) == ("idle", None)  # type: ignore[index]
    assert list(world.leads.attempts.values()) == ["unreachable"]  # no SIP code says more
    world.odds = {"rings": 1.0}
    world.preview("a0")
    world.click("a0")
    world.run(2.0)
    assert world.skip("a0") == ""  # he has rung long enough
    world.run(1.0)
    assert world.agents["a0"].activity == "idle"
    world.end()


def test_a_lead_that_is_passed_over_is_nobodys_for_a_while_and_no_attempt() -> None:
    world = _world(leads=2)
    first = world.preview("a0")
    assert world.preview("a1").dial_id != first.dial_id
    assert world.skip("a0", "spoke with him yesterday") == ""
    assert world.leads.attempts[first.attempt] == "withdrawn"
    assert world.preview("a0") is None
    [ended] = [
        one
        for turn in world.turns
        for one in turn.said
        if isinstance(one, e.LeadPreviewEnded) and one.outcome == "nobody_due"
    ]
    assert (ended.agent, ended.attempt) == ("a0", None)
    assert world.leads.next_at[first.dial_id] > world.at + 600
    assert world.dialled == {}


def test_a_break_or_a_caller_takes_away_what_was_shown() -> None:
    world = _world()
    first = world.preview("a0")
    world.choose("a0", PAUSE)
    assert world.view.agents["a0"].lead is None  # type: ignore[index]
    world.choose("a0", AVAILABLE)
    assert world.preview("a0").dial_id == first.dial_id  # planned again at once
    world.choose("a1", PAUSE)
    caller = world.call()
    world.run(3.0)
    world.press(caller, "0")
    world.run(1.0)
    assert world.view.agents["a0"].lead is None  # type: ignore[index]
    assert world.asks(DialLead, "a0", attempt=first.attempt) == "no_lead"
    world.hang_up(caller)
    world.end()
    world.replayed()


def test_the_time_of_a_preview_dials_by_itself_unless_only_clicks_do() -> None:
    world = _world(preview_seconds=10.0)
    lead = world.preview("a0")
    assert lead.until == lead.at + 10.0
    world.run(9.0)
    assert world.dialled == {}
    world.run(2.0)
    assert list(world.dialled) == [lead.attempt]
    world = CampaignWorld(1, tables(1, campaign(mode="preview", preview_seconds=10.0), clicks_only=True))
    world.all_available()
    assert world.preview("a0").until is None
    world.run(290.0)
    assert world.dialled == {}
    world.run(10.0)
    assert world.view.agents["a0"].lead is None, "its permit runs out"  # type: ignore[index]


def test_who_may_not_call_is_told_why() -> None:
    world = _world()

    def asks(key: str, number: int = CAMPAIGN) -> object:
        return world.asks(PreviewLead, key, campaign=number)

    assert asks("a0", 99) == "unknown_campaign"
    world.preview("a0")
    assert asks("a0") == "preview_open"
    world.choose("a1", PAUSE)
    assert asks("a1") == "agent_not_free"
    assert world.asks(DialLead, "a1", attempt="x") == "no_lead"
    world.choose("a1", AVAILABLE)
    stopped = tables(2, campaign(mode="preview", running=False))
    world.put(stopped)
    assert asks("a1") == "campaign_paused"
    assert world.view.agents["a0"].lead is None  # type: ignore[index]
    world.put(tables(2, campaign(mode="preview", starts_at=1e9)))
    assert asks("a1") == "campaign_closed"
    assert not [one for turn in world.turns for one in turn.said if isinstance(one, c.DialCustomer)]
