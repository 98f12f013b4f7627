"""What a campaign has come to, and what a sample of it forecasts, on both databases."""

from collections.abc import Iterable

import pytest
from campaign_desk import HOME, MOBILE, NOW, CampaignDesk, at
from sqlalchemy.orm import Session

from crm_core.campaigns import pre_testing
from crm_core.campaigns.campaign import Campaign
from crm_core.campaigns.figures import Results, cost_per, rate
from crm_core.campaigns.results import results
from crm_core.db import Store
from crm_core.dispositions import Disposition
from crm_core.interactions import Interaction, Segment
from crm_core.permission import do_not_call
from ctiserver.app.campaign_chores import CampaignEnds
from ctiserver.core import events as e
from ctiserver.core.errors import NotFound, Refusal
from ctiserver.core.leads import Lead

HOUR = 3600.0
TALK, WRAP_UP, LINE = 1.7, 1.7, 0.6
"""Pesos a second."""


@pytest.fixture
def desk(store: Store) -> CampaignDesk:
    return CampaignDesk(store)


def spoke(desk: CampaignDesk, lead: Lead, said: Iterable[str], now: float, agent: str = "ann") -> None:
    """He spoke for 60 s and the agent wrapped up for 10 s; what was said of him, one segment each."""
    desk.talked(lead, agent, now)

    def add(session: Session) -> None:
        contact = f"contact-{lead.attempt}"
        at_first = {"last_epoch": 1, "last_seq": 1, "last_n": 1}
        session.add(Interaction(id=contact, account_id=1, arrived_at=now, dial_id=lead.dial_id, **at_first))
        session.flush()
        for ordinal, code in enumerate(said, 1):
            times = (
                {"answered_at": now + 1, "ended_at": now + 61} if ordinal == 1 else {"answered_at": now + 61}
            )
            wrap_up = {"wrap_up_started_at": now + 61, "wrap_up_ended_at": now + 71} if ordinal == 1 else {}
            part = {"interaction_id": contact, "ordinal": ordinal, "agent": agent, "queue": "calls-out"}
            session.add(Segment(**part, disposition=code, **times, **wrap_up))

    desk.store.write(add)


def test_the_figures_of_a_campaign_are_those_of_its_attempts(desk: CampaignDesk) -> None:
    monday, tuesday = at(14, 10, 30), at(15, 16)
    for n in range(6):
        desk.lead(f"+5697188{n:04}", *([HOME] if n == 2 else []), now=monday - 100 + n)
    sold, wrong, second, dropped, lost = (desk.taken(monday) for _ in range(5))
    spoke(desk, sold, ["later", "sale"], monday + 5)
    spoke(desk, wrong, ["wrong_person"], monday + 5, agent="bob")
    desk.failed(second, "no_answer", monday + 30, retry_at=tuesday)
    for lead, by_leaving in ((dropped, False), (lost, True)):
        desk.reached(lead, monday + 5)
        how = {"contact": "x", "campaign": desk.campaign, "flow": "sorry", "by_leaving": by_leaving}
        desk.tell(e.LeadAbandoned, lead, monday + 7, **how)
        desk.ended(lead, "abandoned", monday + 15)
    again = desk.taken(tuesday)
    assert again.number_place == 1
    spoke(desk, again, ["no"], tuesday + 5)
    desk.failed(desk.taken(tuesday), "withdrawn", tuesday + 1, retry_at=tuesday + HOUR)
    desk.store.write(do_not_call.add, 1, "+56971880005", source="call", by="ann", now=tuesday)
    desk.claim(tuesday + HOUR)
    desk.lead("+56971889999", now=tuesday)
    codes = {"conversions": ["sale"], "wrong_persons": ["wrong_person"]}
    found: Results = desk.store.read(results, 1, "gas", now=tuesday + 2 * HOUR, **codes)
    all_of = found.penetration
    assert (all_of.leads, all_of.waiting, all_of.under_way, all_of.over) == (7, 1, 0, 6)
    assert (all_of.dialled, all_of.answered, all_of.contacts) == (5, 5, 3)
    assert (all_of.right_parties, all_of.conversions, all_of.refused) == (2, 1, {"do_not_call": 1})
    assert found.results == {"connected": 3, "abandoned": 2, "no_answer": 1}
    assert found.dispositions == {"no": 1, "sale": 1, "wrong_person": 1}
    cells = {
        name: [(one.key, one.attempts, one.answered, one.contacts, one.conversions) for one in of]
        for name, of in (("number", found.by_number), ("hour", found.by_hour), ("day", found.by_weekday))
    }
    assert cells["number"] == [("1", 5, 4, 2, 1), ("2", 1, 1, 1, 0)]
    assert cells["hour"] == [("10", 5, 4, 2, 1), ("16", 1, 1, 1, 0)]
    assert cells["day"] == [("0", 5, 4, 2, 1), ("1", 1, 1, 1, 0)]
    ann, bob = found.by_agent
    assert (ann.agent, ann.contacts, ann.conversions, ann.talk_seconds, ann.wrap_up_seconds) == (
        "ann",
        2,
        1,
        120,
        20,
    )
    assert ann.cost_minor == pytest.approx(120 * TALK + 20 * WRAP_UP + 2 * 61 * LINE)
    assert (bob.agent, bob.contacts, bob.conversions) == ("bob", 1, 0)
    assert (found.abandons.answers, found.abandons.abandons, found.abandons.by_leaving) == (5, 1, 1)
    assert found.abandons.limit == 0.03
    assert (found.spent.talk_seconds, found.spent.line_seconds) == (180, 3 * 61 + 2 * 10)
    assert cost_per(found.spent, all_of.conversions) == pytest.approx(found.spent.cost_minor)
    assert rate(all_of.contacts, all_of.dialled) == 0.6
    assert (rate(1, 0), cost_per(found.spent, 0)) == (None, None)
    assert found.hours_left == pytest.approx(1 / (5 / 0.5))  # five leads over in two quarters of an hour
    assert desk.store.read(results, 1, "gas", now=tuesday).penetration.conversions == 0
    effects = {"sale": "sale", "wrong_person": "wrong_person"}
    desk.store.write(
        lambda session: session.add_all(
            Disposition(account_id=1, code=code, label_es=code, label_en=code, effect=effect)
            for code, effect in effects.items()
        )
    )
    assert desk.store.read(results, 1, "gas", now=tuesday + 2 * HOUR) == found
    with pytest.raises(NotFound):
        desk.store.read(results, 2, "gas", now=tuesday)
    desk.make("empty")
    nothing = desk.store.read(results, 1, "empty", now=tuesday)
    assert (nothing.penetration.leads, nothing.by_hour, nothing.hours_left) == (0, (), None)


def test_a_sample_is_called_before_all_others_and_forecasts_the_list(desk: CampaignDesk) -> None:
    first = desk.leads(61)
    begin = lambda sample, seed=7: desk.store.write(  # noqa: E731
        pre_testing.begin, 1, "gas", seed=seed, by="maria", now=NOW, sample=sample
    )
    for wrong, error_id in ((29, "sample_too_small"), (61, "list_too_short")):
        with pytest.raises(Refusal) as refused:
            begin(sample=wrong)
        assert refused.value.error_id == error_id
    assert desk.store.read(pre_testing.pre_test, 1, "gas") is None
    begin(sample=30, seed=1)
    with pytest.raises(Refusal, match="under way"):
        begin(sample=30)
    early = desk.taken().dial_id
    desk.store.write(pre_testing.end, 1, "gas", by="maria", now=NOW + 60)
    ended_early = desk.store.read(pre_testing.pre_test, 1, "gas")
    assert ended_early is not None
    assert (ended_early.over, ended_early.forecast, ended_early.ended_at) == (0, None, NOW + 60)
    begin(sample=30)
    late = desk.lead(MOBILE, now=NOW - HOUR)
    called, ends = [], CampaignEnds(desk.store)
    for n in range(30):
        lead = desk.taken()
        called.append(lead.dial_id)
        if n % 5 == 0:
            spoke(desk, lead, ["sale"], NOW + 5)
        else:
            desk.failed(lead, "no_answer")
    assert desk.claim() is None
    assert {*called} < {*first} - {early}
    assert called != first[:30]
    assert late not in called
    ends.turn(NOW + 100)
    state = desk.store.read(lambda session: session.get_one(Campaign, desk.campaign).state)
    assert state == "paused"
    seen = desk.store.read(pre_testing.pre_test, 1, "gas")
    assert seen is not None
    assert (seen.leads, seen.sample, seen.over, seen.seed, seen.ended_at) == (60, 30, 30, 7, NOW + 100)
    assert seen.forecast is not None
    rate_of, contacts, per_lead = (
        seen.forecast.contact_rate,
        seen.forecast.contacts,
        seen.forecast.cost_per_lead_minor,
    )
    assert rate_of.value == 0.2
    assert rate_of.low < 0.2 < rate_of.high < 0.35
    assert contacts.value == pytest.approx(12)
    assert contacts.low >= 6
    each = 60 * TALK + 10 * WRAP_UP + 61 * LINE
    assert per_lead.value == pytest.approx(each * 6 / 30)
    assert per_lead.low < per_lead.value < per_lead.high
    assert seen.forecast.cost_minor.value == pytest.approx(each * 12)
    desk.change(state="running")
    assert desk.taken().dial_id == late
    with pytest.raises(Refusal, match="no pre-test"):
        desk.store.write(pre_testing.end, 1, "gas", by="maria", now=NOW)
